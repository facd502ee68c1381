#include "base/image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/pages.h"

static const char magic[8] = "stinkar1";

_Static_assert(sizeof(struct image_header) <= PAGE_SIZE_HOST && IMAGE_RANGES < 1024,
               "it can be on the stack, and one call reads all ranges");

static uint64_t fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t word(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

// Odd constants without a pattern: the fractions of square roots of primes.
#define K0 0x6a09e667f3bcc909ull
#define K1 0xbb67ae8584caa73bull
#define K2 0x3c6ef372fe94f82bull
#define K3 0xa54ff53a5f1d36f1ull

uint64_t image_hash(const void *bytes, size_t n, uint64_t seed)
{
    const uint8_t *p = bytes;
    uint64_t a = seed ^ K0, b = seed ^ K1, c = seed ^ K2, d = seed ^ K3;
    const uint64_t length = n;
    for (; n >= 64; n -= 64, p += 64) {
        a = fold(word(p) ^ a, word(p + 8) ^ K1);
        b = fold(word(p + 16) ^ b, word(p + 24) ^ K2);
        c = fold(word(p + 32) ^ c, word(p + 40) ^ K3);
        d = fold(word(p + 48) ^ d, word(p + 56) ^ K0);
    }
    a = fold(a ^ (b << 23 | b >> 41), K2) ^ fold(c ^ (d << 47 | d >> 17), K1);
    for (; n >= 8; n -= 8, p += 8)
        a = fold(a ^ word(p), K3);
    uint8_t last[8] = {0};
    memcpy(last, p, n);
    return fold(a ^ word(last), length ^ K0) ^ seed;
}

// The linker's note about what it has linked.
uint64_t image_build(void)
{
    const Elf64_Phdr *ph = (const void *)getauxval(AT_PHDR); // NOLINT: an address, as a number
    for (unsigned long n = ph ? getauxval(AT_PHNUM) : 0; n--; ph++) {
        if (ph->p_type != PT_NOTE) continue;
        const uint8_t *p = (const uint8_t *)(uintptr_t)ph->p_vaddr, *end = p + ph->p_memsz;
        while (end - p >= (ptrdiff_t)sizeof(Elf64_Nhdr)) {
            const Elf64_Nhdr *note = (const void *)p;
            const uint8_t *name = p + sizeof *note, *desc = name + ((note->n_namesz + 3) & ~3u);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4))
                return image_hash(desc, note->n_descsz, 1) | 1;
            p = desc + ((note->n_descsz + 3) & ~3u);
        }
    }
    return 0;
}

static size_t size_of(const struct image_header *h)
{
    size_t n = 0;
    for (unsigned k = 0; k < h->nranges; k++)
        n += h->range[k].size;
    return n;
}

static uint64_t hash_of_header(const struct image_header *h)
{
    const uint8_t *from = (const uint8_t *)&h->content;
    return image_hash(from, (size_t)((const uint8_t *)(h + 1) - from), 2);
}

// Nobody else may write what is going to be executed.
static bool is_own(int fd, mode_t kind, struct stat *st)
{
    return fstat(fd, st) == 0 && (st->st_mode & S_IFMT) == kind && st->st_uid == geteuid() &&
           !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int open_dir(const char *path)
{
    struct stat st;
    const int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || is_own(dir, S_IFDIR, &st)) return dir;
    close(dir);
    return -1;
}

enum { NAME = 32 };

static void name_of(const struct image_file *f, const char *more, char name[NAME])
{
    snprintf(name, NAME, "%016llx%s", (unsigned long long)f->name, more);
}

static const char *check(const struct image_file *f, const struct image_header *h, size_t size)
{
    if (memcmp(h->magic, magic, sizeof magic) || h->nranges > IMAGE_RANGES || h->own != hash_of_header(h))
        return "it is damaged, or another version's";
    if (memcmp(h->keys, f->keys, sizeof f->keys))
        return "it was made by another stinkarm, on another host or with other options";
    return size_of(h) + sizeof *h == size ? NULL : "it is truncated";
}

int image_open(const struct image_file *f, struct image_header *h, const char **why)
{
    char name[NAME];
    struct stat st;
    name_of(f, "", name);
    const int dir = open_dir(f->dir);
    *why = "there is no directory, or others may write there";
    if (dir < 0) return -1;
    const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    close(dir);
    *why = "there is none yet";
    if (fd < 0) return -1;
    *why = "it is not ours";
    if (is_own(fd, S_IFREG, &st)) {
        const bool whole = read(fd, h, sizeof *h) == (ssize_t)sizeof *h;
        *why = whole ? check(f, h, (size_t)st.st_size) : "it is truncated";
        if (!*why) return fd;
    }
    close(fd);
    return -1;
}

// Sums of words, and sums of these: what damages a file changes them, and they cost a third of a hash.
static uint64_t checksum(const uint8_t *p, size_t n, uint64_t seed)
{
    typedef uint64_t lanes __attribute__((vector_size(16)));
    enum { LANES = 4 };
    lanes sum[LANES] = {{0}}, sums[LANES] = {{0}}, word;
    for (; n >= sizeof sum; n -= sizeof sum)
#pragma GCC unroll 4
        for (unsigned k = 0; k < LANES; k++, p += sizeof word) {
            memcpy(&word, p, sizeof word);
            sum[k] += word;
            sums[k] += sum[k];
        }
    const lanes all[] = {sum[0], sums[0], sum[1], sums[1], sum[2], sums[2], sum[3], sums[3]};
    return image_hash(p, n, image_hash(all, sizeof all, seed));
}

static uint64_t sum_of_ranges(const struct image_header *h, const struct image_copy *copy)
{
    uint64_t sum = 3;
    const uint8_t *p = copy ? copy->bytes : NULL;
    for (unsigned k = 0; k < h->nranges; k++) {
        const struct image_range *r = &h->range[k];
        sum = checksum(copy ? p : (const uint8_t *)(uintptr_t)r->at, r->size, sum);
        p = copy ? p + r->size : NULL;
    }
    return sum;
}

bool image_read(int fd, const struct image_header *h)
{
    struct iovec v[IMAGE_RANGES];
    for (unsigned k = 0; k < h->nranges; k++)
        v[k] = (struct iovec){(void *)(uintptr_t)h->range[k].at, h->range[k].size};
    const ssize_t n = preadv(fd, v, (int)h->nranges, sizeof *h);
    return n >= 0 && (size_t)n == size_of(h) && sum_of_ranges(h, NULL) == h->content;
}

struct image_copy image_copy(const struct image_header *h)
{
    struct image_copy c = {h, pages_new(size_of(h))};
    uint8_t *p = c.bytes;
    for (unsigned k = 0; p && k < h->nranges; k++) {
        memcpy(p, (const void *)(uintptr_t)h->range[k].at, h->range[k].size);
        p += h->range[k].size;
    }
    return c;
}

void image_copy_free(struct image_copy *c)
{
    munmap(c->bytes, size_of(c->h));
}

void *image_in_copy(const struct image_copy *c, const void *address)
{
    const uint64_t at = (uintptr_t)address;
    uint8_t *p = c->bytes;
    for (unsigned k = 0; k < c->h->nranges; k++) {
        const struct image_range *r = &c->h->range[k];
        if (at >= r->at && at < r->at + r->size) return p + (at - r->at);
        p += r->size;
    }
    return NULL;
}

// --- writing ---

// The directory, and those that it is in, as far as they are not there.
static int make_dir(const char *path)
{
    char part[4096];
    if (strlen(path) >= sizeof part) return -1;
    for (const char *p = path; (p = strchr(p + 1, '/'));) {
        memcpy(part, path, (size_t)(p - path));
        part[p - path] = 0;
        mkdir(part, 0700);
    }
    mkdir(path, 0700);
    return open_dir(path);
}

// One that has been there for a while its process did not come to rename.
static int create(int dir, const char *name)
{
    enum { WHILE = 60 };
    struct stat st;
    struct timespec now;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(dir, name, flags, 0600);
    if (fd >= 0 || errno != EEXIST || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) return fd;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec - st.st_mtime < WHILE || unlinkat(dir, name, 0)) return -1;
    return openat(dir, name, flags, 0600);
}

static bool write_all(int fd, const void *p, size_t n)
{
    for (const uint8_t *at = p; n;) {
        const ssize_t done = write(fd, at, n);
        if (done <= 0) return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

const char *image_write(const struct image_file *f, struct image_header *h, const struct image_copy *c)
{
    char name[NAME], temporary[NAME];
    struct rlimit limit;
    name_of(f, "", name);
    name_of(f, ".new", temporary);
    // The guest's limit would be a signal's reason.
    if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur < size_of(h) + sizeof *h)
        return "files may not be that long";
    const int dir = make_dir(f->dir);
    if (dir < 0) return "there is no directory, or others may write there";
    const int fd = create(dir, temporary);
    bool ok = false;
    if (fd >= 0) {
        memcpy(h->magic, magic, sizeof magic);
        memcpy(h->keys, f->keys, sizeof h->keys);
        h->content = sum_of_ranges(h, c);
        h->own = hash_of_header(h);
        ok = write_all(fd, h, sizeof *h) && write_all(fd, c->bytes, size_of(h));
        close(fd);
        ok = ok && renameat(dir, temporary, dir, name) == 0;
        if (!ok) unlinkat(dir, temporary, 0);
    }
    close(dir);
    return ok ? NULL : "it cannot be written, or somebody else is just doing so";
}

void image_remove(const struct image_file *f)
{
    char name[NAME];
    name_of(f, "", name);
    const int dir = open_dir(f->dir);
    if (dir < 0) return;
    unlinkat(dir, name, 0);
    close(dir);
}
