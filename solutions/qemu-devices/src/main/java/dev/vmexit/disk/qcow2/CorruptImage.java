package dev.vmexit.disk.qcow2;

import java.io.IOException;

/// The image contradicts itself or its format; the message names the file and what is wrong.
public final class CorruptImage extends IOException {
    private static final long serialVersionUID = 1;

    CorruptImage(String file, String what) {
        super(file + " is corrupt: " + what);
    }
}
