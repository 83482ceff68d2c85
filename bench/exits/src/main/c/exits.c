/* The yardstick: what the same two loops cost without Java.
 *
 *   exits version N    N times ioctl(KVM_GET_API_VERSION): a call that does nothing
 *   exits port N       N times KVM_RUN, each ended by an OUT of the guest
 *
 * Prints nanoseconds per round. The guest is `again: out dx, al; jmp again` in real mode, as in
 * ExitsBenchmark.java. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

static void check(long result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double version(int kvm, long rounds) {
    double start = now();
    for (long i = 0; i < rounds; i++) {
        check(ioctl(kvm, KVM_GET_API_VERSION, 0), "KVM_GET_API_VERSION");
    }
    return (now() - start) / rounds;
}

static double port(int kvm, long rounds) {
    static const unsigned char guest[] = {0xBA, 0xF8, 0x03, 0xEE, 0xEB, 0xFD};
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    check(vm, "KVM_CREATE_VM");
    unsigned char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(memory + 0x1000, guest, sizeof guest);
    struct kvm_userspace_memory_region region = {
        .memory_size = 65536, .userspace_addr = (unsigned long)memory};
    check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    check(vcpu, "KVM_CREATE_VCPU");
    int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    struct kvm_sregs sregs;
    check(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    sregs.cs.base = sregs.cs.selector = 0;
    check(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    struct kvm_regs regs = {.rip = 0x1000, .rflags = 2};
    check(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
    double start = 0;
    for (long i = -100; i < rounds; i++) {
        if (i == 0) {
            start = now();
        }
        check(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
        if (run->exit_reason != KVM_EXIT_IO) {
            fprintf(stderr, "exit reason %u\n", run->exit_reason);
            exit(1);
        }
    }
    return (now() - start) / rounds;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: exits version|port ROUNDS\n");
        return 2;
    }
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    check(kvm, "/dev/kvm");
    long rounds = atol(argv[2]);
    printf("%.1f\n", strcmp(argv[1], "port") == 0 ? port(kvm, rounds) : version(kvm, rounds));
    return 0;
}
