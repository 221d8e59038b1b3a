//! One member's figures followed to their cells. Traces are worked out here, on demand, and never kept.

mod posted;

pub use posted::{Recorded, Told, WhichRecord, recorded};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Fact, Finding, Lang, Place, fill, text};
use crate::forms::{self, BranchOutcomes, Data, EXPLAIN, ExplainedSubject, FORMS, Form, Point, points};
use crate::inbox;
use crate::publish::{safe_name, write_files};
use crate::rollup::{Outcome, OutcomeKind, member_totals};
use crate::run::intake::{self, Submitted};
use crate::run::print::{About, print};
use crate::run::{BranchScores, BranchState, Options, RunError, Summary, Templates, no_template, short_digest};
use crate::score::{Trace, trace_branch, trace_member};
use crate::sheet::Book;
use crate::submission::{Member, shown};
use crate::words;

/// One subject of that name.
pub struct Explanation<'a> {
    /// Index into the register.
    pub branch: usize,
    /// The member's name, or the branch's.
    pub name: &'a str,
    /// What there is to say.
    pub what: Explained<'a>,
}

/// What there is to say about a subject.
pub enum Explained<'a> {
    /// Its branch's submission was returned.
    Returned {
        /// The errors that brought it back, those about this person first.
        errors: Vec<&'a Finding>,
        /// How many of them are about this person.
        own: usize,
    },
    /// Its branch has sent nothing.
    Missing,
    /// A branch whose scheme scores members only.
    BranchUnscored,
    /// Scored, or not and why.
    Decided {
        /// The member; none for the branch itself.
        member: Option<&'a Member>,
        /// The outcome.
        outcome: &'a Outcome,
        /// What is said beside the figures.
        points: Vec<Point>,
        /// Every figure, in the scheme's order; empty where nothing is scored.
        traces: Vec<Trace>,
    },
}

/// Whom to explain.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// A member's name, or a branch's name or code.
    pub name: &'a str,
    /// The branch's code, where names repeat.
    pub branch: Option<&'a str>,
    /// 序号, where a name repeats within a branch.
    pub seq: Option<i64>,
    /// The language in which rules are told; forms want Chinese.
    pub lang: Lang,
}

/// Everyone of that name, in the order of branches. In a returned branch its roster may not be readable, so those are
/// listed only where the roster was, or where the branch is asked for by its code.
pub fn explain<'a>(summary: &'a Summary, wanted: Wanted<'a>) -> Vec<Explanation<'a>> {
    let county = &summary.county;
    let name = words::name(wanted.name);
    let mut found = Vec::new();
    for (at, state) in summary.resolved.states().enumerate() {
        let branch = &county.register.branches[at];
        if wanted.branch.is_some_and(|code| code != branch.code) {
            continue;
        }
        let itself = wanted.seq.is_none() && (words::name(&branch.name) == name || branch.code == wanted.name);
        let on_roster = summary.resolved.branches[at].roster.iter().any(|member| **member == *name);
        let shown = if itself { branch.name.as_str() } else { wanted.name };
        match state {
            BranchState::Accepted(card) => {
                let before = found.len();
                found.extend(in_branch(summary, at, card, &name, itself, wanted));
                if itself && found.len() == before {
                    found.push(Explanation { branch: at, name: &branch.name, what: Explained::BranchUnscored });
                }
            }
            BranchState::Returned if itself || on_roster || wanted.branch.is_some() => {
                let what = returned(summary, at, &name);
                found.push(Explanation { branch: at, name: shown, what });
            }
            BranchState::Missing if itself || wanted.branch.is_some() => {
                found.push(Explanation { branch: at, name: shown, what: Explained::Missing });
            }
            _ => {}
        }
    }
    found
}

fn in_branch<'a>(
    summary: &'a Summary,
    at: usize,
    card: &'a BranchScores,
    name: &str,
    itself: bool,
    wanted: Wanted<'_>,
) -> impl Iterator<Item = Explanation<'a>> {
    let county = &summary.county;
    let submission = &card.submission;
    let branch = BranchOutcomes { submission, outcomes: &card.outcomes, schemes: &county.schemes, run: county.run };
    card.outcomes.iter().filter_map(move |outcome| {
        let scheme = &county.schemes[outcome.scheme];
        let (member, shown, traces) = match outcome.kind {
            OutcomeKind::Member(number) => {
                let member = &submission.members[number as usize];
                if *member.name != *name || wanted.seq.is_some_and(|seq| seq != member.seq) {
                    return None;
                }
                (Some(member), &*member.name, trace_member(scheme, submission, number, county.run, wanted.lang))
            }
            OutcomeKind::Branch if itself => {
                let totals = member_totals(&card.outcomes, outcome.scheme);
                let traces = trace_branch(scheme, submission, &totals, county.run, wanted.lang);
                (None, county.register.branches[at].name.as_str(), traces)
            }
            OutcomeKind::Branch => return None,
        };
        let changes = summary.resolved.comparison.changes.get(&at).map_or(&[][..], Vec::as_slice);
        let mut points = points(&branch, outcome);
        points.extend(forms::corrections(changes, outcome.kind));
        let what = Explained::Decided { member, outcome, points, traces };
        Some(Explanation { branch: at, name: shown, what })
    })
}

/// Why the branch was sent back: what concerns the person first.
fn returned<'a>(summary: &'a Summary, branch: usize, name: &str) -> Explained<'a> {
    let about = |finding: &Finding| {
        let named = if let Some(Fact::Person(person)) = &finding.fact { Some(person.as_str()) } else { None };
        named.into_iter().chain(finding.value.as_deref()).any(|value| words::name(value) == name)
    };
    let (mut errors, others): (Vec<&Finding>, Vec<&Finding>) = summary.errors_of(branch).partition(|finding| about(finding));
    let own = errors.len();
    errors.extend(others);
    Explained::Returned { errors, own }
}

/// Names of all members that can be explained, for the hint after a slip.
pub fn known_names(summary: &Summary) -> impl Iterator<Item = &str> {
    summary.resolved.branches.iter().flat_map(|result| &result.roster).map(AsRef::as_ref)
}

/// What stood in the cells of traces, read again from the inbox.
#[derive(Default)]
pub struct Originals {
    files: Option<Vec<Submitted>>,
    books: BTreeMap<Arc<str>, Option<Book>>,
}

impl Originals {
    /// The cell's content as the sender sees it; none where it is blank or the file has gone.
    pub fn text(&mut self, summary: &Summary, place: &Place) -> Option<String> {
        let (file, sheet, cell) = (place.file.as_ref()?, place.sheet.as_ref()?, place.cell?);
        if !self.books.contains_key(file) {
            let book = self.open(summary, file);
            self.books.insert(Arc::clone(file), book);
        }
        let book = self.books.get(file)?.as_ref()?;
        let sheet = book.sheets.iter().find(|own| own.name == *sheet)?;
        sheet.get(cell.row, cell.column).map(shown)
    }

    fn open(&mut self, summary: &Summary, name: &Arc<str>) -> Option<Book> {
        let limits = inbox::Limits::default();
        if self.files.is_none() {
            self.files = Some(intake::group(&summary.county, summary.county.incoming(&limits).ok()?.0, &limits));
        }
        let sent = self.files.iter().flatten().find(|sent| sent.files.iter().any(|part| part.file.name == *name))?;
        intake::open(&summary.county, sent, &limits).ok()?.book.ok()
    }
}

/// Writes 积分说明 as PDF and XLSX into a folder; gives the two files.
pub fn write_explanation(
    summary: &Summary,
    options: &Options,
    one: &Explanation<'_>,
    originals: &mut Originals,
    folder: &Path,
) -> Result<[PathBuf; 2], RunError> {
    let county = &summary.county;
    let explaining = |form: &'static Form| if let Data::Explained(data) = form.data { Some((form, data)) } else { None };
    let (form, data) = FORMS.iter().find_map(explaining).ok_or_else(|| no_template(&EXPLAIN))?;
    let templates = Templates::of(options, county, vec![form])?;
    let branch = &county.register.branches[one.branch];
    let issuer = county.issuer();
    let (member, outcome, traces): (_, _, &[Trace]) = match &one.what {
        Explained::Decided { member, outcome, traces, .. } => (*member, Some(*outcome), traces),
        _ => (None, None, &[]),
    };
    let scheme = outcome.map(|outcome| outcome.scheme);
    let loaded = templates.template(form, scheme)?;
    let files = summary.resolved.files(one.branch).unwrap_or_default();
    let sent = || summary.resolved.branches[one.branch].sources.iter().flat_map(|sent| sent.names());
    let inputs = summary.resolved.inputs.iter().filter(|(name, ..)| sent().any(|own| own == &**name));
    let inputs: Vec<&str> = inputs.map(|(_, digest, _)| digest.as_str()).collect();
    let mut made_from = vec![env!("CARGO_PKG_VERSION"), scheme.map_or("", |at| &county.schemes[at].digest), &loaded.digest];
    made_from.extend(inputs);
    let digest = short_digest(&made_from);
    let statements = statements(summary, one, Lang::Zh, originals);
    let cover = match &summary.resolved.branches[one.branch].state {
        BranchState::Accepted(card) => Some(&card.submission.cover),
        _ => None,
    };
    let subject = ExplainedSubject {
        issuer: &issuer,
        branch,
        cover,
        member,
        name: one.name,
        scheme: scheme.map(|at| &county.schemes[at]),
        outcome,
        statements,
        traces,
        file: &files,
        digest: &digest,
    };
    let record = data(&subject, &mut |place| originals.text(summary, place));
    let title = format!("{} {} {}", form.title, branch.name, one.name);
    let about = About { form: form.title, title, unit: &branch.code, author: &issuer.name, date: county.date };
    let printed = print(vec![(&loaded.template, record)], templates.faces(), &about)?;
    let path = |extension: &str| folder.join(format!("{}.{extension}", safe_name(&format!("{}-{}", form.title, one.name))));
    let paths = [path("pdf"), path("xlsx")];
    write_files(&[(&paths[0], &printed.pdf), (&paths[1], &printed.xlsx)], options.force)?;
    Ok(paths)
}

/// Errors of others that are named where a branch was returned.
const OTHERS_NAMED: usize = 3;

/// Everything that is said beside the figures, as heading and text.
pub fn statements(summary: &Summary, one: &Explanation<'_>, lang: Lang, originals: &mut Originals) -> Vec<(String, String)> {
    let said = |about: &str, key: &str, args: &[(&str, &str)]| (text(&format!("about-{about}"), lang).to_owned(), fill(key, lang, args));
    let branch = &summary.county.register.branches[one.branch];
    match &one.what {
        Explained::Decided { points, .. } => points
            .iter()
            .map(|point| forms::statement(point, lang, &summary.county.terms, &mut |place| originals.text(summary, place)))
            .collect(),
        Explained::Missing => {
            let contact = [branch.contact.as_deref(), branch.phone.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            vec![said("missing", "explain-missing", &[("branch", &branch.name), ("contact", &contact)])]
        }
        Explained::BranchUnscored => vec![said("total", "explain-branch-unscored", &[("branch", &branch.name)])],
        Explained::Returned { errors, own } => {
            let count = errors.len().to_string();
            let mut all =
                vec![said("returned", "explain-returned", &[("branch", &branch.name), ("count", &count), ("own", &own.to_string())])];
            for finding in errors.iter().take(own + OTHERS_NAMED) {
                let at = place_text(&finding.place);
                let at = if at.is_empty() { at } else { format!("（{at}）") };
                all.push((text("about-error", lang).to_owned(), format!("{}{at}", finding.message(lang))));
            }
            let rest = errors.len().saturating_sub(own + OTHERS_NAMED);
            if rest > 0 {
                all.push(said("error", "explain-more-errors", &[("count", &rest.to_string())]));
            }
            all
        }
    }
}

fn place_text(place: &Place) -> String {
    let cell = place.cell.map(|cell| cell.to_string());
    [place.file.as_deref(), place.sheet.as_deref(), cell.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" › ")
}
