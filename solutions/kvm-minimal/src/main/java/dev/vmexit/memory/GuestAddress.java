package dev.vmexit.memory;

/// An address as the guest's CPU puts it on the bus: guest-physical, 64 bits, unsigned.
///
/// Arithmetic on such addresses lives here and nowhere else, because a guest chooses them: a `<` in
/// the wrong place makes 0xFFFF_FFFF_FFFF_F000 a small number.
public record GuestAddress(long value) implements Comparable<GuestAddress> {
    /// {@return the address `bytes` further on} It wraps at 2⁶⁴, as on the bus.
    public GuestAddress plus(long bytes) {
        return new GuestAddress(value + bytes);
    }

    /// {@return the distance from `start`, as an unsigned number}
    public long minus(GuestAddress start) {
        return value - start.value;
    }

    /// @param boundary a power of two
    public boolean isAligned(long boundary) {
        return (value & boundary - 1) == 0;
    }

    // tag::within[]
    /// {@return whether this address lies in `[start, start + sizeBytes)`}
    public boolean isWithin(GuestAddress start, long sizeBytes) {
        return Long.compareUnsigned(value - start.value, sizeBytes) < 0;
    }
    // end::within[]

    @Override
    public int compareTo(GuestAddress other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
