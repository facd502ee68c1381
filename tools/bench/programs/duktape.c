// Duktape, an interpreter of JavaScript, runs SCRIPT's function work, which returns a string.
#include <duktape.h>
#include "script.h"

static void work(long rounds)
{
    duk_context *context = duk_create_heap_default();
    if (duk_peval_lstring(context, script, (duk_size_t)(script_end - script))) abort();
    duk_get_global_string(context, "work");
    duk_push_number(context, (double)rounds);
    const int failed = duk_pcall(context, 1);
    puts(duk_safe_to_string(context, -1));
    if (failed) exit(1);
    duk_destroy_heap(context);
}
