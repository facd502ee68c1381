// What the loader's parts tell each other.
#ifndef STINKARM_USER_LAYOUT_H
#define STINKARM_USER_LAYOUT_H

#include "user/process.h"

// kuser.c: the page at ABI_VECTORS: helpers at their fixed addresses
// (Documentation/arch/arm/kernel_user_helpers), signal trampolines in front of them. kuser_note enters it
// into the list of mappings (0 or a negative errno); since few programs use it, it is made when somebody looks:
// kuser_ensure, false if there is no memory.
int kuser_note(struct process *p);
bool kuser_ensure(struct process *p);

// Offsets of the trampolines from p->sigpage. A handler without SA_RESTORER returns to one of them.
enum {
    SIGPAGE_SIGRETURN_ARM = 0,
    SIGPAGE_RT_SIGRETURN_ARM = 8,
    SIGPAGE_SIGRETURN_THUMB = 16,
    SIGPAGE_RT_SIGRETURN_THUMB = 20,
};

// stack.c: what AT_HWCAP and AT_HWCAP2 say, and /proc/cpuinfo in words.
uint32_t process_hwcap(const struct process *p);
uint32_t process_hwcap2(const struct process *p);

// stack.c: maps the stack, and says where mmap keeps off it. False, with errno set: there is no memory.
bool stack_map(struct process *p);
// Fills it with arguments, environment and auxiliary vector, sets p->arg_start and its kind. Returns the stack
// pointer, or 0 with errno set.
uint32_t stack_build(struct process *p, const char *execfn, int argc, char *const *argv, char *const *envp);

// title.c: once the stack is built.
void title_show(struct process *p, const struct title *t);

#endif
