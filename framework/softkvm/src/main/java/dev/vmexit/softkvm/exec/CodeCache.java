package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.NonCanonical;
import dev.vmexit.softkvm.cpu.PageWalk;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.cpu.Unsupported;
import dev.vmexit.softkvm.insn.Decoder;
import dev.vmexit.softkvm.insn.FormTable;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.Host;
import dev.vmexit.softkvm.ram.Slot;
import java.util.ArrayList;
import java.util.List;

/// Finds the block for an instruction pointer: one vCPU's view of the VM's code pages.
///
/// Two levels. A direct-mapped table from linear address to block answers nearly always; behind it
/// one from linear page to code page. Both are believed as long as [CodeView] says: a TLB flush
/// ends that. A block is then still the right one if its page is; an entry into `KVM_RUN` leaves
/// the page what it is, and puts its contents in doubt.
public final class CodeCache {
    private static final int SLOTS = 8192;
    private static final int PAGE_SLOTS = 512;
    private static final int LONGEST_BLOCK = 64;
    private static final long ALL_LINES = -1;

    private final Cpu c;
    private final Decoder decoder;
    /// For each slot the linear address and the stamp, side by side: one line of the host's cache.
    private final long[] keys = new long[2 * 2 * SLOTS];
    private final Block[] blockOf = new Block[2 * SLOTS];
    private final long[] pageLinear = new long[2 * PAGE_SLOTS];
    private final long[] pageStamp = new long[2 * PAGE_SLOTS];
    private final long[] pagePlace = new long[2 * PAGE_SLOTS];
    private final CodePage[] pageOf = new CodePage[2 * PAGE_SLOTS];
    /// Of the page that was asked for last.
    private long stamp;
    /// Blocks decoded so far.
    public long decoded;

    public CodeCache(Cpu c, FormTable forms) {
        this.c = c;
        this.decoder = new Decoder(forms);
    }

    /// {@return the block at `c.rip`}
    /// @throws GuestFault for what fetching and decoding its first instruction raises
    public Block find() {
        long linear = c.segmented ? linearIp() : c.rip;
        int user = c.cpl == 3 ? SLOTS : 0;
        int slot = ((int) (linear ^ linear >>> 13) & SLOTS - 1) + user;
        Block block = blockOf[slot];
        return keys[2 * slot] == linear && c.code.isCurrent(keys[2 * slot + 1]) && block.valid
                && block.codeSize == c.codeSize ? block : lookUp(linear, slot);
    }

    private Block lookUp(long linear, int slot) {
        CodePage page = page(linear);
        long firstStamp = stamp;
        Block block = blockOf[slot];
        if (keys[2 * slot] != linear || !fits(block, page) || !block.check()) {
            block = search(page, linear);
        }
        if (block.second != null) {
            page(pageAfter(linear));
            firstStamp = c.code.both(firstStamp, stamp);
        }
        keys[2 * slot] = linear;
        keys[2 * slot + 1] = firstStamp;
        blockOf[slot] = block;
        return block;
    }

    /// Whether the block that was at this address before is so still. One in two pages is looked up
    /// again.
    private boolean fits(Block block, CodePage page) {
        return block != null && block.page == page && block.valid && block.codeSize == c.codeSize
                && block.second == null;
    }

    private Block search(CodePage page, long linear) {
        int offset = (int) linear & 0xFFF;
        Block found = page.find(offset, c.codeSize);
        // In this order: the next page is in doubt once it has been looked up.
        if (found != null && (found.second != null && page(pageAfter(linear)) != found.second
                || !found.check())) {
            page.dropBytes(offset, offset + 1);
            found = null;
        }
        return found != null ? found : decode(page, linear, offset);
    }

    private long linearIp() {
        SegmentRegister cs = c.segment[SegmentRegister.CS];
        if (c.rip > cs.limit) {
            throw GuestFault.gp();
        }
        return cs.base + c.rip & 0xFFFF_FFFFL;
    }

    private CodePage page(long linear) {
        long linearPage = linear & -4096;
        int slot = ((int) (linear >>> 12) & PAGE_SLOTS - 1) + (c.cpl == 3 ? PAGE_SLOTS : 0);
        if (pageLinear[slot] == linearPage && c.code.isCurrent(pageStamp[slot])) {
            stamp = pageStamp[slot];
            return pageOf[slot];
        }
        stamp = pageLinear[slot] == linearPage ? c.code.renewed(pagePlace[slot]) : 0;
        if (stamp == 0) {
            pageOf[slot] = translated(linear);
            pageLinear[slot] = linearPage;
            pagePlace[slot] = c.code.placeOf(stamp);
        }
        pageStamp[slot] = stamp;
        if (!c.memory.code.reported()) {
            pageOf[slot].doubt();
        }
        return pageOf[slot];
    }

    /// The page to which the address leads, and its stamp.
    private CodePage translated(long linear) {
        long host = fetchPage(linear);
        stamp = c.code.note(linear, c.walk);
        CodePage page = (CodePage) c.memory.code.get(host);
        return page != null ? page : (CodePage) c.memory.code.put(host, new CodePage(host));
    }

    private long fetchPage(long linear) {
        if (c.longMode && linear << 16 >> 16 != linear) {
            throw GuestFault.gp();
        }
        c.walk.translate(c, linear, PageWalk.FETCH, c.tlb.selected);
        long physical = c.walk.physical;
        Slot slot = c.memory.find(physical);
        if (slot == null) {
            throw new Unsupported("instruction fetch from 0x%x, where no memory is"
                    .formatted(physical));
        }
        return slot.hostOf(physical) & -4096;
    }

    private Block decode(CodePage page, long linear, int offset) {
        decoded++;
        // No write comes in between: what is decoded is what is marked.
        synchronized (page) {
            // The copy of a line is made with its first block, and must not be older than this one.
            page.check(ALL_LINES);
            Insn[] insns = line(page, linear, offset);
            if (offset + insns[0].length <= 4096) {
                var block = new Block(page, offset, c.codeSize, insns, null);
                page.add(block);
                return block;
            }
        }
        return decodeCrossing(page, linear, offset);
    }

    /// An instruction in two pages, whose monitors nobody holds both. Once it is in both pages'
    /// books every write will find it; so if its bytes are then what they were, none was missed.
    private Block decodeCrossing(CodePage page, long linear, int offset) {
        while (true) {
            CodePage second = page(pageAfter(linear));
            page.check(ALL_LINES);
            second.check(ALL_LINES);
            long first = Host.long8(page.host + 4096 - 16);
            long last = Host.long8(page.host + 4096 - 8);
            long behind = Host.long8(second.host);
            long end = Host.long8(second.host + 8);
            Insn i = decodeOne(page, linear, offset);
            i.pageOffset = (short) offset;
            var block = new Block(page, offset, c.codeSize, new Insn[]{i}, second);
            synchronized (page) {
                mark(page, offset);
                page.add(block);
            }
            if (second.addTail(block, Math.max(1, offset + i.length - 4096))) {
                c.outside.codePageMarked(second.host);
            }
            if (first == Host.long8(page.host + 4096 - 16)
                    && last == Host.long8(page.host + 4096 - 8)
                    && behind == Host.long8(second.host) && end == Host.long8(second.host + 8)) {
                return block;
            }
            page.dropBytes(offset, offset + 1);
        }
    }

    /// From here to the next jump, or the page's end. An instruction across the end is a block of
    /// its own: it depends on two pages.
    private Insn[] line(CodePage page, long linear, int offset) {
        List<Insn> insns = new ArrayList<>();
        int at = offset;
        mark(page, at);
        while (insns.size() < LONGEST_BLOCK) {
            Insn i;
            try {
                i = decodeOne(page, linear + (at - offset), at);
            } catch (GuestFault | NonCanonical notYet) {
                if (insns.isEmpty()) {
                    throw notYet;
                }
                break;
            }
            if (at + i.length > 4096 && !insns.isEmpty()) {
                break;
            }
            i.pageOffset = (short) at;
            insns.add(i);
            at += i.length;
            if (i.form.has("end") || at >= 4096) {
                break;
            }
            mark(page, at);
        }
        return insns.toArray(new Insn[0]);
    }

    /// Marked before it is read, so that the other CPUs' writes come to this page's monitor.
    private void mark(CodePage page, int at) {
        if (page.mark(at, Math.min(4096, at + 16))) {
            c.outside.codePageMarked(page.host);
        }
    }

    private long pageAfter(long linear) {
        long next = (linear & -4096) + 4096;
        return c.longMode ? next : next & 0xFFFF_FFFFL;
    }

    private Insn decodeOne(CodePage page, long linear, int at) {
        return decoder.decode(n -> at + n < 4096
                ? Host.ALL.get(Host.BYTE, page.host + at + n) & 0xFF
                : beyond(linear + n), c.codeSize);
    }

    /// A byte of the next page, fetched with the rights of a fetch.
    private int beyond(long linear) {
        long wrapped = c.longMode ? linear : linear & 0xFFFF_FFFFL;
        long host = fetchPage(wrapped);
        return Host.ALL.get(Host.BYTE, host + (wrapped & 0xFFF)) & 0xFF;
    }
}
