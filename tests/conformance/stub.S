// The conformance runner's way into a record's instructions and back, with all state loaded and stored and no register
// to spare: addresses come from the data page, which is in reach of PC-relative loads and stores. The runner copies
// this to CODE_STUB, so that the page written all the time is not the page of the stub.
        .syntax unified
        .arch   armv7-a
        .fpu    neon-vfpv4
        .arm
        .text
        .balign 8
        .global stub_start, stub_end

        // A word of the data page, 0x200 behind the start of the stub, relative to PC
        .macro  dataw insn, reg, index
        \insn   \reg, [pc, #(0x200 + 4 * \index - 8 - (. - stub_start))]
        .endm
        .equ    TARGET, 0
        .equ    RESULT, 1
        .equ    SAVED_R0, 2
        .equ    SAVED_SP, 3

// void entry(const struct record *)
stub_start:
        push    {r4-r11, lr}
        dataw   str, sp, SAVED_SP
        clrex
        add     r1, r0, #120
        vldm    r1!, {d0-d15}
        vldm    r1, {d16-d31}
        ldr     r1, [r0, #64]
        vmsr    fpscr, r1
        ldr     r1, [r0, #60]
        msr     APSR_nzcvqg, r1
        .inst   0xe8907fff              // ldm r0, {r0-r14}
        dataw   ldr, pc, TARGET

        .org    stub_start + 0x80
exit_arm:
        setend  le
        dataw   str, r0, SAVED_R0
        dataw   ldr, r0, RESULT
        add     r0, r0, #4
        .inst   0xe8807ffe              // stm r0, {r1-r14}
        sub     r0, r0, #4
        dataw   ldr, r1, SAVED_R0
        str     r1, [r0]
        mrs     r1, CPSR
        str     r1, [r0, #64]
        vmrs    r1, fpscr
        str     r1, [r0, #68]
        add     r1, r0, #88
        vstm    r1!, {d0-d15}
        vstm    r1, {d16-d31}
        dataw   ldr, sp, SAVED_SP
        pop     {r4-r11, pc}

        .org    stub_start + 0xf0
        .thumb
        bx      pc
        nop
        .arm
        b       exit_arm

        .org    stub_start + 0x100
        dataw   ldr, sp, SAVED_SP
        pop     {r4-r11, pc}
stub_end:

// void store_d(uint64_t *d): all D registers, for the signal handler
        .global store_d
store_d:
        vstm    r0!, {d0-d15}
        vstm    r0, {d16-d31}
        bx      lr

        .global read_fpscr
read_fpscr:
        vmrs    r0, fpscr
        bx      lr

        .global _start
_start:
        bl      runner_main

// long sys(long nr, a, b, c, d, e, f)
        .global sys
sys:
        push    {r4-r7, lr}
        mov     r7, r0
        mov     r0, r1
        mov     r1, r2
        mov     r2, r3
        ldr     r3, [sp, #20]
        ldr     r4, [sp, #24]
        ldr     r5, [sp, #28]
        svc     #0
        pop     {r4-r7, pc}

        .section .note.GNU-stack, "", %progbits
