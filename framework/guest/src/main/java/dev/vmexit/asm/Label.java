package dev.vmexit.asm;

/// A place in the program that has a name; bound once, used as often as needed.
public final class Label {
    private final String name;
    private long address = -1;

    Label(String name) {
        this.name = name;
    }

    boolean isBound() {
        return address >= 0;
    }

    /// {@return the address the program will have at run time, not an offset in the image}
    public long address() {
        if (!isBound()) {
            throw new AssemblyException("label " + name + " is never bound");
        }
        return address;
    }

    void bind(long at) {
        if (isBound()) {
            throw new AssemblyException("label " + name + " is bound twice");
        }
        address = at;
    }

    @Override
    public String toString() {
        return name;
    }
}
