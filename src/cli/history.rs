//! ```text
//! 张三：3 条记录（凭身份证号认定为同一人）
//!   年度  县      支部              积分制      积分   等次  星级  名次   其他
//!   2024  360102  0101 东一支部     ju-10star   91.00  优秀  9     2/21   年度之星
//!   2025  360102  0203 西三支部     ju-10star   88.50  合格  8     5/30
//!     转入，原在 360102 0101 东一支部
//! ```

use std::path::Path;

use serde_json::{Value, json};

use crate::archive;
use crate::bag::{Person, Year};
use crate::words::width;

use super::printer::{Printer, pad};

/// `scorebook history`: one person's years over many bags. 1 where nobody of the name is found.
pub fn history(printer: &Printer, dir: &Path, name: &str) -> u8 {
    let history = match archive::history(dir, name) {
        Ok(history) => history,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    if history.bags == 0 {
        printer.fault(printer.text("history-no-bags", &[("folder", &dir.display().to_string())]));
        return 2;
    }
    for bag in &history.unusable {
        printer.fault(printer.text("history-unusable", &[("folder", &bag.display().to_string())]));
    }
    for person in &history.people {
        if printer.json() {
            printer.record(&to_json(person));
        } else {
            print(printer, name, person);
        }
    }
    if history.keys.len() > 1 {
        let marks = history.keys.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        printer.fault_lines(printer.text("history-keys", &[("keys", &marks)]));
    }
    if history.people.is_empty() && printer.json() {
        printer.record(&json!({ "by": null, "years": [], "bags": history.bags }));
    } else if history.people.is_empty() {
        printer.line(printer.text("history-none", &[("name", name), ("bags", &history.bags.to_string())]));
    }
    u8::from(history.people.is_empty() || !history.unusable.is_empty())
}

fn print(printer: &Printer, name: &str, person: &Person) {
    let (years, by) = (person.years.len().to_string(), if person.by_number { "number" } else { "name" });
    printer.line(printer.text("history-person", &[("name", name), ("years", &years), ("by", by)]));
    let headings: Vec<String> = [
        "history-year",
        "history-county",
        "history-branch",
        "history-scheme",
        "history-total",
        "history-grade",
        "history-stars",
        "history-rank",
        "history-other",
    ]
    .iter()
    .map(|key| printer.text(key, &[]))
    .collect();
    let rows: Vec<Vec<String>> = person.years.iter().map(|year| cells(year, name)).collect();
    let widths: Vec<usize> =
        (0..headings.len()).map(|at| rows.iter().map(|row| width(&row[at])).chain([width(&headings[at])]).max().unwrap_or(0)).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        format!("  {}", padded.join("  ")).trim_end().to_owned()
    };
    printer.line(line(&headings));
    let moved = person.transfers();
    for (at, row) in rows.iter().enumerate() {
        printer.line(line(row));
        if moved.contains(&at) {
            let before = &person.years[at - 1];
            let branch = format!("{} {}", before.branch_code, before.branch);
            printer.line(printer.text("history-transfer", &[("county", &before.county_name), ("branch", &branch)]));
        }
    }
}

fn cells(year: &Year, name: &str) -> Vec<String> {
    let dash = || "—".to_owned();
    let own = Some(year.name.as_str()).filter(|own| *own != name);
    let words = [own, Some(year.honours.as_str()), Some(year.veto.as_str()), year.letter.as_deref(), Some(year.flags.as_str())];
    vec![
        year.year.to_string(),
        year.county_name.clone(),
        format!("{} {}", year.branch_code, year.branch),
        year.scheme.clone(),
        year.total.clone().unwrap_or_else(dash),
        year.grade.clone().unwrap_or_else(dash),
        year.stars.map_or_else(dash, |stars| stars.to_string()),
        year.rank.map_or_else(dash, |(rank, of)| format!("{rank}/{of}")),
        words.into_iter().flatten().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  "),
    ]
}

fn to_json(person: &Person) -> Value {
    let transfers = person.transfers();
    let years: Vec<Value> = person
        .years
        .iter()
        .enumerate()
        .map(|(at, year)| {
            let list = |words: &str| words.split(';').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            json!({
                "year": year.year,
                "county": year.county,
                "county_name": year.county_name,
                "committee": year.committee,
                "branch_code": year.branch_code,
                "branch": year.branch,
                "name": year.name,
                "category": year.category,
                "scheme": year.scheme,
                "figures": serde_json::from_str::<Value>(&year.figures).unwrap_or(Value::Null),
                "total": year.total,
                "grade": year.grade,
                "stars": year.stars,
                "rank": year.rank.map(|(rank, _)| rank),
                "rank_of": year.rank.map(|(_, of)| of),
                "honours": list(&year.honours),
                "veto": list(&year.veto),
                "letter": year.letter,
                "flags": list(&year.flags),
                "transferred": transfers.contains(&at),
            })
        })
        .collect();
    json!({ "by": if person.by_number { "identity-number" } else { "name-and-branch" }, "years": years })
}
