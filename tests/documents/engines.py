#!/usr/bin/env python3
"""Both PDF engines: the same pages of the same size with the same text in the same order, for every form of the sample county."""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from common import COUNTY, fault, finish, run


def poppler(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pages(path):
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", poppler("pdfinfo", "-l", "9999", path))
    texts = ["".join(page.split()) for page in poppler("pdftotext", "-raw", path, "-").split("\f")[:-1]]
    return [(round(float(width)), round(float(height))) for width, height in sizes], texts


def main():
    kinds, bytes_by = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for engine in ["krilla", "genpdf"]:
            run(COUNTY, folder / engine, "--pdf-engine", engine, "--forms", "board,registry,card,yearly")
        for ours in sorted((folder / "krilla").rglob("*.pdf")):
            theirs = folder / "genpdf" / ours.relative_to(folder / "krilla")
            (sizes, texts), (other_sizes, other_texts) = pages(ours), pages(theirs)
            kinds[ours.stem] += len(texts)
            for engine, path in (("krilla", ours), ("genpdf", theirs)):
                bytes_by[engine] += path.stat().st_size
            where = ours.relative_to(folder / "krilla")
            if sizes != other_sizes:
                fault(f"{where}: pages {sizes} and {other_sizes}")
            for number, (text, other) in enumerate(zip(texts, other_texts), 1):
                if text != other:
                    at = next((i for i, (a, b) in enumerate(zip(text, other)) if a != b), min(len(text), len(other)))
                    fault(f"{where} page {number}: {text[at : at + 20]!r} with krilla, {other[at : at + 20]!r} with genpdf")
    for form, count in sorted(kinds.items()):
        print(f"  {form}: {count} pages alike")
    if not kinds:
        fault("no PDF was written")
    finish(", ".join(f"{engine} {size} bytes" for engine, size in bytes_by.items()))


main()
