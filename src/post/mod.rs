//! `post`: what has been put up on the walls becomes a record. What counts is the draft as it was printed.

mod numbers;
mod periods;

pub use periods::{PeriodLine, PeriodState, contents, periods};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::digest::sha256_hex;
use crate::forms::{BOARD, Issued, Issuer, publication};
use crate::inbox::{self, Incoming};
use crate::period::RunPeriod;
use crate::publish::file_digest;
use crate::record::{
    self, Announcement, Draft, FORMAT, Kept, Original, PostedBranch, Posting, RecordError, RecordedBranch, Records, Row, Source,
};
use crate::run::{Options, RunError, Setup, out_folder, prepare, refused};

/// What is asked of `post`.
#[derive(Clone, Debug, Default)]
pub struct PostOrder {
    /// What the record is to say beside.
    pub note: Option<String>,
    /// Number of the record to be withdrawn, and why.
    pub withdraw: Option<(u32, String)>,
}

/// A finished record, or a withdrawal.
#[derive(Debug)]
pub struct Posted {
    /// The record's folder.
    pub folder: PathBuf,
    /// The period.
    pub run: RunPeriod,
    /// Its number.
    pub n: u32,
    /// The day the boards went up; none for a withdrawal.
    pub date: Option<NaiveDate>,
    /// Last day of publication.
    pub last_day: Option<NaiveDate>,
    /// Recorded branches.
    pub branches: usize,
    /// Corrections that were announced.
    pub announced: usize,
    /// Letters that got a number.
    pub numbered: usize,
    /// Files of the inbox that the draft does not know.
    pub newer: usize,
    /// Submissions that the boards rest on and the inbox no longer holds: nothing is kept of them.
    pub gone: usize,
    /// False if files could not be made read-only.
    pub read_only: bool,
}

/// manifest.json of a draft, as far as it is recorded.
#[derive(Debug, Deserialize)]
struct Manifest {
    posted: Option<NaiveDate>,
    schemes: Vec<Value>,
    templates: Vec<Value>,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    #[serde(default)]
    branches: Vec<DraftBranch>,
    /// Results that were put together say of which runs.
    merged: Option<Value>,
}

/// A branch of a draft.
#[derive(Debug, Deserialize)]
struct DraftBranch {
    code: String,
    name: String,
    folder: String,
    state: String,
    files: Vec<String>,
    /// The last day of publication that its boards print.
    #[serde(default)]
    last_day: Option<NaiveDate>,
    /// Letters that its documents hold.
    #[serde(default)]
    letters: Vec<Issued>,
}

/// A draft, read and held against what is recorded.
pub(super) struct Read {
    run: RunPeriod,
    folder: PathBuf,
    manifest: Manifest,
    manifest_digest: String,
    /// Lines of results.jsonl by branch.
    rows: BTreeMap<String, String>,
    /// Corrections that the boards print, by branch.
    printed: BTreeMap<String, Vec<Announcement>>,
}

/// Records what has been posted of a draft, or withdraws a record.
pub fn post(options: &Options, order: &PostOrder) -> Result<Posted, RunError> {
    let county = prepare(&Options { forms: None, ..options.clone() })?;
    let mut records = Records::read(&county.workspace.root)?;
    // A process that ended right behind its record left the list of all records without it.
    if !records.all.is_empty() {
        records.write_index()?;
    }
    if let Some((n, reason)) = &order.withdraw {
        return withdraw(&records, options.period, *n, reason);
    }
    let draft = choose(&county, options, &records)?;
    if draft.manifest.merged.is_some() {
        return Err(refused(
            format!("{} 是合并的结果，不能登记公示；请在各自的工作区里登记", draft.folder.display()),
            format!("{} is a merged result and is not posted; post in the workspaces that it was made of", draft.folder.display()),
        ));
    }
    draft.proven()?;
    let date = draft.date(options.date)?;
    let due = draft.due(&county, &records, date)?;
    if due.is_empty() {
        return Err(nothing(&draft));
    }
    write(&county, &draft, &mut records, &due, date, order)
}

/// Marks a record as withdrawn.
fn withdraw(records: &Records, period: Option<RunPeriod>, n: u32, reason: &str) -> Result<Posted, RunError> {
    let matching: Vec<&record::Record> = records
        .all
        .iter()
        .filter(|record| record.n == n && record.withdrawn.is_none() && period.is_none_or(|run| run == record.run))
        .collect();
    let [one] = matching.as_slice() else {
        let all: Vec<String> = matching.iter().map(|record| format!("{} {}", record.run, record.n)).collect();
        return Err(if all.is_empty() {
            refused(format!("没有可撤回的第 {n} 次公示记录"), format!("there is no record {n} to be withdrawn"))
        } else {
            refused(
                format!("第 {n} 次公示记录不止一个：{}；请用 --period 写明期间", all.join("、")),
                format!("there are several records {n}: {}; name the period with --period", all.join(", ")),
            )
        });
    };
    record::withdraw(records, one, reason)?;
    let root = records.root().parent().unwrap_or(Path::new("")).to_owned();
    Records::read(&root)?.write_index()?;
    let branches = one.posting.as_ref().map_or(0, |posting| posting.branches.len());
    Ok(Posted {
        folder: one.folder.clone(),
        run: one.run,
        n,
        date: None,
        last_day: None,
        branches,
        announced: 0,
        numbered: 0,
        newer: 0,
        gone: 0,
        read_only: true,
    })
}

/// The period of the only draft that has something to record.
pub fn draft_period(county: &Setup, options: &Options, records: &Records) -> Result<RunPeriod, RunError> {
    choose(county, options, records).map(|draft| draft.run)
}

/// The draft that is asked for, else the only one that has something to record.
fn choose(county: &Setup, options: &Options, records: &Records) -> Result<Read, RunError> {
    let out = out_folder(options);
    if let Some(run) = options.period {
        let folder = out.join(run.to_string());
        if !folder.join("manifest.json").is_file() {
            return Err(refused(
                format!(
                    "{} 里没有 {} 的结果；请先运行 scorebook run {} --period {run}",
                    out.display(),
                    run.zh(),
                    options.workspace.display()
                ),
                format!(
                    "{} holds no result of {run}; first run scorebook run {} --period {run}",
                    out.display(),
                    options.workspace.display()
                ),
            ));
        }
        return Read::of(run, folder);
    }
    let mut drafts = Vec::new();
    let entries = std::fs::read_dir(&out).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.join("manifest.json").is_file()) {
        let run = path.file_name().and_then(|name| name.to_str()).and_then(RunPeriod::parse);
        if let Some(run) = run.filter(|run| run.year == county.workspace.year) {
            drafts.push(Read::of(run, path)?);
        }
    }
    drafts.sort_by_key(|draft| (draft.run.period.last_month(), draft.run.period.every()));
    if drafts.is_empty() {
        return Err(refused(
            format!("{} 里没有可登记的结果；请先运行 scorebook run {}", out.display(), options.workspace.display()),
            format!("{} holds no result to be recorded; first run scorebook run {}", out.display(), options.workspace.display()),
        ));
    }
    let last = drafts.len() - 1;
    let mut unposted = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let date = draft.manifest.posted.or(options.date).unwrap_or_else(|| draft.run.last_day());
        if !draft.due(county, records, date)?.is_empty() {
            unposted.push(at);
        }
    }
    match unposted.as_slice() {
        [only] => Ok(drafts.swap_remove(*only)),
        [] => Err(nothing(&drafts[last])),
        several => {
            let named: Vec<String> = several.iter().map(|at| drafts[*at].run.to_string()).collect();
            Err(refused(
                format!("有几个期间的结果尚未登记：{}；请用 --period 写明是哪一个", named.join("、")),
                format!("several results are not recorded yet: {}; name one with --period", named.join(", ")),
            ))
        }
    }
}

fn nothing(draft: &Read) -> RunError {
    if draft.rows.is_empty() {
        return refused(
            format!("{} 没有要登记的：草稿里没有通过的支部；报送表通过后再运行 scorebook run", draft.run.zh()),
            format!("{}: nothing to record: no branch is accepted in the draft; run again when submissions are", draft.run),
        );
    }
    refused(
        format!("{} 没有要登记的：结果、更正和公示日期都与已登记的相同，或没有公示栏", draft.run.zh()),
        format!("{}: nothing to record: figures, corrections and dates are as recorded, or there is no board", draft.run),
    )
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

impl Read {
    /// Reads a draft's manifest, rows and corrections.
    pub(super) fn of(run: RunPeriod, folder: PathBuf) -> Result<Self, RunError> {
        let path = folder.join("manifest.json");
        let bytes = std::fs::read(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| {
            refused(
                format!("{} 看不懂（{error}）；请重新运行后再登记", path.display()),
                format!("{} cannot be understood ({error}); run again and post that draft", path.display()),
            )
        })?;
        let mut draft =
            Self { run, manifest, manifest_digest: sha256_hex(&bytes), rows: BTreeMap::new(), printed: BTreeMap::new(), folder };
        for line in draft.lines("results.jsonl")? {
            let code = serde_json::from_str::<Row>(&line).map(|row| row.branch_code).unwrap_or_default();
            draft.rows.entry(code).or_default().extend([line.as_str(), "\n"]);
        }
        for line in draft.lines("changes.jsonl")? {
            if let Ok(said) = serde_json::from_str::<Announcement>(&line) {
                draft.printed.entry(said.branch_code.clone()).or_default().push(said);
            }
        }
        Ok(draft)
    }

    fn lines(&self, file: &str) -> Result<Vec<String>, RunError> {
        let path = self.folder.join(file);
        let bytes = std::fs::read_to_string(&path).map_err(|source| RunError::Io { path, source })?;
        Ok(bytes.lines().map(str::to_owned).collect())
    }

    /// Refuses a draft of which a file is not what the run wrote; files of others do not count.
    fn proven(&self) -> Result<(), RunError> {
        for output in &self.manifest.outputs {
            let path = self.folder.join(text(output, "file"));
            // 下发.zip of a large committee does not fit into the memory.
            let same = file_digest(&path).is_ok_and(|(digest, _)| digest == text(output, "sha256"));
            if !same {
                return Err(RecordError::Changed { path }.into());
            }
        }
        Ok(())
    }

    /// The day of posting: as printed, else as given.
    fn date(&self, given: Option<NaiveDate>) -> Result<NaiveDate, RunError> {
        let date = match (self.manifest.posted, given) {
            (Some(printed), Some(given)) if printed != given => {
                return Err(refused(
                    format!("公示栏上印的是 {printed}，与 --date {given} 不同；印错了的请改 scorebook.toml 后重新运行"),
                    format!("the boards print {printed}, and --date says {given}; if they are wrong correct scorebook.toml and run again"),
                ));
            }
            (Some(date), _) | (None, Some(date)) => date,
            (None, None) => {
                return Err(refused(
                    format!("{} 的公示栏没有印公示日期，请用 --date 写明张贴的日期", self.run.zh()),
                    format!("the boards of {} print no date; give the day of posting with --date", self.run),
                ));
            }
        };
        let first = self.run.first_day_of_last_month();
        if date < first {
            return Err(refused(
                format!("{} 不可能在 {date} 公示：最后一个月 {first} 才开始", self.run.zh()),
                format!("{} cannot have been posted on {date}: its last month begins on {first}", self.run),
            ));
        }
        Ok(date)
    }

    /// Boards of a branch, with their digests.
    fn boards(&self, branch: &DraftBranch) -> Vec<(String, String)> {
        let own = format!("{}/{}.", branch.folder, BOARD.title);
        let of = |output: &&Value| text(output, "file").starts_with(&own);
        self.manifest.outputs.iter().filter(of).map(|output| (text(output, "file").to_owned(), text(output, "sha256").to_owned())).collect()
    }

    /// Accepted branches whose board tells something that is not recorded.
    fn due(&self, county: &Setup, records: &Records, date: NaiveDate) -> Result<Vec<&DraftBranch>, RunError> {
        let mut due = Vec::new();
        for branch in self.manifest.branches.iter().filter(|branch| branch.state == "accepted") {
            let wanted = county.only.is_empty() || county.only.contains(&branch.code);
            if wanted && !self.boards(branch).is_empty() && self.differs(records, branch, date)? {
                due.push(branch);
            }
        }
        Ok(due)
    }

    /// True if there is something to record, posted on the day that its boards print, else on this one.
    pub(super) fn has_news(&self, county: &Setup, records: &Records, date: NaiveDate) -> Result<bool, RunError> {
        Ok(!self.due(county, records, self.manifest.posted.unwrap_or(date))?.is_empty())
    }

    /// Rows of a branch in results.jsonl.
    fn branch_rows(&self, code: &str) -> Result<Vec<Row>, RunError> {
        let lines = self.rows.get(code).into_iter().flat_map(|rows| rows.lines());
        // A row passed over would void the number of its letter.
        let row = |line| serde_json::from_str(line).map_err(|error| RunError::Io { path: self.folder.clone(), source: error.into() });
        lines.map(row).collect()
    }

    fn differs(&self, records: &Records, branch: &DraftBranch, date: NaiveDate) -> Result<bool, RunError> {
        let Some(at) = records.standing(self.run, &branch.code) else { return Ok(true) };
        let record = &records.all[at];
        let own = self.branch_rows(&branch.code)?;
        let told = |rows: &[Row]| -> Vec<_> { rows.iter().map(|row| (row.subject.clone(), row.name.clone(), row.values())).collect() };
        let (mut now, mut then) = (told(&own), told(&record.rows(&branch.code)?));
        now.sort_by(|a, b| (&a.0, &a.1, &a.2.total).cmp(&(&b.0, &b.1, &b.2.total)));
        then.sort_by(|a, b| (&a.0, &a.1, &a.2.total).cmp(&(&b.0, &b.1, &b.2.total)));
        let other_day = |posting: &Posting<PostedBranch>| {
            posting.date != date || posting.branch(&branch.code).is_some_and(|recorded| recorded.last_day != branch.last_day)
        };
        let redated = self.manifest.posted.is_some() && record.posting.as_ref().is_some_and(other_day);
        let unnumbered = numbers::unnumbered(records, self.run, branch).next().is_some();
        Ok(now != then || redated || unnumbered || !self.unannounced(records, &branch.code)?.is_empty())
    }

    /// Corrections on the branch's board that nothing recorded says yet.
    fn unannounced(&self, records: &Records, code: &str) -> Result<Vec<&Announcement>, RunError> {
        let mut found = Vec::new();
        for said in self.printed.get(code).into_iter().flatten() {
            let run = RunPeriod::parse(&said.period).unwrap_or(self.run);
            let stood = records.stood(run, code)?.unwrap_or_default();
            let known = stood.iter().any(|one| {
                one.subject == said.subject
                    && (one.name == said.name && one.seq == said.seq || said.subject == "branch")
                    && one.values == said.new
            });
            if !known {
                found.push(said);
            }
        }
        Ok(found)
    }
}

fn write(
    county: &Setup,
    draft: &Read,
    records: &mut Records,
    due: &[&DraftBranch],
    date: NaiveDate,
    order: &PostOrder,
) -> Result<Posted, RunError> {
    let limits = inbox::Limits::default();
    let (sent, _) = inbox::list(&county.workspace.inbox, &county.workspace.ignore, &limits)?;
    let inputs: BTreeMap<&str, &str> = draft.manifest.inputs.iter().map(|input| (text(input, "file"), text(input, "sha256"))).collect();
    let sent = digests(&sent, &limits);
    let newer = sent.iter().filter(|(file, sha256)| inputs.get(&*file.name) != Some(&sha256.as_str())).count();
    let mut originals: BTreeMap<String, String> = BTreeMap::new();
    let mut branches = Vec::new();
    let mut announced = Vec::new();
    let mut files = Vec::new();
    let mut results = Vec::new();
    let issuer = Issuer { run: draft.run, posted: Some(date), ..county.issuer() };
    for branch in due {
        let boards = draft.boards(branch);
        let rows = draft.rows.get(&branch.code).map(String::as_str).unwrap_or_default();
        results.extend_from_slice(rows.as_bytes());
        announced.extend(draft.unannounced(records, &branch.code)?.into_iter().cloned());
        let kept = branch.files.iter().map(|file| {
            let sha256 = inputs.get(file.as_str()).copied().unwrap_or_default().to_owned();
            Kept { kept: Some(record::kept_path(&sha256, file)), file: file.clone(), sha256 }
        });
        let submissions: Vec<Kept> = kept.collect();
        originals.extend(submissions.iter().filter_map(|one| Some((one.kept.clone()?, one.sha256.clone()))));
        let scored = draft.branch_rows(&branch.code)?.into_iter().filter(|row| row.values().is_scored());
        let scored: BTreeSet<String> = scored.map(|row| row.scheme).collect();
        let own = county.schemes.iter().filter(|scheme| scored.contains(&scheme.id));
        let worked_out = || own.filter_map(|scheme| publication(&issuer, &county.calendar, scheme).1).max();
        // What the boards print counts; where they have blanks the day follows from the one that was given.
        let last_day = if draft.manifest.posted.is_some() { branch.last_day } else { worked_out() };
        branches.push(RecordedBranch {
            code: branch.code.clone(),
            name: branch.name.clone(),
            last_day,
            boards: boards.iter().map(|(file, _)| file.clone()).collect(),
            submissions,
        });
        files.extend(boards);
    }
    files.extend(beside(county, draft));
    // What hangs on the wall rests on what was read then: that the inbox no longer holds it is said and hinders nothing.
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let wanted = originals.iter().filter(|(kept, _)| !record::is_kept(records, kept));
    let found = wanted.filter_map(|(kept, sha256)| {
        let lying = sent.iter().filter(|(_, own)| own == sha256).filter_map(|(file, _)| inbox::fetch(file, &limits).ok());
        let bytes = lying.into_iter().find(|bytes| sha256_hex(bytes) == *sha256);
        gone.extend(bytes.is_none().then_some(kept.as_str()));
        Some(Original { kept: kept.clone(), bytes: bytes? })
    });
    let kept_read_only = record::keep(records, found)?;
    for one in branches.iter_mut().flat_map(|branch| &mut branch.submissions) {
        one.kept.take_if(|kept| gone.contains(kept.as_str()));
    }
    let (n, place) = records.next(draft.run);
    let source = |key: &'static str| move |one: &Value| Source { name: text(one, key).to_owned(), sha256: text(one, "sha256").to_owned() };
    let posting = Posting {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        order: place,
        year: draft.run.year,
        period: draft.run.to_string(),
        n,
        date,
        printed: draft.manifest.posted.is_some(),
        last_day: branches.iter().filter_map(|branch| branch.last_day).max(),
        note: order.note.clone(),
        draft_manifest: draft.manifest_digest.clone(),
        schemes: draft.manifest.schemes.iter().map(source("id")).collect(),
        templates: draft.manifest.templates.iter().map(source("name")).collect(),
        branches,
        announced,
    };
    let draft_files = Draft { folder: draft.folder.clone(), files, results };
    // Before the record: should this process end between them, the next finds the same numbers again.
    let numbered = numbers::give(county, draft, records, due, &issuer, n)?;
    records.write_letters()?;
    let (folder, read_only) = record::record(records, &posting, &draft_files)?;
    Records::read(&county.workspace.root)?.write_index()?;
    Ok(Posted {
        folder,
        run: draft.run,
        n,
        date: Some(date),
        last_day: posting.last_day,
        branches: posting.branches.len(),
        announced: posting.announced.len(),
        numbered,
        newer,
        gone: gone.len(),
        read_only: read_only && kept_read_only,
    })
}

/// What lies in the inbox now, each file with its digest; what cannot be read is passed over.
fn digests<'a>(sent: &'a [Incoming], limits: &inbox::Limits) -> Vec<(&'a Incoming, String)> {
    sent.iter().filter_map(|file| Some((file, sha256_hex(&inbox::fetch(file, limits).ok()?)))).collect()
}

/// 退回意见 of returned branches and 催报名单 of the draft.
fn beside(county: &Setup, draft: &Read) -> Vec<(String, String)> {
    let returned: Vec<String> = draft
        .manifest
        .branches
        .iter()
        .filter(|branch| branch.state == "returned" && (county.only.is_empty() || county.only.contains(&branch.code)))
        .map(|branch| format!("{}/退回意见.", branch.folder))
        .collect();
    let wanted = |file: &str| {
        returned.iter().any(|own| file.starts_with(own))
            || (county.only.is_empty() && file.starts_with("党委/") && file.contains("/催报名单."))
    };
    let outputs = draft.manifest.outputs.iter().map(|output| (text(output, "file").to_owned(), text(output, "sha256").to_owned()));
    outputs.filter(|(file, _)| wanted(file)).collect()
}
