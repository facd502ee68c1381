// Dies in a function that exceptions pass through: its frames are described for C++'s personality routine.
static volatile int opened;

struct closes {
    closes() { opened++; }
    ~closes() { opened--; }
};

__attribute__((noinline)) int fault(int *p)
{
    return *p + 1;
}

__attribute__((noinline)) void maybe(int n)
{
    if (n > 5) throw n;
}

__attribute__((noinline)) int guarded(int *p, int n)
{
    closes c;
    maybe(n);
    const int r = fault(p) + opened;
    maybe(r);
    return r;
}

int main(int argc, char **)
{
    try {
        return guarded(reinterpret_cast<int *>(8), argc) + 1;
    } catch (int n) {
        return n;
    }
}
