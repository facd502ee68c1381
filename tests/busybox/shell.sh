# sh: loops, functions, arithmetic, here documents, traps, subshells, pipes, expansions
f() { local x=$1; [ "$x" -le 1 ] && { echo 1; return; }; echo $((x * $(f $((x - 1))))); }
f 10
for i in a b c; do for j in 1 2; do printf '%s%s ' $i $j; done; done; echo
case hello in h*o) echo match;; *) echo no;; esac
x=abcdefabc; echo ${x#abc} ${x%abc} ${x##*c} ${x%%d*} ${#x} ${x:2:3} ${y:-default} ${x/abc/X} ${x//abc/Y}
echo $((0x1f + 010 * 3 % 7 - (5 << 2) / 3)) $((1 ? 2 : 3)) $((~5 & 0xff)) $((2147483647 + 1)) $((-9223372036854775807 - 1))
cat <<E | tr a-z A-Z
here document with $x and $(echo command)
E
cat <<'E'
no $expansion here
E
( exit 3 ); echo $?
{ echo out; echo err >&2; } 2> err.txt; cat err.txt
seq 1 1000 | while read n; do [ $((n % 250)) -eq 0 ] && echo $n; done
trap 'echo trapped' USR1; kill -USR1 $$; trap - USR1
( trap 'echo bye' EXIT; echo in subshell )
set -- one 'two words' three; echo $# "$2"; shift; echo "$*"; for a; do echo "[$a]"; done
while getopts ab:c opt -a -b value -c; do echo "$opt $OPTARG"; done
v=$(echo nested $(echo deeper $(echo deepest))); echo "$v"
false || echo or; true && echo and; ! false; echo $?
if [ -f err.txt ] && [ ! -d err.txt ]; then echo file; fi
[ 3 -gt 2 ] && [ abc = abc ] && [ -n x ] && [ -z '' ] && echo tests
echo a b c | { read p q r; echo $r $q $p; }
IFS=:; set -- $(echo a:b:c); echo $#; unset IFS
sleep 0.1 & wait $!; echo waited $?
sh -c 'kill -9 $$'; echo $?
sh -c 'exit 42'; echo $?
n=0; until [ $n -ge 5 ]; do n=$((n + 1)); [ $n -eq 3 ] && continue; echo -n "$n "; done; echo
exec 3> fd3; echo to fd 3 >&3; exec 3>&-; cat fd3
echo one > multi; echo two >> multi; cat < multi
type cd | head -n 1; command -v echo; eval 'z=5; echo $z'; readonly R=1; (R=2) 2> /dev/null || echo readonly
printf '%s\n' *.txt; set -f; echo *.txt; set +f
env A=1 B=2 sh -c 'echo $A $B'; umask 027; touch masked; umask
test -x /bin/sh; expr 3 + 4 \* 2; expr length hello; expr substr hello 2 3; expr abc : 'a\(.\)c'
xargs -n 2 echo < multi; seq 1 10 | xargs -n 3; seq 1 4 | xargs -I{} echo item {}
time true 2> /dev/null; timeout 1 sleep 5; echo $?
a=1; while [ $a -lt 2000 ]; do a=$((a + 1)); done; echo $a
yes | head -n 20000 | wc -l
