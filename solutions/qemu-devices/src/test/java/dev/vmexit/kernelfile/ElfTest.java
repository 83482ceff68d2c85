package dev.vmexit.kernelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What ELF files say, and which of it is not believed.
class ElfTest {
    private static final long HERE = 0x10_0000;
    private static final byte[] CODE = {1, 2, 3, 4};

    private static ElfFile kernel() {
        return ElfFile.of64(HERE).load(HERE, CODE);
    }

    private static void isRefused(byte[] file, String why) {
        assertThatThrownBy(() -> {
            Elf elf = Elf.of(file);
            elf.notes();
            elf.image(elf.entry());
        }).isInstanceOf(BootFailure.class).hasMessageContaining(why);
    }

    private static byte[] with(byte[] file, int at, int value) {
        file[at] = (byte) value;
        return file;
    }

    @Test
    void segments_of_both_sizes_go_to_their_physical_addresses() {
        for (ElfFile file : new ElfFile[]{ElfFile.of32(HERE), ElfFile.of64(HERE)}) {
            Image image = Elf.of(file.load(0x20_0000, CODE, 0x3000).load(HERE, CODE).bytes())
                    .image(HERE);
            assertThat(image.parts()).extracting(Image.Part::start).containsExactly(HERE,
                    0x20_0000L);
            assertThat(image.end()).isEqualTo(0x20_3000);
        }
    }

    @Test
    void an_entry_in_virtual_memory_is_one_in_physical_memory() {
        byte[] file = ElfFile.of32(0xC010_0002L).loadLinkedAt(0xC010_0000L, HERE, CODE).bytes();
        assertThat(Elf.of(file).entry()).isEqualTo(0x10_0002);
    }

    @Test
    void the_header_must_be_that_of_an_x86_executable() {
        isRefused(with(kernel().bytes(), ElfFile.E_MACHINE, 40), "not for x86");
        isRefused(with(kernel().bytes(), 5, 2), "not for x86");
        isRefused(with(kernel().bytes(), 4, 3), "not for x86");
        isRefused(with(kernel().bytes(), ElfFile.E_TYPE, 1), "not been linked");
        isRefused(with(kernel().bytes(), 54, 57), "program headers have 57 bytes");
        isRefused(with(kernel().bytes(), 56, 129), "129 program headers");
    }

    @Test
    void a_file_that_is_cut_short_is_refused_wherever_it_ends() {
        byte[] file = kernel().notes(ElfFile.entryNote(0)).bytes();
        int used = ElfFile.header(true, 2) + 8 + ElfFile.entryNote(0).length;
        assertThat(Elf.of(Arrays.copyOf(file, used)).notes()).hasSize(1);
        for (int length = 0; length < used; length++) {
            isRefused(Arrays.copyOf(file, length), "cut short");
        }
    }

    @Test
    void a_segment_has_its_place_below_4_GiB_and_beside_what_the_machine_has() {
        isRefused(kernel().load(0xFFFF_FFFF_FFFF_F000L, CODE, 0x2000).bytes(), "below 4 GiB");
        isRefused(kernel().load(0xFFFF_F000L, CODE, 0x2000).bytes(), "below 4 GiB");
        isRefused(kernel().load(0x20_0000, CODE, -1L).bytes(), "18446744073709551615 bytes");
        isRefused(kernel().load(0xFFC, CODE).bytes(), "first page");
        isRefused(kernel().load(0, CODE).bytes(), "first page");
        isRefused(kernel().load(0x9_FBFD, CODE).bytes(), "firmware's area");
        isRefused(kernel().load(0xF_FFFF, CODE).bytes(), "firmware's area");
    }

    @Test
    void a_segment_may_end_where_another_begins() {
        Image image = Elf.of(kernel().load(0x1000, CODE).load(HERE + 4, CODE, 0x1000)
                .load(0x9_FBFC, CODE).bytes()).image(HERE);
        assertThat(image.parts()).hasSize(4);
    }

    @Test
    void segments_that_overlap_are_refused() {
        isRefused(kernel().load(HERE + 3, CODE).bytes(),
                "segment [0x100000, 0x100004) and segment [0x100003, 0x100007) overlap");
        isRefused(kernel().load(0x8_0000, CODE, 0x1_0000).load(0x8_FFFF, CODE).bytes(), "overlap");
    }

    @Test
    void more_file_than_memory_is_refused() {
        isRefused(ElfFile.of64(HERE).load(HERE, CODE, 3).bytes(),
                "takes 4 bytes of the file and 3 of memory");
    }

    @Test
    void the_entry_lies_in_what_came_from_the_file() {
        isRefused(ElfFile.of64(HERE + 4).load(HERE, CODE, 0x1000).bytes(),
                "entry 0x100004 lies outside");
        isRefused(ElfFile.of64(HERE).bytes(), "nothing in it is to be loaded");
        isRefused(ElfFile.of64(HERE).load(HERE, new byte[0], 0).bytes(), "nothing in it");
    }

    @Test
    void notes_are_found_one_after_another() {
        byte[] file = kernel().notes(ElfFile.note("Go", 4, new byte[5]),
                ElfFile.note("Xen", 18, new byte[]{7, 0, 0, 0})).bytes();
        assertThat(Elf.of(file).notes()).extracting(ElfNote::owner).containsExactly("Go", "Xen");
        assertThat(Elf.of(file).notes().getLast().contents().getInt(0)).isEqualTo(7);
    }

    @Test
    void in_a_segment_that_is_aligned_to_8_the_contents_begin_at_a_multiple_of_8() {
        byte[] wide = ElfFile.buffer(32).putInt(6).putInt(4).putInt(1).putInt(24, 7).array();
        var segment = java.lang.foreign.MemorySegment.ofArray(wide);
        assertThat(ElfNote.all(segment, 8).getFirst().contents().getInt(0)).isEqualTo(7);
        assertThat(ElfNote.all(segment, 4).getFirst().contents().getInt(0)).isZero();
    }

    @Test
    void a_note_that_leaves_its_segment_is_refused() {
        byte[] note = ElfFile.note("Xen", 18, new byte[4]);
        isRefused(kernel().notes(with(note.clone(), 4, 5)).bytes(), "longer than the segment");
        isRefused(kernel().notes(with(note.clone(), 3, 0xFF)).bytes(), "longer than the segment");
        isRefused(kernel().notes(with(note.clone(), 7, 0xFF)).bytes(), "longer than the segment");
    }
}
