// ioctl: which requests mean the same on both sides, which need their structure converted, and which do not
// exist.
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/log.h"
#include "user/policy.h"
#include "user/strace.h"
#include "user/sys/common.h"

enum arg_form {
    FORM_VALUE, // an integer, or nothing
    FORM_IN,    // memory that the host reads; the same layout
    FORM_OUT,   // memory that the host (also) writes; the same layout
    FORM_LONG,  // out: a long on the host, 32 bits here
    FORM_TIMES, // out: two of them
    FORM_IFREQ, // struct ifreq: 32 bytes here, 40 on the host, the same up to the first 32
    FORM_IFCONF,
    FORM_IFMAP,    // struct ifreq with a struct ifmap, whose longs are wider on the host
    FORM_IFDATA,   // struct ifreq with a pointer
    FORM_GEOMETRY, // struct hd_geometry, which ends in a long
};

struct ioctl_row {
    uint32_t request;
    uint8_t form;  // with OWN or without
    uint16_t size; // of the memory
    const char *name;
};

// What the sandbox allows: to ask and set up the program's own terminal and files. Others would type into the
// terminal (TIOCSTI), take descriptors (FICLONE, LOOP_SET_FD), or reach devices and networks.
enum { OWN = 0x80 };

// clang-format off
static const struct ioctl_row ioctls[] = {
    // terminals: include/uapi/asm-generic/ioctls.h
    {0x5401, OWN | FORM_OUT, 36, "TCGETS"},
    {0x5402, OWN | FORM_IN, 36, "TCSETS"},
    {0x5403, OWN | FORM_IN, 36, "TCSETSW"},
    {0x5404, OWN | FORM_IN, 36, "TCSETSF"},
    {0x5405, FORM_OUT, 18, "TCGETA"},
    {0x5406, FORM_IN, 18, "TCSETA"},
    {0x5407, FORM_IN, 18, "TCSETAW"},
    {0x5408, FORM_IN, 18, "TCSETAF"},
    {0x5409, FORM_VALUE, 0, "TCSBRK"},
    {0x540a, FORM_VALUE, 0, "TCXONC"},
    {0x540b, FORM_VALUE, 0, "TCFLSH"},
    {0x540c, FORM_VALUE, 0, "TIOCEXCL"},
    {0x540d, FORM_VALUE, 0, "TIOCNXCL"},
    {0x540e, FORM_VALUE, 0, "TIOCSCTTY"},
    {0x540f, OWN | FORM_OUT, 4, "TIOCGPGRP"},
    {0x5410, FORM_IN, 4, "TIOCSPGRP"},
    {0x5411, OWN | FORM_OUT, 4, "TIOCOUTQ"},
    {0x5412, FORM_IN, 1, "TIOCSTI"},
    {0x5413, OWN | FORM_OUT, 8, "TIOCGWINSZ"},
    {0x5414, FORM_IN, 8, "TIOCSWINSZ"},
    {0x5415, FORM_OUT, 4, "TIOCMGET"},
    {0x5416, FORM_IN, 4, "TIOCMBIS"},
    {0x5417, FORM_IN, 4, "TIOCMBIC"},
    {0x5418, FORM_IN, 4, "TIOCMSET"},
    {0x5419, FORM_OUT, 4, "TIOCGSOFTCAR"},
    {0x541a, FORM_IN, 4, "TIOCSSOFTCAR"},
    {0x541b, OWN | FORM_OUT, 4, "FIONREAD"},
    {0x541c, FORM_OUT, 128, "TIOCLINUX"},
    {0x541d, FORM_VALUE, 0, "TIOCCONS"},
    {0x5420, FORM_IN, 4, "TIOCPKT"},
    {0x5421, OWN | FORM_IN, 4, "FIONBIO"},
    {0x5422, FORM_VALUE, 0, "TIOCNOTTY"},
    {0x5423, FORM_IN, 4, "TIOCSETD"},
    {0x5424, FORM_OUT, 4, "TIOCGETD"},
    {0x5425, FORM_VALUE, 0, "TCSBRKP"},
    {0x5427, FORM_VALUE, 0, "TIOCSBRK"},
    {0x5428, FORM_VALUE, 0, "TIOCCBRK"},
    {0x5429, FORM_OUT, 4, "TIOCGSID"},
    {0x802c542a, FORM_OUT, 44, "TCGETS2"},
    {0x402c542b, FORM_IN, 44, "TCSETS2"},
    {0x402c542c, FORM_IN, 44, "TCSETSW2"},
    {0x402c542d, FORM_IN, 44, "TCSETSF2"},
    {0x80045430, FORM_OUT, 4, "TIOCGPTN"},
    {0x40045431, FORM_IN, 4, "TIOCSPTLCK"},
    {0x80045432, FORM_OUT, 4, "TIOCGDEV"},
    {0x40045436, FORM_VALUE, 0, "TIOCSIG"},
    {0x5437, FORM_VALUE, 0, "TIOCVHANGUP"},
    {0x80045438, FORM_OUT, 4, "TIOCGPKT"},
    {0x80045439, FORM_OUT, 4, "TIOCGPTLCK"},
    {0x80045440, FORM_OUT, 4, "TIOCGEXCL"},
    {0x5441, FORM_VALUE, 0, "TIOCGPTPEER"},
    {0x5450, OWN | FORM_VALUE, 0, "FIONCLEX"},
    {0x5451, OWN | FORM_VALUE, 0, "FIOCLEX"},
    {0x5452, FORM_IN, 4, "FIOASYNC"},
    {0x5456, FORM_OUT, 36, "TIOCGLCKTRMIOS"},
    {0x5457, FORM_IN, 36, "TIOCSLCKTRMIOS"},
    {0x545c, FORM_VALUE, 0, "TIOCMIWAIT"},
    {0x545d, FORM_OUT, 80, "TIOCGICOUNT"},
    {0x5460, FORM_OUT, 8, "FIOQSIZE"},
    // virtual consoles: linux/kd.h, linux/vt.h
    {0x4b2f, FORM_VALUE, 0, "KIOCSOUND"},
    {0x4b30, FORM_VALUE, 0, "KDMKTONE"},
    {0x4b31, FORM_OUT, 1, "KDGETLED"},
    {0x4b32, FORM_VALUE, 0, "KDSETLED"},
    {0x4b33, FORM_OUT, 1, "KDGKBTYPE"},
    {0x4b3a, FORM_VALUE, 0, "KDSETMODE"},
    {0x4b3b, FORM_OUT, 4, "KDGETMODE"},
    {0x4b44, FORM_OUT, 4, "KDGKBMODE"},
    {0x4b45, FORM_VALUE, 0, "KDSKBMODE"},
    {0x5600, FORM_OUT, 4, "VT_OPENQRY"},
    {0x5601, FORM_OUT, 8, "VT_GETMODE"},
    {0x5602, FORM_IN, 8, "VT_SETMODE"},
    {0x5603, FORM_OUT, 6, "VT_GETSTATE"},
    {0x5605, FORM_VALUE, 0, "VT_RELDISP"},
    {0x5606, FORM_VALUE, 0, "VT_ACTIVATE"},
    {0x5607, FORM_VALUE, 0, "VT_WAITACTIVE"},
    {0x5608, FORM_VALUE, 0, "VT_DISALLOCATE"},
    {0x4600, FORM_OUT, 160, "FBIOGET_VSCREENINFO"},
    {0x4601, FORM_OUT, 160, "FBIOPUT_VSCREENINFO"},
    // sockets and networks: linux/sockios.h, linux/if_tun.h
    {0x8901, FORM_IN, 4, "FIOSETOWN"},
    {0x8902, FORM_IN, 4, "SIOCSPGRP"},
    {0x8903, FORM_OUT, 4, "FIOGETOWN"},
    {0x8904, FORM_OUT, 4, "SIOCGPGRP"},
    {0x8905, FORM_OUT, 4, "SIOCATMARK"},
    {0x8906, FORM_TIMES, 0, "SIOCGSTAMP"},
    {0x8907, FORM_TIMES, 0, "SIOCGSTAMPNS"},
    {0x80108906, FORM_OUT, 16, "SIOCGSTAMP_NEW"},
    {0x80108907, FORM_OUT, 16, "SIOCGSTAMPNS_NEW"},
    {0x8910, FORM_IFREQ, 0, "SIOCGIFNAME"},
    {0x8912, FORM_IFCONF, 0, "SIOCGIFCONF"},
    {0x8913, FORM_IFREQ, 0, "SIOCGIFFLAGS"},
    {0x8914, FORM_IFREQ, 0, "SIOCSIFFLAGS"},
    {0x8915, FORM_IFREQ, 0, "SIOCGIFADDR"},
    {0x8916, FORM_IFREQ, 0, "SIOCSIFADDR"},
    {0x8917, FORM_IFREQ, 0, "SIOCGIFDSTADDR"},
    {0x8918, FORM_IFREQ, 0, "SIOCSIFDSTADDR"},
    {0x8919, FORM_IFREQ, 0, "SIOCGIFBRDADDR"},
    {0x891a, FORM_IFREQ, 0, "SIOCSIFBRDADDR"},
    {0x891b, FORM_IFREQ, 0, "SIOCGIFNETMASK"},
    {0x891c, FORM_IFREQ, 0, "SIOCSIFNETMASK"},
    {0x891d, FORM_IFREQ, 0, "SIOCGIFMETRIC"},
    {0x891e, FORM_IFREQ, 0, "SIOCSIFMETRIC"},
    {0x8921, FORM_IFREQ, 0, "SIOCGIFMTU"},
    {0x8922, FORM_IFREQ, 0, "SIOCSIFMTU"},
    {0x8923, FORM_IFREQ, 0, "SIOCSIFNAME"},
    {0x8924, FORM_IFREQ, 0, "SIOCSIFHWADDR"},
    {0x8927, FORM_IFREQ, 0, "SIOCGIFHWADDR"},
    {0x8931, FORM_IFREQ, 0, "SIOCADDMULTI"},
    {0x8932, FORM_IFREQ, 0, "SIOCDELMULTI"},
    {0x8933, FORM_IFREQ, 0, "SIOCGIFINDEX"},
    {0x8934, FORM_IFREQ, 0, "SIOCSIFPFLAGS"},
    {0x8935, FORM_IFREQ, 0, "SIOCGIFPFLAGS"},
    {0x8936, FORM_IFREQ, 0, "SIOCDIFADDR"},
    {0x8937, FORM_IFREQ, 0, "SIOCSIFHWBROADCAST"},
    {0x8942, FORM_IFREQ, 0, "SIOCGIFTXQLEN"},
    {0x8943, FORM_IFREQ, 0, "SIOCSIFTXQLEN"},
    {0x8946, FORM_IFDATA, 0, "SIOCETHTOOL"},
    {0x8947, FORM_IFREQ, 0, "SIOCGMIIPHY"},
    {0x8948, FORM_IFREQ, 0, "SIOCGMIIREG"},
    {0x8949, FORM_IFREQ, 0, "SIOCSMIIREG"},
    {0x894b, FORM_OUT, 4, "SIOCOUTQNSD"},
    {0x8953, FORM_IN, 68, "SIOCDARP"},
    {0x8954, FORM_OUT, 68, "SIOCGARP"},
    {0x8955, FORM_IN, 68, "SIOCSARP"},
    {0x8970, FORM_IFMAP, 0, "SIOCGIFMAP"},
    {0x8982, FORM_OUT, 56, "SIOCGIFVLAN"},
    {0x8983, FORM_OUT, 56, "SIOCSIFVLAN"},
    {0x89a0, FORM_IN, 16, "SIOCBRADDBR"},
    {0x89a1, FORM_IN, 16, "SIOCBRDELBR"},
    {0x89a2, FORM_IFREQ, 0, "SIOCBRADDIF"},
    {0x89a3, FORM_IFREQ, 0, "SIOCBRDELIF"},
    {0x400454ca, FORM_IFREQ, 0, "TUNSETIFF"},
    {0x400454cb, FORM_VALUE, 0, "TUNSETPERSIST"},
    {0x400454cc, FORM_VALUE, 0, "TUNSETOWNER"},
    {0x400454ce, FORM_VALUE, 0, "TUNSETGROUP"},
    {0x800454cf, FORM_OUT, 4, "TUNGETFEATURES"},
    {0x400454d0, FORM_VALUE, 0, "TUNSETOFFLOAD"},
    {0x800454d2, FORM_IFREQ, 0, "TUNGETIFF"},
    // block devices: linux/fs.h, linux/hdreg.h, linux/loop.h, linux/cdrom.h
    {0x301, FORM_GEOMETRY, 0, "HDIO_GETGEO"},
    {0x125d, FORM_OUT, 4, "BLKROSET"},
    {0x125e, FORM_OUT, 4, "BLKROGET"},
    {0x125f, FORM_VALUE, 0, "BLKRRPART"},
    {0x1260, FORM_LONG, 0, "BLKGETSIZE"},
    {0x1261, FORM_VALUE, 0, "BLKFLSBUF"},
    {0x1262, FORM_VALUE, 0, "BLKRASET"},
    {0x1263, FORM_LONG, 0, "BLKRAGET"},
    {0x1264, FORM_VALUE, 0, "BLKFRASET"},
    {0x1265, FORM_LONG, 0, "BLKFRAGET"},
    {0x1267, FORM_OUT, 2, "BLKSECTGET"},
    {0x1268, FORM_OUT, 4, "BLKSSZGET"},
    {0x80041270, FORM_OUT, 4, "BLKBSZGET"},
    {0x40041271, FORM_IN, 4, "BLKBSZSET"},
    {0x80041272, FORM_OUT, 8, "BLKGETSIZE64"},
    {0x1277, FORM_IN, 16, "BLKDISCARD"},
    {0x1278, FORM_OUT, 4, "BLKIOMIN"},
    {0x1279, FORM_OUT, 4, "BLKIOOPT"},
    {0x127a, FORM_OUT, 4, "BLKALIGNOFF"},
    {0x127b, FORM_OUT, 4, "BLKPBSZGET"},
    {0x127c, FORM_OUT, 4, "BLKDISCARDZEROES"},
    {0x127d, FORM_IN, 16, "BLKSECDISCARD"},
    {0x127e, FORM_OUT, 2, "BLKROTATIONAL"},
    {0x127f, FORM_IN, 16, "BLKZEROOUT"},
    {0x80081280, FORM_OUT, 8, "BLKGETDISKSEQ"},
    {0x4c00, FORM_VALUE, 0, "LOOP_SET_FD"},
    {0x4c01, FORM_VALUE, 0, "LOOP_CLR_FD"},
    {0x4c04, FORM_IN, 232, "LOOP_SET_STATUS64"},
    {0x4c05, FORM_OUT, 232, "LOOP_GET_STATUS64"},
    {0x4c06, FORM_VALUE, 0, "LOOP_CHANGE_FD"},
    {0x4c07, FORM_VALUE, 0, "LOOP_SET_CAPACITY"},
    {0x4c08, FORM_VALUE, 0, "LOOP_SET_DIRECT_IO"},
    {0x4c09, FORM_VALUE, 0, "LOOP_SET_BLOCK_SIZE"},
    {0x4c0a, FORM_IN, 304, "LOOP_CONFIGURE"},
    {0x4c80, FORM_VALUE, 0, "LOOP_CTL_ADD"},
    {0x4c81, FORM_VALUE, 0, "LOOP_CTL_REMOVE"},
    {0x4c82, FORM_VALUE, 0, "LOOP_CTL_GET_FREE"},
    {0x5309, FORM_VALUE, 0, "CDROMEJECT"},
    {0x5319, FORM_VALUE, 0, "CDROMCLOSETRAY"},
    {0x5326, FORM_VALUE, 0, "CDROM_DRIVE_STATUS"},
    {0x5329, FORM_VALUE, 0, "CDROM_LOCKDOOR"},
    // files and file systems: linux/fs.h, linux/fiemap.h, linux/nsfs.h
    {0x1, FORM_OUT, 4, "FIBMAP"},
    {0x2, FORM_OUT, 4, "FIGETBSZ"},
    {0x40049409, FORM_VALUE, 0, "FICLONE"},
    {0x4020940d, FORM_IN, 32, "FICLONERANGE"},
    {0xc0189436, FORM_OUT, 4096, "FIDEDUPERANGE"},
    {0xc0045877, FORM_VALUE, 0, "FIFREEZE"},
    {0xc0045878, FORM_VALUE, 0, "FITHAW"},
    {0xc0185879, FORM_OUT, 24, "FITRIM"},
    {0xc020660b, FORM_OUT, 4096, "FS_IOC_FIEMAP"},
    {0x801c581f, FORM_OUT, 28, "FS_IOC_FSGETXATTR"},
    {0x401c5820, FORM_IN, 28, "FS_IOC_FSSETXATTR"},
    {0x80046601, FORM_OUT, 4, "FS_IOC_GETFLAGS"},
    {0x40046602, FORM_IN, 4, "FS_IOC_SETFLAGS"},
    {0x80047601, FORM_OUT, 4, "FS_IOC_GETVERSION"},
    {0x40047602, FORM_IN, 4, "FS_IOC_SETVERSION"},
    {0x81009431, FORM_OUT, 256, "FS_IOC_GETFSLABEL"},
    {0x41009432, FORM_IN, 256, "FS_IOC_SETFSLABEL"},
    {0xb701, FORM_VALUE, 0, "NS_GET_USERNS"},
    {0xb702, FORM_VALUE, 0, "NS_GET_PARENT"},
    {0xb703, FORM_VALUE, 0, "NS_GET_NSTYPE"},
    {0xb704, FORM_OUT, 4, "NS_GET_OWNER_UID"},
    {0x40085400, FORM_IN, 8, "TFD_IOC_SET_TICKS"},
    // devices: linux/random.h, linux/rtc.h, linux/watchdog.h
    {0x80045200, FORM_OUT, 4, "RNDGETENTCNT"},
    {0x40045201, FORM_IN, 4, "RNDADDTOENTCNT"},
    {0x40085203, FORM_IN, 4096, "RNDADDENTROPY"},
    {0x5204, FORM_VALUE, 0, "RNDZAPENTCNT"},
    {0x80247009, FORM_OUT, 36, "RTC_RD_TIME"},
    {0x4024700a, FORM_IN, 36, "RTC_SET_TIME"},
    {0x80045704, FORM_IN, 4, "WDIOC_SETOPTIONS"},
    {0x80045705, FORM_VALUE, 0, "WDIOC_KEEPALIVE"},
    {0xc0045706, FORM_OUT, 4, "WDIOC_SETTIMEOUT"},
    {0x80045707, FORM_OUT, 4, "WDIOC_GETTIMEOUT"},
};
// clang-format on

// Requests whose number contains the size of a long.
static uint32_t host_request(uint32_t request)
{
    switch (request) {
    case 0x80041270: return 0x80081270; // BLKBSZGET
    case 0x40041271: return 0x40081271; // BLKBSZSET
    case 0x80041272: return 0x80081272; // BLKGETSIZE64
    case 0x80046601: return 0x80086601; // FS_IOC_GETFLAGS
    case 0x40046602: return 0x40086602; // FS_IOC_SETFLAGS
    case 0x80047601: return 0x80087601; // FS_IOC_GETVERSION
    case 0x40047602: return 0x40087602; // FS_IOC_SETVERSION
    default: return request;
    }
}

static int64_t long_ioctl(struct thread *t, int fd, uint32_t request, uint64_t addr)
{
    long v = 0;
    const int64_t r = host3(SYS_ioctl, fd, request, &v);
    if (r < 0) return r;
    if ((unsigned long)v > UINT32_MAX) return -EFBIG;
    const uint32_t g = (uint32_t)v;
    return put_guest(t, g, addr) ? r : -EFAULT;
}

static int64_t times_ioctl(struct thread *t, int fd, uint32_t request, uint64_t addr)
{
    long v[2];
    const int64_t r = host3(SYS_ioctl, fd, request, v);
    if (r < 0) return r;
    const int32_t g[2] = {(int32_t)v[0], (int32_t)v[1]};
    return put_guest(t, g, addr) ? r : -EFAULT;
}

static int64_t geometry_ioctl(struct thread *t, int fd, uint32_t request, uint64_t addr)
{
    struct {
        uint8_t heads, sectors;
        uint16_t cylinders;
        unsigned long start;
    } h;
    struct {
        uint8_t heads, sectors;
        uint16_t cylinders;
        uint32_t start;
    } g;
    const int64_t r = host3(SYS_ioctl, fd, request, &h);
    if (r < 0) return r;
    g.heads = h.heads, g.sectors = h.sectors, g.cylinders = h.cylinders, g.start = (uint32_t)h.start;
    return put_guest(t, g, addr) ? r : -EFAULT;
}

enum { ABI_IFREQ = 32 };

static int64_t ifreq_ioctl(struct thread *t, int fd, uint32_t request, uint64_t addr)
{
    struct ifreq h = {0};
    if (!uas_read(&t->p->as, &h, (uint32_t)addr, ABI_IFREQ)) return -EFAULT;
    const int64_t r = host3(SYS_ioctl, fd, request, &h);
    if (r < 0) return r;
    return uas_write(&t->p->as, (uint32_t)addr, &h, ABI_IFREQ) ? r : -EFAULT;
}

// What the pointer leads to (ethtool's commands) has one layout everywhere.
static int64_t ifdata_ioctl(struct thread *t, int fd, uint32_t request, uint64_t addr)
{
    struct ifreq h = {0};
    uint32_t data;
    if (!uas_read(&t->p->as, h.ifr_name, (uint32_t)addr, sizeof h.ifr_name)) return -EFAULT;
    if (!get_guest(t, data, addr + sizeof h.ifr_name)) return -EFAULT;
    h.ifr_data = guest_out_ptr(t, data, UAS_PAGE);
    return host3(SYS_ioctl, fd, request, &h);
}

static int64_t ifmap_ioctl(struct thread *t, int fd, uint64_t addr)
{
    struct {
        char name[16];
        uint32_t mem_start, mem_end;
        uint16_t base_addr;
        uint8_t irq, dma, port, pad[3];
    } g;
    struct ifreq h = {0};
    _Static_assert(sizeof g == ABI_IFREQ, "struct ifreq of the ARM EABI");
    if (!get_guest(t, g, addr)) return -EFAULT;
    memcpy(h.ifr_name, g.name, sizeof g.name);
    const int64_t r = host3(SYS_ioctl, fd, SIOCGIFMAP, &h);
    if (r < 0) return r;
    g.mem_start = (uint32_t)h.ifr_map.mem_start, g.mem_end = (uint32_t)h.ifr_map.mem_end;
    g.base_addr = h.ifr_map.base_addr;
    g.irq = h.ifr_map.irq, g.dma = h.ifr_map.dma, g.port = h.ifr_map.port;
    return put_guest(t, g, addr) ? r : -EFAULT;
}

static int64_t ifconf_ioctl(struct thread *t, int fd, uint64_t addr)
{
    enum { MAX = 128 };
    struct ifreq h[MAX];
    struct {
        int32_t len;
        uint32_t buf;
    } g;
    if (!get_guest(t, g, addr)) return -EFAULT;
    int n = g.len / ABI_IFREQ;
    if (n < 0 || n > MAX) n = MAX;
    struct ifconf c = {.ifc_len = n * (int)sizeof h[0], .ifc_buf = g.buf ? (char *)h : NULL};
    const int64_t r = host3(SYS_ioctl, fd, SIOCGIFCONF, &c);
    if (r < 0) return r;
    n = c.ifc_len / (int)sizeof h[0];
    for (int i = 0; g.buf && i < n; i++)
        if (!uas_write(&t->p->as, g.buf + (uint32_t)i * ABI_IFREQ, &h[i], ABI_IFREQ)) return -EFAULT;
    g.len = n * ABI_IFREQ;
    return put_guest(t, g, addr) ? r : -EFAULT;
}

static const struct ioctl_row *find(uint32_t request)
{
    for (unsigned i = 0; i < sizeof ioctls / sizeof *ioctls; i++)
        if (ioctls[i].request == request) return &ioctls[i];
    return NULL;
}

const char *ioctl_name(uint32_t request)
{
    const struct ioctl_row *row = find(request);
    return row ? row->name : NULL;
}

unsigned policy_ioctls(uint32_t *to, unsigned room)
{
    unsigned n = 0;
    for (unsigned i = 0; i < sizeof ioctls / sizeof *ioctls && n < room; i++)
        if (ioctls[i].form & OWN) to[n++] = host_request(ioctls[i].request);
    return n;
}

SYSCALL(ioctl)
{
    const int fd = (int)s->a[0];
    const uint32_t request = (uint32_t)s->a[1];
    const struct ioctl_row *row = find(request);
    if (policy_sandboxed(t) && !(row && row->form & OWN)) return policy_refuse(t, EPERM);
    if (!row) {
        // A bad descriptor is said first, as the kernel does.
        const int64_t r = host3(SYS_fcntl, fd, 1 /* F_GETFD */, 0);
        if (r < 0) return r;
        if (log_on(LOG_UNIMP)) log_line("%d: ioctl %#x is not known", t->tid, request);
        return -ENOTTY;
    }
    const uint32_t nr = host_request(request);
    switch ((enum arg_form)(row->form & ~OWN)) {
    case FORM_VALUE: return block(t, SYS_ioctl, fd, nr, (int32_t)s->a[2], 0, 0, 0);
    case FORM_IN: return block(t, SYS_ioctl, fd, nr, guest_ptr_or_null(t, s->a[2]), 0, 0, 0);
    case FORM_OUT: return block(t, SYS_ioctl, fd, nr, guest_out_ptr_or_null(t, s->a[2], row->size), 0, 0, 0);
    case FORM_LONG: return long_ioctl(t, fd, nr, s->a[2]);
    case FORM_TIMES: return times_ioctl(t, fd, nr, s->a[2]);
    case FORM_IFREQ: return ifreq_ioctl(t, fd, nr, s->a[2]);
    case FORM_IFCONF: return ifconf_ioctl(t, fd, s->a[2]);
    case FORM_IFMAP: return ifmap_ioctl(t, fd, s->a[2]);
    case FORM_IFDATA: return ifdata_ioctl(t, fd, nr, s->a[2]);
    case FORM_GEOMETRY: return geometry_ioctl(t, fd, nr, s->a[2]);
    }
    return -ENOTTY;
}

const struct syscall_row sys_ioctl_rows[] = {
    {54, CALL_CHECKED, "ioctl", sys_ioctl, {ARG_FD, ARG_IOCTL, ARG_PTR}},
    {0},
};
