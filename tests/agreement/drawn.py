#!/usr/bin/env python3
"""A folder of workbooks that people drew, each printed by `template check` and by LibreOffice: pages, characters and text lost.

    drawn.py FOLDER [--form board] [--most 200] [--office FOLDER] [--show]

Workbooks are no part of the project: whoever develops it brings a folder of public ones. Characters are counted, wherever they stand; text that
the workbook holds and our print does not have is listed. Workbooks with charts, notes, pivot tables or braces (which are placeholders here) are counted
by what they hold and not compared: `template check` warns of each. Needs LibreOffice, poppler and openpyxl; PROGRAM names the program."""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from xml.etree import ElementTree
from pathlib import Path

warnings.filterwarnings("ignore", module="openpyxl")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "documents"))

import openpyxl

from common import PROGRAM
from compare import words
from office import to_pdf

SECONDS = 120
# Workbooks per call of LibreOffice.
BATCH = 10
# Parts of a package that are drawn beside the cells, and what they are.
PARTS = {"xl/pivotTables/": "pivot tables", "xl/charts/": "charts", "xl/drawings/drawing": "drawings", "xl/comments": "notes", "xl/ctrlProps/": "controls"}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ours(path, form, folder):
    """Our print, or why there is none."""
    out = folder / "ours.pdf"
    out.unlink(missing_ok=True)
    command = [PROGRAM, "template", "check", path, "--form", form, "--out", out, "--force", "--lang", "en"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, "no end"
    said = done.stdout + done.stderr
    warned = sorted(set(re.findall(r"(?m)^warning [^:]*: (.*)$", said)))
    return (out, warned) if out.exists() else (None, said.strip().splitlines()[-1][:160])


def office(paths, folder):
    """LibreOffice's print of each workbook that it prints, with the columns and the line pitch of Excel : see office.py."""
    copies = {}
    for path in paths:
        copies[path] = folder / f"{digest(path)[:16]}{path.suffix}"
    new = [path for path in paths if zipfile.is_zipfile(path) and not copies[path].exists()]
    for path in new:
        shutil.copyfile(path, copies[path])
    for first in range(0, len(new), BATCH):
        some = [copies[path] for path in new[first : first + BATCH]]
        try:
            to_pdf(some, folder)
        except (subprocess.SubprocessError, AttributeError, KeyError, ValueError, zipfile.BadZipFile) as why:
            print(f"LibreOffice: {why}")
        for copy in some:
            # One that LibreOffice does not survive takes the rest of its batch along.
            if not copy.with_suffix(".pdf").exists():
                plainly(copy, folder)
    return {path: copy.with_suffix(".pdf") for path, copy in copies.items() if copy.with_suffix(".pdf").exists()}


def plainly(path, folder):
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf:calc_pdf_Export", "--outdir", folder, path]
    try:
        subprocess.run(command, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{path.name}: LibreOffice does not end")


def characters(pdf):
    """Pages, those that bear text, and the characters on them: poppler joins words that stand close, and both programs break long ones."""
    pages = words(pdf)
    return len(pages), sum(bool(found) for _, found in pages), Counter(character for _, found in pages for word in found for character in word.text)


def texts(path):
    """What the visible cells of the workbook hold as text."""
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (TypeError, ValueError, KeyError, AttributeError, ElementTree.ParseError) as why:
        print(f"{path.name}: openpyxl does not read it: {why}")
        return
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            for row in sheet.iter_rows():
                yield from ("".join(cell.value.split()) for cell in row if isinstance(cell.value, str))


def kind(path):
    """What a workbook holds that no two programs print alike, if it holds such a thing."""
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        body = b"".join(package.read(name) for name in names if name.endswith("sharedStrings.xml") or "/worksheets/sheet" in name)
    held = [word for part, word in PARTS.items() if any(part in name for name in names)]
    return held[0] if held else "placeholders" if b"{" in body else None


def why(pages, texts):
    """The class of a difference between two prints of cells alone."""
    if pages[0] != pages[1] and texts[0].total() and texts[0] == texts[1]:
        return "cells on other pages"
    # What is too wide for its cell: LibreOffice has ### or cuts it off, this program fits it in.
    return "cut off by LibreOffice" if texts[1]["#"] > texts[0]["#"] or texts[0].total() > texts[1].total() else "text differs"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", default="board")
    parser.add_argument("--office", type=Path, help="where LibreOffice's prints are kept from one call to the next")
    parser.add_argument("--most", type=int, help="so many workbooks of cells alone, in the order of their digests")
    parser.add_argument("--show", action="store_true", help="each workbook, not only those that differ")
    wanted = parser.parse_args()
    counts, classes, both, all_text = Counter(), Counter(), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        chosen = {}
        for path in sorted(wanted.folder.resolve().rglob("*.xls[xm]"), key=digest):
            if len(chosen) == wanted.most:
                break
            mine, said = ours(path, wanted.form, scratch)
            if mine is None:
                classes["refused by us"] += 1
                print(f"{path.name}: {said}")
            elif held := kind(path):
                classes[held] += 1
            else:
                chosen[path] = said, *characters(mine)
        if wanted.office:
            wanted.office.mkdir(exist_ok=True)
        printed = office(list(chosen), wanted.office.resolve() if wanted.office else scratch)
        for path, (said, my_pages, my_written, my_text) in chosen.items():
            if path not in printed:
                classes["refused by LibreOffice"] += 1
                print(f"{path.name}: LibreOffice prints nothing")
                continue
            their_pages, their_written, their_text = characters(printed[path])
            common, total = (my_text & their_text).total(), their_text.total()
            both, all_text = both + common, all_text + total
            counts["compared"] += 1
            counts["same pages"] += my_pages == their_pages
            # LibreOffice leaves out pages without anything on them, this program prints those between others, as Excel does.
            counts["same pages that bear text"] += my_written == their_written
            lost = [text for text in texts(path) if text and any(character not in my_text for character in text)]
            if my_pages != their_pages or common < total:
                classes[why((my_pages, their_pages), (my_text, their_text))] += 1
            if wanted.show or my_pages != their_pages or common < total:
                odd = ["".join((one - other).elements())[:20] for one, other in ((their_text, my_text), (my_text, their_text))]
                print(f"{path.name}: pages {my_pages} and {their_pages}, {common} of {total} characters, without {odd[0]!r}, instead {odd[1]!r}; lost {lost[:3]}; {said}")
    share = 100 * both / all_text if all_text else 0
    print(f"{dict(counts)}; {both} of {all_text} characters, {share:.2f} %; {dict(classes)}")


main()
