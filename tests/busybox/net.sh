# nc: sockets on the loopback interface; httpd wget: a server and a client
port=$((20000 + $$ % 20000))
listens() { until netstat -ltn | grep -q ":$1 "; do sleep 0.1; done; }
(nc -l -p $port > received < /dev/null) & listens $port
echo 'over the socket' | nc -w 2 127.0.0.1 $port; wait; cat received
mkdir www; seq 1 2000 > www/page; echo index > www/index.html
httpd -f -p 127.0.0.1:$((port + 1)) -h www & server=$!
listens $((port + 1))
wget -q -O got http://127.0.0.1:$((port + 1))/page; cmp got www/page && echo same
wget -q -O - http://127.0.0.1:$((port + 1))/
wget -q -O missing http://127.0.0.1:$((port + 1))/nothing; echo $?
kill $server; { wait $server; echo $?; } 2> /dev/null
rm -f missing
ping -c 1 -W 1 127.0.0.1 > /dev/null 2>&1; [ $? -le 1 ] && echo ping
ifconfig lo | grep -o 'inet addr:127.0.0.1'; ip addr show lo | grep -o 'inet 127.0.0.1/8'
netstat -ltn > /dev/null; echo $?
nslookup 127.0.0.1 > /dev/null 2>&1; route -n > /dev/null; echo $?
