// Accesses in User mode, by a program that has run there for so long that the recompiler may treat it
// otherwise: pages that change between them, its own code, devices, address spaces.
#include "hot.h"

enum { PAGE = 8, BUFFER = 32 }; // pages of VA

static uint32_t faults, sum;

static uint32_t stack[1024];

static uint32_t run_in_user_mode(function *f, uint32_t a, uint32_t b)
{
    return run_user((uint32_t)f, a, b, (uint32_t)&stack[1000]);
}

// They end by a call of the supervisor.
#define USER(name, code)                                                                                     \
    asm(".text\n .syntax unified\n .arm\n .global " #name "\n" #name ":\n" code "\n svc #0\n");              \
    extern function name;

USER(spin, "1: ldr r2, [r0]\n add r2, r2, r1\n str r2, [r0]\n subs r1, r1, #1\n bne 1b\n mov r0, r2")
USER(store, "str r1, [r0]")
USER(load, "ldr r0, [r0]")
USER(add_to_all,
     "mov r12, #0\n 1: ldr r2, [r0, r12]\n add r2, r2, r1\n str r2, [r0, r12]\n add r12, r12, #4\n"
     " cmp r12, #256\n bne 1b\n mov r0, r2")
USER(identify, "add r0, r0, #0xfe0\n ldrb r2, [r0]\n ldrh r3, [r0, #4]\n add r2, r2, r3, lsl #4\n"
               " ldrd r4, r5, [r0, #8]\n add r2, r2, r4, lsl #8\n add r2, r2, r5, lsl #12\n"
               " ldmia r0, {r3, r4, r5, r6}\n add r2, r2, r6\n eor r2, r2, r5\n add r0, r2, r3")
USER(add_atomically,
     "1: ldrex r2, [r0]\n add r2, r2, r1\n strex r3, r2, [r0]\n cmp r3, #0\n bne 1b\n mov r0, r2")
#undef USER

static volatile uint32_t ticks;

static void tick(struct frame *f)
{
    (void)f;
    timer_answer();
    ticks++;
}

// Until interrupts have found it in User mode for some time
static void become_hot(void)
{
    *reg(frame_at(200)) = 0;
    remap(BUFFER, 200, PAGE_ALL);
    on_irq = tick;
    ticks = 0;
    timer_start(1000);
    while (ticks < 60) // User mode runs with interrupts
        run_in_user_mode(spin, page_va(BUFFER), 50000);
    timer_stop();
}

static void leave_out(struct frame *f)
{
    faults++;
    sum = sum * 3 + CP15_READ(0, c5, c0, 0) + CP15_READ(0, c6, c0, 0) - VA;
    f->pc += 4;
}

static void pages(void)
{
    static const uint32_t kinds[] = {PAGE_ALL, PAGE_USER_READS, PAGE_READ_ONLY, PAGE_PRIVILEGED};
    on_data_abort = leave_out;
    for (uint32_t k = 0; k < 4; k++) {
        faults = sum = 0;
        for (uint32_t i = 0; i < 4000; i++) {
            if (i % 5 == 0) remap(PAGE, 1 + i % 3, kinds[k]);
            run_in_user_mode(store, page_va(PAGE) + i % 64 * 4, i);
            sum =
                sum * 3 + run_in_user_mode(load, page_va(PAGE) + i % 63 * 4, i) + reg(frame_at(1 + i % 3))[3];
            if (i % 7 == 0) sum += run_in_user_mode(add_to_all, page_va(PAGE), i);
            if (k == 0 && l2[PAGE]) sum += run_in_user_mode(add_atomically, page_va(PAGE), 5);
            if (i % 11 == 0) unmap(PAGE);
        }
        show("pages", faults, sum);
    }
    remap(PAGE, 5, PAGE_ALL), remap(PAGE + 1, 5, PAGE_ALL);
    sum = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        run_in_user_mode(store, page_va(PAGE + (i & 1)) + i % 64 * 4, i);
        sum = sum * 3 + run_in_user_mode(load, page_va(PAGE + 1 - (i & 1)) + i % 64 * 4, 0);
    }
    show("two addresses", sum, 0);
}

// It writes its own code, without what the architecture asks for but in the end.
static void own_code(void)
{
    static const uint32_t code[] = {0xe2800000, 0xef000000}; // add r0, r0, #0; svc #0
    remap(PAGE, 6, PAGE_ALL);
    sum = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        run_in_user_mode(store, page_va(PAGE) + 16, code[0] | (i & 255));
        run_in_user_mode(store, page_va(PAGE) + 20, code[1]);
        written(page_va(PAGE) + 16, 2);
        for (uint32_t k = 0; k < 4; k++)
            sum = sum * 3 + run_user(page_va(PAGE) + 16, sum, k, (uint32_t)&stack[1000]);
        run_in_user_mode(add_to_all, page_va(PAGE) + 1024, i);
    }
    show("own code", sum, 0);
}

static void devices(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 3000; i++)
        sum = sum * 3 + run_in_user_mode(identify, UART, 0);
    show("device", sum, 0);
}

static void asid(uint32_t to)
{
    CP15_WRITE(to, 0, c13, c0, 1);
}

// Pages of four address spaces; now and then one is emptied.
static void spaces(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        const uint32_t space = 1 + (i >> 4) % 4;
        map(PAGE, space + (i >> 10) * 4, PAGE_ALL | PAGE_NG);
        asid(space);
        if (i % 1024 == 0) CP15_WRITE(0, 0, c8, c3, 0);
        if (i % 256 == 255) CP15_WRITE(space, 0, c8, c3, 2);
        run_in_user_mode(store, page_va(PAGE) + i % 16 * 4, i * space);
        sum = sum * 3 + run_in_user_mode(load, page_va(PAGE) + i % 13 * 4, 0) + reg(frame_at(space))[i % 16];
        if (i % 500 == 0) become_hot();
    }
    asid(0);
    show("address spaces", sum, 0);
}

int main(void)
{
    hot_begin();
    become_hot();
    pages();
    own_code();
    devices();
    spaces();
    return 0;
}
