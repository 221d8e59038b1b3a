#!/usr/bin/env python3
"""Letters as people get them: before posting they print blank numbers; afterwards each member with a letter in results.jsonl has
one with his name, the number that 公示存档/文号.jsonl gives him and the term that it says, and nobody else has one."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import PROGRAM, ROOT, fault, finish

FORMS = ["告诫通知书", "限期整改通知书"]


def call(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{arguments}: {done.returncode}: {done.stderr}")


def letters(root):
    """Form, branch, number, name, first and last day of each letter that is printed."""
    found = []
    for form in FORMS:
        for pdf in sorted(root.glob(f"out/2026/支部/*/{form}.pdf")):
            text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
            plain = re.sub(r"\s", "", text)
            for part in re.split(r"党员" + form + r"(?=〔2026〕\d*号[^。，：]{1,30}同志：)", plain)[1:]:
                number, name = re.match(r"〔2026〕(\d*)号([^。，：]{1,30})同志：", part).groups()
                term = re.search(r"自(\d+)年(\d+)月(\d+)日起至(\d+)年(\d+)月(\d+)日止", part)
                days = [int(word) for word in term.groups()]
                day = "{}-{:02}-{:02}".format
                found.append((form, pdf.parent.name.split("-")[0], number, name, day(*days[:3]), day(*days[3:])))
    return found


def main():
    counted = 0
    for case in ["clean-register-60", "clean-fuxian-418", "messy-ju-10star"]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "county"
            shutil.copytree(ROOT / "tests/cases" / case, root)
            run = ["run", root, "--period", "2026", "--forms", "board,warning,rectification", "--quiet"]
            call(*run)
            if any(number for _, _, number, *_ in letters(root)):
                fault(f"{case}: a draft prints numbers")
            call("post", root, "--period", "2026", "--quiet")
            call(*run)
            printed = letters(root)
            rows = [json.loads(line) for line in (root / "out/2026/results.jsonl").read_text("utf-8").splitlines()]
            due = Counter((row["letter"], row["branch_code"], row["name"]) for row in rows if row["letter"])
            if Counter((form, code, name) for form, code, _, name, *_ in printed) != due:
                fault(f"{case}: letters are not those of the results")
            list_of = (root / "公示存档/文号.jsonl").read_text("utf-8").splitlines() if due else []
            given = [json.loads(line) for line in list_of]
            said = sorted((one["form"], one["branch_code"], str(one["number"]), one["name"], one["date"], one["until"]) for one in given)
            if sorted(printed) != said:
                fault(f"{case}: letters do not print what 文号.jsonl gives: {sorted(printed)[:3]} {said[:3]}")
            for form in FORMS:
                numbers = [one["number"] for one in given if one["form"] == form]
                if numbers != list(range(1, len(numbers) + 1)):
                    fault(f"{case}: numbers of {form}: {numbers}")
            counted += len(printed)
    if not counted:
        fault("no letter was looked at")
    finish(f"{counted} letters, each with its number, name and term")


if __name__ == "__main__":
    sys.exit(main())
