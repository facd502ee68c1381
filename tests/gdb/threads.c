#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4 };
static pthread_barrier_t start;
volatile int counter[THREADS];

static void work(int n)
{
    counter[n]++;
}

static void *thread(void *arg)
{
    const int n = (int)(long)arg;
    char name[16];
    snprintf(name, sizeof name, "worker %d", n);
    pthread_setname_np(pthread_self(), name);
    pthread_barrier_wait(&start);
    for (int i = 0; i < 1000; i++)
        work(n);
    pthread_barrier_wait(&start);
    return NULL;
}

static void all_there(void)
{
    asm volatile("" ::: "memory");
}

int main(void)
{
    pthread_t t[THREADS];
    pthread_barrier_init(&start, NULL, THREADS + 1);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, thread, (void *)i);
    all_there();
    pthread_barrier_wait(&start);
    pthread_barrier_wait(&start);
    int sum = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
        sum += counter[i];
    }
    printf("%d\n", sum);
    return 0;
}
