#include "host/display.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/display_kind.h"

static const struct {
    const char *prefix;
    bool (*open)(struct display *d, const char *rest);
} kinds[] = {
    {"ppm:", display_ppm_open},
    {"vnc:", display_vnc_open},
};

static bool open_kind(struct display *d, const char *spec)
{
    if (!spec || !strcmp(spec, "none")) return true;
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i].prefix);
        if (!strncmp(spec, kinds[i].prefix, n)) return kinds[i].open(d, spec + n);
    }
    warn("display '%s': must be none, ppm:FILE or vnc:PORT", spec);
    return false;
}

struct display *display_open(const char *spec, struct loop *loop)
{
    struct display *d = calloc(1, sizeof *d);
    if (!d) {
        warn("display: out of memory");
        return NULL;
    }
    d->loop = loop;
    if (open_kind(d, spec)) return d;
    free(d);
    return NULL;
}

void display_close(struct display *d)
{
    if (d->close) d->close(d);
    free(d);
}

void display_connect(struct display *d, unsigned input, const struct display_source *s)
{
    d->source[input] = *s;
}

void display_connect_keyboard(struct display *d, const struct display_keyboard *k)
{
    d->keyboard = *k;
}

void display_connect_mouse(struct display *d, const struct display_mouse *m)
{
    d->mouse = *m;
}

void display_select(struct display *d, unsigned input)
{
    if (input < DISPLAY_INPUTS) d->selected = input;
}

bool display_size(struct display *d, unsigned *width, unsigned *height)
{
    const struct display_source *s = &d->source[d->selected];
    return s->size && s->size(s->ctx, width, height);
}

void display_line(struct display *d, unsigned y, uint32_t *pixels)
{
    const struct display_source *s = &d->source[d->selected];
    s->line(s->ctx, y, pixels);
}
