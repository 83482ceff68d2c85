package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// eventfd(2), `KVM_IRQFD`, `KVM_IOEVENTFD`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.59, 4.75
class EventDescriptorTest extends AgreementTest {
    private static final int DATAMATCH = 1;
    private static final int PIO = 2;
    private static final int DEASSIGN = 4;
    private static final int DOORBELL = 0x8_0000;

    private int event() {
        return machine.own(machine.libc.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
    }

    private long read(int fd) {
        Struct buffer = Struct.ofSize(8);
        long result = machine.libc.read(fd, buffer.segment);
        return result < 0 ? result : buffer.u64(0);
    }

    private void add(int fd, long n) {
        assertThat(machine.libc.write(fd, Struct.ofSize(8).u64(0, n).segment)).isEqualTo(8);
    }

    // tag::irq-fd[]
    private int irqFd(int fd, int gsi, int flags) {
        return machine.vm(Request.IRQFD, Struct.ofSize(32).u32(0, fd).u32(4, gsi).u32(8, flags));
    }
    // end::irq-fd[]

    // tag::io-event[]
    private int ioEvent(int fd, long address, int length, int flags) {
        return machine.vm(Request.IOEVENTFD, Struct.ofSize(64).u64(0, 7).u64(8, address)
                .u32(16, length).u32(20, fd).u32(24, flags));
    }
    // end::io-event[]

    @Test
    void an_eventfd_counts_and_is_emptied_by_a_read() {
        int fd = event();
        assertThat(read(fd)).isEqualTo(-Errno.EAGAIN.number());
        add(fd, 3);
        add(fd, 4);
        assertThat(read(fd)).isEqualTo(7);
        assertThat(read(fd)).isEqualTo(-Errno.EAGAIN.number());
    }

    @Test
    void an_eventfd_has_room_for_all_but_the_greatest_number() {
        int fd = event();
        Struct most = Struct.ofSize(8).u64(0, -1);
        assertThat(machine.libc.write(fd, most.segment)).isEqualTo(-Errno.EINVAL.number());
        add(fd, -2);
        assertThat(machine.libc.write(fd, Struct.ofSize(8).u64(0, 1).segment))
                .isEqualTo(-Errno.EAGAIN.number());
        assertThat(machine.libc.read(fd, Struct.ofSize(4).segment))
                .isEqualTo(-Errno.EINVAL.number());
    }

    @Test
    void IRQFD_needs_controllers_and_an_eventfd() {
        assertErrno(irqFd(event(), 5, 0), Errno.EINVAL);
        machine.vm(Request.CREATE_IRQCHIP, 0);
        assertErrno(irqFd(machine.device, 5, 0), Errno.EINVAL);
        assertErrno(irqFd(-1, 5, 0), Errno.EBADF);
        assertErrno(irqFd(event(), 5, 1 << 8), Errno.EINVAL);
    }

    @Test
    void an_eventfd_is_one_interrupt_line_at_a_time() {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        int fd = event();
        assertThat(irqFd(fd, 5, 0)).isZero();
        assertErrno(irqFd(fd, 6, 0), Errno.EBUSY);
        assertThat(irqFd(fd, 5, 1)).as("deassign").isZero();
        assertThat(irqFd(fd, 6, 0)).isZero();
        assertThat(irqFd(event(), 6, 0)).as("two of one line").isZero();
    }

    // tag::edge[]
    @Test
    void a_write_to_an_IRQFD_is_an_edge_on_its_line() throws InterruptedException {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        Struct pic = Struct.ofSize(520);
        machine.vm(Request.GET_IRQCHIP, pic);
        machine.vm(Request.SET_IRQCHIP, pic.u8(8 + 5, 0x20).u8(8 + 13, 1));
        int fd = event();
        irqFd(fd, 5, 0);
        add(fd, 1);
        awaitRequest(5);
    }
    // end::edge[]

    /// An event that nobody has taken yet counts from the start.
    @Test
    void an_event_before_IRQFD_is_not_lost() throws InterruptedException {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        int fd = event();
        add(fd, 1);
        irqFd(fd, 6, 0);
        awaitRequest(6);
    }

    /// The kernel's KVM hands it to another thread.
    private void awaitRequest(int line) throws InterruptedException {
        Struct pic = Struct.ofSize(520);
        for (int tries = 0; tries < 500 && (pic.u8(8 + 1) & 1 << line) == 0; tries++) {
            Thread.sleep(Duration.ofMillis(2));
            machine.vm(Request.GET_IRQCHIP, pic);
        }
        assertThat(pic.u8(8 + 1) & 1 << line).as("IRR").isNotZero();
    }

    @Test
    void IOEVENTFD_refuses_what_is_wrong() {
        int fd = event();
        assertErrno(ioEvent(fd, DOORBELL, 3, 0), Errno.EINVAL);
        assertErrno(ioEvent(fd, DOORBELL, 16, 0), Errno.EINVAL);
        assertErrno(ioEvent(fd, DOORBELL, 0, DATAMATCH), Errno.EINVAL);
        assertErrno(ioEvent(fd, -2, 4, 0), Errno.EINVAL);
        assertErrno(ioEvent(fd, DOORBELL, 4, 1 << 6), Errno.EINVAL);
        assertErrno(ioEvent(-1, DOORBELL, 4, 0), Errno.EBADF);
        assertErrno(ioEvent(machine.device, DOORBELL, 4, 0), Errno.EINVAL);
        assertErrno(ioEvent(fd, DOORBELL, 4, DEASSIGN), Errno.ENOENT);
    }

    @Test
    void one_address_of_one_length_has_one_IOEVENTFD() {
        int fd = event();
        assertThat(ioEvent(fd, DOORBELL, 4, 0)).isZero();
        assertErrno(ioEvent(event(), DOORBELL, 4, 0), Errno.EEXIST);
        assertErrno(ioEvent(event(), DOORBELL, 4, DEASSIGN), Errno.ENOENT);
        assertErrno(ioEvent(event(), DOORBELL, 4, DATAMATCH), Errno.EEXIST);
        assertErrno(ioEvent(event(), DOORBELL, 0, 0), Errno.EEXIST);
        assertThat(ioEvent(event(), DOORBELL, 2, 0)).as("another length").isZero();
        assertThat(ioEvent(event(), DOORBELL, 4, PIO)).as("another space").isZero();
        assertThat(ioEvent(fd, DOORBELL, 4, DEASSIGN)).isZero();
        assertThat(ioEvent(fd, DOORBELL, 4, 0)).isZero();
    }

    // tag::no-exit[]
    @Test
    void a_port_with_an_IOEVENTFD_does_not_exit() {
        int fd = event();
        ioEvent(fd, 0x42, 1, PIO);
        // out 0x42,al · out 0x42,al · out 0x42,ax · hlt
        VirtualCpu vcpu = machine.load(0xE6, 0x42, 0xE6, 0x42, 0xE7, 0x42, 0xF4).vcpu().realMode();
        assertThat(vcpu.runToExit()).as("another length").isEqualTo(Exit.IO);
        assertThat(read(fd)).isEqualTo(2);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }
    // end::no-exit[]

    // tag::match[]
    @Test
    void a_value_can_be_asked_for() {
        int fd = event();
        ioEvent(fd, 0x42, 1, PIO | DATAMATCH);
        // mov al,7 · out 0x42,al · mov al,8 · out 0x42,al
        VirtualCpu vcpu = machine.load(0xB0, 7, 0xE6, 0x42, 0xB0, 8, 0xE6, 0x42).vcpu().realMode();
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        assertThat(vcpu.page.u8(4096)).isEqualTo(8);
        assertThat(read(fd)).isEqualTo(1);
    }
    // end::match[]

    @Test
    void an_address_with_an_IOEVENTFD_of_any_length_does_not_exit() {
        int fd = event();
        ioEvent(fd, DOORBELL, 0, 0);
        // mov ax,0x8000 · mov ds,ax · mov [0],al · mov [0],ax · mov al,[0]
        VirtualCpu vcpu =
                machine.load(0xB8, 0, 0x80, 0x8E, 0xD8, 0xA2, 0, 0, 0xA3, 0, 0, 0xA0, 0, 0)
                        .vcpu().realMode();
        assertThat(vcpu.runToExit()).as("a read exits").isEqualTo(Exit.MMIO);
        assertThat(vcpu.page.u8(Exit.DETAILS + 20)).isZero();
        assertThat(read(fd)).isEqualTo(2);
    }
}
