# Both are kept, and go on in turn; then all at once.
# program: processes
# ignore: in _start|Reading|Target Id|^Use the "interrupt"|^and then try again
set detach-on-fork off
break in_parent
break in_child
continue
inferior 2
continue
finish
print value
inferior 1
finish
print value
info threads
catch vfork
inferior 2
continue
inferior 1
continue
set follow-fork-mode child
continue
inferior 1
continue
