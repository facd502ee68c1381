// One conversation with GDB.
#ifndef STINKARM_DEBUG_GDB_SESSION_H
#define STINKARM_DEBUG_GDB_SESSION_H

#include "debug/control.h"
#include "debug/gdb_link.h"

enum {
    GDB_FILES = 16,
    GDB_CHILDREN = 16,
    GDB_DESCRIPTORS = 3 + GDB_FILES + GDB_CHILDREN,
    GDB_STOP_REPLY = 4608, // bytes, at most: a path as hex, and some
};

// What GDB understands, and what the conversation is.
enum gdb_flags {
    GDB_MULTIPROCESS = 1,
    GDB_FORKS = 2,
    GDB_VFORKS = 4,
    GDB_EXECS = 8,
    GDB_NO_ACK = 16,
    GDB_BELOW = 32, // with another process's conversation, which passes on GDB's
};

// Another process, whose conversation is below this one.
struct gdb_child {
    unsigned pid;
    bool running, gone;
    bool due; // what is pending is to be told
    struct gdb_link link;
    size_t pending; // bytes of a stop's reply that GDB has not been told
    char stop[GDB_STOP_REPLY];
};

// A thread as GDB names it; 0: any.
struct gdb_thread {
    unsigned pid, id;
};

struct gdb_session {
    struct debug_front front; // first
    struct debug_control *k;
    struct gdb_link link;
    int listening;        // where others may come; -1: nowhere
    unsigned flags;       // enum gdb_flags
    bool execed;          // another program's conversation goes on
    bool running;         // a vCont is not answered yet
    bool resumed;         // … and it is about the own process
    bool over;            // detached, or …
    bool quit;            // … all is to end, when that is answered
    unsigned general;     // the thread that m, g and the like are about
    unsigned general_pid; // … and its process
    unsigned nchildren;
    struct gdb_child *child[GDB_CHILDREN];
    int born; // below: the link to a new process that the conversation above is going to ask for; -1: none
    unsigned nadopted; // processes to come, with the lock
    struct {
        unsigned pid;
        int link;
    } adopted[GDB_CHILDREN];
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

// A thread's name: [pPID.]ID, -1: all; what is behind it.
const char *gdb_thread(const char *p, struct gdb_thread *t);
void gdb_put_thread(const struct gdb_session *s, struct gdb_reply *r, unsigned pid, unsigned id);
bool gdb_is_thread(const struct debug_cpu *e, struct gdb_thread t);
void gdb_follow(struct gdb_session *s); // what GDB wants followed, with the lock

// gdb_process.c: other processes. What is for them is passed on: true.
bool gdb_route(struct gdb_session *s);
void gdb_child_new(struct gdb_session *s, unsigned pid, int link, bool running);
void gdb_children_adopt(struct gdb_session *s);
bool gdb_children_go(struct gdb_session *s, const char *vcont); // false: it is not about any
bool gdb_children_ready(const struct gdb_session *s);           // one has something to say already
void gdb_children_events(struct gdb_session *s);
void gdb_children_halt(struct gdb_session *s, const struct gdb_child *but);
void gdb_children_interrupt(struct gdb_session *s);
size_t gdb_children_threads(struct gdb_session *s, char *xml, size_t size);
void gdb_children_close(struct gdb_session *s);
void gdb_link_close(int link); // -1: none
bool gdb_readable(int fd);     // within a while
// A packet to another process, and what it answers; false: it is gone, or says nothing.
bool gdb_ask(struct gdb_child *c, const char *p, size_t len, char packet[GDB_PACKET + 1], size_t *n);

// gdb_handover.c: between conversations.
bool gdb_between(struct gdb_session *s, const char *p);  // answers a packet that is of these
unsigned gdb_receive(int link, int fd[GDB_DESCRIPTORS]); // how many came
void gdb_hand_over(struct gdb_session *s);               // the connection, to a child

// gdb_place.c: a conversation's state as text. Reading begins it anew.
void gdb_write_state(struct gdb_session *s, unsigned flags, char *text, size_t size);
bool gdb_read_state(struct gdb_session *s, const char *text);
unsigned gdb_descriptors(struct gdb_session *s, int *fd[GDB_DESCRIPTORS]);

// Each answers a packet, or does not know it: false.
bool gdb_run_packet(struct gdb_session *s, const char *p);   // gdb_run.c: going on and stopping
bool gdb_query_packet(struct gdb_session *s, const char *p); // gdb_query.c: q and Q
bool gdb_file_packet(struct gdb_session *s, const char *p);  // gdb_file.c: vFile
void gdb_files_close(struct gdb_session *s);
bool gdb_monitor(struct gdb_session *s, const char *command); // gdb_monitor.c

// gdb_libraries.c: the guest's libraries as XML; its length.
size_t gdb_libraries(struct gdb_session *s, struct cpu *c, const char *annex, char *xml, size_t size);

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
