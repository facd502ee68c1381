#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "symbols/table.h"

// A line's address and kind; its name is what text ends with. False: it is no such line.
static bool parse(char *line, struct table_entry *e, char **name)
{
    char *end;
    const unsigned long addr = strtoul(line, &end, 16);
    if (end - line < 8 || addr > UINT32_MAX || *end != ' ' || !end[1] || end[2] != ' ') return false;
    const char kind = end[1];
    *name = end + 3;
    (*name)[strcspn(*name, "\t\r")] = 0; // a module's name may follow
    const bool code = strchr("TtWwi", kind);
    e->addr = (uint32_t)addr;
    e->function = code;
    e->rank = (uint8_t)((code ? 4 : 0) + (isupper((unsigned char)kind) ? 2 : 0));
    return true;
}

// Marks of instruction sets, what has no name, and what is no address.
static bool is_none(const char *name, char kind)
{
    return !*name || *name == '$' || strchr("AaUuNn", kind);
}

static bool add_lines(struct table *t, const char **why)
{
    unsigned lines = 0;
    for (char *line = t->names, *next; line && *line; line = next, lines++) {
        char *name;
        struct table_entry e = {0};
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        if (*line == ' ') continue; // nm's, of what is defined elsewhere
        if (!parse(line, &e, &name)) {
            *why = "neither an ELF file nor a System.map, whose lines are \"c0008000 T _text\"";
            return false;
        }
        e.name = (uint32_t)(name - t->names);
        if (!is_none(name, name[-2]) && !table_add(t, &e)) {
            *why = "out of memory";
            return false;
        }
    }
    if (!lines) *why = "empty";
    return lines;
}

enum table_read table_read_map(struct table *t, int fd, const char **why)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size >= 0 && st.st_size < UINT32_MAX)
        t->names = table_bytes(fd, 0, (size_t)st.st_size);
    if (!t->names) {
        *why = "it cannot be read";
        return TABLE_FAILED;
    }
    t->names_size = (size_t)st.st_size;
    if (!add_lines(t, why)) return TABLE_FAILED;
    table_sort(t);
    return TABLE_READ;
}
