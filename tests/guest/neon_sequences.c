// Random sequences of Advanced SIMD's integer instructions on eight D registers, so that they meet each
// other's results as whole and as half registers, some of them under a condition.
// stinkarm-test: build=arm oracle=qemu
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { LENGTH = 40, SEQUENCES = 400 };

static uint32_t state = 2463534242u;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

// D registers of the fields d, n and m: 0 … 7.
static uint32_t registers(uint32_t insn)
{
    return (insn & ~0x00488028u) | 0xf2000000u;
}

static uint32_t instruction(void)
{
    const uint32_t r = next(), u = r & 0x01000000;
    const uint32_t sizes = (r & 0x00300000) == 0x00300000 ? ~0x00200000u : ~0u; // not 64 bits
    switch (next() % 9) {
    case 0: // three registers of the same length, without the floating ones
    case 1:
    case 2: return registers((r & 0x017ff0efu) | (next() % 11) << 8 | (next() & 0x10));
    case 3: // of different lengths
        return registers((r & sizes & 0x0137f00fu) | 0x00800000 | (next() % 14) << 8);
    case 4: { // and a scalar
        static const uint8_t ops[] = {0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13};
        return registers((r & sizes & 0x0137f02fu) | 0x00800040 | (uint32_t)ops[next() % sizeof ops] << 8);
    }
    case 5: // shifts
        return registers((r & 0x0037f0cfu) | u | 0x00800010 | (next() % 11) << 8);
    case 6: { // two registers, without AES and SHA, and what exchanges a register with itself
        const uint32_t i = registers((r & 0x000cf3cfu) | 0x01b00000 | (next() % 3) << 16);
        const bool aes = (i & 0x300) == 0x300, sha = (i & 0x000303c0) == 0x000102c0;
        return aes || sha || ((i >> 16 & 3) == 2 && (i >> 12 & 7) == (i & 7)) ? 0xf2000850 : i;
    }
    case 7: { // VEXT, VTBL, VDUP, constants
        static const uint32_t forms[][2] = {{0x00b00000, 0x0007ff4fu},
                                            {0x01b00800, 0x0007f34fu},
                                            {0x01b00c00, 0x000ff04fu},
                                            {0x00800010, 0x0107ff6fu}};
        const uint32_t *f = forms[next() % 4];
        return registers(f[0] | (r & f[1]));
    }
    default: // VMOV<c> Dm, r1, r2
        return (next() % 15) << 28 | 0x0c421b10 | (r & 7);
    }
}

// What there is no such instruction of is left out.
static void skip(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    ((ucontext_t *)context)->uc_mcontext.arm_pc += 4;
}

int main(void)
{
    const struct sigaction sa = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &sa, NULL);
    uint32_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t hash = 0;
    for (unsigned s = 0; s < SEQUENCES; s++) {
        uint32_t v[64], *p = code;
        for (unsigned i = 0; i < 64; i++)
            v[i] = next() & 3 ? next() : (next() & 0x01010101u) * 0x7f + (next() & 0x01010101u);
        *p++ = 0xed2d8b10; // vpush {d8-d15}
        *p++ = 0xecb00b20; // vldmia r0!, {d0-d15}
        *p++ = 0xecf00b20; // vldmia r0!, {d16-d31}
        *p++ = 0xe2400c01; // sub r0, r0, #256
        *p++ = 0xe1510002; // cmp r1, r2
        for (unsigned i = 0; i < LENGTH; i++)
            *p++ = instruction();
        *p++ = 0xeca00b20; // vstmia r0!, {d0-d15}
        *p++ = 0xece00b20; // vstmia r0!, {d16-d31}
        *p++ = 0xecbd8b10; // vpop {d8-d15}
        *p++ = 0xe12fff1e; // bx lr
        __builtin___clear_cache((char *)code, (char *)p);
        uint32_t fpscr = 0;
        __asm__ volatile("vmsr fpscr, %0" ::"r"(fpscr));
        ((void (*)(uint32_t *, uint32_t, uint32_t))(uintptr_t)code)(v, next(), next());
        __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
        for (unsigned i = 0; i < 64; i++)
            hash = (hash ^ v[i]) * 16777619u;
        printf("%3u %08x %08x\n", s, hash, fpscr);
    }
    return 0;
}
