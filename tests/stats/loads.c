// Libraries that come and go, the second where the first has been.
#include <dlfcn.h>
#include <stdio.h>

static void *use(const char *file, const char *name)
{
    void *library = dlopen(file, RTLD_NOW);
    if (!library) fputs(dlerror(), stderr);
    int (*f)(int) = (int (*)(int))dlsym(library, name);
    f(1);
    dlclose(library);
    return (void *)f;
}

int main(void)
{
    void *one = use("./one.so", "one"), *two = use("./two.so", "two");
    puts(one == two ? "same place" : "elsewhere");
    use("./one.so", "one");
    return 0;
}
