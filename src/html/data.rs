//! What `index.html` holds: short keys and columns, because a county has sixty thousand members.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Page, PeriodStage};
use crate::diag::{Lang, Severity};
use crate::exact::Exact;
use crate::forms::{Standing, figure_names, honours_text, masked};
use crate::period::{Period, RunPeriod};
use crate::report::{BranchLine, Overview};
use crate::rollup::{Counts, Outcome, OutcomeKind, grades_of};
use crate::scheme::Scheme;
use crate::score::Score;
use crate::submission::{Roll, Submission};

/// Flags in the order of their bits.
const FLAGS: [&str; 5] = ["exempt", "probationary", "part-year", "not-expected", "not-scored"];

#[derive(Serialize)]
pub(super) struct Data {
    lang: &'static str,
    county: String,
    run: Titles,
    date: String,
    version: &'static str,
    totals: Totals,
    grades: Vec<String>,
    categories: Vec<String>,
    honours: Vec<String>,
    flags: [&'static str; 5],
    committees: Vec<String>,
    schemes: Vec<SchemeData>,
    kinds: Vec<Kind>,
    sets: Vec<Vec<String>>,
    files: Vec<String>,
    /// Folders of committees with their files.
    folders: Vec<(String, Vec<String>)>,
    branches: Vec<BranchData>,
    members: Members,
    findings: Vec<FindingData>,
    unusual: Vec<UnusualData>,
    changes: Vec<ChangeData>,
    stages: Vec<StageData>,
}

/// A period of the year.
#[derive(Serialize)]
struct StageData {
    zh: String,
    en: String,
    /// The run's own.
    now: bool,
    due: Option<String>,
    n: Option<u32>,
    date: Option<String>,
    last: Option<String>,
}

#[derive(Serialize)]
struct Titles {
    zh: String,
    en: String,
}

#[derive(Serialize)]
struct Totals {
    branches: usize,
    accepted: usize,
    returned: usize,
    missing: usize,
    members: u64,
    scored: u64,
    exempt: u64,
    warnings: usize,
}

#[derive(Serialize)]
struct SchemeData {
    name: String,
    scored: usize,
    mean: String,
    most: String,
    least: String,
    /// First points of a band of ten and how many are in it.
    bands: Vec<(i64, u64)>,
    figures: Vec<Titles>,
}

/// Members of a category under a scheme.
#[derive(Serialize)]
struct Kind {
    name: String,
    category: usize,
    scheme: usize,
    members: u64,
    scored: u64,
    grades: Vec<u64>,
}

#[derive(Serialize)]
struct BranchData {
    code: String,
    name: String,
    committee: usize,
    /// 0 accepted, 1 returned, 2 missing, 3 not owed.
    state: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// Place among the sets of file names, or −1.
    files: isize,
    members: u64,
    scored: u64,
    grades: Vec<u64>,
    errors: usize,
    warnings: usize,
    /// The record of this period that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    posted: Option<u32>,
    /// The branch's own score.
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<String>,
}

/// Members by column; −1 is none.
#[derive(Default, Serialize)]
struct Members {
    /// Branch.
    b: Vec<usize>,
    /// Name.
    n: Vec<String>,
    /// Category.
    c: Vec<usize>,
    /// Scheme.
    s: Vec<usize>,
    /// Total.
    t: Vec<String>,
    /// What the board shows in its place.
    d: Vec<String>,
    /// Grade.
    g: Vec<isize>,
    st: Vec<i16>,
    /// Rank and among how many.
    r: Vec<i64>,
    o: Vec<i64>,
    /// Honours.
    h: Vec<isize>,
    /// Bits of flags.
    f: Vec<u8>,
    /// Vetoed.
    v: Vec<u8>,
    /// Figures, `|` between them.
    x: Vec<String>,
}

#[derive(Serialize)]
struct FindingData {
    b: usize,
    place: String,
    value: String,
    text: String,
    hint: String,
}

#[derive(Serialize)]
struct UnusualData {
    b: usize,
    zh: &'static str,
    en: &'static str,
    scheme: isize,
    now: String,
    before: String,
}

#[derive(Serialize)]
struct ChangeData {
    b: usize,
    name: String,
    period: String,
    old: String,
    now: String,
    what: String,
}

/// Texts that many rows share, each once.
#[derive(Default)]
struct Shared {
    all: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Shared {
    fn place(&mut self, text: &str) -> usize {
        if let Some(at) = self.places.get(text) {
            return *at;
        }
        self.all.push(text.to_owned());
        self.places.insert(text.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }
}

/// Everything on the page.
pub(super) fn data(overview: &Overview<'_>, page: &Page<'_>) -> Data {
    let grades = grades_of(overview.schemes);
    let (mut committees, mut categories, mut honours) = (Shared::default(), Shared::default(), Shared::default());
    let found = overview.by_branch();
    let files = by_folder(page);
    let mut sets: Vec<Vec<String>> = Vec::new();
    let mut members = Members::default();
    let mut all = Counts::default();
    let mut kinds: BTreeMap<(usize, usize), Counts> = BTreeMap::new();
    let figures: Vec<Vec<(String, String)>> =
        overview.schemes.iter().map(|scheme| figure_names(&scheme.member, overview.issuer.run.period)).collect();
    let mut branches = Vec::with_capacity(overview.branches.len());
    for (at, line) in overview.branches.iter().enumerate() {
        let mut counts = Counts::default();
        let mut own = None;
        if let Some((submission, outcomes)) = line.accepted {
            for outcome in outcomes {
                counts.add(outcome);
                all.add(outcome);
                let OutcomeKind::Member(member) = outcome.kind else {
                    own = own_score(overview, outcome);
                    continue;
                };
                let category = categories.place(&submission.members[member as usize].category);
                kinds.entry((category, outcome.scheme)).or_default().add(outcome);
                // Who has left is on no board.
                if outcome.score.roll == Roll::Here {
                    let mut places = Places { branch: at, category, honours: &mut honours, grades: &grades, figures: &figures };
                    members.add(overview, submission, outcome, member as usize, &mut places);
                }
            }
        }
        let of =
            |severity| found.get(line.branch.code.as_str()).map_or(0, |own| own.iter().filter(|one| one.severity() == severity).count());
        let set = line.folder.as_ref().and_then(|folder| files.get(folder.as_str())).map_or(-1, |names| {
            sets.iter().position(|known| known == names).unwrap_or_else(|| {
                sets.push(names.clone());
                sets.len() - 1
            }) as isize
        });
        branches.push(BranchData {
            code: line.branch.code.clone(),
            name: line.branch.name.clone(),
            committee: committees.place(&line.branch.committee),
            state: state(line.standing),
            contact: line.branch.contact.clone(),
            phone: line.branch.phone.clone(),
            folder: line.folder.clone(),
            files: set,
            members: counts.members,
            scored: counts.scored,
            grades: grades.iter().map(|grade| counts.with_grade(grade)).collect(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            posted: page.posted.get(&line.branch.code).copied(),
            own,
        });
    }
    let run = overview.issuer.run.period;
    let has_grades = run == Period::YEAR || overview.schemes.iter().any(|scheme| scheme.member.grades_in(run.every()));
    let standing = |standing| overview.branches.iter().filter(|line| line.standing == standing).count();
    let kind = |((category, scheme), counts): (&(usize, usize), &Counts)| Kind {
        name: categories.all[*category].clone()
            + if overview.schemes.len() > 1 { "·" } else { "" }
            + if overview.schemes.len() > 1 { &overview.schemes[*scheme].name } else { "" },
        category: *category,
        scheme: *scheme,
        members: counts.members,
        scored: counts.scored,
        grades: grades.iter().map(|grade| counts.with_grade(grade)).collect(),
    };
    Data {
        lang: if page.lang == Lang::En { "en" } else { "zh" },
        county: overview.issuer.county.clone(),
        run: Titles { zh: overview.issuer.run.zh(), en: overview.issuer.run.to_string() },
        date: overview.issuer.date.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        totals: Totals {
            branches: overview.branches.len(),
            accepted: standing(Standing::Accepted),
            returned: standing(Standing::Returned),
            missing: standing(Standing::Missing),
            members: all.members,
            scored: all.scored,
            exempt: all.exempt,
            warnings: overview.findings.iter().filter(|finding| finding.severity() == Severity::Warning).count(),
        },
        grades: if has_grades { grades.iter().map(|grade| (*grade).to_owned()).collect() } else { Vec::new() },
        kinds: kinds.iter().map(kind).collect(),
        schemes: overview.schemes.iter().enumerate().map(|(at, scheme)| scheme_data(overview, scheme, at, &figures[at])).collect(),
        findings: findings(overview, page.lang),
        unusual: unusual(overview),
        changes: changes(overview),
        stages: page.stages.iter().map(|stage| stage_data(stage, overview.issuer.run)).collect(),
        files: page.files.iter().filter(|file| !file.contains('/') && is_for_people(file)).cloned().collect(),
        folders: files
            .iter()
            .filter(|(folder, _)| folder.starts_with("党委/"))
            .map(|(folder, names)| ((*folder).to_owned(), names.clone()))
            .collect(),
        flags: FLAGS,
        committees: committees.all,
        categories: categories.all,
        honours: honours.all,
        sets,
        branches,
        members,
    }
}

fn stage_data(stage: &PeriodStage, now: RunPeriod) -> StageData {
    let day = |day: chrono::NaiveDate| day.to_string();
    StageData {
        zh: stage.run.period.zh(),
        en: stage.run.to_string(),
        now: stage.run == now,
        due: stage.due.map(day),
        n: stage.posted.map(|posted| posted.n),
        date: stage.posted.map(|posted| day(posted.date)),
        last: stage.posted.and_then(|posted| posted.last_day).map(day),
    }
}

fn state(standing: Standing) -> u8 {
    match standing {
        Standing::Accepted => 0,
        Standing::Returned => 1,
        Standing::Missing => 2,
        Standing::NotOwed => 3,
    }
}

/// Names of the files in each branch's folder.
fn by_folder<'a>(page: &Page<'a>) -> BTreeMap<&'a str, Vec<String>> {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (folder, name) in page.files.iter().filter_map(|file| file.rsplit_once('/')) {
        all.entry(folder).or_default().push(name.to_owned());
    }
    all
}

/// What is no file for programs.
fn is_for_people(file: &str) -> bool {
    ["xlsx", "pdf", "zip"].iter().any(|ending| file.ends_with(&format!(".{ending}")))
}

/// A branch's own score, as its board says it.
fn own_score(overview: &Overview<'_>, outcome: &Outcome) -> Option<String> {
    let total = outcome.score.total.as_ref()?.publish(overview.schemes[outcome.scheme].digits);
    Some(outcome.score.grade.as_ref().map_or_else(|| total.clone(), |grade| format!("{total} {grade}")))
}

/// Where a member belongs.
struct Places<'a, 'b> {
    branch: usize,
    category: usize,
    honours: &'a mut Shared,
    grades: &'b [&'b str],
    figures: &'b [Vec<(String, String)>],
}

impl Members {
    fn add(&mut self, overview: &Overview<'_>, submission: &Submission, outcome: &Outcome, member: usize, places: &mut Places<'_, '_>) {
        let digits = overview.schemes[outcome.scheme].digits;
        let score: &Score = &outcome.score;
        let published = |value: Option<&Exact>| value.map(|value| value.publish(digits)).unwrap_or_default();
        self.b.push(places.branch);
        self.n.push(submission.members[member].name.to_string());
        self.c.push(places.category);
        self.s.push(outcome.scheme);
        self.t.push(published(score.total.as_ref()));
        self.d.push(published(score.board.as_ref()));
        let grade = score.grade.as_deref().and_then(|own| places.grades.iter().position(|grade| *grade == own));
        self.g.push(grade.map_or(-1, |at| at as isize));
        self.st.push(score.stars.map_or(-1, i16::from));
        self.r.push(outcome.rank.map_or(-1, i64::from));
        self.o.push(outcome.rank_of.map_or(-1, i64::from));
        let honours = honours_text(&outcome.honours, overview.issuer.run.period);
        self.h.push(if honours.is_empty() { -1 } else { places.honours.place(&honours) as isize });
        let bit = |at: usize| u8::from(score.flags.iter().any(|flag| flag.word() == FLAGS[at])) << at;
        self.f.push((0..FLAGS.len()).map(bit).sum());
        self.v.push(u8::from(!score.veto.is_empty()));
        let figures = places.figures[outcome.scheme].iter().map(|(id, _)| published(score.figure(id)));
        self.x.push(figures.collect::<Vec<_>>().join("|"));
    }
}

fn scheme_data(overview: &Overview<'_>, scheme: &Scheme, at: usize, figures: &[(String, String)]) -> SchemeData {
    let scored = overview.branches.iter().filter_map(|line| line.accepted).flat_map(|(_, outcomes)| outcomes);
    let scored = scored.filter(|outcome| outcome.scheme == at && outcome.kind != OutcomeKind::Branch && outcome.score.roll == Roll::Here);
    let totals: Vec<&Exact> = scored.filter_map(|outcome| outcome.score.total.as_ref()).collect();
    let mut bands: BTreeMap<i64, u64> = BTreeMap::new();
    for total in &totals {
        *bands.entry(((*total).clone() / 10).floor().unwrap_or(0)).or_default() += 1;
    }
    let (least, most) = (bands.keys().next().copied().unwrap_or(0), bands.keys().next_back().copied().unwrap_or(-1));
    let published = |value: Option<Exact>| value.map(|value| value.publish(scheme.digits)).unwrap_or_default();
    let mean = (!totals.is_empty()).then(|| totals.iter().fold(Exact::zero(), |sum, total| &sum + total) / totals.len() as i64);
    SchemeData {
        name: scheme.name.clone(),
        scored: totals.len(),
        mean: published(mean),
        most: published(totals.iter().max().map(|total| (*total).clone())),
        least: published(totals.iter().min().map(|total| (*total).clone())),
        // A mark far from all others opens no more bands than a page has room for.
        bands: (least..=most).take(60).map(|band| (band * 10, bands.get(&band).copied().unwrap_or(0))).collect(),
        figures: figures.iter().map(|(id, name)| Titles { zh: name.clone(), en: format!("{name} ({id})") }).collect(),
    }
}

/// What returned branches have to mend, in the order of every list.
fn findings(overview: &Overview<'_>, lang: Lang) -> Vec<FindingData> {
    let back: BTreeMap<&str, usize> = overview
        .branches
        .iter()
        .enumerate()
        .filter(|(_, line)| line.standing == Standing::Returned)
        .map(|(at, line): (usize, &BranchLine<'_>)| (line.branch.code.as_str(), at))
        .collect();
    let errors = overview.findings.iter().filter(|finding| finding.severity() == Severity::Error);
    errors
        .filter_map(|finding| {
            let b = *back.get(finding.branch_code.as_deref()?)?;
            let place = [finding.place.file.as_deref(), finding.place.sheet.as_deref()].into_iter().flatten().map(str::to_owned);
            let place = place.chain(finding.place.cell.map(|cell| cell.to_string())).collect::<Vec<_>>().join(" › ");
            let value = finding.value.as_deref().map(|value| masked(finding.code, value)).unwrap_or_default();
            Some(FindingData { b, place, value, text: finding.message(lang), hint: finding.hint(lang) })
        })
        .collect()
}

/// The line of a branch, by its place in the register.
pub(super) fn line_of(overview: &Overview<'_>, register: usize) -> Option<usize> {
    overview.branches.iter().position(|line| line.at == register)
}

fn unusual(overview: &Overview<'_>) -> Vec<UnusualData> {
    let one = |one: &crate::rollup::Unusual| {
        Some(UnusualData {
            b: line_of(overview, one.branch)?,
            zh: one.kind.text(Lang::Zh),
            en: one.kind.text(Lang::En),
            scheme: one.scheme.map_or(-1, |at| at as isize),
            now: one.now.clone(),
            before: one.before.clone(),
        })
    };
    overview.unusual.iter().filter_map(one).collect()
}

fn changes(overview: &Overview<'_>) -> Vec<ChangeData> {
    let mut all = Vec::new();
    for (at, changes) in overview.changes {
        let Some(b) = line_of(overview, *at) else { continue };
        all.extend(changes.iter().map(|change| ChangeData {
            b,
            name: change.name.clone(),
            period: change.period.zh(),
            old: change.was(),
            now: change.is(),
            what: change.correction(),
        }));
    }
    all
}
