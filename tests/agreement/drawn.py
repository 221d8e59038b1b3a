#!/usr/bin/env python3
"""A folder of workbooks that people drew, each printed by `template check` and by LibreOffice: pages, words and text lost.

    drawn.py FOLDER [--form board] [--show]

Workbooks are no part of the project: whoever develops it brings a folder of public ones. Words are counted, wherever they stand; text that
the workbook holds and our print does not have is listed; texts with placeholders are left out, for they print as what they stand for. Needs LibreOffice, poppler and openpyxl; PROGRAM names the program."""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "documents"))

import openpyxl

from common import PROGRAM
from compare import PIECE, words

SECONDS = 120


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
    warnings = sorted(set(re.findall(r"(?m)^warning [^:]*: (.*)$", said)))
    return (out, warnings) if out.exists() else (None, said.strip().splitlines()[-1][:160])


def office(path, folder):
    """LibreOffice's print, or none."""
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf:calc_pdf_Export", "--outdir", folder, path]
    try:
        subprocess.run(command, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    made = folder / f"{path.stem}.pdf"
    return made if made.exists() else None


def pieces(pdf):
    """Pages, and the pieces of all words on them."""
    pages = words(pdf)
    return len(pages), Counter(piece for _, found in pages for word in found for piece in PIECE.findall(word.text))


def texts(path):
    """What the visible cells of the workbook hold as text."""
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            for row in sheet.iter_rows():
                yield from ("".join(cell.value.split()) for cell in row if isinstance(cell.value, str))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", default="board")
    parser.add_argument("--show", action="store_true", help="each workbook, not only those that differ")
    wanted = parser.parse_args()
    counts, both_words, all_words = Counter(), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for path in sorted(wanted.folder.rglob("*.xls[xm]")):
            counts["workbooks"] += 1
            mine, said = ours(path.resolve(), wanted.form, scratch)
            theirs = office(path.resolve(), scratch)
            if mine is None or theirs is None:
                counts["refused by us" if mine is None else "refused by LibreOffice"] += 1
                print(f"{path.name}: {said if mine is None else 'LibreOffice prints nothing'}")
                continue
            (my_pages, my_words), (their_pages, their_words) = pieces(mine), pieces(theirs)
            theirs.unlink()
            common, total = (my_words & their_words).total(), their_words.total()
            both_words, all_words = both_words + common, all_words + total
            counts["compared"] += 1
            counts["same pages"] += my_pages == their_pages
            lost = [text for text in texts(path) if text and "{" not in text and any(piece not in my_words for piece in PIECE.findall(text))]
            if wanted.show or my_pages != their_pages or common < total:
                print(f"{path.name}: pages {my_pages} and {their_pages}, {common} of {total} words; lost {lost[:3]}; warnings {said}")
    share = 100 * both_words / all_words if all_words else 0
    print(f"{dict(counts)}; {both_words} of {all_words} words, {share:.2f} %")


main()
