package dev.vmexit.cli;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.virtio.VirtioNet;
import dev.vmexit.virtio.VirtioPci;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import picocli.CommandLine.Option;

/// The options for network cards. Each card of each machine has a network of its own: a reset ends
/// its connections.
final class NetworkOptions {
    /// What the bus has room for besides its bridge, 26 disks and the entropy device.
    private static final int MOST_CARDS = 4;
    private static final String NONE = "none";

    @Option(names = "--network", paramLabel = "user|tap=NAME|none[,OPTION…]", description = {
            "A virtio-net card; several times for several. user: this process carries the guest's "
                    + "connections, without privileges. tap=NAME: the host's TAP interface, which "
                    + "is made for the run if it does not exist and this user may. Options: "
                    + "mac=ADDRESS, mtu=BYTES, and with user any number of "
                    + "forward=[udp:][ADDRESS:]HOSTPORT:GUESTPORT. Default none."})
    private List<String> texts = List.of();

    @Option(names = "--forward", paramLabel = "[udp:][ADDRESS:]HOSTPORT:GUESTPORT",
            description = "A port of the host that leads to one of the guest, for the only card.")
    private List<String> forwards = List.of();

    @Option(names = "--mac", paramLabel = "ADDRESS",
            description = "The only card's address; default 52:54:00:12:34:56, and one more for "
                    + "each further card.")
    private String mac;

    @Option(names = "--mtu", paramLabel = "BYTES",
            description = "The only card's largest packet; default 1500.")
    private Integer mtu;

    private List<NetworkCard> cards = List.of();

    /// Before the machine is built, so that what is malformed is told of first.
    void check() {
        try {
            cards = parse(texts.equals(List.of(NONE)) ? List.of() : texts);
        } catch (IllegalArgumentException malformed) {
            throw new BootFailure(malformed.getMessage());
        }
    }

    private List<NetworkCard> parse(List<String> wanted) {
        List<String> alone = ofTheOnlyCard();
        if (!alone.isEmpty() && wanted.isEmpty()) {
            throw new BootFailure("--forward, --mac and --mtu need a card: --network=user");
        } else if (!alone.isEmpty() && wanted.size() > 1) {
            throw new BootFailure(("--forward, --mac and --mtu are for the only card, and here are "
                    + "%d: write them into --network, as in --network user,%s").formatted(
                            wanted.size(), alone.getFirst()));
        } else if (wanted.size() > MOST_CARDS) {
            throw new BootFailure("a machine has at most %d network cards, not %d".formatted(
                    MOST_CARDS, wanted.size()));
        }
        var parsed = new ArrayList<NetworkCard>();
        var taken = new HashSet<MacAddress>();
        for (String text : wanted) {
            NetworkCard card = parse(text, alone, MacAddress.standard(parsed.size()));
            if (!taken.add(card.mac())) {
                throw new BootFailure("two network cards have the address %s: give one of them "
                        .formatted(card.mac()) + "another with mac=");
            }
            parsed.add(card);
        }
        return parsed;
    }

    private static NetworkCard parse(String text, List<String> more, MacAddress standard) {
        List<String> words = new ArrayList<>(Arrays.asList(text.split(",", -1)));
        if (words.getFirst().equals(NONE)) {
            throw new BootFailure("--network none is no card: it stands alone, and once");
        }
        words.addAll(more);
        return NetworkCard.parse(words, standard);
    }

    /// {@return what the short options say, in the words of `--network`}
    private List<String> ofTheOnlyCard() {
        var words = new ArrayList<String>();
        forwards.forEach(forward -> words.add("forward=" + forward));
        if (mac != null) {
            words.add("mac=" + mac);
        }
        if (mtu != null) {
            words.add("mtu=" + mtu);
        }
        return words;
    }

    boolean any() {
        return !cards.isEmpty();
    }

    /// Puts the cards into the machine, whose networks end with it.
    ///
    /// @param queues pairs of each card, one a CPU
    void attach(Pc pc, int queues) {
        try {
            for (NetworkCard card : cards) {
                attach(pc, card, queues);
            }
        } catch (IOException e) {
            throw new BootFailure(e.getMessage());
        }
    }

    private static void attach(Pc pc, NetworkCard described, int queues)
            throws IOException {
        NetworkLink network = described.open();
        pc.onClose(network::close);
        var card = new VirtioNet(described.mac(), described.mtu(), network, queues);
        VirtioPci connection = pc.attach(card);
        card.connect(connection::wake);
    }
}
