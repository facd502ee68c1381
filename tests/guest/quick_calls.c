// System calls that compiled code does by itself: nothing but r0 changes.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

struct state {
    uint32_t r[13], cpsr;
    uint64_t d16, d20;
};

// r7 = number; r1 and so on become their own numbers, d16 and d20 two of them each, Z and C are set.
void call(struct state *after, int number);
__asm__(".pushsection .text\n"
        ".syntax unified\n"
        ".arm\n"
        ".fpu neon\n"
        ".type call, %function\n"
        "call:\n"
        "    push {r4-r11, lr}\n"
        "    mov lr, r0\n"
        "    mov r7, r1\n"
        "    mov r1, #1\n"
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
        "    vmov d16, r1, r2\n"
        "    vmov d20, r3, r4\n"
        "    cmp r1, #1\n"
        "    svc #0\n"
        "    stmia lr!, {r0-r12}\n"
        "    mrs r1, cpsr\n"
        "    str r1, [lr], #4\n"
        "    vstmia lr!, {d16}\n"
        "    vstmia lr!, {d20}\n"
        "    pop {r4-r11, pc}\n"
        ".popsection\n");

enum { GETPID = 20, GETPPID = 64, GETTID = 224, ROUNDS = 3000 };

static void check(int number, pid_t expected)
{
    struct state s;
    for (int round = 0; round < ROUNDS; round++) {
        memset(&s, 0, sizeof s);
        call(&s, number);
        CHECK(s.r[0] == (uint32_t)expected && s.r[7] == (uint32_t)number && s.cpsr >> 28 == 6);
        for (uint32_t k = 1; k < 13; k++)
            CHECK(k == 7 || s.r[k] == k);
        CHECK(s.d16 == (1 | 2ull << 32) && s.d20 == (3 | 4ull << 32));
    }
}

int main(void)
{
    const pid_t parent = getpid();
    check(GETPID, parent);
    check(GETTID, parent);
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
