package dev.vmexit.softkvm.irqchip;

import java.util.ArrayList;
import java.util.List;

/// Where a global system interrupt goes. One GSI may have several routes.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.52 "KVM_SET_GSI_ROUTING"
public sealed interface Route {
    int gsi();

    /// To a pin of an interrupt controller.
    ///
    /// @param chip 0 is the first 8259, 1 the second, 2 the IOAPIC
    record ToChip(int gsi, int chip, int pin) implements Route {
        /// @throws IllegalArgumentException if there is no such chip or pin
        public ToChip {
            if (chip < PIC_MASTER || chip > IOAPIC) {
                throw new IllegalArgumentException("no interrupt controller " + chip);
            }
            if (pin < 0 || pin >= (chip == IOAPIC ? IoApic.PINS : Pic.PINS)) {
                throw new IllegalArgumentException("no pin " + pin + " on chip " + chip);
            }
        }
    }

    // tag::to-msi[]
    /// Straight to the local APICs.
    record ToMsi(int gsi, long address, int data) implements Route {}
    // end::to-msi[]

    int PIC_MASTER = 0;
    int PIC_SLAVE = 1;
    int IOAPIC = 2;

    /// {@return the routes of a machine that nobody has asked for others}
    ///
    /// ```
    ///  GSI      8259 pair   IOAPIC pin
    ///  0        0           0 and 2
    ///  1 … 15   the same    the same
    ///  16 … 23  -           the same
    /// ```
    ///
    /// The timer reaches two pins: KVM wires it to 0, as a MADT without overrides says; PCs wire it
    /// to 2, as a MADT with the customary override says. A guest unmasks the one it was told of.
    // tag::standard[]
    static List<Route> standard() {
        var routes = new ArrayList<Route>();
        for (int gsi = 0; gsi < IoApic.PINS; gsi++) {
            routes.add(new ToChip(gsi, IOAPIC, gsi));
            if (gsi < 2 * Pic.PINS) {
                routes.add(new ToChip(gsi, gsi / Pic.PINS, gsi % Pic.PINS));
            }
        }
        routes.add(new ToChip(0, IOAPIC, 2));
        return List.copyOf(routes);
    }
    // end::standard[]
}
