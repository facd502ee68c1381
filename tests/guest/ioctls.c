// The families of ioctl: terminals in pairs, networks, files, devices; what is not known is ENOTTY, with a line in the log.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n" stderr~"ioctl 0x8004abcd is not known"
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <linux/usbdevice_fs.h>
#include <linux/videodev2.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t resized;

static void on_resize(int sig)
{
    (void)sig;
    resized++;
}

// In a session of its own, whose terminal the slave becomes.
static int session(int slave)
{
    const struct winsize big = {.ws_row = 50, .ws_col = 132};
    struct winsize now;
    int pgrp = 0;
    CHECK(setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
    CHECK(ioctl(slave, TIOCGPGRP, &pgrp) == 0 && pgrp == getpid() && tcgetpgrp(slave) == getpid() && tcgetsid(slave) == getpid());
    signal(SIGWINCH, on_resize);
    CHECK(ioctl(slave, TIOCSWINSZ, &big) == 0 && resized == 1);
    CHECK(ioctl(slave, TIOCSWINSZ, &big) == 0 && resized == 1); // nothing new
    CHECK(ioctl(slave, TIOCGWINSZ, &now) == 0 && now.ws_row == 50 && now.ws_col == 132);
    signal(SIGTTOU, SIG_IGN);
    const pid_t pid = fork();
    if (!pid) _exit(setpgid(0, 0) || tcsetpgrp(slave, getpid()) || tcgetpgrp(slave) != getpid());
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    signal(SIGHUP, SIG_IGN);
    CHECK(ioctl(slave, TIOCNOTTY) == 0 && open("/dev/tty", O_RDWR) == -1 && errno == ENXIO);
    return failures;
}

// struct termios2, with a speed of any number.
struct speeds {
    tcflag_t iflag, oflag, cflag, lflag;
    cc_t line, cc[19];
    speed_t ispeed, ospeed;
};

// What is written at one end takes a moment to the other.
static int readable(int fd)
{
    return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 5000) == 1;
}

static void terminals(void)
{
    int master, slave, n = -1, lock = 1;
    char name[64], buf[64];
    CHECK(openpty(&master, &slave, name, NULL, &(struct winsize){.ws_row = 24, .ws_col = 80}) == 0);
    CHECK(ioctl(master, TIOCGPTN, &n) == 0 && n == atoi(strrchr(name, '/') + 1));
    CHECK(ioctl(master, TIOCGPTLCK, &lock) == 0 && lock == 0);
    lock = 1;
    CHECK(ioctl(master, TIOCSPTLCK, &lock) == 0 && open(name, O_RDWR | O_NOCTTY) == -1 && errno == EIO);
    lock = 0;
    CHECK(ioctl(master, TIOCSPTLCK, &lock) == 0);
    const int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    CHECK(peer >= 0 && isatty(peer) && close(peer) == 0);
    struct termios t, back;
    CHECK(tcgetattr(slave, &t) == 0 && (t.c_lflag & ICANON) && t.c_cc[VINTR] == 3);
    CHECK(write(master, "a line\n", 7) == 7 && readable(slave) && ioctl(slave, FIONREAD, &n) == 0 && n == 7);
    CHECK(read(slave, buf, sizeof buf) == 7 && read(master, buf, sizeof buf) == 8); // echoed, with a carriage return
    cfmakeraw(&t);
    t.c_cc[VMIN] = 3, t.c_cc[VTIME] = 1;
    CHECK(tcsetattr(slave, TCSAFLUSH, &t) == 0 && tcgetattr(slave, &back) == 0);
    CHECK(back.c_lflag == t.c_lflag && back.c_oflag == t.c_oflag && back.c_cc[VMIN] == 3);
    CHECK(write(master, "ab", 2) == 2 && read(slave, buf, sizeof buf) == 2); // after a tenth of a second
    struct speeds s;
    CHECK(ioctl(slave, 0x802c542a, &s) == 0); // TCGETS2
    s.cflag = (s.cflag & ~(tcflag_t)CBAUD) | 0010000; // BOTHER
    s.ispeed = s.ospeed = 12345;
    CHECK(ioctl(slave, 0x402c542b, &s) == 0); // TCSETS2
    memset(&s, 0, sizeof s);
    CHECK(ioctl(slave, 0x802c542a, &s) == 0 && s.ospeed == 12345);
    CHECK(tcflush(slave, TCIOFLUSH) == 0 && tcflow(slave, TCOOFF) == 0 && tcflow(slave, TCOON) == 0 && tcdrain(slave) == 0);
    CHECK(tcsendbreak(slave, 0) == 0);
    int packets = 1;
    CHECK(ioctl(master, TIOCPKT, &packets) == 0 && write(slave, "x", 1) == 1 && readable(master) && read(master, buf, sizeof buf) == 2 && buf[0] == 0);
    packets = 0;
    CHECK(ioctl(master, TIOCPKT, &packets) == 0);
    n = -1;
    CHECK(ioctl(slave, TIOCOUTQ, &n) == 0 && n == 0 && ioctl(slave, TIOCGETD, &n) == 0 && n == 0);
    CHECK(ioctl(slave, TIOCEXCL) == 0 && ioctl(slave, TIOCNXCL) == 0);
    CHECK(ioctl(slave, TIOCMGET, &n) == -1 && (errno == EINVAL || errno == ENOTTY)); // no modem
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) _exit(session(slave));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    CHECK(ioctl(master, TIOCSIG, SIGINT) == 0);
    close(slave), close(master);
    CHECK(tcgetattr(0, &t) == -1 || isatty(0));
}

static void networks(void)
{
    struct ifreq r[32], one;
    struct ifconf c = {.ifc_len = sizeof r, .ifc_req = r};
    const int s = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(sizeof(struct ifreq) == 32 && s >= 0 && ioctl(s, SIOCGIFCONF, &c) == 0 && c.ifc_len % 32 == 0);
    memset(&one, 0, sizeof one);
    strcpy(one.ifr_name, "lo");
    if (ioctl(s, SIOCGIFINDEX, &one) == 0) { // there is one nearly everywhere
        const int index = one.ifr_ifindex;
        CHECK(index > 0 && ioctl(s, SIOCGIFFLAGS, &one) == 0 && (one.ifr_flags & IFF_LOOPBACK));
        CHECK(ioctl(s, SIOCGIFMTU, &one) == 0 && one.ifr_mtu > 1000);
        CHECK(ioctl(s, SIOCGIFHWADDR, &one) == 0 && one.ifr_hwaddr.sa_family == 772);
        memset(one.ifr_name, 0, sizeof one.ifr_name);
        one.ifr_ifindex = index;
        CHECK(ioctl(s, SIOCGIFNAME, &one) == 0 && !strcmp(one.ifr_name, "lo"));
        CHECK(if_nametoindex("lo") == (unsigned)index);
    }
    for (int i = 0; i < c.ifc_len / 32; i++) {
        struct sockaddr_in *a = (struct sockaddr_in *)&r[i].ifr_addr;
        CHECK(a->sin_family == AF_INET && if_nametoindex(r[i].ifr_name) > 0);
        one = r[i];
        CHECK(ioctl(s, SIOCGIFADDR, &one) == 0 && !memcmp(&one.ifr_addr, &r[i].ifr_addr, 8));
    }
    strcpy(one.ifr_name, "none0");
    CHECK(ioctl(s, SIOCGIFFLAGS, &one) == -1 && errno == ENODEV);
    CHECK(ioctl(s, SIOCGIFFLAGS, 8) == -1 && errno == EFAULT);
    struct ifconf ask = {.ifc_len = 0, .ifc_req = NULL}; // how many there are
    CHECK(ioctl(s, SIOCGIFCONF, &ask) == 0 && ask.ifc_len == c.ifc_len);
    close(s);
    int p[2], n = 0, on = 1;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0 && write(p[1], "12345", 5) == 5);
    CHECK(ioctl(p[0], FIONREAD, &n) == 0 && n == 5 && ioctl(p[0], FIONBIO, &on) == 0 && (fcntl(p[0], F_GETFL) & O_NONBLOCK));
    CHECK(ioctl(p[0], FIOCLEX) == 0 && fcntl(p[0], F_GETFD) == FD_CLOEXEC && ioctl(p[0], FIONCLEX) == 0 && fcntl(p[0], F_GETFD) == 0);
    close(p[0]), close(p[1]);
}

static void files(void)
{
    char name[] = "/tmp/stinkarm-ioctls-XXXXXX";
    const int fd = mkstemp(name);
    unlink(name);
    CHECK(write(fd, name, sizeof name) == sizeof name && fsync(fd) == 0);
    int n = 0;
    long flags = 0;
    CHECK(ioctl(fd, FIGETBSZ, &n) == 0 && n >= 512);
    CHECK(ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 || errno == ENOTTY || errno == EOPNOTSUPP);
    struct {
        struct fiemap map;
        struct fiemap_extent extents[4];
    } f = {.map = {.fm_length = ~0ull, .fm_extent_count = 4}};
    const int r = ioctl(fd, FS_IOC_FIEMAP, &f);
    CHECK((r == 0 && f.map.fm_mapped_extents == 1 && (f.extents[0].fe_flags & FIEMAP_EXTENT_LAST)) || (r < 0 && errno == EOPNOTSUPP));
    CHECK(ioctl(fd, BLKGETSIZE64, &f) == -1 && errno == ENOTTY);
    CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 0 && lseek(fd, 0, SEEK_SET) == 0 && ioctl(fd, FIONREAD, &n) == 0 && n == sizeof name);
    // What is not for programs in here, and what nobody knows.
    CHECK(ioctl(fd, USBDEVFS_RESET) == -1 && errno == ENOTTY);
    CHECK(ioctl(fd, VIDIOC_QUERYCAP, &f) == -1 && errno == ENOTTY);
    CHECK(ioctl(fd, (int)0x8004abcdu, &n) == -1 && errno == ENOTTY);
    CHECK(ioctl(999, (int)0x8004abcdu, &n) == -1 && errno == EBADF);
    close(fd);
    const int random = open("/dev/random", O_RDONLY);
    CHECK(random >= 0 && ioctl(random, RNDGETENTCNT, &n) == 0 && n >= 0);
    close(random);
}

int main(void)
{
    terminals();
    networks();
    files();
    if (!failures) puts("ok");
    return failures != 0;
}
