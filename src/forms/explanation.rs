//! Why a subject stands where it does, beside the figures: 直评, months, grade, stars, rank, honours, letter, veto; and
//! the data of the form 积分说明.
//!
//! ```text
//!   等次   合格：准确分值 1079/12，达到 80，未到 95
//!   名次   本支部22人中列第3名
//!   荣誉   年度之星：八星，应有十星，推荐无效            评优推荐!B4
//! ```

use super::view::honours_text;
use crate::diag::{Lang, Place, Said, Terms, fill, fill_in, text};
use crate::exact::{Exact, with_minus_sign};
use crate::period::{Every, Period, RunPeriod};
use crate::rollup::{Change, Nominees, Outcome, OutcomeKind, nominees};
use crate::scheme::{Among, Band, Bands, Grades, Most, RankPlace, Ranking, Rest, Rounding, Rules, Scheme, Standing, plain};
use crate::score::{Flag, VetoedBy, after_vetoes, vetoes_in};
use crate::submission::{Member, Reason, Submission};

/// One thing said about a subject, with the cells it rests on.
#[derive(Clone, Debug)]
pub struct Point {
    /// What it is about: `exempt` `status` `months` `total` `grade` `stars` `rank` `honour` `letter` `veto` `changed`.
    pub about: &'static str,
    /// Key of its text.
    key: &'static str,
    args: Vec<(&'static str, Said)>,
    /// Cells it rests on.
    pub places: Vec<Place>,
}

impl Point {
    fn new(about: &'static str, key: &'static str) -> Self {
        Self { about, key, args: Vec::new(), places: Vec::new() }
    }

    fn arg(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        let value = value.to_string();
        self.args.push((name, Said::new(value.clone(), value)));
        self
    }

    /// A value that each language has its own word for.
    fn said(mut self, name: &'static str, zh: String, en: String) -> Self {
        self.args.push((name, Said::new(zh, en)));
        self
    }

    fn at(mut self, place: Option<Place>) -> Self {
        self.places.extend(place);
        self
    }

    /// Its heading.
    pub fn heading(&self, lang: Lang) -> &'static str {
        text(&format!("about-{}", self.about), lang)
    }

    /// What it says.
    pub fn text(&self, lang: Lang, terms: &Terms) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(name, value)| (*name, value.get(lang))).collect();
        fill_in(terms, self.key, lang, &args)
    }
}

/// A branch as its outcomes are explained.
#[derive(Clone, Copy)]
pub struct BranchOutcomes<'a> {
    /// Its submission.
    pub submission: &'a Submission,
    /// All its outcomes.
    pub outcomes: &'a [Outcome],
    /// Schemes; outcomes point into them.
    pub schemes: &'a [Scheme],
    /// The run.
    pub run: RunPeriod,
}

/// Everything to be said about one outcome of the branch.
pub fn points(branch: &BranchOutcomes<'_>, outcome: &Outcome) -> Vec<Point> {
    let scheme = &branch.schemes[outcome.scheme];
    let year = branch.run.period == Period::YEAR;
    let mut points = Vec::new();
    let (member, rules) = match outcome.kind {
        OutcomeKind::Member(at) => (Some(&branch.submission.members[at as usize]), &scheme.member),
        OutcomeKind::Branch => (None, scheme.branch.as_ref().unwrap_or(&scheme.member)),
    };
    if let Some(member) = member {
        points.extend(presence(branch, member, outcome, scheme));
    }
    if outcome.score.flags.contains(&Flag::NotScored) {
        let scored = scored_periods(rules, branch.run.year);
        points.push(
            Point::new("total", "explain-not-scored")
                .arg("scheme", &scheme.name)
                .said("period", branch.run.zh(), branch.run.to_string())
                .arg("scored", scored),
        );
    }
    if outcome.score.flags.contains(&Flag::Exempt) {
        return points;
    }
    if let Some(total) = &outcome.score.total {
        let point = Point::new("total", "explain-total").arg("total", with_minus_sign(&total.publish(scheme.digits)));
        points.push(point.arg("exact", with_minus_sign(&total.to_string())).arg("scheme", &scheme.name));
        let every = branch.run.period.every();
        if year || rules.grades_in(every) || rules.stars_in(every) {
            points.extend(grade(branch, outcome, scheme, rules, total));
            if let (Some(bands), Some(stars)) = (&rules.stars, outcome.score.stars) {
                let reached = band(bands, total);
                let capped = reached.is_some_and(|band| band.gives != stars);
                let key = if capped { "explain-stars-vetoed" } else { "explain-stars-band" };
                points.push(in_band("stars", key, reached).arg("stars", stars));
            }
        } else {
            points.push(Point::new("grade", "explain-not-due").arg("year", branch.run.year));
        }
        points.extend(rank(branch, outcome, total));
    }
    if let OutcomeKind::Member(at) = outcome.kind {
        points.extend(honours(branch, outcome, scheme, at));
        points.extend(letter(outcome, scheme, branch.run.period.every()));
        points.extend(vetoes(branch, scheme, at));
    }
    points
}

/// What the roster says that decides whether the member is scored here.
fn presence(branch: &BranchOutcomes<'_>, member: &Member, outcome: &Outcome, scheme: &Scheme) -> Vec<Point> {
    let run = branch.run.period;
    let on_roster = |heading: &str| branch.submission.roster_place(member, heading);
    let months = |key| {
        let point = Point::new("months", key).arg("first", member.first_month).arg("last", member.last_month).said(
            "period",
            branch.run.zh(),
            branch.run.to_string(),
        );
        let place = |heading, given: bool| if given { on_roster(heading) } else { None };
        point.at(place("起始月", member.first_month > 1)).at(place("截止月", member.last_month < 12))
    };
    let mut points = Vec::new();
    for flag in &outcome.score.flags {
        points.push(match flag {
            Flag::Exempt => Point::new("exempt", if run == Period::YEAR { "explain-exempt" } else { "explain-exempt-part" })
                .arg("reason", member.exempt.as_deref().unwrap_or_default())
                .arg("grade", member.direct_grade.as_deref().unwrap_or_default())
                .arg("stars", member.direct_stars.map(|stars| stars.to_string()).unwrap_or_default())
                .at(on_roster("免积分原因"))
                .at(on_roster("直评等次").filter(|_| member.direct_grade.is_some() || member.direct_stars.is_some())),
            Flag::Probationary => {
                let key = match (scheme.grade_probationary, member.is_probationary(run)) {
                    (true, _) => "explain-probationary-graded",
                    (false, true) => "explain-probationary",
                    (false, false) => "explain-probationary-before",
                };
                Point::new("status", key).at(on_roster("党员状态")).at(on_roster("转正日期").filter(|_| member.course.confirmed.is_some()))
            }
            Flag::PartYear => months("explain-part-year"),
            Flag::NotExpected if member.first_month > run.last_month() => months("explain-not-yet"),
            Flag::NotExpected => months("explain-left"),
            Flag::Left => left(branch, member, outcome),
            Flag::MovedOut => moved_on(member),
            Flag::NotScored => continue,
        });
    }
    if let Some(month) = member.confirmed_in(run) {
        points.push(Point::new("status", "explain-confirmed").arg("month", month).at(on_roster("转正日期")));
    }
    points.extend(came_from(member, outcome));
    points
}

/// Since when somebody has left, and what that means.
fn left(branch: &BranchOutcomes<'_>, member: &Member, outcome: &Outcome) -> Point {
    let unpolled = !member.has_left(branch.run.period);
    let key = match (unpolled, outcome.score.total.is_some()) {
        (true, _) => "explain-unpolled",
        (false, true) => "explain-gone",
        (false, false) => "explain-gone-unscored",
    };
    let reason = if member.course.with_branch { "branch" } else { member.course.reason.map_or("", Reason::zh) };
    let place = |heading: &str, given: bool| branch.submission.roster_place(member, heading).filter(|_| given);
    let month = member.course.left_month.unwrap_or(member.last_month);
    Point::new("left", key)
        .arg("month", if month > 0 { month.to_string() } else { String::new() })
        .arg("reason", reason)
        .at(place("离开日期", member.course.left.is_some()))
        .at(place("离开原因", member.course.reason.is_some()))
        .at(place("截止月", unpolled))
}

/// Which branch has him now.
fn moved_on(member: &Member) -> Point {
    let moved = member.course.moved.as_deref();
    let (month, to) = moved.and_then(|moved| moved.onward.clone()).unwrap_or_default();
    let key = if moved.is_some_and(|moved| moved.each) { "explain-moved-each" } else { "explain-moved-on" };
    Point::new("moved", key).arg("month", month).arg("branch", to)
}

/// Which branches he came from, and whether their entries count here.
fn came_from(member: &Member, outcome: &Outcome) -> Option<Point> {
    let moved = member.course.moved.as_deref()?;
    if let Some(waiting) = &moved.waiting {
        let key = if outcome.score.total.is_some() { "explain-came-from-waiting" } else { "explain-waiting" };
        return Some(Point::new("moved", key).arg("branch", waiting));
    }
    (!moved.from.is_empty()).then(|| {
        let key = if moved.earlier == 0 { "explain-came-from-each" } else { "explain-came-from" };
        Point::new("moved", key).arg("branches", moved.from.join("、"))
    })
}

/// `2026Q1—2026Q4、2026`: runs that have a total under these rules.
fn scored_periods(rules: &Rules, year: i32) -> String {
    let mut names = Vec::new();
    for every in [Every::Month, Every::Quarter, Every::Half, Every::Year].into_iter().filter(|every| rules.scores(*every)) {
        let runs: Vec<String> = every.all().map(|period| RunPeriod { year, period }.to_string()).collect();
        names.push(match runs.as_slice() {
            [first, .., last] => format!("{first}—{last}"),
            only => only.concat(),
        });
    }
    names.join("、")
}

fn band<'a, T>(bands: &'a Bands<T>, total: &Exact) -> Option<&'a Band<T>> {
    bands.iter().rev().find(|band| band.from.as_ref().is_none_or(|from| from <= total))
}

fn in_band<T: std::fmt::Display>(about: &'static str, key: &'static str, band: Option<&Band<T>>) -> Point {
    let bound = |bound: Option<&Exact>| bound.map(|bound| with_minus_sign(&bound.to_string())).unwrap_or_default();
    Point::new(about, key)
        .arg("gives", band.map(|band| band.gives.to_string()).unwrap_or_default())
        .arg("from", bound(band.and_then(|band| band.from.as_ref())))
        .arg("to", bound(band.and_then(|band| band.to.as_ref())))
}

/// Why the grade is what it is.
fn grade(branch: &BranchOutcomes<'_>, outcome: &Outcome, scheme: &Scheme, rules: &Rules, total: &Exact) -> Option<Point> {
    let Some(grade) = &outcome.score.grade else {
        // A probationary member's missing grade is told with his status.
        let none = !rules.grades_in(branch.run.period.every());
        return none.then(|| Point::new("grade", "explain-no-grades").arg("scheme", &scheme.name));
    };
    let grades = &rules.gradings.get(outcome.score.grading?)?.by;
    let own = match grades {
        Grades::Bands(bands) => bands.get(total).as_str(),
        Grades::Rank(ranking) => ranking.grade(outcome.standing?, total),
    };
    if let Some(by) = after_vetoes(scheme, &outcome.score, own).changed.filter(|_| outcome.kind != OutcomeKind::Branch) {
        let key = if by == VetoedBy::Force { "explain-grade-vetoed" } else { "explain-grade-capped" };
        let otherwise = if matches!(grades, Grades::Bands(_)) { own } else { "" };
        return Some(Point::new("grade", key).arg("grade", grade).arg("otherwise", otherwise));
    }
    match grades {
        Grades::Bands(bands) => Some(in_band("grade", "explain-grade-band", band(bands, total))),
        Grades::Rank(ranking) => Some(by_rank(ranking, grade, outcome.standing?)),
    }
}

/// What a rank gives: the usual case, one best and one last share, in a sentence of its own.
fn by_rank(ranking: &Ranking, grade: &str, Standing { not_worse, not_better, ranked }: Standing) -> Point {
    let among = match ranking.among {
        Among::Branch => "",
        Among::Committee => "committee",
        Among::County => "county",
    };
    if let ([top], [bottom], Rest::Grade(rest), false) = (ranking.top.as_slice(), ranking.bottom.as_slice(), &ranking.rest, ranking.lowest)
        && [top, bottom].iter().all(|place| place.from.is_none() && place.to.is_none())
    {
        let point = Point::new("grade", "explain-grade-rank").arg("grade", grade).arg("graded", ranked).arg("among", among);
        let point = point.arg("top", &top.name).arg("top_most", top.most(ranked));
        let point = point.arg("bottom", &bottom.name).arg("bottom_most", bottom.most(ranked));
        return point.arg("rest", rest).arg("not_below", not_worse).arg("not_above", not_better);
    }
    let places = |lang: Lang| {
        let told = |key: &'static str, place: &RankPlace| {
            let from = place.from.as_ref().map(|from| format!("≥{}", plain(from)));
            let bounds: Vec<String> = from.into_iter().chain(place.to.as_ref().map(|to| format!("<{}", plain(to)))).collect();
            fill(key, lang, &[("most", &place.most(ranked).to_string()), ("name", &place.name), ("bounds", &bounds.join(" "))])
        };
        let top = ranking.top.iter().map(|place| told("explain-place-top", place));
        let all: Vec<String> = top.chain(ranking.bottom.iter().map(|place| told("explain-place-bottom", place))).collect();
        all.join(if lang == Lang::Zh { "，" } else { ", " })
    };
    let point = Point::new("grade", "explain-grade-place").arg("grade", grade).arg("graded", ranked).arg("among", among);
    point.said("places", places(Lang::Zh), places(Lang::En)).arg("not_worse", not_worse).arg("not_better", not_better)
}

fn rank(branch: &BranchOutcomes<'_>, outcome: &Outcome, total: &Exact) -> Option<Point> {
    let ranked = branch.outcomes.iter().filter(|other| other.scheme == outcome.scheme && other.rank.is_some());
    let totals: Vec<&Exact> = ranked.filter_map(|other| other.score.total.as_ref()).collect();
    // Oneself is among the equals.
    let same = totals.iter().filter(|other| **other == total).count().saturating_sub(1);
    let apart = branch.outcomes.iter().any(|other| other.rank.is_some() && other.scheme != outcome.scheme);
    let unless_zero = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    Some(
        Point::new("rank", "explain-rank")
            .arg("rank", outcome.rank?)
            .arg("of", outcome.rank_of?)
            .arg("same", unless_zero(same))
            .arg("apart", if apart { "apart" } else { "" }),
    )
}

/// Published scores of a subject that are others now.
pub fn corrections(changes: &[Change], kind: OutcomeKind) -> impl Iterator<Item = Point> {
    let own = changes.iter().filter(move |change| change.kind == Some(kind));
    own.map(|change| {
        let point = Point::new("changed", "explain-changed").said("period", change.period.zh(), change.period.en());
        point.arg("old", change.was()).arg("new", change.is())
    })
}

/// Each nomination of the member, and what became of it.
fn honours(branch: &BranchOutcomes<'_>, outcome: &Outcome, scheme: &Scheme, at: u32) -> Vec<Point> {
    let submission = branch.submission;
    let member = &submission.members[at as usize];
    let mut points = Vec::new();
    for group in nominees(&branch.outcomes.iter().collect::<Vec<_>>(), submission, branch.schemes, branch.run) {
        let own = |list: &[&crate::submission::Nomination]| list.iter().find(|nomination| nomination.member == at).map(|one| one.at);
        let place = |spot| Some(submission.place(spot));
        if let Some(spot) = own(&group.barred) {
            points.push(barred(&group, member, outcome).at(place(spot)));
        } else if let Some(spot) = own(&group.entitled) {
            let key = if group.too_many() { "explain-honour-void" } else { "explain-honour" };
            let (share, round) = match &group.honour.most {
                Most::Count(_) => (String::new(), ""),
                Most::Share(share, rounding) => {
                    let round = match rounding {
                        Rounding::Floor => "floor",
                        Rounding::Ceil => "ceil",
                        Rounding::Nearest => "nearest",
                    };
                    ((share.clone() * Exact::from(100)).to_string(), round)
                }
            };
            points.push(
                Point::new("honour", key)
                    .said("honour", honours_text(&[group.title()], Period::YEAR), group.title())
                    .arg("nominated", group.entitled.len())
                    .arg("quota", group.quota)
                    .arg("base", group.base)
                    .arg("share", share)
                    .arg("round", round)
                    .at(place(spot)),
            );
        }
    }
    if points.is_empty() && branch.run.period == Period::YEAR && !scheme.honours.is_empty() && outcome.score.total.is_some() {
        points.push(Point::new("honour", "explain-honour-none"));
    }
    points
}

/// The first condition that the nominee does not meet.
fn barred(group: &Nominees<'_>, member: &Member, outcome: &Outcome) -> Point {
    let why = if member.exempt.is_some() {
        "exempt"
    } else if !member.scored_in(group.period) {
        "away"
    } else {
        "stars"
    };
    let point = Point::new("honour", "explain-honour-barred")
        .said("honour", honours_text(&[group.title()], Period::YEAR), group.title())
        .arg("why", why);
    if why != "stars" {
        return point;
    }
    let own = outcome.score.stars.map_or_else(|| "—".to_owned(), |stars| stars.to_string());
    point.arg("stars", own).arg("needed", group.honour.stars.map(|stars| stars.to_string()).unwrap_or_default())
}

fn letter(outcome: &Outcome, scheme: &Scheme, every: Every) -> Option<Point> {
    let grade = outcome.score.grade.as_deref()?;
    let name = outcome.letter.as_deref()?;
    let own = scheme.letters.iter().find(|letter| letter.name == name && letter.grade == grade && letter.runs.contains(&every))?;
    Some(Point::new("letter", "explain-letter").arg("letter", &own.name).arg("grade", grade).arg("months", own.months))
}

fn vetoes(branch: &BranchOutcomes<'_>, scheme: &Scheme, at: u32) -> Vec<Point> {
    let Some(veto) = &scheme.veto else { return Vec::new() };
    let submission = branch.submission;
    vetoes_in(scheme, submission, at, branch.run)
        .map(|(fact, _)| {
            Point::new("veto", "explain-veto")
                .arg("fact", &veto.facts[fact.fact])
                .arg("ground", &fact.ground)
                .at(Some(submission.place(fact.at)))
        })
        .collect()
}
