package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.PacketSink;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/// What every connection needs.
///
/// @param guest takes the packets for the guest
/// @param initialSequence gives an initial sequence number
/// @param ended is told of each connection that is over
record TcpSetting(EventLoop loop, PacketSink guest, IntSupplier initialSequence,
        Consumer<TcpConnection> ended) {}
