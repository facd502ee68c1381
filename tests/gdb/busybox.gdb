# Debian's busybox, without symbols: to its entry point, a system call, a step behind it, its end.
# debian: busybox-static bin/busybox
# args: echo one two
# ignore: ^Breakpoint [0-9] at|^process
python
import re
text = gdb.execute("info auxv", to_string=True)
gdb.execute("set $entry = ~1 & " + re.search(r"AT_ENTRY.*(0x[0-9a-f]+)", text).group(1))
end
print $pc == $entry
print *(int *) $sp
printf "%s\n", *(char **) ($sp + 8)
catch syscall write
continue
print $r0
printf "%c%c%c\n", *(char *) $r1, *(char *) ($r1 + 1), *(char *) ($r1 + 2)
stepi
continue
