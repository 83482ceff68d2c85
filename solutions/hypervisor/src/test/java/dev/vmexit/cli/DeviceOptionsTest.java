package dev.vmexit.cli;

import static dev.vmexit.cli.BadInputTest.isRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Wrong disks, networks and ports: one sentence each, before anything runs.
class DeviceOptionsTest {
    @TempDir
    private Path directory;

    private static void isRefusedWith(String why, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("boot", "--kvm", "soft", "--kernel",
                BadInputTest.stockKernel().toString()));
        all.addAll(Arrays.asList(options));
        isRefused(why, all.toArray(new String[0]));
    }

    private Path disk(String name, int bytes) throws IOException {
        return Files.write(directory.resolve(name), new byte[bytes]);
    }

    @Test
    void disks_that_are_none() throws IOException {
        isRefusedWith("does not exist", "--disk", directory.resolve("no").toString());
        isRefusedWith("is a directory", "--disk", directory.toString());
        isRefusedWith("no multiple of 512", "--disk", disk("cut", 1000).toString());
        isRefusedWith("is no qcow2 image", "--disk", disk("raw", 1024) + ",format=qcow2");
    }

    @Test
    void options_of_a_disk_that_are_none() throws IOException {
        String file = disk("raw", 1024).toString();
        isRefusedWith("\"vmdk\" is no format of a disk", "--disk", file + ",format=vmdk");
        isRefusedWith("--disk does not know \"cache=none\"", "--disk", file + ",cache=none");
        isRefusedWith("1 to 20 ASCII characters", "--disk", file + ",serial=" + "x".repeat(21));
        isRefusedWith("has no disk", "--disk", file, "--deterministic", "1");
    }

    @Test
    void a_disk_that_is_in_use() throws IOException {
        String file = disk("raw", 1024).toString();
        isRefusedWith("raw", "--disk", file, "--disk", file);
    }

    @Test
    void qcow2_headers_that_cannot_be() throws IOException {
        Path image = directory.resolve("image.qcow2");
        Run.of("image", "create", image.toString(), "1M");
        byte[] whole = Files.readAllBytes(image);
        Files.write(image, Arrays.copyOf(whole, 50));
        isRefusedWith("image.qcow2", "--disk", image.toString());
        Files.write(image, whole);
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[]{0, 0, 0, 60}), 20);
        }
        isRefusedWith("cluster", "--disk", image.toString());
    }

    @Test
    void a_backing_chain_that_is_a_loop() throws IOException {
        Path a = directory.resolve("a.qcow2");
        Path b = directory.resolve("b.qcow2");
        Run.of("image", "create", a.toString(), "1M");
        Run.of("image", "create", "--backing", a.toString(), b.toString());
        Files.copy(b, a, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (var file = new RandomAccessFile(a.toFile(), "rw")) {
            byte[] bytes = new byte[(int) Math.min(4096, file.length())];
            file.readFully(bytes);
            String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
            file.seek(text.indexOf("a.qcow2"));
            file.write('b');
        }
        isRefusedWith("its own backing file", "--disk", a.toString());
    }

    @Test
    void networks_that_are_none() throws IOException {
        isRefusedWith("--network is user, tap=NAME or none, not \"tape\"", "--network", "tape");
        isRefusedWith("--network is user, tap=NAME or none, not \"\"", "--network", "");
        isRefusedWith("need a card", "--forward", "2222:22");
        isRefusedWith("need a card", "--mtu", "1400", "--network", "none");
        isRefusedWith("is no port forward", "--network", "user", "--forward", "22");
        isRefusedWith("is no MAC address", "--network", "user", "--mac", "52:54");
        isRefusedWith("576 to 1500", "--network", "user", "--mtu", "9000");
    }

    @Test
    void words_behind_a_network_that_are_none() throws IOException {
        isRefusedWith("does not know \"id=n0\"", "--network", "user,id=n0");
        isRefusedWith("does not know \"\"", "--network", "user,");
        isRefusedWith("does not know \"mac\"", "--network", "user,mac");
        isRefusedWith("mac= has no value", "--network", "user,mac=");
        isRefusedWith("576 to 1500 bytes, not \"575\"", "--network", "user,mtu=575");
        isRefusedWith("576 to 1500 bytes, not \"big\"", "--network", "user,mtu=big");
        isRefusedWith("is no port forward", "--network", "user,forward=tcp:22");
        isRefusedWith("one mtu, and here are \"600\" and \"700\"", "--network",
                "user,mtu=600,mtu=700");
        isRefusedWith("one mac, and here are", "--network", "user,mac=52:54:00:00:00:01", "--mac",
                "52:54:00:00:00:02");
    }

    @Test
    void taps_that_are_none() throws IOException {
        isRefusedWith("\"\" is no name of a network interface", "--network", "tap=");
        isRefusedWith("\"a/b\" is no name", "--network", "tap=a/b");
        isRefusedWith("\"tap%d\" is no name", "--network", "tap=tap%d");
        isRefusedWith("1 to 15 ASCII characters", "--network", "tap=" + "x".repeat(16));
        isRefusedWith("a tap has no port forwards", "--network", "tap=tap0,forward=2222:22");
        isRefusedWith("a tap has no port forwards", "--network", "tap=tap0", "--forward", "1:22");
    }

    @Test
    void cards_that_cannot_be_together() throws IOException {
        isRefusedWith("none is no card", "--network", "user", "--network", "none");
        isRefusedWith("none is no card", "--network", "none,mtu=1400");
        isRefusedWith("at most 4 network cards, not 5", "--network", "user", "--network", "user",
                "--network", "user", "--network", "user", "--network", "user");
        isRefusedWith("as in --network user,forward=2222:22", "--network", "user", "--network",
                "user", "--forward", "2222:22");
        isRefusedWith("two network cards have the address 52:54:00:12:34:57", "--network",
                "user,mac=52:54:00:12:34:57", "--network", "user");
    }

    @Test
    void a_port_that_is_in_use() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            isRefusedWith("the port may be in use", "--network", "user", "--forward",
                    taken.getLocalPort() + ":22");
        }
    }

    @Test
    void consoles_and_ports_that_are_none() throws IOException {
        isRefusedWith("--console is serial or virtio", "--console", "vga");
        isRefusedWith("\"agent\" has no path", "--port", "agent");
        isRefusedWith("\"agent=\" has no path", "--port", "agent=");
        isRefusedWith("1 to 64 letters", "--port", "=" + directory.resolve("s"));
        isRefusedWith("1 to 64 letters", "--port", "a/b=" + directory.resolve("s"));
        isRefusedWith("needs a driver", "--console", "virtio");
        isRefusedWith("no port", "--port", "a=" + directory.resolve("s"), "--deterministic", "1");
    }

    @Test
    void ports_that_come_twice_or_too_often() throws IOException {
        String path = directory.resolve("s").toString();
        isRefusedWith("two ports have the name a", "--port", "a=" + path, "--port",
                "a=" + path + "2");
        isRefusedWith("two ports have the path", "--port", "a=" + path, "--port",
                "b=" + directory.resolve("x/../s"));
        String[] many = new String[16];
        for (int n = 0; n < many.length; n += 2) {
            many[n] = "--port";
            many[n + 1] = "p" + n + "=" + path + n;
        }
        isRefusedWith("at most 7 ports, not 8", many);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void a_ports_path_that_is_taken() throws IOException {
        Path first = directory.resolve("first");
        isRefusedWith("is there already and is no socket", "--port", "a=" + first, "--port",
                "b=" + disk("file", 512));
        assertThat(first).as("what was opened before is gone").doesNotExist();
    }

    @Test
    void a_port_that_two_cards_want() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        isRefusedWith("the port may be in use", "--network", "user,forward=" + port + ":22",
                "--network", "user,forward=" + port + ":23");
    }
}
