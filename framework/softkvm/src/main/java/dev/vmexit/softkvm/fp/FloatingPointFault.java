package dev.vmexit.softkvm.fp;

/// An SSE operation met an exception that MXCSR does not mask: the CPU turns it into `#XM`. The
/// flags are set, no result exists. One shared instance without a stack trace, for it is an event
/// of the guest's and no error of ours.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 11.5.4, "Handling SIMD Floating-Point Exceptions in Software"
public final class FloatingPointFault extends RuntimeException {
    static final FloatingPointFault INSTANCE = new FloatingPointFault();
    private static final long serialVersionUID = 1;

    private FloatingPointFault() {
        super("unmasked SIMD floating-point exception", null, false, false);
    }
}
