package dev.vmexit.tinycpu;

import dev.vmexit.course.Todo;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/// Executes block by block: each is translated to a class with one method when IP first comes to
/// it, and from then on called.
///
/// ```
///        ┌─────────────── run() ───────────────┐
///        ▼                                     │
///   the block at IP? ──none──► translate, keep ┤
///        └──────known──────────► run it ───────┘   until HLT, or the limit
/// ```
public final class Translator implements Engine {
    /// A longer block is cut in two. HotSpot compiles no method of more than 8,000 bytes, and an
    /// instruction becomes 120 at most.
    static final int MOST_INSTRUCTIONS = 64;

    private static final MethodHandles.Lookup HERE = MethodHandles.lookup();
    private static final ClassDesc NAME = ClassDesc.of("dev.vmexit.tinycpu", "Hot");

    private final TinyCpu cpu;
    private long translated;

    public Translator(TinyCpu cpu) {
        this.cpu = cpu;
    }

    /// {@return how many blocks have been translated, again and again included}
    public long translated() {
        return translated;
    }

    /// {@inheritDoc} The limit is looked at between blocks. After a [SegmentOverrun] the registers
    /// are those of the beginning of the block.
    @Override
    public Stop run(long instructions) {
        throw Todo.of("dev-06", "find or make the block at IP; run it; repeat");
    }

    private Block translate(int start) {
        translated++;
        List<Decoded> insns = basicBlock(start);
        return new Block(start, insns.getLast().next(), define(insns));
    }

    /// {@return the instructions from `start` to the next jump} Bytes that cannot be decoded end
    /// it, too: the guest may never come to them, or may write others there first.
    ///
    /// @throws GuestError if the first one cannot be decoded
    private List<Decoded> basicBlock(int start) {
        var insns = new ArrayList<Decoded>();
        Decoded decoded = Decoder.decode(cpu.memory, start);
        insns.add(decoded);
        while (!decoded.insn().endsBlock() && insns.size() < MOST_INSTRUCTIONS) {
            try {
                decoded = Decoder.decode(cpu.memory, decoded.next());
            } catch (GuestError later) {
                return insns;
            }
            insns.add(decoded);
        }
        return insns;
    }

    /// {@return an object of a new class that has the block as its method} The class is hidden:
    /// when the block goes, it can go.
    private static Block.Code define(List<Decoded> insns) {
        byte[] bytes = ClassFile.of().build(NAME, type -> type
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC)
                .withInterfaceSymbols(BlockCode.CODE)
                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0, code -> code
                        .aload(0)
                        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME,
                                ConstantDescs.MTD_void)
                        .return_())
                .withMethodBody("run", BlockCode.RUN, ClassFile.ACC_PUBLIC,
                        code -> BlockCode.write(insns, code)));
        try {
            var lookup = HERE.defineHiddenClass(bytes, true);
            return (Block.Code) lookup.findConstructor(lookup.lookupClass(),
                    MethodType.methodType(void.class)).invoke();
        } catch (Throwable ours) {
            String reason = ours.toString().lines().findFirst().orElse("");
            throw new IllegalStateException("the JVM refuses a translated block: " + reason, ours);
        }
    }
}
