// Executes code from a file: page FILE [PROGRAM], which is executed at last. A page of it says how often it has been executed so far, and one of
// anonymous memory, which is written meanwhile, counts on: both change from run to run, or within one.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, ROUNDS = 1000 };

// mov r0, #N; bx lr
static void make(uint32_t *code, unsigned n)
{
    code[0] = 0xe3a00000 | (n & 0xff);
    code[1] = 0xe12fff1e;
    __builtin___clear_cache((char *)code, (char *)(code + 2));
}

static unsigned run(const void *code)
{
    unsigned (*f)(void);
    unsigned sum = 0;
    memcpy(&f, &code, sizeof f);
    for (int k = 0; k < ROUNDS; k++)
        sum += f();
    return sum / ROUNDS;
}

int main(int argc, char **argv)
{
    const int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    void *const at = (void *)0x50000000, *const other = (void *)0x51000000;
    const void *file = mmap(at, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0);
    uint32_t *own =
        mmap(other, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (file == MAP_FAILED || own == MAP_FAILED) return 1;
    printf("file %u\n", run(file));
    for (unsigned n = 1; n < 5; n++) {
        make(own, n);
        printf("own %u\n", run(own));
    }
    fflush(stdout);
    if (argc > 2) execv(argv[2], argv + 2);
    return 0;
}
