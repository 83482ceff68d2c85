package dev.vmexit.softkvm.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AesTest {
    private static final String PLAIN = "00112233445566778899aabbccddeeff";

    /// @spec https://csrc.nist.gov/pubs/fips/197/final FIPS 197, appendix B "Cipher Example"; the 2001 edition's appendix C.1 "AES-128" and C.3 "AES-256"
    @ParameterizedTest
    @CsvSource({
            "2b7e151628aed2a6abf7158809cf4f3c,3243f6a8885a308d313198a2e0370734,"
                    + "3925841d02dc09fbdc118597196a0b32",
            "000102030405060708090a0b0c0d0e0f," + PLAIN + ",69c4e0d86a7b0430d8cdb78070b4c55a",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f," + PLAIN
                    + ",8ea2b7ca516745bfeafc49904b496089",
    })
    void the_examples_of_FIPS_197_come_out_both_ways(String key, String plain, String secret) {
        long[][] keys = AesKeys.expand(register(key));
        long[] state = register(plain);

        AesKeys.encrypt(keys, state);
        assertThat(text(state)).isEqualTo(secret);

        AesKeys.decrypt(keys, state);
        assertThat(text(state)).isEqualTo(plain);
    }

    /// @spec https://csrc.nist.gov/pubs/fips/197/final FIPS 197, appendix A.1 "Expansion of a 128-bit Key"
    @Test
    void aeskeygenassist_leads_to_the_last_round_key_of_FIPS_197() {
        long[][] keys = AesKeys.expand(register("2b7e151628aed2a6abf7158809cf4f3c"));
        assertThat(text(keys[10])).isEqualTo("d014f9a8c9ee2589e13f0cc8b6630ca6");
    }

    /// @spec https://csrc.nist.gov/pubs/fips/197/final FIPS 197, appendix B "Cipher Example", round 1
    @Test
    void aesenc_is_one_round_of_the_example() {
        long[] state = register("193de3bea0f4e22b9ac68d2ae9f84808");
        long[] key = register("a0fafe1788542cb123a339392a6c7605");
        Aes.aesenc(state, key[0], key[1]);
        assertThat(text(state)).isEqualTo("a49c7ff2689f352b6b5bea43026a5049");
    }

    @Test
    void aesdeclast_undoes_aesenclast() {
        for (Operands x : Operands.ALL) {
            long[] state = x.a().clone();
            Aes.aesenclast(state, 0, 0);
            Aes.aesdeclast(state, x.b()[0], x.b()[1]);
            assertThat(state).containsExactly(x.a()[0] ^ x.b()[0], x.a()[1] ^ x.b()[1]);
        }
    }

    @Test
    void aesimc_undoes_the_mixing_of_aesenc() {
        for (Operands x : Operands.ALL) {
            long[] mixed = x.a().clone();
            Aes.aesenc(mixed, 0, 0);
            long[] unmixed = new long[2];
            Aes.aesimc(unmixed, mixed[0], mixed[1]);

            long[] expected = x.a().clone();
            Aes.aesenclast(expected, 0, 0);
            assertThat(unmixed).isEqualTo(expected);
        }
    }

    @Test
    void each_byte_of_a_round_is_what_the_standard_writes() {
        for (Operands x : Operands.ALL.subList(0, 200)) {
            long[] state = x.a().clone();
            Aes.aesenc(state, x.b()[0], x.b()[1]);
            assertThat(state).as(x::toString).isEqualTo(AesSteps.round(x.a(), x.b()));
            state = x.a().clone();
            Aes.aesdec(state, x.b()[0], x.b()[1]);
            assertThat(state).as(x::toString).isEqualTo(AesSteps.inverseRound(x.a(), x.b()));
        }
    }

    @Test
    void random_blocks_are_encrypted_as_the_JDK_does() throws Exception {
        var random = new SplittableRandom(197);
        for (int i = 0; i < 200; i++) {
            byte[] key = new byte[i % 2 == 0 ? 16 : 32];
            byte[] block = new byte[16];
            random.nextBytes(key);
            random.nextBytes(block);
            var cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));

            long[] state = register(HexFormat.of().formatHex(block));
            AesKeys.encrypt(AesKeys.expand(register(HexFormat.of().formatHex(key))), state);
            assertThat(text(state)).isEqualTo(HexFormat.of().formatHex(cipher.doFinal(block)));
        }
    }

    /// {@return bytes in memory's order as the halves of one register or two}
    private static long[] register(String hex) {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        long[] halves = new long[bytes.capacity() / 8];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(halves);
        return halves;
    }

    private static String text(long[] register) {
        var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(register[0]).putLong(register[1]);
        return HexFormat.of().formatHex(bytes.array());
    }
}
