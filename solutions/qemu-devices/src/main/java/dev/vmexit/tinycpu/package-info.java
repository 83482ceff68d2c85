/// A CPU for twelve 16-bit instructions, twice: interpreted, and translated to JVM bytecode.
///
/// It is Soft KVM in small: the same ideas, few enough lines to read in an evening. [TinyCpu] is
/// the state, [Decoder] reads the bytes, [Interpreter] executes one instruction at a time,
/// [Translator] makes a method of each basic block. Read them in this order.
package dev.vmexit.tinycpu;
