// The passes over a block of operations, in their order.
#ifndef STINKARM_IR_PASSES_H
#define STINKARM_IR_PASSES_H

#include "ir/ir.h"

// Leaves out passes, a comma-separated list of names. NULL, or where the first unknown name begins.
const char *ir_passes_disable(const char *list);
// The names, for messages.
extern const char ir_passes_names[];

// Whether ir_pass_quick may be all that a block gets: unless a pass that it stands for has been left out.
bool ir_passes_may_be_quick(void);

// Whether flags that nothing reads any more need not be right where an access faults.
bool ir_passes_may_be_stale(void);

void ir_passes(struct ir_block *b);

// Puts an IR_ROUNDS in front of loops that divide bit by bit.
void ir_pass_rounds(struct ir_block *b);
// Removes IR_ALIGNs of what is known to be aligned; marks shifts by less than 32 (IR_SHORT), or 64.
void ir_pass_bits(struct ir_block *b);
// Makes one access of those of two D registers that are halves of a Q register.
void ir_pass_pair(struct ir_block *b);
// Operations on constants become constants, also in addresses.
void ir_pass_constants(struct ir_block *b);
// Temporaries that only hold a copy, an index or what is to be moved on go away.
void ir_pass_temps(struct ir_block *b);
// Operations whose results nobody reads go away.
void ir_pass_dead(struct ir_block *b);
// Temporaries are not made again of the same.
void ir_pass_same(struct ir_block *b);
// Neighbouring IR_IFs of one condition become one, those of a condition and its opposite two ways.
void ir_pass_merge_if(struct ir_block *b);
// Which IR_IFs are done without a branch: IR_SELECT.
void ir_pass_select(struct ir_block *b);
// Whether the emitter knows a form of the operation that leaves the host's flags alone, or can do it in front
// of what makes the flags.
bool ir_is_cheap(const struct ir_insn *i);
// Additions with carry move behind conditional instructions that have no branch.
void ir_pass_defer(struct ir_block *b);
// What sets flags moves down to whoever reads them.
void ir_pass_sink(struct ir_block *b);
// Where an access of a region faults, flags that nothing reads any more need not be right.
void ir_pass_stale_flags(struct ir_block *b);
// Removes flags from `sets` that nobody reads before they are set anew.
void ir_pass_flags(struct ir_block *b);

// What a block gets that is made in haste (ir_block.quick): flags, select, defer and sink in one walk,
// instead of all others but `pair`.
void ir_pass_quick(struct ir_block *b);
// For that walk: what these passes do about one operation, if those behind it are done.
void ir_select(struct ir_insn *i); // an IR_IF
void ir_defer(struct ir_block *b, unsigned k);
void ir_sink(struct ir_block *b, unsigned k);

#endif
