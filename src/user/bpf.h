// Classic BPF as seccomp uses it: programs that look at a system call and return a verdict
// (Documentation/userspace-api/seccomp_filter.rst). Pure: nothing here knows a process.
#ifndef STINKARM_USER_BPF_H
#define STINKARM_USER_BPF_H

#include <stdbool.h>
#include <stdint.h>

enum { BPF_MOST_INSNS = 4096, BPF_SCRATCH_WORDS = 16 };

struct bpf_insn { // struct sock_filter
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};

// What a program sees: struct seccomp_data.
struct bpf_call {
    int32_t nr;
    uint32_t arch;
    uint64_t pc;
    uint64_t args[6];
};
_Static_assert(sizeof(struct bpf_call) == 64, "struct seccomp_data");

// Whether the kernel would take the program: it ends, loads and jumps stay inside, no scratch word is read
// before it is written, nothing divides by the constant 0.
bool bpf_is_valid(const struct bpf_insn *program, unsigned n);

// The verdict of a valid program.
uint32_t bpf_run(const struct bpf_insn *program, const struct bpf_call *call);

#endif
