// The recompiler: hot blocks of guest code become host code. docs/jit.md explains the way.
#ifndef STINKARM_JIT_JIT_H
#define STINKARM_JIT_JIT_H

#include "cpu/tier.h"

// NULL: no memory for code. Nothing but address space is taken before the first block is compiled.
// hot: runs of a block before it is compiled; hot_region: of its code before that becomes a region. memory:
// MiB of code, and as many of its records. 0: the default.
struct tier *jit_new(uint32_t hot, uint32_t hot_region, uint32_t memory);

#endif
