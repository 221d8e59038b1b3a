#!/usr/bin/env python3
"""What comparing with every recorded period of a year costs: CPU and memory of `check` with records beside those without.
Arguments: branches, and a folder that is kept and used again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import PROGRAM, fault, finish

PERIODS = [f"2026M{month:02}" for month in range(1, 13)] + [f"2026Q{quarter}" for quarter in range(1, 5)] + ["2026H1", "2026H2", "2026"]
MOST_CPU, MOST_MEMORY = 0.40, 20 << 20


def call(*words):
    """Runs the program; user and system seconds, and the largest memory of its own process."""
    process = subprocess.Popen([PROGRAM, "--quiet", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = process.stdout.read() + process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        fault(f"{words[0]} ended with {process.returncode}: {said.decode()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def listed(folder, file):
    data = (folder / file).read_bytes()
    return {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def record(workspace, period, order, draft):
    """Lays down a record of every accepted branch as `post` does, with boards of a few bytes."""
    manifest = json.loads((draft / "manifest.json").read_text("utf-8"))
    folder = workspace / "公示存档" / period / "1"
    folder.mkdir(parents=True)
    shutil.copy(draft / "results.jsonl", folder)
    digests = {one["file"]: one["sha256"] for one in manifest["inputs"]}
    branches = []
    for branch in manifest["branches"]:
        if branch["state"] == "accepted":
            boards = [f"{branch['folder']}/考核公示栏.{extension}" for extension in ("pdf", "xlsx")]
            for board in boards:
                (folder / board).parent.mkdir(parents=True, exist_ok=True)
                (folder / board).write_text(branch["code"])
            kept = [{"file": file, "sha256": digests[file], "kept": f"原件/{digests[file]}.xlsx"} for file in branch["files"]]
            branches.append({"code": branch["code"], "name": branch["name"], "last_day": None, "boards": boards, "submissions": kept})
    sources = lambda key, name: [{"name": one[name], "sha256": one["sha256"]} for one in manifest[key]]
    posting = {"format": 1, "program": manifest["version"], "order": order, "year": 2026, "period": period, "n": 1, "date": "2026-12-31",
               "printed": False, "last_day": None, "note": None, "draft_manifest": "", "schemes": sources("schemes", "id"),
               "templates": sources("templates", "name"), "branches": branches, "announced": []}
    (folder / "公示.json").write_text(json.dumps(posting, ensure_ascii=False), "utf-8")
    files = ["公示.json", "results.jsonl", *(board for branch in branches for board in branch["boards"])]
    outputs = [listed(folder, file) for file in files]
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}, ensure_ascii=False), "utf-8")
    return len(branches)


def main():
    branches = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(sys.argv[2] if len(sys.argv) > 2 else scratch) / "county"
        if not root.exists():
            call("sample", root, "--branches", branches, "--members", 22, "--scheme", "ju-10star", "--seed", 1)
        away = root.parent / "公示存档"
        kept = root / "公示存档"
        if not kept.exists() and not away.exists():
            for order, period in enumerate(PERIODS, 1):
                call("run", root, "--period", period, "--out", root.parent / "drafts", "--forms", "return")
                known = record(root, period, order, root.parent / "drafts" / period)
                shutil.rmtree(root.parent / "drafts")
                if not known:
                    fault(f"{period}: nothing was accepted")
        with_records, without = [], []
        for _ in range(3):
            with_records.append(call("check", root, "--period", "2026", "--jobs", 2))
            kept.rename(away)
            without.append(call("check", root, "--period", "2026", "--jobs", 2))
            away.rename(kept)
        cpu, plain = (min(one[0] for one in runs) for runs in (with_records, without))
        memory = min(one[1] for one in with_records) - min(one[1] for one in without)
        share = (cpu - plain) / plain
        said = f"{branches} branches, 19 records: {plain:.2f} s of CPU without, {cpu:.2f} s with, {share:.0%} more; {memory / (1 << 20):.1f} MiB more"
        if share > MOST_CPU or memory > MOST_MEMORY:
            fault(said)
        finish(said)


if __name__ == "__main__":
    sys.exit(main())
