package dev.vmexit.course;

/// Text that nobody could have typed into a solution. The grader picks a seed for every run, and
/// the guests are assembled with words made from it; without a grader the seed is always the same.
/// Student code that names this class is refused.
public final class Seed {
    /// The system property that carries it.
    public static final String PROPERTY = "vmexit.seed";

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

    private Seed() {}

    /// {@return a word of eight letters} Different purposes give different words.
    public static String word(String purpose) {
        String seed = System.getProperty(PROPERTY, "vmexit");
        var random = new java.util.Random((seed + purpose).hashCode() * 31L + seed.hashCode());
        return random.ints(8, 0, LETTERS.length()).mapToObj(LETTERS::charAt)
                .map(String::valueOf).collect(java.util.stream.Collectors.joining());
    }
}
