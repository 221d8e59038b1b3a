"""What the queries must give, worked out from the counties' own results.jsonl, findings and workbooks; no engine."""

import json
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl

SQL = Path(__file__).resolve().parents[2] / "templates/sql"
TABLES = ["results", "entries", "findings", "branches"]


def query(name):
    return (SQL / f"{name}.sql").read_text("utf-8")


def results(bags):
    for bag in sorted(bags.iterdir()):
        county, _ = bag.name.split("-")
        for line in (bag / "data/run/results.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["subject"] == "member":
                yield county, row


def grades(bags):
    counts = defaultdict(lambda: [0, 0, Decimal(0), 0, 0, 0, 0])
    for county, row in results(bags):
        one = counts[county, row["year"], row["scheme"], row["category"]]
        one[0] += 1
        if row["total"] is not None:
            one[1] += 1
            one[2] += Decimal(row["total"])
        if row["grade"] in ("优秀", "合格", "基本合格", "不合格"):
            one[3 + ["优秀", "合格", "基本合格", "不合格"].index(row["grade"])] += 1
    return [(*key, *value) for key, value in sorted(counts.items())]


def distribution(bags):
    counts = Counter()
    for county, row in results(bags):
        if row["total_exact"] is not None:
            counts[county, row["year"], row["scheme"], int(Fraction(row["total_exact"]) // 10) * 10] += 1
    return [(*key, count) for key, count in sorted(counts.items())]


def quotas(bags):
    counts = defaultdict(lambda: [0, 0, 0])
    for county, row in results(bags):
        if row["grade"] is not None:
            one = counts[county, row["year"], row["branch_code"], row["branch"]]
            one[0] += 1
            one[1] += row["grade"] == "优秀"
            one[2] += "年度之星" in row["honours"]
    return [(*key, graded, best, int(3 * best > graded), stars) for key, (graded, best, stars) in sorted(counts.items())]


def progress(bags):
    """From the county's workbook, sheet 各党委: the figures that the department sees."""
    rows = []
    for bag in sorted(bags.iterdir()):
        county, year = bag.name.split("-")
        sheet = openpyxl.load_workbook(bag / "data/run/全县汇总.xlsx", read_only=True)["各党委"]
        table = [row for row in sheet.iter_rows(values_only=True)]
        head = next(at for at, row in enumerate(table) if row[0] == "党委")
        at = [table[head].index(name) for name in ["党委", "支部", "通过", "退回", "未报", "党员", "计分"]]
        rows += [(county, int(year), *(row[i] for i in at)) for row in table[head + 1 :] if row[0] not in (None, "合计")]
    return sorted(rows)


def year_on_year(bags):
    """By the identity numbers of the normalized rosters, which the tables never show."""
    import csv

    scored = defaultdict(list)
    for bag in sorted(bags.iterdir()):
        county, year = bag.name.split("-")
        with open(bag / "data/normalized/党员名册.csv", encoding="utf-8-sig", newline="") as file:
            numbers = {(row["支部编码"], row["序号"], row["姓名"]): row["身份证号"] for row in csv.DictReader(file)}
        for line in (bag / "data/run/results.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            number = numbers.get((row["branch_code"], str(row["seq"]), row["name"]))
            if row["subject"] == "member" and row["total"] is not None and number:
                scored[number, int(year), row["scheme"]].append((county, row["branch_code"], Decimal(row["total"])))
    counts = defaultdict(lambda: [0, 0, 0, Decimal(0), 0])
    for (number, year, scheme), nows in scored.items():
        for county, branch, total in nows:
            for old_county, old_branch, old in scored.get((number, year - 1, scheme), []):
                one = counts[county, year, scheme]
                one[0] += 1
                one[1] += total > old
                one[2] += total < old
                one[3] += total - old
                one[4] += (county, branch) != (old_county, old_branch)
    return [(*key, *value) for key, value in sorted(counts.items())]


EXPECTED = {"progress": progress, "grades": grades, "distribution": distribution, "year-on-year": year_on_year, "quotas": quotas}


def entries(bags):
    """Marks of all members, and their sum, from the normalized data."""
    import csv

    count, total = 0, Decimal(0)
    for bag in bags.iterdir():
        with open(bag / "data/normalized/积分登记.csv", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                count += 1
                total += Decimal(row["分值"])
    return count, total


def compare(engine, bags, ask):
    """Runs every query through `ask`; gives the number of faults."""
    faults = rows = 0
    for name, work_out in EXPECTED.items():
        wanted = work_out(bags)
        got = sorted(tuple(row) for row in ask(query(name)))
        rows += len(got)
        if not wanted:
            print(f"{engine}: {name}: nothing is expected; the data set is too small to prove anything")
            faults += 1
        if [plain(row) for row in got] != [plain(row) for row in wanted]:
            faults += 1
            differing = [pair for pair in zip(got, wanted) if plain(pair[0]) != plain(pair[1])][:3]
            print(f"{engine}: {name}: {len(got)} rows, expected {len(wanted)}; {differing}")
    got = plain(ask("SELECT COUNT(*), SUM(mark) FROM entries WHERE source_file IS NOT NULL AND cell IS NOT NULL")[0])
    if got != plain(entries(bags)):
        faults += 1
        print(f"{engine}: entries: {got}, expected {plain(entries(bags))}")
    print(f"{engine}: {len(EXPECTED)} queries, {rows} rows, the same as the counties' own results and workbooks; {faults} faults")
    return faults


def plain(row):
    """Numbers by value: engines differ in the type of a count."""
    return tuple(str(value) if isinstance(value, str) else Fraction(value) for value in row)
