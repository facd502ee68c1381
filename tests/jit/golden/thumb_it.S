    cmp r0, #0
    ittee ne
    addne r1, #1
    movne r2, #3
    subeq r1, #1
    moveq r2, #4
    it lt
    movlt r3, r4
// host:
//   test g0,g0
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   je L1
//   lea g1,[g1.q+0x1]
//   mov g2,0x3
//   jmp L2
//   L1:
//   lea g1,[g1.q-0x1]
//   mov g2,0x4
//   L2:
//   cmovl g3,g4
//   movabs rax,*
//   jmp out
