#!/usr/bin/env python3
"""Draws the workbooks of `templates/`, each of which stresses one feature: `templates.py` writes them all anew.
Named `feature@form-members.xlsx`: the form whose fields it names and how many invented members fill it."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break, ColBreak
from PIL import Image as Picture
from PIL import ImageDraw

FOLDER = Path(__file__).resolve().parent / "templates"
# One workbook for each kind of word that stands elsewhere in LibreOffice; the note says why.
KNOWN = FOLDER.parent / "known"
THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SONG, HEI, KAI, TITLE = "宋体", "黑体", "楷体", "方正小标宋简体"
LONG = (
    "党员积分管理坚持客观公正、注重实绩、群众公认的原则，由党支部每月组织评定（遇节假日顺延），经支部委员会审核、"
    "“三会一课”公示后报上级党组织备案。对积分有异议的，可在公示期内以真实姓名书面提出，党支部应当在5个工作日内核实答复；"
    "2026年1月1日起执行，此前规定与本细则不一致的，以本细则为准。Version 2026.1 applies from 1 January 2026 onwards."
)


class Sheet:
    """A worksheet that is drawn cell by cell."""

    def __init__(self, name, form="board", members=12, widths=(), paper=9, landscape=False, normal=(SONG, 11), folder=FOLDER):
        self.path = folder / f"{name}@{form}-{members}.xlsx"
        self.book = Workbook()
        self.book._fonts[0] = self.book._named_styles["Normal"].font = Font(name=normal[0], size=normal[1])
        self.at = self.book.active
        self.at.title = "表"
        self.at.page_setup.paperSize = paper
        self.at.page_setup.orientation = "landscape" if landscape else "portrait"
        for number, width in enumerate(widths, 1):
            self.at.column_dimensions[get_column_letter(number)].width = width

    def cell(self, where, value=None, family=SONG, size=11, height=None, border=BOX, fill=None, number=None, font=None, **align):
        first, _, last = where.partition(":")
        if last:
            self.at.merge_cells(where)
            for row in self.at[where]:
                for cell in row:
                    cell.border = border or Border()
        cell = self.at[first]
        cell.value = value
        cell.font = Font(name=family, size=size, **(font or {}))
        cell.border = border or Border()
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        if number:
            cell.number_format = number
        cell.alignment = Alignment(**{"vertical": "center", **align})
        if height:
            self.at.row_dimensions[cell.row].height = height
        return cell

    def row(self, number, values, height=None, first=1, **look):
        for column, value in enumerate(values, first):
            self.cell(f"{get_column_letter(column)}{number}", value, height=height, **{"horizontal": "center", **look})

    def fit(self, across, down):
        self.at.sheet_properties.pageSetUpPr.fitToPage = True
        self.at.page_setup.fitToWidth, self.at.page_setup.fitToHeight = across, down

    def settings(self, **values):
        sheet = self.book.create_sheet("设置")
        for row in values.items():
            sheet.append(row)

    def save(self):
        # No time of making: the same drawing is the same workbook.
        self.book.properties.created = self.book.properties.modified = datetime(2026, 1, 1)
        data = io.BytesIO()
        self.book.save(data)
        with zipfile.ZipFile(data) as written, zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as package:
            for name in written.namelist():
                # The library notes when it wrote.
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", written.read(name))
                package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)


def members(sheet, row, last="备注", **look):
    """Headings and the block of a plain list of members from `row` on."""
    sheet.row(row, ["序号", "姓名", "类别", "分值", last], height=24, family=HEI)
    sheet.row(row + 1, ["{.序号}", "{.姓名}", "{.类别}", "{.分值}", f"{{.{last}}}"], height=20, **look)
    sheet.at.cell(row + 1, 4).number_format = "0.00"


def long_text():
    s = Sheet("long-text", widths=(10, 24, 46))
    s.cell("A1:C1", "党员积分管理办法（节选）", TITLE, 20, 40, border=None, horizontal="center")
    for row, vertical in enumerate(("top", "center", "bottom"), 2):
        s.cell(f"A{row}", vertical, horizontal="center")
        s.cell(f"B{row}", LONG[:70], KAI, 12, wrap_text=True, vertical=vertical)
        s.cell(f"C{row}", LONG, wrap_text=True, vertical=vertical)
    s.cell("A5:C5", LONG + "\n" + LONG, "仿宋", 14, wrap_text=True)
    s.cell("A6:B7", LONG[:120], HEI, 10.5, wrap_text=True, vertical="top")
    s.cell("C6", "第一行\n第二行，比第一行长\n第三行", wrap_text=True)
    s.cell("C7", "{计分说明}", wrap_text=True, horizontal="right")
    s.cell("A8", LONG[:60], size=9, height=30, wrap_text=True)
    s.cell("B8", "此格行高固定，三行小字放得下：" + LONG[:30], size=9, wrap_text=True)
    s.cell("C8", "一行", height=60, vertical="bottom")
    s.save()


def tall_row():
    s = Sheet("tall-row", members=3, widths=(8, 50, 16))
    s.cell("A1:C1", "超过最高行高的文字", TITLE, 20, 40, border=None, horizontal="center")
    s.row(2, ["序号", "事迹", "姓名"], 24, family=HEI)
    s.cell("A3", "{.序号}", horizontal="center", vertical="top")
    s.cell("B3", "\n".join(f"第{n}条，{{支部名称}}党员按时参加组织生活。" for n in range(1, 41)), wrap_text=True, fill="FFF9E5")
    s.cell("C3", "{.姓名}", horizontal="center", vertical="top")
    s.cell("A4:C4", "合计 {合计.人数} 人", height=24)
    s.at.print_title_rows = "1:2"
    s.save()


def vertical_text():
    s = Sheet("vertical-text", widths=(6, 6, 20, 20, 8))
    s.cell("A1:E1", "{支部名称}", TITLE, 18, 36, border=None, horizontal="center")
    s.cell("A2:A7", "基本情况", HEI, 12, textRotation=255, horizontal="center")
    s.cell("B2:B4", "党内", KAI, 11, textRotation=255, horizontal="center", vertical="top")
    s.cell("B5:B7", "党外", KAI, 11, textRotation=255, horizontal="center", vertical="bottom")
    for row in range(2, 8):
        s.cell(f"C{row}", "书记：{书记}", height=24)
        s.cell(f"D{row}", "{联系电话}")
    s.cell("E2:E7", "备注ABC", textRotation=255, horizontal="center")
    s.cell("A8", "积极分子", size=14, height=90, textRotation=255, horizontal="center")
    s.cell("B8", "先进", size=14, textRotation=255, horizontal="center", vertical="top")
    s.cell("C8", "竖排文字", size=16, textRotation=255, horizontal="left")
    s.cell("D8", "右侧竖排", size=16, textRotation=255, horizontal="right")
    s.save()


def rotated():
    s = Sheet("rotated", widths=(9,) * 7)
    s.cell("A1:G1", "转向的标题", TITLE, 18, 36, border=None, horizontal="center")
    for column, (degrees, vertical) in enumerate(((90, "center"), (90, "bottom"), (90, "top"), (180, "center"), (180, "top"), (180, "bottom"), (45, "center")), 1):
        look = {"border": None} if degrees == 45 else {}
        s.cell(f"{get_column_letter(column)}2", f"学习教育{degrees}", HEI, 11, 100, textRotation=degrees, vertical=vertical, horizontal="center", **look)
        s.cell(f"{get_column_letter(column)}3", "{人数}", height=20, horizontal="center")
    s.cell("A4:A8", "纵向合并的说明文字", KAI, 12, textRotation=90, horizontal="center")
    for row in range(4, 9):
        s.cell(f"B{row}:G{row}", "{支部名称}", height=26)
    s.save()


def merged_blocks():
    s = Sheet("merged-blocks", widths=(6, 12, 14, 12, 24))
    s.cell("A1:E1", "多行记录", TITLE, 20, 40, border=None, horizontal="center")
    s.row(2, ["序号", "姓名", "类别", "分值", "备注"], 24, family=HEI)
    s.cell("A3:A5", "{.序号}", horizontal="center")
    s.cell("B3:B4", "{.姓名}", KAI, 14, 22, horizontal="center")
    s.cell("C3:D3", "{.类别}", horizontal="center")
    s.cell("E3:E5", "{.荣誉}", wrap_text=True)
    s.cell("C4", "{.等次}", height=20, horizontal="center")
    s.cell("D4", "{.分值}", number="0.00")
    s.cell("B5:D5", "签名：　　　　　　　日期：", "仿宋", 11, 26)
    s.at.print_title_rows = "1:2"
    s.save()


def wide():
    s = Sheet("wide", members=45, widths=(6, 12) + (14,) * 14)
    s.cell("A1:B1", "各期得分", TITLE, 18, 36, border=None)
    s.row(2, ["序号", "姓名"] + [f"说明{n}" for n in range(1, 15)], 24, family=HEI)
    s.row(3, ["{.序号}", "{.姓名}"] + ["{.类别}", "{.等次}", "{.分值}", "{.星级}"] * 3 + ["{.名次}", "{.备注}"], 20)
    s.at.print_title_rows, s.at.print_title_cols = "1:2", "A:B"
    s.save()


def a3_to_a4():
    s = Sheet("a3-to-a4", members=40, widths=(8, 16, 20, 90, 14, 16), landscape=True)
    s.cell("A1:F1", "A3 的表印在 A4 一页上", TITLE, 32, 52, border=None, horizontal="center")
    s.row(2, ["序号", "姓名", "类别", "{>期间.名称}", "{分值名称}", "备注"], 30, family=HEI, size=16)
    s.row(3, ["{.序号}", "{.姓名}", "{.类别}", "{.>得分}", "{.分值}", "{.备注}"], 24, size=14)
    s.at["D3"].number_format = s.at["E3"].number_format = "0.00"
    s.settings(列宽="均分")
    s.fit(1, 1)
    s.save()


def fit_width():
    s = Sheet("fit-width", members=80, widths=(8, 20, 26, 20, 40))
    members(s, 1)
    s.at.print_title_rows = "1:1"
    s.fit(1, 0)
    s.save()


def scale():
    s = Sheet("scale", members=60, widths=(8, 30, 30, 30, 40))
    members(s, 1)
    s.at.print_title_rows = "1:1"
    s.at.page_setup.scale = 70
    s.at.page_setup.pageOrder = "overThenDown"
    s.save()


def header_footer():
    s = Sheet("header-footer", members=40, widths=(7, 16, 22, 14, 16))
    members(s, 1)
    s.at.print_title_rows = "1:1"
    head, foot = s.at.oddHeader, s.at.oddFooter
    head.left.text, head.left.font, head.left.size = "{支部名称}", f"{KAI},常规", 9
    head.center.text, head.center.font, head.center.size = "党员积分&A", f"{HEI},加粗", 9
    head.right.text, head.right.size = "A&&B &U线", 9
    foot.left.text, foot.left.size = "制表 &D", 10
    foot.center.text, foot.center.size = "第 &P 页　共 &N 页", 14
    foot.right.text, foot.right.size = "{书记}", 10
    s.settings(每页行数=20)
    s.save()


def fills_borders():
    s = Sheet("fills-borders", widths=(18, 18, 18, 18))
    kinds = "hair thin medium thick double dashed dotted dashDot dashDotDot mediumDashed mediumDashDot mediumDashDotDot slantDashDot".split()
    s.cell("A1:D1", "框线与底色", TITLE, 20, 40, Border(*[Side(style="double")] * 4), "FFF2CC", horizontal="center")
    for row, kind in enumerate(kinds, 2):
        side = Side(style=kind, color="C00000" if row % 3 == 0 else None)
        s.cell(f"A{row}", kind, border=Border(side, side, side, side), height=22)
        s.cell(f"B{row}", "上下", border=Border(top=side, bottom=side), fill="DDEBF7", horizontal="center")
        s.cell(f"C{row}:D{row}", "左右（合并）", border=Border(left=side, right=side), fill="E2EFDA" if row % 2 else None, horizontal="center")
    members(s, 17, fill="F2F2F2")
    s.save()


def formulas():
    s = Sheet("formulas", widths=(10, 16, 16, 16, 20))
    s.row(1, ["序号", "姓名", "分值", "九折", "合计"], 24, family=HEI)
    s.row(2, ["{.序号}", "{.姓名}", "{.分值}", "=C2*0.9", "=ROUND(C2+D2,1)"], 20)
    s.row(3, ["", "合计", "=SUM(C2:C2)", "=SUM(D2:D2)", "=AVERAGE(E2:E2)"], 22, family=HEI)
    for cell, number in zip(("C2", "D2", "E2", "C3", "D3", "E3"), ("0.00", "0.0", "0.0", "#,##0.00", "0.00", "0.000")):
        s.at[cell].number_format = number
    formats = [
        (0.856, "0%"), (0.8563, "0.00%"), (1234567.891, "#,##0"), (1234567.891, "#,##0.00"), (-42.5, "0.00_);(0.00)"),
        (-42.5, "0.00_);[Red]\\(0.00\\)"), (46148, 'yyyy"年"m"月"d"日"'), (46148, "yyyy/m/d"), (46148, "yyyy-mm-dd"), (46148, 'm"月"d"日"'),
        (12.5, '0.0"分"'), (0, '0.00;-0.00;"无"'), (98.5, "General"), (12345678901, "General"), (0.125, "General"), (1.5, "# ?/?"),
        (12345.678, "0.00E+00"), (7, "000"), (3.5, "¥#,##0.00"), (1234.5, "#,##0.00_ "), (5, "@"), (12.3456, "0.0#"),
        (46148, "[$-804]dddd"), (88, '"第"0"名"'), (1234567, '0!.0,"万"'), (12345678, '0.0,,"百万"'),
    ]
    for row, (value, number) in enumerate(formats, 5):
        s.cell(f"A{row}", row - 4, height=18, horizontal="center")
        s.cell(f"B{row}:C{row}", number.replace("{", ""), number="@")
        s.cell(f"D{row}:E{row}", value, number=number)
    s.save()


def seal(color, size):
    picture = Picture.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, size - 4, size - 4), outline=color, width=6)
    draw.polygon([(size // 2, size // 4), (size * 3 // 4, size * 3 // 4), (size // 4, size * 3 // 4)], fill=color)
    return picture


def images():
    s = Sheet("images", widths=(7, 16, 22, 14, 16))
    s.cell("A1:E1", "带章的表", TITLE, 20, 60, border=None, horizontal="center")
    members(s, 2)
    s.cell("A4:E4", "{支部名称}（盖章）", "仿宋", 14, 80, border=None, horizontal="right")
    for where, kind in (("A1", "PNG"), ("D4", "JPEG")):
        data = io.BytesIO()
        seal((200, 0, 0), 160).save(data, kind)
        image = Image(data)
        image.width = image.height = 76
        s.at.add_image(image, where)
    s.save()


def empty():
    s = Sheet("empty", members=0, widths=(7, 16, 22, 14, 16))
    s.cell("A1:E1", "没有记录的表", TITLE, 20, 40, border=None, horizontal="center")
    members(s, 2)
    s.cell("A4:E4", "合计 {合计.人数} 人", height=24)
    s.save()


def empty_ruled():
    s = Sheet("empty-ruled", members=0, widths=(7, 16, 22, 14, 16))
    members(s, 1)
    s.cell("A3:E3", "{支部名称}（盖章）　　{制表日期}", height=24)
    s.settings(每页行数=10, 补空行="是")
    s.save()


def groups():
    s = Sheet("groups", members=45, widths=(7, 16, 22, 14, 16))
    s.cell("A1:E1", "分组的表", TITLE, 20, 40, border=None, horizontal="center")
    members(s, 2)
    s.cell("A4:E4", "本页 {本页.人数} 人，本组 {本组.人数} 人，合计 {合计.人数} 人", height=24)
    s.at.print_title_rows = "1:2"
    s.settings(每组一页="类别", 每页行数=15, 每页页脚="是")
    s.save()


def sheets():
    s = Sheet("sheets", members=45, widths=(7, 16, 22, 14, 16))
    s.at.title = "{.类别}"
    members(s, 1)
    s.at.oddFooter.center.text = "&A 第 &P 页"
    s.settings(每组一表="类别")
    s.save()


def page_footer():
    s = Sheet("page-footer", form="yearly", members=60, widths=(6, 26, 12, 16, 30, 12, 10), landscape=True)
    s.cell("A1:G1", "{年度}综合得分登记表", TITLE, 20, 36, border=None, horizontal="center")
    s.row(2, ["序号", "党支部", "姓名", "类别", "{>分项.名称}", "总分", "等次"], 24, family=HEI)
    s.row(3, ["{.序号}", "{.党支部}", "{.姓名}", "{.类别}", "{.>得分}", "{.总分}", "{.等次}"], 15)
    s.at["E3"].number_format = s.at["F3"].number_format = "0.00"
    s.cell("A4:G4", "本页 {本页.人数} 人，其中优秀 {本页.优秀} 人；总计 {合计.人数} 人", height=18)
    s.cell("A5:G5", "填报单位（盖章）：　　　　　　　　负责人（签名）：　　　　　　　　报出时间：　　　　年　　月　　日", "仿宋", 11, 28, border=None)
    s.at.print_title_rows = "1:2"
    s.settings(每页行数=25, 补空行="是", 每页页脚="是", 列宽="均分")
    s.fit(1, 0)
    s.save()


def hidden():
    s = Sheet("hidden", widths=(7, 16, 22, 14, 16))
    members(s, 1)
    s.at.column_dimensions["C"].hidden = True
    s.cell("A3:E3", "隐藏的行不印", height=24)
    s.at.row_dimensions[3].hidden = True
    s.cell("A4:E4", "隐藏行之后，合并到隐藏列之外", height=24, horizontal="center")
    s.cell("B5:C5", "合并了隐藏列", height=24, horizontal="center")
    s.save()


def shrink():
    s = Sheet("shrink", widths=(8, 8, 14, 7, 6))
    members(s, 1, shrink_to_fit=True)
    s.cell("A3", "缩小字体填充的长文字", shrink_to_fit=True, height=24)
    s.cell("B3:C3", "合并格里缩小字体填充的更长的一段文字", shrink_to_fit=True, horizontal="center")
    s.cell("D3", 123456.789, number="0.000", shrink_to_fit=True)
    s.cell("E3", "{支部名称}", shrink_to_fit=True, horizontal="right")
    s.cell("A4", 1234567.891, number="0.000", height=24)
    s.cell("B4", "放不下又不折行的文字", horizontal="center")
    s.cell("C4", "隔壁有字")
    s.save()


def indent():
    s = Sheet("indent", widths=(24, 24, 26))
    for row, steps in enumerate((0, 1, 2, 3, 5), 1):
        s.cell(f"A{row}", f"左缩进{steps}", height=22, horizontal="left", indent=steps)
        s.cell(f"B{row}", f"右缩进{steps}", horizontal="right", indent=steps)
        s.cell(f"C{row}", f"{{分值名称}}{steps}", horizontal="right", indent=steps, family=KAI)
    s.cell("A6:C6", LONG[:120], wrap_text=True, horizontal="left", indent=2)
    members(s, 7, indent=0)
    s.save()


def spread():
    s = Sheet("spread", widths=(14, 28, 36))
    for row, name in enumerate(("姓名", "出生年月", "政治面貌与入党时间", "A组党员"), 1):
        s.cell(f"A{row}", name, HEI, 12, 26, horizontal="distributed")
        s.cell(f"B{row}", name + "两端对齐的文字，够长就会折到下一行去，末行不拉开", horizontal="justify")
        s.cell(f"C{row}", "上下分散\n第二行\n第三行", vertical="distributed", wrap_text=True)
    s.cell("A5:C5", LONG, "仿宋", 12, horizontal="justify")
    s.cell("A6:C6", LONG[:100], KAI, 12, 80, vertical="justify", wrap_text=True)
    s.save()


def centred():
    s = Sheet("centred", members=5, widths=(8, 14, 14, 10, 10), paper=13)
    members(s, 1)
    s.at.print_options.horizontalCentered = s.at.print_options.verticalCentered = True
    s.save()


def breaks():
    s = Sheet("breaks", members=8, widths=(8, 20, 26, 20, 16, 20, 20))
    members(s, 1)
    for row in range(3, 9):
        s.row(row, [f"第{row}行", "甲", "乙", "丙", "丁", "戊", "己"], 22)
    s.at.row_breaks.append(Break(id=4))
    s.at.row_breaks.append(Break(id=6))
    s.at.col_breaks = ColBreak()
    s.at.col_breaks.append(Break(id=3))
    s.save()


def print_area():
    s = Sheet("print-area", widths=(8, 20, 26, 20, 16, 30))
    s.cell("A1:E1", "不在打印区内的说明", height=24)
    members(s, 2)
    s.cell("A4:E4", "打印区的最后一行，比右边界长的文字在此", height=24)
    s.cell("F2", "区外", border=None)
    s.at.print_area = "A2:E4"
    s.save()


def spill():
    s = Sheet("spill", widths=(12, 12, 12, 12, 12))
    s.cell("A1", "文字伸到右边空格上面去，一直到第三格", border=None, height=24)
    s.cell("C2", "居中的文字向两边伸出去很多", border=None, height=24, horizontal="center")
    s.cell("E3", "靠右的文字向左边伸出去", border=None, height=24, horizontal="right")
    s.cell("A4", "跨列居中", HEI, 14, 28, border=None, horizontal="centerContinuous")
    for column in "BCDE":
        s.cell(f"{column}4", border=None, horizontal="centerContinuous")
    s.cell("A5", "星*", horizontal="fill", height=24)
    s.cell("B5", "填", horizontal="fill")
    members(s, 6)
    s.save()


def looks():
    s = Sheet("looks", widths=(20, 20, 20, 20), normal=("等线", 11))
    for row, family in enumerate((SONG, HEI, KAI, "仿宋_GB2312", TITLE, "等线", "Calibri", "Arial", "微软雅黑", "Times New Roman"), 1):
        s.cell(f"A{row}", family, family, 12, 24)
        s.cell(f"B{row}", "粗体Bold 91.50", family, 12, font={"bold": True})
        s.cell(f"C{row}", "斜体Italic 3.14", family, 12, font={"italic": True, "color": "0000FF"})
        s.cell(f"D{row}", "下划线删除线", family, 12, font={"underline": "single", "strike": True})
    for row, size in enumerate((6, 8, 9, 10.5, 14, 18, 26), 11):
        s.cell(f"A{row}:D{row}", f"{size}磅的字 Size {size} points", size=size)
    s.save()


def calibri():
    s = Sheet("calibri", members=30, widths=(8.43, 12.5, 15.71, 10, 20), normal=("Calibri", 11))
    members(s, 1)
    s.cell("A3:E3", "合计 {合计.人数} 人", height=24)
    s.save()


def known():
    """LibreOffice and this program differ here, and this program means to."""

    def sheet(name, **how):
        return Sheet(name, folder=KNOWN, **{"members": 3, "widths": (12, 16, 22, 14, 16), **how})

    s = sheet("slanted-border")
    s.row(1, ["学习教育", "组织生活", "遵章守纪"], 90, family=HEI, textRotation=45, vertical="bottom")
    s.row(2, ["{.序号}", "{.姓名}", "{.类别}"], 20)
    s.save()

    s = sheet("line-start", widths=(24, 20))
    s.cell("A1", LONG[:70], KAI, 12, wrap_text=True)
    s.row(2, ["{.姓名}", "{.类别}"], 20)
    s.save()

    s = sheet("distributed-indent")
    for row, steps in enumerate((1, 2, 3), 1):
        s.cell(f"A{row}", "分散", height=22, horizontal="distributed", indent=steps)
        s.cell(f"B{row}", "ABC", horizontal="distributed")
    s.row(4, ["{.序号}", "{.姓名}"], 20)
    s.save()

    s = sheet("header-pushes")
    s.at.oddHeader.center.text, s.at.oddHeader.center.size = "{支部名称}", 16
    s.at.page_margins.top = 1.2
    members(s, 1)
    s.save()

    s = sheet("general-digits")
    s.row(1, ["{.姓名}", 0.1234567891234], 20)
    s.save()

    s = sheet("footer-lines")
    s.at.oddFooter.left.text, s.at.oddFooter.right.text = "一行", "第一行\n第二行\n第三行"
    members(s, 1)
    s.save()

    s = sheet("page-plus-one")
    s.at.oddFooter.center.text = "下一页是第 &P+1 页"
    members(s, 1)
    s.save()

    s = sheet("merge-across-pages", widths=(12, 16) + (16,) * 8)
    s.cell("A1:J1", "横跨两页的合并标题，各页都印全", TITLE, 18, 36, border=None)
    s.row(2, ["{.序号}", "{.姓名}"] + ["{.类别}"] * 8, 20)
    s.at.print_title_cols = "A:B"
    s.save()

    s = sheet("small-scaled", widths=(12, 16, 22, 14, 40))
    s.cell("A1:E1", LONG[:140].replace("，", "").replace("、", "") * 3, size=8, wrap_text=True)
    members(s, 2, size=8)
    s.fit(1, 0)
    s.save()


def main():
    for folder in (FOLDER, KNOWN):
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.xlsx"):
            old.unlink()
    for draw in (
        long_text, tall_row, vertical_text, rotated, merged_blocks, wide, a3_to_a4, fit_width, scale, header_footer, fills_borders, formulas, images,
        empty, empty_ruled, groups, sheets, page_footer, hidden, shrink, indent, spread, centred, breaks, print_area, spill, looks, calibri,
        known,
    ):
        draw()


main()
