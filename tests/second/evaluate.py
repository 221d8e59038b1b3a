"""A second, independent evaluator of a clean workspace.

It reads a workspace whose workbooks hold no faults (scorebook.toml, the register, the
inbox) and works out what results.jsonl of a run must say, in exact fractions, one short
function a scheme, so that each can be held against the system's own text clause by
clause.  It shares no code and no table with the program.  It does not look for faults: a
workbook that has to be returned is outside its ground.

    python3 evaluate.py WORKSPACE PERIOD          prints one JSON object a line

Places where the specification leaves a choice carry the word OPEN; there the evaluator
follows what the program chose, so that a difference is always worth reading.
"""

import json
import re
import sys
import tomllib
import unicodedata
from fractions import Fraction as F
from math import floor
from pathlib import Path

import openpyxl

# ---------------------------------------------------------------- numbers and words


def number(value):
    """The exact value of a cell at 15 significant digits, None where nothing is entered."""
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int):
        return F(value)
    if isinstance(value, float):
        return F(format(value, ".15g"))
    text = unicodedata.normalize("NFKC", str(value or "")).strip().lstrip("'")
    text = text.replace("−", "-").removesuffix("分").strip()
    return None if text in ("", "/", "-", "—", "–", "无") else F(text)


def deduction(value):
    """A branch writes 2 or -2; both mean -2.  Nothing entered is 0."""
    return -abs(number(value) or F(0))


def bonus(value):
    """A bonus; the form +3（reason）, several of which are summed; nothing entered is 0."""
    text = unicodedata.normalize("NFKC", str(value if value is not None else ""))
    if "(" not in text:
        return number(value) or F(0)
    outside = re.sub(r"\([^()]*\)", " ", text)
    return sum((F(part) for part in re.findall(r"\d+(?:\.\d+)?", outside)), F(0))


def published(value):
    """Two digits, half away from zero, never -0.00."""
    if value is None:
        return None
    cents = floor(abs(value) * 100 + F(1, 2))
    sign = "-" if value < 0 and cents else ""
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def clean(text):
    """White space out, full width to half width, a trailing colon off."""
    text = unicodedata.normalize("NFKC", str(text if text is not None else ""))
    return re.sub(r"\s+", "", text).rstrip(":")


def name_of(text):
    """A name for matching: no white space, one kind of middle dot."""
    return re.sub("[•・‧．]", "·", re.sub(r"\s+", "", str(text or "")))


# ---------------------------------------------------------------- periods

DIGIT = {"一": 1, "二": 2, "三": 3, "四": 4}
SIZE = {"M": 1, "Q": 3, "H": 6, "Y": 12}


def months(unit, index):
    """The months of the index-th (from 1) month, quarter, half or year."""
    size = SIZE[unit]
    return range((index - 1) * size + 1, index * size + 1)


def entry_period(text):
    """1月 → (M, 1), 第一季度 → (Q, 1), 上半年 → (H, 1), 全年 → (Y, 1)."""
    text = clean(text).removeprefix("第").upper()
    if text in ("上半年", "下半年"):
        return ("H", 1 if text == "上半年" else 2)
    if text in ("全年", "年度"):
        return ("Y", 1)
    if text.startswith("Q"):
        return ("Q", int(text[1:]))
    if text.endswith("季度"):
        head = text.removesuffix("季度")
        return ("Q", DIGIT.get(head) or int(head))
    return ("M", int(text.removesuffix("月份").removesuffix("月")))


class Run:
    """The period of a run: 2026, 2026H1, 2026Q3 or 2026M07."""

    def __init__(self, text):
        self.text, self.year, self.unit, self.index = text, int(text[:4]), "Y", 1
        if text[4:]:
            self.unit, self.index = text[4], int(text[5:])
        self.months = months(self.unit, self.index)
        self.whole = self.unit == "Y"

    def inside(self, unit):
        """The periods of one length that lie inside the run's period."""
        return [i for i in range(1, 12 // SIZE[unit] + 1)
                if all(m in self.months for m in months(unit, i))]

    def so_far(self, unit):
        """All periods of the year up to the run's end."""
        return [i for i in range(1, 12 // SIZE[unit] + 1)
                if months(unit, i)[-1] <= self.months[-1]]


# ---------------------------------------------------------------- reading

ALIASES = {"党员姓名": "姓名", "身份证号码": "身份证号", "公民身份号码": "身份证号",
           "时期": "期间", "周期": "期间"}


def table(sheet, must):
    """The rows below the heading row (the first that holds all of `must`) as dictionaries."""
    head = None
    for row in sheet.iter_rows(values_only=True):
        words = [re.sub(r"\(.*\)$", "", clean(cell)) for cell in row]
        words = [ALIASES.get(w, w) for w in words]
        if head is None:
            if all(m in words for m in must):
                head = words
        else:
            cells = {h: c for h, c in zip(head, row) if h}
            if all(clean(cells.get(m)) for m in must):
                yield cells


class Member:
    def __init__(self, row, order):
        self.order = order
        self.name = name_of(row["姓名"])
        seq = number(row.get("序号"))
        self.seq = int(seq) if seq is not None else None
        self.category = clean(row["类别"])
        self.probationary = clean(row.get("党员状态")).startswith("预备")
        self.first = int(number(row.get("起始月")) or 1)
        self.last = int(number(row.get("截止月")) or 12)
        self.exempt = bool(clean(row.get("免积分原因")))
        self.direct = clean(row.get("直评等次"))
        self.entries = {}      # (unit, index) -> row of 积分登记; the branch's own marks
        self.ballots = []      # (row, number of ballots in it)
        self.adjust = []       # (种类, 级别)
        self.vetoes = []
        self.nominations = []  # (荣誉, unit, index)
        self.scheme = None

    def expected(self, wanted):
        """Is the member expected in any of these months?"""
        return any(self.first <= m <= self.last for m in wanted)

    def periods(self, run, unit):
        """The expected periods of one length inside the run's period."""
        return [i for i in run.inside(unit) if self.expected(months(unit, i))]


class Branch:
    def __init__(self, book, register):
        info = {}
        for row in book["支部信息"].iter_rows(values_only=True):
            if len(row) > 1 and row[0] is not None:
                info.setdefault(clean(row[0]), row[1])
        self.code = clean(info["支部编码"])
        self.name = clean(register[self.code]["支部名称"])
        self.committee = clean(register[self.code]["上级党组织"])
        self.members, self.points = [], {}
        for row in table(book["党员名册"], ["姓名", "类别"]):
            self.members.append(Member(row, len(self.members)))
        for sheet in book:
            kind = clean(sheet.title).split("-")[0]
            if kind == "积分登记":
                for row in table(sheet, ["姓名", "期间"]):
                    if clean(row.get("评分方")) != "自评":
                        self.find(row).entries[entry_period(row["期间"])] = row
            elif kind == "民主测评":
                for row in table(sheet, ["姓名"]):
                    count = number(row.get("票数"))
                    self.find(row).ballots.append((row, int(count) if count else 1))
            elif kind == "奖惩":
                for row in table(sheet, ["姓名", "种类", "级别"]):
                    self.find(row).adjust.append((clean(row["种类"]), clean(row["级别"])))
            elif kind == "一票否决":
                for row in table(sheet, ["姓名", "情形"]):
                    self.find(row).vetoes.append(clean(row["情形"]))
            elif kind == "评优推荐":
                for row in table(sheet, ["姓名", "荣誉", "期间"]):
                    self.find(row).nominations.append(
                        (clean(row["荣誉"]), *entry_period(row["期间"])))
            elif kind == "支部积分":
                for row in table(sheet, ["项目", "期间"]):
                    self.points[clean(row["项目"]), entry_period(row["期间"])] = row

    def find(self, row):
        """The member a row speaks of: by name, by 序号 where the name is shared."""
        same = [m for m in self.members if m.name == name_of(row["姓名"])]
        if len(same) > 1:
            same = [m for m in same if m.seq == number(row.get("序号"))]
        if len(same) != 1:
            raise ValueError(f"{self.code}: {row}")
        return same[0]


# ---------------------------------------------------------------- the eight schemes
#
# Each function gets a member who is scored and the run, and gives (total, figures, board).

TEN = ["理想信念", "学习教育", "组织生活", "遵章守纪", "履职尽责",
       "服务群众", "承诺践诺", "团结协作", "廉洁自律", "道德风尚"]
ADJUST = {"表彰奖励": {"国家级": 5, "省部级": 4, "地市级": 3, "县级": 2, "本局": 1},
          "党纪政纪处分": {"省部级": -5, "地市级": -4, "县级": -3, "本局": -2},
          "通报批评": {"省部级": -4, "地市级": -3, "县级": -2, "本局": -1}}


def mean(values):
    return sum(values, F(0)) / len(values)


def marks(member, unit, index, items):
    """The sum of a member's marks in one period."""
    return sum(number(member.entries[unit, index][item]) for item in items)


def mean_of_marks(member, run, unit, items):
    """The mean of the expected periods' sums, missing ones never left out of the divisor."""
    return mean([marks(member, unit, i, items) for i in member.periods(run, unit)])


def ballot_mean(member, item):
    """The mean of the ballots in one column, sums of several ballots taken as such."""
    return (sum((number(row[item]) for row, _ in member.ballots), F(0))
            / sum(count for _, count in member.ballots))


def ju_10star(member, run):
    monthly = mean_of_marks(member, run, "M", TEN)
    if not run.whole:
        return monthly, {}, None
    monthly *= F(80, 100)
    poll = sum(ballot_mean(member, item) for item in TEN) * F(20, 100)
    points = {kind: [F(levels[{"自治区": "省部级", "区": "省部级"}.get(word, word)])
                     for what, word in member.adjust if what == kind]
              for kind, levels in ADJUST.items()}
    award = max(points["表彰奖励"], default=F(0))
    deduct = min(points["党纪政纪处分"] + points["通报批评"], default=F(0))
    year_end = monthly + poll
    return year_end + award + deduct, {"monthly": monthly, "poll": poll, "year_end": year_end,
                                       "award": award, "deduct": deduct}, None


REGISTER = {
    "农村党员": ["组织生活", "党费交纳", "村级事务", "环境卫生", "带富帮富", "遵纪守法"],
    "社区党员": ["组织生活", "党费交纳", "双报到服务", "邻里和谐", "小区治理", "遵纪守法"],
    "机关党员": ["学习教育", "组织生活", "党费交纳", "履职尽责", "工作作风", "遵纪守法"],
    "企业党员": ["学习教育", "组织生活", "党费交纳", "岗位贡献", "安全生产", "遵纪守法"],
    "社会组织党员": ["学习教育", "组织生活", "党费交纳", "行业自律", "公益服务", "遵纪守法"],
}


def register_60(member, run):
    figures, bonuses = {}, F(0)
    for q in run.so_far("Q"):
        row = member.entries.get(("Q", q)) if member.expected(months("Q", q)) else None
        figures[f"q{q}"] = sum((deduction(row[item]) for item in REGISTER[member.category]), F(0)) if row else F(0)
        bonuses += bonus(row.get("加分")) if row else 0
    subtotals = sum(figures.values(), F(0))
    figures["base"] = max(F(0), 60 + subtotals)
    figures["bonus"] = min(F(20), bonuses)
    total = figures["base"] + figures["bonus"]
    if run.whole:
        figures["review"] = ballot_mean(member, "评议分")
        total += figures["review"]
    return total, figures, 100 + subtotals + bonuses


def community_4(member, run):
    return mean_of_marks(member, run, "H", ["三会一课", "民主评议", "党费交纳", "其它奖惩"]), {}, None


def detail_cap(member, run):
    deductions = {"学习教育": 20, "组织生活": 20, "党费交纳": 10, "履行职责": 30, "遵规守纪": 20}
    bonuses = {"表彰奖励": 10, "志愿服务": 5, "建言献策": 5}
    rows = [member.entries["Q", q] for q in run.so_far("Q") if member.expected(months("Q", q))]
    kept = sum(top - min(top, -sum(deduction(row[item]) for row in rows)) for item, top in deductions.items())
    extra = sum(min(F(top), sum(bonus(row[item]) for row in rows)) for item, top in bonuses.items())
    return kept + extra, {"kept": F(kept), "bonus": F(extra)}, None


def two_way_rank(member, run):
    return mean_of_marks(member, run, "M", ["思想道德", "党员义务", "作用发挥",
                                            "村间卫生", "轮流值守", "政策宣传"]), {}, None


def enterprise_82(member, run):
    daily = mean_of_marks(member, run, "Q", ["党性修养", "岗位业绩", "急难险重", "群众工作"])
    if not run.whole:
        return daily, {}, None
    daily *= F(80, 100)
    poll = ballot_mean(member, "评议分") * F(20, 100)
    return daily + poll, {"daily": daily, "poll": poll}, None


FUXIAN = {
    "g1": ["政治理论学习", "集中培训", "学习笔记", "心得体会", "调研文章"],
    "g2": ["执行路线与党费", "遵守纪律与任务", "组织生活与评议", "联系群众", "其他义务"],
    "g3": ["业务目标", "业务质量", "协作配合", "工作效能"],
    "g4": ["公开承诺", "志愿服务", "结对帮扶", "岗位奉献"],
}


def fuxian_418(member, run):
    figures = {group: marks(member, "Y", 1, items) for group, items in FUXIAN.items()}
    # OPEN: the page names only g1…g4; the program publishes the two others as well.
    figures["bonus"] = bonus(member.entries["Y", 1]["工作创新加分"])
    figures["deduct"] = deduction(member.entries["Y", 1]["工作失误减分"])
    return sum(figures.values(), F(0)), figures, None


def hospital_dual(member, run):
    items = ["医德医风", "业务能力", "组织生活", "学习教育"]
    rows = [member.entries["Q", q] for q in run.so_far("Q") if member.expected(months("Q", q))]
    change = sum((sum(deduction(row[item]) for item in items) + bonus(row.get("加分")) for row in rows), F(0))
    return max(F(0), 100 + change), {}, None


def hospital_branch(branch, run):
    """The branch's own total: the mean of the quarters' sums of the reviewed scores."""
    items = ["组织建设", "组织生活", "党员教育", "服务临床", "廉洁行医"]
    return mean([sum(number(branch.points[item, ("Q", q)]["审核得分"]) for item in items)
                 for q in run.inside("Q")])


BANDS_95 = [(95, "优秀"), (80, "合格"), (60, "基本合格")]
BANDS_90 = [(90, "优秀"), (70, "合格"), (60, "基本合格")]

# scheme: (function, the runs it defines, grade bands, names of its vetoes)
SCHEMES = {
    "ju-10star": (ju_10star, "MQHY", BANDS_95, []),
    "register-60": (register_60, "QY", BANDS_90, []),
    "community-4": (community_4, "HY", BANDS_90, []),
    "detail-cap": (detail_cap, "QY", BANDS_90, ["侵占挪用集体资产资金", "党内严重警告期间", "撤职或留党察看期间",
                                                "其他违法乱纪", "重大失误媒体曝光"]),
    "two-way-rank": (two_way_rank, "MQHY", None, []),
    "enterprise-82": (enterprise_82, "QY", BANDS_90, []),
    "fuxian-418": (fuxian_418, "Y", BANDS_90, ["关键工作一票否决"]),
    "hospital-dual": (hospital_dual, "QY", BANDS_90, []),
}


def grade_of(total, bands):
    return next((word for floor_, word in bands if total >= floor_), "不合格")


def ten_stars(total):
    return next((stars for edge, stars in [(95, 10)] + [(10 * n, n) for n in range(9, 0, -1)] if total >= edge), 0)


def hospital_stars(total):
    return next((stars for edge, stars in [(95, 5), (90, 4), (80, 3), (70, 2), (60, 1)] if total >= edge), 0)


def grade_by_rank(total, others):
    """two-way-rank: others are the totals of all scored full members, mine among them."""
    if sum(t >= total for t in others) <= floor(F(20, 100) * len(others)):
        return "优秀"
    if sum(t <= total for t in others) <= floor(F(5, 100) * len(others)):
        return "不合格"
    return "合格"


# ---------------------------------------------------------------- a whole workspace


def scheme_of(config, category, branch):
    """The scheme for everyone, or of the last matching assign rule."""
    chosen = config.get("scheme")
    for rule in config.get("assign", []):
        if (rule.get("category", category) == category and rule.get("committee", branch.committee) == branch.committee
                and rule.get("branch", branch.code) == branch.code):
            chosen = rule["scheme"]
    return chosen


def direct_grade(text):
    """直评等次: 合格, 8星 or 合格/8星, as (grade, stars)."""
    grade = stars = None
    for part in filter(None, text.split("/")):
        if part.endswith("星"):
            stars = int(part.removesuffix("星"))
        else:
            grade = part
    return grade, stars


def honours_of(group, rows, run, branch):
    """ju-10star's two honours for the members of one branch; voids those over the quota."""
    # OPEN: a part-year run names the quarter's star where that quarter ends inside it.
    wanted = [("季度之星", "Q", q) for q in run.inside("Q")]
    if run.whole:
        wanted.append(("年度之星", "Y", 1))
    for honour in wanted:
        kind, unit, index = honour
        named = [m for m in group if honour in m.nominations]
        if kind == "季度之星":
            # OPEN: the roll is the scheme's members of the branch, probationary ones among them;
            # exempt ones are "left out of averages and quotas".
            roll = [m for m in group if m.expected(months("Q", index)) and not m.exempt]
            quota = 0 if len(branch.members) < 10 else floor(F(5, 100) * len(roll))
            entitled = [m for m in named if m in roll]
            word = f"季度之星-{'一二三四'[index - 1]}季度"
        else:
            ten = [m for m in group if not m.exempt and rows[m]["stars"] == 10]
            quota, word = floor(F(10, 100) * len(ten)), "年度之星"
            entitled = [m for m in named if m in ten]
        # OPEN: a nomination that is void by itself does not count against the quota.
        if len(entitled) <= quota:
            for member in entitled:
                rows[member]["honours"].append(word)


def evaluate_branch(branch, run, config):
    rows = {}
    for member in branch.members:
        member.scheme = scheme_of(config, member.category, branch)
    base = {"year": run.year, "period": run.text, "committee": branch.committee,
            "branch_code": branch.code, "branch": branch.name}
    for scheme in dict.fromkeys(m.scheme for m in branch.members):
        function, defined, bands, vetoes = SCHEMES[scheme]
        group = [m for m in branch.members if m.scheme == scheme]
        totals = {}
        for member in group:
            flags, score = [], (None, {}, None)
            if member.exempt:
                flags.append("exempt")
            elif not member.expected(run.months):
                flags.append("not-expected")
            else:
                if run.unit in defined:
                    score = function(member, run)
                    totals[member] = score[0]
                    if not all(member.expected([m]) for m in run.months):
                        flags.append("part-year")
                else:
                    flags.append("not-scored")
                if member.probationary:
                    flags.append("probationary")
            total, figures, board = score
            rows[member] = base | {
                "seq": member.seq, "name": member.name, "category": member.category,
                "status": "预备党员" if member.probationary else "正式党员",
                "scheme": scheme, "subject": "member",
                "figures": {key: published(value) for key, value in figures.items()},
                "total": published(total), "total_exact": None if total is None else str(total),
                "board": published(board), "grade": None, "stars": None, "rank": None, "rank_of": None,
                "honours": [], "veto": [], "letter": None, "flags": sorted(flags)}
        full = [total for member, total in totals.items() if not member.probationary]
        for member in group:
            row = rows[member]
            if member in totals:
                row["rank"] = 1 + sum(other > totals[member] for other in totals.values())
                row["rank_of"] = len(totals)
            if not run.whole:
                continue
            if member.exempt:
                # OPEN: whether a veto fact reaches an exempt member; the program leaves it out.
                row["grade"], row["stars"] = direct_grade(member.direct)
                continue
            if member not in totals:
                continue
            row["veto"] = [name for name in vetoes if name in member.vetoes]
            if member.probationary:
                continue
            row["grade"] = (grade_of(totals[member], bands) if bands
                            else grade_by_rank(totals[member], full))
            if scheme == "ju-10star":
                row["stars"] = ten_stars(totals[member])
            if row["veto"]:
                row["grade"] = "不合格"
            row["letter"] = {"基本合格": "告诫通知书", "不合格": "限期整改通知书"}.get(row["grade"])
        if scheme == "ju-10star":
            honours_of(group, rows, run, branch)
    yield from (rows[member] for member in branch.members)
    if any(member.scheme == "hospital-dual" for member in branch.members):
        scored = run.unit in "QY"
        total = hospital_branch(branch, run) if scored else None
        yield base | {
            "seq": None, "name": branch.name, "category": None, "status": None,
            "scheme": "hospital-dual", "subject": "branch", "figures": {},
            "total": published(total), "total_exact": None if total is None else str(total), "board": None,
            "grade": grade_of(total, BANDS_90) if run.whole else None,
            "stars": hospital_stars(total) if run.whole else None,
            "rank": None, "rank_of": None, "honours": [], "veto": [], "letter": None,
            "flags": [] if scored else ["not-scored"]}


def load(workspace):
    """The configuration and the branches of a workspace, in the order of their codes."""
    workspace = Path(workspace)
    config = tomllib.loads((workspace / "scorebook.toml").read_text("utf-8-sig"))
    book = openpyxl.load_workbook(workspace / config.get("register", "机构名册.xlsx"), data_only=True)
    register = {clean(row["支部编码"]): row
                for row in table(book.worksheets[0], ["支部编码", "支部名称", "上级党组织"])}
    branches = [Branch(openpyxl.load_workbook(path, data_only=True), register)
                for path in (workspace / config.get("inbox", "inbox")).rglob("*.xlsx")]
    return config, sorted(branches, key=lambda b: b.code)


def evaluate(loaded, period):
    """All rows of results.jsonl for one period, as dictionaries."""
    config, branches = loaded
    run = Run(period)
    return [row for branch in branches for row in evaluate_branch(branch, run, config)]


if __name__ == "__main__":
    for result in evaluate(load(sys.argv[1]), sys.argv[2]):
        print(json.dumps(result, ensure_ascii=False))
