// Inside semihosting: the files that a program has open.
#ifndef STINKARM_BOARD_SEMIHOST_FILE_H
#define STINKARM_BOARD_SEMIHOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/machine.h"

enum { SEMIHOST_FILES = 64 };

struct semihost_file {
    bool open, features; // features: the file ":semihosting-features"
    int fd;              // 0 to 2 are the console's and stay open
    uint32_t at;         // features: position
};

struct semihost {
    struct machine *m;
    pthread_mutex_t lock;
    struct semihost_file file[SEMIHOST_FILES]; // a handle is an index + 1
    int error;                                 // of the last call that failed, the host's errno
};

// All return what the program gets; -1 is failure, with h->error.
int semihost_open(struct semihost *h, const char *name, uint32_t mode);
int semihost_close(struct semihost *h, uint32_t handle);
// How much was not transferred.
uint32_t semihost_write(struct semihost *h, struct sys_cpu *s, uint32_t handle, uint32_t from, uint32_t len);
uint32_t semihost_read(struct semihost *h, struct sys_cpu *s, uint32_t handle, uint32_t to, uint32_t len);
int semihost_seek(struct semihost *h, uint32_t handle, uint32_t to);
int semihost_is_tty(struct semihost *h, uint32_t handle);
int semihost_length(struct semihost *h, uint32_t handle);

// Output to the console, behind what the serial port has still to write there.
void semihost_print(struct semihost *h, int fd, const uint8_t *data, size_t n);
// A character of the console's input; -1: its end, or the machine ends.
int semihost_getc(struct semihost *h);

#endif
