#!/usr/bin/env python3
"""People and branches of a year: a death, a transfer with and one without identity numbers, one within a month, two in one
year, a 转正, a merger and a founding, with either setting of `transfers`. A model written apart from the program works out
from the workbooks and the events who is expected when, each total, and the headcount; every run of the year must give the
same, and a run of single branches what the whole county's gives them.

    python3 people.py [SEED] [SEEDS]
"""

import datetime
import json
import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import openpyxl

from common import PROGRAM, fault, finish

RUNS = {"2026M05": (5, 5), "2026Q1": (1, 3), "2026Q2": (4, 6), "2026Q3": (7, 9), "2026Q4": (10, 12), "2026H1": (1, 6), "2026": (1, 12)}
LEVELS = {"国家级": 5, "省部级": 4, "地市级": 3, "县级": 2, "本局": 1}
PENALTIES = {
    "党纪政纪处分": {"省部级": 5, "区": 5, "地市级": 4, "县级": 3, "本局": 2},
    "通报批评": {"省部级": 4, "区": 4, "地市级": 3, "县级": 2, "本局": 1},
}


def call(*words, expect=(0, 1)):
    done = subprocess.run([PROGRAM, "--quiet", "--lang", "zh", *map(str, words)], capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{words[0]} {words[2:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


class Workbook:
    """A branch's workbook, opened for changes."""

    def __init__(self, path):
        self.path = path
        self.code = path.name[:4]
        self.book = openpyxl.load_workbook(path)
        self.roster = self.book["党员名册"]

    def column(self, sheet, heading):
        heads = [cell.value for cell in sheet[1]]
        if heading not in heads:
            heads.append(heading)
            sheet.cell(1, len(heads)).value = heading
        return heads.index(heading) + 1

    def row(self, name):
        column = self.column(self.roster, "姓名")
        return next(row for row in range(2, self.roster.max_row + 1) if self.roster.cell(row, column).value == name)

    def get(self, name, heading):
        return self.roster.cell(self.row(name), self.column(self.roster, heading)).value

    def set(self, name, heading, value):
        self.roster.cell(self.row(name), self.column(self.roster, heading)).value = value

    def names(self):
        return [row[self.column(self.roster, "姓名") - 1] for row in self.roster.iter_rows(min_row=2, values_only=True) if row[1]]

    def plain(self):
        """Members of whom nothing special is told, ordinary ones first in the roster's order."""
        told = ["起始月", "截止月", "免积分原因"]
        full = [name for name in self.names() if not any(self.get(name, heading) for heading in told)]
        return [name for name in full if self.get(name, "党员状态") == "正式党员" and not self.get(name, "职务")]

    def sheet(self, kind):
        return next(sheet for sheet in self.book if sheet.title.startswith(kind))

    def keep(self, kind, wanted):
        """Drops rows of a sheet that are not wanted, by name and, on entries, month."""
        if not any(sheet.title.startswith(kind) for sheet in self.book):
            return
        sheet = self.sheet(kind)
        heads = [cell.value for cell in sheet[1]]
        for row in range(sheet.max_row, 1, -1):
            values = [cell.value for cell in sheet[row]]
            month = int(values[heads.index("期间")][:-1]) if kind == "积分登记" else None
            if not wanted(values[heads.index("姓名")], month):
                sheet.delete_rows(row)

    def add(self, other, name, first, last, **more):
        """A member of another workbook joins this one: a roster row, entries of the months, ballots."""
        seq = max(row[0] for row in self.roster.iter_rows(min_row=2, values_only=True) if row[0]) + 1
        heads = [cell.value for cell in other.roster[1]]
        source = [cell.value for cell in other.roster[other.row(name)]]
        row = self.roster.max_row + 1
        for heading, value in zip(heads, source):
            if heading in ("职务", "帮带人", "起始月", "截止月", "转入日期", "离开日期", "离开原因") or heading is None:
                continue
            self.roster.cell(row, self.column(self.roster, heading)).value = seq if heading == "序号" else value
        for heading, value in more.items():
            self.set(name, heading, value)
        source, target = other.sheet("积分登记"), self.sheet("积分登记")
        heads = [cell.value for cell in source[1]]
        for values in list(source.iter_rows(min_row=2, values_only=True)):
            if values[heads.index("姓名")] == name and first <= int(values[heads.index("期间")][:-1]) <= last:
                target.append([seq if heading == "序号" else value for heading, value in zip(heads, values)])
        # Ten ballots as this branch hands them in: one by one, or summed up.
        heads = [cell.value for cell in self.sheet("民主测评")[1]]
        summed = "票数" in heads
        for ballot in range(1, 2 if summed else 11):
            keys = {"序号": seq, "姓名": name, "票号": ballot, "票数": 10}
            self.sheet("民主测评").append([keys.get(heading, (90 if summed else 8 + ballot % 3) if heading else None) for heading in heads])

    def save(self):
        self.book.save(self.path)


class Model:
    """What the workbooks say, read apart from the program."""

    def __init__(self, books, chains, months, dead, left, each):
        self.each = each
        self.members = []
        self.marks = {}
        self.ballots = {}
        self.points = {}
        for book in books:
            heads = [cell.value for cell in book.roster[1]]
            for row in book.roster.iter_rows(min_row=2, values_only=True):
                if row[heads.index("姓名")]:
                    value = dict(zip(heads, row))
                    key = (book.code, value["姓名"])
                    own = months.get(key, (value.get("起始月") or 1, value.get("截止月") or 12))
                    self.members.append((key, value, own))
            sheet = book.sheet("积分登记")
            heads = [cell.value for cell in sheet[1]]
            for row in sheet.iter_rows(min_row=2, values_only=True):
                value = dict(zip(heads, row))
                if value.get("姓名"):
                    marks = [Fraction(str(number)) for heading, number in value.items() if heading not in ("序号", "姓名", "期间") and number is not None]
                    self.marks[(book.code, value["姓名"], int(value["期间"][:-1]))] = sum(marks, Fraction(0))
            sheet = book.sheet("民主测评")
            heads = [cell.value for cell in sheet[1]]
            for row in sheet.iter_rows(min_row=2, values_only=True):
                value = dict(zip(heads, row))
                if value.get("姓名"):
                    skip = ("序号", "姓名", "票号", "票数")
                    total = sum((Fraction(str(number)) for heading, number in value.items() if heading not in skip and number is not None), Fraction(0))
                    count, whole = self.ballots.get((book.code, value["姓名"]), (0, Fraction(0)))
                    self.ballots[(book.code, value["姓名"])] = (count + (value.get("票数") or 1), whole + total)
            if "奖惩" in book.book.sheetnames:
                sheet = book.book["奖惩"]
                heads = [cell.value for cell in sheet[1]]
                for row in sheet.iter_rows(min_row=2, values_only=True):
                    value = dict(zip(heads, row))
                    if value.get("姓名"):
                        points = LEVELS[value["级别"]] if value["种类"] == "表彰奖励" else -PENALTIES[value["种类"]][value["级别"]]
                        self.points.setdefault((book.code, value["姓名"]), []).append(points)
        self.onward = {chain[at]: (chain[at + 1], months[chain[at + 1]][0]) for chain in chains for at in range(len(chain) - 1)}
        self.before = {chain[at]: chain[:at] for chain in chains for at in range(1, len(chain))}
        # Whoever comes with a merged branch is always scored by the last one.
        merged = {key for key in left if left[key] == 7}
        self.apart = {key for chain in chains for key in chain if each and chain[0] not in merged}
        self.months = months
        self.dead = dead
        self.left = left

    def off(self, key, last):
        """Left or moved on by the end of the month."""
        return (key in self.onward and self.onward[key][1] <= last) or (key in self.left and self.left[key] <= last)

    def on_roll(self, key, last):
        """Everybody is on one roll: that of the first of his branches that he has not left."""
        return not self.off(key, last) and all(self.off(earlier, last) for earlier in self.before.get(key, [])[-1:])

    def sources(self, key, own, first, last):
        """Whose entries of each month of the run count here."""
        run = set(range(first, last + 1))
        sources = {month: key for month in run & set(range(own[0], own[1] + 1))}
        for earlier in [] if key in self.apart else self.before.get(key, []):
            low, high = self.months[earlier]
            for month in run & set(range(low, high + 1)):
                sources.setdefault(month, earlier)
        return sources

    def flags(self, key, value, own, first, last):
        """not-expected or part-year."""
        if value.get("免积分原因"):
            return set()
        if not set(range(first, last + 1)) & set(range(own[0], own[1] + 1)):
            return {"not-expected"}
        return set() if len(self.sources(key, own, first, last)) == last - first + 1 else {"part-year"}

    def total(self, key, value, own, first, last):
        moved = key in self.onward and self.onward[key][1] <= last and key not in self.apart
        if value.get("免积分原因") or self.flags(key, value, own, first, last) == {"not-expected"} or moved:
            return None
        sources = self.sources(key, own, first, last)
        total = sum((self.marks[(*source, month)] for month, source in sources.items()), Fraction(0)) / len(sources)
        if (first, last) != (1, 12):
            return total
        count, ballots = self.ballots.get(key, (0, Fraction(0)))
        if count < 10:
            return None
        earlier = [] if key in self.apart else self.before.get(key, [])
        points = [point for source in [key, *earlier] for point in self.points.get(source, [])]
        award, penalty = max([0, *points]), min([0, *points])
        return total * Fraction(4, 5) + ballots / count / 5 + award + penalty


def sheet_values(path, name):
    return {row[0]: row[1] for row in openpyxl.load_workbook(path, read_only=True)[name].iter_rows(values_only=True) if row and row[0]}


def check(model, root, run):
    first, last = RUNS[run]
    call("run", root, "--period", run, "--forms", "board,registry")
    draft = root / "out" / run
    errors = [json.loads(line) for line in (draft / "findings.jsonl").read_text("utf-8").splitlines()]
    errors = [(one["code"], one["branch_code"], one["message"]) for one in errors if one["severity"] == "error"]
    if errors:
        fault(f"{run}: errors {errors[:5]}")
    rows = {}
    for line in (draft / "results.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows[(row["branch_code"], row["name"])] = row
    roll = 0
    compared = 0
    for key, value, own in model.members:
        row = rows[key]
        wanted = model.total(key, value, own, first, last)
        got = None if row["total_exact"] is None else Fraction(row["total_exact"])
        if wanted != got:
            fault(f"{run}: {key} has {got}, not {wanted}; {row['flags']}")
        compared += 1
        if {flag for flag in row["flags"] if flag in ("not-expected", "part-year")} != model.flags(key, value, own, first, last):
            fault(f"{run}: {key} has the flags {row['flags']}, not {model.flags(key, value, own, first, last)}")
        roll += model.on_roll(key, last)
        stays = not model.off(key, last)
        moved = key in model.onward and model.onward[key][1] <= last
        if ("moved-out" in row["flags"]) != moved or ("left" in row["flags"]) != (key in model.left and model.left[key] <= last):
            fault(f"{run}: {key} has the flags {row['flags']}")
        if not stays and (row["rank"] or row["grade"] or row["stars"] or row["letter"]):
            fault(f"{run}: {key} has left and has {row}")
    # Ranks are among those who stand.
    for code in {key[0] for key in rows}:
        standing = [row for key, row in rows.items() if key[0] == code and row["rank"]]
        if any(row["rank_of"] != len(standing) for row in standing):
            fault(f"{run}: ranks of {code} count others")
    summary = sheet_values(draft / "全县汇总.xlsx", "总览")
    if summary["在册（通过的支部）"] != roll:
        fault(f"{run}: 在册 {summary['在册（通过的支部）']}, not {roll}")
    if run == "2026":
        parts = [summary.get(name) or 0 for name in ("优秀", "合格", "基本合格", "不合格", "预备不评", "免积分", "不计分")]
        if sum(parts) != roll or summary["合计（在册）"] != roll:
            fault(f"{run}: {parts} is not {roll}")
    for path in (draft / "支部").rglob("考核公示栏.xlsx"):
        text = "\n".join(str(cell) for sheet in openpyxl.load_workbook(path, read_only=True) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
        for code, name in model.dead:
            if path.parent.name.startswith(code) and name in text:
                fault(f"{run}: the board names {name}, who has died")
        for word in ("去世", "病故", "转出", "年老体弱", "长期患病"):
            if word in text:
                fault(f"{run}: {path} says {word}")
    return compared


def check_only(root, codes):
    """A run of some branches gives them what the whole county's gives."""
    rows = lambda folder: [line for line in (root / "out" / folder / "results.jsonl").read_text("utf-8").splitlines() if json.loads(line)["branch_code"] in codes]
    call("run", root, "--period", "2026", "--forms", "board", *[word for code in codes for word in ("--only", code)])
    if rows("2026-only") != rows("2026"):
        fault(f"--only {codes} gives other rows")


def main():
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    told = [county(seed) for seed in range(first, first + seeds)]
    finish(f"{seeds} counties, {sum(rows for rows, _ in told)} rows over {len(RUNS)} runs each, {sum(moves for _, moves in told)} moves")


def county(seed):
    chance = random.Random(seed)
    each = chance.random() < 0.4
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "county"
        call("sample", root, "--branches", 7, "--members", 12, "--scheme", "ju-10star", "--seed", seed)
        paths = sorted((root / "inbox").rglob("*.xlsx"), key=lambda path: path.name)
        books = [Workbook(path) for path in paths]
        one, two, three, four, five, six = books[:6]
        months, chains, dead, left = {}, [], [], {}

        def go(book, name, last, **more):
            """A member leaves a branch."""
            book.keep("积分登记", lambda who, month: who != name or month <= last)
            book.keep("民主测评", lambda who, month: who != name)
            book.keep("评优推荐", lambda who, month: who != name)
            for heading, value in more.items():
                book.set(name, heading, value)
            months[(book.code, name)] = (1, last)
            left[(book.code, name)] = last

        used = set().union(*(set(book.names()) for book in books))
        people = {book.code: [name for name in book.plain() if sum(name in other.names() for other in books) == 1] for book in books}
        dies = people[one.code].pop()
        go(one, dies, 5, 离开日期=datetime.date(2026, 5, 10), 离开原因="病故")
        dead.append((one.code, dies))

        moves = people[one.code].pop()
        two.add(one, moves, 7, 12, 转入日期=datetime.date(2026, 7, 3))
        go(one, moves, 6, 离开日期=datetime.date(2026, 6, 20), 离开原因="调出")
        months[(two.code, moves)] = (7, 12)
        chains.append([(one.code, moves), (two.code, moves)])

        # Two branches one after the other.
        moves = people[one.code].pop()
        two.add(one, moves, 4, 8, 转入日期=datetime.date(2026, 4, 2))
        three.add(one, moves, 9, 12, 转入日期=datetime.date(2026, 9, 1))
        go(one, moves, 3, 离开日期=datetime.date(2026, 3, 20), 离开原因="转出")
        go(two, moves, 8, 离开日期=datetime.date(2026, 8, 25), 离开原因="组织关系转出")
        months[(two.code, moves)], months[(three.code, moves)] = (4, 8), (9, 12)
        chains.append([(code, moves) for code in (one.code, two.code, three.code)])

        moves = people[two.code].pop()
        three.add(two, moves, 9, 12, 转入日期="2026.09", 原支部=two.book["支部信息"]["B1"].value, 身份证号=None)
        go(two, moves, 8, 离开日期="2026年8月", 离开原因="转出", 身份证号=None)
        months[(three.code, moves)] = (9, 12)
        chains.append([(two.code, moves), (three.code, moves)])

        moves = people[three.code].pop()
        one.add(three, moves, 6, 12, 转入日期=datetime.date(2026, 6, 12))
        go(three, moves, 6, 离开日期=datetime.date(2026, 6, 10), 离开原因="转出")
        months[(one.code, moves)] = (6, 12)
        chains.append([(three.code, moves), (one.code, moves)])

        confirmed = people[three.code].pop()
        three.set(confirmed, "转正日期", datetime.date(2026, 8, 12))
        if chance.random() < 0.5:
            three.set(confirmed, "党员状态", "预备党员")

        # Months that a roster writes end with its branch, and nobody votes in a branch that has gone.
        def drop(book, name):
            for kind in ("积分登记", "民主测评", "评优推荐", "奖惩", "一票否决"):
                book.keep(kind, lambda who, month: who != name)
            book.roster.delete_rows(book.row(name))

        for name in four.names():
            if (four.get(name, "起始月") or 1) > 6:
                drop(four, name)
            elif until := four.get(name, "截止月"):
                four.set(name, "截止月", min(until, 6))
                go(four, name, min(until, 6), 离开日期=datetime.date(2026, min(until, 6), 15), 离开原因="转出")
        for name in six.names():
            if (six.get(name, "截止月") or 12) < 4:
                drop(six, name)

        # Four is merged into five; five lists its people, who give no months.
        gone = [name for name in four.names() if name not in set().union(*(set(book.names()) for book in books if book is not four))]
        for name in four.names():
            if name not in gone:
                gone.append(name)
        scored = [name for name in gone if not four.get(name, "免积分原因") and not four.get(name, "起始月") and not four.get(name, "截止月")]
        for name in gone:
            if name in scored and name in used and name not in five.names():
                five.add(four, name, 7, 12)
                months[(five.code, name)] = (7, 12)
                chains.append([(four.code, name), (five.code, name)])
            months[(four.code, name)] = (four.get(name, "起始月") or 1, four.get(name, "截止月") or 6)
            # Who goes with the branch is a member through its last month.
            if not four.get(name, "截止月"):
                left[(four.code, name)] = 7
        four.keep("积分登记", lambda who, month: month <= 6)
        four.keep("民主测评", lambda who, month: False)
        four.keep("评优推荐", lambda who, month: False)

        # Six is founded in April.
        six.keep("积分登记", lambda who, month: month >= 4)
        for name in six.names():
            # A month written before the branch was founded is none of its own.
            months[(six.code, name)] = (max(six.get(name, "起始月") or 4, 4), six.get(name, "截止月") or 12)
        register = openpyxl.load_workbook(root / "机构名册.xlsx")
        sheet = register.active
        heads = next(row for row in sheet.iter_rows() if any(cell.value == "支部编码" for cell in row))
        last = len([cell for cell in heads if cell.value]) + 1
        for at, heading in enumerate(["设立月", "并入", "并入月"]):
            sheet.cell(heads[0].row, last + at).value = heading
        code = next(at for at, cell in enumerate(heads) if cell.value == "支部编码")
        for row in sheet.iter_rows(min_row=heads[0].row + 1):
            if row[code].value == six.code:
                sheet.cell(row[0].row, last).value = 4
            if row[code].value == four.code:
                sheet.cell(row[0].row, last + 1).value = five.code
                sheet.cell(row[0].row, last + 2).value = "7月"
        register.save(root / "机构名册.xlsx")
        for book in books:
            # 评优推荐 is not what this is about, and those who moved would make quotas others.
            if "评优推荐" in book.book.sheetnames:
                del book.book["评优推荐"]
            book.save()
        if each:
            settings = root / "scorebook.toml"
            settings.write_text('transfers = "each"\n' + settings.read_text("utf-8"), "utf-8")
        model = Model(books, chains, months, dead, left, each)
        compared = sum(check(model, root, run) for run in RUNS)
        check_only(root, [chance.choice([two, three]).code])
        check_only(root, [one.code, five.code])
        return compared, len(chains)


if __name__ == "__main__":
    sys.exit(main())
