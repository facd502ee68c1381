// The guest side of the conformance test: reads records, runs each one's instructions on its state, writes
// what came out. Free-standing; made without VFP code, so that the signal handler sees the record's D
// registers.
#include <stddef.h>

#include "proto.h"

long sys(long nr, ...);
void store_d(uint64_t *d);
uint32_t read_fpscr(void);
extern const uint32_t stub_start[], stub_end[];

enum {
    SYS_exit = 1,
    SYS_read = 3,
    SYS_write = 4,
    SYS_sigaction = 174,
    SYS_sigaltstack = 186,
    SYS_mmap2 = 192
};
enum { SYS_mprotect = 125, SYS_cacheflush = 0xf0002 };
enum { SIGILL_ = 4, SIGTRAP_ = 5, SIGBUS_ = 7, SIGFPE_ = 8, SIGSEGV_ = 11 };
enum { SA_SIGINFO_ = 4, SA_ONSTACK_ = 0x08000000, SA_NODEFER_ = 0x40000000 };
enum { MAP_PRIVATE_FIXED_ANON = 0x32 };

struct sigaction_kernel {
    void (*handler)(int, void *, void *);
    uint32_t flags;
    void (*restorer)(void);
    uint32_t mask[2];
};

// The start of the kernel's struct ucontext.
struct ucontext {
    uint32_t flags, link, stack[3];
    uint32_t trap_no, error_code, oldmask, r[16], cpsr, fault_address;
};

struct data_page {
    uint32_t target;
    struct result *result;
    uint32_t saved_r0, saved_sp;
};

static struct record records[BATCH_MAX];
static struct result results[BATCH_MAX];
static uint32_t altstack[4096];

static void die(int status)
{
    sys(SYS_exit, status);
    __builtin_unreachable();
}

// Moves all bytes or ends the program; 0 at the end of the input.
static int transfer(long nr, void *buf, size_t len)
{
    for (uint8_t *p = buf; len;) {
        const long n = sys(nr, nr == SYS_read ? 0 : 1, p, len);
        if (n <= 0) {
            if (n == 0 && p == buf) return 0;
            die(3);
        }
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

static void handler(int sig, void *info, void *context)
{
    struct data_page *data = (struct data_page *)CODE_DATA;
    struct result *res = data->result;
    store_d(res->d);
    res->fpscr = read_fpscr();
    struct ucontext *uc = context;
    for (int i = 0; i < 16; i++)
        res->r[i] = uc->r[i];
    res->cpsr = uc->cpsr;
    res->sig = (uint32_t)sig;
    res->code = ((uint32_t *)info)[2];
    res->addr = ((uint32_t *)info)[3];
    uc->r[15] = CODE_STUB + STUB_EXIT_SIGNAL;
    uc->cpsr &= ~0x0600fe20u; // T, IT, E
}

static void map(uint32_t addr, uint32_t len, int prot)
{
    if ((uint32_t)sys(SYS_mmap2, addr, len, prot, MAP_PRIVATE_FIXED_ANON, -1, 0) != addr) die(2);
}

static void copy_words(uint32_t *to, const uint32_t *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 4; i++)
        to[i] = from[i];
}

static void set_up(void)
{
    map(SCRATCH_BASE, SCRATCH_SIZE + 0x1000, 3);
    for (uint32_t i = 0; i < SCRATCH_SIZE + 0x1000; i += 4)
        *(uint32_t *)(SCRATCH_BASE + i) = i * 0x9e3779b9u;
    if (sys(SYS_mprotect, SCRATCH_RDONLY, 0x1000, 1)) die(2);
    map(CODE_BASE, CODE_SIZE, 7);
    for (uint32_t i = 0; i < CODE_SIZE; i += 4)
        *(uint32_t *)(CODE_BASE + i) = FILLER * 0x01010101u;
    copy_words((uint32_t *)CODE_STUB, stub_start, (uint32_t)((uint8_t *)stub_end - (uint8_t *)stub_start));

    const uint32_t stack[3] = {(uint32_t)altstack, 0, sizeof altstack};
    sys(SYS_sigaltstack, stack, 0);
    const struct sigaction_kernel act = {handler, SA_SIGINFO_ | SA_ONSTACK_ | SA_NODEFER_, 0, {0, 0}};
    static const uint8_t signals[] = {SIGILL_, SIGTRAP_, SIGBUS_, SIGFPE_, SIGSEGV_};
    for (unsigned i = 0; i < sizeof signals; i++)
        sys(SYS_sigaction, signals[i], &act, 0, 8);
}

static void write_code(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot = (uint32_t *)(CODE_SLOTS + i * SLOT_SIZE);
        copy_words(slot, (const uint32_t *)records[i].code, SLOT_CODE);
    }
    sys(SYS_cacheflush, CODE_BASE, CODE_BASE + CODE_SIZE, 0);
}

static void run(const struct record *rec, struct result *res, uint32_t slot)
{
    struct data_page *data = (struct data_page *)CODE_DATA;
    for (unsigned i = 0; i < sizeof *res / 4; i++)
        ((uint32_t *)res)[i] = 0;
    if (rec->mem_addr) copy_words((uint32_t *)rec->mem_addr, rec->mem, VIEW_SIZE);
    data->target = slot | rec->thumb;
    data->result = res;
    ((void (*)(const struct record *))(CODE_STUB + STUB_ENTRY))(rec);
    if (rec->mem_addr) copy_words(res->mem, (const uint32_t *)rec->mem_addr, VIEW_SIZE);
}

__attribute__((used)) void runner_main(void)
{
    set_up();
    for (uint32_t count; transfer(SYS_read, &count, sizeof count);) {
        if (count > BATCH_MAX) die(4);
        transfer(SYS_read, records, count * sizeof *records);
        write_code(count);
        for (uint32_t i = 0; i < count; i++)
            run(&records[i], &results[i], CODE_SLOTS + i * SLOT_SIZE);
        uint32_t hash = 0;
        for (uint32_t i = 0; i < SCRATCH_SIZE; i += 4)
            hash = hash * 31 + *(uint32_t *)(SCRATCH_BASE + i);
        transfer(SYS_write, results, count * sizeof *results);
        transfer(SYS_write, &hash, sizeof hash);
    }
    die(0);
}
