// GDB's remote protocol, below the commands (GDB manual, E.1): packets on a byte stream, and answers.
#ifndef STINKARM_DEBUG_GDB_LINK_H
#define STINKARM_DEBUG_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GDB_PACKET = 0x4000 }; // bytes of a packet's contents, at most

struct gdb_link {
    int in, out;
    bool no_ack;
    bool broken; // the other side is gone
    size_t n;    // bytes that came, and are not looked at yet
    char bytes[2 * GDB_PACKET];
    size_t last_len; // the last answer, in case it is wanted again
    char last[2 * GDB_PACKET + 8];
};

enum gdb_link_event { LINK_NOTHING, LINK_PACKET, LINK_INTERRUPT };

// Bytes that are there are read. Not blocking if poll has said so.
void gdb_link_read(struct gdb_link *l);
// What came next. A packet's contents without escapes; wrong ones are asked for again, and longer ones than
// GDB_PACKET are not.
enum gdb_link_event gdb_link_next(struct gdb_link *l, char packet[GDB_PACKET + 1], size_t *len);
void gdb_link_interrupt(struct gdb_link *l);
void gdb_link_send(struct gdb_link *l, const char *data, size_t n);

// An answer under way. What is too long for a packet is cut off.
struct gdb_reply {
    size_t n;
    char data[GDB_PACKET];
};

void reply_text(struct gdb_reply *r, const char *text);
void reply_format(struct gdb_reply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reply_hex(struct gdb_reply *r, const void *bytes, size_t n);
void reply_binary(struct gdb_reply *r, const void *bytes, size_t n);

// Reads hex digits; the end of them. n: how many there were.
const char *gdb_number(const char *p, uint64_t *v);
// Bytes written as hex, as many as there are pairs of digits, at most size.
size_t gdb_bytes(const char *hex, void *to, size_t size);

#endif
