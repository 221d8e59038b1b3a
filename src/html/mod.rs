//! `index.html`: the county at a glance, one page that needs nothing beside it.
//!
//! `data` says what is in it, as JSON; `templates/html` how it looks and what it does: `page.html`, `page.css`, `page.js`, and Chart.js for
//! the charts. `board` packs the boards as laid out. Nobody's data beyond what boards show: no identity numbers, birth dates, phones of members, no reasons, no letters.

mod board;
mod data;

pub use board::Board;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::builtin;
use crate::diag::Lang;
use crate::period::RunPeriod;
use crate::report::Overview;

/// What the page says beside the overview.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The language it opens in, and that of findings.
    pub lang: Lang,
    /// Files of the result, as paths in its folder.
    pub files: &'a BTreeSet<String>,
    /// Periods of the year, in its order.
    pub stages: &'a [PeriodStage],
    /// The record of the run's period that holds a branch, by its code.
    pub posted: &'a BTreeMap<String, u32>,
    /// Boards by place in the register.
    pub boards: &'a BTreeMap<usize, Board>,
}

/// How far a period of the year is. Whether its publication still runs, the page says when it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodStage {
    /// Which.
    pub run: RunPeriod,
    /// By when submissions are due.
    pub due: Option<NaiveDate>,
    /// Its last record that counts.
    pub posted: Option<Posted>,
}

/// A record of boards that went up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub n: u32,
    /// The day.
    pub date: NaiveDate,
    /// Last day of publication.
    pub last_day: Option<NaiveDate>,
}

/// The page, UTF-8.
pub fn page(overview: &Overview<'_>, page: &Page<'_>) -> Vec<u8> {
    let data = serde_json::to_string(&data::data(overview, page)).unwrap_or_default(); // maps with text keys always serialise
    let title = format!("{} {}", overview.issuer.county, overview.issuer.run.zh());
    let part = |name: &str| builtin::page(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let whole = part("page.html");
    let mut out = Vec::with_capacity(data.len() + (1 << 19));
    let mut rest = whole.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.extend_from_slice(before.as_bytes());
        let text: Cow<'_, str> = match name {
            "title" => escaped(&title).into(),
            "style" => part("page.css").into(),
            // Within a script only the end of a script has a meaning.
            "data" => data.replace('<', "\\u003c").into(),
            "boards" => board::all(page.boards.iter().filter_map(|(at, board)| Some((data::line_of(overview, *at)?, board)))).into(),
            "chart" => part("chart.umd.min.js").into(),
            "script" => part("page.js").into(),
            other => format!("{{{other}}}").into(),
        };
        out.extend_from_slice(text.as_bytes());
        rest = behind;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
