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
//   je L1
//   lea g1,[g1.q+0x1]
//   mov g2,0x3
//   jmp L2
//   L1:
//   lea g1,[g1.q-0x1]
//   mov g2,0x4
//   L2:
//   cmovl g3,g4
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
