// The arithmetic of the cryptographic extension (Arm ARM DDI 0487, pseudocode AESSubBytes …, SHA256hash):
// pure, like the floating point that it stands beside. A 128-bit register is two doublewords, the lower one
// first.
#ifndef STINKARM_SOFTFP_CRYPTO_H
#define STINKARM_SOFTFP_CRYPTO_H

#include <stdint.h>

// Halves of the product of two polynomials over {0, 1}.
uint64_t poly64_product_low(uint64_t a, uint64_t b);
uint64_t poly64_product_high(uint64_t a, uint64_t b);

// ShiftRows and SubBytes of state ^ key; the inverses of both.
void aes_encrypt(uint64_t state[2], const uint64_t key[2]);
void aes_decrypt(uint64_t state[2], const uint64_t key[2]);
void aes_mix_columns(uint64_t state[2]);
void aes_inv_mix_columns(uint64_t state[2]);

// Four rounds. abcd is changed; e is the fifth word.
enum sha1_function { SHA1_CHOOSE, SHA1_PARITY, SHA1_MAJORITY };
void sha1_rounds(uint32_t abcd[4], uint32_t e, const uint32_t w[4], enum sha1_function f);
void sha1_schedule0(uint32_t d[4], const uint32_t n[4], const uint32_t m[4]);
void sha1_schedule1(uint32_t d[4], const uint32_t m[4]);

// Four rounds on both halves of the state.
void sha256_rounds(uint32_t abcd[4], uint32_t efgh[4], const uint32_t w[4]);
void sha256_schedule0(uint32_t d[4], const uint32_t m[4]);
void sha256_schedule1(uint32_t d[4], const uint32_t n[4], const uint32_t m[4]);

#endif
