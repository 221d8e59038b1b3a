#!/usr/bin/env python3
"""Sends one branch's workbook in random parts and versions, and holds the program against a model of what must come of it.

    python3 parts.py [SEEDS] [FIRST]

Each seed makes a handful of real workbooks of one branch: parts per quarter, workbooks that grow, old versions saved again,
a blanked deduction, a deleted row, a changed mark, facts added and lost, two committees, last year's file, corrected copies.
Entries are by month or by quarter, on one sheet or on one per category, and some counties do not put files together at all.
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
MONTHS = [f"{month}月" for month in range(1, 13)]
MEMBERS = ["赵一山", "钱二水", "孙三木", "李四火"]
BRANCH_ITEMS = ["组织建设", "服务群众"]
CATEGORIES = ["农村党员", "社区党员"]
RUNS = ["2026", "2026Q2", "2026Q4"]


class Kind:
    """What the county's scheme and settings are like."""

    def __init__(self, rng):
        self.monthly = rng.random() < 0.35
        self.split = rng.random() < 0.35
        self.refuse = rng.random() < 0.15
        self.names = MONTHS if self.monthly else QUARTERS

    def of_quarter(self, quarter):
        return range(3 * quarter, 3 * quarter + 3) if self.monthly else [quarter]

    def due(self, run):
        return [at for quarter in ({"2026": range(4), "2026Q2": [1], "2026Q4": [3]}[run]) for at in self.of_quarter(quarter)]

    def sheets(self):
        return {f"积分登记-{category}": MEMBERS[2 * at : 2 * at + 2] for at, category in enumerate(CATEGORIES)} if self.split else {"积分登记": MEMBERS}

    def category(self, name):
        return CATEGORIES[MEMBERS.index(name) // 2] if self.split else CATEGORIES[0]

    def item(self, sheet):
        return "社区服务" if sheet.endswith("社区党员") else "学习教育"

    def scheme(self):
        text = SCHEME.replace('every = "quarter" # entries', f'every = "{"month" if self.monthly else "quarter"}"')
        own = 'categories = ["农村党员"]\n' if self.split else ""
        other = '[[item]]\nname = "社区服务"\nkind = "mark"\norigin = "sample"\nmax = 20\ncategories = ["社区党员"]\n' if self.split else ""
        return text.replace("#own\n", own + other)

    def settings(self):
        return SETTINGS + ('parts = "refuse"\n' if self.refuse else "")


KIND = None

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
every = "quarter" # entries
[[item]]
name = "学习教育"
kind = "mark"
origin = "sample"
max = 20
#own
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
[[veto]]
facts = ["违法犯罪"]
total = "zero"
grade = "不合格"
origin = "sample"
[[honour]]
name = "季度之星"
every = "quarter"
share = "100%"
of = "expected"
round = "floor"
origin = "sample"
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
every = "quarter" # entries
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


# Sheets of facts, each taken whole: name, headings, the attribute that holds its rows.
FACTS = [
    ("奖惩", ["姓名", "种类", "级别", "事由", "日期"], "facts"),
    ("一票否决", ["姓名", "情形", "依据", "日期"], "vetoes"),
    ("评优推荐", ["姓名", "荣誉", "期间"], "stars"),
]


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
        self.vetoes = None  # list of (member, fact, grounds, date)
        self.stars = None  # list of (member, honour, period)
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
            rows += [[at, name, KIND.category(name), self.post if at == 1 else None] for at, name in enumerate(MEMBERS, 1)]
            sheets.append(("党员名册", rows))
        if self.entries:
            for sheet, members in KIND.sheets().items():
                rows = [["序号", "姓名", "期间", KIND.item(sheet), "遵章守纪", "加分", "加分事由"]]
                for period in sorted(self.entries):
                    for name, values in self.entries[period].items():
                        if name in members:
                            rows.append([MEMBERS.index(name) + 1, name, KIND.names[period], *values])
                sheets.append((sheet, rows))
        if self.poll is not None:
            rows = [["姓名", "票号", "评议分"]] + [[name, 1, score] for name, score in self.poll.items()]
            sheets.append(("民主测评", rows))
        if self.facts is not None:
            rows = [["姓名", "种类", "级别", "事由", "日期"]] + [list(fact) for fact in self.facts]
            sheets.append(("奖惩", rows))
        for name, heads, own in FACTS[1:]:
            if getattr(self, own) is not None:
                sheets.append((name, [heads] + [list(fact) for fact in getattr(self, own)]))
        if self.branch:
            rows = [["项目", "期间", "自评得分", "审核得分"]]
            for quarter in sorted(self.branch):
                rows += [[item, KIND.names[quarter], *scores] for item, scores in self.branch[quarter].items()]
            sheets.append(("支部积分", rows))
        return workbook(sheets, self.modified, self.corrects)

    def rows(self, sheet, period):
        return {name: row for name, row in self.entries.get(period, {}).items() if name in KIND.sheets()[sheet]}

    # What the file has of a unit as a table of values, and whether it holds it.

    def units(self):
        found = {("支部信息", None): ({"all": "same"}, True)}
        if self.roster:
            found["党员名册", None] = ({"post": self.post}, True)
        for sheet, quarter in [(sheet, quarter) for sheet in KIND.sheets() for quarter in self.entries]:
            rows = self.rows(sheet, quarter)
            if not rows:
                continue
            values = {}
            for name, (mark, deduction, bonus, reason) in rows.items():
                values |= {(name, 0): mark, (name, 1): -abs(deduction or 0) if isinstance(deduction, (int, float, type(None))) else deduction}
                values |= {(name, 2): bonus or 0, (name, 3): reason}
            written = any(value is not None for row in rows.values() for value in row)
            found[sheet, quarter] = ({key: value for key, value in values.items() if value is not None}, written)
        if self.poll is not None:
            found["民主测评", None] = ({name: score for name, score in self.poll.items() if score is not None}, any(self.poll.values()))
        for name, _, own in FACTS:
            if getattr(self, own) is not None:
                found[name, None] = (Counter(getattr(self, own)), bool(getattr(self, own)))
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
    for period in range(len(KIND.names)):
        truth.entries[period], truth.branch[period] = fresh(rng, period)
    truth.poll = {name: rng.choice([12, 15.5, 18]) for name in MEMBERS}
    truth.facts = [(rng.choice(MEMBERS), "表彰奖励", "县级", "先进", "2026-05-06"), (rng.choice(MEMBERS), "表彰奖励", "本局", "能手", "2026-09-01")]
    truth.vetoes = [(rng.choice(MEMBERS), "违法犯罪", "判决书", "2026-10-08")] if rng.random() < 0.4 else []
    truth.stars = [(rng.choice(MEMBERS), "季度之星", quarter) for quarter in QUARTERS if rng.random() < 0.6]
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
            part.entries = {at: truth.entries[at] for at in KIND.of_quarter(quarter)}
            part.branch = {at: truth.branch[at] for at in KIND.of_quarter(quarter)}
        else:
            own = KIND.of_quarter(quarter)
            filled = {at for at in truth.entries if at in own or (style == "grows" and at < own[0])}
            part.entries = {at: truth.entries[at] if at in filled else blank(MEMBERS) for at in truth.entries}
            part.branch = {at: truth.branch[at] for at in filled}
        if quarter == 3:
            part.poll, part.facts, part.vetoes, part.stars = truth.poll, truth.facts, truth.vetoes, truth.stars
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
            ["again", "again", "same bytes", "blanked", "deleted", "changed", "tie", "lost fact", "more facts", "no facts", "lost veto", "more stars", "elsewhere", "last year", "post", "wrong word", "corrected", "cover"]
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
        elif event == "lost veto" and changed.vetoes:
            changed.vetoes.pop()
            send(changed)
        elif event == "more stars":
            more = (rng.choice(MEMBERS), "季度之星", rng.choice(QUARTERS))
            changed.stars = [*(changed.stars or []), *([more] if more not in (changed.stars or []) else [])]
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
    due = KIND.due(run)
    last = max(due)
    found = Counter()
    units = {file: file.units() for file in files}
    names = {unit for own in units.values() for unit in own}

    def counts(unit):
        if unit[0] in ("民主测评", "奖惩", "一票否决"):
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
    if KIND.refuse and len(gives) > 1:
        # The latest stands alone.
        for file in files:
            found["superseded-submission", file.path] += file is not first
        own, units_of, totals = joined([first], run)
        return found + own, units_of, totals
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
    keys = {
        "奖惩": lambda fact: (fact[0], fact[1], fact[4]) if run == "2026" else None,
        "一票否决": lambda fact: (fact[0], fact[1], fact[3]) if run == "2026" else None,
        "评优推荐": lambda fact: fact if QUARTERS.index(fact[2]) <= int(run[-1]) - 1 or run == "2026" else None,
    }
    of = {name: from_file.get((name, None)) for name in keys}
    for name, _, attribute in FACTS:
        if of[name]:
            all_keys = {keys[name](fact) for file in files for fact in getattr(file, attribute) or []} - {None}
            lost = all_keys - {keys[name](fact) for fact in getattr(of[name], attribute)}
            found["kept-from-earlier", of[name].path] += len(lost)
    facts = of["奖惩"]
    # What is there, put together.
    rows = {sheet: {unit[1]: file.rows(*unit) for unit, file in from_file.items() if unit[0] == sheet} for sheet in KIND.sheets()}
    branch = {unit[1]: file.branch[unit[1]] for unit, file in from_file.items() if unit[0] == "支部积分"}
    if ("党员名册", None) not in from_file:
        found["missing-sheet", first.path] += 1
        return found, from_file, None
    for sheet, members in KIND.sheets().items():
        own = rows[sheet]
        has_sheet = any(file.entries for file in files) if files else False
        if not own and not has_sheet:
            found["missing-sheet", first.path] += 1
            continue
        whole = [period for period in due if not own.get(period)]
        found["missing-entry", first.path] += sum(1 for at in whole if at - 1 not in whole)
        for period in [at for at in range(last + 1) if at in own]:
            for name in members:
                row = own[period].get(name)
                if row is None:
                    if period in due and period not in whole:
                        found["missing-entry", first.path] += 1
                elif row[0] is None:
                    found["missing-entry", from_file[sheet, period].path] += 1
                elif isinstance(row[0], str):
                    found["not-a-number", from_file[sheet, period].path] += 1
    for unit, top in tied.items():
        # Where nothing tells which counts, each is told what is wrong in it.
        for file in top:
            if unit[0] in KIND.sheets() and file is not from_file[unit]:
                for row in file.rows(*unit).values():
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
        sheet = next(sheet for sheet, members in KIND.sheets().items() if name in members)
        for quarter in due:
            mark, deduction, bonus, _ = (rows[sheet].get(quarter) or {}).get(name) or [None] * 4
            numbers = [part for part in (mark, bonus) if isinstance(part, (int, float))]
            total += sum(map(lambda part: Fraction(str(part)), numbers)) - abs(Fraction(str(deduction or 0)))
        if run == "2026":
            total += Fraction(str((poll.poll if poll else {}).get(name) or 0))
            total += sum({"县级": 2, "本局": 1}[fact[2]] for fact in (facts.facts if facts else []) if fact[0] == name)
            if any(fact[0] == name for fact in (of["一票否决"].vetoes if of["一票否决"] else [])):
                total = Fraction(0)
        stars = [fact for fact in (of["评优推荐"].stars if of["评优推荐"] else []) if fact[0] == name]
        held = {f"季度之星-{quarter}" for _, _, quarter in stars if run in ("2026", f"2026Q{QUARTERS.index(quarter) + 1}")}
        totals[name] = (total, held)
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
    return findings, {row["name"]: (Fraction(row["total_exact"]), set(row["honours"])) for row in results if row["subject"] == "member"}


SEEN = Counter()
TOLD = ERRORS | {"superseded-submission", "joined-submission", "identical-submission", "kept-from-earlier"}


def check(seed, folder):
    global KIND
    rng = random.Random(seed)
    KIND = Kind(rng)
    files = make(rng)
    if not files:
        return 0
    workspace = folder / f"seed{seed}"
    (workspace / "schemes").mkdir(parents=True)
    (workspace / "scorebook.toml").write_text(KIND.settings(), "utf-8")
    (workspace / "schemes/parts.toml").write_text(KIND.scheme(), "utf-8")
    register = [["支部编码", "支部名称", "上级党组织"], ["0101", "东村党支部", OWN], ["0201", "西村党支部", OTHER]]
    (workspace / "机构名册.xlsx").write_bytes(workbook([("机构名册", register)]))
    for file in files:
        path = workspace / "inbox" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.bytes())
    compared = 0
    for run in RUNS:
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
            fault(f"{where}: scores {scored}, expected {expected}")
        gives = {}
        for (sheet, quarter), file in from_file.items():
            gives.setdefault(file.path, {}).setdefault(sheet, []).extend([] if quarter is None else [quarter])
        for finding in findings:
            if finding["code"] == "joined-submission":
                told = {}
                for part in finding["message"].rsplit("：", 1)[1].split("；"):
                    sheet, _, periods = part.partition(" ")
                    told[sheet] = sorted(KIND.names.index(period) for period in periods.split("、") if period)
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
