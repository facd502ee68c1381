# root: stress-ng with --verify, STRESS_SECONDS for each stressor (1), STRESS_NAMES instead of those of the usual run
cd "$1"
seconds=${STRESS_SECONDS:-1}
for s in ${STRESS_NAMES:-cpu vm memcpy io hdd pipe signal sigq futex sem fork vfork clone pthread timer timerfd itimer poll epoll switch shm-sysv dnotify kcmp atomic}; do
    timeout -k 5 $((seconds * 20 + 60)) stress-ng --$s 2 -t $seconds --verify --vm-bytes 32M --hdd-bytes 8M --temp-path "$1" >log 2>&1
    status=$?
    [ $status -eq 0 ] && ! grep -E 'fail:|skipped' log && continue
    echo "$s: exit status $status"; cat log
done
echo done
