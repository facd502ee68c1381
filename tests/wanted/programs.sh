# root: ps, top, pgrep, pmap and ip see the guest's programs and the host's network; chroot; execve in all its ways
dir=$1
cd "$dir"

echo "-- processes"
sleep 1000 &
s=$!
until [ "$(readlink /proc/$s/exe)" = /usr/bin/sleep ]; do :; done
ps -o comm=,args= -p $s
read -r size < <(ps -o vsz= -p $s)
[ "$size" -gt 1000 ] && [ "$size" -lt 50000 ] && echo "of a sensible size"
TERM=dumb top -b -n1 -p $s | while read -r pid user pr ni virt res shr state cpu mem time command; do
    [ "$pid" != $s ] || echo "top: $command $state"
done
[ "$(pgrep -f 'sleep 1000' -P $$)" = $s ] && echo "pgrep"
pmap $s | while read -r address size mode name rest; do
    case $mode$name in r-x--sleep | r-x--libc.so.6) echo "pmap: $mode $name" ;; esac
done | sort -u
killall -q -s 0 sleep && echo "killall"
tr '\0' ' ' </proc/$s/cmdline
echo
cat /proc/$s/comm
pkill -P $$ -x sleep
wait $s 2>/dev/null
echo "ended by $(($? - 128))"

echo "-- network"
ip -o -4 addr show lo
ip route get 127.0.0.1 | head -1 | cut -d' ' -f1-6
ip -6 -o addr show lo | cut -d' ' -f1-8
ss -Htln >/dev/null && echo "ss"

echo "-- execve"
printf '#!/bin/bash\necho "$0:" "$@" "$MARK"\n' >inner
printf '#!%s/inner  one argument \n' "$dir" >nested
chmod +x inner nested
MARK=here ./nested a 'b c' | while read -r line; do echo "${line//$dir/DIR}"; done
bash -c 'exec -a other /bin/bash -c "echo \$0"'
exec 9<inner
(exec 8</usr/bin/echo; /proc/self/fd/8 by a descriptor)
(exec -c /usr/bin/env) | wc -l
printf 'x%.0s' {1..120000} >long
/usr/bin/echo "$(cat long)" "$(cat long)" "$(cat long)" | wc -c
printf '\177ELF\1\1\1 not a program' >bad
chmod +x bad
./bad 2>/dev/null
echo "bad: $?"
./long 2>/dev/null
echo "not executable: $?"
env -i /usr/bin/env A=1
setpriv --no-new-privs /usr/bin/grep NoNewPrivs /proc/self/status

echo "-- root directories"
ln -s / root
ls -d root/usr/bin
ln -s /tmp/none dangling
cat dangling 2>/dev/null
echo "dangling: $?"
mkdir -p jail/usr jail/tmp
cp -r /usr/bin /usr/lib jail/usr
ln -s usr/bin usr/lib jail
if [ "$(id -u)" = 0 ]; then
    chroot jail /bin/bash -c 'cd /; echo *; readlink /proc/self/exe; pwd; cd ..; pwd; ls -d /usr/../../bin'
    chroot jail /bin/chroot /usr /bin/ls / 2>/dev/null || echo "no linker in there"
else
    printf '%s\n' 'bin lib tmp usr' /usr/bin/bash / / /usr/../../bin 'no linker in there'
fi
rm -rf jail
