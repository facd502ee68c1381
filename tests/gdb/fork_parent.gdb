# Children are let go, one of fork and one of vfork that executes a program; the parent is followed.
# program: processes
# ignore: in _start
break in_parent
break in_child
continue
backtrace
continue
