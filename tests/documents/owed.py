#!/usr/bin/env python3
"""Who owes what: a model of its own, from the settings, the schemes' files, the register and the rosters, says of each period
which branches are missing and which members are not scored. Arguments: branches, seeds."""

import json
import random
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish

RUNS = {"2026M05": "month", "2026Q2": "quarter", "2026H1": "half", "2026": "year"}
MONTHS = {"month": (5, 5), "quarter": (4, 6), "half": (1, 6), "year": (1, 12)}
SCHEMES = ["register-60", "ju-10star", "community-4", "enterprise-82", "detail-cap"]
CATEGORIES = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"]


def call(*words, expect=(0, 1)):
    done = subprocess.run([PROGRAM, "--quiet", "--lang", "zh", *map(str, words)], capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{words[0]} {words[2:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def runs_of(scheme):
    """The lengths of runs in which the scheme gives somebody a total."""
    rules = tomllib.loads((ROOT / f"templates/schemes/{scheme}.toml").read_text("utf-8"))
    figures = rules.get("figure", []) + rules.get("branch", {}).get("figure", [])
    return {run for figure in figures if figure["id"] == "total" for run in figure.get("runs", [])}


def assigned(settings, branch, category):
    scheme = settings["scheme"]
    for rule in settings.get("assign", []):
        told = {"category": category, "committee": branch["上级党组织"], "branch": branch["支部编码"]}
        if all(rule[key] == told[key] for key in told if key in rule):
            scheme = rule["scheme"]
    return scheme


def table(path, sheet=None):
    book = openpyxl.load_workbook(path, read_only=True)
    rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
    heads = next(rows)
    return [dict(zip(heads, row)) for row in rows if any(row)]


def county(folder, branches, chance):
    """A county of several schemes; some branches have sent nothing, of some of these last year's results are known."""
    root = folder / "county"
    call("sample", root, "--branches", branches, "--members", 4, "--seed", chance.randint(1, 999),
         *(word for scheme in chance.sample(SCHEMES, 3) for word in ("--scheme", scheme)))
    path = root / "scorebook.toml"
    register = table(root / "机构名册.xlsx")
    text = path.read_text("utf-8")
    if chance.random() < 0.5:
        text += f'\n[[assign]]\ncommittee = "{chance.choice(register)["上级党组织"]}"\nscheme = "{chance.choice(SCHEMES)}"\n'
    path.write_text(text, "utf-8")
    last = defaultdict(set)
    for branch in register:
        act = chance.random()
        if act < 0.4:
            next((root / "inbox").rglob(f"{branch['支部编码']}-*")).unlink()
            if act < 0.2:
                last[branch["支部编码"]] = {chance.choice(CATEGORIES) for _ in range(chance.randint(1, 2))}
        if chance.random() < 0.3:
            branch["类型"] = None
    book = openpyxl.load_workbook(root / "机构名册.xlsx")
    for line, branch in zip(book.active.iter_rows(min_row=2), register):
        line[4].value = branch["类型"]
    book.save(root / "机构名册.xlsx")
    for period in RUNS:
        before = period.replace("2026", "2025")
        lines = []
        for code, categories in last.items():
            for number, category in enumerate(sorted(categories), 1):
                row = {"year": 2025, "period": before, "committee": "", "branch_code": code, "branch": "", "seq": number, "name": "甲",
                       "category": category, "status": "正式党员", "scheme": "x", "subject": "member", "total": "1.00", "board": None,
                       "grade": None, "flags": []}
                lines.append(json.dumps(row, ensure_ascii=False) + "\n")
        (folder / "last" / before).mkdir(parents=True)
        (folder / "last" / before / "results.jsonl").write_text("".join(lines), "utf-8")
    return root, register, last


def expected(root, register, last, run):
    """Codes of those who are missing, how many members of each other branch the run does not score, and which of these owe."""
    settings = tomllib.loads((root / "scorebook.toml").read_text("utf-8"))
    missing, unscored, owing = set(), {}, set()
    for branch in register:
        scored = lambda category: run in runs_of(assigned(settings, branch, category))
        sent = next((root / "inbox").rglob(f"{branch['支部编码']}-*"), None)
        if sent:
            # Exempt members are not scored in any run, and say nothing about this one.
            members = [line for line in table(sent, "党员名册") if line["姓名"]]
            # Nor are those who come later or have gone; of them it says so.
            first, last_month = MONTHS[run]
            here = [line for line in members if (line.get("起始月") or 1) <= last_month and (line.get("截止月") or 12) >= first]
            count = sum(not scored(line["类别"]) for line in here if not line.get("免积分原因"))
            unscored |= {branch["支部编码"]: count} if count else {}
            owing |= {branch["支部编码"]} if any(scored(line["类别"]) for line in members) else set()
            continue
        own = [category for category in CATEGORIES if branch["类型"] and category == f"{branch['类型']}党员"]
        categories = last.get(branch["支部编码"]) or own or CATEGORIES
        if any(scored(category) for category in categories):
            missing.add(branch["支部编码"])
    return missing, unscored, owing


def main():
    branches, seeds = (int(word) for word in (sys.argv[1:] + ["30", "3"][len(sys.argv) - 1:]))
    count = defaultdict(int)
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            root, register, last = county(Path(folder), branches, random.Random(seed))
            for period, run in RUNS.items():
                year = ["--last-year", Path(folder) / "last"] if last else []
                out = Path(folder) / "out"
                said = json.loads(call("run", root, "--period", period, "--forms", "return", "--out", out, "--format", "json", *year))
                missing, unscored, owing = expected(root, register, last, run)
                # A file that does not fit a scheme that was assigned anew is returned: nothing of it is counted.
                unscored = {code: members for code, members in unscored.items() if code in said["accepted"]}
                owing &= set(said["returned"])
                where = f"seed {seed}, {period}"
                if set(said["missing"]) != missing:
                    fault(f"{where}: missing {sorted(said['missing'])}, not {sorted(missing)}")
                findings = [json.loads(line) for line in (out / period / "findings.jsonl").read_text("utf-8").splitlines()]
                told = {one["branch_code"] for one in findings if one["code"] == "missing-submission"}
                if told != missing:
                    fault(f"{where}: missing-submission for {sorted(told)}, not {sorted(missing)}")
                told = {one["branch_code"] for one in findings if one["code"] == "not-owed"}
                if told != set(unscored):
                    fault(f"{where}: not-owed for {sorted(told)}, not {sorted(unscored)}")
                reminded = {branch["上级党组织"] for branch in register if branch["支部编码"] in missing | owing}
                lists = {path.parent.name for path in (out / period).rglob("催报名单.pdf")}
                if lists != reminded:
                    fault(f"{where}: reminders for {sorted(lists)}, not {sorted(reminded)}")
                rows = [json.loads(line) for line in (out / period / "results.jsonl").read_text("utf-8").splitlines()]
                flagged = sum("not-scored" in row["flags"] and row["total"] is None for row in rows if row["subject"] == "member")
                if flagged != sum(unscored.values()):
                    fault(f"{where}: {flagged} rows are not scored, not {sum(unscored.values())}")
                count["missing"] += len(missing)
                count["idle"] += sum(1 for branch in register if not list((root / "inbox").rglob(f"{branch['支部编码']}-*"))) - len(missing)
                count["unscored"] += len(unscored)
    if not all(count[kind] for kind in ("missing", "idle", "unscored")):
        fault(f"nothing of a kind came up: {dict(count)}")
    finish(f"{branches} branches, {seeds} seeds: {dict(count)}")


if __name__ == "__main__":
    sys.exit(main())
