# root: stress-ng with --verify, STRESS_SECONDS for each stressor (1), two at a time, STRESS_NAMES instead of those of the usual run
cd "$1"
seconds=${STRESS_SECONDS:-1}
stress() {
    mkdir $1
    timeout -k 5 $((seconds * 20 + 60)) stress-ng --$1 2 -t $seconds --verify --vm-bytes 32M --hdd-bytes 8M --temp-path "$PWD/$1" >$1.log 2>&1
    status=$?
    [ $status -eq 0 ] && ! grep -E 'fail:|skipped' $1.log && return
    echo "$1: exit status $status"; cat $1.log
}
running=0
for s in ${STRESS_NAMES:-cpu vm memcpy io hdd pipe signal sigq futex sem fork vfork clone pthread timer timerfd itimer poll epoll switch shm-sysv dnotify kcmp atomic}; do
    [ $running -lt 2 ] || wait -n
    stress $s &
    running=$((running < 2 ? running + 1 : 2))
done
wait
echo done
