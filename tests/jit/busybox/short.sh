# What a shell and some of its programs do, little enough for lockstep.
seq 60 >n
sha256sum n; md5sum n
sort -rn n | tail -n 3
sed -E 's/([0-9])([0-9])/\2-\1/g' n | head -n 12 | tail -n 3
awk '{ s += $1 * 1.5; w[$1 % 7]++ } END { printf "%.3f %d %s\n", s, s / 7, w[3] }' n
gzip -c n >n.gz; gunzip -c n.gz | cmp - n && echo same
i=0; while [ $i -lt 20 ]; do i=$((i + 1)); done; echo $i
trap 'echo caught' TERM
kill -TERM $$
(exit 3) & wait $!; echo $?
expr 12345 '*' 678
