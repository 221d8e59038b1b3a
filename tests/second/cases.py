"""Makes the two demonstration workspaces of a built-in scheme, with results worked out by evaluate.py.

    python3 cases.py BINARY SCHEME FOLDER [--seed N]

writes FOLDER/clean-SCHEME (4 branches) and FOLDER/messy-SCHEME (19): scorebook.toml, the register, the inbox,
expected.jsonl and its like for 2026M07, 2026Q3 and 2026H1, expected-findings.jsonl.  The program's own `sample` draws
the counties, mutate.py fills them anew so that they reach the corners, evaluate.py works the results out; only then
are the messy ones made untidy, which changes no result:

  branches 1 to 5   title rows, 合计 rows and notes, padded names, maxima in headings; an older version of the first
                    branch's file and a copy of the fourth's
  branches 6 to 19  one planted fault each, with sheet and cell in expected-findings.jsonl
  branch 9901       on the register, never submitted (in the clean workspace too)

A new scheme needs a function in evaluate.py and a line in mutate.py first.  `cargo test --test it demo` reads
tests/cases; LibreOffice, if it is there, turns the second and third file into .xls and .ods.

Needs Python 3.11 and openpyxl.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from copy import copy
from datetime import date
from pathlib import Path

import openpyxl

import evaluate as ev
import mutate

KEYS = ("year period committee branch_code branch seq name category status scheme subject figures total total_exact "
        "board grade stars rank rank_of honours veto letter flags").split()
FILES = {"2026": "expected.jsonl", "2026M07": "expected-2026M07.jsonl", "2026Q3": "expected-2026Q3.jsonl",
         "2026H1": "expected-2026H1.jsonl"}


# ---------------------------------------------------------------- places in a workbook


def marks_sheet(book):
    """The first sheet of marks that holds rows."""
    return next(sheet for sheet in book if sheet.title.startswith("积分登记") and sheet.max_row > 3)


def heading(sheet):
    """(row, {heading: column}) of the heading row."""
    for row in sheet.iter_rows():
        words = {ev.clean(cell.value): cell.column for cell in row if cell.value is not None}
        if "姓名" in words:
            return row[0].row, words
    raise ValueError(sheet.title)


def items(sheet):
    """Columns of marks: whatever is no key and no reason."""
    _, words = heading(sheet)
    keys = {"序号", "姓名", "期间", "评分方", "加分事由", "加分", "记录人", "复核人", "工作创新加分"}
    return [column for word, column in words.items() if word not in keys]


def counted(sheet):
    """The row of an expected period with the scores that count, and its columns."""
    head, words = heading(sheet)
    for row in range(head + 1, sheet.max_row + 1):
        if "评分方" not in words or sheet.cell(row, words["评分方"]).value != "自评":
            yield row


def letter(column):
    return openpyxl.utils.get_column_letter(column)


# ---------------------------------------------------------------- faults, one a branch


def set_mark(book, value):
    """A mark of the first row that counts; its cell."""
    sheet = marks_sheet(book)
    row, column = next(counted(sheet)), items(sheet)[0]
    sheet.cell(row, column).value = value
    return sheet.title, f"{letter(column)}{row}"


def missing_column(book):
    sheet = marks_sheet(book)
    sheet.delete_cols(items(sheet)[0])
    return sheet.title, None


def missing_sheet(book):
    title = marks_sheet(book).title
    del book[title]
    return title, None


def duplicate_member(book):
    sheet = book["党员名册"]
    head, words = heading(sheet)
    for column in (words["姓名"], words["身份证号"]):
        sheet.cell(head + 2, column).value = sheet.cell(head + 1, column).value
    return sheet.title, None


def wrong_year(book):
    sheet = book["支部信息"]
    row = next(row for row in sheet.iter_rows() if ev.clean(row[0].value) == "年度")
    row[1].value = 2025
    return sheet.title, row[1].coordinate


def unknown_period(book):
    sheet = marks_sheet(book)
    row, column = next(counted(sheet)), heading(sheet)[1]["期间"]
    sheet.cell(row, column).value = "年中某时"
    return sheet.title, f"{letter(column)}{row}"


def duplicate_entry(book):
    sheet = marks_sheet(book)
    row = next(counted(sheet))
    sheet.append([cell.value for cell in sheet[row]])
    return sheet.title, None


def unknown_member(book):
    sheet = marks_sheet(book)
    row, words = next(counted(sheet)), heading(sheet)[1]
    added = [cell.value for cell in sheet[row]]
    added[words["姓名"] - 1], added[words["序号"] - 1] = "查无此人", None
    sheet.append(added)
    return sheet.title, f"{letter(words['姓名'])}{sheet.max_row}"


def identity(book, change):
    sheet = book["党员名册"]
    head, words = heading(sheet)
    cell = sheet.cell(head + 1, words["身份证号"])
    cell.value = change(str(cell.value))
    return sheet.title, cell.coordinate


def bad_id(book):
    return identity(book, lambda number: number[:-1] + ("1" if number[-1] != "1" else "2"))


def id_as_number(book):
    """A spreadsheet keeps 15 digits of a number."""
    return identity(book, lambda number: int(number[:15] + "000"))


def missing_entry(book):
    sheet = marks_sheet(book)
    sheet.delete_rows(next(counted(sheet)))
    return sheet.title, None


FAULTS = {
    "missing-column": missing_column, "missing-sheet": missing_sheet, "duplicate-member": duplicate_member,
    "wrong-year": wrong_year, "unknown-period": unknown_period, "duplicate-entry": duplicate_entry,
    "uncalculated-formula": lambda book: set_mark(book, "=1+1"), "error-value": lambda book: set_mark(book, "#REF!"),
    "unknown-member": unknown_member, "bad-id": bad_id, "id-as-number": id_as_number, "missing-entry": missing_entry,
    "not-a-number": lambda book: set_mark(book, "优秀"), "out-of-range": lambda book: set_mark(book, 4321),
}


# ---------------------------------------------------------------- what clerks do


def untidy(book, branch, r):
    """Titles above, sums and notes below, blanks in names; no value changes."""
    for sheet in book:
        if sheet.title == "支部信息":
            for row in sheet.iter_rows():
                if row[0].value and r.random() < 0.3:
                    row[0].value = f"{row[0].value}："
            continue
        if sheet.title == "支部积分" or sheet.cell(1, 1).value is None:
            continue
        head, words = heading(sheet)
        for row in range(head + 1, sheet.max_row + 1):
            cell = sheet.cell(row, words["姓名"])
            if isinstance(cell.value, str) and len(cell.value) == 2 and r.random() < 0.2:
                cell.value = cell.value[0] + "　" + cell.value[1]
        if sheet.title.startswith("积分登记"):
            below = sheet.max_row + 2
            sheet.cell(below, words["姓名"]).value = "合计"
            sheet.cell(below + 1, 1).value = "注：本表由支部书记审核。"
        if head == 1 and r.random() < 0.6:
            sheet.insert_rows(1, 2)
            sheet.cell(1, 1).value = f"{branch}{sheet.title}（2026年）"


def dated(book, day):
    sheet = book["支部信息"]
    for row in sheet.iter_rows():
        if ev.clean(row[0].value) == "报出日期":
            row[1].value = day
            return
    sheet.append(["报出日期", day])


def converted(path, kind):
    """The file in another format by LibreOffice; as it is where there is none."""
    if shutil.which("soffice") is None:
        return
    done = subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", path.parent, path], capture_output=True, timeout=120)
    if done.returncode == 0 and path.with_suffix(f".{kind}").exists():
        path.unlink()


# ---------------------------------------------------------------- a workspace


def county(binary, scheme, folder, branches, members, seed):
    """A workspace of valid workbooks filled by the seed."""
    done = subprocess.run([binary, "--quiet", "sample", folder, "--branches", str(branches), "--members", str(members), "--mess", "0",
                           "--seed", str(seed), "--scheme", scheme], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"sample: {done.stderr}")
    mutate.mutate(folder, seed)


def never_sent(folder):
    """Branch 9901, which sends nothing."""
    path = folder / "机构名册.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    last = [copy(cell.value) for cell in sheet[sheet.max_row]]
    words = {ev.clean(cell.value): at for at, cell in enumerate(sheet[1])}
    last[words["支部编码"]], last[words["支部名称"]] = "9901", "尚未报送支部"
    sheet.append(last)
    book.save(path)
    return {"branch_code": "9901", "code": "missing-submission", "sheet": None, "cell": None}


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def files(folder):
    """The workbooks by the codes of their branches."""
    config, branches = ev.load(folder)
    found = {}
    for path in (folder / config["inbox"]).rglob("*.xlsx"):
        info = openpyxl.load_workbook(path)["支部信息"]
        found[next(ev.clean(row[1]) for row in info.iter_rows(values_only=True) if ev.clean(row[0]) == "支部编码")] = path
    return [(branch, found[branch.code]) for branch in branches], (config, branches)


def make(binary, scheme, folder, messy, seed):
    shutil.rmtree(folder, ignore_errors=True)
    county(binary, scheme, folder, 19 if messy else 4, 8 if messy else 20, seed)
    found, loaded = files(folder)
    rows = {period: ev.evaluate(loaded, period) for period in FILES}
    findings = [never_sent(folder)]
    r = random.Random(seed)
    returned = set()
    for at, (branch, path) in enumerate(found):
        book = openpyxl.load_workbook(path)
        if messy and at >= 5:
            code = list(FAULTS)[at - 5]
            sheet, cell = FAULTS[code](book)
            findings.append({"branch_code": branch.code, "code": code, "sheet": sheet, "cell": cell})
            returned.add(branch.code)
        elif messy:
            untidy(book, branch.name, r)
            dated(book, date(2026, 12, 10))
        book.save(path)
        if messy and at == 0:
            old = openpyxl.load_workbook(path)
            dated(old, date(2026, 12, 1))
            old.save(path.with_stem(path.stem + "（旧）"))
        if messy and at == 3:
            shutil.copyfile(path, path.with_stem(path.stem + " - 副本"))
        if at in (1, 2):
            converted(path, ["xls", "ods"][at - 1])
    for period, name in FILES.items():
        kept = [{key: row[key] for key in KEYS} for row in rows[period] if row["branch_code"] not in returned]
        lines(folder / name, kept)
    lines(folder / "expected-findings.jsonl", sorted(findings, key=lambda f: f["branch_code"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("scheme", choices=list(ev.SCHEMES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for kind in ("clean", "messy"):
        make(args.binary, args.scheme, args.folder / f"{kind}-{args.scheme}", kind == "messy", args.seed)


if __name__ == "__main__":
    main()
