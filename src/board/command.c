// The command line of system mode.
#include "board/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "board/machine.h"
#include "cpu/engine.h"

int system_main(int argc, char **argv, int first, struct engine *engine)
{
    struct machine_options o = {.board = "vexpress-a9", .memory = 256 << 20, .smp = 1};
    for (int i = first; i < argc; i++) {
        const char *a = argv[i];
        const char *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (a[0] != '-')
            o.kernel = a;
        else if (v && !strcmp(a, "-M"))
            o.board = v, i++;
        else if (v && !strcmp(a, "-m"))
            o.memory = strtoull(v, NULL, 0) << 20, i++;
        else if (v && !strcmp(a, "--smp"))
            o.smp = (unsigned)atoi(v), i++;
        else if (v && !strcmp(a, "--initrd"))
            o.initrd = v, i++;
        else if (v && !strcmp(a, "--dtb"))
            o.dtb = v, i++;
        else if (v && !strcmp(a, "--append"))
            o.append = v, i++;
    }
    struct machine *m = machine_new(&o, engine);
    if (!m) return 125;
    const int status = machine_run(m);
    machine_free(m);
    return status;
}
