#!/usr/bin/env python3
# report.py WHAT FILE...: looks at reports of --stats=json
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))


def read(path):
    return [json.loads(line) for line in open(path)]


def names(d):
    """All keys, those of lists' elements apart."""
    found = set()
    for key, value in d.items():
        if isinstance(value, dict):
            found |= {f"{key}.{k}" for k in value}
        else:
            found.add(key)
    return found


def number(d, key):
    """group.key, or list.name (~ for a blank): its count."""
    group, _, key = key.replace("~", " ").partition(".")
    if isinstance(d[group], dict):
        return d[group][key]
    return sum(row["count"] for row in d[group] if row["name"] == key)


def parts(d):
    """The parts of the time are all of it."""
    threads = d["time_ns"]["threads"]
    assert sum(d["parts_ns"].values()) == threads, d["parts_ns"]
    assert d["process"]["user_ns"] + d["process"]["system_ns"] > 0
    assert 1 << 20 < d["process"]["peak_bytes"] < 1 << 30


def main():
    what, path, *rest = sys.argv[1:]
    reports = read(path)
    if what == "keys":  # MODE: those of tests/stats/keys, neither more nor less
        mode = rest[0]
        known = set()
        for line in open(f"{here}/keys"):
            words = line.split()
            if words and words[0] in ("both", mode):
                known |= set(words[1:])
        for d in reports:
            assert names(d) == known, f"not known: {names(d) - known}; missing: {known - names(d)}"
            parts(d)
    elif what == "count":  # N: so many reports
        assert len(reports) == int(rest[0]), f"{len(reports)} reports"
    elif what == "is":  # EXPRESSION...: of group.key, evaluated with the last report; first.group.key: with the first
        for expression in rest:
            value = "".join(
                f"({number(reports[0], w[6:]) if w.startswith('first.') else number(reports[-1], w)})"
                if "." in w and not w[0].isdigit()
                else w
                for w in expression.split()
            )
            assert eval(value), f"{expression}: {value}"
    elif what == "same":  # FILE: but for times and process IDs
        others = read(rest[0])
        for a, b in zip(reports, others, strict=True):
            for key in a.keys() - {"pid", "time_ns", "parts_ns", "process"}:
                if isinstance(a[key], list):
                    a[key] = [(r["name"], r["count"]) for r in a[key]]
                    b[key] = [(r["name"], r["count"]) for r in b[key]]
                assert a[key] == b[key], f"{key}: {a[key]} {b[key]}"
    else:
        sys.exit(f"report.py: {what}?")


main()
