// A loop with calls, from its second call on.
// region: 0x00008008
// A leaf returns by a jump, as does what returns before it has changed LR:
// none:   goto_reg r14 .*returns to block
// Whoever has LR on the stack compares:
// some:   goto_reg t0 .*returns to block
// A recursive function is inlined once, and called from there:
// some:   goto #0x804c .*links to block
// Where a branch over an instruction and what it leads over come together, code is there once:
// once:   xor r9 r9 #0x4d
    .syntax unified
    .arm
    .globl _start
_start:
    mov r4, #5000
loop:
    bl leaf
    bl frame
    mov r0, #3
    bl recursive
    tst r4, #1
    beq 1f
    add r6, r6, #1
1:  eor r9, r9, #77
    subs r4, r4, #1
    bne loop
    mov r0, #0
    mov r7, #1
    svc #0
leaf:
    add r5, r5, #1
    bx lr
frame:
    push {r8, lr}
    add r5, r5, #2
    pop {r8, pc}
recursive:
    cmp r0, #0
    bxeq lr
    push {r8, lr}
    sub r0, r0, #1
    bl recursive
    pop {r8, pc}
