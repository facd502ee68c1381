// Differences that need no repair: QEMU's own errors, each with the place in the Arm ARM (DDI 0406C) that
// says otherwise, and choices that the architecture leaves open.
#ifndef CONFORMANCE_KNOWN_H
#define CONFORMANCE_KNOWN_H

#include "gen.h"

enum known_reason {
    KNOWN_NO,
    KNOWN_SHOULD_BE,
    KNOWN_STREX,
    KNOWN_VJCVT,
    KNOWN_VECTORS,
    KNOWN_FPA,
    KNOWN_EXTENSION,
    KNOWN_ALIGN_256,
    KNOWN_TINY,
    KNOWN_REASONS
};

// The subject computes on x86, which finds out after rounding whether a result is tiny: docs/jit.md.
extern bool known_tiny_after;

extern const char *const known_text[KNOWN_REASONS];

// Is the difference between the subject's result and the reference's one of these?
enum known_reason known_difference(const struct test *t, const struct result *subject,
                                   const struct result *reference);

#endif
