# A kernel: to start_kernel, a process, the clock, and to the shell.
# machine: --no-reboot --append console=ttyAMA0
# ignore: ^0x… in|^Old value|^New value|^Breakpoint [0-9] at|^Hardware assisted breakpoint [0-9] at|^pc |^sp|^Remote|^([0-9abd-f]|c[1-9a-f]|c00(0[0-79a-f]|[1-9a-f])|c0[1-9a-f]).*->|pages known|^CPU 0: IRQ|^  29 
break start_kernel
continue
backtrace 1
print $cpsr & 0x1f
print $sctlr & 1
print $sp == (unsigned long)$sp_svc
delete
hbreak run_init_process
continue
backtrace 3
stepi
stepi
nexti
watch *(unsigned *)&jiffies
continue
backtrace 1
set $before = *(unsigned *)&jiffies
shell sleep 4
continue
print *(unsigned *)&jiffies - $before < 200
info threads
info mem
delete
monitor mmu 0xc0008000
monitor mmu 0x1000
monitor irq
monitor devices
monitor tlb
monitor nonsense
python print(gdb.execute('monitor regs', to_string=True)[:3], gdb.execute('info registers cp15', to_string=True)[:4])
tbreak n_tty_poll
continue
monitor quit
