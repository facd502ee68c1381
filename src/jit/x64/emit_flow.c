// Ways out of a unit and between its blocks, and calls of the interpreter's handlers.
#include "jit/x64/emit_internal.h"

// The registers that this unit keeps elsewhere than all code between units does: in front of a way out, and
// behind a way in. Changes no flags.

static bool moved(const struct emit *e, unsigned r)
{
    return e->home[r] != emit_home[r];
}

static void home_memory(struct emit *e, const int8_t *home, unsigned r, bool save)
{
    if (home[r] >= 0)
        x64_op(&e->a, 0, save ? 0x89 : 0x8b, (unsigned)home[r],
               x64_m(RBP, (int32_t)(offsetof(struct cpu, r) + 4 * r)));
}

void emit_to_common(struct emit *e)
{
    for (unsigned r = 0; e->home != emit_home && r < 15; r++)
        if (moved(e, r)) home_memory(e, e->home, r, true);
    for (unsigned r = 0; e->home != emit_home && r < 15; r++)
        if (moved(e, r)) home_memory(e, emit_home, r, false);
    emit_vector_store_homes(e, e->changed);
}

void emit_from_common(struct emit *e)
{
    for (unsigned r = 0; e->home != emit_home && r < 15; r++)
        if (moved(e, r)) home_memory(e, emit_home, r, true);
    for (unsigned r = 0; e->home != emit_home && r < 15; r++)
        if (moved(e, r)) home_memory(e, e->home, r, false);
    emit_vector_load_homes(e);
}

static unsigned new_link(struct emit *e, uint64_t key)
{
    if (e->nlinks == EMIT_MAX_LINKS) {
        e->a.full = true;
        return 0;
    }
    e->links[e->nlinks].key = key & TIER_VIRTUAL;
    e->links[e->nlinks].disp = NULL;
    return e->nlinks++;
}

// A displacement that is changed while others run here must not straddle a cache line.
static uint8_t *patchable(struct emit *e, uint8_t *(*jump)(struct x64 *a))
{
    x64_prefix(&e->a, 4, 1);
    return jump(&e->a);
}

static uint8_t *call_at(struct x64 *a)
{
    x64_byte(a, 0xe8);
    x64_u32(a, 0);
    return a->p - 4;
}

static struct emit_way *new_way(struct emit *e)
{
    if (e->nways == EMIT_MAX_WAYS) {
        e->a.full = true;
        e->nways--;
    }
    e->ways[e->nways] = (struct emit_way){0};
    e->way_changed[e->nways] = e->changed;
    return &e->ways[e->nways++];
}

// A jump to where a link's record is handed to C.
static void slow_way(struct emit *e, uint8_t *disp, unsigned link)
{
    struct emit_way *w = new_way(e);
    w->disp = disp;
    w->link = link;
}

static void poll(struct emit *e, unsigned link)
{
    x64_group1(&e->a, 0, 7, CPU_FIELD(exit_request), 0);
    slow_way(e, x64_jcc_at(&e->a, CC_NE), link);
}

// At a loop's head: leaves from the midst of the unit.
static void poll_inside(struct emit *e, uint64_t key)
{
    poll(e, new_link(e, key));
    e->ways[e->nways - 1].inside = true;
}

// In system mode the page that the unit is in is mapped as it was when that was made, as long as its code
// runs. Of others nobody knows: a branch goes where the present context's table says.
static bool is_near(const struct emit *e, uint32_t target)
{
    return !e->shared->system || ((uint32_t)e->blocks[0].key ^ target) >> 12 == 0;
}

// Compares the entry of a known target, which is in EAX from here on, as emit_find_target does.
static struct x64_rm find_far(struct emit *e, uint32_t target)
{
    const int32_t at = (int32_t)(emit_jump_hash(target, true) * sizeof(struct emit_jump));
    x64_mov_imm(&e->a, x64_r(RAX), target);
    x64_op(&e->a, X64_64, 0x8b, RDX, CPU_FIELD(host_jump));
    x64_op(&e->a, X64_64, 0x0b, RAX, CPU_FIELD(code_zero)); // or
    x64_op(&e->a, X64_64, 0x3b, RAX, x64_m(RDX, at));
    return x64_m(RDX, at + (int32_t)offsetof(struct emit_jump, code));
}

// Whether a way to an address out of the unit may close a loop: it leads no further than where somebody has
// come in. Blocks of a region are not there by address: one may have gone back to a later one, unseen.
static bool may_loop(const struct emit *e, uint32_t target, uint32_t pc)
{
    return target <= pc || target <= e->last_entry;
}

// To a known address, as by a link if that can be made.
static void go_known(struct emit *e, uint64_t key, bool loops)
{
    const unsigned l = new_link(e, key);
    if (loops) poll(e, l); // whoever loops looks whether somebody wants him to stop
    if (is_near(e, (uint32_t)key)) {
        e->links[l].disp = patchable(e, x64_jmp_at);
        slow_way(e, e->links[l].disp, l);
    } else if (key >> 32) { // into an IT block, where the table has no targets
        slow_way(e, x64_jmp_at(&e->a), l);
    } else {
        const struct x64_rm found = find_far(e, (uint32_t)key);
        x64_jcc_to(&e->a, CC_NE, e->shared->not_found);
        x64_op(&e->a, 0, 0xff, 4, found); // jmp
    }
}

// Out of the unit: to a known address. Flags and registers are where all code expects them afterwards.
static void way_out(struct emit *e, const struct ir_insn *i)
{
    emit_save_flags(e, i->reads);
    emit_to_common(e);
    go_known(e, ir_target(i), may_loop(e, i->imm, i->pc));
}

// Calls are remembered as long as there is room.
static uint8_t *unless_room(struct emit *e)
{
    x64_op(&e->a, X64_64, 0x3b, RSP, CPU_FIELD(host_floor));
    return x64_jcc_at(&e->a, CC_B);
}

// On the stack of returns: the guest's address, and the host's behind a call.
static void push_return(struct emit *e, uint32_t target)
{
    x64_byte(&e->a, 0x68);
    x64_u32(&e->a, target);
}

static uint32_t return_address(const struct emit *e, const struct ir_insn *i)
{
    return i->x ? (uint32_t)e->blocks[i->x - 1].key : (i->pc + i->n) | e->thumb;
}

// Where a jump backwards leads.
static const uint8_t *again(const struct emit_block *b)
{
    return b->loop ? b->poll : b->label;
}

// From a branch to a block's label, if cc holds (cc < 0: always). Flags that are wanted there are saved.
static void jump_to(struct emit *e, const struct ir_insn *i, unsigned block, int cc)
{
    struct emit_block *b = &e->blocks[block];
    if (cc < 0 && block == e->next_block && !(i->mode & IR_CONDITIONAL)) return; // it follows
    if (b->label) {
        cc < 0 ? x64_jmp_to(&e->a, again(b)) : x64_jcc_to(&e->a, (enum x64_cc)cc, again(b));
        return;
    }
    uint8_t *at = cc < 0 ? x64_jmp_at(&e->a) : x64_jcc_at(&e->a, (enum x64_cc)cc);
    *new_way(e) = (struct emit_way){.disp = at, .label = block + 1};
}

// Where the callee's return leads.
static void landing(struct emit *e, const struct ir_insn *i)
{
    x64_group1(&e->a, X64_64, 0, x64_r(RSP), 8);
    if (i->x) {
        emit_from_common(e);
        e->flags = (struct emit_flags){.saved = IR_NZCV};
        jump_to(e, i, i->x - 1u, -1);
        return;
    }
    const uint32_t back = return_address(e, i);
    go_known(e, back, may_loop(e, back, i->pc));
}

// Behind the comparison with an entry of the table.
static void call_found(struct emit *e, struct x64_rm found)
{
    struct emit_way *way = new_way(e);
    way->disp = x64_jcc_at(&e->a, CC_NE);
    x64_op(&e->a, 0, 0xff, 2, found); // call
    way->landing = e->a.p;
}

static void call_known(struct emit *e, const struct ir_insn *i)
{
    const uint64_t key = ir_target(i);
    const bool inside_it = key >> 32; // an IT block, where the table has no targets
    emit_save_flags(e, i->reads);
    emit_to_common(e);
    const unsigned l = is_near(e, (uint32_t)key) || inside_it ? new_link(e, key) : 0;
    uint8_t *full = unless_room(e);
    if (inside_it) {
        slow_way(e, full, l);
    } else {
        new_way(e)->target = (uint32_t)key;
        e->ways[e->nways - 1].disp = full;
    }
    push_return(e, return_address(e, i));
    if (is_near(e, (uint32_t)key)) {
        e->links[l].disp = patchable(e, call_at);
        slow_way(e, e->links[l].disp, l);
    } else if (inside_it) {
        slow_way(e, call_at(&e->a), l);
    } else {
        call_found(e, find_far(e, (uint32_t)key));
    }
    landing(e, i);
}

// Behind n of a block's instructions: counts them, should that be wanted. Keeps the host's flags.
static void count(struct emit *e, unsigned n)
{
    if (!e->counts || !n) return;
    x64_op(&e->a, X64_64, 0x8b, RAX, CPU_FIELD(budget));
    x64_op(&e->a, X64_64, 0x8d, RAX, x64_m(RAX, -(int32_t)n)); // lea
    x64_op(&e->a, X64_64, 0x89, RAX, CPU_FIELD(budget));
}

void emit_goto(struct emit *e, const struct ir_insn *i, int cc)
{
    if (cc < 0) {
        count(e, i->count);
        i->mode &IR_LINKS ? call_known(e, i) : way_out(e, i);
        return;
    }
    *new_way(e) = (struct emit_way){.disp = x64_jcc_at(&e->a, (enum x64_cc)cc), .go = i, .flags = e->flags};
}

// Each such branch has a host's jump of its own, which that can predict. EAX: pc | T.
static void go_indirect(struct emit *e)
{
    x64_group1(&e->a, 0, 7, CPU_FIELD(exit_request), 0);
    x64_jcc_to(&e->a, CC_NE, e->shared->not_found);
    const struct x64_rm found = emit_find_target(&e->a, e->shared->system);
    x64_jcc_to(&e->a, CC_NE, e->shared->not_found);
    x64_op(&e->a, 0, 0xff, 4, found); // jmp
}

// EAX: where to; very likely to i->imm, as by a branch or call to a known address. Behind it: elsewhere.
// Returns the jump to where both calls come together.
static uint8_t *go_predicted(struct emit *e, const struct ir_insn *i)
{
    const bool calls = i->mode & IR_LINKS;
    const unsigned l = new_link(e, i->imm);
    x64_group1(&e->a, 0, 7, x64_r(RAX), i->imm);
    uint8_t *elsewhere = x64_jcc_at(&e->a, CC_NE), *over = NULL;
    if (!calls && may_loop(e, i->imm, i->pc)) poll(e, l);
    e->links[l].disp = patchable(e, calls ? call_at : x64_jmp_at);
    slow_way(e, e->links[l].disp, l);
    if (calls) over = x64_jmp_at(&e->a);
    if (!e->a.full) x64_patch(elsewhere, e->a.p);
    return over;
}

// To where a register says.
void emit_go_reg(struct emit *e, const struct ir_insn *i)
{
    emit_save_flags(e, i->reads);
    count(e, i->count);
    x64_load(&e->a, RAX, place(e, i->a));
    emit_to_common(e);
    if (!(i->mode & IR_INTERWORK)) {
        x64_group1(&e->a, 0, 4, x64_r(RAX), e->thumb ? ~1u : ~3u);
        if (e->thumb) x64_group1(&e->a, 0, 1, x64_r(RAX), 1);
    }
    if (i->mode & IR_LINKS) {
        uint8_t *full = unless_room(e);
        if (!e->a.full) x64_patch(full, e->shared->indirect);
        push_return(e, return_address(e, i));
        uint8_t *over = i->imm ? go_predicted(e, i) : NULL;
        call_found(e, emit_find_target(&e->a, e->shared->system));
        if (over && !e->a.full) x64_patch(over, e->a.p);
        landing(e, i);
        return;
    } else if (i->mode & IR_RETURNS) {
        x64_op(&e->a, 0, 0x3b, RAX, x64_m(RSP, 8));
        x64_jcc_to(&e->a, CC_NE, e->shared->return_miss);
        x64_byte(&e->a, 0xc3);
        return;
    }
    if (i->imm) go_predicted(e, i);
    go_indirect(e);
}

// A return from an inlined callee, to where it was called if nothing unusual happens.
static void return_inside(struct emit *e, const struct ir_insn *i)
{
    const unsigned block = i->x - 1u;
    emit_save_flags(e, i->reads | e->blocks[block].live);
    emit_clobber(e);
    x64_group1(&e->a, 0, 7, place(e, i->a), return_address(e, i));
    *new_way(e) = (struct emit_way){.disp = x64_jcc_at(&e->a, CC_NE), .go = i, .flags = e->flags};
    count(e, i->count);
    jump_to(e, i, block, -1);
}

void emit_goto_reg(struct emit *e, const struct ir_insn *i)
{
    if (i->x && !(i->mode & IR_LINKS)) {
        return_inside(e, i);
        return;
    }
    emit_go_reg(e, i);
}

// Where a handler says, after which the mapping may be another: what is on the stack of returns is void.
static void go_away(struct emit *e, const struct ir_insn *i)
{
    count(e, i->count);
    x64_load(&e->a, RAX, CPU_FIELD(r[15]));
    emit_to_common(e);
    emit_forget_returns(&e->a);
    go_indirect(e);
}

void emit_leave(struct emit *e, const struct ir_insn *i)
{
    if (i->mode & IR_AWAY) {
        go_away(e, i);
        return;
    }
    if (i->ahead) {
        e->live = IR_NZCV & ~i[i->ahead].sets;
        emit_alu(e, &i[i->ahead]);
    }
    emit_save_flags(e, IR_NZCV);
    count(e, i->count - 1u);
    emit_to_common(e);
    x64_mov_imm64(&e->a, RAX, i->pc | e->thumb | (uint64_t)i->it << 32 | (uint64_t)EXIT_LEAVE << EXIT_SHIFT);
    x64_jmp_to(&e->a, e->shared->leave);
}

void emit_leave_if(struct emit *e, const struct ir_insn *i, enum x64_cc cc)
{
    *new_way(e) = (struct emit_way){.disp = x64_jcc_at(&e->a, cc), .leave = i, .flags = e->flags};
}

struct emit_way *emit_miss_if(struct emit *e, const struct ir_insn *i, enum x64_cc cc)
{
    struct emit_way *w = new_way(e);
    *w = (struct emit_way){.disp = x64_jcc_at(&e->a, cc), .miss = i, .flags = e->flags};
    return w;
}

void emit_needs_unit(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    x64_op(&e->a, X64_8, 0xf6, 0, CPU_FIELD(vfp_units)); // test
    x64_byte(&e->a, (uint8_t)i->imm);
    emit_leave_if(e, i, CC_E);
}

void emit_set_q_if(struct emit *e, enum x64_cc cc)
{
    uint8_t *disp = x64_jcc_at(&e->a, cc);
    *new_way(e) = (struct emit_way){.disp = disp, .back = e->a.p};
}

void emit_zero_if(struct emit *e, enum x64_cc cc, unsigned reg)
{
    uint8_t *disp = x64_jcc_at(&e->a, cc);
    *new_way(e) = (struct emit_way){.disp = disp, .back = e->a.p, .clears = 1 + reg};
}

// Inside the unit

void emit_jump(struct emit *e, const struct ir_insn *i, int cc)
{
    emit_save_flags(e, e->blocks[i->imm].live);
    if (!e->counts || cc < 0) {
        count(e, i->count);
        jump_to(e, i, i->imm, cc);
        return;
    }
    uint8_t *skip = x64_jcc_at(&e->a, (enum x64_cc)(cc ^ 1));
    count(e, i->count);
    if (e->blocks[i->imm].label)
        x64_jmp_to(&e->a, again(&e->blocks[i->imm]));
    else
        *new_way(e) = (struct emit_way){.disp = x64_jmp_at(&e->a), .label = i->imm + 1};
    if (!e->a.full) x64_patch(skip, e->a.p);
}

enum { LOOP_ALIGN = 32 }; // bytes that hosts fetch at a time, or keep decoded

void emit_enter(struct emit *e, const struct ir_insn *i)
{
    struct emit_block *b = &e->blocks[i->imm];
    e->next_block = i->imm + 1;
    e->flags = (struct emit_flags){.saved = IR_NZCV};
    emit_vector_forget(e);
    e->changed = e->block_changed[i->imm];
    if (b->loop) { // whoever loops looks whether somebody wants him to stop
        uint8_t *over = x64_jmp_at(&e->a);
        x64_align(&e->a, LOOP_ALIGN, 0);
        b->poll = e->a.p;
        poll_inside(e, b->key);
        if (!e->a.full) x64_patch(over, e->a.p);
    }
    b->label = e->a.p;
}

// Calls of handlers

void emit_call_handler(struct emit *e, const struct tier_call *c)
{
    emit_vector_forget(e);
    x64_mov_imm64(&e->a, RAX, (uint64_t)(uintptr_t)c);
    if (e->home == emit_home && !e->vector_homes)
        x64_call_to(&e->a, e->shared->call[c->kind]);
    else
        *new_way(e) = (struct emit_way){.disp = call_at(&e->a), .thunk = 1 + (int)c->kind};
}

void emit_call(struct emit *e, const struct ir_insn *i)
{
    const struct tier_call *c = &e->calls[i->imm];
    emit_clobber(e);
    if (c->sets_pc) x64_mov_imm(&e->a, CPU_FIELD(r[15]), c->pc_value);
    emit_call_handler(e, c);
    if (c->flags) e->flags = (struct emit_flags){.saved = IR_NZCV};
}
