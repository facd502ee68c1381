// Where stinkarm logs to is no descriptor of the program's, though it has a number.
// stinkarm-test: build=arm options="-l unimp"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { MANY = 1200 };

int main(void)
{
    static char listed[MANY];
    struct stat st;
    DIR *d = opendir("/proc/self/fd");
    CHECK(d);
    for (struct dirent *e; (e = readdir(d));)
        if (atoi(e->d_name) < MANY && *e->d_name != '.') listed[atoi(e->d_name)] = 1;
    for (int fd = 1000; fd < MANY; fd++)
        CHECK(!listed[fd]);
    CHECK(listed[0] && listed[1] && listed[2] && listed[dirfd(d)]);
    for (int fd = 0; fd < MANY; fd++) {
        errno = 0;
        CHECK((fcntl(fd, F_GETFD) >= 0) == listed[fd] && (listed[fd] || errno == EBADF));
        CHECK((fstat(fd, &st) == 0) == listed[fd]);
        const int copy = dup(fd);
        CHECK((copy >= 0) == listed[fd]);
        close(copy);
    }
    closedir(d);
    return failures != 0;
}
