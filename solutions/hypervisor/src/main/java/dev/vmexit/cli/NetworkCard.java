package dev.vmexit.cli;

import dev.vmexit.net.Forward;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.tap.TapLink;
import dev.vmexit.net.user.UserNetwork;
import dev.vmexit.net.user.wire.EthernetFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A network card as a person has described it: what its cable leads to, then keys with values.
///
/// @param tap the host's interface at the other end; null for a network in this process
/// @param mtu the largest packet, in bytes
record NetworkCard(String tap, MacAddress mac, int mtu, List<Forward> forwards) {
    private static final String TAP = "tap=";
    private static final String FORWARD = "forward";
    private static final String MAC = "mac";
    private static final String MTU = "mtu";
    private static final List<String> KEYS = List.of(MAC, MTU, FORWARD);

    /// @param words `user` or `tap=NAME`, then `mac=ADDRESS`, `mtu=BYTES`, and after `user` any
    /// number of `forward=…`
    /// @param standard the address of a card that is given none
    /// @throws IllegalArgumentException with a sentence, if that is no card
    static NetworkCard parse(List<String> words, MacAddress standard) {
        String tap = tap(words.getFirst());
        Map<String, List<String>> values = values(words.subList(1, words.size()));
        if (tap != null && values.containsKey(FORWARD)) {
            throw new IllegalArgumentException("a tap has no port forwards: behind it the guest "
                    + "has an address of its own, at which the host reaches all its ports");
        }
        return new NetworkCard(tap,
                values.containsKey(MAC) ? MacAddress.parse(values.get(MAC).getFirst()) : standard,
                values.containsKey(MTU) ? mtu(values.get(MTU).getFirst()) : EthernetFrame.MTU,
                values.getOrDefault(FORWARD, List.of()).stream().map(Forward::parse).toList());
    }

    private static String tap(String kind) {
        if (kind.startsWith(TAP)) {
            String name = kind.substring(TAP.length());
            TapLink.checkName(name);
            return name;
        } else if (!kind.equals("user")) {
            throw new IllegalArgumentException(
                    "--network is user, tap=NAME or none, not \"%s\"".formatted(kind));
        }
        return null;
    }

    private static Map<String, List<String>> values(List<String> words) {
        var values = new LinkedHashMap<String, List<String>>();
        for (String word : words) {
            String key = word.substring(0, Math.max(0, word.indexOf('=')));
            String value = word.substring(word.indexOf('=') + 1);
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(("--network does not know \"%s\"; behind the "
                        + "kind it knows mac=ADDRESS, mtu=BYTES and forward=HOSTPORT:GUESTPORT")
                        .formatted(word));
            } else if (value.isEmpty()) {
                throw new IllegalArgumentException("--network: %s= has no value".formatted(key));
            } else if (values.containsKey(key) && !key.equals(FORWARD)) {
                throw new IllegalArgumentException("a card has one %s, and here are \"%s\" and "
                        .formatted(key, values.get(key).getFirst()) + "\"" + value + "\"");
            }
            values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
        }
        return values;
    }

    private static int mtu(String text) {
        int mtu = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (mtu < UserNetwork.LEAST_MTU || mtu > EthernetFrame.MTU) {
            throw new IllegalArgumentException("an MTU is %d to %d bytes, not \"%s\"".formatted(
                    UserNetwork.LEAST_MTU, EthernetFrame.MTU, text));
        }
        return mtu;
    }

    /// {@return the other end of the card's cable: a new network of its own, or the host's}
    ///
    /// @throws IOException if the host does not let it be; the message says what to do
    NetworkLink open() throws IOException {
        if (tap == null) {
            return UserNetwork.open(forwards, mtu);
        }
        TapLink link = TapLink.open(tap);
        if (TapLink.isDown(tap)) {
            System.err.printf("vmexit: the tap %1$s is new or down, and carries nothing before "
                    + "`ip link set %1$s up`%n", tap);
        }
        return link;
    }
}
