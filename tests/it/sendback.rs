//! What goes out and comes back: blank workbooks filled in, marked workbooks sent again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scorebook::archive::{ArchiveOrder, archive};
use scorebook::county::{Branch, Life};
use scorebook::diag::{Code, Severity};
use scorebook::issue::{self, Listed};
use scorebook::run::{BranchState, Options, Summary, check, prepare, run};
use scorebook::sheet::{Book, Content, Limits, read};
use scorebook::submission::shown;
use scorebook::table::Value;
use scorebook::xlsx::blank::{self, Blank, Body, Column, Entry};
use scorebook::xlsx::marked::LIST;

use crate::support::drawn::{Drawn, DrawnSheet, Held, branch, written};
use crate::support::{self, Workdir, base, case, done, sheet_of, silent, workbook};

fn options(workspace: &Path) -> Options {
    Options { workspace: workspace.to_owned(), jobs: Some(1), forms: Some(vec!["return".into()]), ..Options::default() }
}

fn checked(workspace: &Path) -> Summary {
    check(&options(workspace), &silent).unwrap()
}

/// What a clerk would enter: full marks, deductions of nothing, a day, two reviewers.
fn entered(column: &Column, row: usize) -> Value {
    match (&column.entry, column.heading.as_str()) {
        (_, "记录人") => "甲".into(),
        (_, "复核人") => "乙".into(),
        (Entry::Number { max, min, .. }, _) if column.required && !min.is_negative() => Value::Number(*max),
        (Entry::Number { min, .. }, _) if min.is_negative() => Value::Number(scorebook::exact::Decimal::new(0, 0)),
        (Entry::OneOf(words), _) if column.required => words[row % words.len()].as_str().into(),
        _ => Value::Empty,
    }
}

fn filled(blank: &mut Blank) {
    for sheet in &mut blank.sheets {
        let Body::Table { columns, rows, limits, .. } = &mut sheet.body else { continue };
        if sheet.name == "党员名册" {
            continue;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            let known = row.len();
            row.extend(columns[known..].iter().map(|column| match (entered(column, at), limits.get(at)) {
                (Value::Number(_), Some(limit)) => Value::Number(*limit),
                (value, _) => value,
            }));
        }
    }
}

#[test]
fn blank_workbooks_filled_in_read_without_an_error() {
    for (scheme, total) in [
        ("ju-10star", "100.00"),
        ("register-60", "80.00"),
        ("community-4", "100.00"),
        ("detail-cap", "100.00"),
        ("two-way-rank", "100.00"),
        ("enterprise-82", "100.00"),
        ("fuxian-418", "100.00"),
        ("hospital-dual", "100.00"),
    ] {
        let name = format!("clean-{scheme}");
        let before = crate::support::checked(&format!("tests/cases/{name}"), "2026");
        let folder = Workdir::like(&name);
        let county = prepare(&options(folder.path())).unwrap();
        let shared = issue::County {
            issuer: &county.workspace.issuer,
            year: county.run.year,
            date: county.date,
            schemes: &county.schemes,
            categories: &county.workspace.categories,
            deadlines: &[],
        };
        let mut scored = 0;
        for (at, state) in before.resolved.states().enumerate() {
            let BranchState::Accepted(card) = state else { continue };
            let branch: &Branch = &county.register.branches[at];
            let roster: Vec<Listed> = card.submission.members.iter().map(Listed::from).collect();
            let first = scored == 0;
            scored += roster.iter().filter(|member| member.exempt.is_none()).count();
            let mut book = issue::workbook(&shared, branch, &roster, &|category| county.scheme_of(at, category));
            filled(&mut book);
            let bytes = blank::write(&book).unwrap();
            if first {
                assert_eq!(bytes, blank::write(&book).unwrap(), "{name}: the same bytes every time");
            }
            std::fs::write(folder.path().join("inbox").join(format!("{}.xlsx", branch.code)), bytes).unwrap();
        }
        assert!(scored > 10);
        let after = checked(folder.path());
        let said = |code: Code| !matches!(code, Code::UniformMarks | Code::MissingSubmission | Code::NotScored | Code::EarlyPosting);
        let findings: Vec<String> =
            after.resolved.findings.iter().filter(|finding| said(finding.code)).map(|finding| format!("{finding:?}")).collect();
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        let totals = after.resolved.states().filter_map(|state| match state {
            BranchState::Accepted(card) => Some(card),
            _ => None,
        });
        let totals: Vec<String> = totals
            .flat_map(|card| card.outcomes.iter())
            .filter(|outcome| matches!(outcome.kind, scorebook::rollup::OutcomeKind::Member(_)))
            .filter_map(|outcome| outcome.score.total.as_ref().map(|total| total.publish(2)))
            .collect();
        assert_eq!(totals.len(), scored, "{name}");
        assert!(totals.iter().all(|own| own == total), "{name}: {totals:?}");
    }
}

#[test]
fn an_unknown_branch_gets_the_sheets_of_every_category() {
    let folder = Workdir::like("clean-register-60");
    let county = prepare(&options(folder.path())).unwrap();
    let shared = issue::County {
        issuer: "县",
        year: 2026,
        date: county.date,
        schemes: &county.schemes,
        categories: &county.workspace.categories,
        deadlines: &[],
    };
    let branch = Branch { code: "0101".into(), name: "东支部".into(), committee: "党委".into(), ..Branch::default() };
    let names = |branch: &Branch| -> Vec<String> {
        issue::workbook(&shared, branch, &[], &|_| 0).sheets.into_iter().map(|sheet| sheet.name).collect()
    };
    assert_eq!(names(&branch).iter().filter(|name| name.starts_with("积分登记-")).count(), 5);
    let village = Branch { kind: Some("农村".into()), ..branch };
    let entries: Vec<String> = names(&village).into_iter().filter(|name| name.starts_with("积分登记")).collect();
    assert_eq!((entries.len(), entries[0].as_str()), (5, "积分登记-农村党员"), "its own first, then those of whoever may join");
}

#[test]
fn a_branch_gets_no_rows_for_months_in_which_it_is_not_there() {
    let folder = Workdir::like("clean-ju-10star");
    let county = prepare(&options(folder.path())).unwrap();
    let shared = issue::County {
        issuer: "县",
        year: 2026,
        date: county.date,
        schemes: &county.schemes,
        categories: &county.workspace.categories,
        deadlines: &[],
    };
    let listed = |name: &str, first_month: u8| Listed {
        name: name.into(),
        category: "农村党员".into(),
        first_month,
        last_month: 12,
        ..Listed::default()
    };
    let roster = [listed("甲", 1), listed("乙", 10)];
    let periods = |life: Life| -> (usize, String, String) {
        let branch = Branch { code: "0101".into(), name: "东支部".into(), committee: "党委".into(), life, ..Branch::default() };
        let blank = issue::workbook(&shared, &branch, &roster, &|_| county.schemes.iter().position(|own| own.id == "ju-10star").unwrap());
        let sheet = blank.sheets.iter().find(|sheet| sheet.name.starts_with("积分登记")).unwrap();
        let blank::Body::Table { rows, .. } = &sheet.body else { panic!("a table") };
        let text = |value: &Value| if let Value::Text(text) = value { text.clone() } else { String::new() };
        let row = |row: &Vec<Value>| format!("{}{}", text(&row[1]), text(&row[2]));
        (rows.len(), row(&rows[0]), row(&rows[rows.len() - 1]))
    };
    assert_eq!(periods(Life::default()), (12 + 3, "甲1月".into(), "乙12月".into()));
    assert_eq!(periods(Life { founded: Some(6), ..Life::default() }), (7 + 3, "甲6月".into(), "乙12月".into()));
    let merged = Life { into: Some("0102".into()), merged: Some(7), ..Life::default() };
    assert_eq!(periods(merged), (6, "甲1月".into(), "甲6月".into()));
}

fn book(path: &Path) -> Book {
    read("x", &std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// The one file of a folder whose name ends so.
fn ending(folder: &Path, end: &str) -> Option<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.to_string_lossy().ends_with(end))
}

#[test]
fn a_marked_workbook_says_what_was_sent_and_supersedes_it() {
    let folder = Workdir::like("messy-register-60");
    let faulty = crate::support::checked("tests/cases/messy-register-60", "2026");
    let returned = |summary: &Summary| -> Vec<(String, String, Option<String>)> {
        let errors =
            summary.resolved.findings.iter().filter(|finding| finding.severity() == Severity::Error && finding.place.cell.is_some());
        errors
            .map(|finding| {
                let place = &finding.place;
                (
                    finding.code.word().to_owned(),
                    place.sheet.as_deref().unwrap_or_default().to_owned(),
                    place.cell.map(|cell| cell.to_string()),
                )
            })
            .collect()
    };
    let files: Vec<PathBuf> = faulty
        .resolved
        .findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error && finding.place.cell.is_some())
        .filter_map(|finding| finding.place.file.as_deref())
        .filter(|file| Path::new(file).extension().is_some_and(|extension| extension == "xlsx"))
        .map(|file| case("messy-register-60").join("inbox").join(file))
        .collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in &files {
        std::fs::copy(file, folder.path().join("inbox").join(file.file_name().unwrap())).unwrap();
    }
    let first = run(&options(folder.path()), &silent).unwrap();
    let before = returned(&first);
    for file in &files {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let marked =
            ending(first.folder.as_ref().unwrap(), &format!("{stem}-标注.xlsx")).unwrap_or_else(|| panic!("no marked copy of {stem}"));
        let (sent, copy) = (book(file), book(&marked));
        assert_eq!(&*copy.sheets[0].name, LIST);
        assert!(copy.returns.is_some());
        assert!(!format!("{:?}", copy.sheets[0].rows).contains("原件如有宏"), "{stem}: nothing was left out");
        for (own, copied) in sent.sheets.iter().zip(&copy.sheets[1..]) {
            // Rows that are missing stand at the end of their table.
            let cells = |rows: &[scorebook::sheet::Row]| rows.iter().map(|row| format!("{:?}", row.cells)).collect::<Vec<_>>();
            let (sent, mut copied_rows) = (cells(&own.rows), cells(&copied.rows));
            copied_rows.retain(|row| sent.contains(row));
            assert!(own.name == copied.name && copied_rows == sent, "{stem}: {}", own.name);
        }
        assert_eq!(copy.sheets.len(), sent.sheets.len() + 1);
        std::fs::copy(&marked, folder.path().join("inbox").join(format!("{stem}-改.xlsx"))).unwrap();
    }
    let second = checked(folder.path());
    // Nothing was corrected, so the same is wrong with the copies; and the rows that were added are still to be filled in.
    let after = returned(&second);
    assert!(before.iter().all(|fault| after.contains(fault)), "{before:?} {after:?}");
    let added: Vec<_> = after.iter().filter(|fault| !before.contains(fault)).collect();
    assert!(added.iter().all(|(code, ..)| code == "unknown-period"), "{added:?}");
    let superseded = second.resolved.findings.iter().filter(|finding| finding.code == Code::SupersededSubmission).count();
    assert_eq!(superseded, files.len());
    assert!(
        second.resolved.findings.iter().all(|finding| finding.place.sheet.as_deref() != Some(LIST)),
        "the list is no sheet of the branch"
    );
}

/// The parts of a zip archive, by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut content = |name: &str| {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut content).unwrap();
        content
    };
    names.into_iter().map(|name| (name.clone(), content(&name))).collect()
}

/// Each row of 支部积分 that is missing stands below the others, and the line of the list that is about it leads there.
#[test]
fn missing_rows_of_the_branch_itself_are_added() {
    let sent = book(&ending(&case("clean-hospital-dual").join("inbox"), ".xlsx").unwrap());
    let drawn = |sheet: &scorebook::sheet::Sheet| -> Vec<Vec<String>> {
        let cell = |row: u32, column: u16| match sheet.get(row, column) {
            Some(Content::Text(text)) => format!("'{text}"),
            content => content.map(shown).unwrap_or_default(),
        };
        let rows = 0..=sheet.rows.last().map_or(0, |row| row.index);
        rows.map(|row| (0..24).map(|column| cell(row, column)).collect()).collect()
    };
    let mut sheets: support::Sheets = sent.sheets.iter().map(|sheet| (sheet.name.to_string(), drawn(sheet))).collect();
    let own = sheet_of(&mut sheets, "支部积分");
    let first = own.iter().position(|row| row[1] == "'一季度").unwrap();
    let lost: Vec<Vec<String>> = own.drain(first..first + 2).collect();
    let folder = Workdir::like("clean-hospital-dual").workbook("x.xlsx", &sheets);
    let done = run(&options(folder.path()), &silent).unwrap();
    let copy = book(&ending(done.folder.as_ref().unwrap(), "x-标注.xlsx").expect("a marked copy"));
    let text = |sheet: &str, row: u32, column: u16| {
        let sheet = copy.sheets.iter().find(|own| &*own.name == sheet).unwrap();
        sheet.get(row, column).map(shown).unwrap_or_default()
    };
    let bottom = copy.sheets.iter().find(|own| &*own.name == "支部积分").unwrap().rows.last().unwrap().index;
    for row in [bottom - 1, bottom] {
        let item = text("支部积分", row, 0);
        assert!(lost.iter().any(|own| own[0] == format!("'{item}") && own[1] == format!("'{}", text("支部积分", row, 1))), "{item}");
        let listed = (0..20).find(|at| text(LIST, *at, 3) == format!("D{}", row + 1)).expect("a line of the list");
        assert!(text(LIST, listed, 5).contains(&item), "{item}");
    }
}

/// With `language = "en"` nothing of the list of findings, nor of the first sheet of a marked copy, is headed in Chinese.
#[test]
fn written_reports_are_headed_in_the_language_of_the_settings() {
    let mut sheets = base("community-4");
    "优秀".clone_into(&mut sheet_of(&mut sheets, "积分登记")[1][3]);
    let county = Workdir::county("community-4").settings("community-4", "language = \"en\"\n").workbook("x.xlsx", &sheets);
    let done = run(&options(county.path()), &silent).unwrap();
    let out = done.folder.as_ref().unwrap();
    let (list, copy) = (book(&out.join("问题清单.xlsx")), book(&ending(out, "x-标注.xlsx").unwrap()));
    for (sheet, heading) in list.sheets.iter().map(|sheet| (sheet, 1)).chain([(&copy.sheets[0], 2)]) {
        let row = sheet.rows.iter().find(|row| row.index >= heading && row.cells.len() > 5).unwrap();
        let written: Vec<String> = row.cells.iter().map(|cell| shown(&cell.content)).collect();
        assert!(written.iter().all(|text| text.is_ascii()), "{}: {written:?}", sheet.name);
    }
    assert!(shown(copy.sheets[0].get(0, 0).unwrap()).contains("why the submission was returned"));
}

/// A branch whose sheet ends with a line to be signed, and which lacks two rows: they stand above that line, which goes down with what
/// belongs to it, in a package that is changed as in a workbook that is written anew.
#[test]
fn missing_rows_stand_inside_the_table_and_what_is_below_makes_room() {
    let mut sheets = base("community-4");
    let own = sheet_of(&mut sheets, "积分登记");
    let rows = own.len();
    let lost: Vec<Vec<String>> = own.drain(rows - 2..).collect();
    let end = own.len() as u32; // the row behind the last one that is left
    own.push(vec![String::new()]);
    own.push(support::cells("合计 | | 共 | 1"));
    own.push(support::cells("填报人签字："));
    let sent = workbook(&sheets, &[]);
    let (_, anew) = written("ods", &bare(&read("x.xlsx", &sent, &Limits::default()).unwrap())).remove(0);
    for (name, bytes) in [("x.xlsx", sent), ("x.ods", anew)] {
        let county = Workdir::county("community-4").file(name, &bytes);
        let done = run(&options(county.path()), &silent).unwrap();
        let out = done.folder.as_ref().unwrap();
        let copy = book(&ending(out, "-标注.xlsx").unwrap_or_else(|| panic!("{name}: {:#?}", done.resolved.findings)));
        let sheet = copy.sheets.iter().find(|sheet| &*sheet.name == "积分登记").unwrap();
        let text = |row: u32, column: u16| sheet.get(row, column).map(shown).unwrap_or_default();
        for row in [end, end + 1] {
            assert!(lost.iter().any(|own| own[1] == text(row, 1)), "{name}: {:?}", text(row, 1));
        }
        assert_eq!([text(end + 2, 0), text(end + 3, 0), text(end + 4, 0)], ["", "合计", "填报人签字："], "{name}");
    }
}

/// What a workbook holds, to be written in another format, which keeps nothing else of it.
fn bare(book: &Book) -> Vec<DrawnSheet> {
    let held = |content: &Content| match content {
        Content::Number(number) => Held::Number(number.to_stored()),
        Content::Date(at) => Held::Text(at.date().to_string()),
        Content::Text(text) => Held::Text(text.to_string()),
        _ => Held::Nothing,
    };
    let rows = |sheet: &scorebook::sheet::Sheet| {
        let mut rows = vec![Vec::new(); sheet.rows.last().map_or(0, |row| row.index as usize + 1)];
        for row in &sheet.rows {
            let cells: &mut Vec<Drawn> = &mut rows[row.index as usize];
            cells.resize(row.cells.last().map_or(0, |cell| usize::from(cell.column) + 1), Drawn::default());
            for cell in &row.cells {
                let own = &mut cells[usize::from(cell.column)];
                own.held = held(&cell.content);
                if let Content::Number(number) = &cell.content {
                    own.shown = number.to_string();
                }
            }
        }
        rows
    };
    book.sheets.iter().map(|sheet| DrawnSheet { name: sheet.name.to_string(), rows: rows(sheet), ..DrawnSheet::default() }).collect()
}

#[test]
fn copies_in_other_formats_are_dressed_like_the_workbook_that_was_handed_out() {
    let before = crate::support::checked("tests/cases/clean-ju-10star", "2026");
    let (at, card) = before
        .resolved
        .states()
        .enumerate()
        .find_map(|(at, state)| if let BranchState::Accepted(card) = state { Some((at, card)) } else { None })
        .unwrap();
    for format in ["ods", "xls", "csv", "xml2003", "html"] {
        let folder = Workdir::like("clean-ju-10star");
        let county = prepare(&options(folder.path())).unwrap();
        let shared = issue::County {
            issuer: &county.workspace.issuer,
            year: county.run.year,
            date: county.date,
            schemes: &county.schemes,
            categories: &county.workspace.categories,
            deadlines: &[],
        };
        let roster: Vec<Listed> = card.submission.members.iter().map(Listed::from).collect();
        let mut handed_out = issue::workbook(&shared, &county.register.branches[at], &roster, &|category| county.scheme_of(at, category));
        filled(&mut handed_out);
        let entries = handed_out.sheets.iter_mut().find(|sheet| sheet.name.starts_with("积分登记")).unwrap();
        let Body::Table { rows, columns, .. } = &mut entries.body else { panic!("a table") };
        let mark = columns.iter().position(|column| matches!(&column.entry, Entry::Number { .. }) && column.required).unwrap();
        rows[0][mark] = 99.into();
        let blank = blank::write(&handed_out).unwrap();
        let sent = read("x", &blank, &Limits::default()).unwrap();
        for (ending, bytes) in written(format, &bare(&sent)) {
            std::fs::write(folder.path().join("inbox").join(format!("0101{ending}")), bytes).unwrap();
        }
        let summary = run(&options(folder.path()), &silent).unwrap();
        let marked = std::fs::read(
            ending(summary.folder.as_ref().unwrap(), "-标注.xlsx").unwrap_or_else(|| panic!("{format}: {:?}", summary.resolved.findings)),
        )
        .unwrap();
        let copy = read("x", &marked, &Limits::default()).unwrap();
        let dress = |bytes: &[u8], book: &Book, name: &str| {
            let number = book.sheets.iter().position(|sheet| &*sheet.name == name).unwrap() + 1;
            let xml = String::from_utf8(parts(bytes)[&format!("xl/worksheets/sheet{number}.xml")].clone()).unwrap();
            let all = |begin: &str| xml.matches(begin).count();
            let width = |column: &str| {
                let tag = xml.split("<col ").skip(1).find(|tag| tag.starts_with(&format!("min=\"{column}\""))).unwrap_or_default();
                tag.split("width=\"").nth(1).and_then(|rest| rest.split('"').next()).filter(|width| *width != "9.140625").map(str::to_owned)
            };
            let setup = xml.split("<pageSetup").nth(1).and_then(|rest| rest.split("/>").next()).map(str::to_owned);
            let frozen = xml.split("<pane ").nth(1).and_then(|rest| rest.split("/>").next()).map(str::to_owned);
            (all("<dataValidation "), all("type=\"list\""), ["1", "2", "3", "4"].map(width), setup, frozen)
        };
        for sheet in &handed_out.sheets {
            let own = dress(&blank, &sent, &sheet.name);
            assert!(own.0 > 0 && own.3.is_some(), "{}: {own:?}", sheet.name);
            assert_eq!(dress(&marked, &copy, &sheet.name), own, "{format} {}", sheet.name);
        }
        // The guide has no table: it is set as prose.
        if format != "csv" {
            let guide = dress(&marked, &copy, "填报说明").2;
            assert_eq!(guide[0].as_deref().map(|width| width.split('.').next()), Some(Some("90")), "{format}");
        }
        let red = &copy.sheets.iter().find(|sheet| sheet.name.starts_with("积分登记")).unwrap();
        assert!(red.rows.iter().any(|row| row.cells.iter().any(|cell| cell.content == Content::Number(99.into()))), "{format}");
    }
}

/// Some readers find notes only in `comments<N>.xml`, by a relative target: those of the sender's own lie there too.
#[test]
fn notes_of_a_marked_copy_lie_where_readers_look_for_them() {
    let mut sheets = branch("community-4", "0101");
    for sheet in &mut sheets {
        let cell = &mut sheet.rows[1][1];
        cell.comment = true;
    }
    let entries = sheets.iter_mut().find(|sheet| sheet.name == "积分登记").unwrap();
    entries.rows[1][3] = Drawn { held: Held::Number(99.0), shown: "99".into(), ..Drawn::default() };
    let (ending_of_it, bytes) = written("xlsx", &sheets).remove(0);
    let folder = Workdir::empty().settings("community-4", "").register(&["0101 | 支部0101 | 第一党委"]);
    let folder = folder.file(&format!("0101{ending_of_it}"), &bytes);
    let summary = done(run(&options(folder.path()), &silent));
    let marked = std::fs::read(ending(summary.folder.as_ref().unwrap(), "-标注.xlsx").expect("a marked copy")).unwrap();
    let parts = parts(&marked);
    let mut notes = 0;
    for (name, relations) in parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/_rels/")) {
        for relation in std::str::from_utf8(relations).unwrap().split("<Relationship ").skip(1) {
            let target = relation.split("Target=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            for (kind, begin, end) in [("/comments\"", "../comments", ".xml"), ("/vmlDrawing\"", "../drawings/vmlDrawing", ".vml")] {
                if relation.contains(kind) {
                    let number = target.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
                    assert!(number.is_some_and(|number| number.parse::<u32>().is_ok()), "{name}: {target}");
                    assert!(parts.contains_key(&target.replace("..", "xl")), "{name}: {target} is missing");
                    notes += usize::from(begin == "../comments");
                }
            }
        }
    }
    assert_eq!(notes, sheets.len(), "each sheet has notes: its own, and the one that was added");
}

#[test]
fn a_marked_copy_holds_no_macros_and_says_so() {
    let mut sheets = base("two-way-rank");
    let items = sheet_of(&mut sheets, "积分登记");
    let mark = items[0].iter().position(|heading| !["序号", "姓名", "期间", "评分方"].contains(&heading.as_str())).unwrap();
    items[1][mark] = "优秀".into();
    let mut with_macros = parts(&workbook(&sheets, &[]));
    // No real macros: a few letters under the name where they would stand.
    with_macros.insert("xl/vbaProject.bin".into(), b"macros".to_vec());
    let relations = with_macros.get_mut("xl/_rels/workbook.xml.rels").unwrap();
    let text = String::from_utf8(relations.clone()).unwrap();
    let related =
        r#"<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>"#;
    *relations = text.replace("</Relationships>", &format!("{related}</Relationships>")).into_bytes();
    let listed: Vec<(&str, &[u8])> = with_macros.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let folder = Workdir::county("two-way-rank").file("报送表.xlsm", &support::zip(&listed));
    let summary = run(&options(folder.path()), &silent).unwrap();
    let copy = std::fs::read(ending(summary.folder.as_ref().unwrap(), "-标注.xlsx").expect("a marked copy")).unwrap();
    assert!(parts(&copy).keys().all(|name| !name.contains("vba")));
    let list = format!("{:?}", read("x", &copy, &Limits::default()).unwrap().sheets[0].rows);
    assert!(list.contains("原件如有宏"), "{list}");
}

/// Names and identity numbers on the roster of each blank workbook that has one, by file.
fn handed_out(workspace: &Path, from: &Path) -> BTreeMap<String, Vec<[String; 2]>> {
    let out = tempfile::tempdir().unwrap();
    let options = Options { out: Some(out.path().to_owned()), ..options(workspace) };
    let issued = scorebook::issue::issue(&options, Some(from), None, &silent).unwrap();
    let mut rosters = BTreeMap::new();
    let files = walkdir::WalkDir::new(&issued.folder).into_iter().filter_map(Result::ok);
    for entry in files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "xlsx")) {
        let book = book(entry.path());
        let sheet = book.sheets.iter().find(|sheet| &*sheet.name == "党员名册").unwrap();
        let text = |row: u32, column: u16| sheet.get(row, column).map(scorebook::submission::shown).unwrap_or_default();
        let head = sheet.rows.iter().find(|row| row.cells.iter().any(|cell| text(row.index, cell.column) == "姓名")).unwrap();
        let column = |name: &str| head.cells.iter().map(|cell| cell.column).find(|column| text(head.index, *column) == name).unwrap();
        let below = sheet.rows.iter().filter(|row| row.index > head.index);
        let members: Vec<[String; 2]> = below
            .map(|row| ["姓名", "身份证号"].map(|name| text(row.index, column(name))))
            .filter(|member| !member[0].is_empty())
            .collect();
        if !members.is_empty() {
            rosters.insert(entry.file_name().to_string_lossy().into_owned(), members);
        }
    }
    assert_eq!(rosters.len(), issued.rosters);
    rosters
}

#[test]
fn rosters_come_from_an_inbox_an_out_folder_or_an_archive() {
    let folder = Workdir::like("clean-register-60");
    let (inbox, bag) = (folder.path().join("inbox"), folder.path().join("bag"));
    for entry in walkdir::WalkDir::new(case("clean-register-60").join("inbox")).into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            std::fs::copy(entry.path(), inbox.join(entry.file_name())).unwrap();
        }
    }
    let from_inbox = handed_out(folder.path(), &inbox);
    assert!(from_inbox.len() == 4 && from_inbox.values().flatten().all(|member| member[1].len() == 18), "{from_inbox:?}");
    // One branch sends text files, a sheet each.
    std::fs::remove_file(inbox.join("第一东1支部.xlsx")).unwrap();
    for entry in std::fs::read_dir(case("formats/csv")).unwrap().filter_map(Result::ok) {
        std::fs::copy(entry.path(), inbox.join(entry.file_name())).unwrap();
    }
    assert_eq!(handed_out(folder.path(), &inbox), from_inbox);
    run(&options(folder.path()), &silent).unwrap();
    let out = folder.path().join("out");
    let names = |rosters: &BTreeMap<String, Vec<[String; 2]>>| -> BTreeMap<String, Vec<String>> {
        rosters.iter().map(|(file, members)| (file.clone(), members.iter().map(|member| member[0].clone()).collect())).collect()
    };
    for place in [out.clone(), out.join("2026")] {
        let from_out = handed_out(folder.path(), &place);
        assert_eq!(names(&from_out), names(&from_inbox), "results name everybody");
        assert!(from_out.values().flatten().all(|member| member[1].is_empty()), "results hold no identity numbers");
    }
    let order = ArchiveOrder { to: bag.clone(), incomplete: Some("有支部未报".to_owned()) };
    archive(&options(folder.path()), &order, None, &silent).unwrap();
    std::fs::remove_dir_all(&inbox).unwrap();
    std::fs::create_dir(&inbox).unwrap();
    assert_eq!(handed_out(folder.path(), &bag), from_inbox);
}

#[test]
fn the_newest_results_tell_the_roster() {
    let folder = Workdir::like("clean-register-60");
    let row = |period: &str, name: &str| {
        format!(
            r#"{{"year":2026,"period":"{period}","branch_code":"0101","seq":1,"name":"{name}","category":"农村党员","status":"正式党员","subject":"member","flags":[]}}"#
        )
    };
    // By name 2026Q1 would come after 2026M12 and after the year.
    for (period, name) in [("2026Q1", "早"), ("2026M12", "晚"), ("2026", "晚")] {
        let out = folder.path().join("out").join(period);
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("results.jsonl"), row(period, name) + "\n").unwrap();
    }
    let rosters = handed_out(folder.path(), &folder.path().join("out"));
    assert_eq!(rosters.values().flatten().map(|member| member[0].as_str()).collect::<Vec<_>>(), ["晚"]);
}

#[test]
fn a_password_is_in_no_output() {
    const PASSWORD: &str = "县委Zq7-2026";
    let folder = Workdir::like("clean-register-60");
    let inbox = folder.path().join("inbox");
    let settings = std::fs::read_to_string(folder.path().join("scorebook.toml")).unwrap();
    let passwords = format!("passwords = [\"另一个Xw8-口令\", \"{PASSWORD}\"]\n");
    std::fs::write(folder.path().join("scorebook.toml"), format!("{passwords}{settings}")).unwrap();
    for name in ["accepted.xlsx", "returned.xlsx"] {
        std::fs::copy(case("reading/locked").join(name), inbox.join(name)).unwrap();
    }
    // One that no listed password opens.
    std::fs::copy(case("reading/agile.xlsx"), inbox.join("别的口令.xlsx")).unwrap();
    let mut said: Vec<u8> = Vec::new();
    let program = |arguments: &[&str]| -> Vec<u8> {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_scorebook"))
            .arg(arguments[0])
            .arg(folder.path())
            .args(&arguments[1..])
            .output()
            .unwrap();
        assert!(matches!(done.status.code(), Some(0 | 1)), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        [done.stdout, done.stderr].concat()
    };
    let bag = folder.path().join("bag").display().to_string();
    let inbox_name = inbox.display().to_string();
    for arguments in [
        &["check", "--format", "json"][..],
        &["run"],
        &["status"],
        &["explain", "史泰庆"],
        &["issue", "--roster-from", &inbox_name],
        &["archive", "--to", &bag, "--incomplete", "有支部未报"],
    ] {
        said.extend(program(arguments));
    }
    assert!(ending(&folder.path().join("out"), "考核公示栏.pdf").is_some(), "one of them was accepted");
    assert!(ending(&folder.path().join("out"), "-标注.xlsx").is_some(), "one of them was marked");
    let mut looked_at = 0;
    let mut look = |what: &str, bytes: &[u8]| {
        looked_at += 1;
        for password in [PASSWORD, "另一个Xw8-口令", "Zq7", "Xw8"] {
            let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
            // Three bytes turn up in a compressed stream by chance, six hardly ever.
            let likely = |sought: &[u8]| sought.len() >= 6 || Path::new(what).extension().is_none_or(|ending| ending != "pdf");
            for sought in [password.as_bytes(), &wide, &encoding_rs::GB18030.encode(password).0].into_iter().filter(|sought| likely(sought))
            {
                assert!(memchr::memmem::find(bytes, sought).is_none(), "{what} holds a password");
            }
        }
    };
    look("the terminal", &said);
    for entry in walkdir::WalkDir::new(folder.path()).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let path = entry.path();
        if path.starts_with(&inbox) || path == folder.path().join("scorebook.toml") {
            continue;
        }
        let bytes = std::fs::read(path).unwrap();
        look(&path.display().to_string(), &bytes);
        // Workbooks are packed: their parts too.
        if let Ok(mut package) = zip::ZipArchive::new(std::io::Cursor::new(&bytes)) {
            for at in 0..package.len() {
                let mut part = Vec::new();
                std::io::Read::read_to_end(&mut package.by_index(at).unwrap(), &mut part).unwrap();
                look(&path.display().to_string(), &part);
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}
