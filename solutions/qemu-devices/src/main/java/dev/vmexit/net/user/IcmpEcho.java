package dev.vmexit.net.user;

import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.IcmpMessage;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import java.util.Optional;

/// `ping`: the router answers for itself. Beyond it nobody can be asked, for a raw socket needs
/// privileges; so an echo to elsewhere is answered with "destination unreachable, communication
/// administratively prohibited", and not with a reply that would be a lie.
///
/// @spec https://www.rfc-editor.org/rfc/rfc792 RFC 792, "Echo or Echo Reply Message"
final class IcmpEcho {
    private final PacketSink guest;
    private final Drops drops;

    IcmpEcho(PacketSink guest, Drops drops) {
        this.guest = guest;
        this.drops = drops;
    }

    void receive(Ipv4Packet packet) {
        Optional<IcmpMessage> message = IcmpMessage.parse(packet);
        if (message.isEmpty()) {
            drops.count(Drop.ICMP);
        } else if (message.get().type() == IcmpMessage.ECHO) {
            answer(packet, message.get());
        } // A guest's errors and replies concern nobody here.
    }

    private void answer(Ipv4Packet packet, IcmpMessage echo) {
        if (VirtualNetwork.isOurs(packet.destination())) {
            guest.send(new IcmpMessage(IcmpMessage.ECHO_REPLY, 0, echo.content())
                    .toPacket(packet.destination(), packet.source()));
        } else if (packet.destination().isForwardable()) {
            int code = VirtualNetwork.contains(packet.destination())
                    ? IcmpMessage.HOST_UNREACHABLE
                    : IcmpMessage.ADMINISTRATIVELY_PROHIBITED;
            guest.send(IcmpMessage.error(IcmpMessage.DESTINATION_UNREACHABLE, code, packet)
                    .toPacket(VirtualNetwork.GATEWAY, packet.source()));
        }
    }
}
