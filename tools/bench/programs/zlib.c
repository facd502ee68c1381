// zlib, level 6.
#include <zlib.h>
#include "compressors.h"

static size_t compress_text(const char *from, char *to)
{
    uLongf n = ROOM;
    if (compress2((Bytef *)to, &n, (const Bytef *)from, SIZE, 6) != Z_OK) abort();
    return n;
}

static size_t decompress_text(const char *from, size_t size, char *to)
{
    uLongf n = SIZE;
    if (uncompress((Bytef *)to, &n, (const Bytef *)from, size) != Z_OK) abort();
    return n;
}
