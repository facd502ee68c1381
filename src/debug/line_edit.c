#include "debug/line_edit.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTROL(c) ((c)&0x1f)

// Keys that are more than a character.
enum {
    KEY_END = -1,   // of the input
    KEY_ERROR = -2, // errno
    KEY_UP = 256,
    KEY_DOWN,
    KEY_RIGHT,
    KEY_LEFT,
    KEY_HOME,
    KEY_LAST,
    KEY_DELETE,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
    KEY_UNKNOWN,
};

enum { ESC = 27, BACKSPACE = 127, SOON_MS = 50, TICK_MS = 200 };

// ---- reading ----

static bool readable_in(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static int read_byte(struct line_edit *l)
{
    unsigned char c;
    for (;;) {
        if (l->over && !readable_in(l->in, TICK_MS)) {
            if (l->over(l->ctx)) return KEY_END;
            continue;
        }
        const ssize_t n = read(l->in, &c, 1);
        if (n == 1) return c;
        if (n == 0) return KEY_END;
        if (errno != EINTR && errno != EAGAIN) return KEY_ERROR;
    }
}

// What is behind ESC [ or ESC O (ECMA-48, 5.4: parameters, intermediates, a final byte).
static int control_sequence(struct line_edit *l)
{
    static const struct {
        char final;
        int parameter, key;
    } keys[] = {
        {'A', 0, KEY_UP},        {'B', 0, KEY_DOWN}, {'C', 0, KEY_RIGHT},  {'D', 0, KEY_LEFT},
        {'H', 0, KEY_HOME},      {'F', 0, KEY_LAST}, {'~', 1, KEY_HOME},   {'~', 7, KEY_HOME},
        {'~', 4, KEY_LAST},      {'~', 8, KEY_LAST}, {'~', 3, KEY_DELETE}, {'C', 5, KEY_WORD_RIGHT},
        {'D', 5, KEY_WORD_LEFT},
    };
    int parameter = 0, c;
    for (;;) {
        if (!readable_in(l->in, SOON_MS)) return KEY_UNKNOWN;
        c = read_byte(l);
        if (c < 0 || (c >= 0x40 && c < 0x7f)) break;
        if (c >= '0' && c <= '9') parameter = parameter < 100 ? parameter * 10 + c - '0' : parameter;
        if (c == ';') parameter = 0; // what counts is the last, the keys that are held
    }
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].final == c && keys[i].parameter == parameter) return keys[i].key;
    return c < 0 ? c : KEY_UNKNOWN;
}

static int read_key(struct line_edit *l)
{
    const int c = read_byte(l);
    if (c != ESC) return c;
    if (!readable_in(l->in, SOON_MS)) return KEY_UNKNOWN;
    const int second = read_byte(l);
    switch (second) {
    case '[':
    case 'O': return control_sequence(l);
    case 'b': return KEY_WORD_LEFT;
    case 'f': return KEY_WORD_RIGHT;
    default: return second < 0 ? second : KEY_UNKNOWN;
    }
}

// ---- showing ----

static void put(struct line_edit *l, const char *text, size_t n)
{
    while (n) {
        const ssize_t w = write(l->out, text, n);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return;
        text += w;
        n -= (size_t)w;
    }
}

// UTF-8: the bytes of a character behind its first one take no room.
static bool is_inside(char c)
{
    return (c & 0xc0) == 0x80;
}

static size_t columns(const char *s, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        width += !is_inside(s[i]);
    return width;
}

static size_t terminal_width(const struct line_edit *l)
{
    struct winsize w;
    return !ioctl(l->out, TIOCGWINSZ, &w) && w.ws_col > 20 ? w.ws_col : 80;
}

// The line again, as much of it around the cursor as there is room for.
static void show(struct line_edit *l)
{
    char text[2 * LINE_SIZE + 64];
    const size_t room = terminal_width(l) - strlen(l->prompt) - 1;
    size_t from = 0, to = l->len;
    while (columns(l->line + from, l->cursor - from) > room)
        do
            from++;
        while (is_inside(l->line[from]));
    while (columns(l->line + from, to - from) > room)
        to--;
    const int n = snprintf(text, sizeof text, "\r%s%.*s\033[K\r\033[%zuC", l->prompt, (int)(to - from),
                           l->line + from, strlen(l->prompt) + columns(l->line + from, l->cursor - from));
    put(l, text, (size_t)n);
}

// ---- editing ----

static void insert(struct line_edit *l, const char *text, size_t n)
{
    if (n > LINE_SIZE - 1 - l->len) n = LINE_SIZE - 1 - l->len;
    memmove(l->line + l->cursor + n, l->line + l->cursor, l->len - l->cursor + 1);
    memcpy(l->line + l->cursor, text, n);
    l->len += n;
    l->cursor += n;
}

static void erase(struct line_edit *l, size_t from, size_t to)
{
    memmove(l->line + from, l->line + to, l->len - to + 1);
    l->len -= to - from;
    l->cursor = from;
}

// … so that Ctrl-Y can bring it back.
static void kill_text(struct line_edit *l, size_t from, size_t to)
{
    memcpy(l->killed, l->line + from, to - from);
    l->killed[to - from] = 0;
    erase(l, from, to);
}

static size_t left_of(const struct line_edit *l, size_t at)
{
    if (at) at--;
    while (at && is_inside(l->line[at]))
        at--;
    return at;
}

static size_t right_of(const struct line_edit *l, size_t at)
{
    if (at < l->len) at++;
    while (at < l->len && is_inside(l->line[at]))
        at++;
    return at;
}

static size_t word_left(const struct line_edit *l)
{
    size_t at = l->cursor;
    while (at && l->line[at - 1] == ' ')
        at--;
    while (at && l->line[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_right(const struct line_edit *l)
{
    size_t at = l->cursor;
    while (at < l->len && l->line[at] == ' ')
        at++;
    while (at < l->len && l->line[at] != ' ')
        at++;
    return at;
}

static void set_line(struct line_edit *l, const char *text)
{
    l->len = l->cursor = strlen(text);
    memcpy(l->line, text, l->len + 1);
}

static const char *entry(const struct line_edit *l, unsigned n)
{
    return l->history[n % LINE_HISTORY];
}

static void remember(struct line_edit *l)
{
    if (!l->len || (l->entries && !strcmp(entry(l, l->entries - 1), l->line))) return;
    memcpy(l->history[l->entries++ % LINE_HISTORY], l->line, l->len + 1);
}

// *at: the entry that is shown; l->entries: the new line, which comes back from draft.
static void recall(struct line_edit *l, unsigned *at, char draft[LINE_SIZE], bool older)
{
    const unsigned oldest = l->entries > LINE_HISTORY ? l->entries - LINE_HISTORY : 0;
    if (older ? *at == oldest : *at == l->entries) return;
    if (*at == l->entries) memcpy(draft, l->line, l->len + 1);
    *at += older ? -1u : 1u;
    set_line(l, *at == l->entries ? draft : entry(l, *at));
}

static void edit(struct line_edit *l, int key, unsigned *at, char draft[LINE_SIZE])
{
    const char c = (char)key;
    switch (key) {
    case KEY_LEFT:
    case CONTROL('B'): l->cursor = left_of(l, l->cursor); break;
    case KEY_RIGHT:
    case CONTROL('F'): l->cursor = right_of(l, l->cursor); break;
    case KEY_HOME:
    case CONTROL('A'): l->cursor = 0; break;
    case KEY_LAST:
    case CONTROL('E'): l->cursor = l->len; break;
    case KEY_WORD_LEFT: l->cursor = word_left(l); break;
    case KEY_WORD_RIGHT: l->cursor = word_right(l); break;
    case BACKSPACE:
    case CONTROL('H'): erase(l, left_of(l, l->cursor), l->cursor); break;
    case KEY_DELETE:
    case CONTROL('D'): erase(l, l->cursor, right_of(l, l->cursor)); break;
    case CONTROL('U'): kill_text(l, 0, l->cursor); break;
    case CONTROL('K'): kill_text(l, l->cursor, l->len); break;
    case CONTROL('W'): kill_text(l, word_left(l), l->cursor); break;
    case CONTROL('Y'): insert(l, l->killed, strlen(l->killed)); break;
    case KEY_UP:
    case CONTROL('P'): recall(l, at, draft, true); break;
    case KEY_DOWN:
    case CONTROL('N'): recall(l, at, draft, false); break;
    case CONTROL('L'): put(l, "\033[H\033[2J", 7); break;
    default:
        if (key >= ' ' && key < 256) insert(l, &c, 1);
    }
}

static enum line_result read_edited(struct line_edit *l)
{
    char draft[LINE_SIZE] = "";
    unsigned at = l->entries;
    for (;;) {
        show(l);
        const int key = read_key(l);
        switch (key) {
        case KEY_END: put(l, "\n", 1); return LINE_END;
        case KEY_ERROR: return LINE_ERROR;
        case CONTROL('C'): put(l, "^C\n", 3); return LINE_ABANDONED;
        case '\r':
        case '\n':
            l->cursor = l->len;
            show(l);
            put(l, "\n", 1);
            remember(l);
            return LINE_READ;
        case CONTROL('D'):
            if (!l->len) {
                put(l, "\n", 1);
                return LINE_END;
            }
            break;
        default: break;
        }
        edit(l, key, &at, draft);
    }
}

static enum line_result read_plain(struct line_edit *l)
{
    put(l, l->prompt, strlen(l->prompt));
    for (;;) {
        const int c = read_byte(l);
        if (c == KEY_ERROR) return LINE_ERROR;
        if (c == KEY_END && !l->len) return LINE_END;
        if (c == KEY_END || c == '\n')
            return memchr(l->line, CONTROL('C'), l->len) ? LINE_ABANDONED : LINE_READ;
        if (c && l->len < LINE_SIZE - 1) l->line[l->len++] = (char)c;
        l->line[l->len] = 0;
    }
}

enum line_result line_edit_read(struct line_edit *l, const char *prompt)
{
    l->prompt = prompt;
    set_line(l, "");
    return l->keys ? read_edited(l) : read_plain(l);
}
