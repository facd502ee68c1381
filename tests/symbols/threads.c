// Three threads stand in places of their own while the first one dies.
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

static sem_t ready;
volatile unsigned count;

__attribute__((noinline)) void spin_here(void)
{
    sem_post(&ready);
    for (;;)
        count++;
}

__attribute__((noinline)) void wait_here(void)
{
    sem_post(&ready);
    for (;;)
        pause();
}

static void *spinner(void *arg)
{
    spin_here();
    return arg;
}

static void *waiter(void *arg)
{
    wait_here();
    return arg;
}

__attribute__((noinline)) int fault(int *p)
{
    return *p + 1;
}

int main(void)
{
    pthread_t t;
    sem_init(&ready, 0, 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&t, NULL, i ? spinner : waiter, NULL);
    for (int i = 0; i < 3; i++)
        sem_wait(&ready);
    return fault((int *)8) + 1;
}
