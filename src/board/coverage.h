// --coverage of a machine: which blocks of its kernel have been executed.
#ifndef STINKARM_BOARD_COVERAGE_H
#define STINKARM_BOARD_COVERAGE_H

#include "board/machine.h"

// From now on; before the first CPU runs. False: it has said why not. Without --coverage nothing happens.
bool coverage_begin(struct machine *m);
// Writes the file, if there is to be one.
void coverage_end(struct machine *m);

#endif
