"""What the checks of this folder share: the program, the workspaces, digests, and how a check fails."""

import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PROGRAM", ROOT / "target/release/scorebook")).resolve()
COUNTY = ROOT / "samples/county"
WORKSPACES = [COUNTY, ROOT / "tests/cases/clean-ju-10star", ROOT / "tests/cases/clean-register-60"]
PERIODS = ["2026", "2026H1", "2026Q3", "2026M07"]

_check = Path(sys.argv[0]).stem
_faults = 0


def fault(text):
    """Reports one violation; `finish` then ends the check with 1."""
    global _faults
    _faults += 1
    print(f"{_check}: {text}", file=sys.stderr)


def finish(text):
    print(f"{_check}: {text}" + (f"; {_faults} faults" if _faults else ""))
    sys.exit(1 if _faults else 0)


def run(workspace, out, *options, wrap=(), env=None):
    """Runs the program to its end: 0 all accepted, 1 some returned, anything else ends the check."""
    command = [*wrap, PROGRAM, "run", workspace, "--out", out, "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(env or {})})
    if done.returncode not in (0, 1):
        sys.exit(f"{_check}: {workspace} {options} ended with {done.returncode}\n{done.stderr}")
    return done


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder):
    """Relative path and digest of every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


# Keys of scorebook.toml and where 设置.xlsx has them.
ITEMS = {
    "基本设置": {"county": "县名", "county_code": "行政区划代码", "issuer": "发文机关", "year": "年度", "register": "机构名册", "inbox": "收件文件夹",
             "scheme": "默认积分制", "categories": "类别", "period": "期间", "notice.phone": "公示电话", "notice.count_posting_day": "张贴日计入",
             "last_year": "上年结果", "passwords": "密码"},
    "其他": {"date": "成文日期", "ignore": "忽略文件", "forms.month": "月度表册", "forms.quarter": "季度表册", "forms.half": "半年表册", "forms.year": "年度表册",
           "archive.fonds": "全宗号", "archive.category": "档案门类", "archive.department": "机构（问题）", "person_key": "人员密钥"},
}


def into_workbook(workspace):
    """Turns a workspace's scorebook.toml into the 设置.xlsx that says the same, filled into the one that `init` makes."""
    text = workspace / "scorebook.toml"
    table = tomllib.loads(text.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PROGRAM, "init", f"{folder}/new", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        book = openpyxl.load_workbook(f"{folder}/new/设置.xlsx")
    left = {key: value for key, value in table.items() if key not in ("assign", "notice", "collect", "forms", "archive", "returns")}
    for block in ("notice", "forms", "archive"):
        left.update({f"{block}.{key}": value for key, value in table.get(block, {}).items() if not isinstance(value, dict)})
    dates = {}
    posted = left.pop("notice.posted", None)
    if posted:
        dates[str(table["year"])] = [None, posted]
    for period, block in table.get("notice", {}).items():
        if isinstance(block, dict):
            dates.setdefault(period, [None, None])[1] = block["posted"]
    for period, block in table.get("collect", {}).items():
        dates.setdefault(period, [None, None])[0] = block["due"]
    for name, items in ITEMS.items():
        for row in book[name].iter_rows():
            key = next((key for key, item in items.items() if item == row[0].value), None)
            if key in left:
                value = left.pop(key)
                value = {True: "是", False: "否"}[value] if isinstance(value, bool) else value
                row[1].value = "、".join(value) if isinstance(value, list) else value
    if left:
        sys.exit(f"{_check}: {text}: {sorted(left)} have no place in a workbook")
    for at, rule in enumerate(table.get("assign", []), 4):
        for column, key in enumerate(("category", "committee", "branch", "scheme"), 1):
            book["积分制分配"].cell(at, column).value = rule.get(key)
    for at, (period, (due, day)) in enumerate(dates.items(), 4):
        for column, value in enumerate((period, due, day), 1):
            book["日期"].cell(at, column).value = value
    text.unlink()
    book.save(workspace / "设置.xlsx")
