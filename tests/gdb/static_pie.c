// A position-independent program without libraries, libc's too.
int value = 5;

__attribute__((noinline, noipa)) static int twice(int n)
{
    return 2 * n;
}

__attribute__((noreturn)) void _start(void)
{
    register int r0 asm("r0") = twice(value), r7 asm("r7") = 1; // exit
    asm volatile("svc #0" ::"r"(r0), "r"(r7));
    __builtin_unreachable();
}
