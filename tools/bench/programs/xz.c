// xz, preset 4.
#include <lzma.h>
#include "compressors.h"

static size_t compress_text(const char *from, char *to)
{
    size_t n = 0;
    if (lzma_easy_buffer_encode(4, LZMA_CHECK_CRC64, NULL, (const uint8_t *)from, SIZE, (uint8_t *)to, &n,
                                ROOM))
        abort();
    return n;
}

static size_t decompress_text(const char *from, size_t size, char *to)
{
    uint64_t memory = UINT64_MAX;
    size_t in = 0, n = 0;
    if (lzma_stream_buffer_decode(&memory, 0, NULL, (const uint8_t *)from, &in, size, (uint8_t *)to, &n,
                                  SIZE))
        abort();
    return n;
}
