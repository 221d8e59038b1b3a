"""LibreOffice as the other program: many workbooks to PDF in one call, with the fonts that this program draws with."""

import os
import re
import struct
import subprocess
import zipfile
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.styles import Font

from common import ROOT
from compare import words

FONTS = ROOT / "templates/fonts"
# What `font::line_height` allows: the pitch that Excel gives the office fonts.
LEAST, MOST = 1.25, 1.30
# What LibreOffice may take for one call, and how many workbooks it gets in one: of some three hundred it leaves the last unread.
SECONDS = 600
AT_ONCE = 100


def with_line_height(font):
    """A face whose lines stand as far apart as those of the office font it stands in for. LibreOffice takes the distance from
    the face, and the bundled ones have up to 1.45 em where Excel gives 宋体 1.3: without this every wrapped cell tells so."""
    font = bytearray(font)
    tables = {}
    for entry in range(int.from_bytes(font[4:6], "big")):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * entry)
        tables[tag] = offset
    (units,) = struct.unpack_from(">H", font, tables[b"head"] + 18)
    ascent, descent, _ = struct.unpack_from(">hhh", font, tables[b"hhea"] + 4)
    natural = (ascent - descent) / units
    factor = min(max(natural, LEAST), MOST) / natural
    ascent, descent = round(ascent * factor), round(descent * factor)
    struct.pack_into(">hhh", font, tables[b"hhea"] + 4, ascent, descent, 0)
    struct.pack_into(">hhhHH", font, tables[b"OS/2"] + 68, ascent, descent, 0, ascent, -descent)
    return bytes(font)


def face(family):
    """The bundled face that stands in for a family, and the weight where it has one only: as `font::family` has it."""
    if any(word in family for word in ("小标宋", "大标宋")):
        return "Noto Serif SC", "bold"
    if any(word in family for word in ("楷", "仿宋", "WenKai")):
        return "LXGW WenKai", None
    if "黑体" in family:
        return "Noto Sans SC", "bold"
    return "Noto Serif SC", None


def styles(package):
    return package.read("xl/styles.xml").decode() if "xl/styles.xml" in package.namelist() else ""


def families(workbooks):
    """Every family that the workbooks name, in cells and in headers."""
    found = set()
    for path in workbooks:
        with zipfile.ZipFile(path) as package:
            found.update(re.findall(r'<(?:\w+:)?name val="([^"]+)"', styles(package)))
            for name in package.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    found.update(re.findall(r"&amp;&quot;([^,&]+)[,&]", package.read(name).decode()))
    return sorted(found)


def rule(family):
    name, weight = face(family)
    bold = f'<edit name="weight" mode="assign" binding="strong"><const>{weight}</const></edit>' if weight else ""
    return (
        f'<match target="pattern"><test name="family" compare="eq"><string>{escape(family)}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{name}</string></edit>{bold}</match>'
    )


def convert(workbooks, folder):
    fonts, config = folder / "fonts", folder / "fonts.conf"
    fonts.mkdir(exist_ok=True)
    for font in FONTS.glob("*.ttf"):
        (fonts / font.name).write_bytes(with_line_height(font.read_bytes()))
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{fonts}</dir><cachedir>{folder / 'cache'}</cachedir>{''.join(map(rule, families(workbooks)))}"
        '<match target="pattern"><edit name="family" mode="append" binding="weak"><string>Noto Serif SC</string></edit></match></fontconfig>'
    )
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf", "--outdir", folder]
    for at in range(0, len(workbooks), AT_ONCE):
        some = workbooks[at : at + AT_ONCE]
        subprocess.run([*command, *some], check=True, capture_output=True, timeout=SECONDS, env={**os.environ, "FONTCONFIG_FILE": str(config)})


def normal_font(path):
    """Family and size of a workbook's normal font."""
    with zipfile.ZipFile(path) as package:
        font = re.search(r"<(?:\w+:)?font>.*?</(?:\w+:)?font>", styles(package), re.S)
    size, family = (re.search(rf'<(?:\w+:)?{tag}[^>]*? val="([^"]+)"', font[0] if font else "") for tag in ("sz", "name"))
    return family[1] if family else "Calibri", float(size[1]) if size else 11.0


def digit_of_excel(family, size):
    """Points of a digit in Excel, a whole number of pixels: as `font::digit_pixels`."""
    em = next((em for name, em in (("Calibri", 0.507), ("Arial", 0.556), ("等线", 0.539)) if name in family), 0.5)
    return int((round(size * 96 / 72) if em == 0.5 else size * 96 / 72) * em + 0.5) * 0.75


def digits_of_office(normals, folder):
    """Points of a digit in LibreOffice with its stand-in, by normal font: measured from ten columns of ten digits."""
    books = {}
    for number, (family, size) in enumerate(sorted(normals)):
        book = openpyxl.Workbook()
        book._named_styles["Normal"].font = Font(name=family, size=size)
        book.active.page_setup.paperSize = 8
        for column in range(1, 7):
            cell = book.active.cell(1, column, "甲")
            cell.font = Font(name=family, size=8)
            book.active.column_dimensions[cell.column_letter].width = 10
        books[family, size] = folder / f"digit{number}.xlsx"
        book.save(books[family, size])
    convert(list(books.values()), folder)
    lefts = {normal: [word.left for word in words(path.with_suffix(".pdf"))[0][1]] for normal, path in books.items()}
    return {normal: (found[-1] - found[0]) / 50 for normal, found in lefts.items()}


def default_width(sheet, digit):
    """The width of the columns that a sheet says nothing of, in digits: whole steps of eight pixels in Excel."""
    base = re.search(r'<(?:\w+:)?sheetFormatPr [^>]*?baseColWidth="(\d+)"', sheet)
    pixels = digit / 0.75
    return -(-(int(base[1] if base else 8) * pixels + 5) // 8) * 8 / pixels


def with_office_units(path, digit, factor):
    """Widths in LibreOffice's unit, and the paper that both mean if a sheet names none."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name, body in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            sheet = body.decode()
            if not re.search(r"<(?:\w+:)?sheetFormatPr [^>]*defaultColWidth=", sheet):
                sheet = re.sub(r"(<(?:\w+:)?sheetFormatPr)", rf'\1 defaultColWidth="{default_width(sheet, digit):.6f}"', sheet, count=1)
            scaled = lambda found: f'{found[1]}{float(found[2]) * factor:.6f}"'
            sheet = re.sub(r'(<(?:\w+:)?(?:col|sheetFormatPr) [^>]*?(?:width|defaultColWidth)=")([^"]+)"', scaled, sheet)
            parts[name] = re.sub(r"(<(?:\w+:)?pageSetup)(?![^>]*paperSize)", r'\1 paperSize="9"', sheet).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name, body)


def to_pdf(workbooks, folder):
    """Converts to PDF in `folder`; names must differ.

    Excel counts column widths in digits of the normal font, each a whole number of pixels; LibreOffice in digits as wide as
    it draws them, here those of the stand-in. The workbooks' columns get the width in LibreOffice's unit that they have in
    Excel, or every comparison would tell of the digits of 宋体 and nothing else."""
    normals = {path: normal_font(path) for path in workbooks}
    office = digits_of_office(set(normals.values()), folder)
    for path, normal in normals.items():
        digit = digit_of_excel(*normal)
        with_office_units(path, digit, digit / office[normal])
    convert(workbooks, folder)
