#include <stdio.h>

#include "elf/elf.h"

const char *elf_segment_name(uint32_t type)
{
    switch (type) {
    case ELF_PT_NULL: return "NULL";
    case ELF_PT_LOAD: return "LOAD";
    case ELF_PT_DYNAMIC: return "DYNAMIC";
    case ELF_PT_INTERP: return "INTERP";
    case ELF_PT_NOTE: return "NOTE";
    case ELF_PT_SHLIB: return "SHLIB";
    case ELF_PT_PHDR: return "PHDR";
    case ELF_PT_TLS: return "TLS";
    case ELF_PT_GNU_EH_FRAME: return "GNU_EH_FRAME";
    case ELF_PT_GNU_STACK: return "GNU_STACK";
    case ELF_PT_GNU_RELRO: return "GNU_RELRO";
    case ELF_PT_GNU_PROPERTY: return "GNU_PROPERTY";
    case ELF_PT_ARM_EXIDX: return "EXIDX";
    default: return NULL;
    }
}

static void print_segment(const struct elf *e, const struct elf_segment *s, elf_put_fn *put)
{
    char type[16];
    const char *name = elf_segment_name(s->type);
    if (name)
        snprintf(type, sizeof type, "%s", name);
    else
        snprintf(type, sizeof type, "0x%08x", s->type);
    put("  %-12s 0x%06llx 0x%08llx 0x%08llx 0x%05llx 0x%05llx %c%c%c   0x%llx", type,
        (unsigned long long)s->offset, (unsigned long long)s->vaddr, (unsigned long long)s->paddr,
        (unsigned long long)s->filesz, (unsigned long long)s->memsz, s->flags & ELF_PF_R ? 'R' : ' ',
        s->flags & ELF_PF_W ? 'W' : ' ', s->flags & ELF_PF_X ? 'E' : ' ', (unsigned long long)s->align);
    if (s->type == ELF_PT_INTERP) put("      [Requesting program interpreter: %s]", e->interp);
}

static const char *float_abi(const struct elf *e)
{
    if (ELF_ARM_EABI(e->flags) != 5) return "";
    return e->flags & ELF_ARM_ABI_FLOAT_HARD   ? ", hard-float ABI"
           : e->flags & ELF_ARM_ABI_FLOAT_SOFT ? ", soft-float ABI"
                                               : "";
}

void elf_print(const struct elf *e, elf_put_fn *put)
{
    put("ELF Header:");
    put("  Class:                  %s", e->elf_class == ELF_CLASS32 ? "ELF32" : "ELF64");
    put("  Data:                   %s endian", e->data == ELF_DATA_LSB ? "little" : "big");
    put("  OS/ABI:                 %u, version %u", e->osabi, e->abi_version);
    put("  Type:                   %s",
        e->type == ELF_EXEC ? "EXEC (Executable file)" : "DYN (Position-Independent Executable file)");
    put("  Machine:                ARM");
    put("  Version:                %u", e->version);
    put("  Entry point:            0x%llx%s", (unsigned long long)e->entry, e->entry & 1 ? " (Thumb)" : "");
    put("  Flags:                  0x%x, EABI version %u%s", e->flags, ELF_ARM_EABI(e->flags), float_abi(e));
    put("  Header size:            %u", e->ehsize);
    put("  Program headers:        %u of %u bytes at offset %llu", e->phnum, e->phentsize,
        (unsigned long long)e->phoff);
    put("  Section headers:        %u of %u bytes at offset %llu", e->shnum, e->shentsize,
        (unsigned long long)e->shoff);
    put("  Section name table:     %u", e->shstrndx);
    put("Program Headers:");
    put("  Type         Offset   VirtAddr   PhysAddr   FileSz  MemSz   Flags Align");
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        print_segment(e, &s, put);
    }
}
