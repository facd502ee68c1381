// The Power State Coordination Interface, as firmware below a kernel provides it: function IDs in r0 of SMC and HVC.
// ARM DEN 0022D (PSCI 1.1), with the IDs that device trees of PSCI 0.1 name (board/psci.h).
//
// CPUs have one level of affinity, and off is all the power states they have. CPU_SUSPEND is standby: WFI.
#include "board/psci.h"

#include "board/machine.h"

enum {
    SUCCESS = 0,
    NOT_SUPPORTED = -1,
    INVALID_PARAMETERS = -2,
    ALREADY_ON = -4,
};

enum function {
    F_VERSION = 0x84000000,
    F_CPU_SUSPEND = 0x84000001,
    F_CPU_OFF = 0x84000002,
    F_CPU_ON = 0x84000003,
    F_AFFINITY_INFO = 0x84000004,
    F_MIGRATE_INFO_TYPE = 0x84000006,
    F_SYSTEM_OFF = 0x84000008,
    F_SYSTEM_RESET = 0x84000009,
    F_FEATURES = 0x8400000a,
};

enum { AFFINITY_ON = 0, AFFINITY_OFF = 1, NO_TRUSTED_OS = 2, VERSION_1_1 = 0x10001 };

// The CPU that an MPIDR names, NULL if there is none.
static struct sys_cpu *cpu_named(struct machine *m, uint32_t mpidr)
{
    const uint32_t n = mpidr & 0xffffff;
    return n < m->sys.ncpus ? m->sys.cpu[n] : NULL;
}

static int cpu_on(struct machine *m, uint32_t mpidr, uint32_t entry, uint32_t context)
{
    struct sys_cpu *s = cpu_named(m, mpidr);
    if (!s) return INVALID_PARAMETERS;
    if (m->power[s->index] != CPU_OFF) return ALREADY_ON;
    m->start[s->index] = (struct boot_entry){.pc = entry, .r = {context}};
    m->power[s->index] = CPU_STARTING;
    machine_wake_cpu(m, s->index);
    return SUCCESS;
}

static int affinity_info(struct machine *m, uint32_t mpidr, uint32_t level)
{
    const struct sys_cpu *s = cpu_named(m, mpidr);
    if (!s || level) return INVALID_PARAMETERS;
    return m->power[s->index] == CPU_OFF ? AFFINITY_OFF : AFFINITY_ON;
}

static int features(uint32_t function)
{
    switch (function) {
    case F_VERSION:
    case F_CPU_SUSPEND:
    case F_CPU_OFF:
    case F_CPU_ON:
    case F_AFFINITY_INFO:
    case F_MIGRATE_INFO_TYPE:
    case F_SYSTEM_OFF:
    case F_SYSTEM_RESET:
    case F_FEATURES: return SUCCESS;
    default: return NOT_SUPPORTED;
    }
}

static uint32_t to_current(uint32_t id)
{
    switch (id) {
    case PSCI_0_1_CPU_SUSPEND: return F_CPU_SUSPEND;
    case PSCI_0_1_CPU_OFF: return F_CPU_OFF;
    case PSCI_0_1_CPU_ON: return F_CPU_ON;
    default: return id;
    }
}

bool psci_call(void *machine, struct sys_cpu *s)
{
    struct machine *m = machine;
    uint32_t *r = s->cpu.r;
    const uint32_t id = to_current(r[0]);
    pthread_mutex_lock(&m->bus.lock);
    switch ((enum function)id) {
    case F_VERSION: r[0] = VERSION_1_1; break;
    case F_CPU_SUSPEND:
        m->power[s->index] = CPU_STANDBY;
        r[0] = SUCCESS;
        break;
    case F_CPU_OFF: m->power[s->index] = CPU_OFF; break;
    case F_CPU_ON: r[0] = (uint32_t)cpu_on(m, r[1], r[2], r[3]); break;
    case F_AFFINITY_INFO: r[0] = (uint32_t)affinity_info(m, r[1], r[2]); break;
    case F_MIGRATE_INFO_TYPE: r[0] = NO_TRUSTED_OS; break;
    case F_SYSTEM_OFF: machine_power(m, DEV_POWER_OFF); break;
    case F_SYSTEM_RESET: machine_power(m, DEV_REBOOT); break;
    case F_FEATURES: r[0] = (uint32_t)features(r[1]); break;
    default: r[0] = (uint32_t)NOT_SUPPORTED; break;
    }
    pthread_mutex_unlock(&m->bus.lock);
    return true;
}
