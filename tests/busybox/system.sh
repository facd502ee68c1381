# date cal id whoami env printenv nproc which ps kill sleep usleep test getopt dos2unix ascii cal time nice renice uname hostid
date -u -d @0; date -u -d @1234567890 '+%A %d %B %Y %j %U %H:%M:%S %s'; date -u -d '2024-02-29 12:34:56' +%s
cal 2 2024; cal 9 1752
id -u; id -g; whoami; env | grep -v -e '^_=' -e '^PATH=' -e '^PWD=' | sort; which cat | sed 's/.*\///'; nproc > /dev/null; echo $?
uname -s; uname -n > /dev/null; echo $?
sleep 1000 & pid=$!; kill -0 $pid; echo $?; kill $pid; wait $pid; echo $?
usleep 1000; echo $?; ps > /dev/null; echo $?
getopt -o ab:c -- -a -b value file -c; printf 'a\r\nb\r\n' > dos; dos2unix dos; od -c dos; unix2dos dos; od -c dos
ascii | md5sum; echo 'a b' | cut -d ' ' -f 1; test 1 -eq 1; echo $?
mkdir d; cd d; echo x > y; cd ..; ls -d d; cat d/y; hostname > /dev/null; echo $?
ipcalc -b 10.1.2.3/20; ipcalc -n 192.168.7.9/26; ipcalc -m 10.0.0.1
run-parts --test d; cat /proc/self/cmdline | tr '\0' ' ' | sed 's/.*bin-[a-z]*\///'; echo
[ -r /proc/self/maps ] && echo maps; test -d /proc/self/fd && echo fd; ls /proc/self/fd | wc -l
readlink /proc/self/exe | sed 's/.*\///'; grep -c . /proc/self/status > /dev/null; echo $?
setsid sh -c 'echo session'; nohup true 2> /dev/null; echo $?
cat /dev/null; head -c 10 /dev/zero | od -c; df / > /dev/null; echo $?; free > /dev/null; echo $?
stat -f -c %T / > /dev/null; echo $?; uptime > /dev/null; echo $?; mount > /dev/null; echo $?; logname 2> /dev/null > /dev/null; tty; echo $?
start=$(date +%s); sleep 0.2; end=$(date +%s); [ $((end - start)) -le 3 ] && echo time passes
ed <<E
a
first
second
.
1s/first/FIRST/
1,2p
w edited
q
E
cat edited
