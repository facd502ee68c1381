# cat head tail tac rev nl fold expand unexpand cut paste tr wc uniq sort seq yes od hexdump xxd strings
i=0
while [ $i -lt 300 ]; do
    echo "line $i field$((i * 7919 % 101)):x$((i * i % 13)) the quick brown fox $((i * 31337 % 977))"
    i=$((i + 1))
done > lines
head -n 3 lines; tail -n 3 lines; tac lines | head -n 2; rev lines | sed -n 7p
nl lines | tail -n 2
fold -w 20 lines | head -n 5
expand -t 4 lines | unexpand -a | md5sum
cut -d ' ' -f 2,4 lines | head -n 4
cut -c 3-9 lines | sort -u | wc -l
paste lines lines | head -n 2
tr a-z A-Z < lines | head -n 2
tr -d '0-9' < lines | uniq -c | head -n 3
wc lines; wc -l < lines; wc -c < lines
sort -k 3 lines | md5sum
sort -n -k 9 lines | head -n 3
sort -t : -k 2 -r lines | tail -n 3
sort -u -k 3,3 lines | wc -l
shuf lines | sort | md5sum
seq 1 3 20; seq -w 8 11; seq 5 -1 1
yes abc | head -n 3
od -c lines | head -n 3; od -A x -t x1 lines | tail -n 2; od -t d4 lines | head -n 2
hexdump -C lines | head -n 2
xxd lines | head -n 2; xxd -p lines | head -n 2
printf 'abc\0\1\2defghij\377text here\0' > bin; strings bin
comm_a=$(seq 1 2 20 | tr '\n' ' '); echo "$comm_a"
split_count=$(yes | head -n 1000 | wc -l); echo $split_count
tail -c 50 lines; head -c 50 lines; echo
tee copy1 copy2 < lines | md5sum
truncate -s 100 copy1; shuf -n 5 lines | wc -l
ts '' < /dev/null
printf '%d %x %o %c %s %5.2f|%-8s|%08d\n' 42 255 8 A word 3.14159 left 77
