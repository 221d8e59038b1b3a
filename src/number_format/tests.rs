use super::{Format, Value};
use crate::exact::Decimal;

fn text(code: &str, value: &str) -> String {
    let number = Decimal::parse(value).map_or(Value::Text(value), Value::Number);
    Format::parse(code).text(number, false)
}

#[test]
fn values_show_as_in_an_office() {
    let mut wrong = Vec::new();
    for (code, value, wanted) in [
        ("0.00", "1.005", "1.01"),
        ("0%", "0.575", "58%"),
        ("0.0,\"千\"", "99999", "100.0千"),
        ("0\\.0,\"万元\"", "123456789", "12345.7万元"),
        ("# ?/?", "123.456", "123 1/2"),
        ("# ??/??", "5", "5      "),
        ("##0.0E+0", "12345", "12.3E+3"),
        ("0.00E+00", "0", "0.00E+00"),
        ("General", "123456789012", "1.23457E+11"),
        ("000-0000", "5551234", "555-1234"),
        ("#,##0", "1234567", "1,234,567"),
        ("00,000", "12", "00,012"),
        ("#.##", "0.5", ".5"),
        (".00", "12.5", "12.50"),
        ("0.0?", "1.5", "1.5 "),
        ("[h]:mm", "1.5", "36:00"),
        ("mm:ss.0", "0.000011574074", "00:01.0"),
        ("yyyy-mm-dd", "60", "1900-02-29"),
        ("yyyy-mm-dd", "1", "1900-01-01"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("yyyy-mm-dd", "2958465", "9999-12-31"),
        ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", "46148", "二〇二六年五月六日"),
        ("# ??/??", "123.456", "123 26/57"),
        ("[=1]\"男\";[=2]\"女\"", "3", "3"),
    ] {
        let shown = text(code, value);
        if shown != wanted {
            wrong.push(format!("{code} {value}: {shown:?} instead of {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn knows_a_date_by_its_format() {
    for date in [
        "DD/MM/YY",
        "H:MM:SS;@",
        "m\"M\"d\"D\";@",
        "[h]:mm:ss",
        "[ss]",
        "[s].000",
        "[mm]",
        "[Blue]\\+[h]:mm;[Red]\\-[h]:mm",
        "[>=100][Magenta][s].00",
        "ha/p\\\\m",
        "*-yyyy-mm-dd",
        "yyyy\"年\"m\"月\"d\"日\";@",
        "[$-804]yyyy\"年\"m\"月\"",
        "[DBNum1]m\"月\"",
        "上午/下午h\"时\"mm\"分\"",
        "h:mm AM/PM",
        "a/p",
    ] {
        assert!(Format::parse(date).is_date(), "{date}");
    }
    for other in [
        "General",
        "G/通用格式",
        "0.0_);[Red]\\(0.0\\)",
        "#,##0\\ [$\\u20bd-46D]",
        "\"Y: \"0.00\"m\";\"Y: \"-0.00\"m\"",
        "0_ ;[Red]\\-0\\ ",
        "\\Y000000",
        "#,##0.0####\" YMD\"",
        "[>=100][Magenta]General",
        "#,##0*y",
        "0\"x\"*d",
        "@",
        "0.0\"分\"",
        "_-¥* #,##0",
        "\"",
    ] {
        assert!(!Format::parse(other).is_date(), "{other}");
    }
}
