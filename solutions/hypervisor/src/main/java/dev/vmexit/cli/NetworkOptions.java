package dev.vmexit.cli;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.net.Forward;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.UserNetwork;
import dev.vmexit.net.user.wire.EthernetFrame;
import dev.vmexit.virtio.VirtioNet;
import dev.vmexit.virtio.VirtioPci;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/// The options for the network card. Each machine has a network of its own: a reset ends its
/// connections.
final class NetworkOptions {
    @Option(names = "--network", paramLabel = "user|none", defaultValue = "none",
            description = "user: a virtio-net card behind which this process carries the guest's "
                    + "connections, without privileges. Default ${DEFAULT-VALUE}.")
    private String kind;

    @Option(names = "--forward", paramLabel = "[udp:][ADDRESS:]HOSTPORT:GUESTPORT",
            description = "A port of the host that leads to one of the guest.")
    private List<String> forwards = List.of();

    @Option(names = "--mac", paramLabel = "ADDRESS",
            description = "The card's address; default 52:54:00:12:34:56.")
    private String mac;

    @Option(names = "--mtu", paramLabel = "BYTES", defaultValue = "1500",
            description = "The largest packet; default ${DEFAULT-VALUE}.")
    private int mtu;

    private List<Forward> parsed;
    private MacAddress address;

    /// Before the machine is built, so that what is malformed is told of first.
    void check() {
        if (!kind.equals("user") && !kind.equals("none")) {
            throw new BootFailure("--network is user or none, not \"%s\"".formatted(kind));
        }
        if (kind.equals("none") && (!forwards.isEmpty() || mac != null)) {
            throw new BootFailure("--forward and --mac need a card: --network=user");
        }
        if (mtu < UserNetwork.LEAST_MTU || mtu > EthernetFrame.MTU) {
            throw new BootFailure("an MTU is %d to %d bytes, not %d".formatted(
                    UserNetwork.LEAST_MTU, EthernetFrame.MTU, mtu));
        }
        try {
            parsed = forwards.stream().map(Forward::parse).toList();
            address = mac == null ? MacAddress.standard(0) : MacAddress.parse(mac);
        } catch (IllegalArgumentException malformed) {
            throw new BootFailure(malformed.getMessage());
        }
    }

    boolean any() {
        return kind.equals("user");
    }

    /// Puts a card into the machine, whose network ends with it.
    void attach(Pc pc) {
        if (!any()) {
            return;
        }
        try {
            NetworkLink network = UserNetwork.open(parsed, mtu);
            pc.onClose(network::close);
            var card = new VirtioNet(address, mtu, network);
            VirtioPci connection = pc.attach(card);
            card.connect(() -> connection.wake(0));
        } catch (IOException e) {
            throw new BootFailure(e.getMessage());
        }
    }
}
