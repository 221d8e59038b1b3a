#!/usr/bin/env python3
"""Many years of posting at random, each step held against the model of year.py. Arguments: branches, seeds, steps."""

import random
import sys
import tempfile
from pathlib import Path

from common import fault, finish
from year import County

QUARTERS = ["一季度", "二季度", "三季度", "四季度"]
DAYS = {"2026Q1": "2026-04-10", "2026Q2": "2026-07-10", "2026Q3": "2026-10-15", "2026Q4": "2026-12-31"}


def live(county, chance, steps, name):
    """Edits, runs and posts in any order; what is told, announced and kept is checked in every step."""
    done = {"edit": 0, "run": 0, "post": 0}
    drafts = set()
    for step in range(steps):
        what = f"{name}, step {step}"
        act = chance.choice(["edit", "edit", "run", "run", "post"])
        if act == "edit":
            for _ in range(chance.randint(1, 3)):
                county.deduct(chance.choice(county.register), chance.randint(1, 3), chance.choice(QUARTERS), -chance.randint(0, 6))
        elif act == "run" or not drafts:
            period = chance.choice([*DAYS, "2026"])
            county.run(period, what)
            drafts = {period}
        else:
            # A draft is posted as the model knows it: right after its run.
            period = drafts.pop()
            county.run(period, what)
            options = ["--date", DAYS[period]] if period in DAYS else []
            if not county.news(period):
                county.post(period, what, *options, refused="没有要登记的")
            elif chance.random() < 0.3:
                county.post(period, what, *options, only=county.some(period, chance))
            else:
                county.post(period, what, *options)
        done[act] += 1
    return done


def main():
    branches, seeds, steps = (int(word) for word in (sys.argv[1:] + ["30", "2", "14"][len(sys.argv) - 1:]))
    total = {"edit": 0, "run": 0, "post": 0}
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            county = County(Path(folder), branches, 3, seed)
            for act, count in live(county, random.Random(seed), steps, f"seed {seed}").items():
                total[act] += count
    if not all(total.values()):
        fault(f"nothing of a kind was done: {total}")
    finish(f"{branches} branches, {seeds} seeds: {total}")


if __name__ == "__main__":
    sys.exit(main())
