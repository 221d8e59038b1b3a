#!/usr/bin/env python3
"""What other programs make of the table of number formats, beside what is right; run by hand.

`tests/cases/number_format/table.tsv` says what each code makes of each value. Here npm's ssf and numfmt and LibreOffice (with
the language settings of a Chinese office) show the same values. Wherever one of them differs from the table, a line of
`reasons.tsv` must say why, and every line must be needed.
"""

import collections
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

CASES = Path(__file__).resolve().parents[1] / "cases/number_format"
PACKAGES = ["ssf@0.11.2", "numfmt@4.0.1"]
TOOLS = ["ssf", "numfmt", "LibreOffice"]
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>zh-CN</value></prop></item></oor:items>"""
SHOW = """
const ssf = require("ssf"), numfmt = require(process.cwd() + "/node_modules/numfmt/dist/index.js");
const tell = work => { try { return String(work()); } catch (error) { return "!" + String(error.message || error).split("\\n")[0]; } };
const rows = JSON.parse(require("fs").readFileSync("rows.json", "utf8"));
console.log(JSON.stringify(rows.map(([code, value, system]) => [
    tell(() => ssf.format(code, value, { date1904: system === 1904 })),
    // Built-in numbers and the date system are not its business.
    typeof code === "number" || system === 1904 ? null
        : tell(() => numfmt.format(code, value, { locale: "zh-CN", throws: true, skipChar: " ", repeatChar: "" })),
])));
"""


def value_of(text):
    return text[1:] if text.startswith("'") else text == "TRUE" if text in ("TRUE", "FALSE") else float(text)


def code_of(text):
    return int(text[3:]) if text.startswith("id:") else text


def by_packages(rows, folder):
    """The texts of ssf and numfmt; an error of theirs begins with `!`."""
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], cwd=folder, check=True, capture_output=True)
    (folder / "rows.json").write_text(json.dumps([[code_of(code), value_of(value), int(system)] for code, value, system in rows]), encoding="utf-8")
    shown = subprocess.run(["node", "-e", SHOW], cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(shown.stdout)


def workbook(rows, path):
    """A workbook with a value a row; codes that stand for a built-in number are put into the styles afterwards."""
    book = openpyxl.Workbook()
    sheet = book.active
    for number, (code, value, _) in enumerate(rows, 1):
        cell = sheet.cell(number, 1, value_of(value))
        if value.startswith("'"):
            cell.data_type = "s"
        cell.number_format = f'"built-in {code[3:]}"' if code.startswith("id:") else code
    sheet.column_dimensions["A"].width = 80
    book.save(path)
    parts = {}
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    styles = parts["xl/styles.xml"].decode()
    ids = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="&quot;built-in (\d+)&quot;"', styles))
    styles = re.sub(r'<numFmt [^>]*&quot;built-in \d+&quot;[^>]*/>', "", styles)
    styles = re.sub(r'<xf numFmtId="(\d+)"', lambda found: f'<xf numFmtId="{ids.get(found[1], found[1])}"', styles)
    parts["xl/styles.xml"] = re.sub(r'<numFmts count="\d+"', f'<numFmts count="{styles.count("<numFmt ")}"', styles).encode()
    if rows[0][2] == "1904":
        parts["xl/workbook.xml"] = re.sub(rb"<workbookPr[^>]*/>", b'<workbookPr date1904="1"/>', parts["xl/workbook.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)


def by_office(rows, folder):
    """The texts that LibreOffice shows; values of both date systems are in workbooks of their own."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user/registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    shown = {}
    for system in ("1900", "1904"):
        places = [place for place, row in enumerate(rows) if row[2] == system]
        if not places:
            continue
        path = folder / f"rows{system}.xlsx"
        workbook([rows[place] for place in places], path)
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "fods", "--outdir", folder, path]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        shown.update(zip(places, cells(path.with_suffix(".fods"))))
    return [shown.get(place, "") for place in range(len(rows))]


def cells(path):
    """The texts of the first column."""
    table, text = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

    def plain(element):
        parts = [element.text or ""]
        for child in element:
            parts.append(" " * int(child.get(f"{text}c", "1")) if child.tag == f"{text}s" else plain(child))
            parts.append(child.tail or "")
        return "".join(parts)

    out = []
    for row in ElementTree.parse(path).getroot().iter(f"{table}table-row"):
        repeated = int(row.get(f"{table}number-rows-repeated", "1"))
        if repeated > 5000:
            break
        cell = row.find(f"{table}table-cell")
        out += ["\n".join(plain(part) for part in cell.findall(f"{text}p")) if cell is not None else ""] * repeated
    return out


def everybody(rows):
    """For each row the texts of ssf, numfmt and LibreOffice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = by_office(rows, folder)
        return [[*both, third] for both, third in zip(by_packages(rows, folder), office)]


def read(name):
    """The lines of a table below its first, which says what stands in it."""
    return [line.split("\t") for line in (CASES / name).read_text(encoding="utf-8").split("\n")[1:] if line]


def main():
    table = read("table.tsv")
    reasons = [(tool, re.compile(code), re.compile(value), reason) for tool, code, value, reason in read("reasons.tsv")]
    used, unexplained, counts = set(), [], collections.Counter()
    for (code, value, system, text, *_), shown in zip(table, everybody([row[:3] for row in table])):
        for tool, other in zip(TOOLS, shown):
            # Blanks at the ends are the width of a sign, which these programs give in ways of their own.
            if other is None or other.strip() == text.strip():
                continue
            fitting = [place for place, (name, codes, values, _) in enumerate(reasons)
                       if name in (tool, "*") and codes.fullmatch(code) and values.fullmatch(value)]
            if fitting:
                used.add(fitting[0])
                counts[tool, reasons[fitting[0]][3]] += 1
            else:
                unexplained.append(f"{tool}: {code} of {value} ({system}) is {text!r} here, {other!r} there")
    for (tool, reason), count in sorted(counts.items()):
        print(f"{count:5} {tool:12} {reason}")
    needless = [f"needless reason: {reasons[place]}" for place in range(len(reasons)) if place not in used]
    print("\n".join(unexplained + needless))
    print(f"number_formats: {len(table)} rows, {sum(counts.values())} differences of others with a reason, {len(unexplained)} without")
    sys.exit(1 if unexplained or needless else 0)


if __name__ == "__main__":
    main()
