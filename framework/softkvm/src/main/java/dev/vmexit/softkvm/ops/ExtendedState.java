package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.cpu.FloatImage.FXSAVE_BYTES;
import static dev.vmexit.softkvm.cpu.FloatImage.MXCSR;
import static dev.vmexit.softkvm.cpu.FloatImage.SSE;
import static dev.vmexit.softkvm.cpu.FloatImage.ST;
import static dev.vmexit.softkvm.cpu.FloatImage.X87;
import static dev.vmexit.softkvm.cpu.FloatImage.XMM;
import static dev.vmexit.softkvm.cpu.FloatImage.XSAVE_BYTES;
import static dev.vmexit.softkvm.cpu.FloatImage.XSTATE_BV;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.FloatImage;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// What operating systems switch tasks with: `FXSAVE`, `FXRSTOR`, `XSAVE`, `XSAVEOPT`, `XRSTOR`.
///
/// Nothing is optimized away: what `XSAVE` is asked for it writes, and says so in XSTATE_BV.
/// Outside 64-bit code there are eight XMM registers, and the other eight stay what they are.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 10.5 FXSAVE and FXRSTOR; 13.7 Operation of
///       XSAVE; 13.8 Operation of XRSTOR; 13.9 Operation of XSAVEOPT
final class ExtendedState {
    private static final int FXSAVE_ALIGNMENT = 16;
    private static final int XSAVE_ALIGNMENT = 64;

    private ExtendedState() {}

    static void bind(Map<String, Action> actions) {
        actions.put("FXSAVE", ExtendedState::fxsave);
        actions.put("FXRSTOR", ExtendedState::fxrstor);
        actions.put("XSAVE", ExtendedState::xsave);
        actions.put("XSAVEOPT", ExtendedState::xsave);
        actions.put("XRSTOR", ExtendedState::xrstor);
    }

    private static void fxsave(Cpu c, Insn i) {
        long at = linear(c, i, FXSAVE_BYTES, true);
        MemorySegment image = c.x87.image;
        FloatImage.save(c, image, i.operandSize == 8);
        probe(c, at, FXSAVE_BYTES);
        store(c, at, 0, xmmEnd(i));
    }

    private static void fxrstor(Cpu c, Insn i) {
        long at = linear(c, i, FXSAVE_BYTES, false);
        MemorySegment image = c.x87.image;
        load(c, at, FXSAVE_BYTES);
        requireMxcsr(image);
        FloatImage.restoreX87(c.x87, image, i.operandSize == 8);
        FloatImage.restoreMxcsr(c, image);
        FloatImage.restoreXmm(c, image, xmmCount(i));
    }

    private static void xsave(Cpu c, Insn i) {
        requireEnabled(c);
        long at = linear(c, i, XSAVE_BYTES, true);
        long requested = requested(c);
        FloatImage.save(c, c.x87.image, i.operandSize == 8);
        probe(c, at, XSAVE_BYTES);
        long others = Memory.load8(c, at + XSTATE_BV) & ~requested;
        if ((requested & X87) != 0) {
            store(c, at, 0, MXCSR);
            store(c, at, ST, XMM);
        }
        if ((requested & SSE) != 0) {
            store(c, at, MXCSR, ST);
            store(c, at, XMM, xmmEnd(i));
        }
        Memory.store8(c, at + XSTATE_BV, others | requested);
    }

    private static void xrstor(Cpu c, Insn i) {
        requireEnabled(c);
        long at = linear(c, i, XSAVE_BYTES, false);
        long requested = requested(c);
        MemorySegment image = c.x87.image;
        load(c, at, XSAVE_BYTES);
        if (!FloatImage.isHeaderValid(image, c.xcr0)) {
            throw GuestFault.gp();
        }
        if ((requested & SSE) != 0) {
            requireMxcsr(image);
        }
        FloatImage.restore(c, image, requested, i.operandSize == 8, xmmCount(i));
    }

    /// Unlike x87 instructions these do not look at CR0.EM.
    private static void requireEnabled(Cpu c) {
        SystemOps.requireXsave(c);
        if ((c.cr0 & ControlRegisters.CR0_TS) != 0) {
            throw GuestFault.of(GuestFault.NM);
        }
    }

    private static void requireMxcsr(MemorySegment image) {
        if (!FloatImage.isMxcsrValid(image)) {
            throw GuestFault.gp();
        }
    }

    /// {@return RFBM, the components that the instruction is about}
    private static long requested(Cpu c) {
        long mask = c.r[Cpu.RAX] & 0xFFFF_FFFFL | c.r[Cpu.RDX] << 32;
        return mask & c.xcr0;
    }

    private static long linear(Cpu c, Insn i, int bytes, boolean write) {
        long at = Access.linear(c, i, bytes, write);
        int alignment = bytes == XSAVE_BYTES ? XSAVE_ALIGNMENT : FXSAVE_ALIGNMENT;
        if ((at & alignment - 1) != 0) {
            throw GuestFault.gp();
        }
        return at;
    }

    private static int xmmCount(Insn i) {
        return i.long64 ? 16 : 8;
    }

    private static int xmmEnd(Insn i) {
        return XMM + 16 * xmmCount(i);
    }

    private static void probe(Cpu c, long at, int bytes) {
        SlowMemory.probeWrite(c, at + bytes - 1);
        SlowMemory.probeWrite(c, at);
    }

    private static void store(Cpu c, long at, int from, int to) {
        for (int offset = from; offset < to; offset += 8) {
            Memory.store8(c, at + offset, c.x87.image.get(Host.LONG, offset));
        }
    }

    private static void load(Cpu c, long at, int bytes) {
        for (int offset = 0; offset < bytes; offset += 8) {
            c.x87.image.set(Host.LONG, offset, Memory.load8(c, at + offset));
        }
    }
}
