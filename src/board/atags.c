// The kernel's tag list: what boot loaders said before there were device trees (Linux's
// Documentation/arm/setup.rst). Words: size in words, tag, values; CORE first, a size of 0 last.
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "board/boot.h"

enum {
    TAG_CORE = 0x54410001,
    TAG_MEM = 0x54410002,
    TAG_INITRD2 = 0x54420005,
    TAG_CMDLINE = 0x54410009,
    PAGE = 4096,
    READ_ONLY_ROOT = 1,
};

static size_t put(uint8_t *to, size_t at, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++, at += 4)
        put_le32(to + at, words[i]);
    return at;
}

bool atags_make(struct machine *m, uint64_t initrd, uint64_t initrd_size, size_t room, struct blob *tags)
{
    const char *line = m->opt.append ? m->opt.append : "";
    const size_t len = strlen(line), line_words = (len + 1 + 3) / 4;
    const size_t most = 4 * (5 + 4 + 4 + 2 + line_words + 2);
    if (most > room) {
        warn("--append: %zu bytes do not fit into the tag list, which has room for %zu", len,
             len - (most - room));
        return false;
    }
    uint8_t *t = calloc(1, most);
    if (!t) {
        warn("no memory for the tag list");
        return false;
    }
    size_t at = put(t, 0, (const uint32_t[]){5, TAG_CORE, READ_ONLY_ROOT, PAGE, 0}, 5);
    // A tag holds 32 bits; memory behind the first 4 GiB is for kernels with device trees.
    const uint64_t below = (1ull << 32) - m->board->ram_base;
    const uint64_t memory = m->opt.memory < below ? m->opt.memory : below;
    at = put(t, at, (const uint32_t[]){4, TAG_MEM, (uint32_t)memory, (uint32_t)m->board->ram_base}, 4);
    if (initrd_size)
        at = put(t, at, (const uint32_t[]){4, TAG_INITRD2, (uint32_t)initrd, (uint32_t)initrd_size}, 4);
    if (len) {
        at = put(t, at, (const uint32_t[]){(uint32_t)(2 + line_words), TAG_CMDLINE}, 2);
        memcpy(t + at, line, len);
        at += 4 * line_words;
    }
    at += 8; // NONE
    *tags = (struct blob){t, at};
    return true;
}

bool atags_read(const char *path, size_t room, struct blob *tags, uint64_t *initrd)
{
    if (!file_read(path, "tag list", tags)) return false;
    *initrd = 0;
    if (tags->size > room) {
        warn("tag list '%s': %zu bytes, room is for %zu", path, tags->size, room);
        return false;
    }
    for (size_t at = 0; at + 8 <= tags->size;) {
        const uint32_t words = get_le32(tags->data + at), tag = get_le32(tags->data + at + 4);
        if (!at && tag != TAG_CORE) {
            warn("tag list '%s': its first tag is 0x%08x, wanted is 0x%08x (CORE)", path, tag, TAG_CORE);
            return false;
        }
        if (!words) return true;
        if (words < 2 || words > (tags->size - at) / 4) {
            warn("tag list '%s': the tag at byte %zu has a size of %u words, %zu are left", path, at, words,
                 (tags->size - at) / 4);
            return false;
        }
        if (tag == TAG_INITRD2 && words >= 4) *initrd = get_le32(tags->data + at + 8);
        at += 4ull * words;
    }
    warn("tag list '%s': it does not end with a tag of size 0", path);
    return false;
}
