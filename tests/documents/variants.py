#!/usr/bin/env python3
"""One orderly branch workbook drawn in the ways branches draw theirs: each reads to the same results, without an error.

Takes the first branch of clean workspaces of `tests/cases`, lays its tables out anew, puts it in the place of the original
and compares with what another program worked out from the original.
"""

import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from common import PROGRAM, ROOT, fault, finish
from roundtrip import HEADINGS, Table, key, period, soffice

CASES = ROOT / "tests/cases"
SCHEMES = ["register-60", "ju-10star", "hospital-dual"]
COVER = "支部信息"
MARKS = "积分登记"
QUARTERS = ["一季度", "二季度", "三季度", "四季度"]


def content(path):
    """Sheets as lists of rows, headings first; the cover as pairs."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = {}
    for sheet in book.worksheets:
        if key(sheet.title) == COVER:
            sheets[COVER] = [[key(row[0].value), row[1].value] for row in sheet.iter_rows(max_col=2) if row[0].value and row[1].value is not None]
            continue
        table = Table(sheet, HEADINGS)
        headings = list(table.columns)
        rows = [[table.get(row, heading) for heading in headings] for row in table.rows()]
        named = [row for row in rows if any(row[headings.index(own)] is not None for own in ("姓名", "项目") if own in headings)]
        sheets[key(sheet.title)] = [headings, *named]
    return sheets


def plain(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def marks(sheets):
    return [title for title in sheets if title.partition("-")[0] == MARKS]


def two_heading_rows(sheets):
    """Items under one merged group; what stands beside it merged over both rows; a title above."""
    book = plain(sheets)
    for title in marks(sheets):
        sheet = book[title]
        headings = sheets[title][0]
        last = len(headings)
        first = headings.index("期间") + 2
        sheet.insert_rows(1, 2)
        sheet.cell(1, 1).value = f"{title}表（2026年）"
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=last)
        for column in range(1, last + 1):
            if column < first:
                sheet.cell(2, column).value = sheet.cell(3, column).value
                sheet.cell(3, column).value = None
                sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
        sheet.cell(2, first).value = "评分项目"
        sheet.merge_cells(start_row=2, end_row=2, start_column=first, end_column=last)
    return book


def bonus_in_two(sheets):
    """加分 and 加分事由 as 分值 and 事由 under one 加分."""
    if "加分" not in sheets[marks(sheets)[0]][0]:
        return None
    book = plain(sheets)
    for title in marks(sheets):
        sheet, headings = book[title], sheets[title][0]
        sheet.insert_rows(2)
        for column, heading in enumerate(headings, 1):
            if heading in ("加分", "加分事由"):
                sheet.cell(1, column).value = "加分" if heading == "加分" else None
                sheet.cell(2, column).value = "分值" if heading == "加分" else "事由"
        if abs(headings.index("加分") - headings.index("加分事由")) != 1 or headings.index("加分") > headings.index("加分事由"):
            return None
    return book


def headings_again(sheets):
    """Headings on every printed page, with a subtotal before and a blank row behind."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for at, row in enumerate(rows):
            if title != COVER and at and at % 17 == 0:
                sheet.append(["本页小计"])
                sheet.append([])
                sheet.append(rows[0])
            sheet.append(row)
        sheet.append(["注：以上情况已经支委会研究。"])
    return book


def wrong_names(sheets):
    return plain({f"Sheet{at}": rows for at, rows in enumerate(sheets.values(), 1)})


def other_names(sheets):
    names = {COVER: "封面", "党员名册": "党员花名册", MARKS: "积分登记表", "民主测评": "民主测评表"}
    return plain({names.get(title, title): rows for title, rows in sheets.items()})


def one_sheet(sheets):
    """All tables below one another, the cover on top."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "报送表"
    for at, (title, rows) in enumerate(sheets.items()):
        sheet.append([f"{'一二三四五六七八九十'[at]}、{title}"])
        for row in rows:
            sheet.append(row)
        sheet.append([])
    return book


def hidden(sheets):
    book = plain(sheets)
    for title in marks(sheets):
        book[title].row_dimensions[3].hidden = True
        book[title].column_dimensions["E"].hidden = True
    book["党员名册"].sheet_state = "hidden"
    return book


def cover_across(sheets):
    """Fields side by side with their values below, a title above."""
    book = plain({title: rows for title, rows in sheets.items() if title != COVER})
    sheet = book.create_sheet(COVER, 0)
    sheet.append(["党员积分报送表"])
    sheet.append([field for field, _ in sheets[COVER]])
    sheet.append([value for _, value in sheets[COVER]])
    return book


def cover_in_pairs(sheets):
    """Two fields a row, and one with its value in the same cell."""
    book = plain({title: rows for title, rows in sheets.items() if title != COVER})
    sheet = book.create_sheet(COVER, 0)
    pairs = list(sheets[COVER])
    first = pairs.pop(0)
    sheet.append([f"{first[0]}：{first[1]}"])
    for at in range(0, len(pairs), 2):
        sheet.append([cell for field, value in pairs[at : at + 2] for cell in (field + "：", value)])
    return book


def wide(sheets, heading):
    """Periods side by side: `heading` makes the two rows, or the one, that stand above."""
    if not any(period(row[sheets[marks(sheets)[0]][0].index("期间")]) in QUARTERS for row in sheets[marks(sheets)[0]][1:]):
        return None
    book = plain({title: rows for title, rows in sheets.items() if title not in marks(sheets)})
    for title in marks(sheets):
        headings, rows = sheets[title][0], sheets[title][1:]
        at = headings.index("期间")
        keep = [column for column, name in enumerate(headings) if name in ("序号", "姓名")]
        items = [column for column in range(len(headings)) if column not in keep and column != at]
        members = {}
        for row in rows:
            members.setdefault(tuple(row[column] for column in keep), {})[period(row[at])] = [row[column] for column in items]
        sheet = book.create_sheet(title)
        for row in heading([headings[column] for column in keep], [headings[column] for column in items]):
            sheet.append(row)
        if sheet.max_row == 2:
            for place in range(len(QUARTERS)):
                start = len(keep) + 1 + place * len(items)
                sheet.merge_cells(start_row=1, end_row=1, start_column=start, end_column=start + len(items) - 1)
        for member, by_period in members.items():
            sheet.append([*member, *(value for quarter in QUARTERS for value in by_period.get(quarter, [None] * len(items)))])
    return book


def quarters_above(sheets):
    def heading(keep, items):
        yield [*keep, *(name if at == 0 else None for name in QUARTERS for at in range(len(items)))]
        yield [*(None for _ in keep), *(item for _ in QUARTERS for item in items)]

    return wide(sheets, heading)


def quarters_in_front(sheets):
    def heading(keep, items):
        yield [*keep, *(name + item for name in QUARTERS for item in items)]

    return wide(sheets, heading)


def items_in_rows(sheets):
    """A row a member and item, the periods side by side, name and number merged; sums beside and below."""
    shared = ("序号", "姓名", "评分方")
    if {"记录人", "复核人"} & set(sheets[marks(sheets)[0]][0]):
        return None
    book = plain({title: rows for title, rows in sheets.items() if title not in marks(sheets)})
    for title in marks(sheets):
        headings, rows = sheets[title][0], sheets[title][1:]
        at = headings.index("期间")
        keep = [column for column, name in enumerate(headings) if name in shared]
        items = [column for column in range(len(headings)) if column not in keep and column != at]
        periods = list(dict.fromkeys(period(row[at]) for row in rows))
        members = {}
        for row in rows:
            members.setdefault(tuple(row[column] for column in keep), {})[period(row[at])] = row
        sheet = book.create_sheet(title)
        sheet.append([f"{title}（2026年）"])
        sheet.append([*(headings[column] for column in keep), "积分项目", "各期得分", *(None for _ in periods)])
        sheet.append([*(None for _ in keep), None, *periods, "全年"])
        for column in range(1, len(keep) + 2):
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
        sheet.merge_cells(start_row=2, end_row=2, start_column=len(keep) + 2, end_column=len(keep) + 2 + len(periods))
        for member, of in members.items():
            start = sheet.max_row + 1
            for column in items:
                sheet.append([*member, headings[column], *(of[one][column] if one in of else None for one in periods)])
            sheet.append([*member, "小计", *(1 for _ in periods)])
            for column in range(1, len(keep) + 1):
                sheet.merge_cells(start_row=start, end_row=sheet.max_row, start_column=column, end_column=column)
        sheet.append(["合计", *(None for _ in keep), *(9 for _ in periods)])
    return book


def by_period(sheets, named):
    """A sheet or a table for each period, without a column that tells it."""
    title = marks(sheets)[0]
    if len(marks(sheets)) > 1:
        return None
    headings, rows = sheets[title][0], sheets[title][1:]
    at = headings.index("期间")
    book = plain({name: rows for name, rows in sheets.items() if name != title})
    sheet = None
    for own in dict.fromkeys(period(row[at]) for row in rows):
        if named(own) or sheet is None:
            sheet = book.create_sheet(named(own) or title)
        sheet.append([f"2026年{own}积分登记" if not named(own) else "积分登记"])
        sheet.append([name for column, name in enumerate(headings) if column != at])
        for row in rows:
            if period(row[at]) == own:
                sheet.append([value for column, value in enumerate(row) if column != at])
        sheet.append([])
    return book


def sheet_a_period(sheets):
    return by_period(sheets, lambda own: own)


def suffix_a_period(sheets):
    return by_period(sheets, lambda own: f"{MARKS}-{own}")


def title_a_period(sheets):
    return by_period(sheets, lambda own: None)


def merged_names(sheets):
    """Name and number once for all rows of a member."""
    book = plain(sheets)
    for title in marks(sheets):
        sheet, headings = book[title], sheets[title][0]
        columns = [headings.index(name) + 1 for name in ("姓名", "序号") if name in headings]
        start = 2
        for row in range(3, sheet.max_row + 2):
            same = row <= sheet.max_row and all(sheet.cell(row, c).value == sheet.cell(start, c).value for c in columns)
            if not same:
                for column in columns:
                    if row - 1 > start:
                        sheet.merge_cells(start_row=start, end_row=row - 1, start_column=column, end_column=column)
                start = row
    return book


def system_1904(sheets):
    book = plain(sheets)
    book.epoch = CALENDAR_MAC_1904
    return book


def as_typed(sheets):
    """Numbers as text, full width, with units; dates in other spellings; padded names; other words for periods."""
    book = plain(sheets)
    wide_digits = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    count = 0
    for title, rows in sheets.items():
        for row, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                cell, heading = book[title].cell(row, column), rows[0][column - 1]
                count += 1
                if title == COVER or row == 1 or isinstance(value, bool):
                    continue
                if isinstance(value, datetime.datetime):
                    cell.number_format = "General"
                    cell.value = [value.strftime("%Y.%m.%d"), f"{value.year}年{value.month}月{value.day}日", int(value.strftime("%Y%m%d"))][count % 3]
                elif title.startswith(MARKS) and isinstance(value, (int, float)) and heading not in ("序号", "期间"):
                    cell.value = [f"{value}分", str(value).translate(wide_digits), f" {value} ", value, f"'{value}"][count % 5]
                elif heading == "姓名" and len(str(value)) == 2:
                    cell.value = f"{value[0]}\u3000{value[1]}\u00a0"
                elif heading == "期间" and value in QUARTERS:
                    cell.value = [f"第{value}", f"Q{QUARTERS.index(value) + 1}", f"{QUARTERS.index(value) + 1}季度", value][count % 4]
                elif heading == "期间" and str(value).endswith("月"):
                    cell.value = [value[:-1].zfill(2) + "月", int(value[:-1]), value][count % 3]
    return book


def moved(sheets):
    """Columns turned round, further ones between, tables not in the corner, a filter on."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        if title == COVER:
            for row in rows:
                sheet.append([None, *row])
            continue
        for at, row in enumerate(rows, 4):
            for column, value in enumerate([*reversed(row), "核对" if at == 4 else None], 3):
                sheet.cell(at, column).value = value
        sheet.cell(2, 5).value = f"{title}（初稿）"
        sheet.cell(2, 5).font = Font(size=16, bold=True)
        sheet.auto_filter.ref = f"C4:{sheet.cell(4, sheet.max_column).coordinate}"
    return book


VARIANTS = [
    two_heading_rows, bonus_in_two, headings_again, wrong_names, other_names, one_sheet, hidden, cover_across, cover_in_pairs,
    quarters_above, quarters_in_front, sheet_a_period, suffix_a_period, title_a_period, merged_names, system_1904, as_typed, moved,
    items_in_rows,
]
# LibreOffice saves these in the old formats too: merged cells and hidden rows are told differently there.
ALSO_OLD = [two_heading_rows, merged_names, hidden, quarters_above, items_in_rows]
MAY_NOTE = {"text-number", "name-normalised", "extra-sheet", "extra-column", "hidden-data", "not-scored"}


def judged(workspace, case, what, wants):
    """Runs over the variant in its workspace; it must be accepted with the results of the original."""
    out = workspace / "out"
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run([PROGRAM, "run", workspace, "--out", out, "--forms", "return", "--quiet"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"variants: {what} ended with {done.returncode}\n{done.stderr}")
    read = lambda path: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    got = {(row["seq"], row["name"], row["subject"]): row for row in read(out / "2026/results.jsonl") if row["branch_code"] == "0101"}
    for finding in read(out / "2026/findings.jsonl"):
        if finding["branch_code"] == "0101" and finding["code"] not in MAY_NOTE:
            fault(f"{what}: {finding['code']} {finding['sheet']} {finding['cell']} {finding['value']} {finding['message']}")
    codes = {finding["code"] for finding in read(out / "2026/findings.jsonl") if finding["branch_code"] == "0101"}
    if not wants <= codes:
        fault(f"{what}: no note {wants - codes}")
    expected = [row for row in read(CASES / case / "expected.jsonl") if row["branch_code"] == "0101"]
    for row in expected:
        mine = got.get((row["seq"], row["name"], row["subject"]))
        if mine is None:
            fault(f"{what}: no result for {row['name']}")
            return
        wrong = [field for field in ("total_exact", "grade", "stars", "rank", "honours", "veto") if field in row and mine[field] != row[field]]
        if wrong:
            fault(f"{what}: {row['name']} {wrong[0]}: {mine[wrong[0]]} instead of {row[wrong[0]]}")
            return


def varied(scheme, folder):
    case, count = f"clean-{scheme}", 0
    original = next((CASES / case / "inbox").rglob("*东1支部.xlsx"))
    sheets = content(original)
    for variant in VARIANTS:
        book = variant(sheets)
        if book is None:
            continue
        workspace = folder / f"{scheme}-{variant.__name__}"
        (workspace / "inbox").mkdir(parents=True)
        for name in ["scorebook.toml", "机构名册.xlsx"]:
            shutil.copy(CASES / case / name, workspace)
        path = workspace / "报送.xlsx"
        book.save(path)
        shutil.copy(path, workspace / "inbox")
        wants = {wrong_names: {"extra-sheet"}, one_sheet: {"extra-sheet"}, hidden: {"hidden-data"}, as_typed: {"text-number"}}.get(variant, set())
        judged(workspace, case, f"{scheme} {variant.__name__}", wants)
        count += 1
        for to in ["xls", "ods"] if variant in ALSO_OLD else []:
            soffice([path], to, workspace / to)
            shutil.rmtree(workspace / "inbox")
            shutil.copytree(workspace / to, workspace / "inbox")
            judged(workspace, case, f"{scheme} {variant.__name__} as {to}", wants)
            count += 1
    return count


with tempfile.TemporaryDirectory(prefix="scorebook-") as folder:
    chosen = sys.argv[1:] or SCHEMES
    count = sum(varied(scheme, Path(folder)) for scheme in chosen)
finish(f"{count} ways to draw a workbook of {len(chosen)} schemes read to the same results")
