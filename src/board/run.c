// Running a machine: its CPUs in a host thread each, or all in one, in turn; sleeping, waking, resetting.
//
// The bus lock guards interrupt lines and sleep: a CPU that sleeps waits on its condition variable for a
// line, for an event, or for the end. exit_request gets a CPU that runs out of the engine.
#include <sched.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/stats.h"
#include "board/coverage.h"
#include "board/debug.h"
#include "board/machine.h"
#include "board/trap.h"
#include "host/signals.h"
#include "symbols/symbols.h"

// In turn all CPUs are this thread's.
static pthread_cond_t *wake_of(struct machine *m, unsigned cpu)
{
    return &m->wake[m->opt.round_robin ? 0 : cpu];
}

void machine_wake_cpu(struct machine *m, unsigned cpu)
{
    m->sys.cpu[cpu]->cpu.exit_request = 1;
    pthread_cond_signal(wake_of(m, cpu));
}

static void cpu_line(void *ctx, unsigned input, bool level)
{
    struct machine *m = ctx;
    struct cpu *c = &m->sys.cpu[input >> 8]->cpu;
    const int which = (int)(input & 0xff);
    if (level) {
        c->irq_lines |= which;
        machine_wake_cpu(m, input >> 8);
    } else {
        c->irq_lines &= ~which;
    }
}

struct irq_line machine_cpu_line(struct machine *m, unsigned cpu, enum cpu_irq which)
{
    return (struct irq_line){cpu_line, m, cpu << 8 | (unsigned)which};
}

static void ask(struct machine *m, enum machine_request what)
{
    int expected = RUN_ON;
    if (!atomic_compare_exchange_strong(&m->request, &expected, what) && expected == RUN_REBOOT &&
        what == RUN_QUIT)
        atomic_store(&m->request, what); // the end comes before another beginning
    for (unsigned i = 0; i < m->sys.ncpus; i++)
        machine_wake_cpu(m, i);
}

void machine_exit(struct machine *m, int status)
{
    if (atomic_load(&m->request) != RUN_ON) return;
    m->exit_status = status;
    ask(m, RUN_EXIT);
}

void machine_power(void *ctx, enum dev_power what)
{
    struct machine *m = ctx;
    for (unsigned i = 0; i < sizeof m->panic / sizeof *m->panic; i++)
        if (m->panic[i].seen) machine_exit(m, 1); // and its command line has told it to reboot
    ask(m, what == DEV_POWER_OFF || m->opt.no_reboot ? RUN_POWER_OFF : RUN_REBOOT);
}

void machine_quit(void *ctx)
{
    ask(ctx, RUN_QUIT);
}

void machine_event(void *ctx)
{
    struct machine *m = ctx;
    // Either we see that somebody waits, or that one sees the event.
    atomic_thread_fence(memory_order_seq_cst);
    if (!atomic_load(&m->event_waiters)) return;
    pthread_mutex_lock(&m->bus.lock);
    for (unsigned i = 0; i < m->sys.ncpus; i++)
        pthread_cond_signal(wake_of(m, i));
    pthread_mutex_unlock(&m->bus.lock);
}

enum waiting { AWAKE, FOR_INTERRUPT, FOR_EVENT, FOR_START };

static bool has_work(const struct machine *m, const struct sys_cpu *s, enum waiting why)
{
    const struct cpu *c = &s->cpu;
    if (atomic_load(&m->request) != RUN_ON) return true;
    switch (why) {
    case AWAKE: return true;
    case FOR_INTERRUPT: return c->irq_lines; // masked ones, too (B1.8.14)
    case FOR_EVENT: return c->event || cpu_irq_deliverable(c);
    case FOR_START: return m->power[s->index] != CPU_OFF;
    }
    return true;
}

// The event stream of the generic timer (B8.1.4): an event at every change of a bit of the counter, from 0 to
// 1 or back. Its period in ns, or 0 if it is off.
static uint64_t event_stream_ns(const struct sys_cpu *s)
{
    if (!s->model->generic_timer || !(s->cp15.cntkctl & 4)) return 0;
    return (2000000000ull << (s->cp15.cntkctl >> 4 & 15)) / GENERIC_TIMER_HZ;
}

static void wait_on(struct machine *m, unsigned cpu, uint64_t ns)
{
    if (!ns) {
        pthread_cond_wait(wake_of(m, cpu), &m->bus.lock);
        return;
    }
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ns += (uint64_t)ts.tv_nsec;
    ts.tv_sec += (time_t)(ns / 1000000000u);
    ts.tv_nsec = (long)(ns % 1000000000u);
    pthread_cond_timedwait(wake_of(m, cpu), &m->bus.lock, &ts);
}

static void sleep_cpu(struct machine *m, struct sys_cpu *s, enum waiting why)
{
    struct cpu *c = &s->cpu;
    const uint64_t period = why == FOR_EVENT ? event_stream_ns(s) : 0;
    const enum stats_part former = stats_enter(PART_SLEEP);
    if (why == FOR_EVENT) atomic_fetch_add(&m->event_waiters, 1);
    pthread_mutex_lock(&m->bus.lock);
    while (!has_work(m, s, why)) {
        wait_on(m, s->index, period);
        if (period) c->event = 1;
    }
    pthread_mutex_unlock(&m->bus.lock);
    stats_enter(former);
    if (why != FOR_EVENT) return;
    atomic_fetch_sub(&m->event_waiters, 1);
    c->event = 0;
}

enum { LEAST_LEFT = 64 }; // instructions: less is not worth to go on for

static void start_cpu(struct sys_cpu *s, const struct boot_entry *entry)
{
    sys_cpu_reset(s);
    s->cpu.r[15] = entry->pc & ~1u;
    s->cpu.thumb = entry->pc & 1;
    memcpy(s->cpu.r, entry->r, sizeof entry->r);
}

// What firmware has made of the CPU since it ran.
static enum waiting power_state(struct machine *m, struct sys_cpu *s)
{
    uint8_t *state = &m->power[s->index];
    const enum cpu_power was = *state;
    if (was == CPU_RUNNING) return AWAKE;
    if (was == CPU_OFF) return FOR_START;
    *state = CPU_RUNNING;
    if (was == CPU_STANDBY) return FOR_INTERRUPT;
    start_cpu(s, &m->start[s->index]);
    return AWAKE;
}

// Runs a CPU until it waits, or has executed about as many instructions as it may (0: no limit).
static enum waiting run_cpu(struct machine *m, struct sys_cpu *s, uint64_t limit)
{
    struct cpu *c = &s->cpu;
    const uint64_t end = s->executed + limit;
    do {
        // Whoever sets it does so behind what it is about.
        __atomic_exchange_n(&c->exit_request, 0, __ATOMIC_SEQ_CST);
        if (atomic_load(&m->request) != RUN_ON || atomic_load(&m->turn_over)) return AWAKE;
        const enum waiting state = power_state(m, s);
        if (state != AWAKE) return state;
        if (c->irq_lines) exception_interrupt(s);
        traps_of(c);
        const enum cpu_exit why = sys_run(s, limit ? end - s->executed : 0);
        switch (why) {
        case CPU_EXIT_WFI: stats_add(STAT_WFI, 1); return FOR_INTERRUPT;
        case CPU_EXIT_WFE: stats_add(STAT_WFE, 1); return FOR_EVENT;
        case CPU_EXIT_YIELD:
            if (m->opt.round_robin) return AWAKE;
            sched_yield();
            break;
        case CPU_EXIT_INTERRUPT: // perhaps a deadline came nearer: another limit
            if (m->opt.round_robin) return AWAKE;
            break;
        default: exception_enter_exit(s, why); break;
        }
    } while (!limit || s->executed + LEAST_LEFT < end);
    return AWAKE;
}

static uint32_t pc_of(const void *cpu)
{
    const struct cpu *c = cpu;
    return c->engine->pc(c);
}

// This host thread runs the CPU from now on.
static void present(const struct sys_cpu *s)
{
    bus_master = s->index;
    log_thread(s->index, pc_of, &s->cpu);
}

static void *cpu_thread(void *arg)
{
    struct sys_cpu *s = arg;
    struct machine *m = s->machine->ctx;
    present(s);
    while (atomic_load(&m->request) == RUN_ON) {
        const enum waiting why = run_cpu(m, s, 0);
        if (why != AWAKE) sleep_cpu(m, s, why);
    }
    if (s->index) stats_thread_end();
    return NULL;
}

// A host thread for each CPU; the first one's is this.
static bool run_threads(struct machine *m)
{
    pthread_t thread[SYS_MAX_CPUS];
    unsigned n = 1;
    while (n < m->sys.ncpus && !pthread_create(&thread[n], NULL, cpu_thread, m->sys.cpu[n]))
        n++;
    const bool ok = n == m->sys.ncpus;
    if (!ok) {
        warn("cannot start a thread for CPU %u", n);
        machine_quit(m);
    }
    cpu_thread(m->sys.cpu[0]);
    while (--n)
        pthread_join(thread[n], NULL);
    return ok;
}

// All CPUs in this thread, in turn

enum {
    QUANTUM = 5000,          // instructions until the next one's turn,
    QUANTUM_NS = 250000,     // … or time, where nobody counts them
    INSTRUCTION_NS = 10,     // icount
    LONGEST_NS = 1000000000, // icount: how far it looks ahead for a deadline
};

static uint64_t icount_ran(void *ctx)
{
    const struct machine *m = ctx;
    uint64_t n = 0;
    for (unsigned i = 0; i < m->sys.ncpus; i++)
        n += sys_executed(m->sys.cpu[i]);
    return n * INSTRUCTION_NS;
}

// The present turn may have to be shorter.
static void shorten_turn(void *ctx)
{
    struct machine *m = ctx;
    for (unsigned i = 0; i < m->sys.ncpus; i++)
        m->sys.cpu[i]->cpu.exit_request = 1;
}

static void end_turn(void *ctx)
{
    struct machine *m = ctx;
    atomic_store(&m->turn_over, true);
    shorten_turn(m);
}

// Instructions that the next turn may last; 0: until end_turn, if there are others.
static uint64_t turn(struct machine *m)
{
    uint64_t n = m->sys.ncpus > 1 ? QUANTUM : 0;
    if (!m->opt.icount && n && m->opt.compiles) {
        atomic_store(&m->turn_over, false);
        pthread_mutex_lock(&m->bus.lock);
        timer_set(&m->clock, &m->turn, clock_ns(&m->clock) + QUANTUM_NS);
        pthread_mutex_unlock(&m->bus.lock);
        return 0;
    }
    if (!m->opt.icount) return n;
    pthread_mutex_lock(&m->bus.lock);
    clock_fire(&m->clock);
    const uint64_t ns = clock_until_next(&m->clock);
    pthread_mutex_unlock(&m->bus.lock);
    const uint64_t left = ((ns < LONGEST_NS ? ns : LONGEST_NS) + INSTRUCTION_NS - 1) / INSTRUCTION_NS;
    return n && n < left ? n : left;
}

// The shortest event stream of CPUs that wait for one.
static uint64_t next_event(const struct machine *m, const enum waiting *waiting)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        const uint64_t period = waiting[i] == FOR_EVENT ? event_stream_ns(m->sys.cpu[i]) : 0;
        if (period && period < least) least = period;
    }
    return least;
}

// Nobody has anything to do before the next deadline: with instructions as the clock it is there at once.
static void idle(struct machine *m, const enum waiting *waiting)
{
    const enum stats_part former = stats_enter(PART_SLEEP);
    pthread_mutex_lock(&m->bus.lock);
    for (;;) {
        bool work = false;
        for (unsigned i = 0; i < m->sys.ncpus; i++)
            work |= has_work(m, m->sys.cpu[i], waiting[i]);
        if (work) break;
        uint64_t ns = m->opt.icount ? clock_until_next(&m->clock) : UINT64_MAX;
        const uint64_t period = next_event(m, waiting);
        if (period < ns) ns = period;
        if (!m->opt.icount || ns == UINT64_MAX) {
            wait_on(m, 0, ns == UINT64_MAX ? 0 : ns);
        } else {
            clock_advance(&m->clock, ns);
            clock_fire(&m->clock);
        }
        for (unsigned i = 0; period != UINT64_MAX && i < m->sys.ncpus; i++)
            m->sys.cpu[i]->cpu.event = 1; // at worst without need
    }
    pthread_mutex_unlock(&m->bus.lock);
    stats_enter(former);
}

static void end_turns(struct machine *m)
{
    pthread_mutex_lock(&m->bus.lock);
    timer_cancel(&m->clock, &m->turn);
    pthread_mutex_unlock(&m->bus.lock);
    atomic_store(&m->turn_over, false);
}

static void run_in_turn(struct machine *m)
{
    enum waiting waiting[SYS_MAX_CPUS] = {AWAKE};
    m->turn = (struct timer){.fire = end_turn, .ctx = m};
    while (atomic_load(&m->request) == RUN_ON) {
        bool ran = false;
        for (unsigned i = 0; i < m->sys.ncpus; i++) {
            struct sys_cpu *s = m->sys.cpu[i];
            if (waiting[i] != AWAKE && !has_work(m, s, waiting[i])) continue;
            if (waiting[i] == FOR_EVENT) s->cpu.event = 0;
            const uint64_t limit = turn(m);
            present(s);
            waiting[i] = run_cpu(m, s, limit);
            ran = true;
        }
        if (ran) continue;
        end_turns(m);
        idle(m, waiting);
    }
    end_turns(m);
}

static void start_cpus(struct machine *m)
{
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        const struct boot_entry pen = {.pc = (uint32_t)m->board->pen};
        start_cpu(m->sys.cpu[i], i ? &pen : &m->boot);
        m->power[i] = i && m->firmware_starts_cpus ? CPU_OFF : CPU_RUNNING;
    }
}

// As after power-on, but for what is in memory besides the images.
static bool reset(struct machine *m)
{
    int expected = RUN_REBOOT;
    atomic_compare_exchange_strong(&m->request, &expected, RUN_ON);
    pthread_mutex_lock(&m->bus.lock);
    for (unsigned i = 0; i < m->ndevices; i++)
        m->device[i]->cls->reset(m->device[i]);
    pthread_mutex_unlock(&m->bus.lock);
    const bool ok = machine_load(m);
    m->sys.engine->invalidate(m->sys.engine, 0, 1ull << 40);
    return ok;
}

// The debugger that was asked for, if any. False: there cannot be one, and it is said why.
static bool start_debugger(struct machine *m, struct debugger **d)
{
    const struct debug_target target = machine_debug_target(m);
    *d = NULL;
    if (!options_debug_front(&m->opt.debug_options)) return true;
    if (options_debug_monitor(&m->opt.debug_options)) signals_leave_interrupts();
    if (!m->opt.debug(d, &m->opt.debug_options, &target)) return false;
    for (unsigned i = 0; *d && i < m->sys.ncpus; i++)
        (*d)->join(*d, &m->sys.cpu[i]->cpu);
    return true;
}

int machine_run(struct machine *m)
{
    struct debugger *debugger;
    const char *symbols = m->opt.debug_options.symbols;
    if (symbols && !symbols_add_file(machine_symbols(m), symbols)) return 125;
    if (!machine_log_functions(m)) return 125;
    if (!coverage_begin(m) || !start_debugger(m, &debugger)) return 125;
    if (m->opt.icount) {
        m->opt.round_robin = true;
        m->clock.ran = icount_ran;
        m->clock.earlier = shorten_turn;
        m->clock.ctx = m;
    }
    if (!loop_start(&m->loop)) {
        warn("cannot start the event loop's thread");
        return 125;
    }
    bool ok = true;
    stats_program = "machine";
    traps_init();
    if (m->sys.ncpus > 1) log_expect_threads();
    do {
        start_cpus(m);
        if (m->opt.round_robin)
            run_in_turn(m);
        else
            ok = run_threads(m);
    } while (ok && atomic_load(&m->request) == RUN_REBOOT && (ok = reset(m)));
    if (debugger) debugger->end(debugger, NULL, ok ? m->exit_status : 125, 0);
    loop_stop(&m->loop);
    coverage_end(m);
    stats_report();
    return ok ? m->exit_status : 125;
}
