# root: bash itself, processes, pipes, signals, job control without a terminal
cd "$1"
echo "${BASH_VERSION%%.*} $(uname -m) $PWD" | sed 's/userland\.[0-9]*/userland/'
a=(one two three); echo "${#a[@]} ${a[@]:1}"; declare -A m=([x]=1 [y]=2); echo $((m[x] + m[y])) $((1 << 40)) $((-7 / 2)) $((2 ** 62))
for i in 1 2 3; do echo $i; done | while read -r x; do echo "<$x>"; done
diff <(seq 3) <(seq 4) || echo differs
(exit 3); echo $?
false | true; echo "${PIPESTATUS[@]}"
trap 'echo caught' USR1; kill -USR1 $$; trap - USR1
sleep 100 & kill $!; wait $!; echo $?
coproc { read -r l; echo "got $l"; }; echo hi >&"${COPROC[1]}"; read -r l <&"${COPROC[0]}"; echo "$l"; wait
printf '#!/bin/sh\necho "$0 $*" | sed "s,.*/,,"\n' >s; chmod +x s; ./s a b
printf '#!/usr/bin/env bash\necho env "$@"\n' >e; chmod +x e; ./e c
exec 3<s; read -r -u 3 l; echo "$l"; exec 3<&-
echo $(cd / && pwd) $(cd /usr/bin/../lib && pwd) $(cd / && cd .. && pwd -P)
[[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"
ulimit -n 64; ulimit -n
readlink /proc/self/exe; cat /proc/self/cmdline - </dev/null | tr '\0' ' '; echo
sleep 9 & (exec -a other sleep 9) & while ! grep -q other /proc/$!/cmdline; do sleep 0.05; done; for p in $(jobs -p); do cat /proc/$p/comm; tr '\0' ' ' </proc/$p/cmdline | sed 's/ *$/\n/'; done; kill $(jobs -p)
