# root: busybox httpd and wget on the loopback interface
cd "$1"
mkdir -p www/cgi-bin; seq 300000 >www/big; echo hello >www/index.html; printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n$REQUEST_METHOD $QUERY_STRING\\n"; cat\n' >www/cgi-bin/c; chmod 755 www/cgi-bin/c
port=$((20000 + $$ % 20000)); url=http://127.0.0.1:$port
busybox httpd -f -p 127.0.0.1:$port -h www & server=$!
for i in $(seq 100); do busybox wget -q -O - $url/ 2>/dev/null && break; sleep 0.1; done
busybox wget -q -O big $url/big && cmp big www/big && echo same
busybox wget -q -O - "$url/cgi-bin/c?a=b"; busybox wget -q --post-data 'posted data' -O - "$url/cgi-bin/c?x"; echo
busybox wget -q -O - $url/none 2>&1 | grep -o '404.*'
for i in $(seq 8); do (busybox wget -q -O big.$i $url/big; cmp big.$i www/big && echo same) & pids="$pids $!"; done; wait $pids
kill $server; wait $server 2>/dev/null; busybox wget -q -O - $url/ >/dev/null 2>&1 || echo gone
