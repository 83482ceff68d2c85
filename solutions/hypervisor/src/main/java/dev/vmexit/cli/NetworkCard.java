package dev.vmexit.cli;

import dev.vmexit.net.Forward;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.UserNetwork;
import dev.vmexit.net.user.wire.EthernetFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A network card as a person has described it: what its cable leads to, then keys with values.
///
/// @param mtu the largest packet, in bytes
record NetworkCard(MacAddress mac, int mtu, List<Forward> forwards) {
    private static final String FORWARD = "forward";
    private static final String MAC = "mac";
    private static final String MTU = "mtu";
    private static final List<String> KEYS = List.of(MAC, MTU, FORWARD);

    /// @param words `user`, then `mac=ADDRESS`, `mtu=BYTES`, `forward=…`, the last one any number
    /// of times
    /// @param standard the address of a card that is given none
    /// @throws IllegalArgumentException with a sentence, if that is no card
    static NetworkCard parse(List<String> words, MacAddress standard) {
        String kind = words.getFirst();
        if (!kind.equals("user")) {
            throw new IllegalArgumentException(
                    "--network is user or none, not \"%s\"".formatted(kind));
        }
        Map<String, List<String>> values = values(words.subList(1, words.size()));
        return new NetworkCard(
                values.containsKey(MAC) ? MacAddress.parse(values.get(MAC).getFirst()) : standard,
                values.containsKey(MTU) ? mtu(values.get(MTU).getFirst()) : EthernetFrame.MTU,
                values.getOrDefault(FORWARD, List.of()).stream().map(Forward::parse).toList());
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

    /// {@return a new network of its own behind the card}
    ///
    /// @throws IOException if the host does not let it be; the message says what to do
    NetworkLink open() throws IOException {
        return UserNetwork.open(forwards, mtu);
    }
}
