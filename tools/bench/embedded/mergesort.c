// A stable sort in place: runs by insertion, then merging by rotations, with a buffer for small ones.
#include "program.h"

enum { N = 400, BUFFER = 32 };
static struct item {
    uint16_t key, order;
} items[N];

static void reverse(struct item *v, int n)
{
    for (int i = 0, j = n - 1; i < j; i++, j--) {
        const struct item t = v[i];
        v[i] = v[j];
        v[j] = t;
    }
}

static int first_not_less(const struct item *v, int n, unsigned key, int or_equal)
{
    int low = 0;
    while (low < n) {
        const int mid = (low + n) / 2;
        if (v[mid].key < key || (or_equal && v[mid].key == key))
            low = mid + 1;
        else
            n = mid;
    }
    return low;
}

static void merge(struct item *v, int m, int n)
{
    if (!m || m == n || v[m - 1].key <= v[m].key) return;
    if (m <= BUFFER) {
        struct item left[BUFFER];
        memcpy(left, v, (size_t)m * sizeof *v);
        for (int i = 0, j = m, to = 0; i < m; to++)
            v[to] = j < n && v[j].key < left[i].key ? v[j++] : left[i++];
        return;
    }
    const int half = m / 2, right = first_not_less(v + m, n - m, v[half].key, 0);
    reverse(v + half, m - half);
    reverse(v + m, right);
    reverse(v + half, m - half + right);
    merge(v, half, half + right);
    merge(v + half + right, m - half, n - half - right);
}

static void sort(struct item *v, int n)
{
    if (n <= 12) {
        for (int i = 1; i < n; i++) {
            const struct item t = v[i];
            const int at = first_not_less(v, i, t.key, 1);
            memmove(v + at + 1, v + at, (size_t)(i - at) * sizeof *v);
            v[at] = t;
        }
        return;
    }
    sort(v, n / 2);
    sort(v + n / 2, n - n / 2);
    merge(v, n / 2, n);
}

static void work(long rounds)
{
    uint32_t seed = 21, sum = 0;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++)
            items[i] = (struct item){(uint16_t)(next_random(&seed) >> 24), (uint16_t)i};
        sort(items, N);
        for (int i = 1; i < N; i++)
            if (items[i - 1].key > items[i].key ||
                (items[i - 1].key == items[i].key && items[i - 1].order > items[i].order))
                abort();
        sum = mix(sum, items[r % N].order);
    }
    printf("%08x\n", sum);
}
