// The log: lines with a "[     0.613ms] " prefix on stderr or in a file, by category.
#ifndef STINKARM_BASE_LOG_H
#define STINKARM_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_category {
    LOG_ELF,
    LOG_SYSCALLS,
    LOG_MEMORY,
    LOG_INSTRUCTIONS,
    LOG_BLOCKS, // found, compiled, linked, forgotten
    LOG_IR,
    LOG_JIT,
    LOG_EXCEPTIONS,
    LOG_MMU,
    LOG_IRQ,
    LOG_DEVICE, // accesses to registers
    LOG_GDB,
    LOG_SIGNALS,
    LOG_UNIMP, // what the guest asked for and stinkarm does not have
    LOG_CATEGORIES
};

// The categories that there are for a program, and for a machine.
enum {
    LOG_PROGRAM = ((1u << LOG_CATEGORIES) - 1) & ~(1u << LOG_MMU | 1u << LOG_IRQ | 1u << LOG_DEVICE),
    LOG_MACHINE = ((1u << LOG_CATEGORIES) - 1) & ~(1u << LOG_SYSCALLS | 1u << LOG_SIGNALS),
};
extern unsigned log_known; // LOG_PROGRAM at the start

// A bit a category, for reading (log_rules.c): those that are on, only LOG_UNIMP at the start; and of these
// those of which only some lines are wanted.
extern unsigned log_mask, log_filtered;

// Where the lines go. Once the log is in use it is a descriptor of its own: whatever the guest does with its
// stderr, log lines never get into the guest's output.
extern int log_fd;

// Whether filters let a line of a category through that is about the instruction at pc and a thread's: its
// number, or a CPU's. LOG_HERE: what the host's thread runs at present, nothing if it runs no guest.
#define LOG_HERE (-1ll)
bool log_passes(enum log_category cat, int64_t pc, int64_t thread);

// Whether some lines of a category are wanted: for what leads to them.
static inline bool log_any(enum log_category cat)
{
    return __builtin_expect(log_mask >> cat & 1, 0);
}

// Whether a line is wanted. With the category off it is the test of a bit.
static inline bool log_on_for(enum log_category cat, int64_t pc, int64_t thread)
{
    return log_any(cat) && (!(log_filtered >> cat & 1) || log_passes(cat, pc, thread));
}

static inline bool log_on(enum log_category cat)
{
    return log_on_for(cat, LOG_HERE, LOG_HERE);
}

static inline bool log_on_at(enum log_category cat, uint32_t pc)
{
    return log_on_for(cat, pc, LOG_HERE);
}

// LOG_DEVICE, of one that is known by either name.
bool log_device_on(const char *name, const char *other);
// Whether LOG_INSTRUCTIONS may want something of [first, last], whatever the thread; else *next: the first
// address behind it that may be wanted, UINT32_MAX: none.
bool log_wants_code(uint32_t first, uint32_t last, uint32_t *next);

// The host's thread runs a guest's from now on, or a CPU: its number, and who knows where that is. NULL: none
// any more.
void log_thread(unsigned id, uint32_t (*pc)(const void *cpu), const void *cpu);

// There are going to be several.
void log_expect_threads(void);
// This thread's number. False: it runs no guest, or there has never been another one.
bool log_thread_of_many(unsigned *id);

// " at 0x…": where the guest is that this thread runs, "" if it runs none.
struct log_place {
    char text[20];
};
struct log_place log_place(void);

enum { LOG_WHY = 512 };
// Switches on what a comma-separated list says: categories ("none" switches all off, "all" on), each perhaps
// with filters behind it, "irq:thread=1:pc=0x8000-0x8fff", for devices also the name of one in front of them,
// "device:uart0". What is named twice is wanted if either wants it. False: why says what is wrong with it;
// what is in front of that is on.
bool log_enable(const char *list, char why[LOG_WHY]);
// … and off: categories with all of their filters; of devices perhaps only one that has been named.
bool log_disable(const char *list, char why[LOG_WHY]);

// Who knows the code of a function, for filters like pc=main, from now on. False: a list has named one that
// is not there.
typedef bool log_find_fn(void *ctx, const char *name, uint32_t *first, uint32_t *last);
bool log_know_functions(log_find_fn *find, void *ctx, char why[LOG_WHY]);
// The names of the devices that there are, which stay where they are. False: a list has named another one.
bool log_know_devices(const char *const *known, unsigned n, char why[LOG_WHY]);

// Starts the clock of the lines and moves the log away from the guest's descriptors: into the file if one is
// named, else to a copy of stderr; fd >= 0: to this descriptor, which an earlier program left for it. Called
// once, and only if something is to be logged. Returns false with errno set if the file cannot be written.
bool log_begin(const char *file, int fd);

// Whether a program that is executed now gets the log's descriptor.
void log_inherit(bool yes);

// One line, with prefix and newline, written by a single write(2). Does not test the mask: guard it with
// log_on.
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// The same with the number of the thread or CPU in front, if there is more than one.
void log_event(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Text as it is, to where the log goes.
void log_text(const char *text, size_t n);

// "stinkarm: message" on stderr, whatever the log settings.
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
