// Condition flags that go where hardly any compiler leaves them: out of functions and into them, directly and
// by pointers, along jump tables. In loops, until compiled code has been compiled again.
// stinkarm-test: build=arm,thumb
#include <stdint.h>

#include "check.h"

#ifdef __thumb__
#define CODE     ".thumb_func\n"
#define IT(what) "it " what "\n"
#else
#define CODE     ""
#define IT(what) ""
#endif

__asm__(".text\n.syntax unified\n.balign 4\n"
        // Returns flags, as the run-time's comparisons of floating-point numbers do.
        ".type compare, %function\n" CODE
        "compare: push {r4, lr}\n add r4, r0, #1\n cmp r0, r1\n pop {r4, pc}\n"
        ".type compare_leaf, %function\n" CODE "compare_leaf: cmp r0, r1\n bx lr\n"
        // Gets them.
        ".type choose, %function\n" CODE "choose:\n" IT("lt") "movlt r0, #1\n" IT(
            "ge") "movge r0, #0\n bx lr\n"
                  ".type choose_later, %function\n" CODE "choose_later: push {r4, lr}\n mov r4, r0\n" IT(
                      "lt") "movlt r0, #1\n" IT("ge") "movge r0, #0\n pop {r4, pc}\n");

int compare(int a, int b), compare_leaf(int a, int b), choose(void), choose_later(void);

// Whether a < b, by the flags that come out of f.
static __attribute__((noinline)) int out_of(int (*f)(int, int), int a, int b)
{
    register int r0 __asm__("r0") = a;
    register int r1 __asm__("r1") = b;
    register int (*r2)(int, int) __asm__("r2") = f;
    __asm__ volatile("blx r2\n ite lt\n movlt r0, #1\n movge r0, #0"
                     : "+r"(r0), "+r"(r1), "+r"(r2)::"r3", "ip", "lr", "cc", "memory");
    return r0;
}

// The call of old, of what needs no call.
static __attribute__((noinline)) int out_without_bl(int (*f)(int, int), int a, int b)
{
    register int r0 __asm__("r0") = a;
    register int r1 __asm__("r1") = b;
    register int (*r2)(int, int) __asm__("r2") = f;
#ifdef __thumb__
    __asm__ volatile("blx r2\n ite lt\n movlt r0, #1\n movge r0, #0"
#else
    __asm__ volatile("mov lr, pc\n bx r2\n movlt r0, #1\n movge r0, #0"
#endif
                     : "+r"(r0), "+r"(r1), "+r"(r2)::"r3", "ip", "lr", "cc", "memory");
    return r0;
}

static __attribute__((noinline)) int out_of_known(int a, int b)
{
    register int r0 __asm__("r0") = a;
    register int r1 __asm__("r1") = b;
    __asm__ volatile("bl compare\n mov r1, #5\n ite lt\n movlt r0, #1\n movge r0, #0"
                     : "+r"(r0), "+r"(r1)::"r2", "r3", "ip", "lr", "cc", "memory");
    return r0;
}

static __attribute__((noinline)) int into(int (*f)(void), int a, int b)
{
    register int r0 __asm__("r0") = a;
    register int r1 __asm__("r1") = b;
    register int (*r2)(void) __asm__("r2") = f;
    __asm__ volatile("cmp r0, r1\n blx r2" : "+r"(r0), "+r"(r1), "+r"(r2)::"r3", "ip", "lr", "cc", "memory");
    return r0;
}

static __attribute__((noinline)) int into_known(int a, int b)
{
    register int r0 __asm__("r0") = a;
    register int r1 __asm__("r1") = b;
    __asm__ volatile("cmp r0, r1\n bl choose_later"
                     : "+r"(r0), "+r"(r1)::"r2", "r3", "ip", "lr", "cc", "memory");
    return r0;
}

// Two places by a computed jump, either of which asks how a and b compare.
static __attribute__((noinline)) int along(int which, int a, int b)
{
    register int r0 __asm__("r0") = which;
    register int r1 __asm__("r1") = a;
    register int r2 __asm__("r2") = b;
    __asm__ volatile("adr r3, 3f\n"
                     "ldr r0, [r3, r0, lsl #2]\n add r3, r3, r0\n"
#ifdef __thumb__
                     "orr r3, r3, #1\n"
#endif
                     "cmp r1, r2\n bx r3\n"
                     ".balign 4\n3: .word 1f - 3b, 2f - 3b\n"
                     "1: ite lt\n movlt r0, #1\n movge r0, #0\n b 4f\n"
                     "2: ite ge\n movge r0, #0\n movlt r0, #1\n"
                     "4:"
                     : "+r"(r0), "+r"(r1), "+r"(r2)::"r3", "ip", "lr", "cc", "memory");
    return r0;
}

int main(void)
{
    for (int i = 0; i < 5000 && !failures; i++) {
        const int a = i % 7, b = i % 5;
        CHECK(into_known(a, b) == (a < b));
        CHECK(along(i & 1, a, b) == (a < b));
        CHECK(into(choose, a, b) == (a < b) && into(choose_later, a, b) == (a < b));
    }
    for (int i = 0; i < 5000 && !failures; i++) {
        const int a = i % 7, b = i % 5;
        CHECK(out_without_bl(compare_leaf, a, b) == (a < b));
        CHECK(out_of_known(a, b) == (a < b));
        CHECK(out_of(compare, a, b) == (a < b) && out_of(compare_leaf, a, b) == (a < b));
    }
    return failures != 0;
}
