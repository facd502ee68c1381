// What the kernel hands to a program: registers aside, all of it is on the stack.
// stinkarm-test: build=arm,thumb,armel,musl args="one two" env="STINKARM_TEST=yes"
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
extern char __ehdr_start[];
void _start(void);

int main(int argc, char **argv, char **envp)
{
    CHECK(argc == 3 && strcmp(argv[1], "one") == 0 && strcmp(argv[2], "two") == 0 && !argv[3]);
    CHECK(((uintptr_t)&argv[-1] & 7) == 0); // argc lies below argv, 8-byte aligned
    CHECK(envp == argv + 4);
    CHECK(getenv("STINKARM_TEST") && strcmp(getenv("STINKARM_TEST"), "yes") == 0);
    CHECK(argv[1] == argv[0] + strlen(argv[0]) + 1 && argv[2] == argv[1] + 4 && envp[0] == argv[2] + 4);

    CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_CLKTCK) == 100);
    CHECK(getauxval(AT_PHENT) == sizeof(Elf32_Phdr) && getauxval(AT_BASE) == 0 && getauxval(AT_FLAGS) == 0);
    const Elf32_Phdr *ph = (const void *)getauxval(AT_PHDR);
    const Elf32_Ehdr *eh = (const void *)__ehdr_start;
    CHECK((const char *)ph == __ehdr_start + eh->e_phoff && getauxval(AT_PHNUM) == eh->e_phnum);
    CHECK((getauxval(AT_ENTRY) & ~1ul) == ((unsigned long)_start & ~1ul));
    CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid());
    CHECK(getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid() && getauxval(AT_SECURE) == 0);
    CHECK(getauxval(AT_SYSINFO_EHDR) == 0); // there is no vdso
    CHECK(strcmp((const char *)getauxval(AT_PLATFORM), "v7l") == 0);
    CHECK(strcmp((const char *)getauxval(AT_EXECFN), argv[0]) == 0);
    const unsigned char *random = (const void *)getauxval(AT_RANDOM);
    int bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= random[i];
    CHECK(bits != 0);
    // half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae
    CHECK((getauxval(AT_HWCAP) & 0x1fb0d6) == 0x1fb0d6);
    CHECK(*(const uint32_t *)(getauxval(AT_EXECFN) + strlen(argv[0]) + 1) == 0 ||
          (getauxval(AT_EXECFN) + strlen(argv[0]) + 1) % 4); // the null word at the very top
    char *sp = (char *)argv;
    CHECK((uintptr_t)sp > 0xbe800000 && (uintptr_t)sp < 0xbf000000);
    return failures != 0;
}
