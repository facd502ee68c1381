// For the bare machine: says "ready" on UART0, then what it reads there; powers off at "Q".
typedef unsigned int u32;

static volatile u32 *const uart = (u32 *)0x10009000, *const sysreg = (u32 *)0x10000000;

__attribute__((naked, section(".text.start"))) void _start(void)
{
    __asm__("ldr sp, =0x60100000\n b run\n");
}

void run(void)
{
    uart[0x30 / 4] = 0x301; // on, both ways
    uart[0x2c / 4] = 0x70;  // with FIFOs
    for (const char *s = "ready\n"; *s; s++)
        *uart = (u32)*s;
    for (;;) {
        while (uart[0x18 / 4] & 1 << 4) // RXFE
            ;
        const u32 c = *uart & 0xff;
        if (c == 'Q') break;
        *uart = c;
    }
    sysreg[0xa4 / 4] = 0xc0800000; // SHUTDOWN
    for (;;)
        ;
}
