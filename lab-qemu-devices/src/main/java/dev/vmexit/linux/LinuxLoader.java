package dev.vmexit.linux;

import dev.vmexit.acpi.AcpiTables;
import dev.vmexit.course.Todo;
import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.linux.BootParams.Kind;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.mode.Gdt;
import dev.vmexit.mode.LongMode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Does what a boot loader does: kernel, initrd, command line and memory map into the guest's
/// memory, and the first CPU to the kernel's 64-bit entry.
///
/// @spec https://docs.kernel.org/arch/x86/boot.html The Linux/x86 Boot Protocol, "64-bit Boot Protocol"
public final class LinuxLoader implements BootLoader {
    private static final GuestAddress KERNEL = new GuestAddress(0x10_0000);
    private static final GuestAddress COMMAND_LINE = new GuestAddress(0x2_0000);
    private static final long COMMAND_LINE_MOST = 0x1_0000;
    private static final int ENTRY_64 = 0x200;

    /// End of conventional memory: the BIOS data area would begin here.
    public static final long LOW_END = 0x9_FC00;
    public static final long HIGH_START = 0x10_0000;

    /// The selectors that the protocol asks for: `__BOOT_CS` and `__BOOT_DS`.
    private static final Segment BOOT_CS = LongMode.CODE.at(0x10, 0);
    private static final Segment BOOT_DS = LongMode.DATA.at(0x18, 0);

    private final BzImage kernel;
    private final byte[] initrd;
    private final byte[] commandLine;

    /// @param initrd its bytes, empty for none
    public LinuxLoader(BzImage kernel, byte[] initrd, String commandLine) {
        this.kernel = kernel;
        this.initrd = initrd;
        this.commandLine = (commandLine + "\0").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Fills the memory. Everything is checked before anything is written.
    ///
    /// @param slots the machine's RAM, lowest first; the first slot begins at 0
    /// @throws BootFailure if something does not fit
    @Override
    public void load(GuestMemory memory, List<MemorySlot> slots) {
        GuestAddress initrdStart = check(slots.getFirst().sizeBytes());
        memory.write(KERNEL, kernel.protectedMode());
        memory.write(COMMAND_LINE, commandLine);
        var params = new BootParams(memory);
        params.setupHeader(kernel.setupHeader());
        params.commandLine(COMMAND_LINE);
        params.acpi(AcpiTables.RSDP);
        describe(params, slots);
        if (initrd.length > 0) {
            memory.write(initrdStart, initrd);
            params.initrd(initrdStart, initrd.length);
        }
    }

    /// The memory map, lowest first: the RAM of all slots, but between [#LOW_END] and
    /// [#HIGH_START], where a PC has its BIOS and its old display, reserved.
    private static void describe(BootParams params, List<MemorySlot> slots) {
        throw Todo.of("dev-08", "tell the kernel which memory there is");
    }

    /// {@return where the initrd goes: as high as it may, page-aligned}
    private GuestAddress check(long top) {
        long kernelEnd = Math.max(kernel.memoryEnd(),
                KERNEL.value() + kernel.protectedMode().length);
        if (kernelEnd > top) {
            throw new BootFailure("the kernel needs memory up to %d MiB, and the guest has %d MiB; "
                    .formatted(mebibytes(kernelEnd), top >> 20) + "pass a larger --memory");
        }
        if (commandLine.length - 1 > kernel.commandLineBytes()
                || commandLine.length > COMMAND_LINE_MOST) {
            throw new BootFailure("the command line has %d bytes; this kernel takes %d"
                    .formatted(commandLine.length - 1, kernel.commandLineBytes()));
        }
        long start = initrdStart(top);
        if (start < kernelEnd) {
            throw new BootFailure("kernel and initrd (%d MiB) do not fit into %d MiB; "
                    .formatted(mebibytes(initrd.length), top >> 20) + "pass a larger --memory");
        }
        return new GuestAddress(start);
    }

    /// {@return the highest page in RAM from which the initrd ends neither after `top` nor after
    /// the last address that the kernel allows; perhaps negative}
    private long initrdStart(long top) {
        throw Todo.of("dev-08", "as high as it may be, on a page boundary");
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /// Lets the first CPU begin at the kernel's 64-bit entry, with RSI at boot_params.
    @Override
    public void enter(Vcpu vcpu, GuestMemory memory) {
        LongMode.enter(vcpu, memory, KERNEL.plus(ENTRY_64));
        SpecialRegisters special = vcpu.specialRegisters()
                .withGdt(Gdt.write(memory, List.of(LongMode.CODE, BOOT_CS, BOOT_DS)))
                .withSegments(BOOT_CS, BOOT_DS);
        vcpu.setSpecialRegisters(special);
        vcpu.setRegisters(Registers.startingAt(KERNEL.plus(ENTRY_64).value())
                .withRsi(BootParams.ADDRESS.value()));
    }
}
