package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.PortRights;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// IN, OUT, INS, OUTS.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, chapter 19 Input/Output
public final class Ports {
    private Ports() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("IN", (c, i) -> in(c, port(c, i, i.src == Insn.IMM), 1));
        actions.put("INV", (c, i) -> in(c, port(c, i, i.src == Insn.IMM),
                Math.min(4, i.operandSize)));
        actions.put("OUT", (c, i) -> out(c, port(c, i, i.dst == Insn.IMM), 1));
        actions.put("OUTV", (c, i) -> out(c, port(c, i, i.dst == Insn.IMM),
                Math.min(4, i.operandSize)));
        actions.put("INSB", (c, i) -> ins(c, i, 1));
        actions.put("INSV", (c, i) -> ins(c, i, Math.min(4, i.operandSize)));
        actions.put("OUTSB", (c, i) -> outs(c, i, 1));
        actions.put("OUTSV", (c, i) -> outs(c, i, Math.min(4, i.operandSize)));
    }

    private static int port(Cpu c, Insn i, boolean immediate) {
        return immediate ? (int) i.imm & 0xFF : (int) c.r[Cpu.RDX] & 0xFFFF;
    }

    private static void in(Cpu c, int port, int size) {
        PortRights.require(c, port, size);
        Access.register(c, Cpu.RAX, size, c.outside.in(port, size));
    }

    private static void out(Cpu c, int port, int size) {
        PortRights.require(c, port, size);
        c.outside.out(port, size, Access.truncate(c.r[Cpu.RAX], size));
    }

    private static void ins(Cpu c, Insn i, int size) {
        int port = (int) c.r[Cpu.RDX] & 0xFFFF;
        PortRights.require(c, port, size);
        long at = Strings.target(c, i, size, true);
        int items = atOnce(c, i, at, size);
        if (items == 0) {
            return;
        }
        SlowMemory.probeWrite(c, at);
        SlowMemory.probeWrite(c, at + size - 1);
        byte[] buffer = new byte[items * size];
        int moved = c.outside.inString(port, size, items, buffer);
        for (int n = 0; n < moved * size; n++) {
            Memory.store1(c, at + n, buffer[n]);
        }
        done(c, i, Cpu.RDI, moved, size);
    }

    private static void outs(Cpu c, Insn i, int size) {
        int port = (int) c.r[Cpu.RDX] & 0xFFFF;
        PortRights.require(c, port, size);
        long at = Strings.source(c, i, size);
        int items = atOnce(c, i, at, size);
        if (items == 0) {
            return;
        }
        byte[] buffer = new byte[items * size];
        for (int n = 0; n < buffer.length; n++) {
            buffer[n] = (byte) Memory.load1(c, at + n);
        }
        int moved = c.outside.outString(port, size, items, buffer);
        done(c, i, Cpu.RSI, moved, size);
    }

    /// One without REP; else as many as lie in this page, upwards; downwards one after the other.
    private static int atOnce(Cpu c, Insn i, long at, int size) {
        if (!i.rep && !i.repne) {
            return 1;
        }
        long count = Access.truncate(c.r[Cpu.RCX], i.addressSize);
        if (c.flag(Flags.DF) || c.segmented) {
            return count == 0 ? 0 : 1;
        }
        int fit = (int) (4096 - (at & 0xFFF)) / size;
        return Long.compareUnsigned(count, Math.max(1, fit)) < 0
                ? (int) count
                : Math.max(1, fit);
    }

    private static void done(Cpu c, Insn i, int register, int moved, int size) {
        Strings.advance(c, i, register, (long) moved * size);
        if (i.rep || i.repne) {
            long left = Access.truncate(c.r[Cpu.RCX] - moved, i.addressSize);
            Access.register(c, Cpu.RCX, i.addressSize, left);
            if (left != 0) {
                c.rip = c.truncateIp(c.rip - i.length);
            }
        }
    }
}
