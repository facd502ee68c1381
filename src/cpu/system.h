// What a privileged CPU adds to the instructions: coprocessor registers, translation regimes, interrupts. The
// system personality supplies the functions; engines call them and know nothing of what is behind.
#ifndef STINKARM_CPU_SYSTEM_H
#define STINKARM_CPU_SYSTEM_H

#include "cpu/cpu.h"

// A coprocessor register access: MCR/MRC or (is64) MCRR/MRRC.
struct cp_access {
    uint8_t cp, crn, opc1, crm, opc2;
    bool is64;
};

// Copies of system registers that are not in struct cpu.
struct cpu_words {
    uint8_t bytes[768];
};

struct cpu_system {
    // A register's number, for cp_read and cp_write. There always is one: it may be that of none.
    uint32_t (*cp_find)(const struct cpu *c, struct cp_access a);
    // The 32 bits that the register is in privileged modes, and nothing else: where they are in struct cpu
    // and what is around it; 0: a write does nothing at all; less: there is more to it.
    int (*cp_place)(const struct cpu *c, struct cp_access a, bool write);
    // The access, or false: UNDEFINED here and now. A write may change anything: the engine looks up code and
    // interrupts anew behind it, but for those that interp_mcr_is_quiet names.
    bool (*cp_read)(struct cpu *c, uint32_t reg, uint64_t *value);
    bool (*cp_write)(struct cpu *c, uint32_t reg, uint64_t value);

    // For whoever executes an instruction twice: false: the access looks at the time, or has effects beyond
    // the words that registers are. words_set is about nothing but these, either.
    bool (*cp_may_repeat)(const struct cpu *c, uint32_t reg, bool write);
    void (*words_get)(const struct cpu *c, struct cpu_words *w);
    void (*words_set)(struct cpu *c, const struct cpu_words *w);

    // Privilege, endianness or translation control changed: sets c->mem_mode, c->tlb,
    // c->code_context and c->vfp_units.
    void (*regime_changed)(struct cpu *c);

    // FPEXC and the identification registers FPSID, MVFR0…: VMRS and VMSR of anything but FPSCR.
    bool (*vfp_read)(struct cpu *c, unsigned reg, uint32_t *value);
    bool (*vfp_write)(struct cpu *c, unsigned reg, uint32_t value);

    void (*send_event)(struct cpu *c); // SEV

    // The engine has a reason to stop. True: an exception, which has been taken, or nothing but a look at
    // interrupts was due; it goes on at r[15]. Not called while exit_request is set.
    bool (*take_exception)(struct cpu *c, enum cpu_exit why);
};

// Of an instruction: its imm, x and ra (enum op's tables).
static inline struct cp_access cp_access_of(uint32_t imm, uint8_t x, uint8_t ra, bool is64)
{
    struct cp_access a = {.cp = imm & 15, .opc1 = imm >> 4 & 15, .is64 = is64};
    if (is64) {
        a.crm = x;
    } else {
        a.crn = x;
        a.crm = ra;
        a.opc2 = imm >> 8 & 7;
    }
    return a;
}

// An unmasked interrupt is waiting.
static inline bool cpu_irq_deliverable(const struct cpu *c)
{
    if (c->stepping) return false;
    return (c->irq_lines & CPU_IRQ && !(c->masks & PSR_I)) || (c->irq_lines & CPU_FIQ && !(c->masks & PSR_F));
}

#endif
