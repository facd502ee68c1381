# The child of a fork is followed; its parent goes on alone.
# program: processes
# ignore: in _start|Target Id
set follow-fork-mode child
break in_parent
break in_child
continue
backtrace
info threads
print value
finish
print value
continue
