"""Thirty workbook templates as users of other tools draw them, with their markers translated to ours, filled and looked at.

    foreign.py [FOLDER]

Each template is drawn here with the markers of its tool, then rewritten cell by cell by the rules of that tool (`TOOLS`), and filled
by `scorebook fill`. What must come out is worked out here, from the data alone. FOLDER keeps everything for a look.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, FormulaRule
from openpyxl.styles import Border, Font, PatternFill, Side

import common

THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
RED = PatternFill("solid", bgColor="FFC7CE", fgColor="FFC7CE")


def ours(path):
    """A path of the data as ours writes it: `a` of the document, `.a` of the row, `.b.a` of a line in the row."""
    return "{" + path + "}"


# ── The tools: how a cell of theirs reads in ours ────────────────────────────────────────────────────────────────
# `lists` says what a variable of theirs goes through: "" is the table itself, "staff" a list of the document, ".staff" one of the row.


def jxls(text, lists):
    """`${e.name}`: the variable's list is in a comment, `jx:each(items="…" var="e")`."""
    def one(match):
        variable, _, field = match[1].partition(".")
        if not field:
            return ours(variable)
        return ours(f"{lists[variable]}.{field}")
    return re.sub(r"\$\{([\w.]+)\}", one, text)


def easyexcel(text, lists):
    """`{name}`, `{.name}`, `{data1.name}`: the same signs as ours, with the list's own name for the bare dot."""
    return re.sub(r"\{(\w*)\.(\w+)\}", lambda match: ours(f"{lists[match[1]]}.{match[2]}"), text)


def xlsx_template(text, lists):
    """`${name}`, `${table:people.name}`, `${dates}` for a row of values."""
    text = re.sub(r"\$\{table:(\w+)\.(\w+)\}", lambda match: ours(f"{lists[match[1]]}.{match[2]}"), text)
    return re.sub(r"\$\{(\w+)\}", lambda match: ours(lists.get(match[1], match[1])), text)


def carbone(text, lists):
    """`{d.name}`, `{d.items[i].name}`, `{d.items[i].parts[i].name}`; the row with `[i+1]` only says where the repeat ends."""
    def one(match):
        path = match[1].split(":")[0]
        names = re.sub(r"\[i(\+1)?\]", "", path).split(".")[1:]
        if len(names) == 1:
            return ours(names[0])
        return ours(".".join([lists[".".join(names[:-1])], names[-1]]))
    return re.sub(r"\{(d\.[^}]*)\}", one, text)


def jinja(text, lists):
    """`{{ name }}`, `{{ item.name }}`; rows with `{%tr for item in items %}` and `{%tr endfor %}` go."""
    def one(match):
        variable, _, field = match[1].strip().partition(".")
        return ours(variable) if not field else ours(f"{lists[variable]}.{field}")
    return re.sub(r"\{\{([^}]*)\}\}", one, text)


def closedxml(text, lists):
    """`{{Name}}`, `{{item.Name}}` in a named range; `<<sum>>` below it is a total."""
    text = re.sub(r"\{\{item\.(\w+)\}\}", lambda match: ours(f"{lists['item']}.{match[1]}"), text)
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: ours(match[1]), text)
    return re.sub(r"<<sum (\w+)>>", lambda match: ours(f"合计.{match[1]}"), text)


def ejsexcel(text, lists):
    """`<%= _data_.name %>`, `<%forRow item,i in _data_.items%>` in the first cell of the row that repeats."""
    text = re.sub(r"<%forRow [^%]*%>", "", text)
    text = re.sub(r"<%[=#]\s*_data_\.(\w+)\s*%>", lambda match: ours(match[1]), text)
    return re.sub(r"<%[=#]\s*(\w+)\.(\w+)\s*%>", lambda match: ours(f"{lists[match[1]]}.{match[2]}"), text)


def easypoi(text, lists):
    """`{{name}}`, `{{$fe: list t.name}}` … `t.age}}` across the cells of one row."""
    text = re.sub(r"\{\{\$fe:\s*\w+\s+t\.(\w+)(\}\})?", lambda match: ours(f"{lists['t']}.{match[1]}"), text)
    text = re.sub(r"^t\.(\w+)(\}\})?$", lambda match: ours(f"{lists['t']}.{match[1]}"), text)
    return re.sub(r"\{\{(\w+)\}\}", lambda match: ours(match[1]), text)


TOOLS = {"JXLS": jxls, "EasyExcel": easyexcel, "xlsx-template": xlsx_template, "Carbone": carbone, "docxtpl, xltpl": jinja, "ClosedXML.Report": closedxml,
         "ejsexcel": ejsexcel, "easypoi": easypoi}


class Case:
    """One template: cells of theirs, what their lists are, the data, and what must stand where."""

    def __init__(self, tool, about, cells, data, expect, lists=None, merges=(), formats=None, drop=(), settings=(), options=(), more=None, rewrite=None, check=None):
        self.tool, self.about, self.cells, self.data, self.expect = tool, about, cells, data, expect
        self.lists, self.merges, self.formats, self.drop = lists or {}, merges, formats or {}, set(drop)
        self.settings, self.options, self.more, self.rewrite, self.check = settings, options, more, rewrite or {}, check

    def draw(self):
        """Their template, as their users draw it."""
        book = Workbook()
        sheet = book.active
        sheet.title = "Report"
        for place, text in self.cells.items():
            cell = sheet[place]
            cell.value = text
            cell.border = FRAME
            cell.font = Font(name="宋体", size=11, bold=cell.row == 1)
        for place, code in self.formats.items():
            sheet[place].number_format = code
        for merged in self.merges:
            sheet.merge_cells(merged)
        for column in range(1, 9):
            sheet.column_dimensions["ABCDEFGH"[column - 1]].width = 14
        if self.more:
            self.more(sheet)
        return book

    def translate(self, book):
        """Ours: the same drawing with the tool's markers rewritten, and rows that held nothing but control marks taken out."""
        sheet = book["Report"]
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, MergedCell):
                    continue
                cell.comment = None
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    cell.value = TOOLS[self.tool](cell.value, self.lists)
                if cell.coordinate in self.rewrite:
                    cell.value = self.rewrite[cell.coordinate]
        for row in sorted(self.drop, reverse=True):
            sheet.delete_rows(row)
        if self.settings:
            own = book.create_sheet("设置")
            for pair in self.settings:
                own.append(pair)
        return book


def comment(place, text):
    from openpyxl.comments import Comment

    def more(sheet):
        sheet[place].comment = Comment(text, "template")
    return more


PEOPLE = [{"name": "青云", "age": 31, "pay": 5200.5}, {"name": "白舟", "age": 27, "pay": 4800}, {"name": "石禾", "age": 45, "pay": 9100.25}]
STAFF = [{"company": "青溪文具厂", "day": "2026-07-31", "staff": PEOPLE}]
TOTAL = sum(person["pay"] for person in PEOPLE)
TEAMS = [{"team": "生产", "staff": PEOPLE[:2]}, {"team": "行政", "staff": PEOPLE[2:]}]
MARKS = [
    {"name": "青云", "marks": [{"subject": "语文", "points": 90}, {"subject": "数学", "points": 72}]},
    {"name": "白舟", "marks": [{"subject": "数学", "points": 55}, {"subject": "体育", "points": 88}]},
]
ORDERS = [{"no": "A1", "client": "甲店", "note": "", "lines": [{"item": "纸", "count": 3, "price": 23.5}, {"item": "笔", "count": 10, "price": 1.8}]},
          {"no": "A2", "client": "乙店", "note": "加急", "lines": [{"item": "尺", "count": 1, "price": 4}]}]


def highlighted(sheet):
    sheet.conditional_formatting.add("B2:B2", CellIsRule(operator="lessThan", formula=["30"], fill=RED))
    sheet.conditional_formatting.add("C2:C2", ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="63BE7B"))


def striped(sheet):
    sheet.conditional_formatting.add("A2:C2", FormulaRule(formula=["MOD(ROW(),2)=0"], fill=RED))


CASES = [
    # JXLS: markers in cells, areas in comments.
    Case("JXLS", "rows of a list, sum below", {"A1": "Name", "B1": "Age", "C1": "Pay", "A2": "${e.name}", "B2": "${e.age}", "C2": "${e.pay}", "B3": "Total", "C3": "=SUM(C2)"},
         PEOPLE, {"A2": "青云", "C4": 9100.25, "C5": f"=SUM(C2:C4)"}, {"e": ""}, more=comment("A2", 'jx:each(items="employees" var="e" lastCell="C2")')),
    Case("JXLS", "title of the whole, merged, over a list", {"A1": "${company} ${day}", "A2": "${e.name}", "B2": "${e.age}", "C2": "${e.pay}"},
         STAFF, {"A1": "青溪文具厂 2026-07-31", "A3": "白舟", "B4": 45}, {"e": "staff"}, merges=["A1:C1"], check=lambda sheet: "A1:C1" in map(str, sheet.merged_cells.ranges)),
    Case("JXLS", "lists in lists", {"A1": "${d.team}", "A2": "${e.name}", "B2": "${e.pay}", "A3": "Total of ${d.team}", "B3": "=SUM(B2)"},
         TEAMS, {"A1": "生产", "A2": "青云", "A4": "Total of 生产", "B4": "=SUM(B2:B3)", "A5": "行政", "A6": "石禾", "B7": "=SUM(B6)"}, {"d": "", "e": ".staff"}),
    Case("JXLS", "a row if there is something to say (jx:if)", {"A1": "${o.no}", "B1": "${o.client}", "A2": "Note: ${o.note}"},
         ORDERS, {"A1": "A1", "A2": "A2", "B2": "乙店", "A3": "Note: 加急"}, {"o": ""}, rewrite={"A2": "Note: {.note}{?.note}"}),
    Case("JXLS", "columns of a list (direction=RIGHT)", {"A1": "Name", "B1": "${m.subject}", "A2": "${p.name}", "B2": "${m.points}"},
         MARKS, {"B1": "语文", "C1": "数学", "D1": "体育", "B2": 90, "C2": 72, "C3": 55, "D3": 88, "B3": None}, {"p": "", "m": "?"},
         rewrite={"B1": "{>marks.subject}", "B2": "{.>points}"}),
    Case("JXLS", "a sheet per element (multisheet)", {"A1": "${d.team}", "A2": "${e.name}"},
         TEAMS, {"生产!A1": "生产", "生产!A2": "青云", "生产!A3": "白舟", "行政!A2": "石禾"}, {"d": "", "e": ".staff"}, settings=[("每组一表", "team")],
         more=lambda sheet: setattr(sheet, "title", "Report"), rewrite={"title": "{.team}"}),
    Case("JXLS", "conditional formats grow with the rows", {"A1": "Name", "B1": "Age", "C1": "Pay", "A2": "${e.name}", "B2": "${e.age}", "C2": "${e.pay}"},
         PEOPLE, {"A4": "石禾"}, {"e": ""}, more=highlighted,
         check=lambda sheet: {str(one.sqref) for one in sheet.conditional_formatting} == {"B2:B4", "C2:C4"}),
    # EasyExcel fill.
    Case("EasyExcel", "one object", {"A1": "{company}", "A2": "截至 {day}"}, STAFF, {"A1": "青溪文具厂", "A2": "截至 2026-07-31"}),
    Case("EasyExcel", "a list", {"A1": "姓名", "B1": "工资", "A2": "{.name}", "B2": "{.pay}"}, PEOPLE, {"A2": "青云", "B4": 9100.25}, {"": ""}),
    Case("EasyExcel", "object and list, rows below move (forceNewRow)", {"A1": "{company}", "A2": "{.name}", "B2": "{.pay}", "A3": "合计", "B3": "=SUM(B2)", "A4": "制表 {day}"},
         STAFF, {"A1": "青溪文具厂", "A4": "石禾", "B5": "=SUM(B2:B4)", "A6": "制表 2026-07-31"}, {"": "staff"}),
    Case("EasyExcel", "several lists", {"A1": "{data1.name}", "B1": "{data1.age}", "A2": "——", "A3": "{data2.item}", "B3": "{data2.price}"},
         [{"data1": PEOPLE[:2], "data2": ORDERS[0]["lines"]}], {"A2": "白舟", "A3": "——", "A4": "纸", "B5": 1.8}, {"data1": "data1", "data2": "data2"}),
    Case("EasyExcel", "across (WriteDirectionEnum.HORIZONTAL)", {"A1": "姓名", "A2": "年龄", "B1": "{.name}", "B2": "{.age}"},
         STAFF, {"B1": "青云", "C1": "白舟", "D2": 45}, {"": "?"}, rewrite={"B1": "{>staff.name}", "B2": "{>staff.age}"}),
    Case("EasyExcel", "a record of two merged rows", {"A1": "{.name}", "B1": "年龄", "C1": "{.age}", "A2": None, "B2": "工资", "C2": "{.pay}"},
         PEOPLE, {"A1": "青云", "A3": "白舟", "C6": 9100.25}, {"": ""}, merges=["A1:A2"], check=lambda sheet: {"A1:A2", "A3:A4", "A5:A6"} <= set(map(str, sheet.merged_cells.ranges))),
    # xlsx-template.
    Case("xlsx-template", "single values", {"A1": "Extracted on ${day}", "A2": "${company}"}, STAFF, {"A1": "Extracted on 2026-07-31", "A2": "青溪文具厂"}),
    Case("xlsx-template", "a table", {"A1": "Name", "B1": "Age", "A2": "${table:staff.name}", "B2": "${table:staff.age}"}, STAFF, {"A2": "青云", "B4": 45}, {"staff": "staff"}),
    Case("xlsx-template", "an array across", {"A1": "Dates", "B1": "${dates}"}, [{"dates": [{"d": "2026-07-01"}, {"d": "2026-07-02"}]}],
         {"B1": "2026-07-01", "C1": "2026-07-02"}, {"dates": ">dates.d"}),
    Case("xlsx-template", "table with number formats", {"A1": "${table:staff.name}", "B1": "${table:staff.pay}"}, STAFF, {"B1": 5200.5}, {"staff": "staff"}, formats={"B1": "#,##0.00"},
         check=lambda sheet: all(sheet.cell(row, 2).number_format == "#,##0.00" for row in (1, 2, 3))),
    # Carbone.
    Case("Carbone", "an object", {"A1": "{d.company}", "B1": "{d.day}"}, STAFF, {"A1": "青溪文具厂", "B1": "2026-07-31"}),
    Case("Carbone", "rows with [i] and [i+1]", {"A1": "{d.staff[i].name}", "B1": "{d.staff[i].age}", "A2": "{d.staff[i+1].name}"}, STAFF, {"A1": "青云", "B3": 45, "A4": None},
         {"staff": "staff"}, drop=[2]),
    Case("Carbone", "nested arrays", {"A1": "{d.orders[i].no}", "A2": "{d.orders[i].lines[i].item}", "B2": "{d.orders[i].lines[i].count}"},
         ORDERS, {"A1": "A1", "A2": "纸", "A3": "笔", "A4": "A2", "B5": 1}, {"orders": "", "orders.lines": ".lines"}),
    Case("Carbone", "a formatter of dates as the cell's format", {"A1": "{d.day:formatD(YYYY-MM-DD)}"}, [{"day": "2026-07-31"}], {"A1": "2026-07-31"}),
    Case("Carbone", "a block that hides (ifEM, hideBegin)", {"A1": "{d.orders[i].no}", "A2": "{d.orders[i].note:ifEM:hideBegin}{d.orders[i].note}"},
         ORDERS, {"A1": "A1", "A2": "A2", "A3": "加急"}, {"orders": ""}, rewrite={"A2": "{.note}{?.note}"}),
    # docxtpl for documents, xltpl for workbooks: Jinja.
    Case("docxtpl, xltpl", "variables in a text", {"A1": "Dear {{ name }}, you are {{ age }}."}, PEOPLE[:1], {"A1": "Dear 青云, you are 31."}),
    Case("docxtpl, xltpl", "a row loop", {"A1": "Name", "A2": "{%tr for p in staff %}", "A3": "{{ p.name }}", "B3": "{{ p.pay }}", "A4": "{%tr endfor %}", "A5": "{{ company }}"},
         STAFF, {"A2": "青云", "B4": 9100.25, "A5": "青溪文具厂"}, {"p": "staff"}, drop=[2, 4]),
    Case("docxtpl, xltpl", "striped rows", {"A1": "Name", "B1": "Age", "C1": "Pay", "A2": "{{ p.name }}", "B2": "{{ p.age }}", "C2": "{{ p.pay }}"},
         STAFF, {"A4": "石禾"}, {"p": "staff"}, more=striped, check=lambda sheet: [str(one.sqref) for one in sheet.conditional_formatting] == ["A2:C4"]),
    Case("docxtpl, xltpl", "one document per element", {"A1": "{{ name }}", "B1": "{{ pay }}"}, PEOPLE, {"青云.xlsx!A1": "青云", "石禾.xlsx!B1": 9100.25}, options=["--name", "{name}"]),
    # ClosedXML.Report.
    Case("ClosedXML.Report", "a range with totals", {"A1": "Name", "B1": "Pay", "A2": "{{item.name}}", "B2": "{{item.pay}}", "A3": "Total", "B3": "<<sum pay>>"},
         PEOPLE, {"A4": "石禾", "B5": TOTAL}, {"item": ""}),
    Case("ClosedXML.Report", "sorted", {"A1": "{{item.name}}", "B1": "{{item.age}}"}, PEOPLE, {"B1": 45, "B2": 31, "B3": 27}, {"item": ""}, settings=[("排序", "age 降序")]),
    # ejsexcel, easypoi.
    Case("ejsexcel", "forRow", {"A1": "<%= _data_.company %>", "A2": "<%forRow p,i in _data_.staff%><%= p.name %>", "B2": "<%# p.pay %>"}, STAFF,
         {"A1": "青溪文具厂", "A3": "白舟", "B4": 9100.25}, {"p": "staff"}),
    Case("easypoi", "{{$fe: list …}}", {"A1": "{{company}}", "A2": "{{$fe: staff t.name", "B2": "t.age", "C2": "t.pay}}"}, STAFF, {"A1": "青溪文具厂", "A2": "青云", "C4": 9100.25}, {"t": "staff"}),
]


def fill(case, number, folder):
    template = case.draw()
    place = folder / f"{number:02d}"
    place.mkdir(parents=True)
    template.save(place / "theirs.xlsx")
    book = case.translate(load_workbook(place / "theirs.xlsx"))
    if "title" in case.rewrite:
        book["Report"].title = case.rewrite["title"]
    left = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, str) and re.search(r"\$\{|\{\{|<%|\{%|\{d\.|<<", cell.value)]
    if left:
        return [f"not translated: {left}"]
    book.save(place / "form.xlsx")
    (place / "data.json").write_text(json.dumps(case.data, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run([common.PROGRAM, "fill", place / "form.xlsx", place / "data.json", "--out", place / "out", "--lang", "en", "--format", "json", *case.options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        return [f"ended with {done.returncode}: {done.stdout}{done.stderr}"]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    faults = [f"warned: {lines[-1]['warnings']}"] if lines[-1]["warnings"] and "comment" not in str(lines[-1]["warnings"]) else []
    first = f"{lines[0]['document']}.xlsx"
    for where, wanted in case.expect.items():
        file, sheet, cell = first, None, where
        if ".xlsx!" in where:
            file, cell = where.split("!")
        elif "!" in where:
            sheet, cell = where.split("!")
        filled = load_workbook(place / "out" / file)
        own = filled[sheet] if sheet else filled.worksheets[0]
        found = own[cell].value
        if found != wanted and not (isinstance(wanted, float) and isinstance(found, (int, float)) and abs(found - wanted) < 1e-9):
            faults.append(f"{where}: {found!r}, not {wanted!r}")
    sheet = load_workbook(place / "out" / first).worksheets[0]
    if case.check and not case.check(sheet):
        faults.append(f"the look is not kept: {[str(one) for one in sheet.merged_cells.ranges]} {[str(one.sqref) for one in sheet.conditional_formatting]}")
    # The PDF says what the workbook says.
    text = subprocess.run(["pdftotext", "-layout", place / "out" / first.replace(".xlsx", ".pdf"), "-"], capture_output=True, text=True, check=True).stdout
    said = re.sub(r"\s", "", text)
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and not cell.value.startswith("=")]
    faults += [f"not in the PDF: {one}" for one in texts if re.sub(r"\s", "", one) not in said]
    return faults


def main():
    assert len(CASES) == 30, len(CASES)
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(CASES, 1):
            for fault in fill(case, number, kept or Path(folder)):
                common.fault(f"{number} {case.tool}, {case.about}: {fault}")
    tools = sorted({case.tool for case in CASES})
    common.finish(f"{len(CASES)} templates of {len(tools)} kinds ({', '.join(tools)}) translated, filled and as they should be")


main()
