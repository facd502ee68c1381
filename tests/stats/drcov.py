#!/usr/bin/env python3
# drcov.py WHAT FILE...: looks at files of --coverage
import os
import re
import struct
import subprocess
import sys


def read(path):
    """The modules (base, end, entry, path), and the blocks (module, first byte from there on, size)."""
    data = open(path, "rb").read()
    at = data.index(b"BB Table: ")
    end = data.index(b"\n", at)
    head = data[:at].decode().split("\n")
    assert head[:2] == ["DRCOV VERSION: 2", "DRCOV FLAVOR: drcov"], head
    n = int(re.fullmatch(r"Module Table: version 2, count (\d+)", head[2])[1])
    assert head[3] == "Columns: id, base, end, entry, path", head[3]
    modules = []
    for i, line in enumerate(head[4:-1]):
        number, base, last, entry, name = line.split(",", 4)
        assert int(number) == i
        modules.append((int(base, 16), int(last, 16), int(entry, 16), name.strip()))
    assert len(modules) == n
    table = data[end + 1 :]
    count = int(re.fullmatch(rb"BB Table: (\d+) bbs", data[at:end])[1])
    assert len(table) == 8 * count, f"{len(table)} bytes for {count} blocks"
    blocks = [(m, start, size) for start, size, m in struct.iter_unpack("<IHH", table)]
    for m, start, size in blocks:
        assert size and start + size <= modules[m][1] - modules[m][0], (m, start, size)
    assert len(set(blocks)) == len(blocks)
    return modules, blocks


def covered(path, name):
    """Addresses in a module, as its file has them."""
    modules, blocks = read(path)
    numbers = [i for i, m in enumerate(modules) if os.path.basename(m[3]) == name]
    assert numbers, f"{name} is not in {[m[3] for m in modules]}"
    fixed = first_address(modules[numbers[0]][3])
    return {
        fixed + at for m, start, size in blocks if m in numbers for at in range(start, start + size, 2)
    }


def first_address(file):
    said = subprocess.run(["arm-linux-gnueabihf-readelf", "-lW", file], capture_output=True, text=True).stdout
    return min(int(line.split()[2], 16) & ~0xFFF for line in said.split("\n") if line.split()[:1] == ["LOAD"])


def function(file, name):
    said = subprocess.run(["arm-linux-gnueabihf-nm", "-S", file], capture_output=True, text=True).stdout
    for line in said.split("\n"):
        words = line.split()
        if words[3:] == [name]:
            start = int(words[0], 16) & ~1
            return range(start, start + int(words[1], 16), 2)
    sys.exit(f"{file} has no {name}")


def peer(log, first, last):
    """What QEMU has executed from first up to last: its log with -d in_asm,exec,nochain."""
    blocks, now, ran = {}, None, set()
    for line in open(log, errors="replace"):
        if line.startswith("IN:"):
            now = None
        elif m := re.match(r"0x([0-9a-f]+):\s+([0-9a-f ]+?)  ", line):
            at = int(m[1], 16)
            if now is None:
                now = at
                blocks[now] = set()
            blocks[now] |= set(range(at, at + len(m[2].replace(" ", "")) // 2, 2))
        elif m := re.match(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", line):
            ran.add(int(m[1], 16))
    return {at for start in ran for at in blocks[start] if first <= at < last}


def main():
    what, path, *rest = sys.argv[1:]
    if what == "functions":  # FILE NAME... -NAME...: executed, from beginning to end or not at all
        file, *names = rest
        have = covered(path, os.path.basename(file))
        for name in names:
            code = set(function(file, name.lstrip("-")))
            if name[0] == "-":
                assert not code & have, f"{name[1:]} has not been executed"
            else:
                assert code & have, f"{name} has been executed"
    elif what == "peer":  # FILE LOG [FUNCTION...]: the same as QEMU's; FUNCTION...: which may differ
        file, log, *but = rest
        base, end = [m[:2] for m in read(path)[0] if os.path.basename(m[3]) == file][0]
        ours, its = covered(path, file), peer(log, base, end)
        odd = (ours ^ its) - set().union(*(function(file, f) for f in but))
        assert len(ours) > 500 or not but, len(ours)
        assert not odd, f"only ours {sorted(map(hex, odd - its))}, only the peer's {sorted(map(hex, odd - ours))}"
    elif what == "same":  # FILE: the same blocks of all modules
        assert read(path) == read(rest[0])
    elif what == "modules":  # NAME...: all of them
        have = [os.path.basename(m[3]) for m in read(path)[0]]
        assert set(rest) <= set(have), have
    elif what == "at":  # NAME NAME: two modules with the same base
        bases = {os.path.basename(m[3]): m[0] for m in read(path)[0]}
        assert bases[rest[0]] == bases[rest[1]], bases
    elif what == "entry":  # FILE: its entry point
        modules = read(path)[0]
        said = subprocess.run(["arm-linux-gnueabihf-readelf", "-h", rest[0]], capture_output=True, text=True).stdout
        entry = int(re.search(r"Entry point address:\s+(\S+)", said)[1], 16)
        found = [m for m in modules if os.path.basename(m[3]) == os.path.basename(rest[0])][0]
        assert found[2] - found[0] == entry - first_address(rest[0]), found
    else:
        sys.exit(f"drcov.py: {what}?")


main()
