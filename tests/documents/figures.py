#!/usr/bin/env python3
"""Every figure on every form, read back from XLSX and PDF, is that of results.jsonl or of the entries; counts add up.

The XLSX is read by its headings. The PDF says the same, page by page, as `documents.check_alike` finds. At the end every kind of figure that
was read is altered once and has to be missed: a check that takes everything finds nothing.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl

from common import COUNTY, PERIODS, PROGRAM, ROOT, fault, finish, run
from documents import check_alike, poppler, bare, shown

DEMOS = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"]
STARS = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
MONTHS = {f"{n}月": [n] for n in range(1, 13)}
QUARTERS = {f"{name}季度": [3 * n + 1, 3 * n + 2, 3 * n + 3] for n, name in enumerate("一二三四")}
SPANS = {**MONTHS, **QUARTERS, "上半年": list(range(1, 7)), "下半年": list(range(7, 13)), "全年": list(range(1, 13))}
SPANS |= {name.replace("季度", "季小计"): months for name, months in QUARTERS.items()}
GONE = {"left", "moved-out", "not-expected", "not-scored"}


def published(value, digits):
    """Half up, as it is printed; None where there is none."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


class Seen:
    """How many figures of each kind were read, and one of each to be altered."""

    kinds = Counter()
    altered = {}

    @classmethod
    def holds(cls, kind, where, cell, expected):
        """Compares what a cell shows with what it has to show; None is a blank."""
        cls.kinds[kind] += 1
        got = None if cell in (None, "") else str(cell)
        if got is not None and expected is not None:
            cls.altered.setdefault(kind, (got, expected))
        if not same(got, expected):
            fault(f"{where}: {kind} shows {got!r}, expected {expected!r}")


def same(got, expected):
    if got is None or expected is None:
        return got is None and expected is None
    try:
        return Decimal(got.replace("−", "-")) == Decimal(str(expected))
    except ArithmeticError:
        return got == str(expected)


class Scheme:
    def __init__(self, id):
        data = tomllib.loads((ROOT / f"templates/schemes/{id}.toml").read_text("utf-8"))
        self.digits, self.decimals = data.get("digits", 2), data.get("decimals", 1)
        self.items = {item["name"]: item for item in data["item"]}
        self.figures = {(every, f["name"]): f["id"] for f in data["figure"] for every in f["runs"] if not f.get("each_period")}
        self.formulas = {row["name"]: row for row in data.get("row", []) if "value" in row}
        self.board = {"value": data["board"]["period"], "window": data["board"].get("window")}
        self.values = {key: Fraction(str(v["value"]).rstrip("%")) for key, v in data.get("value", {}).items()}
        self.caps = id == "detail-cap"

    def sum(self, marks, category, months, window, which):
        """The sum of items over the entry periods in some months, so far or within them; each item within its bounds where it has any."""
        kinds = {"marks": ["mark"], "deductions": ["deduct"], "bonuses": ["bonus"], "items": ["mark", "deduct", "bonus"]}.get(which)
        total = Fraction(0)
        for name, item in self.items.items():
            wanted = item["kind"] in kinds if kinds else name in which.split(", ")
            if not wanted:
                continue
            reached = [n for n in range(1, 13) if n <= months[-1] and (window == "so-far" or n in months)]
            entered = sum((mark for (of, at), mark in marks.items() if of == name and set(at) <= set(reached)), Fraction(0))
            if self.caps and item["kind"] == "deduct":
                entered = max(Fraction(item["max"]) + entered, Fraction(0))
            elif self.caps:
                entered = min(entered, Fraction(item["max"]))
            total += entered
        return total

    def value(self, rule, marks, category, months):
        """`max(0, start + sum(deductions))` and its like."""
        text = re.sub(r"sum\(([^)]*)\)", lambda m: f"S({m[1]!r})", rule["value"])
        known = {"S": lambda which: self.sum(marks, category, months, rule.get("window"), which), "max": max, "min": min, **self.values}
        return Fraction(eval(text, {"__builtins__": {}}, known))  # noqa: S307: the repository's own schemes


def rows_of(sheet):
    """(row number, texts by column) of all rows that hold something."""
    for row in sheet.iter_rows():
        cells = {cell.column: cell for cell in row if cell.value is not None}
        if cells:
            yield row[0].row, cells


def headed(sheet):
    """Rows below a heading row with 序号 and 姓名, by heading: `各期得分/一季度`; other rows by the text of their first cell."""
    spans = {(m.min_row, m.min_col): range(m.min_col, m.max_col + 1) for m in sheet.merged_cells.ranges}
    heads, at = {}, None
    for number, cells in rows_of(sheet):
        texts = {column: bare(cell.value) for column, cell in cells.items()}
        if "序号" in texts.values():
            heads, at = {}, number
            for column, text in texts.items():
                for covered in spans.get((number, column), [column]):
                    heads[covered] = text
        elif at is not None and number == at + 1 and not isinstance(cells.get(1) and cells[1].value, int):
            for column, text in texts.items():
                heads[column] = f"{heads.get(column, '')}/{text}"
        elif heads and isinstance(cells.get(1) and cells[1].value, int):
            yield "row", {heads[column]: shown(cell) for column, cell in cells.items() if column in heads}, heads.values()
        else:
            yield "text", "\n".join(texts.values()), None


class Period:
    """One run's results of one workspace."""

    def __init__(self, folder, period):
        self.folder, self.period = folder / period, period
        self.every = {"H": "half", "Q": "quarter", "M": "month"}.get(period[4:5], "year")
        lines = (self.folder / "results.jsonl").read_text("utf-8").splitlines()
        self.rows = [json.loads(line) for line in lines]
        register = openpyxl.load_workbook(self.folder / "全县汇总.xlsx", data_only=True)["支部一览"].iter_rows(values_only=True)
        lines = [line for line in register if line[0]]
        head = next(line for line in lines if line[0] == "支部编码")
        self.branches = [{"code": line[0], "committee": line[head.index("上级党组织")]} for line in lines[lines.index(head) + 1 :]]

    def of(self, code, scheme=None):
        rows = [row for row in self.rows if row["branch_code"] == code and row["subject"] == "member"]
        return [row for row in rows if scheme is None or row["scheme"] == scheme]


class Entries:
    """What the branches entered, from the archive's own tables: marks, and ballots by item."""

    def __init__(self, tables):
        self.marks, self.ballots, self.voters = defaultdict(lambda: defaultdict(Fraction)), {}, {}
        self.own = defaultdict(Fraction)
        with open(tables / "支部积分.csv", encoding="utf-8-sig", newline="") as file:
            self.branch = {(row["支部编码"], row["项目"], row["期间"]): (row["自评得分"], row["审核得分"]) for row in csv.DictReader(file)}
        with open(tables / "积分登记.csv", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                member = row["支部编码"], int(row["序号"]), row["姓名"]
                if row["评分方"] == "自评" and row["分值"]:
                    self.own[*member, row["期间"]] += Fraction(row["分值"])
                elif row["分值"]:
                    months = tuple(SPANS[row["期间"]])
                    self.marks[member][row["项目"], months] += Fraction(row["分值"])
        with open(tables / "民主测评.csv", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                mean = Fraction(row["分值合计"]) / int(row["票数"])
                self.ballots[row["支部编码"], int(row["序号"]), row["姓名"], row["项目"]] = mean
                self.voters[row["支部编码"], int(row["序号"]), row["姓名"]] = int(row["票数"])


def standing(kind, where, shows, result):
    """Grade, stars and rank of a row."""
    Seen.holds(f"{kind} 等次", where, shows.get("等次"), result["grade"]) if "等次" in shows or result["grade"] else None
    stars = None if result["stars"] is None else STARS[result["stars"]] + "星"
    if "星级" in shows or stars:
        Seen.holds(f"{kind} 星级", where, shows.get("星级"), stars)
    rank = next((heading for heading in shows if heading.endswith("名次")), None)
    if rank:
        Seen.holds(f"{kind} 名次", where, shows[rank], None if result["veto"] else result["rank"])


def matched(kind, where, shown_rows, results):
    """Rows of a form with the results that they are of: in the same order, by name; who is left out is gone."""
    left = list(results)
    for shows in shown_rows:
        name = re.sub(r"（.）$", "", shows["姓名"])
        while left and bare(left[0]["name"]) != name:
            if not GONE & set(left[0]["flags"]):
                fault(f"{where}: {left[0]['name']} is not on it")
            left.pop(0)
        if not left:
            fault(f"{where}: {name} has no result")
            return
        yield shows, left.pop(0)
    for result in left:
        if not GONE & set(result["flags"]):
            fault(f"{where}: {result['name']} is not on it")


def part_value(scheme, run_, result, entries, heading):
    """What a column of parts has to show: a figure by its name, or the sum of one kind of items."""
    if id := scheme.figures.get((run_.every, heading)):
        return result["figures"].get(id)
    kind = {"扣分合计": "deductions", "加分合计": "bonuses"}[heading]
    if result["total"] is None:
        return None
    marks = entries.marks[result["branch_code"], result["seq"], result["name"]]
    return published(scheme.sum(marks, result["category"], SPANS["全年"], None, kind), scheme.digits)


def board(run_, path, book, results, schemes, entries):
    for sheet in book.worksheets:
        found = list(headed(sheet))
        rows = [shows for kind, shows, _ in found if kind == "row"]
        text = "\n".join(text for kind, text, _ in found if kind == "text")
        here = [row for row in results if f"{schemes[row['scheme']].name}，细则版本" in text]
        scheme = schemes[here[0]["scheme"]]
        for shows, result in matched("board", path, rows, here):
            where = f"{path} {result['name']}"
            standing("board", where, {"等次": shows.get("等次"), **shows} if run_.every == "year" else shows, result)
            honours = sum(word.count("、") + 1 for word in shows.get("荣誉", "").split("；") if word)
            Seen.holds("board 荣誉数", where, honours, len(result["honours"]))
            member = (result["branch_code"], result["seq"], result["name"])
            for heading, value in shows.items():
                if heading.startswith("各期得分/"):
                    months = SPANS[heading.split("/")[1]]
                    expected = scheme.value(scheme.board, entries.marks[member], result["category"], months)
                    Seen.holds("board 各期得分", where, value, published(expected, scheme.decimals))
                elif heading.startswith("分值构成/"):
                    Seen.holds("board 分值构成", where, value, part_value(scheme, run_, result, entries, heading.split("/")[1]))
                elif heading == "公示积分":
                    Seen.holds("board 公示积分", where, value, result["board"])
                elif "积分" in heading:
                    Seen.holds("board 总分", where, value, result["total"])
            decides = any("积分" in heading and "/" not in heading and heading != "公示积分" for heading in shows)
            if result["total"] is not None and not decides and run_.every == "year":
                fault(f"{where}: no total")


def branch_line(run_, path, book, own):
    """支部积分 on the board."""
    told = [bare(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if "支部积分：" in str(cell.value)]
    expected = [f"支部积分：{own['total']}分，" + "，".join(filter(None, [own["stars"] is not None and STARS[own["stars"]] + "星", own["grade"]])) + "。"]
    Seen.holds("board 支部积分", path, told and told[0].replace("，。", "。"), expected[0].replace("，。", "。"))


def tally(results):
    """People by grade, and those who have none."""
    count = Counter()
    for row in results:
        if {"left", "moved-out"} & set(row["flags"]):
            continue
        count[row["grade"] or ("预备不评" if "probationary" in row["flags"] else "免积分" if "exempt" in row["flags"] else "不计分")] += 1
    return count


def yearly(run_, path, book, results, schemes, entries):
    for sheet in book.worksheets:
        found = list(headed(sheet))
        text = "\n".join(text for kind, text, _ in found if kind == "text")
        here = [row for row in results if f"{schemes[row['scheme']].name}，细则版本" in text]
        scheme = schemes[here[0]["scheme"]]
        rows = [shows for kind, shows, _ in found if kind == "row" and "姓名" in shows]
        for shows, result in matched("yearly", path, rows, here):
            where = f"{path} {result['name']}"
            Seen.holds("yearly 总分", where, shows.get("总分"), result["total"])
            standing("yearly", where, {"等次": None, **shows}, result)
            for heading in shows.keys() - {"序号", "党支部", "姓名", "类别", "总分", "等次", "星级", "支部名次", "备注"}:
                Seen.holds("yearly 分项", where, shows[heading], part_value(scheme, run_, result, entries, heading))
        page = 0
        for kind, shows, _ in found:
            if kind == "row":
                page += "姓名" in shows
            elif subtotal := re.match(r"本页小计：(\d+)人，(.*)", shows):
                Seen.holds("yearly 本页人数", path, subtotal[1], page)
                Seen.holds("yearly 本页等次之和", path, sum(map(int, re.findall(r"\d+", subtotal[2]))), page)
                page = 0
            elif total := re.match(r"总计：(\d+)人，([^；]*)", shows.replace("　", "")):
                Seen.holds("yearly 总计人数", path, total[1], len(rows))
                expected = tally(here)
                for word, number in re.findall(r"(\D+)(\d+)", total[2]):
                    Seen.holds("yearly 总计等次", path, number, expected.pop(word.strip("、，"), 0))
                if +expected:
                    fault(f"{path}: {expected} not counted")


def county_yearly(run_, path, book):
    """The county's form: a line per branch, people by grade and their mean, subtotals per committee."""
    for sheet in book.worksheets:
        heads, sums, lines = {}, defaultdict(Fraction), 0
        for _, cells in rows_of(sheet):
            texts = {column: bare(cell.value) for column, cell in cells.items()}
            if "序号" in texts.values():
                heads = {heading: column for column, heading in texts.items()}
            elif heads and heads["在册人数"] in cells:
                said = {heading: shown(cells[column]) for heading, column in heads.items() if column in cells}
                kinds = [heading for heading in said if heading not in ("序号", "党（工）委", "党支部", "在册人数", "平均分", "备注")]
                Seen.holds("county yearly 各类之和", path, said["在册人数"], sum(int(said[kind]) for kind in kinds if said[kind].isdigit()))
                if "党支部" in said and "小计" not in said.get("序号", ""):
                    lines += 1
                    for kind in ("在册人数", *kinds):
                        sums[kind] += int(said[kind])
                elif "小计" in texts[min(texts)]:
                    Seen.holds("county yearly 小计", path, said["在册人数"], sums["在册人数"])
                    sums.clear()
        if not lines:
            fault(f"{path} {sheet.title}: no branch")


def members_form(run_, path, book, results, schemes, entries):
    """Registry and card: the grid of each member, its sums, its figures."""
    kind = "card" if "积分卡" in path else "registry"
    by_name = defaultdict(list)
    for row in results:
        by_name[bare(row["name"])].append(row)
    for sheet in book.worksheets:
        if sheet.title.startswith("汇总"):
            summary(run_, path, sheet, results, schemes)
            continue
        columns, result = {}, None
        for _, cells in rows_of(sheet):
            texts = {column: bare(cell.value) for column, cell in cells.items()}
            first = texts[min(texts)]
            if first.startswith("姓名："):
                name = re.match(r"姓名：(.*?)(正式党员|预备党员)", first)[1]
                result = by_name[name].pop(0)
                scheme, member = schemes[result["scheme"]], (result["branch_code"], result["seq"], result["name"])
                items = []
            elif "项目" in texts.values():
                columns = texts
            elif columns and "小计" in texts.values() and set(texts.values()) <= {*MONTHS, "小计"}:
                columns = below_quarters(columns, texts)
            elif result is not None and columns:
                where = f"{path} {result['name']}"
                line(kind, where, run_, columns, cells, texts, result, scheme, entries, member, items)
    for rows in by_name.values():
        for row in rows:
            if not {"not-expected", "not-scored"} & set(row["flags"]):
                fault(f"{path}: {row['name']} has no page")


def below_quarters(columns, months):
    """Headings of months and their sums below the quarters of the row above."""
    quarter, below = "", {column: text for column, text in columns.items() if text not in QUARTERS}
    for column, text in sorted(months.items()):
        quarter = columns.get(column, quarter)
        below[column] = quarter.replace("季度", "季小计") if text == "小计" else text
    return below


def line(kind, where, run_, columns, cells, texts, result, scheme, entries, member, items):
    """One line of a member's page: an item, a summary row, a figure or the conclusion."""
    marks = entries.marks[member]
    by_heading = {heading: column for column, heading in columns.items()}
    name = texts.get(by_heading["项目"]) or texts[min(texts)]
    expects = lambda months: all(result["first"] <= n <= result["last"] for n in months)
    if name in scheme.items and isinstance(getattr(cells.get(by_heading["满分"]), "value", None), str):
        total, periods = Fraction(0), 0
        for column, heading in columns.items():
            if months := SPANS.get(heading):
                inside = [mark for (of, at), mark in marks.items() if of == name and set(at) <= set(months)]
                counted = inside and result["total"] is not None
                value = published(sum(inside, Fraction(0)), scheme.decimals) if counted else None
                Seen.holds(f"{kind} 各期分值", where, column in cells and shown(cells[column]) or None, value)
                if counted and "小计" not in heading:
                    total, periods = total + sum(inside), periods + 1
        last = next((column for column, heading in columns.items() if heading in ("合计", "年均", "平均")), None)
        if last and periods and result["total"] is not None:
            is_mean = columns[last] != "合计" and scheme.items[name]["kind"] == "mark"
            value = published(total / periods, scheme.digits) if is_mean else published(total, scheme.decimals)
            Seen.holds(f"{kind} {columns[last]}", where, last in cells and shown(cells[last]), value)
        if "测评" in by_heading and (mean := entries.ballots.get((*member, name))) is not None and result["total"] is not None:
            Seen.holds(f"{kind} 测评", where, shown(cells[by_heading["测评"]]), published(mean, scheme.digits))
        if "认定分" in by_heading and by_heading["认定分"] in cells:
            items.append((name, Decimal(shown(cells[by_heading["认定分"]]))))
    elif len(texts) >= 2 and by_heading["满分"] in cells and isinstance(cells[by_heading["满分"]].value, (int, float)):
        value = shown(cells[by_heading["满分"]])
        id = scheme.figures.get((run_.every, texts[min(texts)]))
        expected = result["figures"].get(id) if id and id != "total" else result["total"]
        Seen.holds(f"{kind} 得分", where, value, expected)
        if items and (group := re.match(r"本组(\d+)项合计", " ".join(texts.values()).split(" ")[-1])):
            wanted = {item for item, data in scheme.items.items() if data["kind"] == ("deduct" if id == "kept" else "bonus")}
            Seen.holds(f"{kind} 认定分之和", where, sum(mark for item, mark in items if item in wanted), result["figures"][id])
    elif texts[min(texts)] in scheme.formulas and len(set(texts)) > 2 and any(SPANS.get(columns.get(c)) for c in texts):
        rule = scheme.formulas[texts[min(texts)]]
        for column, heading in columns.items():
            if (months := SPANS.get(heading)) and column in cells:
                value = scheme.value(rule, marks, result["category"], months)
                Seen.holds(f"{kind} 小结", where, shown(cells[column]), published(value, scheme.decimals))
        if "加权" in by_heading and by_heading["加权"] in cells:
            Seen.holds(f"{kind} 加权合计", where, shown(cells[by_heading["加权"]]), result["figures"]["year_end"])
    elif texts[min(texts)] == "自评":
        for column, heading in columns.items():
            if heading in SPANS and (own := entries.own.get((*member, heading))) is not None:
                Seen.holds(f"{kind} 自评", where, shown(cells[column]) if column in cells else None, published(own, scheme.decimals))
    elif texts[min(texts)] == "结论":
        said = dict(part.split("：") for part in list(cells.values())[1].value.split("\u3000\u3000"))
        standing(f"{kind} 结论", where, {"等次": said.get("等次"), "星级": said.get("星级"), "支部名次": said.get("支部名次")}, result)
    elif texts[min(texts)] == "星级":
        Seen.holds(f"{kind} 星星", where, list(texts.values())[1].count("★"), result["stars"])


def summary(run_, path, sheet, results, schemes):
    """The flat sheet of the registry: everyone of the branch, under whatever scheme."""
    found = list(headed(sheet))
    listed = [shows for kind, shows, _ in found if kind == "row"]
    for shows, result in matched("registry", path, listed, results):
        where = f"{path} {result['name']}"
        Seen.holds("registry 汇总总分", where, shows.get("总分"), result["total"])
        standing("registry 汇总", where, shows, result)
        if "评议分" in shows and (ballots := [id for id in ("review", "poll") if id in result["figures"]]):
            Seen.holds("registry 汇总评议分", where, shows["评议分"], result["figures"][ballots[0]])
        if "积分制" in shows:
            Seen.holds("registry 汇总积分制", where, shows["积分制"], schemes[result["scheme"]].name)
    told = next(text for kind, text, _ in found if kind == "text" and text.find("在册") >= 0)
    counts = re.findall(r"在册(\d+)人(?:：([^；]*))?", told)
    Seen.holds("registry 在册", path, sum(int(all_) for all_, _ in counts), sum(tally(results).values()))
    for all_, grades in counts:
        if grades:
            Seen.holds("registry 在册等次之和", path, all_, sum(map(int, re.findall(r"\d+", grades))))
    if len(listed) != sum(not {"not-expected", "not-scored"} & set(row["flags"]) for row in results):
        fault(f"{path}: {len(listed)} on 汇总")


def branch_score(run_, path, book, own, audited):
    """支部积分表: audited marks by item and period, their mean, the total."""
    scheme = tomllib.loads((ROOT / f"templates/schemes/{own['scheme']}.toml").read_text("utf-8"))
    items = {item["name"]: item for item in scheme["branch"]["item"]}
    columns = {}
    for _, cells in rows_of(book.worksheets[0]):
        texts = {column: bare(cell.value) for column, cell in cells.items()}
        if "项目" in texts.values():
            columns = texts
        name = next((text for text in texts.values() if text in items), None)
        if name and columns:
            means = []
            for column, heading in columns.items():
                if heading in SPANS:
                    value = audited.get((own["branch_code"], name, heading), ("", ""))
                    for at, entered in zip((column, column + 1), value):
                        Seen.holds("branch-score 得分", path, shown(cells[at]) if at in cells else None, entered or None)
                    means.append(Fraction(value[1]))
            last = next(column for column, heading in columns.items() if heading == "平均")
            Seen.holds("branch-score 平均", path, shown(cells[last]), published(sum(means) / len(means), 2))
        elif texts[min(texts)] == "支部积分":
            Seen.holds("branch-score 总分", path, list(map(shown, cells.values()))[1], own["total"])
        elif texts[min(texts)] == "等次":
            Seen.holds("branch-score 等次", path, list(texts.values())[1], own["grade"])
        elif texts[min(texts)] == "星级":
            Seen.holds("branch-score 星级", path, list(texts.values())[1].count("★"), own["stars"])


def rows_by_heading(sheet):
    """(first heading row, rows) of a table whose heading has 序号: each row by heading, its own first cell a number; merged headings
    stand above those below them."""
    return [shows for kind, shows, _ in headed(sheet) if kind == "row"]


def texts_of(sheet):
    return [bare(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def here_in(sheet, results, schemes):
    """Results of the scheme that a sheet names."""
    text = "\n".join(texts_of(sheet))
    return [row for row in results if f"积分制：{schemes[row['scheme']].name}" in text]


def poll(run_, path, book, results, schemes, entries):
    """民主测评汇总表: ballots, the mean of each column, the figure that they come to."""
    for sheet in book.worksheets:
        here = here_in(sheet, results, schemes)
        counts = []
        for shows, result in matched("poll", path, rows_by_heading(sheet), here):
            where, member = f"{path} {result['name']}", (result["branch_code"], result["seq"], result["name"])
            count = entries.voters.get(member)
            Seen.holds("poll 有效票", where, shows.get("有效票"), count)
            counts += [count] if count else []
            for heading, value in shows.items():
                if (mean := entries.ballots.get((*member, heading))) is not None:
                    Seen.holds("poll 均分", where, value, published(mean, 2))
                elif id := schemes[result["scheme"]].figures.get((run_.every, heading)):
                    Seen.holds("poll 得分", where, value, result["figures"].get(id))
        told = re.search(r"有效票数：(\d+)(?:～(\d+))?张", "".join(texts_of(sheet)))
        for got, expected in zip((told[1], told[2] or told[1]), (min(counts), max(counts))):
            Seen.holds("poll 有效票数", path, got, expected)


def review(run_, path, book, results, schemes, entries):
    """半年评议表: the half's scores."""
    for sheet in book.worksheets:
        here = here_in(sheet, results, schemes)
        for shows, result in matched("review", path, rows_by_heading(sheet), here):
            where, scheme = f"{path} {result['name']}", schemes[result["scheme"]]
            for heading, value in shows.items():
                if months := SPANS.get(heading):
                    marks = entries.marks[result["branch_code"], result["seq"], result["name"]]
                    Seen.holds("review 各期得分", where, value, published(scheme.value(scheme.board, marks, result["category"], months), scheme.decimals))
                elif "积分" in heading:
                    Seen.holds("review 总分", where, value, result["total"])


def organization(run_, path, book, results, roster, branches):
    """党组织概况一览表: people of each branch by status, sex, category and age, and their sums."""
    on_roll = [row for row in results if not {"left", "moved-out"} & set(row["flags"])]
    sums, last = Counter(), f"{run_.period[:4]}-12-31"
    bands = {"30岁及以下": (0, 30), "31～40岁": (31, 40), "41～50岁": (41, 50), "51～60岁": (51, 60), "61岁及以上": (61, 200)}

    def age(person):
        born = person["出生日期"]
        return int(last[:4]) - int(born[:4]) - (last[5:] < born[5:10])

    for shows in rows_by_heading(book.worksheets[0]):
        people = [(row, roster[row["branch_code"], row["seq"], row["name"]]) for row in on_roll if row["branch"] == shows["党支部"]]
        if not people:
            if "党员数" in shows:
                fault(f"{path}: {shows['党支部']} has members")
            continue
        for heading, value in shows.items():
            of = heading.split("/")[-1]
            counted = {
                "党员数": lambda row, one: True,
                "正式": lambda row, one: "probationary" not in row["flags"],
                "预备": lambda row, one: "probationary" in row["flags"],
                "男": lambda row, one: one["性别"] == "男",
                "女": lambda row, one: one["性别"] == "女",
                "年龄未填": lambda row, one: not one["出生日期"],
                **{name: lambda row, one, of=bounds: bool(one["出生日期"]) and of[0] <= age(one) <= of[1] for name, bounds in bands.items()},
                **{row["category"]: lambda row, one, of=row["category"]: row["category"] == of for row in on_roll},
            }.get(of)
            if counted:
                expected = sum(counted(row, one) for row, one in people)
                Seen.holds("organization 人数", f"{path} {shows['党支部']} {of}", value, expected)
                sums[heading] += int(value)
    heads, number = {}, 0
    for _, cells in rows_of(book.worksheets[0]):
        texts = {column: bare(cell.value) for column, cell in cells.items()}
        if "序号" in texts.values():
            heads = texts
        elif texts[min(texts)] == "合计":
            for column, heading in heads.items():
                if heading in sums:
                    Seen.holds("organization 合计", f"{path} {heading}", shown(cells[column]), sums[heading])
    told = re.search(r"党支部(\d+)个，在册党员(\d+)人", "".join(texts_of(book.worksheets[0])))
    Seen.holds("organization 支部数", path, told[1], branches)
    Seen.holds("organization 在册", path, told[2], len(on_roll))


def roster_form(run_, path, book, results, roster):
    """党员基本情况表: the roster of who is on it, identity numbers without their last four."""
    people = [row for row in results if not {"left", "moved-out", "not-expected"} & set(row["flags"])]
    rows = rows_by_heading(book.worksheets[0])
    Seen.holds("roster 人数", path, len(rows), len(people))
    day = lambda text: "{}年{}月{}日".format(*map(int, text.split("-"))) if text.count("-") == 2 else text
    for shows, row in zip(rows, people):
        one = roster[row["branch_code"], row["seq"], row["name"]]
        for heading in ("性别", "民族", "类别", "职务"):
            Seen.holds(f"roster {heading}", f"{path} {row['name']}", shows.get(heading), one[heading] or None)
        for heading in ("出生日期", "入党日期"):
            if one[heading].count("-") == 2:
                Seen.holds(f"roster {heading}", f"{path} {row['name']}", shows.get(heading), day(one[heading]))
        if one["身份证号"]:
            Seen.holds("roster 身份证号", f"{path} {row['name']}", shows.get("身份证号"), one["身份证号"][:14] + "****")
    told = re.search(r"合计：(\d+)人，其中男(\d+)人、女(\d+)人；正式党员(\d+)人、预备党员(\d+)人", "".join(texts_of(book.worksheets[0])).replace("　", ""))
    sexes = Counter(roster[row["branch_code"], row["seq"], row["name"]]["性别"] for row in people)
    probationary = sum("probationary" in row["flags"] for row in people)
    for got, expected in zip(told.groups(), (len(people), sexes["男"], sexes["女"], len(people) - probationary, probationary)):
        Seen.holds("roster 合计", path, got, expected)


def honours(run_, path, book, results):
    """季度之星、年度之星公示: who has an honour, his total, how many were chosen."""
    # A line per honour.
    starred = Counter({bare(row["name"]): len(row["honours"]) for row in results if row["honours"]})
    rows = [shows for sheet in book.worksheets for shows in rows_by_heading(sheet)]
    Seen.holds("honours 行数", path, len(rows), sum(starred.values()))
    totals = {bare(row["name"]): row["total"] for row in results if row["honours"]}
    for shows in rows:
        name = re.sub(r"（.）$", "", shows["姓名"])
        starred[name] -= 1
        if "年度积分" in shows:
            Seen.holds("honours 年度积分", f"{path} {name}", shows["年度积分"], totals.get(name))
    for name, left in starred.items():
        Seen.holds("honours 每人次数", f"{path} {name}", left, 0)
    text = "".join(text for sheet in book.worksheets for text in texts_of(sheet))
    chosen = [int(number) for number in re.findall(r"当选(\d+)人", text)]
    if chosen:
        Seen.holds("honours 当选", path, sum(chosen), len(rows))


def letters(run_, path, book, results, roster, schemes, entries):
    """告诫通知书, 限期整改通知书: to whom, with which total, parts, grade and lowest items."""
    title = Path(path).stem
    due = [row for row in results if row["letter"] == title]
    willing = lambda row: roster[row["branch_code"], row["seq"], row["name"]]["整改意愿"] != "否"
    due = [row for row in due if title == "告诫通知书" or willing(row)]
    texts = [text for sheet in book.worksheets for text in texts_of(sheet)]
    addressed = [text.removesuffix("同志：") for text in texts if text.endswith("同志：")]
    Seen.holds(f"{title} 人数", path, len(addressed), len(due))
    sentences = [text for text in texts if "你的年度积分为" in text]
    for name, sentence, row in zip(addressed, sentences, due):
        where = f"{path} {row['name']}"
        Seen.holds(f"{title} 姓名", path, name, bare(row["name"]))
        Seen.holds(f"{title} 总分", where, re.search(r"你的年度积分为(-?[\d.]+)分", sentence)[1], row["total"])
        Seen.holds(f"{title} 等次", where, re.search(r"等次为(.*?)。", sentence)[1], row["grade"])
        scheme = schemes[row["scheme"]]
        for part, value in re.findall(r"[（、]?(?:其中)?([^（、，]+?)(-?\d+\.\d+)分", (re.search(r"（其中(.*?)）", sentence) or [""] * 2)[1]):
            if id := scheme.figures.get((run_.every, part)):
                Seen.holds(f"{title} 构成", where, value, row["figures"].get(id))
    person = -1
    for text in texts:
        person += text.endswith("同志：")
        if told := re.match(r"\d+\.“(.+)”平均得(-?[\d.]+)分，满分", text.replace("　", "")):
            row, item = due[person], told[1]
            marks = entries.marks[row["branch_code"], row["seq"], row["name"]]
            own = [mark for (of, _), mark in marks.items() if of == item]
            Seen.holds(f"{title} 问题", f"{path} {row['name']} {item}", told[2], published(sum(own, Fraction(0)) / len(own), 2))


def list_of_grades(run_, path, book, results):
    """等次名单: who has which grade, with totals, stars and ranks; each sheet's number and all together."""
    graded = [row for row in results if row["grade"] and not {"left", "moved-out"} & set(row["flags"])]
    for sheet in book.worksheets:
        own = [row for row in graded if row["grade"] == sheet.title]
        rows = rows_by_heading(sheet)
        Seen.holds("list 人数", f"{path} {sheet.title}", len(rows), len(own))
        for shows, row in zip(rows, own):
            where = f"{path} {row['name']}"
            Seen.holds("list 姓名", where, re.sub(r"（.）$", "", shows["姓名"]), bare(row["name"]))
            Seen.holds("list 总分", where, shows.get("总分"), row["total"])
            standing("list", where, {"等次": sheet.title, **shows}, row)
        texts = "".join(texts_of(sheet))
        Seen.holds("list 本等次", f"{path} {sheet.title}", re.findall(r"本等次共(\d+)人", texts)[-1], len(own))
        Seen.holds("list 共", path, re.search(r"各等次分表列出，共(\d+)人", texts)[1], len(graded))
    if {sheet.title for sheet in book.worksheets} != {row["grade"] for row in graded}:
        fault(f"{path}: sheets {[sheet.title for sheet in book.worksheets]}")


def exempt(run_, path, book, results, roster):
    """不参加积分制管理党员审批表: each exempt member with his direct grade and stars, in one cell."""
    people = [row for row in results if "exempt" in row["flags"]]
    names, grades = [], []
    for sheet in book.worksheets:
        for _, cells in rows_of(sheet):
            texts = list(map(bare, (cell.value for cell in cells.values())))
            if texts[0] == "姓名":
                names.append(texts[1])
            elif texts[0] == "直接评定":
                grades.append(texts[1].removeprefix("等次："))
    Seen.holds("exempt 人数", path, len(names), len(people))
    for name, grade, row in zip(names, grades, people):
        Seen.holds("exempt 姓名", path, name, bare(row["name"]))
        given = [row["grade"], row["stars"] is not None and STARS[row["stars"]] + "星"]
        Seen.holds("exempt 等次、星级", f"{path} {row['name']}", grade or None, "".join(filter(None, given)) or None)


def county_lines(run_, path, book, schemes):
    """The county's yearly form, branch by branch: people by grade, and the mean of who has a total."""
    for sheet in book.worksheets:
        id = here_in(sheet, run_.rows, schemes)[0]["scheme"]
        for shows in rows_by_heading(sheet):
            own = [row for row in run_.rows if row["subject"] == "member" and row["branch"] == shows["党支部"] and row["scheme"] == id]
            counts = tally(own)
            Seen.holds("county yearly 在册人数", f"{path} {shows['党支部']}", shows["在册人数"], sum(counts.values()))
            for kind in shows.keys() - {"序号", "党（工）委", "党支部", "在册人数", "平均分", "备注"}:
                Seen.holds("county yearly 各类", f"{path} {shows['党支部']} {kind}", shows[kind], counts[kind])
            totals = [Fraction(row["total_exact"]) for row in own if row["total"] is not None and not {"left", "moved-out"} & set(row["flags"])]
            if totals:
                Seen.holds("county yearly 平均分", f"{path} {shows['党支部']}", shows["平均分"], published(sum(totals) / len(totals), schemes[id].digits))


def county_workbook(run_, path):
    """全县汇总: 明细 is results.jsonl, the tables of branches, committees and categories add up to it."""
    book = openpyxl.load_workbook(path, data_only=True)
    tables = {}
    for name in ("明细", "各党委", "各类别", "支部一览"):
        heads, rows = None, []
        for row in book[name].iter_rows(values_only=True):
            words = [bare(cell) if cell is not None else "" for cell in row]
            if heads is None and len([word for word in words if word]) > 3:
                heads = words
            elif heads:
                rows.append(dict(zip(heads, row)))
        tables[name] = rows
    results = [row for row in run_.rows if row["subject"] == "member"]
    detail = [row for row in tables["明细"] if row.get("姓名")]
    Seen.holds("county 明细行数", path, len(detail), len(run_.rows))
    key = next(heading for heading in detail[0] if heading in ("总分", "年度积分", "积分"))
    for shows, result in zip(detail, run_.rows):
        Seen.holds("county 明细总分", f"{path} {result['name']}", shows[key], result["total"])
        Seen.holds("county 明细等次", f"{path} {result['name']}", shows.get("等次") or None, result["grade"])
    here = [row for row in results if not {"left", "moved-out"} & set(row["flags"])]
    for name, of in (("各党委", "committee"), ("各类别", "category")):
        for row in tables[name]:
            label = next(iter(row.values()))
            people = [one for one in here if label in (one[of], "合计", "全县")]
            head = next((heading for heading in row if heading in ("党员", "在册", "在册党员", "党员数")), None)
            if label and head and people:
                Seen.holds(f"county {name}人数", f"{path} {label}", row[head], len(people))
                for grade in ("优秀", "合格", "基本合格", "不合格"):
                    if grade in row:
                        graded = sum(one["grade"] == grade for one in people)
                        Seen.holds(f"county {name}等次", f"{path} {label} {grade}", row[grade] or 0, graded)


def everyone(run_, unit):
    """Results of the members of a branch, a committee or the county, whatever their schemes."""
    return [row for row in run_.rows if row["subject"] == "member" and unit in (None, row["branch_code"], row["committee"])]


def check(workspace, periods, folder):
    """All forms of a workspace's runs."""
    copy, out, archive = folder / workspace.name, folder / workspace.name / "out", folder / f"{workspace.name}-archive"
    shutil.copytree(workspace, copy)
    for period in periods:
        run(copy, out, "--period", period)
    done = subprocess.run([PROGRAM, "archive", copy, "--to", archive, "--incomplete", "检查", "--quiet"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"figures: archive of {workspace} ended with {done.returncode}\n{done.stderr}")
    entries = Entries(archive / "data/normalized")
    with open(archive / "data/normalized/党员名册.csv", encoding="utf-8-sig", newline="") as file:
        roster = {(row["支部编码"], int(row["序号"]), row["姓名"]): row for row in csv.DictReader(file)}
    for period in periods:
        run_ = Period(out, period)
        for row in run_.rows:
            if row["subject"] == "member":
                lasts = roster[row["branch_code"], row["seq"], row["name"]]
                row["first"], row["last"] = int(lasts["起始月"] or 1), int(lasts["截止月"] or 12)
        schemes = {}
        for id in {row["scheme"] for row in run_.rows if row["total"] is not None}:
            schemes[id] = Scheme(id)
            schemes[id].name = tomllib.loads((ROOT / f"templates/schemes/{id}.toml").read_text("utf-8"))["name"]
        for path in sorted((out / period).rglob("*.xlsx")):
            where = str(path.relative_to(folder))
            if path.stem == "全县汇总":
                county_workbook(run_, path)
            if not path.with_suffix(".pdf").exists():
                continue
            book = openpyxl.load_workbook(path)
            text = poppler("pdftotext", "-raw", path.with_suffix(".pdf"), "-")
            check_alike(book, [bare(page) for page in text.split("\f")[:-1]], where)
            unit = path.parent.name.split("-")[0]
            results = [row for row in run_.rows if row["subject"] == "member" and unit in (row["branch_code"], row["committee"])]
            results = [row for row in results if row["scheme"] in schemes]
            if path.stem == "考核公示栏":
                board(run_, where, book, results, schemes, entries)
                own = [row for row in run_.rows if row["subject"] == "branch" and row["branch_code"] == unit and row["total"] is not None]
                if own:
                    branch_line(run_, where, book, own[0])
            elif path.stem == "支部积分表":
                own = next(row for row in run_.rows if row["subject"] == "branch" and row["branch_code"] == unit)
                branch_score(run_, where, book, own, entries.branch)
            elif path.stem == "年度综合得分登记表" and path.parent == out / period:
                county_yearly(run_, where, book)
                county_lines(run_, where, book, schemes)
            elif path.stem == "民主测评汇总表":
                poll(run_, where, book, results, schemes, entries)
            elif path.stem == "半年评议表":
                review(run_, where, book, results, schemes, entries)
            elif path.stem == "党组织概况一览表":
                branches = [row for row in run_.branches if unit in (row["code"], row["committee"])]
                organization(run_, where, book, everyone(run_, unit), roster, len(branches))
            elif path.stem == "党员基本情况表":
                roster_form(run_, where, book, everyone(run_, unit), roster)
            elif path.stem == "季度之星公示、年度之星公示":
                honours(run_, where, book, everyone(run_, unit))
            elif path.stem in ("告诫通知书", "限期整改通知书"):
                letters(run_, where, book, everyone(run_, unit), roster, schemes, entries)
            elif path.stem == "等次名单":
                list_of_grades(run_, where, book, everyone(run_, unit if path.parent != out / period else None))
            elif path.stem == "不参加积分制管理党员审批表":
                exempt(run_, where, book, everyone(run_, unit), roster)
            elif path.stem == "年度综合得分登记表":
                yearly(run_, where, book, results, schemes, entries)
            elif path.stem in ("积分登记表", "党员积分卡"):
                members_form(run_, where, book, results, schemes, entries)
            elif path.stem == "退回意见":
                returned(run_, where, book, unit)
            elif path.stem == "催报名单":
                reminded(run_, where, book)


def returned(run_, path, book, code):
    """How many errors a letter says, and that each stands on it."""
    findings = [json.loads(line) for line in (run_.folder / "findings.jsonl").read_text("utf-8").splitlines()]
    errors = sum(one["branch_code"] == code and one["severity"] == "error" for one in findings)
    text = "".join(bare(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None)
    told = re.search(r"错误(\d+)处", text)
    listed = sum(cell.value == "错误" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    Seen.holds("return 错误数", path, told and told[1], listed)
    if not 0 < listed <= errors:
        fault(f"{path}: {listed} errors of {errors}")


def reminded(run_, path, book):
    """How many branches a reminder says and lists."""
    words = [bare(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    numbers = dict(re.findall(r"(未报|退回)(\d+)个", "".join(words)))
    for word in ("未报", "退回"):
        if word in numbers or word in words:
            Seen.holds(f"reminder {word}", path, numbers.get(word, 0), words.count(word))


def main():
    with tempfile.TemporaryDirectory() as folder:
        check(COUNTY, PERIODS, Path(folder))
        for demo in sys.argv[1:] or DEMOS:
            check(ROOT / f"tests/cases/clean-{demo}", ["2026", "2026Q3"], Path(folder))
    for kind, (got, expected) in sorted(Seen.altered.items()):
        digit = re.search(r"\d", got)
        altered = got[: digit.start()] + str((int(digit[0]) + 1) % 10) + got[digit.end() :] if digit else got + "改"
        if same(altered, expected):
            fault(f"{kind}: {altered!r} passes for {expected!r}")
    for kind, count in sorted(Seen.kinds.items()):
        print(f"  {kind}: {count}")
    finish(f"{sum(Seen.kinds.values())} figures of {len(Seen.kinds)} kinds")


main()
