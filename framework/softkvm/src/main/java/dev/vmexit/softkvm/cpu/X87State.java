package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Status;
import java.lang.foreign.MemorySegment;

/// The x87 registers, which are the MMX registers too.
///
/// ```
///        R7 ┌─────────┐                ST(n) = R(TOP + n mod 8)
///           │         │ ST(1)          a push goes to R(TOP - 1), which is ST(7)
///  TOP ───▶ │         │ ST(0)
///        R0 └─────────┘                MMn = significand of Rn, whatever TOP is
/// ```
///
/// Of a tag only "empty" is state; the rest of the tag word is worked out from the register's
/// content when it is asked for, as real CPUs do. `FCS` and `FDS` are not kept
/// (CPUID.(7,0):EBX[13]) and read as 0. Arithmetic is in package `fp`.
///
/// Owned as [Cpu] is.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.1 x87 FPU Execution Environment; 9.2 The MMX
///       Technology Programming Environment
public final class X87State {
    /// Bit 6 of the control word has no meaning and is always 1.
    private static final int CONTROL_RESERVED_1 = 1 << 6;
    private static final int CONTROL_WRITABLE = 0x1F3F;
    private static final int EXCEPTIONS = 0x3F;
    private static final int TOP_SHIFT = 11;
    private static final int EXPONENT = 0x7FFF;
    private static final int ALL = 0xFF;

    private static final int TAG_VALID = 0;
    private static final int TAG_ZERO = 1;
    private static final int TAG_SPECIAL = 2;
    private static final int TAG_EMPTY = 3;

    /// Control word and status word, the latter without TOP.
    public final X87Status status = new X87Status();
    /// Of the last instruction that was not a control instruction.
    public long fip;
    /// Of the last memory operand of such an instruction.
    public long fdp;
    /// Of the last instruction that met an unmasked exception.
    public int fop;
    /// Where an instruction puts an operand or a result that is not in a register (yet).
    public final Float80 operand = new Float80();
    /// Where FNSAVE, FXSAVE, XSAVE and their counterparts build what goes to and comes from memory.
    public final MemorySegment image = MemorySegment.ofArray(new long[FloatImage.XSAVE_BYTES / 8]);

    private final Float80[] registers = new Float80[8];
    private final Float80 indefinite = new Float80();
    private int top;
    /// Bit n: Rn is not empty.
    private int full;

    public X87State() {
        for (int n = 0; n < registers.length; n++) {
            registers[n] = new Float80();
        }
        indefinite.setIndefinite();
    }

    /// `FNINIT`. The registers keep their content and are empty.
    public void reset() {
        status.control = X87Status.INITIAL_CONTROL;
        status.status = 0;
        top = 0;
        full = 0;
        fip = 0;
        fdp = 0;
        fop = 0;
    }

    /// As XRSTOR initializes: unlike [#reset] it clears the registers.
    public void initialize() {
        reset();
        for (Float80 register : registers) {
            register.set(0, 0);
        }
    }

    /// An earlier instruction has met an exception that is not masked. That is `#MF` whatever
    /// CR0.NE says: nothing here has the FERR# pin through which a PC with NE = 0 raises IRQ 13.
    ///
    /// @throws GuestFault `#MF`
    public void requireNoPendingFault(Cpu c) {
        if (status.isSet(X87Status.ES)) {
            throw GuestFault.of(GuestFault.MF);
        }
    }

    // The stack.

    /// {@return ST(n), be it empty or not; writing it fills nothing}
    public Float80 st(int n) {
        return registers[top + n & 7];
    }

    /// {@return ST(n) to compute with: the indefinite NaN if it is empty} Not to be written.
    public Float80 source(int n) {
        return isEmpty(n) ? indefinite : st(n);
    }

    public boolean isEmpty(int n) {
        return (full >> (top + n & 7) & 1) == 0;
    }

    /// Makes ST(n) a copy of `value`, and not empty.
    public void put(int n, Float80 value) {
        st(n).set(value);
        full |= 1 << (top + n & 7);
    }

    public void putIndefinite(int n) {
        put(n, indefinite);
    }

    public void push(Float80 value) {
        turn(-1);
        put(0, value);
    }

    public void pushIndefinite() {
        push(indefinite);
    }

    public void pop() {
        free(0);
        turn(1);
    }

    public void free(int n) {
        full &= ~(1 << (top + n & 7));
    }

    /// `FINCSTP` (1), `FDECSTP` (-1).
    public void turn(int by) {
        top = top + by & 7;
    }

    /// A register that should hold something is empty.
    ///
    /// @return whether that is masked: then the answer is the indefinite NaN
    public boolean underflow() {
        clearC1();
        return status.raise(X87Status.IE | X87Status.SF);
    }

    /// A push would go to a register that is not empty; as [#underflow].
    public boolean overflow() {
        return status.raise(X87Status.IE | X87Status.SF | X87Status.C1);
    }

    public void clearC1() {
        status.status &= ~X87Status.C1;
    }

    // MMX.

    public long mmx(int n) {
        return registers[n].significand;
    }

    /// Seen as x87 register it is a NaN or infinity then, so that mixing is noticed.
    public void setMmx(int n, long value) {
        registers[n].set(0xFFFF, value);
    }

    /// What every MMX instruction but EMMS does besides: TOP 0, no register empty.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, table 12-1 Action Taken By MMX
    ///       Instructions on the x87 FPU State
    public void enterMmx() {
        top = 0;
        full = ALL;
    }

    /// `EMMS`.
    public void emms() {
        top = 0;
        full = 0;
    }

    // The words as instructions see them.

    public int controlWord() {
        return status.control;
    }

    public void controlWord(int value) {
        status.control = value & CONTROL_WRITABLE | CONTROL_RESERVED_1;
        status.updateSummary();
    }

    public int statusWord() {
        return status.status | top << TOP_SHIFT;
    }

    /// ES and B follow from the flags and the control word, which is to be set first.
    public void statusWord(int value) {
        top = value >> TOP_SHIFT & 7;
        status.status = value & 0xFFFF & ~X87Status.TOP;
        status.updateSummary();
    }

    /// `FNCLEX`.
    public void clearExceptions() {
        status.status &= ~(EXCEPTIONS | X87Status.SF | X87Status.ES | X87Status.B);
    }

    /// What `FNSTENV` does after it has stored.
    public void maskAll() {
        controlWord(status.control | EXCEPTIONS);
    }

    /// {@return bit n: Rn is not empty}
    public int abridgedTags() {
        return full;
    }

    public void abridgedTags(int value) {
        full = value & ALL;
    }

    /// {@return two bits a register, R0 lowest}
    public int tagWord() {
        int word = 0;
        for (int n = 0; n < 8; n++) {
            word |= tag(n) << 2 * n;
        }
        return word;
    }

    private int tag(int n) {
        Float80 register = registers[n];
        int exponent = register.signExponent & EXPONENT;
        if ((full >> n & 1) == 0) {
            return TAG_EMPTY;
        }
        if (exponent == 0) {
            return register.significand == 0 ? TAG_ZERO : TAG_SPECIAL;
        }
        return exponent == EXPONENT || register.significand >= 0 ? TAG_SPECIAL : TAG_VALID;
    }

    public void tagWord(int word) {
        full = 0;
        for (int n = 0; n < 8; n++) {
            full |= (word >> 2 * n & 3) == TAG_EMPTY ? 0 : 1 << n;
        }
    }
}
