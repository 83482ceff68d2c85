/// What one exit costs: the boundary between Java and the kernel, measured against C.
///
/// Read [ExitsBenchmark]; `bench/exits/run` runs it and writes the book's table.
package dev.vmexit.bench;
