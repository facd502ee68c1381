# A machine's two CPUs are threads: a breakpoint that only the second can meet; the one is stepped, the other one stands.
# machine: --smp 2 --no-reboot --append console=ttyAMA0
# ignore: ^0x… in|^Breakpoint [0-9] at|^Remote|^Switching|^.Switching|^#0|^.Current|hit Breakpoint 2|CPU 0"
break secondary_start_kernel
continue
info threads
python print(len(gdb.selected_inferior().threads()))
delete
break run_init_process
continue
set scheduler-locking on
set $me = $_thread
set $other = 3 - $me
set $before = $pc
thread $other
set $others = $pc
thread $me
stepi
stepi
print $pc != $before
thread $other
print $pc == $others
monitor quit
