package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;

/// One 8259A interrupt controller: eight lines, a mask, priorities that can turn.
///
/// ```
///  write                 A0=0                       A0=1
///   bit 4 set            ICW1: starts over          ICW2 vector, ICW3 (ignored), ICW4
///   bits 4:3 = 00        OCW2: EOI and rotation     OCW1: the mask
///   bits 4:3 = 01        OCW3: poll, what to read
/// ```
///
/// As on a PC, an edge is remembered until it is acknowledged, and level triggering is chosen by
/// the chipset's ELCR, not by ICW1. Left out: 8080 mode, single mode, ICW3 (the wiring is fixed).
///
/// @spec https://pdos.csail.mit.edu/6.828/2018/readings/hardware/8259A.pdf Intel 8259A, "Programming the 8259A"
final class Pic {
    static final int PINS = 8;
    static final int STATE_BYTES = 16;

    private static final int NONE = 8;
    private static final int ICW1 = 1 << 4;
    private static final int ICW1_NEEDS_ICW4 = 1 << 0;
    private static final int ICW4_AUTO_EOI = 1 << 1;
    private static final int ICW4_SPECIAL_FULLY_NESTED = 1 << 4;
    private static final int OCW3 = 1 << 3;
    private static final int OCW3_READ_ISR = 1 << 0;
    private static final int OCW3_READ = 1 << 1;
    private static final int OCW3_POLL = 1 << 2;
    private static final int OCW3_SPECIAL_MASK = 1 << 5;
    private static final int OCW3_SPECIAL_MASK_ENABLE = 1 << 6;
    private static final int POLL_INTERRUPT = 1 << 7;
    private static final int SPURIOUS = 7;

    /// The line by which the other chip's requests arrive; 0 on the chip that has none.
    private final int cascade;

    private int lastIrr;
    private int irr;
    private int imr;
    private int isr;
    /// The line of highest priority; the others follow in turn.
    private int priorityAdd;
    private int irqBase;
    private boolean readIsr;
    private boolean poll;
    private boolean specialMask;
    /// Which word comes next at A0=1: 0 OCW1, 1 ICW2, 2 ICW3, 3 ICW4.
    private int initState;
    private boolean autoEoi;
    private boolean rotateOnAutoEoi;
    private boolean specialFullyNested;
    private boolean init4;
    private int elcr;
    private int elcrMask;

    /// @param cascade the line of the second chip, as a bit, or 0
    /// @param elcrMask the lines that may be level-triggered
    Pic(int cascade, int elcrMask) {
        this.cascade = cascade;
        this.elcrMask = elcrMask;
    }

    // --- Lines ---

    /// {@return 1 if that is news, 0 if the last request still waits, −1 if the line is masked}
    int setLine(int pin, boolean up) {
        int bit = 1 << pin;
        boolean waits = (irr & bit) != 0;
        boolean level = (elcr & bit) != 0;
        boolean edge = up && (lastIrr & bit) == 0;
        if (edge || level && up) {
            irr |= bit;
        } else if (level) {
            irr &= ~bit;
        }
        lastIrr = up ? lastIrr | bit : lastIrr & ~bit;
        if ((imr & bit) != 0) {
            return -1;
        }
        return waits && (edge || level && up) ? 0 : 1;
    }

    /// {@return the line that asks for the CPU, or -1}
    int request() {
        int asking = priority(irr & ~imr);
        int serving = isr & ~(specialMask ? imr : 0) & ~(specialFullyNested ? cascade : 0);
        return asking < priority(serving) ? asking + priorityAdd & 7 : -1;
    }

    private int priority(int lines) {
        if (lines == 0) {
            return NONE;
        }
        int turned = (lines << PINS | lines) >> priorityAdd & 0xFF;
        return Integer.numberOfTrailingZeros(turned);
    }

    /// {@return the line that the INTA cycle finds: the seventh, if the request has gone}
    ///
    /// @spec https://pdos.csail.mit.edu/6.828/2018/readings/hardware/8259A.pdf Intel 8259A, "Edge and Level Triggered Modes"
    int acknowledge() {
        int line = request();
        if (line < 0) {
            return SPURIOUS;
        }
        int bit = 1 << line;
        if ((elcr & bit) == 0) {
            irr &= ~bit;
        }
        isr |= bit;
        if (autoEoi) {
            endOfInterrupt(line, rotateOnAutoEoi);
        }
        return line;
    }

    /// {@return the line an INTA cycle would find, without its effects}
    int peek() {
        int line = request();
        return line < 0 ? SPURIOUS : line;
    }

    int vector(int line) {
        return irqBase + line;
    }

    /// Takes back an edge that nobody has acknowledged.
    void withdraw(int pin) {
        irr &= ~(1 << pin);
    }

    // --- Registers ---

    boolean isPolled() {
        return poll;
    }

    int read(boolean a0) {
        if (poll) {
            poll = false;
            return request() < 0 ? 0 : POLL_INTERRUPT | acknowledge();
        }
        if (a0) {
            return imr;
        }
        return readIsr ? isr : irr;
    }

    /// {@return whether it was an operation, and not part of an initialization}
    boolean write(boolean a0, int value) {
        boolean operation = a0 ? initState == 0 : (value & ICW1) == 0;
        if (a0) {
            writeData(value);
        } else if (!operation) {
            startOver(value);
        } else if ((value & OCW3) != 0) {
            operationControl3(value);
        } else {
            operationControl2(value >> 5, value & 7);
        }
        return operation;
    }

    private void startOver(int icw1) {
        lastIrr = 0;
        // The data sheet's list has not the ISR in it. KVM forgets with an edge its service, too.
        isr &= ~(irr & ~elcr);
        irr &= elcr;
        imr = 0;
        priorityAdd = 0;
        specialMask = false;
        readIsr = false;
        init4 = (icw1 & ICW1_NEEDS_ICW4) != 0;
        if (!init4) {
            specialFullyNested = false;
            autoEoi = false;
        }
        initState = 1;
    }

    private void writeData(int value) {
        switch (initState) {
            case 1 -> {
                irqBase = value & 0xF8;
                initState = 2;
            }
            case 2 -> initState = init4 ? 3 : 0;
            case 3 -> {
                specialFullyNested = (value & ICW4_SPECIAL_FULLY_NESTED) != 0;
                autoEoi = (value & ICW4_AUTO_EOI) != 0;
                initState = 0;
            }
            default -> imr = value;
        }
    }

    private void operationControl3(int value) {
        poll |= (value & OCW3_POLL) != 0; // until the next read
        if ((value & OCW3_READ) != 0) {
            readIsr = (value & OCW3_READ_ISR) != 0;
        }
        if ((value & OCW3_SPECIAL_MASK_ENABLE) != 0) {
            specialMask = (value & OCW3_SPECIAL_MASK) != 0;
        }
    }

    /// ```
    ///  R SL EOI
    ///  0 0 0  no rotation on AEOI     1 0 0  rotation on AEOI
    ///  0 0 1  EOI                     1 0 1  EOI, and rotate
    ///  0 1 0  nothing                 1 1 0  set the lowest priority
    ///  0 1 1  EOI of that line        1 1 1  EOI of that line, and rotate
    /// ```
    private void operationControl2(int command, int line) {
        switch (command) {
            case 0, 4 -> rotateOnAutoEoi = command == 4;
            case 1, 5 -> endOfInterrupt(highestInService(), command == 5);
            case 3, 7 -> endOfInterrupt(line, command == 7);
            case 6 -> priorityAdd = line + 1 & 7;
            default -> {
            }
        }
    }

    /// A line that is masked in special mask mode is passed over.
    private int highestInService() {
        int highest = priority(isr & ~(specialMask ? imr : 0));
        return highest == NONE ? -1 : highest + priorityAdd & 7;
    }

    private void endOfInterrupt(int line, boolean rotate) {
        if (line >= 0) {
            isr &= ~(1 << line);
            if (rotate) {
                priorityAdd = line + 1 & 7;
            }
        }
    }

    int elcr() {
        return elcr;
    }

    /// {@return false: what asks already goes on to do so}
    boolean elcr(int value) {
        elcr = value & elcrMask;
        return false;
    }

    // --- struct kvm_pic_state: sixteen bytes, in this order ---

    void save(ByteBuffer state) {
        int[] bytes = {lastIrr, irr, imr, isr, priorityAdd, irqBase, bit(readIsr), bit(poll),
                bit(specialMask), initState, bit(autoEoi), bit(rotateOnAutoEoi),
                bit(specialFullyNested), bit(init4), elcr, elcrMask};
        for (int value : bytes) {
            state.put((byte) value);
        }
    }

    void load(ByteBuffer state) {
        lastIrr = next(state);
        irr = next(state);
        imr = next(state);
        isr = next(state);
        priorityAdd = next(state) & 7;
        irqBase = next(state);
        readIsr = next(state) != 0;
        poll = next(state) != 0;
        specialMask = next(state) != 0;
        initState = next(state) & 3;
        autoEoi = next(state) != 0;
        rotateOnAutoEoi = next(state) != 0;
        specialFullyNested = next(state) != 0;
        init4 = next(state) != 0;
        elcr = next(state);
        elcrMask = next(state);
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    private static int next(ByteBuffer state) {
        return Byte.toUnsignedInt(state.get());
    }
}
