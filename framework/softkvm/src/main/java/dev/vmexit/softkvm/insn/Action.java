package dev.vmexit.softkvm.insn;

import dev.vmexit.softkvm.cpu.Cpu;

/// What an instruction does. `c.rip` already points behind it. An action that throws has changed
/// nothing: the instruction can be executed again.
@FunctionalInterface
public interface Action {
    void run(Cpu c, Insn i);
}
