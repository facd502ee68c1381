# root: servers, over sockets of both kinds
cd "$1"
redis-server --port 0 --unixsocket "$1/redis" --save '' --daemonize yes >/dev/null
for i in $(seq 100); do [ -S redis ] && break; sleep 0.1; done
client="redis-cli -s $1/redis"
$client set a 1; $client incr a; $client eval 'return redis.call("get", "a")' 0
redis-benchmark -s "$1/redis" -n 2000 -q -t set,get | grep -c 'requests per second'
$client shutdown nosave; $client ping 2>&1 | grep -o 'Could not connect'
mkdir -p logs; echo hello >index.html
port=$((20000 + $$ % 20000))
printf 'worker_processes 2; pid %s/pid; error_log %s/error; events {} http { access_log off; server { listen 127.0.0.1:%s; root %s; } }\n' "$1" "$1" $port "$1" >conf
nginx -e "$1/error" -c "$1/conf"
for i in $(seq 100); do curl -s http://127.0.0.1:$port/ && break; sleep 0.1; done
curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:$port/none
kill "$(cat pid)"
