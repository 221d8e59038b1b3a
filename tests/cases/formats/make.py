"""Saves one branch's workbook in every form in which branches send them: a folder each below this one.

Needs LibreOffice, and the npm package xlsx (SheetJS) for .xlsb and XML 2003: `npm install xlsx` in a folder named by NODE_PATH. What it
makes is committed. The workbook is the first of the case clean-register-60.
"""

import os
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASE = HERE.parent / "clean-register-60"
SOURCE = CASE / "inbox/第一党委/第一东1支部.xlsx"
STEM = "第一东1支部"


def folder(name):
    path = HERE / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def office(to, name, ending):
    """LibreOffice's output under a name."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{work}/profile", "--convert-to", to, "--outdir", work, SOURCE],
            check=True,
            capture_output=True,
        )
        for made in sorted(Path(work).glob(f"*.{ending}")):
            shutil.copy(made, name if name.suffix else name / made.name)


def gbk_zip(path, name, content):
    """As Windows packs it: the name in GBK, no flag that says so; 0x5C within it."""
    raw = name.encode("gb18030")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    common = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x5A21, zlib.crc32(content), len(packed), len(content))
    local = b"PK\3\4" + common + struct.pack("<HH", len(raw), 0) + raw
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHHHII", len(raw), 0, 0, 0, 0, 0, 0) + raw
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    path.write_bytes(local + packed + central + end)


for name in ["scorebook.toml", "机构名册.xlsx"]:
    shutil.copy(CASE / name, HERE / name)
shutil.copy(SOURCE, folder("xlsx") / f"{STEM}.xlsx")
office("xls:MS Excel 97", folder("xls") / f"{STEM}.xls", "xls")
shutil.copy(HERE / "xls" / f"{STEM}.xls", folder("et") / f"{STEM}.et")
office("ods", folder("ods") / f"{STEM}.ods", "ods")
office("html:HTML (StarCalc)", folder("html") / f"{STEM}.xls", "html")
office("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", folder("csv"), "csv")
gbk = folder("csv-gbk")
with zipfile.ZipFile(gbk / "支部.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted((HERE / "csv").glob("*.csv")):
        archive.writestr(path.name.split("-", 1)[1], path.read_text("utf-8").encode("gb18030"))

script = "const x = require('xlsx'); const [from, to, type] = process.argv.slice(1); x.writeFile(x.readFile(from, {cellNF: true}), to, {bookType: type, bookSST: true})"
for name, ending, kind in [("xlsb", "xlsb", "xlsb"), ("xml2003", "xls", "xlml")]:
    subprocess.run(["node", "-e", script, SOURCE, folder(name) / f"{STEM}.{ending}", kind], check=True, env=os.environ)

with zipfile.ZipFile(folder("zip") / "支部.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write(SOURCE, f"报送/{STEM}.xlsx")
    archive.writestr("__MACOSX/报送/._x.xlsx", b"x")
    archive.writestr("报送/~$x.xlsx", b"x")
gbk_zip(folder("gbk-zip") / "支部.zip", f"誠\\{STEM}.xlsx", SOURCE.read_bytes())
