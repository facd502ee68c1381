# Breakpoints, watchpoints, steps, values, signals, the end.
# ignore: ^0x.* in _start|^\* 1 +Thread|^  Id +Target|__libc_do_syscall|^(sum|fill|on_signal|main) \(
break sum
continue
backtrace
print n
print origin
watch global
continue
print global
delete
tbreak fill
continue
watch bytes[5]
continue
rwatch origin.x
info breakpoints
delete
handle SIGUSR1 stop print
continue
info threads
handle SIGUSR1 nostop noprint pass
tbreak on_signal
continue
backtrace -full 1
finish
set var global = 77
x/2dw &origin
set var $d3 = 1.5
print $d3
print $q1.f64[1]
set var $q2.u8[5] = 7
print/x $q2.u64
print $s6
print $cpsr & 0x20
stepi
next
monitor help
monitor stats
python print("'nonsense' is not" in gdb.execute('monitor log nonsense on', to_string=True))
monitor log signals on
monitor log signals off
python print(gdb.execute('monitor regs', to_string=True)[:3], gdb.execute('info auxv', to_string=True).count('AT_ENTRY'))
tbreak sum
continue
continue
