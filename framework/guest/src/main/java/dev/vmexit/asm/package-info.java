/// A small x86 assembler: guest programs are written in Java, where the reader already is.
///
/// Only what the guests of this project use, in 16-, 32- and 64-bit code. Read [Assembler] for the
/// instructions, [Encoder] for how an instruction becomes bytes.
package dev.vmexit.asm;
