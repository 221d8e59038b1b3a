#!/usr/bin/env python3
"""Same inputs, same bytes: whatever the threads, the day, the time zone, the locale, the folders."""

import io
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from common import WORKSPACES, fault, finish, run, tree

VARIANTS = [
    ("one thread", ["--jobs", "1"], [], {}),
    ("New York in 2031, locale C", ["--jobs", "2"], ["faketime", "2031-05-06 03:04:05"], {"TZ": "America/New_York", "LC_ALL": "C"}),
    ("Shanghai, locale zh_CN", ["--jobs", "2"], [], {"TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.UTF-8"}),
    ("terminal in English", ["--lang", "en"], [], {}),
]
PERIODS = ["2026", "2026Q3"]


def place(one, two):
    """Where two files differ: the entries of a workbook, else the first byte."""
    if one.name.endswith(".xlsx"):
        first, second = (zipfile.ZipFile(io.BytesIO(path.read_bytes())) for path in (one, two))
        names = sorted(set(first.namelist()) ^ set(second.namelist()))
        names += [name for name in first.namelist() if name in second.namelist() and first.read(name) != second.read(name)]
        return f"entries {names}" if names else "the zip's own headers"
    first, second = one.read_bytes(), two.read_bytes()
    at = next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
    return f"byte {at}: {first[at - 20 : at + 30]!r} and {second[at - 20 : at + 30]!r}"


def compare(name, one, two):
    first, second = tree(one), tree(two)
    for path in sorted(first.keys() | second.keys()):
        if path not in first or path not in second:
            fault(f"{name}: {path} is in one result only")
        elif first[path] != second[path]:
            fault(f"{name}: {path} differs at {place(one / path, two / path)}")


def main():
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for workspace in WORKSPACES:
            for period in PERIODS:
                base = Path(folder) / "base" / workspace.name
                run(workspace, base, "--period", period)
                # The same files elsewhere, with other times and in another order on disk.
                moved = Path(folder) / "移走 的" / workspace.name
                for path in sorted((p for p in workspace.rglob("*") if p.is_file()), reverse=True):
                    copy = moved / path.relative_to(workspace)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy)
                    os.utime(copy, (1_000_000_000 - compared, 1_000_000_000 - compared))
                variants = [(name, workspace, *rest) for name, *rest in VARIANTS] + [("moved workspace", moved, [], [], {})]
                for name, source, options, wrap, env in variants:
                    out = Path(folder) / name / workspace.name
                    run(source, out, "--period", period, *options, wrap=wrap, env=env)
                    compare(f"{workspace.name} {period}, {name}", base, out)
                    compared += len(tree(out))
                    shutil.rmtree(out)
                shutil.rmtree(base)
                shutil.rmtree(moved)
    if not compared:
        sys.exit("determinism: nothing was written")
    finish(f"{compared} files compared in {len(VARIANTS) + 1} settings of {len(WORKSPACES)} workspaces")


main()
