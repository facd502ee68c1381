// The user-mode address space: the guest's 4 GiB are one window of host addresses that nothing else uses,
// guest page permissions are host page permissions (execution aside: the host never executes guest pages),
// and a list of mappings says what the guest sees.
#ifndef STINKARM_MEM_UAS_H
#define STINKARM_MEM_UAS_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/engine.h"
#include "mem/access.h"

#define UAS_PAGE  0x1000u
#define UAS_GUARD 0x10000u // unused at both ends of the window

// Where the window is in every process: uas.c says why there.
#define UAS_WINDOW 0x200000000000ull

enum uas_prot { UAS_READ = 1, UAS_WRITE = 2, UAS_EXEC = 4 }; // = PROT_* of the Linux ABI

enum uas_flags {
    UAS_SHARED = 1,    // MAP_SHARED
    UAS_NORESERVE = 2, // no swap is set aside for it
    UAS_POPULATE = 4,  // page it in at once
    UAS_STACK = 8,     // a stack: no huge pages
    UAS_LOCKED = 16,   // MAP_LOCKED
    UAS_SYNC = 32,     // MAP_SHARED_VALIDATE | MAP_SYNC
    UAS_GROWS = 64,    // MAP_GROWSDOWN; growing is up to the personality
};

// One mapping. What file is behind it the host kernel knows: see user/proc.c.
struct uas_map {
    uint32_t start;
    bool shared, grows;
    uint8_t prot;     // enum uas_prot, as the guest asked for
    uint64_t end;     // exclusive; up to 2^32
    const char *name; // "[heap]" and the like, a constant; NULL for the rest
    uint32_t own;     // not 0: a number that keeps it apart from its neighbours
};

struct uas {
    uint8_t *window;
    struct uas_map *maps; // sorted, disjoint
    size_t nmaps, cap;
    uint64_t changes;        // of maps
    pthread_mutex_t lock;    // guards maps and the host mappings behind them; taken inside, for moments
    pthread_mutex_t mm_lock; // for callers: held from choosing an address to mapping it
    struct engine *engine;
    uint8_t *code_pages;      // one byte a page: enum in uas.c
    size_t ncode;             // pages that are marked there
    size_t nwatched;          // … and whose host write permission is taken away
    struct uas_map first[16]; // where maps lives as long as it is short
};

// Returns false with errno set.
bool uas_init(struct uas *as);
void uas_destroy(struct uas *as);

// The functions of struct cpu_mem for a CPU whose mem_ctx is a struct uas.
const uint8_t *uas_fetch_page(struct cpu *c, uint32_t va, uint32_t *frame);
extern const struct cpu_mem uas_cpu_mem;

// Map, unmap, protect, move: [addr, addr + len) page aligned and inside 4 GiB, len not 0. They keep the list,
// the host's mappings and the engine's translations in step, and return 0 or a negative Linux errno. fd -1:
// anonymous. The caller chose addr. name: a constant, or NULL.
int uas_map(struct uas *as, uint32_t addr, uint64_t len, unsigned prot, unsigned flags, int fd,
            uint64_t offset, const char *name);
// Enters into the list what the caller has mapped into the window himself (shmat).
int uas_note(struct uas *as, const struct uas_map *m);
int uas_unmap(struct uas *as, uint32_t addr, uint64_t len);
int uas_protect(struct uas *as, uint32_t addr, uint64_t len, unsigned prot);
// Moves, and resizes on the way. to is free, or replaced. keep: the old range stays mapped, empty
// (MREMAP_DONTUNMAP). Makes a mapping longer where it is; what follows is free.
int uas_extend(struct uas *as, uint32_t addr, uint64_t old_len, uint64_t new_len);
int uas_move(struct uas *as, uint32_t from, uint64_t from_len, uint32_t to, uint64_t to_len, bool keep);

// A free range of len bytes, the highest that ends at or below `below` and does not start under `above`; 0 if
// none.
uint32_t uas_find_free(struct uas *as, uint64_t len, uint32_t above, uint64_t below, uint32_t align);
bool uas_is_free(struct uas *as, uint32_t addr, uint64_t len);
// Whether every page of the range is mapped.
bool uas_is_mapped(struct uas *as, uint32_t addr, uint64_t len);

// The mapping that holds addr, copied out; false if there is none.
bool uas_lookup(struct uas *as, uint32_t addr, struct uas_map *out);
unsigned uas_count(struct uas *as);   // mappings
uint64_t uas_changes(struct uas *as); // another number than before: there are others
// The first mapping that ends above addr; false if there is none.
bool uas_next(struct uas *as, uint32_t addr, struct uas_map *out);

// A host write fault at a guest address: true if it was only the watch on translated code (now lifted,
// translations dropped): repeat the access. Callable from the signal handler.
bool uas_code_write_fault(struct uas *as, uint32_t addr);

// Before the host kernel writes to guest memory on the guest's behalf (read, recv…): lifts watches in the
// range, which would make the host call fail with EFAULT.
void uas_prepare_write(struct uas *as, uint32_t addr, uint64_t len);

// The range's bytes or permissions changed behind the list's back: forgets what was translated from them.
void uas_invalidate(struct uas *as, uint32_t addr, uint64_t len);

// Copies that cannot crash: return false if any byte is not accessible with the guest's permissions. Nothing
// else in the emulator dereferences a guest address.
bool uas_read(struct uas *as, void *to, uint32_t from, size_t len);
bool uas_write(struct uas *as, uint32_t to, const void *from, size_t len);
// Bytes that were copied: up to the first page that is not accessible.
size_t uas_read_part(struct uas *as, void *to, uint32_t from, size_t len);
// A C string with its NUL; returns its length, or -EFAULT, or -ENAMETOOLONG if it is not shorter than size.
int uas_read_string(struct uas *as, char *to, uint32_t from, size_t size);

// For the SIGSEGV/SIGBUS handler: if the fault was inside uas_read/uas_write (pc in their copy loop), returns
// the host pc to continue at, else 0.
uintptr_t uas_copy_fixup(uintptr_t pc);

#endif
