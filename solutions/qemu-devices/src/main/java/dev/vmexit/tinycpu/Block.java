package dev.vmexit.tinycpu;

/// A basic block that has been translated.
///
/// @param start the address of its first byte
/// @param end the address behind its last byte
// tag::block[]
record Block(int start, int end, Code code) {
    /// What the generated classes implement.
    interface Code {
        /// Executes the block: its registers, IP and the number of executed instructions are in the
        /// CPU afterwards.
        void run(TinyCpu cpu);
    }
}
// end::block[]
