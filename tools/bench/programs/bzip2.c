// bzip2, blocks of 900 kB.
#include <bzlib.h>
#include "compressors.h"

static size_t compress_text(const char *from, char *to)
{
    unsigned n = ROOM;
    if (BZ2_bzBuffToBuffCompress(to, &n, (char *)from, SIZE, 9, 0, 0) != BZ_OK) abort();
    return n;
}

static size_t decompress_text(const char *from, size_t size, char *to)
{
    unsigned n = SIZE;
    if (BZ2_bzBuffToBuffDecompress(to, &n, (char *)from, (unsigned)size, 0, 0) != BZ_OK) abort();
    return n;
}
