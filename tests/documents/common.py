"""What the checks of this folder share: the program, the workspaces, digests, and how a check fails."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PROGRAM", ROOT / "target/release/scorebook")).resolve()
COUNTY = ROOT / "samples/county"
WORKSPACES = [COUNTY, ROOT / "tests/cases/clean-ju-10star", ROOT / "tests/cases/clean-register-60"]
PERIODS = ["2026", "2026H1", "2026Q3", "2026M07"]

_check = Path(sys.argv[0]).stem
_faults = 0


def fault(text):
    """Reports one violation; `finish` then ends the check with 1."""
    global _faults
    _faults += 1
    print(f"{_check}: {text}", file=sys.stderr)


def finish(text):
    print(f"{_check}: {text}" + (f"; {_faults} faults" if _faults else ""))
    sys.exit(1 if _faults else 0)


def run(workspace, out, *options, wrap=(), env=None):
    """Runs the program to its end: 0 all accepted, 1 some returned, anything else ends the check."""
    command = [*wrap, PROGRAM, "run", workspace, "--out", out, "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(env or {})})
    if done.returncode not in (0, 1):
        sys.exit(f"{_check}: {workspace} {options} ended with {done.returncode}\n{done.stderr}")
    return done


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder):
    """Relative path and digest of every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def forms():
    """Titles of all forms, by id."""
    done = subprocess.run([PROGRAM, "template", "list", "--lang", "zh"], capture_output=True, text=True, check=True)
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if line.strip())


def further(folder):
    """Documents of the forms that the usual runs of WORKSPACES do not write: 支部积分表, what is written when it is asked for,
    整改到期名单 of a year that comes after one with letters, 民主测评票, 积分说明."""
    cases, work = ROOT / "tests/cases", folder / "workspaces"
    shutil.copytree(cases / "clean-hospital-dual", work / "hospital")
    run(work / "hospital", folder / "hospital", "--period", "2026")
    shutil.copytree(cases / "clean-register-60", work / "letters")
    run(work / "letters", folder / "letters", "--period", "2026", "--forms", "warning,rectification,routine,book")
    shutil.copytree(cases / "clean-register-60", work / "next")
    settings = work / "next/scorebook.toml"
    text = re.sub("(?m)^posted.*\n", "", settings.read_text("utf-8"))
    last_year = json.dumps(str(folder / "letters"), ensure_ascii=False)
    settings.write_text(re.sub("(?m)^year .*$", f"year = 2027\nlast_year = {last_year}", text), "utf-8")
    run(work / "next", folder / "next", "--period", "2027", "--forms", "due")
    shutil.copytree(cases / "clean-ju-10star", work / "ballots")
    command = [PROGRAM, "issue", work / "ballots", "--out", work / "issued", "--roster-from", work / "ballots/inbox", "--ballots", "3"]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True)
    for path in sorted((work / "issued").rglob("*民主测评票.*")):
        target = folder / "ballots" / path.relative_to(work / "issued")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    rows = [json.loads(line) for line in (folder / "hospital/2026/results.jsonl").read_text("utf-8").splitlines()]
    for row in (next(row for row in rows if row["subject"] == subject) for subject in ("member", "branch")):
        name = row["name"] if row["subject"] == "member" else row["branch_code"]
        command = [PROGRAM, "explain", work / "hospital", name, "--period", "2026", "--out", folder / "explained" / row["subject"]]
        subprocess.run([*command, "--quiet"], check=True, capture_output=True)
    shutil.rmtree(work)
