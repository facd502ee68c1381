// Blocks and code that are kept between runs of a program (cpu/engine.h: load and save).
#ifndef STINKARM_USER_IMAGE_H
#define STINKARM_USER_IMAGE_H

#include "user/process.h"

// Takes what is in a directory for the program that has just been loaded. options: a number for those that
// change code.
void user_image_load(struct process *p, struct thread *t, const char *dir, uint64_t options);
// … and leaves there what is new. The process is about to end, or to become another program.
void user_image_save(struct process *p);

#endif
