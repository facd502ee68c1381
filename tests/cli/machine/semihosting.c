// What newlib asks of a semihosting host, and by hand what it does not. Exits with 42.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CALL(name, instruction)                                                                              \
    static int name(int op, const void *arg)                                                                 \
    {                                                                                                        \
        register int r0 __asm__("r0") = op;                                                                  \
        register const void *r1 __asm__("r1") = arg;                                                         \
        __asm__ volatile(instruction : "+r"(r0) : "r"(r1) : "memory", "lr");                                 \
        return r0;                                                                                           \
    }
__asm__(".type arm_svc,%function\n.type arm_hlt,%function\n.arm\narm_svc: svc 0x123456\n bx lr\narm_hlt: "
        ".word 0xe10f0070\n bx lr\n"
        ".thumb\n.thumb_func\nthumb_svc: svc 0xab\n bx lr\n.thumb_func\nthumb_bkpt: bkpt 0xab\n bx lr\n"
        ".thumb_func\nthumb_hlt: .hword 0xbabc\n bx lr\n.arm\n");
CALL(arm_svc_call, "bl arm_svc")
CALL(arm_hlt_call, "bl arm_hlt")
CALL(thumb_svc_call, "blx thumb_svc")
CALL(thumb_bkpt_call, "blx thumb_bkpt")
CALL(thumb_hlt_call, "blx thumb_hlt")

static void files(void)
{
    char line[100];
    FILE *f = fopen("semihosting.out", "w");
    for (int i = 0; i < 1000; i++)
        fprintf(f, "line %d %f\n", i, i / 3.0);
    fclose(f);
    f = fopen("semihosting.out", "r");
    fseek(f, 0, SEEK_END);
    printf("size %ld\n", ftell(f));
    rewind(f);
    unsigned n = 0, sum = 0;
    for (; fgets(line, sizeof line, f); n++)
        for (char *p = line; *p; p++)
            sum = sum * 31 + *p;
    printf("%u lines %08x\n", n, sum);
    fclose(f);
    f = fopen("/none/such", "r");
    printf("none: %d %d\n", f != NULL, errno);
}

static void by_hand(void)
{
    const void *rename_block[] = {"semihosting.out", (void *)15, "semihosting.two", (void *)15};
    printf("rename %d %d\n", arm_svc_call(0x0f, rename_block), thumb_svc_call(0x0f, rename_block));
    printf("errno %d\n", thumb_bkpt_call(0x13, NULL));
    const void *open_block[] = {"semihosting.two", (void *)0, (void *)15};
    const int fd = arm_hlt_call(0x01, open_block);
    const void *handle[] = {(void *)fd};
    printf("length %d tty %d\n", thumb_hlt_call(0x0c, handle), thumb_hlt_call(0x09, handle));
    printf("close %d %d\n", arm_svc_call(0x02, handle), arm_svc_call(0x02, handle));
    const void *remove_block[] = {"semihosting.two", (void *)15};
    printf("remove %d %d\n", arm_svc_call(0x0e, remove_block), arm_svc_call(0x0e, remove_block));
    const void *code[] = {(void *)-5};
    printf("is error %d\n", arm_svc_call(0x08, code));
    printf("bad pointer %d\n", arm_svc_call(0x01, (void *)0x50000000));
    const void *system_block[] = {"touch semihosting.bad", (void *)21};
    printf("system %d\n", arm_svc_call(0x12, system_block));
    uint64_t a, b;
    arm_svc_call(0x30, &a);
    arm_svc_call(0x30, &b);
    printf("elapsed %d frequency %d\n", b > a, arm_svc_call(0x31, NULL));
    arm_svc_call(0x04, "write0 ");
    arm_svc_call(0x03, "c");
    arm_svc_call(0x03, "\n");
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("%d arguments, the last is %s\n", argc, argv[argc - 1]);
    files();
    by_hand();
    char *m = malloc(1 << 20);
    printf("malloc %d isatty %d\n", m != NULL, isatty(0));
    printf("time %d clock %d\n", time(NULL) > 1000000000, clock() >= 0);
    int c, sum = 0;
    while ((c = getchar()) != EOF)
        sum = sum * 7 + c;
    printf("stdin %d\n", sum);
    fprintf(stderr, "to stderr\n");
    return 42;
}
