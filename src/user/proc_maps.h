// The guest's mappings as text.
#ifndef STINKARM_USER_PROC_MAPS_H
#define STINKARM_USER_PROC_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct uas;

// A line of the host's file that lies in the window, in guest addresses.
struct host_line {
    uint64_t start, end, offset;
    char perms[8]; // the host's: what may be executed they do not say
    char dev[24];
    unsigned long long ino;
    char *path; // "" for anonymous memory; in the line's text
};

// Cuts text up. False: it is not such a line.
bool proc_parse_line(char *text, struct host_line *h);

struct process;

void proc_print_maps(struct process *p, FILE *out);
void proc_print_smaps(struct process *p, FILE *out);

// The line of maps that holds addr, without its newline; false if there is none.
bool proc_find_map(struct uas *as, uint32_t addr, char *buf, size_t size);
// The name of the file mapped at addr; false if there is none.
bool proc_find_path(struct uas *as, uint32_t addr, char *buf, size_t size);

#endif
