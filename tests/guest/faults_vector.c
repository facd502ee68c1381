// Accesses of many bytes, the last of them, or all, in a page that is not there: no register has changed, and
// the instruction and the address are the right ones. Each runs often before, so that it is compiled code's.
// stinkarm-test: build=arm,thumb cflags="-mfpu=neon-vfpv4 -mcpu=cortex-a15"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { VFP_MAGIC = 0x56465001, BEFORE = 0x55, MEMORY = 0xaa, WARM = 200 };

static sigjmp_buf env;
static struct {
    uint32_t addr, pc, r[6];
    uint64_t d[8];
} at;

static void handler(int s, siginfo_t *si, void *context)
{
    const ucontext_t *uc = context;
    const uint32_t *vfp = (const uint32_t *)uc->uc_regspace;
    (void)s;
    at.addr = (uint32_t)si->si_addr;
    at.pc = (uint32_t)uc->uc_mcontext.arm_pc;
    memcpy(at.r, &uc->uc_mcontext.arm_r0, sizeof at.r);
    memcpy(at.d, vfp[0] == VFP_MAGIC ? vfp + 2 : vfp, sizeof at.d);
    siglongjmp(env, 1);
}

// insns from p on, with all registers as before; the labels NAME_1 and NAME_2 are in front of them.
#define ACCESS(name, insns)                                                                                  \
    extern const char name##_1[], name##_2[];                                                                \
    static __attribute__((noinline, noclone)) void name(void *p)                                             \
    {                                                                                                        \
        register void *r0 __asm__("r0") = p;                                                                 \
        __asm__ volatile("vmov.i8 q0, #0x55\n\tvmov q1, q0\n\tvmov q2, q0\n\tvmov q3, q0\n\t"                \
                         "vmov r2, s0\n\tmov r3, r2\n\tmov r4, r2\n\tmov r5, r2\n" insns                     \
                         : "+r"(r0)                                                                          \
                         :                                                                                   \
                         : "r2", "r3", "r4", "r5", "q0", "q1", "q2", "q3", "memory");                        \
    }
#define ONE(name, insn)        ACCESS(name, #name "_1:\n" #name "_2: " insn "\n")
#define TWO(name, one, second) ACCESS(name, #name "_1: " one "\n" #name "_2: " second "\n")

ONE(vld1, "vld1.8 {d0-d3}, [r0]!")
ONE(vld2, "vld2.16 {d0-d3}, [r0]!")
ONE(vld3, "vld3.8 {d0-d2}, [r0]!")
ONE(vld4, "vld4.8 {d0,d2,d4,d6}, [r0]!")
ONE(vld4_lane, "vld4.32 {d0[1],d1[1],d2[1],d3[1]}, [r0]!")
ONE(vld3_all, "vld3.16 {d0[],d1[],d2[]}, [r0]!")
ONE(vst1, "vst1.64 {d0-d3}, [r0]!")
ONE(vst3, "vst3.8 {d0-d2}, [r0]!")
ONE(vst4, "vst4.16 {d0-d3}, [r0]!")
ONE(vldm, "vldmia r0!, {d0-d6}")
ONE(vstm, "vstmia r0!, {d1-d7}")
ONE(ldm, "ldmia r0!, {r2-r5}")
ONE(ldm_base, "ldmia r0, {r0,r2-r4}")
ONE(ldrd, "ldrd r2, r3, [r0], #8")
ONE(stm, "stmia r0!, {r2-r5}")
ACCESS(ldm_pc, "ldm_pc_1:\nldm_pc_2: ldmia r0!, {r3-r5, pc}\nldm_pc_back:\n")
TWO(loads, "vldr d0, [r0]", "vldr d1, [r0, #8]")
TWO(stores, "vstr d0, [r0]", "vstr d1, [r0, #8]")

static const struct access {
    const char *name;
    void (*fn)(void *);
    const char *at[2];
    unsigned bytes, step;
} accesses[] = {
#define A(name, bytes, step)                                                                                 \
    {                                                                                                        \
#name, name, {name##_1, name##_2 }, bytes, step                                                      \
    }
    A(vld1, 32, 1),    A(vld2, 32, 1),   A(vld3, 24, 1),   A(vld4, 32, 1),     A(vld4_lane, 16, 4),
    A(vld3_all, 6, 1), A(vst1, 32, 1),   A(vst3, 24, 1),   A(vst4, 32, 1),     A(vldm, 56, 4),
    A(vstm, 56, 4),    A(ldm, 16, 4),    A(ldrd, 8, 4),    A(ldm_base, 16, 4), A(stm, 16, 4),
    A(loads, 16, 4),   A(stores, 16, 4), A(ldm_pc, 16, 4),
};

static int check(const struct access *a, char *end, unsigned inside)
{
    // Of two instructions the second faults if the first one's eight bytes are there.
    const int second = a->at[0] != a->at[1] && inside >= 8;
    uint8_t d0[8];
    memset(d0, second && a->fn == loads ? MEMORY : BEFORE, sizeof d0);
    int bad =
        at.addr != (uint32_t)end || at.pc != (uint32_t)a->at[second] || at.r[0] != (uint32_t)end - inside;
    for (unsigned k = 0; k < 8; k++)
        bad |= memcmp(&at.d[k], k ? "UUUUUUUU" : (const char *)d0, 8) != 0;
    for (unsigned k = 2; k < 6; k++)
        bad |= at.r[k] != 0x55555555;
    if (bad)
        printf("%s, %u bytes inside: address %lx, pc %lx, r0 %lx, r2 %lx, d0 %llx\n", a->name, inside,
               (long)at.addr - (long)end, (long)at.pc - (long)a->at[0], (long)at.r[0] - (long)end,
               (long)at.r[2], (long long)at.d[0]);
    return bad;
}

// Where the load of the PC goes on.
static uint32_t back(void)
{
    extern const char ldm_pc_back[];
#ifdef __thumb__
    return (uint32_t)ldm_pc_back | 1;
#else
    return (uint32_t)ldm_pc_back;
#endif
}

int main(void)
{
    const struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &sa, NULL);
    char *p = mmap(NULL, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
         *end = p + 0x2000;
    munmap(end, 0x1000);
    volatile int failures = 0;
    for (unsigned k = 0; k < sizeof accesses / sizeof *accesses; k++) {
        const struct access *a = &accesses[k];
        for (volatile int i = 0; i < WARM; i++) {
            ((uint32_t *)p)[3] = back();
            a->fn(p);
        }
        for (volatile unsigned inside = 0; inside < a->bytes; inside += a->step) {
            memset(p, MEMORY, 0x2000);
            if (sigsetjmp(env, 0)) {
                failures += check(a, end, inside);
                continue;
            }
            a->fn(end - inside);
            printf("%s, %u bytes inside: no fault\n", a->name, inside);
            failures++;
        }
    }
    return failures != 0;
}
