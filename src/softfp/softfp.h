// IEEE 754 arithmetic as ARM's FPSCR prescribes it (Arm ARM A2.7.7, pseudocode FPAdd … FPRoundInt): rounding
// mode, flush-to-zero, default NaN, cumulative exception flags. Pure: numbers and a struct softfp in, numbers
// out. Values are bit patterns. Where the host FPU gives the same answer and flags it may be used inside.
#ifndef STINKARM_SOFTFP_SOFTFP_H
#define STINKARM_SOFTFP_SOFTFP_H

#include <stdbool.h>
#include <stdint.h>

enum fp_rounding {
    FP_TIE_EVEN,
    FP_PLUS_INF,
    FP_MINUS_INF,
    FP_TO_ZERO,
    FP_TIE_AWAY,
    FP_ODD
}; // first four as FPSCR.RMode

enum fp_flags {
    FP_IOC = 1,
    FP_DZC = 2,
    FP_OFC = 4,
    FP_UFC = 8,
    FP_IXC = 16,
    FP_IDC = 128
}; // bits of the FPSCR

struct softfp {
    uint8_t rounding; // enum fp_rounding
    bool fz;          // flush denormals to zero
    bool dn;          // default NaN
    bool ahp;         // alternative half precision
    bool fz16;        // flush half-precision denormals
    uint32_t flags;   // enum fp_flags, accumulated
};

typedef uint16_t f16;
typedef uint32_t f32;
typedef uint64_t f64;

// From FPSCR for VFP, and the standard FPSCR value (round to nearest, FZ, DN) for Advanced SIMD.
struct softfp softfp_from_fpscr(uint32_t fpscr);
struct softfp softfp_standard(uint32_t fpscr); // AHP is kept

#define SOFTFP_DECLARE(t)                                                                                    \
    t t##_add(t a, t b, struct softfp *s);                                                                   \
    t t##_sub(t a, t b, struct softfp *s);                                                                   \
    t t##_mul(t a, t b, struct softfp *s);                                                                   \
    t t##_div(t a, t b, struct softfp *s);                                                                   \
    t t##_sqrt(t a, struct softfp *s);                                                                       \
    t t##_muladd(t addend, t a, t b, struct softfp *s); /* FPMulAdd: addend + a * b, fused */                \
    t t##_min(t a, t b, struct softfp *s);              /* FPMin: NaN wins */                                \
    t t##_max(t a, t b, struct softfp *s);                                                                   \
    t t##_minnum(t a, t b, struct softfp *s); /* FPMinNum: a quiet NaN loses */                              \
    t t##_maxnum(t a, t b, struct softfp *s);                                                                \
    t t##_recip_estimate(t a, struct softfp *s);                            /* VRECPE */                     \
    t t##_rsqrt_estimate(t a, struct softfp *s);                            /* VRSQRTE */                    \
    t t##_recip_step(t a, t b, struct softfp *s);                           /* VRECPS: 2 - a * b */          \
    t t##_rsqrt_step(t a, t b, struct softfp *s);                           /* VRSQRTS: (3 - a * b) / 2 */   \
    t t##_round_int(t a, enum fp_rounding r, bool exact, struct softfp *s); /* VRINT*; exact: X form */      \
    bool t##_eq(t a, t b, struct softfp *s); /* quiet: only signalling NaNs raise IOC */                     \
    bool t##_ge(t a, t b, struct softfp *s); /* any NaN raises IOC */                                        \
    bool t##_gt(t a, t b, struct softfp *s);                                                                 \
    /* NZCV in bits 31:28, as FPCompare; signalling: VCMPE */                                                \
    uint32_t t##_compare(t a, t b, bool signalling, struct softfp *s);                                       \
    /* FPToFixed: fbits fraction bits, result in `bits` bits, saturated */                                   \
    uint64_t t##_to_fixed(t a, unsigned bits, unsigned fbits, bool is_unsigned, enum fp_rounding r,          \
                          struct softfp *s);                                                                 \
    t t##_from_fixed(uint64_t v, unsigned bits, unsigned fbits, bool is_unsigned, enum fp_rounding r,        \
                     struct softfp *s);

SOFTFP_DECLARE(f16)
SOFTFP_DECLARE(f32)
SOFTFP_DECLARE(f64)

// VCVT between precisions; to half: AHP is obeyed.
f64 f32_to_f64(f32 a, struct softfp *s);
f32 f64_to_f32(f64 a, struct softfp *s);
f32 f16_to_f32(f16 a, struct softfp *s);
f16 f32_to_f16(f32 a, struct softfp *s);
f64 f16_to_f64(f16 a, struct softfp *s);
f16 f64_to_f16(f64 a, struct softfp *s);

// VJCVT: JavaScript's ToInt32; *exact: the result is the operand, and that is not -0.
uint32_t f64_to_js_int(f64 a, bool *exact, struct softfp *s);

// Unsigned integer VRECPE and VRSQRTE (A8.8.378 UnsignedRecipEstimate…).
uint32_t u32_recip_estimate(uint32_t a);
uint32_t u32_rsqrt_estimate(uint32_t a);

#endif
