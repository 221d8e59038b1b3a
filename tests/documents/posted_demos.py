#!/usr/bin/env python3
"""Every scheme's county posts all 19 periods of its year: run again, nothing has changed. Then one cell is changed, and the
second evaluator (tests/second), which shares no code with the program, says which recorded figures that touches.
Arguments: schemes, or all."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish

sys.path.insert(0, str(ROOT / "tests/second"))
import evaluate  # noqa: E402

SCHEMES = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"]
PERIODS = [f"2026M{month:02}" for month in range(1, 13)] + [f"2026Q{quarter}" for quarter in range(1, 5)] + ["2026H1", "2026H2", "2026"]
COMPARED = ["total", "board", "grade", "stars", "honours"]


def call(*words, expect):
    done = subprocess.run([PROGRAM, "--quiet", "--lang", "zh", *map(str, words)], capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{words[0]} {words[2:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def changed(root, period, what):
    """Branch and message of every finding about a posted figure."""
    call("run", root, "--period", period, "--forms", "board", expect=(0, 1))
    lines = (root / "out" / period / "findings.jsonl").read_text("utf-8").splitlines()
    return [one for one in map(json.loads, lines) if one["code"] == "changed-after-publication"]


def post_all(root, what):
    """Posts every period that has boards; gives these."""
    posted = []
    for period in PERIODS:
        call("run", root, "--period", period, "--forms", "board", expect=(0, 1))
        if list((root / "out" / period).rglob("考核公示栏.pdf")):
            dated = [] if period == "2026" else ["--date", "2026-12-31"]
            call("post", root, "--period", period, *dated, expect=(0,))
            posted.append(period)
    for period in PERIODS:
        for finding in changed(root, period, what):
            fault(f"{what}, {period}: nothing changed, and told is {finding['message']}")
    return posted


def change_a_cell(root, chance):
    """Another mark in one cell of 积分登记."""
    paths = sorted((root / "inbox").rglob("*.xlsx"))
    for _ in range(100):
        path = chance.choice(paths)
        book = openpyxl.load_workbook(path)
        sheet = chance.choice([sheet for sheet in book if sheet.title.startswith("积分登记")])
        heads = [str(cell.value) for cell in sheet[1]]
        row = chance.randint(2, sheet.max_row)
        columns = [at for at, head in enumerate(heads) if head not in ("序号", "姓名", "期间", "评分方", "日期", "记录人", "复核人")]
        cell = sheet[row][chance.choice(columns)]
        if isinstance(cell.value, (int, float)) and cell.value and "加分" not in heads[cell.column - 1]:
            cell.value = cell.value - 1 if cell.value >= 1 else 0
            book.save(path)
            return f"{path.name} {sheet.title} {cell.coordinate}"
    raise AssertionError("no cell to change")


def rows(root, periods):
    loaded = evaluate.load(root)
    found = {}
    for period in periods:
        for row in evaluate.evaluate(loaded, period):
            found[(period, row["branch_code"], row["subject"], row["name"], row["seq"])] = [row[key] for key in COMPARED]
    return found


def main():
    schemes = sys.argv[1:] or SCHEMES
    told = touched = 0
    for seed, scheme in enumerate(schemes, 1):
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            demo = Path(folder) / "demo"
            shutil.copytree(ROOT / f"tests/cases/clean-{scheme}", demo)
            (demo / "out").exists() and shutil.rmtree(demo / "out")
            post_all(demo, f"clean-{scheme}")
            root = Path(folder) / "county"
            call("sample", root, "--branches", 3, "--members", 6, "--scheme", scheme, "--seed", seed, expect=(0,))
            posted = post_all(root, scheme)
            before = rows(root, posted)
            where = change_a_cell(root, chance)
            after = rows(root, posted)
            wanted = sorted((key[1], key[3], key[0]) for key in before if before[key] != after[key])
            zh = {period: evaluate_name(period) for period in posted}
            found = []
            for finding in changed(root, "2026", scheme):
                name, rest = finding["message"].removeprefix("“").split("”", 1)
                found.append((finding["branch_code"], name, next(period for period in posted if rest.startswith(zh[period] + "公布后"))))
            if sorted(found) != wanted:
                fault(f"{scheme}, {where}: told {sorted(found)}, not {wanted}")
            told += len(found)
            touched += bool(wanted)
    if touched * 2 < len(schemes):
        fault(f"in {touched} of {len(schemes)} schemes the changed cell touched something")
    finish(f"{len(schemes)} schemes, 19 periods each: no false change; a changed cell touched {told} recorded figures")


def evaluate_name(period):
    """一季度 for 2026Q1."""
    number = int(period[5:] or 0)
    return {"M": f"{number}月", "Q": f"{'零一二三四'[min(number, 4)]}季度", "H": ["", "上半年", "下半年"][min(number, 2)], "": "全年"}[period[4:5]]


if __name__ == "__main__":
    sys.exit(main())
