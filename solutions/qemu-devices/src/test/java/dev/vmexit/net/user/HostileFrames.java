package dev.vmexit.net.user;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Frames with some bytes changed. Half of them get right checksums again, or they would not get
/// far. Destinations stay on this machine.
public final class HostileFrames {
    /// What the network's random numbers are, so that a guest can guess a TCP connection's first.
    static final int NUMBER = -2000;
    private static final int MOST_BYTES = 66_000;

    private final Random random;
    private final List<byte[]> seeds;

    /// @param port of a server on the host's loopback address
    public HostileFrames(Random random, int port) {
        this.random = random;
        this.seeds = seeds(port);
    }

    public byte[] next() {
        return mutate(seeds.get(random.nextInt(seeds.size())));
    }

    /// {@return who has 10.0.2.2?}
    public static byte[] whoHasGateway() {
        return Wire.frame(Wire.EVERYBODY, 0x0806, Wire.hex("0001 0800 06 04 0001"
                + Wire.GUEST_MAC + "0a00020f 000000000000 0a000202"));
    }

    /// {@return whether the frame says who has 10.0.2.2}
    public static boolean gatewayAnswers(byte[] frame) {
        byte[] wanted = Wire.hex(Wire.GUEST_MAC + Wire.ROUTER_MAC + "0806 0001 0800 06 04 0002"
                + Wire.ROUTER_MAC + "0a000202" + Wire.GUEST_MAC + "0a00020f");
        return frame.length >= wanted.length
                && Arrays.equals(Arrays.copyOf(frame, wanted.length), wanted);
    }

    private static List<byte[]> seeds(int port) {
        byte[] options = Wire.hex("020405b4 01030307");
        byte[] dhcp = new byte[300];
        System.arraycopy(Wire.hex("01010600cafe0001"), 0, dhcp, 0, 8);
        System.arraycopy(Wire.hex("525400123456"), 0, dhcp, 28, 6);
        System.arraycopy(Wire.hex("63825363 350103 32040a00020f ff"), 0, dhcp, 236, 14);
        return List.of(
                Wire.tcp(Wire.GATEWAY, new int[]{4000, port, 1, 0, 2, 65535}, options, new byte[0]),
                Wire.tcp(Wire.GATEWAY, new int[]{4000, port, 2, NUMBER + 1, 16, 500}, new byte[0],
                        new byte[100]),
                Wire.tcp(Wire.GATEWAY, new int[]{4000, port, 102, NUMBER + 1, 17, 0}, new byte[0],
                        new byte[10]),
                Wire.udp(Wire.GATEWAY, 4000, port, new byte[20]),
                Wire.udp(Wire.DNS, 4000, 53, Wire.hex("beef010000010000000000000161000001")),
                Wire.ip(Wire.GUEST, -1, 17, Wire.udpPayload(68, 67, dhcp)),
                Wire.echo(Wire.GATEWAY, 64, new byte[50]),
                Wire.fragment(Wire.GUEST, Wire.GATEWAY, 17, 0x0001_2000, new byte[64]),
                Wire.fragment(Wire.GUEST, Wire.GATEWAY, 17, 0x0001_0008, new byte[64]),
                Wire.frame(Wire.EVERYBODY, 0x0806, Wire.hex("0001080006040001525400123456"
                        + "0a00020f0000000000000a000202")));
    }

    private byte[] mutate(byte[] seed) {
        byte[] frame = random.nextInt(8) == 0
                ? Arrays.copyOf(seed, random.nextInt(seed.length + 20))
                : seed.clone();
        if (random.nextInt(256) == 0) {
            frame = Arrays.copyOf(seed, random.nextInt(MOST_BYTES));
        }
        int first = random.nextInt(8) == 0 ? 0 : 14;
        for (int n = random.nextInt(4); n > 0 && frame.length > first; n--) {
            frame[random.nextInt(first, frame.length)] = (byte) random.nextInt();
        }
        if (frame.length > 32 && frame[12] == 8 && frame[13] == 0) {
            frame[30] = 10; // never a destination beyond this machine
            frame[31] = 0;
            frame[32] = 2;
            if (frame.length > 54 && random.nextBoolean()) {
                mend(frame);
            }
        }
        return frame;
    }

    /// For a header of 20 bytes.
    private static void mend(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame).putShort(24, (short) 0);
        b.putShort(24, (short) ~Wire.sum(frame, 14, 34, 0));
        byte[] payload = Arrays.copyOfRange(frame, 34, frame.length);
        int at = switch (frame[23]) {
            case 1 -> 2;
            case 6 -> 16;
            case 17 -> 6;
            default -> -1;
        };
        if (at >= 0) {
            ByteBuffer.wrap(payload).putShort(at, (short) 0);
            int sum = frame[23] == 1
                    ? Wire.sum(payload, 0, payload.length, 0)
                    : Wire.pseudo(b.getInt(26), b.getInt(30), frame[23], payload);
            b.putShort(34 + at, (short) ~sum);
        }
    }
}
