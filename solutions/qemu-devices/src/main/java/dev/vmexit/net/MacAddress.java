package dev.vmexit.net;

import java.util.HexFormat;
import java.util.regex.Pattern;

/// The six bytes by which an Ethernet card is known.
public final class MacAddress {
    private static final Pattern FORM = Pattern.compile("(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

    private final byte[] bytes;

    private MacAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /// @param text such as `52:54:00:12:34:56`
    /// @throws IllegalArgumentException with a sentence, if it is no address of a single card
    public static MacAddress parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no MAC address; one looks like 52:54:00:12:34:56".formatted(text));
        }
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(text);
        if ((bytes[0] & 1) != 0) {
            throw new IllegalArgumentException(("%s is the address of a group: the last bit of the "
                    + "first byte must be 0").formatted(text));
        }
        return new MacAddress(bytes);
    }

    /// {@return the address that a machine's card number `index` has by default}
    public static MacAddress standard(int index) {
        return new MacAddress(new byte[]{0x52, 0x54, 0, 0x12, 0x34, (byte) (0x56 + index)});
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }
}
