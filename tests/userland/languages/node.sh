# root: node: compiled JavaScript, wasm, workers, processes, sockets
cd "$1"
node main.js 2>&1
