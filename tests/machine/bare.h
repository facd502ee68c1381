// Programs in C on the bare machine: printing, coprocessor registers, accesses that may fault.
#include <stdint.h>

extern volatile struct {
    uint32_t status, address;
} fault_seen; // of the last exception; all ones: undefined instruction

void putc(int c);
void exceptions_on(void);
void fetch_privileged(uint32_t va);
void fetch_user(uint32_t va);

#ifdef A15
enum { RAM = 0x80000000u, UART = 0x1c090000 };
#else
enum { RAM = 0x60000000, UART = 0x10009000 };
#endif

#define CP15_READ(opc1, crn, crm, opc2)                                                                      \
    ({                                                                                                       \
        uint32_t v_;                                                                                         \
        asm volatile("mrc p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 : "=r"(v_)::"memory");             \
        v_;                                                                                                  \
    })
#define CP15_WRITE(v, opc1, crn, crm, opc2)                                                                  \
    ({                                                                                                       \
        asm volatile("mcr p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 "\n dsb\n isb" ::"r"(v)            \
                     : "memory");                                                                            \
    })

static inline void print(const char *s)
{
    while (*s)
        putc(*s++);
}

static inline void print_hex(uint32_t v)
{
    int shift = 28;
    while (shift && !(v >> shift))
        shift -= 4;
    putc(' ');
    for (; shift >= 0; shift -= 4)
        putc("0123456789abcdef"[v >> shift & 15]);
}

// A line of two words.
static inline void show(const char *name, uint32_t a, uint32_t b)
{
    print(name), print_hex(a), print_hex(b), putc('\n');
}

// A line where the peer is not what the manual says: the script asks for " ok" of us alone.
static inline void manual(const char *name, uint32_t is, uint32_t want)
{
    putc('~'), print(name);
    if (is == want)
        print(" ok\n");
    else
        print(" is"), print_hex(is), print(" not"), print_hex(want), putc('\n');
}

enum { LOAD, STORE, LOAD_USER, STORE_USER, FETCH, FETCH_USER, ACCESSES };

// The value read (or 0), with fault_seen. STORE goes to the address + 8: the first word may be code.
static inline uint32_t access(int how, uint32_t va)
{
    uint32_t v = 0;
    fault_seen.status = fault_seen.address = 0;
    switch (how) {
    case LOAD: asm volatile("ldr %0, [%1]" : "+&r"(v) : "r"(va) : "memory"); break;
    case STORE: asm volatile("str %0, [%1, #8]" ::"r"(v), "r"(va) : "memory"); break;
    case LOAD_USER: asm volatile("ldrt %0, [%1]" : "+&r"(v) : "r"(va) : "memory"); break;
    case STORE_USER: asm volatile("strt %0, [%1]" ::"r"(v), "r"(va + 8) : "memory"); break;
    case FETCH: fetch_privileged(va); break;
    case FETCH_USER: fetch_user(va); break;
    }
    return v;
}

static inline void show_access(const char *name, int how, uint32_t va)
{
    const uint32_t v = access(how, va);
    if (fault_seen.status)
        print("  fault"), show(name, fault_seen.status, fault_seen.address);
    else
        print("  value"), show(name, v, 0);
}

// The status of every kind of access, on one line. IFSR has no domain (B4.1.96), whatever the peer says.
static inline void show_all(const char *name, uint32_t va)
{
    print(name);
    for (int how = 0; how < ACCESSES; how++)
        access(how, va),
            print_hex(fault_seen.status & (how < FETCH || fault_seen.status & 0x200 ? ~0u : ~0xf0u));
    putc('\n');
}
