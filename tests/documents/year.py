#!/usr/bin/env python3
"""Lives a year with posted results: drafts, late files, corrections, second posts, withdrawal, a wrong date, a lost board,
an edited scheme, an edited record, an archive. After each step a small model of what stands, written apart from the
program, says what must be told; no record may ever change."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish, tree

TOLD = re.compile("“(.+)”(.+)公布后有变动：(.+)→(.+)")
PERIODS = {
    **{f"2026M{month:02}": f"{month}月" for month in range(1, 13)},
    **{f"2026Q{quarter}": f"{word}季度" for quarter, word in enumerate("一二三四", 1)},
    "2026H1": "上半年",
    "2026H2": "下半年",
    "2026": "全年",
}


def last_month(period):
    """The month that a period ends with: a run compares every recorded period that ends no later than its own."""
    length = {"M": 1, "Q": 3, "H": 6, "": 12}[period[4:5]]
    return length * int(period[5:] or 1)


def values(row):
    return (row["total"], row["board"], row["grade"], row["stars"], tuple(sorted(row["honours"])))


class County:
    """A workspace, and what the model says stands in it."""

    def __init__(self, folder, branches=4, members=5, seed=3, scheme="register-60"):
        self.root = folder / "county"
        self.scratch = folder / "scratch"
        self.stood = {}
        self.records = {}
        self.known = {}
        self.call("sample", self.root, "--branches", branches, "--members", members, "--scheme", scheme, "--seed", seed)
        self.register = sorted(path.name[:4] for path in (self.root / "inbox").rglob("*.xlsx"))

    def call(self, *words, expect=(0,)):
        done = subprocess.run([PROGRAM, "--quiet", "--lang", "zh", *map(str, words)], capture_output=True, text=True)
        if done.returncode not in expect:
            fault(f"{words[0]} {words[2:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def workbook(self, code):
        return next((self.root / "inbox").rglob(f"{code}-*.xlsx"))

    def edit(self, code, change):
        path = self.workbook(code)
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    def deduct(self, code, row, period, points):
        """Other points for a member of the roster in a period, in the first column of points."""

        def change(book):
            name = book["党员名册"].cell(row + 1, 2).value
            # A branch whose categories have other items has a sheet for each.
            for sheet in (sheet for sheet in book if sheet.title.startswith("积分登记")):
                heads = [cell.value for cell in sheet[1]]
                for line in sheet.iter_rows(min_row=2):
                    if line[heads.index("姓名")].value == name and line[heads.index("期间")].value == period:
                        line[heads.index("期间") + 1].value = points

        self.edit(code, change)

    def today(self, period):
        """What a run of the period alone gives, by branch and subject; worked out again after anything was touched."""
        sources = [path for path in self.root.rglob("*") if path.is_file() and not {"out", "公示存档"} & set(path.parts)]
        touched = sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sources)
        if self.known.get(period, (None,))[0] != touched:
            self.call("run", self.root, "--period", period, "--out", self.scratch, "--forms", "return", expect=(0, 1))
            self.known[period] = touched, self.rows(self.scratch / period)
        return self.known[period][1]

    def rows(self, draft):
        found = {}
        for line in (draft / "results.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["branch_code"], {})[(row["subject"], row["name"])] = values(row)
        return found

    def expected(self, period):
        """Branch, name and period of every change that a run must tell."""
        changed = set()
        for other, branches in self.stood.items():
            if last_month(other) > last_month(period):
                continue
            for code, now in self.today(other).items():
                for who, value in now.items() if code in branches else ():
                    if branches[code].get(who) != value and (value[0] is not None or who in branches[code]):
                        changed.add((code, who[1], PERIODS[other]))
        return changed

    def run(self, period, what, by_scheme=()):
        """Runs and holds what is told against the model; gives the draft."""
        done = self.call("run", self.root, "--period", period, "--forms", "board", expect=(0, 1))
        draft = self.root / "out" / period
        told, branches = set(), set()
        for line in (draft / "findings.jsonl").read_text("utf-8").splitlines():
            finding = json.loads(line)
            if finding["code"] == "changed-after-publication":
                match = TOLD.fullmatch(finding["message"])
                if match:
                    told.add((finding["branch_code"], match[1], match[2]))
                    if match[3] != "未公布" and finding["value"] != match[3]:
                        fault(f"{what}: value {finding['value']} is not the old figure of {finding['message']}")
                else:
                    branches.add(finding["branch_code"])
        wanted = self.expected(period)
        if told != {one for one in wanted if one[0] not in by_scheme} or branches != {one[0] for one in wanted if one[0] in by_scheme}:
            fault(f"{what}: told {sorted(told)} and {sorted(branches)}, not {sorted(wanted)}")
        self.unchanged(what)
        return draft, done

    def post(self, period, what, *options, only=None, refused=None, overwritten=()):
        before = {} if refused else {other: self.expected(other) for other in [period]}
        done = self.call("post", self.root, "--period", period, *options, *(word for code in only or () for word in ("--only", code)),
                         expect=(2,) if refused else (0,))
        if refused:
            if refused not in done.stderr:
                fault(f"{what}: refused with {done.stderr}, not for {refused}")
            return None
        folders = sorted((self.root / "公示存档" / period).iterdir(), key=lambda path: int(path.name))
        record = json.loads((folders[-1] / "公示.json").read_text("utf-8"))
        rows = self.rows(folders[-1])
        announced = {(one["branch_code"], one["name"], PERIODS[one["period"]]) for one in record["announced"]}
        wanted = {one for one in before[period] if one[0] in rows}
        if announced != wanted:
            fault(f"{what}: announced {sorted(announced)}, not {sorted(wanted)}")
        for one in record["announced"]:
            new = one["new"]
            value = (new["total"], new["board"], new["grade"], new["stars"], tuple(sorted(new["honours"])))
            self.stood[one["period"]].setdefault(one["branch_code"], {})[(one["subject"], one["name"])] = value
        self.stood.setdefault(period, {}).update(rows)
        kept = {path.name: path for path in (self.root / "公示存档/原件").iterdir()}
        for branch in record["branches"]:
            for one in branch["submissions"]:
                if (one["kept"] is None) != (branch["code"] in overwritten):
                    fault(f"{what}: {one['file']} is kept as {one['kept']}")
                if one["kept"] and Path(one["kept"]).name not in kept:
                    fault(f"{what}: {one['kept']} is not kept")
        if bool(overwritten) != ("没有原件可留" in done.stdout):
            fault(f"{what}: of submissions that were overwritten it says {done.stdout}")
            for board in branch["boards"]:
                if (folders[-1] / board).read_bytes() != (self.root / "out" / period / board).read_bytes():
                    fault(f"{what}: {board} is not the draft's")
        self.records[folders[-1]] = tree(folders[-1])
        self.unchanged(what)
        return record

    def news(self, period):
        """Branches whose board tells something that is not recorded: other figures than recorded, or a correction."""
        draft = self.rows(self.root / "out" / period)
        recorded = {}
        for folder in sorted((self.root / "公示存档" / period).glob("[0-9]*"), key=lambda path: int(path.name)):
            recorded.update(self.rows(folder))
        corrected = {one[0] for one in self.expected(period)}
        return sorted(code for code, rows in draft.items() if recorded.get(code) != rows or code in corrected)

    def some(self, period, chance):
        """A few of them."""
        news = self.news(period)
        return chance.sample(news, chance.randint(1, len(news)))

    def unchanged(self, what):
        for folder, files in self.records.items():
            now = tree(folder)
            now.pop("撤回.json", None)
            if now != files:
                fault(f"{what}: {folder} has changed")

    def explained(self, record, what):
        """Every member's recorded figure follows from the submissions that the record keeps, whatever lies in the inbox now."""
        period, n = record.parent.name, record.name
        for line in (record / "results.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["subject"] != "member":
                continue
            done = self.call("explain", self.root, row["name"], "--branch", row["branch_code"], "--seq", row["seq"], "--period", period,
                             "--posted", n, "--format", "json")
            told = json.loads(done.stdout)
            posted = told["posted"]["posted"]
            if (posted["total"], posted["board"], posted["grade"], posted["stars"], tuple(posted["honours"])) != values(row):
                fault(f"{what}: {row['name']} was posted as {values(row)}, explained is {posted}")
            if not told["posted"]["same"] or told["total"] != row["total"]:
                fault(f"{what}: {row['name']} is worked out as {told['total']} from the kept submissions, not {row['total']}")

    def states(self):
        lines = [json.loads(line) for line in self.call("status", self.root, "--format", "json", expect=(0, 1)).stdout.splitlines()]
        return {line["period"]: line for line in lines if "period" in line}


def settings(county, more):
    path = county.root / "scorebook.toml"
    path.write_text(path.read_text("utf-8") + more, "utf-8")


def main():
    with tempfile.TemporaryDirectory() as folder:
        county = County(Path(folder))
        first, second, third, last = county.register

        county.run("2026Q1", "a first draft")
        county.post("2026Q1", "no date", refused="--date")
        county.post("2026Q1", "a date before the last month", "--date", "2026-02-28", refused="2026-03-01")
        record = county.post("2026Q1", "some branches", "--date", "2026-04-10", only=[first, second])
        if [branch["code"] for branch in record["branches"]] != [first, second] or record["n"] != 1 or record["order"] != 1:
            fault("--only records what it names")
        county.post("2026Q1", "the others", "--date", "2026-04-10")
        county.post("2026Q1", "nothing new", "--date", "2026-04-10", refused="没有要登记的")

        county.deduct(first, 1, "一季度", -3)
        county.deduct(second, 2, "一季度", -4)
        draft, _ = county.run("2026Q1", "late files")
        if county.states()["2026Q1"]["state"] != "unposted":
            fault("status does not say that corrections are not posted")
        county.run("2026Q2", "the next quarter")
        county.post("2026Q2", "corrections on the next board", "--date", "2026-07-10")
        county.run("2026Q2", "told once")
        county.run("2026Q3", "told once, also later")

        county.run("2026Q1", "an old quarter again")
        county.post("2026Q1", "the old board anew", "--date", "2026-07-12")
        county.deduct(first, 1, "一季度", -5)
        county.run("2026Q2", "changed once more")
        for record in list(county.records):
            county.explained(record, "explained from the record")
        county.call("explain", county.root, "无此人", "--posted", "9", "--period", "2026Q1", expect=(2,))

        # A mistaken date, then the right one.
        settings(county, '\n[notice."2026Q3"]\nposted = 2026-10-09\n')
        county.run("2026Q3", "third quarter")
        county.post("2026Q3", "another date than printed", "--date", "2026-10-10", refused="2026-10-09")
        county.post("2026Q3", "the printed date")
        path = county.root / "scorebook.toml"
        path.write_text(path.read_text("utf-8").replace("posted = 2026-10-09", "posted = 2026-10-12"), "utf-8")
        county.deduct(last, 2, "四季度", -1)
        county.run("2026Q3", "the right date")
        county.deduct(last, 2, "四季度", -2)
        record = county.post("2026Q3", "the right date, and a submission overwritten since the run", overwritten=[last])
        if record["n"] != 2 or len(record["branches"]) != 4 or record["announced"]:
            fault("a corrected date records all boards again and announces nothing twice")

        # Withdrawn, the record's announcements fall back to what stood before.
        stood = json.loads(json.dumps({period: {code: [[list(who), value] for who, value in rows.items()] for code, rows in branches.items()}
                                       for period, branches in county.stood.items()}))
        county.deduct(third, 1, "二季度", -6)
        county.run("2026Q3", "before a record that will be withdrawn")
        county.post("2026Q3", "to be withdrawn")
        county.call("post", county.root, "--period", "2026Q3", "--withdraw", "3", "--reason", "贴错了")
        county.stood = {period: {code: {tuple(who): (*value[:4], tuple(value[4])) for who, value in rows} for code, rows in branches.items()}
                        for period, branches in stood.items()}
        county.run("2026Q3", "withdrawn")
        county.post("2026Q3", "the same bytes again")

        # A returned branch keeps its record and tells nothing.
        whole = county.workbook(last).read_bytes()
        county.edit(last, lambda book: book.remove(book["积分登记"]))
        county.run("2026Q3", "a returned branch")
        county.workbook(last).write_bytes(whole)

        # The scheme is edited in summer: told once per branch.
        scheme = county.root / "schemes/register-60.toml"
        scheme.parent.mkdir()
        text = (ROOT / "templates/schemes/register-60.toml").read_text("utf-8")
        edited = re.sub(r"\b100\b", "101", text)
        scheme.write_text(edited, "utf-8")
        county.run("2026Q3", "an edited scheme", by_scheme=county.register)
        shutil.rmtree(scheme.parent)

        county.run("2026", "the year")
        county.post("2026", "the year")
        county.run("2026", "the year again")
        county.call("archive", county.root, "--to", Path(folder) / "bag")
        county.call("verify", Path(folder) / "bag", "--rerun")
        kept = tree(Path(folder) / "bag/data/公示存档")
        if kept != tree(county.root / "公示存档"):
            fault("the archive does not hold every record")

        states = county.states()
        if any(line["state"] != ("archived" if line["n"] else "none") for line in states.values()):
            fault(f"after the archive: {states}")
        whole = county.workbook(last).read_bytes()
        county.deduct(last, 1, "四季度", -1)
        if county.states()["2026"]["state"] != "changed" or county.states()["2026Q1"]["state"] != "archived":
            fault("a file that came in after the archive changes the year")
        county.workbook(last).write_bytes(whole)
        if county.states()["2026"]["state"] != "archived":
            fault("the same files again are what was archived")

        # One that somebody edits is named and not compared with.
        edited = next(iter(county.records)) / "results.jsonl"
        edited.chmod(0o644)
        edited.write_text(edited.read_text("utf-8").replace('"member"', '"mamber"', 1), "utf-8")
        county.records.pop(edited.parent)
        named = county.call("status", county.root, expect=(0, 1)).stdout
        if "公示存档/2026Q1/1" not in named:
            fault("status does not name the edited record")
        finish(f"{len(county.records) + 1} records over {len(county.stood)} periods")


if __name__ == "__main__":
    sys.exit(main())
