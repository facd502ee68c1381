// What debuggers are fuzzed with: one CPU that does not run, and a little memory.
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <string.h>

#include "cpu/debug.h"

static uint8_t memory[0x2000];
static struct cpu cpu;

static unsigned id_of(const struct cpu *c)
{
    (void)c;
    return 1;
}

static void name_of(const struct cpu *c, char *name, size_t size)
{
    (void)c;
    strncpy(name, "a <name> & more", size);
    name[size - 1] = 0;
}

static size_t inside(uint32_t addr, size_t n)
{
    return addr >= sizeof memory ? 0 : n < sizeof memory - addr ? n : sizeof memory - addr;
}

static size_t read_memory(struct cpu *c, uint32_t addr, void *to, size_t n)
{
    (void)c;
    memcpy(to, memory + (inside(addr, n) ? addr : 0), inside(addr, n));
    return inside(addr, n);
}

static size_t write_memory(struct cpu *c, uint32_t addr, const void *from, size_t n)
{
    (void)c;
    memcpy(memory + (inside(addr, n) ? addr : 0), from, inside(addr, n));
    return inside(addr, n);
}

static size_t auxv(void *ctx, uint32_t offset, void *to, size_t n)
{
    (void)ctx;
    return read_memory(NULL, offset, to, n);
}

#endif
