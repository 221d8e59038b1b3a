"""What the checks of this folder share: the program, the workspaces, digests, and how a check fails."""

import hashlib
import os
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
