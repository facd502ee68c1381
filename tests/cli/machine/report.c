typedef unsigned int u32;

static volatile u32 *const uart = (u32 *)UART;
static volatile u32 *const sysreg = (u32 *)SYSREG;
char stack_bytes[4096] __attribute__((aligned(8)));
__asm__(".global stack\n stack = stack_bytes + 4096\n");

static void put(const char *s)
{
    while (*s)
        *uart = (u32)*s++;
}

static void hex(const char *name, u32 v)
{
    put(name);
    for (int i = 28; i >= 0; i -= 4)
        *uart = (u32) "0123456789abcdef"[v >> i & 15];
}

static void tags(const u32 *t)
{
    for (int n = 0; n < 32; n++, t += t[0]) {
        hex("tag ", t[1]);
        hex(" size ", t[0]);
        if (t[1] == 0x54410009)
            put(" '"), put((const char *)(t + 2)), put("'");
        else
            for (u32 i = 2; i < t[0]; i++)
                hex(" ", t[i]);
        put("\n");
        if (!t[0]) return;
    }
}

void report(u32 r0, u32 r1, const u32 *r2)
{
    uart[0x30 / 4] = 0x301; // on, both ways
    u32 cpsr;
    __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
    hex("r0 ", r0);
    hex(" r1 ", r1);
    hex(" r2 ", (u32)r2);
    hex(" cpsr ", cpsr & 0xdf);
    put("\n");
    if (r2 && r2[1] == 0x54410001)
        tags(r2);
    else if (r2)
        hex("at r2 ", r2[0]), put("\n");
    // The first word of an initrd says that it is there.
    if (r2 && r2[1] == 0x54410001)
        for (const u32 *t = r2; t[0]; t += t[0])
            if (t[1] == 0x54420005) hex("at initrd ", *(const u32 *)t[2]), put("\n");
    sysreg[0xa0 / 4] = 0;
    sysreg[0xa4 / 4] = 0xc0800000; // SHUTDOWN
    for (;;)
        ;
}
