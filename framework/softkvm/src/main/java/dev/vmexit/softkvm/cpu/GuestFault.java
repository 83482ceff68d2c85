package dev.vmexit.softkvm.cpu;

/// An exception of the guest's CPU on its way from the instruction that met it to its delivery
/// through the guest's IDT. What the instruction has not yet done it has not done at all.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 6.3 Sources of Interrupts; 6.13 Error Code
public final class GuestFault extends RuntimeException {
    public static final int DE = 0;
    public static final int DB = 1;
    public static final int NMI = 2;
    public static final int BP = 3;
    public static final int OF = 4;
    public static final int BR = 5;
    public static final int UD = 6;
    public static final int NM = 7;
    public static final int DF = 8;
    public static final int TS = 10;
    public static final int NP = 11;
    public static final int SS = 12;
    public static final int GP = 13;
    public static final int PF = 14;
    public static final int MF = 16;
    public static final int AC = 17;
    public static final int XM = 19;

    private static final int WITH_ERROR_CODE = 1 << DF | 1 << TS | 1 << NP | 1 << SS | 1 << GP
            | 1 << PF | 1 << AC;
    private static final long serialVersionUID = 1;

    private final int vector;
    private final int errorCode;

    // tag::light[]
    private GuestFault(int vector, int errorCode) {
        super(null, null, false, false);
        this.vector = vector;
        this.errorCode = errorCode;
    }
    // end::light[]

    public static GuestFault of(int vector) {
        return new GuestFault(vector, 0);
    }

    public static GuestFault of(int vector, int errorCode) {
        return new GuestFault(vector, errorCode);
    }

    /// {@return `#GP(0)`}
    public static GuestFault gp() {
        return new GuestFault(GP, 0);
    }

    public static GuestFault ud() {
        return new GuestFault(UD, 0);
    }

    public int vector() {
        return vector;
    }

    public int errorCode() {
        return errorCode;
    }

    public boolean hasErrorCode() {
        return hasErrorCode(vector);
    }

    public static boolean hasErrorCode(int vector) {
        return vector < 32 && (WITH_ERROR_CODE >> vector & 1) != 0;
    }

    /// Contributory exceptions make a double fault of each other.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, table 6-4 Interrupt and Exception Classes
    public static boolean isContributory(int vector) {
        return vector == DE || vector >= TS && vector <= GP;
    }

    @Override
    public String getMessage() {
        return "exception %d, error code 0x%x".formatted(vector, errorCode);
    }
}
