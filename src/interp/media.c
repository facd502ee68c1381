// Extending, packing, saturating, reversing, bit fields, CRC (A4.4.4 – A4.4.7); the media family's selection.
#include "interp/media.h"

#include "isa/expand.h"

// Rm rotated right by the instruction's 0, 8, 16 or 24 bits.
static uint32_t rotated(const struct cpu *c, const struct step *s)
{
    return ror32(c->r[s->rm], s->imm);
}

// The bytes 0 and 2 of v, extended to halfwords and added to those of n.
static uint32_t extend_pair(uint32_t n, uint32_t v, bool sign)
{
    const uint32_t lo = sign ? (uint32_t)(int8_t)v : (uint8_t)v;
    const uint32_t hi = sign ? (uint32_t)(int8_t)(v >> 16) : (uint8_t)(v >> 16);
    return ((n + lo) & 0xffff) | ((n >> 16) + hi) << 16;
}

// sxtb Rd, Rm
STEP(sxtb)
{
    c->r[s->rd] = (uint32_t)(int8_t)c->r[s->rm];
    NEXT;
}

// sxth Rd, Rm
STEP(sxth)
{
    c->r[s->rd] = (uint32_t)(int16_t)c->r[s->rm];
    NEXT;
}

// uxtb Rd, Rm
STEP(uxtb)
{
    c->r[s->rd] = (uint8_t)c->r[s->rm];
    NEXT;
}

// uxth Rd, Rm
STEP(uxth)
{
    c->r[s->rd] = (uint16_t)c->r[s->rm];
    NEXT;
}

// sxtb Rd, Rm, ror #n
STEP(sxtb_ror)
{
    c->r[s->rd] = (uint32_t)(int8_t)rotated(c, s);
    NEXT;
}

// sxth Rd, Rm, ror #n
STEP(sxth_ror)
{
    c->r[s->rd] = (uint32_t)(int16_t)rotated(c, s);
    NEXT;
}

// uxtb Rd, Rm, ror #n
STEP(uxtb_ror)
{
    c->r[s->rd] = (uint8_t)rotated(c, s);
    NEXT;
}

// uxth Rd, Rm, ror #n
STEP(uxth_ror)
{
    c->r[s->rd] = (uint16_t)rotated(c, s);
    NEXT;
}

// sxtb16 Rd, Rm, ror #n
STEP(sxtb16)
{
    c->r[s->rd] = extend_pair(0, rotated(c, s), true);
    NEXT;
}

// uxtb16 Rd, Rm, ror #n
STEP(uxtb16)
{
    c->r[s->rd] = extend_pair(0, rotated(c, s), false);
    NEXT;
}

// sxtab Rd, Rn, Rm, ror #n
STEP(sxtab)
{
    c->r[s->rd] = c->r[s->rn] + (uint32_t)(int8_t)rotated(c, s);
    NEXT;
}

// sxtah Rd, Rn, Rm, ror #n
STEP(sxtah)
{
    c->r[s->rd] = c->r[s->rn] + (uint32_t)(int16_t)rotated(c, s);
    NEXT;
}

// uxtab Rd, Rn, Rm, ror #n
STEP(uxtab)
{
    c->r[s->rd] = c->r[s->rn] + (uint8_t)rotated(c, s);
    NEXT;
}

// uxtah Rd, Rn, Rm, ror #n
STEP(uxtah)
{
    c->r[s->rd] = c->r[s->rn] + (uint16_t)rotated(c, s);
    NEXT;
}

// sxtab16 Rd, Rn, Rm, ror #n
STEP(sxtab16)
{
    c->r[s->rd] = extend_pair(c->r[s->rn], rotated(c, s), true);
    NEXT;
}

// uxtab16 Rd, Rn, Rm, ror #n
STEP(uxtab16)
{
    c->r[s->rd] = extend_pair(c->r[s->rn], rotated(c, s), false);
    NEXT;
}

// A register shifted by a constant, LSL #0…31 or ASR #1…32, in full precision.
static int64_t shifted(uint32_t v, const struct step *s)
{
    if (s->shift_type == SHIFT_ASR) return (int64_t)(int32_t)v >> s->shift_n;
    return (int32_t)(v << s->shift_n);
}

// pkhbt Rd, Rn, Rm, lsl #n
STEP(pkhbt)
{
    c->r[s->rd] = (c->r[s->rn] & 0xffff) | ((uint32_t)shifted(c->r[s->rm], s) & 0xffff0000);
    NEXT;
}

// pkhtb Rd, Rn, Rm, asr #n
STEP(pkhtb)
{
    c->r[s->rd] = (c->r[s->rn] & 0xffff0000) | ((uint32_t)shifted(c->r[s->rm], s) & 0xffff);
    NEXT;
}

// Saturates to x bits, signed or unsigned, and notes it in Q.
static uint32_t saturate(struct cpu *c, const struct step *s, int64_t v, bool sign)
{
    const int64_t hi = sign ? ((int64_t)1 << (s->x - 1)) - 1 : ((int64_t)1 << s->x) - 1;
    const int64_t r = media_clamp(v, sign ? -hi - 1 : 0, hi);
    if (r != v) c->qf = 1;
    return (uint32_t)r;
}

// ssat Rd, #sat, Rn, shift
STEP(ssat)
{
    c->r[s->rd] = saturate(c, s, shifted(c->r[s->rn], s), true);
    NEXT;
}

// usat Rd, #sat, Rn, shift
STEP(usat)
{
    c->r[s->rd] = saturate(c, s, shifted(c->r[s->rn], s), false);
    NEXT;
}

static uint32_t saturate16(struct cpu *c, const struct step *s, bool sign)
{
    const uint32_t n = c->r[s->rn];
    const uint32_t lo = saturate(c, s, (int16_t)n, sign), hi = saturate(c, s, (int16_t)(n >> 16), sign);
    return (lo & 0xffff) | hi << 16;
}

// ssat16 Rd, #sat, Rn
STEP(ssat16)
{
    c->r[s->rd] = saturate16(c, s, true);
    NEXT;
}

// usat16 Rd, #sat, Rn
STEP(usat16)
{
    c->r[s->rd] = saturate16(c, s, false);
    NEXT;
}

// qadd Rd, Rm, Rn
STEP(qadd)
{
    c->r[s->rd] = media_saturate32(c, (int64_t)(int32_t)c->r[s->rm] + (int32_t)c->r[s->rn]);
    NEXT;
}

// qsub Rd, Rm, Rn
STEP(qsub)
{
    c->r[s->rd] = media_saturate32(c, (int64_t)(int32_t)c->r[s->rm] - (int32_t)c->r[s->rn]);
    NEXT;
}

static int64_t doubled(struct cpu *c, const struct step *s)
{
    return (int32_t)media_saturate32(c, 2 * (int64_t)(int32_t)c->r[s->rn]);
}

// qdadd Rd, Rm, Rn
STEP(qdadd)
{
    c->r[s->rd] = media_saturate32(c, (int32_t)c->r[s->rm] + doubled(c, s));
    NEXT;
}

// qdsub Rd, Rm, Rn
STEP(qdsub)
{
    c->r[s->rd] = media_saturate32(c, (int32_t)c->r[s->rm] - doubled(c, s));
    NEXT;
}

// rev Rd, Rm
STEP(rev)
{
    c->r[s->rd] = __builtin_bswap32(c->r[s->rm]);
    NEXT;
}

// rev16 Rd, Rm
STEP(rev16)
{
    c->r[s->rd] = ror32(__builtin_bswap32(c->r[s->rm]), 16);
    NEXT;
}

// revsh Rd, Rm
STEP(revsh)
{
    c->r[s->rd] = (uint32_t)(int16_t)__builtin_bswap16((uint16_t)c->r[s->rm]);
    NEXT;
}

// rbit Rd, Rm
STEP(rbit)
{
    uint32_t v = __builtin_bswap32(c->r[s->rm]);
    v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
    v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
    c->r[s->rd] = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
    NEXT;
}

// clz Rd, Rm
STEP(clz)
{
    const uint32_t m = c->r[s->rm];
    c->r[s->rd] = m ? (uint32_t)__builtin_clz(m) : 32;
    NEXT;
}

// A mask of the low `width` bits, 1…32.
static uint32_t low_bits(uint32_t width)
{
    return ~0u >> ((32 - width) & 31);
}

// sbfx Rd, Rn, #lsb, #width
STEP(sbfx)
{
    c->r[s->rd] = sext(c->r[s->rn] >> s->x & low_bits(s->y), s->y);
    NEXT;
}

// ubfx Rd, Rn, #lsb, #width
STEP(ubfx)
{
    c->r[s->rd] = c->r[s->rn] >> s->x & low_bits(s->y);
    NEXT;
}

// bfc Rd, #lsb, #width
STEP(bfc)
{
    c->r[s->rd] &= ~(low_bits(s->y) << s->x);
    NEXT;
}

// bfi Rd, Rn, #lsb, #width
STEP(bfi)
{
    const uint32_t mask = low_bits(s->y) << s->x;
    c->r[s->rd] = (c->r[s->rd] & ~mask) | (c->r[s->rn] << s->x & mask);
    NEXT;
}

// What four bits shifted out make of the remainder, for the polynomials 0x04c11db7 and 0x1edc6f41,
// bit-reversed.
static const uint32_t crc32_nibbles[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
static const uint32_t crc32c_nibbles[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

static uint32_t crc(uint32_t acc, uint32_t value, int bytes, const uint32_t table[16])
{
    acc ^= bytes == 4 ? value : value & ((1u << 8 * bytes) - 1);
    for (int i = 0; i < 2 * bytes; i++)
        acc = acc >> 4 ^ table[acc & 15];
    return acc;
}

// crc32{b,h,w} Rd, Rn, Rm
STEP(crc32)
{
    c->r[s->rd] = crc(c->r[s->rn], c->r[s->rm], 1 << s->size, crc32_nibbles);
    NEXT;
}

// crc32c{b,h,w} Rd, Rn, Rm
STEP(crc32c)
{
    c->r[s->rd] = crc(c->r[s->rn], c->r[s->rm], 1 << s->size, crc32c_nibbles);
    NEXT;
}

step_fn *media_select_pack(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_SXTB: return in->imm ? sxtb_ror : sxtb;
    case OP_SXTH: return in->imm ? sxth_ror : sxth;
    case OP_UXTB: return in->imm ? uxtb_ror : uxtb;
    case OP_UXTH: return in->imm ? uxth_ror : uxth;
    case OP_SXTB16: return sxtb16;
    case OP_UXTB16: return uxtb16;
    case OP_SXTAB: return sxtab;
    case OP_SXTAH: return sxtah;
    case OP_UXTAB: return uxtab;
    case OP_UXTAH: return uxtah;
    case OP_SXTAB16: return sxtab16;
    case OP_UXTAB16: return uxtab16;
    case OP_PKH: return in->flags & INSN_X ? pkhtb : pkhbt;
    case OP_SSAT: return ssat;
    case OP_USAT: return usat;
    case OP_SSAT16: return ssat16;
    case OP_USAT16: return usat16;
    case OP_QADD: return qadd;
    case OP_QSUB: return qsub;
    case OP_QDADD: return qdadd;
    case OP_QDSUB: return qdsub;
    case OP_REV: return rev;
    case OP_REV16: return rev16;
    case OP_REVSH: return revsh;
    case OP_RBIT: return rbit;
    case OP_CLZ: return clz;
    case OP_SBFX: return sbfx;
    case OP_UBFX: return ubfx;
    case OP_BFC: return bfc;
    case OP_BFI: return bfi;
    case OP_CRC32: return crc32;
    case OP_CRC32C: return crc32c;
    default: return NULL;
    }
}

step_fn *interp_select_media(const struct insn *in)
{
    step_fn *fn = media_select_multiply(in);
    if (!fn) fn = media_select_pack(in);
    return fn ? fn : media_select_parallel(in);
}
