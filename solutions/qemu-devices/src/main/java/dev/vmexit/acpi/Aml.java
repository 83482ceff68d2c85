package dev.vmexit.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The few words of ACPI Machine Language that describe devices which are simply there.
///
/// A package begins with its length, which counts itself: one byte up to 63, two bytes up to 4095.
///
/// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 20.2 "AML Grammar Definition"
final class Aml {
    private static final int NAME = 0x08;
    private static final int BYTE = 0x0A;
    private static final int WORD = 0x0B;
    private static final int DWORD = 0x0C;
    private static final int SCOPE = 0x10;
    private static final int BUFFER = 0x11;
    private static final int PACKAGE = 0x12;
    private static final int EXTENSION = 0x5B;
    private static final int DEVICE = 0x82;

    private Aml() {}

    static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] all = new byte[values.length];
        for (int n = 0; n < values.length; n++) {
            all[n] = (byte) values[n];
        }
        return all;
    }

    private static byte[] withLength(byte[] opcode, byte[] body) {
        int one = body.length + 1;
        int two = body.length + 2;
        byte[] length = one < 64 ? bytes(one) : bytes(0x40 | two & 0xF, two >> 4);
        return concat(opcode, length, body);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// @param path such as `\_SB_`
    static byte[] scope(String path, byte[]... contents) {
        return withLength(bytes(SCOPE), concat(ascii(path), concat(contents)));
    }

    /// @param segment four letters
    static byte[] device(String segment, byte[]... contents) {
        return withLength(bytes(EXTENSION, DEVICE), concat(ascii(segment), concat(contents)));
    }

    static byte[] name(String segment, byte[] value) {
        return concat(bytes(NAME), ascii(segment), value);
    }

    static byte[] integer(int value) {
        if (value >= 0 && value < 2) {
            return bytes(value);
        }
        if (value >= 0 && value < 1 << 8) {
            return bytes(BYTE, value);
        }
        return value >= 0 && value < 1 << 16
                ? bytes(WORD, value, value >> 8)
                : bytes(DWORD, value, value >> 8, value >> 16, value >> 24);
    }

    static byte[] packageOf(byte[]... elements) {
        return withLength(bytes(PACKAGE), concat(bytes(elements.length), concat(elements)));
    }

    static byte[] buffer(byte[] content) {
        return withLength(bytes(BUFFER), concat(integer(content.length), content));
    }

    /// A name such as `PNP0A08`, packed into four bytes.
    ///
    /// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 19.3.4 "ASL Macros", EISAID
    static byte[] eisaId(String id) {
        int letters = (id.charAt(0) - '@') << 10 | (id.charAt(1) - '@') << 5 | id.charAt(2) - '@';
        int number = Integer.parseInt(id.substring(3), 16);
        return bytes(DWORD, letters >> 8, letters, number >> 8, number);
    }
}
