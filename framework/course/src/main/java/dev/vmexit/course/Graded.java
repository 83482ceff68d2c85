package dev.vmexit.course;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A JUnit test that is worth points.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Graded {
    /// The exercise, such as `kvm-03`.
    String exercise();

    /// The test's own id, such as `kvm-03.port`; unique in the lab, and never reused.
    String id();

    /// As in the lab's manifest, which has the last word.
    int points();

    /// When a student may see the result on platforms that can hide it.
    Visibility visibility() default Visibility.VISIBLE;

    /// What the machine must have, by name: `kvm`.
    String[] requires() default {};

    /// After this time the test is a timeout.
    int seconds() default 20;
}
