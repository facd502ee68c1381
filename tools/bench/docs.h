// A part of a document that is made anew.
#pragma once
#include <stdbool.h>
#include <stdio.h>

// Writes what print writes between the lines begin and end of the file.
bool write_between(const char *path, const char *begin, const char *end,
                   void (*print)(FILE *f, const void *ctx), const void *ctx);
