// The cryptographic extension: AES, SHA-1, SHA-256. The work is done in softfp/crypto.c; operands are copied,
// since registers may coincide.
#include "interp/neon.h"
#include "softfp/crypto.h"

// aese.8 Qd, Qm; aesd.8 Qd, Qm
STEP(aese)
{
    aes_encrypt(c->d + s->rd, c->d + s->rm);
    NEXT;
}

STEP(aesd)
{
    aes_decrypt(c->d + s->rd, c->d + s->rm);
    NEXT;
}

// aesmc.8 Qd, Qm; aesimc.8 Qd, Qm
STEP(aesmc)
{
    neon_set(c, s->rd, true, neon_get(c, s->rm, true));
    aes_mix_columns(c->d + s->rd);
    NEXT;
}

STEP(aesimc)
{
    neon_set(c, s->rd, true, neon_get(c, s->rm, true));
    aes_inv_mix_columns(c->d + s->rd);
    NEXT;
}

// A quadword register as words, and three of them as an instruction's operands.
struct words {
    uint32_t w[4];
};

struct operands {
    struct words d, n, m;
};

static struct words get_words(const struct cpu *c, unsigned r)
{
    struct words v;
    memcpy(&v, c->d + r, sizeof v);
    return v;
}

static struct operands get_operands(const struct cpu *c, const struct step *s)
{
    return (struct operands){get_words(c, s->rd), get_words(c, s->rn), get_words(c, s->rm)};
}

static void set_words(struct cpu *c, unsigned r, const struct words *v)
{
    memcpy(c->d + r, v, sizeof *v);
}

APART static void do_sha1(struct cpu *c, const struct step *s, enum sha1_function f)
{
    struct operands o = get_operands(c, s);
    sha1_rounds(o.d.w, o.n.w[0], o.m.w, f);
    set_words(c, s->rd, &o.d);
}

// sha1c.32 Qd, Qn, Qm
STEP(sha1c)
{
    do_sha1(c, s, SHA1_CHOOSE);
    NEXT;
}

// sha1p.32 Qd, Qn, Qm
STEP(sha1p)
{
    do_sha1(c, s, SHA1_PARITY);
    NEXT;
}

// sha1m.32 Qd, Qn, Qm
STEP(sha1m)
{
    do_sha1(c, s, SHA1_MAJORITY);
    NEXT;
}

APART static void do_sha1su0(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha1_schedule0(o.d.w, o.n.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha1su0.32 Qd, Qn, Qm
STEP(sha1su0)
{
    do_sha1su0(c, s);
    NEXT;
}

APART static void do_sha1su1(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha1_schedule1(o.d.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha1su1.32 Qd, Qm
STEP(sha1su1)
{
    do_sha1su1(c, s);
    NEXT;
}

// sha1h.32 Qd, Qm
STEP(sha1h)
{
    const uint32_t v = (uint32_t)c->d[s->rm];
    c->d[s->rd] = v << 30 | v >> 2;
    c->d[s->rd + 1] = 0;
    NEXT;
}

APART static void do_sha256h(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha256_rounds(o.d.w, o.n.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha256h.32 Qd, Qn, Qm
STEP(sha256h)
{
    do_sha256h(c, s);
    NEXT;
}

APART static void do_sha256h2(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha256_rounds(o.n.w, o.d.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha256h2.32 Qd, Qn, Qm
STEP(sha256h2)
{
    do_sha256h2(c, s);
    NEXT;
}

APART static void do_sha256su0(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha256_schedule0(o.d.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha256su0.32 Qd, Qm
STEP(sha256su0)
{
    do_sha256su0(c, s);
    NEXT;
}

APART static void do_sha256su1(struct cpu *c, const struct step *s)
{
    struct operands o = get_operands(c, s);
    sha256_schedule1(o.d.w, o.n.w, o.m.w);
    set_words(c, s->rd, &o.d);
}

// sha256su1.32 Qd, Qn, Qm
STEP(sha256su1)
{
    do_sha256su1(c, s);
    NEXT;
}

step_fn *neon_select_crypto(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_AESE: return aese;
    case OP_AESD: return aesd;
    case OP_AESMC: return aesmc;
    case OP_AESIMC: return aesimc;
    case OP_SHA1C: return sha1c;
    case OP_SHA1P: return sha1p;
    case OP_SHA1M: return sha1m;
    case OP_SHA1H: return sha1h;
    case OP_SHA1SU0: return sha1su0;
    case OP_SHA1SU1: return sha1su1;
    case OP_SHA256H: return sha256h;
    case OP_SHA256H2: return sha256h2;
    case OP_SHA256SU0: return sha256su0;
    case OP_SHA256SU1: return sha256su1;
    default: return NULL;
    }
}
