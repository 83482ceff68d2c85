package dev.vmexit.hostile;

import dev.vmexit.virtio.PortLink;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/// The outside of a port that comes and goes, says anything, and now and then listens to a part
/// only: as the test's random numbers say.
final class FickleLink implements PortLink {
    private final RandomGenerator random;
    private volatile boolean steady;
    private volatile String lastHeard = "";
    private Port port;

    /// @param random used by the device's thread alone
    FickleLink(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public void connect(Port newPort) {
        port = newPort;
    }

    Port port() {
        return port;
    }

    /// From now on it takes everything.
    void calm() {
        steady = true;
        port.roomOutside();
    }

    String lastHeard() {
        return lastHeard;
    }

    @Override
    public int send(byte[] bytes) {
        if (!steady && random.nextInt(8) == 0) {
            return random.nextInt(bytes.length + 1);
        }
        lastHeard = new String(bytes, StandardCharsets.ISO_8859_1);
        return bytes.length;
    }

    @Override
    public void roomAgain() {}

    @Override
    public void vacant() {}
}
