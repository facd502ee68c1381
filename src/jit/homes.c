// Which guest registers are in host registers inside a unit.
#include <string.h>

#include "jit/translate.h"

enum { ROOT = 16 }; // the weight of the root

// How often blocks run, as their loops tell, 8 times for each around them, and their heat, which no block in
// a loop has more of than the loop.
static void weigh(const struct ir_block *b, uint32_t weight[IR_MAX_BLOCKS])
{
    uint8_t depth[IR_MAX_BLOCKS] = {0};
    unsigned block = 0;
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op == IR_ENTER) block = i->imm;
        if (i->op != IR_JUMP || i->imm > block) continue;
        // One loop may have several ways back: the outermost of them counts, once.
        bool again = false;
        for (unsigned j = k + 1, at = block; j < b->n && !again; j++) {
            if (b->insn[j].op == IR_ENTER) at = b->insn[j].imm;
            again = b->insn[j].op == IR_JUMP && b->insn[j].imm == i->imm && at >= i->imm;
        }
        for (unsigned j = i->imm; j <= block && !again; j++)
            depth[j]++;
    }
    const uint64_t root = b->blocks[0].heat;
    for (unsigned k = 0; k < b->nblocks; k++) {
        const uint64_t share = root ? (uint64_t)ROOT * b->blocks[k].heat / root : ROOT;
        weight[k] = (uint32_t)(share ? share : 1) << 3 * (depth[k] < 4 ? depth[k] : 4);
    }
}

// How often control goes out of the unit here, and in again behind a call. Branches under a condition are
// seldom taken: else what they lead to would be in the unit.
static uint32_t leaves(const struct ir_insn *i, uint32_t weight)
{
    if (i->op != IR_GOTO && i->op != IR_GOTO_REG && i->op != IR_LEAVE) return 0;
    if (i->op == IR_GOTO_REG && i->x && !(i->mode & IR_LINKS)) return 0; // to its caller, inside
    if (i->mode & IR_LINKS) weight *= 2;
    return i->mode & IR_CONDITIONAL ? weight / 8 : weight;
}

static void use(uint32_t uses[15], uint8_t loc, uint32_t weight)
{
    if (loc < 15) uses[loc] += weight;
}

void translate_homes(const struct ir_block *b, const int8_t common[15], int8_t home[15])
{
    uint32_t uses[15] = {0}, weight[IR_MAX_BLOCKS], ways = ROOT, w = 1;
    memcpy(home, common, 15);
    weigh(b, weight);
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op == IR_ENTER) w = weight[i->imm];
        use(uses, i->d, w), use(uses, i->a, w), use(uses, i->b, w), use(uses, i->e, w);
        ways += leaves(i, w);
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
