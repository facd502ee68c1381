# sed grep egrep fgrep
i=0
while [ $i -lt 200 ]; do echo "key$i = value$((i * 17 % 23)) # comment $((i % 7))"; i=$((i + 1)); done > conf
sed -n '5,9p' conf
sed 's/value\([0-9]*\)/<\1>/' conf | head -n 3
sed -e '/comment 3/d' -e 's/#.*//' -e 's/[ \t]*$//' conf | md5sum
sed -n '/key1[0-9]$/!{/value5/{s/key/KEY/g;p}}' conf
sed '1!G;h;$!d' conf | head -n 2
sed '$!N;s/\n/ + /' conf | tail -n 2
sed -i.bak 's/key/k/g' conf; head -n 1 conf conf.bak
sed 'y/abc/xyz/' conf | head -n 1
sed -n '$=' conf
echo 'a,b;c' | sed -E 's/([a-z]),([a-z]);([a-z])/\3\2\1/'
sed ':a;s/^\(\s*[0-9]*\)\([0-9]\{3\}\)/\1,\2/;ta' <<E
123456789
E
sed '2i\inserted' conf | head -n 3; sed '2a\added' conf | head -n 3; sed '2c\changed' conf | head -n 3
sed 10q conf | wc -l
grep -c comment conf; grep -n 'k1[0-3] ' conf; grep -v 'comment [0-5]' conf | wc -l
grep -o 'value[0-9]*' conf | sort | uniq -c | sort -rn | head -n 5
grep -E '^k(1|2)9+ ' conf; egrep 'value(1|2)\b' conf | head -n 2; fgrep 'value3 #' conf | head -n 2
grep -i 'K5 ' conf; grep -w value5 conf | wc -l; grep -A1 -B1 'k50 ' conf; grep -l k conf conf.bak; grep -q nothing conf; echo $?
grep -rn 'k77 ' . ; printf 'a\nb\n' > pats; grep -f pats -c conf; grep -x 'k3 .*' conf; grep -s x /no/file; echo $?
