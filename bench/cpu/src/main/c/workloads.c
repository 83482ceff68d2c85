/* The workloads of bench/cpu. Each is run three times; the least time is printed, in milliseconds,
   and a check that must be the same everywhere. Static, so that it runs in any initramfs.

     name  milliseconds  check
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>
#include <fcntl.h>

#define ROUNDS 3

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static uint64_t iterations = 100000000;

/* Eight instructions an iteration, all on registers. */
static uint64_t registers(void) {
    uint64_t a = 1, b = 2, c = 3, n = iterations;
    __asm__ volatile("1: add %1, %0\n xor %0, %2\n shl $1, %1\n add %2, %1\n"
                     "lea 7(%0,%1), %2\n sub %2, %0\n dec %3\n jnz 1b"
                     : "+r"(a), "+r"(b), "+r"(c), "+r"(n) : : "cc");
    return a ^ b ^ c;
}

static uint64_t __attribute__((noinline, noclone, optimize("O1"))) fib(uint64_t n) {
    if (n < 2) {
        return n;
    }
    uint64_t first = fib(n - 1);
    __asm__ volatile("" : "+r"(first));
    return first + fib(n - 2);
}

static uint64_t calls(void) { return fib(34); }

#define WORDS (4u << 20)
static uint64_t memory[WORDS];

static uint64_t sweep(void) {
    uint64_t sum = 0;
    for (int pass = 0; pass < 8; pass++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            memory[i] = memory[i] * 3 + i;
            __asm__ volatile("" : : : "memory");
        }
        for (uint32_t i = 0; i < WORDS; i++) {
            sum += memory[i];
            __asm__ volatile("" : "+r"(sum));
        }
    }
    return sum;
}

/* FIPS 180-4, 6.2 */
static uint32_t k[64];
static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void make_constants(void) {
    /* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
    int found = 0;
    for (int p = 2; found < 64; p++) {
        int prime = 1;
        for (int d = 2; d * d <= p; d++) prime &= p % d != 0;
        if (!prime) continue;
        unsigned __int128 low = 0, high = (unsigned __int128)7 << 64 >> 30;
        while (high - low > 1) {
            unsigned __int128 mid = (low + high) / 2;
            if (mid * mid * mid >> 96 < (unsigned)p) low = mid; else high = mid;
        }
        k[found++] = (uint32_t)low;
    }
}

static void block(uint32_t h[8], const uint8_t *p) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) + w[i - 7]
             + (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
    }
    memcpy(s, h, 32);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25))
                    + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        uint32_t t2 = (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22))
                    + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 28);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) h[i] += s[i];
}

static uint64_t sha256(void) {
    static uint8_t data[1 << 20];
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = i * 2654435761u >> 24;
    for (int round = 0; round < 24; round++)
        for (uint32_t i = 0; i < sizeof data; i += 64) block(h, data + i);
    return (uint64_t)h[0] << 32 | h[7];
}

/* busybox's gzip, over text that it can compress. */
static const char *busybox;

static uint64_t gzip(void) {
    int in = open("/tmp/workload.txt", O_RDONLY);
    int pipes[2];
    if (in < 0 || pipe(pipes)) exit(1);
    pid_t child = fork();
    if (child == 0) {
        dup2(in, 0);
        dup2(pipes[1], 1);
        close(pipes[0]);
        close(pipes[1]);
        execl(busybox, "busybox", "gzip", "-c", (char *)0);
        _exit(1);
    }
    close(pipes[1]);
    close(in);
    uint64_t sum = 0;
    uint8_t buffer[4096];
    ssize_t n;
    while ((n = read(pipes[0], buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < n; i++) sum = sum * 31 + buffer[i];
    close(pipes[0]);
    waitpid(child, 0, 0);
    return sum;
}

static void make_text(void) {
    static const char *words[] = {"the ", "guest ", "leaves ", "through ", "a port ", "and ",
                                  "comes ", "back ", "with ", "an answer\n"};
    FILE *f = fopen("/tmp/workload.txt", "w");
    uint32_t x = 1;
    for (int i = 0; i < 600000; i++) {
        x = x * 1664525 + 1013904223;
        fputs(words[x >> 24 & 7 ? (x >> 16) % 10 : 9], f);
        if ((x >> 8 & 15) == 0) fprintf(f, "%u ", x);
    }
    fclose(f);
}

static void measure(const char *name, uint64_t (*work)(void)) {
    double least = 1e30;
    uint64_t check = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        check = work();
        double took = now() - start;
        if (took < least) least = took;
        if (strcmp(name, "sweep") == 0) memset(memory, 0, sizeof memory);
    }
    printf("RESULT %s %.2f %016llx\n", name, least, (unsigned long long)check);
    fflush(stdout);
}

int main(int argc, char **argv) {
    busybox = argc > 1 ? argv[1] : "/bin/busybox";
    if (argc > 2) {
        /* For something slow: only the register loop, with this many iterations. */
        iterations = strtoull(argv[2], 0, 10);
        measure("registers", registers);
        return 0;
    }
    make_constants();
    make_text();
    measure("registers", registers);
    measure("calls", calls);
    measure("sweep", sweep);
    measure("sha256", sha256);
    measure("gzip", gzip);
    return 0;
}
