#include "interp/stats.h"

#include "interp/select.h"

static struct stats_row called[OP_COUNT], alone[OP_COUNT];

static const char *op_name(const struct stats_list *l, unsigned op)
{
    (void)l;
    return isa_op_name((enum op)op);
}

void interp_stats_init(void)
{
    static struct stats_list calls = {
        .key = "handlers",
        .title = "instructions that compiled code has left to the interpreter's handlers:",
        .n = OP_COUNT,
        .row = called,
        .name = op_name,
    };
    static struct stats_list ones = {
        .key = "left_for",
        .title = "instructions that compiled code has been left for:",
        .n = OP_COUNT,
        .row = alone,
        .name = op_name,
    };
    stats_add_list(&ones);
    stats_add_list(&calls);
}

const struct step *step_counted(struct cpu *c, const struct step *s)
{
    stats_row(&called[s->op]);
    NEXT;
}

void interp_stats_one(struct cpu *c, uint64_t key)
{
    uint32_t raw;
    bool wide;
    struct insn in;
    const bool thumb = key & 1;
    const uint8_t *page = c->mem->fetch_page(c, (uint32_t)key & ~1u, &(uint32_t){0});
    if (!interp_fetch(page, (uint32_t)key & ~1u, thumb, &raw, &wide)) return;
    const enum isa_result r = thumb ? isa_decode_thumb(raw, wide, (uint8_t)(key >> 32), c->features, &in)
                                    : isa_decode_a32(raw, c->features, &in);
    if (r != ISA_UNDEFINED) stats_row(&alone[in.op]);
}

void interp_stats_enter(struct cpu *c)
{
    struct interp_cpu *ic = c->engine_state;
    stats_add(STAT_ENTRIES, 1);
    ic->stats.budget = c->budget;
    ic->stats.inside = true;
    stats_enter(PART_CODE);
}

void interp_stats_left(struct cpu *c)
{
    struct interp_cpu *ic = c->engine_state;
    stats_enter(PART_INTERPRETER);
    if (!ic->stats.inside) return;
    ic->stats.inside = false;
    if (!stats_counts_instructions()) return;
    const uint64_t n = (uint64_t)(ic->stats.budget - c->budget);
    stats_add(STAT_CODE_INSNS, n);
    stats_add(STAT_INSNS, -n); // the run counts them with its own
}

void interp_stats_compiled(const struct tier_unit *u, bool region)
{
    if (!u->n) {
        stats_add(STAT_REFUSED, 1);
        return;
    }
    stats_add(region ? STAT_REGIONS : STAT_BLOCKS, 1);
    if (region) stats_add(STAT_REGION_BLOCKS, u->nblocks);
    stats_add(region ? STAT_REGION_INSNS : STAT_BLOCK_INSNS, u->ninsns);
    stats_add(region ? STAT_REGION_BYTES : STAT_BLOCK_BYTES, u->bytes);
}
