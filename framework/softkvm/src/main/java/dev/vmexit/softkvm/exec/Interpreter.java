package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.NonCanonical;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.cpu.InterpretThis;
import dev.vmexit.softkvm.insn.FormTable;
import dev.vmexit.softkvm.insn.Insn;

/// Runs blocks, one after the other, until the budget is gone.
///
/// Whatever an instruction throws leaves through here with `c.rip` at that instruction: it has not
/// happened.
public final class Interpreter {
    private final Cpu c;
    private final CodeCache cache;
    private final Heat heat;
    private final NestedCalls calls;
    private int hotAfter;
    private long translated;

    /// @param heat told of blocks that run often
    public Interpreter(Cpu c, FormTable forms, Heat heat) {
        this.c = c;
        this.cache = new CodeCache(c, forms);
        this.heat = heat;
        this.calls = new NestedCalls(c, cache);
        c.calls = calls;
    }

    // tag::heat[]
    /// Decides what a hot block deserves.
    public interface Heat {
        /// How often a block runs before it is told of; asked once for each slice.
        int threshold();

        void hot(Cpu c, Block block);
    }
    // end::heat[]

    public long translatedInstructions() {
        return translated;
    }

    public long decodedBlocks() {
        return cache.decoded;
    }

    // tag::run[]
    /// Runs until the budget is gone.
    public void run() {
        // Whatever broke the last line: this begins one. A REP would think that it is meant.
        c.blockBroken = false;
        hotAfter = heat.threshold();
        Block block = cache.find();
        while (block != null) {
            if (block.translation != null) {
                block = runTranslated(block);
            } else {
                execute(block);
                block = c.budget < 0 ? null : successor(block);
            }
        }
    }
    // end::run[]

    // tag::translated[]
    /// From region to region, as long as the next block has one.
    ///
    /// @return the block to go on with, null when the budget is gone
    private Block runTranslated(Block first) {
        long before = c.executed();
        c.translated = true;
        calls.begin();
        try {
            Translation region = first.translation;
            Block block = first;
            while (region != null) {
                region.run(c);
                c.blockBroken = false;
                if (c.budget < 0) {
                    return null;
                }
                block = cache.find();
                region = block.translation;
            }
            return block;
        } catch (InterpretThis | NonCanonical again) {
            c.translated = false;
            step();
            return c.budget < 0 ? null : cache.find();
        } finally {
            c.translated = false;
            c.blockBroken = false;
            translated += c.executed() - before;
        }
    }
    // end::translated[]

    // tag::execute[]
    private void execute(Block block) {
        long start = c.rip;
        Insn i = block.first;
        int n = 0;
        try {
            c.rip += i.length;
            i.action.run(c, i);
            n = 1;
            Insn[] insns = block.insns;
            while (n < insns.length && !c.blockBroken) {
                i = insns[n];
                c.rip += i.length;
                i.action.run(c, i);
                n++;
            }
        } catch (RuntimeException notDone) {
            c.rip = start + i.pageOffset - block.offset;
            c.budget -= n;
            throw asGuestFault(notDone, i);
        }
        c.budget -= n;
        if (++block.heat >= hotAfter && !block.requested) {
            heat.hot(c, block);
        }
    }
    // end::execute[]

    /// Executes one instruction.
    public void step() {
        c.blockBroken = false;
        Insn i = cache.find().insns[0];
        long start = c.rip;
        c.rip += i.length;
        try {
            i.action.run(c, i);
        } catch (RuntimeException notDone) {
            c.rip = start;
            throw asGuestFault(notDone, i);
        }
        c.rip = c.truncateIp(c.rip);
        c.blockBroken = false;
        c.budget--;
    }

    private static RuntimeException asGuestFault(RuntimeException thrown, Insn i) {
        if (thrown instanceof NonCanonical) {
            return GuestFault.of(usesStack(i) ? GuestFault.SS : GuestFault.GP);
        }
        return thrown;
    }

    private static boolean usesStack(Insn i) {
        if (i.memory && i.segment == SegmentRegister.SS) {
            return true;
        }
        String name = i.form.name();
        return !i.memory && (name.startsWith("PUSH") || name.startsWith("POP")
                || name.startsWith("CALL") || name.startsWith("RET") || name.equals("LEAVE")
                || name.equals("ENTER"));
    }

    /// The next block: remembered for jumps within the page, looked up for all others.
    private Block successor(Block block) {
        if (c.blockBroken || c.segmented) {
            c.blockBroken = false;
            c.rip = c.truncateIp(c.rip);
            return cache.find();
        }
        if (!block.staysInPage) {
            return cache.find();
        }
        int offset = (int) c.rip & 0xFFF;
        Block known = offset == block.offset + block.length ? block.next : block.taken;
        if (known != null && known.valid && known.offset == offset && block.valid
                && !known.isDoubtful()) {
            return known;
        }
        return remember(block, offset);
    }

    private Block remember(Block block, int offset) {
        Block found = cache.find();
        if (found.page == block.page && found.valid && !found.crossesPages()) {
            if (offset == block.offset + block.length) {
                block.next = found;
            } else {
                block.taken = found;
            }
        }
        return found;
    }
}
