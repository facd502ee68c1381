// Executes its first argument with the rest of them.
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 1) return 2;
    execv(argv[1], argv + 1);
    return 3;
}
