#!/usr/bin/env bash
# PDFium joins a line that ends in a hyphen between two letters with the next one: extracted text holds one
# noncharacter, U+FFFE, in place of hyphen and line end. A name such as 季度之星-三季度 that a form breaks after its hyphen
# can then be found by nobody who searches the PDF. Digits before the hyphen keep it; pypdf keeps it always.
#
# Seen with pypdfium2 5.15.2 and pypdf 7.1.1 on pages of reportlab 5.1.0:
#   letters  pdfium '季度之星\ufffe三季度'   pypdf '季度之星-\n三季度\n'
#   latin    pdfium 'Star\ufffethird'        pypdf 'Star-\nthird\n'
#   digits   pdfium '2026-\r\n09'            pypdf '2026-\n09\n'
# Consequence for whoever lays text out: break lists after 、 and never after a hyphen.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet reportlab==5.1.0 pypdfium2==5.15.2 pypdf==7.1.1
cat > seen.py <<'PY'
import pypdf
import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
PAGES = {
    "letters": ("STSong-Light", ["季度之星-", "三季度"], "季度之星\ufffe三季度", "季度之星-\n三季度\n"),
    "latin": ("Helvetica", ["Star-", "third"], "Star\ufffethird", "Star-\nthird\n"),
    "digits": ("Helvetica", ["2026-", "09"], "2026-\r\n09", "2026-\n09\n"),
}
changed = False
for name, (font, lines, by_pdfium, by_pypdf) in PAGES.items():
    page = canvas.Canvas(f"{name}.pdf", pagesize=(300, 200))
    page.setFont(font, 12)
    for row, line in enumerate(lines):
        page.drawString(20, 150 - 18 * row, line)
    page.save()
    pdfium = pypdfium2.PdfDocument(f"{name}.pdf")[0].get_textpage().get_text_range()
    other = pypdf.PdfReader(f"{name}.pdf").pages[0].extract_text()
    print(f"{name}: pdfium {pdfium!r}, pypdf {other!r}")
    changed |= (pdfium, other) != (by_pdfium, by_pypdf)
raise SystemExit("the behaviour has changed" if changed else 0)
PY
env/bin/python seen.py
