//! The table of number formats: each code with a value, the text that an office shows, and where that is said.

use std::path::Path;

use scorebook::exact::Decimal;
use scorebook::number_format::{Format, Shown, Value};

/// The lines of the table below its first, which says what stands in it.
fn rows() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/number_format/table.tsv");
    let text = std::fs::read_to_string(path).expect("the table");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn shown(code: &str, value: &str, system: &str) -> Shown {
    let format = match code.strip_prefix("id:") {
        Some(number) => Format::builtin(number.parse().expect("a number")),
        None => Format::parse(code),
    };
    let value = match value {
        "TRUE" | "FALSE" => Value::Bool(value == "TRUE"),
        text if text.starts_with('\'') => Value::Text(&text[1..]),
        number => Value::Number(Decimal::parse(number).expect("a number")),
    };
    format.show(value, system == "1904")
}

#[test]
fn every_row_of_the_table_is_shown_as_it_says() {
    let rows = rows();
    assert!(rows.len() >= 1500, "{} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let [code, value, system, text, ink, source] = row.as_slice() else { return Some(format!("{row:?} has not six cells")) };
            let shown = shown(code, value, system);
            let color = shown.color.map_or_else(String::new, |color| format!("{:02X}{:02X}{:02X}", color.0, color.1, color.2));
            let right = shown.text == *text && (ink == "-" || color == *ink);
            (!right).then(|| format!("{code} of {value} ({system}): {:?} {color} instead of {text:?} {ink}; {source}", shown.text))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn a_file_s_code_shows_what_the_drawn_one_shows() {
    // What goes into an XLSX is read by offices that do not know the words of the Chinese surface.
    for row in rows().iter().filter(|row| !row[0].starts_with("id:")) {
        let written = scorebook::number_format::for_file(&row[0]);
        assert_eq!(shown(&written, &row[1], &row[2]), shown(&row[0], &row[1], &row[2]), "{} as {written}", row[0]);
        let outside_quotes: String = written.split('"').step_by(2).collect();
        for word in ["红", "颜色", "通用格式", "上午"] {
            assert!(!outside_quotes.contains(word), "{written}");
        }
    }
}
