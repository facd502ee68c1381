// Code that changes: written and called again, through one mapping and through two, and on the stack.
// stinkarm-test: build=arm,thumb,armel
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

// mov r0, #n; bx lr
static void write_function(uint32_t *at, unsigned n)
{
    at[0] = 0xe3a00000 | n;
    at[1] = 0xe12fff1e;
}

static int apply(int (*f)(int), int x)
{
    return f(x);
}

int main(void)
{
    uint32_t *x = mmap(NULL, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int (*f)(void) = (int (*)(void))x;
    for (unsigned i = 0; i < 200; i++) {
        write_function(x, i);
        __builtin___clear_cache((char *)x, (char *)(x + 2));
        CHECK(f() == (int)i);
    }
    // Two functions in one page: changing one leaves the other alone.
    int (*g)(void) = (int (*)(void))(x + 16);
    write_function(x + 16, 77);
    __builtin___clear_cache((char *)(x + 16), (char *)(x + 18));
    for (unsigned i = 0; i < 50; i++) {
        write_function(x, i);
        __builtin___clear_cache((char *)x, (char *)(x + 2));
        CHECK(f() == (int)i && g() == 77);
    }
    // What is behind a branch is compiled with what is in front of it, though it has never run:
    // cmp r0, #0; beq 1f; mov r0, #n; bx lr; 1: mov r0, #7; bx lr
    for (unsigned i = 0; i < 20; i++) {
        int (*b)(int) = (int (*)(int))x;
        x[0] = 0xe3500000, x[1] = 0x0a000001;
        write_function(x + 2, i);
        write_function(x + 4, 7);
        __builtin___clear_cache((char *)x, (char *)(x + 6));
        for (int k = 0; k < 2000; k++)
            CHECK(b(0) == 7);
        write_function(x + 2, i + 1);
        __builtin___clear_cache((char *)(x + 2), (char *)(x + 4));
        CHECK(b(1) == (int)i + 1);
    }
    // An instruction that begins in one page and ends in the next: movw r0, #n; bx lr
    uint16_t *t = (uint16_t *)x + 0x7ff;
    int (*h)(void) = (int (*)(void))((uintptr_t)t | 1);
    t[0] = 0xf240, t[2] = 0x4770;
    for (unsigned i = 0; i < 50; i++) {
        t[1] = (uint16_t)i;
        __builtin___clear_cache((char *)(t + 1), (char *)(t + 2));
        CHECK(h() == (int)i && h() == (int)i);
    }
    // The system call writes into watched pages.
    int fds[2];
    uint32_t code[2];
    CHECK(pipe(fds) == 0);
    write_function(code, 99);
    CHECK(write(fds[1], code, sizeof code) == sizeof code && read(fds[0], x, sizeof code) == sizeof code);
    __builtin___clear_cache((char *)x, (char *)(x + 2));
    CHECK(f() == 99);
    // Replaced as a whole.
    CHECK(mmap(x, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == x);
    write_function(x, 55);
    __builtin___clear_cache((char *)x, (char *)(x + 2));
    CHECK(f() == 55);
    CHECK(mprotect(x, 0x1000, PROT_READ | PROT_WRITE) == 0);
    write_function(x, 56);
    CHECK(mprotect(x, 0x1000, PROT_READ | PROT_EXEC) == 0);
    __builtin___clear_cache((char *)x, (char *)(x + 2));
    CHECK(f() == 56);

    // One memory, mapped twice: as compilers do where memory must not be writable and executable.
    const int fd = (int)syscall(SYS_memfd_create, "code", 0);
    CHECK(fd >= 0 && ftruncate(fd, 0x1000) == 0);
    uint32_t *w = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    uint32_t *r = mmap(NULL, 0x1000, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    for (unsigned i = 0; i < 20; i++) {
        write_function(w, i);
        __builtin___clear_cache((char *)r, (char *)(r + 2));
        CHECK(((int (*)(void))r)() == (int)i);
    }

    // GCC's trampolines for nested functions: code on the stack, next to what is being written all the time.
    int sum = 0;
    for (int i = 0; i < 100; i++) {
        int add(int n)
        {
            return n + i;
        }
        sum += apply(add, i);
    }
    CHECK(sum == 9900);
    return failures != 0;
}
