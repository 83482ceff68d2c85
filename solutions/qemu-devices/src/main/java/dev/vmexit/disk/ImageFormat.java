package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// How an image's bytes are kept.
public enum ImageFormat {
    RAW,
    QCOW2;

    private static final int QCOW_MAGIC = 0x5146_49FB; // "QFI\xFB"
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    /// {@return the name that qcow2 headers and command lines have for it}
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ImageFormat> named(String spelling) {
        for (ImageFormat format : values()) {
            if (format.spelling().equals(spelling)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /// {@return what a new file of this name is made as: `.qcow2` says so, all else is raw}
    public static ImageFormat bySuffix(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".qcow2") ? QCOW2 : RAW;
    }

    public static ImageFormat byContent(ImageFile file) throws IOException {
        MemorySegment start = MemorySegment.ofArray(new byte[Integer.BYTES]);
        file.read(0, start);
        return startsAsQcow2(start) ? QCOW2 : RAW;
    }

    static boolean startsAsQcow2(MemorySegment bytes) {
        return bytes.byteSize() >= Integer.BYTES && bytes.get(U32, 0) == QCOW_MAGIC;
    }
}
