// The guest's mappings as text.
#ifndef STINKARM_USER_PROC_MAPS_H
#define STINKARM_USER_PROC_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct uas;

void proc_print_maps(struct uas *as, FILE *out);
void proc_print_smaps(struct uas *as, FILE *out);

// The line of maps that holds addr, without its newline; false if there is none.
bool proc_find_map(struct uas *as, uint32_t addr, char *buf, size_t size);
// The name of the file mapped at addr; false if there is none.
bool proc_find_path(struct uas *as, uint32_t addr, char *buf, size_t size);

#endif
