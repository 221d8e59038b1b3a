//! Nothing that should not matter matters: the order of files, sheets, columns and rows, and the number of threads.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use scorebook::config::decode;
use scorebook::report::json_line;
use scorebook::run::{BranchState, Options, check};
use scorebook::sample::{County, Size};
use scorebook::scheme::{Scheme, load};
use scorebook::sheet::{self, Content, Limits};
use scorebook::table::{Column, Sheet, Value, Workbook};
use scorebook::xlsx;

const SCHEMES: [&str; 2] = ["templates/schemes/ju-10star.toml", "samples/schemes/three-parts-70.toml"];

fn scheme(path: &str) -> Scheme {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    load(&decode(&bytes)).unwrap_or_else(|error| panic!("{error}"))
}

/// A sheet of a submission: its name and its cells.
pub(super) type Cells = (String, Vec<Vec<Value>>);

/// The sheets of every submission of a small county that scores by both schemes.
pub(super) fn submissions(county: &County) -> Vec<(String, Vec<Cells>)> {
    let mut all = Vec::new();
    for branch in 0..county.branches() {
        for (path, bytes) in county.submissions(branch).unwrap() {
            let book = sheet::read(&path, &bytes, &Limits::default()).unwrap();
            all.push((path, book.sheets.iter().map(|own| (own.name.to_string(), cells(own))).collect()));
        }
    }
    all
}

fn cells(sheet: &sheet::Sheet) -> Vec<Vec<Value>> {
    let width = sheet.rows.iter().flat_map(|row| &row.cells).map(|cell| usize::from(cell.column) + 1).max().unwrap_or(0);
    let value = |content: &Content| match content {
        Content::Text(text) => Value::Text(text.to_string()),
        Content::Number(number) => Value::Number(*number),
        Content::Date(date) => Value::Date(date.date()),
        other => panic!("a sample holds {other:?}"),
    };
    let row = |row: &sheet::Row| {
        let mut cells = vec![Value::Empty; width];
        for cell in &row.cells {
            cells[usize::from(cell.column)] = value(&cell.content);
        }
        cells
    };
    sheet.rows.iter().map(row).collect()
}

/// An order of so many things, drawn from a few numbers.
fn shuffled(count: usize, draws: &[Index]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    (0..count).map(|at| left.remove(draws[at % draws.len()].index(left.len()))).collect()
}

pub(super) fn write(root: &Path, path: &str, sheets: &[Cells]) {
    let sheets = sheets.iter().map(|(name, rows)| {
        let width = rows.first().map_or(0, Vec::len);
        Sheet { name: name.clone(), columns: vec![Column::default(); width], rows: rows.clone(), plain: true, ..Sheet::default() }
    });
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let book = Workbook { title: "t".into(), author: "a".into(), date, sheets: sheets.collect() };
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, xlsx::tables::write(book).unwrap()).unwrap();
}

/// Every result of the county, as it is published, one line a subject, sorted.
fn results(root: &Path, jobs: usize) -> Vec<String> {
    let options = Options { workspace: root.to_owned(), jobs: Some(jobs), ..Options::default() };
    let summary = check(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(scorebook::diag::Lang::En)));
    let mut lines = Vec::new();
    for (branch, state) in summary.county.register.branches.iter().zip(summary.resolved.states()) {
        let BranchState::Accepted(card) = state else { panic!("{}: {:?}", branch.code, summary.resolved.findings) };
        for outcome in &card.outcomes {
            let row = scorebook::report::result_row(branch, &card.submission, &summary.county.schemes, outcome, summary.county.run);
            lines.push(json_line(&row));
        }
    }
    lines.sort();
    lines
}

fn workspace(county: &County) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, bytes) in county.frame().unwrap() {
        std::fs::write(root.path().join(path), bytes).unwrap();
    }
    std::fs::create_dir(root.path().join("schemes")).unwrap();
    for path in SCHEMES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::copy(&from, root.path().join("schemes").join(from.file_name().unwrap())).unwrap();
    }
    root
}

#[test]
fn no_order_and_no_number_of_threads_changes_a_result() {
    let size = Size { branches: 4, members: 5, mess: 0, seed: 5 };
    let county = County::new(size, SCHEMES.iter().map(|path| scheme(path)).collect()).unwrap();
    let plain = submissions(&county);
    let root = workspace(&county);
    for (path, sheets) in &plain {
        write(root.path(), path, sheets);
    }
    let expected = results(root.path(), 1);
    assert!(expected.len() > 12 && expected.iter().any(|line| line.contains("three-parts-70")), "{expected:?}");
    let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(draws in prop::collection::vec(any::<Index>(), 24), jobs in 1usize..5)| {
        let root = workspace(&county);
        let names = shuffled(plain.len(), &draws);
        for (at, (_, sheets)) in plain.iter().enumerate() {
            let order = shuffled(sheets.len(), &draws[at % 7..]);
            let turned: Vec<Cells> = order.iter().map(|sheet| turned(&sheets[*sheet], &draws)).collect();
            // Whatever the file is called and wherever it lies, its cover says whose it is.
            write(root.path(), &format!("inbox/{}/{}.xlsx", names[at] % 2, names[at]), &turned);
        }
        prop_assert_eq!(&results(root.path(), jobs), &expected);
    });
}

/// The same table with its columns and its rows in another order; of 支部信息 the rows alone.
fn turned((name, rows): &Cells, draws: &[Index]) -> Cells {
    if name == "支部信息" {
        return (name.clone(), shuffled(rows.len(), draws).into_iter().map(|row| rows[row].clone()).collect());
    }
    let columns = shuffled(rows[0].len(), draws);
    let order = shuffled(rows.len() - 1, &draws[3..]);
    let pick = |row: &Vec<Value>| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
    let body = order.into_iter().map(|row| pick(&rows[row + 1]));
    (name.clone(), std::iter::once(pick(&rows[0])).chain(body).collect())
}
