package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Translation;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/// Makes a region a class.
///
/// The classes are hidden: nobody can name them, and each goes when its block goes. A class that
/// the JVM refuses is an error of ours and is thrown, never passed over in silence.
public final class Translator {
    /// HotSpot does not compile methods of more than 8,000 bytes of bytecode.
    private static final int LARGEST_METHOD = 8_000;
    private static final int LEAST_INSTRUCTIONS = 4;
    private static final MethodHandles.Lookup HERE = MethodHandles.lookup();
    private static final ClassDesc NAME = ClassDesc.of("dev.vmexit.softkvm.translate", "Hot");

    private Translator() {}

    /// @return the translation, and how much it covers
    /// @throws Untranslatable if the block alone would be too large a method
    // tag::translate[]
    public static Result translate(Block entry) {
        for (int limit = Region.MOST_INSTRUCTIONS; limit >= LEAST_INSTRUCTIONS; limit /= 2) {
            Region region = Region.around(entry, limit);
            Generated generated = generate(region);
            if (generated.methodBytes <= LARGEST_METHOD) {
                Translation translation = define(generated);
                region.blocks.values().forEach(block -> block.addRegion(entry));
                return new Result(region, translation);
            }
        }
        throw new Untranslatable("method too large");
    }
    // end::translate[]

    /// A region and the code for it.
    public static final class Result {
        private final Region region;
        private final Translation translation;

        private Result(Region region, Translation translation) {
            this.region = region;
            this.translation = translation;
        }

        public Translation translation() {
            return translation;
        }

        public Block entry() {
            return region.entry;
        }

        /// Puts the translation in force, unless one of its blocks has gone meanwhile.
        public boolean install() {
            return region.entry.install(translation, region.blocks.values());
        }
    }

    private record Generated(byte[] bytes, List<Object> constants, int methodBytes) {}

    private static Generated generate(Region region) {
        var constants = new java.util.ArrayList<Object>();
        byte[] bytes = ClassFile.of().build(NAME, type -> type
                .withSuperclass(Names.TRANSLATION)
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC)
                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0, code -> code
                        .aload(0)
                        .invokespecial(Names.TRANSLATION, ConstantDescs.INIT_NAME,
                                ConstantDescs.MTD_void)
                        .return_())
                .withMethodBody("run", Names.RUN, ClassFile.ACC_PUBLIC, code -> {
                    constants.clear();
                    constants.addAll(RegionCode.write(region, code));
                }));
        return new Generated(bytes, constants, sizeOfRun(bytes));
    }

    private static int sizeOfRun(byte[] bytes) {
        return ClassFile.of().parse(bytes).methods().stream()
                .filter(method -> method.methodName().equalsString("run"))
                .mapToInt(method -> method.findAttribute(java.lang.classfile.Attributes.code())
                        .orElseThrow().codeLength())
                .findFirst().orElseThrow();
    }

    // tag::define[]
    private static Translation define(Generated generated) {
        try {
            var lookup = HERE.defineHiddenClassWithClassData(generated.bytes,
                    List.copyOf(generated.constants), true);
            return (Translation) lookup.findConstructor(lookup.lookupClass(),
                    MethodType.methodType(void.class)).invoke();
        } catch (Throwable ours) {
            throw new AssertionError("the JVM refuses a translated class", ours);
        }
    }
    // end::define[]
}
