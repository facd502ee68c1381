// Programs as compilers and codecs write them for Advanced SIMD: their results are what QEMU's are.
// stinkarm-test: build=arm,thumb-O3,arm-O0 cflags="-mfpu=neon-vfpv4" oracle=qemu
#include <arm_neon.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { N = 1536 };
static uint8_t rgb[3 * N], gray[N], planes[3][N];
static int16_t samples[N], filtered[N];
static float x[N], y[N];

static void print_sum(const char *name, const void *data, unsigned bytes)
{
    uint32_t sum = 2166136261u;
    for (unsigned i = 0; i < bytes; i++)
        sum = (sum ^ ((const uint8_t *)data)[i]) * 16777619u;
    printf("%-12s %08x\n", name, sum);
}

static void fill(void)
{
    uint32_t v = 1;
    for (int i = 0; i < 3 * N; i++)
        rgb[i] = (uint8_t)((v = v * 1664525 + 1013904223) >> 24);
    for (int i = 0; i < N; i++) {
        samples[i] = (int16_t)((v = v * 1664525 + 1013904223) >> 16);
        x[i] = (float)(int32_t)(v = v * 1664525 + 1013904223) / 65536;
        y[i] = (float)(i - N / 2) * 0.125f;
    }
}

static void to_gray(void)
{
    const uint8x8_t r = vdup_n_u8(77), g = vdup_n_u8(150), b = vdup_n_u8(29);
    for (int i = 0; i < N; i += 8) {
        const uint8x8x3_t v = vld3_u8(rgb + 3 * i);
        uint16x8_t sum = vmull_u8(v.val[0], r);
        sum = vmlal_u8(sum, v.val[1], g);
        sum = vmlal_u8(sum, v.val[2], b);
        vst1_u8(gray + i, vrshrn_n_u16(sum, 8));
        for (int k = 0; k < 3; k++)
            vst1_u8(planes[k] + i, v.val[k]);
    }
}

static void filter(void)
{
    static const int16_t taps[4] = {-1200, 9000, 17000, -3300};
    const int16x4_t t = vld1_s16(taps);
    for (int i = 0; i + 11 < N; i += 8) {
        const int16x8_t a = vld1q_s16(samples + i),
                        b = vld1q_s16(samples + i + 8 > samples + N - 8 ? samples : samples + i + 8);
        int32x4_t low = vmull_lane_s16(vget_low_s16(a), t, 0), high = vmull_lane_s16(vget_high_s16(a), t, 0);
        const int16x8_t one = vextq_s16(a, b, 1), two = vextq_s16(a, b, 2), three = vextq_s16(a, b, 3);
        low = vmlal_lane_s16(low, vget_low_s16(one), t, 1),
        high = vmlal_lane_s16(high, vget_high_s16(one), t, 1);
        low = vmlal_lane_s16(low, vget_low_s16(two), t, 2),
        high = vmlal_lane_s16(high, vget_high_s16(two), t, 2);
        low = vqdmlal_lane_s16(low, vget_low_s16(three), t, 3),
        high = vqdmlal_lane_s16(high, vget_high_s16(three), t, 3);
        vst1q_s16(filtered + i, vcombine_s16(vqrshrn_n_s32(low, 14), vqrshrn_n_s32(high, 14)));
    }
}

static void blend(void)
{
    for (int i = 0; i < N; i += 16) {
        const uint8x16_t a = vld1q_u8(planes[0] + i), b = vld1q_u8(planes[1] + i);
        const uint8x16_t larger = vcgtq_u8(a, b);
        const uint8x16_t sum = vqaddq_u8(a, b), mean = vrhaddq_u8(a, b), distance = vabdq_u8(a, b);
        vst1q_u8(planes[2] + i, veorq_u8(vbslq_u8(larger, sum, mean), vshrq_n_u8(distance, 3)));
    }
}

static void transpose(void)
{
    for (int i = 0; i < N; i += 64) {
        uint8x16x4_t v = vld4q_u8(planes[2] + i);
        const uint8x16x2_t a = vtrnq_u8(v.val[0], v.val[1]), b = vzipq_u8(v.val[2], v.val[3]);
        v.val[0] = vrev64q_u8(a.val[0]), v.val[1] = a.val[1];
        v.val[2] = b.val[1], v.val[3] = b.val[0];
        vst4q_u8(planes[2] + i, v);
    }
}

static void numbers(void)
{
    float32x4_t sum = vdupq_n_f32(0);
    for (int i = 0; i < N; i += 4) {
        const float32x4_t a = vld1q_f32(x + i), b = vld1q_f32(y + i);
        float32x4_t r = vmlaq_f32(a, b, vdupq_n_f32(0.3f));
        r = vmaxq_f32(r, vmulq_n_f32(b, 7));
        float32x4_t inverse = vrecpeq_f32(r);
        inverse = vmulq_f32(inverse, vrecpsq_f32(r, inverse));
        const uint32x4_t positive = vcgtq_f32(r, vdupq_n_f32(0));
        sum = vaddq_f32(sum, vbslq_f32(positive, inverse, vcvtq_f32_s32(vcvtq_s32_f32(r))));
        vst1q_f32(x + i, r);
    }
    const float32x2_t half = vpadd_f32(vget_low_f32(sum), vget_high_f32(sum));
    printf("sum %a\n", (double)vget_lane_f32(vpadd_f32(half, half), 0));
}

int main(void)
{
    fill();
    to_gray();
    print_sum("gray", gray, sizeof gray);
    print_sum("planes", planes, sizeof planes);
    filter();
    print_sum("filter", filtered, sizeof filtered);
    blend();
    print_sum("blend", planes, sizeof planes);
    transpose();
    print_sum("transpose", planes, sizeof planes);
    numbers();
    print_sum("numbers", x, sizeof x);
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
    printf("fpscr %08x\n", fpscr & 0x0800009f);
    return 0;
}
