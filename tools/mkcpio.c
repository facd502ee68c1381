// mkcpio < LIST > ARCHIVE: a cpio archive in the "newc" form that Linux unpacks as its initramfs, of what the
// lines of LIST say; needs no root, since nothing has to exist on the host:
//     dir PATH MODE                   MODE is octal, everything belongs to root
//     file PATH MODE SOURCE
//     link PATH TARGET                symbolic link
//     node PATH MODE c|b MAJOR MINOR
// Empty lines and lines that begin with # are skipped.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { S_LINK = 0120000, S_FILE = 0100000, S_DIR = 0040000, S_BLOCK = 0060000, S_CHAR = 0020000 };

static unsigned inode;
static long written;

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("mkcpio: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void put(const void *data, size_t n)
{
    if (fwrite(data, 1, n, stdout) != n) fail("cannot write");
    written += (long)n;
}

static void align4(void)
{
    while (written & 3)
        put("", 1);
}

// A header, the name and the data, each padded to a multiple of four bytes.
static void entry(const char *name, unsigned mode, const void *data, size_t size, unsigned major,
                  unsigned minor)
{
    while (*name == '/')
        name++;
    char header[111];
    snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++inode,
             mode, 0u, 0u, 1u, 0u, (unsigned)size, 0u, 0u, major, minor, (unsigned)strlen(name) + 1, 0u);
    put(header, 110);
    put(name, strlen(name) + 1);
    align4();
    put(data, size);
    align4();
}

static void file(const char *name, unsigned mode, const char *source)
{
    FILE *f = fopen(source, "rb");
    if (!f) fail("%s: cannot be read", source);
    char *data = NULL;
    size_t size = 0, room = 0;
    do {
        if (size == room && !(data = realloc(data, room = room ? room * 2 : 1 << 16))) fail("out of memory");
        size += fread(data + size, 1, room - size, f);
    } while (size == room);
    if (ferror(f)) fail("%s: cannot be read", source);
    fclose(f);
    entry(name, S_FILE | mode, data, size, 0, 0);
    free(data);
}

int main(void)
{
    char line[4096], path[1024], text[1024], type;
    unsigned mode, major, minor;
    for (int n = 1; fgets(line, sizeof line, stdin); n++) {
        if (line[0] == '#' || line[0] == '\n') continue;
        if (sscanf(line, "dir %1023s %o", path, &mode) == 2)
            entry(path, S_DIR | mode, "", 0, 0, 0);
        else if (sscanf(line, "file %1023s %o %1023s", path, &mode, text) == 3)
            file(path, mode, text);
        else if (sscanf(line, "link %1023s %1023s", path, text) == 2)
            entry(path, S_LINK | 0777, text, strlen(text), 0, 0);
        else if (sscanf(line, "node %1023s %o %c %u %u", path, &mode, &type, &major, &minor) == 5)
            entry(path, (type == 'b' ? S_BLOCK : S_CHAR) | mode, "", 0, major, minor);
        else
            fail("line %d: not dir, file, link or node: %s", n, line);
    }
    entry("TRAILER!!!", 0, "", 0, 0, 0);
    if (fflush(stdout)) fail("cannot write");
    return 0;
}
