package dev.vmexit.tiny;

import dev.vmexit.memory.GuestAddress;
import java.util.ArrayList;
import java.util.List;

/// Devices for tests: they write down what they are told, and answer what they are given.
final class RecordingDevices implements Devices {
    final List<String> seen = new ArrayList<>();
    long answer;
    long step;
    boolean off;

    @Override
    public long in(int port, int size) {
        seen.add("in %x %d".formatted(port, size));
        answer += step;
        return answer - step;
    }

    @Override
    public void out(int port, int size, long value) {
        seen.add("out %x %d %x".formatted(port, size, value));
    }

    @Override
    public long read(GuestAddress address, int size) {
        seen.add("read %s %d".formatted(address, size));
        return answer;
    }

    @Override
    public void write(GuestAddress address, int size, long value) {
        seen.add("write %s %d %x".formatted(address, size, value));
    }

    @Override
    public boolean isOff() {
        return off;
    }
}
