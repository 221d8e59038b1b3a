#!/usr/bin/env python3
"""Faults of a workspace or a command line: exit 2, one clear message in the language asked for, nothing written."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import COUNTY, PROGRAM, fault, finish, tree

SHOW = "--show" in sys.argv
REGISTER = "机构名册.xlsx"


def settings(old, new):
    def spoil(workspace):
        path = workspace / "scorebook.toml"
        text = path.read_text("utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), "utf-8")

    return spoil


def append(line):
    def spoil(workspace):
        path = workspace / "scorebook.toml"
        path.write_text(line + "\n" + path.read_text("utf-8"), "utf-8")

    return spoil


def duplicate_code(workspace):
    book = openpyxl.load_workbook(workspace / REGISTER)
    sheet = book.worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "0102"]
    cells[0].value = "0101"
    book.save(workspace / REGISTER)


def no_column(workspace):
    book = openpyxl.load_workbook(workspace / REGISTER)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "支部编码":
                cell.value = "编号甲"
    book.save(workspace / REGISTER)


def garbage(workspace):
    (workspace / REGISTER).write_bytes(bytes(range(256)) * 40)


def no_settings(workspace):
    (workspace / "scorebook.toml").unlink()


def nothing(_):
    pass


def line(number):
    """As editors and compilers name a place: file, line, column."""
    return rf"\.toml:{number}:\d+: "


# How each message begins, and words of the system or a library that no clerk should have to read in a Chinese one.
HEADS = {"zh": r"^(?:不能继续|命令写得不对)：", "en": r"^(?:cannot go on|the command is not understood): "}
FOREIGN = r"No such file|File exists|os error|invalid type|expected|cannot|i32|TOML parse"

# Name, how to spoil a copy of the county, options, what the message must name: patterns for both languages.
FAULTS = [
    ("unknown key", append('schemme = "ju-10star"'), [], ["scorebook.toml", line(1), "schemme", r"\bscheme\b", "county"]),
    ("unknown key in [notice]", settings('phone  = "12380"', 'fone = "12380"'), [], ["scorebook.toml", line(16), "fone", r"\bphone\b"]),
    ("value of another kind", settings("year        = 2026", 'year = "soon"'), [], ["scorebook.toml", line(5), "year", "soon"]),
    ("not TOML", settings("year        = 2026", "year = ="), [], ["scorebook.toml", line(5)]),
    ("no settings", no_settings, [], ["scorebook.toml"]),
    ("unknown scheme", settings('scheme      = "ju-10star"', 'scheme = "ju-10stars"'), [], ["ju-10stars", r"ju-10star\b", "register-60", "scorebook.toml", line(8)]),
    ("unknown scheme of a rule", settings('"register-60"', '"register60"'), [], ["register60", "register-60", "scorebook.toml", line(12)]),
    ("unknown category of a rule", settings('category = "农村党员"', 'category = "农村党"'), [], ["农村党", "农村党员", "scorebook.toml", line(11)]),
    ("duplicate code", duplicate_code, [], [REGISTER, "0101", r"A2(?!\d)", r"A3(?!\d)"]),
    ("register without codes", no_column, [], [REGISTER, "支部编码"]),
    ("missing register", lambda workspace: (workspace / REGISTER).unlink(), [], [REGISTER]),
    ("unreadable register", garbage, [], [REGISTER]),
    ("bad period", nothing, ["--period", "2026Q5"], ["2026Q5", "2026Q3"]),
    ("period of another year", nothing, ["--period", "2025"], ["2025", "2026"]),
    ("unknown code", nothing, ["--only", "0110"], ["0110", "010[1-4]"]),
    ("unknown form", nothing, ["--forms", "bord"], ["bord", "board", "registry"]),
    ("bad date", nothing, ["--date", "2026-02-30"], ["2026-02-30"]),
    ("no inbox", lambda workspace: shutil.rmtree(workspace / "inbox"), [], ["inbox"]),
    ("unknown option", nothing, ["--formz", "board"], ["--formz", "--forms"]),
]


def start(workspace, out, lang, options):
    command = [PROGRAM, "run", workspace, "--out", out, "--lang", lang, "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout, done.stderr.strip()


def refused(name, workspace, out, options, patterns):
    """The program must stop with 2, say so once, and leave everything as it was."""
    for lang in ("zh", "en"):
        before = tree(workspace), tree(out) if out.is_dir() else out.exists()
        code, stdout, stderr = start(workspace, out, lang, options)
        where = f"{name}, {lang}"
        if SHOW:
            print(f"── {where}: {code}\n{stderr}")
        if code != 2:
            fault(f"{where}: exit {code} instead of 2")
        if stdout:
            fault(f"{where}: writes to stdout: {stdout[:200]!r}")
        if "panicked" in stderr or not stderr:
            fault(f"{where}: says {stderr!r}")
        heads = re.findall(HEADS[lang], stderr, re.MULTILINE)
        if len(heads) != 1:
            fault(f"{where}: {len(heads)} messages of that language instead of one: {stderr!r}")
        if lang == "zh" and (foreign := re.findall(FOREIGN, stderr)):
            fault(f"{where}: English in a Chinese message, {foreign}: {stderr!r}")
        for pattern in patterns:
            if not re.search(pattern, stderr):
                fault(f"{where}: does not name {pattern!r}: {stderr!r}")
        if (tree(workspace), tree(out) if out.is_dir() else out.exists()) != before:
            fault(f"{where}: something was written")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for number, (name, spoil, options, patterns) in enumerate(FAULTS):
            workspace = folder / str(number)
            shutil.copytree(COUNTY, workspace)
            spoil(workspace)
            refused(name, workspace, folder / f"out{number}", options, patterns)
            shutil.rmtree(workspace)
        refused("no workspace", folder / "nowhere", folder / "out", [], ["nowhere"])

        # An out path that cannot be made; a permission would not stop root.
        (folder / "file").write_text("a file")
        refused("out is a file", COUNTY, folder / "file", ["--forms", "board"], [re.escape(str(folder / "file"))])
        if (folder / "file").read_text() != "a file":
            fault("out is a file: it was overwritten")

        # An empty inbox is a run: everyone is missing. A folder may be called anything.
        odd = folder / "示例 县（2026）'$&"
        shutil.copytree(COUNTY, odd)
        code, _, stderr = start(odd, odd / "结果 一", "zh", ["--period", "2026M07"])
        if code != 1 or not (odd / "结果 一/2026M07/manifest.json").exists():
            fault(f"folder with blanks and Chinese: exit {code}: {stderr}")
        shutil.rmtree(odd / "inbox")
        (odd / "inbox").mkdir()
        code, stdout, stderr = start(odd, odd / "空", "zh", [])
        if SHOW:
            print(f"── empty inbox: {code}\n{stdout}{stderr}")
        if code != 1 or "未报 12 个" not in stdout:
            fault(f"empty inbox: exit {code}: {stdout} {stderr}")
        if re.search(r"：\n(?!  )", stdout):
            fault(f"empty inbox: a line ends in a colon and nothing follows: {stdout!r}")
    finish(f"{len(FAULTS) + 2} faults refused in two languages")


main()
