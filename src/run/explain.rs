//! One member's figures followed to their cells. Traces are worked out here, on demand, and never kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BranchState, Summary, intake};
use crate::diag::{Place, Severity};
use crate::inbox;
use crate::rollup::{Outcome, OutcomeKind};
use crate::score::{Trace, trace_branch, trace_member};
use crate::sheet::{self, Book};
use crate::submission::{Member, shown};

/// One subject of that name.
pub struct Explanation<'a> {
    /// Index into the register.
    pub branch: usize,
    /// What there is to say.
    pub what: Explained<'a>,
}

/// What there is to say about a subject.
pub enum Explained<'a> {
    /// Its branch's submission was returned.
    Returned,
    /// Scored, or not and why: see the outcome's flags.
    Decided {
        /// The member; none for the branch itself.
        member: Option<&'a Member>,
        /// The outcome.
        outcome: &'a Outcome,
        /// Every figure, the total last; empty where nothing is scored.
        traces: Vec<Trace>,
    },
}

/// Everyone of that name, in the order of branches. In a returned branch its roster may not be readable, so those are
/// listed only where the roster was.
pub fn explain<'a>(summary: &'a Summary, name: &str, branch_code: Option<&str>) -> Vec<Explanation<'a>> {
    let county = &summary.county;
    let wanted = sheet::words::name(name);
    let mut found = Vec::new();
    for (at, state) in summary.resolved.branches.iter().enumerate() {
        let branch = &county.register.branches[at];
        if branch_code.is_some_and(|code| code != branch.code) {
            continue;
        }
        match state {
            BranchState::Accepted(card) => {
                for outcome in &card.outcomes {
                    let scheme = &county.schemes[outcome.scheme];
                    let what = match outcome.kind {
                        OutcomeKind::Member(number) if *card.submission.members[number as usize].name == *wanted => Explained::Decided {
                            member: Some(&card.submission.members[number as usize]),
                            outcome,
                            traces: trace_member(scheme, &card.submission, number, county.run),
                        },
                        OutcomeKind::Branch if sheet::words::name(&branch.name) == wanted => {
                            Explained::Decided { member: None, outcome, traces: trace_branch(scheme, &card.submission, county.run) }
                        }
                        _ => continue,
                    };
                    found.push(Explanation { branch: at, what });
                }
            }
            BranchState::Returned if summary.resolved.rosters[at].iter().any(|member| **member == *wanted) => {
                found.push(Explanation { branch: at, what: Explained::Returned });
            }
            _ => {}
        }
    }
    found
}

/// Names of all members that can be explained, for the hint after a slip.
pub fn known_names(summary: &Summary) -> impl Iterator<Item = &str> {
    summary.resolved.rosters.iter().flatten().map(AsRef::as_ref)
}

/// First error of a returned branch, and how many there are.
pub fn errors_of(summary: &Summary, branch: usize) -> (usize, Option<&crate::diag::Finding>) {
    let code = &summary.county.register.branches[branch].code;
    let mut errors = summary.resolved.findings.iter().filter(|f| f.severity() == Severity::Error && f.branch_code.as_deref() == Some(code));
    let first = errors.next();
    (usize::from(first.is_some()) + errors.count(), first)
}

/// What stood in the cells of traces, read again from the inbox.
#[derive(Default)]
pub struct Originals {
    books: BTreeMap<Arc<str>, Option<Book>>,
}

impl Originals {
    /// The cell's content as the sender sees it; none where it is blank or the file has gone.
    pub fn text(&mut self, summary: &Summary, place: &Place) -> Option<String> {
        let (file, sheet, cell) = (place.file.as_ref()?, place.sheet.as_ref()?, place.cell?);
        if !self.books.contains_key(file) {
            self.books.insert(Arc::clone(file), open(summary, file));
        }
        let book = self.books.get(file)?.as_ref()?;
        let sheet = book.sheets.iter().find(|own| own.name == *sheet)?;
        sheet.get(cell.row, cell.column).map(shown)
    }
}

fn open(summary: &Summary, name: &Arc<str>) -> Option<Book> {
    let limits = inbox::Limits::default();
    let (files, _) = inbox::list(&summary.county.workspace.inbox, &limits).ok()?;
    let sent = intake::group(files).into_iter().find(|sent| sent.name == *name)?;
    intake::open(&summary.county, &sent, &limits).ok()?.book.ok()
}
