// Virtual calls: shapes behind a base class, in a mixed order.
#include "program.h"

struct shape {
    uint32_t a, b;
    shape(uint32_t x, uint32_t y) : a(x), b(y) {}
    virtual ~shape() {}
    virtual uint32_t area() const = 0;
    virtual void grow(uint32_t by) { a += by; }
};
struct rectangle : shape {
    using shape::shape;
    uint32_t area() const override { return a * b; }
};
struct triangle : shape {
    using shape::shape;
    uint32_t area() const override { return a * b / 2; }
    void grow(uint32_t by) override { b += by; }
};
struct ring : shape {
    using shape::shape;
    uint32_t area() const override { return 3 * (a * a - b * b); }
};
struct point : shape {
    using shape::shape;
    uint32_t area() const override { return 0; }
    void grow(uint32_t) override {}
};

static void work(long rounds)
{
    enum { SHAPES = 257 };
    shape *shapes[SHAPES];
    uint32_t seed = 5, sum = 0;
    for (int i = 0; i < SHAPES; i++) {
        const uint32_t x = next_random(&seed) >> 24, y = next_random(&seed) >> 25;
        switch (seed >> 13 & 3) {
        case 0: shapes[i] = new rectangle(x, y); break;
        case 1: shapes[i] = new triangle(x, y); break;
        case 2: shapes[i] = new ring(x, y); break;
        default: shapes[i] = new point(x, y);
        }
    }
    for (long i = 0; i < rounds; i++)
        for (shape *s : shapes) {
            sum = mix(sum, s->area());
            s->grow(sum & 3);
        }
    printf("%08x\n", sum);
}
