// The processors that boards are made of: what they announce of themselves, and have.
#include "isa/insn.h"
#include "system/system.h"

// Cortex-A9 MPCore r0p1: DDI 0407 and DDI 0388, chapter 4.
const struct sys_model sys_cortex_a9 = {
    .id = MODEL_CORTEX_A9,
    .name = "cortex-a9",
    .features = ISA_V4 | ISA_V6 | ISA_V7 | ISA_MP | ISA_SEC | ISA_VFP | ISA_NEON,
    .midr = 0x410fc090,
    .ctr = 0x80038003,
    .fpsid = 0x41033090,
    .mvfr0 = 0x11110222,
    .mvfr1 = 0x01111111,
    .sctlr_reset = 0x00c50078,
    .pfr0 = 0x1031,
    .pfr1 = 0x11,
    .dfr0 = 0x000,
    .mmfr = {0x00100103, 0x20000000, 0x01230000, 0x00002111},
    .isar = {0x00101111, 0x13112111, 0x21232041, 0x11112131, 0x00111142, 0},
    .clidr = (1 << 27) | (1 << 24) | 3,
    .ccsidr = {0xe00fe019, 0x200fe019, 0},
    .dbgdidr = 0x35141000,
};

// Cortex-A15 MPCore r2p1: DDI 0438, chapter 4.
const struct sys_model sys_cortex_a15 = {
    .id = MODEL_CORTEX_A15,
    .name = "cortex-a15",
    .features = ISA_V4 | ISA_V6 | ISA_V7 | ISA_MP | ISA_SEC | ISA_DIV | ISA_VFP | ISA_VFP4 | ISA_NEON,
    .midr = 0x412fc0f1,
    .ctr = 0x8444c004,
    .fpsid = 0x410430f0,
    .mvfr0 = 0x10110222,
    .mvfr1 = 0x11111111,
    .sctlr_reset = 0x00c50078,
    .pfr0 = 0x00001131,
    .pfr1 = 0x00010011, // generic timer; Virtualization Extensions are not announced
    .dfr0 = 0x02010555,
    .mmfr = {0x10201105, 0x20000000, 0x01240000, 0x02102211},
    .isar = {0x02101110, 0x13112111, 0x21232041, 0x11112131, 0x10011142, 0},
    .clidr = 0x0a200023,
    .ccsidr = {0x701fe00a, 0x201fe00a, 0x711fe07a},
    .dbgdidr = 0x3515f021,
    .lpae = true,
    .generic_timer = true,
};
