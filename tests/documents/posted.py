#!/usr/bin/env python3
"""Many years of posting at random, each step held against the model of year.py. Arguments: branches, seeds, steps, and
`quarters` or `months`: what is scored and posted beside the year."""

import random
import sys
import tempfile
from pathlib import Path

from common import fault, finish
from year import PERIODS, County, last_month

# A scheme that scores such periods, and the points that a branch may write in its first item.
SCHEMES = {"quarters": ("register-60", range(-6, 1)), "months": ("ju-10star", range(0, 11))}


def live(county, chance, steps, every, name):
    """Edits, runs and posts in any order; what is told, announced and kept is checked in every step."""
    done = {"edit": 0, "run": 0, "post": 0}
    periods = [period for period in PERIODS if period[4:5] == every[0].upper()]
    points = SCHEMES[every][1]
    drafts = set()
    for step in range(steps):
        what = f"{name}, step {step}"
        act = chance.choice(["edit", "edit", "run", "run", "post"])
        if act == "edit":
            for _ in range(chance.randint(1, 3)):
                county.deduct(chance.choice(county.register), chance.randint(1, 3), PERIODS[chance.choice(periods)], chance.choice(points))
        elif act == "run" or not drafts:
            period = chance.choice([*periods, "2026"])
            county.run(period, what)
            drafts = {period}
        else:
            # A draft is posted as the model knows it: right after its run.
            period = drafts.pop()
            county.run(period, what)
            options = ["--date", f"2026-{min(last_month(period) + 1, 12):02}-10"] if period in periods else []
            if not county.news(period):
                county.post(period, what, *options, refused="没有要登记的")
            elif chance.random() < 0.3:
                county.post(period, what, *options, only=county.some(period, chance))
            else:
                county.post(period, what, *options)
        done[act] += 1
    return done


def main():
    words = sys.argv[1:] + ["30", "2", "14", "quarters"][len(sys.argv) - 1:]
    (branches, seeds, steps), every = map(int, words[:3]), words[3]
    total = {"edit": 0, "run": 0, "post": 0}
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            county = County(Path(folder), branches, 3, seed, SCHEMES[every][0])
            for act, count in live(county, random.Random(seed), steps, every, f"seed {seed}").items():
                total[act] += count
    if not all(total.values()):
        fault(f"nothing of a kind was done: {total}")
    finish(f"{branches} branches, {every}, {seeds} seeds: {total}")


if __name__ == "__main__":
    sys.exit(main())
