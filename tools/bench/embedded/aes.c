// FIPS 197's AES-128, a byte at a time: table look-ups and exclusive ors.
#include "program.h"

static uint8_t box[256], round_key[11][16];

static uint8_t twice(uint8_t v)
{
    return (uint8_t)(v << 1 ^ (v >> 7) * 0x1b);
}

static void make_box(void)
{
    // p runs through all of the field, q through the inverses.
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ twice(p));
        q ^= (uint8_t)(q << 1);
        q ^= (uint8_t)(q << 2);
        q ^= (uint8_t)(q << 4);
        if (q & 0x80) q ^= 0x09;
        const uint32_t w = q | q << 8;
        box[p] = (uint8_t)(w ^ w >> 4 ^ w >> 5 ^ w >> 6 ^ w >> 7 ^ 0x63);
    } while (p != 1);
    box[0] = 0x63;
}

static void expand(const uint8_t *key)
{
    uint8_t constant = 1, *k = round_key[0];
    memcpy(k, key, 16);
    for (int i = 16; i < 176; i++) {
        uint8_t t = k[i - 4];
        if (i % 16 < 4) t = (uint8_t)(box[k[i % 4 == 3 ? i - 7 : i - 3]] ^ (i % 16 ? 0 : constant));
        if (i % 16 == 0) constant = twice(constant);
        k[i] = k[i - 16] ^ t;
    }
}

static void encrypt(uint8_t *s)
{
    for (int i = 0; i < 16; i++)
        s[i] ^= round_key[0][i];
    for (int r = 1; r <= 10; r++) {
        uint8_t t[16];
        for (int i = 0; i < 16; i++)
            t[i] = box[s[(i * 5) & 15]];
        for (int c = 0; c < 16; c += 4) {
            const uint8_t all = t[c] ^ t[c + 1] ^ t[c + 2] ^ t[c + 3];
            for (int i = 0; i < 4; i++) {
                const uint8_t mixed = t[c + i] ^ all ^ twice(t[c + i] ^ t[c + ((i + 1) & 3)]);
                s[c + i] = (r < 10 ? mixed : t[c + i]) ^ round_key[r][c + i];
            }
        }
    }
}

static void work(long rounds)
{
    uint8_t key[16], block[16];
    for (int i = 0; i < 16; i++)
        key[i] = (uint8_t)i, block[i] = (uint8_t)(i * 0x11);
    make_box();
    expand(key);
    for (long r = 0; r < rounds; r++)
        encrypt(block);
    for (int i = 0; i < 16; i++)
        printf("%02x", block[i]);
    putchar('\n');
}
