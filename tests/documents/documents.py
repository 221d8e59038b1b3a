#!/usr/bin/env python3
"""What a run writes, as other programs see it: every PDF by poppler, every XLSX by openpyxl and LibreOffice, and both alike."""

import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pypdf

from common import COUNTY, PERIODS, WORKSPACES, fault, finish, forms, further, run

BOARD = "考核公示栏"
# Has a PDF alone.
BOUND = "记录本"
ONE_A_MEMBER = ("积分登记表", "党员积分卡")
BOARD_MEMBERS, BOARD_BYTES = 40, 200_000


def poppler(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fault(f"{command}: {done.stderr.strip()}")
    return done.stdout


def bare(text):
    return "".join(str(text).split())


def shown(cell):
    """A cell as its number format shows it. A format that is not known here ends the check."""
    value, style = cell.value, cell.number_format
    if isinstance(value, (datetime.datetime, datetime.date)):
        if style == 'yyyy"年"m"月"d"日"':
            return f"{value.year}年{value.month}月{value.day}日"
    elif isinstance(value, str):
        return bare(value)
    elif style == "General":
        return format(Decimal(str(value)).normalize(), "f")
    elif style == "0.0#":
        return str(Decimal(str(value)).quantize(Decimal("1.00"), ROUND_HALF_UP)).removesuffix("0")
    elif re.fullmatch(r"(0(?:\.0+)?)(?:;−\1)?", style):
        digits, _, signed = style.partition(";")
        text = str(Decimal(str(value)).quantize(Decimal(digits.replace("0", "1", 1)), ROUND_HALF_UP))
        return text.replace("-", "−") if signed else text
    sys.exit(f"documents: {cell.coordinate} = {value!r} has number format {style!r}; teach this check to show it")


def xlsx_pages(book):
    """The texts of each printed page: print titles, the rows between manual breaks, header and footer."""
    pages = []
    for sheet in book.worksheets:
        rows = {row[0].row: [shown(cell) for cell in row if cell.value is not None] for row in sheet.iter_rows()}
        first, last = (int(n) for n in re.findall(r"\d+", sheet.print_title_rows)) if sheet.print_title_rows else (1, 0)
        titles = [text for row in range(first, last + 1) for text in rows.get(row, [])]
        start = 1
        for end in [brk.id for brk in sheet.row_breaks.brk] + [sheet.max_row]:
            if end < start:
                continue
            page = [text for row in range(start, end + 1) for text in rows.get(row, [])]
            pages.append((sheet, (titles if start > last else []) + page))
            start = end + 1
    texts = []
    for number, (sheet, page) in enumerate(pages, 1):
        margins = [part.text for where in (sheet.oddHeader, sheet.oddFooter) for part in (where.left, where.center, where.right)]
        codes = {"&P": str(number), "&N": str(len(pages)), "&A": sheet.title}
        for text in filter(None, margins):
            for code, value in codes.items():
                text = text.replace(code, value)
            page.append(bare(text))
        texts.append([text for text in page if text])
    return texts


def check_pdf(path, where):
    info = dict(line.split(":", 1) for line in poppler("pdfinfo", path).splitlines() if ":" in line)
    if not info.get("Title", "").strip():
        fault(f"{where}: no title")
    if info.get("Tagged", "").strip() != "yes":
        fault(f"{where}: not tagged")
    meta = poppler("pdfinfo", "-meta", path)
    if not re.search(r"pdfaid:part>2<", meta) or not re.search(r"pdfaid:conformance>U<", meta):
        fault(f"{where}: XMP does not say PDF/A-2B")
    # Rows are tagged, each with one cell: print titles as headings, the rest as data.
    tags = Counter(re.match(r"\s*(\w*)", line)[1] for line in poppler("pdfinfo", "-struct", path).splitlines())
    if not tags["Table"] or not tags["TR"] or tags["TR"] != tags["TH"] + tags["TD"]:
        fault(f"{where}: structure {dict(tags)}")
    if path.stem in ONE_A_MEMBER:
        entries = sum(not isinstance(entry, list) for entry in pypdf.PdfReader(path).outline)
        code = path.parent.name.split("-")[0]
        results = (path.parents[2] / "results.jsonl").read_text("utf-8").splitlines()
        # A scheme that the period leaves unscored has no form, nor has whom the period asks nothing of.
        rows = [json.loads(line) for line in results]
        scored = {row["scheme"] for row in rows if row["total"] is not None}
        own = [row for row in rows if row["branch_code"] == code and row["subject"] == "member" and row["scheme"] in scored]
        members = sum({"not-scored", "not-expected"}.isdisjoint(row["flags"]) for row in own)
        if entries != members:
            fault(f"{where}: {entries} entries in the outline for {members} members")
    # Columns of pdffonts, from the right: object (2), uni, sub, emb.
    fonts = [line.split() for line in poppler("pdffonts", path).splitlines()[2:]]
    if not fonts:
        fault(f"{where}: no fonts, so no text")
    for font in fonts:
        if font[-5:-2] != ["yes"] * 3:
            fault(f"{where}: font {font[0]} embedded, subset, with Unicode: {font[-5:-2]}")
    text = poppler("pdftotext", "-raw", path, "-")
    if not text.strip() or "\ufffd" in text:
        fault(f"{where}: text empty or with U+FFFD")
    return [bare(page) for page in text.split("\f")[:-1]]


def check_xlsx(path, where):
    book = openpyxl.load_workbook(path)
    names = [sheet.title for sheet in book.worksheets]
    if len({name.casefold() for name in names}) < len(names) or max(map(len, names)) > 31:
        fault(f"{where}: sheet names {names}")
    for sheet in book.worksheets:
        owners = {}
        for merge in sheet.merged_cells.ranges:
            for cell in merge.cells:
                if (other := owners.setdefault(cell, merge)) is not merge:
                    fault(f"{where} {sheet.title}: {merge} and {other} overlap")
                    break
        if all(cell.value is None for row in sheet.iter_rows() for cell in row):
            fault(f"{where} {sheet.title}: empty sheet")
    return book


def check_alike(book, pdf, where):
    xlsx = xlsx_pages(book)
    if len(xlsx) != len(pdf):
        fault(f"{where}: {len(xlsx)} pages in the XLSX, {len(pdf)} in the PDF")
        return
    for number, (cells, text) in enumerate(zip(xlsx, pdf), 1):
        # The PDF draws cell after cell, row after row: its text is that of the cells, in order.
        at = 0
        for cell in cells:
            if not text.startswith(cell, at):
                fault(f"{where} page {number}: {cell!r} in the XLSX, {text[at : at + len(cell) + 10]!r} in the PDF")
                break
            at += len(cell)
        else:
            if at < len(text):
                fault(f"{where} page {number}: only in the PDF: {text[at:]!r}")


def check_words_apart(book, pdf, where):
    """The structure of a PDF, which is read aloud and copied, has a blank between the cells of a row."""
    lines = re.findall(r'^\s*"(.*)"$', poppler("pdfinfo", "-struct-text", pdf), re.M)
    known, rows = {tuple(line.split()) for line in lines}, 0
    for row in book.worksheets[0].iter_rows():
        words = tuple(shown(cell) for cell in row if cell.value is not None and shown(cell))
        if len(words) >= 4 and words[0].isdigit():
            rows += 1
            if words not in known:
                fault(f"{where}: no line of the structure reads {' '.join(words)}")
    if not rows:
        fault(f"{where}: no row of a member")


def values(sheet):
    """What the cells hold; LibreOffice drops empty texts and keeps fifteen digits of a number."""
    cells = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value not in (None, "")}
    return {key: float(f"{value:.15g}") if isinstance(value, float) else value for key, value in cells.items()}


def check_office(books):
    """LibreOffice reads the same values from one workbook of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "in").mkdir()
        for number, path in enumerate(books):
            shutil.copy(path, folder / "in" / f"{number}.xlsx")
        office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", folder / "out"]
        subprocess.run([*office, *sorted((folder / "in").iterdir())], check=True, capture_output=True)
        for number, path in enumerate(books):
            ours, theirs = openpyxl.load_workbook(path), openpyxl.load_workbook(folder / "out" / f"{number}.xlsx", data_only=True)
            if ours.sheetnames != theirs.sheetnames:
                fault(f"{path.name}: sheets {theirs.sheetnames} in LibreOffice")
                continue
            for sheet in ours.worksheets:
                other = theirs[sheet.title]
                cells, read = values(sheet), values(other)
                for key in cells.keys() | read.keys():
                    if cells.get(key) != read.get(key):
                        fault(f"{path.name} {sheet.title} {key}: {cells.get(key)!r} is {read.get(key)!r} in LibreOffice")
                if {str(m) for m in sheet.merged_cells.ranges} != {str(m) for m in other.merged_cells.ranges}:
                    fault(f"{path.name} {sheet.title}: other merges in LibreOffice")


def main():
    kinds, example, titles = {}, {}, list(forms().values())
    with tempfile.TemporaryDirectory() as folder:
        for workspace in WORKSPACES:
            for period in PERIODS if workspace == COUNTY else PERIODS[:1]:
                run(workspace, Path(folder) / workspace.name, "--period", period)
        further(Path(folder) / "further")
        for root in [Path(folder) / name for name in (*(workspace.name for workspace in WORKSPACES), "further")]:
            for path in sorted(root.rglob("*")):
                if path.suffix not in (".pdf", ".xlsx"):
                    continue
                where = str(path.relative_to(folder))
                # 积分说明-张三 is one of 积分说明.
                name = max((title for title in titles if title in path.stem), key=len, default=path.stem)
                kind = kinds.setdefault(name, Counter())
                kind[path.suffix] += 1
                # Sorted, a PDF comes just before its XLSX.
                if path.suffix == ".pdf":
                    pdf, pages = path, check_pdf(path, where)
                    kind["pages"] += len(pages)
                    kind["largest"] = max(kind["largest"], path.stat().st_size)
                    if path.stem != BOUND and not path.with_suffix(".xlsx").exists():
                        fault(f"{where}: no XLSX beside it")
                else:
                    book = check_xlsx(path, where)
                    example.setdefault(name, path)
                    if path.with_suffix(".pdf").exists():
                        assert pdf == path.with_suffix(".pdf")
                        check_alike(book, pages, where)
                    if path.stem == BOARD:
                        check_words_apart(book, path.with_suffix(".pdf"), where)
                        members = sum(isinstance(cell.value, int) for cell in book.worksheets[0]["A"])
                        size = path.with_suffix(".pdf").stat().st_size
                        if not members or members <= BOARD_MEMBERS and size >= BOARD_BYTES:
                            fault(f"{where}: a board of {members} members has {size} bytes")
        check_office(list(example.values()))
    for name, kind in sorted(kinds.items()):
        print(f"  {name}: {kind['.pdf']} PDF ({kind['pages']} pages, largest {kind['largest']} bytes), {kind['.xlsx']} XLSX")
    if lacking := [title for title in titles if not kinds.get(title, {}).get(".pdf")]:
        fault(f"no PDF of {lacking} was written")
    finish(f"{len(kinds)} kinds of documents")


if __name__ == "__main__":
    main()
