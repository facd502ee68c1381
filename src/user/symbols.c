#include "user/symbols.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/elf.h"

void symbol_name(struct process *p, uint32_t addr, char *buf, size_t size)
{
    struct stat st;
    if (size) *buf = 0;
    const int fd = open(process_exe(p), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0 && st.st_size > 0) {
        void *m = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (m != MAP_FAILED) {
            uint64_t offset;
            const char *name = elf_symbol(m, (size_t)st.st_size, addr - p->load_bias, &offset);
            if (name) snprintf(buf, size, "%s+0x%x", name, (unsigned)offset);
            munmap(m, (size_t)st.st_size);
        }
    }
    close(fd);
}
