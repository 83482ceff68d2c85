package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file that is handed to a kernel in memory, with a text for it.
///
/// @param bytes what is in the file; perhaps nothing
/// @param text its name, and its arguments if it has some
public record BootModule(byte[] bytes, String text) {
    /// {@return the one file of this name} A comma or a blank is a part of it.
    ///
    /// @throws dev.vmexit.linux.BootFailure if it cannot be read
    public static List<BootModule> initrd(String name) {
        return List.of(new BootModule(BootFile.read("initrd", Path.of(name)), name));
    }

    /// {@return the files of a list as QEMU takes it}
    ///
    /// ```
    ///  first.bin,second.bin level=3 quiet,odd,,name
    ///  ────┬──── ───┬────── ──────┬────── ────┬────
    ///    file     file        arguments    the file odd,name
    /// ```
    ///
    /// The text of a module is its name and all that follows, up to the comma.
    ///
    /// @throws dev.vmexit.linux.BootFailure if one cannot be read
    static List<BootModule> list(String files) {
        var modules = new ArrayList<BootModule>();
        for (String text : split(files)) {
            int blank = text.indexOf(' ');
            String name = blank < 0 ? text : text.substring(0, blank);
            modules.add(new BootModule(BootFile.read("module", Path.of(name)), text));
        }
        return List.copyOf(modules);
    }

    /// Splits at commas; a comma that is doubled is one of the text.
    private static List<String> split(String files) {
        var texts = new ArrayList<String>();
        var text = new StringBuilder();
        for (int i = 0; i < files.length(); i++) {
            char next = files.charAt(i);
            boolean doubled = next == ',' && files.startsWith(",,", i);
            if (next == ',' && !doubled) {
                texts.add(text.toString());
                text.setLength(0);
            } else {
                text.append(next);
                i += doubled ? 1 : 0;
            }
        }
        texts.add(text.toString());
        return texts;
    }
}
