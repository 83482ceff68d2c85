/// Instructions: the table of all forms (`opcodes.txt`), and the decoder that turns bytes into an
/// [Insn].
///
/// One table gives decoder, interpreter, translator, disassembler and random tests. Read
/// `opcodes.txt` first, then [Form], [Decoder], [Insn].
package dev.vmexit.softkvm.insn;
