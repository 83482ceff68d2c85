package dev.vmexit.net.user;

import dev.vmexit.net.Frame;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.wire.ArpPacket;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.EthernetFrame;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.TcpSegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The router's card: makes packets into frames, in fragments if need be, for the right address.
final class GuestLink implements PacketSink {
    /// Packets that wait for an ARP reply, one an address: "SHOULD save … at least one".
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc1122 RFC 1122, section 2.3.2.2 "ARP Packet Queue"
    private static final int MAX_WAITING = 16;

    private final NetworkLink.Receiver receiver;
    private final int mtu;
    private final Drops drops;
    private final ArpTable neighbours = new ArpTable();
    private final Map<Ipv4Address, Ipv4Packet> waiting = new LinkedHashMap<>();
    private int identification;

    /// @param receiver takes the frames for the guest
    /// @param mtu the largest packet that the guest takes, 576 to 1500 bytes
    GuestLink(NetworkLink.Receiver receiver, int mtu, Drops drops) {
        this.receiver = receiver;
        this.mtu = mtu;
        this.drops = drops;
    }

    /// Sends a packet to the guest whose address it bears; if nobody knows that guest, asks first.
    @Override
    public boolean send(Ipv4Packet packet) {
        Optional<MacAddress> to = neighbours.find(packet.destination());
        if (to.isPresent()) {
            return sendTo(to.get(), packet);
        }
        if (waiting.size() == MAX_WAITING && !waiting.containsKey(packet.destination())) {
            waiting.remove(waiting.keySet().iterator().next());
        }
        waiting.put(packet.destination(), packet);
        return sendArp(MacAddress.BROADCAST, ArpTable.request(packet.destination()));
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public boolean takesLarge() {
        return receiver.takesLarge();
    }

    /// A guest that has been forgotten meanwhile has to be asked for, and not with 64 KiB.
    @Override
    public boolean sendLarge(Ipv4Packet packet, int segmentBytes) {
        Optional<MacAddress> to = neighbours.find(packet.destination());
        if (to.isEmpty()) {
            return sendArp(MacAddress.BROADCAST, ArpTable.request(packet.destination()));
        }
        byte[] bytes = frame(to.get(), EthernetFrame.IPV4, packet.toBytes());
        return deliver(new Frame(bytes, EthernetFrame.HEADER_BYTES + Ipv4Packet.HEADER_BYTES,
                TcpSegment.CHECKSUM_OFFSET, segmentBytes));
    }

    boolean sendTo(MacAddress to, Ipv4Packet packet) {
        byte[] payload = packet.payload();
        int room = mtu - Ipv4Packet.HEADER_BYTES;
        if (payload.length <= room) {
            return deliver(to, EthernetFrame.IPV4, packet.toBytes());
        }
        identification = identification + 1 & 0xFFFF;
        int step = room & ~7; // fragment offsets count in units of 8 bytes
        boolean all = true;
        for (int offset = 0; offset < payload.length && all; offset += step) {
            int end = Math.min(offset + step, payload.length);
            var fragment = new Ipv4Packet.Fragment(identification, offset, end < payload.length);
            all = deliver(to, EthernetFrame.IPV4, packet.withFragment(fragment,
                    Arrays.copyOfRange(payload, offset, end)).toBytes());
        }
        return all;
    }

    private boolean sendArp(MacAddress to, ArpPacket packet) {
        return deliver(to, EthernetFrame.ARP, packet.toBytes());
    }

    private boolean deliver(MacAddress to, int etherType, byte[] payload) {
        return deliver(Frame.of(frame(to, etherType, payload)));
    }

    private static byte[] frame(MacAddress to, int etherType, byte[] payload) {
        return new EthernetFrame(to, VirtualNetwork.ROUTER_MAC, etherType, payload).toBytes();
    }

    private boolean deliver(Frame frame) {
        boolean taken = receiver.deliver(frame);
        if (!taken) {
            drops.count(Drop.NO_ROOM);
        }
        return taken;
    }

    /// Takes what a guest says about addresses.
    void receiveArp(ArpPacket packet) {
        learn(packet.senderProtocol(), packet.senderHardware());
        neighbours.reply(packet)
                .ifPresent(reply -> sendArp(packet.senderHardware(), reply));
    }

    /// A frame from `owner` bore this source address.
    void learn(Ipv4Address address, MacAddress owner) {
        neighbours.learn(address, owner);
        Ipv4Packet saved = waiting.remove(address);
        if (saved != null) {
            neighbours.find(address).ifPresent(to -> sendTo(to, saved));
        }
    }

    int neighbours() {
        return neighbours.size();
    }
}
