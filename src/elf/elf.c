#include "elf/elf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_SPACE (1ull << 32)

enum {
    PAGE = 0x1000,
    PH_TABLE_MAX = 0x10000, // bytes; as the kernel has it
    PATH_MAX_SIZE = 4096,   // of an interpreter's path with its NUL; likewise
    VERSION_CURRENT = 1,
    OSABI_NONE = 0,
    OSABI_GNU = 3,
    OSABI_ARM_AEABI = 64,
    OSABI_ARM = 97,
};

static bool fail(struct elf_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct elf_error *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case 2: return " (SPARC)";
    case 3: return " (x86)";
    case 8: return " (MIPS)";
    case 20: return " (PowerPC)";
    case 21: return " (PowerPC64)";
    case 22: return " (S390)";
    case ELF_MACHINE_ARM: return " (ARM)";
    case 62: return " (x86-64)";
    case 183: return " (AArch64)";
    case 243: return " (RISC-V)";
    default: return "";
    }
}

static const char *type_name(unsigned type)
{
    switch (type) {
    case 0: return " (none)";
    case ELF_REL: return " (relocatable object)";
    case ELF_EXEC: return " (executable)";
    case ELF_DYN: return " (shared object)";
    case ELF_CORE: return " (core dump)";
    default: return "";
    }
}

// e_ident: what must be right before any other field can be read.
static bool check_ident(struct elf *e, struct elf_error *err)
{
    const uint8_t *id = e->bytes;
    if (e->size < 4 || memcmp(id, "\177ELF", 4) != 0) {
        err->not_elf = true;
        if (e->size < 4)
            return fail(err, "too short for an ELF file: %zu bytes, wanted at least %d", e->size,
                        ELF32_HEADER_SIZE);
        return fail(err, "not an ELF file: magic is %02x %02x %02x %02x, wanted 7f 45 4c 46", id[0], id[1],
                    id[2], id[3]);
    }
    if (e->size < ELF32_HEADER_SIZE)
        return fail(err, "ELF header is too short: %zu bytes, wanted %d", e->size, ELF32_HEADER_SIZE);
    e->elf_class = id[4], e->data = id[5], e->osabi = id[7], e->abi_version = id[8];
    if (e->elf_class != ELF_CLASS32)
        return fail(err, "EI_CLASS is %u%s, wanted 1 (ELF32)", e->elf_class,
                    e->elf_class == ELF_CLASS64 ? " (ELF64)" : "");
    if (e->data != ELF_DATA_LSB)
        return fail(err, "EI_DATA is %u%s, wanted 1 (little-endian)", e->data,
                    e->data == ELF_DATA_MSB ? " (big-endian)" : "");
    if (id[6] != VERSION_CURRENT) return fail(err, "EI_VERSION is %u, wanted 1", id[6]);
    if (e->osabi != OSABI_NONE && e->osabi != OSABI_GNU && e->osabi != OSABI_ARM &&
        e->osabi != OSABI_ARM_AEABI)
        return fail(err, "EI_OSABI is %u, wanted 0 (System V), 3 (GNU/Linux), 64 (ARM EABI) or 97 (ARM)",
                    e->osabi);
    return true;
}

static void read_header(struct elf *e)
{
    const uint8_t *h = e->bytes;
    e->type = elf_get16(h + 16);
    e->machine = elf_get16(h + 18);
    e->version = elf_get32(h + 20);
    e->entry = elf_get32(h + 24);
    e->phoff = elf_get32(h + 28);
    e->shoff = elf_get32(h + 32);
    e->flags = elf_get32(h + 36);
    e->ehsize = elf_get16(h + 40);
    e->phentsize = elf_get16(h + 42);
    e->phnum = elf_get16(h + 44);
    e->shentsize = elf_get16(h + 46);
    e->shnum = elf_get16(h + 48);
    e->shstrndx = elf_get16(h + 50);
}

// Versions 4 and 5 are the EABI. Files that somebody wrote by hand often state none, and Linux runs them.
static bool check_flags(const struct elf *e, struct elf_error *err)
{
    const unsigned eabi = ELF_ARM_EABI(e->flags);
    if (eabi != 0 && eabi != 4 && eabi != 5)
        return fail(err, "e_flags is 0x%08x, EABI version %u, wanted 4 or 5 (or 0, not stated)", e->flags,
                    eabi);
    if (e->flags & ELF_ARM_BE8)
        return fail(err, "e_flags is 0x%08x, big-endian code (BE8), wanted little-endian", e->flags);
    const uint32_t both = ELF_ARM_ABI_FLOAT_HARD | ELF_ARM_ABI_FLOAT_SOFT;
    if (eabi == 5 && (e->flags & both) == both)
        return fail(err, "e_flags is 0x%08x, both hard-float and soft-float, wanted at most one", e->flags);
    return true;
}

static bool check_header(const struct elf *e, struct elf_error *err)
{
    if (e->type != ELF_EXEC && e->type != ELF_DYN)
        return fail(err, "e_type is %u%s, wanted 2 (executable) or 3 (static PIE)", e->type,
                    type_name(e->type));
    if (e->machine != ELF_MACHINE_ARM)
        return fail(err, "e_machine is %u%s, wanted 40 (ARM)", e->machine, machine_name(e->machine));
    if (e->version != VERSION_CURRENT) return fail(err, "e_version is %u, wanted 1", e->version);
    if (!check_flags(e, err)) return false;
    if (e->ehsize != ELF32_HEADER_SIZE)
        return fail(err, "e_ehsize is %u, wanted %d", e->ehsize, ELF32_HEADER_SIZE);
    if (e->phnum == 0) return fail(err, "e_phnum is 0, wanted at least one program header");
    if (e->phentsize != ELF32_PHENT_SIZE)
        return fail(err, "e_phentsize is %u, wanted %d", e->phentsize, ELF32_PHENT_SIZE);
    if (e->phnum > PH_TABLE_MAX / ELF32_PHENT_SIZE)
        return fail(err, "e_phnum is %u, wanted at most %d", e->phnum, PH_TABLE_MAX / ELF32_PHENT_SIZE);
    const uint64_t end = e->phoff + (uint64_t)e->phnum * ELF32_PHENT_SIZE;
    if (e->phoff < ELF32_HEADER_SIZE)
        return fail(err, "e_phoff is 0x%llx, inside the ELF header, wanted at least 0x%x",
                    (unsigned long long)e->phoff, ELF32_HEADER_SIZE);
    if (end > e->size)
        return fail(err,
                    "program headers end at 0x%llx (e_phoff 0x%llx, e_phnum %u), the file already at 0x%zx",
                    (unsigned long long)end, (unsigned long long)e->phoff, e->phnum, e->size);
    // Sections mean nothing to a loader; how large their headers are is still not open to debate.
    if (e->shnum && e->shentsize != ELF32_SHENT_SIZE)
        return fail(err, "e_shentsize is %u, wanted %d", e->shentsize, ELF32_SHENT_SIZE);
    return true;
}

struct elf_segment elf_segment_at(const uint8_t *p)
{
    return (struct elf_segment){
        .type = elf_get32(p),
        .offset = elf_get32(p + 4),
        .vaddr = elf_get32(p + 8),
        .paddr = elf_get32(p + 12),
        .filesz = elf_get32(p + 16),
        .memsz = elf_get32(p + 20),
        .flags = elf_get32(p + 24),
        .align = elf_get32(p + 28),
    };
}

struct elf_segment elf_segment(const struct elf *e, unsigned i)
{
    return elf_segment_at(e->bytes + e->phoff + (size_t)i * ELF32_PHENT_SIZE);
}

// "program header 2 (LOAD): " starts the messages about one.
static bool fail_segment(struct elf_error *err, unsigned i, const struct elf_segment *s, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static bool fail_segment(struct elf_error *err, unsigned i, const struct elf_segment *s, const char *fmt, ...)
{
    const char *name = elf_segment_name(s->type);
    const int n = snprintf(err->text, sizeof err->text, "program header %u (%s): ", i, name ? name : "?");
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text + n, sizeof err->text - (size_t)n, fmt, ap);
    va_end(ap);
    return false;
}

static bool check_file_range(const struct elf *e, unsigned i, const struct elf_segment *s,
                             struct elf_error *err)
{
    const uint64_t end = s->offset + s->filesz;
    if (s->filesz == 0 || end <= e->size) return true;
    return fail_segment(
        err, i, s, "p_offset 0x%llx + p_filesz 0x%llx ends at 0x%llx, the file already at 0x%zx",
        (unsigned long long)s->offset, (unsigned long long)s->filesz, (unsigned long long)end, e->size);
}

static bool check_align(unsigned i, const struct elf_segment *s, struct elf_error *err)
{
    if ((s->align & (s->align - 1)) == 0) return true; // 0 and 1: none
    return fail_segment(err, i, s, "p_align is 0x%llx, wanted a power of two", (unsigned long long)s->align);
}

static bool check_sizes(unsigned i, const struct elf_segment *s, struct elf_error *err)
{
    if (s->filesz <= s->memsz) return true;
    return fail_segment(err, i, s, "p_filesz is 0x%llx, wanted at most p_memsz, 0x%llx",
                        (unsigned long long)s->filesz, (unsigned long long)s->memsz);
}

static bool check_load(const struct elf *e, unsigned i, const struct elf_segment *s, struct elf_error *err)
{
    if (!check_align(i, s, err) || !check_sizes(i, s, err) || !check_file_range(e, i, s, err)) return false;
    if (s->memsz == 0) return true;
    if (s->vaddr + s->memsz > ADDRESS_SPACE)
        return fail_segment(err, i, s, "p_vaddr 0x%llx + p_memsz 0x%llx is beyond the 32-bit address space",
                            (unsigned long long)s->vaddr, (unsigned long long)s->memsz);
    if (e->type == ELF_EXEC && s->vaddr < PAGE)
        return fail_segment(err, i, s,
                            "p_vaddr is 0x%llx, wanted at least 0x%x: no page is mapped at address 0",
                            (unsigned long long)s->vaddr, PAGE);
    // Pages of the file are mapped: below a page, p_align does not help.
    const uint64_t align = s->filesz && s->align < PAGE ? PAGE : s->align;
    if (align && ((s->offset ^ s->vaddr) & (align - 1)))
        return fail_segment(err, i, s, "p_offset 0x%llx and p_vaddr 0x%llx differ modulo 0x%llx",
                            (unsigned long long)s->offset, (unsigned long long)s->vaddr,
                            (unsigned long long)align);
    for (unsigned j = 0; j < i; j++) {
        const struct elf_segment o = elf_segment(e, j);
        if (o.type == ELF_PT_LOAD && o.memsz && s->vaddr < o.vaddr + o.memsz && o.vaddr < s->vaddr + s->memsz)
            return fail_segment(err, i, s, "0x%llx-0x%llx overlaps program header %u, 0x%llx-0x%llx",
                                (unsigned long long)s->vaddr, (unsigned long long)(s->vaddr + s->memsz), j,
                                (unsigned long long)o.vaddr, (unsigned long long)(o.vaddr + o.memsz));
    }
    return true;
}

static bool check_interp(struct elf *e, unsigned i, const struct elf_segment *s, struct elf_error *err)
{
    if (!check_file_range(e, i, s, err)) return false;
    if (s->filesz < 2 || s->filesz > PATH_MAX_SIZE)
        return fail_segment(err, i, s, "p_filesz is 0x%llx, wanted 2 to 0x%x", (unsigned long long)s->filesz,
                            PATH_MAX_SIZE);
    const char *path = (const char *)e->bytes + s->offset;
    if (path[s->filesz - 1] != 0)
        return fail_segment(err, i, s, "the interpreter's path does not end with NUL");
    e->interp = path;
    return true;
}

static bool check_segment(struct elf *e, unsigned i, const struct elf_segment *s, struct elf_error *err)
{
    switch (s->type) {
    case ELF_PT_LOAD: return check_load(e, i, s, err);
    case ELF_PT_INTERP: return check_interp(e, i, s, err);
    case ELF_PT_TLS:
        return check_align(i, s, err) && check_sizes(i, s, err) && check_file_range(e, i, s, err);
    case ELF_PT_DYNAMIC:
    case ELF_PT_NOTE:
    case ELF_PT_PHDR:
    case ELF_PT_ARM_EXIDX: return check_align(i, s, err) && check_file_range(e, i, s, err);
    case ELF_PT_GNU_STACK:
        e->has_stack = true;
        e->stack_flags = s->flags;
        return true;
    default: return true; // PT_NULL, and what others may mean something by
    }
}

// Bit 0 of the entry point chooses Thumb; ARM code is aligned to words.
static bool check_entry(const struct elf *e, struct elf_error *err)
{
    if ((e->entry & 3) == 2)
        return fail(err, "e_entry is 0x%llx, wanted a multiple of 4, or an odd address for Thumb",
                    (unsigned long long)e->entry);
    const uint64_t at = e->entry & ~1ull;
    bool loads = false;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        loads = true;
        if (at < s.vaddr || at >= s.vaddr + s.memsz) continue;
        if (s.flags & ELF_PF_X) return true;
        return fail(err, "e_entry is 0x%llx, in program header %u, whose p_flags 0x%x lack X",
                    (unsigned long long)e->entry, i, s.flags);
    }
    if (!loads) return fail(err, "no PT_LOAD program header, wanted at least one");
    return fail(err, "e_entry is 0x%llx, wanted an address in an executable segment",
                (unsigned long long)e->entry);
}

bool elf_parse(struct elf *e, const void *bytes, size_t size, struct elf_error *err)
{
    *e = (struct elf){.bytes = bytes, .size = size};
    err->not_elf = false;
    err->text[0] = 0;
    if (!check_ident(e, err)) return false;
    read_header(e);
    if (!check_header(e, err)) return false;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (!check_segment(e, i, &s, err)) return false;
    }
    return check_entry(e, err);
}

bool elf_parse_physical(struct elf *e, const void *bytes, size_t size, struct elf_error *err)
{
    *e = (struct elf){.bytes = bytes, .size = size};
    err->not_elf = false;
    err->text[0] = 0;
    if (!check_ident(e, err)) return false;
    read_header(e);
    if (!check_header(e, err)) return false;
    bool loads = false;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        loads = true;
        if (!check_sizes(i, &s, err) || !check_file_range(e, i, &s, err)) return false;
        if (s.paddr + s.memsz > ADDRESS_SPACE)
            return fail_segment(err, i, &s,
                                "p_paddr 0x%llx + p_memsz 0x%llx is beyond the 32-bit address space",
                                (unsigned long long)s.paddr, (unsigned long long)s.memsz);
    }
    return loads || fail(err, "no PT_LOAD program header, wanted at least one");
}
