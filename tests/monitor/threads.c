// Threads that count to 1,000 each; the second one waits for the first one's end inside a system call.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

volatile int counter[3];
static pthread_t first;

__attribute__((noinline)) void turn(int who)
{
    counter[who]++;
}

static void *count(void *arg)
{
    const int who = (int)(long)arg;
    if (who == 2) pthread_join(first, NULL);
    for (int i = 0; i < 1000; i++)
        turn(who);
    return NULL;
}

int main(void)
{
    pthread_t second;
    pthread_setname_np(pthread_self(), "main");
    pthread_create(&first, NULL, count, (void *)1);
    pthread_create(&second, NULL, count, (void *)2);
    pthread_join(second, NULL);
    printf("%d %d\n", counter[1], counter[2]);
    return 0;
}
