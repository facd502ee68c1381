// Lua runs SCRIPT's function work, which returns a string.
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include "script.h"

static void work(long rounds)
{
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    if (luaL_loadbuffer(lua, script, (size_t)(script_end - script), SCRIPT) || lua_pcall(lua, 0, 0, 0))
        abort();
    lua_getglobal(lua, "work");
    lua_pushinteger(lua, rounds);
    const int failed = lua_pcall(lua, 1, 1, 0);
    puts(lua_tostring(lua, -1));
    if (failed) exit(1);
    lua_close(lua);
}
