// What is said of a program that dies of a fault: where, registers, the code there, who has called, what is mapped.
// stinkarm-test: build=arm signal=SEGV stdout=""
// stinkarm-test: stderr~"Segmentation fault at 0x00000124 (not mapped)" stderr~"pc 0x" stderr~" dies+0x"
// stinkarm-test: stderr~"r0  = 0x00000100  r1  = 0x12345678" stderr~"=> 0x" stderr~"e5801024  str	r1, [r0, #36]" stderr~"bx	lr"
// stinkarm-test: stderr~"#0  0x" stderr~" in dies+0x0 (" stderr~" in main+0x" stderr~"[heap]" stderr~"[stack]" stderr~"ARM)  fpscr"
#include <stdint.h>
#include <stdlib.h>

__attribute__((noinline)) void dies(uint32_t at, uint32_t value);
__asm__(".pushsection .text\n.arm\n.type dies, %function\ndies:\n    str r1, [r0, #36]\n    bx lr\n.size dies, . - dies\n.popsection\n");

int main(void)
{
    volatile char *heap = malloc(10);
    heap[0] = 1;
    dies(0x100, 0x12345678);
    return 0;
}
