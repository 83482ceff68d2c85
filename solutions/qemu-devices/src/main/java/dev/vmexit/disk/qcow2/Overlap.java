package dev.vmexit.disk.qcow2;

/// What a cluster that is about to be written may turn out to be.
enum Overlap {
    HEADER("the header"),
    ACTIVE_L1("the active L1 table"),
    ACTIVE_L2("an active L2 table"),
    REFCOUNT_TABLE("the refcount table"),
    REFCOUNT_BLOCK("a refcount block"),
    SNAPSHOT_TABLE("the snapshot table"),
    INACTIVE_L1("a snapshot's L1 table");

    private final String inWords;

    Overlap(String inWords) {
        this.inWords = inWords;
    }

    String inWords() {
        return inWords;
    }
}
