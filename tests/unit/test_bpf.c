// Seccomp's programs: random ones, as the host kernel judges and runs them.
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bpf.h"

enum { BODY = 24, MOST = BODY + 8, NR = 0x5555, PROGRAMS = 1500, DIED = 0x10000 };

static const struct bpf_call call = {
    .nr = NR, .arch = 0xc000003e, .args = {0, 1, 0xffffffff, 0x123456789abcdef0, 7, 0x80000000}};

static uint32_t some_value(void)
{
    static const uint32_t values[] = {0, 1, 2, 31, 32, 63, 0x7fffffff, 0x80000000, 0xffffffff};
    return rand() % 3 ? values[(size_t)rand() % (sizeof values / sizeof *values)] : (uint32_t)rand();
}

// Mostly valid, and then no jump leads further than left. Never the address (offsets 8 and 12), which the
// test does not know.
static struct bpf_insn some_insn(unsigned left)
{
    static const uint16_t codes[] = {
        0x00, 0x01, 0x02, 0x03, 0x20, 0x60, 0x61, 0x80, 0x81, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c,
        0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x05, 0x15,
        0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x07, 0x87, 0x06, 0x16, 0x28, 0x40, 0x94, 0x8c,
    };
    struct bpf_insn i = {.code = codes[(size_t)rand() % (sizeof codes / sizeof *codes - 4 * !!(rand() % 50))],
                         .k = some_value()};
    if (!(rand() % 100)) i.code = (uint16_t)(rand() % 300);
    if (i.code == 0x06 || i.code == 0x16) // it would end most of them soon
        return rand() % 20 ? (struct bpf_insn){.code = 0x87}
                           : (struct bpf_insn){.code = 0x06, .k = SECCOMP_RET_ERRNO | (i.k & 0xff)};
    if (i.code == 0x20) i.k = (uint32_t)(rand() % 14 + 2) % 16 * 4;
    if (i.code == 0x20 && i.k == 8) i.k = 0;
    if (i.code == 0x20 && i.k == 12) i.k = 4;
    if (i.code == 0x02 || i.code == 0x03 || i.code == 0x60 || i.code == 0x61) i.k %= rand() % 30 ? 3 : 17;
    if (i.code == 0x64 || i.code == 0x74) i.k %= 33;
    if (i.code == 0x05) i.k = rand() % 20 ? (uint32_t)rand() % left : left + 4;
    if ((i.code & 7) == 5) {
        i.jt = (uint8_t)((uint32_t)rand() % left);
        i.jf = (uint8_t)(rand() % 20 ? (uint32_t)rand() % left : left + 3);
    }
    return i;
}

// Verdicts of other calls than NR are to go on, those of NR an error number.
static unsigned make(struct bpf_insn *p)
{
    unsigned n = 0;
    const unsigned body = 1 + (unsigned)rand() % BODY;
    p[n++] = (struct bpf_insn){.code = 0x20, .k = 0};
    p[n++] = (struct bpf_insn){.code = 0x15, .k = NR, .jt = 0, .jf = (uint8_t)(body + 3)};
    for (unsigned i = 0; i < 3 && body > 3; i++) // scratch words that are there
        p[n++] = (struct bpf_insn){.code = 0x02, .k = i};
    while (n < body + 2)
        p[n] = some_insn(body + 2 - n), n++;
    p[n++] = (struct bpf_insn){.code = 0x54, .k = 0xff};
    p[n++] = (struct bpf_insn){.code = 0x44, .k = SECCOMP_RET_ERRNO};
    p[n++] = (struct bpf_insn){.code = 0x16};
    p[n++] = (struct bpf_insn){.code = 0x06, .k = SECCOMP_RET_ALLOW};
    return n;
}

// -EINVAL, or the error number, or DIED.
static int of_kernel(const struct bpf_insn *p, unsigned n)
{
    int status;
    const pid_t pid = fork();
    if (!pid) {
        const struct sock_fprog prog = {.len = (unsigned short)n, .filter = (struct sock_filter *)p};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) _exit(255);
        const long r =
            syscall(NR, call.args[0], call.args[1], call.args[2], call.args[3], call.args[4], call.args[5]);
        _exit(r == 0 ? 0 : errno);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? DIED : WEXITSTATUS(status);
}

Test(bpf, like_the_kernel)
{
    const struct bpf_insn allow = {.code = 0x06, .k = SECCOMP_RET_ALLOW};
    if (of_kernel(&allow, 1) != ENOSYS) cr_skip_test("no seccomp filters here");
    unsigned valid = 0, died = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        struct bpf_insn p[MOST];
        const unsigned n = make(p);
        const int kernel = of_kernel(p, n);
        int ours = 255;
        if (bpf_is_valid(p, n)) {
            const uint32_t v = bpf_run(p, &call);
            ours = v ? (int)(v & 0xff) : DIED;
            valid++;
            died += !v;
        }
        // An error number of 255 looks like an invalid program.
        cr_assert_eq(ours, kernel, "program %d: %d, the kernel says %d", i, ours, kernel);
    }
    cr_expect(valid > PROGRAMS / 4 && valid < PROGRAMS && died, "%u valid, %u died", valid, died);
}

Test(bpf, ends)
{
    const struct bpf_insn p[] = {{.code = 0x20}, {.code = 0x06}};
    cr_expect(bpf_is_valid(p, 2));
    cr_expect_not(bpf_is_valid(p, 1));
    cr_expect_not(bpf_is_valid(p, 0));
}
