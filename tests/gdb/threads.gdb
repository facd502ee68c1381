# Threads: each stops, has its name, is stepped alone; conditions; system calls.
# cflags: -O0
# ignore: in clone|in __|^.New|^.Switching|LWP|^0x|Thread|Target Id
break work if n == 2 && counter[n] == 500
continue
print counter[2]
print n
thread name
info threads
delete
set scheduler-locking on
next
print counter[2]
set scheduler-locking off
catch syscall write
continue
print $r7
continue
delete
continue
