package dev.vmexit.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/// A port of the host that leads to a port of the guest: `[tcp:|udp:][ADDRESS:]HOSTPORT:GUESTPORT`.
///
/// Without a protocol it is TCP; without an address only the host itself can reach it, at
/// 127.0.0.1. Host port 0 is one that the host chooses.
public record Forward(Protocol protocol, InetSocketAddress host, int guestPort) {
    /// What is forwarded.
    public enum Protocol {
        TCP, UDP
    }

    private static final String FORM = "[tcp:|udp:][ADDRESS:]HOSTPORT:GUESTPORT";
    private static final int MAX_PORT = 0xFFFF;

    /// @throws IllegalArgumentException if `text` is not of the form above, in one sentence
    public static Forward parse(String text) {
        List<String> parts = Arrays.asList(text.split(":", -1));
        Protocol protocol = switch (parts.getFirst()) {
            case "udp" -> Protocol.UDP;
            default -> Protocol.TCP;
        };
        boolean named = parts.getFirst().equals("tcp") || parts.getFirst().equals("udp");
        List<String> rest = parts.subList(named ? 1 : 0, parts.size());
        if (rest.size() < 2 || rest.size() > 3) {
            throw malformed(text, "it has to look like " + FORM);
        }
        String address = rest.size() == 3 ? rest.getFirst() : "127.0.0.1";
        int hostPort = port(text, "host port", 0, rest.get(rest.size() - 2));
        int guestPort = port(text, "guest port", 1, rest.getLast());
        return new Forward(protocol, new InetSocketAddress(literal(text, address), hostPort),
                guestPort);
    }

    private static int port(String text, String what, int least, String digits) {
        boolean number = digits.matches("[0-9]{1,5}");
        int port = number ? Integer.parseInt(digits) : -1;
        if (port < least || port > MAX_PORT) {
            throw malformed(text, "the %s \"%s\" is not a number from %d to %d".formatted(what,
                    digits, least, MAX_PORT));
        }
        return port;
    }

    /// A name would need a look-up, and could be several addresses.
    private static InetAddress literal(String text, String address) {
        boolean numbers = address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        try {
            if (numbers) {
                return InetAddress.ofLiteral(address);
            }
        } catch (IllegalArgumentException e) {
            // A number over 255: the same sentence.
        }
        throw malformed(text, "the address \"%s\" is not an IPv4 address such as 127.0.0.1"
                .formatted(address));
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("\"%s\" is no port forward: %s".formatted(text, why));
    }

    @Override
    public String toString() {
        return "%s:%s:%d:%d".formatted(protocol.name().toLowerCase(java.util.Locale.ROOT),
                host.getAddress().getHostAddress(), host.getPort(), guestPort);
    }
}
