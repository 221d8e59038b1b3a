#!/usr/bin/env python3
"""Broken, lying and poisonous files in an inbox: no crash, no hang, memory bounded, a word about each of them, and the
other branches' results as if they had not been there.

The files are those of shared/demo/hostile where that folder is, and several hundred made here from real ones of every
format: cut, with bits flipped, blocks moved, blanked and doubled, and, in packages, the same inside a part. The seed is
fixed, so a fault can be found again; `--keep DIR` leaves the county there.
"""

import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from common import PROGRAM, ROOT, fault, finish

HOSTILE = Path(os.environ.get("HOSTILE", ROOT.parent / "shared/demo/hostile"))
CASES = ROOT / "tests/cases"
COUNTY = CASES / "clean-register-60"
# All are of branch 0101, whose own file is among them; the others must not notice.
BRANCH = "0101"
EACH = int(os.environ.get("MUTANTS", 36))
SECONDS = 600
# The run's own limit, and the workers'; see docs/architecture.md.
MEMORY = 1 << 30
WORKER_MEMORY = 2 << 30


def mutant(data, dice):
    """One piece of damage."""
    data = bytearray(data)
    at = dice.randrange(len(data))
    length = min(dice.choice([1, 2, 4, 16, 64, 512, 4096]), len(data) - at)
    kind = dice.randrange(7)
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        for _ in range(dice.choice([1, 1, 3, 20])):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    elif kind == 2:
        data[at : at + length] = bytes(length)
    elif kind == 3:
        data[at : at + length] = b"\xff" * length
    elif kind == 4:
        data[at:at] = data[at : at + length] * dice.choice([1, 2, 300])
    elif kind == 5:
        del data[at : at + length]
    else:
        to = dice.randrange(len(data))
        data[to : to + length] = data[at : at + length]
    return bytes(data)


def repacked(data, dice):
    """The same inside a part of a package, whose checksums are then right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = package.namelist()
        hit = dice.choice([name for name in names if package.getinfo(name).file_size])
        for name in names:
            part = package.read(name)
            made.writestr(package.getinfo(name), mutant(part, dice) if name == hit else part)
    return out.getvalue()


def originals():
    for form in sorted((CASES / "formats").iterdir()):
        if form.is_dir():
            yield from sorted(path for path in form.iterdir() if path.is_file())
    yield from sorted(path for path in (CASES / "reading").iterdir() if path.suffix in (".xls", ".xlsx", ".ods"))


def fill(inbox):
    dice = random.Random(20261122)
    for original in originals():
        data = original.read_bytes()
        packed = zipfile.is_zipfile(io.BytesIO(data))
        folder = inbox / "mutants" / f"{original.parent.name}-{original.name}"
        folder.mkdir(parents=True)
        for number in range(EACH):
            inside = packed and number % 2
            (folder / f"{number:03}{original.suffix}").write_bytes(repacked(data, dice) if inside else mutant(data, dice))
    if HOSTILE.is_dir():
        shutil.copytree(HOSTILE, inbox / "hostile")


def watch(process, peaks, stop):
    """The highest memory of the run and of its workers, from the kernel."""
    while not stop.wait(0.05):
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
            except OSError:
                continue
            pid, parent = int(entry.name), int(status["PPid"])
            peak = int(status.get("VmHWM", "0 kB").split()[0]) * 1024
            if pid == process.pid:
                peaks["run"] = max(peaks["run"], peak)
            elif parent == process.pid:
                peaks["worker"] = max(peaks["worker"], peak)


def run(workspace, out):
    start = time.monotonic()
    process = subprocess.Popen([PROGRAM, "run", workspace, "--out", out, "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    peaks, stop = {"run": 0, "worker": 0}, threading.Event()
    watcher = threading.Thread(target=watch, args=(process, peaks, stop))
    watcher.start()
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        fault(f"not done in {SECONDS} s")
        said, _ = process.communicate()
    stop.set()
    watcher.join()
    if process.returncode not in (0, 1):
        fault(f"ended with {process.returncode}: {said.decode(errors='replace')[-500:]}")
    if b"panicked" in said:
        fault("a panic reached the terminal")
    return time.monotonic() - start, peaks


def rows(out, name):
    text = (out / "2026" / name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else scratch)
        quiet, loud = scratch / "quiet", scratch / "loud"
        for county in (quiet, loud):
            shutil.copytree(COUNTY, county)
        run(quiet, quiet / "out")
        fill(loud / "inbox")
        files = [path.relative_to(loud / "inbox").as_posix() for path in (loud / "inbox").rglob("*") if path.is_file()]
        seconds, peaks = run(loud, loud / "out")
        if peaks["run"] > MEMORY:
            fault(f"the run took {peaks['run'] >> 20} MiB")
        if peaks["worker"] > WORKER_MEMORY:
            fault(f"a worker took {peaks['worker'] >> 20} MiB")

        def others(out):
            return [row for row in rows(out, "results.jsonl") if row["branch_code"] != BRANCH]

        if others(quiet / "out") != others(loud / "out"):
            fault("the results of other branches changed")
        findings = rows(loud / "out", "findings.jsonl")
        spoken = {finding["file"] for finding in findings if finding["file"]}
        spoken |= {name.split("!/")[0] for name in spoken}
        inputs = json.loads((loud / "out/2026/manifest.json").read_text("utf-8"))["inputs"]
        accepted = {row["branch_code"] for row in rows(loud / "out", "results.jsonl")}
        silent = [name for name in files if name not in spoken and not name.startswith(("第一党委", "第二党委"))]
        # Of one branch one file may be accepted, and then needs no word.
        if len(silent) > (BRANCH in accepted):
            fault(f"nothing is said about {silent[:10]}")
        if any(finding["message"].count("panic") for finding in findings):
            fault("a finding speaks of a panic")
        for finding in findings:
            said = finding["message"] + finding["hint"]
            for own in ("value", "file", "sheet"):
                said = said.replace(finding[own] or "\0", "")
            if re.search("[A-Za-z]{3,} [A-Za-z]{2,}", said):
                fault(f"a library's English reaches a clerk: {finding['message']}")
        finish(
            f"{len(files)} files, {len(inputs)} inputs, {len(findings)} findings in {seconds:.1f} s, "
            f"{peaks['run'] >> 20} MiB, workers {peaks['worker'] >> 20} MiB"
        )


main()
