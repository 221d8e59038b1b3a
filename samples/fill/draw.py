"""Draws the five examples of this folder: python3 draw.py (needs openpyxl and pyarrow). Everybody in them is invented."""

import csv
import datetime
import json
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

HERE = Path(__file__).parent
THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
GIVEN = ["云", "海", "竹", "晴", "岩", "舟", "禾", "澄", "朗", "越", "宁", "芷"]
FAMILY = ["青", "白", "蓝", "石", "谷", "溪", "南", "柏"]


def person(number):
    return FAMILY[number % len(FAMILY)] + GIVEN[number * 5 % len(GIVEN)] + (GIVEN[number * 7 % len(GIVEN)] if number % 3 else "")


def book(name):
    made = Workbook()
    sheet = made.active
    sheet.title = name
    return made, sheet


def put(sheet, place, value, size=11, bold=False, family="宋体", across="center", wrap=False, frame=False, number=None, colour=None):
    cell = sheet[place]
    cell.value = value
    cell.font = Font(name=family, size=size, bold=bold, color=colour)
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=wrap)
    if frame:
        cell.border = FRAME
    if number:
        cell.number_format = number


def widths(sheet, *all_widths):
    for letter, width in zip("ABCDEFGHIJKLMN", all_widths):
        sheet.column_dimensions[letter].width = width


def page(sheet, paper, landscape=False, margin=0.6, centred=True):
    sheet.page_setup.paperSize = paper
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, margin)
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    sheet.print_options.horizontalCentered = centred


def save(made, folder, name):
    (HERE / folder).mkdir(exist_ok=True)
    made.save(HERE / folder / name)


def settings(made, *pairs):
    sheet = made.create_sheet("设置")
    for pair in pairs:
        sheet.append(pair)


def certificates():
    made, sheet = book("证书")
    widths(sheet, 25, 25, 25, 25, 25)
    page(sheet, 9, landscape=True, margin=1.0)
    for row, height in {1: 90, 2: 30, 3: 50, 4: 140, 5: 50, 6: 40, 7: 40}.items():
        sheet.row_dimensions[row].height = height
    sheet.merge_cells("A1:E1")
    put(sheet, "A1", "荣 誉 证 书", size=54, bold=True, family="小标宋", colour="C00000")
    sheet.merge_cells("A3:E3")
    put(sheet, "A3", "{姓名} 同志：", size=30, family="楷体", across="left")
    sheet.merge_cells("A4:E4")
    put(sheet, "A4", "　　在{年度}年度“{活动}”活动中表现突出，被评为{称号}。特发此证，以资鼓励。", size=28, family="楷体", across="left", wrap=True)
    sheet.merge_cells("C6:E6")
    put(sheet, "C6", "{单位}", size=22, family="楷体")
    sheet.merge_cells("C7:E7")
    put(sheet, "C7", "{颁发日期}", size=22, family="楷体", number='yyyy"年"m"月"d"日"')
    save(made, "certificates", "证书.xlsx")

    made, sheet = book("获奖名单")
    sheet.append(["姓名", "年度", "活动", "称号", "单位", "颁发日期"])
    for number in range(12):
        title = ["一等奖", "二等奖", "优秀志愿者"][min(number // 2, 2)]
        sheet.append([person(number), 2026, "清洁家园", title, "青溪镇文化服务中心", datetime.date(2026, 11, 20)])
    for row in sheet.iter_rows(min_row=2, min_col=6, max_col=6):
        row[0].number_format = "yyyy-mm-dd"
    save(made, "certificates", "获奖名单.xlsx")


def payslips():
    made, sheet = book("工资条")
    widths(sheet, 15, 15, 15, 15, 15, 15)
    page(sheet, 11, landscape=True)
    sheet.merge_cells("A1:F1")
    put(sheet, "A1", "{月份}工资条", size=18, bold=True, family="黑体")
    sheet.row_dimensions[1].height = 40
    put(sheet, "A2", "工号", frame=True)
    put(sheet, "B2", "{工号}", frame=True)
    put(sheet, "C2", "姓名", frame=True)
    put(sheet, "D2", "{姓名}", frame=True)
    put(sheet, "E2", "部门", frame=True)
    put(sheet, "F2", "{部门}", frame=True)
    for column, (label, field) in enumerate([("基本工资", "基本工资"), ("绩效", "绩效"), ("补贴", "补贴"), ("社保", "社保"), ("公积金", "公积金"), ("个税", "个税")]):
        letter = "ABCDEF"[column]
        put(sheet, f"{letter}4", label, frame=True, bold=True)
        put(sheet, f"{letter}5", f"{{{field}}}", frame=True, number="#,##0.00", across="right")
    put(sheet, "A6", "应发", frame=True, bold=True)
    put(sheet, "B6", "=A5+B5+C5", frame=True, number="#,##0.00", across="right")
    put(sheet, "C6", "扣除", frame=True, bold=True)
    put(sheet, "D6", "=D5+E5+F5", frame=True, number="#,##0.00", across="right")
    put(sheet, "E6", "实发", frame=True, bold=True)
    put(sheet, "F6", "=B6-D6", frame=True, number="#,##0.00", across="right", bold=True)
    for row in (2, 4, 5, 6):
        sheet.row_dimensions[row].height = 28
    sheet.merge_cells("A7:F7")
    put(sheet, "A7", "{?备注}", across="left")
    sheet["A7"].value = "备注：{备注}{?备注}"
    put(sheet, "A8", "本条仅供本人查阅。", size=9, across="left")
    save(made, "payslips", "工资条.xlsx")

    made, sheet = book("7月工资")
    sheet.append(["青溪文具厂 2026年7月工资表"])
    sheet.append(["工号", "姓名", "部门", "月份", "基本工资", "绩效", "补贴", "社保", "公积金", "个税", "备注"])
    for number in range(20):
        department = ["生产部", "仓储部", "行政部"][number % 3]
        base = 4200 + number * 137
        row = [f"{number + 1:04d}", person(number), department, "2026年7月", base, 800 + number * 35.5, 300, round(base * 0.105, 2), round(base * 0.07, 2), round(max(0, base - 5000) * 0.03, 2)]
        sheet.append([*row, "含6月补发绩效" if number == 4 else None])
    for row in sheet.iter_rows(min_row=3, min_col=5, max_col=10):
        for cell in row:
            cell.number_format = "#,##0.00"
    save(made, "payslips", "工资表.xlsx")


def receipts():
    made, sheet = book("收据")
    widths(sheet, 5, 22, 8, 10, 13)
    page(sheet, 11)
    sheet.merge_cells("A1:E1")
    put(sheet, "A1", "收    据", size=20, bold=True, family="黑体")
    sheet.row_dimensions[1].height = 42
    sheet.merge_cells("A2:B2")
    put(sheet, "A2", "付款人：{付款人}", across="left")
    sheet.merge_cells("C2:E2")
    put(sheet, "C2", "编号：{编号}", across="right")
    for letter, label in zip("ABCDE", ["序", "项目", "数量", "单价", "金额"]):
        put(sheet, f"{letter}3", label, frame=True, bold=True)
    for letter, field, number in [("A", "序", None), ("B", "项目", None), ("C", "数量", None), ("D", "单价", "#,##0.00"), ("E", "金额", "#,##0.00")]:
        put(sheet, f"{letter}4", f"{{明细.{field}}}", frame=True, number=number, across="left" if letter == "B" else "right", wrap=letter == "B")
    sheet.merge_cells("A5:D5")
    put(sheet, "A5", "合计（共{合计.人数}项）", frame=True, bold=True)
    for letter in "BCD":
        sheet[f"{letter}5"].border = FRAME
    put(sheet, "E5", "{合计.金额}", frame=True, number="#,##0.00", across="right", bold=True)
    sheet.merge_cells("A6:E6")
    put(sheet, "A6", "收款单位（章）　　　收款人：{收款人}　　{日期}", across="left")
    for row in (2, 3, 4, 5):
        sheet.row_dimensions[row].height = 24
    sheet.row_dimensions[6].height = 48
    save(made, "receipts", "收据.xlsx")

    goods = [("A4复印纸", 5, "23.50"), ("签字笔（黑）", 24, "1.80"), ("档案盒 55mm", 30, "6.90"), ("文件夹", 12, "4.25"), ("订书机", 2, "18.00")]
    all_receipts = []
    for number in range(6):
        lines = [goods[(number + step) % len(goods)] for step in range(1 + number % 4)]
        items = ", ".join(
            f'{{"序": {at + 1}, "项目": "{name}", "数量": {count}, "单价": {price}, "金额": {count * round(float(price) * 100) / 100:.2f}}}'
            for at, (name, count, price) in enumerate(lines)
        )
        all_receipts.append(
            f'{{"编号": "2026-{number + 1:04d}", "付款人": "青溪第{number + 1}小学", "收款人": "{person(number)}", "日期": "2026年9月{number + 1}日", "明细": [{items}]}}'
        )
    (HERE / "receipts" / "收据.json").write_text("[\n  " + ",\n  ".join(all_receipts) + "\n]\n", encoding="utf-8")
    json.loads((HERE / "receipts" / "收据.json").read_text(encoding="utf-8"))


def reports():
    made, sheet = book("成绩单")
    widths(sheet, 8, 12, 10, 10, 10, 10, 24)
    page(sheet, 9)
    sheet.merge_cells("A1:G1")
    put(sheet, "A1", "{班级} {学期}成绩单", size=18, bold=True, family="黑体")
    sheet.row_dimensions[1].height = 40
    for letter, label in zip("ABCDEFG", ["学号", "姓名", "语文", "数学", "英语", "总分", "评语"]):
        put(sheet, f"{letter}2", label, frame=True, bold=True)
    for letter, field in zip("ABCDE", ["学号", "姓名", "语文", "数学", "英语"]):
        put(sheet, f"{letter}3", f"{{.{field}}}", frame=True)
    put(sheet, "F3", "=C3+D3+E3", frame=True)
    put(sheet, "G3", "{.评语}", frame=True, across="left", wrap=True)
    sheet.merge_cells("A4:B4")
    put(sheet, "A4", "平均分（{合计.人数}人）", frame=True, bold=True)
    sheet["B4"].border = FRAME
    for letter in "CDEF":
        put(sheet, f"{letter}4", f"=ROUND(AVERAGE({letter}3),1)", frame=True, number="0.0", bold=True)
    sheet["G4"].border = FRAME
    sheet["G4"].fill = PatternFill("solid", fgColor="F2F2F2")
    for row in (2, 3, 4):
        sheet.row_dimensions[row].height = 24
    sheet.print_title_rows = "1:2"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    # Marks of 95 and more on a ground of their own; a bar behind each total.
    sheet.conditional_formatting.add("C3:E3", CellIsRule(operator="greaterThanOrEqual", formula=["95"], fill=PatternFill("solid", bgColor="E2EFDA"), font=Font(bold=True)))
    sheet.conditional_formatting.add("F3:F3", DataBarRule(start_type="num", start_value=150, end_type="num", end_value=300, color="9DC3E6"))
    settings(made, ("排序", "学号"))
    save(made, "class-reports", "成绩单.xlsx")

    words = ["基础扎实，课堂发言积极。", "进步明显，继续保持。", "计算细心，书写工整；阅读面还可以再宽一些。", ""]
    with open(HERE / "class-reports" / "成绩.csv", "w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow(["班级", "学期", "学号", "姓名", "语文", "数学", "英语", "评语"])
        for number in range(90):
            marks = [60 + (number * step) % 41 for step in (7, 11, 13)]
            rows.writerow([f"四（{number // 30 + 1}）班", "2025—2026学年第二学期", f'="4{number // 30 + 1}{number % 30 + 1:02d}"', person(number), *marks, words[number % 4]])


def labels():
    import pyarrow
    from pyarrow import parquet

    # Three beside each other, eight rows on an A4 page; the last column is the gap.
    made, sheet = book("标签")
    widths(sheet, 9, 18.5, 2)
    page(sheet, 9, margin=0.4)
    sheet.merge_cells("A1:B1")
    put(sheet, "A1", "{.单位}资产标签", size=11, bold=True, family="黑体")
    sheet.row_dimensions[1].height = 22
    for row, (label, field) in enumerate([("名称", "名称"), ("编号", "编号"), ("型号", "型号"), ("存放地点", "存放地点"), ("启用日期", "启用日期"), ("管理人", "管理人")], 2):
        put(sheet, f"A{row}", label, size=9, frame=True)
        put(sheet, f"B{row}", f"{{.{field}}}", size=9, frame=True, across="left", number="yyyy-mm-dd" if field == "启用日期" else None)
        sheet.row_dimensions[row].height = 12
    settings(made, ("每行条数", 3), ("每页行数", 24))
    save(made, "labels", "标签.xlsx")

    count = 24
    things = [("办公桌", "1400×700"), ("文件柜", "双门 0.9 mm"), ("打印机", "A4 黑白激光"), ("空调", "1.5 匹")]
    table = pyarrow.table(
        {
            "单位": ["青溪镇政府"] * count,
            "名称": [things[number % 4][0] for number in range(count)],
            "编号": [f"QX-{number + 1:05d}" for number in range(count)],
            "型号": [things[number % 4][1] for number in range(count)],
            "存放地点": [f"{number // 6 + 1}楼 {number // 6 + 1}0{number % 6 + 1} 室" for number in range(count)],
            "启用日期": [datetime.date(2021 + number % 5, number % 12 + 1, 1) for number in range(count)],
            "管理人": [person(number) for number in range(count)],
        }
    )
    parquet.write_table(table, HERE / "labels" / "资产.parquet")


for draw in (certificates, payslips, receipts, reports, labels):
    draw()
