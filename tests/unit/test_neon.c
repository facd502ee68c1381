// Advanced SIMD: what decoding says about single encodings, and the cryptographic functions on published
// vectors.
#include <criterion/criterion.h>
#include <string.h>

#include "isa/insn.h"
#include "softfp/crypto.h"

static struct insn decode(uint32_t raw)
{
    struct insn in;
    cr_expect_eq(isa_decode_a32(raw, ISA_FEATURES_MAX, &in), ISA_OK, "%08x", raw);
    return in;
}

static void expect(uint32_t raw, uint32_t features, enum isa_result want)
{
    struct insn in;
    cr_expect_eq(isa_decode_a32(raw, features, &in), want, "%08x", raw);
}

Test(neon, operands)
{
    struct insn in = decode(0xf25208ee); // vadd.i16 q8, q9, q15
    cr_expect(in.op == OP_VADD_I && in.rd == 16 && in.rn == 18 && in.rm == 30 && in.size == 1);
    cr_expect(in.flags == INSN_Q);
    in = decode(0xf2e1f16f); // vmla.f32 d31, d1, d15[1]
    cr_expect(in.op == OP_VMLA_F_SC && in.rd == 31 && in.rn == 1 && in.rm == 15 && in.x == 1 && in.size == 2);
    in = decode(0xf2d1f06f); // vmla.i16 d31, d1, d7[3]
    cr_expect(in.op == OP_VMLA_I_SC && in.rm == 7 && in.x == 3 && in.size == 1);
    in = decode(0xf3bc0b81); // vtbl.8 d0, {d28-d31}, d1
    cr_expect(in.op == OP_VTBL && in.rn == 28 && in.x == 4 && in.rm == 1);
    in = decode(0xf3bb0081); // vcvta.u32.f32 d0, d1
    cr_expect(in.op == OP_VCVT_INT_F_R && in.flags == INSN_UNS && in.x == 4);
}

Test(neon, shifts)
{
    struct insn in = decode(0xf2800091); // vshr.s64 d0, d1, #64
    cr_expect(in.op == OP_VSHR && in.size == 3 && in.imm == 64 && in.flags == 0);
    in = decode(0xf3880011); // vshr.u8 d0, d1, #8
    cr_expect(in.op == OP_VSHR && in.size == 0 && in.imm == 8 && in.flags == INSN_UNS);
    in = decode(0xf2bf2554); // vshl.s32 q1, q2, #31
    cr_expect(in.op == OP_VSHL_IMM && in.size == 2 && in.imm == 31);
    in = decode(0xf3900a11); // vmovl.u16 q0, d1
    cr_expect(in.op == OP_VSHLL && in.size == 1 && in.imm == 0 && in.flags == INSN_UNS);
    in = decode(0xf3b20301); // vshll.i8 q0, d1, #8
    cr_expect(in.op == OP_VSHLL && in.size == 0 && in.imm == 8);
    in = decode(0xf3900852); // vqrshrun.s32 d0, q1, #16
    cr_expect(in.op == OP_VQRSHRUN && in.size == 1 && in.imm == 16);
}

Test(neon, immediates)
{
    cr_expect_eq(decode(0xf382341b).imm, 0x00ab0000); // vmov.i32 d3, #0x00ab0000
    struct insn in = decode(0xf3826a7b);              // vmvn.i16 q3, #0xab00
    cr_expect(in.op == OP_VMOV_IMM && in.imm == 0x54ff54ff);
    in = decode(0xf3823e35); // vmov.i64 d3, #0xff00ff0000ff00ff
    cr_expect(in.op == OP_VMOV_IMM64 && in.imm == 0xa5);
    cr_expect_eq(decode(0xf3870f58).imm, 0xbfc00000); // vmov.f32 q0, #-1.5
}

Test(neon, structures)
{
    struct insn in = decode(0xf4210952); // vld2.16 {d0,d2}, [r1 :64], r2
    cr_expect(in.op == OP_VLD2_MULT && in.y == 2 && in.ra == 1 && in.shift_n == 8 && in.rm == 2 &&
              in.size == 1);
    in = decode(0xf421037d); // vld2.16 {d0-d3}, [r1 :256]!
    cr_expect(in.op == OP_VLD2_MULT && in.y == 2 && in.ra == 2 && in.shift_n == 32 && in.rm == 13);
    in = decode(0xf4ad5acf); // vld3.32 {d5[1],d7[1],d9[1]}, [sp]
    cr_expect(in.op == OP_VLD3_LANE && in.y == 2 && in.x == 1 && in.rn == 13 && in.rm == 15 &&
              in.shift_n == 0);
    in = decode(0xf4a00fff); // vld4.32 {d0[],d2[],d4[],d6[]}, [r0 :128]
    cr_expect(in.op == OP_VLD4_ALL && in.size == 2 && in.y == 2 && in.shift_n == 16);
    in = decode(0xf40312cf); // vst1.64 {d1-d4}, [r3]
    cr_expect(in.op == OP_VST1_MULT && in.y == 4 && in.size == 3);
}

Test(neon, undefined)
{
    const uint32_t all = ISA_FEATURES_MAX;
    expect(0xf25218ee, all, ISA_UNDEFINED); // vadd.i16 with Q and an odd destination
    expect(0xf2300000, all, ISA_UNDEFINED); // vhadd of 64-bit elements
    expect(0xf3100910, all, ISA_UNDEFINED); // vmul.p16
    expect(0xf2b00800, all, ISA_UNDEFINED);          // vext of doublewords by 8
    expect(0xf2811200 & ~0xfu, all, ISA_UNDEFINED);             // vaddw with an odd destination
    expect(0xf3870f78, all, ISA_UNDEFINED);                     // modified immediate: op 1 with cmode 15
    expect(0xf421073f, all, ISA_UNDEFINED);                     // vld1 of one register, align 3
    expect(0xf42104ef, all, ISA_UNDEFINED);                     // vld3 of 64-bit elements
    expect(0xf4a1082f, all, ISA_UNDEFINED);                     // vld1.32 to a lane, index_align 2
    expect(0xf4a00ccf, all, ISA_UNDEFINED);                     // vld1 to all lanes of 64 bits
    expect(0xf3b20381, all, ISA_UNDEFINED);                     // like vshll.i8, but of no operation
    expect(0xf3b00301, ISA_FEATURES_CORTEX_A15, ISA_UNDEFINED); // aese
    expect(0xf3bb0081, ISA_FEATURES_CORTEX_A15, ISA_UNDEFINED); // vcvta
    expect(0xf2100cc2, ISA_FEATURES_CORTEX_A15, ISA_UNDEFINED); // half precision vfma and SHA
}

Test(neon, unpredictable)
{
    const uint32_t all = ISA_FEATURES_MAX;
    expect(0xf46fe20f, all, ISA_UNPREDICTABLE); // vld1.8 {d30-…d33}, [pc]
    expect(0xf3bd0b81, all, ISA_UNPREDICTABLE); // vtbl.8 d0, {d29-d32}, d1
}

// A number as the registers have it: its first byte lowest.
static void words_from(uint64_t to[2], const uint8_t bytes[16])
{
    memcpy(to, bytes, 16);
}

// FIPS 197, appendix B: the first round.
Test(neon, aes)
{
    static const uint8_t input[16] = {0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
                                      0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34};
    static const uint8_t key_bytes[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                          0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
    static const uint8_t shifted[16] = {0xd4, 0xbf, 0x5d, 0x30, 0xe0, 0xb4, 0x52, 0xae,
                                        0xb8, 0x41, 0x11, 0xf1, 0x1e, 0x27, 0x98, 0xe5};
    static const uint8_t mixed[16] = {0x04, 0x66, 0x81, 0xe5, 0xe0, 0xcb, 0x19, 0x9a,
                                      0x48, 0xf8, 0xd3, 0x7a, 0x28, 0x06, 0x26, 0x4c};
    uint64_t state[2], key[2];
    static const uint64_t zero[2];
    words_from(state, input);
    words_from(key, key_bytes);
    aes_encrypt(state, key);
    cr_expect_arr_eq((const uint8_t *)state, shifted, 16);
    aes_mix_columns(state);
    cr_expect_arr_eq((const uint8_t *)state, mixed, 16);
    aes_inv_mix_columns(state);
    cr_expect_arr_eq((const uint8_t *)state, shifted, 16);
    aes_decrypt(state, zero);
    state[0] ^= key[0], state[1] ^= key[1];
    cr_expect_arr_eq((const uint8_t *)state, input, 16);
}

// The padded message "abc" (FIPS 180-4).
static const uint32_t abc[16] = {[0] = 0x61626380, [15] = 24};

Test(neon, sha1)
{
    static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    static const enum sha1_function functions[4] = {SHA1_CHOOSE, SHA1_PARITY, SHA1_MAJORITY, SHA1_PARITY};
    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint32_t w[20][4], state[4], e = start[4];
    memcpy(w, abc, sizeof abc);
    memcpy(state, start, sizeof state);
    for (int i = 0; i < 20; i++) {
        if (i >= 4) {
            memcpy(w[i], w[i - 4], sizeof w[i]);
            sha1_schedule0(w[i], w[i - 3], w[i - 2]);
            sha1_schedule1(w[i], w[i - 1]);
        }
        uint32_t wk[4];
        for (int k = 0; k < 4; k++)
            wk[k] = w[i][k] + constants[i / 5];
        const uint32_t next = state[0] << 30 | state[0] >> 2; // sha1h
        sha1_rounds(state, e, wk, functions[i / 5]);
        e = next;
    }
    static const uint32_t digest[5] = {0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c, 0x9cd0d89d};
    for (int k = 0; k < 4; k++)
        cr_expect_eq(state[k] + start[k], digest[k]);
    cr_expect_eq(e + start[4], digest[4]);
}

// 32 bits of the fraction of a prime's cube root: SHA-256's constants.
static uint32_t cube_root_fraction(unsigned prime)
{
    uint64_t root = 0;
    for (int bit = 35; bit >= 0; bit--) {
        const unsigned __int128 x = root | 1ull << bit;
        if (x * x * x <= (unsigned __int128)prime << 96) root |= 1ull << bit;
    }
    return (uint32_t)root;
}

Test(neon, sha256)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    static const uint32_t digest[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                                       0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
    uint32_t w[16][4], state[8];
    memcpy(w, abc, sizeof abc);
    memcpy(state, start, sizeof state);
    unsigned prime = 1;
    for (int i = 0; i < 16; i++) {
        if (i >= 4) {
            memcpy(w[i], w[i - 4], sizeof w[i]);
            sha256_schedule0(w[i], w[i - 3]);
            sha256_schedule1(w[i], w[i - 2], w[i - 1]);
        }
        uint32_t wk[4];
        for (int k = 0; k < 4; k++) {
            bool composite = true;
            while (composite) {
                prime++;
                composite = false;
                for (unsigned d = 2; d * d <= prime; d++)
                    composite |= prime % d == 0;
            }
            wk[k] = w[i][k] + cube_root_fraction(prime);
        }
        sha256_rounds(state, state + 4, wk);
    }
    for (int k = 0; k < 8; k++)
        cr_expect_eq(state[k] + start[k], digest[k]);
}

Test(neon, polynomials)
{
    // (x^63 + 1)(x + 1) = x^64 + x^63 + x + 1
    cr_expect_eq(poly64_product_low(0x8000000000000001u, 3), 0x8000000000000003u);
    cr_expect_eq(poly64_product_high(0x8000000000000001u, 3), 1);
    // Squares have the bits of their root, spread out.
    cr_expect_eq(poly64_product_low(~0ull, ~0ull), 0x5555555555555555u);
    cr_expect_eq(poly64_product_high(~0ull, ~0ull), 0x5555555555555555u);
}
