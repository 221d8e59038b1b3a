#!/usr/bin/env python3
"""Templates meant to do harm: each gives a template error with its place or a correct sample, in bounded time and memory.

`--write DIR` only leaves them there, for harmless.py."""

import io
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import openpyxl
from openpyxl.drawing.image import Image
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import SheetFormatProperties
from PIL import Image as Picture

from common import PROGRAM, fault, finish

SHOW = "--show" in sys.argv
# What one check may take. The bundled fonts alone are 55 MB; the debug program is some times slower than the released one.
MEMORY = 1 << 30
SECONDS = 60

NAME = "{.姓名}"
THIN = Border(*[Side("thin")] * 4)


def book():
    made = openpyxl.Workbook()
    made.active.title = "表"
    made.active["A1"] = NAME
    return made, made.active


def saved(made):
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(data, change, method=zipfile.ZIP_DEFLATED):
    """The workbook with its parts changed; `change` gets name and bytes and gives bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def sheet(change):
    """A plain book with its sheet's XML changed."""
    return repacked(saved(book()[0]), lambda name, data: change(data.decode()).encode() if name.endswith("sheet1.xml") else data)


def long_cell():
    made, page = book()
    page["A2"] = "字" * 10_000
    page["A2"].alignment = openpyxl.styles.Alignment(wrap_text=True)
    page.column_dimensions["A"].width = 80
    return saved(made)


def longest_cell():
    made, page = book()
    page["A2"] = "字" * 32_767
    return saved(made)


def many_columns(count=500):
    made, page = book()
    for column in range(1, count + 1):
        page.cell(1, column, NAME if column == 1 else column)
    return saved(made)


def styled_columns(border=None):
    made, page = book()
    for column in range(2, 16_385):
        cell = page.cell(1, column)
        cell.font = Font(bold=True)
        if border:
            cell.border = border
    return saved(made)


def merges():
    made, page = book()
    for index in range(3_000):
        row, column = 1 + index // 30, 1 + 2 * (index % 30)
        page.cell(row, column, NAME if row == 1 else index)
        page.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + 1)
    return saved(made)


def block_of_merges():
    made, page = book()
    for index in range(3_000):
        row, column = 1 + index // 30, 1 + 2 * (index % 30)
        page.cell(row, column, NAME if index in (0, 2_999) else "字")
        page.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + 1)
    return saved(made)


def overlapping():
    return sheet(lambda text: text.replace("</sheetData>", '</sheetData><mergeCells count="2"><mergeCell ref="A2:C4"/><mergeCell ref="B3:D6"/></mergeCells>'))


def huge_merge(area="A1:CV2100"):
    return sheet(lambda text: text.replace("</sheetData>", f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'))


def repeat_in_merge():
    made, page = book()
    page.merge_cells("A1:Z400")
    return saved(made)


def zero_width():
    made, page = book()
    page["B1"] = "字"
    page.column_dimensions["A"].width = 0
    page.column_dimensions["B"].width = 0.01
    return saved(made)


def margins(value):
    return sheet(lambda text: re.sub(r"<pageMargins[^>]*>", f'<pageMargins left="{value}" right="{value}" top="{value}" bottom="{value}" header="{value}" footer="{value}"/>', text))


def setup(attributes):
    return sheet(lambda text: re.sub(r"(<pageMargins[^>]*>)", rf"\1<pageSetup {attributes}/>", text))


def titles(reference, rows=3, height=None):
    made, page = book()
    page["A1"] = "题"
    for row in range(2, rows):
        page.cell(row, 1, "题")
    page.cell(rows, 1, NAME)
    if height:
        page.row_dimensions[1].height = height
        page.row_dimensions[2].height = height
    page.print_title_rows = reference
    return saved(made)


def bomb(part="xl/worksheets/sheet1.xml"):
    def change(name, data):
        return data.replace(b"</sheetData>", b" " * (600 << 20) + b"</sheetData>") if name == part else data

    return repacked(saved(book()[0]), change)


def many_bombs():
    """No part is over the limit alone."""
    made, _ = book()
    for index in range(30):
        made.create_sheet(f"表{index}")["A1"] = NAME
    return repacked(saved(made), lambda name, data: data.replace(b"</sheetData>", b" " * (30 << 20) + b"</sheetData>"))


def dimension():
    return sheet(lambda text: re.sub(r"<dimension[^>]*>", '<dimension ref="A1:XFD1048576"/>', text))


def beyond_the_last_row():
    return sheet(lambda text: text.replace("</sheetData>", '<row r="10001"><c r="A10001" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'))


def million_rows():
    rows = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(2, 1_000_000))
    return sheet(lambda text: text.replace("</sheetData>", rows + "</sheetData>"))


def million_cells():
    rows = "".join(f'<row r="{row}">' + "<c><v>1</v></c>" * 900 + "</row>" for row in range(2, 1_100))
    return sheet(lambda text: text.replace("</sheetData>", rows + "</sheetData>"))


def empty_elements():
    return sheet(lambda text: text.replace("</sheetData>", "</sheetData>" + "<a/>" * 7_000_000))


def deep():
    return sheet(lambda text: text.replace("</sheetData>", "</sheetData>" + "<a>" * 1_000_000 + "</a>" * 1_000_000))


def entities():
    head = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    return sheet(lambda text: head + text.replace("</sheetData>", '<row r="2"><c r="A2" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData>'))


def with_strings(strings, cells):
    """A book with a table of shared strings and cells that point into it."""
    parts = {
        "xl/_rels/workbook.xml.rels": (
            b"</Relationships>",
            b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
            b' Target="sharedStrings.xml"/></Relationships>',
        ),
        "[Content_Types].xml": (
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml"'
            b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        ),
        "xl/worksheets/sheet1.xml": (b"</sheetData>", cells + b"</sheetData>"),
    }
    data = repacked(saved(book()[0]), lambda name, data: data.replace(*parts[name]) if name in parts else data)
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        table = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + strings + b"</sst>"
        archive.writestr("xl/sharedStrings.xml", table)
    return out.getvalue()


def strings():
    return with_strings(b"<si><t>x</t></si>" * 1_700_000, b"")


def one_string_everywhere():
    rows = b"".join(b'<row r="%d">' % row + b'<c t="s"><v>0</v></c>' * 100 + b"</row>" for row in range(2, 4))
    return with_strings(b"<si><t>" + b"x" * 32_000 + b"</t></si>", rows)


def styles():
    def change(name, data):
        if name.endswith("styles.xml"):
            return data.replace(b"</cellXfs>", b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>' * 300_000 + b"</cellXfs>")
        return data

    return repacked(saved(book()[0]), change)


def sheets():
    made, _ = book()
    for index in range(150):
        made.create_sheet(f"表{index}")["A1"] = "字"
    return saved(made)


def dense_sheets():
    """Few cells a sheet, but far apart: the space between would be filled."""
    made, _ = book()
    for index in range(9):
        page = made.create_sheet(f"表{index}")
        page.cell(300, 1, "下")
        page.cell(1, 100, "右")
    return saved(made)


def picture(data):
    made, page = book()
    image = io.BytesIO()
    Picture.new("RGB", (4, 4), "red").save(image, "PNG")
    page.add_image(Image(image), "B3")
    return repacked(saved(made), lambda name, old: data if name.startswith("xl/media/") else old)


def big_picture():
    """20,000 by 20,000 pixels of one colour, honest and small."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 20_000 // 8)
    body = b"".join(packer.compress(row) for _ in range(20_000)) + packer.flush()
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def many_pictures():
    made, page = book()
    image = io.BytesIO()
    Picture.new("RGB", (4, 4), "red").save(image, "PNG")
    for row in range(1, 301):
        page.add_image(Image(io.BytesIO(image.getvalue())), f"B{row}")
    return saved(made)


def heights(value):
    return sheet(lambda text: text.replace("<row r=\"1\"", f'<row ht="{value}" customHeight="1" r="1"'))


def fonts(size):
    made, page = book()
    page["A1"].font = Font(name="宋体", size=11)
    return repacked(saved(made), lambda name, data: re.sub(rb'<sz val="[^"]*"', b'<sz val="%s"' % size.encode(), data) if name.endswith("styles.xml") else data)


def number(value):
    return sheet(lambda text: text.replace("</sheetData>", f'<row r="2"><c r="A2"><v>{value}</v></c></row></sheetData>'))


def formulas(count=2_000):
    made, page = book()
    page["B1"] = 1
    for row in range(2, count + 1):
        page[f"B{row}"] = f"=SUM(B1:B{row - 1})"
    return saved(made)


def circle():
    made, page = book()
    page["B1"], page["B2"], page["B3"] = "=B2", "=B3", "=SUM(B1:B2)"
    return saved(made)


def placeholders():
    made, page = book()
    for row in range(2, 2_002):
        for column in range(1, 51):
            page.cell(row, column, "{没有}")
    return saved(made)


def braces():
    made, page = book()
    page["A2"] = "{" * 10_001
    return saved(made)


def conditions(count, area, rule):
    """So many conditional formats over an area of a page of 300 rows."""
    made, page = book()
    for row in range(2, 302):
        for column in range(1, 21):
            page.cell(row, column, row * column)
    rules = "".join(f'<conditionalFormatting sqref="{area}"><cfRule priority="{at + 1}" {rule}</cfRule></conditionalFormatting>' for at in range(count))
    return repacked(saved(made), lambda name, data: data.replace(b"</sheetData>", b"</sheetData>" + rules.encode()) if name.endswith("sheet1.xml") else data)


SCALE = 'type="colorScale"><colorScale><cfvo type="min"/><cfvo type="max"/><color rgb="FFFF0000"/><color rgb="FF00FF00"/></colorScale>'


def charts(count, values="B2:B301"):
    from openpyxl.chart import PieChart, Reference

    made, page = book()
    for row in range(2, 302):
        page.cell(row, 2, row * 1e300 if row % 2 else -row)
    for _ in range(count):
        chart = PieChart()
        chart.add_data(Reference(page, range_string=f"表!{values}"))
        page.add_chart(chart, "D2")
    return saved(made)


def no_zip():
    return b"PK\x03\x04" + os.urandom(5_000)


def truncated():
    data = saved(book()[0])
    return data[: len(data) // 2]


GOOD, BAD = "a sample", "an error"

# Name, the file, what must come of it, a pattern its words or its sample's text must show.
CASES = [
    ("10,000 characters in a cell", long_cell, GOOD, r"(?s)^(?:[^字]*字){10000}[^字]*$"),
    ("the longest cell", longest_cell, GOOD, "字字字"),
    ("500 columns", many_columns, GOOD, r"\b500\b"),
    ("1,001 columns", lambda: many_columns(1_001), BAD, "表格过大"),
    ("16,384 columns with a font", styled_columns, GOOD, "张甲"),
    ("16,384 columns with borders", lambda: styled_columns(THIN), BAD, "表格过大"),
    ("3,000 merged ranges", merges, GOOD, "2999"),
    ("3,000 merged ranges in a block", block_of_merges, GOOD, "张甲"),
    ("overlapping merges", overlapping, BAD, "表!B3.*重叠"),
    ("a merge of 210,000 cells", huge_merge, BAD, "表格过大"),
    ("a merge beyond the last row", lambda: huge_merge("A1:A10001"), BAD, "表格过大"),
    ("a repeat inside a huge merge", repeat_in_merge, GOOD, "张甲"),
    ("zero width", zero_width, GOOD, ""),
    ("negative margins", lambda: margins("-3"), GOOD, "张甲"),
    ("margins that are no numbers", lambda: margins("NaN"), GOOD, "张甲"),
    ("margins larger than the paper", lambda: margins("20"), BAD, "页边距"),
    ("paper of 1 mm", lambda: setup('paperWidth="1mm" paperHeight="1mm"'), GOOD, "张甲"),
    ("unknown paper", lambda: setup('paperSize="4711"'), GOOD, "纸张"),
    ("scale 0", lambda: setup('scale="0"'), GOOD, "张甲"),
    ("scale 10,000", lambda: setup('scale="10000"'), GOOD, "张甲"),
    ("scale 10 percent", lambda: setup('scale="10"'), GOOD, "张甲"),
    ("first page number", lambda: setup('firstPageNumber="4294967295" useFirstPageNumber="1"'), GOOD, "张甲"),
    ("print titles within the block", lambda: titles("1:3"), BAD, "打印标题"),
    ("print titles upside down", lambda: titles("2:1"), GOOD, "张甲"),
    ("print titles without end", lambda: titles("1:1048576"), BAD, "打印标题"),
    ("print titles larger than the page", lambda: titles("1:2", 3, 409), BAD, "打印标题"),
    ("print titles that grow larger than the page", lambda: titles("1:60", 61), BAD, "打印标题"),
    ("zip bomb of 600 MB", bomb, BAD, "sheet1.xml"),
    ("many parts of 30 MB", many_bombs, BAD, "sheet"),
    ("dimension of all cells", dimension, GOOD, "张甲"),
    ("a cell beyond the last row", beyond_the_last_row, BAD, "表格过大"),
    ("a million empty rows", million_rows, BAD, "sheet1.xml"),
    ("a million cells", million_cells, BAD, ""),
    ("seven million elements", empty_elements, BAD, "sheet1.xml"),
    ("a million levels", deep, BAD, "sheet1.xml"),
    ("entities", entities, BAD, "sheet1.xml"),
    ("1.7 million shared strings", strings, BAD, "sharedStrings.xml"),
    ("one long string in 200 cells", one_string_everywhere, BAD, "表格过大"),
    ("300,000 styles", styles, GOOD, "张甲"),
    ("150 sheets", sheets, BAD, "表格过大"),
    ("9 sheets with wide gaps", dense_sheets, BAD, "表格过大"),
    ("a picture that is none", lambda: picture(b"\x89PNG\r\n\x1a\n" + b"x" * 500), BAD, "表!B3.*图片"),
    ("a picture of 20,000 pixels", lambda: picture(big_picture()), BAD, "表!B3.*图片过大"),
    ("300 pictures", many_pictures, BAD, "表格过大"),
    ("row height 1e9", lambda: heights("1e9"), GOOD, "张甲"),
    ("row height infinite", lambda: heights("INF"), GOOD, "张甲"),
    ("row height negative", lambda: heights("-40"), GOOD, "张甲"),
    ("font size 0", lambda: fonts("0"), GOOD, "张甲"),
    ("font size 1,000", lambda: fonts("1000"), GOOD, "张甲"),
    ("font size 409", lambda: fonts("409"), BAD, "页面可印宽度"),
    ("a number that is none", lambda: number("NaN"), GOOD, "张甲"),
    ("a number beyond all", lambda: number("1e999"), GOOD, "张甲"),
    ("a number of 300 digits", lambda: number("9" * 300), GOOD, "张甲"),
    ("2,000 sums of sums", formulas, GOOD, ""),
    ("2,001 formulas", lambda: formulas(2_003), BAD, "表格过大"),
    ("formulas in a circle", circle, BAD, "表!B1：公式 =B2 循环"),
    ("100,000 unknown fields", placeholders, BAD, "另有"),
    ("10,001 braces", braces, BAD, "表!A2.*花括号"),
    ("500 colour scales over all cells", lambda: conditions(500, "A1:XFD1048576", SCALE), GOOD, "条件格式"),
    ("20 colour scales over all cells", lambda: conditions(20, "A1:XFD1048576", SCALE), GOOD, "张甲"),
    ("a condition of 1,000 brackets", lambda: conditions(1, "A1:T301", f'type="expression"><formula>{"(" * 1000}1{")" * 1000}</formula>'), GOOD, "条件格式"),
    ("a condition over the whole sheet", lambda: conditions(3, "A1:T301", 'type="expression"><formula>A1&gt;AVERAGE($A$1:$T$301)</formula>'), GOOD, "张甲"),
    ("conditions beyond their styles", lambda: conditions(3, "A1:T301", 'type="cellIs" operator="lessThan" dxfId="4711"><formula>1</formula>'), GOOD, "条件格式"),
    ("40 charts of 300 parts", lambda: charts(40), GOOD, "张甲"),
    ("a chart of a million rows", lambda: charts(1, "B2:B1000000"), GOOD, "图表"),
    ("no zip", no_zip, BAD, "xlsx"),
    ("half a file", truncated, BAD, "xlsx"),
]


def resident(process):
    """The largest memory of a process so far, in MB."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) >> 10 if found else 0


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def check(name, data, wanted, pattern, folder):
    path, out = folder / "t.xlsx", folder / "t.pdf"
    path.write_bytes(data)
    out.unlink(missing_ok=True)
    begin = time.monotonic()
    command = [PROGRAM, "template", "check", path, "--form", "board", "--out", out, "--force", "--lang", "zh"]
    with (folder / "words").open("w+", encoding="utf-8", errors="replace") as said:
        started = subprocess.Popen(command, stdout=said, stderr=said, preexec_fn=limited)
        peak = 0
        while started.poll() is None:
            peak = max(peak, resident(started.pid))
            if time.monotonic() - begin > SECONDS:
                started.kill()
                started.wait()
                fault(f"{name}: not done after {SECONDS} s")
                return 0.0, peak
            time.sleep(0.005)
        said.seek(0)
        words = said.read()
    done = started
    taken = time.monotonic() - begin
    if SHOW:
        print(f"{taken:6.2f} s {peak:4} MB {done.returncode} {name}: {words[:160]!r}", flush=True)
    if done.returncode not in (0, 2) or "panicked" in words:
        fault(f"{name}: ended with {done.returncode}: {words[:300]!r}")
        return taken, peak
    if done.returncode != (0 if wanted == GOOD else 2):
        fault(f"{name}: gives {'a sample' if done.returncode == 0 else 'an error'} instead of {wanted}: {words[:300]!r}")
    if done.returncode == 0:
        text = subprocess.run(["pdftotext", "-layout", out, "-"], capture_output=True, text=True)
        if text.returncode:
            fault(f"{name}: the sample is no PDF: {text.stderr[:200]!r}")
        words += text.stdout
        try:
            openpyxl.load_workbook(folder / "t.sample.xlsx")
        except Exception as error:
            fault(f"{name}: the sample is no workbook: {error}")
    elif out.exists():
        fault(f"{name}: a sample in spite of the error")
    # What the program says of a cell is no part of the sample's text.
    if not re.search(pattern, text.stdout if done.returncode == 0 and "{" in pattern else words):
        fault(f"{name}: neither said nor printed: {pattern!r} in {words[:300]!r}")
    return taken, peak


def write(folder):
    """Leaves the files for other programs to read."""
    for number, (name, make, _, _) in enumerate(CASES):
        (folder / f"{number:02} {name}.xlsx").write_bytes(make())


def main():
    if "--write" in sys.argv:
        return write(Path(sys.argv[sys.argv.index("--write") + 1]))
    slowest, largest = (0.0, ""), (0, "")
    with tempfile.TemporaryDirectory() as folder:
        for name, make, wanted, pattern in CASES:
            taken, peak = check(name, make(), wanted, pattern, Path(folder))
            slowest, largest = max(slowest, (taken, name)), max(largest, (peak, name))
    finish(f"{len(CASES)} templates; at most {slowest[0]:.1f} s ({slowest[1]}) and {largest[0]} MB ({largest[1]})")


main()
