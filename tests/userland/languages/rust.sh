# root: Rust: its compiler in the guest, threads, channels, panics, sockets
cd "$1"
rustc -C linker=gcc-12 main.rs && ./main
