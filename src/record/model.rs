//! What a record consists of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::exact::with_minus_sign;

/// The version of 公示.json that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// What a board tells of a subject, as it is printed, and what comparison looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// Published total.
    pub total: Option<String>,
    /// What the board shows, if that is another figure.
    pub board: Option<String>,
    /// 等次.
    pub grade: Option<String>,
    /// 星级.
    pub stars: Option<u8>,
    /// 荣誉, sorted.
    #[serde(default)]
    pub honours: Vec<String>,
}

impl Values {
    /// True if there is anything to be posted.
    pub fn is_scored(&self) -> bool {
        *self != Self::default()
    }

    /// `94.03分、合格、季度之星`; `不计分` if there is nothing.
    pub fn told(&self) -> String {
        let score = self.board.as_ref().or(self.total.as_ref()).map(|score| format!("{}分", with_minus_sign(score)));
        let stars = self.stars.map(|stars| format!("{stars}星"));
        let all: Vec<String> = [score, self.grade.clone(), stars].into_iter().flatten().chain(self.honours.iter().cloned()).collect();
        if all.is_empty() { "不计分".to_owned() } else { all.join("、") }
    }
}

/// A line of results.jsonl as far as it is compared; other keys are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// 支部编码.
    pub branch_code: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// Scheme id.
    pub scheme: String,
    /// `member` or `branch`.
    pub subject: String,
    total: Option<String>,
    board: Option<String>,
    grade: Option<String>,
    stars: Option<u8>,
    #[serde(default)]
    honours: Vec<String>,
    /// The letter that it brings.
    pub letter: Option<String>,
}

impl Row {
    /// What is compared.
    pub fn values(&self) -> Values {
        let mut honours = self.honours.clone();
        honours.sort();
        Values { total: self.total.clone(), board: self.board.clone(), grade: self.grade.clone(), stars: self.stars, honours }
    }
}

/// A correction that a posted board printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The period whose figures it corrects.
    pub period: String,
    /// The branch on whose board it stood.
    pub branch_code: String,
    /// `member` or `branch`.
    pub subject: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// Scheme id.
    pub scheme: String,
    /// What was posted before; none if nothing was.
    pub old: Option<Values>,
    /// What it was corrected to.
    pub new: Values,
}

/// A file and what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Id of a scheme, name of a template.
    pub name: String,
    /// SHA-256.
    pub sha256: String,
}

/// A submission that a recorded board rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name in the inbox.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Where it is kept, relative to 公示存档; none if the inbox no longer held it when the boards were recorded.
    pub kept: Option<String>,
}

/// A recorded branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedBranch {
    /// 支部编码.
    pub code: String,
    /// 支部名称.
    pub name: String,
    /// Last day of publication; none if the calendar does not reach it.
    pub last_day: Option<NaiveDate>,
    /// Its boards, relative to the record.
    pub boards: Vec<String>,
    /// What they rest on.
    pub submissions: Vec<Kept>,
}

/// A recorded branch as far as every run needs it: in a large county the rest is read again where it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PostedBranch {
    /// 支部编码.
    pub code: Box<str>,
    /// Last day of publication; none if the calendar does not reach it.
    pub last_day: Option<NaiveDate>,
}

/// 公示.json, with everything about its branches or as much as is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting<Branch = RecordedBranch> {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// That program's version.
    pub program: String,
    /// Place in the order of recording, over all periods, from 1.
    pub order: u64,
    /// 年度.
    pub year: i32,
    /// `2026Q1`.
    pub period: String,
    /// Place among the records of the period, from 1.
    pub n: u32,
    /// The day the boards went up.
    pub date: NaiveDate,
    /// True if the boards print that day; false if they have blanks.
    pub printed: bool,
    /// Last day of publication, of several the latest.
    pub last_day: Option<NaiveDate>,
    /// What `--note` said.
    pub note: Option<String>,
    /// SHA-256 of the draft's manifest.json.
    pub draft_manifest: String,
    /// Schemes of the draft.
    pub schemes: Vec<Source>,
    /// Templates of the draft.
    pub templates: Vec<Source>,
    /// By code.
    pub branches: Vec<Branch>,
    /// Corrections that the recorded boards printed for the first time.
    pub announced: Vec<Announcement>,
}

impl<Branch> Posting<Branch> {
    /// SHA-256 of a scheme.
    pub fn scheme(&self, id: &str) -> Option<&str> {
        self.schemes.iter().find(|scheme| scheme.name == id).map(|scheme| scheme.sha256.as_str())
    }
}

impl Posting<PostedBranch> {
    /// The entry of a branch; entries are sorted by code.
    pub fn branch(&self, code: &str) -> Option<&PostedBranch> {
        let at = self.branches.binary_search_by(|branch| (*branch.code).cmp(code)).ok()?;
        self.branches.get(at)
    }
}

/// 撤回.json.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why.
    pub reason: String,
}
