package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type node struct {
	next *node
	data []byte
}

func main() {
	fmt.Println(runtime.GOOS, runtime.GOARCH)
	// goroutines, mutexes, atomics
	var wg sync.WaitGroup
	var mu sync.Mutex
	var total int
	var count64 int64
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for j := 0; j < 100; j++ {
				mu.Lock()
				total += i
				mu.Unlock()
				atomic.AddInt64(&count64, 1<<33)
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(total, count64>>33)
	// a loop without a call is preempted by a signal
	runtime.GOMAXPROCS(1)
	spin := new(uint32)
	go func() {
		for x := uint32(0); ; x++ {
			*spin = x
		}
	}()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("preempted")
	runtime.GOMAXPROCS(4)
	// the collector under load
	var keep *node
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < 20000; i++ {
		n := &node{data: make([]byte, 1024)}
		n.data[i%1024] = byte(i)
		if i%100 == 0 {
			n.next = keep
			keep = n
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	length := 0
	for n := keep; n != nil; n = n.next {
		length++
	}
	fmt.Println(length, after.NumGC > before.NumGC)
	// the network's poller
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	sums := make(chan int, 20)
	for i := 0; i < 20; i++ {
		go func(i int) {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				sums <- -1
				return
			}
			go func() { io.WriteString(c, strings.Repeat("x", 10000+i)); c.(*net.TCPConn).CloseWrite() }()
			b, _ := io.ReadAll(c)
			sums <- len(b)
		}(i)
	}
	var got []int
	for i := 0; i < 20; i++ {
		got = append(got, <-sums)
	}
	sort.Ints(got)
	fmt.Println(got[0], got[19])
	// panics, faults that become panics, children, timers
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var p *node
		fmt.Println(p.data)
	}()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		a, b := len(os.Args), 0
		fmt.Println(a / b)
	}()
	out, err := exec.Command("sh", "-c", "echo child; exit 3").CombinedOutput()
	fmt.Printf("%q %v\n", out, err)
	select {
	case <-time.After(10 * time.Millisecond):
		fmt.Println("timer")
	}
	fmt.Printf("%.17g %.9g %d %x\n", 1.0/3, float32(1)/3, uint64(1)<<63/7, -5%3)
}
