@ Identification registers of the processor: what both announce alike.
@ run: lockstep
.include "common.inc"

.macro id name, opc1, crn, crm, opc2
    mrc p15, \opc1, r0, \crn, \crm, \opc2
    show "\name"
.endm

main:
    push {lr}
    id ctr, 0, c0, c0, 1
    id tcmtr, 0, c0, c0, 2
    id mpidr, 0, c0, c0, 5
    id pfr0, 0, c0, c1, 0
    id afr0, 0, c0, c1, 3
    id mmfr0, 0, c0, c1, 4
    id mmfr1, 0, c0, c1, 5
    id mmfr2, 0, c0, c1, 6
    id mmfr3, 0, c0, c1, 7
    id isar0, 0, c0, c2, 0
    id isar1, 0, c0, c2, 1
    id isar2, 0, c0, c2, 2
    id isar3, 0, c0, c2, 3
    id isar4, 0, c0, c2, 4
    id clidr, 1, c0, c0, 1
    mov r0, #0
    mcr p15, 2, r0, c0, c0, 0
    id ccsidr0, 1, c0, c0, 0
    mov r0, #1
    mcr p15, 2, r0, c0, c0, 0
    id ccsidr1, 1, c0, c0, 0
    id sctlr, 0, c1, c0, 0
    id cbar, 4, c15, c0, 0
    pop {pc}
