#!/usr/bin/env python3
"""Kills runs at random moments: what is published is always whole, and no submission is touched. Argument: kills."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import COUNTY, PROGRAM, digest, fault, finish, run, tree


def whole(result):
    """What is wrong with a published folder."""
    try:
        manifest = json.loads((result / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        return f"manifest.json: {error}"
    listed = {output["file"]: output["sha256"] for output in manifest["outputs"]}
    found = {path: sha for path, sha in tree(result).items() if path != "manifest.json"}
    wrong = sorted(path for path in listed.keys() | found.keys() if listed.get(path) != found.get(path))
    return f"{len(wrong)} files missing, added or changed: {wrong[:3]}" if wrong else None


def wait_for_staged(out, process, enough):
    """Waits until the run has staged so many files of its own; a leftover of the run before it first goes."""
    own = False
    while process.poll() is None:
        staged = sum(len(files) for hidden in out.glob(".*") for _, _, files in os.walk(hidden))
        own = own or staged < 5
        if own and staged >= enough:
            return


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(os.environ.get("SEED", "1"))
    chance = random.Random(seed)
    submissions = tree(COUNTY)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        began = time.monotonic()
        run(COUNTY, Path(folder) / "usual")
        usual = time.monotonic() - began
        files = len(tree(Path(folder) / "usual"))

        absent = killed = published = most = 0
        last = None
        for number in range(kills):
            # Dates take turns, so that a mixture of an old and a new result cannot pass for either.
            date = f"2026-12-{10 + number % 20}"
            command = [PROGRAM, "run", COUNTY, "--out", out, "--quiet", "--date", date]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Every other kill aims at the moment when the folders change places.
            if number % 2:
                wait_for_staged(out, process, files - chance.randint(0, 5))
                time.sleep(chance.uniform(0, 0.02))
            else:
                time.sleep(chance.uniform(0, usual))
            process.kill()
            killed += process.wait() < 0
            where = f"kill {number} of seed {seed}"
            if process.returncode > 1:
                fault(f"{where}: the run ended by itself with {process.returncode}")
            if not (out / "2026").exists():
                absent += 1
                if published:
                    fault(f"{where}: the published result is gone")
            elif wrong := whole(out / "2026"):
                fault(f"{where}: {wrong}")
            else:
                now = digest(out / "2026/manifest.json")
                published += now != last
                last = now
            if out.exists():
                most = max(most, len(list(out.iterdir())) - (out / "2026").exists())
            if tree(COUNTY) != submissions:
                sys.exit(f"kill: {where}: the workspace was changed")

        run(COUNTY, out)
        left = sorted(os.listdir(out))
        if left != ["2026"]:
            fault(f"after a complete run the out folder holds {left}")
        if wrong := whole(out / "2026"):
            fault(f"after a complete run: {wrong}")
        if tree(out) != tree(Path(folder) / "usual"):
            fault("a run after kills writes other files than a run into a new folder")
    finish(f"{killed} of {kills} runs killed, {published} had published, {absent} found nothing published yet, at most {most} leftovers at a time")


main()
