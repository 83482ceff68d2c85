package dev.vmexit.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.grade.TestResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a submission may try against the grader. Each attack stands in the body of exercise kvm-02;
/// what it can win is nothing there, and what it may not cost is a point of kvm-01 and kvm-03.
class AttackTest {
    private static final String BODY = "String missing = needed.stream()";

    private final Attacked lab = new Attacked();

    private void losesOnly02(String attack, State... verdicts) {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY, attack + BODY);
        assertThat(result.problem()).isNull();
        assertThat(result.tests()).filteredOn(test -> !test.exercise().equals("kvm-02"))
                .as("the honest tests of the same submission")
                .allMatch(test -> test.state() == State.PASSED, "passed");
        assertThat(result.tests()).filteredOn(test -> test.exercise().equals("kvm-02"))
                .extracting(TestResult::state).as("the attacked exercise").isNotEmpty()
                .isSubsetOf(verdicts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "System.exit                | System.exit(0);",
            "Runtime.halt               | Runtime.getRuntime().halt(0);"})
    void a_JVM_that_ends_costs_only_its_own_test(String name, String attack) {
        losesOnly02(attack, State.ERROR);
    }

    @Test
    void taking_all_the_memory_costs_only_its_own_test() {
        losesOnly02("var l = new java.util.ArrayList<long[]>(); "
                + "while (l != null) { l.add(new long[1 << 24]); }", State.ERROR, State.FAILED);
    }

    @Test
    void a_busy_loop_is_a_timeout() {
        losesOnly02("long x = 0; while (needed != null) { x++; }", State.TIMEOUT);
    }

    @Test
    void a_forged_report_is_not_believed() {
        losesOnly02("""
                try (var out = new java.io.FileOutputStream(java.io.FileDescriptor.out)) {
                    for (String id : new String[] {"kvm-02.missing", "kvm-02.present"}) {
                        out.write(("\\nend " + id + " PASSED 0 \\n0000 end " + id
                                + " PASSED 0 \\n").getBytes());
                    }
                } catch (java.io.IOException e) {
                    throw new RuntimeException(e);
                }
                Runtime.getRuntime().halt(0);
                """, State.ERROR);
    }

    private void isRejected(String file, String replace, String with, String why) {
        GradeResult result = lab.gradeWith(file, replace, with);
        assertThat(result.outcome()).isEqualTo(GradeResult.Outcome.REJECTED);
        assertThat(result.problem()).contains(why);
        assertThat(result.points()).isZero();
    }

    @Test
    void a_class_of_the_grader_in_a_file_of_the_lab_is_refused() {
        isRejected("dev/vmexit/mode/RealMode.java", "package dev.vmexit.mode;",
                "package dev.vmexit.course.grade;", "belongs to none of the files");
    }

    @Test
    void a_second_class_in_a_file_cannot_replace_the_tests_own() {
        isRejected("dev/vmexit/kvm/Kvm.java", "public final class Kvm",
                "class Scripts {}\npublic final class Kvm", "dev/vmexit/kvm/Scripts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "the seed     | String s = dev.vmexit.course.Seed.word(\"kvm-08\");",
            "the reporter | String s = \"dev.vmexit.course.grade.ChildMain\";",
            "a heap dump  | java.lang.management.ManagementFactory.getRuntimeMXBean();"})
    void code_that_names_the_grader_is_refused(String name, String attack) {
        isRejected("dev/vmexit/kvm/Kvm.java", BODY, attack + BODY, "the grader's");
    }

    @Test
    void a_source_on_which_the_compiler_gives_up_is_not_the_reference() {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY,
                "int x = " + "(".repeat(200_000) + "1" + ")".repeat(200_000) + ";" + BODY);
        assertThat(result.outcome()).isEqualTo(GradeResult.Outcome.DOES_NOT_COMPILE);
        assertThat(result.points()).isZero();
    }

    @Test
    void what_is_not_handed_in_counts_as_not_done() {
        GradeResult result = lab.gradeOnly("dev/vmexit/kvm/Kvm.java");
        assertThat(result.points()).as("kvm-01 … kvm-03, all in Kvm").isEqualTo(12);
        assertThat(lab.gradeOnly("dev/vmexit/kvm/Vm.java").points()).isZero();
        assertThat(lab.gradeOnly().points()).as("nothing").isZero();
    }

    @Test
    void ten_gigabytes_of_output_are_not_kept() {
        losesOnly02("""
                byte[] chunk = new byte[1 << 20];
                for (int i = 0; i < 10_000; i++) {
                    System.out.write(chunk, 0, chunk.length);
                }
                try (var out = new java.io.FileOutputStream(java.io.FileDescriptor.out)) {
                    for (int i = 0; i < 10_000; i++) {
                        out.write(chunk);
                    }
                } catch (java.io.IOException closed) {
                    Runtime.getRuntime().halt(0);
                }
                """, State.ERROR, State.TIMEOUT);
    }

    @Test
    void processes_that_are_started_end_with_the_test() {
        String marker = "vmexit.attack." + System.nanoTime();
        losesOnly02("""
                try {
                    for (int i = 0; i < 20; i++) {
                        new ProcessBuilder(System.getProperty("java.home") + "/bin/jwebserver",
                                "-J-D%s", "-p", "0").start();
                    }
                } catch (java.io.IOException noMore) {
                    // That is as good.
                }
                while (needed != null) {
                    Thread.onSpinWait();
                }
                """.formatted(marker), State.TIMEOUT);
        assertThat(ProcessHandle.allProcesses().filter(process -> process.info().commandLine()
                .orElse("").contains(marker)).filter(ProcessHandle::isAlive))
                .as("processes left on the machine").isEmpty();
    }

    @Test
    void a_thread_and_a_shutdown_hook_that_never_end_do_not_hold_the_grader() {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY, """
                Thread.ofPlatform().start(() -> {
                    while (needed != null) {
                        Thread.onSpinWait();
                    }
                });
                try {
                    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                        while (needed != null) {
                            Thread.onSpinWait();
                        }
                    }));
                } catch (IllegalStateException goingDown) {
                    // Too late for a hook.
                }
                """ + BODY);
        assertThat(result.points()).as("an honest solution with loose ends").isEqualTo(12);
    }

    @Test
    void a_static_initializer_that_exits_costs_no_test_that_does_not_touch_its_class() {
        GradeResult result = lab.gradeWith("dev/vmexit/mode/RealMode.java",
                "    private RealMode() {}",
                "    static { System.exit(0); }\n    private RealMode() {}");
        assertThat(result.points()).as("kvm-01 … kvm-03 do not use RealMode").isEqualTo(12);
    }

    @Test
    void a_submission_that_does_not_compile_says_where() {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY, "int x = \"no\";");
        assertThat(result.outcome()).isEqualTo(GradeResult.Outcome.DOES_NOT_COMPILE);
        assertThat(result.problem()).contains("dev/vmexit/kvm/Kvm.java:");
        assertThat(result.points()).isZero();
    }

    @Test
    void JUnit_cannot_be_named_by_student_code() {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY,
                "org.junit.jupiter.api.Assertions.fail();" + BODY);
        assertThat(result.outcome()).isEqualTo(GradeResult.Outcome.DOES_NOT_COMPILE);
    }

    private static Submission read(Path sources) {
        return Submission.read(sources, Set.of("dev/vmexit/kvm/Kvm.java"));
    }

    private static void put(Path root, String path) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), "class X {}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "META-INF/services/org.junit.platform.engine.TestEngine | META-INF",
            "org/assertj/core/api/Assertions.java                   | not the student's",
            "java/lang/Evil.java                                    | not the student's",
            "dev/vmexit/course/Graded.java                          | not the student's",
            "dev/vmexit/kvm/Kvm.class                               | nothing compiled",
            "lib/cheat.jar                                          | nothing compiled"})
    void files_that_could_be_more_than_a_solution_are_refused(String path, String reason,
            @TempDir Path sources) throws IOException {
        put(sources, "dev/vmexit/kvm/Kvm.java");
        put(sources, path);
        assertThatThrownBy(() -> read(sources)).isInstanceOf(CourseException.class)
                .hasMessageContaining("rejected").hasMessageContaining(reason);
    }

    @Test
    void links_and_oversized_files_are_refused(@TempDir Path sources) throws IOException {
        put(sources, "dev/vmexit/kvm/Other.java");
        Path link = sources.resolve("dev/vmexit/kvm/Kvm.java");
        Files.createSymbolicLink(link, Path.of("/etc/passwd"));
        assertThatThrownBy(() -> read(sources)).hasMessageContaining("a link");
        Files.delete(link);
        Files.write(link, new byte[2 << 20]);
        assertThatThrownBy(() -> read(sources)).hasMessageContaining("larger than");
    }

    @Test
    void a_file_that_the_lab_does_not_ask_for_is_left_alone(@TempDir Path sources)
            throws IOException {
        put(sources, "dev/vmexit/kvm/Kvm.java");
        put(sources, "dev/vmexit/kvm/Mine.java");
        assertThat(read(sources).files()).containsOnlyKeys("dev/vmexit/kvm/Kvm.java");
    }
}
