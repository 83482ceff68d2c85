package dev.vmexit.asm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// The bytes so far, the places that wait for a label, and the listing.
final class CodeBuffer {
    /// A field of `bytes` bytes that gets a label's address; a relative one counts from its own
    /// end, which is the end of the instruction wherever this assembler emits one.
    private record Fixup(int offset, int bytes, boolean relative, Label label, SourceLine line) {}

    private record Line(int offset, int end, String text, SourceLine source) {}

    private final long origin;
    private final List<Fixup> fixups = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private byte[] bytes = new byte[256];
    private int size;

    CodeBuffer(long origin) {
        this.origin = origin;
    }

    long address() {
        return origin + size;
    }

    int size() {
        return size;
    }

    void emit(long value, int count) {
        if (size + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + count));
        }
        for (int i = 0; i < count; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
    }

    void emitAddress(Label label, int count, boolean relative) {
        fixups.add(new Fixup(size, count, relative, label, SourceLine.ofCaller()));
        emit(0, count);
    }

    void endLine(int start, String text) {
        lines.add(new Line(start, size, text, SourceLine.ofCaller()));
    }

    byte[] finish() {
        byte[] image = Arrays.copyOf(bytes, size);
        fixups.forEach(fixup -> apply(fixup, image));
        return image;
    }

    private void apply(Fixup fixup, byte[] image) {
        if (!fixup.label.isBound()) {
            throw new AssemblyException(fixup.line,
                    "label " + fixup.label + " is used here and never bound");
        }
        long end = origin + fixup.offset + fixup.bytes;
        long value = fixup.relative ? fixup.label.address() - end : fixup.label.address();
        int bits = 8 * fixup.bytes;
        long signed = value << 64 - bits >> 64 - bits;
        long unsigned = value << 64 - bits >>> 64 - bits;
        if (value != signed && (fixup.relative || value != unsigned)) {
            throw new AssemblyException(fixup.line,
                    "label " + fixup.label + " is too far away for " + bits + " bits");
        }
        for (int i = 0; i < fixup.bytes; i++) {
            image[fixup.offset + i] = (byte) (value >>> 8 * i);
        }
    }

    /// Address, bytes, instruction, source line; one instruction or datum a line.
    String listing() {
        byte[] image = finish();
        var text = new StringBuilder();
        for (Line line : lines) {
            int shown = Math.min(line.end, line.offset + 10);
            String hex = HexFormat.ofDelimiter(" ").formatHex(image, line.offset, shown);
            text.append("%08x  %-30s  %-36s %s%n".formatted(origin + line.offset,
                    shown < line.end ? hex + " …" : hex, line.text, line.source));
        }
        return text.toString();
    }
}
