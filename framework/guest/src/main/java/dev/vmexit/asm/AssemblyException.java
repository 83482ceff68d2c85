package dev.vmexit.asm;

/// The program cannot be assembled: what is wrong, and the line of Java that wrote it.
public final class AssemblyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AssemblyException(String problem) {
        super(SourceLine.ofCaller() + ": " + problem);
    }

    AssemblyException(SourceLine line, String problem) {
        super(line + ": " + problem);
    }
}
