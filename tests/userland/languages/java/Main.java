import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.stream.*;
import java.net.*;
import java.io.*;

public class Main {
    interface Shape { double area(); }
    record Circle(double r) implements Shape { public double area() { return Math.PI * r * r; } }
    record Square(double a) implements Shape { public double area() { return a * a; } }

    static int deep(int n) { return 1 + deep(n + 1); }

    public static void main(String[] args) throws Exception {
        System.out.println(System.getProperty("os.arch"));
        // lambdas and streams
        System.out.println(IntStream.range(0, 100000).parallel().filter(i -> i % 7 == 0).mapToLong(i -> (long) i * i).sum());
        Map<String, Integer> lengths = Stream.of("pear", "apple", "fig").collect(Collectors.toMap(s -> s, String::length, (a, b) -> a, TreeMap::new));
        System.out.println(lengths);
        // threads
        AtomicLong atomic = new AtomicLong();
        long[] guarded = new long[1];
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<Integer>> futures = new ArrayList<>();
        for (int t = 0; t < 16; t++) {
            final int id = t;
            futures.add(pool.submit(() -> {
                for (int i = 0; i < 5000; i++) {
                    atomic.addAndGet(1L << 33);
                    synchronized (guarded) { guarded[0]++; }
                }
                return id;
            }));
        }
        int sum = 0;
        for (Future<Integer> f : futures) sum += f.get();
        pool.shutdown();
        System.out.println(sum + " " + (atomic.get() >> 33) + " " + guarded[0]);
        // the collector
        Map<Integer, byte[]> keep = new HashMap<>();
        for (int i = 0; i < 100000; i++) keep.put(i % 1000, new byte[512]);
        System.gc();
        System.out.println(keep.size());
        // exceptions that are faults: null pointers, division, the stack's end
        int caught = 0;
        for (int i = 0; i < 20000; i++) {
            try {
                Object o = i % 2 == 0 ? null : "x";
                o.hashCode();
            } catch (NullPointerException e) { caught++; }
        }
        System.out.println(caught);
        try { System.out.println(1 / (sum - sum)); } catch (ArithmeticException e) { System.out.println(e.getMessage()); }
        try { deep(0); } catch (StackOverflowError e) { System.out.println("stack overflow"); }
        try { System.out.println(new int[3][-1 + args.length]); } catch (NegativeArraySizeException e) { System.out.println("size " + e.getMessage()); }
        // polymorphism that a compiler has to undo
        Shape[] shapes = new Shape[1000];
        for (int i = 0; i < shapes.length; i++) shapes[i] = i % 2 == 0 ? new Circle(i) : new Square(i);
        double area = 0;
        for (int k = 0; k < 200; k++) for (Shape s : shapes) area += s.area();
        System.out.printf(Locale.ROOT, "%.6e %s %s%n", area, Float.toString(1f / 3), Double.toString(1.0 / 3));
        // sockets and processes
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread echo = new Thread(() -> {
                try (Socket s = server.accept()) { s.getInputStream().transferTo(s.getOutputStream()); } catch (IOException e) { e.printStackTrace(); }
            });
            echo.start();
            try (Socket c = new Socket("127.0.0.1", server.getLocalPort())) {
                c.getOutputStream().write("through a socket".getBytes());
                c.shutdownOutput();
                System.out.println(new String(c.getInputStream().readAllBytes()));
            }
            echo.join();
        }
        Process p = new ProcessBuilder("sh", "-c", "echo child; exit 3").start();
        System.out.print(new String(p.getInputStream().readAllBytes()));
        System.out.println(p.waitFor());
    }
}
