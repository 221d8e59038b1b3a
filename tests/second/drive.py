"""Holds the program against the second evaluator on many small counties.

    python3 drive.py BINARY [--seeds N] [--first S] [--branches N] [--members N]
                            [--scheme ID]... [--period P]... [--tame] [--keep DIR]

For every seed it lets the program make one sample county a scheme and one county of mixed
schemes under random assign rules, rewrites their workbooks into valid ones that reach the
corners (mutate.py; --tame leaves the samples as they are), runs the program for each period
and compares every row of results.jsonl, all keys, and of results.csv with evaluate.py.  A
workbook that the program returns counts as a difference, since all of them are valid.

Needs Python 3.11 and openpyxl.  Exit 0: all equal; 1: some difference; 2: could not run.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import evaluate
import mutate

PERIODS = (["2026", "2026H1", "2026H2"] + [f"2026Q{q}" for q in range(1, 5)]
           + [f"2026M{m:02}" for m in range(1, 13)])


def call(binary, *words):
    done = subprocess.run([binary, "--quiet", *map(str, words)], capture_output=True, text=True)
    if words[0] == "sample" and done.returncode:
        print(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}", file=sys.stderr)
        sys.exit(2)
    return done


def flat(row):
    """A row of results.jsonl as results.csv writes it."""
    out = {}
    for key, value in row.items():
        for name, part in ([(f"figures.{k}", v) for k, v in value.items()] if key == "figures" else [(key, value)]):
            out[name] = ";".join(part) if isinstance(part, list) else "" if part is None else str(part)
    return out


def compare(binary, workspace, period, loaded):
    """(rows compared, differences as text) of one county and period."""
    done = call(binary, "run", workspace, "--period", period, "--forms", "board", "--jobs", "1")
    folder = workspace / "out" / period
    if done.returncode not in (0, 1):
        return 0, [f"exit {done.returncode}: {done.stderr.strip()}"]
    findings = [json.loads(line) for line in (folder / "findings.jsonl").read_text("utf-8").splitlines()]
    wrong = [f"{f['code']} {f['file']} {f['sheet']} {f['cell']} {f['message']}" for f in findings if f["severity"] == "error"]
    returned = {f["branch_code"] for f in findings if f["severity"] == "error"}
    mine = [row for row in evaluate.evaluate(loaded, period) if row["branch_code"] not in returned]
    theirs = [json.loads(line) for line in (folder / "results.jsonl").read_text("utf-8").splitlines()]
    key = lambda row: (row["branch_code"], row["seq"], row["name"])
    if list(map(key, mine)) != list(map(key, theirs)):
        return 0, wrong + [f"other rows: {len(mine)} expected, {len(theirs)} got"]
    for a, b in zip(mine, theirs):
        if a != b:
            apart = {k: (a.get(k), b.get(k)) for k in b if a.get(k) != b.get(k)}
            wrong.append(f"{' '.join(map(str, key(a)))} {a['scheme']} (expected, got): {apart}")
    with open(folder / "results.csv", encoding="utf-8-sig", newline="") as file:
        for a, b in zip(mine, csv.DictReader(file), strict=True):
            apart = {k: (v, b.get(k)) for k, v in flat(a).items() if b.get(k) != v}
            if apart:
                wrong.append(f"csv {' '.join(map(str, key(a)))} (expected, got): {apart}")
    return len(mine), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--branches", type=int, default=4)
    parser.add_argument("--members", type=int, default=12)
    parser.add_argument("--scheme", action="append")
    parser.add_argument("--period", action="append")
    parser.add_argument("--tame", action="store_true")
    parser.add_argument("--keep", help="a folder for the counties (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(args.keep or folder)
        rows = faults = 0
        for seed in range(args.first, args.first + args.seeds):
            for scheme in args.scheme or [*evaluate.SCHEMES, "mixed"]:
                county = folder / f"{scheme}-{seed}"
                some = random.Random(seed).sample(list(evaluate.SCHEMES), 4)
                call(args.binary, "sample", county, "--branches", args.branches, "--members", args.members, "--mess", 0, "--seed", seed,
                     *(sum((["--scheme", s] for s in some), []) if scheme == "mixed" else ["--scheme", scheme]))
                if not args.tame:
                    if scheme == "mixed":
                        mutate.assign(county, seed, some)
                    mutate.mutate(county, seed)
                loaded = evaluate.load(county)
                for period in args.period or PERIODS:
                    count, wrong = compare(args.binary, county, period, loaded)
                    rows += count
                    faults += len(wrong)
                    for text in wrong[:10]:
                        print(f"{county.name} {period}: {text}")
        print(f"{rows} rows compared, {faults} differences")
    sys.exit(1 if faults or not rows else 0)


if __name__ == "__main__":
    main()
