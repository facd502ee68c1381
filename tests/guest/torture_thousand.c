// A thousand threads at once: all there, each with its own stack, TLS and number, then all at work on one
// lock, a barrier and a condition; what a thread costs in memory.
// stinkarm-test: build=arm,musl libs="-pthread" stdout="ok\n"
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "torture.h"

enum { THREADS = 1000, STACK = 64 << 10, MODEST_KIB = 64 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t ready;
static int open_now, total, serial;
static int tids[THREADS];
static __thread int mine;

static void *work(void *arg)
{
    const int me = (int)(intptr_t)arg;
    mine = me;
    tids[me] = (int)syscall(SYS_gettid);
    sem_post(&ready);
    pthread_mutex_lock(&mutex);
    while (!open_now)
        pthread_cond_wait(&go, &mutex);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&mutex);
        total++;
        pthread_mutex_unlock(&mutex);
    }
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
    return mine == me ? NULL : &total;
}

// KiB, of the emulator with all that it needs.
static long resident(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    long kib = -1;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1) break;
    if (f) fclose(f);
    return kib;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(int argc, char **argv)
{
    static pthread_t t[THREADS];
    pthread_attr_t a;
    (void)argv;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, STACK);
    pthread_barrier_init(&barrier, NULL, THREADS);
    sem_init(&ready, 0, 0);
    const long before = resident();
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&t[i], &a, work, (void *)(intptr_t)i)) {
            printf("thread %d cannot be made\n", i);
            return 3;
        }
    for (int i = 0; i < THREADS; i++)
        sem_wait(&ready);
    const long each = (resident() - before) / THREADS;
    if (argc > 1) printf("%ld KiB each\n", each);
    const int sanitized = getenv("ASAN_OPTIONS") != NULL; // the emulator, whose shadow memory comes on top
    CHECK(before > 0 && (each < MODEST_KIB || sanitized));
    qsort(tids, THREADS, sizeof tids[0], by_number);
    for (int i = 1; i < THREADS; i++)
        CHECK(tids[i] != tids[i - 1]);
    pthread_mutex_lock(&mutex);
    open_now = 1;
    pthread_cond_broadcast(&go);
    pthread_mutex_unlock(&mutex);
    int bad = 0;
    for (int i = 0; i < THREADS; i++) {
        void *r;
        pthread_join(t[i], &r);
        bad += r != NULL;
    }
    CHECK(total == 20 * THREADS && serial == 1 && bad == 0);
    return finish();
}
