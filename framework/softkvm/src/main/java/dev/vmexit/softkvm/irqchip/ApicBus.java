package dev.vmexit.softkvm.irqchip;

import static dev.vmexit.softkvm.irqchip.ApicRegister.DFR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ID;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LDR;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/// What connects the local APICs with each other and with the IOAPIC: who a destination names, and
/// who hears of an EOI.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.6.2 "Determining IPI Destination"
final class ApicBus {
    private static final int FLAT = 0xF;
    private static final int CLUSTER = 0x0;

    private final MachineClock clock;
    private final List<ApicCore> apics = new ArrayList<>();
    private IntConsumer endOfInterrupt = _ -> {};

    ApicBus(MachineClock clock) {
        this.clock = clock;
    }

    MachineClock clock() {
        return clock;
    }

    void add(ApicCore apic) {
        apics.add(apic);
    }

    List<ApicCore> apics() {
        return apics;
    }

    void onEndOfInterrupt(IntConsumer listener) {
        endOfInterrupt = listener;
    }

    /// A CPU is done with a level-triggered interrupt.
    void endOfInterrupt(int vector) {
        endOfInterrupt.accept(vector);
    }

    /// {@return how many APICs accepted the message}
    int deliver(Message message) {
        return deliver(message, message.logical()
                ? apic -> matchesLogical(apic, message.destination())
                : apic -> matchesPhysical(apic, message.destination()));
    }

    int deliver(Message message, Predicate<ApicCore> isDestination) {
        if (message.mode() == DeliveryMode.LOWEST_PRIORITY) {
            return deliverToOne(message, isDestination);
        }
        int accepted = 0;
        for (ApicCore apic : apics) {
            if (apic.mode.isEnabled() && isDestination.test(apic)) {
                accepted += accepts(apic, message);
            }
        }
        return accepted;
    }

    private int deliverToOne(Message message, Predicate<ApicCore> isDestination) {
        ApicCore chosen = null;
        for (ApicCore apic : apics) {
            boolean candidate = apic.mode.isEnabled() && apic.isSoftwareEnabled()
                    && isDestination.test(apic);
            if (candidate && (chosen == null || isLower(apic, chosen))) {
                chosen = apic;
            }
        }
        if (chosen == null) {
            return 0;
        }
        chosen.arbitrations++;
        return accepts(chosen, message);
    }

    private static int accepts(ApicCore apic, Message message) {
        return apic.deliver(message.mode(), message.vector(), message.level()) ? 1 : 0;
    }

    /// Among equals it is the turn of the one that was chosen least often.
    private static boolean isLower(ApicCore one, ApicCore other) {
        int difference = one.processorPriority() - other.processorPriority();
        return difference < 0 || difference == 0 && one.arbitrations < other.arbitrations;
    }

    private static boolean matchesPhysical(ApicCore apic, int destination) {
        int id = apic.mode.isX2() ? apic.page.get(ID) : apic.page.get(ID) >>> 24;
        return destination == Message.BROADCAST || destination == id;
    }

    /// ```
    ///  x2APIC    31 cluster 16 │ 15 one bit each 0     both halves of the LDR are compared
    ///  cluster            7 cluster 4 │ 3 one bit each 0
    ///  flat                       7 one bit each 0
    /// ```
    private static boolean matchesLogical(ApicCore apic, int destination) {
        if (destination == Message.BROADCAST) {
            return true;
        }
        int ldr = apic.page.get(LDR);
        if (apic.mode.isX2()) {
            return ldr >>> 16 == destination >>> 16 && (ldr & destination & 0xFFFF) != 0;
        }
        int id = ldr >>> 24;
        return switch (apic.page.get(DFR) >>> 28) {
            case FLAT -> (id & destination & 0xFF) != 0;
            case CLUSTER -> id >>> 4 == destination >>> 4 && (id & destination & 0xF) != 0;
            default -> false;
        };
    }
}
