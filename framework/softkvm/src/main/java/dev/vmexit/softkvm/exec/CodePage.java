package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.ram.CodeMarks;
import dev.vmexit.softkvm.ram.Host;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/// The blocks decoded from one page of memory, and a copy of the bytes they were decoded from.
///
/// Writes by vCPUs come here through [#drop]. Writes by the process itself (a disk's DMA, a loader)
/// come through [CodeMarks#processWrote] if it has promised that. If not, whenever an address is
/// first mapped to the page after a TLB flush or an exit, all its lines are in doubt, and [#check]
/// compares those of a block before that is run.
public final class CodePage implements CodeMarks.Page {
    final long host;
    private final byte[] copy = new byte[4096];
    private volatile long lines;
    /// Lines into which somebody may have written since they were last compared.
    private long doubtful;
    private Block[] table = new Block[16];
    private int count;
    /// Blocks of the page before that end in the first bytes of this one.
    private final List<Block> tails = new ArrayList<>();
    /// Writes into this page since it was dropped, and how many are taken for an accident.
    private int writes;
    private int patience = 64;

    CodePage(long host) {
        this.host = host;
    }

    @Override
    public long lines() {
        return lines;
    }

    /// {@return the block that starts here, or null}
    public Block find(int offset, int codeSize) {
        Block[] t = table;
        for (int at = hash(offset, t.length);; at = at + 1 & t.length - 1) {
            Block b = t[at];
            if (b == null || b.offset == offset && b.codeSize == codeSize) {
                return b;
            }
        }
    }

    private static int hash(int offset, int length) {
        return offset * 0x9E37_79B1 >>> 16 & length - 1;
    }

    /// Marks the lines a block is about to be decoded from, and remembers their bytes. The caller
    /// holds the page's monitor until the block is added: a mark without a block does not last.
    ///
    /// @return whether this page had no code before
    boolean mark(int from, int to) {
        boolean first = lines == 0;
        for (int line = from >> 6; line <= to - 1 >> 6; line++) {
            if ((lines & 1L << line) == 0) {
                for (int n = line << 6; n < line + 1 << 6; n++) {
                    copy[n] = Host.ALL.get(Host.BYTE, host + n);
                }
                lines |= 1L << line;
            }
        }
        // What is decoded is read after this, as CodeMarks.processWrote looks after the write.
        VarHandle.fullFence();
        return first;
    }

    synchronized void add(Block block) {
        if (++count * 2 > table.length) {
            Block[] old = table;
            Block[] bigger = new Block[old.length * 2];
            for (Block b : old) {
                if (b != null) {
                    insert(bigger, b);
                }
            }
            table = bigger;
        }
        insert(table, block);
    }

    /// Notes that `block`, of another page, has its last `bytes` bytes here.
    ///
    /// @return whether this page had no code before
    synchronized boolean addTail(Block block, int bytes) {
        boolean first = mark(0, bytes);
        tails.removeIf(old -> !old.valid);
        tails.add(block);
        return first;
    }

    private static void insert(Block[] t, Block block) {
        int at = hash(block.offset, t.length);
        while (t[at] != null) {
            at = at + 1 & t.length - 1;
        }
        t[at] = block;
    }

    /// Forgets everything decoded from this page.
    @Override
    public synchronized void drop() {
        dropBytes(0, 4096);
    }

    @Override
    public synchronized void dropBytes(int from, int to) {
        for (Block tail : tails) {
            if (from < tail.offset + tail.length - 4096) {
                tail.invalidate();
            }
        }
        tails.removeIf(tail -> !tail.valid);
        dropBlocks(from, to);
        lines = linesOfBlocks();
        doubtful &= lines;
    }

    private void dropBlocks(int from, int to) {
        Block[] old = table;
        boolean any = false;
        for (Block b : old) {
            any |= b != null && b.offset < to && from < b.offset + b.length;
        }
        if (!any) {
            return;
        }
        Block[] kept = new Block[old.length];
        count = 0;
        for (Block b : old) {
            if (b != null && b.offset < to && from < b.offset + b.length) {
                b.invalidate();
            } else if (b != null) {
                insert(kept, b);
                count++;
            }
        }
        table = kept;
    }

    private long linesOfBlocks() {
        long found = 0;
        for (Block b : table) {
            if (b != null) {
                found |= lines(b.offset, Math.min(4096, b.offset + b.length));
            }
        }
        for (Block tail : tails) {
            found |= lines(0, tail.offset + tail.length - 4096);
        }
        return found;
    }

    /// {@return a bit for each 64 bytes of which some are in this range}
    static long lines(int from, int to) {
        return -1L << (from >> 6) & -1L >>> 63 - (to - 1 >> 6);
    }

    /// A page that was code may be data now: memory is given back and used for something else. Its
    /// blocks are dropped after some writes, and after twice as many if that was wrong.
    // tag::written[]
    @Override
    public boolean written(boolean mayDrop) {
        if (lines == 0 || ++writes < patience) {
            return false;
        }
        if (mayDrop) {
            writes = 0;
            patience = Math.min(2 * patience, 1 << 20);
            drop();
        }
        return true;
    }
    // end::written[]

    @Override
    public synchronized void remember(int from, int to) {
        // Somebody may have decoded the old bytes between the drop and the write.
        dropBytes(from, to);
        for (int n = from; n < to; n++) {
            copy[n] = Host.ALL.get(Host.BYTE, host + n);
        }
    }

    /// Somebody may have written into the page.
    synchronized void doubt() {
        doubtful = lines;
    }

    boolean isDoubtful(long which) {
        return (doubtful & which) != 0;
    }

    // tag::check[]
    /// Drops the page if the doubtful ones of these lines are not what was decoded.
    synchronized void check(long which) {
        for (long left = doubtful & which; left != 0; left &= left - 1) {
            int line = Long.numberOfTrailingZeros(left) << 6;
            for (int n = line; n < line + 64; n += 8) {
                if (Host.ALL.get(Host.LONG, host + n) != (long) COPY.get(copy, n)) {
                    drop();
                    return;
                }
            }
        }
        doubtful &= ~which;
    }
    // end::check[]

    private static final VarHandle COPY = java.lang.invoke.MethodHandles
            .byteArrayViewVarHandle(long[].class, java.nio.ByteOrder.LITTLE_ENDIAN);
}
