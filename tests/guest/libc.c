// The C library: strings, sorting, stdio on files, time, memory, setjmp, variable arguments, environment.
// stinkarm-test: build=arm,thumb,armel,musl oracle=qemu env="TZ=UTC" args="a bb ccc"
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static void strings(void)
{
    static char a[5000], b[5000];
    unsigned h = 0;
    for (int align = 0; align < 8; align++)
        for (int len = 0; len < 300; len += 7) {
            memset(a, 'x', sizeof a);
            for (int i = 0; i < len; i++)
                b[align + i] = (char)('a' + (i * 7 + len) % 26);
            b[align + len] = 0;
            strcpy(a + (align * 3) % 8, b + align);
            h = h * 31 + (unsigned)strlen(a + (align * 3) % 8);
            h = h * 31 + (unsigned)(strchr(b + align, 'q') ? strchr(b + align, 'q') - b : -1);
            h = h * 31 + (unsigned)(strrchr(b + align, 'e') ? strrchr(b + align, 'e') - b : -1);
            h = h * 31 + (unsigned)(strcmp(a + (align * 3) % 8, b + align) == 0);
            memmove(a + 1, a, 400);
            h = h * 31 + (unsigned)(memchr(a, 0, 1000) ? (char *)memchr(a, 0, 1000) - a : -1);
            h = h * 31 + (unsigned)(memcmp(a, b, 200) > 0) + (unsigned)strspn(b + align, "abcdefgh") +
                (unsigned)strcspn(b + align, "z");
        }
    printf("%08x %s %s\n", h, strstr("the quick brown fox", "brown"), strerror(ENOENT));
    char s[] = "one,two;three", *save;
    for (char *p = strtok_r(s, ",;", &save); p; p = strtok_r(NULL, ",;", &save))
        printf("[%s]", p);
    char up[] = "MiXeD 123";
    for (char *p = up; *p; p++)
        *p = (char)(isupper((unsigned char)*p) ? tolower((unsigned char)*p) : toupper((unsigned char)*p));
    printf(" %s %d\n", up, strcasecmp("HELLO", "hello"));
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void sorting(void)
{
    int v[1000];
    unsigned x = 1;
    for (int i = 0; i < 1000; i++)
        v[i] = (int)((x = x * 1103515245 + 12345) >> 8 & 0xffff);
    qsort(v, 1000, sizeof *v, compare);
    int ok = 1;
    for (int i = 1; i < 1000; i++)
        ok &= v[i - 1] <= v[i];
    const int key = v[500];
    const int *found = bsearch(&key, v, 1000, sizeof *v, compare);
    printf("sorted %d found %d\n", ok, found && *found == key);
}

static void files(void)
{
    char name[] = "libc_testXXXXXX";
    const int fd = mkstemp(name);
    FILE *f = fdopen(fd, "w+");
    for (int i = 0; i < 2000; i++)
        fprintf(f, "%d:%s:%5.2f\n", i, i & 1 ? "odd" : "even", i / 7.0);
    fseek(f, 0, SEEK_SET);
    int n, count = 0;
    char word[16];
    double d, sum = 0;
    while (fscanf(f, "%d:%15[^:]:%lf", &n, word, &d) == 3)
        count++, sum += d;
    printf("%d %.2f %d %ld\n", count, sum, feof(f) != 0, ftell(f));
    fseek(f, 100, SEEK_SET);
    char line[100];
    fgets(line, sizeof line, f);
    ungetc('!', f);
    printf("%s%c", line, getc(f));
    rewind(f);
    char *long_line = NULL;
    size_t size = 0;
    printf("%d\n", (int)getline(&long_line, &size, f));
    free(long_line);
    fclose(f);
    unlink(name);
    printf("%d %d\n", fopen("/nowhere/nothing", "r") == NULL, errno);
    char *mem;
    f = open_memstream(&mem, &size);
    fprintf(f, "%-10s|%+d|%#x|%05d|%.3s|%*d", "left", 5, 255, -42, "abcdef", 6, 7);
    fclose(f);
    printf("%s %zu\n", mem, size);
    free(mem);
}

static void times(void)
{
    const time_t t = 1000000000;
    struct tm tm;
    char s[100];
    gmtime_r(&t, &tm);
    strftime(s, sizeof s, "%Y-%m-%d %H:%M:%S %A %j %U", &tm);
    printf("%s %ld %d\n", s, (long)mktime(&tm), (int)(difftime(t + 5, t)));
    struct timespec ts = {0, 2000000}, a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    nanosleep(&ts, NULL);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("slept %d\n", (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >= 2000000);
}

static void memory(void)
{
    void *p[200] = {0};
    unsigned x = 7, h = 0;
    for (int i = 0; i < 20000; i++) {
        x = x * 1103515245 + 12345;
        void **q = &p[(x >> 16) % 200];
        const size_t n = (x >> 8) % 5000 + ((x & 0xff) == 0) * 300000;
        if (i % 3 == 0)
            *q = realloc(*q, n + 1);
        else
            free(*q), *q = malloc(n + 1);
        memset(*q, i, n + 1);
        h += ((unsigned char *)*q)[n];
    }
    for (int i = 0; i < 200; i++)
        free(p[i]);
    void *aligned = NULL;
    printf("heap %u %d %d\n", h, posix_memalign(&aligned, 4096, 100), (int)((size_t)aligned & 4095));
    free(aligned);
    int *zero = calloc(100000, 4);
    for (int i = 0; i < 100000; i++)
        h |= (unsigned)zero[i] << 31;
    free(zero);
}

static jmp_buf env;

static int jump(int depth)
{
    volatile double d = depth * 1.5;
    if (depth == 0) longjmp(env, 5);
    return jump(depth - 1) + (int)d;
}

static double average(int n, ...)
{
    va_list ap, copy;
    va_start(ap, n);
    va_copy(copy, ap);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += i & 1 ? va_arg(ap, double) : va_arg(ap, int);
    const long long first = va_arg(copy, int);
    va_end(copy);
    va_end(ap);
    return sum / n + (double)first;
}

int main(int argc, char **argv)
{
    strings();
    sorting();
    files();
    times();
    memory();
    volatile int before = 3;
    double kept = 2.25;
    const int r = setjmp(env);
    if (!r) before = 4, jump(50);
    printf("longjmp %d %d %.2f\n", r, before, kept);
    printf("varargs %.3f\n", average(4, 1, 2.5, 3, 4.25));
    printf("%d %s %s\n", argc, argv[1], argv[3]);
    setenv("NEW", "value", 1);
    printf("%s %s %d\n", getenv("NEW"), getenv("TZ"), getenv("NOTHING") == NULL);
    wchar_t w[20];
    printf("%d %ls %d\n", (int)mbstowcs(w, "wide", 20), L"text", (int)wcslen(L"12345"));
    srand(1), srandom(1);
    printf("%d\n", rand() != rand());
    fflush(stdout);
    fputs("unbuffered\n", stderr);
    return 9;
}
