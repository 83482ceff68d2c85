package dev.vmexit.cli;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The options for the two ports that only guests under test use.
final class DebugPorts {
    @Option(names = "--debug-exit",
            description = "A write of N to port 0xf4 ends the machine with status 2N + 1.")
    private boolean exit;

    @Option(names = "--debug-console", paramLabel = "FILE",
            description = "What the guest writes to port 0xe9 goes into this file.")
    private Path console;

    private OutputStream output;

    /// Before the machine is built, so that a file that cannot be is told of first.
    void open() {
        if (console == null) {
            return;
        }
        try {
            output = new FileOutputStream(console.toFile());
        } catch (IOException e) {
            throw new BootFailure("the debug console's file cannot be written: " + e.getMessage());
        }
    }

    boolean any() {
        return exit || console != null;
    }

    void attach(Pc pc) {
        if (exit) {
            pc.attachDebugExit();
        }
        if (console != null) {
            pc.attachDebugConsole(this::write);
        }
    }

    /// A full disk ends the log, not the guest.
    private void write(int value) {
        if (output == null) {
            return;
        }
        try {
            output.write(value);
        } catch (IOException e) {
            System.err.println("vmexit: no more debug output: " + e.getMessage());
            output = null;
        }
    }
}
