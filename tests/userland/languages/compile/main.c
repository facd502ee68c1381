#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int twice(int x);

static int down(const void *a, const void *b)
{
    return *(const int *)b - *(const int *)a;
}

int main(int argc, char **argv)
{
    int v[] = {3, 1, 2};
    qsort(v, 3, sizeof v[0], down);
    printf("%d %.10f %lld %d%d%d %s\n", twice(argc), sqrt(argc), 1LL << 40, v[0], v[1], v[2], argv[1]);
    return 0;
}
