#include "user/abi/fcntl.h"

static const struct {
    uint32_t abi, host;
} differing[] = {
    {ABI_O_DIRECTORY, O_DIRECTORY},
    {ABI_O_NOFOLLOW, O_NOFOLLOW},
    {ABI_O_DIRECT, O_DIRECT},
    {ABI_O_LARGEFILE, HOST_O_LARGEFILE},
};

enum { N = sizeof differing / sizeof *differing };

int abi_open_flags_to_host(uint32_t flags)
{
    uint32_t host = flags;
    for (int i = 0; i < N; i++)
        host &= ~differing[i].abi;
    for (int i = 0; i < N; i++)
        if (flags & differing[i].abi) host |= differing[i].host;
    return (int)host;
}

uint32_t abi_open_flags_from_host(int flags)
{
    uint32_t abi = (uint32_t)flags;
    for (int i = 0; i < N; i++)
        abi &= ~differing[i].host;
    for (int i = 0; i < N; i++)
        if ((uint32_t)flags & differing[i].host) abi |= differing[i].abi;
    return abi;
}
