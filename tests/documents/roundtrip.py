#!/usr/bin/env python3
"""Blank workbooks handed out, filled in by openpyxl and saved again by LibreOffice, read back: no finding, right results.

Each clean workspace of `tests/cases` gives the rosters and the marks; its `expected*.jsonl` were worked out by another
program from the same marks.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import openpyxl

from common import PROGRAM, ROOT, fault, finish

CASES = ROOT / "tests/cases"
SCHEMES = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"]
RUNS = [("2026", "expected.jsonl"), ("2026H1", "expected-2026H1.jsonl")]
FACTS = ["奖惩", "一票否决", "评优推荐"]
ALIASES = {"党员姓名": "姓名", "身份证号码": "身份证号", "公民身份号码": "身份证号", "时期": "期间", "周期": "期间"}


def key(value):
    text = re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFKC", str(value)))
    text = re.sub(r"\(\d+(\.\d+)?分\)$", "", text.rstrip(":"))
    return ALIASES.get(text, text)


def name(value):
    return re.sub("[•・‧．]", "·", re.sub(r"\s", "", str(value or "")))


def soffice(files, to, folder):
    """Converts workbooks; the results keep their stems."""
    folder.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation=file://{tempfile.gettempdir()}/scorebook-roundtrip-{os.getpid()}"
    command = ["soffice", "--headless", profile, "--convert-to", to, "--outdir", folder, *files]
    subprocess.run(command, check=True, capture_output=True)


class Table:
    """A sheet's table: where each heading stands, and its rows below."""

    def __init__(self, sheet, headings):
        self.sheet = sheet
        rows = list(sheet.iter_rows(min_row=1, max_row=40))
        hits = [sum(1 for cell in row if cell.value is not None and key(cell.value) in headings) for row in rows]
        self.head = rows[hits.index(max(hits))][0].row
        self.columns = {key(cell.value): cell.column for cell in sheet[self.head] if cell.value is not None}

    def rows(self):
        return range(self.head + 1, self.sheet.max_row + 1)

    def get(self, row, heading):
        return self.sheet.cell(row, self.columns[heading]).value if heading in self.columns else None

    def put(self, row, heading, value):
        self.sheet.cell(row, self.columns[heading]).value = value


HEADINGS = {"序号", "姓名", "期间", "评分方", "票号", "票数", "类别", "身份证号", "种类", "级别", "情形", "依据", "荣誉", "项目", "审核得分"}


def period(value):
    text = key(value)
    months = re.fullmatch(r"0?(\d{1,2})月?", text)
    if months:
        return f"{months[1]}月"
    quarter = re.fullmatch(r"第?([一二三四1234])季度?|Q([1234])", text)
    if quarter:
        digit = quarter[1] or quarter[2]
        return "一二三四"[int(digit) - 1] + "季度" if digit.isdigit() else digit + "季度"
    return text


def anchor(table, row):
    """What tells a row from the others of its sheet."""
    parts = [name(table.get(row, "姓名"))]
    for heading in ["序号", "期间", "评分方", "票号", "项目"]:
        value = table.get(row, heading)
        parts.append(period(value) if heading == "期间" and value is not None else str(value or ""))
    return tuple(parts)


def fill(blank, original, seqs):
    """Puts what the original says into the blank; a row that the blank lacks is added below."""
    for sheet in blank.worksheets:
        title = key(sheet.title)
        if title == "填报说明":
            continue
        if title == "支部信息":
            values = {key(row[0].value): row[1].value for row in original[sheet.title].iter_rows(max_col=2) if row[0].value}
            for row in sheet.iter_rows(max_col=2):
                field = key(row[0].value) if row[0].value else ""
                if field in ("填报人", "联系电话", "报出日期"):
                    row[1].value = values.get(field)
            continue
        source = [own for own in original.worksheets if key(own.title) == title]
        if not source and title.partition("-")[2]:
            source = [own for own in original.worksheets if key(own.title) == title.partition("-")[0]]
        if not source:
            continue
        target, source = Table(sheet, HEADINGS), Table(source[0], HEADINGS)
        if title == "党员名册":
            continue
        # Rows that are added below go where the lines to sign stand.
        for merged in [merged for merged in sheet.merged_cells.ranges if merged.min_row > target.head]:
            sheet.unmerge_cells(merged.coord)
        for row in target.rows():
            if any("签字" in str(cell.value or "") for cell in sheet[row]):
                for cell in sheet[row]:
                    cell.value = None
        known = {anchor(target, row): row for row in target.rows() if target.get(row, "姓名") or target.get(row, "项目")}
        free = max(known.values(), default=target.head) + 1
        for row in source.rows():
            who = anchor(source, row)
            if not (who[0] and who[0] in seqs) and not who[5]:
                continue
            at = known.get(who) or known.get((who[0], str(seqs.get(who[0], "")), *who[2:]))
            if at is None:
                at, free = free, free + 1
            for heading in target.columns:
                value = source.get(row, heading)
                if heading == "序号" and value is None:
                    value = seqs.get(who[0])
                if value is not None:
                    target.put(at, heading, value)
    return blank


def rosters(book):
    table = Table(next(sheet for sheet in book.worksheets if key(sheet.title) == "党员名册"), HEADINGS)
    return {name(table.get(row, "姓名")): table.get(row, "序号") for row in table.rows() if table.get(row, "姓名")}


def program(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"roundtrip: {arguments} ended with {done.returncode}\n{done.stderr}")
    return done


def compare(workspace, case, what, codes=("missing-submission", "early-posting", "not-owed")):
    """Runs and holds results and findings to the case's expectations."""
    for run, expected in RUNS:
        out = workspace / f"out-{run}"
        program("run", workspace, "--period", run, "--out", out, "--forms", "board", "--quiet")
        rows = [json.loads(line) for line in (out / run / "results.jsonl").read_text("utf-8").splitlines()]
        got = {(row["branch_code"], row["seq"], row["name"], row["subject"]): row for row in rows}
        for line in (CASES / case / expected).read_text("utf-8").splitlines():
            row = json.loads(line)
            mine = got.get((row["branch_code"], row["seq"], row["name"], row["subject"]))
            if mine is None:
                fault(f"{case} {what} {run}: no result for {row['branch_code']} {row['name']}")
                continue
            for field, value in row.items():
                same = mine[field] == value
                if field == "figures":
                    same = all(mine[field].get(figure) == number for figure, number in value.items())
                if field == "flags":
                    same = set(value) <= set(mine[field])
                if not same:
                    fault(f"{case} {what} {run}: {row['branch_code']} {row['name']} {field}: {mine[field]} instead of {value}")
        for line in (out / run / "findings.jsonl").read_text("utf-8").splitlines():
            finding = json.loads(line)
            if finding["code"] not in codes:
                fault(f"{case} {what} {run}: {finding['code']} {finding['file']} {finding['sheet']} {finding['cell']} {finding['value']}")


def issued(scheme, folder):
    case = f"clean-{scheme}"
    workspace = folder / scheme
    shutil.copytree(CASES / case, workspace)
    originals = workspace / "originals"
    old = [path for path in (workspace / "inbox").rglob("*") if path.is_file() and path.suffix != ".xlsx"]
    if old:
        soffice(old, "xlsx", originals)
    for path in (workspace / "inbox").rglob("*.xlsx"):
        originals.mkdir(exist_ok=True)
        shutil.copy(path, originals)
    program("issue", workspace, "--roster-from", workspace / "inbox")
    shutil.rmtree(workspace / "inbox")
    (workspace / "inbox").mkdir()
    by_code = {}
    for path in originals.glob("*.xlsx"):
        book = openpyxl.load_workbook(path, data_only=True)
        values = {key(row[0].value): row[1].value for row in book["支部信息"].iter_rows(max_col=2) if row[0].value}
        by_code[str(values["支部编码"])] = book
    for path in (workspace / "issue").rglob("*.xlsx"):
        book = by_code.get(path.name.partition("-")[0])
        if book is not None:
            blank = fill(openpyxl.load_workbook(path), book, rosters(book))
            blank.save(workspace / "inbox" / path.name)
    compare(workspace, case, "filled by openpyxl")
    filled = sorted((workspace / "inbox").glob("*.xlsx"))
    for to in ["xlsx", "ods"]:
        soffice(filled, to, workspace / to)
        shutil.rmtree(workspace / "inbox")
        shutil.copytree(workspace / to, workspace / "inbox")
        compare(workspace, case, f"saved by LibreOffice as {to}")
    return len(filled)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="scorebook-") as folder:
        chosen = [word for word in sys.argv[1:] if not word.startswith("--")] or SCHEMES
        count = sum(issued(scheme, Path(folder)) for scheme in chosen)
    finish(f"{count} blank workbooks of {len(chosen)} schemes filled, saved by two programs and read back")
