package dev.vmexit.kernelfile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// ELF files in the making, for tests that need no linker.
public final class ElfFile {
    public static final int PT_LOAD = 1;
    public static final int PT_NOTE = 4;
    static final int E_TYPE = 16;
    static final int E_MACHINE = 18;

    private record Segment(int type, byte[] contents, long vaddr, long paddr, long memsz) {}

    private final boolean is64;
    private final long entry;
    private final List<Segment> segments = new ArrayList<>();

    private ElfFile(boolean is64, long entry) {
        this.is64 = is64;
        this.entry = entry;
    }

    public static ElfFile of32(long entry) {
        return new ElfFile(false, entry);
    }

    public static ElfFile of64(long entry) {
        return new ElfFile(true, entry);
    }

    public ElfFile load(long address, byte[] contents) {
        return load(address, contents, contents.length);
    }

    public ElfFile load(long address, byte[] contents, long memsz) {
        segments.add(new Segment(PT_LOAD, contents, address, address, memsz));
        return this;
    }

    ElfFile loadLinkedAt(long vaddr, long paddr, byte[] contents) {
        segments.add(new Segment(PT_LOAD, contents, vaddr, paddr, contents.length));
        return this;
    }

    public ElfFile notes(byte[]... notes) {
        var all = new java.io.ByteArrayOutputStream();
        for (byte[] note : notes) {
            all.writeBytes(note);
        }
        segments.add(new Segment(PT_NOTE, all.toByteArray(), 0, 0, all.size()));
        return this;
    }

    /// {@return a note with padding}
    static byte[] note(String owner, int type, byte[] contents) {
        byte[] name = (owner + "\0").getBytes(StandardCharsets.US_ASCII);
        int padded = name.length + 3 & -4;
        ByteBuffer b = buffer(12 + padded + (contents.length + 3 & -4));
        b.putInt(name.length).putInt(contents.length).putInt(type).put(name);
        return b.put(12 + padded, contents).array();
    }

    /// {@return the note that makes a PVH kernel}
    public static byte[] entryNote(int address) {
        return note("Xen", 18, buffer(4).putInt(address).array());
    }

    /// {@return where the program header number `i` is in the file}
    static int header(boolean is64, int i) {
        return is64 ? 64 + 56 * i : 52 + 32 * i;
    }

    public byte[] bytes() {
        int at = Math.max(64, header(is64, segments.size()));
        ByteBuffer b = buffer(at + segments.stream().mapToInt(s -> s.contents.length + 8).sum());
        b.putInt(0x464C_457F).put((byte) (is64 ? 2 : 1)).put((byte) 1).put((byte) 1);
        b.putShort(E_TYPE, (short) 2).putShort(E_MACHINE, (short) (is64 ? 62 : 3));
        word(b, 24, entry);
        word(b, is64 ? 32 : 28, header(is64, 0));
        b.putShort(is64 ? 54 : 42, (short) (is64 ? 56 : 32));
        b.putShort(is64 ? 56 : 44, (short) segments.size());
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            programHeader(b, header(is64, i), segment, at);
            b.put(at, segment.contents);
            at = at + segment.contents.length + 7 & -8;
        }
        return b.array();
    }

    private void programHeader(ByteBuffer b, int base, Segment segment, int offset) {
        b.putInt(base, segment.type);
        b.putInt(base + (is64 ? 4 : 24), 7);
        word(b, base + (is64 ? 8 : 4), offset);
        word(b, base + (is64 ? 16 : 8), segment.vaddr);
        word(b, base + (is64 ? 24 : 12), segment.paddr);
        word(b, base + (is64 ? 32 : 16), segment.contents.length);
        word(b, base + (is64 ? 40 : 20), segment.memsz);
        word(b, base + (is64 ? 48 : 28), 4);
    }

    private void word(ByteBuffer b, int at, long value) {
        if (is64) {
            b.putLong(at, value);
        } else {
            b.putInt(at, (int) value);
        }
    }

    static ByteBuffer buffer(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
