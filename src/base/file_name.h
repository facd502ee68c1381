// Names of files that a process writes, as the command line gives them.
#ifndef STINKARM_BASE_FILE_NAME_H
#define STINKARM_BASE_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>

// %p is the process ID, %% a %. What does not fit is cut off.
void file_name_expand(char *to, size_t size, const char *pattern);
// Whether it differs from process to process.
bool file_name_has_pid(const char *pattern);

#endif
