package dev.vmexit.boot;

import dev.vmexit.linux.CpioArchive;
import java.nio.charset.StandardCharsets;

/// A file system with one program in it: busybox, under all its names, and an `/init` that ends in
/// a shell on the serial line. Leaving the shell switches the machine off.
public final class Initramfs {
    private static final String INIT = """
            #!/bin/busybox sh
            /bin/busybox mkdir -p /proc /sys /dev /tmp
            /bin/busybox --install -s /bin
            export PATH=/bin HOME=/ PS1='# '
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            mount -t devtmpfs dev /dev
            echo
            echo "Linux $(uname -r), $(nproc) CPU, up in $(cut -d' ' -f1 /proc/uptime) s."
            echo "This is busybox on your own hypervisor. 'poweroff -f' or Ctrl-A x ends it."
            echo
            setsid sh -c 'exec sh <>/dev/ttyS0 >&0 2>&1'
            poweroff -f
            """;

    private Initramfs() {}

    public static byte[] of(byte[] busybox) {
        return new CpioArchive()
                .directory("bin").directory("dev")
                .characterDevice("dev/console", 5, 1)
                .executable("bin/busybox", busybox)
                .executable("init", INIT.getBytes(StandardCharsets.US_ASCII))
                .finish();
    }
}
