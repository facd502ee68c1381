// C with its library: arguments, heap, floating point, standard output.
// stinkarm-test: build=arm,thumb,armel,musl args="3 1 2"
// stinkarm-test: stdout="1 2 3\nsum 6, mean 2.00\n"
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const int n = argc - 1;
    int *numbers = malloc((size_t)argc * sizeof *numbers), sum = 0;
    if (!numbers || !n) return 1;
    for (int i = 0; i < n; i++)
        sum += numbers[i] = atoi(argv[i + 1]);
    qsort(numbers, (size_t)n, sizeof *numbers, compare);
    for (int i = 0; i < n; i++)
        printf("%d%c", numbers[i], i + 1 < n ? ' ' : '\n');
    printf("sum %d, mean %.2f\n", sum, (double)sum / n);
    free(numbers);
    return 0;
}
