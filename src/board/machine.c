#include "board/machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "board/vexpress.h"
#include "board/psci.h"
#include "board/semihost.h"
#include "dev/devices.h"
#include "dev/gic.h"
#include "host/signals.h"
#include "symbols/symbols.h"

static void panicked(void *ctx)
{
    machine_exit(ctx, 1);
}

static void watch_for_panics(struct machine *m)
{
    if (!m->opt.exit_on_panic) return;
    for (unsigned i = 0; i <= MACHINE_UARTS; i++) {
        struct chardev *c = i < MACHINE_UARTS ? m->serial[i] : m->virtio_console;
        panic_watch_init(&m->panic[i], &m->clock, panicked, m);
        if (c) chardev_tap(c, panic_watch_output, &m->panic[i]);
    }
}

// What system/ wants of its machine

static uint64_t now_ns(void *ctx)
{
    struct machine *m = ctx;
    return clock_ns(&m->clock);
}

enum { PPI_VIRTUAL_TIMER = 27, PPI_PHYSICAL_TIMER = 30 };

static void generic_timer_update(struct machine *m, struct sys_cpu *s)
{
    // In this order: what becomes due in between is seen.
    const uint64_t next = cp15_timer_next_ns(s);
    const unsigned lines = cp15_timer_lines(s), cpu = s->index << 8;
    gic_input(m->gic, PPI_VIRTUAL_TIMER | cpu, lines & 1);
    gic_input(m->gic, PPI_PHYSICAL_TIMER | cpu, lines & 2);
    if (next == UINT64_MAX)
        timer_cancel(&m->clock, &m->generic_timer[s->index]);
    else
        timer_set(&m->clock, &m->generic_timer[s->index], next);
}

static void generic_timer_expired(void *ctx)
{
    struct sys_cpu *s = ctx;
    generic_timer_update(s->machine->ctx, s);
}

static void timer_changed(void *ctx, struct sys_cpu *s)
{
    struct machine *m = ctx;
    pthread_mutex_lock(&m->bus.lock);
    generic_timer_update(m, s);
    pthread_mutex_unlock(&m->bus.lock);
}

// Building

struct dev_env machine_env(struct machine *m, void *backend, const void *config)
{
    return (struct dev_env){.bus = &m->bus,
                            .clock = &m->clock,
                            .backend = backend,
                            .config = config,
                            .power = machine_power,
                            .power_ctx = m};
}

struct device *machine_add(struct machine *m, const struct dev_class *cls, const char *id, uint64_t base,
                           uint64_t size, const struct dev_env *env, const unsigned *irqs)
{
    if (m->ndevices == MACHINE_MAX_DEVICES) {
        warn("%s: too many devices", id);
        return NULL;
    }
    struct device *d = device_new(cls, id, base, size, env);
    if (!d) return NULL;
    for (unsigned i = 0; i < DEV_MAX_IRQS && irqs[i]; i++)
        d->irq[i] = (struct irq_line){gic_input, m->gic, irqs[i]};
    m->device[m->ndevices++] = d;
    return d;
}

struct device *machine_device(const struct machine *m, const char *id)
{
    for (unsigned i = 0; i < m->ndevices; i++)
        if (!strcmp(m->device[i]->id, id)) return m->device[i];
    return NULL;
}

// Memory becomes a file's, so that it can be mapped elsewhere, too. -1: it stays as it is.
static int into_file(uint8_t *host, uint64_t size)
{
    const int fd = (int)syscall(SYS_memfd_create, "stinkarm-ram", 1 /* MFD_CLOEXEC */);
    if (fd < 0) return -1;
    const int flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE;
    if (!ftruncate(fd, (off_t)size) && mmap(host, size, PROT_READ | PROT_WRITE, flags, fd, 0) != MAP_FAILED)
        return fd;
    close(fd);
    return -1;
}

uint8_t *machine_add_ram(struct machine *m, const char *name, uint64_t base, uint64_t size)
{
    const size_t pages = size >> 12;
    uint8_t *host =
        mmap(NULL, size + pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host == MAP_FAILED) {
        warn("%s: cannot have %llu bytes of memory", name, (unsigned long long)size);
        return NULL;
    }
    bus_add_ram(&m->bus, name, base, size, host, host + size);
    bus_set_file(&m->bus, host, into_file(host, size));
    return host;
}

static const struct board *find_board(const char *name)
{
    static const struct board *const boards[] = {&board_vexpress_a9, &board_vexpress_a15};
    for (unsigned i = 0; i < sizeof boards / sizeof *boards; i++)
        if (!strcmp(boards[i]->name, name)) return boards[i];
    warn("unknown machine '%s': vexpress-a9 or vexpress-a15", name);
    return NULL;
}

static bool open_serials(struct machine *m)
{
    for (unsigned i = 0; i < MACHINE_UARTS; i++) {
        // The input is the program's that may ask for it.
        const char *first = m->opt.semihosting ? "stdout" : "stdio";
        const char *spec = m->opt.serial[i] ? m->opt.serial[i] : i == 0 ? first : "null";
        m->serial[i] = chardev_open(spec, &m->loop, machine_quit, m);
        if (!m->serial[i]) return false;
    }
    return true;
}

static bool open_disks(struct machine *m)
{
    for (; m->ndisks < m->opt.ndrives; m->ndisks++) {
        const struct drive_option *o = &m->opt.drive[m->ndisks];
        if (!disk_open(&m->disk[m->ndisks], o->path, o->read_only)) return false;
    }
    return true;
}

struct disk *machine_disk(struct machine *m, enum drive_kind kind, unsigned n)
{
    for (unsigned i = 0; i < m->ndisks; i++)
        if (m->opt.drive[i].kind == kind && n-- == 0) return &m->disk[i];
    return NULL;
}

static bool open_net(struct machine *m)
{
    if (!m->opt.net || !strcmp(m->opt.net, "none")) return true;
    m->net = netdev_open(m->opt.net, &m->loop, &m->clock);
    return m->net;
}

struct netdev *machine_net(const struct machine *m, enum netdev_nic nic)
{
    return m->net && netdev_nic(m->net) == nic ? m->net : NULL;
}

static bool add_cpus(struct machine *m)
{
    for (unsigned i = 0; i < m->opt.smp; i++) {
        struct sys_cpu *s = sys_cpu_new(&m->sys, m->board->cpu, i);
        if (!s) {
            warn("out of memory for CPU %u", i);
            return false;
        }
        m->generic_timer[i] = (struct timer){.fire = generic_timer_expired, .ctx = s};
    }
    return true;
}

struct machine *machine_new(const struct machine_options *opt, struct engine *engine)
{
    const struct board *board = find_board(opt->board);
    if (!board) return NULL;
    if (opt->smp < 1 || opt->smp > board->max_cpus) {
        warn("%s has 1 to %u CPUs, not %u", board->name, board->max_cpus, opt->smp);
        return NULL;
    }
    if (opt->memory > board->max_ram || opt->memory < 1 << 20 || opt->memory & 0xfff) {
        warn("%s takes 1 to %llu MiB of memory in whole pages, not %llu bytes", board->name,
             (unsigned long long)board->max_ram >> 20, (unsigned long long)opt->memory);
        return NULL;
    }
    struct machine *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    m->board = board;
    m->opt = *opt;
    bus_init(&m->bus);
    clock_init(&m->clock, opt->icount, &m->loop);
    for (unsigned i = 0; i < SYS_MAX_CPUS; i++)
        pthread_cond_init(&m->wake[i], NULL);
    m->sys = (struct sys_machine){.bus = &m->bus,
                                  .engine = engine,
                                  .now_ns = now_ns,
                                  .ctx = m,
                                  .timer_changed = timer_changed,
                                  .event = machine_event,
                                  .firmware_call = psci_call};
    sys_machine_init(&m->sys);
    m->bus.written = tlb_memory_written;
    m->bus.withdrawn = tlb_memory_withdrawn;
    m->bus.written_ctx = &m->sys;
    if (!loop_init(&m->loop, &m->clock, &m->bus.lock) || !signals_open(&m->loop, machine_quit, m) ||
        !open_serials(m) || !open_disks(m) || !(m->display = display_open(m->opt.display, &m->loop)) ||
        !open_net(m) || !slots_fill(m, machine_quit) || !add_cpus(m) || !board_build(m) || !machine_load(m)) {
        machine_free(m);
        return NULL;
    }
    watch_for_panics(m);
    if (opt->semihosting && !(m->semihost = semihost_new(m))) {
        warn("no memory for semihosting");
        machine_free(m);
        return NULL;
    }
    return m;
}

void machine_free(struct machine *m)
{
    if (m->semihost) semihost_free(m->semihost);
    symbols_free(m->symbols);
    if (m->display) display_close(m->display); // which still needs the devices
    for (unsigned i = 0; i < m->ndevices; i++)
        device_free(m->device[i]);
    for (unsigned i = 0; i < MACHINE_UARTS; i++)
        if (m->serial[i]) chardev_close(m->serial[i]);
    if (m->net) netdev_close(m->net);
    if (m->virtio_console) chardev_close(m->virtio_console);
    if (m->shared) share_close(&m->share);
    for (unsigned i = 0; i < m->ndisks; i++)
        disk_close(&m->disk[i]);
    for (unsigned i = 0; i < m->sys.ncpus; i++)
        sys_cpu_free(m->sys.cpu[i]);
    for (unsigned i = 0; i < m->bus.nranges; i++) {
        const struct bus_range *r = &m->bus.range[i];
        if (r->kind != BUS_RAM || !r->code) continue;
        munmap(r->host, r->size + (r->size >> 12));
        if (r->file >= 0) close(r->file);
    }
    free(m);
}
