#!/usr/bin/env python3
"""Marked workbooks corrected at their marked cells and sent back, the faulty originals still in the inbox: accepted.

For each messy workspace of `tests/cases`: every planted fault has its cell red with a note, or a line on the first sheet;
the sender's cells are untouched; corrected by openpyxl the copy supersedes its original and nothing of it is returned. The
sheets are opened by LibreOffice too, as a branch would.
"""

import csv
import datetime
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish
from roundtrip import HEADINGS, SCHEMES, Table, key, name, period, soffice

CASES = ROOT / "tests/cases"
RED = "FFFF5050"
LIST = "退回问题"
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def program(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"marked: {arguments} ended with {done.returncode}\n{done.stderr}")


def findings(out):
    return [json.loads(line) for line in (out / "2026/findings.jsonl").read_text("utf-8").splitlines()]


def whole_id(start):
    digits = re.sub(r"\D", "0", str(start))[:17].ljust(17, "0")
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS)) % 11]


def missing_rows(found):
    """Name and period of rows that are not there at all."""
    parts = [re.match(r"缺少登记：(\S+) (\S+) 整行没有登记", finding["message"]) for finding in found if finding["code"] == "missing-entry"]
    return [(part[1], part[2]) for part in parts if part]


# What says whose row it is; everything else is entered.
KEYS = {"序号", "姓名", "期间", "评分方", "票号", "票数", "项目", "类别"}


def added(table, row):
    """True of a row that the program added, with nothing but whose it is."""
    return all(table.get(row, heading) is None for heading in table.columns if heading not in KEYS)


def fill_added(sheet, wanted):
    """Fills in the rows that were added; one that a corrected row made needless goes."""
    table = Table(sheet, HEADINGS)
    if not {"姓名", "期间"} <= table.columns.keys():
        return
    who = lambda row: (name(table.get(row, "姓名")), period(table.get(row, "期间")), table.get(row, "评分方"), table.get(row, "序号"))
    rows = [row for row in table.rows() if table.get(row, "姓名") and table.get(row, "期间")]
    whole = [row for row in rows if not added(table, row)]
    for row in rows:
        if row in whole or who(row)[:2] not in wanted:
            continue
        if any(who(other) == who(row) for other in whole):
            for column in table.columns.values():
                sheet.cell(row, column).value = None
            continue
        like = [other for other in whole if who(other)[0] == who(row)[0]] + whole
        for heading in table.columns:
            if heading not in KEYS:
                table.put(row, heading, table.get(like[0], heading))


def free_period(table, row, name_of_row, periods):
    own = [other for other in table.rows() if other != row and not added(table, other)]
    taken = {period(table.get(other, "期间")) for other in own if name(table.get(other, "姓名")) == name_of_row}
    scorer = table.get(row, "评分方")
    if scorer:
        rows = [other for other in own if name(table.get(other, "姓名")) == name_of_row and table.get(other, "评分方") == scorer]
        taken = {period(table.get(other, "期间")) for other in rows}
    return next(one for one in periods if one not in taken)


def correct(book, found, blank):
    rows_to_add = missing_rows(found)
    for finding in found:
        code, cell = finding["code"], finding["cell"]
        if finding["severity"] != "error":
            continue
        sheet = book[finding["sheet"]] if finding["sheet"] in book.sheetnames else None
        if code == "missing-sheet":
            new = book.create_sheet(finding["sheet"])
            source = blank[finding["sheet"]]
            table = Table(source, HEADINGS)
            for row in source.iter_rows(min_row=table.head):
                new.append([cell.value for cell in row])
            copy = Table(new, HEADINGS)
            for row in copy.rows():
                for heading, column in copy.columns.items():
                    if heading not in HEADINGS | {"记录人", "复核人", "加分事由"} and copy.get(row, "姓名"):
                        new.cell(row, column).value = row % 2
                for heading, who in [("记录人", "甲"), ("复核人", "乙"), ("加分事由", "志愿服务")]:
                    if heading in copy.columns and copy.get(row, "姓名"):
                        copy.put(row, heading, who)
        elif code == "missing-column":
            heading = re.search("“(.+?)”", finding["message"])[1]
            table = Table(sheet, HEADINGS)
            column = next(column for column in range(1, sheet.max_column + 1) if sheet.cell(table.head, column).value is None)
            sheet.cell(table.head, column).value = heading
        elif code == "missing-entry" and cell is None:
            continue
        elif code in ("duplicate-member", "duplicate-entry"):
            for one in sheet[sheet[cell].row]:
                one.value = None
        elif code == "wrong-year":
            sheet[cell].value = 2026
        elif code == "unknown-period":
            table = Table(sheet, HEADINGS)
            row = sheet[cell].row
            periods = re.search("这里应填：(.+)", finding["message"])[1].split("、")
            sheet[cell].value = free_period(table, row, name(table.get(row, "姓名")), periods)
        elif code == "unknown-member":
            who, when = rows_to_add[0]
            table = Table(sheet, HEADINGS)
            at = next(at for at, (who, when) in enumerate(rows_to_add) if period(table.get(sheet[cell].row, "期间")) == when)
            who = rows_to_add.pop(at)[0]
            sheet[cell].value = who
            when, own = period(table.get(sheet[cell].row, "期间")), sheet[cell].row
            rows = [row for row in table.rows() if name(table.get(row, "姓名")) == who and row != own and not added(table, row)]
            there = {table.get(row, "序号") for row in rows if period(table.get(row, "期间")) == when}
            scorer = table.get(own, "评分方")
            if scorer:
                there = {table.get(row, "序号") for row in rows if period(table.get(row, "期间")) == when and table.get(row, "评分方") == scorer}
            for number in {table.get(row, "序号") for row in rows} - there - {None}:
                table.put(own, "序号", number)
        elif code in ("bad-id", "id-as-number"):
            sheet[cell].value = whole_id(finding["value"])
        else:
            sheet[cell].value = 0
    for sheet in book.worksheets:
        if sheet.title != LIST:
            fill_added(sheet, set(missing_rows(found)))
    for who, when in rows_to_add:
        sheet = book[next(finding["sheet"] for finding in found if finding["code"] == "missing-entry")]
        table = Table(sheet, HEADINGS)
        like = [row for row in table.rows() if name(table.get(row, "姓名")) == who]
        scorers = {table.get(row, "评分方") for row in like}
        there = {table.get(row, "评分方") for row in like if period(table.get(row, "期间")) == when}
        if there == scorers and there:
            continue
        for scorer in scorers - there if scorers - there else {None}:
            # Who has no row at all gets another's, with his own name and number.
            data = [row for row in table.rows() if table.get(row, "期间") is not None]
            row = next(row for row in [*like, *data] if table.get(row, "评分方") == scorer or scorer is None)
            end = max(row for row in table.rows() if table.get(row, "期间") is not None) + 1
            sheet.insert_rows(end)
            for column in table.columns.values():
                sheet.cell(end, column).value = sheet.cell(row, column).value
            table.put(end, "期间", when)
            table.put(end, "姓名", who)
            if not like and "序号" in table.columns:
                roster = Table(next(own for own in book.worksheets if key(own.title) == "党员名册"), HEADINGS)
                numbers = [roster.get(own, "序号") for own in roster.rows() if name(roster.get(own, "姓名")) == who]
                table.put(end, "序号", numbers[0])


def below(sheet, copy):
    """Where each row of a sheet that holds something stands in the copy: rows that were added move those below them down."""
    held = lambda row: [cell.value for cell in row if cell.value is not None]
    rows, at = {}, 0
    copied = [held(row) for row in copy.iter_rows()]
    for row in sheet.iter_rows():
        if values := held(row):
            at += next((more for more, own in enumerate(copied[at:]) if own == values), 0) + 1
            rows[row[0].row] = at
    return rows


def looked_at(path, original, found, what):
    """The copy as it goes out: marks where they belong, everything else as sent."""
    book = openpyxl.load_workbook(path)
    if book.sheetnames[0] != LIST:
        fault(f"{what}: the first sheet is {book.sheetnames[0]}")
    lines = [row for row in book[LIST].iter_rows(min_row=4, values_only=True) if row[0]]
    errors = [finding for finding in found if finding["severity"] == "error"]
    if sum(1 for line in lines if line[1] == "错误") != len(errors):
        fault(f"{what}: {len(lines)} lines for {len(errors)} errors")
    for finding in errors:
        if finding["cell"] and finding["sheet"] in book.sheetnames:
            cell = book[finding["sheet"]][finding["cell"]]
            if cell.fill.fgColor.rgb != RED or cell.comment is None or finding["message"] not in cell.comment.text:
                fault(f"{what}: {finding['sheet']} {finding['cell']} is not marked")
    links = [cell.hyperlink.location for cell in book[LIST]["D"] if cell.hyperlink]
    for finding in errors:
        if finding["cell"] and f"'{finding['sheet']}'!{finding['cell']}" not in links:
            fault(f"{what}: no link to {finding['sheet']} {finding['cell']}")
    returns = {one.name: one.value for one in book.custom_doc_props.props}.get("scorebook.returns")
    if returns != hashlib.sha256(original.read_bytes()).hexdigest():
        fault(f"{what}: returns {returns}")
    if original.suffix == ".xlsx":
        before = openpyxl.load_workbook(original)
        for sheet in before.worksheets:
            rows = below(sheet, book[sheet.title])
            for row in sheet.iter_rows():
                for cell in row if row[0].row in rows else ():
                    mine = book[sheet.title].cell(rows[cell.row], cell.column)
                    if mine.value != cell.value or mine.number_format != cell.number_format and mine.fill.fgColor.rgb != RED:
                        fault(f"{what}: {sheet.title} {cell.coordinate} differs: {mine.value!r} {cell.value!r}")
            if sheet.merged_cells.ranges != book[sheet.title].merged_cells.ranges:
                fault(f"{what}: {sheet.title} merges differ")


def sent_back(scheme, folder):
    workspace = folder / scheme
    shutil.copytree(CASES / f"messy-{scheme}", workspace)
    first = workspace / "first"
    program("run", workspace, "--out", first, "--forms", "board", "--quiet")
    program("issue", workspace, "--roster-from", workspace / "inbox", "--quiet")
    blanks = {path.name.partition("-")[0]: path for path in (workspace / "issue").rglob("*.xlsx")}
    found = findings(first)
    returned = sorted({finding["branch_code"] for finding in found if finding["severity"] == "error" and finding["file"]})
    copies = []
    for code in returned:
        own = [finding for finding in found if finding["branch_code"] == code]
        home = next((first / "2026/支部").glob(f"{code}-*"))
        for form in ["退回意见.pdf", "退回意见.xlsx"]:
            if not (home / form).is_file():
                fault(f"{scheme} {code}: no {form}")
        marked = next(home.glob("*-标注.xlsx"), None)
        if marked is None:
            fault(f"{scheme} {code}: no marked copy")
            continue
        original = workspace / "inbox" / next(finding["file"] for finding in own if finding["severity"] == "error")
        looked_at(marked, original, own, f"{scheme} {code}")
        copies.append(marked)
        book = openpyxl.load_workbook(marked)
        correct(book, own, openpyxl.load_workbook(blanks[code]))
        (workspace / "inbox/改正").mkdir(exist_ok=True)
        book.save(workspace / "inbox/改正" / f"{code}.xlsx")
    second = workspace / "second"
    program("run", workspace, "--out", second, "--forms", "board", "--quiet")
    after = findings(second)
    for finding in after:
        if finding["severity"] == "error" and finding["code"] != "missing-submission":
            fault(f"{scheme} again: {finding['branch_code']} {finding['code']} {finding['sheet']} {finding['cell']} {finding['message']}")
        if finding["code"] == "extra-sheet" and finding["sheet"] == LIST:
            fault(f"{scheme} again: {finding['branch_code']} the list is taken for a sheet of the branch")
    superseded = {finding["branch_code"] for finding in after if finding["code"] == "superseded-submission"}
    if not set(returned) <= superseded:
        fault(f"{scheme} again: not superseded: {set(returned) - superseded}")
    # Another program must be able to open every copy; a damaged one gives no file.
    soffice(copies[:4], "ods", workspace / "ods")
    if len(list((workspace / "ods").iterdir())) != len(copies[:4]):
        fault(f"{scheme}: LibreOffice does not open all copies")
    return len(copies)


def planted(path):
    """A clean workbook with four faults and a doubt; which value each cell should have."""
    book = openpyxl.load_workbook(path)
    roster, marks = book["党员名册"], next(sheet for sheet in book.worksheets if key(sheet.title).startswith("积分登记"))
    one, two = Table(roster, HEADINGS), Table(marks, HEADINGS)
    item = next(column for column in sorted(two.columns.values()) if column > two.columns["期间"])
    rights = {}
    for sheet, row, column, wrong in [
        (roster, one.head + 1, one.columns["身份证号"], "36010219460527003X"),
        (roster, one.head + 2, one.columns["类别"], "火星党员"),
        (marks, two.head + 1, item, "优秀"),
        (marks, two.head + 3, item, -99.99),
    ]:
        cell = sheet.cell(row, column)
        rights[sheet.title, cell.coordinate] = cell.value
        cell.value = wrong
    roster.cell(one.head + 3, one.columns["出生日期"]).value = datetime.datetime(1900, 1, 1)
    return book, rights


def as_form(book, form, folder):
    """Saves the workbook as branches do; what goes into the inbox."""
    whole = folder / "支部.xlsx"
    book.save(whole)
    if form == "xlsx":
        return [whole]
    if form == "csv":
        files = []
        for sheet in book.worksheets:
            path = folder / f"支部-{sheet.title}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as out:
                for row in sheet.iter_rows(values_only=True):
                    texts = (value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else "" if value is None else str(value) for value in row)
                    csv.writer(out).writerow(texts)
            files.append(path)
        return files
    soffice([whole], form, folder / form)
    return [folder / form / f"支部.{form}"]


def marks_of(book):
    """Cells that are red, and cells with a note, apart from the list."""
    red, notes = set(), set()
    for sheet in book.worksheets:
        if sheet.title == LIST:
            continue
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == RED:
                red.add((sheet.title, cell.coordinate))
            if cell.comment is not None:
                notes.add((sheet.title, cell.coordinate))
    return red, notes


def back_and_forth(form, folder):
    """Marked, half corrected, sent, marked again, corrected by another program, sent: accepted, and nothing is left of old marks."""
    what = f"{form} back and forth"
    case = CASES / "clean-register-60"
    workspace = folder / form
    (workspace / "inbox").mkdir(parents=True)
    for name in ["scorebook.toml", "机构名册.xlsx"]:
        shutil.copy(case / name, workspace)
    book, rights = planted(case / "inbox/第一党委/第一东1支部.xlsx")
    for path in as_form(book, form, workspace):
        shutil.copy(path, workspace / "inbox")

    def returned(number):
        out = workspace / f"out{number}"
        program("run", workspace, "--out", out, "--forms", "board", "--quiet")
        own = [finding for finding in findings(out) if finding["branch_code"] == "0101" and finding["severity"] == "error"]
        return own, next((out / "2026/支部").glob("0101-*/*-标注.*"), None)

    wrong = dict(rights)
    for number in range(1, 4):
        errors, marked = returned(number)
        cells = {(finding["sheet"], finding["cell"]) for finding in errors}
        if cells != set(wrong):
            fault(f"{what} {number}: errors at {sorted(cells)} instead of {sorted(wrong)}")
        if not wrong:
            break
        if marked is None or marked.suffix != ".xlsx":
            fault(f"{what} {number}: no marked copy")
            return
        copy = openpyxl.load_workbook(marked)
        if copy.sheetnames.count(LIST) != 1 or copy.sheetnames[0] != LIST or any(LIST in name for name in copy.sheetnames[1:]):
            fault(f"{what} {number}: sheets {copy.sheetnames}")
        red, notes = marks_of(copy)
        if red != set(wrong) or not set(wrong) <= notes or notes & (set(rights) - set(wrong)):
            fault(f"{what} {number}: red {sorted(red)} notes {sorted(notes)} instead of {sorted(wrong)}")
        lines = [row for row in copy[LIST].iter_rows(min_row=4, values_only=True) if row[1] == "错误"]
        if len(lines) != len(wrong):
            fault(f"{what} {number}: {len(lines)} lines on the list")
        links = {cell.hyperlink.location for cell in copy[LIST]["D"] if cell.hyperlink}
        if not {f"'{sheet}'!{cell}" for sheet, cell in wrong} <= links:
            fault(f"{what} {number}: links {links}")
        for sheet, cell in list(wrong)[: 2 if number == 1 else None]:
            copy[sheet][cell].value = wrong.pop((sheet, cell))
        sent = workspace / "inbox" / f"改正{number}.xlsx"
        copy.save(sent)
        if number == 2:
            # The last word is LibreOffice's.
            soffice([sent], "xlsx", workspace / "saved")
            shutil.copy(workspace / "saved" / sent.name, sent)
    else:
        fault(f"{what}: never accepted")


with tempfile.TemporaryDirectory(prefix="scorebook-") as folder:
    for form in ["xlsx", "xls", "ods", "csv", "html"]:
        back_and_forth(form, Path(folder))
    chosen = sys.argv[1:] or SCHEMES
    count = sum(sent_back(scheme, Path(folder)) for scheme in chosen)
finish(f"{count} marked workbooks of {len(chosen)} messy workspaces corrected, sent back and accepted")
