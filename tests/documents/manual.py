"""Every command of both manuals, typed in an empty folder in their order: none fails, and what they say is there is there."""

import json
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import common

ROOT = common.ROOT


def commands(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [line for block in re.findall(r"```console\n(.*?)```", text, re.S) for line in block.splitlines()]


def follow(page, county, lang, word):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in ("证书.xlsx", "获奖名单.xlsx"):
            shutil.copy(ROOT / "samples/fill/certificates" / name, folder / name)
        typed = commands(page)
        for line in typed:
            words = shlex.split(line)
            if word in words:
                rows = (folder / county / "out/2026/results.jsonl" if (folder / county / "out/2026").exists() else folder / county / "out/2026Q3/results.jsonl")
                rows = [json.loads(row) for row in rows.read_text(encoding="utf-8").splitlines()]
                names = [row["name"] for row in rows if row["subject"] == "member" and row["total"]]
                words[words.index(word)] = next(name for name in names if names.count(name) == 1)
            done = subprocess.run([common.PROGRAM, *words[1:], "--lang", lang], cwd=folder, capture_output=True, text=True)
            if done.returncode not in (0, 1) or (done.returncode == 1 and words[1] not in ("run", "check", "status", "doctor")):
                common.fault(f"{page}: {line}: ended with {done.returncode}\n{done.stdout[-600:]}{done.stderr[-600:]}")
            if not done.stdout.strip():
                common.fault(f"{page}: {line}: says nothing")
        result = folder / county / "out/2026Q3"
        for pattern in ("index.html", "全县汇总.xlsx", "问题清单.xlsx", "党委/*/下发.zip", "支部/*/考核公示栏.pdf"):
            if not list(result.glob(pattern)):
                common.fault(f"{page}: the result has no {pattern}")
        if not list((folder / county / "issue/2026年报送表").glob("*/*.xlsx")):
            common.fault(f"{page}: no blank workbooks where it says")
        return len(typed)


count = follow("手册.md", "练习县", "zh", "姓名") + follow("manual.md", "practice", "en", "NAME")
common.finish(f"{count} commands of both manuals typed in an empty folder")
