// Code to be stepped through, an instruction at a time.
volatile unsigned word = 5, flags;

#define CODE(name, set, more)                                                                                \
    asm(".pushsection .text\n" set "\n.type " #name ", %function\n.global " #name "\n" #name ":\n" more          \
        "bx lr\n.size " #name ", .-" #name "\n.popsection\n")

// An atomic addition: the store must not fail for having been looked at.
#define ATOMIC                                                                                               \
    "1: ldrex r1, [r0]\n"                                                                                    \
    "add r1, r1, #2\n"                                                                                       \
    "strex r2, r1, [r0]\n"                                                                                   \
    "cmp r2, #0\n"                                                                                           \
    "bne 1b\n"                                                                                               \
    "dmb\n"
CODE(atomic_arm, ".arm", ATOMIC);
CODE(atomic_thumb, ".thumb\n.thumb_func", ATOMIC);

// The flags change inside of the block; what is not executed is stepped over.
CODE(conditional, ".thumb\n.thumb_func",
     "cmp r0, #0\n"
     "ittee eq\n"
     "moveq r1, #1\n"
     "cmpeq r1, #7\n"
     "movne r1, #2\n"
     "addne r1, r1, #3\n"
     "mov r0, r1\n");

// getpid, from both.
CODE(call_arm, ".arm", "push {r7}\nmov r7, #20\nsvc #0\npop {r7}\n");
CODE(call_thumb, ".thumb\n.thumb_func", "push {r7}\nmovs r7, #20\nsvc #0\npop {r7}\n");

// A branch that exchanges, a load into pc, a table of branches.
CODE(branches, ".thumb\n.thumb_func",
     "push {r4, lr}\n"
     "movs r1, #1\n"
     "tbb [pc, r1]\n"
     "2: .byte (3f - 2b) / 2, (4f - 2b) / 2\n"
     "3: movs r0, #9\n"
     "4: movs r0, #4\n"
     "pop {r4, pc}\n"
     "nop\n");

void atomic_arm(volatile unsigned *), atomic_thumb(volatile unsigned *);
int conditional(int), branches(void), call_arm(void), call_thumb(void);

int main(void)
{
    atomic_arm(&word);
    atomic_thumb(&word);
    conditional(0);
    conditional(1);
    const int a = call_arm(), b = call_thumb();
    return branches() == 4 && word == 9 && a == b ? 0 : 1;
}
