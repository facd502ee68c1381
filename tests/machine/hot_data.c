// Hot loads and stores: those that abort half way and are done again, pages that change under them, domains,
// byte order, alignment, User mode's permissions.
#include "hot.h"

enum { PAGE = 8, BUFFER = 32 }; // pages of VA

static uint32_t faults, sum;

// What only privileged code may do, also for User mode, which asks by an undefined instruction.
enum request { REMAP, UNMAP, READ_ONLY, PROCESS, WRITTEN };
static uint32_t in_user;

static void perform(uint32_t what, uint32_t page, uint32_t frame, uint32_t flags)
{
    switch (what) {
    case REMAP: remap(page, frame, flags); break;
    case UNMAP: unmap(page); break;
    case READ_ONLY:
        map(page, frame, PAGE_READ_ONLY | PAGE_NG);
        CP15_WRITE(CP15_READ(0, c13, c0, 1), 0, c8, c3, 2); // by ASID
        break;
    case PROCESS: CP15_WRITE(page, 0, c13, c0, 1); break;
    case WRITTEN: written(VA + page * 4096, 2); break;
    }
}

static void asked(struct frame *f)
{
    perform(f->r[0], f->r[1], f->r[2], f->r[3]);
}

static void ask(uint32_t what, uint32_t page, uint32_t frame, uint32_t flags)
{
    register uint32_t r0 asm("r0") = what, r1 asm("r1") = page, r2 asm("r2") = frame, r3 asm("r3") = flags;
    if (in_user)
        asm volatile("udf #0" ::"r"(r0), "r"(r1), "r"(r2), "r"(r3) : "memory");
    else
        perform(what, page, frame, flags);
}

asm(".text\n .arm\n load_word: ldr r0, [r0]\n bx lr\n store_word: str r1, [r0]\n bx lr\n"
    "load_as_user: mov r2, #0\n ldrt r2, [r0], #4\n mov r0, r2\n bx lr\n store_as_user: strt r1, [r0], #4\n "
    "bx lr\n"
    "load_byte_as_user: mov r2, #0\n ldrbt r2, [r0], #1\n mov r0, r2\n bx lr\n store_half_as_user: strht r1, "
    "[r0], #2\n bx lr\n"
    "load_signed_as_user: mov r2, #0\n ldrsht r2, [r0], #2\n mov r0, r2\n bx lr\n");
extern function load_word, store_word, load_as_user, store_as_user, load_byte_as_user, store_half_as_user,
    load_signed_as_user;

// Each takes the address in r0, what is to be stored in r1 (and r2 … or s0 …), returns what the address
// register became, plus what was loaded, mixed.
#define ACCESS(name, code, mix)                                                                              \
    asm(".text\n .fpu neon-vfpv4\n .syntax unified\n .arm\n .global " #name "\n" #name                       \
        ":\n push {r4-r9, lr}\n add r2, r1, #1\n add r3, r1, #2\n add r4, r1, #3\n mov r5, r1\n" code "\n"   \
        " mov r9, r0\n" mix "\n pop {r4-r9, pc}");                                                           \
    extern function name;
#define LOADED(r) " mov r12, #31\n mul r9, r9, r12\n add r9, r9, " #r "\n"
#define NOTHING   " mov r0, r9"
#define MIX4      LOADED(r1) LOADED(r2) LOADED(r3) LOADED(r4) NOTHING
#define MIX2      LOADED(r2) LOADED(r3) NOTHING
#define MIX1      LOADED(r2) NOTHING
#define VECTORS   " vmov r2, r3, d4\n vmov r4, r5, d7\n" LOADED(r2) LOADED(r3) LOADED(r4) LOADED(r5) NOTHING
#define VFILL     " vdup.32 q2, r1\n vdup.32 q3, r2\n"

ACCESS(ldmia, "ldmia r0!, {r1-r4}", MIX4)
ACCESS(ldmdb, "add r0, r0, #16\n ldmdb r0!, {r1-r4}", MIX4)
ACCESS(ldm_base, "ldmia r0, {r0-r4}", MIX4)
ACCESS(stmia, "stmia r0!, {r1-r4}", NOTHING)
ACCESS(stmdb, "add r0, r0, #16\n stmdb r0!, {r1-r4}", NOTHING)
ACCESS(stmib, "sub r0, r0, #4\n stmib r0!, {r1-r4}", NOTHING)
ACCESS(vldmia, "vldmia r0!, {d4-d7}", VECTORS)
ACCESS(vldmdb, "add r0, r0, #16\n vldmdb r0!, {d4-d7}", VECTORS)
ACCESS(vstmia, VFILL "vstmia r0!, {d4-d7}", NOTHING)
ACCESS(vstm_s, VFILL "vstmia r0!, {s8-s13}", NOTHING)
ACCESS(vld1, "vld1.32 {d4-d7}, [r0]!", VECTORS)
ACCESS(vst1, VFILL "vst1.8 {d4-d7}, [r0]!", NOTHING)
ACCESS(vld4, "vld4.16 {d4-d7}, [r0]!", VECTORS)
ACCESS(vst3, VFILL "vst3.8 {d4-d6}, [r0]!", NOTHING)
ACCESS(vldr_d, "vldr d4, [r0, #-8]\n vldr d7, [r0, #8]", VECTORS)
ACCESS(vstr_d, VFILL "vstr d4, [r0, #8]\n vstr d7, [r0]", NOTHING)
ACCESS(ldrd_post, "ldrd r2, r3, [r0], #8", MIX2)
ACCESS(strd_pre, "strd r2, r3, [r0, #8]!", NOTHING)
ACCESS(ldr_unaligned, "ldr r2, [r0, #3]!", MIX1)
ACCESS(str_unaligned, "str r2, [r0, #3]!", NOTHING)
ACCESS(ldrh_unaligned, "ldrh r2, [r0, #3]!", MIX1)
ACCESS(ldrsh_unaligned, "ldrsh r2, [r0], #3", MIX1)
ACCESS(strh_unaligned, "strh r2, [r0, #7]!", NOTHING)
ACCESS(push_pop, "mov r5, sp\n add sp, r0, #12\n push {r1-r3}\n mov r1, #0\n pop {r1-r3}\n mov sp, r5", MIX4)
ACCESS(adds_between, "ldr r2, [r0]\n adds r3, r2, r2\n ldr r4, [r0, #8]\n adcs r1, r4, r3", MIX4)

// The page behind comes when it is asked for. The base register in its hands is what it was before.
static uint32_t base_of_access, flags_read; // flags that nobody reads any more may be old ones (docs/jit.md)

static void map_behind(struct frame *f)
{
    faults++;
    sum = sum * 5 + f->r[0] - base_of_access;
    sum = sum * 5 + CP15_READ(0, c6, c0, 0) - VA;
    sum = sum * 5 + CP15_READ(0, c5, c0, 0);
    sum = sum * 5 + (f->psr >> 28 & flags_read);
    if (l2[PAGE])
        remap(PAGE + 1, 2, PAGE_ALL);
    else
        remap(PAGE, 1, PAGE_ALL);
}

static uint32_t contents(void)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < 24; i++)
        all = all * 7 + reg(frame_at(1))[1000 + i];
    return all;
}

// The same in User mode, by a process that has had some time for itself: the engine may let the host's MMU do
// it.
static volatile uint32_t ticks;

static void tick(struct frame *f)
{
    (void)f;
    timer_answer();
    ticks++;
}

// To each test in User mode a process of its own, that has had some time for itself: the engine may let the
// host's MMU do its accesses, unless too many of them fault.
static void new_process(void)
{
    static uint32_t asid;
    if (!in_user) return;
    ask(PROCESS, ++asid, 0, 0);
    for (const uint32_t until = ticks + 30; ticks < until;)
        for (uint32_t i = 0; i < 2000; i++)
            sum += load_word(page_va(BUFFER) + i % 1024 * 4, 0);
}

static void half_way(const char *name, function *f)
{
    new_process();
    faults = sum = 0;
    for (uint32_t i = 0; i < 24; i++)
        reg(frame_at(1))[1000 + i] = 0x01020304 * i;
    for (uint32_t i = 0; i < 240; i++) {
        base_of_access = page_va(PAGE) + 4096 - 16 + (i % 6) * 4;
        for (uint32_t warm = 0; warm < 25; warm++) // hot, and nothing is missing
            sum += f(page_va(BUFFER) + 512 + warm * 4, i);
        if (i & 1)
            ask(UNMAP, PAGE + 1, 0, 0), ask(REMAP, PAGE, 1, PAGE_ALL);
        else
            ask(UNMAP, PAGE, 0, 0), ask(REMAP, PAGE + 1, 2, PAGE_ALL);
        sum += f(base_of_access, i);
        sum = sum * 3 + contents();
    }
    show(name, faults, sum);
}

static void all_half_way(void)
{
    on_data_abort = map_behind;
    ask(REMAP, BUFFER, 3, PAGE_ALL);
    half_way("ldmia", ldmia), half_way("ldmdb", ldmdb), half_way("ldm_base", ldm_base);
    half_way("stmia", stmia), half_way("stmdb", stmdb), half_way("stmib", stmib);
    half_way("vldmia", vldmia), half_way("vldmdb", vldmdb), half_way("vstmia", vstmia),
        half_way("vstm_s", vstm_s);
    half_way("vld1", vld1), half_way("vst1", vst1), half_way("vld4", vld4), half_way("vst3", vst3);
    half_way("vldr_d", vldr_d), half_way("vstr_d", vstr_d);
    half_way("ldrd_post", ldrd_post), half_way("strd_pre", strd_pre);
    half_way("ldr_unaligned", ldr_unaligned), half_way("str_unaligned", str_unaligned);
    half_way("ldrh_unaligned", ldrh_unaligned), half_way("ldrsh_unaligned", ldrsh_unaligned);
    half_way("strh_unaligned", strh_unaligned);
    half_way("push_pop", push_pop), flags_read = 2;
    half_way("adds_between", adds_between);
    flags_read = 0;
}

// From here on: what faults is counted and left out.
static void leave_out(struct frame *f)
{
    faults++;
    sum = sum * 3 + CP15_READ(0, c5, c0, 0);
    f->pc += 4;
}

// A kernel with software PAN: the domain of User mode's memory is opened for each access, and closed.
static void domains(void)
{
    const uint32_t table = l1[VA >> 20];
    l1[VA >> 20] = table | 1 << 5; // domain 1
    CP15_WRITE(0, 0, c8, c3, 0);
    on_data_abort = leave_out;
    remap(PAGE, 1, PAGE_ALL);
    remap(PAGE + 1, 2, PAGE_READ_ONLY);
    *reg(frame_at(1)) = 9, *reg(frame_at(2)) = 11;
    faults = sum = 0;
    for (uint32_t i = 0; i < 6000; i++) {
        CP15_WRITE(i % 3 == 0 ? 1 : i % 3 == 1 ? 5 : 13, 0, c3, c0, 0); // no access, client, manager
        sum = sum * 3 + load_word(page_va(PAGE), 0);
        store_word(page_va(PAGE), i);
        store_word(page_va(PAGE + 1), i); // read only, but to a manager
        sum = sum * 3 + *reg(frame_at(2));
    }
    show("DACR", faults, sum);
    CP15_WRITE(5, 0, c3, c0, 0);
    l1[VA >> 20] = table;
    CP15_WRITE(0, 0, c8, c3, 0);
}

static void as_user(void)
{
    static const uint32_t kinds[] = {PAGE_PRIVILEGED, PAGE_USER_READS, PAGE_ALL, PAGE_READ_ONLY};
    *reg(frame_at(1)) = 0x12348765;
    for (uint32_t k = 0; k < 4; k++) {
        faults = sum = 0;
        remap(PAGE, 1, kinds[k]);
        for (uint32_t i = 0; i < 1500; i++) {
            sum = sum * 3 + load_word(page_va(PAGE), 0);
            sum = sum * 3 + load_as_user(page_va(PAGE), 0);
            store_as_user(page_va(PAGE), i), store_word(page_va(PAGE), i * 3);
            sum = sum * 3 + load_byte_as_user(page_va(PAGE), 0);
            sum = sum * 3 + load_signed_as_user(page_va(PAGE), 0);
            store_half_as_user(page_va(PAGE) + 2, i);
        }
        show("LDRT, STRT", faults, sum);
    }
}

// What fork does: a page is read only until it is written, then a copy takes its place.
static void copy_on_write(struct frame *f)
{
    const uint32_t to = 100 + (++faults & 1);
    for (uint32_t i = 0; i < 4; i++)
        reg(frame_at(to))[i] = reg(page_va(PAGE))[i];
    remap(PAGE, to, PAGE_ALL | PAGE_NG);
    sum = sum * 3 + (CP15_READ(0, c5, c0, 0) & 0xc0f) + f->r[0] - VA;
}

static void copies(void)
{
    new_process();
    on_data_abort = copy_on_write;
    ask(REMAP, PAGE, 100, PAGE_ALL | PAGE_NG);
    faults = sum = 0;
    for (uint32_t i = 0; i < 12000; i++) {
        if (i % 40 == 7) ask(READ_ONLY, PAGE, 100 + (faults & 1), 0);
        store_word(page_va(PAGE), i);
        sum = sum * 3 + load_word(page_va(PAGE), 0);
    }
    show("copy on write", faults, sum);
    // One frame at two addresses
    ask(REMAP, PAGE, 5, PAGE_ALL), ask(REMAP, PAGE + 1, 5, PAGE_ALL);
    sum = 0;
    for (uint32_t i = 0; i < 6000; i++) {
        store_word(page_va(PAGE + (i & 1)) + i % 64 * 4, i);
        sum = sum * 3 + load_word(page_va(PAGE + 1 - (i & 1)) + i % 64 * 4, 0);
    }
    show("two addresses", sum, 0);
}

ACCESS(big_word, "setend be\n ldr r2, [r0, #1]\n str r2, [r0, #16]\n setend le", MIX1)
ACCESS(big_half, "setend be\n ldrsh r2, [r0]\n strh r1, [r0, #2]\n setend le", MIX1)
ACCESS(big_double, "setend be\n ldrd r2, r3, [r0]\n strd r2, r3, [r0, #8]\n setend le", MIX2)
ACCESS(big_many, "setend be\n ldmia r0, {r1-r4}\n stmia r0, {r1, r2}\n setend le", MIX4)
ACCESS(big_vector,
       "setend be\n vldr d4, [r0]\n vld1.16 {d7}, [r0]\n vstr s8, [r0, #8]\n vst1.16 {d7}, [r0]\n setend le",
       VECTORS)
ACCESS(
    big_exclusive,
    "setend be\n 1: ldrex r2, [r0]\n add r2, r2, r1\n strex r3, r2, [r0]\n cmp r3, #0\n bne 1b\n setend le",
    MIX1)

static void byte_order(void)
{
    static function *const all[] = {big_word, big_half, big_double, big_many, big_vector, big_exclusive};
    on_data_abort = map_behind;
    for (uint32_t k = 0; k < 6; k++) {
        faults = sum = 0;
        for (uint32_t i = 0; i < 24; i++)
            reg(frame_at(1))[1000 + i] = 0x01020304 * i;
        for (uint32_t i = 0; i < 3000; i++) {
            const uint32_t at = page_va(PAGE) + 4000 + (k == 0 ? i % 5 : 0);
            base_of_access = at;
            if (i % 50 == 3) unmap(PAGE), remap(PAGE + 1, 2, PAGE_ALL);
            sum = sum * 3 + all[k](at, i);
            if (i % 100 == 0) sum += contents();
        }
        show("big-endian", faults, sum);
    }
}

static void alignment(void)
{
    on_data_abort = leave_out;
    remap(PAGE, 1, PAGE_ALL);
    faults = sum = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        sctlr(i & 1 ? 2 : 0, i & 1 ? 0 : 2);
        sum = sum * 3 + load_word(page_va(PAGE) + i % 7, 0);
        store_word(page_va(PAGE) + i % 5, i);
        sum = sum * 3 + ldr_unaligned(page_va(PAGE), i) + strh_unaligned(page_va(PAGE), i);
    }
    sctlr(0, 2);
    show("SCTLR.A", faults, sum);
}

// What a just-in-time compiler does: hot stores write code, which runs, beside data that stays.
static void compiles(void)
{
    new_process();
    ask(REMAP, PAGE, 6, PAGE_ALL);
    sum = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        store_word(page_va(PAGE), 0xe3000000 | (i & 0xfff)); // movw r0, #i
        store_word(page_va(PAGE) + 4, 0xe12fff1e);           // bx lr
        ask(WRITTEN, PAGE, 0, 0);
        for (uint32_t k = 0; k < 5; k++)
            sum = sum * 3 + call(page_va(PAGE), 0, 0);
        store_word(page_va(PAGE) + 1024, i);
        sum += load_word(page_va(PAGE) + 1024, 0);
    }
    show("compiles", sum, 0);
}

static void user(void)
{
    copies();
    compiles();
    all_half_way();
    asm volatile("svc #0");
}

static void as_process(void)
{
    static uint32_t stack[1024] __attribute__((aligned(8)));
    on_irq = tick;
    on_undefined = asked;
    remap(BUFFER, 3, PAGE_ALL);
    timer_start(400);
    in_user = 1;
    run_user((uint32_t)user, 0, 0, (uint32_t)(stack + 1024));
    in_user = 0;
    timer_stop();
    CP15_WRITE(0, 0, c13, c0, 1);
}

asm(".text\n .thumb\n .thumb_func\n by_byte: tbb [pc, r0]\n1: .byte (2f - 1b) / 2, (3f - 1b) / 2, (4f - 1b) "
    "/ 2, (2f - 1b) / 2\n"
    "2: movs r0, #5\n bx lr\n3: movs r0, #7\n bx lr\n4: movs r0, #11\n bx lr\n"
    " .thumb_func\n by_half: tbh [pc, r0, lsl #1]\n1: .short (2f - 1b) / 2, (3f - 1b) / 2, (4f - 1b) / 2, "
    "(4f - 1b) / 2\n"
    "2: movs r0, #13\n bx lr\n3: movs r0, #17\n bx lr\n4: movs r0, #19\n bx lr\n .arm\n");
extern function by_byte, by_half;

static void tables(void)
{
    sum = 0;
    for (uint32_t i = 0; i < 20000; i++)
        sum = sum * 3 + by_byte(i & 3, 0) + by_half(i >> 1 & 3, 0);
    show("branch tables", sum, 0);
}

int main(void)
{
    hot_begin();
    CP15_WRITE(0xf << 20, 0, c1, c0, 2);
    asm volatile(".fpu neon-vfpv4\n vmsr fpexc, %0" ::"r"(0x40000000));
    as_process(); // first: what is hot is so in User mode
    all_half_way();
    domains();
    as_user();
    copies();
    byte_order();
    alignment();
    tables();
    return 0;
}
