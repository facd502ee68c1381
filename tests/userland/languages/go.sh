# root: Go: its compiler and linker in the guest, goroutines, preemption by signals, the collector, the network's poller
cd "$1"
export CGO_ENABLED=0 GO111MODULE=off GOCACHE=$1/cache GOROOT=/usr/lib/go-1.19
/usr/lib/go-1.19/bin/go build -o main main.go && ./main
