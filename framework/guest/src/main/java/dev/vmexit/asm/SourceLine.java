package dev.vmexit.asm;

/// The line of the guest's source, which is Java: the nearest caller outside this package.
record SourceLine(String file, int line) {
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final String HERE = SourceLine.class.getPackageName() + ".";

    static SourceLine ofCaller() {
        return WALKER.walk(frames -> frames
                .filter(frame -> !isAssembler(frame.getClassName()))
                .findFirst()
                .map(frame -> new SourceLine(frame.getFileName(), frame.getLineNumber()))
                .orElse(new SourceLine("?", 0)));
    }

    private static boolean isAssembler(String className) {
        return className.startsWith(HERE) && !className.endsWith("Test")
                || className.startsWith("java.");
    }

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
