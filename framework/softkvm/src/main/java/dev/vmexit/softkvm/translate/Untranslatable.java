package dev.vmexit.softkvm.translate;

/// A region that cannot become a method; it stays with the interpreter, and is counted.
public final class Untranslatable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Untranslatable(String why) {
        super(why, null, false, false);
    }
}
