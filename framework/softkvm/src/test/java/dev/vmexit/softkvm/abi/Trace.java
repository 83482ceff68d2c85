package dev.vmexit.softkvm.abi;

import java.util.HexFormat;

/// What a guest did, exit for exit, as text that two kernels can be compared by.
final class Trace {
    private static final int MOST_EXITS = 12;
    private static final int PORT_DATA = 4096;
    private static final int HANDLERS = 0x2000;
    private static final long RF = 1 << 16;
    private static final byte[] ANSWER = HexFormat.of().parseHex("1122334455667788");

    private final StringBuilder text = new StringBuilder();

    private Trace() {}

    enum Mode {
        REAL, PROTECTED
    }

    /// Every vector below 0x20 has a handler that writes its number to port 0xE0 and halts.
    static String of(Kernel kernel, Mode mode, String code) {
        try (Machine machine = new Machine(kernel.libc().orElseThrow())) {
            for (int vector = 0; vector < 0x20; vector++) {
                int at = HANDLERS + 16 * vector;
                machine.ram.u16(4L * vector, at).bytes(at, (byte) 0xB0, (byte) vector, (byte) 0xE6,
                        (byte) 0xE0, (byte) 0xF4);
            }
            machine.ram.bytes(Machine.CODE, HexFormat.of().parseHex(code));
            VirtualCpu vcpu = machine.vcpu().realMode();
            if (mode == Mode.PROTECTED) {
                vcpu.protectedMode();
            }
            return new Trace().run(vcpu);
        }
    }

    private String run(VirtualCpu vcpu) {
        for (int n = 0; n < MOST_EXITS; n++) {
            int result = vcpu.run();
            text.append("run ").append(result).append(" exit ").append(vcpu.exitReason())
                    .append(details(vcpu.page, vcpu.exitReason())).append('\n');
            text.append("  regs ").append(registers(vcpu)).append('\n');
            text.append("  sregs ").append(vcpu.get(Request.GET_SREGS).hex()).append('\n');
            text.append("  page ").append(vcpu.page.hex(12, 20)).append('\n');
            if (vcpu.exitReason() != Exit.IO && vcpu.exitReason() != Exit.MMIO) {
                break;
            }
            answer(vcpu.page, vcpu.exitReason());
        }
        return text.toString();
    }

    /// Without RF: KVM's emulator sets it in the middle of a repeated string, and before a fault.
    private static String registers(VirtualCpu vcpu) {
        Struct regs = vcpu.get(Request.GET_REGS);
        return regs.u64(VirtualCpu.RFLAGS, regs.u64(VirtualCpu.RFLAGS) & ~RF).hex();
    }

    private static String details(Struct page, int exit) {
        int at = Exit.DETAILS;
        return switch (exit) {
            case Exit.IO -> " " + page.hex(at, 16) + " " + page.hex(PORT_DATA, page.u8(at) == 0
                    ? 0
                    : page.u8(at + 1) * page.u32(at + 4));
            case Exit.MMIO -> " " + page.hex(at, 8) + " " + page.hex(at + 16, 5) + " "
                    + page.hex(at + 8, page.u8(at + 20) == 0 ? 0 : page.u32(at + 16));
            case Exit.INTERNAL_ERROR -> " suberror " + page.u32(at);
            default -> "";
        };
    }

    private static void answer(Struct page, int exit) {
        if (exit == Exit.MMIO) {
            if (page.u8(Exit.DETAILS + 20) == 0) {
                page.bytes(Exit.DETAILS + 8, ANSWER);
            }
        } else if (page.u8(Exit.DETAILS) == 0) {
            int bytes = page.u8(Exit.DETAILS + 1) * page.u32(Exit.DETAILS + 4);
            for (int n = 0; n < bytes; n++) {
                page.u8(PORT_DATA + n, ANSWER[n & 7]);
            }
        }
    }
}
