// Positions in directories. ext4 sorts names by hash, and a position is two hashes of 31 bits, of which a
// 32-bit kernel shows the first alone (fs/ext4/dir.c, hash2pos): in 64 bits, programs with a 32-bit off_t
// could not read the directory at all.
#include <sys/stat.h>
#include <sys/statfs.h>

#include "user/sys/common.h"

enum { SUPER_EXT4 = 0xef53, SUPER_OVERLAY = 0x794c7630 };
#define HOST_END INT64_MAX // after the last entry: ext4_get_htree_eof
#define ABI_END  INT32_MAX

static uint64_t *noted(struct thread *t, int fd, uint64_t *bit)
{
    if (fd < 0 || fd >= PROCESS_SANDBOX_FDS) return NULL;
    *bit = 1ull << fd % 64;
    return &t->p->hashed_dirs[fd / 64];
}

bool dir_offsets_are_hashes(struct thread *t, int fd, int64_t largest)
{
    uint64_t bit, *word = noted(t, fd, &bit);
    struct statfs fs;
    if (largest <= INT32_MAX || !word) return false;
    if (host2(SYS_fstatfs, fd, &fs)) return false;
    const uint32_t type = (uint32_t)fs.f_type;
    if (type != SUPER_EXT4 && type != SUPER_OVERLAY) return false;
    __atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
    return true;
}

// Whether a position of this descriptor was given to the guest in the short form.
static bool is_converted(struct thread *t, int fd)
{
    uint64_t bit, *word = noted(t, fd, &bit);
    struct stat st;
    if (!word || !(__atomic_load_n(word, __ATOMIC_RELAXED) & bit)) return false;
    if (!host2(SYS_fstat, fd, &st) && S_ISDIR(st.st_mode)) return true;
    __atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED); // another file by now
    return false;
}

int64_t dir_offset_to_guest(int64_t host)
{
    return host >> 32;
}

int64_t dir_offset_to_host(int64_t guest)
{
    return guest >= ABI_END ? HOST_END : guest << 32;
}

int64_t seek_fd(struct thread *t, int fd, int64_t offset, unsigned whence)
{
    const bool converted = is_converted(t, fd);
    if (converted && whence == SEEK_SET && offset > 0) offset = dir_offset_to_host(offset);
    const int64_t r = host3(SYS_lseek, fd, offset, whence);
    return converted && r > 0 ? dir_offset_to_guest(r) : r;
}
