#!/usr/bin/env python3
"""Nothing that is posted shows what is nobody's business, and papers that go back do not spell identity numbers out.

A small county per scheme in which every such cell holds something of its own: identity number, birth date, phone of a member, ground of a
deduction, of a discipline and of a veto, 免积分原因, 离开原因, 备注. All runs, all papers that are posted, as XLSX (every part of the package) and as
PDF (text, metadata and structure), the boards of the records and their corrections too. What was planted has to have been read: the archive's
tables hold it, and the papers that are not posted show what they are for.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish, run
from documents import poppler

SCHEMES = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"]
PERIODS = ["2026M03", "2026Q3", "2026H1", "2026"]
POSTING_DAYS = {"2026M03": "2026-04-08", "2026Q3": "2026-10-08", "2026H1": "2026-07-08"}
# The means of a poll are published too, and a branch's own score; 打印 binds boards of many branches.
POSTED = {"考核公示栏", "季度之星公示、年度之星公示", "民主测评汇总表", "支部积分表"}
WHY_LEFT = ["出党", "停止党籍", "转出", "去世"]


def scorebook(*words, ends=(0,)):
    done = subprocess.run([PROGRAM, *map(str, words), "--quiet"], capture_output=True, text=True)
    if done.returncode not in ends:
        sys.exit(f"privacy: {words} ended with {done.returncode}\n{done.stderr}")
    return done


def columns(sheet):
    """The heading row's number, and columns by heading."""
    for row in sheet.iter_rows():
        texts = {re.sub(r"\(.*|（.*", "", str(cell.value)): cell.column for cell in row if cell.value is not None}
        if "姓名" in texts:
            return row[0].row, texts
    return None, {}


def column(sheet, head, known, heading):
    """A column by its heading, added behind the others where there is none."""
    if heading not in known:
        known[heading] = max(known.values()) + 1
        sheet.cell(head, known[heading], heading)
    return known[heading]


class Plants:
    """Texts of which each occurs once in the county, by what they are."""

    def __init__(self):
        self.secret, self.read = {}, set()

    def text(self, what, read=True):
        text = f"密{len(self.secret):04d}文"
        self.secret[text] = what
        if read:
            self.read.add(text)
        return text

    def day(self, what, day):
        for text in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}", f"{day.year}/{day.month}/{day.day}"):
            self.secret[text] = what


def plant(path, plants, first):
    """Fills every cell of one workbook that is nobody's business."""
    book = openpyxl.load_workbook(path)
    roster = book["党员名册"]
    head, known = columns(roster)
    people = [row for row in range(head + 1, roster.max_row + 1) if roster.cell(row, known["姓名"]).value]
    for row in people:
        plants.secret[str(roster.cell(row, known["身份证号"]).value)] = "身份证号"
        plants.read.add(str(roster.cell(row, known["身份证号"]).value))
        plants.day("出生日期", roster.cell(row, known["出生日期"]).value)
        roster.cell(row, column(roster, head, known, "联系电话"), f"139{first:04d}{row:04d}")
        plants.secret[f"139{first:04d}{row:04d}"] = "党员电话"
        roster.cell(row, column(roster, head, known, "备注"), plants.text("备注", read=False))
    # One is exempt; the last has left, why is a word of a closed list.
    roster.cell(people[0], known["免积分原因"], plants.text("免积分原因"))
    roster.cell(people[0], known["直评等次"], "合格")
    roster.cell(people[-1], column(roster, head, known, "离开日期"), "2026-11-05")
    roster.cell(people[-1], column(roster, head, known, "离开原因"), WHY_LEFT[first % 3])
    names = [roster.cell(row, known["姓名"]).value for row in people]
    for sheet in book.worksheets:
        head, known = columns(sheet)
        if sheet.title.startswith("积分登记") and "扣分事由" in known:
            at = next(column for heading, column in known.items() if heading.startswith("医德医风"))
            for row in range(head + 1, sheet.max_row + 1):
                if sheet.cell(row, at).value:
                    sheet.cell(row, known["扣分事由"], plants.text("扣分事由"))
        for what, heading in (("奖惩", "事由"), ("一票否决", "依据")):
            for row in range((head or 0) + 1, sheet.max_row + 1) if sheet.title == what else []:
                if sheet.cell(row, known["姓名"]).value:
                    sheet.cell(row, known[heading], plants.text(f"{what}的{heading}"))
    if "奖惩" in book.sheetnames:
        sheet = book["奖惩"]
        head, known = columns(sheet)
        row = max(sheet.max_row + 1, head + 1)
        facts = {"姓名": names[1], "种类": "通报批评", "级别": "县级", "事由": plants.text("通报批评的事由"), "日期": "2026-02-03"}
        for heading, value in facts.items():
            sheet.cell(row, known[heading], value)
        sheet.cell(row, known["序号"], 2)
    book.save(path)
    return names


def lower(path):
    """Lowers each entry of the first quarter by a little, so that what was posted is another now."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        head, known = columns(sheet)
        if not sheet.title.startswith("积分登记"):
            continue
        # The first item of one scheme needs a reason.
        first = known["期间"] + 2
        for row in range(head + 1, sheet.max_row + 1):
            cell = next((sheet.cell(row, at) for at in range(first, sheet.max_column + 1) if isinstance(sheet.cell(row, at).value, (int, float))), None)
            if cell is not None and sheet.cell(row, known["期间"]).value in ("3月", "一季度", "三季度", "上半年"):
                cell.value = cell.value - 1 if cell.value > 0 else cell.value - 0.5 if cell.value > -5 else cell.value
    book.save(path)


def contents(path):
    """All that a paper holds: every part of an XLSX, text, metadata and structure of a PDF. Without white space, for lines wrap."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as package:
            text = "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist() if name.endswith((".xml", ".rels")))
    else:
        text = "".join(poppler(*command) for command in (["pdftotext", "-raw", path, "-"], ["pdfinfo", "-meta", path], ["pdfinfo", "-struct-text", path]))
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", text) + text)


def scan(folder, plants, seen):
    """What is posted, of a run or of a record."""
    words = [word for word in WHY_LEFT if word != "转出"]
    for path in sorted(folder.rglob("*")):
        form = next((part for part in path.stem.split("-") if part in POSTED), None)
        if path.suffix in (".xlsx", ".pdf") and form is not None:
            text = contents(path)
            kind = ("打印 " if "打印" in path.parts else "") + form + path.suffix
            seen[kind] = seen.get(kind, 0) + 1
            for secret, what in plants.secret.items():
                if secret in text:
                    fault(f"{path}: {what} {secret}")
            for word in words:
                if word in text:
                    fault(f"{path}: 离开原因 {word}")


def posted_county(folder, scheme, seen):
    """A county of one scheme: planted, run for all periods, one of them posted and then another."""
    # Honours have a quota, and none in a small branch.
    members = "24" if scheme == "ju-10star" else "7"
    scorebook("sample", folder, "--branches", "3", "--members", members, "--scheme", scheme)
    if scheme == "hospital-dual":
        text = (ROOT / f"templates/schemes/{scheme}.toml").read_text("utf-8")
        (folder / "schemes").mkdir()
        reasoned = text.replace('name = "医德医风"\nkind = "deduct"', 'name = "医德医风"\nkind = "deduct"\nreason = "扣分事由"', 1)
        (folder / f"schemes/{scheme}.toml").write_text(reasoned, "utf-8")
        for path in (folder / "inbox").rglob("*.xlsx"):
            book = openpyxl.load_workbook(path)
            for sheet in book.worksheets:
                if sheet.title.startswith("积分登记"):
                    sheet.insert_cols(sheet.max_column + 1)
                    sheet.cell(columns(sheet)[0], sheet.max_column + 1, "扣分事由")
            book.save(path)
    plants = Plants()
    paths = sorted((folder / "inbox").rglob("*.xlsx"))
    for number, path in enumerate(paths):
        plant(path, plants, number)
    out = folder / "out"
    posted = []
    for period in PERIODS:
        run(folder, out, "--period", period)
        scan(out / period, plants, seen)
        if period in POSTING_DAYS and any((out / period).rglob("考核公示栏.pdf")):
            scorebook("post", folder, "--period", period, "--date", POSTING_DAYS[period])
            posted.append(period)
    for path in paths:
        lower(path)
    run(folder, out, "--period", "2026")
    scan(out / "2026", plants, seen)
    scan(folder / "公示存档", plants, seen)
    scorebook("print", folder, "--period", "2026")
    scan(folder / "打印", plants, seen)
    told = sum("更正" in contents(path) for path in (out / "2026").rglob("考核公示栏.pdf"))
    if posted and not told:
        fault(f"{scheme}: nothing is corrected on any board of the year, so corrections were not looked at")
    # What is not posted shows the grounds: that they are nowhere on a board is not for want of looking.
    registry = "".join(contents(path) for path in (out / "2026").rglob("积分登记表.*"))
    grounds = [secret for secret, what in plants.secret.items() if what in ("扣分事由", "通报批评的事由")]
    if scheme in ("ju-10star", "hospital-dual") and not any(secret in registry for secret in grounds):
        fault(f"{scheme}: the registry shows none of {len(grounds)} grounds")
    archive = folder.parent / f"{scheme}-archive"
    scorebook("archive", folder, "--to", archive, "--incomplete", "检查", ends=(0, 1))
    tables = "".join(path.read_text("utf-8") for path in (archive / "data/normalized").glob("*.csv"))
    for secret in plants.read:
        if secret not in tables:
            fault(f"{scheme}: {plants.secret[secret]} {secret} was never read")
    return plants


def papers_that_go_back(folder):
    """退回意见, 问题清单 and the list in the marked copy mask what they quote of identity numbers; the branch's own sheet keeps it."""
    scorebook("sample", folder, "--branches", "2", "--members", "7", "--scheme", "register-60")
    first, second = sorted((folder / "inbox").rglob("*.xlsx"), key=lambda path: path.name)
    numbers = {}
    for path in (first, second):
        book = openpyxl.load_workbook(path)
        head, known = columns(book["党员名册"])
        cells = [book["党员名册"].cell(row, known["身份证号"]) for row in range(head + 1, head + 6)]
        if path == first:
            cells[0].value = cells[0].value[:17] + ("2" if cells[0].value[17] != "2" else "3")
            cells[1].value = cells[1].value[:17]
            cells[2].value = cells[3].value
            numbers["bad"], numbers["short"], numbers["twice"] = cells[0].value, cells[1].value, cells[3].value
            numbers["both"] = cells[4].value
        else:
            cells[4].value = numbers["both"]
        book.save(path)
    run(folder, folder / "out", "--period", "2026")
    looked = 0
    for path in sorted((folder / "out/2026").rglob("*")):
        if path.suffix not in (".xlsx", ".pdf"):
            continue
        if path.stem.endswith("-标注"):
            book = openpyxl.load_workbook(path)
            text = "".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None)
            text += "".join(cell.comment.text for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment)
            kept = "".join(str(cell.value) for row in book["党员名册"].iter_rows() for cell in row)
            if path.stem.startswith(first.stem) and numbers["bad"] not in kept:
                fault(f"{path}: the branch's own sheet lost its number")
        else:
            text = contents(path)
        looked += 1
        for what, number in numbers.items():
            if number in text:
                fault(f"{path}: the number that is {what} stands in full")
    letter = next((folder / "out/2026").rglob(f"{first.stem}/退回意见.pdf"))
    if f"{numbers['bad'][:-4]}****" not in contents(letter):
        fault(f"{letter}: quotes nothing of the number that is bad")
    return looked


def main():
    seen, planted = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for scheme in SCHEMES:
            plants = posted_county(Path(folder) / scheme, scheme, seen)
            planted += len(plants.secret)
        looked = papers_that_go_back(Path(folder) / "returned")
    if not seen.get("考核公示栏.pdf"):
        fault("no board was looked at")
    for kind in ("之星公示", "民主测评汇总表", "支部积分表", "打印 考核公示栏"):
        if not any(kind in name for name in seen):
            fault(f"no {kind} was looked at")
    finish(f"{planted} plants of {len(SCHEMES)} counties on none of {sum(seen.values())} papers ({seen}); {looked} papers of a returned county")


if __name__ == "__main__":
    main()
