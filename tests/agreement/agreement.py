#!/usr/bin/env python3
"""How far our PDF and LibreOffice's print of our XLSX agree, over every built-in form of the sample county and over the
templates of this folder. `agreement.py NAME…` looks only at documents whose names hold one of the words, and tells more. `KEEP=DIR` leaves the documents there."""

import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "documents"))
from common import COUNTY, PERIODS, PROGRAM, fault, finish, forms, further, run  # noqa: E402
from compare import Agreement, compare  # noqa: E402
from office import to_pdf  # noqa: E402

HERE = Path(__file__).resolve().parent
WITHIN1, WITHIN3 = 0.95, 0.98


def county(folder):
    """PDF and XLSX of every form: each period, branch and committee of the sample county, and what its runs do not write."""
    for period in PERIODS:
        run(COUNTY, folder / "county", "--period", period)
    further(folder / "further")
    pairs = {}
    for root in (folder / "county", folder / "further"):
        for pdf in sorted(root.rglob("*.pdf")):
            if pdf.with_suffix(".xlsx").exists():
                pairs["-".join(pdf.relative_to(root).with_suffix("").parts)] = pdf
    # 记录本 is bound of other forms' pages and has no workbook.
    if lacking := [title for id, title in forms().items() if id != "book" and not any(title in name for name in pairs)]:
        fault(f"nothing of {lacking} was compared")
    return pairs


def filled(kind, folder):
    """The templates of `templates` or `known`, filled with the program's own sample data. `name@board-60.xlsx`: form and members."""
    pairs = {}
    for template in sorted((HERE / kind).glob("*.xlsx")):
        name, _, how = template.stem.partition("@")
        form, _, members = how.partition("-")
        pdf = folder / f"{name}.pdf"
        done = subprocess.run(
            [PROGRAM, "template", "check", template, "--form", form or "board", "--members", members or "12", "--out", pdf],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            fault(f"{template.name}: {done.stdout}{done.stderr}")
            continue
        pairs[f"{kind} {name}"] = pdf
    return pairs


def show(name, found, detail):
    share = lambda count: f"{count / max(found.words, 1):7.2%}"
    print(f"  {name}: pages {found.pages[0]}/{found.pages[1]}, {found.same} with the same words; {found.words} words, {share(found.within1)} within 1 mm, {share(found.within3)} within 3 mm")
    for apart, page, text, one, two in found.far[:detail]:
        print(f"      {apart:6.2f} mm p{page} {text[:30]!r} ours {one[0]:.1f},{one[1]:.1f} theirs {two[0]:.1f},{two[1]:.1f}")
    for page, mine, other in found.odd[: max(detail, 3)]:
        print(f"      p{page} only ours {mine!r}, only theirs {other!r}")


def main():
    wanted = sys.argv[1:]
    total = Agreement()
    with nullcontext(os.environ["KEEP"]) if "KEEP" in os.environ else tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        pairs = filled("templates", folder) | filled("known", folder)
        if not wanted or not all(any(word in name for name in pairs) for word in wanted):
            pairs |= county(folder)
        if wanted:
            pairs = {name: pdf for name, pdf in pairs.items() if any(word in name for word in wanted)}
        (folder / "in").mkdir(exist_ok=True)
        (folder / "out").mkdir(exist_ok=True)
        books = {name: folder / "in" / f"{name.replace(' ', '-')}.xlsx" for name in pairs}
        for name, pdf in pairs.items():
            books[name].write_bytes(pdf.with_suffix(".xlsx").read_bytes())
        to_pdf(list(books.values()), folder / "out")
        for name, pdf in pairs.items():
            found = compare(pdf, folder / "out" / f"{books[name].stem}.pdf")
            show(name, found, 12 if wanted else 0)
            # These show what differs and are not counted.
            if name.startswith("known "):
                continue
            total.add(found)
            if found.pages[0] != found.pages[1] or found.same < found.pages[0]:
                fault(f"{name}: other words or pages")
    counted = sum(not name.startswith("known ") for name in pairs)
    share1, share3 = total.within1 / max(total.words, 1), total.within3 / max(total.words, 1)
    if share1 < WITHIN1 or share3 < WITHIN3:
        fault(f"{share1:.2%} of the words within 1 mm and {share3:.2%} within 3 mm; at least {WITHIN1:.0%} and {WITHIN3:.0%} are wanted")
    finish(f"{counted} documents, {total.pages[0]} pages, {total.same} with the same words; {total.words} words, {share1:.2%} within 1 mm, {share3:.2%} within 3 mm of LibreOffice's")


main()
