package dev.vmexit.acpi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcpiTablesTest {
    private final MemorySlots slots = new MemorySlots();
    private final GuestMemory memory = new GuestMemory(slots);

    @BeforeEach
    void write() {
        slots.add(new MemorySlot(0, new GuestAddress(0), Arena.ofAuto().allocate(1 << 20, 4096),
                MemorySlot.Access.READ_WRITE));
        AcpiTables.write(memory, 3);
    }

    private GuestAddress at(GuestAddress base, long offset) {
        return new GuestAddress(memory.readLong(base.plus(offset)));
    }

    private String signature(GuestAddress table) {
        return new String(memory.read(table, 4), StandardCharsets.US_ASCII);
    }

    private int sum(GuestAddress table, int length) {
        return AcpiTable.sum(memory.read(table, length), length);
    }

    @Test
    void the_RSDP_leads_to_tables_whose_bytes_add_up_to_0() {
        assertThat(memory.read(AcpiTables.RSDP, 8)).isEqualTo("RSD PTR ".getBytes());
        assertThat(sum(AcpiTables.RSDP, 20)).as("checksum of ACPI 1.0").isZero();
        assertThat(sum(AcpiTables.RSDP, 36)).as("extended checksum").isZero();
        GuestAddress xsdt = at(AcpiTables.RSDP, 24);
        GuestAddress fadt = at(xsdt, 36);
        GuestAddress madt = at(xsdt, 44);
        GuestAddress dsdt = at(fadt, 140);
        for (GuestAddress table : new GuestAddress[]{xsdt, fadt, madt, dsdt}) {
            assertThat(sum(table, memory.readInt(table.plus(4)))).as(signature(table)).isZero();
        }
        assertThat(signature(xsdt) + signature(fadt) + signature(madt) + signature(dsdt))
                .isEqualTo("XSDTFACPAPICDSDT");
    }

    @Test
    void the_MADT_has_a_local_APIC_for_each_CPU_and_one_IOAPIC() {
        GuestAddress madt = at(at(AcpiTables.RSDP, 24), 44);
        int[] kinds = new int[3];
        int length = memory.readInt(madt.plus(4));
        for (int i = 44; i < length; i += memory.read(madt.plus(i + 1), 1)[0]) {
            kinds[memory.read(madt.plus(i), 1)[0]]++;
        }
        assertThat(kinds).as("local APICs, IOAPICs, overrides").containsExactly(3, 1, 1);
    }

    @Test
    void the_FACS_is_aligned_as_it_must_be() {
        GuestAddress fadt = at(at(AcpiTables.RSDP, 24), 36);
        var facs = new GuestAddress(Integer.toUnsignedLong(memory.readInt(fadt.plus(36))));
        assertThat(signature(facs)).isEqualTo("FACS");
        assertThat(facs.isAligned(64)).isTrue();
    }
}
