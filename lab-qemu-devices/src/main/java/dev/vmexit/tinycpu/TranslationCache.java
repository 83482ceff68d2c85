package dev.vmexit.tinycpu;

import dev.vmexit.course.Todo;
import java.util.ArrayList;
import java.util.List;

/// The blocks that are valid: their bytes in memory are those they were made of.
///
/// ```
///  byStart   [0x1000] ──► block 0x1000 … 0x1012        the dispatcher's question
///  byPage    [1]      ──► all blocks with a byte in 0x1000 … 0x1fff, for every write
/// ```
///
/// It holds a bounded number of blocks, whatever the guest jumps to.
final class TranslationCache {
    static final int PAGE_SHIFT = 12;
    static final int MOST_BLOCKS = 4096;

    /// One more than memory has bytes: IP may stand behind the last one.
    private final Block[] byStart = new Block[TinyCpu.MEMORY_BYTES + 1];
    private final List<List<Block>> byPage = new ArrayList<>();
    private int count;

    TranslationCache() {
        for (int page = 0; page < TinyCpu.MEMORY_BYTES >>> PAGE_SHIFT; page++) {
            byPage.add(new ArrayList<>());
        }
    }

    /// {@return the block that begins there, or null}
    Block at(int start) {
        return byStart[start];
    }

    /// {@return how many blocks there are}
    int count() {
        return count;
    }

    /// Adds a block. If there is no room, all others go: the ones in use come back soon.
    void add(Block block) {
        if (count == MOST_BLOCKS) {
            clear();
        }
        byStart[block.start()] = block;
        pages(block.start(), block.end()).forEach(page -> page.add(block));
        count++;
    }

    private void clear() {
        java.util.Arrays.fill(byStart, null);
        byPage.forEach(List::clear);
        count = 0;
    }

    /// The lists of the pages that have a byte of `from` … `to - 1`.
    private List<List<Block>> pages(int from, int to) {
        return byPage.subList(from >>> PAGE_SHIFT, (to - 1 >>> PAGE_SHIFT) + 1);
    }

    /// The guest has written the two bytes at `address` and `address + 1`. Most pages have no code,
    /// and then this is all there is to do.
    ///
    /// @return whether a block is no longer valid
    boolean written(int address) {
        boolean hasCode = !byPage.get(address >>> PAGE_SHIFT).isEmpty()
                || !byPage.get(address + 1 >>> PAGE_SHIFT).isEmpty();
        return hasCode && invalidate(address, address + 2);
    }

    /// Forgets every block that has a byte of `from` … `to - 1`, and no other block.
    ///
    /// A block stands in `byStart` once, in `byPage` once for each page it touches, and counts.
    ///
    /// @return whether there was one
    private boolean invalidate(int from, int to) {
        throw Todo.of("dev-07", "which blocks have these bytes? forget them");
    }

    private void remove(Block block) {
        throw Todo.of("dev-07", "take the block out of both tables");
    }
}
