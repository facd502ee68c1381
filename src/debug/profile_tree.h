// Where time went, by who has called whom: a tree of places in the guest's code. What is above the roots,
// which are threads, is what they have called from there.
#ifndef STINKARM_DEBUG_PROFILE_TREE_H
#define STINKARM_DEBUG_PROFILE_TREE_H

#include <stdbool.h>
#include <stdint.h>

enum profile_kind {
    PROFILE_THREAD, // value: whatever tells threads' names apart
    PROFILE_CODE,   // … the address of an instruction: of a call, or where time went
    PROFILE_LABEL,  // … enum profile_label
};

enum profile_label {
    PROFILE_CALLS,  // a system call is done
    PROFILE_USER,   // a machine's user mode
    PROFILE_DEEPER, // calls that were too many
};

// Nodes are named by their number; 0 is the root of all.
struct profile_node {
    uint32_t value;
    uint32_t parent, child, sibling; // child: the newest one; sibling: the one that came before; 0: none
    uint32_t same;                   // the next with the same hash, or 0
    uint8_t kind;                    // enum profile_kind
    uint32_t samples;                // that ended here
    uint64_t ns;                     // … and their time
};

struct profile_tree {
    struct profile_node *node;
    uint32_t n, room;
    uint32_t *hash; // PROFILE_HASH heads of chains
};

enum { PROFILE_HASH = 1 << 14 };

// False: out of memory.
bool profile_tree_init(struct profile_tree *t);
// Only the root is left.
void profile_tree_clear(struct profile_tree *t);
void profile_tree_free(struct profile_tree *t);
// The child of a node, which is made if there is none yet. The parent when there is no memory.
uint32_t profile_tree_child(struct profile_tree *t, uint32_t parent, enum profile_kind kind, uint32_t value);
void profile_tree_add(struct profile_tree *t, uint32_t node, uint32_t samples, uint64_t ns);

#endif
