#!/usr/bin/env python3
"""Invented counties over several years, run and archived: what the engines are asked about.

    dataset.py DIR [--counties 10] [--years 3] [--branches 12] [--members 22]

Leaves DIR/bags/<county>-<year>. The same people fill each year of a county; from year to year some marks change and one
member of every fourth branch moves to the next. Needs openpyxl; PROGRAM names the program."""

import argparse
import os
import random
import shutil
import subprocess
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PROGRAM", ROOT / "target/release/scorebook")).resolve()


def call(*arguments, expect=(0,)):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in expect:
        raise SystemExit(f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")


def years_of(book):
    """The cell beside 年度."""
    sheet = book["支部信息"]
    return next(sheet.cell(row=row[0].row, column=2) for row in sheet.iter_rows(max_col=1) if row[0].value == "年度")


def change_marks(book, chance):
    """Takes a point off one whole mark a row, here and there, where the scheme has marks."""
    for sheet in book.worksheets:
        if not sheet.title.startswith("积分登记"):
            continue
        for row in sheet.iter_rows(min_row=2):
            marks = [cell for cell in row[3:] if isinstance(cell.value, int) and 5 < cell.value <= 10]
            if marks and chance.random() < 0.3:
                chance.choice(marks).value -= 1


def move(source, target):
    """One member's rows go from a branch to another that has the same sheets; gives true where somebody went."""
    names = lambda book: {row[1].value for row in book["党员名册"].iter_rows(min_row=2)}
    if {sheet.title for sheet in source.worksheets} != {sheet.title for sheet in target.worksheets}:
        return False
    same = all([c.value for c in source[s.title][1]] == [c.value for c in s[1]] for s in target.worksheets if s.title != "支部信息")
    rows = list(source["党员名册"].iter_rows(min_row=2))
    # The last of the roster goes, so that nobody else's number changes.
    name = rows[-1][1].value
    if not same or name in names(target):
        return False
    number = max(row[0].value for row in target["党员名册"].iter_rows(min_row=2)) + 1
    for sheet in source.worksheets:
        if sheet.title in ("支部信息", "支部积分"):
            continue
        own = [row for row in sheet.iter_rows(min_row=2) if row[1].value == name]
        for row in own:
            target[sheet.title].append([number, *[cell.value for cell in row[1:]]])
        for row in reversed(own):
            sheet.delete_rows(row[0].row)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name, default in [("counties", 10), ("years", 3), ("branches", 12), ("members", 22)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    bags = wanted.folder / "bags"
    bags.mkdir(parents=True)
    moved = 0
    for county in range(wanted.counties):
        code = str(369901 + county)
        base = wanted.folder / "work" / code
        schemes = ["ju-10star", "register-60"] if county % 2 else ["ju-10star"]
        arguments = [part for scheme in schemes for part in ("--scheme", scheme)]
        call("sample", base, "--branches", wanted.branches, "--members", wanted.members, "--seed", county + 1, *arguments)
        for year in range(2026 - wanted.years + 1, 2027):
            chance = random.Random(county * 10_000 + year)
            workspace = wanted.folder / "work" / f"{code}-{year}"
            shutil.copytree(base, workspace)
            config = workspace / "scorebook.toml"
            text = config.read_text("utf-8").replace('"369901"', f'"{code}"').replace("示范县", f"示范{county + 1}县")
            config.write_text(text.replace("= 2026\n", f"= {year}\n").replace("2026-12-14", f"{year}-12-14"), "utf-8")
            paths = sorted((workspace / "inbox").rglob("*.xlsx"))
            books = [openpyxl.load_workbook(path) for path in paths]
            for book in books:
                years_of(book).value = year
                change_marks(book, chance)
            if year == 2026:
                moved += sum(move(one, other) for one, other in zip(books[::4], books[1::4]))
            for path, book in zip(paths, books):
                book.save(path)
            call("run", workspace, "--forms", "yearly", "--quiet", expect=(0, 1))
            call("archive", workspace, "--to", bags / f"{code}-{year}", "--incomplete", "试验数据", "--quiet", expect=(0, 1))
            shutil.rmtree(workspace)
        shutil.rmtree(base)
    print(f"{wanted.counties} counties × {wanted.years} years; {moved} members moved in the last")


main()
