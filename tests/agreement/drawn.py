#!/usr/bin/env python3
"""A folder of workbooks that people drew, each printed by `template check` and by LibreOffice: pages, words and text lost.

    drawn.py FOLDER [--form board] [--show]

Workbooks are no part of the project: whoever develops it brings a folder of public ones. Words are counted, wherever they stand; text that
the workbook holds and our print does not have is listed; texts with placeholders are left out, for they print as what they stand for. Needs LibreOffice, poppler and openpyxl; PROGRAM names the program."""

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
    """LibreOffice's print of each workbook that it prints, with the columns and the line pitch of Excel: see office.py."""
    copies = {}
    for path in paths:
        copies[path] = folder / f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}{path.suffix}"
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
    """Pages, and the characters on them: poppler joins words that stand close, and both programs break long ones."""
    pages = words(pdf)
    return len(pages), Counter(character for _, found in pages for word in found for character in word.text)


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", default="board")
    parser.add_argument("--office", type=Path, help="where LibreOffice's prints are kept from one call to the next")
    parser.add_argument("--show", action="store_true", help="each workbook, not only those that differ")
    wanted = parser.parse_args()
    counts, both, all_text = Counter(), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        paths = sorted(wanted.folder.resolve().rglob("*.xls[xm]"))
        if wanted.office:
            wanted.office.mkdir(exist_ok=True)
        printed = office(paths, wanted.office.resolve() if wanted.office else scratch)
        for path in paths:
            counts["workbooks"] += 1
            mine, said = ours(path, wanted.form, scratch)
            theirs = printed.get(path)
            if mine is None or theirs is None:
                counts["refused by us" if mine is None else "refused by LibreOffice"] += 1
                print(f"{path.name}: {said if mine is None else 'LibreOffice prints nothing'}")
                continue
            (my_pages, my_text), (their_pages, their_text) = characters(mine), characters(theirs)
            common, total = (my_text & their_text).total(), their_text.total()
            both, all_text = both + common, all_text + total
            counts["compared"] += 1
            counts["same pages"] += my_pages == their_pages
            lost = [text for text in texts(path) if text and "{" not in text and any(character not in my_text for character in text)]
            if wanted.show or my_pages != their_pages or common < total:
                print(f"{path.name}: pages {my_pages} and {their_pages}, {common} of {total} characters, without {''.join((their_text - my_text).elements())[:20]!r}, instead {''.join((my_text - their_text).elements())[:20]!r}; lost {lost[:3]}; warnings {said}")
    share = 100 * both / all_text if all_text else 0
    print(f"{dict(counts)}; {both} of {all_text} characters, {share:.2f} %")


main()
