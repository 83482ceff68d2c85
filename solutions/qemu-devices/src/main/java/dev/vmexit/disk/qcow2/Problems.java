package dev.vmexit.disk.qcow2;

import java.util.ArrayList;
import java.util.List;

/// What a check finds: all are counted, the first are told.
final class Problems {
    private static final int MOST_TOLD = 20;

    private final List<String> told = new ArrayList<>();
    private long leaks;
    private long corruptions;

    void leak(String what) {
        leaks++;
        tell(what);
    }

    void corruption(String what) {
        corruptions++;
        tell(what);
    }

    private void tell(String what) {
        if (told.size() < MOST_TOLD) {
            told.add(what);
        }
    }

    long leaks() {
        return leaks;
    }

    long corruptions() {
        return corruptions;
    }

    List<String> told() {
        return List.copyOf(told);
    }
}
