//! `merge.json`: what a run leaves of its first pass for others to merge.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::prepare::INTAKE;
use super::{BranchState, Resolved, RunError, Setup};
use crate::builtin;
use crate::check::Person;
use crate::config::decode;
use crate::county::{Branch, SECRETS, settings};
use crate::diag::{CellRef, Code, Fact, Finding, Place, value_name};
use crate::digest::sha256_hex;
use crate::html::Posted;
use crate::inside;
use crate::period::RunPeriod;
use crate::record::Values;
use crate::rollup::{Change, OutcomeKind, Unusual, UnusualKind};
use crate::score::{Flag, Score};
use crate::submission::Roll;

/// A run's state, `merge.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) version: String,
    pub(crate) period: String,
    pub(crate) date: String,
    /// `scorebook.toml` without what is a machine's own, register and inbox, and without its secrets.
    pub(crate) rules: String,
    /// Tells whether parts know people by the same key.
    pub(crate) person_key: String,
    /// Id and text of each scheme, in the workspace's order.
    pub(crate) schemes: Vec<(String, String)>,
    pub(crate) branches: Vec<Line>,
    pub(crate) findings: Vec<Found>,
    pub(crate) people: Vec<Known>,
    pub(crate) changes: Vec<Changed>,
    pub(crate) unusual: Vec<Odd>,
    pub(crate) inputs: Vec<(String, String, u64)>,
    pub(crate) cells: usize,
    /// Who is flagged as having left and is on the roll all the same: code of the branch, 序号, 姓名.
    #[serde(default)]
    pub(crate) staying: Vec<(String, i64, String)>,
    /// Whom another branch of his counts, without a flag that says so; in the same words.
    #[serde(default)]
    pub(crate) elsewhere: Vec<(String, i64, String)>,
    /// The last record of each period of the year that counts: its number, its day, the last day of publication.
    #[serde(default)]
    posted: Vec<(String, u32, NaiveDate, Option<NaiveDate>)>,
    /// The last record of the run's period that holds a branch, by its code.
    #[serde(default)]
    pub(crate) posted_branches: BTreeMap<String, u32>,
}

impl State {
    /// The last record of each period of the year that counts.
    pub(crate) fn posted(&self) -> impl Iterator<Item = (RunPeriod, Posted)> + '_ {
        let record = |(period, n, date, last_day): &(String, u32, NaiveDate, Option<NaiveDate>)| {
            Some((RunPeriod::parse(period)?, Posted { n: *n, date: *date, last_day: *last_day }))
        };
        self.posted.iter().filter_map(record)
    }
}

/// A branch and what became of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) branch: Branch,
    /// `accepted`, `returned`, `missing`.
    pub(crate) state: String,
    pub(crate) file: Option<String>,
    pub(crate) folder: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) code: String,
    pub(crate) branch_code: Option<String>,
    pub(crate) place: Spot,
    pub(crate) value: Option<String>,
    pub(crate) args: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fact: Option<Fact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ordinal: Option<u8>,
}

/// A published score that is another now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) branch_code: String,
    pub(crate) name: String,
    /// `2026H1`.
    pub(crate) period: String,
    pub(crate) seq: Option<i64>,
    pub(crate) scheme: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted: Option<NaiveDate>,
    pub(crate) old: Option<Values>,
    pub(crate) new: Values,
    pub(crate) by_scheme: bool,
    pub(crate) told: bool,
}

/// What is unusual about a branch; compared with last year by its own run, which had the results.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Odd {
    pub(crate) branch_code: String,
    pub(crate) kind: UnusualKind,
    pub(crate) scheme: Option<String>,
    pub(crate) now: String,
    pub(crate) before: String,
}

/// File, sheet, and row and column from 0.
pub(crate) type Spot = (Option<String>, Option<String>, Option<(u32, u16)>);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    /// By [`crate::bag::PersonKey`]; the number itself stays where it was.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) branch_code: String,
    pub(crate) months: (u8, u8),
    /// A date alone sets them.
    #[serde(default)]
    pub(crate) dated: (bool, bool),
    pub(crate) place: Spot,
}

fn spot(place: &Place) -> Spot {
    let text = |part: &Option<Arc<str>>| part.as_deref().map(str::to_owned);
    (text(&place.file), text(&place.sheet), place.cell.map(|cell| (cell.row, cell.column)))
}

pub(crate) fn place((file, sheet, cell): &Spot) -> Place {
    let text = |part: &Option<String>| part.as_deref().map(Arc::from);
    Place { file: text(file), sheet: text(sheet), cell: cell.map(|(row, column)| CellRef { row, column }) }
}

/// `merge.json` of a run.
pub(super) fn state(county: &Setup, resolved: &Resolved, folders: &BTreeMap<usize, String>) -> Result<String, RunError> {
    let root = &county.workspace.root;
    let read = |path: &Path| inside::own(path).map_err(|source| RunError::Io { path: path.to_owned(), source });
    let rules = rules(&settings(root)?.text);
    let mut schemes = Vec::new();
    for scheme in &county.schemes {
        let own = root.join("schemes").join(format!("{}.toml", scheme.id));
        let bytes = if own.exists() { read(&own)? } else { builtin::scheme(&scheme.id).map(Into::into).unwrap_or_default() };
        schemes.push((scheme.id.clone(), decode(&bytes)));
    }
    let branches = county.register.branches.iter().enumerate().filter(|(at, _)| county.wants(*at)).map(|(at, branch)| Line {
        branch: branch.clone(),
        state: match resolved.branches[at].state {
            BranchState::Accepted(_) => "accepted",
            BranchState::Returned => "returned",
            BranchState::NotOwed => "not-owed",
            BranchState::Missing | BranchState::LeftOut => "missing",
        }
        .to_owned(),
        file: resolved.files(at),
        folder: folders.get(&at).cloned(),
    });
    let found = |finding: &Finding| Found {
        code: finding.code.word().to_owned(),
        branch_code: finding.branch_code.as_deref().map(str::to_owned),
        place: spot(&finding.place),
        value: finding.value.clone(),
        args: finding.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        fact: finding.fact.clone(),
        ordinal: finding.ordinal,
    };
    let key = county.person_key();
    let known = |person: &Person| Known {
        key: key.of(&person.id),
        name: person.name.to_string(),
        branch_code: county.register.branches[person.branch].code.clone(),
        months: (person.first_month, person.last_month),
        dated: person.dated,
        place: spot(&person.place),
    };
    let changed = |(at, change): (usize, &Change)| Changed {
        branch_code: county.register.branches[at].code.clone(),
        name: change.name.clone(),
        period: RunPeriod { period: change.period, ..county.run }.to_string(),
        seq: change.seq,
        scheme: change.scheme.clone(),
        posted: change.posted,
        old: change.old.clone(),
        new: change.new.clone(),
        by_scheme: change.by_scheme,
        told: change.told,
    };
    let odd = |unusual: &Unusual| Odd {
        branch_code: county.register.branches[unusual.branch].code.clone(),
        kind: unusual.kind,
        scheme: unusual.scheme.map(|at| county.schemes[at].id.clone()),
        now: unusual.now.clone(),
        before: unusual.before.clone(),
    };
    let moved = resolved.comparison.changes.iter().flat_map(|(at, changes)| changes.iter().map(|change| (*at, change)));
    let posted = resolved.comparison.posted.iter().map(|(run, posted)| (run.to_string(), posted.n, posted.date, posted.last_day));
    let state = State {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        period: county.run.to_string(),
        date: county.date.to_string(),
        rules,
        person_key: key.mark(),
        schemes,
        branches: branches.collect(),
        findings: resolved.findings.iter().map(found).collect(),
        people: resolved.people.iter().map(known).collect(),
        changes: moved.map(changed).collect(),
        unusual: resolved.comparison.unusual.iter().map(odd).collect(),
        inputs: resolved.inputs.iter().map(|(name, digest, size)| (name.to_string(), digest.clone(), *size)).collect(),
        cells: resolved.cells,
        staying: named(county, resolved, |score| !score.stands() && score.roll == Roll::Here),
        elsewhere: named(county, resolved, |score| !score.flags.contains(&Flag::MovedOut) && score.roll == Roll::Elsewhere),
        posted: posted.collect(),
        posted_branches: resolved.comparison.posted_branches.clone(),
    };
    Ok(serde_json::to_string(&state).unwrap_or_default() + "\n") // values of text and numbers always serialise
}

/// Members of whose scores something is true.
fn named(county: &Setup, resolved: &Resolved, wanted: impl Fn(&Score) -> bool) -> Vec<(String, i64, String)> {
    let mut found = Vec::new();
    for (at, state) in resolved.states().enumerate() {
        let BranchState::Accepted(card) = state else { continue };
        for outcome in card.outcomes.iter().filter(|outcome| wanted(&outcome.score)) {
            if let OutcomeKind::Member(number) = outcome.kind {
                let member = &card.submission.members[number as usize];
                found.push((county.register.branches[at].code.clone(), member.seq, member.name.to_string()));
            }
        }
    }
    found
}

/// `scorebook.toml` as parts have it in common.
pub(crate) fn rules(text: &str) -> String {
    let mut table: toml::Table = text.parse().unwrap_or_default(); // it was read strictly before
    for own in ["register", "inbox", "ignore", "last_year"].into_iter().chain(SECRETS) {
        table.remove(own);
    }
    toml::to_string(&table).unwrap_or_default()
}

/// Files of the configuration that are the same in every part; `scorebook.toml` and the register are not.
pub(crate) fn shared(manifest: &Value) -> Vec<&Value> {
    let all = manifest["configuration"].as_array().into_iter().flatten();
    all.filter(|one| one["file"].as_str().is_some_and(is_shared)).collect()
}

fn is_shared(file: &str) -> bool {
    file.starts_with("calendar/") || file == INTAKE
}

/// The configuration of a whole county, told in a way that does not depend on how it was split: the rules without what is a
/// machine's own, the register's rows by code, the files that all parts share.
pub(crate) fn whole_configuration(county: &Setup, rules: &str) -> Vec<(String, String)> {
    let own = |what: &str, text: &str| (what.to_owned(), sha256_hex(text.as_bytes()));
    let rows: String = county.register.branches.iter().map(crate::report::json_line).collect();
    let shared = county.configuration.iter().filter(|(file, _)| is_shared(file)).cloned();
    [own("scorebook.toml", rules), own("register", &rows)].into_iter().chain(shared).collect()
}

/// A finding as it was found.
pub(crate) fn finding(found: &Found) -> Option<Finding> {
    let code = Code::from_word(&found.code)?;
    let args = found.args.iter().filter_map(|(name, value)| Some((value_name(code, name)?, value.clone())));
    Some(Finding {
        code,
        branch_code: found.branch_code.as_deref().map(Into::into),
        place: place(&found.place),
        value: found.value.clone(),
        args: args.collect(),
        fact: found.fact.clone(),
        ordinal: found.ordinal,
        terms: None,
    })
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn rules_leave_out_what_is_a_machine_s_own() {
        let one = rules("county='x'\nregister='a.xlsx'\ninbox='in'\npasswords=['p']\nperson_key='0123456789abcdef'\n[notice]\nphone='1'\n");
        let other = rules("# 注\nregister='b.xlsx'\ncounty = \"x\"\ninbox='/mnt/in'\n[notice]\nphone = '1'\n");
        assert_eq!(one, other);
        assert!(!one.contains("passwords") && !one.contains("0123456789abcdef"), "{one}");
    }
}
