package dev.vmexit.machine;

import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.memory.GuestFault;
import dev.vmexit.memory.GuestMemory;
import java.util.HexFormat;

/// What is known about a guest that died: why, where, and what came before.
final class DeathReport {
    private static final int BYTES_AT_RIP = 16;

    private DeathReport() {}

    static String of(PcCpu cpu, ExitHistory history, String why, GuestMemory memory) {
        Registers registers = cpu.vcpu().registers();
        SpecialRegisters special = cpu.vcpu().specialRegisters();
        var report = new StringBuilder();
        report.append("CPU %d: %s%n".formatted(cpu.id(), why));
        report.append(registers).append(System.lineSeparator());
        report.append(
                "cr0 %x  cr2 %x  cr3 %x  cr4 %x  efer %x  cs %x base %x%n".formatted(special.cr0(),
                        special.cr2(), special.cr3(), special.cr4(), special.efer(),
                        special.cs().selector(),
                        special.cs().base()));
        report.append("bytes at rip: ").append(code(cpu, special, registers, memory));
        report.append("%nlast exits, of %d:%n".formatted(history.count()));
        history.last().forEach(exit -> report.append("  ").append(exit.inWords())
                .append(System.lineSeparator()));
        return report.toString().stripTrailing();
    }

    private static String code(PcCpu cpu, SpecialRegisters special, Registers registers,
            GuestMemory memory) {
        try {
            return cpu.vcpu().translate(special.cs().base() + registers.rip())
                    .map(physical -> HexFormat.ofDelimiter(" ")
                            .formatHex(memory.read(physical, BYTES_AT_RIP)))
                    .orElse("(that address is not mapped)");
        } catch (GuestFault outside) {
            return "(" + outside.getMessage() + ")";
        }
    }
}
