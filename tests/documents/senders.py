#!/usr/bin/env python3
"""What inboxes cost: twenty in which one sender's file is made to cost as much as its size allows, and twenty large honest ones. For each the
seconds of a run, the highest memory of its own process, and the highest of all reading processes together, from the kernel; and, of the
first twenty, that the other branches' results are what they are without that file. Every file is well formed: large, many or deep, not broken.

Not in CI: it takes half an hour. Options: `--only NAME` (part of a name). Encrypted workbooks are made from
tests/cases/reading, and .xls and .ods of the honest inboxes by LibreOffice; without it those are left out."""

import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from common import PROGRAM, ROOT, fault, finish

BASE = ROOT / "tests/cases/clean-register-60"
OWN = "第一党委/第一东1支部.xlsx"
SECONDS, MEMORY, WORKERS = 300, 1 << 30, 2 << 30
DICE = random.Random(20261128)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

def packed(files, level=6):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, level)
    return out.getvalue()


def column(number):
    name = ""
    while number >= 0:
        number, name = number // 26 - 1, chr(65 + number % 26) + name
    return name


def book(sheets, level=6):
    """An xlsx of sheets of rows of numbers and texts."""
    parts = [("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>' + "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>' for n in range(1, len(sheets) + 1)) + "</Types>"),
             ("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
             ("xl/workbook.xml", '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>' + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in enumerate(sheets, 1)) + "</sheets></workbook>"),
             ("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + "".join(f'<Relationship Id="r{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)) + "</Relationships>")]
    for n, (_, rows) in enumerate(sheets, 1):
        lines = []
        for at, row in enumerate(rows, 1):
            cells = (f'<c r="{column(c)}{at}"><v>{v}</v></c>' if isinstance(v, (int, float)) else f'<c r="{column(c)}{at}" t="inlineStr"><is><t>{escape(v)}</t></is></c>' for c, v in enumerate(row) if v is not None)
            lines.append(f'<row r="{at}">{"".join(cells)}</row>')
        parts.append((f"xl/worksheets/sheet{n}.xml", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + "".join(lines) + "</sheetData></worksheet>"))
    return packed(parts, level)


COVER = [("支部名称", "第一东1支部"), ("支部编码", "0101"), ("上级党组织", "第一党委"), ("年度", 2026)]
ROSTER = ("序号", "姓名", "身份证号", "类别")
ENTRIES = ("序号", "姓名", "期间", "组织生活", "党费交纳", "村级事务", "环境卫生", "带富帮富", "遵纪守法", "加分", "加分事由")
QUARTERS = ("一季度", "二季度", "三季度", "四季度")


def people(count):
    return [f"党员{chr(0x4E00 + n // 90)}{chr(0x4E00 + 100 + n % 90)}" for n in range(count)]


def submission(members, entry, reason=None, cover=()):
    """A submission of branch 0101; `entry` gives the six scores of a row."""
    names = people(members)
    roster = [ROSTER, *((n, name, None, "农村党员") for n, name in enumerate(names, 1))]
    rows = [ENTRIES, *((n, name, quarter, *entry(), 1 if reason else None, reason) for n, name in enumerate(names, 1) for quarter in QUARTERS)]
    ballots = [("序号", "姓名", "票号", "评议分"), *((n, name, vote, 18) for n, name in enumerate(names, 1) for vote in range(1, 6))]
    return [("支部信息", [*COVER, *cover]), ("党员名册", roster), ("积分登记", rows), ("民主测评", ballots)]


def ods(sheet):
    """An ods of one sheet's XML."""
    content = '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>' + sheet + "</office:spreadsheet></office:body></office:document-content>"
    return packed([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)])


def locked():
    """A workbook in agile encryption that no password opens, with ten times Office's number of turns."""
    data = (ROOT / "tests/cases/reading/agile.xlsx").read_bytes()
    assert data.count(b'spinCount="100000"') == 1
    return data.replace(b'spinCount="100000"', b'spinCount="999999"')


# ── Inboxes of one costly sender: each gives files by name, and lines for the settings ────────────────────────────

def zips(count, entries, data):
    return {f"{n}.zip": packed([(f"{n}-{e}.txt", data) for e in range(entries)]) for n in range(count)}


def nested(levels, name, data, width):
    inner = packed([(f"{name}{n}", data) for n in range(width)], 9)
    for _ in range(levels):
        inner = packed([(f"{n}.zip", inner) for n in range(width)], 9)
    return inner


def scores():
    return tuple(DICE.choice([None, -1, -0.5, 0]) for _ in range(6))


def million():
    return [("数据", ([n % 97] * 500 for n in range(2000)))]


HOSTILE = {
    "20,000 small files in one zip": lambda: {"a.zip": packed([(f"{n}.txt", "x") for n in range(20_000)])},
    "eleven zips of 20,000 files": lambda: zips(11, 20_000, "x"),
    "4,000 covers of one branch without dates": lambda: {"a.zip": packed([(f"{n}.xlsx", book([("支部信息", [*COVER, ("填报人", f"人{n}")])], 1)) for n in range(4000)])},
    "zips in a zip, of files of 1 MiB": lambda: {"a.zip": nested(1, "a.csv", b"1," * (1 << 19), 60)},
    "zips in zips in a zip": lambda: {"a.zip": nested(2, "a.csv", b" " * 1_000_000, 25)},
    "120 workbooks with passwords of a million turns": lambda: {"a.zip": packed([(f"{n}.xlsx", locked()) for n in range(120)])},
    "20 of them, and 20 passwords": lambda: {"a.zip": packed([(f"{n}.xlsx", locked()) for n in range(20)]), "scorebook.toml": "passwords = [" + ", ".join(f'"p{n}"' for n in range(20)) + "]\n"},
    "reasons of 14,000 characters, 150 members": lambda: {f"{n}.xlsx": book(submission(150, scores, "事由" * 7000, [("填报人", str(n))])) for n in range(3)},
    "62,000 errors in one workbook": lambda: {"a.xlsx": book(submission(2600, lambda: ("优秀",) * 6))},
    "5,000 members": lambda: {"a.xlsx": book(submission(5000, scores))},
    "a million cells": lambda: {"a.xlsx": book(million())},
    "a zip of 80 workbooks of a million cells": lambda: {"a.zip": packed([(f"{n}.xlsx", data) for data in [book(million(), 1)] for n in range(80)], 1)},
    "256 sheets of 3,900 cells": lambda: {"a.xlsx": book([(f"表{n}", [[1] * 39] * 100) for n in range(256)])},
    "32 MiB of texts": lambda: {"a.xlsx": book([("文字", [["党" * 10_000] * 10 for _ in range(104)])])},
    "a CSV of 60 MB": lambda: {"a.csv": "姓名,期间,分数\n" + "张三,一季度,1\n" * 3_300_000},
    "a web page of 40 MB": lambda: {"a.xls": "<html><table>" + "<tr><td>张三<td>一季度<td>1</tr>" * 1_000_000 + "</table></html>"},
    "a mail of such a page": lambda: {"a.mht": b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"<table>" + b"<tr><td>=E5=BC=A0<td>1</tr>=\r\n" * 1_000_000 + b"</table>"},
    "ods with rows repeated to the limit": lambda: {"a.ods": ods("".join(f'<table:table table:name="表{n}"><table:table-row table:number-rows-repeated="99999"><table:table-cell table:number-columns-repeated="9"><text:p>一</text:p></table:table-cell></table:table-row></table:table>' for n in range(4)))},
    "3,000 ods in a zip": lambda: {"a.zip": packed([(f"{n}.ods", ods(f'<table:table table:name="{n}"><table:table-row><table:table-cell><text:p>{n}</text:p></table:table-cell></table:table-row></table:table>')) for n in range(3000)], 1)},
    "60 folders deep, 50 files in each": lambda: {"/".join(["层"] * depth + [f"{n}.csv"]): f"姓名,{n}\n" for depth in range(1, 60) for n in range(50)},
}


def hostile(make, folder):
    shutil.copytree(BASE, folder)
    for name, data in make().items():
        path = folder / name if name == "scorebook.toml" else folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "scorebook.toml":
            path.write_text(data + path.read_text("utf-8"), "utf-8")
        else:
            path.write_bytes(data.encode() if isinstance(data, str) else data)


# ── Large honest inboxes: counties made by `scorebook sample`, packed and converted as people do ──────────────────

def sample(branches, members=22, mess=0, scheme=()):
    def make(folder):
        options = [word for one in scheme for word in ("--scheme", one)]
        subprocess.run([PROGRAM, "sample", folder, "--branches", str(branches), "--members", str(members), "--mess", str(mess), "--quiet", *options], check=True, stdout=subprocess.DEVNULL)
    return make


def files_of(folder):
    return sorted(path for path in (folder / "inbox").rglob("*") if path.is_file())


def zipped(make, group):
    """One zip for each group of files, in place of the files."""
    def packs(folder):
        make(folder)
        groups = {}
        for path in files_of(folder):
            groups.setdefault(group(path.relative_to(folder / "inbox")), []).append(path)
        for name, paths in groups.items():
            data = packed([(path.relative_to(folder / "inbox").as_posix(), path.read_bytes()) for path in paths], 1)
            for path in paths:
                path.unlink()
            (folder / "inbox" / f"{name}.zip").write_bytes(data)
    return packs


def twice_zipped(make):
    def packs(folder):
        zipped(make, lambda path: path.parts[0])(folder)
        inner = files_of(folder)
        data = packed([(path.name, path.read_bytes()) for path in inner], 1)
        for path in inner:
            path.unlink()
        (folder / "inbox/全县.zip").write_bytes(data)
    return packs


def sent_again(make, times):
    def copies(folder):
        make(folder)
        for path in files_of(folder):
            for time_ in range(1, times):
                with zipfile.ZipFile(path) as old, zipfile.ZipFile(path.with_stem(f"{path.stem}（{time_}）"), "w", zipfile.ZIP_DEFLATED) as new:
                    for item in old.infolist():
                        new.writestr(item, old.read(item))
                    new.comment = str(time_).encode()
    return copies


def converted(make, suffix):
    """As LibreOffice saves them; nothing without it."""
    def convert(folder):
        if not shutil.which("soffice"):
            return False
        make(folder)
        with tempfile.TemporaryDirectory() as profile:
            for path in {path.parent for path in files_of(folder)}:
                books = [str(book) for book in path.iterdir() if book.suffix == ".xlsx"]
                subprocess.run(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", suffix, "--outdir", str(path), *books], check=True, capture_output=True)
                for book_ in books:
                    if Path(book_).with_suffix(f".{suffix}").exists():
                        os.unlink(book_)
        return True
    return convert


HONEST = {
    "200 branches": sample(200),
    "500 branches": sample(500),
    "1,000 branches": sample(1000),
    "2,000 branches": sample(2000),
    "400 branches, 40% untidy": sample(400, mess=40),
    "100 branches, all of them untidy": sample(100, mess=100),
    "60 branches of 100 members": sample(60, members=100),
    "20 branches of 400 members": sample(20, members=400),
    "12 branches of 500 members": sample(12, members=500),
    "300 branches, ju-10star": sample(300, scheme=["ju-10star"]),
    "300 branches, community-4": sample(300, scheme=["community-4"]),
    "300 branches, fuxian-418": sample(300, scheme=["fuxian-418"]),
    "300 branches, hospital-dual": sample(300, scheme=["hospital-dual"]),
    "500 branches in one zip": zipped(sample(500), lambda path: "全县"),
    "500 branches, a zip of each committee": zipped(sample(500), lambda path: path.parts[0]),
    "500 branches, a zip of each branch": zipped(sample(500), lambda path: path.stem),
    "500 branches, zips in a zip": twice_zipped(sample(500)),
    "200 branches, each sent three times": sent_again(sample(200), 3),
    "60 branches as .xls": converted(sample(60), "xls"),
    "60 branches as .ods": converted(sample(60), "ods"),
}


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────

def watch(pid, peak, stop):
    """The highest memory of the process, and of all its children together. What the kernel says at the end counts this script's own memory in."""
    while not stop.wait(0.02):
        together = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
                except OSError:
                    continue
                if int(entry.name) == pid:
                    peak[1] = max(peak[1], int(status.get("VmHWM", "0 kB").split()[0]) * 1024)
                if int(status["PPid"]) == pid:
                    together += int(status.get("VmRSS", "0 kB").split()[0]) * 1024
        peak[0] = max(peak[0], together)


def measured(folder):
    start = time.monotonic()
    process = subprocess.Popen([PROGRAM, "run", folder, "--out", folder / "out", "--quiet", "--jobs", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, stop = [0, 0], threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, peak, stop))
    watcher.start()
    late = threading.Timer(SECONDS, process.kill)
    late.start()
    _, status = os.waitpid(process.pid, 0)
    late.cancel()
    stop.set()
    watcher.join()
    return os.waitstatus_to_exitcode(status), time.monotonic() - start, peak[1], peak[0]


def results(folder):
    rows = [json.loads(line) for line in (folder / "out/2026/results.jsonl").read_text("utf-8").splitlines()]
    return [row for row in rows if row["branch_code"] != "0101"]


def main():
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    done = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        shutil.copytree(BASE, scratch / "quiet")
        measured(scratch / "quiet")
        quiet = results(scratch / "quiet")
        for kind, inboxes in (("costly", HOSTILE), ("honest", HONEST)):
            for name, make in inboxes.items():
                if only not in name:
                    continue
                folder = scratch / "county"
                if (hostile(make, folder) if kind == "costly" else make(folder)) is False:
                    print(f"{name}: left out")
                    continue
                size = sum(path.stat().st_size for path in files_of(folder))
                code, seconds, own, workers = measured(folder)
                done += 1
                if code not in (0, 1):
                    fault(f"{name}: ended with {code} after {seconds:.0f} s")
                elif kind == "costly" and results(folder) != quiet:
                    fault(f"{name}: the results of other branches changed")
                if own > MEMORY:
                    fault(f"{name}: the run took {own >> 20} MiB")
                if workers > WORKERS:
                    fault(f"{name}: reading processes took {workers >> 20} MiB together")
                print(f"| {kind} | {name} | {size / 1e6:.1f} MB | {seconds:.1f} s | {own >> 20} MiB | {workers >> 20} MiB |", flush=True)
                shutil.rmtree(folder)
    finish(f"{done} inboxes")


main()
