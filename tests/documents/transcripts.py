#!/usr/bin/env python3
"""What the pages show of the terminal is what the terminal shows: every `$ scorebook …` of README and docs, line by line."""

import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from common import PROGRAM, ROOT, fault, finish

# Where the pages say that a result is written.
SHOWN = re.compile(r"/tmp/[a-z-]+")
SHORTENED = "…"


def transcripts(page):
    """Each command of a page with the lines that are shown of it."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ scorebook "):
                found.append((line.removeprefix("$ scorebook "), []))
            elif line.startswith("$"):
                fault(f"{page.name}: {line}: not a command of the program")
            elif found:
                found[-1][1].append(line.rstrip())
    return found


def differs(shown, printed):
    """The first line that is not shown as it was printed; lines may be left out only where the page says so."""
    at, gap = 0, False
    for line in shown:
        if line == SHORTENED:
            gap = True
            continue
        if gap and line in printed[at:]:
            at = printed.index(line, at)
        if at >= len(printed) or printed[at] != line:
            return f"shows {line!r}, printed was {printed[at] if at < len(printed) else 'nothing more'!r}"
        at, gap = at + 1, False
    return None if gap or at == len(printed) else f"ends before {printed[at]!r}"


commands = 0
with tempfile.TemporaryDirectory() as folder:
    for page in [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md"))]:
        for command, shown in transcripts(page):
            place = SHOWN.search(command)
            target = Path(folder) / f"{commands}"
            arguments = shlex.split(SHOWN.sub(str(target), command))
            done = subprocess.run([PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)
            printed = done.stdout + done.stderr
            if place:
                printed = printed.replace(str(target), place.group())
            wrong = differs(shown, [line.rstrip() for line in printed.rstrip("\n").split("\n")])
            if wrong:
                fault(f"{page.name}: {command}: {wrong}")
            commands += 1
if commands < 3:
    fault(f"only {commands} commands were found")
finish(f"{commands} commands print what the pages show")
