#include "symbols/exidx.h"

#include "symbols/space.h"

// A place-relative offset of 31 bits.
static uint32_t prel31(uint32_t at, uint32_t word)
{
    return at + ((word & 0x7fffffff) ^ 0x40000000) - 0x40000000;
}

bool exidx_find(const struct backtrace_space *space, uint32_t pc, struct exidx_entry *e)
{
    uint32_t table, size, word;
    if (!symbols_exidx(space->symbols, pc, &table, &size)) return false;
    uint32_t lo = 0, hi = size / 8; // behind the last entry whose function begins at or before pc
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2, at = table + mid * 8;
        if (!space_get32(space, at, &word)) return false;
        if (prel31(at, word) <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (!lo) return false;
    const uint32_t at = table + (lo - 1) * 8;
    if (!space_get32(space, at, &word) || !space_get32(space, at + 4, &e->word)) return false;
    e->function = prel31(at, word);
    e->at = at + 4;
    return true;
}

// ---- instructions (section 10.3) ----

struct program {
    const struct backtrace_space *space;
    uint32_t at;    // of the next word
    uint32_t word;  // bytes not taken yet, in its upper part
    unsigned bytes; // how many
    unsigned words; // that follow
    bool ok;
};

enum { FINISH = 0xb0 };

// The program ends with its last byte: as if that were "finish".
static uint8_t next(struct program *p)
{
    if (!p->bytes) {
        if (!p->words) return FINISH;
        if (!space_get32(p->space, p->at, &p->word)) {
            p->ok = false;
            return FINISH;
        }
        p->at += 4;
        p->words--;
        p->bytes = 4;
    }
    const uint8_t b = (uint8_t)(p->word >> 24);
    p->word <<= 8;
    p->bytes--;
    return b;
}

// Where the instructions of an entry are. False: it is of no personality that says so.
static bool begin(struct program *p, const struct backtrace_space *space, const struct exidx_entry *e)
{
    uint32_t word = e->word, at = e->at;
    *p = (struct program){.space = space, .ok = true};
    if (!(word & 1u << 31)) { // the table's entry is in .ARM.extab
        at = prel31(at, word);
        if (!space_get32(space, at, &word)) return false;
        if (!(word & 1u << 31)) { // a personality of its own: those of languages put instructions behind
            at += 4;
            if (!space_get32(space, at, &word)) return false;
            p->words = word >> 24;
            p->word = word << 8;
            p->bytes = 3;
            p->at = at + 4;
            return true;
        }
    }
    switch (word >> 24 & 0x7f) {
    case 0: // Su16: three bytes
        p->word = word << 8;
        p->bytes = 3;
        return true;
    case 1: // Lu16, Lu32: how many words follow
    case 2:
        p->words = word >> 16 & 0xff;
        p->word = word << 16;
        p->bytes = 2;
        p->at = at + 4;
        return true;
    default: return false;
    }
}

static uint32_t uleb128(struct program *p)
{
    uint32_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        const uint8_t b = next(p);
        if (shift < 32) v |= (uint32_t)(b & 0x7f) << shift;
        if (!(b & 0x80) || !p->ok || shift > 28) return v;
    }
}

// Registers of a mask come from the stack, the lowest first.
static bool pop(struct program *p, uint32_t r[16], uint32_t *vsp, uint32_t mask)
{
    const bool with_sp = mask & 1u << 13;
    for (unsigned i = 0; i < 16; i++) {
        if (!(mask & 1u << i)) continue;
        if (!space_get32(p->space, *vsp, &r[i])) return false;
        *vsp += 4;
    }
    if (with_sp) *vsp = r[13];
    return true;
}

// A byte 0xb0 to 0xff. *done: it was the last one.
static bool run_high(struct program *p, uint32_t r[16], uint32_t *vsp, uint8_t op, bool *done)
{
    uint8_t b;
    switch (op) {
    case FINISH: *done = true; return true;
    case 0xb1: // pop under mask {r3, r2, r1, r0}
        b = next(p);
        return b && !(b & 0xf0) && pop(p, r, vsp, b);
    case 0xb2: *vsp += 0x204 + (uleb128(p) << 2); return true;
    case 0xb3: // VFP registers by FSTMFDX, with its word behind
        *vsp += ((next(p) & 15u) + 1) * 8 + 4;
        return true;
    case 0xb4: // the return address's authentication code
        *vsp += 4;
        return true;
    case 0xb5: return true; // … which was made with this VSP
    case 0xc6:              // WMMX data
        *vsp += ((next(p) & 15u) + 1) * 8;
        return true;
    case 0xc7: // WMMX control: under mask
        b = next(p);
        *vsp += 4u * (unsigned)__builtin_popcount(b);
        return b && !(b & 0xf0);
    case 0xc8: // VFP by VPUSH: D16 on, D0 on
    case 0xc9: *vsp += ((next(p) & 15u) + 1) * 8; return true;
    default: break;
    }
    if ((op & 0xf8) == 0xb8) { // VFP D8 on by FSTMFDX
        *vsp += ((op & 7u) + 1) * 8 + 4;
        return true;
    }
    if ((op & 0xf8) == 0xc0 || (op & 0xf8) == 0xd0) { // WMMX from wR10; VFP D8 on by VPUSH
        *vsp += ((op & 7u) + 1) * 8;
        return true;
    }
    return false; // spare
}

static bool run(struct program *p, uint32_t r[16], uint32_t *vsp, uint8_t op, bool *done)
{
    if (op < 0x40) {
        *vsp += ((op & 0x3fu) << 2) + 4;
        return true;
    }
    if (op < 0x80) {
        *vsp -= ((op & 0x3fu) << 2) + 4;
        return true;
    }
    if (op < 0x90) { // {r4 to r15} under mask; an empty one refuses to unwind
        const uint32_t mask = (op & 15u) << 12 | (uint32_t)next(p) << 4;
        return mask && pop(p, r, vsp, mask);
    }
    if (op < 0xa0) {
        *vsp = r[op & 15];
        return op != 0x9d && op != 0x9f;
    }
    if (op < 0xb0) // r4 to r4+n, and LR
        return pop(p, r, vsp, ((2u << (op & 7)) - 1) << 4 | (op & 8 ? 1u << 14 : 0));
    return run_high(p, r, vsp, op, done);
}

bool exidx_unwind(const struct backtrace_space *space, const struct exidx_entry *e, uint32_t r[16],
                  bool *exact)
{
    struct program p;
    uint32_t vsp = r[13];
    bool done = false;
    if (e->word == EXIDX_CANTUNWIND || !begin(&p, space, e)) return false;
    r[15] = 0;
    while (!done)
        if (!run(&p, r, &vsp, next(&p), &done) || !p.ok) return false;
    r[13] = vsp;
    *exact = r[15];
    if (!*exact) r[15] = r[14];
    return true;
}
