# root: compilers, provers, and two machines of their own: mono's and valgrind's
cd "$1"
export LD_LIBRARY_PATH=
echo 'int f(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }' >a.c
clang-14 -O3 -c a.c -o a.o && clang-14 -O2 -mfpu=neon -S a.c -o - | grep -q vadd.i32 && echo vectors
echo '(declare-const x Int)(assert (and (> (* x x) 50) (< x 9) (> x 0)))(check-sat)(get-value (x))' >a.smt2
z3 a.smt2
cat >a.cs <<'END'
using System; using System.Linq; using System.Threading.Tasks;
class P { static void Main() {
    var tasks = Enumerable.Range(0, 8).Select(i => Task.Run(() => { double s = 0; for (int k = 0; k < 100000; k++) s += Math.Sqrt(k); return s; })).ToArray();
    Task.WaitAll(tasks);
    string nothing = null;
    try { Console.WriteLine(nothing.Length); } catch (NullReferenceException) { Console.Write("null "); }
    GC.Collect();
    Console.WriteLine(tasks.Sum(x => x.Result).ToString("F3")); } }
END
mono /usr/lib/mono/4.5/mcs.exe -out:a.exe a.cs && mono a.exe
valgrind /usr/bin/true 2>&1 | grep -o 'ERROR SUMMARY: .*'
mkdir cmake && cd cmake && printf 'cmake_minimum_required(VERSION 3.1)\nproject(a NONE)\nmessage(configured)\n' >CMakeLists.txt && cmake -G Ninja . >log 2>&1 && head -1 log && ninja
