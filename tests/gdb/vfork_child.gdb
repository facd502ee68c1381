# The child of a vfork is followed into the program that it executes.
# program: processes
# ignore: in _start|Reading
break in_parent
continue
delete
set follow-fork-mode child
catch exec
continue
break main
continue
print argc
print value
print *argv[1]
watch value
continue
