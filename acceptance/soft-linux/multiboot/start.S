/* A multiboot kernel that tells what it finds: the header, a stack, and the way to report(). */
        .section .multiboot, "a"
        .align 4
header: .long 0x1badb002                /* magic */
        .long FLAGS
        .long -(0x1badb002 + FLAGS)     /* checksum */
        .long header, header, load_end, bss_end, _start /* valid where bit 16 of flags is set */

        .text
        .globl _start
_start:
        movl $stack_end, %esp           /* a stack is nobody's promise */
        pushfl
        popl %edx
        pushl %edx
        pushl %ebx
        pushl %eax
        call report
        movl $0, %eax
        outl %eax, $0xf4                /* isa-debug-exit */
1:      hlt
        jmp 1b

        .bss
        .align 16
        .skip 4096
stack_end:

        .section .note.GNU-stack, "", @progbits
