// Copies in and out of the window that survive a fault, and the slow path of loads and stores.
#include "mem/uas.h"

#include <string.h>

#include "mem/by_pages.h"

// Copies n bytes and returns how many are left: 0, or more when a fault ended it early. The fault handler
// sends the thread from uas_copy_loop to uas_copy_end, where rcx still counts.
size_t uas_copy_bytes(void *to, const void *from, size_t n);
extern const char uas_copy_loop[], uas_copy_end[];
__asm__(".pushsection .text\n"
        ".globl uas_copy_bytes, uas_copy_loop, uas_copy_end\n"
        ".type uas_copy_bytes, @function\n"
        "uas_copy_bytes:\n"
        "    mov %rdx, %rcx\n"
        "uas_copy_loop:\n"
        "    rep movsb\n"
        "uas_copy_end:\n"
        "    mov %rcx, %rax\n"
        "    ret\n"
        ".size uas_copy_bytes, . - uas_copy_bytes\n"
        ".popsection\n");

uintptr_t uas_copy_fixup(uintptr_t pc)
{
    return pc == (uintptr_t)uas_copy_loop ? (uintptr_t)uas_copy_end : 0;
}

static bool in_window(uint32_t addr, size_t len)
{
    return len <= (1ull << 32) - addr;
}

bool uas_read(struct uas *as, void *to, uint32_t from, size_t len)
{
    return in_window(from, len) && uas_copy_bytes(to, as->window + from, len) == 0;
}

bool uas_write(struct uas *as, uint32_t to, const void *from, size_t len)
{
    return in_window(to, len) && uas_copy_bytes(as->window + to, from, len) == 0;
}

static bool read_piece(void *as, uint32_t addr, void *host, size_t n)
{
    return uas_read(as, host, addr, n);
}

size_t uas_read_part(struct uas *as, void *to, uint32_t from, size_t len)
{
    return mem_by_pages(read_piece, as, from, to, len);
}

int uas_read_string(struct uas *as, char *to, uint32_t from, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const uint32_t at = from + (uint32_t)done;
        if (at < from) return -EFAULT;
        size_t chunk = UAS_PAGE - at % UAS_PAGE; // a page at a time: the next one need not be there
        if (chunk > 256) chunk = 256;            // most strings are short
        if (chunk > size - done) chunk = size - done;
        if (!uas_read(as, to + done, at, chunk)) return -EFAULT;
        const char *nul = memchr(to + done, 0, chunk);
        if (nul) return (int)(nul - to);
        done += chunk;
    }
    return -ENAMETOOLONG;
}

// The slow path: big-endian data (CPSR.E). Each access is one element, and its bytes are reversed (A3.3).
static uint64_t slow_load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    uint64_t v = 0;
    if (!c->bigend) {
        memcpy(&v, c->window + addr, bytes);
        return v;
    }
    for (unsigned i = 0; i < bytes; i++)
        v = v << 8 | *(volatile const uint8_t *)(c->window + addr + i);
    return v;
}

static void slow_store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    if (c->bigend) value = __builtin_bswap64(value) >> (64 - 8 * bytes);
    uint8_t *p = c->window + addr;
    switch (bytes) { // one host access, so that a fault leaves nothing half written
    case 1: *p = (uint8_t)value; break;
    case 2: memcpy(p, &value, 2); break;
    case 4: memcpy(p, &value, 4); break;
    default: memcpy(p, &value, 8); break;
    }
}

const struct cpu_mem uas_cpu_mem = {.load = slow_load, .store = slow_store, .fetch_page = uas_fetch_page};
