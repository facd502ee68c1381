// Two programs in User mode that a timer switches between, each with its own registers, VFP registers and
// modes; they share a counter. What they come to must not depend on where they are interrupted.
#include "hot.h"

enum { ROUNDS = 200000 };

static struct task {
    uint32_t psr, pc, r[15], pad, d[64], fpscr;
    uint32_t done;
} tasks[2];
struct task *current = tasks;

static volatile uint32_t switches;
volatile uint32_t counter;
static uint32_t stacks[2][256];

// Who goes on. The monitor is cleared as the Arm ARM wants it (A3.4.4).
struct task *task_next(uint32_t interrupted)
{
    if (interrupted)
        timer_answer();
    else
        current->done = 1;
    struct task *other = &tasks[1 - (current - tasks)];
    if (!other->done) current = other;
    switches++;
    return current->done ? 0 : current;
}

// hot_tasks.inc
void task_start(struct task *t);
extern const char task_vectors[];

// Both add to the counter; r0: rounds, and at the end what they came to
extern const char arm_task[], thumb_task[];

static void prepare(struct task *t, const char *code, int thumb, uint32_t fpscr)
{
    volatile uint32_t *all = (uint32_t *)t;
    for (uint32_t i = 0; i < sizeof *t / 4; i++)
        all[i] = 0;
    t->psr = thumb ? 0x30 : 0x10;
    t->pc = (uint32_t)code;
    t->fpscr = fpscr;
    t->r[0] = ROUNDS;
    t->r[13] = (uint32_t)stacks[t - tasks + 1];
}

int main(void)
{
    hot_begin();
    CP15_WRITE(0xf << 20, 0, c1, c0, 2);
    asm volatile(".fpu neon-vfpv4\n vmsr fpexc, %0" ::"r"(0x40000000));
    CP15_WRITE((uint32_t)task_vectors, 0, c12, c0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        switches = 0;
        do { // again, if that was too fast
            prepare(&tasks[0], arm_task, 0, 1 << 22);
            prepare(&tasks[1], thumb_task, 1, 2 << 22);
            current = tasks;
            counter = 0;
            timer_start(50 + 13 * i);
            task_start(current);
            timer_stop();
        } while (switches <= 20);
        show("results", tasks[0].r[0], tasks[1].r[0]);
        show("counter", counter, 0);
    }
    return 0;
}
