# root: Python: arithmetic, threads, processes, sockets, ctypes, asyncio
cd "$1"
cat >t.py <<'X'
import sys, os, math, struct, json, re, hashlib, threading, subprocess, socket, ctypes, asyncio, time, mmap, signal, tempfile, sqlite3, zlib, decimal, multiprocessing, select
print(sys.maxsize, sys.byteorder, platform := os.uname().machine, sys.executable)
print(2**200 % 10**9, divmod(-7, 2), math.sqrt(2).hex(), repr(0.1 + 0.2), round(2.675, 2), float.fromhex('0x1p-1074'), math.fsum([.1] * 10), math.gamma(5.5))
print(struct.pack('<bhiqfd', -1, 2, 3, 4, 1.5, 2.5).hex(), json.dumps({'a': [1, 2.5, None, 'ä']}), re.sub(r'(\w+) (\w+)', r'\2 \1', 'hello world'))
print(hashlib.sha512(b'x' * 1000).hexdigest()[:16], hashlib.md5(b'').hexdigest(), zlib.crc32(b'hello'), decimal.Decimal(1) / 7)
n = 0; lock = threading.Lock()
def add():
    global n
    for _ in range(2000):
        with lock: n += 1
ts = [threading.Thread(target=add) for _ in range(16)]; [t.start() for t in ts]; [t.join() for t in ts]; print(n)
print(subprocess.run(['sh', '-c', 'echo out; echo err >&2; exit 5'], capture_output=True))
path = os.path.abspath('sock'); s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(); print(os.path.basename(s.getsockname()))
def client():
    c = socket.socket(socket.AF_UNIX); c.connect(path); c.sendall(b'ping'); print(c.recv(10)); c.close()
t = threading.Thread(target=client); t.start(); c, _ = s.accept(); c.recv(10); c.sendall(b'pong'); t.join()
t = socket.socket(); t.bind(('127.0.0.1', 0)); t.listen(); u = socket.create_connection(t.getsockname()); v, a = t.accept(); u.sendall(b'x' * 100000); r = b''
while len(r) < 100000: r += v.recv(65536)
print(len(r))
libc = ctypes.CDLL('libc.so.6'); print(libc.abs(-5), ctypes.sizeof(ctypes.c_long), ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x * 2)(21))
async def work(i):
    await asyncio.sleep(0.01 * (5 - i)); return i
async def main():
    print(await asyncio.gather(*(work(i) for i in range(5)))); p = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1); print((await p.communicate(b'through cat'))[0])
asyncio.run(main())
m = mmap.mmap(-1, 8192); m[4095:4099] = b'abcd'; pid = os.fork()
if pid == 0: m[0:1] = b'Z'; os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), m[0:1], m[4095:4099])
signal.signal(signal.SIGALRM, lambda *a: print('alarm')); signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2)
d = sqlite3.connect('x.db'); d.execute('pragma journal_mode=wal'); d.execute('create table t(a,b)'); d.executemany('insert into t values(?,?)', ((i, i * i) for i in range(5000))); d.commit(); print(d.execute('select sum(b) from t where a%3=0').fetchone())
def f(x): return x * x
if __name__ == '__main__':
    multiprocessing.set_start_method('fork')
    with multiprocessing.Pool(3) as p: print(sum(p.map(f, range(200))))
    print(sorted(e for e in os.listdir('.') if e in ('sock', 't.py', 'x.db')), os.readlink('/proc/self/exe')[-10:], os.path.exists('/proc/self/root'))
    e = select.epoll(); r, w = os.pipe(); e.register(r, select.EPOLLIN); os.write(w, b'1'); print(e.poll(1) == [(r, 1)])
    print(max(time.get_clock_info('monotonic').resolution, 0) < 1e-6, len(os.urandom(8)), os.cpu_count() > 0, len(os.sched_getaffinity(0)) > 0)
X
python3 t.py
