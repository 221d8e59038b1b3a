//! What a sender does not see: each kind of hidden or disguised value, in each format that can have it, in each place where a
//! value counts. Either the reading is that of the plain workbook, or a finding stands at the cell; nothing else may happen.

use std::collections::BTreeMap;

use scorebook::diag::{CellRef, Finding, Severity};
use scorebook::run::{BranchState, Summary, check};

use crate::support::drawn::{Conditional, Drawn, DrawnSheet, FORMATS, Held, Look, branch, written};
use crate::support::{Workdir, done, results, silent};

/// What must become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// Read as the plain workbook is, without another word; of a format without numbers, as a number in a text.
    Read,
    /// Read so, with this note at the cell or its sheet.
    Noted(&'static str),
    /// The branch is returned with one of these errors at the cell.
    Refused(&'static [&'static str]),
}
use Expect::{Noted, Read, Refused};

/// Where a value counts: the scheme, the period, the sheet, the cell's row and column.
const PLACES: [(&str, &str, &str, &str, usize, usize); 5] = [
    ("mark", "community-4", "2026", "积分登记", 1, 3),
    ("deduction", "register-60", "2026Q1", "积分登记-农村党员", 1, 3),
    ("bonus", "register-60", "2026Q1", "积分登记-农村党员", 1, 9),
    ("ballot", "ju-10star", "2026", "民主测评", 1, 2),
    ("roster", "community-4", "2026", "党员名册", 1, 3),
];

type Change = fn(&mut DrawnSheet, usize, usize);

/// A name, what is done, what must come of it, and the formats that have no such thing.
type Kind = (&'static str, Change, Expect, &'static [&'static str]);

fn number(sheet: &mut DrawnSheet, row: usize, column: usize, code: &'static str, shown: impl Fn(f64) -> String) {
    let cell = &mut sheet.rows[row][column];
    let Held::Number(value) = cell.held else { panic!("a number is wanted") };
    (cell.code, cell.shown) = (code, shown(value));
}

/// What can be done to any value: what to expect, and the formats that have no such thing.
const ANYWHERE: [Kind; 18] = [
    ("plain", |_, _, _| (), Read, &[]),
    ("white letters", |sheet, row, column| sheet.rows[row][column].look = Look::White, Noted("hidden-data"), &["csv"]),
    ("struck out", |sheet, row, column| sheet.rows[row][column].look = Look::Struck, Noted("hidden-data"), &["csv"]),
    ("red on red", |sheet, row, column| sheet.rows[row][column].look = Look::Filled, Noted("hidden-data"), &["csv"]),
    (
        "letters in the colour of the ground by another name",
        |sheet, row, column| sheet.rows[row][column].look = Look::Named,
        Noted("hidden-data"),
        &["csv"],
    ),
    (
        "white under a condition",
        |sheet, row, column| sheet.conditional = Some((row, column, Conditional::White)),
        Noted("hidden-data"),
        &["csv"],
    ),
    (
        "white under another's condition",
        |sheet, row, column| sheet.conditional = Some((row, column, Conditional::Perhaps)),
        Noted("hidden-data"),
        &["csv"],
    ),
    ("columns without usual width", |sheet, _, _| sheet.no_width = true, Noted("hidden-data"), &["csv", "html", "ods"]),
    ("rows without usual height", |sheet, _, _| sheet.no_height = true, Noted("hidden-data"), &["csv", "html", "ods", "xlsb"]),
    ("tiny letters", |sheet, row, column| sheet.rows[row][column].look = Look::Tiny, Noted("hidden-data"), &["csv"]),
    ("comment", |sheet, row, column| sheet.rows[row][column].comment = true, Read, &["csv", "html", "xls", "xlsb"]),
    ("hidden row", |sheet, row, _| sheet.hidden_row = Some(row), Noted("hidden-data"), &["csv"]),
    (
        "filtered row",
        |sheet, row, _| {
            sheet.hidden_row = Some(row);
            sheet.filtered = true;
        },
        Noted("hidden-data"),
        &["csv", "xls", "xlsb", "html", "xml2003"],
    ),
    ("hidden column", |sheet, _, column| sheet.hidden_column = Some(column), Noted("hidden-data"), &["csv"]),
    (
        "column without width",
        |sheet, _, column| {
            sheet.hidden_column = Some(column);
            sheet.narrow = true;
        },
        Noted("hidden-data"),
        &["csv"],
    ),
    ("hidden sheet", |sheet, _, _| sheet.hidden = true, Noted("hidden-data"), &["csv"]),
    ("error", |sheet, row, column| sheet.rows[row][column].held = Held::Error, Refused(&["error-value"]), &[]),
    (
        "placeholder",
        |sheet, row, column| sheet.rows[row][column].held = Held::Placeholder,
        Refused(&["uncalculated-formula"]),
        &["csv", "html"],
    ),
];

/// What can be done to a number.
const NUMBERS: [Kind; 14] = [
    ("format of nothing", |sheet, row, column| number(sheet, row, column, ";;;", |_| String::new()), Refused(&["shown-differs"]), &["csv"]),
    (
        "format of nothing under a condition",
        |sheet, row, column| sheet.conditional = Some((row, column, Conditional::Nothing)),
        Refused(&["shown-differs"]),
        &["csv"],
    ),
    (
        "figure of which a part is white",
        |sheet, row, column| {
            let cell = &mut sheet.rows[row][column];
            cell.held = Held::Partly(cell.shown.clone(), "5".into());
        },
        Refused(&["shown-differs"]),
        &["csv"],
    ),
    (
        "percent",
        |sheet, row, column| number(sheet, row, column, "0%", |value| format!("{}%", value * 100.0)),
        Refused(&["shown-differs"]),
        &["csv"],
    ),
    (
        "words",
        |sheet, row, column| number(sheet, row, column, "\"优秀\"", |_| "优秀".into()),
        Refused(&["shown-differs", "not-a-number"]),
        &["csv"],
    ),
    (
        "fewer digits",
        |sheet, row, column| {
            number(sheet, row, column, "0", |value| format!("{value:.0}"));
            let Held::Number(value) = &mut sheet.rows[row][column].held else { panic!() };
            *value += if value.fract() == 0.0 { 0.4 } else { 0.04 };
        },
        Refused(&["shown-differs"]),
        &["csv"],
    ),
    ("word beside General", |sheet, row, column| number(sheet, row, column, "General\"分\"", |value| format!("{value}分")), Read, &[]),
    ("thousandths", |sheet, row, column| number(sheet, row, column, "0.000_ ", |value| format!("{value:.3} ")), Read, &[]),
    (
        "day",
        |sheet, row, column| number(sheet, row, column, "m\"月\"d\"日\"", |_| "1月1日".into()),
        Refused(&["not-a-number", "shown-differs"]),
        &["csv", "ods", "html"],
    ),
    (
        "time",
        |sheet, row, column| number(sheet, row, column, "h:mm", |_| "0:00".into()),
        Refused(&["not-a-number", "shown-differs"]),
        &["csv", "ods", "html"],
    ),
    (
        "time of day",
        |sheet, row, column| {
            sheet.rows[row][column] = Drawn { held: Held::Minutes(570), code: "h:mm", shown: "9:30".into(), ..Drawn::default() };
        },
        Refused(&["not-a-number"]),
        &[],
    ),
    ("picture", |sheet, row, column| sheet.rows[row][column].held = Held::Picture, Refused(&["not-a-number"]), &[]),
    ("beneath a merged cell", |sheet, row, column| sheet.beneath = Some((row, column)), Refused(&["shown-differs"]), &["csv", "html"]),
    (
        "number as text",
        |sheet, row, column| {
            let cell = &mut sheet.rows[row][column];
            cell.held = Held::Text(cell.shown.clone());
        },
        Noted("text-number"),
        &["csv", "html"],
    ),
];

/// What can be done to a word that is needed.
const WORDS: [Kind; 5] = [
    (
        "format of nothing",
        |sheet, row, column| {
            sheet.rows[row][column].code = ";;;";
            sheet.rows[row][column].shown = String::new();
        },
        Refused(&["shown-differs"]),
        &["csv", "html"],
    ),
    (
        "format of nothing under a condition",
        |sheet, row, column| sheet.conditional = Some((row, column, Conditional::Nothing)),
        Refused(&["shown-differs"]),
        &["csv"],
    ),
    (
        "word of which a part is white",
        |sheet, row, column| {
            let cell = &mut sheet.rows[row][column];
            cell.held = Held::Partly(cell.shown.clone(), "甲".into());
        },
        Noted("hidden-data"),
        &["csv"],
    ),
    ("picture", |sheet, row, column| sheet.rows[row][column].held = Held::Picture, Refused(&["unknown-category"]), &[]),
    ("beneath a merged cell", |sheet, row, column| sheet.beneath = Some((row, column)), Refused(&["shown-differs"]), &["csv", "html"]),
];

fn of_branch<'a>(summary: &'a Summary, code: &str) -> (bool, Vec<&'a Finding>, Vec<String>) {
    let at = summary.county.register.branches.iter().position(|branch| branch.code == code).unwrap();
    let findings = summary.resolved.findings.iter().filter(|finding| finding.branch_code.as_deref() == Some(code)).collect();
    let own = results(summary).into_iter().filter(|row| row["branch_code"] == code).map(|mut row| {
        for key in ["branch_code", "branch"] {
            row.as_object_mut().unwrap().remove(key);
        }
        row.to_string()
    });
    (matches!(summary.resolved.branches[at].state, BranchState::Accepted(_)), findings, own.collect())
}

#[test]
fn a_mark_that_nobody_sees_never_counts_in_silence() {
    every_format("mark");
}

#[test]
fn a_deduction_that_nobody_sees_never_counts_in_silence() {
    every_format("deduction");
}

#[test]
fn a_bonus_that_nobody_sees_never_counts_in_silence() {
    every_format("bonus");
}

#[test]
fn a_ballot_that_nobody_sees_never_counts_in_silence() {
    every_format("ballot");
}

#[test]
fn a_roster_that_nobody_sees_never_counts_in_silence() {
    every_format("roster");
}

/// One check per format, of a branch per kind.
fn every_format(place: &str) {
    let (mut wrong, mut cells) = (Vec::new(), 0);
    for (_, scheme, period, name, row, column) in PLACES.into_iter().filter(|(own, ..)| *own == place) {
        for format in FORMATS {
            let of_place: &[Kind] = if place == "roster" { &WORDS } else { &NUMBERS };
            let kinds: Vec<_> = ANYWHERE.iter().chain(of_place).filter(|(.., without)| !without.contains(&format)).collect();
            let mut county = Workdir::empty().settings(scheme, "");
            let codes: Vec<String> = (1..=kinds.len()).map(|number| format!("01{number:02}")).collect();
            for (code, (_, change, ..)) in codes.iter().zip(&kinds) {
                let mut sheets = branch(scheme, code);
                change(sheets.iter_mut().find(|sheet| sheet.name == name).unwrap(), row, column);
                for (ending, bytes) in written(format, &sheets) {
                    county = county.file(&format!("{code}{ending}"), &bytes);
                }
            }
            let lines: Vec<String> = codes.iter().map(|code| format!("{code} | 支部{code} | 第一党委")).collect();
            let summary = county.register(&lines.iter().map(String::as_str).collect::<Vec<_>>()).check(period);
            let (accepted, _, plain) = of_branch(&summary, &codes[0]);
            assert!(accepted && !plain.is_empty(), "{place} {format}: the plain workbook is read: {:?}", summary.resolved.findings);
            for (code, (kind, _, expect, _)) in codes.iter().zip(&kinds) {
                let (accepted, findings, own) = of_branch(&summary, code);
                let at = CellRef { row: row as u32, column: column as u16 };
                let here: BTreeMap<&str, Severity> = findings
                    .iter()
                    .filter(|finding| finding.place.sheet.as_deref() == Some(name) && finding.place.cell.is_none_or(|cell| cell == at))
                    .map(|finding| (finding.code.word(), finding.severity()))
                    .collect();
                let right = match expect {
                    Read => accepted && own == plain && here.keys().all(|code| *code == "text-number"),
                    Noted(code) => accepted && own == plain && here.contains_key(code),
                    Refused(codes) => !accepted && codes.iter().any(|code| here.get(code) == Some(&Severity::Error)),
                };
                cells += 1;
                if !right {
                    let told: Vec<String> = findings.iter().map(|finding| format!("{} {:?}", finding.code, finding.place.cell)).collect();
                    wrong.push(format!("{place} {format} {kind}: accepted {accepted}, as plain {}, {told:?}", own == plain));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cells}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells >= 70, "{cells}");
}

/// The register: a code is read as it is shown, and what cannot be a code stops the run with its cell.
#[test]
fn the_register_is_read_as_it_is_seen() {
    let kinds: [(&str, Change, bool); 19] = [
        ("plain", |_, _, _| (), true),
        (
            "number with a format",
            |sheet, row, column| {
                sheet.rows[row][column] = Drawn { held: Held::Number(101.0), code: "0000", shown: "0101".into(), ..Drawn::default() }
            },
            true,
        ),
        ("white letters", |sheet, row, column| sheet.rows[row][column].look = Look::White, true),
        ("struck out", |sheet, row, column| sheet.rows[row][column].look = Look::Struck, true),
        ("red on red", |sheet, row, column| sheet.rows[row][column].look = Look::Filled, true),
        ("by another name", |sheet, row, column| sheet.rows[row][column].look = Look::Named, true),
        ("tiny letters", |sheet, row, column| sheet.rows[row][column].look = Look::Tiny, true),
        ("white under a condition", |sheet, row, column| sheet.conditional = Some((row, column, Conditional::White)), true),
        ("columns without usual width", |sheet, _, _| sheet.no_width = true, true),
        ("rows without usual height", |sheet, _, _| sheet.no_height = true, true),
        (
            "code of which a part is white",
            |sheet, row, column| sheet.rows[row][column].held = Held::Partly("0101".into(), "5".into()),
            true,
        ),
        (
            "format of nothing",
            |sheet, row, column| sheet.rows[row][column] = Drawn { held: Held::Number(101.0), code: ";;;", ..Drawn::default() },
            false,
        ),
        ("name beneath a merged code", |sheet, row, _| sheet.beneath = Some((row, 1)), false),
        ("hidden row", |sheet, row, _| sheet.hidden_row = Some(row), true),
        ("comment", |sheet, row, column| sheet.rows[row][column].comment = true, true),
        ("hidden column", |sheet, _, column| sheet.hidden_column = Some(column), true),
        ("error", |sheet, row, column| sheet.rows[row][column].held = Held::Error, false),
        ("placeholder", |sheet, row, column| sheet.rows[row][column].held = Held::Placeholder, false),
        ("picture", |sheet, row, column| sheet.rows[row][column].held = Held::Picture, false),
    ];
    for format in FORMATS {
        for (kind, change, read) in &kinds {
            let without: &[&str] = match *kind {
                "placeholder" | "name beneath a merged code" => &["html", "csv"],
                "code of which a part is white" | "format of nothing" => &["csv"],
                _ => &[],
            };
            if without.contains(&format) {
                continue;
            }
            let text = |text: &str| Drawn { held: Held::Text(text.into()), shown: text.into(), ..Drawn::default() };
            let rows =
                [["支部编码", "支部名称", "上级党组织"], ["0101", "支部0101", "第一党委"]].map(|row| row.map(text).to_vec()).to_vec();
            let mut register = DrawnSheet { name: "机构名册".into(), rows, ..DrawnSheet::default() };
            change(&mut register, 1, 0);
            let (_, bytes) = written(format, &[register]).remove(0);
            let county = Workdir::empty().settings("community-4", "").write("机构名册.xlsx", &bytes);
            let (_, branch) = written("xlsx", &branch("community-4", "0101")).remove(0);
            let county = county.file("0101.xlsx", &branch);
            let outcome = check(&county.options("2026"), &silent);
            if *read {
                let summary = done(outcome);
                assert!(
                    matches!(summary.resolved.branches[0].state, BranchState::Accepted(_)),
                    "{format} {kind}: {:?}",
                    summary.resolved.findings
                );
            } else {
                let said = outcome
                    .err()
                    .unwrap_or_else(|| panic!("{format} {kind}: a code that nobody can read"))
                    .message(scorebook::diag::Lang::En);
                let at = if kind.starts_with("name") { "B2" } else { "A2" };
                assert!(said.contains(at), "{format} {kind}: {said}");
            }
        }
    }
}
