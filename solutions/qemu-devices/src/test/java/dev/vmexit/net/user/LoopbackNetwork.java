package dev.vmexit.net.user;

import dev.vmexit.net.Frame;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.wire.Drop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/// The user network, and before it a fence: what a hostile guest sends does not leave this machine.
public final class LoopbackNetwork implements NetworkLink {
    private static final int ETHER_TYPE = 12;
    private static final int DESTINATION = 30;

    private final UserNetwork network;

    /// Its random numbers are those that [HostileFrames] has guessed.
    ///
    /// @param resolver a DNS server on the loopback interface
    public LoopbackNetwork(InetSocketAddress resolver) throws IOException {
        network = UserNetwork.open(List.of(), 1500, List.of(resolver),
                () -> HostileFrames.NUMBER);
    }

    /// {@return how often the network caught a mistake of its own}
    public long faults() {
        return network.dropped().getOrDefault(Drop.FAULT, 0L);
    }

    @Override
    public void connect(Receiver receiver) {
        network.connect(receiver);
    }

    @Override
    public void send(Frame frame) {
        if (staysHere(frame.bytes())) {
            network.send(frame);
        }
    }

    private static boolean staysHere(byte[] frame) {
        boolean ipv4 = frame.length >= DESTINATION + 4 && frame[ETHER_TYPE] == 8
                && frame[ETHER_TYPE + 1] == 0;
        if (!ipv4) {
            return true; // nothing else is carried beyond the network
        }
        boolean inside = frame[DESTINATION] == 10 && frame[DESTINATION + 1] == 0
                && frame[DESTINATION + 2] == 2;
        boolean broadcast = true;
        for (int n = 0; n < 4; n++) {
            broadcast &= frame[DESTINATION + n] == -1;
        }
        return inside || broadcast;
    }

    @Override
    public boolean offloads() {
        return network.offloads();
    }

    @Override
    public void roomAgain() {
        network.roomAgain();
    }

    @Override
    public void close() {
        network.close();
    }
}
