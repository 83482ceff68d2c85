package dev.vmexit.linux;

import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.EBX;
import static dev.vmexit.asm.Register.ECX;
import static dev.vmexit.asm.Register.RBX;
import static dev.vmexit.asm.Register.RSI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.host.LibC;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcConfig;
import dev.vmexit.machine.PcEnd;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Dev08LinuxTest {
    private static final long MiB = 1 << 20;
    private static final GuestAddress PARAMS = new GuestAddress(0x7000);

    @TempDir
    private Path directory;

    private MemorySlots slots = new MemorySlots();
    private GuestMemory memory = new GuestMemory(slots);

    private void ram(long start, long size) {
        slots.add(new MemorySlot(slots.all().size(), new GuestAddress(start),
                Arena.ofAuto().allocate(size, 4096), MemorySlot.Access.READ_WRITE));
    }

    /// Loads into a fresh machine with 64 MiB.
    private void load(byte[] kernel, byte[] initrd) throws IOException {
        slots = new MemorySlots();
        memory = new GuestMemory(slots);
        ram(0, 64 * MiB);
        Kernels.loader(directory, kernel, initrd, "").load(memory, slots.all());
    }

    private byte[] params(int offset, int count) {
        return memory.read(PARAMS.plus(offset), count);
    }

    @Test
    @Graded(exercise = "dev-08", id = "dev-08.header", points = 3)
    void the_setup_header_is_in_boot_params_and_the_rest_of_the_file_at_1_MiB()
            throws IOException {
        for (int sectors : new int[]{0, 1, 4, 7}) {
            byte[] kernel = Kernels.bzImage(8192);
            kernel[0x1F1] = (byte) sectors;
            kernel[0x1F4] = 0x10;
            kernel[0x1F5] = 0;
            load(kernel, new byte[0]);
            int start = 512 * (1 + (sectors == 0 ? 4 : sectors));
            assertThat(memory.read(new GuestAddress(0x10_0000), 64))
                    .as("memory at 0x100000, with setup_sects %d", sectors)
                    .isEqualTo(Arrays.copyOfRange(kernel, start, start + 64));
        }
        headerEndsWhereItSays(0x6A, 0x26C);
        headerEndsWhereItSays(0x7A, 0x27C);
        headerEndsWhereItSays(0x10, 0x26C);
        headerEndsWhereItSays(0xFF, 0x290);
    }

    private void headerEndsWhereItSays(int jump, int end) throws IOException {
        byte[] kernel = Kernels.bzImage(4096);
        kernel[0x201] = (byte) jump;
        Arrays.fill(kernel, 0x264, 0x2A0, (byte) 0x5A);
        load(kernel, new byte[0]);
        byte[] expected = Arrays.copyOfRange(kernel, 0x1F1, 0x2A0);
        Arrays.fill(expected, end - 0x1F1, 0x2A0 - 0x1F1, (byte) 0);
        expected[0x210 - 0x1F1] = (byte) 0xFF;
        // cmd_line_ptr is the loader's, and is given.
        System.arraycopy(params(0x228, 4), 0, expected, 0x228 - 0x1F1, 4);
        assertThat(Arrays.copyOf(params(0x1F1, 0xDF), expected.length))
                .as("boot_params 0x1f1 … 0x2cf, where the jump at 0x200 goes 0x%x bytes", jump)
                .startsWith(Arrays.copyOf(expected, 0x290 - 0x1F1));
    }

    @Test
    @Graded(exercise = "dev-08", id = "dev-08.e820", points = 3)
    void the_memory_map_has_all_RAM_and_a_reserved_hole_below_1_MiB() throws IOException {
        load(Kernels.bzImage(4096), new byte[0]);
        assertThat(map()).as("e820_table of a machine with 64 MiB: start, bytes, kind")
                .containsExactly("0 9fc00 1", "9fc00 60400 2", "100000 3f00000 1");
        ram(1L << 32, 16 * MiB);
        ram(0x1_4000_0000L, MiB);
        Kernels.loader(directory, Kernels.bzImage(4096), new byte[0], "").load(memory,
                slots.all());
        assertThat(map()).as("e820_table with 16 MiB at 4 GiB and 1 MiB at 5 GiB more")
                .containsExactly("0 9fc00 1", "9fc00 60400 2", "100000 3f00000 1",
                        "100000000 1000000 1", "140000000 100000 1");
    }

    private List<String> map() {
        var map = new ArrayList<String>();
        for (int i = 0; i < Byte.toUnsignedInt(params(0x1E8, 1)[0]); i++) {
            GuestAddress entry = PARAMS.plus(0x2D0 + 20L * i);
            map.add("%x %x %x".formatted(memory.readLong(entry), memory.readLong(entry.plus(8)),
                    memory.readInt(entry.plus(16))));
        }
        return map;
    }

    @Test
    @Graded(exercise = "dev-08", id = "dev-08.initrd", points = 3)
    void the_initrd_is_as_high_as_the_kernel_allows_and_boot_params_knows_where()
            throws IOException {
        byte[] initrd = Seed.word("dev-08").repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
        initrdIsAt(0x7FFF_FFFFL, initrd, 0x3FFE000);
        initrdIsAt(0x37F_FFFFL, initrd, 0x37FE000);
        initrdIsAt(0x37F_FFFFL, new byte[8192], 0x37FE000);
        initrdIsAt(0x37F_FFFEL, initrd, 0x37FE000);
        initrdIsAt(0xFFFF_FFFFL, new byte[8192], 0x3FFE000);
        initrdIsAt(0xFFFF_FFFFL, new byte[8193], 0x3FFD000);
        load(Kernels.bzImage(4096), new byte[0]);
        assertThat(params(0x218, 8)).as("ramdisk_image and ramdisk_size without an initrd")
                .containsOnly(0);
    }

    private void initrdIsAt(long initrdAddrMax, byte[] initrd, long start) throws IOException {
        byte[] kernel = Kernels.bzImage(4096);
        for (int i = 0; i < 4; i++) {
            kernel[0x22C + i] = (byte) (initrdAddrMax >>> 8 * i);
        }
        load(kernel, initrd);
        String found = "ramdisk_image %x ramdisk_size %x".formatted(
                memory.readInt(PARAMS.plus(0x218)), memory.readInt(PARAMS.plus(0x21C)));
        assertThat(found).as("64 MiB, initrd_addr_max 0x%x, an initrd of %d bytes", initrdAddrMax,
                initrd.length)
                .isEqualTo("ramdisk_image %x ramdisk_size %x".formatted(start, initrd.length));
        assertThat(memory.read(new GuestAddress(start), initrd.length))
                .as("the bytes there").isEqualTo(initrd);
    }

    @Test
    @Graded(exercise = "dev-08", id = "dev-08.boots", points = 3)
    void a_kernel_finds_its_command_line_its_initrd_and_its_memory() throws Exception {
        String line = "hello=" + Seed.word("dev-08 line");
        String file = Seed.word("dev-08 file");
        var serial = new StringBuffer();
        try (Pc pc = Pc.build(LibC.host(), new PcConfig(64 * MiB, 1),
                value -> serial.append((char) value))) {
            pc.load(Kernels.loader(directory, Kernels.bzImage(Dev08LinuxTest::printParams),
                    file.getBytes(StandardCharsets.ISO_8859_1), line));
            assertThat(pc.run()).as("how the machine ended").isEqualTo(new PcEnd.PoweredOff());
        }
        assertThat(serial).as("what the kernel printed: command line, initrd, entries of the map")
                .hasToString(line + file + "3");
    }

    /// Prints the text at cmd_line_ptr, the ramdisk and the digit of e820_entries, and switches
    /// off.
    private static void printParams(Assembler a) {
        a.mov(DX, 0x3F8);
        a.mov(EBX, Memory.at(RSI, 0x228));
        Label end = a.label("end");
        Label next = a.here("next");
        a.mov(AL, Memory.at(RBX));
        a.cmp(AL, 0);
        a.j(Condition.E, end);
        a.out(DX, AL);
        a.inc(RBX);
        a.jmp(next);
        a.bind(end);
        a.mov(EBX, Memory.at(RSI, 0x218));
        a.mov(ECX, Memory.at(RSI, 0x21C));
        Label more = a.here("more");
        a.mov(AL, Memory.at(RBX));
        a.out(DX, AL);
        a.inc(RBX);
        a.dec(ECX);
        a.j(Condition.NE, more);
        a.mov(AL, Memory.at(RSI, 0x1E8));
        a.alu(Alu.ADD, AL, '0');
        a.out(DX, AL);
        a.mov(DX, 0x604);
        a.mov(AX, 1 << 13 | 5 << 10);
        a.out(DX, AX);
        a.jmp(a.here("never"));
    }
}
