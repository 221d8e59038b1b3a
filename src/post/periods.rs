//! How far each period of the year is: not begun, a draft, posted, archived.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::Read;
use crate::digest::sha256_hex;
use crate::period::{Every, Period, RunPeriod};
use crate::record::{FOLDER, Records, archives};
use crate::run::{Options, RunError, Setup, out_folder};

/// How far a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// No run has written anything.
    None,
    /// There is a result that has not been posted.
    Draft,
    /// It is posted.
    Posted,
    /// It is posted, and the newest result tells something else.
    Unposted,
    /// It is posted and the publication still runs.
    Open,
    /// The year's archive holds it as it is.
    Archived,
    /// The year was archived, and something has come since.
    Changed,
}

impl PeriodState {
    /// The key of its word in the catalogue of texts, and the word in JSON behind the dash.
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "state-none",
            Self::Draft => "state-draft",
            Self::Posted => "state-posted",
            Self::Unposted => "state-unposted",
            Self::Open => "state-open",
            Self::Archived => "state-archived",
            Self::Changed => "state-changed",
        }
    }
}

/// One period of the year.
#[derive(Clone, Debug)]
pub struct PeriodLine {
    /// Which.
    pub run: RunPeriod,
    /// How far it is.
    pub state: PeriodState,
    /// Number of its last record that counts.
    pub n: Option<u32>,
    /// The day the boards went up.
    pub date: Option<NaiveDate>,
    /// Last day of publication.
    pub last_day: Option<NaiveDate>,
    /// By when submissions are due.
    pub due: Option<NaiveDate>,
}

/// Every period that some scheme scores or that has a record or a draft, in the order of the year.
fn runs(county: &Setup, records: &Records, out: &Path) -> Vec<RunPeriod> {
    let year = county.workspace.year;
    let scored = |every: Every| county.schemes.iter().any(|scheme| scheme.member.scores(every));
    let known = |run: RunPeriod| records.of(run).next().is_some() || draft(out, run).is_some();
    let all = [Every::Month, Every::Quarter, Every::Half, Every::Year].into_iter().flat_map(Every::all);
    let mut runs: Vec<RunPeriod> = all.map(|period| RunPeriod { year, period }).collect();
    runs.retain(|run| scored(run.period.every()) || known(*run));
    runs.sort_by_key(|run| (run.period.last_month(), run.period.every()));
    runs
}

/// The draft of a period, if there is one.
fn draft(out: &Path, run: RunPeriod) -> Option<PathBuf> {
    Some(out.join(run.to_string())).filter(|folder| folder.join("manifest.json").is_file())
}

/// A digest of what each period consists of: its records and its draft, and for the year what came in.
pub fn contents(county: &Setup, options: &Options, inputs: &[(Arc<str>, String, u64)]) -> Result<BTreeMap<String, String>, RunError> {
    let records = Records::read(&county.workspace.root)?;
    let out = out_folder(options);
    let manifest = |folder: &Path| sha256_hex(&std::fs::read(folder.join("manifest.json")).unwrap_or_default());
    let mut all = BTreeMap::new();
    for run in runs(county, &records, &out) {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(records.of(run).map(|record| format!("{} {} {}", record.n, manifest(&record.folder), record.withdrawn.is_some())));
        parts.extend(draft(&out, run).map(|folder| manifest(&folder)));
        // Whatever comes in may change the year.
        if run.period == Period::YEAR {
            parts.extend(inputs.iter().map(|(name, digest, _)| format!("{name} {digest}")));
        }
        if !parts.is_empty() {
            all.insert(run.to_string(), sha256_hex(parts.join("\n").as_bytes()));
        }
    }
    Ok(all)
}

/// Every period of the year with its state, and the records that somebody has changed. `inputs` is what lies in the inbox.
pub fn periods(county: &Setup, options: &Options, inputs: &[(Arc<str>, String, u64)]) -> Result<(Vec<PeriodLine>, Vec<String>), RunError> {
    let records = Records::read(&county.workspace.root)?;
    let out = out_folder(options);
    // What today is, somebody must have said.
    let today = options.date.or(county.workspace.date);
    let archive = archives(&county.workspace.root).into_iter().rfind(|archive| archive.year == county.workspace.year);
    let now = if archive.is_some() { contents(county, options, inputs)? } else { BTreeMap::new() };
    let mut lines = Vec::new();
    for run in runs(county, &records, &out) {
        let last = records.of(run).filter_map(|record| Some((record.n, record.counts()?))).last();
        let draft = draft(&out, run).map(|folder| Read::of(run, folder)).transpose()?;
        let key = run.to_string();
        let state = match (&archive, &last, &draft) {
            (Some(archive), ..) if now.contains_key(&key) || archive.periods.contains_key(&key) => {
                if now.get(&key) == archive.periods.get(&key) { PeriodState::Archived } else { PeriodState::Changed }
            }
            (_, None, None) => PeriodState::None,
            (_, None, Some(_)) => PeriodState::Draft,
            (_, Some((_, posting)), draft) => {
                let due = draft.as_ref().map(|draft| draft.has_news(county, &records, posting.date)).transpose()?;
                let runs_still = |today: NaiveDate| posting.date <= today && posting.last_day.is_some_and(|last| today <= last);
                match due {
                    Some(true) => PeriodState::Unposted,
                    _ if today.is_some_and(runs_still) => PeriodState::Open,
                    _ => PeriodState::Posted,
                }
            }
        };
        lines.push(PeriodLine {
            run,
            state,
            n: last.map(|(n, _)| n),
            date: last.map(|(_, posting)| posting.date),
            last_day: last.and_then(|(_, posting)| posting.last_day),
            due: county.workspace.dates.due(run),
        });
    }
    let damaged = records.all.iter().filter_map(|record| {
        let file = record.damaged.clone().or_else(|| record.verify())?;
        Some(format!("{FOLDER}/{}/{}/{file}", record.run, record.n))
    });
    Ok((lines, damaged.collect()))
}
