//! The rows of a bag's Parquet tables.

use std::collections::BTreeMap;

use super::content::Content;
use crate::bag::{BRANCHES, Cell, ENTRIES, FINDINGS, Field, PersonKey, RESULTS, Table, table_path};
use crate::diag::Severity;
use crate::exact::Decimal;
use crate::inside;
use crate::publish::safe_name;
use crate::report::{result_row, scorer};
use crate::rollup::{Counts, OutcomeKind};
use crate::run::{BranchState, RunError};
use crate::submission::Member;

/// A table that could not be made: a fault of the program.
fn table<E: std::fmt::Display>(name: &'static str) -> impl Fn(E) -> RunError {
    move |error| RunError::Document { what: format!("{name}.parquet"), branch: String::new(), error: error.to_string() }
}

fn person(key: &PersonKey, member: &Member) -> Cell {
    member.id.as_deref().map(|number| key.of(number)).as_deref().into()
}

fn number(count: u64) -> Cell {
    Cell::Number(count as i64)
}

fn published(points: Option<&str>) -> Cell {
    points.and_then(Decimal::parse).map_or(Cell::Null, |value| Cell::decimal(value, 6))
}

/// Several words of one cell; none where there are none.
fn joined<T: AsRef<str>>(words: &[T]) -> Cell {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    if words.is_empty() { Cell::Null } else { words.join(";").as_str().into() }
}

/// The tables by name, with their columns.
pub(super) const TABLES: [(&str, &[Field]); 4] =
    [("results", RESULTS), ("entries", ENTRIES), ("findings", FINDINGS), ("branches", BRANCHES)];

impl Content<'_> {
    /// The four tables with their paths in the bag, in the order of [`TABLES`].
    pub(super) fn tables(&self) -> Result<Vec<(String, Vec<u8>)>, RunError> {
        let bytes = [self.results()?, self.entries()?, self.findings()?, self.branches()?];
        let (county, year) = (safe_name(&self.county.key()), self.county.workspace.year);
        Ok(TABLES.iter().zip(bytes).map(|((name, _), bytes)| (table_path(name, &county, year), bytes)).collect())
    }

    fn partition(&self) -> [Cell; 2] {
        [self.county.key().as_str().into(), i64::from(self.county.workspace.year).into()]
    }

    fn results(&self) -> Result<Vec<u8>, RunError> {
        let failed = table("results");
        let mut rows = Table::new("results", RESULTS).map_err(&failed)?;
        let key = self.county.person_key();
        for (branch, state) in self.county.register.branches.iter().zip(self.resolved.states()) {
            let BranchState::Accepted(card) = state else { continue };
            for outcome in &card.outcomes {
                let row = result_row(branch, &card.submission, &self.county.schemes, outcome, self.county.run);
                let person = match outcome.kind {
                    OutcomeKind::Member(at) => person(&key, &card.submission.members[at as usize]),
                    OutcomeKind::Branch => Cell::Null,
                };
                let mut cells = self.partition().to_vec();
                cells.extend([
                    self.county.workspace.county.as_str().into(),
                    row.period.as_str().into(),
                    row.committee.as_str().into(),
                    row.branch_code.as_str().into(),
                    row.branch.as_str().into(),
                    row.seq.into(),
                    row.name.as_str().into(),
                    person,
                    row.category.as_deref().into(),
                    row.status.into(),
                    row.scheme.as_str().into(),
                    row.subject.into(),
                    serde_json::Value::Object(row.figures).to_string().as_str().into(),
                    published(row.total.as_deref()),
                    row.total_exact.as_deref().into(),
                    outcome.score.total.as_ref().and_then(crate::exact::Exact::floor).into(),
                    published(row.board.as_deref()),
                    row.grade.as_deref().into(),
                    row.stars.map(i64::from).into(),
                    row.rank.map(i64::from).into(),
                    row.rank_of.map(i64::from).into(),
                    joined(&row.honours),
                    joined(&row.veto),
                    row.letter.as_deref().into(),
                    joined(&row.flags),
                ]);
                rows.push(cells).map_err(&failed)?;
            }
        }
        rows.finish().map_err(&failed)
    }

    fn entries(&self) -> Result<Vec<u8>, RunError> {
        let failed = table("entries");
        let mut rows = Table::new("entries", ENTRIES).map_err(&failed)?;
        let key = self.county.person_key();
        for (branch, state) in self.county.register.branches.iter().zip(self.resolved.states()) {
            let BranchState::Accepted(card) = state else { continue };
            let submission = &card.submission;
            for entry in &submission.entries {
                let member = &submission.members[entry.member as usize];
                let scheme = &self.county.schemes[member.scheme];
                let scorer = scorer(&scheme.member, entry.own);
                let person = person(&key, member);
                for (item, (rule, mark)) in scheme.member.items.iter().zip(&entry.marks).enumerate() {
                    let Some(mark) = mark.decimal() else { continue };
                    let place = submission.place(submission.mark_spot(entry, item).unwrap_or(entry.at));
                    let mut cells = self.partition().to_vec();
                    cells.extend([
                        branch.code.as_str().into(),
                        member.seq.into(),
                        (&*member.name).into(),
                        person.clone(),
                        scheme.id.as_str().into(),
                        entry.period.zh().as_str().into(),
                        rule.name.as_str().into(),
                        Some(scorer.as_str()).filter(|scorer| !scorer.is_empty()).into(),
                        Cell::decimal(mark, 3),
                        entry.reason(item).into(),
                        place.file.as_deref().into(),
                        place.sheet.as_deref().into(),
                        place.cell.map(|cell| cell.to_string()).as_deref().into(),
                    ]);
                    rows.push(cells).map_err(&failed)?;
                }
            }
        }
        rows.finish().map_err(&failed)
    }

    fn findings(&self) -> Result<Vec<u8>, RunError> {
        let failed = table("findings");
        let mut rows = Table::new("findings", FINDINGS).map_err(&failed)?;
        for finding in &self.run_findings()? {
            let text = |key: &str| Cell::from(finding[key].as_str());
            let mut cells = self.partition().to_vec();
            cells.extend(["code", "severity", "branch_code", "file", "sheet", "cell", "value", "message", "hint"].map(text));
            rows.push(cells).map_err(&failed)?;
        }
        rows.finish().map_err(&failed)
    }

    /// What the run found, printing included, which the archive does not repeat.
    fn run_findings(&self) -> Result<Vec<serde_json::Value>, RunError> {
        let path = self.folder.join("findings.jsonl");
        let text = inside::own_text(&path).map_err(|source| RunError::Io { path, source })?;
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    fn branches(&self) -> Result<Vec<u8>, RunError> {
        let failed = table("branches");
        let mut rows = Table::new("branches", BRANCHES).map_err(&failed)?;
        let findings = self.run_findings()?;
        let mut found: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for finding in &findings {
            if let (Some(code), Some(severity)) = (finding["branch_code"].as_str(), finding["severity"].as_str()) {
                *found.entry((code, severity)).or_default() += 1;
            }
        }
        for (at, (branch, state)) in self.county.register.branches.iter().zip(self.resolved.states()).enumerate() {
            let mut counts = Counts::default();
            let state = match state {
                BranchState::Accepted(card) => {
                    card.outcomes.iter().for_each(|outcome| counts.add(outcome));
                    "accepted"
                }
                BranchState::Returned => "returned",
                BranchState::NotOwed => "not-owed",
                BranchState::Missing | BranchState::LeftOut => "missing",
            };
            let of = |severity: Severity| number(found.get(&(branch.code.as_str(), severity.word())).copied().unwrap_or(0));
            let mut cells = self.partition().to_vec();
            cells.extend([
                self.county.workspace.county.as_str().into(),
                branch.committee.as_str().into(),
                branch.general.as_deref().into(),
                branch.code.as_str().into(),
                branch.name.as_str().into(),
                state.into(),
                self.resolved.files(at).as_deref().into(),
                branch.members.map(i64::from).into(),
                number(counts.members),
                number(counts.scored),
                of(Severity::Error),
                of(Severity::Warning),
                of(Severity::Note),
            ]);
            rows.push(cells).map_err(&failed)?;
        }
        rows.finish().map_err(&failed)
    }
}
