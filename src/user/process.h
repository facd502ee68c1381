// The Linux process and its threads, as the kernel would keep them.
#ifndef STINKARM_USER_PROCESS_H
#define STINKARM_USER_PROCESS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "cpu/cpu.h"
#include "mem/uas.h"
#include "user/abi/signal.h"

enum abi_personality {
    ABI_READ_IMPLIES_EXEC = 0x00400000, // readable pages can be executed: programs without PT_GNU_STACK
    ABI_ADDR_LIMIT_32BIT = 0x00800000,
};

// The address space as a 32-bit ARM kernel with a 3 GiB/1 GiB split lays it out, without randomization.
#define ABI_TASK_SIZE     0xbf000000u // end of what mmap may use, top of the stack
#define ABI_MMAP_MIN_ADDR 0x1000u
#define ABI_ET_DYN_BASE   0x00400000u // where a static PIE goes
#define ABI_VECTORS       0xffff0000u // the page of the kuser helpers

enum policy { POLICY_FORWARD, POLICY_DENY, POLICY_SANDBOX };

struct process_options {
    enum policy policy;
    uint32_t stack_size;       // bytes
    bool final_registers;      // -r
    char *const *self_args;    // stinkarm's own options, handed to the child; NULL-terminated
    int program_fd;            // of the program, open already; -1: it is not
    bool by_kernel;            // binfmt_misc started us, and will start ARM programs that it executes
    uint32_t features;         // enum isa_feature
    const char *core;          // a core file's name; NULL: none is written
    struct debugger *debugger; // NULL: nobody debugs
    struct coverage *coverage; // NULL: nobody wants to know what has run
};

// Where the kernel put stinkarm's own arguments, without an end: a whole program's fit there.
struct title {
    char *start, *end;
};

enum { PROCESS_SANDBOX_FDS = 1024, PROCESS_LIMITS = 16 };

struct process {
    struct uas as;
    struct engine *engine;
    struct process_options opt;
    struct {
        uint64_t cur, max;
        bool set;
    } limit[PROCESS_LIMITS]; // resource limits that are kept from the host: limit.h
    uint64_t
        sandbox_fds[PROCESS_SANDBOX_FDS / 64]; // descriptors that a sandboxed guest made itself: policy.h
    uint64_t hashed_dirs[PROCESS_SANDBOX_FDS / 64]; // directories whose positions are converted: sys/dirpos.c
    struct aio_context *aio;                        // sys/aio.c
    uint64_t absent_calls[8];                       // system calls that were logged as not there, by number

    const char *path;        // of the program, as it was given
    struct sysroot *sysroot; // NULL: all files are the host's
    struct sandbox *sandbox; // NULL: another policy
    bool sandbox_inherited;  // by the stinkarm that executed this one: the host kernel has its orders
    bool exe_known;
    uint32_t entry, phdr, load_bias; // addresses as loaded
    uint32_t interp_base;            // load bias of the dynamic linker; 0: there is none
    uint32_t start;                  // the first instruction: its entry, or the program's
    uint32_t phnum;
    uint32_t code_start, code_end, data_start, data_end; // for /proc/self/stat
    uint32_t personality;                                // the ABI's, see enum abi_personality
    uint32_t brk_start, brk;
    uint32_t stack_top, stack_bottom; // [stack] mapping
    uint32_t start_stack;             // the first stack pointer
    uint32_t arg_start, arg_end, env_start, env_end;
    uint32_t auxv_addr, auxv_len; // the guest's auxv, for /proc/self/auxv
    bool kuser_mapped;            // the page at ABI_VECTORS is there
    uint32_t sigpage;             // address of the signal trampolines
    bool mlock_future;            // mlockall(MCL_FUTURE)
    bool memory_shared;           // … by threads, or with processes: from now on
    uint32_t mmap_top;            // mmap allocates downwards from here
    uint32_t attached;            // System V segments so far

    pthread_mutex_t lock; // guards threads, sigactions, brk
    struct thread *threads;
    int nthreads;
    pthread_mutex_t fork_lock; // hostthread.h; guards the two below
    pthread_t last_ended;      // a host thread that nobody has joined yet
    bool any_ended;
    struct abi_sigaction actions[ABI_NSIG + 1]; // by signal number
    uint64_t actions_known;                     // those not known yet are as stinkarm inherited them

    atomic_bool halted;      // for a core file: halt.h
    struct symbols *symbols; // symbols.h; guarded by lock

    bool keeps_image;        // image.h
    uint64_t exe_dev, exe_ino; // the file that it was loaded from
    char exe[4096];            // process_exe's
};

struct thread {
    struct cpu cpu;
    struct process *p;
    struct thread *next;
    int tid; // the host's, which the guest sees too
    pthread_t host;

    uint32_t clear_child_tid; // guest address or 0
    uint32_t robust_list, robust_len;

    struct abi_sigaction *actions; // the process's, or those of a vfork child
    uint64_t *actions_known;
    uint64_t *sandbox_fds;  // likewise
    uint64_t sigmask;       // guest's blocked signals, bit N-1 for signal N
    uint64_t saved_sigmask; // to restore after sigsuspend, ppoll…
    bool restore_sigmask;
    struct abi_stack altstack;
    struct signal_queue *queue; // host signals caught and not yet delivered: see signal.c
    atomic_int
        signal_pending; // something in the queue is deliverable: checked by host_syscall before it blocks

    uint32_t syscall_nr; // of the call under way, for restarts
    uint32_t syscall_r0; // its first argument as the guest gave it
    bool refused;        // it was, by the policy: for the log
    bool log_resumes;    // … which has a line of its beginning
    bool in_syscall;   // set by the dispatcher, which leaves ERESTART* codes in r0 for signal_deliver_pending
    int restart;       // while signals are delivered: the ERESTART* code of the interrupted call
    struct exec *exec; // an execve under way
    uint8_t seccomp;   // enum seccomp_mode
    struct seccomp_filter *filters; // newest first
    atomic_bool inside;             // the engine, if a core file may be wanted: halt.h
    bool vforked; // a process of its own in the memory of its parent: not in the list of threads
    bool exiting;
    int exit_status;
};

// The thread that runs on this host thread.
extern _Thread_local struct thread *current_thread;
// It is t from now on, whose tid is known; NULL: none.
void thread_present(struct thread *t);

static inline struct thread *thread_of(struct cpu *c)
{
    return c->owner;
}

// process.c: an empty process with an engine. False: out of memory.
bool process_init(struct process *p, const struct process_options *opt, struct engine *engine);

// thread.c: somebody beside the current thread, which was alone until now, is about to get at the memory.
void process_share_memory(struct process *p);

// proc.c: the absolute host path of the program, without links, as /proc/self/exe shows it. Found out at the
// first use.
const char *process_exe(struct process *p);

// Ends the whole process with this exit status, after the last report (-r).
_Noreturn void process_exit(struct process *p, int status);

// fatal.c: an unhandled fatal signal: a short report, then the host process dies of it, too.
// code, addr: si_code and si_addr of a fault; 0 otherwise.
_Noreturn void process_die(struct thread *t, int sig, int code, uint32_t addr);

// loader.c: maps the program into p->as, builds the initial stack, sets t's registers. path: the program's
// file. argv is as the program sees it; envp, too. Both may be overwritten: by title. On failure prints why
// and returns an exit status (125…127), else 0.
int process_load(struct process *p, struct thread *t, const char *path, int argc, char *const *argv,
                 char *const *envp, const struct title *title);

// run.c: the main loop of a guest thread: engine, system calls, signals; returns when the thread has ended.
void thread_run(struct thread *t);

// fault.c: takes over the host's SIGSEGV and SIGBUS for the process. Once, before the first thread runs.
void fault_init(void);
bool fault_was_ignored(int sig); // by whoever started stinkarm

// signal.c
// The instruction at r[15] caused a signal (si_code, si_addr): delivers it now, or ends the process.
void signal_raise_fault(struct thread *t, int sig, int code, uint32_t addr);
// Between two instructions: delivers what is pending, finishes or restarts an interrupted system call.
void signal_deliver_pending(struct thread *t);
// A SIGSEGV or SIGBUS that somebody sent (si_code <= 0): from fault.c's handler, in signal context.
void signal_host_handler(int sig, siginfo_t *si, void *ucontext);

// thread.c: a thread, attached to p's engine, with reset registers, not yet running; NULL: out of memory. The
// first one belongs to the host thread that makes it.
struct thread *thread_new(struct process *p);
void thread_free(struct thread *t);
// Frees a thread whose engine state is gone already: in the child of a fork.
void thread_discard(struct thread *t);
// Enters a thread into the process's list, takes it out.
void thread_enlist(struct thread *t);
void thread_delist(struct thread *t);

#endif
