/// What a lab promises: its exercises, tests and points, read from `lab.yaml` and
/// `exercises/*.yaml`.
///
/// The manifest, not the tests that happened to run, says how many points there are. Read [Lab].
package dev.vmexit.course.manifest;
