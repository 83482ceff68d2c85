package dev.vmexit.disk;

/// An image that cannot be opened, made or changed as asked; one sentence says why.
public final class DiskFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DiskFailure(String why) {
        super(why);
    }
}
