// C without a C library: system calls by hand, and an entry point that finds its arguments on the stack.
// stinkarm-test: build=nolibc args="one two" exit=3
// stinkarm-test: stdout="argument: one\nargument: two\n"

static long call(long nr, long a, long b, long c)
{
    register long r7 __asm__("r7") = nr;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
    return r0;
}

static void print(const char *s)
{
    long n = 0;
    while (s[n])
        n++;
    call(4, 1, (long)s, n); // write
}

__attribute__((used)) static void start(const long *stack)
{
    const long argc = stack[0];
    const char *const *argv = (const char *const *)(stack + 1);
    for (long i = 1; i < argc; i++) {
        print("argument: ");
        print(argv[i]);
        print("\n");
    }
    call(1, argc, 0, 0); // exit
}

__attribute__((naked)) void _start(void)
{
    __asm__("mov r0, sp\n\tb start");
}
