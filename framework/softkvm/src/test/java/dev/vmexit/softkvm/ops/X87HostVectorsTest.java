package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.X87State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every x87 form against what a real CPU made of it: `x87.txt`.
class X87HostVectorsTest {
    private static final String ONE = "3fff:8000000000000000";
    private static final int OPERAND_BYTES = 10;

    @Test
    void every_form_does_what_the_hardware_did() throws IOException {
        List<String> wrong = new ArrayList<>();
        int count = 0;
        try (var in = new BufferedReader(new InputStreamReader(
                X87HostVectorsTest.class.getResourceAsStream("x87.txt"),
                StandardCharsets.US_ASCII))) {
            for (String line : in.lines().filter(l -> !l.startsWith("#")).toList()) {
                count++;
                String[] sides = line.split(" -> ");
                String outcome = execute(sides[0].split(" "), sides[1].split(" "));
                if (!outcome.equals(sides[1])) {
                    wrong.add(line + "\n  but was " + outcome);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(500);
    }

    /// {@return the outcome in the words of the right side}
    private static String execute(String[] given, String[] expected) {
        X87Machine machine = X87Machine.long64();
        String[] before = prepare(machine, given);
        try {
            machine.run(given[0]);
        } catch (GuestFault fault) {
            return fault.vector() == GuestFault.MF ? "#MF" : fault.getMessage();
        }
        X87State x = machine.x87;
        var outcome = new StringBuilder("%04x %02x %03x".formatted(x.statusWord(),
                x.abridgedTags(), machine.cpu.eflags() & 0x8D5));
        int turned = (x.statusWord() >> 11) - (Integer.parseInt(given[2], 16) >> 11);
        for (int n = 0; n < 8; n++) {
            String now = x.st(n).toString();
            if (!now.equals(before[n + turned & 7])) {
                outcome.append(' ').append(n).append('=').append(now);
            }
        }
        String memory = machine.load(X87Machine.DATA, OPERAND_BYTES);
        boolean named = !given[given.length - 1].contains("=");
        if (named && !memory.equals(given[given.length - 1])) {
            outcome.append(' ').append(memory);
        }
        return outcome.toString();
    }

    private static String[] prepare(X87Machine machine, String[] given) {
        X87State x = machine.x87;
        machine.cpu.eflags(Integer.parseInt(given[4], 16));
        x.controlWord(Integer.parseInt(given[1], 16));
        x.statusWord(Integer.parseInt(given[2], 16));
        String[] registers = new String[8];
        Arrays.fill(registers, ONE);
        for (String word : Arrays.asList(given).subList(5, given.length)) {
            if (word.charAt(1) == '=') {
                registers[word.charAt(0) - '0'] = word.substring(2);
            } else {
                machine.store(X87Machine.DATA, word);
            }
        }
        for (int n = 0; n < 8; n++) {
            machine.put(n, registers[n]);
        }
        x.abridgedTags(Integer.parseInt(given[3], 16));
        return registers;
    }
}
