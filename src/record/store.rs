//! All records of a workspace, and what stands.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diag::Lang;
use crate::digest::{hex, sha256_hex};
use crate::period::RunPeriod;
use crate::publish::PublishError;

use super::letters::{NumberedLetter, letters_in};
use super::model::{FORMAT, Kept, PostedBranch, Posting, Values, Withdrawal};
use super::rows::{Lines, Said};
use super::write::FOLDER;

/// Why records cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file that cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A record of a program that is newer than this one.
    #[error("{} was recorded by a newer program (format {format}); use that version of scorebook, or a later one", folder.display())]
    Newer {
        /// The record.
        folder: PathBuf,
        /// Its format.
        format: u32,
    },
    /// A file of the draft that is no longer what its manifest says.
    #[error("{} has changed or is gone since the run; run again and post that draft", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// A line of the list of letters that cannot be understood.
    #[error("{}, line {line}, is no letter's number; put the file back from a copy, or take out that line if no letter bears the number", path.display())]
    Letters {
        /// The list.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A record that could not be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl RecordError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Io { path, source }, Lang::Zh) => format!("{}：读不了（{source}）", path.display()),
            (Self::Newer { folder, format }, Lang::Zh) => {
                format!("{} 是更新版本的程序登记的（格式 {format}），请换用那个版本或更新的 scorebook", folder.display())
            }
            (Self::Changed { path }, Lang::Zh) => format!("{} 在运行之后被改动或不见了，请重新运行后再登记", path.display()),
            (Self::Letters { path, line }, Lang::Zh) => {
                format!("{} 第 {line} 行不是通知书的文号；请用备份恢复这个文件，没有通知书用过这个文号的，可以删去这一行", path.display())
            }
            (Self::Publish(error), _) => error.message(lang),
            _ => self.to_string(),
        }
    }
}

pub(super) fn unread(path: &Path) -> impl FnOnce(io::Error) -> RecordError + '_ {
    move |source| RecordError::Io { path: path.to_owned(), source }
}

/// One record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its folder.
    pub folder: PathBuf,
    /// The period.
    pub run: RunPeriod,
    /// Place among the records of the period.
    pub n: u32,
    /// 公示.json; none if it cannot be understood.
    pub posting: Option<Posting<PostedBranch>>,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<Withdrawal>,
    /// The first file that is not what it was when it was recorded.
    pub damaged: Option<String>,
    lines: Lines,
}

impl Record {
    /// The posting of a record that counts: neither withdrawn nor changed by hand.
    pub fn counts(&self) -> Option<&Posting<PostedBranch>> {
        self.posting.as_ref().filter(|_| self.withdrawn.is_none() && self.damaged.is_none())
    }

    /// Everything that 公示.json says; none if it cannot be understood.
    pub fn whole(&self) -> Result<Option<Posting>, RecordError> {
        let path = self.folder.join(POSTING);
        let bytes = std::fs::read(&path).map_err(unread(&path))?;
        Ok(serde_json::from_slice(&bytes).ok())
    }

    /// The submissions that the boards of each branch rest on, by its code.
    pub fn submissions(&self) -> Result<BTreeMap<String, Vec<Kept>>, RecordError> {
        let branches = self.whole()?.map(|posting| posting.branches).unwrap_or_default();
        Ok(branches.into_iter().map(|branch| (branch.code, branch.submissions)).collect())
    }

    /// SHA-256 of its rows.
    pub fn digest(&self) -> String {
        hex(&self.lines.digest)
    }

    /// Holds every file against the record's manifest; the first that is another or gone.
    pub fn verify(&self) -> Option<String> {
        let Some(listed) = listed(&self.folder) else { return Some("manifest.json".into()) };
        let same = |one: &Listed| std::fs::read(self.folder.join(&one.file)).is_ok_and(|bytes| sha256_hex(&bytes) == one.sha256);
        listed.into_iter().find(|one| !same(one)).map(|one| one.file)
    }

    /// The rows of a branch, as recorded.
    pub fn rows(&self, code: &str) -> Result<Vec<super::Row>, RecordError> {
        self.lines.of(code).map_err(unread(&self.folder.join(RESULTS)))
    }
}

/// What was posted last of a subject, in a record or by a correction.
#[derive(Clone, Debug)]
pub struct Stood {
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// `member` or `branch`.
    pub subject: String,
    /// Scheme id.
    pub scheme: String,
    /// SHA-256 of that scheme then.
    pub scheme_digest: String,
    /// The figures.
    pub values: Values,
    /// The record whose kept submissions tell whose they are, as an index into [`Records::all`].
    pub record: usize,
    /// Where those submissions came from: the branch's code.
    pub branch_code: String,
}

/// Every record of a workspace.
#[derive(Clone, Debug, Default)]
pub struct Records {
    root: PathBuf,
    /// In the order of recording; those that cannot be understood first.
    pub all: Vec<Record>,
    /// Letters that have a number, in the order in which it was given.
    pub letters: Vec<NumberedLetter>,
    /// SHA-256 of the list of letters; none if there is none.
    pub letters_digest: Option<String>,
    /// Record and place in its list, by period and branch, in the order of recording.
    announced: BTreeMap<(String, String), Vec<(usize, usize)>>,
}

/// The file of rows.
pub(super) const RESULTS: &str = "results.jsonl";
/// What a record says of itself.
pub(super) const POSTING: &str = "公示.json";

impl Records {
    /// Reads 公示存档 of a workspace; none is no fault.
    pub fn read(workspace: &Path) -> Result<Self, RecordError> {
        let root = workspace.join(FOLDER);
        let mut records = Self { root: root.clone(), ..Self::default() };
        for period in folders(&root)? {
            let Some(run) = name(&period).and_then(RunPeriod::parse) else { continue };
            for folder in folders(&period)? {
                if let Some(n) = name(&folder).and_then(|name| name.parse().ok()) {
                    records.all.push(read(folder, run, n)?);
                }
            }
        }
        records.all.sort_by_key(|record| (record.posting.as_ref().map(|posting| posting.order), record.run, record.n));
        for (at, record) in records.all.iter().enumerate() {
            for (place, one) in record.counts().iter().flat_map(|posting| &posting.announced).enumerate() {
                records.announced.entry((one.period.clone(), one.branch_code.clone())).or_default().push((at, place));
            }
        }
        (records.letters, records.letters_digest) = letters_in(&root)?;
        records.void_withdrawn();
        Ok(records)
    }

    /// 公示存档.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every file of every record, the list of them and the kept submissions, by path; what was left unfinished is not among them.
    pub fn files(&self) -> Result<Vec<PathBuf>, RecordError> {
        let mut found = Vec::new();
        let mut left = vec![self.root.clone()];
        while let Some(folder) = left.pop() {
            left.extend(folders(&folder)?.into_iter().filter(|path| !name(path).is_some_and(|name| name.starts_with('.'))));
            if folder.is_dir() {
                for entry in std::fs::read_dir(&folder).map_err(unread(&folder))? {
                    let path = entry.map_err(unread(&folder))?.path();
                    if path.is_file() && !name(&path).is_some_and(|name| name.starts_with('.')) {
                        found.push(path);
                    }
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Records of a period, by number.
    pub fn of(&self, run: RunPeriod) -> impl Iterator<Item = &Record> {
        let mut own: Vec<&Record> = self.all.iter().filter(|record| record.run == run).collect();
        own.sort_by_key(|record| record.n);
        own.into_iter()
    }

    /// Periods that have a record that counts, in the order of the year.
    pub fn periods(&self) -> Vec<RunPeriod> {
        let mut periods: Vec<RunPeriod> = self.all.iter().filter(|record| record.counts().is_some()).map(|record| record.run).collect();
        periods.sort_by_key(|run| (run.year, run.period.last_month(), run.period.every()));
        periods.dedup();
        periods
    }

    /// The number of the next record of a period, and its place in the order.
    pub fn next(&self, run: RunPeriod) -> (u32, u64) {
        let n = self.of(run).map(|record| record.n).max().unwrap_or(0) + 1;
        let order = self.all.iter().filter_map(|record| Some(record.posting.as_ref()?.order)).max().unwrap_or(0) + 1;
        (n, order)
    }

    /// The record that stands for a branch and period: the highest number that counts and holds it.
    pub fn standing(&self, run: RunPeriod, code: &str) -> Option<usize> {
        let holds = |record: &Record| {
            record.run == run && record.lines.has(code) && record.counts().is_some_and(|posting| posting.branch(code).is_some())
        };
        (0..self.all.len()).filter(|at| holds(&self.all[*at])).max_by_key(|at| self.all[*at].n)
    }

    /// True if the record that stands for a branch says this and nothing else, in this order, and no board has corrected it.
    /// Most of a year's records do, and this is found without making anything of their rows.
    pub fn repeats(&self, run: RunPeriod, code: &str, now: &[Said<'_>]) -> Result<bool, RecordError> {
        if self.announced.contains_key(&(run.to_string(), code.to_owned())) {
            return Ok(false);
        }
        let Some(at) = self.standing(run, code) else { return Ok(false) };
        let record = &self.all[at];
        record.lines.repeat(code, now).map_err(unread(&record.folder.join(RESULTS)))
    }

    /// What was posted last of a branch's subjects for a period, record or correction; none if no record holds the branch.
    pub fn stood(&self, run: RunPeriod, code: &str) -> Result<Option<Vec<Stood>>, RecordError> {
        let Some(at) = self.standing(run, code) else { return Ok(None) };
        let record = &self.all[at];
        let Some(posting) = record.counts() else { return Ok(None) };
        let digest = |posting: &Posting<PostedBranch>, scheme: &str| posting.scheme(scheme).unwrap_or_default().to_owned();
        let mut stood: Vec<Stood> = record
            .rows(code)?
            .into_iter()
            .map(|row| Stood {
                values: row.values(),
                seq: row.seq,
                name: row.name,
                subject: row.subject,
                scheme_digest: digest(posting, &row.scheme),
                scheme: row.scheme,
                record: at,
                branch_code: code.to_owned(),
            })
            .collect();
        for (later, place) in self.announced.get(&(run.to_string(), code.to_owned())).into_iter().flatten() {
            let Some(by) = self.all[*later].counts().filter(|by| by.order > posting.order) else { continue };
            let one = &by.announced[*place];
            let said = Stood {
                seq: one.seq,
                name: one.name.clone(),
                subject: one.subject.clone(),
                scheme: one.scheme.clone(),
                scheme_digest: digest(by, &one.scheme),
                values: one.new.clone(),
                record: *later,
                branch_code: code.to_owned(),
            };
            match same(&stood, &said) {
                Some(at) => stood[at] = said,
                None => stood.push(said),
            }
        }
        Ok(Some(stood))
    }

    /// What was posted for a period of people who bear one of the names, in any branch but their own.
    pub fn elsewhere(&self, run: RunPeriod, names: &std::collections::BTreeSet<&str>) -> Result<Vec<Stood>, RecordError> {
        let mut codes: std::collections::BTreeSet<Box<str>> = std::collections::BTreeSet::new();
        for record in self.all.iter().filter(|record| record.run == run && record.counts().is_some()) {
            let bearing = record.lines.bearing(names).map_err(unread(&record.folder.join(RESULTS)))?;
            codes.extend(bearing.into_iter().map(|(code, _)| code));
        }
        let mut found = Vec::new();
        for code in codes {
            let stood = self.stood(run, &code)?.unwrap_or_default();
            found.extend(stood.into_iter().filter(|one| one.subject == "member" && names.contains(one.name.as_str())));
        }
        Ok(found)
    }
}

/// The row that a correction is about: of the same name and number, else the only one of the name.
fn same(stood: &[Stood], said: &Stood) -> Option<usize> {
    let alike = |one: &Stood| one.subject == said.subject && (one.name == said.name || said.subject == "branch");
    let rows: Vec<usize> = (0..stood.len()).filter(|at| alike(&stood[*at])).collect();
    let own = rows.iter().copied().find(|at| stood[*at].seq == said.seq);
    own.or(if let [only] = rows.as_slice() { Some(*only) } else { None })
}

fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// Folders below, by name; none if there is no such folder.
fn folders(root: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(RecordError::Io { path: root.to_owned(), source }),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(unread(root))?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(folder: PathBuf, run: RunPeriod, n: u32) -> Result<Record, RecordError> {
    let bytes = std::fs::read(folder.join(POSTING)).unwrap_or_default();
    let mut posting: Option<Posting<PostedBranch>> = serde_json::from_slice(&bytes).ok();
    // Of a newer format perhaps only the number can be understood.
    let format =
        posting.as_ref().map(|posting| posting.format).or_else(|| serde_json::from_slice(&bytes).ok().map(|Numbered { format }| format));
    if let Some(format) = format.filter(|format| *format > FORMAT) {
        return Err(RecordError::Newer { folder, format });
    }
    if let Some(posting) = &mut posting {
        posting.branches.sort_by(|one, other| one.code.cmp(&other.code));
        posting.branches.shrink_to_fit();
    }
    let withdrawal = std::fs::read(folder.join("撤回.json")).ok();
    // A withdrawal that cannot be understood is one all the same.
    let withdrawn = withdrawal.map(|bytes| serde_json::from_slice(&bytes).unwrap_or(Withdrawal { reason: String::new() }));
    let lines = Lines::index(&folder.join(RESULTS)).unwrap_or_default();
    let listed = listed(&folder).unwrap_or_default();
    let digest = |file: &str| listed.iter().find(|one| one.file == file).map(|one| one.sha256.as_str());
    // Boards are held against their digests by `status`: here a change that shows in their size is enough.
    let resized = |one: &&Listed| !std::fs::metadata(folder.join(&one.file)).is_ok_and(|there| there.len() == one.bytes);
    let damaged = [(POSTING, sha256_hex(&bytes)), (RESULTS, hex(&lines.digest))]
        .into_iter()
        .find(|(file, own)| digest(file) != Some(own.as_str()))
        .map(|(file, _)| file.to_owned())
        .or_else(|| listed.iter().find(resized).map(|one| one.file.clone()))
        .or_else(|| posting.is_none().then(|| POSTING.to_owned()));
    Ok(Record { folder, run, n, posting, withdrawn, damaged, lines })
}

/// What every version of 公示.json says.
#[derive(Deserialize)]
struct Numbered {
    format: u32,
}

/// A file of a record, as its manifest lists it.
#[derive(Deserialize)]
struct Listed {
    file: String,
    sha256: String,
    bytes: u64,
}

/// Files of a record, from its manifest.
fn listed(folder: &Path) -> Option<Vec<Listed>> {
    #[derive(Deserialize)]
    struct Manifest {
        outputs: Vec<Listed>,
    }
    let bytes = std::fs::read(folder.join("manifest.json")).ok()?;
    Some(serde_json::from_slice::<Manifest>(&bytes).ok()?.outputs)
}
