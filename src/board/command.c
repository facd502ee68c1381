// The command line of system mode.
#include "board/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/option.h"
#include "board/options.h"
#include "cpu/engine.h"
#include "host/signals.h"

enum { EXIT_INTERNAL = 125 };

bool system_meant(int argc, char **argv)
{
    return machine_options_meant(argc, argv);
}

// A descriptor that is closed would become that of a disk, and the console would use it.
static void open_standard(void)
{
    int fd;
    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
        ;
    if (fd >= 0) close(fd);
}

int system_main(int argc, char **argv,
                struct engine *(*make)(const struct engine_options *, const struct debug_options *),
                debug_start_fn *debug)
{
    struct machine_command c;
    option_help_command = "stinkarm --system --help";
    log_known = LOG_MACHINE;
    open_standard();
    if (!machine_options_parse(&c, argc, argv)) return EXIT_INTERNAL;
    if (c.help) return fputs(machine_options_help, stdout) < 0 || fflush(stdout) ? EXIT_INTERNAL : 0;
    if (c.log && !log_begin(c.log_file, -1)) {
        warn("%s: %s", c.log_file ? c.log_file : "stderr", strerror(errno));
        return EXIT_INTERNAL;
    }
    c.machine.debug = debug;
    c.machine.compiles = c.engine.kind != ENGINE_INTERP;
    struct engine *engine = make(&c.engine, &c.machine.debug_options);
    struct machine *m = engine ? machine_new(&c.machine, engine) : NULL;
    int status = EXIT_INTERNAL;
    if (m) {
        status = c.machine.dump_dtb ? 0 : machine_run(m);
        machine_free(m);
        signals_close();
    }
    if (engine) engine->destroy(engine);
    return status;
}
