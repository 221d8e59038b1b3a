#!/usr/bin/env python3
"""Writes `tests/cases/number_format/table.tsv`: code, value, date system, text, ink, and where the text comes from.

No text comes from this project's own formatter. It is worked out here with Python's decimals and calendar (the rules of
ECMA-376 part 1, 18.8.30 and 18.8.31), or stands in `hand.tsv` with its source, or is what ssf, numfmt and LibreOffice agree
on. Run by hand after a change of the lists below.
"""

import datetime
import itertools
import re
from decimal import ROUND_HALF_UP, Decimal

from number_formats import CASES, everybody, read

HEAD = "# code, value ('text, TRUE, number), date system, text, ink (RRGGBB, - where the row does not say), source"
STANDARD = "ECMA-376 part 1, 18.8.31; half away from zero"
AGREED = "ssf, numfmt and LibreOffice agree"
NUMBERS = "0 1 -1 0.5 -0.5 2.5 8.575 1.005 -1.005 10.155 1015.005 99.995 0.285 1234.5 -1234.567 999999.999 12345678.125 0.004".split()


def digits(value, places, whole=1, thousands=False, scale=0, percent=0):
    """The size of a value with so many places, worked out on its decimal."""
    size = abs(Decimal(value)).scaleb(2 * percent - 3 * scale)
    size = size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{size:,.{places}f}" if thousands else f"{size:.{places}f}"
    head, point, tail = text.partition(".")
    if whole == 0 and head == "0":
        head = ""
    return head.rjust(whole, "0") + point + tail, size == 0


def plain():
    """Codes of one section: the words around them, and how the digits go."""
    codes = {
        "0": (0, {}), "0.0": (1, {}), "0.00": (2, {}), "0.000": (3, {}), "#,##0": (0, {"thousands": True}), "#,##0.0": (1, {"thousands": True}),
        "#,##0.00": (2, {"thousands": True}), "0%": (0, {"percent": 1}), "0.0%": (1, {"percent": 1}), "0.00%": (2, {"percent": 1}),
        "0.0,": (1, {"scale": 1}), "#,##0,": (0, {"scale": 1, "thousands": True}), "0.00,,": (2, {"scale": 2}), "000": (0, {"whole": 3}),
        ".00": (2, {"whole": 0}), "00.0": (1, {"whole": 2}),
    }
    around = [("", ""), ("", '"分"'), ('"得"', "\\ 元")]
    for (code, (places, rule)), (before, after) in itertools.product(codes.items(), around):
        if (before or after) and code in ("000", ".00", "00.0", "0.000"):
            continue
        for value in NUMBERS:
            shown, nothing = digits(value, places, **rule)
            shown += "%" * rule.get("percent", 0)
            sign = "-" if Decimal(value) < 0 and not nothing else ""
            text = sign + before.strip('"') + shown + after.replace("\\", "").replace('"', "")
            yield before + code + after, value, "1900", text, "", STANDARD


def sections():
    """Positive, negative, zero: each with words and ink of its own; a section for negative numbers says its sign itself."""
    inks = {"[Red]": "FF0000", "[Blue]": "0000FF", "[红色]": "FF0000", "[绿色]": "00FF00", "[Color10]": "008000", "[颜色 3]": "FF0000", "": ""}
    for ink, places in itertools.product(inks, (1, 2)):
        zeros = "0." + "0" * places
        for value in ("2.5", "-2.5", "0", "-1.005", "85"):
            size = digits(value, places)[0]
            kind = Decimal(value)
            text, color = (f"({size})", inks[ink]) if kind < 0 else ("平", "") if kind == 0 else (f"+{size}", "")
            yield f'+{zeros};{ink}({zeros});"平"', value, "1900", text, color, STANDARD
            text, color = (f"-{size}", inks[ink]) if kind < 0 else (size, "")
            yield f"{zeros};{ink}-{zeros}", value, "1900", text, color, STANDARD


def ten_thousands():
    """万 by a point that is a literal: the digits before it are those above a thousand of thousands."""
    source = "WPS and Chinese Excel: thousands rounded, a literal point before the last digit"
    for value in "0 1 499 500 9999 15499 15500 99999 123456 129960 999999 123456789 -123456".split():
        rounded = abs(Decimal(value)).scaleb(-3).quantize(Decimal(1), ROUND_HALF_UP)
        shown = f"{rounded:02f}"
        text = ("-" if value[0] == "-" else "") + shown[:-1] + "." + shown[-1]
        for code, word in (('0!.0,"万"', "万"), ('0\\.0,"万"', "万"), ('0!.0,"万元"', "万元"), ("0\\.0,", "")):
            yield code, value, "1900", text + word, "", source


def day(serial, system):
    """The day of a serial number from 1 March 1900 on."""
    start = datetime.date(1904, 1, 1) if system == "1904" else datetime.date(1899, 12, 30)
    return start + datetime.timedelta(days=serial)


def dates():
    week, short = "一二三四五六日", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    said = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
    figures = str.maketrans("0123456789", "〇一二三四五六七八九")

    def counted(number):
        if number <= 12:
            return said[number - 1]
        tens = ["", "十", "二十", "三十"][number // 10]
        return tens + (said[number % 10 - 1] if number % 10 else "")

    codes = {
        'yyyy"年"m"月"d"日"': lambda d: f"{d.year}年{d.month}月{d.day}日",
        'yyyy"年"mm"月"dd"日"': lambda d: f"{d.year}年{d.month:02}月{d.day:02}日",
        "yyyy年m月": lambda d: f"{d.year}年{d.month}月",
        "yyyy-mm-dd": lambda d: d.isoformat(),
        "yyyy.m.d": lambda d: f"{d.year}.{d.month}.{d.day}",
        "yy/m/d": lambda d: f"{d.year % 100:02}/{d.month}/{d.day}",
        "[$-804]aaaa": lambda d: "星期" + week[d.weekday()],
        "aaa": lambda d: week[d.weekday()],
        "[$-804]dddd": lambda d: "星期" + week[d.weekday()],
        "ddd": lambda d: short[d.weekday()],
        "d-mmm-yy": lambda d: f"{d.day}-{months[d.month - 1]}-{d.year % 100:02}",
        '[DBNum1][$-804]yyyy"年"m"月"d"日"': lambda d: f"{str(d.year).translate(figures)}年{counted(d.month)}月{counted(d.day)}日",
        '[DBNum1][$-804]m"月"d"日"': lambda d: f"{counted(d.month)}月{counted(d.day)}日",
        "id:14": lambda d: f"{d.year}/{d.month}/{d.day}",
        "id:27": lambda d: f"{d.year}年{d.month}月",
        "id:28": lambda d: f"{d.month}月{d.day}日",
        "id:30": lambda d: f"{d.month}-{d.day}-{d.year % 100:02}",
        "id:31": lambda d: f"{d.year}年{d.month}月{d.day}日",
        "id:57": lambda d: f"{d.year}年{d.month}月",
    }
    source = "ECMA-376 part 1, 18.8.30, 18.8.31 and 18.17.4.1, by Python's calendar"
    for (code, shown), serial in itertools.product(codes.items(), (61, 36525, 44561, 45351, 46148, 46204, 73050, 2958465)):
        yield code, str(serial), "1900", shown(day(serial, "1900")), "", source
    for (code, shown), serial in itertools.product(list(codes.items())[:8], (0, 1, 44742, 44743, 35430)):
        yield code, str(serial), "1904", shown(day(serial, "1904")), "", source


def times():
    codes = {
        "h:mm": lambda h, m, s: f"{h}:{m:02}",
        "hh:mm:ss": lambda h, m, s: f"{h:02}:{m:02}:{s:02}",
        'h"时"mm"分"': lambda h, m, s: f"{h}时{m:02}分",
        "h:mm AM/PM": lambda h, m, s: f"{(h + 11) % 12 + 1}:{m:02} {'AP'[h >= 12]}M",
        '上午/下午h"时"mm"分"': lambda h, m, s: f"{'上下'[h >= 12]}午{(h + 11) % 12 + 1}时{m:02}分",
        '[$-804]AM/PM h"时"mm"分";@': lambda h, m, s: f"{'上下'[h >= 12]}午 {(h + 11) % 12 + 1}时{m:02}分",
        "id:33": lambda h, m, s: f"{h}时{m:02}分{s:02}秒",
        "id:34": lambda h, m, s: f"{'上下'[h >= 12]}午{(h + 11) % 12 + 1}时{m:02}分",
        "id:56": lambda h, m, s: f"{'上下'[h >= 12]}午{(h + 11) % 12 + 1}时{m:02}分{s:02}秒",
        "mm:ss": lambda h, m, s: f"{m:02}:{s:02}",
    }
    moments = {"0": (0, 0, 0), "0.25": (6, 0, 0), "0.5": (12, 0, 0), "0.6875": (16, 30, 0), "0.75": (18, 0, 0), "46204.6875": (16, 30, 0),
               "0.333333333333333": (8, 0, 0), "0.000011574074074": (0, 0, 1), "0.999988425925926": (23, 59, 59), "0.0416666666666667": (1, 0, 0)}
    for (code, shown), (value, moment) in itertools.product(codes.items(), moments.items()):
        yield code, value, "1900", shown(*moment), "", "ECMA-376 part 1, 18.8.30 and 18.8.31, to the nearest second"
    for value, seconds in (("1.5", 129600), ("2.041666667", 176400), ("0.25", 21600), ("46204.6875", 3992085000), ("100", 8640000)):
        hours, rest = divmod(seconds if value != "46204.6875" else 46204 * 86400 + 59400, 3600)
        minutes, seconds = divmod(rest, 60)
        for code, text in (("[h]:mm", f"{hours}:{minutes:02}"), ("[h]:mm:ss", f"{hours}:{minutes:02}:{seconds:02}"),
                           ("[mm]:ss", f"{hours * 60 + minutes}:{seconds:02}"), ('[hh]"小时"mm"分"', f"{hours:02}小时{minutes:02}分"),
                           ("[ss]", str(hours * 3600 + minutes * 60 + seconds)), ("id:46", f"{hours}:{minutes:02}:{seconds:02}")):
            yield code, value, "1900", text, "", "ECMA-376 part 1, 18.8.31, elapsed time"


def breadth():
    """Codes and values for which only the agreement of the three others is taken."""
    values = "0 1 -1 0.5 -0.5 1234.5 -1234.567 99999.5 12345678.125 -0.001 42 -12.3".split()
    numbers = ["#", "#.#", "#.##", "0.##", "0.0#", "#,###", "#,##0.0##", "?0.0?", "???.???", "0.?", "#.00", "0.", "0_ ", "0.00_)", "#,##0_);(#,##0)",
               "0;-0", "0;-0;;@", "0;;", "0;;0", ";;;", "0.0_);[Red](0.0)", '"正"0.0;"负"0.0;"平"', "0.0;-0.0;—", "+0.0;-0.0;0.0",
               "[$￥-804]#,##0.00", "[$¥-804]0.0", "$#,##0.00", "[$USD] 0.00", "000-0000", "(000) 000-0000", "00\\:00", "0\\-00", "0-00-00", '"No."000',
               "0.0\\%", "@", "0.0°", '"a"0"b"0', '#,##0.00"元"', "第0名", "0分", '0.0 "分"', "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
               "[>0]\"+\"0;[<0]\"-\"0;0", "[>=60]0.0;0.00", "[<60]0.0;0", '[=1]"是";[=0]"否";0', "[>=1000]#,##0;0.0", "[<>0]0.0;\"零\""]
    yield from itertools.product(numbers, values)
    fractions = ["# ?/?", "# ??/??", "# ???/???", "# ?/2", "# ?/4", "# ?/8", "# ??/16", "# ?/10", "# ??/100", "?/?", "??/??"]
    yield from itertools.product(fractions, "0 0.5 0.25 1.5 -2.75 5 12.625 0.333333333333333 0.2 7.125 100.75 123.456 123.45 1234.567".split())
    powers = ["0.00E+00", "0E+0", "0.0E-0", "##0.0E+0", "#0.0E+0", "0.000E+000", "00.0E+0", "#.0E+00"]
    yield from itertools.product(powers, "0 1 12345 -12345 0.00012345 999999 1000000 123456789 0.5 1E-10 1E+20 9.9951".split())
    general = ["General", 'General"分"', '"第"General"名"', "General;-General", "General;-General;", "(General)", '"￥"General', "General_)"]
    yield from itertools.product(general, "0 1 -2.5 85.5 0.1 0.333333333333333 1234567890 12345678901 123456789012 0.0001 0.00001 0.000012345 0.0000123456789 1E-10 1E+15 123456.789012".split())
    serials = "61 46204 46204.6875 46148 36526 45351 2958465".split()
    days = ["yyyy/m/d", "yyyymmdd", "m/d", "d", "dd", "mm-dd", "yyyy-m-d h:mm", "yyyy", "[$-409]d-mmm-yyyy", "[$-409]dddd", '[$-804]yyyy"年"m"月";@',
            'yyyy"年"m"月"d"日" aaaa', "e\"年\"", "yyyy\"年\"m\"月\"d\"日\"h\"时\"", "m\"月\"", "dd/mm/yyyy", "yyyy\\-mm\\-dd;@"]
    yield from itertools.product(days, serials)
    hours = ["h:mm:ss", "mm:ss.0", "mm:ss.00", "h:mm:ss.000", "h\"点\"", "[m]", "[h]\"时\"", "m:ss", "d h:mm", "hh\"：\"mm"]
    yield from itertools.product(hours, "0 0.25 0.6875 0.75 1.5 46204.6875 0.000011574".split())
    yield from itertools.product([f"id:{number}" for number in (*range(0, 5), *range(9, 14), 20, 21, 27, 28, 29, 31, 32, 33, 45, 46, 47, 48, 49)],
                                 "0 1234.5 0.5 46204.6875 12345.5".split())
    texts = ["@", '"甲"@', '@"同志"', '0;0;0;"【"@"】"', "0;0;0;", "0", "0;-0;;@", "0.00;@", "_ @_ "]
    yield from itertools.product(texts, ["'优", "'85", "'不合格"])


def agreed(taken):
    rows = [(code, value, "1900") for code, value in dict.fromkeys(breadth()) if (code, value, "1900") not in taken]
    for (code, value, system), (ssf, numfmt, office) in zip(rows, everybody(rows)):
        alike = {ssf.strip(), office.strip()} | (set() if numfmt is None else {numfmt.strip()})
        # Blanks are kept as two of them have them.
        text = office if office in (ssf, numfmt) else ssf if ssf == numfmt else None
        if len(alike) == 1 and text is not None:
            ink = "-" if re.search(r"\[(Red|Blue)\]", code) else ""
            yield code, value, system, text, ink, AGREED.replace(", numfmt", "") if code.startswith("id:") else AGREED


def main():
    rows = {}
    hand = (tuple(row) for row in read("hand.tsv"))
    for row in itertools.chain(hand, plain(), sections(), ten_thousands(), dates(), times()):
        rows.setdefault(row[:3], row)
    for row in agreed(rows):
        rows.setdefault(row[:3], row)
    lines = [HEAD, *("\t".join(row) for row in rows.values())]
    (CASES / "table.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"number_format_table: {len(rows)} rows")


if __name__ == "__main__":
    main()
