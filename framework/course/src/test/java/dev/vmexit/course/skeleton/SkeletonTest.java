package dev.vmexit.course.skeleton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkeletonTest {
    private static final String SOURCE = """
            package p;

            import a.B;
            import z.Y;

            class C {
                // tag::lab-01[]
                int f() {
                    // tag::solution[]
                    return 1; // <1>
                    // end::solution[]
                    // tag::stub[]
                    //~ throw Todo.of("lab-01", "one");
                    // end::stub[]
                }
                // end::lab-01[]

                // tag::lab-02-more[]
                int g() {
                    // tag::solution[]
                    return 2;
                    // end::solution[]
                    // tag::stub[]
                    //~ throw Todo.of("lab-02", "two");
                    // end::stub[]
                }
                // end::lab-02-more[]
            }
            """;

    private static String generate(String... solved) {
        return Skeleton.of("C.java", SOURCE, Set.of("lab-01", "lab-02"), Set.of(solved));
    }

    @Test
    void a_skeleton_has_stubs_no_marks_no_callouts_and_the_import_in_its_place() {
        assertThat(generate()).isEqualTo("""
                package p;

                import a.B;
                import dev.vmexit.course.Todo;
                import z.Y;

                class C {
                    int f() {
                        throw Todo.of("lab-01", "one");
                    }

                    int g() {
                        throw Todo.of("lab-02", "two");
                    }
                }
                """);
    }

    @Test
    void a_solved_exercise_keeps_its_body_and_the_other_its_stub() {
        assertThat(generate("lab-01")).contains("return 1;").contains("\"lab-02\"")
                .doesNotContain("\"lab-01\"");
        assertThat(generate("lab-01", "lab-02")).contains("return 1;").contains("return 2;")
                .doesNotContain("Todo");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "// tag::lab-09[];x;// end::lab-09[]              | C.java:1: the lab has no",
            "// tag::solution[];x;// end::solution[]          | C.java:1: solution must stand",
            "// tag::lab-01[];// end::lab-01[]    | C.java:2: the region lab-01 is empty",
            "// tag::lab-01[];x                               | C.java:1: the region lab-01 is",
            "x;// end::lab-01[]                               | C.java:2: the region lab-01 ends",
            "// tag::lab-01[];// tag::a[];x;// end::lab-01[]  | C.java:4: the region lab-01 ends",
            "// tag::lab-01[];// tag::stub[];x | C.java:3: a line of"})
    void marks_that_make_no_sense_are_refused_with_file_and_line(String lines, String why) {
        assertThatThrownBy(() -> Skeleton.of("C.java", lines.replace(';', '\n'),
                Set.of("lab-01"), Set.of())).hasMessageContaining(why);
    }
}
