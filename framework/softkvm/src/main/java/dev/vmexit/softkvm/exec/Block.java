package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.insn.Insn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A straight line of decoded instructions: entered at the top, left at the bottom, within one
/// page.
///
/// Shared by all vCPUs. `valid` goes from true to false once, when the bytes change; `heat` is
/// counted without care, since nothing but the moment of translation depends on it.
public final class Block {
    public final CodePage page;
    /// Of the first byte in its page.
    public final int offset;
    public final int codeSize;
    public final Insn[] insns;
    /// The first of them: of code that seldom runs nothing is in the host's caches, and two loads
    /// that do not wait for one another take the time of one.
    final Insn first;
    /// Bytes from the first to behind the last.
    public final int length;
    /// Of its page, those that it has bytes in.
    private final long lines;

    public volatile boolean valid = true;
    public int heat;
    /// Null until translated.
    public volatile Translation translation;
    /// Asked for once; a failure is not tried again.
    public boolean requested;
    /// The page in which its only instruction ends, if that crosses a page's end; else null.
    final CodePage second;
    /// Entries of the translated regions that this block is part of.
    private List<Block> regions = List.of();
    private boolean wasPutOff;
    /// The block at the fall-through address and at a direct jump's target, in the same page.
    Block next;
    Block taken;
    /// Every way on leads into the same page for sure: not a return or an indirect jump.
    final boolean staysInPage;

    Block(CodePage page, int offset, int codeSize, Insn[] insns, CodePage second) {
        this.page = page;
        this.offset = offset;
        this.codeSize = codeSize;
        this.insns = insns;
        this.first = insns[0];
        this.second = second;
        Insn last = insns[insns.length - 1];
        this.length = last.pageOffset + last.length - offset;
        this.lines = CodePage.lines(offset, Math.min(4096, offset + length));
        this.staysInPage = offset + length < 4096 && staysInPage(last, offset + length);
    }

    private static boolean staysInPage(Insn last, int behind) {
        return switch (last.form.name()) {
            case "JCC", "JMP" -> {
                long target = behind + last.imm;
                yield target >= 0 && target < 4096;
            }
            default -> !last.form.has("end");
        };
    }

    /// Tells that the translation of `entry` contains this block.
    public synchronized void addRegion(Block entry) {
        if (!regions.contains(entry)) {
            var more = new ArrayList<>(regions);
            more.add(entry);
            regions = more;
        }
    }

    /// Puts the translation of a block off if it is inside a region already, once: all blocks of a
    /// loop become hot together, but only one of them is where the loop is entered. One that really
    /// is entered from elsewhere will be hot again.
    ///
    /// @return whether to wait for that
    // tag::put-off[]
    public synchronized boolean putOff() {
        if (wasPutOff || regions.isEmpty()) {
            return false;
        }
        wasPutOff = true;
        heat = 0;
        requested = false;
        return true;
    }
    // end::put-off[]

    /// Puts a translation in force, which contains these blocks of the page.
    ///
    /// @return whether they still are what was translated
    public boolean install(Translation made, Collection<Block> blocks) {
        made.lines = blocks.stream().mapToLong(block -> block.lines).reduce(0, (a, b) -> a | b);
        // A CPU that begins to doubt the page does so before, and the lines are compared here, or
        // after, and then finds the translation and compares its lines.
        synchronized (page) {
            page.check(made.lines);
            if (blocks.stream().allMatch(block -> block.valid)) {
                translation = made;
            }
            return translation == made;
        }
    }

    private long linesInUse() {
        Translation made = translation;
        return made == null ? lines : lines | made.lines;
    }

    boolean isDoubtful() {
        return page.isDoubtful(linesInUse());
    }

    /// Compares, where that is in doubt, the bytes with those that it was made of.
    ///
    /// @return whether it is what it was
    boolean check() {
        if (isDoubtful()) {
            page.check(linesInUse());
        }
        if (second != null) {
            second.check(CodePage.lines(0, offset + length - 4096));
        }
        return valid;
    }

    /// The bytes have changed: this block is no more, nor is what was made of it.
    synchronized void invalidate() {
        valid = false;
        for (Block entry : regions) {
            Translation was = entry.translation;
            if (was != null) {
                was.stale = true;
            }
            entry.translation = null;
            entry.requested = false;
            entry.heat = 0;
        }
    }

    /// {@return whether its bytes are in two pages} Which page follows which is not the block's to
    /// know, so such a one is never translated.
    public boolean crossesPages() {
        return second != null;
    }

    public Insn last() {
        return insns[insns.length - 1];
    }
}
