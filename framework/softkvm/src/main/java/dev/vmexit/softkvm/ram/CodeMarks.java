package dev.vmexit.softkvm.ram;

import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;

/// Which pages of memory hold instructions that somebody has decoded, down to 64 bytes.
///
/// Consulted only where the TLB does not answer: a page with a mark is never entered as writable.
/// Keyed by host address, so that two guest-physical names of one page are one page.
public final class CodeMarks {
    /// Told when marked bytes are written.
    public interface Page {
        /// One bit for each 64 bytes from which code was decoded.
        long lines();

        /// Forgets what was decoded from these bytes. They have been written, or are about to be.
        void dropBytes(int from, int to);

        /// Somebody is about to write into the page, where code is or elsewhere.
        ///
        /// @return whether everything was dropped because of that, or, if it may not be, would be
        boolean written(boolean mayDrop);

        /// The bytes are now what they will stay.
        void remember(int from, int to);

        void drop();
    }

    private static final int HINTS = 1 << 16;

    /// By the page's number in host memory. Not by its address: the last twelve bits, all 0, would
    /// leave few places in the map.
    private final ConcurrentHashMap<Long, Page> pages = new ConcurrentHashMap<>();
    /// By the last bits of the page's number: false says that the map has nothing, which is what
    /// nearly everybody hears. Read without care: who misses a page that is just being entered will
    /// be told of it, as everybody is.
    private final boolean[] hints = new boolean[HINTS];
    private volatile boolean reported;

    public Page get(long hostPage) {
        return pages.get(hostPage >>> 12);
    }

    public Page put(long hostPage, Page page) {
        hints[hint(hostPage)] = true;
        Page was = pages.putIfAbsent(hostPage >>> 12, page);
        return was == null ? page : was;
    }

    // tag::reported[]
    /// Whether the process says what it writes. If not, it may have written anywhere.
    public boolean reported() {
        return reported;
    }

    /// @param promised whether the process says so from now on
    public void report(boolean promised) {
        reported = promised;
        pages.values().forEach(Page::drop);
    }

    /// The process has written these bytes. Who decodes them now sees the new ones: he marks before
    /// he reads, and here is looked for a mark after the write.
    public void processWrote(long host, long size) {
        VarHandle.fullFence();
        for (long at = host, end = host + size; at < end; at = (at & -4096) + 4096) {
            Page page = hints[hint(at)] ? pages.get(at >>> 12) : null;
            if (page != null && page.lines() != 0) {
                int from = (int) at & 0xFFF;
                page.remember(from, (int) Math.min(4096, from + end - at));
            }
        }
    }
    // end::reported[]

    /// This memory is no guest's any more, and may be gone.
    public void drop(long host, long size) {
        for (long at = host; at < host + size; at += 4096) {
            if (hints[hint(at)]) {
                dropPage(at);
            }
        }
    }

    private static int hint(long host) {
        return (int) (host >>> 12) & HINTS - 1;
    }

    public boolean holdsCode(long host) {
        if (!hints[hint(host)]) {
            return false;
        }
        Page page = pages.get(host >>> 12);
        return page != null && page.lines() != 0;
    }

    public boolean holdsCode(long host, int size) {
        if (!hints[hint(host)]) {
            return false;
        }
        Page page = pages.get(host >>> 12);
        if (page == null) {
            return false;
        }
        long touched = 1L << (host >>> 6) | 1L << (host + size - 1 >>> 6);
        return (page.lines() & touched) != 0;
    }

    /// Told of every write that the TLB does not answer; see [Page#written].
    public boolean written(long host, boolean mayDrop) {
        if (!hints[hint(host)]) {
            return false;
        }
        Page page = pages.get(host >>> 12);
        return page != null && page.written(mayDrop);
    }

    public void beforeWrite(long host, int size) {
        Page page = pages.get(host >>> 12);
        if (page != null) {
            int from = (int) host & 0xFFF;
            page.dropBytes(from, from + size);
        }
    }

    public void afterWrite(long host, int size) {
        Page page = pages.get(host >>> 12);
        if (page != null) {
            int from = (int) host & 0xFFF;
            page.remember(from, from + size);
        }
    }

    /// Somebody may have written anywhere in this page.
    public void dropPage(long hostPage) {
        Page page = pages.get(hostPage >>> 12);
        if (page != null) {
            page.drop();
        }
    }

    public int count() {
        return pages.size();
    }
}
