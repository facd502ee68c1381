// Advanced SIMD: element and structure loads and stores (A7.7). Loads fetch everything before they change a
// register, so that an abort leaves no trace.
#include "interp/neon.h"

static inline uint64_t load_element(struct cpu *c, uint32_t addr, unsigned size)
{
    switch (size) {
    case 0: return mem_ld8(c, addr);
    case 1: return mem_ld16(c, addr);
    case 2: return mem_ld32(c, addr);
    default: return mem_ld64(c, addr);
    }
}

static inline void store_element(struct cpu *c, uint32_t addr, unsigned size, uint64_t v)
{
    switch (size) {
    case 0: mem_st8(c, addr, (uint8_t)v); break;
    case 1: mem_st16(c, addr, (uint16_t)v); break;
    case 2: mem_st32(c, addr, (uint32_t)v); break;
    default: mem_st64(c, addr, v); break;
    }
}

// Eight bytes of elements. Element by element they have to be transferred only where byte order or alignment
// of each is looked at.
static inline uint64_t load_double(struct cpu *c, uint32_t addr, unsigned size)
{
    if (MEM_LIKELY(c->mem_mode != CPU_MEM_SLOW)) return mem_ld64(c, addr);
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i += 1u << size)
        v |= load_element(c, addr + i, size) << 8 * i;
    return v;
}

static inline void store_double(struct cpu *c, uint32_t addr, unsigned size, uint64_t v)
{
    if (MEM_LIKELY(c->mem_mode != CPU_MEM_SLOW)) {
        mem_st64(c, addr, v);
        return;
    }
    for (unsigned i = 0; i < 8; i += 1u << size)
        store_element(c, addr + i, size, v >> 8 * i);
}

// The base address, checked.
static inline uint32_t start(struct cpu *c, const struct step *s, bool write)
{
    const uint32_t addr = c->r[s->rn];
    interp_mark(c, s);
    if (s->shift_n) mem_check_align(c, addr, s->shift_n, write);
    return addr;
}

static inline void write_back(struct cpu *c, const struct step *s, uint32_t bytes)
{
    if (s->rm == 13)
        c->r[s->rn] += bytes;
    else if (s->rm != 15)
        c->r[s->rn] += c->r[s->rm];
}

// vld1.N {Dd…}, [Rn]: a handler for each number of registers
#define VLD1_HANDLER(n)                                                                                      \
    STEP(vld1_##n)                                                                                           \
    {                                                                                                        \
        const uint32_t addr = start(c, s, false);                                                            \
        uint64_t v[n];                                                                                       \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            v[i] = load_double(c, addr + 8 * i, s->size);                                                    \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            c->d[s->rd + i] = v[i];                                                                          \
        write_back(c, s, 8 * (n));                                                                           \
        NEXT;                                                                                                \
    }
VLD1_HANDLER(1)
VLD1_HANDLER(2)
VLD1_HANDLER(3)
VLD1_HANDLER(4)

// vst1.N {Dd…}, [Rn]
#define VST1_HANDLER(n)                                                                                      \
    STEP(vst1_##n)                                                                                           \
    {                                                                                                        \
        const uint32_t addr = start(c, s, true);                                                             \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            store_double(c, addr + 8 * i, s->size, c->d[s->rd + i]);                                         \
        write_back(c, s, 8 * (n));                                                                           \
        NEXT;                                                                                                \
    }
VST1_HANDLER(1)
VST1_HANDLER(2)
VST1_HANDLER(3)
VST1_HANDLER(4)

// Structures of n elements, as they lie in memory, and as registers, element k of each in register k. Two
// halves of four registers (VLD2, VST2) are two such sets behind each other.
union structures {
    uint64_t words[4];
    uint8_t u8[32];
    uint16_t u16[16];
    uint32_t u32[8];
};

#define SPLIT(E, n)                                                                                          \
    static inline void split_##E##_##n(const union structures *from, union structures *to)                   \
    {                                                                                                        \
        const unsigned lanes = sizeof from->words[0] / sizeof from->E[0];                                    \
        for (unsigned i = 0; i < lanes; i++)                                                                 \
            for (unsigned k = 0; k < (n); k++)                                                               \
                to->E[k * lanes + i] = from->E[(n)*i + k];                                                   \
    }                                                                                                        \
    static inline void join_##E##_##n(const union structures *from, union structures *to)                    \
    {                                                                                                        \
        const unsigned lanes = sizeof from->words[0] / sizeof from->E[0];                                    \
        for (unsigned i = 0; i < lanes; i++)                                                                 \
            for (unsigned k = 0; k < (n); k++)                                                               \
                to->E[(n)*i + k] = from->E[k * lanes + i];                                                   \
    }
SPLIT(u8, 2)
SPLIT(u8, 3)
SPLIT(u8, 4)
SPLIT(u16, 2)
SPLIT(u16, 3)
SPLIT(u16, 4)
SPLIT(u32, 2)
SPLIT(u32, 3)
SPLIT(u32, 4)

// vldN.E {Dd…}, [Rn]; vstN.E {Dd…}, [Rn]: structures of n elements
#define STRUCTURE_HANDLERS(E, n, log2)                                                                       \
    APART static void load_##E##_##n(struct cpu *c, const struct step *s, uint32_t addr)                     \
    {                                                                                                        \
        union structures in, out[2];                                                                         \
        for (unsigned k = 0; k < s->ra; k++) {                                                               \
            for (unsigned i = 0; i < (n); i++)                                                               \
                in.words[i] = load_double(c, addr + 8 * ((n)*k + i), log2);                                  \
            split_##E##_##n(&in, &out[k]);                                                                   \
        }                                                                                                    \
        for (unsigned k = 0; k < s->ra; k++)                                                                 \
            for (unsigned i = 0; i < (n); i++)                                                               \
                c->d[(s->rd + k + i * s->y) & 31] = out[k].words[i];                                         \
    }                                                                                                        \
    APART static void store_##E##_##n(struct cpu *c, const struct step *s, uint32_t addr)                    \
    {                                                                                                        \
        union structures in, out;                                                                            \
        for (unsigned k = 0; k < s->ra; k++) {                                                               \
            for (unsigned i = 0; i < (n); i++)                                                               \
                in.words[i] = c->d[(s->rd + k + i * s->y) & 31];                                             \
            join_##E##_##n(&in, &out);                                                                       \
            for (unsigned i = 0; i < (n); i++)                                                               \
                store_double(c, addr + 8 * ((n)*k + i), log2, out.words[i]);                                 \
        }                                                                                                    \
    }                                                                                                        \
    STEP(vld##n##_##E)                                                                                       \
    {                                                                                                        \
        load_##E##_##n(c, s, start(c, s, false));                                                            \
        write_back(c, s, 8 * (n)*s->ra);                                                                     \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(vst##n##_##E)                                                                                       \
    {                                                                                                        \
        store_##E##_##n(c, s, start(c, s, true));                                                            \
        write_back(c, s, 8 * (n)*s->ra);                                                                     \
        NEXT;                                                                                                \
    }
STRUCTURE_HANDLERS(u8, 2, 0)
STRUCTURE_HANDLERS(u16, 2, 1)
STRUCTURE_HANDLERS(u32, 2, 2)
STRUCTURE_HANDLERS(u8, 3, 0)
STRUCTURE_HANDLERS(u16, 3, 1)
STRUCTURE_HANDLERS(u32, 3, 2)
STRUCTURE_HANDLERS(u8, 4, 0)
STRUCTURE_HANDLERS(u16, 4, 1)
STRUCTURE_HANDLERS(u32, 4, 2)

static inline uint64_t with_lane(uint64_t v, unsigned size, unsigned lane, uint64_t element)
{
    const uint64_t mask = ~0ull >> (64 - (8u << size));
    const unsigned shift = (8u << size) * lane;
    return (v & ~(mask << shift)) | element << shift;
}

static inline uint64_t get_lane(uint64_t v, unsigned size, unsigned lane)
{
    return v >> (8u << size) * lane;
}

static inline uint64_t replicate(uint64_t element, unsigned size)
{
    static const uint64_t ones[3] = {0x0101010101010101u, 0x0001000100010001u, 0x0000000100000001u};
    return element * ones[size];
}

// vldN.E {Dd[x]…}, [Rn]; vstN.E {Dd[x]…}, [Rn]; vldN.E {Dd[]…}, [Rn]: one structure of n elements
#define LANE_HANDLERS(n)                                                                                     \
    STEP(vld##n##_lane)                                                                                      \
    {                                                                                                        \
        const uint32_t addr = start(c, s, false);                                                            \
        uint64_t v[n];                                                                                       \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            v[i] = load_element(c, addr + (i << s->size), s->size);                                          \
        for (unsigned i = 0; i < (n); i++) {                                                                 \
            uint64_t *d = &c->d[(s->rd + i * s->y) & 31];                                                    \
            *d = with_lane(*d, s->size, s->x, v[i]);                                                         \
        }                                                                                                    \
        write_back(c, s, (n) << s->size);                                                                    \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(vst##n##_lane)                                                                                      \
    {                                                                                                        \
        const uint32_t addr = start(c, s, true);                                                             \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            store_element(c, addr + (i << s->size), s->size,                                                 \
                          get_lane(c->d[(s->rd + i * s->y) & 31], s->size, s->x));                           \
        write_back(c, s, (n) << s->size);                                                                    \
        NEXT;                                                                                                \
    }
LANE_HANDLERS(1)
LANE_HANDLERS(2)
LANE_HANDLERS(3)
LANE_HANDLERS(4)

#define ALL_LANES_HANDLER(n)                                                                                 \
    STEP(vld##n##_all)                                                                                       \
    {                                                                                                        \
        const uint32_t addr = start(c, s, false);                                                            \
        uint64_t v[n];                                                                                       \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            v[i] = load_element(c, addr + (i << s->size), s->size);                                          \
        for (unsigned i = 0; i < (n); i++)                                                                   \
            c->d[(s->rd + i * s->y) & 31] = replicate(v[i], s->size);                                        \
        write_back(c, s, (n) << s->size);                                                                    \
        NEXT;                                                                                                \
    }
ALL_LANES_HANDLER(2)
ALL_LANES_HANDLER(3)
ALL_LANES_HANDLER(4)

// vld1.E {Dd[]}, [Rn]; vld1.E {Dd[]-Dd+1[]}, [Rn]
STEP(vld1_all)
{
    const uint32_t addr = start(c, s, false);
    const uint64_t v = replicate(load_element(c, addr, s->size), s->size);
    c->d[s->rd] = v;
    if (s->y == 2) c->d[(s->rd + 1) & 31] = v;
    write_back(c, s, 1u << s->size);
    NEXT;
}

static step_fn *select_lane(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_VLD1_LANE: return vld1_lane;
    case OP_VLD2_LANE: return vld2_lane;
    case OP_VLD3_LANE: return vld3_lane;
    case OP_VLD4_LANE: return vld4_lane;
    case OP_VST1_LANE: return vst1_lane;
    case OP_VST2_LANE: return vst2_lane;
    case OP_VST3_LANE: return vst3_lane;
    case OP_VST4_LANE: return vst4_lane;
    case OP_VLD1_ALL: return vld1_all;
    case OP_VLD2_ALL: return vld2_all;
    case OP_VLD3_ALL: return vld3_all;
    case OP_VLD4_ALL: return vld4_all;
    default: return NULL;
    }
}

step_fn *neon_select_ldst(const struct insn *in)
{
    static step_fn *const ld1[5] = {NULL, vld1_1, vld1_2, vld1_3, vld1_4};
    static step_fn *const st1[5] = {NULL, vst1_1, vst1_2, vst1_3, vst1_4};
    static step_fn *const ld2[3] = {vld2_u8, vld2_u16, vld2_u32}, *const st2[3] = {vst2_u8, vst2_u16,
                                                                                   vst2_u32};
    static step_fn *const ld3[3] = {vld3_u8, vld3_u16, vld3_u32}, *const st3[3] = {vst3_u8, vst3_u16,
                                                                                   vst3_u32};
    static step_fn *const ld4[3] = {vld4_u8, vld4_u16, vld4_u32}, *const st4[3] = {vst4_u8, vst4_u16,
                                                                                   vst4_u32};
    switch ((enum op)in->op) {
    case OP_VLD1_MULT: return ld1[in->y];
    case OP_VST1_MULT: return st1[in->y];
    case OP_VLD2_MULT: return ld2[in->size];
    case OP_VST2_MULT: return st2[in->size];
    case OP_VLD3_MULT: return ld3[in->size];
    case OP_VST3_MULT: return st3[in->size];
    case OP_VLD4_MULT: return ld4[in->size];
    case OP_VST4_MULT: return st4[in->size];
    default: return select_lane(in);
    }
}
