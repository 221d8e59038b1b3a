#!/usr/bin/env python3
"""Rare names: each is drawn or boxed and found in the PDF, and kept exactly in XLSX, CSV and JSON, with either engine."""

import csv
import json
import re
import subprocess
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, fault, finish, run

# Rare and newly encoded characters that stand in names, a private code of older systems, a name that asks for a variant,
# one with an accent set apart, a name with a picture, and names in scripts whose letters join or stack.
NAMES = ["王䶮", "李㛃", "赵𬭎", "钱𠅤", "孙\U0002B2F7", "周\U0002EBF0", "吴\U00031350", "郑\ue863", "冯\ue000", "葛\U000e0100明",
         "Jose\u0301", "陈😀", "ئابدۇللا", "བཀྲ་ཤིས", "ᠮᠣᠩᠭᠣᠯ", "買買提·艾力"]  # fmt: skip
MOVED = {"\ue863": "䶮"}
UNSEEN = {"\U000e0100"}


def workspace(folder):
    """An invented county of one branch, its first members renamed in every sheet; gives old names by new."""
    subprocess.run([PROGRAM, "sample", folder, "--branches", "1", "--members", "24", "--scheme", "ju-10star", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    path = next((folder / "inbox").rglob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    roster = book["党员名册"]
    heading = next(row for row in roster.iter_rows() if any(cell.value == "姓名" for cell in row))
    column = next(cell.column for cell in heading if cell.value == "姓名")
    below = [roster.cell(row, column) for row in range(heading[0].row + 1, roster.max_row + 1)]
    cells = dict(zip(NAMES, (cell for cell in below if cell.value)))
    if len(cells) < len(NAMES):
        fault(f"only {len(cells)} members to rename")
    renamed = {str(cell.value): name for name, cell in cells.items()}
    places = {name: cell.coordinate for name, cell in cells.items()}
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, str) and cell.value in renamed:
                cell.value = renamed[cell.value]
    book.save(path)
    return path.relative_to(folder / "inbox"), places


def check_data(out, scored):
    rows = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    if missing := scored - {row["name"] for row in rows}:
        fault(f"results.jsonl lacks {missing}")
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        if missing := scored - {row["name"] for row in csv.DictReader(file)}:
            fault(f"results.csv lacks {missing}")
    for path in [*out.rglob("支部/*/*.xlsx"), out / "全县汇总.xlsx"]:
        texts = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value]
        for name in scored:
            if not any(name in text for text in texts):
                fault(f"{path.name} lacks {name!r}")


def check_findings(out, path, places):
    """Characters that print otherwise, by name; each must be told with its place."""
    told = {}
    for line in (out / "findings.jsonl").read_text("utf-8").splitlines():
        finding = json.loads(line)
        if finding["code"] != "rare-character":
            continue
        # What a code of older systems prints as stands behind it.
        codes = re.findall(r"U\+([0-9A-F]{4,6})", finding["message"].split("打印为“")[0])
        name, characters = finding["value"], {chr(int(code, 16)) for code in codes}
        told.setdefault(name, set()).update(characters)
        # The file is named after its branch's code.
        code = path.name.split("-")[0]
        expected = {"severity": "note", "sheet": "党员名册", "cell": places.get(name), "file": path, "branch_code": code}
        for key, value in expected.items():
            if finding[key] != str(value):
                fault(f"finding of {name!r}: {key} is {finding[key]!r}, not {value!r}")
        if not characters or not characters <= set(name) or not finding["hint"]:
            fault(f"finding {finding}")
    return told


def check_pdf(path, scored, told):
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    text = "".join(done.stdout.split())
    drawn = boxed = 0
    for name in scored:
        printed = ""
        for character in name:
            if character in MOVED:
                printed += MOVED[character]
            elif character in UNSEEN:
                continue
            elif character in told.get(name, ()):
                printed += f"U+{ord(character):04X}"
                boxed += 1
            else:
                printed += character
                drawn += 1
        if printed not in text:
            fault(f"{path.name}: {name!r} should print as {printed!r}")
    return drawn, boxed


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        path, places = workspace(folder / "county")
        counts = {}
        for engine in ["krilla", "genpdf"]:
            out = folder / engine
            run(folder / "county", out, "--pdf-engine", engine, "--forms", "board,registry,card,yearly")
            out = out / "2026"
            told = check_findings(out, path, places)
            for name in ["郑\ue863", "冯\ue000", "葛\U000e0100明", "ئابدۇللا", "བཀྲ་ཤིས", "ᠮᠣᠩᠭᠣᠯ"]:
                if name not in told:
                    fault(f"nothing is told of {name!r}")
            for name in ["王䶮", "李㛃", "買買提·艾力"]:
                if name in told:
                    fault(f"{name!r} is drawn, but told: {told[name]}")
            rows = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
            scored = {row["name"] for row in rows} & set(NAMES)
            if scored != set(NAMES):
                fault(f"not in the results: {set(NAMES) - scored}")
            check_data(out, set(NAMES))
            for pdf in sorted(out.rglob("支部/*/*.pdf")):
                counts[engine, pdf.stem] = check_pdf(pdf, set(NAMES), told)
    for (engine, form), (drawn, boxed) in counts.items():
        print(f"  {engine} {form}: {drawn} characters of these names drawn, {boxed} boxed")
    if len(counts) != 8:
        fault(f"{len(counts)} PDFs instead of 8")
    finish(f"{len(NAMES)} names")


main()
