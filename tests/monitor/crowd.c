// Four threads that all come by the same place, 500 times each.
#include <pthread.h>
#include <stdio.h>

volatile int counter[4];

__attribute__((noinline)) void turn(int who)
{
    counter[who]++;
}

static void *count(void *arg)
{
    for (int i = 0; i < 500; i++)
        turn((int)(long)arg);
    return NULL;
}

int main(void)
{
    pthread_t t[4];
    for (long i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, count, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    printf("%d\n", counter[0] + counter[1] + counter[2] + counter[3]);
    return 0;
}
