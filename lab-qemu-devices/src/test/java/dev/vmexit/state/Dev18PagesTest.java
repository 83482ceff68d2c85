package dev.vmexit.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Dev18PagesTest {
    private static final int PAGE = StateFile.PAGE_BYTES;
    private static final long ADDRESS = 0x10_0000;
    private static final int PAGES = 700;

    @TempDir
    private Path directory;

    private record Piece(long address, int bytes) {}

    private final byte[] memory = new byte[PAGES * PAGE];
    private final List<Piece> pieces = new ArrayList<>();

    /// {@return what a file brings back, in memory that was all ones}
    private byte[] savedAndRestored() {
        Path path = directory.resolve("machine");
        try (StateFile file = StateFile.create(path)) {
            file.ram(ADDRESS, MemorySegment.ofArray(memory));
            file.finish();
        }
        byte[] back = new byte[memory.length];
        SavedMachine.open(path).ram((address, bytes) -> {
            pieces.add(new Piece(address, bytes.length));
            System.arraycopy(bytes, 0, back, (int) (address - ADDRESS), bytes.length);
        });
        return back;
    }

    private void use(int page) {
        MemorySegment.ofArray(memory).set(ValueLayout.JAVA_BYTE, (long) page * PAGE + PAGE - 1,
                (byte) 1);
    }

    @Test
    @Graded(exercise = "dev-18", id = "dev-18.pages", points = 1)
    void every_byte_comes_back_and_no_page_of_zeros_is_written() {
        var random = new SplittableRandom(Seed.word("dev-18").hashCode());
        for (int n = 0; n < 100; n++) {
            use(random.nextInt(PAGES));
        }
        use(0);
        use(PAGES - 1);
        assertThat(Arrays.mismatch(savedAndRestored(), memory))
                .as("the first byte that came back wrong").isEqualTo(-1);
        for (Piece piece : pieces) {
            for (int at = 0; at < piece.bytes; at += PAGE) {
                int last = (int) (piece.address - ADDRESS) + at + PAGE - 1;
                assertThat(memory[last]).as("the page at 0x%x, written though it is zero",
                        piece.address + at).isNotZero();
            }
        }
    }

    @Test
    @Graded(exercise = "dev-18", id = "dev-18.runs", points = 1)
    void pages_that_follow_each_other_are_one_section_of_up_to_a_mebibyte() {
        for (int page = 10; page < 10 + 600; page++) {
            use(page);
        }
        savedAndRestored();
        assertThat(pieces).as("600 pages from page 10 on").containsExactly(
                new Piece(ADDRESS + 10L * PAGE, 256 * PAGE),
                new Piece(ADDRESS + 266L * PAGE, 256 * PAGE),
                new Piece(ADDRESS + 522L * PAGE, 88 * PAGE));
    }
}
