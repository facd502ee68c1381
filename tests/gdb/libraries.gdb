# A program with libraries, all of them read from stinkarm: nothing but `target remote` is said.
# options: -L /usr/arm-linux-gnueabihf
# link: -O0
# alone: GDB is told no file
# ignore: ^Reading| in \?\? |missing debugging|^From
info sharedlibrary
break main
continue
info sharedlibrary
break qsort
break compare
continue
backtrace
continue
print *(const int *)b
python print(sorted(set(l.split()[-1] for l in gdb.execute('info proc mappings', to_string=True).splitlines() if '/' in l), key=lambda path: path.split('/')[-1]))
python
try: gdb.execute('print *(int *)0x1000')
except gdb.error as e: print(e)
end
delete
continue
