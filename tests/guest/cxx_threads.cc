// std::thread and what belongs to it: mutexes, condition variables, futures, atomics, thread-local objects.
// stinkarm-test: build=arm,thumb,armel libs="-latomic" timeout=60
// stinkarm-test: stdout="mutex 400000\natomic 400000\n64-bit 400000\nqueue 500500\nfuture 832040\nonce 1\nlocal 8\n"
// stinkarm-test: stdout="shared 36\ntimed out\nspin 200000\n"
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <future>
#include <mutex>
#include <queue>
#include <shared_mutex>
#include <thread>
#include <vector>

enum { THREADS = 4, ROUNDS = 100000 };

template <class F> static void together(int n, F f)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < n; i++)
        threads.emplace_back(f);
    for (auto &t : threads)
        t.join();
}

static int fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static std::atomic<int> locals;
struct counted {
    int v = 1;
    ~counted() { locals += v; }
};
static thread_local counted mine;

int main()
{
    std::mutex m;
    int plain = 0;
    together(THREADS, [&] {
        for (int i = 0; i < ROUNDS; i++) {
            std::lock_guard<std::mutex> l(m);
            plain++;
        }
    });
    std::printf("mutex %d\n", plain);

    std::atomic<int> a{0};
    std::atomic<int64_t> b{0};
    together(THREADS, [&] {
        for (int i = 0; i < ROUNDS; i++) {
            a++;
            b += 0x100000001;
        }
    });
    std::printf("atomic %d\n64-bit %d\n", a.load(),
                (int)(b.load() >> 32) == (int)b.load() ? (int)b.load() : -1);

    std::queue<int> q;
    std::condition_variable cv;
    long sum = 0;
    std::thread consumer([&] {
        for (;;) {
            std::unique_lock<std::mutex> l(m);
            cv.wait(l, [&] { return !q.empty(); });
            const int v = q.front();
            q.pop();
            if (!v) return;
            sum += v;
        }
    });
    for (int i = 1; i <= 1001; i++) {
        std::lock_guard<std::mutex> l(m);
        q.push(i <= 1000 ? i : 0);
        cv.notify_one();
    }
    consumer.join();
    std::printf("queue %ld\n", sum);

    auto f = std::async(std::launch::async, fib, 29), g = std::async(std::launch::async, fib, 28);
    std::printf("future %d\n", f.get() + g.get());

    std::once_flag once;
    int times = 0;
    together(8, [&] { std::call_once(once, [&] { times++; }); });
    std::printf("once %d\n", times);

    together(8, [] { mine.v = 1; });
    std::printf("local %d\n", locals.load());

    std::shared_mutex sm;
    int shared = 0;
    std::atomic<int> seen{0};
    together(8, [&] {
        {
            std::unique_lock<std::shared_mutex> l(sm);
            shared++;
            seen += shared;
        }
        std::shared_lock<std::shared_mutex> l(sm);
    });
    std::printf("shared %d\n", seen.load());

    std::unique_lock<std::mutex> l(m);
    if (cv.wait_for(l, std::chrono::milliseconds(20)) == std::cv_status::timeout) std::printf("timed out\n");

    std::atomic_flag flag = ATOMIC_FLAG_INIT;
    int spun = 0;
    together(2, [&] {
        for (int i = 0; i < ROUNDS; i++) {
            while (flag.test_and_set(std::memory_order_acquire))
                std::this_thread::yield();
            spun++;
            flag.clear(std::memory_order_release);
        }
    });
    std::printf("spin %d\n", spun);
}
