package dev.vmexit.softkvm.fp;

/// SSE arithmetic in full, for both widths: every rounding mode, every exception, denormals, FTZ
/// and DAZ. [Binary32] and [Binary64] come here when the host's own arithmetic will not do.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 11.5, "SSE, SSE2, and SSE3 Exceptions"
final class Scalar {
    private static final int ROUND_BY_MXCSR = 1 << 2;
    private static final int SUPPRESS_PRECISION = 1 << 3;

    private Scalar() {}

    static long arithmetic(Operation operation, long a, long b, Format format, MxCsr mxcsr) {
        Workspace w = begin(a, format, mxcsr);
        if (operation == Operation.SQUARE_ROOT) {
            w.b.setZero(false);
        } else {
            load(b, format, w.b, mxcsr);
        }
        if (!w.settleNan()) {
            operation.apply(w);
            noteDenormals(w);
        }
        return finish(w, format, mxcsr);
    }

    /// A denormal operand is news only if nothing worse than it has happened.
    private static void noteDenormals(Workspace w) {
        if ((w.flags & (Flags.IE | Flags.ZE)) == 0) {
            w.noteDenormals();
        }
    }

    private static Workspace begin(long a, Format format, MxCsr mxcsr) {
        Workspace w = mxcsr.workspace;
        w.flags = 0;
        w.roundingMode = mxcsr.roundingMode();
        load(a, format, w.a, mxcsr);
        return w;
    }

    private static void load(long bits, Format format, Unpacked to, MxCsr mxcsr) {
        format.unpack(bits, to);
        if (to.denormal && (mxcsr.value & MxCsr.DAZ) != 0) {
            to.setZero(to.negative);
        }
    }

    private static long finish(Workspace w, Format format, MxCsr mxcsr) {
        mxcsr.raise(w.flags);
        Unpacked result = w.result;
        if (result.isFinite()) {
            int masks = mxcsr.masks();
            int flags = Rounding.round(result, format, w.roundingMode, masks);
            boolean flush = (mxcsr.value & MxCsr.FTZ) != 0 && (masks & Flags.UE) != 0;
            if (flush && (flags & Flags.TINY) != 0) {
                flags |= Flags.UE | Flags.PE;
                result.setZero(result.negative);
            }
            mxcsr.raise(flags & Flags.ALL);
        }
        return format.pack(result);
    }

    /// {@return -1, 0 or 1, or 2 if one of them is a NaN}
    static int compare(long a, long b, boolean signalQuiet, Format format, MxCsr mxcsr) {
        Workspace w = begin(a, format, mxcsr);
        load(b, format, w.b, mxcsr);
        int order = 2;
        if (!w.settleNan()) {
            w.noteDenormals();
            order = Unpacked.compare(w.a, w.b);
        } else if (signalQuiet) {
            w.flags |= Flags.IE;
        }
        mxcsr.raise(w.flags);
        return order;
    }

    /// {@return `a` if it is the less (the greater) one, `b` if not or if that cannot be said}
    static long extreme(long a, long b, boolean greater, Format format, MxCsr mxcsr) {
        int order = compare(a, b, true, format, mxcsr);
        Workspace w = mxcsr.workspace;
        boolean first = order == (greater ? 1 : -1);
        Unpacked winner = first ? w.a : w.b;
        // DAZ has made it a zero; a NaN passes as it is.
        boolean flushed = winner.isZero();
        return flushed ? format.pack(winner) : first ? a : b;
    }

    static long round(long a, int imm8, Format format, MxCsr mxcsr) {
        Workspace w = begin(a, format, mxcsr);
        if (!w.settleNanOfOne()) {
            w.result.set(w.a);
            if (w.a.isFinite()) {
                int flags = Rounding.toIntegral(w.result, mode(imm8, mxcsr));
                w.flags = flags & reported(imm8);
            }
        }
        mxcsr.raise(w.flags);
        return format.pack(w.result);
    }

    /// The same for a normal number or zero, which the host can do.
    static double toIntegral(double x, int imm8, MxCsr mxcsr) {
        double rounded = switch (mode(imm8, mxcsr)) {
            case Rounding.NEAREST -> Math.rint(x);
            case Rounding.DOWN -> Math.floor(x);
            case Rounding.UP -> Math.ceil(x);
            default -> x < 0 ? Math.ceil(x) : Math.floor(x);
        };
        if (rounded != x) {
            mxcsr.raise(Flags.PE & reported(imm8));
        }
        return rounded;
    }

    private static int mode(int imm8, MxCsr mxcsr) {
        return (imm8 & ROUND_BY_MXCSR) != 0 ? mxcsr.roundingMode() : imm8 & 3;
    }

    private static int reported(int imm8) {
        return (imm8 & SUPPRESS_PRECISION) != 0 ? 0 : Flags.PE;
    }

    /// {@return `a` as an integer of `bits` bits, or the smallest one and `IE` if it does not fit}
    static long toInteger(long a, int bits, boolean truncate, Format format, MxCsr mxcsr) {
        Workspace w = begin(a, format, mxcsr);
        int mode = truncate ? Rounding.ZERO : w.roundingMode;
        long indefinite = -1L << bits - 1;
        if (w.a.isZero()) {
            return 0;
        }
        int flags = w.a.isFinite() ? Rounding.toInteger(w.a, mode) : Flags.IE;
        long value = w.a.negative ? -w.a.high : w.a.high;
        boolean fits = w.a.exponent <= 63 && value >> bits - 1 == (w.a.negative ? -1 : 0);
        if (!w.a.isFinite() || w.a.high != 0 && !fits) {
            mxcsr.raise(Flags.IE);
            return indefinite;
        }
        mxcsr.raise(flags & Flags.PE);
        return value;
    }

    static long fromInteger(long value, Format format, MxCsr mxcsr) {
        Workspace w = mxcsr.workspace;
        w.flags = 0;
        w.roundingMode = mxcsr.roundingMode();
        w.result.setInteger(value);
        return finish(w, format, mxcsr);
    }

    static long convert(long a, Format from, Format to, MxCsr mxcsr) {
        Workspace w = begin(a, from, mxcsr);
        if (!w.settleNanOfOne()) {
            w.noteDenormals();
            w.result.set(w.a);
        }
        return finish(w, to, mxcsr);
    }
}
