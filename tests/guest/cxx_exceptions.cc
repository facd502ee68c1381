// Unwinding: exceptions through many frames, destructors on the way, rethrown, nested, from constructors.
// stinkarm-test: build=arm,thumb,armel,arm-O0
// stinkarm-test: stdout="caught 42\ndestroyed 20\nlogic: bad argument\nrethrown: inner\nnested: outer <- inner\n"
// stinkarm-test: stdout="half built: member gone\nfrom qsort: 3\nbad_alloc\nbad_cast\nout_of_range\nunknown\n"
// stinkarm-test: stdout="thread: 7\n20000 throws\n"
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>

static int destroyed;

struct guard {
    ~guard() { destroyed++; }
};

static void deep(int n)
{
    guard g;
    if (n == 1) throw 42;
    deep(n - 1);
}

struct member {
    ~member() { std::printf("member gone\n"); }
};

struct half {
    member m;
    half() { throw std::runtime_error("half built: "); }
};

static int compare(const void *a, const void *b)
{
    if (*(const int *)a == 3 || *(const int *)b == 3) throw 3;
    return *(const int *)a - *(const int *)b;
}

struct base {
    virtual ~base() {}
};
struct derived : base {
};

int main()
{
    try {
        deep(20);
    } catch (int v) {
        std::printf("caught %d\ndestroyed %d\n", v, destroyed);
    }
    try {
        throw std::invalid_argument("bad argument");
    } catch (const std::logic_error &e) {
        std::printf("logic: %s\n", e.what());
    }
    try {
        try {
            throw std::runtime_error("inner");
        } catch (...) {
            throw;
        }
    } catch (const std::exception &e) {
        std::printf("rethrown: %s\n", e.what());
    }
    try {
        try {
            throw std::runtime_error("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (const std::exception &e) {
        std::printf("nested: %s", e.what());
        try {
            std::rethrow_if_nested(e);
        } catch (const std::exception &inner) {
            std::printf(" <- %s\n", inner.what());
        }
    }
    try {
        std::printf("half built: ");
        half h;
    } catch (const std::exception &) {
    }
    try {
        int v[] = {5, 3, 1};
        std::qsort(v, 3, sizeof *v, compare);
    } catch (int v) {
        std::printf("from qsort: %d\n", v);
    }
    try {
        volatile size_t size = 0xff000000u;
        std::printf("%p\n", ::operator new(size));
    } catch (const std::bad_alloc &) {
        std::printf("bad_alloc\n");
    }
    try {
        base b;
        base &r = b;
        (void)dynamic_cast<derived &>(r);
    } catch (const std::bad_cast &) {
        std::printf("bad_cast\n");
    }
    try {
        (void)std::string("abc").at(5);
    } catch (const std::out_of_range &) {
        std::printf("out_of_range\n");
    }
    try {
        throw derived();
    } catch (const int &) {
    } catch (...) {
        std::printf("unknown\n");
    }
    std::exception_ptr p;
    std::thread t([&] {
        try {
            throw 7;
        } catch (...) {
            p = std::current_exception();
        }
    });
    t.join();
    try {
        std::rethrow_exception(p);
    } catch (int v) {
        std::printf("thread: %d\n", v);
    }
    int n = 0;
    for (int i = 0; i < 20000; i++) {
        try {
            if (i & 1) throw i;
            throw std::string("s");
        } catch (int) {
            n++;
        } catch (const std::string &) {
            n++;
        }
    }
    std::printf("%d throws\n", n);
}
