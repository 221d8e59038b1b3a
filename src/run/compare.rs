//! This run beside other results: what was posted of the year, and last year's.
//!
//! ```text
//!   公示存档         ─▶ each member scored again for 2026Q1 ─▶ changed-after-publication, 更正, 变更; see `posted`
//!   --last-year DIR  ─▶ means and shares per branch         ─▶ 异常
//! ```
//!
//! Drafts in the out folder are compared with nothing: what has not been posted may still change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{BranchState, Resolved, RunError, Setup, posted, refused, sort_findings};
use crate::bag;
use crate::diag::{Code, Fact, Severity};
use crate::digest::sha256_hex;
use crate::html::Posted;
use crate::inside;
use crate::period::{Period, RunPeriod};
use crate::publish::safe_name;
use crate::record::{LETTERS, NumberedLetter, Record, Records};
use crate::rollup::{Change, LastYear, PublishedRow, Unusual, add_row, unusual};

/// What a run was compared with, and what came of it.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Posted results that are others now, by position in the register; those that a board repeats are among them.
    pub changes: BTreeMap<usize, Vec<Change>>,
    /// Unusual branches.
    pub unusual: Vec<Unusual>,
    /// The results compared with: name for the manifest, SHA-256.
    pub inputs: Vec<(String, String)>,
    /// Bags of last year that could not be compared with, though others could.
    pub unusable: Vec<PathBuf>,
    /// Records that somebody changed, which were not compared with.
    pub damaged: Vec<String>,
    /// Letters that have a number.
    pub letters: Vec<NumberedLetter>,
    /// The last record of each period of the year that counts.
    pub posted: BTreeMap<RunPeriod, Posted>,
    /// The last record of the run's period that holds a branch, by its code.
    pub posted_branches: BTreeMap<String, u32>,
}

/// The file every result has.
const RESULTS: &str = "results.jsonl";

/// Compares with what was posted, and with last year's results where given. Adds findings.
pub fn compare(county: &Setup, resolved: &mut Resolved, last_year: Option<&Path>) -> Result<(), RunError> {
    let records = Records::read(&county.workspace.root)?;
    let mut comparison = Comparison { changes: posted::compare(county, resolved, &records)?, ..Comparison::default() };
    let name = |record: &Record| format!("{}/{}/{}", crate::record::FOLDER, record.run, record.n);
    for record in records.all.iter().filter(|record| record.withdrawn.is_none()) {
        match record.counts() {
            Some(_) => comparison.inputs.push((format!("{}/{RESULTS}", name(record)), record.digest())),
            None => comparison.damaged.push(name(record)),
        }
    }
    for run in records.periods().into_iter().filter(|run| run.year == county.workspace.year) {
        let counting =
            |record: &Record| record.counts().map(|posting| Posted { n: record.n, date: posting.date, last_day: posting.last_day });
        comparison.posted.extend(records.of(run).filter_map(counting).last().map(|posted| (run, posted)));
    }
    for record in records.of(county.run) {
        let codes = record.counts().into_iter().flat_map(|posting| &posting.branches).map(|branch| branch.code.clone());
        comparison.posted_branches.extend(codes.map(|code| (code.into(), record.n)));
    }
    comparison.inputs.extend(records.letters_digest.map(|digest| (format!("{}/{LETTERS}", crate::record::FOLDER), digest)));
    comparison.letters = records.letters;
    let last = last_year.map(|folder| last_results(county, folder, &mut comparison)).transpose()?;
    comparison.unusual = unusual_branches(county, resolved, last.as_ref());
    sort_findings(&mut resolved.findings);
    resolved.comparison = comparison;
    Ok(())
}

/// What is unusual about the accepted branches, in register order.
fn unusual_branches(county: &Setup, resolved: &Resolved, last: Option<&LastYear>) -> Vec<Unusual> {
    let uniform: BTreeMap<&str, &str> = resolved
        .findings
        .iter()
        .filter(|finding| finding.code == Code::UniformMarks && finding.severity() == Severity::Warning)
        .filter_map(|finding| {
            let Some(Fact::Periods(periods)) = &finding.fact else { return None };
            Some((finding.branch_code.as_deref()?, periods.as_str()))
        })
        .collect();
    let mut found = Vec::new();
    for (at, state) in resolved.states().enumerate() {
        if let BranchState::Accepted(card) = state {
            let code = county.register.branches[at].code.as_str();
            found.extend(unusual(at, code, &card.outcomes, &county.schemes, uniform.get(code).copied(), last));
        }
    }
    found
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, RunError> {
    match inside::own(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(RunError::Io { path: path.to_owned(), source }),
    }
}

/// Every row of a `results.jsonl`; a line that is none stops the run, for a comparison with half a file would mislead.
fn rows(path: &Path, bytes: &[u8], mut take: impl FnMut(PublishedRow)) -> Result<(), RunError> {
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let row = serde_json::from_slice(line).map_err(|_| {
            refused(
                format!("{} 第 {} 行不是结果记录，不能用来比较；请移走这个文件夹或重新运行那个期间", path.display(), number + 1),
                format!(
                    "{}, line {}, is no result and cannot be compared with; take that folder away or run its period again",
                    path.display(),
                    number + 1
                ),
            )
        })?;
        take(row);
    }
    Ok(())
}

/// Last year's results of the same part of the year: in the folder itself, in its folder of that period as in an out
/// folder, or in the tables of the bags at or below it.
fn last_results(county: &Setup, folder: &Path, comparison: &mut Comparison) -> Result<LastYear, RunError> {
    let wanted = RunPeriod { year: county.run.year - 1, ..county.run };
    let mut other: Vec<String> = Vec::new();
    for path in [folder.join(RESULTS), folder.join(wanted.to_string()).join(RESULTS)] {
        let Some(bytes) = read(&path)? else { continue };
        let mut last = LastYear::new();
        let mut fits = true;
        rows(&path, &bytes, |row| {
            fits &= row.period == wanted.to_string();
            add_row(&mut last, row);
        })?;
        if fits && !bytes.is_empty() {
            comparison.inputs.push((format!("last-year/{}", relative(&path, folder)), sha256_hex(&bytes)));
            return Ok(last);
        }
        other.push(path.display().to_string());
    }
    let bags = bag::bags_below(folder)?;
    if !bags.is_empty() {
        return archived_results(county, wanted, folder, &bags, comparison);
    }
    Err(nothing_of(folder, &format!("{wanted} 的 {RESULTS}"), &format!("{RESULTS} of {wanted}"), &other))
}

/// Categories that each branch's members had at the end of last year, by its code: from the year's results in the folder, or
/// in the bags at or below it. What cannot be read tells nothing: whoever is asked for then owes by other signs.
pub fn last_categories(county: &Setup, folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    #[derive(serde::Deserialize)]
    struct Listed {
        period: String,
        branch_code: String,
        subject: String,
        category: Option<String>,
    }
    let wanted = RunPeriod { year: county.workspace.year - 1, period: Period::YEAR };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |code: String, category: String| {
        found.entry(code).or_default().insert(category);
    };
    for path in [folder.join(RESULTS), folder.join(wanted.to_string()).join(RESULTS)] {
        let bytes = inside::own(&path).unwrap_or_default();
        let rows = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Listed>(line).ok());
        for row in rows.filter(|row| row.period == wanted.to_string() && row.subject == "member") {
            row.category.into_iter().for_each(|category| add(row.branch_code.clone(), category));
        }
    }
    let names = [county.workspace.county_code.as_deref(), Some(county.workspace.county.as_str())];
    for one in bag::bags_below(folder).unwrap_or_default() {
        let Some(part) = bag::part(&one, "results") else { continue };
        if !names.into_iter().flatten().any(|name| part.is_of(&safe_name(name), wanted.year)) {
            continue;
        }
        let Some(columns) = part.open() else { continue };
        let Ok(at) = columns.rows_where("subject", |subject| subject == "member") else { continue };
        let Ok(rows) = bag::rows(&columns, &["period", "branch_code", "category"], &at) else { continue };
        for row in rows {
            let text = |at: usize| row.get(at).and_then(bag::Cell::text).map(str::to_owned);
            if let (Some(period), Some(code), Some(category)) = (text(0), text(1), text(2))
                && period == wanted.to_string()
            {
                add(code, category);
            }
        }
    }
    found
}

/// Last year's results out of bags: of the county's own, however many counties and years lie there. A county may have
/// been archived by its name before it had a code.
fn archived_results(
    county: &Setup,
    wanted: RunPeriod,
    folder: &Path,
    bags: &[PathBuf],
    comparison: &mut Comparison,
) -> Result<LastYear, RunError> {
    let names = [county.workspace.county_code.as_deref(), Some(county.workspace.county.as_str())];
    let own = |part: &bag::Part| names.into_iter().flatten().any(|name| part.is_of(&safe_name(name), wanted.year));
    let mut last = LastYear::new();
    let mut from: BTreeMap<String, &Path> = BTreeMap::new();
    let mut other: Vec<String> = Vec::new();
    for bag in bags {
        // A bag that does not tell whose table it holds may hold ours.
        let Some(part) = bag::part(bag, "results") else {
            comparison.unusable.push(bag.clone());
            continue;
        };
        if !own(&part) {
            other.push(bag.display().to_string());
            continue;
        }
        let Some(found) = part.open().and_then(|columns| published_rows(&columns, wanted)) else {
            comparison.unusable.push(bag.clone());
            continue;
        };
        // The table holds the year alone; months, quarters and halves are as they were posted.
        let found = if found.is_empty() { posted_rows(bag, wanted)? } else { found };
        if found.is_empty() {
            other.push(bag.display().to_string());
            continue;
        }
        comparison.inputs.push((format!("last-year/{}", relative(&bag.join(&part.path), folder)), part.digest));
        for row in found {
            if let Some(first) = from.insert(row.branch_code.clone(), bag).filter(|first| first != bag) {
                return Err(refused(
                    format!("--last-year：支部 {} 同时在 {} 和 {} 中", row.branch_code, first.display(), bag.display()),
                    format!("--last-year: branch {} is in both {} and {}", row.branch_code, first.display(), bag.display()),
                ));
            }
            add_row(&mut last, row);
        }
    }
    if from.is_empty() {
        if let Some(bag) = comparison.unusable.first() {
            return Err(unusable(bag));
        }
        let name = &county.workspace.county;
        return Err(nothing_of(folder, &format!("{name} {wanted} 的结果"), &format!("result of {name} of {wanted}"), &other));
    }
    Ok(last)
}

/// What stood for a period when the bag was made.
fn posted_rows(bag: &Path, wanted: RunPeriod) -> Result<Vec<PublishedRow>, RunError> {
    let records = Records::read(&bag.join("data"))?;
    let codes: std::collections::BTreeSet<&str> = records
        .of(wanted)
        .filter_map(|record| record.counts())
        .flat_map(|posting| posting.branches.iter().map(|branch| &*branch.code))
        .collect();
    let mut rows = Vec::new();
    for code in codes {
        rows.extend(records.stood(wanted, code)?.into_iter().flatten().map(|stood| PublishedRow {
            period: wanted.to_string(),
            branch_code: code.to_owned(),
            seq: stood.seq,
            name: stood.name,
            scheme: stood.scheme,
            subject: stood.subject,
            total: stood.values.total,
            board: stood.values.board,
            grade: stood.values.grade,
        }));
    }
    Ok(rows)
}

/// The rows of a period in a bag's table; none where it is no such table.
fn published_rows(columns: &bag::Columns, wanted: RunPeriod) -> Option<Vec<PublishedRow>> {
    let wanted = wanted.to_string();
    let at = columns.rows_where("period", |period| period == wanted).ok()?;
    let names = ["branch_code", "seq", "name", "scheme", "subject", "total", "board", "grade"];
    let rows = bag::rows(columns, &names, &at).ok()?.into_iter().map(|row| {
        let optional = |at: usize| row.get(at).and_then(bag::Cell::text).map(str::to_owned);
        let text = |at: usize| optional(at).unwrap_or_default();
        let number = |at: usize| row.get(at).and_then(bag::Cell::number);
        PublishedRow {
            period: wanted.clone(),
            branch_code: text(0),
            seq: number(1),
            name: text(2),
            scheme: text(3),
            subject: text(4),
            total: number(5).map(bag::points),
            board: number(6).map(bag::points),
            grade: optional(7),
        }
    });
    Some(rows.collect())
}

fn unusable(bag: &Path) -> RunError {
    refused(
        format!("--last-year {}：归档包里的数据表 results 缺失或损坏，不能用来比较；请运行 scorebook verify 检查", bag.display()),
        format!(
            "--last-year {}: the bag's table `results` is missing or damaged and cannot be compared with; run scorebook verify",
            bag.display()
        ),
    )
}

fn nothing_of(folder: &Path, zh: &str, en: &str, other: &[String]) -> RunError {
    let (of_zh, of_en) = match other {
        [] => (String::new(), String::new()),
        some => {
            let more = if some.len() > 5 { " …" } else { "" };
            let seen = format!("{}{more}", some.iter().take(5).cloned().collect::<Vec<_>>().join(" "));
            (format!("；找到的是别的：{seen}"), format!("; found others: {seen}"))
        }
    };
    refused(
        format!("--last-year {}：没有{zh}{of_zh}", folder.display()),
        format!("--last-year {}: there is no {en}{of_en}", folder.display()),
    )
}

fn relative(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
