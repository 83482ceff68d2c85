package dev.vmexit.softkvm.packed;

/// The instruction CRC32: the checksum of iSCSI, also called CRC-32C, carried on by 1, 2, 4 or 8
/// bytes. It neither starts with nor ends in an inversion; who wants the usual checksum inverts
/// both.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2A, section 3.3 "Instructions (A-L)": CRC32
/// @spec https://www.rfc-editor.org/rfc/rfc3720 RFC 3720, section 12.1 "HeaderDigest and DataDigest"
public final class Crc32 {
    /// The generator polynomial 0x11EDC6F41 without its first term, lowest bit first.
    private static final int POLYNOMIAL = Integer.reverse(0x1EDC_6F41);

    /// What eight steps of division do to a byte alone.
    private static final int[] REMAINDER = new int[256];

    static {
        for (int i = 0; i < REMAINDER.length; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ POLYNOMIAL & -(crc & 1);
            }
            REMAINDER[i] = crc;
        }
    }

    private Crc32() {}

    /// {@return the new checksum, for the destination's low 32 bits}
    ///
    /// @param crc the low 32 bits of the destination
    /// @param source its low `sizeBytes` bytes count, the lowest first
    /// @param sizeBytes 1, 2, 4 or 8
    public static int crc32(int crc, long source, int sizeBytes) {
        int result = crc;
        for (int i = 0; i < sizeBytes; i++) {
            int next = (int) (source >>> 8 * i);
            result = result >>> 8 ^ REMAINDER[(result ^ next) & 0xFF];
        }
        return result;
    }
}
