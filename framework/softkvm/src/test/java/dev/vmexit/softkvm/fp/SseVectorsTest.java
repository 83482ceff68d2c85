package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// SSE arithmetic against what a real CPU computed.
class SseVectorsTest {
    private static final long WORD = 0xFFFF_FFFFL;

    @Test
    void results_faults_and_MXCSR_are_those_of_the_CPU() throws IOException {
        var vectors = Vectors.read("sse.txt");
        assertThat(vectors).hasSizeGreaterThan(400);
        for (String[] vector : vectors) {
            var mxcsr = new MxCsr();
            mxcsr.value = (int) Vectors.hex(vector[1]);
            String result = compute(vector, mxcsr);
            assertThat(result + " " + String.format("%04x", mxcsr.value))
                    .as(String.join(" ", vector)).isEqualTo(vector[4] + " " + vector[5]);
        }
    }

    private static String compute(String[] vector, MxCsr mxcsr) {
        long a = Vectors.hex(vector[2]);
        long b = Vectors.hex(vector[3]);
        String name = vector[0];
        boolean single = name.contains("ss");
        try {
            return Long.toHexString(single
                    ? single(name, a, (int) b, mxcsr)
                    : twice(name, a, b, mxcsr));
        } catch (FloatingPointFault fault) {
            return "fault";
        }
    }

    private static long single(String name, long wide, int b, MxCsr mxcsr) {
        int a = (int) wide;
        return switch (name) {
            case "addss" -> Binary32.add(a, b, mxcsr) & WORD;
            case "subss" -> Binary32.sub(a, b, mxcsr) & WORD;
            case "mulss" -> Binary32.mul(a, b, mxcsr) & WORD;
            case "divss" -> Binary32.div(a, b, mxcsr) & WORD;
            case "sqrtss" -> Binary32.sqrt(a, mxcsr) & WORD;
            case "minss" -> Binary32.min(a, b, mxcsr) & WORD;
            case "maxss" -> Binary32.max(a, b, mxcsr) & WORD;
            case "comiss" -> Binary32.compare(a, b, true, mxcsr);
            case "ucomiss" -> Binary32.compare(a, b, false, mxcsr);
            case "cvtss2si32" -> Binary32.toInt32(a, mxcsr);
            case "cvttss2si32" -> Binary32.toInt32Truncated(a, mxcsr);
            case "cvtss2si64" -> Binary32.toInt64(a, mxcsr);
            case "cvttss2si64" -> Binary32.toInt64Truncated(a, mxcsr);
            case "cvtss2sd" -> Binary32.toBinary64(a, mxcsr);
            case "cvtsi2ss32" -> Binary32.fromInt32(a, mxcsr) & WORD;
            case "cvtsi2ss64" -> Binary32.fromInt64(wide, mxcsr) & WORD;
            case "roundss" -> Binary32.round(a, b, mxcsr) & WORD;
            case "cvtsd2ss" -> Binary64.toBinary32(wide, mxcsr) & WORD;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static long twice(String name, long a, long b, MxCsr mxcsr) {
        return switch (name) {
            case "addsd" -> Binary64.add(a, b, mxcsr);
            case "subsd" -> Binary64.sub(a, b, mxcsr);
            case "mulsd" -> Binary64.mul(a, b, mxcsr);
            case "divsd" -> Binary64.div(a, b, mxcsr);
            case "sqrtsd" -> Binary64.sqrt(a, mxcsr);
            case "minsd" -> Binary64.min(a, b, mxcsr);
            case "maxsd" -> Binary64.max(a, b, mxcsr);
            case "comisd" -> Binary64.compare(a, b, true, mxcsr);
            case "ucomisd" -> Binary64.compare(a, b, false, mxcsr);
            case "cvtsd2si32" -> Binary64.toInt32(a, mxcsr);
            case "cvttsd2si32" -> Binary64.toInt32Truncated(a, mxcsr);
            case "cvtsd2si64" -> Binary64.toInt64(a, mxcsr);
            case "cvttsd2si64" -> Binary64.toInt64Truncated(a, mxcsr);
            case "cvtsi2sd32" -> Binary64.fromInt32((int) a);
            case "cvtsi2sd64" -> Binary64.fromInt64(a, mxcsr);
            case "roundsd" -> Binary64.round(a, (int) b, mxcsr);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
