package dev.vmexit.net;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The 48-bit address of a network card.
///
/// @param value its first byte on the cable is the most significant of the 48 bits
public record MacAddress(long value) {
    public static final MacAddress BROADCAST = new MacAddress(0xFFFF_FFFF_FFFFL);
    public static final MacAddress NONE = new MacAddress(0);

    private static final int BYTES = 6;
    private static final long GROUP = 1L << 40;
    private static final long FIRST_STANDARD = 0x5254_0012_3456L;
    private static final Pattern FORM = Pattern.compile("(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

    /// @param text such as `52:54:00:12:34:56`
    /// @throws IllegalArgumentException with a sentence, if it is no address of a single card
    public static MacAddress parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no MAC address; one looks like 52:54:00:12:34:56".formatted(text));
        }
        MacAddress address = at(HexFormat.ofDelimiter(":").parseHex(text), 0);
        if ((address.value & GROUP) != 0) {
            throw new IllegalArgumentException(("%s is the address of a group: the last bit of the "
                    + "first byte must be 0").formatted(text));
        }
        return address;
    }

    /// {@return the address that a machine's card number `index`, 0 to 99, has by default}
    public static MacAddress standard(int index) {
        return new MacAddress(FIRST_STANDARD + index);
    }

    /// {@return the next six bytes of a buffer}
    public static MacAddress get(ByteBuffer from) {
        return new MacAddress((from.getShort() & 0xFFFFL) << 32 | from.getInt() & 0xFFFF_FFFFL);
    }

    public ByteBuffer put(ByteBuffer into) {
        return into.putShort((short) (value >>> 32)).putInt((int) value);
    }

    /// {@return the six bytes at `offset`}
    public static MacAddress at(byte[] bytes, int offset) {
        return get(ByteBuffer.wrap(bytes, offset, BYTES));
    }

    /// {@return a copy, six bytes}
    public byte[] bytes() {
        return put(ByteBuffer.allocate(BYTES)).array();
    }

    /// {@return whether it can be one card's: neither a group's nor zero}
    public boolean isUnicast() {
        return value != 0 && (value & GROUP) == 0;
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(bytes());
    }
}
