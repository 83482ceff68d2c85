package dev.vmexit.softkvm.cpu;

import java.util.Arrays;

/// Until when what was looked up for an instruction pointer may be believed.
///
/// Whoever keeps the answer of a fetch keeps a stamp with it, and asks before the next use whether
/// the stamp is current. A new CR3 makes the stamps of all but global pages old, anything else all
/// of them; `INVLPG` only if code was fetched from that page since.
public final class CodeView {
    private static final int FILTER_BITS = 4096;

    /// The stamp of what a new CR3 makes old: positive; that of global pages is negative.
    private long local = 1;
    private long global = -1;
    /// The same for where the address leads only, whatever is written there.
    private long localPlace = 1;
    private long globalPlace = -1;
    /// A bit for each page fetched from, by the last bits of its number: no is certain.
    private final long[] fetched = new long[FILTER_BITS / 64];
    private final LargePages large = new LargePages();

    public boolean isCurrent(long stamp) {
        return stamp == local || stamp == global;
    }

    /// Notes that code is fetched from this address, for which the walk was the last one.
    ///
    /// @return the stamp for what is kept of it
    public long note(long linear, PageWalk walk) {
        fetched[word(linear)] |= 1L << (linear >>> 12);
        if (walk.pageShift > 12) {
            large.note(linear, walk.pageShift);
        }
        return walk.global ? global : local;
    }

    /// {@return what is another number as soon as an address may lead elsewhere}
    public long view() {
        return local;
    }

    /// {@return the stamp of what depends on two pages}
    public long both(long one, long other) {
        return one == global && other == global ? global : local;
    }

    /// {@return a stamp that is as current as `stamp`, but for what is written there}
    public long placeOf(long stamp) {
        return stamp == global ? globalPlace : localPlace;
    }

    /// {@return the stamp of now for a place that is still where it was, or 0}
    public long renewed(long place) {
        return place == globalPlace ? global : place == localPlace ? local : 0;
    }

    // tag::stamps[]
    /// The process may have written into the guest's memory, anywhere.
    public void doubtContents() {
        local++;
        global--;
    }

    /// Addresses may mean other code.
    public void forgetAll() {
        doubtContents();
        localPlace++;
        globalPlace--;
        Arrays.fill(fetched, 0);
        large.clear();
    }

    void forgetLocal() {
        local++;
        localPlace++;
    }

    void forgetPage(long linear) {
        if ((fetched[word(linear)] >>> (linear >>> 12) & 1) != 0 || large.mayHold(linear)) {
            forgetAll();
        }
    }
    // end::stamps[]

    private static int word(long linear) {
        return (int) (linear >>> 18) & FILTER_BITS / 64 - 1;
    }
}
