/// The twelve instructions, interpreted and translated, and Soft KVM beside them.
///
/// Read [TinyBench]; `bench/tiny/run` runs it and writes the book's table.
package dev.vmexit.bench.tiny;
