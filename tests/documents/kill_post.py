#!/usr/bin/env python3
"""Kills `post` at random moments, and starts two at once: every record is whole, and no number is used twice. Kills it also
right behind 文号.jsonl, before the record: the next gives the letters the same numbers again. Argument: kills."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import PROGRAM, ROOT, digest, fault, finish, tree
from year import County

PERIOD, DAY = "2026Q1", "2026-04-10"


def whole(root, where):
    """Holds every record against its manifest, and what it names; gives their numbers and places in the order."""
    archive = root / "公示存档"
    folders = sorted((path for path in archive.glob("*/*") if re.fullmatch("2026.*/[0-9]+", f"{path.parent.name}/{path.name}")),
                     key=lambda path: int(path.name))
    orders = []
    for folder in folders:
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            posting = json.loads((folder / "公示.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            fault(f"{where}: {folder.name}: {error}")
            continue
        listed = {one["file"]: one["sha256"] for one in manifest["outputs"]}
        found = {path: sha for path, sha in tree(folder).items() if path not in ("manifest.json", "撤回.json")}
        if listed != found:
            fault(f"{where}: record {folder.name} is not what its manifest says")
        if posting["n"] != int(folder.name):
            fault(f"{where}: record {folder.name} says that it is {posting['n']}")
        for kept in (one["kept"] for branch in posting["branches"] for one in branch["submissions"]):
            path = archive / kept
            if not path.is_file() or digest(path) != path.stem:
                fault(f"{where}: {kept} is not what its name says")
        orders.append(posting["order"])
    if sorted(set(orders)) != sorted(orders):
        fault(f"{where}: places in the order are used twice: {orders}")
    return len(folders)


def post(root, *options):
    command = [PROGRAM, "post", root, "--period", PERIOD, "--date", DAY, "--quiet", *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def killed(county, kills, chance):
    """Each round kills one `post` and lets the next finish; then the record is withdrawn, or everything goes."""
    archive = county.root / "公示存档"
    usual = None
    for _ in range(3):
        shutil.rmtree(archive, ignore_errors=True)
        began = time.monotonic()
        post(county.root).wait()
        usual = min(usual or 60, time.monotonic() - began)
    count = {"killed": 0, "recorded": 0}
    window = usual
    for number in range(kills):
        where = f"kill {number}"
        if number % 3 == 0:
            shutil.rmtree(archive)
        else:
            last = max(int(path.name) for path in (archive / PERIOD).iterdir())
            county.call("post", county.root, "--period", PERIOD, "--withdraw", last, "--reason", "再登记一次")
        before = whole(county.root, where) if archive.exists() else 0
        process = post(county.root)
        time.sleep(chance.uniform(window * 0.3, window))
        process.kill()
        count["killed"] += process.wait() < 0
        after = whole(county.root, where) if archive.exists() else 0
        if after - before not in (0, 1):
            fault(f"{where}: {before} records became {after}")
        count["recorded"] += after - before
        window *= 0.8 if after > before else 1.25  # around the moment of the record, however busy the machine is
        ended = post(county.root).wait()
        if ended != (2 if after > before else 0):
            fault(f"{where}: the next post ended with {ended}")
        if whole(county.root, where) != before + 1:
            fault(f"{where}: the next post did not record once")
        left = [str(path.relative_to(archive)) for path in archive.rglob(".*")]
        if left:
            fault(f"{where}: a complete post leaves {left}")
        lines = (archive / "公示记录.jsonl").read_text("utf-8").splitlines()
        if len(lines) != before + 1:
            fault(f"{where}: the list has {len(lines)} lines, not {before + 1}")
    return count


def at_once(county, rounds):
    """Two at once: of the same, one records; of different branches both do, one after the other."""
    archive = county.root / "公示存档"
    first, second, *_ = county.register
    for number in range(rounds):
        where = f"two at once, round {number}"
        shutil.rmtree(archive, ignore_errors=True)
        pair = [post(county.root, "--wait") for _ in range(2)]
        if sorted(process.wait() for process in pair) != [0, 2]:
            fault(f"{where}: not exactly one recorded")
        if whole(county.root, where) != 1:
            fault(f"{where}: not one record")
        shutil.rmtree(archive)
        pair = [post(county.root, "--wait", "--only", code) for code in (first, second)]
        if [process.wait() for process in pair] != [0, 0]:
            fault(f"{where}: not both recorded: {[process.stderr.read().decode() for process in pair]}")
        if whole(county.root, where) != 2:
            fault(f"{where}: not two records")


def letters(archive):
    """Each letter that has a number and is not void: number by form, branch and member."""
    path = archive / "文号.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {(one["form"], one["branch_code"], one["seq"]): one["number"] for one in map(json.loads, lines) if not one["void"]}


def behind_the_numbers(folder, rounds):
    """Kills `post` as soon as the numbers of letters are on the disk; gives how often the record was not."""
    root = folder / "letters"
    shutil.copytree(ROOT / "tests/cases/clean-register-60", root)
    command = [PROGRAM, "run", root, "--period", "2026", "--forms", "board,warning,rectification", "--quiet"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    archive, between = root / "公示存档", 0
    record = [PROGRAM, "post", root, "--period", "2026", "--quiet"]
    for number in range(rounds):
        where = f"kill {number} behind the numbers"
        shutil.rmtree(archive, ignore_errors=True)
        process = subprocess.Popen(record, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (archive / "文号.jsonl").exists() and process.poll() is None:
            pass
        process.kill()
        process.wait()
        given = letters(archive)
        records = whole(root, where)
        between += bool(given) and records == 0
        ended = subprocess.run(record, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
        if ended != (2 if records else 0) or whole(root, where) != 1:
            fault(f"{where}: the next post ended with {ended}")
        after = letters(archive)
        if not after or given != {letter: after.get(letter) for letter in given}:
            fault(f"{where}: {given} became {after}")
        for form in {form for form, *_ in after}:
            numbers = sorted(number for (own, *_), number in after.items() if own == form)
            if numbers != list(range(1, len(numbers) + 1)):
                fault(f"{where}: {form} has numbers {numbers}")
    return between


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    chance = random.Random(int(os.environ.get("SEED", "1")))
    with tempfile.TemporaryDirectory() as folder:
        county = County(Path(folder))
        county.call("run", county.root, "--period", PERIOD, "--forms", "board", expect=(0, 1))
        submissions = tree(county.root / "inbox")
        count = killed(county, kills, chance)
        at_once(county, 5)
        if tree(county.root / "inbox") != submissions:
            fault("the inbox was changed")
        between = behind_the_numbers(Path(folder), kills)
    if kills >= 20 and not 0 < count["recorded"] < kills:
        fault(f"kills hit one side only: {count}")
    if kills >= 20 and not between:
        fault("no kill fell between the numbers and the record")
    finish(
        f"{count['killed']} of {kills} killed, {count['recorded']} had recorded; two at once five times; "
        f"{between} of {kills} killed between the numbers and the record"
    )


if __name__ == "__main__":
    sys.exit(main())
