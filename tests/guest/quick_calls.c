// System calls that compiled code does by itself: nothing but r0 and the memory that they are for changes.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

struct state {
    uint32_t r[13], cpsr;
    uint64_t d16, d20;
};

// r7 = number, r0 and r1 the arguments; r2 and so on become their own numbers, d16 and d20 two of them each, Z and
// C are set.
void call(struct state *after, int number, uint32_t first, void *second);
__asm__(".pushsection .text\n"
        ".syntax unified\n"
        ".arm\n"
        ".fpu neon\n"
        ".type call, %function\n"
        "call:\n"
        "    push {r4-r11, lr}\n"
        "    mov lr, r0\n"
        "    mov r7, r1\n"
        "    mov r0, r2\n"
        "    mov r1, r3\n"
        "    mov r2, #2\n"
        "    mov r3, #3\n"
        "    mov r4, #4\n"
        "    mov r5, #5\n"
        "    mov r6, #6\n"
        "    mov r8, #8\n"
        "    mov r9, #9\n"
        "    mov r10, #10\n"
        "    mov r11, #11\n"
        "    mov r12, #12\n"
        "    vmov d16, r2, r3\n"
        "    vmov d20, r3, r4\n"
        "    cmp r2, #2\n"
        "    svc #0\n"
        "    stmia lr!, {r0-r12}\n"
        "    mrs r1, cpsr\n"
        "    str r1, [lr], #4\n"
        "    vstmia lr!, {d16}\n"
        "    vstmia lr!, {d20}\n"
        "    pop {r4-r11, pc}\n"
        ".popsection\n");

enum { GETTIMEOFDAY = 78, CLOCK_GETTIME = 263, CLOCK_GETTIME64 = 403 };
enum { GETPID = 20, GETPPID = 64, GETTID = 224, ROUNDS = 3000 };

static void check_state(const struct state *s, int number, int expected, void *second)
{
    CHECK(s->r[0] == (uint32_t)expected && s->r[1] == (uintptr_t)second && s->r[7] == (uint32_t)number);
    CHECK(s->cpsr >> 28 == 6);
    for (uint32_t k = 2; k < 13; k++)
        CHECK(k == 7 || s->r[k] == k);
    CHECK(s->d16 == (2 | 3ull << 32) && s->d20 == (3 | 4ull << 32));
}

static void check(int number, pid_t expected)
{
    struct state s;
    for (int round = 0; round < ROUNDS; round++) {
        memset(&s, 0, sizeof s);
        call(&s, number, 0, &s);
        check_state(&s, number, expected, &s);
    }
}

// Where nothing can be written it is EFAULT, between others that are good.
static void check_clock(int number, bool bits64, bool micro)
{
    uint32_t *none = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int bad[] = {-EFAULT, -EFAULT, micro ? 0 : -EFAULT};
    void *const at[] = {none, (void *)0xfffffffc, NULL};
    int64_t last = 0, now;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t v[5] = {0, 0, 0, 0, 7};
        struct state s;
        void *first = micro ? v : (void *)CLOCK_MONOTONIC, *second = micro ? NULL : v;
        call(&s, number, (uintptr_t)first, second);
        check_state(&s, number, 0, second);
        now = (int64_t)v[0] * 1000000000 + (int64_t)v[bits64 ? 2 : 1] * (micro ? 1000 : 1);
        CHECK(now && now >= last && v[4] == 7);
        if (!micro) last = now;
        const int k = round % 3;
        first = micro ? at[k] : first, second = micro ? NULL : at[k];
        call(&s, number, (uintptr_t)first, second);
        check_state(&s, number, bad[k], second);
        if (micro) continue;
        call(&s, number, 1234, v);
        check_state(&s, number, -EINVAL, v);
    }
    munmap(none, 4096);
}

int main(void)
{
    const pid_t parent = getpid();
    check(GETPID, parent);
    check(GETTID, parent);
    check_clock(CLOCK_GETTIME, false, false);
    check_clock(CLOCK_GETTIME64, true, false);
    check_clock(GETTIMEOFDAY, false, true);
    const pid_t child = fork();
    if (child == 0) {
        check(GETPPID, parent);
        check(GETPID, getpid());
        _exit(failures != 0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
