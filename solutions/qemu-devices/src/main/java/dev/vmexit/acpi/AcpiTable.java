package dev.vmexit.acpi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// One table in the making: a header of 36 bytes, then the body, then a checksum that makes the sum
/// of all bytes 0.
///
/// ```
///  0 signature  4 length  8 revision  9 checksum  10 OEM id  16 OEM table id  24 OEM revision
///  28 creator id  32 creator revision  36 body
/// ```
///
/// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 5.2.6 "System Description Table Header"
final class AcpiTable {
    static final int HEADER_BYTES = 36;

    private static final int LENGTH = 4;
    private static final int REVISION = 8;
    private static final int CHECKSUM = 9;
    private static final int OEM_ID = 10;

    private final ByteBuffer bytes;

    AcpiTable(String signature, int revision, int sizeBytes) {
        bytes = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(0, signature.getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(LENGTH, sizeBytes);
        bytes.put(REVISION, (byte) revision);
        bytes.put(OEM_ID, "VMEXITVMEXITPC".getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(24, 1);
        bytes.put(28, "VMEX".getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(32, 1);
        bytes.position(HEADER_BYTES);
    }

    /// {@return the buffer, positioned after the header} Absolute offsets count from the header.
    ByteBuffer buffer() {
        return bytes;
    }

    byte[] finish() {
        bytes.put(CHECKSUM, (byte) 0);
        bytes.put(CHECKSUM, (byte) -sum(bytes.array(), bytes.capacity()));
        return bytes.array();
    }

    static int sum(byte[] table, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += table[i];
        }
        return sum & 0xFF;
    }
}
