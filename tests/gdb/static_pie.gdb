# A position-independent program without a dynamic linker: its list of libraries is empty, its symbols are where it is.
# link: -static-pie -fPIE -nostdlib -Wl,--no-dynamic-linker
# alone: GDB is told no file
# ignore: ^Reading|^0x
info sharedlibrary
break twice
continue
backtrace
finish
print value
info sharedlibrary
continue
