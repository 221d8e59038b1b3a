#!/usr/bin/env python3
"""Draws the pictures of the documents anew from real output: `PROGRAM=… python3 docs/pictures/draw.py`.

Needs poppler, LibreOffice and Chromium; LibreOffice shows the drawing of samples/own-form as an office shows it, everything else is printed by the program.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PROGRAM", ROOT / "target/release/scorebook")).resolve()
PICTURES = ROOT / "docs/pictures"


def scorebook(*words):
    done = subprocess.run([PROGRAM, *words, "--quiet"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{words} ended with {done.returncode}\n{done.stderr}")


def page(pdf, name, number=1, dots=100, whole=True):
    """One page as a picture of 256 colours; of a page that is mostly empty only what is written above its footer."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(dots), "-f", str(number), "-l", str(number), "-png", pdf, f"{folder}/p"], check=True)
        picture = Image.open(next(Path(folder).iterdir())).convert("RGB")
    if not whole:
        picture = picture.crop((0, 0, picture.width, picture.height * 85 // 100))
        left, top, right, bottom = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
        picture = picture.crop((max(left - 20, 0), max(top - 20, 0), right + 20, bottom + 20))
    picture.quantize(256).save(PICTURES / name, optimize=True)
    print(name, picture.size)


def shown(html, name, width=1180, height=1010):
    """A page of the browser as it opens."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", f"--user-data-dir={folder}/profile"]
        size = [f"--window-size={width},{height}", f"--screenshot={folder}/p.png", "--hide-scrollbars", "--virtual-time-budget=5000"]
        subprocess.run(["chromium", *quiet, *size, html.as_uri()], check=True, capture_output=True)
        picture = Image.open(f"{folder}/p.png").convert("RGB")
    picture.resize((width * 7 // 10, height * 7 // 10), Image.LANCZOS).quantize(64).save(PICTURES / name, optimize=True)
    print(name, picture.size)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copytree(ROOT / "samples/county", folder / "county", ignore=shutil.ignore_patterns("out", "打印", "公示存档"))
        scorebook("run", folder / "county", "--out", folder / "out", "--period", "2026", "--forms", "board,registry")
        branches = folder / "out/2026/支部"
        page(branches / "0202-永溪长桥社区党支部/考核公示栏.pdf", "board.png", dots=66)
        page(branches / "0101-青溪新桥村党支部/积分登记表.pdf", "registry.png", number=2, dots=66)
        shown(folder / "out/2026/index.html", "overview.png")
        back = next(branches.glob("0104-*/退回意见.pdf"))
        page(back, "returned.png", dots=60)

        fill = ROOT / "samples/fill/certificates"
        scorebook("fill", fill / "证书.xlsx", fill / "获奖名单.xlsx", "--out", folder / "certificates")
        page(folder / "certificates/证书-01.pdf", "certificate.png", dots=45)

        shutil.copytree(ROOT / "samples/own-form/templates", folder / "county/templates")
        scorebook("run", folder / "county", "--out", folder / "out", "--period", "2026", "--forms", "board")
        page(branches / "0202-永溪长桥社区党支部/考核公示栏.pdf", "own-form-months.png", dots=85)
        page(branches / "0101-青溪新桥村党支部/考核公示栏.pdf", "own-form-quarters.png", dots=85)
        drawing = ROOT / "samples/own-form/templates/board.xlsx"
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf", "--outdir", folder, drawing], check=True, capture_output=True)
        page(folder / "board.pdf", "own-form-drawing.png", dots=85, whole=False)


main()
