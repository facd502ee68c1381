// The inverse of a 5 × 5 matrix of floats, by Gauss and Jordan.
#include <math.h>
#include "program.h"

enum { N = 5 };

__attribute__((noinline)) static float invert(float m[N][2 * N])
{
    float determinant = 1;
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++)
            if (fabsf(m[i][k]) > fabsf(m[pivot][k])) pivot = i;
        for (int j = 0; j < 2 * N; j++) {
            const float t = m[k][j];
            m[k][j] = m[pivot][j];
            m[pivot][j] = t;
        }
        const float p = m[k][k];
        determinant *= pivot == k ? p : -p;
        for (int j = 0; j < 2 * N; j++)
            m[k][j] /= p;
        for (int i = 0; i < N; i++) {
            const float factor = m[i][k];
            for (int j = k; i != k && j < 2 * N; j++)
                m[i][j] -= factor * m[k][j];
        }
    }
    return determinant;
}

static void work(long rounds)
{
    float m[N][2 * N], sum = 0, determinant = 0;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                m[i][j] = i == j ? 8 : (float)((i * 3 + j * 5 + (int)(r & 7)) % 7) - 2.5f;
                m[i][N + j] = i == j;
            }
        determinant = invert(m);
        sum = m[0][N] + m[4][N + 2] * 0.5f;
    }
    printf("%.3e %.3e\n~%a %a\n", (double)determinant, (double)sum, (double)determinant, (double)sum);
}
