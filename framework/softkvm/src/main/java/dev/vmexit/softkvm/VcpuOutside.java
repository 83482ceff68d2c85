package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.ExitToUser;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.InterpretThis;
import dev.vmexit.softkvm.cpu.Outside;
import dev.vmexit.softkvm.cpu.Unsupported;
import dev.vmexit.softkvm.irqchip.IrqChip;
import dev.vmexit.softkvm.irqchip.LocalApic;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/// What a vCPU's instructions reach beyond registers and memory: the chips of this VM, else an
/// exit.
///
/// A read has to leave before the instruction is done: [Replay]. A write is done when it is queued:
/// the instruction completes, and the exit follows it.
final class VcpuOutside implements Outside {
    private static final long APIC_SIZE = 4096;
    private static final int X2APIC_MODE = 1 << 10;
    private static final int APIC_ENABLED = 1 << 11;

    private final Vcpu vcpu;
    private final Random random;
    final Replay replay = new Replay();
    /// Exits that completed instructions have caused and that nobody has seen yet.
    final Deque<Runnable> exits = new ArrayDeque<>();
    /// What an instruction waits for.
    private Runnable completion;
    /// The CPU is delivering an exception: no instruction that could be started over.
    boolean delivering;

    VcpuOutside(Vcpu vcpu) {
        this.vcpu = vcpu;
        var options = vcpu.vm.kernel.options();
        this.random = options.deterministic() ? new Random(options.seed() + vcpu.id()) : null;
    }

    boolean awaitsAnswer() {
        return completion != null;
    }

    /// Takes the answer to the read that caused the last exit.
    void complete() {
        Runnable answer = completion;
        completion = null;
        answer.run();
        replay.rewind();
    }

    private RuntimeException leave(Runnable whenAnswered) {
        completion = whenAnswered;
        return ExitToUser.NOW;
    }

    private void exitAfter(Runnable exit) {
        exits.add(exit);
        vcpu.cpu.blockBroken = true;
        vcpu.cpu.budgetEnd();
        vcpu.cpu.budget = Math.min(vcpu.cpu.budget, -1);
    }

    private void requireInstruction(String what) {
        if (delivering) {
            throw new Unsupported(what + " while an exception is delivered");
        }
    }

    @Override
    public void stepDone() {
        replay.done();
    }

    // tag::is-apic[]
    private boolean isApic(long physical) {
        LocalApic apic = vcpu.apic;
        if (apic == null) {
            return false;
        }
        long base = apic.baseMsr();
        return (base & (APIC_ENABLED | X2APIC_MODE)) == APIC_ENABLED
                && Long.compareUnsigned(physical - (base & -4096), APIC_SIZE) < 0;
    }
    // end::is-apic[]

    @Override
    public long readMmio(long physical, int size) {
        if (replay.has()) {
            return replay.take();
        }
        if (isApic(physical)) {
            int word = vcpu.apic.read((int) physical & 0xFF0);
            return partOf(word, (int) physical & 3, size);
        }
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsMmio(physical)) {
            return chip.readMmio(physical, size) & 0xFFFF_FFFFL;
        }
        requireInstruction("a read from a device");
        vcpu.page.exitMmio(physical, size, false, 0);
        throw leave(() -> replay.record(low(vcpu.page.mmioData(), size)));
    }

    private static long partOf(int word, int offset, int size) {
        return low((word & 0xFFFF_FFFFL) >>> 8 * offset, size);
    }

    private static long low(long value, int size) {
        return size == 8 ? value : value & (1L << 8 * size) - 1;
    }

    // tag::write-mmio[]
    @Override
    public void writeMmio(long physical, int size, long value) {
        if (isApic(physical)) {
            if ((physical & 15) == 0 && size >= 4) {
                vcpu.apic.write((int) physical & 0xFF0, (int) value);
            }
            vcpu.cpu.budgetEnd();
            return;
        }
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsMmio(physical)) {
            chip.writeMmio(physical, size, (int) value);
            vcpu.cpu.budgetEnd();
            return;
        }
        if (vcpu.vm.wires.written(false, physical, size, low(value, size))) {
            return;
        }
        requireInstruction("a write to a device");
        if (vcpu.cpu.translated) {
            throw InterpretThis.NOW;
        }
        exitAfter(() -> vcpu.page.exitMmio(physical, size, true, low(value, size)));
    }
    // end::write-mmio[]

    @Override
    public long in(int port, int size) {
        if (replay.has()) {
            return replay.take();
        }
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsPort(port)) {
            return chip.readPort(port, size) & 0xFFFF_FFFFL;
        }
        vcpu.page.exitIo(false, size, port, 1);
        vcpu.page.ioData(new byte[8], 8);
        throw leave(() -> replay.record(number(vcpu.page.ioData(size))));
    }

    private static long number(byte[] bytes) {
        long value = 0;
        for (int n = bytes.length - 1; n >= 0; n--) {
            value = value << 8 | bytes[n] & 0xFF;
        }
        return value;
    }

    private static byte[] bytes(long value, int size) {
        byte[] bytes = new byte[size];
        for (int n = 0; n < size; n++) {
            bytes[n] = (byte) (value >>> 8 * n);
        }
        return bytes;
    }

    @Override
    public void out(int port, int size, long value) {
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsPort(port)) {
            chip.writePort(port, size, (int) value);
            vcpu.cpu.budgetEnd();
            return;
        }
        if (vcpu.vm.wires.written(true, port, size, value)) {
            return;
        }
        exitAfter(() -> {
            vcpu.page.exitIo(true, size, port, 1);
            vcpu.page.ioData(bytes(value, size), size);
        });
    }

    @Override
    public int inString(int port, int size, int count, byte[] buffer) {
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsPort(port)) {
            byte[] one = bytes(chip.readPort(port, size), size);
            System.arraycopy(one, 0, buffer, 0, size);
            return 1;
        }
        if (replay.hasBlock()) {
            byte[] answer = replay.takeBlock();
            System.arraycopy(answer, 0, buffer, 0, answer.length);
            return answer.length / size;
        }
        vcpu.page.exitIo(false, size, port, count);
        throw leave(() -> replay.recordBlock(vcpu.page.ioData(size * count)));
    }

    @Override
    public int outString(int port, int size, int count, byte[] buffer) {
        IrqChip chip = vcpu.vm.chip;
        if (chip != null && chip.ownsPort(port)) {
            for (int n = 0; n < count; n++) {
                byte[] item = java.util.Arrays.copyOfRange(buffer, n * size, (n + 1) * size);
                chip.writePort(port, size, (int) number(item));
            }
            return count;
        }
        exitAfter(() -> {
            vcpu.page.exitIo(true, size, port, count);
            vcpu.page.ioData(buffer, size * count);
        });
        return count;
    }

    @Override
    public long tsc() {
        return vcpu.tsc();
    }

    @Override
    public long readMsr(int index) {
        return vcpu.msrs.read(index);
    }

    @Override
    public void writeMsr(int index, long value) {
        vcpu.msrs.write(index, value);
    }

    @Override
    public int cr8() {
        return vcpu.apic == null ? vcpu.cr8 : vcpu.apic.tpr() >> 4;
    }

    @Override
    public void cr8(int value) {
        vcpu.cr8 = value;
        if (vcpu.apic != null) {
            vcpu.apic.tpr(value << 4);
        }
    }

    @Override
    public void cpuid(Cpu c) {
        vcpu.cpuid.answer(c);
    }

    /// No hypercall exists here: each is answered with `-KVM_ENOSYS`.
    @Override
    public void hypercall(Cpu c) {
        if (c.cpl != 0) {
            throw GuestFault.ud();
        }
        c.r[Cpu.RAX] = -1000;
    }

    @Override
    public long random() {
        return random != null
                ? random.nextLong()
                : java.util.concurrent.ThreadLocalRandom.current().nextLong();
    }

    @Override
    public void halt() {
        vcpu.cpu.budgetEnd();
        vcpu.cpu.budget = Math.min(vcpu.cpu.budget, -1);
        if (vcpu.apic == null) {
            exits.add(() -> vcpu.page.exit(RunPage.EXIT_HLT));
        } else {
            vcpu.halted = true;
        }
    }

    @Override
    public void codePageMarked(long hostPage) {
        vcpu.cpu.tlb.revokeWrites(hostPage);
        for (Vcpu other : vcpu.vm.vcpus) {
            if (other != vcpu) {
                other.codeMarked(hostPage);
            }
        }
    }
}
