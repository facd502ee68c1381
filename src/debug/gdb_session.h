// One conversation with GDB.
#ifndef STINKARM_DEBUG_GDB_SESSION_H
#define STINKARM_DEBUG_GDB_SESSION_H

#include "debug/control.h"
#include "debug/gdb_link.h"

enum { GDB_FILES = 16 };

struct gdb_session {
    struct debug_control *k;
    struct gdb_link link;
    bool running;        // a vCont is not answered yet
    bool over;           // detached, or …
    bool quit;           // … all is to end, when that is answered
    unsigned general;    // the thread that m, g and the like are about
    unsigned listed;     // threads that qfThreadInfo and qsThreadInfo have told
    int file[GDB_FILES]; // vFile's, + 1; 0: free
    struct debug_stop last;
    char packet[GDB_PACKET + 1];
    size_t len;
    struct gdb_reply reply;
};

// Talks until the other side detaches or is gone. Its control and link are set, the rest is 0.
void gdb_converse(struct gdb_session *s);

// The CPU that a thread is, or the general one; NULL: there is none any more.
struct cpu *session_cpu(struct gdb_session *s);

// Each answers a packet, or does not know it: false.
bool gdb_run_packet(struct gdb_session *s, const char *p);   // gdb_run.c: going on and stopping
bool gdb_query_packet(struct gdb_session *s, const char *p); // gdb_query.c: q and Q
bool gdb_file_packet(struct gdb_session *s, const char *p);  // gdb_file.c: vFile
void gdb_files_close(struct gdb_session *s);
bool gdb_monitor(struct gdb_session *s, const char *command); // gdb_monitor.c

// The stop that GDB waits for, or asks about.
void gdb_put_stop(struct gdb_session *s, const struct debug_stop *stop);
// Text for the user, at once.
void gdb_say(void *session, const char *text);

static inline void reply_ok(struct gdb_session *s)
{
    reply_text(&s->reply, "OK");
}

static inline void reply_error(struct gdb_session *s, unsigned number)
{
    reply_format(&s->reply, "E%02x", number & 0xff);
}

#endif
