package dev.vmexit.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GuestsTest {
    @Test
    void every_guest_has_its_own_name_and_can_be_found_by_it() {
        assertThat(Guests.all()).extracting(GuestProgram::name).doesNotHaveDuplicates();
        for (GuestProgram guest : Guests.all()) {
            assertThat(Guests.find(guest.name()).orElseThrow().hex()).isEqualTo(guest.hex());
        }
        assertThat(Guests.find("nobody")).isEmpty();
    }

    @Test
    void every_guest_fits_into_the_memory_it_asks_for() {
        for (GuestProgram guest : Guests.all()) {
            assertThat(guest.loadAddress() + guest.image().length).as(guest.name())
                    .isLessThan(guest.memoryBytes());
        }
    }

    @Test
    void the_text_of_hello_stands_in_its_image() {
        assertThat(Guests.hello("xyzzy").hex()).contains("78 79 7a 7a 79 00");
        assertThat(Guests.hello("xyzzy").output()).isEqualTo("xyzzy");
    }
}
