# root: sqlite3: many rows, indexes, a log for writing ahead, two processes that write at once and one that reads
cd "$1"
sqlite3 a.db "PRAGMA journal_mode=wal; CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER, c TEXT); CREATE TABLE n(x);
    WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20000) INSERT INTO t SELECT i, (i * 7919) % 20011, printf('%08x-%s', i * 2654435761 % 4294967296, i) FROM s;
    CREATE INDEX tb ON t(b); CREATE UNIQUE INDEX tc ON t(c); INSERT INTO n VALUES(0);
    SELECT count(*), sum(b), min(c), max(c), avg(length(c)) FROM t; SELECT sum(a) FROM t WHERE b BETWEEN 100 AND 2000; SELECT count(*) FROM t WHERE c LIKE '%77%';
    UPDATE t SET b = b + 1 WHERE a % 3 = 0; DELETE FROM t WHERE a % 10 = 7; SELECT count(*), sum(b) FROM t;
    SELECT x.a, y.a FROM t x JOIN t y ON x.b = y.a + 5 WHERE x.a < 400 ORDER BY 1 LIMIT 3; SELECT b % 5 AS k, count(*), round(avg(a), 3) FROM t GROUP BY k ORDER BY k; PRAGMA integrity_check;"
writer() { for i in $(seq 5); do for j in $(seq 40); do echo "BEGIN IMMEDIATE; UPDATE n SET x = x + 1; INSERT INTO t(b, c) VALUES($j, '$1-$i-$j'); COMMIT;"; done | sqlite3 -cmd '.timeout 60000' a.db || echo "writer $1 failed"; done; }
writer one & writer two &
for i in $(seq 10); do sqlite3 -cmd '.timeout 60000' a.db "BEGIN; SELECT (SELECT x FROM n) = (SELECT count(*) FROM t WHERE c LIKE 'one-%' OR c LIKE 'two-%'); COMMIT;"; done | sort | uniq -c
wait
sqlite3 a.db "SELECT x FROM n; SELECT count(*) FROM t WHERE c LIKE 'one-%' OR c LIKE 'two-%'; PRAGMA integrity_check; PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA integrity_check;" && ls a.db*
sqlite3 b.db "PRAGMA journal_mode=delete; CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES(1); ROLLBACK; SELECT count(*) FROM t; ATTACH 'a.db' AS a; CREATE TABLE u AS SELECT a % 100 AS k, count(*) AS c FROM a.t GROUP BY k; SELECT sum(c) FROM u;"
sqlite3 a.db .dump | sqlite3 c.db && sqlite3 c.db 'SELECT count(*), sum(a) FROM t'; sqlite3 :memory: "SELECT 1.0 / 3, 1e300 * 1e10, -9223372036854775808 / -1, round(2.5), json_extract('{\"a\":[1,2]}', '$.a[1]'), sqrt(2), date(0, 'unixepoch');"
