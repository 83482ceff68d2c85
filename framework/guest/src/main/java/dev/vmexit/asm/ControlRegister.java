package dev.vmexit.asm;

/// The control registers that a guest may want to load.
public enum ControlRegister {
    CR0(0), CR2(2), CR3(3), CR4(4);

    private final int number;

    ControlRegister(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
