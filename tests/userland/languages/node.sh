# root: node: compiled JavaScript, wasm, workers, processes, sockets
cd "$1"
unset NODE_EXTRA_CA_CERTS NODE_OPTIONS
node main.js 2>&1
