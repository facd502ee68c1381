// SQLite in memory. A round inserts 200 rows, with an index to keep up, and asks three questions; or, with
// QUERIES, asks only: a join, groups, a pattern.
#include <sqlite3.h>
#include "text.h"

static sqlite3 *db;

static void run(const char *sql)
{
    char *message;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK) return;
    puts(message);
    exit(1);
}

static void insert(uint32_t *seed, int rows)
{
    sqlite3_stmt *statement;
    char text[200];
    run("begin");
    sqlite3_prepare_v2(db, "insert into item (owner, price, text) values (?, ?, ?)", -1, &statement, NULL);
    for (int i = 0; i < rows; i++) {
        const size_t length = 80 + (next_random(seed) & 63);
        make_text(text, length, *seed);
        sqlite3_bind_int(statement, 1, (int)(next_random(seed) % 50));
        sqlite3_bind_double(statement, 2, (double)(next_random(seed) % 10000) / 4);
        sqlite3_bind_text(statement, 3, text, (int)length, SQLITE_STATIC);
        sqlite3_step(statement);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    run("commit");
}

static uint32_t ask(const char *sql, int parameter)
{
    sqlite3_stmt *statement;
    uint32_t sum = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL)) abort();
    sqlite3_bind_int(statement, 1, parameter);
    while (sqlite3_step(statement) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            for (; text && *text; text++)
                sum = mix(sum, (uint8_t)*text);
        }
    sqlite3_finalize(statement);
    return sum;
}

static void work(long rounds)
{
    uint32_t seed = 17, sum = 0;
    if (sqlite3_open(":memory:", &db)) abort();
    run("create table item (id integer primary key, owner int, price real, text text);"
        "create table owner (id integer primary key, name text); create index by_price on item (price);");
    run("with recursive n (i) as (select 0 union all select i + 1 from n where i < 49)"
        "insert into owner select i, 'owner ' || i from n;");
    insert(&seed, 500);
    for (long r = 0; r < rounds; r++) {
#ifndef QUERIES
        insert(&seed, 200);
        sum = mix(
            sum, ask("select sum(price) from item where price between ?1 and ?1 + 50", (int)(r * 37 % 2000)));
        sum = mix(sum, ask("select count(*) from item where owner = ?", (int)(r % 50)));
        run("delete from item where id <= (select max(id) from item) - 500");
#endif
        sum = mix(
            sum,
            ask("select name, count(*), sum(price), max(text) from item join owner on owner.id = item.owner"
                " where price > ? group by name order by 3 desc limit 10",
                (int)(r % 1000)));
        sum = mix(
            sum, ask("select id, upper(text) from item where text like '%ba%n' or owner = ?", (int)(r % 50)));
    }
    sqlite3_close(db);
    printf("%08x\n", sum);
}
