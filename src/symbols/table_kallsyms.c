// A running Linux kernel's own table of symbols (CONFIG_KALLSYMS), found in memory by what it looks like:
// names are made of 256 tokens, and among those the digits stand for themselves. As scripts/kallsyms.c has
// written it, of Linux 3.x to 6.x on 32-bit ARM:
//     addresses[n], or offsets[n] and relative_base (since 4.6; behind token_index since 6.5); num_syms (n);
//     names; markers[(n + 255) / 256], where in names each 256th begins; seqs_of_names (6.2 on); token_table;
//     token_index[256]
// Each begins at a multiple of 4 bytes, or of 16.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "symbols/table.h"

enum { TOKENS = 256, MARKED = 256, LEAST = 256, MOST = 1 << 20, NAME = 512, ALIGNED = 16 };

// How far names may lie in front of the tokens.
#define NAMES_REACH ((size_t)32 << 20)

struct kernel {
    const uint8_t *mem;
    size_t size;
    size_t tokens, index; // where they are
    size_t names, count_at;
    uint32_t n;
};

static uint32_t word(const struct kernel *k, size_t at)
{
    return get_le32(k->mem + at);
}

static unsigned token_at(const struct kernel *k, unsigned i)
{
    const uint8_t *p = k->mem + k->index + 2 * i;
    return p[0] | (unsigned)p[1] << 8;
}

// Behind the string at an offset; 0: it has no end.
static size_t behind_string(const struct kernel *k, size_t at)
{
    const size_t left = k->size - at < NAME ? k->size - at : NAME;
    const uint8_t *nul = memchr(k->mem + at, 0, left);
    return nul ? (size_t)(nul - k->mem) + 1 : 0;
}

// Whether k->index is the index of tokens, one of which is at zero.
static bool index_fits(struct kernel *k, size_t zero)
{
    if (token_at(k, 0) || token_at(k, '0') > zero) return false;
    k->tokens = zero - token_at(k, '0');
    for (unsigned i = 0; i + 1 < TOKENS; i++) {
        const size_t at = k->tokens + token_at(k, i), next = k->tokens + token_at(k, i + 1);
        if (at >= k->size || behind_string(k, at) != next) return false;
    }
    return true;
}

// The tokens, if '0' and what follows are at zero.
static bool find_index(struct kernel *k, size_t zero)
{
    size_t at = zero;
    for (unsigned i = '0'; i < TOKENS; i++)
        if (at >= k->size || !(at = behind_string(k, at))) return false;
    at = (at + 3) & ~(size_t)3;
    for (size_t pad = 0; pad <= ALIGNED; pad += 4) {
        k->index = at + pad;
        if (k->index + 2 * TOKENS > k->size) return false;
        if (index_fits(k, zero)) return true;
    }
    return false;
}

// The length of a name's list of tokens; *at moves on to them. 0: there are none.
static unsigned name_length(const struct kernel *k, size_t *at, size_t end)
{
    if (*at + 2 > end) return 0;
    unsigned n = k->mem[(*at)++];
    if (n & 0x80) n = (n & 0x7f) | (unsigned)k->mem[(*at)++] << 7; // 6.1 on; names were shorter before
    return n && n <= end - *at ? n : 0;
}

// Whether n names begin there, and behind them is where they are.
static bool names_fit(const struct kernel *k, size_t names, uint32_t n)
{
    size_t at = names;
    uint32_t marks[MOST / MARKED];
    for (uint32_t i = 0; i < n; i++) {
        if (i % MARKED == 0) marks[i / MARKED] = (uint32_t)(at - names);
        const unsigned length = name_length(k, &at, k->tokens);
        if (!length) return false;
        at += length;
    }
    const uint32_t nmarks = (n + MARKED - 1) / MARKED;
    at = (at + 3) & ~(size_t)3;
    for (size_t pad = 0; pad < ALIGNED; pad += 4) {
        if (at + pad + 4 * (size_t)nmarks > k->tokens) return false;
        uint32_t i = 0;
        while (i < nmarks && word(k, at + pad + 4 * (size_t)i) == marks[i])
            i++;
        if (i == nmarks) return true;
    }
    return false;
}

static bool find_names(struct kernel *k)
{
    const size_t last = k->tokens & ~(size_t)3, first = last > NAMES_REACH ? last - NAMES_REACH : 0;
    for (size_t at = last; at >= first + 4; at -= 4) {
        const uint32_t n = word(k, at - 4);
        if (n < LEAST || n > MOST || n > (k->tokens - at) / 2) continue;
        const size_t aligned = (at + ALIGNED - 1) & ~(size_t)(ALIGNED - 1);
        if (names_fit(k, at, n))
            k->names = at;
        else if (aligned != at && aligned < k->tokens && names_fit(k, aligned, n))
            k->names = aligned;
        else
            continue;
        k->count_at = at - 4;
        k->n = n;
        return true;
    }
    return false;
}

// ---- addresses ----

static bool ascends(const struct kernel *k, size_t at)
{
    for (uint32_t i = 1; i < k->n; i++)
        if (word(k, at + 4 * (size_t)i) < word(k, at + 4 * (size_t)i - 4)) return false;
    return word(k, at) != word(k, at + 4 * (size_t)(k->n - 1));
}

struct addresses {
    size_t at;
    uint32_t base; // to be added
};

// Offsets and their base, which end there at the latest. The lowest symbol's is 0.
static bool offsets_before(const struct kernel *k, size_t end, struct addresses *a)
{
    for (size_t base = end - 4; base + ALIGNED >= end && base > 4 * (size_t)k->n; base -= 4)
        for (size_t pad = 0; pad < ALIGNED && pad + 4 * (size_t)k->n <= base; pad += 4) {
            a->at = base - pad - 4 * (size_t)k->n;
            a->base = word(k, base);
            if (a->base && !word(k, a->at) && ascends(k, a->at)) return true;
        }
    return false;
}

static bool find_addresses(const struct kernel *k, struct addresses *a)
{
    const size_t all = 4 * (size_t)k->n, behind = k->index + 2 * TOKENS;
    if (k->count_at >= all && offsets_before(k, k->count_at, a)) return true;
    for (size_t pad = 0; pad < ALIGNED && pad + all <= k->count_at; pad += 4) {
        *a = (struct addresses){k->count_at - pad - all, 0};
        if (word(k, a->at) && ascends(k, a->at)) return true;
    }
    for (size_t pad = 0; pad < ALIGNED; pad += 4)
        for (size_t gap = 0; gap < ALIGNED; gap += 4) {
            a->at = behind + pad;
            if (a->at + all + gap + 4 > k->size) return false;
            a->base = word(k, a->at + all + gap);
            if (a->base && !word(k, a->at) && ascends(k, a->at)) return true;
        }
    return false;
}

// ---- all of it ----

// A name's text with its kind in front, of up to NAME bytes; its length, or 0.
static size_t expand(const struct kernel *k, size_t at, unsigned length, char *to)
{
    size_t n = 0;
    for (unsigned i = 0; i < length; i++)
        for (const uint8_t *p = k->mem + k->tokens + token_at(k, k->mem[at + i]); *p; p++) {
            if (n + 1 >= NAME) return 0;
            to[n++] = (char)*p;
        }
    to[n] = 0;
    return n;
}

static bool add_name(struct table *t, const char *text, size_t length, uint32_t addr)
{
    // Behind its kind; 512 bytes more are there.
    memcpy(t->names + t->names_size, text + 1, length);
    const struct table_entry e = {.addr = addr,
                                  .name = (uint32_t)t->names_size,
                                  .rank = isupper((unsigned char)*text) ? 1 : 0,
                                  .function = strchr("tTwW", *text)};
    t->names_size += length;
    return strchr("aA", *text) || text[1] == '$' || table_add(t, &e);
}

static bool read_names(struct table *t, const struct kernel *k, const struct addresses *a)
{
    size_t at = k->names, room = 0;
    char text[NAME];
    for (uint32_t i = 0; i < k->n; i++) {
        const unsigned length = name_length(k, &at, k->tokens);
        const size_t n = expand(k, at, length, text);
        if (n < 2 || !isalpha((unsigned char)*text)) return false;
        if (t->names_size + NAME > room) {
            room = room * 2 + (1 << 16);
            char *names = realloc(t->names, room);
            if (!names) return false;
            t->names = names;
        }
        if (!add_name(t, text, n, a->base + word(k, a->at + 4 * (size_t)i))) return false;
        at += length;
    }
    table_sort(t);
    return t->n;
}

// ---- the table of unwinding ----

// Where a kernel's memory is mapped from: its lowest symbol lies in the first 16 MiB.
#define LINEAR(addr) ((addr)&0xff000000)

enum { LEAST_ENTRIES = 128, IMAGE = 64 << 20 };

// The function that an entry of .ARM.exidx is about: 31 bits, relative to its place.
static uint32_t function_of(const uint8_t *mem, size_t at, uint32_t linear)
{
    const uint32_t w = get_le32(mem + at);
    return linear + (uint32_t)at + ((w & 0x7fffffff) ^ 0x40000000) - 0x40000000;
}

// How many entries from there on are about ascending addresses, the first of them functions that have names.
static size_t entries_at(const struct table *t, const uint8_t *mem, size_t size, size_t at)
{
    const uint32_t linear = LINEAR(t->entries[0].addr), last = t->entries[t->n - 1].addr;
    uint32_t before = t->entries[0].addr - 1;
    size_t n = 0, named = 0;
    for (; at + 8 <= size && !(mem[at + 3] & 0x80); at += 8, n++) {
        const uint32_t function = function_of(mem, at, linear);
        if (function <= before || function > last) break;
        before = function;
        const struct table_entry *e = n < LEAST_ENTRIES ? table_at(t, function) : NULL;
        named += e && e->addr == function;
        if (n == 8 && named < 4) return 0;
    }
    return n >= LEAST_ENTRIES && named > LEAST_ENTRIES / 2 ? n : 0;
}

// CONFIG_KALLSYMS without _ALL leaves out the symbols that say where it is.
static void find_exidx(struct table *t, const uint8_t *mem, size_t size)
{
    if (size > IMAGE) size = IMAGE;
    for (size_t at = t->entries[0].addr - LINEAR(t->entries[0].addr); at + 8 <= size; at += 4) {
        const size_t n = entries_at(t, mem, size, at);
        if (!n) continue;
        t->exidx = LINEAR(t->entries[0].addr) + (uint32_t)at;
        t->exidx_size = (uint32_t)n * 8;
        return;
    }
}

bool table_read_kallsyms(struct table *t, const uint8_t *mem, size_t size)
{
    static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
    struct kernel k = {.mem = mem, .size = size};
    const uint8_t *found = mem;
    while ((found = memmem(found, size - (size_t)(found - mem), digits, sizeof digits))) {
        struct addresses a;
        if (find_index(&k, (size_t)(found - mem)) && find_names(&k) && find_addresses(&k, &a)) {
            if (read_names(t, &k, &a)) {
                find_exidx(t, mem, size);
                return true;
            }
            table_free(t);
        }
        found++;
    }
    return false;
}
