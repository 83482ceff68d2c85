package dev.vmexit.net.tap;

import dev.vmexit.host.Errno;

/// What a person can do about a tap that cannot be had; empty where we do not know better than the
/// errno.
final class TapAdvice {
    private TapAdvice() {}

    static String onOpen(int errno) {
        if (is(errno, Errno.ENOENT) || is(errno, Errno.ENODEV) || is(errno, Errno.ENXIO)) {
            return ". " + missing();
        }
        return is(errno, Errno.EACCES) || is(errno, Errno.EPERM)
                ? ". Your user may not; `ls -l %s` says who may".formatted(TapDevice.PATH)
                : "";
    }

    static String missing() {
        return "`sudo modprobe tun` loads it, and a container has to be given it; --network user "
                + "needs none";
    }

    static String onAttach(int errno, String name) {
        if (is(errno, Errno.EPERM)) {
            return ". There is no such interface that your user may have; make one: `sudo ip "
                    + "tuntap add dev " + name + " mode tap user $USER`, then `sudo ip link set "
                    + name + " up`";
        } else if (is(errno, Errno.EBUSY)) {
            return ". Another program has it: end that one, or take another tap";
        }
        return is(errno, Errno.EINVAL)
                ? ". An interface of this name is there, and is no tap of one queue: `ip -d link "
                        + "show " + name + "` says what it is"
                : "";
    }

    private static boolean is(int errno, Errno name) {
        return errno == name.number();
    }
}
