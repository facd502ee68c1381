// What is logged, by category and filter.
#include <criterion/criterion.h>

#include "base/log.h"

static char why[LOG_WHY];

static void begin(unsigned known, const char *list)
{
    log_known = known;
    cr_assert(log_enable("none", why));
    cr_assert(log_enable(list, why), "%s", why);
}

static uint32_t pc_of(const void *cpu)
{
    return *(const uint32_t *)cpu;
}

Test(log, categories)
{
    begin(LOG_PROGRAM, "elf,memory");
    cr_expect(log_on(LOG_ELF) && log_on(LOG_MEMORY));
    cr_expect_not(log_on(LOG_UNIMP) || log_on(LOG_BLOCKS));
    cr_expect(log_enable("all", why));
    cr_expect(log_on(LOG_BLOCKS));
    cr_expect_not(log_on(LOG_IRQ));
    cr_expect(log_enable("none", why));
    cr_expect_eq(log_mask, 0);
    for (unsigned i = 0; i < 10; i++)
        cr_expect(log_enable("all,none", why), "what is switched off makes room");
}

Test(log, filters)
{
    begin(LOG_PROGRAM, "blocks:pc=0x8000-0x8fff:thread=2,blocks:thread=3,ir:pc=16");
    static const struct {
        int64_t pc, thread;
        bool on;
    } cases[] = {
        {0x8000, 2, true},  {0x8fff, 2, true}, {0x9000, 2, false},   {0x7fff, 2, false},
        {0x8000, 1, false}, {0x9000, 3, true}, {LOG_HERE, 2, false}, {0x8000, LOG_HERE, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(log_on_for(LOG_BLOCKS, cases[i].pc, cases[i].thread), cases[i].on, "%u", i);
    cr_expect(log_any(LOG_BLOCKS) && log_on_at(LOG_IR, 16));
    cr_expect_not(log_on_at(LOG_IR, 17) || log_any(LOG_JIT));
    cr_expect(log_enable("blocks", why));
    cr_expect(log_on_for(LOG_BLOCKS, 0x7fff, 1), "without filters all are wanted");
}

Test(log, the_present_thread)
{
    unsigned id;
    uint32_t pc = 0x8004;
    begin(LOG_PROGRAM, "signals:pc=0x8000-0x8fff:thread=7");
    log_thread(7, pc_of, &pc);
    cr_expect(log_on(LOG_SIGNALS));
    cr_expect_str_eq(log_place().text, " at 0x00008004");
    cr_expect_not(log_thread_of_many(&id), "there is but one");
    pc = 0x9000;
    cr_expect_not(log_on(LOG_SIGNALS));
    pc = 0x8000;
    log_thread(8, pc_of, &pc);
    cr_expect_not(log_on(LOG_SIGNALS));
    cr_expect(log_thread_of_many(&id));
    cr_expect_eq(id, 8);
    log_thread(0, NULL, NULL);
    cr_expect_not(log_on(LOG_SIGNALS), "it runs no guest");
    cr_expect_not(log_thread_of_many(&id));
}

Test(log, devices)
{
    static const char *const names[] = {"uart0", "gic", "gic-cpu"};
    begin(LOG_MACHINE, "device:uart0,device:gic:thread=1");
    uint32_t pc = 0;
    log_thread(1, pc_of, &pc);
    cr_expect(log_device_on("uart0", NULL) && log_device_on("gic-cpu", "gic"));
    cr_expect_not(log_device_on("uart1", NULL));
    log_thread(0, pc_of, &pc);
    cr_expect_not(log_device_on("gic", NULL));
    cr_expect(log_know_devices(names, 3, why));
    cr_expect_not(log_enable("device:uart1", why));
    cr_expect_str_eq(why, "'uart1' is not a device of this machine: uart0, gic, gic-cpu");
    cr_expect(log_disable("device:uart0", why));
    cr_expect_not(log_device_on("uart0", NULL));
    cr_expect(log_enable("device", why));
    cr_expect(log_device_on("uart0", NULL) && log_device_on("anything", NULL));
    cr_expect(log_disable("device", why));
    cr_expect_not(log_any(LOG_DEVICE), "all of them, filters or not");
    cr_expect_not(log_know_devices(names, 0, why) && log_enable("device:uart0", why));
    cr_expect_not(log_disable("irq:thread=1", why));
    cr_expect_str_eq(why, "'irq:thread=1' is not a category without filters");
    cr_expect_not(log_enable("syscalls", why));
    cr_expect_str_eq(why, "'syscalls' is not logged of machines, only of programs");
}

Test(log, instructions)
{
    uint32_t next;
    begin(LOG_PROGRAM, "instructions:pc=0x9000-0x900f,instructions:pc=0xa000");
    cr_expect(log_wants_code(0x9000, 0x9000, &next));
    cr_expect(log_wants_code(0x8000, 0x9000, &next));
    cr_expect(log_wants_code(0x900f, 0xffff, &next));
    cr_expect_not(log_wants_code(0x9010, 0x9fff, &next));
    cr_expect_eq(next, 0xa000);
    cr_expect_not(log_wants_code(0x8000, 0x8fff, &next));
    cr_expect_eq(next, 0x9000);
    cr_expect_not(log_wants_code(0xa001, 0xffff, &next));
    cr_expect_eq(next, UINT32_MAX);
    cr_expect(log_enable("instructions:thread=5", why));
    cr_expect(log_wants_code(0, 0, &next), "any, as far as one knows");
}

Test(log, too_many)
{
    begin(LOG_PROGRAM, "none");
    for (unsigned i = 0; i < 64; i++)
        cr_expect(log_enable("elf:pc=1", why));
    cr_expect_not(log_enable("elf:pc=1", why));
    cr_expect_str_eq(why, "there are more than 64 categories and filters");
}
