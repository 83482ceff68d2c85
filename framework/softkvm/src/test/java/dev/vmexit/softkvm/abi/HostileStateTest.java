package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.SoftKernel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// States that are nearly right: a state is read, a few bits are turned, it is written back, and
/// the vCPU runs random code with it. Soft KVM alone.
///
/// Whatever happens happens to the guest: the ioctls return, and `KVM_RUN` ends with an exit.
@Timeout(60)
class HostileStateTest {
    private static final int ROUNDS = 4_000;
    /// With interrupt controllers most vCPUs end up asleep, until the next signal.
    private static final int SLEEPY_ROUNDS = 600;
    private static final Request[][] PAIRS = {{Request.GET_REGS, Request.SET_REGS},
            {Request.GET_SREGS, Request.SET_SREGS}, {Request.GET_SREGS, Request.SET_SREGS},
            {Request.GET_FPU, Request.SET_FPU}, {Request.GET_XSAVE, Request.SET_XSAVE},
            {Request.GET_XCRS, Request.SET_XCRS}, {Request.GET_LAPIC, Request.SET_LAPIC},
            {Request.GET_MP_STATE, Request.SET_MP_STATE},
            {Request.GET_DEBUGREGS, Request.SET_DEBUGREGS},
            {Request.GET_VCPU_EVENTS, Request.SET_VCPU_EVENTS}};
    private static final Request[][] CHIP_PAIRS = {{Request.GET_IRQCHIP, Request.SET_IRQCHIP},
            {Request.GET_PIT2, Request.SET_PIT2}, {Request.GET_CLOCK, Request.SET_CLOCK}};

    private Random random;
    private Struct powerUp;
    private volatile boolean ended;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_state_with_a_few_bits_turned_harms_nobody_but_the_guest(long seed) {
        random = new Random(seed);
        boolean chip = seed % 2 == 0;
        try (Machine machine = new Machine(new SoftKernel())) {
            if (chip) {
                Machine.must(machine.vm(Request.CREATE_IRQCHIP, 0));
                Machine.must(machine.vm(Request.CREATE_PIT2, Struct.ofSize(64)));
            }
            VirtualCpu vcpu = machine.vcpu();
            powerUp = vcpu.get(Request.GET_SREGS);
            watchOver(machine);
            for (int n = 0; n < (chip ? SLEEPY_ROUNDS : ROUNDS); n++) {
                round(machine, vcpu, n);
            }
        } finally {
            ended = true;
        }
    }

    private void round(Machine machine, VirtualCpu vcpu, int n) {
        if (n % 50 == 0) {
            scramble(machine, vcpu, n / 50 % 3);
        }
        Request[] pair = PAIRS[random.nextInt(PAIRS.length)];
        turn(machine, vcpu.fd, pair);
        if (random.nextInt(4) == 0) {
            turn(machine, machine.vm, CHIP_PAIRS[random.nextInt(CHIP_PAIRS.length)]);
        }
        vcpu.page.u8(Exit.REQUEST_INTERRUPT_WINDOW, random.nextInt(2));
        assertThat(vcpu.run()).isGreaterThan(-4096);
    }

    /// New code everywhere, and a vCPU in real, protected, or long mode.
    private void scramble(Machine machine, VirtualCpu vcpu, int mode) {
        for (int at = 0; at < Machine.RAM_BYTES; at += 8) {
            machine.ram.u64(at, random.nextInt(8) == 0 ? 0 : random.nextLong());
        }
        vcpu.set(Request.SET_SREGS, powerUp);
        vcpu.realMode();
        if (mode > 0) {
            vcpu.protectedMode();
        }
        if (mode == 2) {
            machine.ram.u64(0x8000, 0x9007).u64(0x9000, 0x87);
            vcpu.set(Request.SET_SREGS, vcpu.get(Request.GET_SREGS).u8(17, 0).u8(19, 1)
                    .u64(224, 1L << 31 | 0x11).u64(240, 0x8000).u64(248, 1 << 5 | 3 << 9)
                    .u64(264, 0x500));
        }
    }

    private void turn(Machine machine, int fd, Request[] pair) {
        Struct state = Struct.ofSize(pair[0].sizeBytes);
        if (pair[0] == Request.GET_IRQCHIP) {
            state.u32(0, random.nextInt(3));
        }
        machine.ioctl(fd, pair[0], state.address());
        for (int bits = random.nextInt(4); bits >= 0; bits--) {
            int at = random.nextInt(Math.min(pair[0].sizeBytes, 576));
            state.u8(at, state.u8(at) ^ 1 << random.nextInt(8));
        }
        assertThat(machine.ioctl(fd, pair[1], state.address())).as(pair[1].name())
                .isGreaterThan(-4096);
    }

    private void watchOver(Machine machine) {
        int tid = machine.libc.gettid();
        Thread.ofPlatform().daemon().start(() -> {
            while (!ended) {
                machine.libc.interrupt(tid);
                sleep();
            }
        });
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
