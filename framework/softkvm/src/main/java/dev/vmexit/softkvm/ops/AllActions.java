package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.FormTable;
import java.util.HashMap;
import java.util.Map;

/// Every instruction there is.
public final class AllActions {
    private static final FormTable FORMS = new FormTable(bind(), Frequent::of);

    private AllActions() {}

    public static FormTable forms() {
        return FORMS;
    }

    private static Map<String, Action> bind() {
        Map<String, Action> actions = new HashMap<>();
        Arithmetic.bind(actions);
        Shifts.bind(actions);
        Multiply.bind(actions);
        Moves.bind(actions);
        Bits.bind(actions);
        StackOps.bind(actions);
        Jumps.bind(actions);
        Strings.bind(actions);
        Ports.bind(actions);
        Descriptors.bind(actions);
        SystemOps.bind(actions);
        X87Ops.bind(actions);
        SseMoves.bind(actions);
        SseFloat.bind(actions);
        SseConvert.bind(actions);
        SsePacked.bind(actions);
        return actions;
    }
}
