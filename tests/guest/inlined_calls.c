// Calls that compiled code may make part of their caller: nested, recursive, conditional, to the other
// instruction set; callees that return elsewhere, tail calls, code that changes while it is called, faults
// and signals inside.
// stinkarm-test: build=arm,thumb cflags="-Wa,-mimplicit-it=always"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include "check.h"

enum { TIMES = 4000 }; // each: enough for every tier

#ifdef __thumb__
#define END   ".thumb\n"
#define HERE  ".thumb\n.thumb_func\n"
#define OTHER ".arm\n"
#else
#define END   ".arm\n"
#define HERE  ".arm\n"
#define OTHER ".thumb\n.thumb_func\n"
#endif
#define FUNCTION(state, name, code)                                                                          \
    __asm__(".text\n.syntax unified\n.p2align 2\n" state ".type " #name ", %function\n" #name ":\n" code     \
            "\n.size " #name ", . - " #name "\n" END)

// What a return skips are four bytes, in Thumb code as well.
FUNCTION(HERE, leaf, "add r0, r0, r1\n bx lr");
FUNCTION(HERE, middle,
         "push {r4, lr}\n mov r4, r0\n bl leaf\n add r1, r1, #1\n bl leaf\n eor r0, r0, r4\n pop {r4, pc}");
FUNCTION(HERE, nested,
         "push {r4, r5, lr}\n mov r5, r0\n bl middle\n mov r4, r0\n mov r0, r5\n bl middle\n bl leaf\n"
         " sub r0, r0, r4, lsl #1\n pop {r4, r5, pc}");
// The sum of 1 … r0, one call a number; and by turns
FUNCTION(HERE, sum,
         "cmp r0, #0\n bxeq lr\n push {r4, lr}\n mov r4, r0\n sub r0, r0, #1\n bl sum\n add r0, r0, r4\npop "
         "{r4, pc}");
FUNCTION(HERE, odd, "cmp r0, #0\n bxeq lr\n push {r3, lr}\n sub r0, r0, #1\n bl even\n pop {r3, pc}");
FUNCTION(HERE, even,
         "cmp r0, #0\n moveq r0, #1\n bxeq lr\n push {r3, lr}\n sub r0, r0, #1\n bl odd\n pop {r3, pc}");
// Returns behind the next instruction if r0 is odd: LR, or its copy on the stack, is changed
FUNCTION(HERE, skip_lr, "tst r0, #1\n addne lr, lr, #4\n bx lr");
FUNCTION(HERE, skip_stack,
         "push {r4, lr}\n ldr r4, [sp, #4]\n tst r0, #1\n addne r4, r4, #4\n str r4, [sp, #4]\npop {r4, pc}");
FUNCTION(HERE, skips,
         "push {r4, lr}\n mov r1, #0\n bl skip_lr\n add r1, r1, #1\n bl skip_stack\n add r1, r1, #2\nmov r0, "
         "r1\n pop {r4, pc}");
// Flags are results, and outlive calls
FUNCTION(HERE, compare, "cmp r0, r1\n bx lr");
FUNCTION(HERE, compare_stack, "push {r4, lr}\n cmp r0, r1\n pop {r4, pc}");
FUNCTION(HERE, quiet, "push {r4, lr}\n add r2, r2, #1\n pop {r4, pc}");
FUNCTION(HERE, flags,
         "push {r4, lr}\n mov r2, #0\n bl compare\n addlt r2, r2, #1\n addhi r2, r2, #2\nbl compare_stack\n "
         "bl quiet\n addeq r2, r2, #4\n addvs r2, r2, #8\n addcs r2, r2, #16\naddmi r2, r2, #32\n mov r0, "
         "r2\n pop {r4, pc}");
// Conditional calls and returns
FUNCTION(HERE, early,
         "push {r4, lr}\n cmp r0, #5\n addlo r1, r1, #1\n poplo {r4, pc}\n add r1, r1, #16\n pop {r4, pc}");
FUNCTION(HERE, early_lr,
         "cmp r0, #3\n addls r1, r1, #1\n bxls lr\n cmp r0, #6\n bxeq lr\n add r1, r1, #4\n bx lr");
FUNCTION(HERE, maybe,
         "push {r4, lr}\n mov r1, #0\n tst r0, #1\n blne early\n tst r0, #2\n bleq early_lr\n tst r0, "
         "#4\nblne early_lr\n mov r0, r1\n pop {r4, pc}");
// Tail calls: by a branch, by a register, and with a loop
FUNCTION(HERE, tail, "add r0, r0, #3\n b leaf");
FUNCTION(HERE, tail_register, "ldr r3, =leaf\n bx r3\n.ltorg");
FUNCTION(HERE, count_down, "1: add r0, r0, r1\n subs r1, r1, #1\n bne 1b\n b leaf");
FUNCTION(
    HERE, tails,
    "push {r4, lr}\n mov r1, #2\n bl tail\n bl tail_register\n mov r1, #7\n bl count_down\n pop {r4, pc}");
// The other instruction set, from within a callee, and back
FUNCTION(OTHER, over_there, "push {r4, lr}\n blx leaf\n add r0, r0, #1\n pop {r4, pc}");
FUNCTION(HERE, interworks, "push {r4, lr}\n blx over_there\n bl leaf\n pop {r4, pc}");
FUNCTION(HERE, both, "push {r4, lr}\n bl interworks\n bl interworks\n pop {r4, pc}");
// Leaves its caller out
FUNCTION(HERE, out_of_two, "cmp r0, #0\n bxeq lr\n add sp, sp, #8\n pop {r4, pc}");
FUNCTION(HERE, perhaps_left, "push {r4, lr}\n bl out_of_two\n mov r0, #9\n pop {r4, pc}");
FUNCTION(HERE, leaves, "push {r4, lr}\n bl perhaps_left\n add r0, r0, #100\n pop {r4, pc}");
// Faults if r0 is 0
FUNCTION(
    HERE, loads,
    "push {r4, lr}\n mov r4, #7\n.globl loads_at\n loads_at: ldr r0, [r0]\n add r0, r0, r4\n pop {r4, pc}");
FUNCTION(HERE, calls_loads,
         "push {r4, lr}\n bl loads\n.globl loads_back\n loads_back: add r0, r0, #1\n pop {r4, pc}");

#define DECLARE(name) int name(int, int)
DECLARE(nested);
DECLARE(sum);
DECLARE(even);
DECLARE(skips);
DECLARE(flags);
DECLARE(maybe);
DECLARE(tails);
DECLARE(both);
DECLARE(leaves);
DECLARE(calls_loads);
extern const char loads_at[], loads_back[];

static int expected_nested(int a, int b)
{
    const int m = ((a + b) + b + 1) ^ a;
    const int n = ((a + b + 1) + b + 2) ^ a;
    return n + b + 2 - 2 * m;
}

static int expected_flags(int a, int b)
{
    const unsigned ua = (unsigned)a, ub = (unsigned)b;
    const int d = (int)(ua - ub);
    const int over = ((a ^ b) & (a ^ d)) < 0;
    return (a < b) + 2 * (ua > ub) + 1 + 4 * (a == b) + 8 * over + 16 * (ua >= ub) + 32 * (d < 0);
}

static int expected_maybe(int n)
{
    int r = 0;
    const unsigned u = (unsigned)n;
    const int lr = u <= 3 ? 1 : u == 6 ? 0 : 4;
    if (n & 1) r += u < 5 ? 1 : 16;
    if (!(n & 2)) r += lr;
    if (n & 4) r += lr;
    return r;
}

static jmp_buf back;

static __attribute__((noinline)) int jumps(int n)
{
    if (n % 3 == 0) longjmp(back, n + 1);
    return n;
}

static __attribute__((noinline)) int between(int n)
{
    return jumps(n) + 1;
}

static void returns(void)
{
    static const int values[] = {0, 1, -1, 5, 0x7fffffff, (int)0x80000000};
    for (int i = 0; i < TIMES; i++) {
        const int a = values[i % 6], b = values[i / 6 % 6];
        CHECK(nested(i, i ^ 77) == expected_nested(i, i ^ 77));
        CHECK(sum(i % 7, 0) == i % 7 * (i % 7 + 1) / 2);
        CHECK(even(i % 9, 0) == !(i % 9 & 1));
        CHECK(skips(i, 0) == (i & 1 ? 0 : 3));
        CHECK(flags(a, b) == expected_flags(a, b));
        CHECK(maybe(i % 8, 0) == expected_maybe(i % 8));
        CHECK(tails(i, 0) == i + 3 + 2 + 2 + 28);
        CHECK(both(i, 2) == i + 2 * (2 + 1 + 2));
        CHECK(leaves(i % 2, 0) == (i % 2 ? 1 : 109));
        volatile int reached = 0;
        const int r = setjmp(back);
        if (!r) reached = between(i);
        CHECK(r ? r == i + 1 && i % 3 == 0 : reached == i + 1);
    }
    CHECK(sum(3000, 0) == 3000 * 3001 / 2); // deeper than any stack of returns
}

static int word = 33, faults;
static uintptr_t fault_pc, fault_lr;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    (void)sig, (void)info;
    faults++;
    fault_pc = u->uc_mcontext.arm_pc, fault_lr = u->uc_mcontext.arm_lr;
    u->uc_mcontext.arm_r0 = (uintptr_t)&word;
}

static void fault_inside(void)
{
    struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &a, NULL) == 0);
    for (int i = 0; i < TIMES; i++) {
        const int seldom = i % 500 == 499;
        CHECK(calls_loads(seldom ? 0 : (int)&word, 0) == 41);
        CHECK(faults == (i + 1) / 500);
    }
    CHECK((fault_pc & ~1u) == ((uintptr_t)loads_at & ~1u) &&
          (fault_lr & ~1u) == ((uintptr_t)loads_back & ~1u));
}

static volatile int ticks;

static void on_tick(int sig)
{
    (void)sig;
    ticks++;
}

static void signals_inside(void)
{
    const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    CHECK(signal(SIGALRM, on_tick) != SIG_ERR && setitimer(ITIMER_REAL, &often, NULL) == 0);
    unsigned rounds = 0, wrong = 0;
    while (ticks < 20) {
        wrong += nested(5, 6) != expected_nested(5, 6) || tails(1, 0) != 36;
        rounds++;
    }
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(rounds && !wrong);
}

// ARM code: a loop that calls a callee, which is changed between runs, and by itself.
static uint32_t *code;

enum { LOOP = 0, CALLEE = 16 }; // words

static void change(unsigned n)
{
    code[CALLEE] = 0xe2800000 | (n & 0xff); // add r0, r0, #n
    __builtin___clear_cache((char *)(code + CALLEE), (char *)(code + CALLEE + 1));
}

static void change_now(int left)
{
    if (left % 256 == 0) change((unsigned)left >> 8);
}

static void changing(void)
{
    static const uint32_t loop[] = {
        0xe92d4070, // push {r4-r6, lr}
        0xe1a04000, // mov r4, r0
        0xe1a05001, // mov r5, r1
        0xe3a00000, // mov r0, #0
        0xeb00000a, // 1: bl callee
        0xe2544001, // subs r4, r4, #1
        0x1afffffc, // bne 1b
        0xe8bd8070, // pop {r4-r6, pc}
    };
    static const uint32_t callee[] = {
        0xe2800000, // add r0, r0, #n
        0xe3550000, // cmp r5, #0
        0x012fff1e, // bxeq lr
        0xe92d4001, // push {r0, lr}
        0xe1a00004, // mov r0, r4
        0xe12fff35, // blx r5
        0xe8bd8001, // pop {r0, pc}
    };
    code = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) {
        CHECK(!"memory");
        return;
    }
    memcpy(code + LOOP, loop, sizeof loop);
    memcpy(code + CALLEE, callee, sizeof callee);
    __builtin___clear_cache((char *)code, (char *)(code + 64));
    unsigned (*run)(int, void (*)(int)) = (unsigned (*)(int, void (*)(int)))code;
    for (unsigned n = 1; n < 5; n++) {
        change(n);
        CHECK(run(TIMES, NULL) == n * TIMES);
    }
    change(9);
    unsigned want = 0, n = 9;
    for (int left = TIMES; left > 0; left--) {
        want += n;
        if (left % 256 == 0) n = (unsigned)left >> 8;
    }
    CHECK(run(TIMES, change_now) == want);
}

int main(void)
{
    returns();
    fault_inside();
    signals_inside();
    changing();
    printf("%d failures\n", failures);
    return failures != 0;
}
