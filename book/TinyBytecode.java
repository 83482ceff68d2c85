package dev.vmexit.tinycpu;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;

/// Translates one block of the tiny CPU into a class file that `javap -c` can show.
class TinyBytecode {
    /// @param arguments the bytes of the block in hex, at 0x1003; the file to write
    public static void main(String[] arguments) throws Exception {
        byte[] code = HexFormat.of().parseHex(arguments[0]);
        byte[] memory = new byte[1 << 16];
        System.arraycopy(code, 0, memory, 0x1003, code.length);
        var insns = new ArrayList<Decoded>();
        int at = 0x1003;
        do {
            insns.add(Decoder.decode(memory, at));
            at = insns.getLast().next();
            System.out.println("%x  %s".formatted(insns.getLast().start(), insns.getLast().insn()));
        } while (!insns.getLast().insn().endsBlock());
        Files.write(Path.of(arguments[1]), ClassFile.of().build(ClassDesc.of("Hot"), type -> type
                .withMethodBody("run", BlockCode.RUN, ClassFile.ACC_PUBLIC,
                        method -> BlockCode.write(insns, method))));
    }
}
