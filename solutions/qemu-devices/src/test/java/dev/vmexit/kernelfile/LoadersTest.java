package dev.vmexit.kernelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.memory.GuestAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the loaders of both protocols write, and where.
class LoadersTest {
    private static final long HERE = 0x10_0000;
    private static final int INFO_FLAGS = 0x24D;
    private static final int START_INFO = 0x336E_C578;
    private static final BootModule MODULE = new BootModule(new byte[]{5, 6, 7}, "m a=b");

    private static BootLoader multiboot(ElfFile file, String commandLine, BootModule... modules) {
        return KernelFile.of(Path.of("k"), file.bytes()).loader(List.of(modules), commandLine);
    }

    private static ElfFile multiboot() {
        return ElfFile.of32(HERE).load(HERE, MultibootFile.header(0), 0x1800);
    }

    private static BootLoader pvh(BootModule... modules) {
        byte[] file = ElfFile.of64(0).load(HERE, new byte[16], 0x1800)
                .notes(ElfFile.entryNote((int) HERE)).bytes();
        return KernelFile.of(Path.of("k"), file).loader(List.of(modules), "quiet");
    }

    @Test
    void multiboot_information_describes_the_machine() {
        var ram = new Ram(64);
        multiboot(multiboot(), "x=1").load(ram.memory(), ram.slots());
        long info = ram.find(INFO_FLAGS);
        assertThat(ram.u32(info + 4)).isEqualTo(639);
        assertThat(ram.u32(info + 8)).isEqualTo(63 << 10);
        assertThat(ram.text(ram.u32(info + 16))).isEqualTo("k x=1");
        assertThat(ram.u32(info + 20)).isZero();
        assertThat(ram.text(ram.u32(info + 64))).isEqualTo("vmexit");
        assertThat(ram.u32(HERE)).isEqualTo(0x1BAD_B002);
    }

    @Test
    void without_parameters_the_command_line_is_the_kernel_s_name() {
        var ram = new Ram(32);
        multiboot(multiboot(), "").load(ram.memory(), ram.slots());
        assertThat(ram.text(ram.u32(ram.find(INFO_FLAGS) + 16))).isEqualTo("k");
    }

    @Test
    void each_module_begins_on_a_page_after_the_kernel_s_zeros() {
        var ram = new Ram(32);
        multiboot(multiboot(), "", MODULE, MODULE).load(ram.memory(), ram.slots());
        long info = ram.find(INFO_FLAGS);
        assertThat(ram.u32(info + 20)).isEqualTo(2);
        long first = ram.u32(info + 24);
        assertThat(ram.u32(first)).isEqualTo(0x10_2000);
        assertThat(ram.u32(first + 4)).isEqualTo(0x10_2003);
        assertThat(ram.text(ram.u32(first + 8))).isEqualTo("m a=b");
        assertThat(ram.u32(first + 12)).isZero();
        assertThat(ram.u32(first + 16)).isEqualTo(0x10_3000);
        assertThat(ram.memory().read(new GuestAddress(0x10_3000), 4)).containsExactly(5, 6, 7, 0);
    }

    @Test
    void the_memory_map_of_multiboot_is_entries_with_their_size_before_them() {
        var ram = new Ram(64).add(1L << 32, 16);
        multiboot(multiboot(), "").load(ram.memory(), ram.slots());
        long info = ram.find(INFO_FLAGS);
        assertThat(ram.u32(info + 44)).isEqualTo(4 * 24);
        var entries = new ArrayList<String>();
        for (long at = ram.u32(info + 48); entries.size() < 4; at += ram.u32(at) + 4) {
            entries.add("%x %x %x".formatted(ram.u64(at + 4), ram.u64(at + 12), ram.u32(at + 20)));
        }
        assertThat(entries).containsExactly("0 9fc00 1", "9fc00 60400 2", "100000 3f00000 1",
                "100000000 1000000 1");
    }

    @Test
    void hvm_start_info_describes_the_machine() {
        var ram = new Ram(64).add(1L << 32, 16);
        pvh(MODULE).load(ram.memory(), ram.slots());
        long info = ram.find(START_INFO);
        assertThat(ram.u32(info + 4)).as("version").isEqualTo(1);
        assertThat(ram.text(ram.u64(info + 24))).isEqualTo("quiet");
        assertThat(ram.u64(info + 32)).as("rsdp_paddr").isEqualTo(0xE_0000);
        assertThat(ram.u32(info + 12)).as("nr_modules").isEqualTo(1);
        long module = ram.u64(info + 16);
        assertThat(ram.u64(module)).isEqualTo(0x10_2000);
        assertThat(ram.u64(module + 8)).isEqualTo(3);
        assertThat(ram.text(ram.u64(module + 16))).isEqualTo("m a=b");
        assertThat(ram.u32(info + 48)).as("memmap_entries").isEqualTo(4);
        long last = ram.u64(info + 40) + 3 * 24;
        assertThat(ram.u64(last)).isEqualTo(1L << 32);
        assertThat(ram.u64(last + 8)).isEqualTo(16 << 20);
        assertThat(ram.u32(last + 16)).isEqualTo(1);
    }

    @Test
    void the_tables_lie_beside_a_kernel_in_low_memory() {
        var ram = new Ram(32);
        multiboot(multiboot().load(0x2000, new byte[16], 0x9_0000), "").load(ram.memory(),
                ram.slots());
        assertThat(ram.find(INFO_FLAGS)).isBetween(0x9_2000L, 0x9_FC00L);
        ram = new Ram(32);
        multiboot(multiboot().load(0x8_0000, new byte[16], 0x1_0000), "").load(ram.memory(),
                ram.slots());
        assertThat(ram.find(INFO_FLAGS)).isBetween(0x1000L, 0x8_0000L);
    }

    private static void doesNotFit(Ram ram, BootLoader loader, String why) {
        assertThatThrownBy(() -> loader.load(ram.memory(), ram.slots()))
                .isInstanceOf(BootFailure.class).hasMessageContaining(why);
        assertThat(ram.u32(HERE)).as("nothing was written").isZero();
        assertThat(ram.u32(0x1000)).as("nothing was written").isZero();
    }

    @Test
    void what_does_not_fit_is_refused_before_anything_is_written() {
        var ram = new Ram(32);
        doesNotFit(ram, multiboot(multiboot().load(0x1F0_0000, new byte[1], 0x10_0001), ""),
                "memory up to 33 MiB, and the guest has 32 MiB; pass a larger --memory");
        doesNotFit(ram, multiboot(multiboot(), "", new BootModule(new byte[31 << 20], "m")),
                "kernel and modules need memory up to 33 MiB");
        doesNotFit(ram, pvh(new BootModule(new byte[31 << 20], "m")), "kernel and modules");
        doesNotFit(ram, multiboot(multiboot(), "x".repeat(0xA_0000)),
                "low memory that the kernel leaves");
        doesNotFit(ram, multiboot(multiboot().load(0x1000, new byte[1], 0x9_EC00), ""),
                "the 0 bytes of low memory that the kernel leaves");
    }

    @Test
    void a_kernel_may_reach_to_the_last_byte_of_memory() {
        var ram = new Ram(32);
        multiboot(multiboot().load(0x1F0_0000, new byte[1], 0x10_0000), "").load(ram.memory(),
                ram.slots());
        assertThat(ram.u32(HERE)).isEqualTo(0x1BAD_B002);
    }
}
