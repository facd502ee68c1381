// Ways out of a block, and calls of the interpreter's handlers.
#include "jit/x64/emit_internal.h"

static unsigned new_link(struct emit *e, const struct ir_insn *i)
{
    if (e->nlinks == EMIT_MAX_LINKS) {
        e->a.full = true;
        return 0;
    }
    e->links[e->nlinks].key = i->imm | !!(i->mode & IR_THUMB) | (uint64_t)i->it << 32;
    return e->nlinks++;
}

static uint8_t *jump(struct emit *e, int cc)
{
    // A displacement that is changed while others run here must not straddle a cache line.
    x64_align(&e->a, 4, cc < 0 ? 1 : 2);
    return cc < 0 ? x64_jmp_at(&e->a) : x64_jcc_at(&e->a, (enum x64_cc)cc);
}

// On the way out behind n of the block's instructions: counts them, should that be wanted. Keeps the host's
// flags.
static void count(struct emit *e, unsigned n)
{
    if (!e->counts || !n) return;
    x64_op(&e->a, X64_64, 0x8b, RAX, CPU_FIELD(budget));
    x64_op(&e->a, X64_64, 0x8d, RAX, x64_m(RAX, -(int32_t)n)); // lea
    x64_op(&e->a, X64_64, 0x89, RAX, CPU_FIELD(budget));
}

void emit_goto(struct emit *e, const struct ir_insn *i, int cc)
{
    const unsigned l = new_link(e, i);
    const bool back = i->imm <= i->pc, thumb = i->mode & IR_THUMB;
    uint8_t *skip = NULL;
    if ((back || thumb != e->thumb || e->counts) && cc >= 0) {
        skip = x64_jcc_at(&e->a, (enum x64_cc)(cc ^ 1));
        cc = -1;
    }
    count(e, i->count);
    if (thumb != e->thumb) {
        x64_op(&e->a, X64_8, 0xc6, 0, CPU_FIELD(thumb));
        x64_byte(&e->a, thumb);
    }
    if (back) { // whoever loops looks whether somebody wants him to stop
        x64_group1(&e->a, 0, 7, CPU_FIELD(exit_request), 0);
        e->links[l].disp = jump(e, CC_E);
        if (e->npolls < EMIT_MAX_LINKS) {
            e->polls[e->npolls].link = l;
            e->polls[e->npolls++].disp = x64_jmp_at(&e->a);
        }
    } else {
        e->links[l].disp = jump(e, cc);
    }
    if (skip && !e->a.full) x64_patch(skip, e->a.p);
}

void emit_goto_reg(struct emit *e, const struct ir_insn *i)
{
    count(e, i->count);
    x64_load(&e->a, RAX, place(e, i->a));
    if (!(i->mode & IR_INTERWORK)) {
        x64_group1(&e->a, 0, 4, x64_r(RAX), e->thumb ? ~1u : ~3u);
        if (e->thumb) x64_group1(&e->a, 0, 1, x64_r(RAX), 1);
    }
    x64_jmp_to(&e->a, e->shared->indirect);
}

void emit_leave(struct emit *e, const struct ir_insn *i)
{
    count(e, i->count - 1u);
    x64_mov_imm64(&e->a, RAX, i->pc | e->thumb | (uint64_t)i->it << 32 | (uint64_t)EXIT_LEAVE << EXIT_SHIFT);
    x64_jmp_to(&e->a, e->shared->leave);
}

void emit_call(struct emit *e, const struct ir_insn *i)
{
    const struct tier_call *c = &e->calls[i->imm];
    if (c->sets_pc) x64_mov_imm(&e->a, CPU_FIELD(r[15]), c->pc_value);
    x64_mov_imm64(&e->a, RAX, (uint64_t)(uintptr_t)c);
    x64_call_to(&e->a, e->shared->call[c->kind]);
    e->host = HOST_NONE;
}

static void links_slow_way(struct emit *e, unsigned l)
{
    if (e->a.full) return;
    x64_patch(e->links[l].disp, e->a.p);
    for (unsigned k = 0; k < e->npolls; k++)
        if (e->polls[k].link == l) x64_patch(e->polls[k].disp, e->a.p);
    x64_mov_imm64(&e->a, RAX, (uint64_t)(uintptr_t)&e->link_at[l]);
    x64_jmp_to(&e->a, e->shared->leave);
}

static bool is_if(const struct ir_insn *i)
{
    return i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ;
}

static enum x64_cc test_if(struct emit *e, const struct ir_insn *i)
{
    if (i->op == IR_IF) return emit_condition(e, i->cond);
    const struct x64_rm a = place(e, i->a);
    if (a.mem)
        x64_group1(&e->a, 0, 7, a, 0);
    else
        x64_op(&e->a, 0, 0x85, (unsigned)a.base, a);
    e->host = HOST_NONE;
    return i->op == IR_IFZ ? CC_E : CC_NE;
}

static void emit_one(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    if (emit_quiet(e, i)) return;
    if (op >= IR_MOV && op <= IR_BIC)
        emit_alu(e, i);
    else if (op >= IR_LSL && op <= IR_RRX)
        emit_shift(e, i);
    else if (op >= IR_MUL && op <= IR_SDIV)
        emit_multiply(e, i);
    else if (op >= IR_PARALLEL && op <= IR_SXT8X2)
        emit_parallel(e, i);
    else if (op >= IR_MULH && op <= IR_USAT)
        emit_dsp(e, i);
    else if (op >= IR_LDEX && op <= IR_CLREX)
        emit_sync(e, i);
    else if (op >= IR_LD8 && op <= IR_PROBE)
        emit_memory(e, i);
    else if (op >= IR_LDVM && op <= IR_LDVA)
        emit_neon_ldst(e, i);
    else if (op >= IR_LDV32 && op <= IR_VFLAGS)
        emit_vfp(e, i);
    else if (op == IR_VEC)
        emit_vec(e, i);
    else if (op == IR_ALIGN)
        emit_align(e, i);
    else if (op == IR_CALL)
        emit_call(e, i);
    else if (op == IR_GOTO)
        emit_goto(e, i, -1);
    else if (op == IR_GOTO_REG)
        emit_goto_reg(e, i);
    else if (op == IR_LEAVE)
        emit_leave(e, i);
    else
        emit_misc(e, i);
}

bool emit_block(struct emit *e, const struct ir_block *b)
{
    e->nsites = e->nlinks = e->npolls = e->nslow = 0;
    e->host = HOST_NONE;
    e->home = emit_home;
    e->thumb = b->thumb;
    e->fp_mode = FP_GUEST;
    x64_align(&e->a, 16, 0);
    e->start = e->a.p;
    static const uint8_t nop8[EMIT_ENTRY] = {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};
    x64_bytes(&e->a, nop8, sizeof nop8);
    unsigned join = 0;
    uint8_t *skip = NULL;
    uint8_t other = HOST_NONE; // what the host's flags hold where skip comes from
    for (unsigned k = 0; k < b->n && !e->a.full; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (skip && k == join) {
            emit_fp_mode(e, FP_GUEST);
            x64_patch(skip, e->a.p);
            skip = NULL;
            if (e->host != other) e->host = HOST_NONE; // two ways lead here
        }
        if (i->op == IR_ELSE) {
            emit_fp_mode(e, FP_GUEST);
            uint8_t *over = x64_jmp_at(&e->a);
            x64_patch(skip, e->a.p);
            skip = over;
            join = k + 1 + i->n;
            const uint8_t then = e->host;
            e->host = other;
            other = then;
            continue;
        }
        if (is_if(i) || i->op == IR_GOTO || i->op == IR_GOTO_REG) emit_fp_mode(e, FP_GUEST);
        if (!is_if(i)) {
            emit_one(e, i);
            continue;
        }
        const unsigned selected = i->op == IR_IF ? emit_select(e, i) : 0;
        if (selected) {
            k += selected;
            continue;
        }
        const enum x64_cc cc = test_if(e, i);
        if (i->n == 1 && b->insn[k + 1].op == IR_GOTO) {
            emit_goto(e, &b->insn[++k], (int)cc);
        } else {
            skip = x64_jcc_at(&e->a, cc ^ 1);
            join = k + 1 + i->n;
            other = e->host;
        }
    }
    if (skip) x64_patch(skip, e->a.p); // cannot be: a block ends unconditionally
    e->cold = e->a.p;
    for (unsigned l = 0; l < e->nlinks; l++)
        links_slow_way(e, l);
    emit_slow_calls(e);
    e->stale = e->a.p;
    x64_mov_imm64(&e->a, RAX, e->key | (uint64_t)EXIT_INDIRECT << EXIT_SHIFT);
    x64_jmp_to(&e->a, e->shared->leave);
    return !e->a.full;
}
