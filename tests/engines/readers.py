#!/usr/bin/env python3
"""The lines of docs/archive.md that open a folder of bags, as they stand there, with every reader that is installed.

    dataset.py DIR && readers.py DIR/bags          needs pip install pandas pyarrow polars duckdb datafusion; pyspark if there is one

Beside the given bags one is made of a county without a code whose name no path can hold. PROGRAM names the program."""

import glob  # noqa: F401  the lines name it
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PROGRAM", ROOT / "target/release/scorebook")).resolve()
NAME = "A B%C*县"


def without_code(folder, bag):
    """A bag of a county that is known by its name."""
    call = lambda *arguments: subprocess.run([PROGRAM, *map(str, arguments), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    call("sample", folder, "--branches", 2, "--members", 3)
    config = folder / "scorebook.toml"
    text = re.sub(r"(?m)^county_code.*\n", "", config.read_text("utf-8"))
    config.write_text(re.sub(r"(?m)^county .*", f'county = "{NAME}"', text), "utf-8")
    call("run", folder, "--forms", "yearly")
    call("archive", folder, "--to", bag)


def expected(bags):
    """Rows per county and year, by the settings and the results of each bag."""
    rows = Counter()
    for bag in bags.iterdir():
        config = tomllib.loads((bag / "data/workspace/scorebook.toml").read_text("utf-8-sig"))
        lines = (bag / "data/run/results.jsonl").read_text("utf-8").splitlines()
        rows.update((config.get("county_code", config["county"]), json.loads(line)["year"]) for line in lines)
    return rows


def pairs(table):
    """county and year of each row, whatever kind of table it is."""
    match type(table).__module__.split(".")[0]:
        case "pandas":
            return zip(table["county"].tolist(), table["year"].tolist())
        case "pyarrow" | "datafusion":
            columns = table.to_pydict()
            return zip(columns["county"], columns["year"])
        case "polars":
            return table.select("county", "year").rows()
        case "pyspark":
            return [tuple(row) for row in table.select("county", "year").collect()]
        case _:  # DuckDB's relation lives in a module of another name from version to version.
            return table.select("county, year").fetchall()


def main():
    text = (ROOT / "docs/archive.md").read_text("utf-8")
    lines = re.search(r"```python\n(.*?)```", text, re.S)[1].splitlines()
    assert len(lines) == 6, lines
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for bag in Path(sys.argv[1]).iterdir():
            shutil.copytree(bag, folder / "bags" / bag.name)
        without_code(folder / "county", folder / "bags/no-code")
        wanted = expected(folder / "bags")
        assert any(county == NAME for county, _ in wanted) and len(wanted) > 1, wanted
        for line in lines:
            module = line.split(".")[0]
            if importlib.util.find_spec(module) is None:
                print(f"{module}: not installed")
                continue
            names = {"glob": glob}
            exec(f"import {module}" + (".parquet" if module == "pyarrow" else ".sql" if module == "pyspark" else ""), names)
            got = Counter(pairs(eval(line.replace("BAGS", str(folder / "bags")), names)))
            print(f"{module} {getattr(names[module], '__version__', '')}: {got.total()} rows")
            if got != wanted:
                faults += 1
                print(f"{module}: {dict(got)}, expected {dict(wanted)}")
    sys.exit(1 if faults else 0)


main()
