# coreutils, findutils, grep, sed, gawk, diffutils
cd "$1"
seq 1 200000 | gawk '{ s += $1; q[$1 % 7]++ } END { print s, q[0], length(q); printf "%.6f %s\n", atan2(0, -1), strtonum("0x1f") }'
seq 50000 | shuf --random-source=<(yes) | sort -n | md5sum
seq 50000 | sort -R --random-source=<(yes) | sort -rn -k1,1 | head -2
seq 1000 | grep -c '7$'; seq 1000 | grep -E '^(1|2)+$' | wc -l; printf 'äöü\nabc\n' | grep -P '^\w{3}$' | wc -l
seq 10 | sed -n '2~3p;$!N;s/\n/-/;5q' | tr '\n' ' '; echo
mkdir -p d/e; touch d/a.c d/e/b.c d/e/c.h; ln -s ../a.c d/e/l; find d -name '*.c' -o -type l | sort | xargs; touch -d 2000-01-01 d/a.c; find d -newer d/a.c -type f | wc -l
du -s --apparent-size d >/dev/null && stat -c '%F %a' d d/a.c; chmod 640 d/a.c; stat -c %a d/a.c; stat -L -c %F d/e/l; ls -l d/e | wc -l
cut -d: -f1 /etc/passwd | head -3 | paste -sd,; comm -12 <(seq 5) <(seq 3 9) | xargs; join <(printf '1 a\n2 b\n') <(printf '1 c\n2 d\n')
date -u -d @1700000000 +%FT%T; date -u -d '2039-01-01' +%s; numfmt --to=iec 1048576; factor 18446744073709551557 600851475143; expr 7 \* 6
printf '%s\n' a b >x; printf '%s\n' a c >y; diff -u --label x --label y x y; cmp x y; patch --version >/dev/null 2>&1; sdiff -w 20 x y
dd if=/dev/zero bs=64K count=16 2>/dev/null | sha256sum; head -c 100000 /dev/zero | cksum; base64 <x; od -An -tx1 x; split -l 1 x p; ls p*
truncate -s 5G big; stat -c %s big; seq -f %03g 3 | tac | nl; env -i A=1 env; id -u; nproc --all >/dev/null; timeout 0.2 sleep 5; echo $?
mkfifo f; (echo through >f) & cat f; wait; tee t <x | wc -c; mv t t2; cp -a d d2; rm -r d; ls; test -e d; echo $?; touch -d '2001-02-03 04:05:06' t2; stat -c %Y t2
