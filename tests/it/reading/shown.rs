//! What is read by what a cell shows: periods, years, dates of birth and of joining; and pictures, which say nothing.

use scorebook::diag::{Code, Finding, Severity};
use scorebook::run::{BranchState, Summary};
use serde_json::Value;

use crate::support::drawn::{Drawn, DrawnSheet, FORMATS, Held, branch, written};
use crate::support::{Workdir, results};

/// A check of one branch in this format, its sheets changed.
fn checked(format: &str, scheme: &str, period: &str, change: &dyn Fn(&mut Vec<DrawnSheet>)) -> Summary {
    let mut sheets = branch(scheme, "0101");
    change(&mut sheets);
    let county = Workdir::empty().settings(scheme, "").register(&["0101 | 支部0101 | 第一党委"]);
    written(format, &sheets).iter().fold(county, |county, (ending, bytes)| county.file(&format!("0101{ending}"), bytes)).check(period)
}

/// What the accepted branch's members come to.
fn outcomes(summary: &Summary) -> Option<Vec<Value>> {
    matches!(summary.resolved.branches[0].state, BranchState::Accepted(_)).then(|| results(summary))
}

fn of_kind(summary: &Summary, code: Code) -> Vec<&Finding> {
    summary.resolved.findings.iter().filter(|finding| finding.code == code).collect()
}

/// The column of a sheet with this heading, each cell below it.
fn each(sheets: &mut [DrawnSheet], sheet: &str, heading: &str, change: &dyn Fn(usize, &mut Drawn)) {
    let sheet = sheets.iter_mut().find(|own| own.name.starts_with(sheet)).unwrap();
    let column = sheet.rows[0].iter().position(|cell| cell.shown == heading).unwrap();
    for (row, cells) in sheet.rows.iter_mut().enumerate().skip(1) {
        change(row, &mut cells[column]);
    }
}

fn cell(held: Held, code: &'static str, shown: &str) -> Drawn {
    Drawn { held, code, shown: shown.into(), ..Drawn::default() }
}

/// The serial number of the month's first day of 2026.
fn first_of(month: usize) -> u32 {
    [46_023, 46_054, 46_082, 46_113, 46_143, 46_174, 46_204, 46_235, 46_266, 46_296, 46_327, 46_357][month - 1]
}

#[test]
fn a_period_is_what_its_cell_shows() {
    const NAMES: [&str; 4] = ["一", "二", "三", "四"];
    type Shown = fn(usize) -> Drawn;
    let months: [(&str, Shown); 8] = [
        ("number and 月", |month| cell(Held::Number(month as f64), "0\"月\"", &format!("{month}月"))),
        ("two figures and 月份", |month| cell(Held::Number(month as f64), "00\"月份\"", &format!("{month:02}月份"))),
        ("day shown as month", |month| cell(Held::Day(first_of(month)), "m\"月\"", &format!("{month}月"))),
        ("day shown as year and month", |month| cell(Held::Day(first_of(month)), "yyyy\"年\"m\"月\"", &format!("2026年{month}月"))),
        ("day within the month", |month| cell(Held::Day(first_of(month) + 16), "yyyy\"年\"m\"月\";@", &format!("2026年{month}月"))),
        ("day shown by figures", |month| cell(Held::Day(first_of(month)), "yyyy-mm", &format!("2026-{month:02}"))),
        ("day as offices show what was typed as 2026-7", |month| {
            const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            cell(Held::Day(first_of(month)), "[$-409]mmm-yy", &format!("{}-26", NAMES[month - 1]))
        }),
        ("bare number", |month| cell(Held::Number(month as f64), "", &month.to_string())),
    ];
    let quarters: [(&str, Shown); 3] = [
        ("number within words", |quarter| cell(Held::Number(quarter as f64), "\"第\"0\"季度\"", &format!("第{quarter}季度"))),
        ("Chinese numeral", |quarter| {
            cell(Held::Number(quarter as f64), "[DBNum1][$-804]0\"季度\"", &format!("{}季度", NAMES[quarter - 1]))
        }),
        ("General and a word", |quarter| cell(Held::Number(quarter as f64), "General\"季度\"", &format!("{quarter}季度"))),
    ];
    let mut wrong = Vec::new();
    for (scheme, run, kinds) in [("ju-10star", "2026Q1", &months[..]), ("register-60", "2026Q1", &quarters[..])] {
        let plain = outcomes(&checked("xlsx", scheme, run, &|_| ())).expect("the plain branch");
        for format in FORMATS {
            for (kind, shown) in kinds {
                let summary = checked(format, scheme, run, &|sheets| {
                    for name in ["积分登记", "积分登记-农村党员", "积分登记-机关党员"] {
                        if sheets.iter().any(|sheet| sheet.name == name) {
                            // A sheet has the year's months in order; one of quarters has the first.
                            each(sheets, name, "期间", &|row, cell| *cell = shown(row));
                        }
                    }
                });
                if outcomes(&summary).as_ref() != Some(&plain) {
                    let errors = summary.resolved.findings.iter().filter(|finding| finding.severity() == Severity::Error);
                    wrong.push(format!("{scheme} {format} {kind}: {:?}", errors.map(|one| (one.code, &one.value)).collect::<Vec<_>>()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_year_is_what_its_cell_shows() {
    for format in FORMATS {
        for year in [
            cell(Held::Day(first_of(1)), "yyyy\"年\"", "2026年"),
            cell(Held::Day(first_of(12)), "yyyy", "2026"),
            cell(Held::Number(2026.0), "0\"年\"", "2026年"),
            cell(Held::Number(2026.0), "0\"年度\"", "2026年度"),
        ] {
            let shown = year.shown.clone();
            let summary = checked(format, "community-4", "2026", &|sheets| sheets[0].rows[2][1] = year.clone());
            assert!(outcomes(&summary).is_some(), "{format} {shown}: {:?}", summary.resolved.findings);
        }
    }
}

/// The identity number says 1985-05-18, the cell its month only: what the sheet does not show is not held against it.
#[test]
fn a_date_of_birth_has_the_day_that_its_cell_shows() {
    let born = |serial, code, shown: &str| cell(Held::Day(serial), code, shown);
    for (kind, date, differs) in [
        ("month", born(31_168, "yyyy\"年\"m\"月\"", "1985年5月"), false),
        ("month by figures", born(31_168, "yyyy.mm", "1985.05"), false),
        ("month with a slash", born(31_168, "yyyy/m", "1985/5"), false),
        ("month in English", born(31_168, "[$-409]mmm-yy", "May-85"), false),
        ("month of a short year", born(31_168, "yy\"年\"m\"月\"", "85年5月"), false),
        ("whole day", born(31_185, "yyyy-mm-dd", "1985-05-18"), false),
        ("another month", born(31_199, "yyyy\"年\"m\"月\"", "1985年6月"), true),
        ("another day", born(31_168, "yyyy-mm-dd", "1985-05-01"), true),
    ] {
        for format in FORMATS {
            let summary = checked(format, "community-4", "2026", &|sheets| {
                let roster = sheets.iter_mut().find(|sheet| sheet.name == "党员名册").unwrap();
                for (row, cells) in roster.rows.iter_mut().enumerate() {
                    let text = |text: &str| cell(Held::Text(text.into()), "", text);
                    let (id, born) = match row {
                        0 => (text("身份证号"), text("出生日期")),
                        1 => (text("360102198505180016"), date.clone()),
                        _ => (text("360102197209060023"), text("1972-09-06")),
                    };
                    cells.extend([id, born]);
                }
            });
            assert!(outcomes(&summary).is_some(), "{format} {kind}: {:?}", summary.resolved.findings);
            assert_eq!(!of_kind(&summary, Code::IdBirthdateMismatch).is_empty(), differs, "{format} {kind}");
        }
    }
}

/// What stands for a picture is a text of the program that put it there: in no column is it read, and no paper prints it.
#[test]
fn a_picture_is_noted_and_says_nothing() {
    for format in FORMATS {
        for heading in ["职务", "帮带人", "备注"] {
            let summary = checked(format, "community-4", "2026", &|sheets| {
                let roster = sheets.iter_mut().find(|sheet| sheet.name == "党员名册").unwrap();
                for (row, cells) in roster.rows.iter_mut().enumerate() {
                    cells.push(if row == 0 { cell(Held::Text(heading.into()), "", heading) } else { cell(Held::Picture, "", "") });
                }
            });
            let rows = outcomes(&summary).unwrap_or_else(|| panic!("{format} {heading}: {:?}", summary.resolved.findings));
            let notes = of_kind(&summary, Code::PictureInCell);
            assert_eq!(notes.len(), rows.len(), "{format} {heading}: {:?}", summary.resolved.findings);
            assert!(notes.iter().all(|note| note.severity() == Severity::Note && note.place.cell.is_some()), "{format} {heading}");
            let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { unreachable!("accepted above") };
            for member in &card.submission.members {
                let said = [&member.post, &member.helper].map(|text| text.as_deref().unwrap_or_default().to_owned());
                assert_eq!(said, ["", ""], "{format} {heading}");
            }
        }
    }
}
