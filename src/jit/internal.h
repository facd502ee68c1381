// What the recompiler's files share.
#ifndef STINKARM_JIT_INTERNAL_H
#define STINKARM_JIT_INTERNAL_H

#include <pthread.h>

#include "jit/jit.h"
#include "jit/translate.h"
#include "jit/x64/emit_internal.h"
#include "jit/x64/fp.h"

enum {
    JIT_MEMORY = 32 << 20, // for code, and as much for its records, unless somebody wants another size
    JIT_PARTS = 8,
    JIT_SHARED_ROOM = 64 << 10, // for code that all units share
    JIT_UNIT_ROOM = 192 << 10,  // no unit's code is longer
};

struct jit_unit {
    uint8_t *start;
    uint32_t size;
    bool dead, loops, thumb, region;
    bool reads_flags; // … that were set before its first entry
    bool alone;       // there are operations that rely on nobody else getting at the guest's memory
    bool known;       // from an image, and found usable
    uint8_t nentries;
    unsigned nsites, ninsns, nplaces;
    const struct emit_site *sites;
    const struct tier_place *places;
    const struct tier_call *calls;
    struct emit_link *links;
    unsigned nlinks, ncovers;
    const struct jit_cover *covers;
    int8_t home[15];
    struct emit_vector_home vector_home[16];
    struct emit_entry *entries;
};

// A unit has something of a block.
struct jit_cover {
    uint64_t key;
    struct jit_unit *unit;
    struct jit_cover *next;
};
enum { JIT_COVERS = 4096 };

// A part of the memory for code and records. When the last one is full the oldest is forgotten, and used
// anew.
struct jit_part {
    uint8_t *code, *data; // writable
    size_t code_used, data_used, data_size;
    size_t ready;            // bytes of code memory that have pages already
    size_t data_ready;       // … and of records
    struct jit_unit **units; // in the order of their code, in front of the data
    unsigned nunits;
};

// What is needed from the first unit on. It lies in front of the records, in the same large page.
struct jit_work {
    _Alignas(16) struct jit_cover *covers[JIT_COVERS];
    struct emit_jump jumps[EMIT_JUMPS]; // the first thread's
    struct translation translation;     // of the unit being made
    struct emit emit;
};

struct jit {
    struct tier tier; // first
    pthread_mutex_t lock;
    uint8_t *code, *data; // writable; behind shared code, and behind the work, the parts
    ptrdiff_t to_exec;
    size_t size, part_size; // of all, and of a part
    struct jit_part parts[JIT_PARTS];
    size_t large;                // the memory file's pages of PAGES_LARGE that have been asked for so far
    unsigned now;                // the part that new units go to
    bool full;                   // … which has no room any more
    bool none;                   // there is no memory
    bool anew;                   // all code is to be made anew
    uintptr_t evicted[2];        // records that have been forgotten last: from, to
    unsigned fp_form, fp_wanted; // enum fp_form: of the code there is, and of that after the next flush
    bool system;                 // a machine's
    uint32_t hot;        // runs of a block until it is compiled, when the program is not young any more
    bool hot_given;      // … from the first one on
    unsigned tries;      // to compile something
    bool settled;        // the program is not young: it has run before
    uint32_t hot_region; // runs of compiled code until it becomes a region; 0: never
    int fork_fd;         // the child's code memory, around fork
    struct emit_shared shared;
    size_t shared_used; // bytes of its code
    struct jit_work *work; // NULL: nothing has been compiled yet
    bool jumps_given;      // work->jumps are some thread's
};

static inline struct jit *jit_of(struct tier *t)
{
    return (struct jit *)t;
}

// memory.c: of code, mapped when it is needed first, and of records.
bool jit_memory(struct jit *j);
bool jit_memory_map(struct jit *j);         // … with nothing in it yet
void *jit_data(struct jit *j, size_t size); // NULL: full
void jit_pages(struct jit *j);              // in front of a new unit: some for it, at once
void jit_memory_reset(struct jit *j);       // for code that is made anew
void jit_part_reset(struct jit *j, unsigned k);
void jit_memory_unmap(struct jit *j);
void jit_fork_before(struct tier *t);
void jit_fork_copy(struct tier *t);
void jit_fork_after(struct tier *t, bool child, struct cpu *self);

// unit.c: what is known about compiled code.
// The handlers that the operations of the translation may call, whose imm counts through them from here on.
// NULL: no memory.
void jit_forget_unit(struct jit_unit *u);
const struct tier_call *jit_calls(struct jit *j, struct cpu *c);
// Code for the translation, and its record. NULL: no memory.
struct jit_unit *jit_emit(struct jit *j, const struct tier_call *calls, bool region);
bool jit_forget(struct tier *t, uint64_t key);
void jit_share(struct tier *t);
void jit_forget_all(struct jit *j);
bool jit_in_region(struct jit *j, uint64_t key); // whether some region has the block
// The site of a host instruction (in the executable view), and its unit; NULL: not in compiled code.
const struct emit_site *jit_site_at(const struct jit *j, uintptr_t host_pc, const struct jit_unit **u);

// The unit whose code holds a host pc (in the writable view), or NULL.
const struct jit_unit *jit_unit_at(const struct jit *j, const uint8_t *pc);

static inline bool jit_is_dead(const struct emit_entry *entry)
{
    return __atomic_load_n(&entry->dead, __ATOMIC_ACQUIRE);
}

// place.c: which guest instruction's the code at a host pc is.
enum engine_where jit_where(struct tier *t, struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
                            uint32_t r[16], bool *thumb);
void jit_tell_made(struct jit *j, struct cpu *c, const struct jit_unit *u);
void jit_tell_all(struct tier *t, struct cpu *c);

// evict.c: forgets the oldest part of the code.
void jit_evict(struct tier *t);
void jit_all_anew(struct jit *j); // forgets all of it: what comes is as has been wanted since
bool jit_evicted(const struct tier *t, const void *code);

// image.c: keeps code between runs of stinkarm.
extern const struct tier_image jit_image;

// run.c: into compiled code and out of it.
enum { JIT_STALE = 1 }; // in a link: it is the entry of code that has been forgotten
struct tier_result jit_run(struct tier *t, struct cpu *c, void *code);
bool jit_fault(struct tier *t, struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
               struct tier_insn *where, unsigned *count, uint32_t *addr);
bool jit_trap(struct tier *t, struct cpu *c, const struct host_registers *h, uintptr_t *pc, uintptr_t *stack,
              uintptr_t *arg);
// The guest's state becomes that of a site, where the interpreter is to go on: what leaves compiled code
// behind that.
uint64_t jit_leave_at(const struct jit *j, struct cpu *c, const struct jit_unit *u,
                      const struct emit_site *site, const struct host_registers *h);
void jit_remember(struct jit *j, struct cpu *c, uint32_t target, const struct emit_entry *entry);
void jit_aborted(struct tier *t, struct cpu *c);
void jit_detach(struct tier *t, struct cpu *c);
const void *jit_call_with_state(struct cpu *c, const void *inner); // a handler, around which flags move
void jit_flags_cross(struct tier *t, struct cpu *c);
// Code is able to do more from now on (enum fp_form), if none of what there is computes with floating-point
// numbers, and no other CPU may be inside.
bool jit_begin_fp(struct jit *j, const struct cpu *c, unsigned form);
// … or else must be able to: all of it is made anew.
void jit_want_fp(struct jit *j, struct cpu *c, unsigned form);

#endif
