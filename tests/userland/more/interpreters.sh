# root: languages that bring their own garbage collectors, compilers, schedulers and ways to catch faults
cd "$1"
export LD_LIBRARY_PATH=/usr/lib/arm-linux-gnueabihf/blas:/usr/lib/arm-linux-gnueabihf/lapack:/usr/lib/arm-linux-gnueabihf/octave/7.3.0
say() { printf '%s: ' "$1"; shift; timeout 200 "$@" 2>&1 || echo "exit status $?"; echo; }
cat >a.rb <<'END'
require 'zlib'; require 'socket'; require 'open3'
server = TCPServer.new('127.0.0.1', 0)
Thread.new { c = server.accept; c.puts 'hi'; c.close }
usr1 = false; trap(:USR1) { usr1 = true }; Process.kill(:USR1, $$); sleep 0.1
fiber = Fiber.new { Fiber.yield 1; 2 }
child = fork { exit 7 }; Process.wait child
puts [(1..20).inject(:*), Zlib.crc32('abc'), TCPSocket.new('127.0.0.1', server.addr[1]).gets.chomp,
      Open3.capture2('cat', stdin_data: 'x')[0], usr1, fiber.resume + fiber.resume, 2**100, $?.exitstatus].join(' ')
END
say ruby ruby a.rb
say php php8.2 -r 'for($i=0,$s=0;$i<300000;$i++){$s+=$i%7;} $p=proc_open(["/bin/echo","hi"],[1=>["pipe","w"]],$x);
    echo $s," ",trim(stream_get_contents($x[1]))," ",preg_replace("/(a+)b/","<$1>","xaaab")," ",hash("sha3-256","a")," "; printf("%.15g",M_PI**20);'
echo 'print_int (List.fold_left (+) 0 (List.init 101 (fun x->x)))' >a.ml
say ocaml ocaml a.ml
ocamlc.opt -o a.byte a.ml && say ocamlrun ocamlrun a.byte
say guile guile-3.0 -c '(use-modules (ice-9 threads)) (display (par-map (lambda (x) (* x x)) (iota 10)))'
echo 'set s 0; for {set i 1} {$i<=100} {incr i} {incr s $i}; puts -nonewline $s' >a.tcl
say tcl tclsh a.tcl
say luajit luajit -e 'local s=0 for i=1,100 do s=s+i end for j=1,1e7 do s=s+0 end io.write(s, " ", string.format("%q", "a\nb"))'
say gforth gforth -e ': fib dup 2 < if drop 1 else dup 1- recurse swap 2 - recurse + then ; 20 fib . bye'
say erlang erl -noshell -eval 'L=[spawn_monitor(fun()->lists:sum(lists:seq(1,100)) end)||_<-lists:seq(1,3000)],
    [receive {_,R,_,_,normal}->ok end||{_,R}<-L],io:format("~p",[length(L)]),halt().'
cat >a.lisp <<'END'
(defun fib (n) (declare (fixnum n)) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(defun deep (n) (+ 1 (deep n)))
(format t "~a ~a ~a ~a~%" (fib 22) (expt 3 100) (handler-case (/ 1 (fib 0)) (division-by-zero () 'zero))
        (length (loop for i below 20000 collect (cons i (make-string 10)))))
END
say sbcl sbcl --noinform --disable-debugger --load a.lisp --eval '(progn (gc :full t) (princ (handler-case (deep 1) (storage-condition () "deep"))) (quit))'
say clisp clisp -q a.lisp
say ecl ecl --norc --shell a.lisp
say octave octave-cli --norc --eval 'A = [4 1; 2 3]; disp(sum(1:100)); disp(round(eig(A))); disp(abs(fft(1:8))(1))' | grep -v ignoring
say maxima maxima --very-quiet --batch-string='print(factor(2^60-1))$'
say gap gap -q -c 'Print(Sum([1..100])," ",Size(SymmetricGroup(8)),"\n");QUIT;'
