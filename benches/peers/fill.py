"""Draws the forms with each peer's markers, has each fill them, looks whether the page is the same, and prints a table.

    fill.py compare COUNT COUNT-PDF        called by run.sh
    fill.py PEER FORM TEMPLATE DATA OUT    one of the peers that are Python
"""

import copy
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, Side

THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
COLUMNS = ["seq", "name", "kind", "q1", "q2", "q3", "q4", "total"]
FIELDS = [f"item{number}" for number in range(1, 19)]
ROWS = 40

# How a field of the document, and one of the rows, is written: `{0}` is its name.
MARKS = {
    "scorebook": ("{{{0}}}", "{{rows.{0}}}"),
    "xlsx-template": ("${{{0}}}", "${{table:rows.{0}}}"),
    "carbone": ("{{d.{0}}}", "{{d.rows[i].{0}}}"),
    "ejsexcel": ("<%=_data_.{0}%>", "<%=r.{0}%>"),
    "exceljs": ("{{{0}}}", "{{{0}}}"),
    "xltpl": ("{{{{{0}}}}}", "{{{{r.{0}}}}}"),
    "openpyxl": ("{{{0}}}", "{{{0}}}"),
}
NUMBERS = {"seq", "q1", "q2", "q3", "q4", "total", "sum", *FIELDS}


def mark(peer, name, row=False):
    written = MARKS[peer][row].format(name)
    # Numbers have another sign, or a formatter.
    if peer == "ejsexcel" and name in NUMBERS:
        return written.replace("<%=", "<%~")
    return written.replace("}", ":formatN()}") if peer == "carbone" and name in NUMBERS else written


def board(peer):
    book = Workbook()
    sheet = book.active
    sheet.merge_cells("A1:H1")
    sheet["A1"] = f"{mark(peer, 'unit')} {mark(peer, 'period')}"
    sheet["A1"].font = Font(name="宋体", size=20, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    for column, (head, name) in enumerate(zip(["序号", "姓名", "类别", "一季度", "二季度", "三季度", "四季度", "合计"], COLUMNS), 1):
        sheet.cell(2, column, head).border = FRAME
        cell = sheet.cell(3, column, mark(peer, name, True))
        cell.border = FRAME
        if name in ("q1", "q2", "q3", "q4", "total"):
            cell.number_format = "0.00"
        for row in (2, 3):
            sheet.cell(row, column).font = Font(name="宋体", size=11)
    foot = 4
    if peer == "carbone":
        # Its second row says where the repeat ends, and goes.
        for column, name in enumerate(COLUMNS, 1):
            sheet.cell(4, column, mark(peer, name, True).replace("[i]", "[i+1]"))
        foot = 5
    if peer == "ejsexcel":
        sheet["A3"] = "<%forRow r,i in _data_.rows%>" + sheet["A3"].value
    if peer == "xltpl":
        sheet["A3"].comment = Comment("beforerow{% for r in rows %}", "template")
        sheet["A4"].comment = Comment("beforerow{% endfor %}", "template")
    sheet.cell(foot, 1, "全体合计")
    sheet.cell(foot, 8, mark(peer, "sum")).number_format = "0.00"
    sheet.merge_cells(start_row=foot, end_row=foot, start_column=1, end_column=3)
    for column in range(1, 9):
        sheet.cell(foot, column).border = FRAME
    sheet.cell(foot + 1, 1, f"{mark(peer, 'unit')} {mark(peer, 'day')}")
    sheet.merge_cells(start_row=foot + 1, end_row=foot + 1, start_column=1, end_column=8)
    sheet.row_dimensions[3].height = 18
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 8, "landscape"
    return book


def card(peer):
    book = Workbook()
    sheet = book.active
    sheet.merge_cells("A1:D1")
    sheet["A1"] = f"{mark(peer, 'unit')} {mark(peer, 'name')}"
    sheet["A1"].font = Font(name="宋体", size=20, bold=True)
    for number, name in enumerate(FIELDS):
        row, column = 3 + number // 2, 1 + number % 2 * 2
        sheet.cell(row, column, f"项目{number + 1}").border = FRAME
        cell = sheet.cell(row, column + 1, mark(peer, name))
        cell.border, cell.number_format = FRAME, "0.00"
    sheet["A13"] = mark(peer, "day")
    sheet.page_setup.paperSize = 9
    return book


FORMS = {"board": board, "card": card}


def data(form, count):
    documents = []
    for at in range(count):
        common = {"unit": f"第{at + 1}支部", "period": "2026年度", "day": "2026年12月14日", "name": f"青{at % 97}"}
        if form == "card":
            documents.append({**common, **{name: round((at * 7 + place * 3) % 100 / 4, 2) for place, name in enumerate(FIELDS)}})
            continue
        rows = []
        for row in range(ROWS):
            points = [round((at + row * 3 + quarter * 5) % 101 / 4, 2) for quarter in range(4)]
            rows.append({"seq": row + 1, "name": f"青{(at + row) % 97}", "kind": "农村党员", **{f"q{number + 1}": value for number, value in enumerate(points)}, "total": round(sum(points), 2)})
        documents.append({**common, "rows": rows, "sum": round(sum(row["total"] for row in rows), 2)})
    return documents


def by_openpyxl(form, template):
    """Our own loop: rows are written cell by cell, with the looks of the drawn one."""
    def fill(one):
        book = load_workbook(io.BytesIO(template))
        sheet = book.active
        own = lambda text: re.sub(r"\{(\w+)\}", lambda match: str(one[match[1]]), text)
        if form == "card":
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and re.fullmatch(r"\{\w+\}", cell.value):
                        cell.value = one[cell.value[1:-1]]
                    elif isinstance(cell.value, str):
                        cell.value = own(cell.value)
            return book
        sheet["A1"] = own(sheet["A1"].value)
        foot = [[(cell.value, copy.copy(cell._style)) for cell in row] for row in sheet["A4:H5"]]
        looks = [copy.copy(cell._style) for cell in sheet[3]]
        sheet.unmerge_cells("A4:C4")
        sheet.unmerge_cells("A5:H5")
        for at, row in enumerate(one["rows"]):
            for column, name in enumerate(COLUMNS):
                cell = sheet.cell(3 + at, column + 1, row[name])
                cell._style = looks[column]
            sheet.row_dimensions[3 + at].height = 18
        for step, line in enumerate(foot):
            place = 3 + len(one["rows"]) + step
            for column, (value, look) in enumerate(line, 1):
                value = one["sum"] if value == "{sum}" else own(value) if isinstance(value, str) else value
                cell = sheet.cell(place, column, value)
                cell._style = look
        last = 3 + len(one["rows"])
        sheet.merge_cells(start_row=last, end_row=last, start_column=1, end_column=3)
        sheet.merge_cells(start_row=last + 1, end_row=last + 1, start_column=1, end_column=8)
        return book
    return fill


def by_xltpl(path):
    from xltpl.writerx import BookWriter

    writer = BookWriter(str(path))

    def fill(one, out):
        writer.render_sheets([{**one, "sheet_name": "Sheet", "tpl_name": "Sheet"}])
        writer.save(out)
    return fill


def python_peer(peer, form, template, source, out):
    documents = json.loads(Path(source).read_text(encoding="utf-8"))
    if peer == "xltpl":
        fill = by_xltpl(template)
        for at, one in enumerate(documents, 1):
            fill(one, f"{out}/{at}.xlsx")
        return
    fill = by_openpyxl(form, Path(template).read_bytes())
    for at, one in enumerate(documents, 1):
        fill(one).save(f"{out}/{at}.xlsx")


def measured(command, **options):
    """Seconds of processor time, of the command and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        return None, None, (done.stderr or done.stdout).strip().splitlines()[-1:]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - start, []


def convert(words):
    profile = f"-env:UserInstallation=file://{Path.cwd()}/profile"
    return measured(["soffice", profile, "--headless", "--convert-to", *words])


def differences(form, path, one):
    """What of the first document is not as drawn."""
    wrong = []
    try:
        sheet = load_workbook(path).active
    except (KeyError, ValueError) as error:
        # An office may mend what a strict reader refuses.
        wrong.append(f"not read by openpyxl ({str(error.args[0]).splitlines()[0][:60]})")
        convert(["xlsx", "--outdir", str(Path.cwd() / "mended"), str(path)])
        mended = Path.cwd() / "mended" / path.name
        if not mended.exists():
            return [*wrong, "nor by LibreOffice"]
        sheet = load_workbook(mended).active
        mended.unlink()

    def number(value):
        return float(value) if isinstance(value, str) and re.fullmatch(r"-?[\d.]+", value) else value
    merges = set(map(str, sheet.merged_cells.ranges))
    if form == "card":
        values = [sheet.cell(3 + at // 2, 2 + at % 2 * 2).value for at in range(len(FIELDS))]
        if [number(value) for value in values] != [one[name] for name in FIELDS]:
            wrong.append("values")
        elif any(isinstance(value, str) for value in values):
            wrong.append("numbers are texts")
        if sheet["B3"].border.left.style != "thin" or "A1:D1" not in merges:
            wrong.append("looks")
        return wrong
    last = 3 + ROWS
    for at in (0, ROWS - 1):
        values = [sheet.cell(3 + at, column).value for column in range(1, 9)]
        if [number(value) for value in values] != [one["rows"][at][name] for name in COLUMNS]:
            wrong.append(f"row {at + 1}")
        elif any(isinstance(values[column], str) for column in (0, 3, 7)):
            wrong.append("numbers are texts")
    if number(sheet.cell(last, 8).value) != one["sum"]:
        wrong.append("total")
    if not {f"A{last}:C{last}", f"A{last + 1}:H{last + 1}"} <= merges:
        wrong.append("merged cells below do not move")
    if sheet.cell(last - 1, 8).border.left.style != "thin":
        wrong.append("borders of the last row")
    if sheet.row_dimensions[last - 1].height != 18:
        wrong.append("heights of the rows")
    if sheet.cell(last + 1, 1).value != f"{one['unit']} {one['day']}":
        wrong.append("last line")
    return sorted(set(wrong))


def compare(count, printed):
    here = Path.cwd()
    program = os.environ["PROGRAM"]
    rows = []
    for form, draw in FORMS.items():
        documents = data(form, count)
        (here / "data.json").write_text(json.dumps(documents, ensure_ascii=False), encoding="utf-8")
        (here / "few.json").write_text(json.dumps(documents[:printed], ensure_ascii=False), encoding="utf-8")
        for peer in MARKS:
            template, out = here / f"{form}-{peer}.xlsx", here / "out"
            draw(peer).save(template)
            if peer in ("xlsx-template", "carbone", "ejsexcel"):
                # They read what offices write; relations and texts of openpyxl stand elsewhere.
                convert(["xlsx", "--outdir", str(here / "saved"), str(template)])
                shutil.copy(here / "saved" / template.name, template)
            shutil.rmtree(out, ignore_errors=True)
            if peer == "scorebook":
                fill = [program, "fill", template, here / "data.json", "--out", out, "--jobs", "1", "--quiet", "--name"]
                for kind in ("xlsx", "pdf"):
                    shutil.rmtree(out, ignore_errors=True)
                    cpu, wall, failed = measured([*fill, "{unit}", "--write", kind])
                    same = differences(form, out / "第1支部.xlsx", documents[0]) if kind == "xlsx" else []
                    rows.append((form, f"scorebook, {kind.upper()}", cpu, wall, count, failed or same))
                continue
            out.mkdir()
            python = peer in ("openpyxl", "xltpl")
            command = [sys.executable, "fill.py"] if python else ["node", "fill.mjs"]
            cpu, wall, failed = measured([*command, peer, form, template, here / "data.json", out])
            same = [] if failed else differences(form, out / "1.xlsx", documents[0])
            by_hand = ", by hand" if peer in ("openpyxl", "exceljs") else ""
            rows.append((form, f"{peer}{by_hand}, XLSX", cpu, wall, count, failed or same))
            if peer == "openpyxl" and not failed:
                # Every peer that gives a PDF has LibreOffice print the workbook; many in one call is the fastest way.
                few = [str(out / f"{at}.xlsx") for at in range(1, printed + 1)]
                cpu, wall, failed = convert(["pdf", "--outdir", str(here / "pdf"), *few])
                rows.append((form, "LibreOffice, PDF of a filled workbook", cpu, wall, printed, failed))
    print(f"{count} documents each ({printed} by LibreOffice), one thread, milliseconds per document\n")
    print("| form | filled by | processor | elapsed | same page |\n| --- | --- | ---: | ---: | --- |")
    for form, who, cpu, wall, number, wrong in rows:
        times = ["–", "–"] if cpu is None else [f"{cpu * 1000 / number:.2f}", f"{wall * 1000 / number:.2f}"]
        print(f"| {form} | {who} | {times[0]} | {times[1]} | {'yes' if not wrong else 'no: ' + '; '.join(wrong)} |")


if sys.argv[1] == "compare":
    compare(int(sys.argv[2]), int(sys.argv[3]))
else:
    python_peer(*sys.argv[1:])
