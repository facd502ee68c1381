// Privileged code that sees all memory where it is, as what unpacks a kernel does: the engine may let the
// host's MMU do it, by whole sections. Code among data, sections that change, pages and devices beside them,
// aborts.
#include "hot.h"

enum { PAGE = 8, MIB = 256, LOOPS = 20000 }; // a page of VA; pages of a section

static uint32_t faults, sum;

asm(".text\n .arm\n load_word: ldr r0, [r0]\n bx lr\n store_word: str r1, [r0]\n bx lr\n"
    "load_as_user: mov r2, #0\n ldrt r2, [r0]\n mov r0, r2\n bx lr\n"
    "fill: 1: str r2, [r0], #4\n add r2, r2, r2, ror #7\n subs r1, r1, #1\n bne 1b\n mov r0, r2\n bx lr\n"
    "total: mov r2, #0\n 1: ldr r3, [r0], #4\n add r2, r3, r2, ror #3\n subs r1, r1, #1\n bne 1b\n mov r0, "
    "r2\n bx lr\n");
extern function load_word, store_word, load_as_user, total;
extern uint32_t fill(uint32_t at, uint32_t n, uint32_t v);

static void leave_out(struct frame *f)
{
    faults++;
    sum = sum * 3 + CP15_READ(0, c5, c0, 0) + CP15_READ(0, c6, c0, 0) - VA;
    f->pc += 4;
}

static void section(uint32_t va, uint32_t pa, uint32_t flags)
{
    l1[va >> 20] = (pa & 0xfff00000) | flags;
    forget_page(va);
}

static void everything_flat(void)
{
    for (uint32_t i = 0; i < 4096; i++)
        if (!l1[i]) l1[i] = i << 20 | SECTION_ALL | (i >= RAM >> 20 ? SECTION_NORMAL : 0);
    sctlr(0, 1);
    mmu_on();
}

static void data(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 6; i++) {
        sum += fill(frame_at(0) + i * 4, 700000, i + 1);
        sum = sum * 3 + total(frame_at(100) + i * 4, 500000);
    }
    show("data", sum, 0);
}

// It writes its own code, in the page of its data, by what is hot.
static void code_and_data(void)
{
    sum = 0;
    for (uint32_t i = 0; i < LOOPS; i++) {
        store_word(frame_at(300) + i % 512 * 4, i);
        if (i % 16 == 0) {
            const uint32_t at = frame_at(300) + 2048 + i % 64;
            store_word(at, 0xe3000000 | (i & 0xfff)); // mov r0, #i; bx lr
            store_word(at + 4, 0xe12fff1e);
            written(at, 2);
        }
        sum = sum * 3 + call(frame_at(300) + 2048 + i % 64 / 16 * 16, 0, 0);
        sum += load_word(frame_at(300) + i % 500 * 4, 0);
    }
    show("code and data", sum, 0);
}

// Code of a section that is written to for the first time, elsewhere and then there
static void code_first(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 8; i++) {
        const uint32_t at = frame_at((6 + i) * MIB + 5);
        write_constant(at, 3 * i);
        sum = sum * 3 + call(at, 0, 0);
        store_word(at + 0x4000, i);
        store_word(at, 0xe3000000 | 5 * i);
        written(at, 1);
        sum = sum * 3 + call(at, 0, 0);
    }
    show("code first", sum, 0);
}

static void pages(void)
{
    sum = 0;
    for (uint32_t i = 0; i < LOOPS; i++) {
        if (i % 50 == 0) remap(PAGE, 1 + i % 3, PAGE_ALL);
        store_word(page_va(PAGE) + i % 64 * 4, i);
        sum = sum * 3 + load_word(page_va(PAGE) + i % 63 * 4, 0) +
              load_word(frame_at(1 + i % 3) + i % 64 * 4, 0);
        if (i % 50 == 40) {
            unmap(PAGE);
            load_word(page_va(PAGE) + 4, 0);
            store_word(page_va(PAGE) + 8, i);
            remap(PAGE, 1 + i % 2, PAGE_READ_ONLY);
            store_word(page_va(PAGE) + 12, i);
        }
    }
    show("pages", faults, sum);
}

// Sections that lead elsewhere, may not be written, or are no user's
static void sections(void)
{
    faults = sum = 0;
    for (uint32_t i = 0; i < LOOPS; i++) {
        const uint32_t at = frame_at(4 * MIB);
        if (i % 100 == 0) section(at, frame_at((4 + i / 100 % 3) * MIB), SECTION_ALL | SECTION_NORMAL);
        if (i % 100 == 50) section(at, at, 1 << 15 | SECTION_ALL | SECTION_NORMAL);
        if (i % 100 == 75) section(at, at, SECTION_PRIVILEGED | SECTION_NORMAL);
        store_word(at + i % 999 * 4, i);
        sum = sum * 3 + load_word(frame_at((4 + i % 3) * MIB) + i % 999 * 4, 0) + load_as_user(at, 0);
    }
    section(frame_at(4 * MIB), frame_at(4 * MIB), SECTION_ALL | SECTION_NORMAL);
    show("sections", faults, sum);
}

static void switched(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 200; i++) {
        sctlr(0, 1);
        sum = sum * 3 + total(frame_at(i % 5 * 50), 100);
        store_word(frame_at(i % 5 * 50), i);
        mmu_on();
        sum = sum * 3 + total(frame_at(i % 5 * 50), 100);
        store_word(frame_at(i % 5 * 50) + 4, i);
    }
    show("switched", sum, 0);
}

static void devices(void)
{
    sum = 0;
    for (uint32_t i = 0; i < LOOPS; i++)
        sum = sum * 3 + load_word(UART + 0xfe0 + i % 8 * 4, 0) + load_word(frame_at(i % 9), 0);
    show("devices", sum, 0);
}

int main(void)
{
    hot_begin();
    on_data_abort = leave_out;
    everything_flat();
    data();
    code_and_data();
    code_first();
    pages();
    sections();
    switched();
    devices();
    everything_flat();
    data();
    return 0;
}
