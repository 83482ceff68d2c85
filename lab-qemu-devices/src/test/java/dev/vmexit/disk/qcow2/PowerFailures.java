package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The files that a power failure could have left: all that was flushed, and of what was not, any
/// one write alone or all of them.
final class PowerFailures {
    private PowerFailures() {}

    static void assertSurvived(byte[] start, List<PaperFile.Step> steps) throws IOException {
        var flushed = new PaperFile(start);
        var unflushed = new ArrayList<PaperFile.Step>();
        int flushes = 0;
        for (PaperFile.Step step : steps) {
            if (step.isFlush()) {
                for (PaperFile.Step one : unflushed) {
                    survives(flushed, List.of(one), "after flush %d only the write to 0x%x "
                            .formatted(flushes, one.offset()));
                }
                survives(flushed, unflushed, "before flush %d every write ".formatted(flushes + 1));
                apply(flushed, unflushed);
                unflushed.clear();
                flushes++;
            } else {
                unflushed.add(step);
            }
        }
        assertThat(unflushed).as("writes to the image that no flush followed").isEmpty();
    }

    private static void survives(PaperFile flushed, List<PaperFile.Step> writes, String what)
            throws IOException {
        var file = new PaperFile(flushed.bytes());
        apply(file, writes);
        assertThat(Judge.problems(file.bytes(), false))
                .as("the power fails, and %shas reached the disk", what).isEmpty();
    }

    private static void apply(PaperFile file, List<PaperFile.Step> writes) throws IOException {
        for (PaperFile.Step write : writes) {
            file.write(write.offset(), write.bytes());
        }
    }
}
