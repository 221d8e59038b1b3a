//! First pass: every file on its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{County, Progress, RunError, Stage};
use crate::check;
use crate::diag::{Code, Finding, Place, Severity};
use crate::fence::FenceError;
use crate::inbox::{self, Incoming};
use crate::rollup::{Outcome, branch_outcomes};
use crate::sheet;
use crate::submission::{self, Expected, Submission};

/// What is kept of a submission that may be used.
#[derive(Debug)]
pub struct Card {
    /// The typed submission.
    pub submission: Submission,
    /// Scores and what follows from them.
    pub outcomes: Vec<Outcome>,
}

/// What one file came to.
#[derive(Debug)]
pub struct Gathered {
    /// Its name in the inbox.
    pub name: Arc<str>,
    /// SHA-256 of its bytes; none where it could not be read.
    pub digest: Option<[u8; 32]>,
    /// Bytes.
    pub size: u64,
    /// The branch, where it is known.
    pub branch: Option<usize>,
    /// 报出日期.
    pub reported: Option<NaiveDate>,
    /// When the document says it was last changed.
    pub modified: Option<String>,
    /// Digest of the file that this one corrects.
    pub corrects: Option<String>,
    /// Cells that held something.
    pub cells: usize,
    /// Where its bytes are.
    pub source: Incoming,
    /// Everything found in it, without the branch's code.
    pub findings: Vec<Finding>,
    /// The card, where the file could be read as a submission and holds no error.
    pub card: Option<Box<Card>>,
}

/// Lists the inbox and works through every file.
pub fn gather(county: &County, progress: Progress<'_>) -> Result<(Vec<Gathered>, Vec<Finding>), RunError> {
    let limits = inbox::Limits::default();
    let (files, findings) = inbox::list(&county.workspace.inbox, &limits)?;
    let done = AtomicUsize::new(0);
    progress(Stage::Gather, 0, files.len());
    // `collect` keeps the order of the list, whatever thread is done first.
    let gathered = files
        .par_iter()
        .map(|file| {
            let one = catch_unwind(AssertUnwindSafe(|| gather_one(county, file, &limits))).unwrap_or_else(|_| {
                let finding = Finding::new(Code::UnreadableFile, Place::file(&file.name)).arg("detail", "panic");
                Ok(failed(file, None, finding))
            });
            progress(Stage::Gather, done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
            one
        })
        .collect::<Result<_, _>>()?;
    Ok((gathered, findings))
}

fn failed(file: &Incoming, digest: Option<[u8; 32]>, finding: Finding) -> Gathered {
    Gathered {
        name: Arc::clone(&file.name),
        digest,
        size: file.size,
        branch: None,
        reported: None,
        modified: None,
        corrects: None,
        cells: 0,
        source: file.clone(),
        findings: vec![finding],
        card: None,
    }
}

fn gather_one(county: &County, file: &Incoming, limits: &inbox::Limits) -> Result<Gathered, FenceError> {
    let place = Place::file(&file.name);
    let bytes = match inbox::fetch(file, limits) {
        Ok(bytes) => bytes,
        Err(unfetched) => return Ok(failed(file, None, unfetched.finding(place))),
    };
    let digest = inbox::digest(&bytes);
    let book = match county.fence.read(&file.name, &bytes)? {
        Ok(book) => book,
        Err(refusal) => return Ok(failed(file, Some(digest), refusal.finding(place))),
    };
    drop(bytes);
    let cells = book.sheets.iter().map(sheet::Sheet::count).sum();
    let (cover, mut findings) = submission::read_cover(&book, &file.name);
    let identity = check::identify(&cover, &file.name, &county.register, county.workspace.year);
    findings.extend(identity.findings);
    let mut gathered = Gathered {
        name: Arc::clone(&file.name),
        digest: Some(digest),
        size: file.size,
        branch: identity.branch,
        reported: cover.reported,
        modified: book.modified.clone(),
        corrects: book.returns.clone(),
        cells,
        source: file.clone(),
        findings,
        card: None,
    };
    let Some(branch) = identity.branch else { return Ok(gathered) };
    if !county.wants(branch) {
        return Ok(gathered);
    }
    let scheme_of = |category: &str| county.scheme_of(branch, category);
    let expected = Expected { run: county.run, schemes: &county.schemes, scheme_of: &scheme_of, categories: &county.workspace.categories };
    let (submission, found) = submission::read(&book, cover, &file.name, &expected);
    drop(book);
    gathered.findings.extend(found);
    gathered.findings.extend(check::submission(&submission, &county.schemes, county.run));
    let good = gathered.findings.iter().all(|finding| finding.severity() != Severity::Error);
    let (outcomes, found) = if good { branch_outcomes(&submission, &county.schemes, county.run) } else { Default::default() };
    gathered.findings.extend(found);
    gathered.card = Some(Box::new(Card { submission, outcomes }));
    Ok(gathered)
}
