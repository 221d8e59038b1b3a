#!/usr/bin/env python3
"""A county run in parts, committee by committee, and merged is the county run at once."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, fault, finish, run, tree

# Of the files of a result only these tell about the making: the parts' own registers, and what a part leaves for merging.
OWN = {"manifest.json", "merge.json"}


def parts(workspace, folder, count):
    """Workspaces with the same rules, each with some committees' rows of the register and folders of the inbox."""
    whole = openpyxl.load_workbook(workspace / "机构名册.xlsx").active
    rows = list(whole.iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if "支部编码" in row)
    column = rows[head].index("上级党组织")
    committees = list(dict.fromkeys(row[column] for row in rows[head + 1 :] if row[column]))
    made = []
    for part in range(count):
        own = set(committees[part::count])
        target = folder / f"part-{part}"
        target.mkdir()
        shutil.copy(workspace / "scorebook.toml", target)
        book = openpyxl.Workbook()
        for row in [rows[head], *(row for row in rows[head + 1 :] if row[column] in own)]:
            book.active.append(row)
        book.save(target / "机构名册.xlsx")
        for committee in own:
            if (workspace / "inbox" / committee).exists():
                shutil.copytree(workspace / "inbox" / committee, target / "inbox" / committee)
        (target / "inbox").mkdir(exist_ok=True)
        made.append(target)
    return made


def merge(outs, out, expect):
    command = [PROGRAM, "merge", *outs, "--out", out, "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{command} ended with {done.returncode}: {done.stderr}")
    return done


def sheets(path):
    book = openpyxl.load_workbook(path, read_only=True)
    return {sheet.title: [row for row in sheet.iter_rows(values_only=True)] for sheet in book}


def compare(one, other):
    first, second = tree(one), tree(other)
    for path in sorted((first.keys() | second.keys()) - OWN):
        if first.get(path) != second.get(path):
            where = "differs" if path in first and path in second else "is in one of them only"
            if where == "differs" and path.endswith(".xlsx"):
                a, b = sheets(one / path), sheets(other / path)
                where += f": {[(name, a.get(name), b.get(name)) for name in a.keys() | b.keys() if a.get(name) != b.get(name)][:1]}"[:600]
            fault(f"{path} {where}")
    one, other = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (one, other))
    for key in ["version", "county", "period", "date", "schemes", "templates", "inputs"]:
        if one[key] != other[key]:
            fault(f"manifest.json: {key} differs")
    for file in [output for output in one["outputs"] if output["file"] not in OWN]:
        if file not in other["outputs"]:
            fault(f"manifest.json: {file['file']} is told otherwise")
    return len(first)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workspace = folder / "county"
        schemes = ["--scheme", "ju-10star", "--scheme", "register-60", "--scheme", "hospital-dual"]
        subprocess.run([PROGRAM, "sample", workspace, "--branches", "20", "--members", "7", "--mess", "40", *schemes], check=True, capture_output=True)
        run(workspace, folder / "whole")
        made = parts(workspace, folder, 3)
        for part in made:
            run(part, part / "out")
        outs = [part / "out/2026" for part in made]
        merge(outs, folder / "merged", (0, 1))
        files = compare(folder / "whole/2026", folder / "merged/2026")
        merge([made[2] / "out", outs[0], outs[1]], folder / "turned", (0, 1))
        if tree(folder / "merged") != tree(folder / "turned"):
            fault("the order of the arguments changes the result")

        def refused(what, word, outs):
            done = merge(outs, folder / "none", (2,))
            if word not in done.stderr or (folder / "none/2026").exists():
                fault(f"{what}: {done.stderr}")

        refused("one part twice", "is in both", [outs[0], outs[0]])
        refused("no result", "no merge.json", [workspace])
        text = (made[1] / "scorebook.toml").read_text("utf-8")
        (made[1] / "scorebook.toml").write_text(text.replace("12380", "12381"), "utf-8")
        run(made[1], made[1] / "other")
        refused("another rule", "scorebook.toml", [outs[0], made[1] / "other"])
        form = next(outs[1].rglob("支部/*/*.pdf"))
        form.write_bytes(form.read_bytes() + b" ")
        refused("a changed form", "was changed after its run", outs)
    finish(f"three parts merged are one run, {files} files compared")


main()
