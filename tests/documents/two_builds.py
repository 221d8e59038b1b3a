#!/usr/bin/env python3
"""Two programs write the same trees: what changed in structure only changes no byte.

    two_builds.py BEFORE AFTER [--workspace NAME …] [--except FORM:SCHEME:REASON …]

Each workspace (samples/county and the clean and messy counties of tests/cases) is run for a year, a quarter, a half and
a month with both programs. Every file must be the same byte for byte, but for the program's version in manifest.json. A
named exception, a form's id or the name of a file with the scheme of its members or `*`, excuses that form's documents and
what the manifest says of them, and must be needed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from common import COUNTY, PERIODS, ROOT, fault, finish, tree

WORKSPACES = [COUNTY, *sorted(path for kind in ("clean", "messy") for path in (ROOT / "tests/cases").glob(f"{kind}-*"))]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--workspace", nargs="+", default=[], help="names of workspaces; all without")
    parser.add_argument("--period", nargs="+", default=PERIODS)
    parser.add_argument("--except", nargs="+", default=[], dest="exceptions", metavar="FORM:SCHEME:REASON")
    return parser.parse_args()


def schemes(workspace):
    """Ids of the schemes that the workspace names."""
    settings = tomllib.loads((workspace / "scorebook.toml").read_text(encoding="utf-8"))
    return {settings["scheme"], *(rule["scheme"] for rule in settings.get("assign", []))}


def titles(program):
    """Each form's title by its id, as the program lists them."""
    listed = subprocess.run([program, "template", "list", "--format", "json"], capture_output=True, text=True, check=True)
    return {form["form"]: form["title"] for form in map(json.loads, listed.stdout.splitlines())}


def write(program, workspace, period, out):
    command = [program, "run", workspace, "--period", period, "--out", out, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"two_builds: {program} {workspace} {period} ended with {done.returncode}\n{done.stderr}")
    return done.returncode


def same_manifests(one, two, excused):
    """True if they differ in the program's version and in files that are excused only."""
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in (one, two))
    for manifest in (first, second):
        manifest.pop("version")
        manifest["outputs"] = [file for file in manifest["outputs"] if not excused(file["file"])]
    return first == second


def main():
    given = arguments()
    names = titles(given.after)
    exceptions = [one.split(":", 2) for one in given.exceptions]
    if any(len(one) != 3 or not one[2].strip() for one in exceptions):
        sys.exit("two_builds: an exception is FORM:SCHEME:REASON")
    needed, files, trees = set(), 0, 0
    chosen = [path for path in WORKSPACES if not given.workspace or path.name in given.workspace]
    for workspace in chosen:
        own = schemes(workspace)
        excusing = [(names.get(form, form), (form, scheme)) for form, scheme, _ in exceptions if scheme == "*" or scheme in own]

        def excused(path):
            stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            return next((exception for title, exception in excusing if stem == title or path == title), None)

        for period in given.period:
            with tempfile.TemporaryDirectory() as folder:
                one, two = Path(folder) / "before", Path(folder) / "after"
                codes = [write(program.resolve(), workspace, period, out) for program, out in ((given.before, one), (given.after, two))]
                if codes[0] != codes[1]:
                    fault(f"{workspace.name} {period}: ended with {codes[0]} before and {codes[1]} after")
                first, second = tree(one), tree(two)
                trees += 1
                for path in sorted(first.keys() | second.keys()):
                    files += 1
                    if first.get(path) == second.get(path):
                        continue
                    inside = path.split("/", 1)[-1]
                    exception = excused(inside)
                    if exception:
                        needed.add(exception)
                    elif path not in first or path not in second:
                        fault(f"{workspace.name} {period}: {path} is in one tree only")
                    elif not (path.endswith("/manifest.json") and same_manifests(one / path, two / path, excused)):
                        fault(f"{workspace.name} {period}: {path} differs")
    for form, scheme, _ in exceptions if not given.workspace else []:
        if (form, scheme) not in needed:
            fault(f"the exception {form}:{scheme} is not needed")
    if not files:
        sys.exit("two_builds: nothing was written")
    finish(f"{files} files in {trees} trees of {len(chosen)} workspaces compared, {len(needed)} exceptions used")


main()
