// A program for GDB to look at; it is never run

enum colour { RED, GREEN = 5 };

struct point {
    short x, y;
    enum colour colour;
    struct point *next;
};

struct point origin = {3, -4, GREEN, &origin};
const double half = 0.5;
const char name[] = "stinkarm";
int squares[] = {0, 1, 4, 9, 16};

int length2(const struct point *p)
{
    return p->x * p->x + p->y * p->y;
}

int main(void)
{
    struct point here = {squares[2], squares[3], RED, 0};
    return length2(&here) + length2(&origin);
}
