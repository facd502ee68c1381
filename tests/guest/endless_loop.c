// Loops that nothing but a signal ends, larger than a region and entered in their midst: the regions go back
// inside and forward to one another.
// stinkarm-test: build=arm,thumb
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include "check.h"

void spin(void);
void spin_calls(void);

__asm__(".text\n.syntax unified\n.p2align 2\n"
#ifdef __thumb__
        ".thumb\n.thumb_func\n"
#else
        ".arm\n"
#endif
        ".type spin, %function\n"
        "spin: b 2f\n"
        "1: .rept 700\n add r0, r0, #1\n .endr\n"
        "2: add r1, r1, #1\n b 1b\n"
#ifdef __thumb__
        ".thumb_func\n"
#endif
        ".type spin_calls, %function\n"
        "spin_calls: b 2f\n"
        "1: .rept 100\n bl 3f\n add r0, r0, #1\n .endr\n"
        "2: .rept 10\n bl 3f\n add r1, r1, #1\n .endr\n b 1b\n"
        "3: .rept 100\n add r2, r2, #1\n .endr\n bx lr\n");

static sigjmp_buf out;

static void on_alarm(int sig)
{
    (void)sig;
    siglongjmp(out, 1);
}

static void ends(void (*loop)(void))
{
    const struct itimerval soon = {{0, 0}, {0, 100000}};
    if (sigsetjmp(out, 1)) return;
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    loop();
}

int main(void)
{
    CHECK(signal(SIGALRM, on_alarm) != SIG_ERR);
    ends(spin);
    ends(spin_calls);
    printf("%d failures\n", failures);
    return failures != 0;
}
