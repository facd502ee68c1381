# Debian's kernel rewrites itself while it runs: modules, static keys in hot code, every function traced, probes, programs of
# its BPF compiler. Its own tests of that, and counts that are right only if all code saw it.
run $STINKARM --system --initrd $PATCHING_INITRD --append "console=ttyAMA0 quiet" $ARMMP
expect # 
type mount -t tracefs tracefs /sys/kernel/tracing; cd /sys/kernel/tracing && pwd
expect \n/sys/kernel/tracing
expect # 
type i=0; while [ $i -lt 10 ]; do insmod /bin/test_static_key_base.ko && insmod /bin/test_static_keys.ko && rmmod test_static_keys test_static_key_base || break; i=$((i+1)); done; echo keys $i
expect \nkeys 10
expect # 
type i=0; while [ $i -lt 100 ]; do echo $((i & 1)) > /proc/sys/kernel/sched_schedstats; i=$((i+1)); done; cat /proc/sys/kernel/sched_schedstats
expect \n1
expect # 
type insmod /bin/test_user_copy.ko && echo user copy is ri''ght
expect \nuser copy is right
expect # 
type i=0; while [ $i -lt 5 ]; do echo function > current_tracer; cat /proc/version > /dev/null; echo nop > current_tracer; i=$((i+1)); done; cat current_tracer
expect \nnop
expect # 
type echo vfs_open > set_ftrace_filter; echo function > current_tracer; echo > trace; i=0; while [ $i -lt 50 ]; do read x < /proc/version; i=$((i+1)); done; n=$(grep -c 'sh-[0-9]* .*vfs_open' trace); echo nop > current_tracer; echo opened $((n >= 50 && n < 60))
expect \nopened 1
expect # 
type echo 'p:one do_sys_openat2' > kprobe_events; echo 'r:two do_sys_openat2 $retval' >> kprobe_events; echo > trace; echo 1 > events/kprobes/enable; i=0; while [ $i -lt 50 ]; do read x < /proc/version; i=$((i+1)); done; echo 0 > events/kprobes/enable; a=$(grep -c 'sh-.* one:' trace); b=$(grep -c 'sh-.* two:' trace); echo probes $((a >= 50 && a < 60)) $((a - b < 2))
expect \nprobes 1 1
expect # 
# What it has no code for (64-bit divisions) it says; the rest is right.
type echo > kprobe_events; echo 1 > /proc/sys/net/core/bpf_jit_enable; insmod /bin/test_bpf.ko test_range=0,300 2>/dev/null; dmesg | grep -o "[0-9/]* JIT'ed"; echo wrong $(dmesg | grep 'test_bpf.*FAIL' | grep -vc 'select_runtime\|Summary')
expect 281/281 JIT'ed
expect \nwrong 0
expect # 
type poweroff -f
exit 0
