package dev.vmexit.net.user;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The host's DNS servers.
final class Resolvers {
    static final int PORT = 53;

    private static final Path FILE = Path.of("/etc/resolv.conf");
    /// systemd-resolved's; where it is not, a query to it fails at once.
    private static final String FALLBACK = "127.0.0.53";
    /// As many as the C library asks.
    private static final int MAX = 3;

    private Resolvers() {}

    /// {@return one to three servers}
    static List<InetSocketAddress> ofHost() {
        try {
            return parse(Files.readAllLines(FILE));
        } catch (IOException | RuntimeException e) {
            return parse(List.of());
        }
    }

    /// @param lines of a `resolv.conf`; what is no `nameserver` with an address is skipped
    static List<InetSocketAddress> parse(List<String> lines) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MAX) {
                add(servers, words[1]);
            }
        }
        if (servers.isEmpty()) {
            add(servers, FALLBACK);
        }
        return List.copyOf(servers);
    }

    private static void add(List<InetSocketAddress> servers, String address) {
        try {
            servers.add(new InetSocketAddress(InetAddress.ofLiteral(address), PORT));
        } catch (IllegalArgumentException e) {
            // No address: the next line may have one.
        }
    }
}
