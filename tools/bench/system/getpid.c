// The shortest system call.
#include <sys/syscall.h>
#include <unistd.h>
#include "program.h"

static void work(long rounds)
{
    long sum = 0;
    for (long i = 0; i < rounds; i++)
        sum += syscall(SYS_getpid) > 0;
    printf("%ld\n", sum);
}
