// The ELF reader: a file that is right, and each way to be wrong with its exact message.
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "elf/elf.h"

// A file of 0x2100 bytes with five program headers: code at 0x8000 (0x1000 in the file), data at 0x9100 with
// bss, PT_GNU_STACK, PT_TLS, and one of a type that nobody knows.
enum { SIZE = 0x2100, CODE = 52, DATA = 52 + 32, STACK = 52 + 64, TLS = 52 + 96, OTHER = 52 + 128 };
enum { TYPE = 0, OFFSET = 4, VADDR = 8, FILESZ = 16, MEMSZ = 20, FLAGS = 24, ALIGN = 28 };

static uint8_t file[SIZE];

static void put16(unsigned at, unsigned v)
{
    file[at] = (uint8_t)v;
    file[at + 1] = (uint8_t)(v >> 8);
}

static void put32(unsigned at, uint32_t v)
{
    put16(at, v & 0xffff);
    put16(at + 2, v >> 16);
}

static void put_segment(unsigned at, uint32_t type, uint32_t offset, uint32_t vaddr, uint32_t filesz,
                        uint32_t memsz, uint32_t flags, uint32_t align)
{
    const uint32_t fields[8] = {type, offset, vaddr, vaddr, filesz, memsz, flags, align};
    for (unsigned i = 0; i < 8; i++)
        put32(at + 4 * i, fields[i]);
}

static void make_file(void)
{
    memset(file, 0, sizeof file);
    memcpy(file, "\177ELF\1\1\1", 7);
    put16(16, ELF_EXEC);
    put16(18, ELF_MACHINE_ARM);
    put32(20, 1);
    put32(24, 0x8000);     // e_entry
    put32(28, 52);         // e_phoff
    put32(32, 0x2000);     // e_shoff
    put32(36, 0x05000400); // e_flags
    put16(40, 52);
    put16(42, 32);
    put16(44, 5);
    put16(46, 40);
    put16(48, 2);
    put16(50, 1);
    put_segment(CODE, ELF_PT_LOAD, 0x1000, 0x8000, 0x100, 0x100, ELF_PF_R | ELF_PF_X, 0x1000);
    put_segment(DATA, ELF_PT_LOAD, 0x1100, 0x9100, 0x20, 0x400, ELF_PF_R | ELF_PF_W, 0x1000);
    put_segment(STACK, ELF_PT_GNU_STACK, 0, 0, 0, 0, ELF_PF_R | ELF_PF_W, 0x10);
    put_segment(TLS, ELF_PT_TLS, 0x1100, 0x9100, 0x10, 0x20, ELF_PF_R, 4);
    put_segment(OTHER, 0x6abcdef0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 3);
}

static void expect_error(size_t size, const char *text, bool not_elf)
{
    struct elf e;
    struct elf_error err;
    cr_expect_not(elf_parse(&e, file, size, &err), "should fail: %s", text);
    cr_expect_str_eq(err.text, text);
    cr_expect_eq(err.not_elf, not_elf, "%s", text);
}

static void expect_fine(const char *what)
{
    struct elf e;
    struct elf_error err;
    cr_expect(elf_parse(&e, file, SIZE, &err), "%s: %s", what, err.text);
}

Test(elf, a_good_file)
{
    make_file();
    struct elf e;
    struct elf_error err;
    cr_assert(elf_parse(&e, file, SIZE, &err), "%s", err.text);
    cr_expect_eq(e.type, ELF_EXEC);
    cr_expect_eq(e.entry, 0x8000u);
    cr_expect_eq(e.phnum, 5);
    cr_expect_eq(e.flags, 0x05000400u);
    cr_expect(e.has_stack);
    cr_expect_eq(e.stack_flags, (unsigned)(ELF_PF_R | ELF_PF_W));
    cr_expect_null(e.interp);
    const struct elf_segment s = elf_segment(&e, 1);
    cr_expect_eq(s.type, (unsigned)ELF_PT_LOAD);
    cr_expect_eq(s.offset, 0x1100u);
    cr_expect_eq(s.vaddr, 0x9100u);
    cr_expect_eq(s.filesz, 0x20u);
    cr_expect_eq(s.memsz, 0x400u);
    cr_expect_eq(s.flags, (unsigned)(ELF_PF_R | ELF_PF_W));
    cr_expect_eq(s.align, 0x1000u);
}

Test(elf, too_short)
{
    make_file();
    expect_error(0, "too short for an ELF file: 0 bytes, wanted at least 52", true);
    expect_error(3, "too short for an ELF file: 3 bytes, wanted at least 52", true);
    expect_error(4, "ELF header is too short: 4 bytes, wanted 52", false);
    expect_error(51, "ELF header is too short: 51 bytes, wanted 52", false);
    expect_error(52, "program headers end at 0xd4 (e_phoff 0x34, e_phnum 5), the file already at 0x34",
                 false);
    expect_error(
        0x10ff,
        "program header 0 (LOAD): p_offset 0x1000 + p_filesz 0x100 ends at 0x1100, the file already at "
        "0x10ff",
        false);
    file[0] = '#';
    expect_error(SIZE, "not an ELF file: magic is 23 45 4c 46, wanted 7f 45 4c 46", true);
}

struct violation {
    uint16_t at;
    uint8_t bytes;
    uint32_t value;
    const char *text;
};

static const struct violation violations[] = {
    // e_ident
    {4, 1, 0, "EI_CLASS is 0, wanted 1 (ELF32)"},
    {4, 1, 2, "EI_CLASS is 2 (ELF64), wanted 1 (ELF32)"},
    {5, 1, 2, "EI_DATA is 2 (big-endian), wanted 1 (little-endian)"},
    {5, 1, 9, "EI_DATA is 9, wanted 1 (little-endian)"},
    {6, 1, 0, "EI_VERSION is 0, wanted 1"},
    {7, 1, 9, "EI_OSABI is 9, wanted 0 (System V), 3 (GNU/Linux), 64 (ARM EABI) or 97 (ARM)"},
    // The header
    {16, 2, 0, "e_type is 0 (none), wanted 2 (executable) or 3 (static PIE)"},
    {16, 2, 1, "e_type is 1 (relocatable object), wanted 2 (executable) or 3 (static PIE)"},
    {16, 2, 4, "e_type is 4 (core dump), wanted 2 (executable) or 3 (static PIE)"},
    {16, 2, 0xfe00, "e_type is 65024, wanted 2 (executable) or 3 (static PIE)"},
    {18, 2, 62, "e_machine is 62 (x86-64), wanted 40 (ARM)"},
    {18, 2, 183, "e_machine is 183 (AArch64), wanted 40 (ARM)"},
    {18, 2, 0x1234, "e_machine is 4660, wanted 40 (ARM)"},
    {20, 4, 2, "e_version is 2, wanted 1"},
    {36, 4, 0x03000000, "e_flags is 0x03000000, EABI version 3, wanted 4 or 5 (or 0, not stated)"},
    {36, 4, 0x06000000, "e_flags is 0x06000000, EABI version 6, wanted 4 or 5 (or 0, not stated)"},
    {36, 4, 0x05800000, "e_flags is 0x05800000, big-endian code (BE8), wanted little-endian"},
    {36, 4, 0x05000600, "e_flags is 0x05000600, both hard-float and soft-float, wanted at most one"},
    {40, 2, 64, "e_ehsize is 64, wanted 52"},
    {42, 2, 31, "e_phentsize is 31, wanted 32"},
    {42, 2, 56, "e_phentsize is 56, wanted 32"},
    {44, 2, 0, "e_phnum is 0, wanted at least one program header"},
    {44, 2, 2049, "e_phnum is 2049, wanted at most 2048"},
    {44, 2, 300, "program headers end at 0x25b4 (e_phoff 0x34, e_phnum 300), the file already at 0x2100"},
    {28, 4, 0, "e_phoff is 0x0, inside the ELF header, wanted at least 0x34"},
    {28, 4, 51, "e_phoff is 0x33, inside the ELF header, wanted at least 0x34"},
    {28, 4, 0x2061, "program headers end at 0x2101 (e_phoff 0x2061, e_phnum 5), the file already at 0x2100"},
    {28, 4, 0xffffffff,
     "program headers end at 0x10000009f (e_phoff 0xffffffff, e_phnum 5), the file already at 0x2100"},
    {46, 2, 64, "e_shentsize is 64, wanted 40"},
    // Entry point
    {24, 4, 0x8002, "e_entry is 0x8002, wanted a multiple of 4, or an odd address for Thumb"},
    {24, 4, 0, "e_entry is 0x0, wanted an address in an executable segment"},
    {24, 4, 0x8100, "e_entry is 0x8100, wanted an address in an executable segment"},
    {24, 4, 0x8101, "e_entry is 0x8101, wanted an address in an executable segment"},
    {24, 4, 0x9100, "e_entry is 0x9100, in program header 1, whose p_flags 0x6 lack X"},
    {CODE + FLAGS, 4, ELF_PF_R, "e_entry is 0x8000, in program header 0, whose p_flags 0x4 lack X"},
    // Segments
    {CODE + ALIGN, 4, 3, "program header 0 (LOAD): p_align is 0x3, wanted a power of two"},
    {CODE + ALIGN, 4, 0x2000,
     "program header 0 (LOAD): p_offset 0x1000 and p_vaddr 0x8000 differ modulo 0x2000"},
    {CODE + OFFSET, 4, 0x1004,
     "program header 0 (LOAD): p_offset 0x1004 and p_vaddr 0x8000 differ modulo 0x1000"},
    {CODE + FILESZ, 4, 0x101, "program header 0 (LOAD): p_filesz is 0x101, wanted at most p_memsz, 0x100"},
    {DATA + OFFSET, 4, 0x3100,
     "program header 1 (LOAD): p_offset 0x3100 + p_filesz 0x20 ends at 0x3120, the file already at 0x2100"},
    {DATA + OFFSET, 4, 0xfffff100,
     "program header 1 (LOAD): p_offset 0xfffff100 + p_filesz 0x20 ends at 0xfffff120, the file already at "
     "0x2100"},
    {DATA + MEMSZ, 4, 0xffff6f01,
     "program header 1 (LOAD): p_vaddr 0x9100 + p_memsz 0xffff6f01 is beyond the 32-bit address space"},
    {DATA + VADDR, 4, 0x100,
     "program header 1 (LOAD): p_vaddr is 0x100, wanted at least 0x1000: no page is mapped at address 0"},
    {CODE + MEMSZ, 4, 0x1101,
     "program header 1 (LOAD): 0x9100-0x9500 overlaps program header 0, 0x8000-0x9101"},
    {TLS + ALIGN, 4, 6, "program header 3 (TLS): p_align is 0x6, wanted a power of two"},
    {TLS + FILESZ, 4, 0x21, "program header 3 (TLS): p_filesz is 0x21, wanted at most p_memsz, 0x20"},
    {TLS + OFFSET, 4, 0x20f1,
     "program header 3 (TLS): p_offset 0x20f1 + p_filesz 0x10 ends at 0x2101, the file already at 0x2100"},
};

Test(elf, each_violation_has_its_message)
{
    for (unsigned i = 0; i < sizeof violations / sizeof *violations; i++) {
        const struct violation *v = &violations[i];
        make_file();
        for (unsigned b = 0; b < v->bytes; b++)
            file[v->at + b] = (uint8_t)(v->value >> 8 * b);
        expect_error(SIZE, v->text, false);
    }
}

Test(elf, other_segments_must_lie_in_the_file)
{
    static const struct {
        uint32_t type;
        const char *text;
    } types[] = {
        {ELF_PT_DYNAMIC,
         "program header 4 (DYNAMIC): p_offset 0x2000 + p_filesz 0x101 ends at 0x2101, the file "
         "already at 0x2100"},
        {ELF_PT_NOTE,
         "program header 4 (NOTE): p_offset 0x2000 + p_filesz 0x101 ends at 0x2101, the file already "
         "at 0x2100"},
        {ELF_PT_PHDR,
         "program header 4 (PHDR): p_offset 0x2000 + p_filesz 0x101 ends at 0x2101, the file already "
         "at 0x2100"},
        {ELF_PT_ARM_EXIDX,
         "program header 4 (EXIDX): p_offset 0x2000 + p_filesz 0x101 ends at 0x2101, the file "
         "already at 0x2100"},
        {ELF_PT_INTERP,
         "program header 4 (INTERP): p_offset 0x2000 + p_filesz 0x101 ends at 0x2101, the file "
         "already at 0x2100"},
    };
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        make_file();
        put_segment(OTHER, types[i].type, 0x2000, 0, 0x101, 0x101, ELF_PF_R, 4);
        expect_error(SIZE, types[i].text, false);
    }
}

Test(elf, no_load)
{
    make_file();
    put32(CODE + TYPE, ELF_PT_NULL);
    put32(DATA + TYPE, ELF_PT_NULL);
    expect_error(SIZE, "no PT_LOAD program header, wanted at least one", false);
}

Test(elf, interpreter)
{
    make_file();
    strcpy((char *)file + 0x1080, "/lib/ld-linux-armhf.so.3");
    put_segment(OTHER, ELF_PT_INTERP, 0x1080, 0x8080, 25, 25, ELF_PF_R, 1);
    struct elf e;
    struct elf_error err;
    cr_assert(elf_parse(&e, file, SIZE, &err), "%s", err.text);
    cr_expect_str_eq(e.interp, "/lib/ld-linux-armhf.so.3");
    put32(OTHER + FILESZ, 24);
    expect_error(SIZE, "program header 4 (INTERP): the interpreter's path does not end with NUL", false);
    put32(OTHER + FILESZ, 1);
    expect_error(SIZE, "program header 4 (INTERP): p_filesz is 0x1, wanted 2 to 0x1000", false);
    put32(OTHER + OFFSET, 0x1000);
    put32(OTHER + FILESZ, 0x1001);
    expect_error(SIZE, "program header 4 (INTERP): p_filesz is 0x1001, wanted 2 to 0x1000", false);
}

Test(elf, what_is_fine)
{
    make_file();
    put16(16, ELF_DYN);
    put32(CODE + VADDR, 0);
    put32(24, 0);
    expect_fine("static PIE at address 0");

    make_file();
    put32(24, 0x8001);
    expect_fine("Thumb entry point");
    put32(24, 0x8003);
    expect_fine("Thumb entry point between words");

    make_file();
    put_segment(OTHER, ELF_PT_LOAD, 0x7777, 0x8000, 0, 0, 0, 0);
    expect_fine("an empty segment, wherever it is");

    make_file();
    put32(CODE + ALIGN, 0);
    put32(DATA + ALIGN, 1);
    expect_fine("no alignment");

    make_file();
    put32(DATA + FILESZ, 0);
    put32(DATA + OFFSET, 0xabcde100);
    expect_fine("only bss: where its file would be does not matter");

    make_file();
    put32(DATA + VADDR, 0xfffff100);
    put32(DATA + MEMSZ, 0xf00);
    expect_fine("up to the last byte of the address space");

    make_file();
    put32(36, 0);
    expect_fine("no EABI version");
    put32(36, 0x04000600);
    expect_fine("EABI version 4, where these flags mean other things");

    make_file();
    put16(48, 0);
    put16(46, 0);
    expect_fine("no sections");

    make_file();
    put32(CODE + MEMSZ, 0x1100);
    expect_fine("segments that touch");
}

// ---- printer ----

static char printed[4096];

__attribute__((format(printf, 1, 2))) static void collect(const char *fmt, ...)
{
    const size_t n = strlen(printed);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(printed + n, sizeof printed - n, fmt, ap);
    va_end(ap);
    strcat(printed, "\n");
}

Test(elf, printer)
{
    make_file();
    struct elf e;
    struct elf_error err;
    cr_assert(elf_parse(&e, file, SIZE, &err));
    printed[0] = 0;
    elf_print(&e, collect);
    cr_expect_str_eq(printed,
                     "ELF Header:\n"
                     "  Class:                  ELF32\n"
                     "  Data:                   little endian\n"
                     "  OS/ABI:                 0, version 0\n"
                     "  Type:                   EXEC (Executable file)\n"
                     "  Machine:                ARM\n"
                     "  Version:                1\n"
                     "  Entry point:            0x8000\n"
                     "  Flags:                  0x5000400, EABI version 5, hard-float ABI\n"
                     "  Header size:            52\n"
                     "  Program headers:        5 of 32 bytes at offset 52\n"
                     "  Section headers:        2 of 40 bytes at offset 8192\n"
                     "  Section name table:     1\n"
                     "Program Headers:\n"
                     "  Type         Offset   VirtAddr   PhysAddr   FileSz  MemSz   Flags Align\n"
                     "  LOAD         0x001000 0x00008000 0x00008000 0x00100 0x00100 R E   0x1000\n"
                     "  LOAD         0x001100 0x00009100 0x00009100 0x00020 0x00400 RW    0x1000\n"
                     "  GNU_STACK    0x000000 0x00000000 0x00000000 0x00000 0x00000 RW    0x10\n"
                     "  TLS          0x001100 0x00009100 0x00009100 0x00010 0x00020 R     0x4\n"
                     "  0x6abcdef0   0xffffffff 0xffffffff 0xffffffff 0xffffffff 0x00000       0x3\n");
}

// ---- symbols ----

// Section 0: the symbol table, at 0x1200; section 1: its strings, at 0x1180.
static void put_section(unsigned at, uint32_t type, uint32_t offset, uint32_t size, uint32_t link)
{
    put32(at + 4, type);
    put32(at + 16, offset);
    put32(at + 20, size);
    put32(at + 24, link);
}

static void put_symbol(unsigned i, uint32_t name, uint32_t value, uint8_t type, uint16_t section)
{
    const unsigned at = 0x1200 + 16 * i;
    put32(at, name);
    put32(at + 4, value);
    file[at + 12] = (uint8_t)(0x10 | type);
    put16(at + 14, section);
}

static void make_symbols(void)
{
    make_file();
    put_section(0x2000, 2, 0x1200, 8 * 16, 1);
    put_section(0x2028, 3, 0x1180, 0x40, 0);
    memcpy(file + 0x1180, "\0main\0loop\0$a\0table\0thumb\0undef", 32);
    put_symbol(1, 1, 0x8000, 2, 1);   // main: a function
    put_symbol(2, 6, 0x8010, 0, 1);   // loop: a label
    put_symbol(3, 11, 0x8014, 0, 1);  // $a
    put_symbol(4, 14, 0x8018, 1, 1);  // table: an object
    put_symbol(5, 20, 0x8021, 2, 1);  // thumb: a Thumb function
    put_symbol(6, 26, 0x8030, 2, 0);  // undef: in another file
    put_symbol(7, 999, 0x8040, 2, 1); // a name outside the strings
}

// The n-th of what the table has. NULL: no table is found, or no such symbol.
static const char *symbol_named(unsigned n, struct elf_symbol *s)
{
    struct elf_piece segments, sections, symbols, names;
    if (!elf_tables(file, &segments, &sections)) return NULL;
    if (sections.offset > SIZE || sections.size > SIZE - sections.offset) return NULL;
    if (!elf_symbol_table(file + sections.offset, sections.size, &symbols, &names)) return NULL;
    if (symbols.offset > SIZE || symbols.size > SIZE - symbols.offset) return NULL;
    if (names.offset > SIZE || names.size > SIZE - names.offset) return NULL;
    for (unsigned i = 0; i < symbols.size / ELF32_SYM_SIZE; i++)
        if (elf_symbol(file + symbols.offset + i * ELF32_SYM_SIZE, (const char *)file + names.offset,
                       names.size, s) &&
            !n--)
            return s->name;
    return NULL;
}

Test(elf, symbols)
{
    static const struct elf_symbol wanted[] = {
        {"main", 0x8000, 0, .function = true},
        {"loop", 0x8010, 0, .label = true},
        {"table", 0x8018, 0, .object = true},
        {"thumb", 0x8020, 0, .function = true, .thumb = true},
    };
    make_symbols();
    struct elf_symbol s;
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_str_eq(symbol_named(i, &s), wanted[i].name);
        cr_expect_eq(s.value, wanted[i].value, "%s", s.name);
        cr_expect_eq(s.function, wanted[i].function, "%s", s.name);
        cr_expect_eq(s.label, wanted[i].label, "%s", s.name);
        cr_expect_eq(s.object, wanted[i].object, "%s", s.name);
        cr_expect_eq(s.thumb, wanted[i].thumb, "%s", s.name);
    }
    cr_expect_null(symbol_named(4, &s), "%s", s.name); // neither $a, nor undefined ones, nor without a name
}

// Stripped files have only what dynamic linking needs.
Test(elf, dynamic_symbols)
{
    struct elf_symbol s;
    make_symbols();
    file[0x2004] = 11; // SHT_DYNSYM
    cr_assert_str_eq(symbol_named(0, &s), "main");
}

Test(elf, damaged_symbols)
{
    static const struct violation damages[] = {
        {18, 2, 62, "e_machine"},
        {32, 4, 0xffffffff, "e_shoff"},
        {32, 4, SIZE - 39, "e_shoff"},
        {46, 2, 64, "e_shentsize"},
        {48, 2, 0, "e_shnum"},
        {0x2000 + 16, 4, SIZE - 127, "sh_offset"},
        {0x2000 + 20, 4, 0xffffffff, "sh_size"},
        {0x2000 + 24, 4, 2, "sh_link"},
        {0x2028 + 4, 4, 8, "sh_type of strings"},
        {0x2028 + 16, 4, SIZE, "sh_offset of strings"},
        {0x2028 + 20, 4, 0, "no strings"},
        {4, 1, 2, "class"},
    };
    struct elf_symbol s;
    for (unsigned i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct violation *v = &damages[i];
        make_symbols();
        for (unsigned b = 0; b < v->bytes; b++)
            file[v->at + b] = (uint8_t)(v->value >> 8 * b);
        cr_expect_null(symbol_named(0, &s), "%s", v->text);
    }
    make_symbols();
    memset(file + 0x1180, 'x', 0x40); // no string has an end
    cr_expect_null(symbol_named(0, &s));
}
