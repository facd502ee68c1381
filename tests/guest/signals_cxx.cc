// C++ exceptions in signal handlers, and for a fault: the handler makes the program throw.
// stinkarm-test: build=arm,thumb,armel cflags="-fnon-call-exceptions -fasynchronous-unwind-tables"
// stinkarm-test: stdout="inside 1\nout 50\nok\n"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <ucontext.h>

static int inside, out;

static void catches(int)
{
    try {
        throw std::runtime_error("in the handler");
    } catch (const std::exception &e) {
        inside += !strcmp(e.what(), "in the handler");
    }
}

static void thrower()
{
    throw std::string("fault");
}

// The program goes on with a call of thrower, made where it was interrupted.
static void redirects(int, siginfo_t *si, void *context)
{
    mcontext_t &mc = static_cast<ucontext_t *>(context)->uc_mcontext;
    if (si->si_addr != reinterpret_cast<void *>(0x40)) abort();
    const unsigned long thumb = mc.arm_cpsr >> 5 & 1, target = reinterpret_cast<unsigned long>(thrower);
    mc.arm_lr = (mc.arm_pc + 4) | thumb;
    mc.arm_pc = target & ~1ul;
    mc.arm_cpsr = (mc.arm_cpsr & ~0x20ul) | (target & 1) << 5;
}

__attribute__((noinline)) static int load(volatile int *p)
{
    std::string local("destroyed on the way");
    return *p + (int)local.size();
}

int main()
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = catches;
    sigaction(SIGUSR1, &sa, nullptr);
    raise(SIGUSR1);
    printf("inside %d\n", inside);
    sa.sa_sigaction = redirects;
    sa.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &sa, nullptr);
    for (int i = 0; i < 50; i++) {
        try {
            load(reinterpret_cast<volatile int *>(0x40));
        } catch (const std::string &s) {
            out += s == "fault";
        }
    }
    printf("out %d\n", out);
    puts("ok");
}
