package dev.vmexit.softkvm.differential;

/// The bytes behind ModRM: immediates, jump distances, absolute addresses.
final class Immediates {
    private final Encoder e;
    private final Instance i;

    Immediates(Encoder encoder) {
        this.e = encoder;
        this.i = encoder.i;
    }

    void put() {
        for (String operand : i.form.operands()) {
            switch (operand.charAt(0)) {
                case 'I' -> immediate(operand);
                case 'J' -> jump(operand);
                case 'O' -> offset();
                default -> {
                    if (operand.equals("Ap")) {
                        farPointer();
                    }
                }
            }
        }
    }

    private void immediate(String operand) {
        int size = size(operand.charAt(1));
        long value = e.values.integer();
        if (i.named("ENTER")) {
            value = size == 2 ? e.values.below(64) : e.values.below(256);
            value = e.values.oneIn(2) ? value & 7 : value;
        } else if (i.named("RET", "RETF")) {
            value = e.values.below(64);
        }
        e.put(value, size);
    }

    private int size(char letter) {
        return switch (letter) {
            case 'b' -> 1;
            case 'w' -> 2;
            case 'z' -> Math.min(4, i.operandSize);
            default -> i.operandSize;
        };
    }

    private void jump(String operand) {
        int size = operand.equals("Jb") ? 1 : Math.min(4, i.operandSize);
        e.put(i.landingBytes(), size);
    }

    private void offset() {
        i.target = i.absolute ? Layout.WINDOW + 0x80 : Targets.any(e.values);
        i.memory = true;
        int base = switch (e.segmentPrefix) {
            case 0x64 -> Layout.FS_BASE;
            case 0x65 -> Layout.GS_BASE;
            default -> i.dataBase();
        };
        e.put((long) i.target - base, i.addressSize);
    }

    private void farPointer() {
        int behind = i.length + i.operandSize + 2;
        e.put(i.offset(i.address() + behind + i.landingBytes()), i.operandSize);
        e.put(i.codeSelector(), 2);
    }
}
