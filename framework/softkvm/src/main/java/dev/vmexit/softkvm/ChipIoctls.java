package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.irqchip.IrqChip;
import dev.vmexit.softkvm.irqchip.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The ioctls that need the in-kernel interrupt controllers.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.24 to 4.27, 4.52, 4.71, 4.72, 4.75
final class ChipIoctls {
    private static final int ROUTE_TO_CHIP = 1;
    private static final int ROUTE_TO_MSI = 2;
    private static final int SPEAKER_DUMMY = 1;
    private static final int MOST_ROUTES = 4096;
    /// A device id follows. Only Arm's controllers need one.
    private static final int MSI_VALID_DEVID = 1;

    private static final Set<Integer> KNOWN = Set.of(Request.IRQ_LINE,
            Request.IRQ_LINE_STATUS, Request.GET_IRQCHIP, Request.SET_IRQCHIP,
            Request.SET_GSI_ROUTING, Request.CREATE_PIT2, Request.GET_PIT2, Request.SET_PIT2,
            Request.REINJECT_CONTROL, Request.SIGNAL_MSI);

    private ChipIoctls() {}

    static long answer(Vm vm, int request, long argument) {
        if (!KNOWN.contains(request)) {
            return KvmDevice.fail(Errno.ENOTTY);
        }
        IrqChip chip = vm.chip;
        if (chip == null) {
            return KvmDevice.fail(withoutChip(request));
        }
        return switch (request) {
            case Request.IRQ_LINE -> raise(chip, argument);
            case Request.IRQ_LINE_STATUS -> irqLineStatus(chip, argument);
            case Request.GET_IRQCHIP -> chipState(chip, argument, false);
            case Request.SET_IRQCHIP -> chipState(chip, argument, true);
            case Request.SET_GSI_ROUTING -> routing(chip, argument);
            case Request.CREATE_PIT2 -> createPit(chip, argument);
            case Request.GET_PIT2, Request.SET_PIT2 -> pit(chip, request, argument);
            case Request.REINJECT_CONTROL -> chip.hasPit() ? 0 : KvmDevice.fail(Errno.ENXIO);
            default -> signalMsi(chip, argument);
        };
    }

    private static Errno withoutChip(int request) {
        return switch (request) {
            case Request.CREATE_PIT2 -> Errno.ENOENT;
            case Request.SET_GSI_ROUTING, Request.SIGNAL_MSI -> Errno.EINVAL;
            default -> Errno.ENXIO;
        };
    }

    /// `struct kvm_irq_level`: irq (and the status, on the way back), level.
    private static int irqLine(IrqChip chip, long address) {
        Wire in = Wire.at(address, 8);
        int gsi = in.i32();
        return chip.setLine(gsi, in.i32() != 0);
    }

    private static long raise(IrqChip chip, long address) {
        irqLine(chip, address);
        return 0;
    }

    private static long irqLineStatus(IrqChip chip, long address) {
        int status = irqLine(chip, address);
        Wire.at(address, 4).u32(status);
        return 0;
    }

    /// `struct kvm_irqchip`: chip, padding, 512 bytes.
    private static long chipState(IrqChip chip, long address, boolean set) {
        Wire in = Wire.at(address, 520);
        int id = in.i32();
        if (id < 0 || id > 2) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        var state = in.segment().asSlice(8, 512);
        if (set) {
            chip.setChip(id, state);
        } else {
            state.fill((byte) 0);
            chip.getChip(id, state);
        }
        return 0;
    }

    /// `struct kvm_irq_routing`: count, flags, entries of 48 bytes: gsi, type, flags, padding,
    /// union.
    private static long routing(IrqChip chip, long address) {
        Wire head = Wire.at(address, 8);
        int count = head.i32();
        if (head.i32() != 0 || count < 0 || count > MOST_ROUTES) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        List<Route> routes = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            Wire in = Wire.at(address + 8 + 48L * n, 48);
            int gsi = in.i32();
            int type = in.i32();
            int flags = in.i32();
            in.skip(4);
            int allowed = type == ROUTE_TO_MSI ? MSI_VALID_DEVID : 0;
            if (gsi < 0 || gsi >= MOST_ROUTES || (flags & ~allowed) != 0) {
                return KvmDevice.fail(Errno.EINVAL);
            }
            Route route = route(gsi, type, in);
            if (conflicts(routes, route)) {
                return KvmDevice.fail(Errno.EINVAL);
            }
            routes.add(route);
        }
        chip.setRouting(routes);
        return 0;
    }

    /// A line has at most one pin of each controller, or one message.
    private static boolean conflicts(List<Route> routes, Route added) {
        return routes.stream().filter(old -> old.gsi() == added.gsi())
                .anyMatch(old -> !(old instanceof Route.ToChip a
                        && added instanceof Route.ToChip b && a.chip() != b.chip()));
    }

    private static Route route(int gsi, int type, Wire in) {
        if (type == ROUTE_TO_CHIP) {
            int id = in.i32();
            int pin = in.i32();
            if (id >= 0 && id <= 2 && pin >= 0 && pin < (id == 2 ? 24 : 8)) {
                return new Route.ToChip(gsi, id, pin);
            }
        } else if (type == ROUTE_TO_MSI) {
            long low = in.u32();
            long high = in.u32();
            return new Route.ToMsi(gsi, low | high << 32, in.i32());
        }
        throw new KvmError(Errno.EINVAL);
    }

    private static long createPit(IrqChip chip, long address) {
        if (chip.hasPit()) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        chip.createPit((Wire.at(address, 4).i32() & SPEAKER_DUMMY) != 0);
        return 0;
    }

    private static long pit(IrqChip chip, int request, long address) {
        if (!chip.hasPit()) {
            return KvmDevice.fail(Errno.ENXIO);
        }
        var state = Wire.at(address, 112).segment();
        if (request == Request.GET_PIT2) {
            chip.getPit2(state);
        } else {
            chip.setPit2(state);
        }
        return 0;
    }

    /// `struct kvm_msi`: address low, high, data, flags, device id, padding.
    private static long signalMsi(IrqChip chip, long address) {
        Wire in = Wire.at(address, 32);
        long low = in.u32();
        long high = in.u32();
        int data = in.i32();
        return (in.i32() & ~MSI_VALID_DEVID) != 0
                ? KvmDevice.fail(Errno.EINVAL)
                : chip.signalMsi(low | high << 32, data);
    }
}
