// Names for addresses: lists of them, damaged files.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/symbols.h"
#include "symbols/table.h"

static char path[] = "/tmp/stinkarm-symbols-XXXXXX";

static void write_file(const void *bytes, size_t n)
{
    strcpy(path + strlen(path) - 6, "XXXXXX");
    const int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
}

static struct symbols *with_list(const char *text)
{
    struct symbols *s = symbols_new(&(struct symbols_source){.ctx = NULL});
    write_file(text, strlen(text));
    const bool ok = symbols_add_file(s, path);
    unlink(path);
    if (!ok) symbols_free(s);
    return ok ? s : NULL;
}

static void expect_at(struct symbols *s, uint32_t addr, const char *wanted)
{
    char buf[64];
    symbols_format(s, addr, buf, sizeof buf);
    cr_expect_str_eq(buf, wanted, "%x: %s, not %s", addr, buf, wanted);
}

Test(symbols, system_map)
{
    struct symbols *s = with_list("00000024 A cpu_v7_suspend_size\n"
                                  "c0008000 T _text\n"
                                  "c0008000 T stext\n"
                                  "c0008100 t local\n"
                                  "c0008200 T global\tmodule\n"
                                  "c0008200 d data\n"
                                  "c0008204 t $a\n"
                                  "c0900000 D jiffies\r\n"
                                  "         U elsewhere\n");
    cr_assert(s);
    expect_at(s, 0x24, "");
    expect_at(s, 0xc0007fff, "");
    expect_at(s, 0xc0008000, "_text+0x0");
    expect_at(s, 0xc00081ff, "local+0xff");
    expect_at(s, 0xc0008210, "global+0x10");
    expect_at(s, 0xc0900004, "jiffies+0x4");
    expect_at(s, 0xc0a00000, ""); // further behind it than anything is long
    struct symbol found;
    cr_assert(symbols_find(s, "jiffies", &found));
    cr_expect_eq(found.addr, 0xc0900000);
    cr_expect_not(found.function);
    cr_assert(symbols_find(s, "local", &found));
    cr_expect(found.function);
    cr_expect_not(symbols_find(s, "elsewhere", &found));
    cr_expect_not(symbols_find(s, "cpu_v7_suspend_size", &found));
    symbols_free(s);
}

Test(symbols, no_system_map)
{
    static const char *const bad[] = {"",
                                      "\n",
                                      "c0008000\n",
                                      "c0008000 T\n",
                                      "c000 T _text\n",
                                      "c0008000T _text\n",
                                      "c0008000 Text\n",
                                      "100000000 T _text\n",
                                      "hello\n",
                                      "c0008000 T _text\nrubbish\n",
                                      "00000000 A absolute\n"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_null(with_list(bad[i]), "%s", bad[i]);
}

static void add(struct table *t, uint32_t addr, uint32_t size, uint32_t name, uint8_t rank)
{
    cr_assert(table_add(t, &(struct table_entry){.addr = addr, .size = size, .name = name, .rank = rank}));
}

Test(symbols, sizes)
{
    static const char names[] = "\0big\0label\0small\0alias";
    struct table t = {.names = malloc(sizeof names), .names_size = sizeof names};
    memcpy(t.names, names, sizeof names);
    add(&t, 0x100, 0x100, 1, 1); // big
    add(&t, 0x150, 0, 5, 0);     // label, inside
    add(&t, 0x300, 4, 11, 1);    // small
    add(&t, 0x300, 4, 17, 0);    // alias
    add(&t, 0x400, 0, 5, 0);     // label
    table_sort(&t);
    cr_expect_null(table_at(&t, 0xff));
    cr_expect_eq(table_at(&t, 0x100)->name, 1);
    cr_expect_eq(table_at(&t, 0x160)->name, 1); // what has a size and holds it, before a label
    cr_expect_null(table_at(&t, 0x200));        // between
    cr_expect_eq(table_at(&t, 0x303)->name, 11);
    cr_expect_null(table_at(&t, 0x304));
    cr_expect_eq(table_at(&t, 0x480)->name, 5);
    cr_expect_eq(table_find(&t, "small")->addr, 0x300);
    cr_expect_null(table_find(&t, "none"));
    table_free(&t);
}

// A small ELF file of symbols, whole and damaged at each of its bytes: nothing but answers.
Test(symbols, damaged_elf)
{
    enum { SYMBOLS = 0x100, NAMES = 0x140, SECTIONS = 0x160, PROGRAM = 0x40, ALL = SECTIONS + 3 * 40 };
    uint8_t file[ALL] = "\177ELF\1\1\1";
    const struct {
        unsigned at;
        uint32_t v;
    } words[] = {{16, 2 | 40 << 16},       {28, PROGRAM},
                 {32, SECTIONS},           {42, 32 | 1 << 16},
                 {46, 40 | 3 << 16},       {PROGRAM, 1},
                 {PROGRAM + 8, 0x8000},    {PROGRAM + 16, ALL},
                 {PROGRAM + 20, ALL},      {PROGRAM + 24, 5},
                 {SYMBOLS + 16, 1},        {SYMBOLS + 20, 0x8010},
                 {SYMBOLS + 24, 8},        {SYMBOLS + 28, 0x12 | 1 << 16},
                 {SECTIONS + 40 + 4, 2},   {SECTIONS + 40 + 16, SYMBOLS},
                 {SECTIONS + 40 + 20, 32}, {SECTIONS + 40 + 24, 2},
                 {SECTIONS + 80 + 4, 3},   {SECTIONS + 80 + 16, NAMES},
                 {SECTIONS + 80 + 20, 6}};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        memcpy(file + words[i].at, &words[i].v, 4);
    memcpy(file + NAMES, "\0main", 6);
    for (int at = -1; at < ALL; at++) {
        uint8_t damaged[ALL];
        memcpy(damaged, file, ALL);
        if (at >= 0) damaged[at] ^= 0xff;
        struct table t = {0};
        const char *why;
        write_file(damaged, ALL);
        const int fd = open(path, O_RDONLY);
        const enum table_read r = table_read_elf(&t, fd, &why);
        close(fd);
        unlink(path);
        if (at < 0) {
            cr_assert_eq(r, TABLE_READ);
            cr_assert_eq(t.n, 1);
            cr_expect_str_eq(t.names + table_at(&t, 0x8017)->name, "main");
        }
        for (uint32_t addr = 0x8000; addr < 0x8020; addr++)
            (void)table_at(&t, addr);
        for (size_t i = 0; i < t.n; i++)
            cr_expect_lt(strlen(t.names + t.entries[i].name), t.names_size);
        table_free(&t);
    }
}
