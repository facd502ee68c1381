// Hot code and its mappings: the same address with other code, the same code at other addresses, code that
// goes away, comes back, is rewritten; pages that end in the middle of it; the MMU off.
#include "hot.h"

enum { CALLER = 16, CALLEE = 32, CALLS = 40 }; // pages of VA

static uint32_t frames_seen, sum;

// Page CALLER: calls page CALLEE. Frames 1 to 8: return their number.
static void prepare(void)
{
    for (uint32_t i = 1; i <= 8; i++)
        write_constant(frame_at(i), i);
    write_caller(frame_at(16), page_va(CALLER), page_va(CALLEE));
    remap(CALLER, 16, PAGE_ALL);
}

// Linux's way to another process: ASID 0 while the tables change, no TLB maintenance at all.
static void use_process(uint32_t *tables, uint32_t asid)
{
    CP15_WRITE(0, 0, c13, c0, 1);
    CP15_WRITE((uint32_t)tables | 0x4a, 0, c2, c0, 0);
    CP15_WRITE(asid, 0, c13, c0, 1);
}

static void processes(void)
{
    static uint32_t other_l1[4096] __attribute__((aligned(16384)));
    static uint32_t other_l2[512] __attribute__((aligned(2048)));
    for (uint32_t i = 0; i < 4096; i++)
        other_l1[i] = l1[i];
    other_l1[VA >> 20] = (uint32_t)other_l2 | 1;
    map(CALLEE, 1, PAGE_ALL | PAGE_NG);
    forget_page(page_va(CALLEE));
    other_l2[CALLER] = l2[CALLER];
    other_l2[CALLEE] = frame_at(2) | PAGE_ALL | PAGE_NG;
    sum = 0;
    for (uint32_t i = 0; i < 600; i++) {
        use_process(l1, 1);
        sum += call(page_va(CALLER), CALLS, 0);
        use_process(other_l1, 2);
        sum += 1000 * call(page_va(CALLER), CALLS, 0);
    }
    show("two processes", sum, 0);
    // the same in User mode, with data: r0 times bl to the callee, ldr of r1
    const uint32_t user[] = {
        0xe3a06000, 0xe1a05000, branch(0xeb000000, page_va(CALLER + 1) + 8, page_va(CALLEE)),
        0xe0866000, 0xe5910000, 0xe0866400,
        0xe2555001, 0x1afffff9, 0xe1a00006,
        0xef000000,
    };
    write_code(frame_at(17), user, 10);
    *reg(frame_at(1) + 64) = 0x11, *reg(frame_at(2) + 64) = 0x12;
    remap(CALLER + 1, 17, PAGE_ALL);
    other_l2[CALLER + 1] = l2[CALLER + 1];
    sum = 0;
    for (uint32_t i = 0; i < 600; i++) {
        use_process(i & 1 ? other_l1 : l1, 1 + (i & 1));
        sum = sum * 3 + run_user(page_va(CALLER + 1), CALLS, page_va(CALLEE) + 64, 0);
        sum = sum * 3 + *reg(page_va(CALLEE) + 64);
    }
    show("  in User mode", sum, 0);
    // one of them lets its page go
    other_l2[CALLEE] = frame_at(3) | PAGE_ALL | PAGE_NG;
    CP15_WRITE(2, 0, c8, c7, 2);
    const uint32_t second = call(page_va(CALLER), CALLS, 0);
    use_process(l1, 1);
    show("  by ASID", call(page_va(CALLER), CALLS, 0), second);
    use_process(l1, 0);
    CP15_WRITE(0, 0, c8, c7, 0);
}

static void two_addresses(void)
{
    const uint32_t code[] = {0xe1a0000f, 0xe59f1004, 0xe0800001, 0xe12fff1e,
                             5}; // mov r0, pc; ldr r1, [pc, #4]; add; bx lr
    write_code(frame_at(9), code, 5);
    remap(40, 9, PAGE_ALL), remap(41, 9, PAGE_ALL);
    write_caller(frame_at(17), page_va(18), page_va(40));
    write_caller(frame_at(18), page_va(19), page_va(41));
    remap(18, 17, PAGE_ALL), remap(19, 18, PAGE_ALL);
    uint32_t low = 0, high = 0;
    for (uint32_t i = 0; i < 200; i++) {
        low += call(page_va(18), CALLS, 0);
        high += call(page_va(19), CALLS, 0);
    }
    show("one frame at two addresses", low, high);
    reg(page_va(40))[4] = 7;             // the constant, through the other address, is data
    const uint32_t changed = 0xe2400001; // sub r0, r0, #1, where both find it
    write_code(page_va(41) + 8, &changed, 1);
    show("  rewritten through one", call(page_va(18), 1, 0), call(page_va(19), 1, 0));
}

static void maintain(uint32_t how, uint32_t va)
{
    asm volatile("dsb" ::: "memory");
    switch (how) {
    case 0: CP15_WRITE(va, 0, c8, c7, 1); break;
    case 1: CP15_WRITE(va, 0, c8, c7, 3); break;
    case 2: CP15_WRITE(0, 0, c8, c7, 2); break;
    case 3: CP15_WRITE(0, 0, c8, c7, 0); break;
    case 4: CP15_WRITE(va, 0, c8, c3, 1); break;
    case 5: CP15_WRITE(va, 0, c8, c3, 3); break;
    case 6: CP15_WRITE(0, 0, c8, c3, 2); break;
    case 7: CP15_WRITE(0, 0, c8, c3, 0); break;
    case 8: CP15_WRITE(va, 0, c8, c5, 1); break; // of instructions
    case 9: CP15_WRITE(0, 0, c8, c5, 0); break;
    }
    CP15_WRITE(0, 0, c7, c5, 6);
}

static void remapped(void)
{
    for (uint32_t how = 0; how < 10; how++) {
        sum = 0;
        for (uint32_t i = 0; i < 160; i++) {
            map(CALLEE, 1 + i % 5, PAGE_ALL | PAGE_NG);
            maintain(how, page_va(CALLEE));
            sum += (1 + i % 7) * call(page_va(CALLER), CALLS, 0);
        }
        show("remapped, operation", how, sum);
    }
}

// A function rewritten, a call redirected, an instruction just ahead: all hot before.
static void rewritten(void)
{
    remap(CALLEE, 10, PAGE_ALL), remap(CALLEE + 1, 1, PAGE_ALL), remap(CALLEE + 2, 2, PAGE_ALL);
    sum = 0;
    for (uint32_t i = 0; i < 400; i++) {
        write_constant(i & 1 ? page_va(CALLEE) : frame_at(10), i);
        sum += call(page_va(CALLER), CALLS, 0);
    }
    show("rewritten", sum, 0);
    sum = 0;
    for (uint32_t i = 0; i < 400; i++) {
        const uint32_t bl = branch(0xeb000000, page_va(CALLER) + 12, page_va(CALLEE + 1 + i % 2));
        write_code(page_va(CALLER) + 12, &bl, 1);
        sum += (1 + i % 3) * call(page_va(CALLER), CALLS, 0);
    }
    show("redirected", sum, 0);
    // str r1, [pc]; clean it; invalidate; barriers; then the instruction that was stored
    static const uint32_t ahead[] = {
        0xe28f2018, 0xe5820000, 0xee072f3b, 0xf57ff04f, 0xee072f35,
        0xee070fd5, 0xf57ff04f, 0xf57ff06f, 0xe3a00000, 0xe12fff1e,
    };
    remap(CALLEE + 3, 11, PAGE_ALL);
    write_code(page_va(CALLEE + 3), ahead, 10);
    sum = 0;
    for (uint32_t i = 0; i < 6000; i++)
        sum += call(page_va(CALLEE + 3), 0xe3a00000 | (i >> 4 & 0xff), 0);
    show("just ahead", sum, 0);
}

static uint32_t missing; // the page of VA to map, and its frame

static void map_missing(struct frame *f)
{
    frames_seen++;
    sum = sum * 3 + f->pc - VA + CP15_READ(0, c6, c0, 2) - (f->psr & 0x20) - CP15_READ(0, c5, c0, 1);
    remap(missing & 0xff, missing >> 8, PAGE_ALL);
}

// Code that runs from one page to the next, and a loop over both; the next page is not always there.
static void to_the_next_page(void)
{
    const uint32_t at = 4096 - 8;
    // add r2, r2, #3; subs r0, r0, #1 | bne; mov r0, r2; bx lr
    const uint32_t first[] = {0xe2822003, 0xe2500001}, second[] = {0x1afffffc, 0xe1a00002, 0xe12fff1e};
    write_code(frame_at(19) + at, first, 2), write_code(frame_at(20), second, 3);
    remap(50, 19, PAGE_ALL);
    missing = 20 << 8 | 51;
    frames_seen = sum = 0;
    for (uint32_t i = 0; i < 300; i++) {
        unmap(51);
        register uint32_t n asm("r0") = 100 + i, r2 asm("r2") = 0;
        asm volatile("blx %2"
                     : "+r"(n), "+r"(r2)
                     : "r"(page_va(50) + at)
                     : "r1", "r3", "r12", "lr", "cc", "memory");
        sum += n;
    }
    show("falls into a missing page", frames_seen, sum);
    frames_seen = sum = 0;
    missing = 1 << 8 | CALLEE;
    write_caller(frame_at(16), page_va(CALLER), page_va(CALLEE));
    for (uint32_t i = 0; i < 300; i++) {
        unmap(CALLEE);
        sum += call(page_va(CALLER), CALLS, 0);
    }
    show("calls a missing page", frames_seen, sum);
    // A T32 instruction of two halves, one in each page: add.w r0, r0, #3; subs r1, #1; bne; bx lr
    remap(52, 21, PAGE_ALL);
    volatile uint16_t *half = (volatile uint16_t *)(frame_at(21) + 4094);
    half[0] = 0xf100;
    half = (volatile uint16_t *)frame_at(22);
    half[0] = 0x0003, half[1] = 0x3901, half[2] = 0xd1fb, half[3] = 0x4770;
    written(frame_at(21), 2048);
    missing = 22 << 8 | 53;
    frames_seen = sum = 0;
    for (uint32_t i = 0; i < 300; i++) {
        unmap(53);
        sum += call(page_va(52) + 4094 + 1, i, 60);
    }
    show("an instruction over two pages", frames_seen, sum);
}

static void allow(struct frame *f)
{
    frames_seen++;
    sum = sum * 3 + f->pc - VA + CP15_READ(0, c5, c0, 1);
    remap(missing & 0xff, missing >> 8, PAGE_ALL);
}

// Hot code whose page may be executed no more, by anybody or by User mode.
static void permissions(void)
{
    const uint32_t svc = 0xef000000;
    on_prefetch_abort = allow;
    missing = 1 << 8 | CALLEE;
    frames_seen = sum = 0;
    for (uint32_t i = 0; i < 200; i++) {
        sum += call(page_va(CALLER), CALLS, 0);
        remap(CALLEE, 1, PAGE_ALL | PAGE_XN);
    }
    show("execute never", frames_seen, sum);
    write_code(frame_at(23), (const uint32_t[]){0xe2800001, 0xe2511001, 0x1afffffc, svc}, 4);
    missing = 23 << 8 | 60;
    frames_seen = sum = 0;
    for (uint32_t i = 0; i < 200; i++) {
        remap(60, 23, PAGE_PRIVILEGED);
        sum += run_user(page_va(60), i, CALLS, 0);
    }
    show("not for User mode", frames_seen, sum);
}

// Loads of the privileged page by the same code in both modes: only User mode's fault.
static void skip_load(struct frame *f)
{
    frames_seen += (f->psr & 0x1f) == 0x10;
    f->pc += 4;
}

static void modes(void)
{
    // ldr r2, [r1]; add r0, r0, r2; mrs r2, cpsr; and r2, r2, #15; add r0, r0, r2, lsl #16; bx lr or svc
    const uint32_t code[] = {0xe3a02000, 0xe5912000, 0xe0800002, 0xe10f2000, 0xe202200f,
                             0xe0800802, 0xe31c0001, 0x112fff1e, 0xef000000};
    write_code(frame_at(24), code, 9);
    remap(61, 24, PAGE_ALL), remap(62, 25, PAGE_PRIVILEGED);
    *reg(frame_at(25)) = 5;
    on_data_abort = skip_load;
    frames_seen = sum = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        register uint32_t r0 asm("r0") = i, r1 asm("r1") = page_va(62), r12 asm("r12") = 1;
        asm volatile("blx %2"
                     : "+r"(r0), "+r"(r1)
                     : "r"(page_va(61)), "r"(r12)
                     : "r2", "r3", "lr", "cc", "memory");
        sum += r0;
        sum = sum * 3 + run_user(page_va(61), i, page_va(62), 0);
    }
    show("the same code in both modes", frames_seen, sum);
}

// With the MMU off the same address is other code and other data.
static void mmu_off_and_on(void)
{
    const uint32_t at = FRAME + 0x00f00000; // where it is off
    const uint32_t off[] = {0xe5910000, 0xe2800001, 0xe12fff1e}, on[] = {0xe5910000, 0xe2400001, 0xe12fff1e};
    write_code(at, off, 3), write_code(frame_at(26), on, 3);
    reg(at)[16] = 100, reg(frame_at(26))[16] = 10000;
    static uint32_t pages[256] __attribute__((aligned(1024)));
    pages[0] = frame_at(26) | PAGE_ALL;
    l1[at >> 20] = (uint32_t)pages | 1;
    CP15_WRITE(0, 0, c8, c7, 0);
    sum = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        sum = sum * 3 + call(at, 0, at + 64);
        sctlr(0, 1);
        sum = sum * 5 + call(at, 0, at + 64);
        sctlr(1, 0);
    }
    show("MMU off and on", sum, 0);
}

int main(void)
{
    hot_begin();
    on_prefetch_abort = map_missing;
    prepare();
    processes();
    two_addresses();
    remapped();
    rewritten();
    to_the_next_page();
    permissions();
    modes();
    mmu_off_and_on();
    return 0;
}
