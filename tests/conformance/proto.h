// What the host's generator and the guest's runner say to each other, and where things are in the guest's
// memory. Host to runner: a 32-bit count, then as many records. Back: as many results, then a hash of the
// whole scratch window.
#ifndef CONFORMANCE_PROTO_H
#define CONFORMANCE_PROTO_H

#include <stdint.h>

// Scratch memory, readable and writable; behind it one page that is readable only, then nothing.
#define SCRATCH_BASE   0x20000000u
#define SCRATCH_SIZE   0x4000u
#define SCRATCH_RDONLY (SCRATCH_BASE + SCRATCH_SIZE)

// Code: filled with FILLER, which is undefined in A32, T16 and T32, but for the slots' instructions and the
// stub.
#define CODE_BASE  0x30000000u
#define CODE_SLOTS (CODE_BASE + 0x2000u)
#define CODE_STUB  (CODE_BASE + 0x7e00u)
#define CODE_DATA  (CODE_BASE + 0x8000u) // the page behind: what the stub loads and stores
#define CODE_SIZE  0xa000u
#define FILLER     0xff
#define SLOT_SIZE  64u
#define SLOT_CODE  40u // the rest of a slot is FILLER, for branches to land on
#define BATCH_MAX  256u

// Offsets in the stub (stub.S).
#define STUB_ENTRY       0x00u
#define STUB_EXIT_ARM    0x80u
#define STUB_EXIT_THUMB  0xf0u
#define STUB_EXIT_SIGNAL 0x100u

#define VIEW_SIZE 288u // bytes of the scratch window that a record sets and a result shows

struct record {
    uint32_t r[15];
    uint32_t cpsr; // N, Z, C, V, Q, GE
    uint32_t fpscr;
    uint32_t thumb;
    uint32_t mem_addr; // of the view; 0: none
    uint32_t code_len;
    uint8_t code[SLOT_CODE];
    uint64_t d[32];
    uint32_t mem[VIEW_SIZE / 4];
};

struct result {
    uint32_t r[16]; // r[15] is set when a signal ended the record
    uint32_t cpsr;
    uint32_t fpscr;
    uint32_t sig, code, addr; // what siginfo_t says
    uint32_t pad;
    uint64_t d[32];
    uint32_t mem[VIEW_SIZE / 4];
};

_Static_assert(sizeof(struct record) == 80 + SLOT_CODE + 256 + VIEW_SIZE, "the same on host and guest");
_Static_assert(sizeof(struct result) == 88 + 256 + VIEW_SIZE, "the same on host and guest");

#endif
