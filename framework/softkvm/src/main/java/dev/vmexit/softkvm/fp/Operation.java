package dev.vmexit.softkvm.fp;

/// An operation on numbers of every kind: what infinities and zeros give, and [Exact] for the rest.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 4.9.1.1, "Invalid Operation Exception (#I)"
enum Operation {
    ADD {
        @Override
        void apply(Workspace w) {
            if (w.a.isInfinite() || w.b.isInfinite()) {
                addInfinite(w);
                return;
            }
            boolean zeros = w.a.isZero() && w.b.isZero();
            boolean sameSign = w.a.negative == w.b.negative;
            Exact.add(w.result, w.a, w.b);
            if (w.result.isZero()) {
                boolean negative = w.roundingMode == Rounding.DOWN;
                w.result.negative = zeros && sameSign ? w.a.negative : negative;
            }
        }
    },
    SUBTRACT {
        @Override
        void apply(Workspace w) {
            w.b.negative = !w.b.negative;
            ADD.apply(w);
        }
    },
    MULTIPLY {
        @Override
        void apply(Workspace w) {
            if (!w.a.isInfinite() && !w.b.isInfinite()) {
                Exact.multiply(w.result, w.a, w.b);
            } else if (w.a.isZero() || w.b.isZero()) {
                w.invalid();
            } else {
                w.result.setInfinite(w.a.negative != w.b.negative);
            }
        }
    },
    DIVIDE {
        @Override
        void apply(Workspace w) {
            boolean negative = w.a.negative != w.b.negative;
            if (w.a.isInfinite() && w.b.isInfinite() || w.a.isZero() && w.b.isZero()) {
                w.invalid();
            } else if (w.a.isInfinite()) {
                w.result.setInfinite(negative);
            } else if (w.b.isInfinite()) {
                w.result.setZero(negative);
            } else if (w.b.isZero()) {
                w.flags |= Flags.ZE;
                w.result.setInfinite(negative);
            } else {
                Exact.divide(w.result, w.a, w.b);
            }
        }
    },
    /// The square root of `a`.
    SQUARE_ROOT {
        @Override
        void apply(Workspace w) {
            if (w.a.isZero()) {
                w.result.setZero(w.a.negative);
            } else if (w.a.negative) {
                w.invalid();
            } else if (w.a.isInfinite()) {
                w.result.setInfinite(false);
            } else {
                Exact.squareRoot(w.result, w.a);
            }
        }
    };

    /// Computes from `a` and `b`, none of them a NaN, the exact result; may set `IE` or `ZE`.
    abstract void apply(Workspace w);

    private static void addInfinite(Workspace w) {
        if (w.a.isInfinite() && w.b.isInfinite() && w.a.negative != w.b.negative) {
            w.invalid();
        } else {
            w.result.setInfinite(w.a.isInfinite() ? w.a.negative : w.b.negative);
        }
    }
}
