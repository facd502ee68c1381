# awk: floating point, strings, arrays, functions, printf, regular expressions, getline
awk 'BEGIN { for (i = 1; i <= 20; i++) printf "%d %.6f %.10g %e\n", i, i / 7, 1 / (i * 3), i * i * 1e10 / 3 }'
awk 'BEGIN { for (i = 0; i < 12; i++) { x = i / 10; s = t = x; for (k = 1; k < 12; k++) { t *= -x * x / (2 * k) / (2 * k + 1); s += t }; printf "%.12f %.15g\n", s, t } }'
awk 'BEGIN { print 1e308 * 10, -1e308 * 10, 10 % 3, -7 % 3, int(-3.7), 1 / 3, 5e-324 / 2, 9007199254740993, 0.1 + 0.2 }'
awk 'BEGIN { printf "%5d|%-5d|%05d|%x|%o|%c|%s|%10.3s|%%\n", 42, 42, 42, 255, 8, 65, "str", "abcdef" }'
awk 'BEGIN { x = 0.1; for (i = 0; i < 100; i++) x = x * 1.37 - int(x); printf "%.15g\n", x }'
seq 1 100 | awk '{ s += $1; q += $1 * $1 } END { print s, q, s / NR, q / NR - s / NR * s / NR }'
awk 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } BEGIN { print fib(18) }'
awk 'BEGIN { s = "hello world"; print length(s), toupper(s), substr(s, 3, 4), index(s, "wor"); gsub(/o/, "0", s); print s; n = split("a:b:c", a, ":"); print n, a[1], a[3] }'
awk 'BEGIN { print match("foobar", /o+/), RSTART, RLENGTH; print "abc" < "abd", 10 < 9, "10" < "9" }'
i=0; while [ $i -lt 500 ]; do echo "user$((i % 17)) $((i * 37 % 101)) $((i * 3)).$((i % 10))"; i=$((i + 1)); done > data
awk '{ c[$1]++; t[$1] += $2; f[$1] += $3 } END { for (u in c) printf "%s %d %d %.3f\n", u, c[u], t[u], f[u] / c[u] }' data | sort
awk -F. 'NR % 50 == 0 { print NR ": " $2 }' data
awk -v limit=95 '$2 > limit { n++ } END { print n }' data
awk 'NR == FNR { seen[$1] = $2; next } $2 == seen[$1] { m++ } END { print m }' data data
awk '/user1[0-6]/ && $2 ~ /^9/ { print FNR, $0 }' data | head -n 5
awk 'BEGIN { while ((getline line < "data") > 0) n++; print n; "echo from a command" | getline x; print x; c = "read x; echo read $x"; print "sorted" | c; close(c) }'
awk 'BEGIN { srand(1); r = rand(); print (r >= 0 && r < 1) }'
awk 'BEGIN { RS = ""; FS = "\n" } { print NF ": " $1 }' <<E
a
b

c
E
awk 'BEGIN { OFS = "-"; $0 = "x y z"; $2 = "Q"; print; print NF; $5 = "v"; print }'
awk 'BEGIN { print substr("x", 0), length(), 1==1.0, "a" "b", 1 " " 2; print !0, 5 - - 3 }'
echo 'scale=20; a=1; for(i=1;i<20;i++) a=a*i; a; sqrt(2); 22/7; 2^100; e(1)' | bc -l
echo '20 k 2 v p 3 5 ^ p 7 3 % p' | dc
