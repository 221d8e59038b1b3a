//! What a cell shows: number formats in the PDF as an office shows them in the XLSX.

use super::pages::{day, fonts, printed, texts};
use super::*;
use scorebook::layout::layout;

/// A placeholder, a drawn number or a formula under a number format, as the PDF prints it.
fn shows(content: &str, format: &str) -> String {
    let format = Format::new().set_num_format(format);
    let more = |sheet: &mut Worksheet| {
        let cell = if let Some(formula) = content.strip_prefix('=') {
            sheet.write_formula_with_format(0, 0, Formula::new(formula), &format)
        } else if let Ok(number) = content.parse::<f64>() {
            sheet.write_number_with_format(0, 0, number, &format)
        } else {
            sheet.write_string_with_format(0, 0, content, &format)
        };
        cell.expect("a cell");
        sheet.set_column_width(0, 60).expect("a width");
    };
    texts(&printed(&drawn(&[], more, &[]), &data(0, 0)).1).concat()
}

#[test]
fn number_formats_are_honoured_in_the_pdf() {
    let wrong: Vec<String> = [
        ("{分数}", "0.00", "91.00"),
        ("{分数}", "0", "91"),
        ("1234567.891", "#,##0", "1,234,568"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("0.256", "0%", "26%"),
        ("0.256", "0.0%", "25.6%"),
        ("-2.5", "0.00;[红色]-0.00", "-2.50"),
        ("-2.5", "0.00;[Red]-0.00", "-2.50"),
        ("2.5", "0.00_);(0.00)", "2.50 "),
        ("-2.5", "0.00_);(0.00)", "(2.50)"),
        ("0", "0.00;-0.00;\"零\"", "零"),
        ("0", "0;-0;;@", ""),
        ("5", ";;;", ""),
        ("91", "0\"分\"", "91分"),
        ("91", "第0名", "第91名"),
        ("0.333333333333", "General", "0.333333333"),
        ("=1/3", "General", "0.333333333"),
        ("=1/3", "0.00", "0.33"),
        ("123456789012", "General", "1.23457E+11"),
        ("12345678901", "General", "12345678901"),
        ("91", "@", "91"),
        ("{支部名称}", "@", "向阳{.姓名}支部"),
        ("{支部名称}", "\"甲\"@", "甲向阳{.姓名}支部"),
        ("{制表日期}", "yyyy\"年\"m\"月\"d\"日\"", "2026年5月6日"),
        ("{制表日期}", "[$-804]yyyy\"年\"m\"月\"d\"日\";@", "2026年5月6日"),
        ("{制表日期}", "yyyy-mm-dd", "2026-05-06"),
        ("{制表日期}", "yyyy/m/d;@", "2026/5/6"),
        ("{制表日期}", "[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", "二〇二六年五月六日"),
        ("{制表日期}", "[$-804]aaaa", "星期三"),
        ("{制表日期}", "m/d", "5/6"),
        ("123", "[DBNum1]General", "一百二十三"),
        ("123", "[DBNum1][$-804]General", "一百二十三"),
        ("123", "[DBNum2][$-804]General", "壹佰贰拾叁"),
        ("12.5", "[>=10]\"高\"0.0;[<10]\"低\"0.0", "高12.5"),
        ("46148", "yyyy\"年\"", "2026年"),
        ("0.5", "# ?/?", " 1/2"),
        ("1.5", "# ?/?", "1 1/2"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("7", "00000", "00007"),
        ("123456", "0!.0,\"万\"", "12.3万"),
        ("99999", "0.0,\"千\"", "100.0千"),
        ("-3", "[>=60]0.0;[Red]0.0", "-3.0"),
        ("42", "[>=90]\"优秀\";[>=60]\"合格\"", "42"),
        ("3", "\"第\"General\"名\"", "第3名"),
        ("85.5", "G/通用格式\"分\"", "85.5分"),
        ("120", "[DBNum2][$-804]G/通用格式\"元整\"", "壹佰贰拾元整"),
        ("46204.6875", "上午/下午h\"时\"mm\"分\"", "下午4时30分"),
        ("=AVERAGE(8.57,8.58)", "0.00", "8.58"),
        ("=23/40", "0%", "58%"),
    ]
    .into_iter()
    .filter_map(|(content, format, wanted)| {
        let got = shows(content, format);
        (got.trim() != wanted.trim()).then(|| format!("{content} as {format}: {got:?} instead of {wanted:?}"))
    })
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn data_stays_what_it_is() {
    let mut data = data(1, 0);
    // Text that looks like a formula, a number, a placeholder, code of a header.
    for text in ["=1+1", "+5", "-3", "@SUM(1)", "00123", "{.姓名}", "{{支部}}", "1e5", "2026-05-06", "&P"] {
        data.text("支部名称", text);
        let header = |sheet: &mut Worksheet| _ = sheet.set_header("&L{支部名称}");
        let template = load(&drawn(&[("A1", "{支部名称}"), ("A2", "“{支部名称}”")], header, &[]), &form());
        let book = fill(&template, &data);
        assert_eq!(book.sheets[0].rows[0].cells[0].value, Value::Text(text.into()));
        assert_eq!(book.sheets[0].rows[1].cells[0].value, Value::Text(format!("“{text}”")));
        let laid = layout(&book, fonts(), day()).book;
        assert_eq!(texts(&laid), [format!("{text}|“{text}”")]);
        let header: String = laid.pages[0].furniture.iter().map(|text| text.text.as_str()).collect();
        assert_eq!(header, text);
        // The workbook holds it as text too.
        let bytes = scorebook::xlsx::pages::write(&book, &laid, &scorebook::xlsx::pages::Properties::default()).expect("a workbook");
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>") && sheet.matches("t=\"s\"").count() == 2, "{text}: {sheet}");
    }
}

#[test]
fn drawn_text_keeps_its_zeros_and_signs() {
    let book = filled(&[("A1", "007"), ("B1", "{{年度}}"), ("C1", "￥{年度}"), ("D1", "｛年度｝")], &data(0, 0));
    assert_eq!(lines(&book.sheets[0]), ["007 {年度} ￥2026 ｛年度｝"]);
}
