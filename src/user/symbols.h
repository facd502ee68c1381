// Names for addresses of the program, for reports: from its file's symbol table, read when somebody asks.
#ifndef STINKARM_USER_SYMBOLS_H
#define STINKARM_USER_SYMBOLS_H

#include "user/process.h"

// "main+0x10", or "" when there is no symbol table or no symbol at or below addr in its section.
void symbol_name(struct process *p, uint32_t addr, char *buf, size_t size);

#endif
