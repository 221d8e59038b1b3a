//! How far each period of the year is: not begun, a draft, posted.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::Read;
use crate::period::{Every, RunPeriod};
use crate::record::{FOLDER, Records};
use crate::run::{County, Options, RunError, out_folder};

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

/// Every period that some scheme scores, in the order of the year, and the records that somebody has changed.
pub fn periods(county: &County, options: &Options) -> Result<(Vec<PeriodLine>, Vec<String>), RunError> {
    let records = Records::read(&county.workspace.root)?;
    let scored = |every: Every| county.schemes.iter().any(|scheme| scheme.member.scores(every));
    let lengths = [Every::Month, Every::Quarter, Every::Half, Every::Year].into_iter().filter(|every| scored(*every));
    let mut runs: Vec<RunPeriod> = lengths.flat_map(Every::all).map(|period| RunPeriod { year: county.workspace.year, period }).collect();
    runs.sort_by_key(|run| (run.period.last_month(), run.period.every()));
    // What today is, somebody must have said.
    let today = options.date.or(county.workspace.date);
    let mut lines = Vec::new();
    for run in runs {
        let last = records.of(run).filter_map(|record| Some((record.n, record.counts()?))).last();
        let folder: PathBuf = out_folder(options).join(run.to_string());
        let draft = if folder.join("manifest.json").is_file() { Some(Read::of(run, folder)?) } else { None };
        let state = match (&last, &draft) {
            (None, None) => PeriodState::None,
            (None, Some(_)) => PeriodState::Draft,
            (Some((_, posting)), draft) => {
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
