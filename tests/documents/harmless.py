#!/usr/bin/env python3
"""Nothing in the project may crash, hang or starve other software: every workbook of the tests, samples and fuzz seeds, and every
template that hostile_templates.py makes, goes through calamine and openpyxl, each in a process with bounds of memory and time.

Refusing a file is right, but for the drawings that we hand out: those must be read. Dying of it, not coming to an end, or asking for more memory than there is, is a fault: such a fixture is to be
replaced by a harmless one, under lowered limits of our own. Needs `pip install python-calamine openpyxl`, as .ci/run does it."""

import importlib.util
import os
import resource
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, fault, finish

FOLDERS = ["tests/cases", "samples", "fuzz/seeds", "templates"]
SUFFIXES = {".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods"}
MEMORY = 2 << 30
SECONDS = 60

# Reads the files that it is told, one a line, and says `done` after each.
READER = """
import sys, warnings
warnings.simplefilter("ignore")
library = sys.argv[1]
if library == "calamine":
    from python_calamine import CalamineWorkbook
    def read(path):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
else:
    import openpyxl
    def read(path):
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows(max_row=min(sheet.max_row, 20000), max_col=min(sheet.max_column, 300)):
                pass
for line in sys.stdin:
    try:
        read(line.rstrip("\\n"))
        said = "read"
    except MemoryError:
        said = "starved"
    except Exception:
        said = "refused"
    except BaseException as error:
        said = "panicked" if "Panic" in type(error).__name__ else "ended"
    print(said, flush=True)
"""


def start(library):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    return subprocess.Popen([sys.executable, "-c", READER, library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1, preexec_fn=limit)


def worked(process):
    """Seconds of processor time; of a process that has ended, none."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def outcomes(library, files):
    """What the library makes of each file: read, refused, panicked, starved, died, hangs."""
    process = start(library)
    for file in files:
        asked = time.monotonic()
        process.stdin.write(f"{file}\n")
        process.stdin.flush()
        begun = worked(process)
        ready = []
        # Seconds of work, not of waiting for a processor that others use; waiting for ever is hanging too.
        while not ready and worked(process) - begun < SECONDS and time.monotonic() - asked < 20 * SECONDS:
            ready, _, _ = select.select([process.stdout], [], [], 1)
        said = process.stdout.readline().strip() if ready else "hangs"
        if said in ("", "hangs", "ended"):
            process.kill()
            process.wait()
            process = start(library)
        yield file, said or "died"
    process.stdin.close()
    process.wait()


def made(folder):
    """The templates of hostile_templates.py."""
    done = subprocess.run([sys.executable, Path(__file__).with_name("hostile_templates.py"), "--write", folder], env=os.environ)
    if done.returncode:
        sys.exit("harmless: hostile_templates.py did not write its files")
    return sorted(Path(folder).iterdir())


def main():
    libraries = {"calamine": "python_calamine", "openpyxl": "openpyxl"}
    for library, module in libraries.items():
        if not importlib.util.find_spec(module):
            sys.exit(f"harmless: {library} is not installed")
    fixtures = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    # Seeds have no suffixes; what a library cannot read it refuses.
    fixtures = [path for path in fixtures if path.suffix.lower() in SUFFIXES or "seeds" in path.parts]
    counts = {}
    with tempfile.TemporaryDirectory() as scratch:
        files = [*fixtures, *made(scratch)]
        for library in libraries:
            for file, said in outcomes(library, files):
                counts[library, said] = counts.get((library, said), 0) + 1
                drawn = file.is_relative_to(ROOT) and "templates" in file.relative_to(ROOT).parts
                if said != "read" and (drawn or said != "refused"):
                    fault(f"{library} {said}: {file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name}")
    told = ", ".join(f"{library} {said} {count}" for (library, said), count in sorted(counts.items()))
    finish(f"{len(files)} files: {told}")


main()
