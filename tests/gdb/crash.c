// Follows a null pointer, or aborts if it has an argument.
#include <stdlib.h>

struct node {
    int value;
    struct node *next;
};

int data[4] = {1, 2, 3, 4};

__attribute__((noinline)) static int walk(struct node *n)
{
    int sum = 0;
    while (sum >= 0) {
        n = n->next;
        sum += n->value;
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct node *only = calloc(1, sizeof *only);
    register double d8 __asm__("d8") = 2.5;
    __asm__ volatile("" : "+w"(d8));
    (void)argv;
    if (argc > 1) abort();
    data[2] = 77;
    return walk(only) + (int)d8;
}
