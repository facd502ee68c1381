// Which guest registers are in host registers inside a unit.
#include <string.h>

#include "jit/translate.h"

// As their blocks' heat, which no block in a loop has more of than the loop, and their loops tell, 8 times
// for each around them. A loop reaches from where a jump backwards leads to the last one that leads there:
// what comes behind that in the same block runs less often.
void translate_weigh(const struct ir_block *b, uint32_t weight[IR_MAX])
{
    unsigned enter[IR_MAX_BLOCKS + 1] = {0}, last[IR_MAX_BLOCKS] = {0};
    uint8_t depth[IR_MAX] = {0};
    for (unsigned k = 0, block = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op == IR_ENTER) enter[block = i->imm] = k;
        if (i->op == IR_JUMP && i->imm <= block) last[i->imm] = k;
    }
    for (unsigned l = 0; l < b->nblocks; l++)
        for (unsigned k = enter[l]; k < last[l]; k++)
            depth[k]++;
    const uint64_t root = b->blocks[0].heat;
    enter[b->nblocks] = b->n;
    for (unsigned l = 0; l < b->nblocks; l++) {
        const uint64_t share = root ? (uint64_t)TRANSLATE_ROOT * b->blocks[l].heat / root : TRANSLATE_ROOT;
        for (unsigned k = enter[l]; k < enter[l + 1]; k++)
            weight[k] = (uint32_t)(share ? share : 1) << 3 * (depth[k] < 4 ? depth[k] : 4);
    }
}

// Branches under a condition are seldom taken: else what they lead to would be in the unit.
uint32_t translate_leaves(const struct ir_insn *i, uint32_t weight)
{
    if (i->op != IR_GOTO && i->op != IR_GOTO_REG && i->op != IR_LEAVE) return 0;
    if (i->op == IR_GOTO_REG && i->x && !(i->mode & IR_LINKS)) return 0; // to its caller, inside
    if (i->mode & IR_LINKS) weight *= 2;
    if (!(i->mode & IR_CONDITIONAL)) return weight;
    return weight < 8 * TRANSLATE_ROOT ? weight / 8 : TRANSLATE_ROOT;
}

static void use(uint32_t uses[15], uint8_t loc, uint32_t weight)
{
    if (loc < 15) uses[loc] += weight;
}

void translate_homes(const struct ir_block *b, const int8_t common[15], int8_t home[15])
{
    uint32_t uses[15] = {0}, weight[IR_MAX], ways = TRANSLATE_ROOT;
    memcpy(home, common, 15);
    translate_weigh(b, weight);
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        const uint32_t w = weight[k];
        use(uses, i->d, w), use(uses, i->a, w), use(uses, i->b, w), use(uses, i->e, w);
        ways += translate_leaves(i, w);
    }
    for (;;) {
        int in = -1, out = -1;
        for (int r = 0; r < 15; r++) {
            if (home[r] < 0 && (in < 0 || uses[r] > uses[in])) in = r;
            if (home[r] >= 0 && (out < 0 || uses[r] < uses[out])) out = r;
        }
        // Each way in and out stores one register and loads the other.
        if (in < 0 || out < 0 || uses[in] <= uses[out] + 2 * ways) return;
        home[in] = home[out];
        home[out] = -1;
    }
}
