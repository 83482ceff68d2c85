package dev.vmexit.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.ServiceLoader;

/// Which kernel answers `/dev/kvm`: Linux, or the one written in Java.
///
/// Asked for by the property `vmexit.kvm` or the environment's `VMEXIT_KVM`. `AUTO` here only looks
/// whether there is a device that can be opened; the launcher also measures how fast it is.
public enum KernelChoice {
    AUTO, KERNEL, SOFT;

    static final String PROPERTY = "vmexit.kvm";
    static final String VARIABLE = "VMEXIT_KVM";
    private static final Path DEVICE = Path.of("/dev/kvm");

    /// {@return what the property says, else the environment, else `AUTO`}
    /// @throws IllegalArgumentException if it is none of the three
    public static KernelChoice asked() {
        String word = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, "auto"));
        try {
            return valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(VARIABLE + " (or -D" + PROPERTY + ") is '" + word
                    + "'; it can be auto, kernel or soft", unknown);
        }
    }

    /// {@return whether there is a `/dev/kvm` that this user may open}
    public static boolean deviceIsThere() {
        return Files.isReadable(DEVICE) && Files.isWritable(DEVICE);
    }

    /// {@return the kernel chosen; nothing is measured}
    public LibC open() {
        boolean soft = this == SOFT || this == AUTO && !deviceIsThere();
        return soft ? softOr(this == SOFT) : NativeLibC.INSTANCE;
    }

    /// Found as a service, because this module stands below the one that provides it.
    private static LibC softOr(boolean required) {
        var found = ServiceLoader.load(LibC.class, LibC.class.getClassLoader()).findFirst();
        if (found.isEmpty() && required) {
            throw new IllegalStateException(
                    "VMEXIT_KVM=soft, and Soft KVM is not on the class path");
        }
        return found.orElseGet(() -> NativeLibC.INSTANCE);
    }
}
