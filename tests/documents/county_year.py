#!/usr/bin/env python3
"""A county's year from `init` to next year's blanks, written as a clerk and branches live it: a member dies, one moves with and
one without an identity number, one is confirmed, two branches become one, another is founded; parts per quarter, an old version
saved again, a deduction blanked, a row deleted, one branch sent by two committees. After each step figures worked out here, what
stands and everything told are held against the program. Lived twice: with 设置.xlsx and with scorebook.toml, byte for byte alike."""

import datetime
import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import openpyxl

from common import PROGRAM, fault, finish, tree

COMMITTEES = {"0101": "清河镇党委", "0102": "清河镇党委", "0103": "清河镇党委", "0201": "东山乡党委", "0202": "东山乡党委", "0203": "东山乡党委"}
NAMES = {"0101": "大桥村党支部", "0102": "古塘村党支部", "0103": "北门村党支部", "0201": "白沙村党支部", "0202": "竹山村党支部", "0203": "新岭村党支部"}
MEMBERS = {
    "0101": ["赵安", "钱波", "孙成", "李德", "周恩"],
    "0102": ["吴芳", "郑刚", "王海", "冯吉", "陈康"],
    "0103": ["褚安", "卫波", "蒋成", "沈德", "韩恩"],
    "0201": ["杨芳", "朱刚", "秦海", "尤吉", "许康"],
    "0202": ["何安", "吕波", "施成", "张德", "孔恩"],
    "0203": ["曹芳", "严刚", "华海"],
}
FORMS = ("设置.xlsx", "scorebook.toml")
QUARTERS = {"2026Q1": "一季度", "2026Q2": "二季度", "2026Q3": "三季度", "2026Q4": "四季度"}
DATES = {
    "一季度": ("2026-04-08", "2026-04-10"),
    "二季度": ("2026-07-08", "2026-07-10"),
    "三季度": ("2026-10-08", "2026-10-12"),
    "四季度": ("2026-12-25", "2026-12-31"),
    "全年": ("2026-12-25", "2026-12-31"),
}
BASIC = {"县名": "清源县", "行政区划代码": "360199", "发文机关": "中共清源县委组织部", "年度": 2026, "机构名册": "机构名册.xlsx",
         "收件文件夹": "收件文件夹", "默认积分制": "积分登记制", "公示电话": "0791-12380"}
TEXT = """county = "清源县"
county_code = "360199"
issuer = "中共清源县委组织部"
year = 2026
register = "机构名册.xlsx"
inbox = "收件文件夹"
scheme = "register-60"

[[assign]]
committee = "东山乡党委"
scheme = "ju-10star"

[notice]
phone = "0791-12380"
"""
CALENDAR = 'year = 2027\nnotice = "（试验用）"\ndate = "2026-11-04"\noff = ["01-01..01-03"]\nmakeup = []\n'


def identity(number):
    digits = f"36010219800101{number:03}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights)) % 11]


IDENTITY = {name: identity(number) for number, name in enumerate((name for names in MEMBERS.values() for name in names), 1)}


def is_monthly(code):
    return COMMITTEES[code] == "东山乡党委"


class Form:
    """A branch's workbook, filled in by headings as a branch does."""

    def __init__(self, blank):
        self.book = openpyxl.load_workbook(blank)

    def sheet(self, kind):
        return next(sheet for sheet in self.book if sheet.title == kind or sheet.title == f"{kind}-农村党员")

    def heads(self, kind):
        for row in self.sheet(kind).iter_rows():
            heads = {cell.value: cell.column for cell in row if cell.value}
            if "姓名" in heads:
                return row[0].row, heads
        raise AssertionError(kind)

    def rows(self, kind, **keys):
        head, heads = self.heads(kind)
        sheet = self.sheet(kind)
        return [row for row in range(head + 1, sheet.max_row + 1)
                if all(sheet.cell(row, heads[heading]).value == value for heading, value in keys.items())]

    def row(self, kind, **keys):
        """The row with these keys; made below the last one if there is none."""
        found = self.rows(kind, **keys)
        if found:
            return found[0]
        head, heads = self.heads(kind)
        sheet = self.sheet(kind)
        free = next(row for row in range(head + 1, sheet.max_row + 2) if not any(cell.value for cell in sheet[row]))
        for heading, value in keys.items():
            sheet.cell(free, heads[heading]).value = value
        return free

    def set(self, kind, keys, **values):
        row, (_, heads) = self.row(kind, **keys), self.heads(kind)
        for heading, value in values.items():
            self.sheet(kind).cell(row, heads[heading]).value = value

    def delete(self, kind, **keys):
        for row in reversed(self.rows(kind, **keys)):
            self.sheet(kind).delete_rows(row)

    def cover(self, **values):
        for row in self.book["支部信息"].iter_rows():
            if row[0].value in values:
                row[1].value = values[row[0].value]

    def items(self):
        """Columns of points: those between 期间 and what is not points."""
        _, heads = self.heads("积分登记")
        keys = ("序号", "姓名", "期间", "加分", "加分事由", "记录人", "复核人", "评分方")
        return [heading for heading in heads if heading not in keys]

    def save(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)


class County:
    def __init__(self, folder, form):
        self.root = folder / "清源县"
        self.form = form
        self.blanks = {}
        self.digests = {}
        self.began(folder)

    def call(self, *words, expect=(0,)):
        done = subprocess.run([PROGRAM, "--quiet", "--lang", "zh", *map(str, words)], capture_output=True, text=True)
        if done.returncode not in expect:
            fault(f"{self.form}: {words[0]} {words[2:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def began(self, folder):
        """`init`, settings, register, calendar, `doctor`, the county's own list of members, blanks."""
        self.call("init", self.root)
        if self.form == "设置.xlsx":
            path = self.root / self.form
            book = openpyxl.load_workbook(path)
            for row in book["基本设置"].iter_rows():
                if row[0].value in BASIC:
                    row[1].value = BASIC[row[0].value]
            book["积分制分配"]["B4"], book["积分制分配"]["D4"] = "东山乡党委", "评星定格积分制"
            for at, (period, dates) in enumerate(DATES.items(), 4):
                for column, value in enumerate((period, *dates), 1):
                    book["日期"].cell(at, column).value = value
            book.save(path)
        else:
            (self.root / "设置.xlsx").unlink()
            keys = {"全年": "2026"} | {word: period for period, word in QUARTERS.items()}
            dates = "".join(f'\n[notice."{keys[word]}"]\nposted = {posted}\n[collect."{keys[word]}"]\ndue = {due}\n'
                            for word, (due, posted) in DATES.items())
            (self.root / "scorebook.toml").write_text(TEXT + dates, "utf-8")
        (self.root / "calendar").mkdir()
        (self.root / "calendar/2027.toml").write_text(CALENDAR, "utf-8")
        self.register({code: {} for code in NAMES if code != "0203"} | {"0203": {"设立月": 7}})
        self.call("doctor", self.root)
        members = openpyxl.Workbook()
        members.active.append(["清源县党员花名册"])
        members.active.append(["序号", "姓名", "性别", "民族", "身份证号", "出生日期", "入党时间", "人员类别", "所在党支部"])
        for code, names in MEMBERS.items():
            for name in names:
                status = "预备党员" if name == "陈康" else "正式党员"
                members.active.append([None, name, "男", "汉族", IDENTITY[name], "1980-01-01", "2005-07-01", status, NAMES[code]])
        members.save(folder / "花名册.xlsx")
        said = self.call("issue", self.root, "--roster-from", folder / "花名册.xlsx").stdout
        if "28 行有身份证号" not in said:
            fault(f"{self.form}: issue says {said}")
        self.blanks = {path.name[:4]: path for path in (self.root / "issue").rglob("0*.xlsx")}

    def register(self, rows):
        path = self.root / "机构名册.xlsx"
        book = openpyxl.load_workbook(path)
        sheet = book["机构名册"]
        heads = {cell.value: cell.column for cell in sheet[3]}
        for at, (code, more) in enumerate(rows.items(), 4):
            values = {"支部编码": code, "支部名称": NAMES[code], "上级党组织": COMMITTEES[code], "类型": "农村", **more}
            for heading, value in values.items():
                sheet.cell(at, heads[heading]).value = value
        book.save(path)

    def file(self, name):
        return self.root / "收件文件夹" / name

    def run(self, period, told, expect):
        """Runs a period; everything told must be these codes by branch. Gives rows by branch and name."""
        self.call("run", self.root, "--period", period, "--forms", "board,registry,yearly", expect=(expect,))
        draft = self.root / "out" / period
        found = []
        for line in (draft / "findings.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            found.append((one["code"], one["branch_code"]))
        counted = sorted({one: found.count(one) for one in found}.items(), key=str)
        wanted = sorted(told.items(), key=str)
        if counted != wanted:
            fault(f"{self.form}, {period}: told {[one for one in counted if one not in wanted]}, not {[one for one in wanted if one not in counted]}")
        for name in ("results.jsonl", "findings.jsonl"):
            self.digests.setdefault(period, []).append((name, tree(draft)[name]))
        rows = {}
        for line in (draft / "results.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            rows[(row["branch_code"], row["name"])] = row
        return rows

    def board(self, period, code):
        """What the board of a branch says, all of it."""
        path = next((self.root / "out" / period / "支部").glob(f"{code}-*/考核公示栏.xlsx"))
        return "\n".join(str(cell) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)

    def post(self, period, n, codes, announced=()):
        done = json.loads(self.call("post", self.root, "--period", period, "--format", "json").stdout)
        record = json.loads((self.root / "公示存档" / period / str(n) / "公示.json").read_text("utf-8"))
        if done["n"] != n or [branch["code"] for branch in record["branches"]] != codes:
            fault(f"{self.form}, {period}: recorded {done['n']} of {[branch['code'] for branch in record['branches']]}, not {n} of {codes}")
        said = sorted((one["branch_code"], one["name"], one["period"]) for one in record["announced"])
        if said != sorted(announced):
            fault(f"{self.form}, {period}: announced {said}, not {sorted(announced)}")

    def headcount(self, roll):
        """全县汇总 adds up: members by grade and those without one are those on the roll."""
        book = openpyxl.load_workbook(self.root / "out/2026/全县汇总.xlsx", read_only=True)
        values = {row[0]: row[1] for row in book["总览"].iter_rows(values_only=True) if row and row[0]}
        parts = [values.get(name) or 0 for name in ("优秀", "合格", "基本合格", "不合格", "预备不评", "免积分", "不计分")]
        if values.get("合计（在册）") != roll or sum(parts) != roll:
            fault(f"{self.form}: on the roll are {values.get('合计（在册）')}, by grade {parts}, not {roll}")

    def held(self, what, rows, totals):
        """Totals of the members named, none for one without."""
        for key, total in totals.items():
            row = rows.get(key)
            shown = None if total is None else f"{float(total):.2f}"
            if row is None or row["total"] != shown:
                fault(f"{self.form}, {what}: {key} has {row and row['total']}, not {shown}")


class Branches:
    """What each branch hands in, filled quarter by quarter into its blank."""

    def __init__(self, county):
        self.county = county
        self.forms = {code: Form(blank) for code, blank in county.blanks.items()}
        self.names = {code: list(names) for code, names in MEMBERS.items()}

    def fill(self, code, quarter, day, names=None, form=None):
        """The rows of a quarter: a point deducted from each branch's first member, or marks of 9 and a little more for each."""
        form = form or self.forms[code]
        for name in names or self.names[code]:
            if is_monthly(code):
                for month in range(3 * quarter - 2, 3 * quarter + 1):
                    marks = dict.fromkeys(form.items(), 9)
                    marks[form.items()[0]] = 9 + more(name)
                    form.set("积分登记", {"姓名": name, "期间": f"{month}月"}, **marks)
            else:
                deducted = {form.items()[0]: 0, form.items()[1]: -1 if MEMBERS_BY_NAME[name] == 0 else None}
                form.set("积分登记", {"姓名": name, "期间": "一二三四"[quarter - 1] + "季度"}, **deducted)
        form.cover(填报人="经办人", 报出日期=day)

    def poll(self, code, ballots, names=None):
        form = self.forms[code]
        _, heads = form.heads("民主测评")
        points = [heading for heading in heads if heading not in ("序号", "姓名", "票号")]
        for name in names or self.names[code]:
            for ballot in range(1, ballots + 1):
                form.set("民主测评", {"姓名": name, "票号": ballot}, **dict.fromkeys(points, 9 if is_monthly(code) else 18))

    def join(self, code, name, **values):
        """A roster row below the last one."""
        form = self.forms[code]
        head, heads = form.heads("党员名册")
        numbers = [form.sheet("党员名册").cell(row, heads["序号"]).value for row in range(head + 1, head + 20)]
        seq = max(number for number in numbers if isinstance(number, int)) + 1
        form.set("党员名册", {"姓名": name}, 序号=seq, 党员状态="正式党员", 类别="农村党员", **values)

    def send(self, code, name=None):
        self.forms[code].save(self.county.file(f"{COMMITTEES[code]}/{name or f'{code}.xlsx'}"))


def more(name):
    """Tenths that a member's first item is above the others."""
    return MEMBERS_BY_NAME[name] / 10


MEMBERS_BY_NAME = {name: at for names in MEMBERS.values() for at, name in enumerate(names)}


def quarterly(name, quarters):
    return 60 - (quarters if MEMBERS_BY_NAME[name] == 0 else 0)


def monthly(name):
    return Fraction(90) + Fraction(MEMBERS_BY_NAME[name], 10)


def everybody(codes, gone=()):
    return [(code, name) for code in codes for name in MEMBERS[code] if name not in gone]


def row_deleted(county, told):
    """A branch deletes a row of the quarter: it is returned, and the marked copy has the row again, above the line for signatures."""
    path = county.file("清河镇党委/0102.xlsx")
    form = Form(path)
    form.delete("积分登记", 姓名="冯吉", 期间="四季度")
    form.save(path)
    county.run("2026Q4", told | {("missing-entry", "0102"): 1}, 1)
    marked = Form(next((county.root / "out/2026Q4/支部").glob("0102-*/0102-标注.xlsx")))
    sheet = marked.sheet("积分登记")
    _, heads = marked.heads("积分登记")
    rows = marked.rows("积分登记", 姓名="冯吉", 期间=None)
    signed = [row[0].row for row in sheet.iter_rows() if "签字" in str(row[0].value)]
    if len(rows) != 1 or not signed or not rows[0] < signed[0]:
        fault(f"{county.form}: the marked copy has the deleted row at {rows}, signatures at {signed}")
    if sheet.cell(rows[0], heads["期间"]).fill.fgColor.rgb != "FFFF5050":
        fault(f"{county.form}: what is to be filled in of the deleted row is not red")


def live(folder, form):
    county = County(folder, form)
    sent = Branches(county)
    five = ["0101", "0102", "0103", "0201", "0202"]

    # First quarter. 0103 sends a file per quarter, the others one that grows.
    for code in five:
        sent.fill(code, 1, "2026-04-01")
    sent.forms["0101"].set("积分登记", {"姓名": "孙成", "期间": "一季度"}, 组织生活=-3)
    for code in five:
        sent.send(code, "北门一季度.xlsx" if code == "0103" else None)
    old = county.file("清河镇党委/0102.xlsx").read_bytes()
    rows = county.run("2026Q1", {}, 0)
    totals = {key: monthly(key[1]) if is_monthly(key[0]) else quarterly(key[1], 1) for key in everybody(five)}
    totals[("0101", "孙成")] -= 3
    county.held("first quarter", rows, totals)
    if any(key[0] == "0203" for key in rows):
        fault(f"{form}: a branch that is founded in July owes nothing in April")
    county.post("2026Q1", 1, five)

    # Second quarter: a death, a deduction that is blanked, a quarter in a file of its own, an old version saved again, one branch
    # sent by two committees.
    dead = "周恩"
    sent.forms["0101"].set("党员名册", {"姓名": dead}, 离开日期=datetime.date(2026, 5, 20), 离开原因="去世")
    sent.forms["0101"].set("积分登记", {"姓名": "孙成", "期间": "一季度"}, 组织生活=None)
    sent.fill("0101", 2, "2026-07-01", [name for name in MEMBERS["0101"] if name != dead])
    for code in ("0102", "0201", "0202"):
        sent.fill(code, 2, "2026-07-01")
    part = Form(county.blanks["0103"])
    sent.fill("0103", 2, "2026-07-02", form=part)
    part.save(county.file("清河镇党委/北门二季度.xlsx"))
    for code in ("0101", "0102", "0201", "0202"):
        sent.send(code)
    strange = Form(county.file("清河镇党委/0102.xlsx"))
    strange.set("积分登记", {"姓名": "吴芳", "期间": "二季度"}, 组织生活=-9)
    strange.save(county.file("东山乡党委/古塘村.xlsx"))
    county.file("清河镇党委/0102旧表.xlsx").write_bytes(old)
    again = Form(county.file("清河镇党委/0102旧表.xlsx"))
    again.save(county.file("清河镇党委/0102旧表.xlsx"))
    rows = county.run("2026Q2", {
        ("changed-after-publication", "0101"): 1,
        ("duplicate-submission", None): 1,
        ("joined-submission", "0103"): 2,
        ("kept-from-earlier", "0103"): 1,
        ("superseded-submission", "0102"): 1,
    }, 1)
    totals = {key: monthly(key[1]) if is_monthly(key[0]) else quarterly(key[1], 2) for key in everybody(five, [dead])}
    county.held("second quarter", rows, totals)
    if rows[("0101", dead)]["flags"] != ["part-year", "left"] or rows[("0101", dead)]["rank"] is not None:
        fault(f"{form}: the dead man is {rows[('0101', dead)]}")
    board = county.board("2026Q2", "0101")
    if dead in board or "去世" in board or "孙成一季度原公布97.00分，现为100.00分" not in board:
        fault(f"{form}: the board of 0101 says {board}")
    county.post("2026Q2", 1, five, [("0101", "孙成", "2026Q1")])

    # Third quarter: two move, one of them without an identity number; one is confirmed; 0202 has become part of 0201, and 0203 is
    # founded.
    county.register({code: {} for code in NAMES} | {"0202": {"并入": "0201", "并入月": 7}, "0203": {"设立月": 7}})
    moved, other = "钱波", "韩恩"
    sent.forms["0101"].set("党员名册", {"姓名": moved}, 离开日期=datetime.date(2026, 6, 30), 离开原因="转出")
    sent.join("0102", moved, 身份证号=IDENTITY[moved], 转入日期=datetime.date(2026, 7, 1), 原支部=NAMES["0101"])
    def quarter_of_0103():
        """Its next file: the blank again, with what the roster says now."""
        sent.forms["0103"] = Form(county.blanks["0103"])
        sent.forms["0103"].set("党员名册", {"姓名": other}, 离开日期=datetime.date(2026, 6, 30), 离开原因="转出", 身份证号=None)

    quarter_of_0103()
    sent.join("0101", other, 转入日期=datetime.date(2026, 7, 1), 原支部=NAMES["0103"])
    sent.forms["0102"].set("党员名册", {"姓名": "陈康"}, 转正日期=datetime.date(2026, 8, 1))
    sent.names["0101"] = [name for name in MEMBERS["0101"] if name not in (dead, moved)] + [other]
    sent.names["0102"].append(moved)
    sent.names["0103"].remove(other)
    for name in MEMBERS["0202"]:
        sent.join("0201", name, 身份证号=IDENTITY[name])
        sent.names["0201"].append(name)
    later = ["0101", "0102", "0103", "0201", "0203"]
    for code in later:
        sent.fill(code, 3, "2026-10-01")
    for code in later:
        sent.send(code, "北门三季度.xlsx" if code == "0103" else None)
    told = {
        ("duplicate-submission", None): 1,
        ("joined-submission", "0103"): 3,
        ("kept-from-earlier", "0103"): 3,
        ("missing-id", "0101"): 1,
        ("missing-id", "0103"): 1,
        ("superseded-submission", "0102"): 1,
        ("transferred-member", "0101"): 2,
        ("transferred-member", "0102"): 1,
        ("transferred-member", "0103"): 1,
        ("transferred-member", "0201"): 5,
        ("transferred-member", "0202"): 5,
    }
    rows = county.run("2026Q3", told, 1)
    totals = {}
    for code in later:
        for name in sent.names[code]:
            totals[(code, name)] = monthly(name) if is_monthly(code) else quarterly(name, 3)
    totals |= {("0101", moved): None, ("0103", other): None, ("0101", dead): None}
    county.held("third quarter", rows, totals)
    county.post("2026Q3", 1, later)

    # Fourth quarter and the year's ballots; then a file that lacks a commendation of the one before.
    quarter_of_0103()
    for code in later:
        sent.fill(code, 4, "2026-12-20")
        sent.poll(code, 10 if is_monthly(code) else 1)
    for name, level in (("杨芳", "县级"), ("朱刚", "本局")):
        sent.forms["0201"].set("奖惩", {"姓名": name}, 种类="表彰奖励", 级别=level, 事由="先进个人", 日期="2026-05-01")
    for code in later:
        sent.send(code, "北门四季度.xlsx" if code == "0103" else None)
    fourth = told | {("joined-submission", "0103"): 4, ("kept-from-earlier", "0103"): 6}
    row_deleted(county, fourth)
    sent.send("0102")
    rows = county.run("2026Q4", fourth, 1)
    county.held("fourth quarter", rows, {("0203", "曹芳"): monthly("曹芳"), ("0102", moved): quarterly(moved, 4)})
    county.post("2026Q4", 1, later)
    sent.forms["0201"].delete("奖惩", 姓名="朱刚")
    sent.forms["0201"].cover(报出日期="2026-12-24")
    sent.send("0201", "0201补.xlsx")
    more_told = {("kept-from-earlier", "0201"): 1, ("superseded-submission", "0201"): 1}
    rows = county.run("2026", told | {("joined-submission", "0103"): 4, ("kept-from-earlier", "0103"): 6} | more_told, 1)
    totals = {}
    for code in later:
        for name in sent.names[code]:
            year = monthly(name) * Fraction(4, 5) + 18 if is_monthly(code) else quarterly(name, 4) + 18
            totals[(code, name)] = year + (2 if name == "杨芳" else 0)
    totals |= {("0101", moved): None, ("0103", other): None, ("0101", dead): None, ("0202", "何安"): None}
    county.held("the year", rows, totals)
    if rows[("0102", "陈康")]["status"] != "正式党员" or rows[("0102", "陈康")]["grade"] is None:
        fault(f"{form}: who became a full member in August is {rows[('0102', '陈康')]}")
    county.headcount(27)
    county.post("2026", 1, later)
    return county


def next_year(county, folder):
    """The archive, and the next year's blanks from it."""
    bag = folder / "归档"
    county.call("archive", county.root, "--to", bag, "--incomplete", "重复报送一份，已核对", expect=(0, 1))
    county.call("verify", bag, "--rerun")
    if tree(bag / "data/公示存档") != tree(county.root / "公示存档"):
        fault(f"{county.form}: the archive does not hold every record")
    new = folder / "清源县2027"
    county.call("init", new, "--from", county.root)
    register = openpyxl.load_workbook(new / "机构名册.xlsx")["机构名册"]
    codes = [row[0].value for row in register.iter_rows(min_row=4) if row[0].value]
    if codes != ["0101", "0102", "0103", "0201", "0203"]:
        fault(f"{county.form}: next year's register has {codes}")
    said = county.call("issue", new, "--roster-from", bag).stdout
    if "27 行有身份证号" not in said and "26 行有身份证号" not in said:
        fault(f"{county.form}: next year's blanks: {said}")
    wanted = {"0101": ["赵安", "孙成", "李德", "韩恩"], "0102": [*MEMBERS["0102"], "钱波"], "0103": ["褚安", "卫波", "蒋成", "沈德"],
              "0201": [*MEMBERS["0201"], *MEMBERS["0202"]], "0203": MEMBERS["0203"]}
    for code, names in wanted.items():
        form = Form(next((new / "issue").rglob(f"{code}-*.xlsx")))
        head, heads = form.heads("党员名册")
        rows = [[form.sheet("党员名册").cell(row, heads[heading]).value for heading in ("姓名", "党员状态", "离开日期", "转入日期")]
                for row in range(head + 1, head + 1 + len(names))]
        if [row[0] for row in rows] != names or any(row[1:] != ["正式党员", None, None] for row in rows):
            fault(f"{county.form}: next year's roster of {code} is {rows}")
        entries = {form.sheet("积分登记").cell(row, form.heads("积分登记")[1]["姓名"]).value for row in range(4, form.sheet("积分登记").max_row)}
        if entries - {None} != set(names):
            fault(f"{county.form}: next year's entries of {code} are for {entries}")
    if (new / "设置.xlsx").exists():
        (new / "calendar/2027.toml").exists() or fault(f"{county.form}: the calendar did not come along")
    county.call("doctor", new, expect=(0, 1))


def main():
    lives = {}
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            county = live(Path(folder), form)
            next_year(county, Path(folder))
            lives[form] = county.digests
    one, other = lives.values()
    if one != other:
        fault("the two forms of settings give different results")
    finish(f"{sum(map(len, one.values()))} runs, twice")


if __name__ == "__main__":
    sys.exit(main())
