#!/usr/bin/env python3
"""Prints a county at one go: pages are those of the branches' own documents, in the register's order, with an outline entry
for each and each font once; a draft that is no longer what the workspace gives is not printed, what is posted is; what the
list says is true."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import pypdf

from common import PROGRAM, ROOT, fault, finish

PERIOD = "2026"


def call(*arguments, expect=(0,)):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{' '.join(map(str, arguments))}: ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def pages(pdf):
    """The words of each page."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


def fonts(pdf):
    lines = subprocess.run(["pdffonts", pdf], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    return sorted(line.split()[0].split("+")[-1] for line in lines)


def told(root, *options):
    return json.loads(call("print", root, "--period", PERIOD, "--format", "json", *options))


def same_pages(root, out, printed, title, once):
    """Holds each document against those of its branches; gives how many branches were compared."""
    compared = 0
    for volume in (one for one in printed["volumes"] if one["form"] == title):
        file = root / "打印" / PERIOD / volume["file"]
        words = pages(file)
        if len(words) != volume["pages"]:
            fault(f"{file.name}: {len(words)} pages, not {volume['pages']}")
        codes = [branch["code"] for branch in volume["branches"]]
        if codes != sorted(codes):
            fault(f"{file.name}: branches stand as {codes}")
        outline = [entry.title for entry in pypdf.PdfReader(file).outline if not isinstance(entry, list)]
        if outline != [branch["name"] for branch in volume["branches"]]:
            fault(f"{file.name}: the outline says {outline}")
        if once and len(set(fonts(file))) != len(fonts(file)):
            fault(f"{file.name}: a font is embedded more than once: {fonts(file)}")
        for branch in volume["branches"]:
            folder = next(out.glob(f"支部/{branch['code']}-*"))
            own = pages(folder / f"{title}.pdf")
            part = words[branch["page"] - 1 : branch["page"] - 1 + branch["pages"]]
            if own != part:
                fault(f"{file.name}: pages of {branch['name']} are not those of its own document")
            compared += 1
    return compared


def listed(root, printed, copies):
    book = openpyxl.load_workbook(root / "打印" / PERIOD / "打印清单.xlsx")
    rows = [[cell.value for cell in row] for row in book["打印清单"].iter_rows()]
    by_file = {row[1]: row for row in rows if row[1]}
    for volume in printed["volumes"]:
        row = by_file.get(volume["file"])
        if row is None or row[4] != volume["paper"] or row[6:9] != [volume["pages"], copies, volume["pages"] * copies]:
            fault(f"打印清单: {volume['file']} stands as {row}")
    starts = [[cell.value for cell in row] for row in book["各支部起始页"].iter_rows()]
    wanted = [[v["file"], b["code"], b["name"], b["page"], b["pages"]] for v in printed["volumes"] for b in v["branches"]]
    if [row for row in starts if row in wanted] != wanted:
        fault("打印清单: where branches begin is not what was printed")


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "county"
        shutil.copytree(ROOT / "samples/county", root, ignore=shutil.ignore_patterns("out", "打印", "公示存档"))
        out = root / "out" / PERIOD
        call("print", root, "--period", PERIOD, expect=(2,))
        if (root / "打印").exists():
            fault("a refused print left a folder")
        call("run", root, "--period", PERIOD, expect=(0, 1))
        printed = told(root)
        titles = sorted({volume["form"] for volume in printed["volumes"]})
        own = sorted({path.stem for path in out.glob("支部/*/*.pdf")} - {"退回意见"})
        if titles != own:
            fault(f"printed {titles}, the branches have {own}")
        compared = sum(same_pages(root, out, printed, title, True) for title in titles)
        listed(root, printed, 1)
        whole = told(root, "--by", "county", "--forms", "board,card", "--copies", "3")
        if len(whole["volumes"]) != 2:
            fault(f"for the county: {[volume['file'] for volume in whole['volumes']]}")
        compared += sum(same_pages(root, out, whole, title, True) for title in ("考核公示栏", "党员积分卡"))
        listed(root, whole, 3)
        # A form that the result does not have, and a drawing that came after the run.
        call("print", root, "--period", PERIOD, "--forms", "review", expect=(2,))
        (root / "templates").mkdir(exist_ok=True)
        own = root / "templates/board.xlsx"
        shutil.copy(ROOT / "templates/forms/board.xlsx", own)
        call("print", root, "--period", PERIOD, expect=(2,))
        os.remove(own)
        # What is posted is printed as it was recorded.
        call("post", root, "--period", PERIOD)
        posted = told(root, "--posted")
        if not posted["posted"]:
            fault("--posted printed the draft")
        compared += same_pages(root, out, posted, "考核公示栏", False)
        listed(root, posted, 1)
        # After a submission has changed the draft is old: the record's boards are printed.
        one = next(path for path in sorted((root / "inbox").rglob("*.xlsx")))
        os.remove(one)
        again = told(root)
        if not again["posted"] or [v["pages"] for v in again["volumes"]] != [v["pages"] for v in posted["volumes"]]:
            fault("an old draft was printed, or not what is posted")
        # A recorded board that is gone is said, not left out.
        gone = next((root / "公示存档" / PERIOD).glob("*/支部/*/考核公示栏.pdf"))
        gone.rename(gone.with_suffix(".away"))
        call("print", root, "--period", PERIOD, "--posted", "1", expect=(2,))
        shutil.rmtree(root / "公示存档")
        call("print", root, "--period", PERIOD, expect=(2,))
    if compared < 60:
        fault(f"only {compared} were compared")
    finish(f"{len(titles)} forms, {compared} documents of branches found page by page; boards posted and an old draft")


if __name__ == "__main__":
    sys.exit(main())
