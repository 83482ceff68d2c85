package dev.vmexit.kernelfile;

import dev.vmexit.kvm.Vcpu;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import java.nio.ByteBuffer;
import java.util.List;

/// Loads a multiboot kernel, and writes what EBX points to.
///
/// ```
///  Multiboot information               a module                an entry of the memory map
///   0  flags: what is there             0  mod_start           -4  size, without this field: 20
///   4  mem_lower, mem_upper (KiB)       4  mod_end              0  base_addr, 64 bits
///  16  cmdline                          8  string               8  length, 64 bits
///  20  mods_count, mods_addr           12  reserved: 0         16  type
///  44  mmap_length, mmap_addr
///  64  boot_loader_name
/// ```
///
/// Left out: a boot device, symbols, drives, APM, and displays; this machine has not started from a
/// disk, and it has no BIOS.
///
/// @spec https://www.gnu.org/software/grub/manual/multiboot/multiboot.html Multiboot Specification 0.6.96, section 3.3 "Boot information format"
final class MultibootLoader implements BootLoader {
    private static final int MAGIC = 0x2BAD_B002;
    private static final int INFORMATION_BYTES = 116;
    private static final int MODULE_BYTES = 16;
    private static final int MMAP_BYTES = 24;

    private static final int HAS_MEMORY = 1 << 0;
    private static final int HAS_CMDLINE = 1 << 2;
    private static final int HAS_MODS = 1 << 3;
    private static final int HAS_MMAP = 1 << 6;
    private static final int HAS_BOOT_LOADER_NAME = 1 << 9;
    private static final int FLAGS = HAS_MEMORY | HAS_CMDLINE | HAS_MODS | HAS_MMAP
            | HAS_BOOT_LOADER_NAME;

    private final Image image;
    private final List<BootModule> modules;
    private final String commandLine;
    private long information;

    MultibootLoader(Image image, List<BootModule> modules, String commandLine) {
        this.image = image;
        this.modules = modules;
        this.commandLine = commandLine;
    }

    @Override
    public void load(GuestMemory memory, List<MemorySlot> slots) {
        long top = slots.getFirst().sizeBytes();
        var placement = Placement.of(image, modules, top);
        var tables = new LowTables(image.lowRoom());
        ByteBuffer info = LowTables.table(INFORMATION_BYTES);
        // tag::doc-information[]
        info.putInt(0, FLAGS);
        info.putInt(4, (int) (LinuxLoader.LOW_END >> 10));
        info.putInt(8, (int) (top - LinuxLoader.HIGH_START >> 10));
        info.putInt(16, tables.text(commandLine));
        info.putInt(20, modules.size());
        info.putInt(24, tables.put(modules(tables, placement)));
        ByteBuffer mmap = mmap(MemoryMap.of(slots));
        info.putInt(44, mmap.capacity());
        info.putInt(48, tables.put(mmap));
        info.putInt(64, tables.text("vmexit"));
        // end::doc-information[]
        information = tables.put(info);
        placement.write(memory);
        tables.write(memory);
    }

    private ByteBuffer modules(LowTables tables, Placement placement) {
        ByteBuffer list = LowTables.table(MODULE_BYTES * modules.size());
        for (int i = 0; i < modules.size(); i++) {
            BootModule module = modules.get(i);
            int start = placement.addresses().get(i).intValue();
            list.putInt(start).putInt(start + module.bytes().length)
                    .putInt(tables.text(module.text())).putInt(0);
        }
        return list;
    }

    private static ByteBuffer mmap(MemoryMap map) {
        ByteBuffer list = LowTables.table(MMAP_BYTES * map.entries().size());
        for (MemoryMap.Entry entry : map.entries()) {
            list.putInt(MMAP_BYTES - Integer.BYTES).putLong(entry.range().start())
                    .putLong(entry.range().sizeBytes()).putInt(entry.kind());
        }
        return list;
    }

    // tag::doc-enter[]
    @Override
    public void enter(Vcpu vcpu, GuestMemory memory) {
        FlatMode.enter(vcpu, memory, image.entry(), MAGIC, information);
    }
    // end::doc-enter[]
}
