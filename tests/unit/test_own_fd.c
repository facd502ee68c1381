// Descriptors of stinkarm's own: as many as there are, they are not the guest's.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/own_fd.h"

enum { MANY = 100 };

Test(own_fd, many)
{
    int fd[MANY];
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){2000, 2000});
    for (int i = 0; i < MANY; i++) {
        fd[i] = own_fd_move(open("/dev/null", O_RDONLY));
        cr_assert_geq(fd[i], 1000);
    }
    for (int i = 0; i < MANY; i += 2)
        own_fd_close(fd[i]);
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(own_fd(fd[i]), i % 2);
    int n = 0, at = 0;
    while ((at = own_fd_from((unsigned)at)) >= 0)
        cr_assert_eq(at++, fd[2 * n++ + 1]); // from the lowest on
    cr_assert_eq(n, MANY / 2);
}

// They are where there is room: high up if possible, so that the guest gets the numbers that it expects.
Test(own_fd, few_allowed)
{
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){30, 30});
    const int low = own_fd_keep(0);
    cr_assert_geq(low, 20);
    cr_assert(own_fd(low));
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){20, 20});
    cr_assert_eq(own_fd_keep(5), 5); // there is none: as it is
    cr_assert(own_fd(5));
}

Test(own_fd, the_guests)
{
    own_fd_add(2);
    cr_assert(!own_fd(2));
    cr_assert(!own_fd(-1));
    cr_assert_eq(own_fd_move(-1), -1);
    cr_assert_eq(own_fd_from(0), -1);
    cr_assert_eq(own_fd_from(~0u), -1);
}
