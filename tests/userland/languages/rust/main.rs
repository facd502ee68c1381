use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

trait Shape {
    fn area(&self) -> f64;
}
struct Circle(f64);
struct Square(f64);
impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0 * self.0
    }
}
impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

fn main() {
    println!("{} {}", std::env::consts::ARCH, std::mem::size_of::<usize>());
    let total = Arc::new(Mutex::new(0u64));
    let count = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..16)
        .map(|i| {
            let (total, count) = (total.clone(), count.clone());
            thread::spawn(move || {
                for _ in 0..2000 {
                    *total.lock().unwrap() += i;
                    count.fetch_add(1 << 33, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for t in threads {
        t.join().unwrap();
    }
    println!("{} {}", total.lock().unwrap(), count.load(Ordering::SeqCst) >> 33);
    let (tx, rx) = mpsc::channel();
    for i in 0..10 {
        let tx = tx.clone();
        thread::spawn(move || tx.send(i * i).unwrap());
    }
    drop(tx);
    println!("{}", rx.iter().sum::<i32>());
    let mut words: HashMap<String, usize> = HashMap::new();
    for i in 0..10000 {
        *words.entry(format!("{}", i % 97)).or_default() += i;
    }
    let sorted: BTreeMap<_, _> = words.iter().collect();
    println!("{:?}", sorted.iter().next().unwrap());
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Circle(1.5)), Box::new(Square(2.0))];
    println!("{:.6}", shapes.iter().map(|s| s.area()).sum::<f64>());
    println!("{} {:?} {:?}", u128::MAX / 7, 5i32.checked_div(0), 255u8.checked_add(1));
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| {
        let v: Vec<i32> = Vec::new();
        v[std::env::args().count()]
    });
    println!("{}", caught.is_err());
    println!("{}", thread::spawn(|| panic!("a thread's")).join().is_err());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let echo = thread::spawn(move || {
        let (mut s, _) = listener.accept().unwrap();
        let mut b = Vec::new();
        s.read_to_end(&mut b).unwrap();
        s.write_all(&b).unwrap();
    });
    let mut c = TcpStream::connect(address).unwrap();
    c.write_all(b"through a socket").unwrap();
    c.shutdown(std::net::Shutdown::Write).unwrap();
    let mut got = String::new();
    c.read_to_string(&mut got).unwrap();
    echo.join().unwrap();
    println!("{}", got);
    let out = Command::new("sh").args(["-c", "echo child; exit 3"]).output().unwrap();
    println!("{:?} {:?}", String::from_utf8(out.stdout).unwrap(), out.status.code());
}
