"""Rewrites the workbooks of a sample workspace into other valid ones that reach the corners.

    python3 mutate.py WORKSPACE SEED [--only-clean]

Everything but the people's identity numbers is drawn again with the seed: statuses, months
of expectation, exemptions, shared names, categories, marks at their limits and totals at and
next to every band edge, caps exceeded, ballots in each of their forms, awards and penalties
of every level, vetoes, nominations, branch points.  The result stays a workbook that must be
accepted.  With --only-clean it also keeps to the plainest way of writing a cell.
"""

import random
import re
import sys
import tomllib
from pathlib import Path

import openpyxl

import evaluate as ev

TWO_WAY = ["思想道德", "党员义务", "作用发挥", "村间卫生", "轮流值守", "政策宣传"]
MARKS = {  # scheme: (unit, {item: max})
    "ju-10star": ("M", {item: 10 for item in ev.TEN}),
    "community-4": ("H", {"三会一课": 40, "民主评议": 30, "党费交纳": 20, "其它奖惩": 10}),
    "two-way-rank": ("M", dict(zip(TWO_WAY, [20, 30, 20, 10, 10, 10]))),
    "enterprise-82": ("Q", {"党性修养": 25, "岗位业绩": 35, "急难险重": 20, "群众工作": 20}),
    "fuxian-418": ("Y", dict(zip(sum(ev.FUXIAN.values(), []), [5] * 10 + [7, 6, 6, 6, 7, 6, 6, 6]))),
}
DEDUCT = {
    "detail-cap": {"学习教育": 20, "组织生活": 20, "党费交纳": 10, "履行职责": 30, "遵规守纪": 20},
    "hospital-dual": {"医德医风": 20, "业务能力": 20, "组织生活": 20, "学习教育": 20},
}
CAP_BONUS = {"表彰奖励": 10, "志愿服务": 5, "建言献策": 5}
BRANCH = {"组织建设": 25, "组织生活": 25, "党员教育": 20, "服务临床": 20, "廉洁行医": 10}
POLL_MAX = {"register-60": 20, "enterprise-82": 100}
EDGES = [95, 90, 80, 70, 60, 50, 40, 30, 20, 10]
CN = "一二三四"
GRADES = ["合格", "优秀", "不合格"]  # of every system; stars have only the members of ju-10star
DIRECT = ["合格", "优秀", "基本合格", "不合格", "8星", "10星", "1星", "合格/8星", "优秀/10星", "不合格/3星", "基本合格/6星"]


class Mutator:
    def __init__(self, seed, plain=False):
        self.r = random.Random(seed)
        self.plain = plain

    def odds(self, p):
        return self.r.random() < p

    # ------------------------------------------------------------ how a thing is written

    def cell(self, tenths):
        """A number of tenths as a cell, sometimes written in another way."""
        value = tenths / 10 if tenths % 10 else tenths // 10
        if self.plain or not self.odds(0.04):
            return value
        return self.r.choice([str(value), f"{value}分", f" {value} ", str(value).translate(
            str.maketrans("0123456789.-", "０１２３４５６７８９．－")), value * (1 + 2e-16)])

    def minus(self, tenths):
        if tenths == 0:
            return self.r.choice([0, None, "/", "—", "无"])
        return self.cell(tenths if self.sign > 0 or (self.sign == 0 and self.odds(0.5)) else -tenths)

    def plus(self, tenths, reason):
        """加分 and 加分事由."""
        if tenths == 0:
            return self.r.choice([(0, None), (None, None), ("/", None), ("无", "无")])
        if self.odds(0.6):
            return self.cell(tenths), reason
        if self.odds(0.5) or tenths < 2:
            return f"+{tenths / 10:g}（{reason}）", None
        first = self.r.randint(1, tenths - 1)
        return (f"+{first / 10:g}（{reason}）" + self.r.choice(["；", "，", " ", "\n", "、", ""])
                + f"+{(tenths - first) / 10:g}（支援抗洪2次）"), None

    def period(self, unit, i):
        forms = {"M": [f"{i}月", f"{i}月", f"{i:02}月", i, str(i)],
                 "Q": [f"{CN[(i - 1) % 4]}季度", f"第{CN[(i - 1) % 4]}季度", f"{i}季度", f"Q{i}"],
                 "H": [["上半年", "下半年"][(i - 1) % 2]], "Y": ["全年"]}[unit]
        return forms[0] if self.plain else self.r.choice(forms)

    # ------------------------------------------------------------ numbers that add up

    def spread(self, total, tops):
        """`total` tenths over slots with maxima (in tenths), at random, zeros and maxima included."""
        left, out = max(0, min(total, sum(tops))), [0] * len(tops)
        order = list(range(len(tops)))
        self.r.shuffle(order)
        for n, i in enumerate(order):
            rest = sum(tops[j] for j in order[n + 1:])
            low, high = max(0, left - rest), min(tops[i], left)
            share = round(tops[i] * left / max(1, rest + tops[i]))
            out[i] = self.r.choice([low, high, self.r.randint(low, high)] + [min(high, max(low, share))] * 5)
            left -= out[i]
        return out

    def target(self):
        """A total: at an edge, right beside it, or anywhere."""
        edge = self.r.choice(self.pool) if self.odds(0.8) else self.r.choice(EDGES)
        return edge + self.r.choice([0, 0, 0, -0.1, 0.1, -1 / 15, -0.01, 0.01, -0.005, self.r.uniform(-10, 10)])

    def sums(self, mean, count, top):
        """`count` period sums in tenths whose mean is as near `mean` as tenths allow."""
        return self.spread(round(mean * 10 * count), [top * 10] * count)

    # ------------------------------------------------------------ one workbook

    def workbook(self, path, config, branch):
        r = self.r
        book = openpyxl.load_workbook(path)
        self.sign = r.choice([1, -1, -1, 0])
        self.pool = r.sample(EDGES, r.randint(1, 4)) + [r.choice([95, 90, 80, 70, 60])] * 2
        people = self.roster(book["党员名册"], config, branch)
        for name in book.sheetnames:
            if name not in ("支部信息", "党员名册"):
                del book[name]
        schemes = {m.scheme for m in people}
        sheets = {}  # sheet name -> (columns, rows)
        for m in people:
            m.sheet = self.suffix(m, people)
            if not m.exempt or self.odds(0.2):
                self.entries(m, sheets)
                self.ballots(m, sheets)
        self.facts(people, sheets, schemes)
        if "hospital-dual" in schemes:
            self.branch_points(sheets)
        order = list(sheets)
        r.shuffle(order)
        for title in order:
            columns, rows = sheets[title]
            if title != "支部积分" and self.odds(0.5):
                r.shuffle(rows)
            if not self.plain and self.odds(0.3):
                columns = list(columns)
                r.shuffle(columns)
            sheet = book.create_sheet(title)
            if not self.plain and self.odds(0.3):
                sheet.append([f"{branch.name}{title}（2026年）"])
                sheet.append([])
            sheet.append(list(columns))
            for row in rows:
                sheet.append([row.get(c) for c in columns])
        book.save(path)

    def roster(self, sheet, config, branch):
        r = self.r
        head = [ev.clean(c.value) for c in sheet[1]]
        rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True) if row[head.index("姓名")]]
        col = {name: head.index(name) for name in head}
        many = self.odds(0.5)
        kinds = list(ev.REGISTER)
        if "register-60" not in {config["scheme"], *(rule["scheme"] for rule in config.get("assign", []))}:
            kinds += config.get("categories", [])  # register-60 names the items of five categories only
        kinds = r.sample(kinds, r.randint(2, 4) if many else 1)
        part, spared, young = r.choice([0, 0.1, 0.4]), r.choice([0, 0.1, 0.3]), r.choice([0, 0.1, 0.3])
        numbers = r.sample(range(1, 3 * len(rows)), len(rows)) if self.odds(0.3) else list(range(1, len(rows) + 1))
        if self.odds(0.3):
            r.shuffle(rows)
        for row, seq in zip(rows, numbers):
            row[col["序号"]] = seq
            row[col["类别"]] = r.choice(kinds)
            row[col["党员状态"]] = r.choice(["预备党员", "预备"]) if self.odds(young) else r.choice(["正式党员", "正式", None])
            a = b = None
            if self.odds(part):
                a, b = sorted([r.randint(1, 12), r.randint(1, 12)])
                a, b = r.choice([(a, None), (None, b), (a, b), (a, a), (1, 12), (1, b), (a, 12), (7, None), (None, 6), (3, 4), (12, 12), (1, 1)])
            row[col["起始月"]], row[col["截止月"]] = a, b
            for heading in {"转入日期", "转正日期"} & col.keys():
                row[col[heading]] = None
            row[col["免积分原因"]] = row[col["直评等次"]] = None
            if self.odds(spared):
                row[col["免积分原因"]] = r.choice(["年老体弱", "长期生病", "长期外出"])
                stars = ev.scheme_of(config, row[col["类别"]], branch) == "ju-10star"
                row[col["直评等次"]] = r.choice(DIRECT if stars else GRADES)
        for _ in range(r.choice([0, 0, 1, 2])):
            a, b = r.sample(range(len(rows)), 2)
            rows[a][col["姓名"]] = rows[b][col["姓名"]]
        sheet.delete_rows(2, sheet.max_row)
        for row in rows:
            sheet.append(row)
        people = []
        for row in rows:
            m = ev.Member(dict(zip(head, row)), len(people))
            m.written = row[col["姓名"]]
            m.scheme = ev.scheme_of(config, m.category, branch)
            people.append(m)
        for m in people:
            m.shared = sum(o.name == m.name for o in people) > 1
        return people

    def suffix(self, m, people):
        """The category's own sheets where the members of the branch need different columns."""
        same = {(p.scheme, p.category if p.scheme == "register-60" else "") for p in people}
        if len(same) == 1:
            if not hasattr(people[0], "split"):
                people[0].split = self.odds(0.15)
            return f"-{m.category}" if people[0].split else ""
        return f"-{m.category}"

    def ident(self, m):
        name = m.written
        if not self.plain and self.odds(0.03) and "·" not in name:
            name = name[0] + "　" + name[1:] + " "
        return {"序号": m.seq if m.shared or self.odds(0.9) else None, "姓名": name}

    def add(self, sheets, title, row):
        columns, rows = sheets.setdefault(title, ([], []))
        columns += [c for c in row if c not in columns]
        rows.append(row)

    def wanted(self, m, unit):
        """The periods to write: the expected ones, now and then another that must not count."""
        out = [i for i in range(1, 12 // ev.SIZE[unit] + 1) if m.expected(ev.months(unit, i))]
        return out, [i for i in range(1, 12 // ev.SIZE[unit] + 1) if i not in out and self.odds(0.03)]

    def entries(self, m, sheets):
        r, title = self.r, f"积分登记{m.sheet}"
        if m.scheme in MARKS:
            unit, items = MARKS[m.scheme]
            inside, outside = self.wanted(m, unit)
            top = sum(items.values())
            goal = self.target()
            if m.scheme == "ju-10star":
                m.poll_sum = r.choice([0, 100, r.uniform(0, 100), min(100, max(0, goal))])
                m.shift = self.adjustments(m, sheets)
                goal = (goal - m.shift - m.poll_sum / 5) / 0.8
            elif m.scheme == "enterprise-82":
                m.poll_sum = r.choice([0, 100, r.uniform(0, 100), min(100, max(0, goal))])
                goal = (goal - m.poll_sum / 5) / 0.8
            extra, loss = 0, 0
            if m.scheme == "fuxian-418":
                extra, loss = r.choice([0, 100, r.randint(0, 100)]), r.choice([0, 100, r.randint(0, 100)])
                goal += (loss - extra) / 10
            if self.odds(0.1):
                goal = r.choice([0, 1000])
            for i, total in zip(inside + outside, self.sums(goal, len(inside), top) + [r.randint(0, top * 10) for _ in outside]):
                values = self.spread(total, [v * 10 for v in items.values()])
                row = self.ident(m) | {"期间": self.period(unit, i)}
                if m.scheme == "two-way-rank":
                    if self.odds(0.9):
                        own = [r.choice([v, 0, t * 10, r.randint(0, t * 10)]) for v, t in zip(values, items.values())]
                        self.add(sheets, title, self.ident(m) | {"期间": self.period(unit, i), "评分方": "自评"}
                                 | {k: self.cell(v) for k, v in zip(items, own)})
                    row["评分方"] = "支部"
                row |= {k: self.cell(v) for k, v in zip(items, values)}
                if m.scheme == "community-4":
                    row |= {"记录人": "组织委员甲", "复核人": "监察组乙"}
                if m.scheme == "fuxian-418":
                    row |= {"工作创新加分": r.choice([None, "/", 0]) if extra == 0 else self.cell(extra), "工作失误减分": self.minus(loss)}
                self.add(sheets, title, row)
            return
        inside, outside = self.wanted(m, "Q")
        items = ({k: 10 for k in ev.REGISTER[m.category]} if m.scheme == "register-60" else DEDUCT[m.scheme])
        n, heavy, goal = len(inside), self.odds(0.25), self.target()
        m.goal = goal
        rich = r.choice([0, 0.2, 1])
        gains = [r.choice([0, r.randint(0, 200), 200, 1, 100, 40]) if self.odds(rich) else 0 for _ in inside + outside]
        caps = {k: [r.choice([0, r.randint(0, t * 10), t * 10]) if self.odds(rich) else 0 for _ in inside + outside] for k, t in CAP_BONUS.items()}
        if m.scheme == "detail-cap":
            kept = sum(min(t * 10, sum(caps[k][:n])) for k, t in CAP_BONUS.items())
            lost = round(1000 + kept - goal * 10)
        elif m.scheme == "hospital-dual":
            lost = round(1000 + sum(gains[:n]) - goal * 10)
        else:
            lost = round(600 + min(200, sum(gains[:n])) + r.choice([0, 200, r.randint(0, 200)]) - goal * 10)
            m.now = 60 - max(0, lost) / 10 + min(20, sum(gains[:n]) / 10)
        tops = [t * 10 for t in items.values()]
        if m.scheme == "detail-cap" and not heavy:  # the year's sum an item stays inside its cap
            rows = [[0] * len(tops) for _ in inside]
            for k, amount in enumerate(self.spread(lost, tops)):
                for q, part in enumerate(self.spread(amount, [tops[k]] * n)):
                    rows[q][k] = part
        elif heavy:
            rows = [[r.choice([0, t, r.randint(0, t)]) for t in tops] for _ in inside]
        else:
            flat = self.spread(lost, tops * n)
            rows = [flat[q * len(tops):(q + 1) * len(tops)] for q in range(n)]
        rows += [[r.randint(0, t) for t in tops] for _ in outside]
        for n_row, (q, values) in enumerate(zip(inside + outside, rows)):
            row = self.ident(m) | {"期间": self.period("Q", q)} | {k: self.minus(v) for k, v in zip(items, values)}
            if m.scheme == "detail-cap":
                row |= {k: r.choice([0, None, "/"]) if caps[k][n_row] == 0 else self.cell(caps[k][n_row]) for k in CAP_BONUS}
            else:
                row["加分"], row["加分事由"] = self.plus(gains[n_row], "县级优秀党员 5月")
            self.add(sheets, title, row)

    def ballots(self, m, sheets):
        r, title = self.r, f"民主测评{m.sheet}"
        if m.scheme not in ("ju-10star", "register-60", "enterprise-82"):
            return
        columns = sheets.get(title, ([], []))[0]
        summed = "票数" in columns if columns else self.odds(0.5)
        if m.scheme == "ju-10star":
            count, items = r.choice([10, 11, 12, 13]), {k: 10 for k in ev.TEN}
            totals = self.spread(round(m.poll_sum * 10 * count), [100 * count] * 10)
        else:
            count, top = r.choice([1, 1, 2, 3, 7]), POLL_MAX[m.scheme]
            items = {"评议分": top}
            if m.scheme == "register-60":
                m.poll_sum = r.choice([0, 20, r.uniform(0, 20)] + [min(20, max(0, m.goal - m.now))] * 5)
            totals = [max(0, min(top * 10 * count, round(m.poll_sum * 10 * count)))]
        if summed:
            self.add(sheets, title, self.ident(m) | {"票数": count} | {k: self.cell(v) for k, v in zip(items, totals)})
            return
        spread = [self.spread(v, [t * 10] * count) for v, t in zip(totals, items.values())]
        for b in range(count):
            self.add(sheets, title, self.ident(m) | {"票号": b + 1} | {k: self.cell(s[b]) for k, s in zip(items, spread)})

    def adjustments(self, m, sheets):
        """Facts of 奖惩 in any number and order; what they change the total by."""
        r = self.r
        if self.odds(0.4):
            return 0
        tables = ev.ADJUST
        best = worst = 0
        for _ in range(r.choice([1, 1, 2, 3, 5])):
            kind = r.choice(list(tables))
            level = r.choice(list(tables[kind]))
            points = tables[kind][level]
            best, worst = max(best, points), min(worst, points)
            if level == "省部级" and kind != "表彰奖励" and self.odds(0.5):
                level = r.choice(["自治区", "区"])
            self.add(sheets, "奖惩", self.ident(m) | {"种类": kind, "级别": level, "事由": "某事", "日期": f"2026-{r.randint(1, 12)}-{r.randint(1, 28)}", "文号": None})
        return best + worst

    def facts(self, people, sheets, schemes):
        r = self.r
        for m in people:
            for name in ev.SCHEMES[m.scheme][3]:
                if self.odds(0.12):
                    for _ in range(r.choice([1, 1, 1, 2])):
                        self.add(sheets, "一票否决", self.ident(m) | {"情形": name, "依据": "〔2026〕1号", "日期": "2026-07-09"})
        if "ju-10star" in schemes:
            stars = [m for m in people if m.scheme == "ju-10star"]
            for honour, unit, i in [("季度之星", "Q", q) for q in (1, 2, 3, 4)] + [("年度之星", "Y", 1)]:
                for m in r.sample(stars, min(len(stars), r.choice([0, 1, 1, 1, 2]))):
                    self.add(sheets, "评优推荐", self.ident(m) | {"荣誉": honour, "期间": self.period(unit, i)})
        for title, columns in (("奖惩", "序号 姓名 种类 级别 事由 日期 文号"), ("一票否决", "序号 姓名 情形 依据 日期"), ("评优推荐", "序号 姓名 荣誉 期间")):
            if self.odds(0.7):
                sheets.setdefault(title, (columns.split(), []))

    def branch_points(self, sheets):
        goals = self.sums(self.target(), 4, 100) if self.odds(0.7) else [round(self.target() * 10) for _ in range(4)]
        for q, goal in zip((1, 2, 3, 4), goals):
            for (item, top), value in zip(BRANCH.items(), self.spread(goal, [t * 10 for t in BRANCH.values()])):
                own = self.r.choice([value, 0, top * 10])
                self.add(sheets, "支部积分", {"项目": item, "期间": self.period("Q", q), "自评得分": self.cell(own) if self.odds(0.9) else None, "审核得分": self.cell(value)})


class Place:
    """What scheme_of asks of a branch."""

    def __init__(self, code, name, committee):
        self.code, self.name, self.committee = code, name, committee


def assign(workspace, seed, schemes):
    """Writes random assign rules over category, committee and branch; the last match wins."""
    r = random.Random(seed)
    register = openpyxl.load_workbook(workspace / "机构名册.xlsx", data_only=True).worksheets[0]
    rows = list(ev.table(register, ["支部编码", "支部名称"]))
    own = ["离退休党员", "流动党员"]
    rules = []
    for _ in range(r.randint(2, 6)):
        row = r.choice(rows)
        rule = {"category": r.choice(list(ev.REGISTER) + own), "committee": ev.clean(row["上级党组织"]), "branch": ev.clean(row["支部编码"])}
        keys = r.choice([["category"], ["committee"], ["branch"], ["category", "committee"], ["category", "branch"], ["category"]])
        rules.append("[[assign]]\n" + "".join(f'{k} = "{rule[k]}"\n' for k in keys) + f'scheme = "{r.choice(schemes)}"\n')
    (workspace / "scorebook.toml").write_text(
        f'county = "示范县"\nissuer = "中共示范县委组织部"\nyear = 2026\nregister = "机构名册.xlsx"\ninbox = "inbox"\n'
        f'scheme = "{r.choice(schemes)}"\ncategories = {own}\n\n'.replace("'", '"') + "\n".join(rules)
        + '\n[notice]\nposted = 2026-12-14\nphone = "12380"\n', "utf-8")


def mutate(workspace, seed, plain=False):
    workspace = Path(workspace)
    mutator = Mutator(seed, plain)
    config = tomllib.loads((workspace / "scorebook.toml").read_text("utf-8-sig"))
    register = openpyxl.load_workbook(workspace / config["register"], data_only=True).worksheets[0]
    names = {ev.clean(row["支部编码"]): row for row in ev.table(register, ["支部编码", "支部名称"])}
    for path in sorted((workspace / config["inbox"]).rglob("*.xlsx")):
        info = openpyxl.load_workbook(path)["支部信息"]
        code = next(ev.clean(row[1]) for row in info.iter_rows(values_only=True) if ev.clean(row[0]) == "支部编码")
        mutator.workbook(path, config, Place(code, ev.clean(names[code]["支部名称"]), ev.clean(names[code]["上级党组织"])))


if __name__ == "__main__":
    mutate(sys.argv[1], int(sys.argv[2]), "--only-clean" in sys.argv)
