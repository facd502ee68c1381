// A library that takes time.
extern volatile unsigned spun;
volatile unsigned spun;

__attribute__((noinline)) static void inside(unsigned n)
{
    while (n--)
        spun = spun * 5 + n;
}

void spin(unsigned n)
{
    inside(n);
    spun++;
}
