#!/usr/bin/env python3
"""Sends one branch's workbook in random parts and versions, and holds the program against a model of what must come of it.

    python3 parts.py [SEEDS] [FIRST]

Each seed makes a handful of real workbooks of one branch: parts per quarter, workbooks that grow, old versions saved again,
a blanked deduction, a deleted row, a changed mark, facts added and lost, two committees, last year's file, corrected copies.
The model knows the files as they were made, never as the program reads them, and predicts for three periods which file gives
each unit, every finding about files and about what is missing, and each total.
"""

import copy
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

from common import PROGRAM, fault, finish

YEAR = 2026
OWN, OTHER = "中共东镇委员会", "中共西镇委员会"
QUARTERS = ["一季度", "二季度", "三季度", "四季度"]
MEMBERS = ["赵一山", "钱二水", "孙三木", "李四火"]
BRANCH_ITEMS = ["组织建设", "服务群众"]
PERIODS = {"2026": [0, 1, 2, 3], "2026Q2": [1], "2026Q4": [3]}

SETTINGS = f"""county = "示范县"
issuer = "中共示范县委组织部"
year = {YEAR}
register = "机构名册.xlsx"
inbox = "inbox"
scheme = "parts"
"""

SCHEME = """id = "parts"
name = "分季积分制"
version = "1"
decimals = 1
decimals_origin = "sample"
[entries]
every = "quarter"
[[item]]
name = "学习教育"
kind = "mark"
origin = "sample"
max = 20
[[item]]
name = "遵章守纪"
kind = "deduct"
origin = "sample"
max = 10
[[item]]
name = "加分"
kind = "bonus"
origin = "sample"
max = 20
reason = "加分事由"
optional = true
[poll]
origin = "sample"
columns = "评议分"
max = 20
min_ballots = 1
[adjustments]
origin = "sample"
stacking = "sum"
[[adjustments.kind]]
name = "表彰奖励"
levels = { "县级" = 2, "本局" = 1 }
[[figure]]
id = "total"
name = "年度积分"
runs = ["year"]
value = "sum(marks) + sum(deductions) + sum(bonuses) + mean(poll) + awards"
[[figure]]
id = "total"
name = "积分"
runs = ["quarter"]
value = "sum(marks) + sum(deductions) + sum(bonuses)"
[grades]
bands = [ { from = 60, name = "合格", origin = "sample" }, { to = 60, name = "不合格", origin = "sample" } ]
[publication]
year = 7
year_origin = "sample"
shorter = 5
shorter_origin = "sample"
[board]
period = "sum(marks)"
note_part = "本期。"
heading = "积分"
note = "各季度相加。"
[branch.entries]
every = "quarter"
[branch.entries.scorers]
own = "自评得分"
counts = "审核得分"
gap = 100
origin = "sample"
[[branch.item]]
name = "组织建设"
kind = "mark"
origin = "sample"
max = 50
[[branch.item]]
name = "服务群众"
kind = "mark"
origin = "sample"
max = 50
[[branch.figure]]
id = "total"
name = "支部积分"
runs = ["year", "quarter"]
value = "mean(marks)"
[branch.grades]
bands = [ { from = 60, name = "合格", origin = "sample" }, { to = 60, name = "不合格", origin = "sample" } ]
"""

# ---------------------------------------------------------------- writing workbooks


def column(at):
    return chr(ord("A") + at)


def cell(value, row, at):
    place = f"{column(at)}{row}"
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def sheet_xml(rows):
    lines = "".join(
        f'<row r="{at}">{"".join(cell(value, at, place) for place, value in enumerate(row))}</row>' for at, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'


def workbook(sheets, modified=None, returns=None):
    """The bytes of an xlsx package with these sheets, a date of saving and the mark of a corrected copy."""
    main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = [f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>']
    rels = [(f"{main}/officeDocument", "xl/workbook.xml")]
    parts = {}
    for at, (_, rows) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = sheet_xml(rows)
        types.append(f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{kind}.worksheet+xml"/>')
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, (name, _) in enumerate(sheets, 1))
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{main}"><sheets>{names}</sheets></workbook>'
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{main}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1)
    )
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}">{links}</Relationships>'
    if modified:
        parts["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f'<dcterms:modified xsi:type="dcterms:W3CDTF">{modified}</dcterms:modified></cp:coreProperties>'
        )
        rels.append(("http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml"))
        types.append('<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>')
    if returns:
        parts["docProps/custom.xml"] = (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
            ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="scorebook.returns"><vt:lpwstr>{returns}</vt:lpwstr>'
            "</property></Properties>"
        )
        rels.append((f"{main}/custom-properties", "docProps/custom.xml"))
        types.append(
            '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>'
        )
    roots = "".join(f'<Relationship Id="r{at}" Type="{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(rels))
    parts["_rels/.rels"] = f'<Relationships xmlns="{package}">{roots}</Relationships>'
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(types)}</Types>'
    )
    from io import BytesIO

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package_file:
        for name, text in parts.items():
            package_file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


# ---------------------------------------------------------------- files


class File:
    """One workbook of the branch, as it was made."""

    def __init__(self):
        self.name = self.folder = ""
        self.reported = None  # a text like 2026-04-05
        self.modified = None
        self.year = YEAR
        self.roster = True
        self.post = "书记"  # a value of the roster that may differ
        self.entries = {}  # quarter → member → [mark, deduction, bonus, reason]; a row may be missing, a value None
        self.poll = None  # member → score
        self.facts = None  # list of (member, kind, level, reason, date)
        self.branch = {}  # quarter → item → (own, reviewed)
        self.phone = "1"
        self.corrects = None

    @property
    def path(self):
        return f"{self.folder}/{self.name}" if self.folder else self.name

    def bytes(self):
        cover = [["支部名称", "东村党支部"], ["支部编码", "0101"], ["上级党组织", OWN], ["年度", self.year], ["联系电话", self.phone]]
        if self.reported:
            cover.append(["报出日期", self.reported])
        sheets = [("支部信息", cover)]
        if self.roster:
            rows = [["序号", "姓名", "类别", "职务"]]
            rows += [[at, name, "农村党员", self.post if at == 1 else None] for at, name in enumerate(MEMBERS, 1)]
            sheets.append(("党员名册", rows))
        if self.entries:
            rows = [["序号", "姓名", "期间", "学习教育", "遵章守纪", "加分", "加分事由"]]
            for quarter in sorted(self.entries):
                for name, values in self.entries[quarter].items():
                    rows.append([MEMBERS.index(name) + 1, name, QUARTERS[quarter], *values])
            sheets.append(("积分登记", rows))
        if self.poll is not None:
            rows = [["姓名", "票号", "评议分"]] + [[name, 1, score] for name, score in self.poll.items()]
            sheets.append(("民主测评", rows))
        if self.facts is not None:
            rows = [["姓名", "种类", "级别", "事由", "日期"]] + [list(fact) for fact in self.facts]
            sheets.append(("奖惩", rows))
        if self.branch:
            rows = [["项目", "期间", "自评得分", "审核得分"]]
            for quarter in sorted(self.branch):
                rows += [[item, QUARTERS[quarter], *scores] for item, scores in self.branch[quarter].items()]
            sheets.append(("支部积分", rows))
        return workbook(sheets, self.modified, self.corrects)

    # What the file has of a unit as a table of values, and whether it holds it.

    def units(self):
        found = {("支部信息", None): ({"all": "same"}, True)}
        if self.roster:
            found["党员名册", None] = ({"post": self.post}, True)
        for quarter, rows in self.entries.items():
            values = {}
            for name, (mark, deduction, bonus, reason) in rows.items():
                values |= {(name, 0): mark, (name, 1): -abs(deduction or 0) if isinstance(deduction, (int, float, type(None))) else deduction}
                values |= {(name, 2): bonus or 0, (name, 3): reason}
            written = any(value is not None for row in rows.values() for value in row)
            found["积分登记", quarter] = ({key: value for key, value in values.items() if value is not None}, written)
        if self.poll is not None:
            found["民主测评", None] = ({name: score for name, score in self.poll.items() if score is not None}, any(self.poll.values()))
        if self.facts is not None:
            found["奖惩", None] = (Counter(self.facts), bool(self.facts))
        for quarter, rows in self.branch.items():
            values = {(item, at): score for item, scores in rows.items() for at, score in enumerate(scores) if score is not None}
            found["支部积分", quarter] = (values, bool(values))
        return found


def fresh(rng, quarter):
    """A quarter's rows as a branch fills them in."""
    rows = {}
    for name in MEMBERS:
        bonus = rng.choice([None, None, 1, 2])
        rows[name] = [rng.choice([15, 16.5, 18, 20]), rng.choice([None, -1, 2, -3]), bonus, "县级表扬" if bonus else None]
    scores = {item: (rng.choice([None, 40, 45]), rng.choice([42, 44.5, 48])) for item in BRANCH_ITEMS}
    return rows, scores


def blank(quarter_rows):
    return {name: [None, None, None, None] for name in quarter_rows}


def make(rng):
    """Some files of one branch: what a year brings, in random parts."""
    truth = File()
    for quarter in range(4):
        truth.entries[quarter], truth.branch[quarter] = fresh(rng, quarter)
    truth.poll = {name: rng.choice([12, 15.5, 18]) for name in MEMBERS}
    truth.facts = [(rng.choice(MEMBERS), "表彰奖励", "县级", "先进", "2026-05-06"), (rng.choice(MEMBERS), "表彰奖励", "本局", "能手", "2026-09-01")]
    files = []
    day = 0

    def send(file, **changes):
        nonlocal day
        day += rng.choice([0, 1, 1, 20])
        month, date = 4 + day // 28, 1 + day % 28
        file = copy.deepcopy(file)
        file.reported = rng.choice([None] + [f"2026-{month:02}-{date:02}"] * 4)
        file.modified = rng.choice([None] + [f"2026-{month:02}-{date:02}T08:00:00Z"] * 5)
        for key, value in changes.items():
            setattr(file, key, value)
        file.folder = changes.get("folder", rng.choice(["", "", OWN]))
        file.name = f"{rng.choice('abcdefgh')}{len(files)}.xlsx"
        files.append(file)
        return file

    style = rng.choice(["parts", "parts", "prefilled", "grows", "whole"])
    for quarter in range(4):
        part = File()
        if style == "parts":
            part.roster = rng.random() < 0.7 or quarter == 0
            part.entries = {quarter: truth.entries[quarter]}
            part.branch = {quarter: truth.branch[quarter]}
        else:
            part.entries = {at: truth.entries[at] if at == quarter or (style == "grows" and at < quarter) else blank(MEMBERS) for at in range(4)}
            part.branch = {at: truth.branch[at] for at in range(4) if at == quarter or (style == "grows" and at < quarter)}
        if quarter == 3:
            part.poll, part.facts = truth.poll, truth.facts
        if style == "whole" and quarter < 3:
            continue
        if style == "whole":
            part = truth
        if rng.random() < 0.93:
            send(part)
    for _ in range(rng.choice([0, 1, 2, 3])):
        if not files:
            break
        old = rng.choice(files)
        changed = copy.deepcopy(old)
        quarter = rng.choice(sorted(changed.entries) or [0])
        rows = changed.entries.get(quarter, {})
        event = rng.choice(
            ["again", "again", "same bytes", "blanked", "deleted", "changed", "tie", "lost fact", "more facts", "no facts", "elsewhere", "last year", "post", "wrong word", "corrected", "cover"]
        )
        if event == "again":
            send(changed, reported=old.reported)
        elif event == "same bytes":
            # The bytes do not know in which folder they lie.
            file = send(changed, reported=old.reported, modified=old.modified)
        elif event == "blanked":
            for row in rows.values():
                row[1] = None
            send(changed)
        elif event == "deleted" and len(rows) > 1:
            del rows[rng.choice(sorted(rows))]
            send(changed)
        elif event in ("changed", "tie") and rows:
            rows[rng.choice(sorted(rows))][0] = rng.choice([5, 7])
            send(changed, **({"reported": old.reported, "modified": old.modified} if event == "tie" else {}))
        elif event == "lost fact" and changed.facts:
            changed.facts.pop(rng.randrange(len(changed.facts)))
            send(changed)
        elif event == "more facts":
            changed.facts = (changed.facts or []) + [(rng.choice(MEMBERS), "表彰奖励", "本局", "补报", "2026-11-11")]
            send(changed)
        elif event == "no facts":
            changed.facts = None
            send(changed)
        elif event == "elsewhere" and rows:
            rows[rng.choice(sorted(rows))][0] = 9
            send(changed, folder=OTHER)
        elif event == "last year":
            send(changed, year=YEAR - 1)
        elif event == "post" and changed.roster:
            changed.post = "副书记"
            send(changed)
        elif event == "wrong word" and rows:
            rows[rng.choice(sorted(rows))][0] = "优秀"
            send(changed)
        elif event == "corrected" and rows:
            for row in rows.values():
                if row[0] in (None, "优秀"):
                    row[0] = 11
            send(changed, corrects=hashlib.sha256(old.bytes()).hexdigest())
        elif event == "cover":
            send(File(), phone="2", roster=False)
    return files


# ---------------------------------------------------------------- the model


def later(one, other):
    if one.reported and other.reported and one.reported != other.reported:
        return one.reported > other.reported
    if one.modified and other.modified and one.modified != other.modified:
        return one.modified > other.modified
    return None


def joined(files, run):
    """What the files of the branch come to, put together: findings as (code, file) and who gives each unit."""
    due = PERIODS[run]
    last = max(due)
    found = Counter()
    units = {file: file.units() for file in files}
    names = {unit for own in units.values() for unit in own}

    def counts(unit):
        if unit[0] in ("民主测评", "奖惩"):
            return run == "2026"
        return unit[1] is None or unit[1] <= last

    weight = {file: sum(written for _, written in own.values()) for file, own in units.items()}
    from_file, tied = {}, {}
    for unit in sorted(names, key=str):
        having = [file for file in files if unit in units[file]]
        holding = [file for file in having if units[file][unit][1]]
        of = holding or having
        standing = [one for one in of if all(one is two or units[one][unit][0] == units[two][unit][0] or later(one, two) for two in of)]
        if standing:
            wins = lambda one: sum(bool(later(one, two)) for two in standing)
            from_file[unit] = min(standing, key=lambda one: (-wins(one), -weight[one], one.path))
        else:
            top = [one for one in of if not any(later(two, one) for two in of)]
            top = top if len(top) > 1 else of
            from_file[unit] = top[0]
            if counts(unit):
                tied[unit] = top
    for files_of in {tuple(top) for top in tied.values()}:
        for file in files_of:
            found["duplicate-submission", file.path] += 1
    gives = set(from_file.values())
    first = from_file["支部信息", None]
    if len(files) > 1:
        for file in files:
            if file not in gives:
                found["superseded-submission", file.path] += not any(file in top for top in tied.values())
            elif len(gives) > 1:
                found["joined-submission", file.path] += 1
    blanks = set()
    for unit, file in from_file.items():
        if unit[1] is not None and counts(unit) and units[file][unit][1]:
            blanks |= {(two.path, file, unit[0]) for two in gives if unit in units[two] and not units[two][unit][1] and later(two, file)}
    for path, _, _ in blanks:
        found["kept-from-earlier", path] += 1
    facts = from_file.get(("奖惩", None))
    if facts and run == "2026":
        key = lambda fact: (fact[0], fact[1], fact[4])
        has = {key(fact) for fact in facts.facts}
        lost = {key(fact) for file in files for fact in file.facts or []} - has
        found["kept-from-earlier", facts.path] += len(lost)
    # What is there, put together.
    rows = {unit[1]: file.entries[unit[1]] for unit, file in from_file.items() if unit[0] == "积分登记"}
    branch = {unit[1]: file.branch[unit[1]] for unit, file in from_file.items() if unit[0] == "支部积分"}
    if ("党员名册", None) not in from_file:
        found["missing-sheet", first.path] += 1
        return found, from_file, None
    if not rows:
        found["missing-sheet", first.path] += 1
    whole = [quarter for quarter in due if not rows.get(quarter)] if rows else []
    runs = sum(1 for at in whole if at - 1 not in whole)
    found["missing-entry", first.path] += runs
    for quarter in [at for at in range(last + 1) if at in rows]:
        for name in MEMBERS:
            row = rows[quarter].get(name)
            if row is None:
                if quarter in due and quarter not in whole:
                    found["missing-entry", first.path] += 1
            elif row[0] is None:
                found["missing-entry", from_file["积分登记", quarter].path] += 1
            elif isinstance(row[0], str):
                found["not-a-number", from_file["积分登记", quarter].path] += 1
    for unit, top in tied.items():
        # Where nothing tells which counts, each is told what is wrong in it.
        for file in top:
            if unit[0] == "积分登记" and file is not from_file[unit]:
                for row in file.entries[unit[1]].values():
                    found["missing-entry", file.path] += row[0] is None
                    found["not-a-number", file.path] += isinstance(row[0], str)
            if unit[0] == "支部积分" and file is not from_file[unit]:
                for scores in file.branch[unit[1]].values():
                    found["missing-entry", file.path] += scores[1] is None
    if not branch:
        found["missing-sheet", first.path] += 1
    for quarter in range(last + 1):
        for item in BRANCH_ITEMS:
            scores = branch.get(quarter, {}).get(item)
            if scores is None:
                if branch and quarter in due:
                    found["missing-entry", first.path] += 1
            elif scores[1] is None:
                found["missing-entry", from_file["支部积分", quarter].path] += 1
    poll = from_file.get(("民主测评", None))
    if run == "2026" and not poll:
        found["missing-sheet", first.path] += 1
    totals = {}
    for name in MEMBERS:
        total = Fraction(0)
        for quarter in due:
            mark, deduction, bonus, _ = (rows.get(quarter) or {}).get(name) or [None] * 4
            numbers = [part for part in (mark, bonus) if isinstance(part, (int, float))]
            total += sum(map(lambda part: Fraction(str(part)), numbers)) - abs(Fraction(str(deduction or 0)))
        if run == "2026":
            total += Fraction(str((poll.poll if poll else {}).get(name) or 0))
            total += sum({"县级": 2, "本局": 1}[fact[2]] for fact in (facts.facts if facts else []) if fact[0] == name)
        totals[name] = total
    return found, from_file, totals


ERRORS = {"duplicate-submission", "missing-entry", "not-a-number", "missing-sheet", "wrong-year"}


def predict(files, run):
    found = Counter()
    files = sorted(files, key=lambda file: file.path)
    seen = {}
    kept = []
    for file in sorted(files, key=lambda file: (file.folder == OTHER, file.path)):
        digest = hashlib.sha256(file.bytes()).hexdigest()
        if digest in seen:
            found["identical-submission", file.path] += 1
        else:
            seen[digest] = file
            kept.append(file)
    home = [file for file in kept if file.folder != OTHER]
    if home:
        for file in kept:
            if file.folder == OTHER:
                found["duplicate-submission", file.path, "aside"] += 1
        kept = home
    kept.sort(key=lambda file: file.path)
    right = [file for file in kept if file.year == YEAR]
    wrong = [file for file in kept if file.year != YEAR]
    wins = lambda one: sum(bool(later(one, two)) for two in wrong)
    stands = min(wrong, key=lambda one: (-wins(one), one.path)) if wrong and not right else None
    for file in wrong:
        if file is not stands:
            found["superseded-submission", file.path] += 1
    if stands:
        right = [stands]
        found["wrong-year", stands.path] += 1
    digests = {hashlib.sha256(file.bytes()).hexdigest(): file for file in right}
    waiting = [file for file in right if digests.get(file.corrects) not in (None, file)]
    active = [file for file in right if file not in waiting]
    while waiting:
        ready = [file for file in waiting if digests[file.corrects] in active]
        if not ready:
            active += waiting
            break
        base = joined(sorted(active, key=lambda file: file.path), run)[0]
        bad = {entry[1] for entry, count in base.items() if count and entry[0] in ERRORS}
        replaced = {digests[file.corrects] for file in ready if digests[file.corrects].path in bad}
        for file in replaced:
            found["superseded-submission", file.path] += 1
        active = [file for file in active if file not in replaced] + ready
        waiting = [file for file in waiting if file not in ready]
    active.sort(key=lambda file: file.path)
    own, from_file, totals = joined(active, run)
    return found + own, from_file, totals


# ---------------------------------------------------------------- the program


def observe(workspace, run):
    done = subprocess.run(
        [PROGRAM, "run", workspace, "--period", run, "--forms", "board", "--quiet", "--lang", "zh"], capture_output=True, text=True
    )
    if done.returncode not in (0, 1):
        sys.exit(f"parts: {workspace} ended with {done.returncode}\n{done.stderr}")
    out = workspace / "out" / run
    findings = [json.loads(line) for line in (out / "findings.jsonl").read_text("utf-8").splitlines()]
    results = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    return findings, {row["name"]: Fraction(row["total_exact"]) for row in results if row["subject"] == "member"}


SEEN = Counter()
TOLD = ERRORS | {"superseded-submission", "joined-submission", "identical-submission", "kept-from-earlier"}


def check(seed, folder):
    rng = random.Random(seed)
    files = make(rng)
    if not files:
        return 0
    workspace = folder / f"seed{seed}"
    (workspace / "schemes").mkdir(parents=True)
    (workspace / "scorebook.toml").write_text(SETTINGS, "utf-8")
    (workspace / "schemes/parts.toml").write_text(SCHEME, "utf-8")
    register = [["支部编码", "支部名称", "上级党组织"], ["0101", "东村党支部", OWN], ["0201", "西村党支部", OTHER]]
    (workspace / "机构名册.xlsx").write_bytes(workbook([("机构名册", register)]))
    for file in files:
        path = workspace / "inbox" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.bytes())
    compared = 0
    for run in PERIODS:
        found, from_file, totals = predict(files, run)
        findings, scored = observe(workspace, run)
        seen = Counter()
        for finding in findings:
            if finding["code"] not in TOLD or finding["branch_code"] not in ("0101", None):
                continue
            aside = ("aside",) if finding["branch_code"] is None else ()
            seen[(finding["code"], finding["file"], *aside)] += 1
        where = f"seed {seed}, {run}"
        if +found != seen:
            fault(f"{where}: findings\n  missing {dict(found - seen)}\n  too many {dict(seen - found)}")
        returned = any(entry[0] in ERRORS and len(entry) == 2 for entry, count in found.items() if count)
        expected = {} if returned or totals is None else totals
        if scored != expected:
            fault(f"{where}: totals {({name: str(total) for name, total in scored.items()})}, expected {({name: str(total) for name, total in expected.items()})}")
        gives = {}
        for (sheet, quarter), file in from_file.items():
            gives.setdefault(file.path, {}).setdefault(sheet, []).extend([] if quarter is None else [quarter])
        for finding in findings:
            if finding["code"] == "joined-submission":
                told = {}
                for part in finding["message"].rsplit("：", 1)[1].split("；"):
                    sheet, _, periods = part.partition(" ")
                    told[sheet] = sorted(QUARTERS.index(period) for period in periods.split("、") if period)
                own = {sheet: sorted(quarters) for sheet, quarters in gives.get(finding["file"], {}).items()}
                if told != own:
                    fault(f"{where}: {finding['file']} gives {told}, expected {own}")
        compared += 1
        SEEN.update(entry[0] for entry in seen.elements())
        SEEN["accepted"] += bool(scored)
    return compared


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + seeds):
            compared += check(seed, Path(folder))
    told = ", ".join(f"{code} {count}" for code, count in sorted(SEEN.items()))
    finish(f"{seeds} branches in random parts, {compared} runs compared with the model: {told}")


main()
