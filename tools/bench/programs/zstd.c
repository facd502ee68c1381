// Zstandard, level 3.
#include <zstd.h>
#include "compressors.h"

static size_t compress_text(const char *from, char *to)
{
    static ZSTD_CCtx *context;
    if (!context) context = ZSTD_createCCtx();
    const size_t n = ZSTD_compressCCtx(context, to, ROOM, from, SIZE, 3);
    if (ZSTD_isError(n)) abort();
    return n;
}

static size_t decompress_text(const char *from, size_t size, char *to)
{
    static ZSTD_DCtx *context;
    if (!context) context = ZSTD_createDCtx();
    const size_t n = ZSTD_decompressDCtx(context, to, SIZE, from, size);
    if (ZSTD_isError(n)) abort();
    return n;
}
