// The code that all units share: the way in, the ways out, calls of C.
#include "jit/x64/emit_internal.h"
#include "jit/x64/fp.h"
#include "softfp/softfp.h"

const int8_t emit_home[15] = {R8, R9, R10, R11, RBX, R12, R13, R14, -1, -1, -1, -1, RDI, R15, RSI};

static const uint8_t caller_saved[] = {RCX, RDX, RSI, RDI, R8, R9, R10, R11};
static const uint8_t callee_saved[] = {RBX, RBP, R12, R13, R14, R15};

static bool survives_calls(int reg)
{
    return reg == RBX || reg >= R12;
}

enum which { ALL, VOLATILE, PRESERVED }; // of the registers: those that a C function may change, or may not

static void homes(struct x64 *a, const int8_t *home, bool save, enum which which)
{
    for (unsigned r = 0; r < 15; r++) {
        if (home[r] < 0 || (which != ALL && survives_calls(home[r]) != (which == PRESERVED))) continue;
        const struct x64_rm m = x64_m(RBP, (int32_t)(offsetof(struct cpu, r) + 4 * r));
        x64_op(a, 0, save ? 0x89 : 0x8b, (unsigned)home[r], m);
    }
}

static void push(struct x64 *a, unsigned reg)
{
    if (reg >= 8) x64_byte(a, 0x41);
    x64_byte(a, 0x50 | (reg & 7));
}

static void pop(struct x64 *a, unsigned reg)
{
    if (reg >= 8) x64_byte(a, 0x41);
    x64_byte(a, 0x58 | (reg & 7));
}

static void adjust_stack(struct x64 *a, int by)
{
    x64_group1(a, X64_64, by < 0 ? 5 : 0, x64_r(RSP), by < 0 ? (uint32_t)-by : (uint32_t)by);
}

enum {
    RETURNS = 512,    // calls that are remembered at a time
    RETURN_SIZE = 16, // the guest's return address, and the host's
    RETURNS_BELOW = 4 // that match nothing: return_miss looks so far
};

static void enter(struct x64 *a, struct emit_shared *s)
{
    x64_align(a, 16, 0);
    s->enter = a->p;
    for (unsigned i = 0; i < sizeof callee_saved; i++)
        push(a, callee_saved[i]);
    adjust_stack(a, -8);
    x64_op(a, X64_64, 0x89, RDI, x64_r(RBP));
    x64_op(a, X64_64, 0x89, RSI, x64_r(RAX));
    x64_op(a, X64_64, 0x89, RSP, CPU_FIELD(host_sp));
    x64_op(a, X64_64, 0x8d, RCX, x64_m(RSP, -RETURNS * RETURN_SIZE)); // lea
    x64_op(a, X64_64, 0x89, RCX, CPU_FIELD(host_floor));
    for (unsigned i = 0; i < 2 * RETURNS_BELOW; i++) {
        x64_byte(a, 0x6a); // push
        x64_byte(a, JUMP_EMPTY);
    }
    homes(a, emit_home, false, ALL);
    x64_op(a, 0, 0xff, 4, x64_r(RAX)); // jmp rax

    s->leave = a->p;
    homes(a, emit_home, true, ALL);
    s->leave_saved = a->p;
    x64_op(a, X64_64, 0x8b, RSP, CPU_FIELD(host_sp));
    adjust_stack(a, 8);
    for (unsigned i = sizeof callee_saved; i-- > 0;)
        pop(a, callee_saved[i]);
    x64_byte(a, 0xc3);
}

void emit_forget_returns(struct x64 *a)
{
    x64_op(a, X64_64, 0x8b, RSP, CPU_FIELD(host_sp));
    adjust_stack(a, -RETURNS_BELOW * RETURN_SIZE); // they are still there
}

// EAX: pc | T of a return's target, which is not that of the last call: of one before, or anything.
static void return_miss(struct x64 *a, struct emit_shared *s)
{
    x64_align(a, 16, 0);
    s->return_miss = a->p;
    for (int i = 1; i < RETURNS_BELOW; i++) {
        x64_op(a, 0, 0x3b, RAX, x64_m(RSP, 8 + i * RETURN_SIZE));
        uint8_t *no = x64_jcc_at(a, CC_NE);
        adjust_stack(a, i * RETURN_SIZE);
        x64_byte(a, 0xc3);
        if (!a->full) x64_patch(no, a->p);
    }
}

// In system mode the context is compared, too: the entry is for the present mapping.
struct x64_rm emit_find_target(struct x64 *a, bool system)
{
    struct x64_rm found = {.mem = true, .base = RDX, .index = RCX, .scale = 3};
    _Static_assert(sizeof(struct emit_jump) == 2 << 3, "the hash takes all bits but one");
    _Static_assert(offsetof(struct cpu, code_context) == offsetof(struct cpu, code_zero) + 4 &&
                       offsetof(struct cpu, code_zero) % 8 == 0 &&
                       offsetof(struct emit_jump, context) == offsetof(struct emit_jump, target) + 4,
                   "both are compared at once");
    x64_mov(a, RCX, RAX);
    x64_op(a, 0, 0xc1, 5, x64_r(RCX)); // shr
    x64_byte(a, 12);
    x64_op(a, 0, 0x33, RCX, x64_r(RAX)); // xor
    x64_group1(a, 0, 4, x64_r(RCX), (emit_jumps(system) - 1) << 1);
    x64_op(a, X64_64, 0x8b, RDX, CPU_FIELD(host_jump));
    if (system) x64_op(a, X64_64, 0x0b, RAX, CPU_FIELD(code_zero)); // or
    x64_op(a, system ? X64_64 : 0, 0x3b, RAX, found);
    found.disp = offsetof(struct emit_jump, code);
    return found;
}

// EAX: pc | T of a branch's target.
static void indirect(struct x64 *a, struct emit_shared *s)
{
    s->indirect = a->p;
    x64_group1(a, 0, 7, CPU_FIELD(exit_request), 0);
    uint8_t *slow1 = x64_jcc_at(a, CC_NE);
    const struct x64_rm found = emit_find_target(a, s->system);
    uint8_t *slow2 = x64_jcc_at(a, CC_NE);
    x64_op(a, 0, 0xff, 4, found); // jmp
    if (a->full) return;
    x64_patch(slow1, a->p);
    x64_patch(slow2, a->p);
    s->not_found = a->p;
    x64_op(a, 0, 0x8b, RAX, x64_r(RAX));
    x64_mov_imm64(a, RCX, (uint64_t)EXIT_INDIRECT << EXIT_SHIFT);
    x64_op(a, X64_64, 0x0b, RAX, x64_r(RCX));
    x64_jmp_to(a, s->leave);
}

// EAX: the number of a host's system call, if it is none of a step's address.
static void host_call(struct x64 *a)
{
    static const uint8_t arguments[] = {RDI, RSI, RDX, R10, R8, R9};
    x64_group1(a, X64_64, 7, x64_r(RAX), TIER_STEPS); // cmp
    uint8_t *step = x64_jcc_at(a, CC_AE);
    for (unsigned i = 0; i < sizeof arguments; i++)
        x64_op(a, 0, 0x31, arguments[i], x64_r(arguments[i])); // xor
    x64_byte(a, 0x0f);                                         // syscall
    x64_byte(a, 0x05);
    x64_op(a, 0, 0x89, RAX, CPU_FIELD(r[0]));
    if (!a->full) x64_patch(step, a->p);
}

// RAX: struct tier_call. e: whose vector registers have homes, or NULL.
static uint8_t *call_thunk(struct x64 *a, const struct emit_shared *s, enum tier_call_kind kind,
                           const int8_t *home, struct emit *e)
{
    x64_align(a, 16, 0);
    uint8_t *start = a->p;
    if (e) emit_vector_store_homes(e, ALL_HOMES);
    homes(a, home, true, kind == TIER_CALL_VECTOR && !s->places ? VOLATILE : ALL);
    adjust_stack(a, -8);
    x64_op(a, 0, 0x0fb6, RCX, x64_m(RAX, offsetof(struct tier_call, thumb))); // movzx
    x64_op(a, X64_8, 0x88, RCX, CPU_FIELD(thumb));
    x64_op(a, X64_64, 0x89, RBP, x64_r(RDI));
    x64_op(a, X64_64, 0x8b, RSI, x64_m(RAX, offsetof(struct tier_call, step)));
    x64_op(a, 0, 0xff, 2, x64_m(RAX, offsetof(struct tier_call, fn)));
    adjust_stack(a, 8);
    x64_op(a, X64_64, 0x85, RAX, x64_r(RAX));
    uint8_t *stop = x64_jcc_at(a, CC_E);
    if (kind == TIER_CALL_SVC) host_call(a);
    homes(a, home, false, kind == TIER_CALL_ANY || kind == TIER_CALL_SVC ? ALL : VOLATILE);
    if (e) emit_vector_load_homes(e);
    if (kind == TIER_CALL_SVC) {
        pop(a, RCX); // no return, which would be predicted wrongly
        x64_op(a, 0, 0xff, 4, x64_r(RCX));
    } else {
        x64_byte(a, 0xc3);
    }
    if (a->full) return start;
    x64_patch(stop, a->p);
    // Returns, but to here: the host's predictor has counted the call, and others are still to return.
    static const uint8_t return_here[] = {0x48, 0x8d, 5, 5,    0, 0, 0, // lea rax, [rip + 5]
                                          0x48, 0x89, 4, 0x24,          // mov [rsp], rax
                                          0xc3};
    x64_bytes(a, return_here, sizeof return_here);
    // What the handler saw is in struct cpu; the rest is still where it was.
    if (kind == TIER_CALL_VECTOR) homes(a, home, true, PRESERVED);
    x64_mov_imm64(a, RAX, (uint64_t)EXIT_STOP << EXIT_SHIFT);
    x64_jmp_to(a, s->leave_saved);
    return start;
}

uint8_t *emit_unit_call_thunk(struct emit *e, enum tier_call_kind kind)
{
    return call_thunk(&e->a, e->shared, kind, e->home, e);
}

// Calls a C function with the CPU, what is in RAX, and where the host's flags are, which are kept as it
// leaves them. Its result in RAX.
static const uint8_t *keeping_all(struct x64 *a, uintptr_t fn)
{
    x64_align(a, 16, 0);
    const uint8_t *at = a->p;
    x64_byte(a, 0x9c);                                 // pushf
    for (unsigned i = 0; i < sizeof caller_saved; i++) // whichever guest registers they hold
        push(a, caller_saved[i]);
    x64_op(a, X64_64, 0x89, RBP, x64_r(RDI));
    x64_op(a, X64_64, 0x89, RAX, x64_r(RSI));
    x64_op(a, X64_64, 0x8d, RDX, x64_m(RSP, 8 * sizeof caller_saved)); // lea
    x64_group1(a, X64_64, 5, x64_r(RSP), 16 * (16 - XMM_SCRATCH));     // sub
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        x64_op(a, 0, 0x0f11, x, x64_m(RSP, 16 * (int32_t)(x - XMM_SCRATCH))); // movups
    x64_mov_imm64(a, RAX, fn);
    x64_op(a, 0, 0xff, 2, x64_r(RAX)); // call
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        x64_op(a, 0, 0x0f10, x, x64_m(RSP, 16 * (int32_t)(x - XMM_SCRATCH)));
    x64_group1(a, X64_64, 0, x64_r(RSP), 16 * (16 - XMM_SCRATCH)); // add
    for (unsigned i = sizeof caller_saved; i-- > 0;)
        pop(a, caller_saved[i]);
    x64_byte(a, 0x9d); // popf
    x64_byte(a, 0xc3);
    return at;
}

static void put_flags(struct x64 *a, uint32_t nzcv)
{
    const uint8_t flags[4] = {nzcv >> 3 & 1, nzcv >> 2 & 1, !(nzcv & 2), nzcv & 1};
    x64_bytes(a, flags, sizeof flags);
}

static void constants(struct x64 *a, struct emit_shared *s)
{
    static const uint64_t signs[8] = {1ull << 63, 0, 1u << 31, 0, ~0ull >> 1, 0, ~0u >> 1, 0};
    static const uint32_t floats[] = {0x3f000000, 0x40000000, 0x40400000, 0x47800000, 0x80000000, 0x7fffffff};
    x64_align(a, 16, 0);
    s->floats = a->p;
    for (unsigned k = 0; k < 4 * sizeof floats / sizeof *floats; k++)
        x64_u32(a, floats[k / 4]);
    s->signs = a->p;
    x64_bytes(a, signs, sizeof signs);
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        s->compared[swapped] = a->p;
        for (unsigned f = 0; f < EMIT_COMPARED; f++)
            put_flags(a, fp_nzcv((swapped ? FP_COMPARE_SWAPPED : FP_COMPARE) | f << 8));
    }
    s->nzcv = a->p;
    for (uint32_t nzcv = 0; nzcv < 16; nzcv++)
        put_flags(a, nzcv);
}

// Single-precision numbers less what the operand's exponent takes from them: of 1 / n, by the first 8 bits of
// n's fraction; of 1 / sqrt(n), with the last bit of the exponent in front.
static void estimates(struct x64 *a, struct emit_shared *s)
{
    s->reciprocals = a->p;
    for (uint32_t k = 0; k < 256; k++)
        x64_u32(a, (252u << 23) + (u32_recip_estimate((256 + k) << 23) >> 8));
    s->roots = a->p;
    for (uint32_t k = 0; k < 512; k++) {
        const uint32_t odd = k >> 8, n = odd ? 128 + (k & 0xff) / 2 : 256 + k;
        x64_u32(a, ((190 - odd) << 23) + (u32_rsqrt_estimate(n << 23) << 1 >> 9));
    }
}

// The flags of the last VCMP, from host_fp.compared if that has any, else from the FPSCR.
static void vflags(struct x64 *a, struct emit_shared *s)
{
    const struct x64_rm entry = {.mem = true, .base = RCX, .index = RAX, .scale = 2};
    x64_align(a, 16, 0);
    s->vflags = a->p;
    x64_op(a, 0, 0x0fb6, RAX, CPU_FIELD(host_fp.compared)); // movzx: enum fp_compare
    x64_op(a, 0, 0x85, RAX, x64_r(RAX));                    // test
    uint8_t *none = x64_jcc_at(a, CC_E);
    x64_op(a, 0, 0x69, RAX, x64_r(RAX)); // imul
    x64_u32(a, EMIT_COMPARED);
    x64_op(a, 0, 0x0fb6, RCX, x64_m(RBP, (int32_t)offsetof(struct cpu, host_fp.compared) + 1));
    x64_op(a, 0, 0x8d, RAX, (struct x64_rm){.mem = true, .base = RAX, .index = RCX}); // lea
    x64_op(a, X64_64, 0x8d, RCX, x64_at(a, s->compared[0] - FP_COMPARE * EMIT_COMPARED * 4));
    x64_op(a, 0, 0x8b, RAX, entry);
    x64_store(a, CPU_FIELD(host_flags), RAX);
    x64_byte(a, 0xc3);
    if (!a->full) x64_patch(none, a->p);
    x64_load(a, RAX, CPU_FIELD(fpscr));
    x64_op(a, 0, 0xc1, 5, x64_r(RAX)); // shr
    x64_byte(a, 28);
    x64_op(a, X64_64, 0x8d, RCX, x64_at(a, s->nzcv));
    x64_op(a, 0, 0x8b, RAX, entry);
    x64_store(a, CPU_FIELD(host_flags), RAX);
    x64_byte(a, 0xc3);
}

// EAX = the FPSCR, with what MXCSR has collected since, and the last VCMP's flags. Changes ECX and the flags.
static void read_fpscr(struct x64 *a, struct emit_shared *s)
{
    const uint8_t *nzcv = a->p;
    for (unsigned kind = FP_COMPARE; kind <= FP_COMPARE_SWAPPED; kind++)
        for (unsigned f = 0; f < EMIT_COMPARED; f++)
            x64_u32(a, fp_nzcv(kind | f << 8) << 28);
    x64_align(a, 16, 0);
    s->read_fpscr = a->p;
    push(a, RAX);
    x64_op(a, 0, 0x0fae, 3, x64_m(RSP, 0)); // stmxcsr
    pop(a, RAX);
    x64_op(a, 0, 0x0b, RAX, CPU_FIELD(host_fp.mxcsr[FP_GUEST])); // or
    x64_op(a, 0, 0x0b, RAX, CPU_FIELD(host_fp.mxcsr[FP_STANDARD]));
    x64_mov(a, RCX, RAX);
    x64_group1(a, 0, 4, x64_r(RCX), 1); // and: IE is IOC
    x64_op(a, 0, 0xd1, 5, x64_r(RAX));  // shr: ZE, OE, UE, PE are DZC, OFC, UFC, IXC
    x64_group1(a, 0, 4, x64_r(RAX), 0x1e);
    x64_op(a, 0, 0x0b, RAX, x64_r(RCX));
    x64_op(a, 0, 0x0b, RAX, CPU_FIELD(fpscr));
    x64_op(a, 0, 0x0fb6, RCX, CPU_FIELD(host_fp.compared)); // movzx: enum fp_compare
    x64_op(a, 0, 0x85, RCX, x64_r(RCX));                    // test
    uint8_t *none = x64_jcc_at(a, CC_E);
    push(a, RDX);
    x64_group1(a, 0, 4, x64_r(RAX), 0x0fffffff);
    x64_op(a, 0, 0x69, RCX, x64_r(RCX)); // imul
    x64_u32(a, EMIT_COMPARED);
    x64_op(a, 0, 0x0fb6, RDX, x64_m(RBP, (int32_t)offsetof(struct cpu, host_fp.compared) + 1));
    x64_op(a, 0, 0x03, RCX, x64_r(RDX)); // add
    x64_op(a, X64_64, 0x8d, RDX, x64_at(a, nzcv - FP_COMPARE * EMIT_COMPARED * 4));
    x64_op(a, 0, 0x0b, RAX, (struct x64_rm){.mem = true, .base = RDX, .index = RCX, .scale = 2});
    pop(a, RDX);
    if (!a->full) x64_patch(none, a->p);
    x64_byte(a, 0xc3);
}

// EAX: where a record is.
static const uint8_t *leave_with(struct x64 *a, const struct emit_shared *s, enum emit_exit why)
{
    const uint8_t *start = a->p;
    x64_mov_imm64(a, RCX, (uint64_t)(uintptr_t)s->records | (uint64_t)why << EXIT_SHIFT);
    x64_op(a, X64_64, 0x03, RAX, x64_r(RCX)); // add
    x64_jmp_to(a, s->leave);
    return start;
}

bool emit_shared_code(struct x64 *a, struct emit_shared *s, const uint8_t *records, bool system)
{
    s->system = system;
    s->records = records;
    enter(a, s);
    s->leave_link = leave_with(a, s, EXIT_LINK);
    s->leave_hot = leave_with(a, s, EXIT_HOT);
    s->leave_stale = leave_with(a, s, EXIT_STALE);
    return_miss(a, s);
    indirect(a, s);
    for (int kind = TIER_CALL_ANY; kind < TIER_CALL_KINDS; kind++)
        s->call[kind] = call_thunk(a, s, (enum tier_call_kind)kind, emit_home, NULL);
    s->call_end = a->p;
    s->trap = keeping_all(a, (uintptr_t)fp_trap);
    s->write_fpscr = keeping_all(a, (uintptr_t)fp_write);
    constants(a, s);
    estimates(a, s);
    vflags(a, s);
    read_fpscr(a, s);
    emit_tlb_miss_code(a, s);
    if (s->system) emit_read_cpsr_code(a, s);
    return !a->full;
}

void emit_stale(uint8_t *at, const uint8_t *to)
{
    // One store over the first instruction, and what is behind that as it is: others may run here.
    uint64_t code;
    uint8_t bytes[sizeof code];
    const int32_t rel = (int32_t)(to - (at + EMIT_JUMP));
    memcpy(bytes, at, sizeof bytes);
    bytes[0] = 0xe9;
    memcpy(bytes + 1, &rel, 4);
    memcpy(&code, bytes, sizeof code);
    __atomic_store_n((uint64_t *)at, code, __ATOMIC_RELEASE);
}
