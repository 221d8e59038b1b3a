//! What follows from a total: grades, stars, vetoes, letters, honours and quotas.

use std::sync::Arc;

use crate::config::{Keys, Written};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;
use crate::words::nearest;

use super::Rounding;
use super::bands::{Band, BandFault, Bands};
use super::model::{GradeQuota, Grades, Grading, Honour, Letter, QuotaBase, Veto, VetoEffect, fitting, in_one_order};
use super::ranking::{Most, most, ranking};
use super::reach::What;
use super::reader::Reader;

pub(super) const ROUNDING: [(&str, Rounding); 3] = [("floor", Rounding::Floor), ("ceil", Rounding::Ceil), ("nearest", Rounding::Nearest)];

/// Lengths of run that a block is for: the year where none is named. A length that has no total is a fault, which is
/// looked at when the figures are known.
fn runs<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Vec<Every> {
    if keys.get("runs").is_none() {
        return vec![Every::Year];
    }
    let runs = reader.lengths(keys, "runs");
    let place = keys.place("runs");
    reader.outcome_runs.extend(runs.iter().map(|every| (place.clone(), *every)));
    if runs.is_empty() { vec![Every::Year] } else { runs }
}

/// What the head of the file says about who is graded and who is better.
#[derive(Clone, Copy)]
pub(super) struct Ranked {
    pub grade_probationary: bool,
    pub lowest_first: bool,
    pub of_branch: bool,
}

/// `[grades]`, or several blocks `[[grades]]` for members and runs that differ.
pub(super) fn gradings<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, who: Ranked) -> Vec<Grading> {
    let Ranked { grade_probationary, of_branch, .. } = who;
    let several = parent.get("grades").is_some_and(|node| node.get_ref().is_array());
    let tables = if several { reader.tables(parent, "grades") } else { reader.optional_table(parent, "grades").into_iter().collect() };
    let (mut gradings, mut places): (Vec<Grading>, Places) = (Vec::new(), Vec::new());
    for mut keys in tables {
        let runs = runs(reader, &mut keys);
        let (mut categories, mut probationary) = (Vec::new(), None);
        if !of_branch {
            categories = reader.texts(&mut keys, "categories");
            for category in &categories {
                reader.known_category(category);
            }
            reader.unique(("类别", "category"), &categories);
            probationary = reader.optional_choice(&mut keys, "status", &[("full", false), ("probationary", true)]);
        }
        let place = keys.span.clone();
        let Some(by) = grades(reader, keys, who, gradings.len()) else { continue };
        let categories = categories.into_iter().map(|category| category.value).collect();
        gradings.push(Grading { runs, categories, probationary, by, lowest_first: who.lowest_first });
        places.push(place);
    }
    // Of several blocks each must be the first that fits somebody.
    let all: Vec<&str> = gradings.iter().flat_map(|grading| &grading.categories).map(String::as_str).collect();
    for (at, grading) in gradings.iter().enumerate() {
        let own: Vec<&str> = grading.categories.iter().map(String::as_str).collect();
        let categories = if own.is_empty() { [all.as_slice(), &[""]].concat() } else { own };
        let reached = grading.runs.iter().any(|every| {
            let first = |category: &&str, status: bool| fitting(&gradings, category, status, *every, grade_probationary) == Some(at);
            categories.iter().any(|category| first(category, false) || first(category, true))
        });
        if !reached {
            reader.fault(
                &places[at],
                "轮不到这一段：上面的 [[grades]] 已包括这些运行和党员",
                "this block is never reached: those above it hold all its runs and members already",
            );
        }
    }
    gradings
}

/// How one block gives its grades.
fn grades<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, who: Ranked, block: usize) -> Option<Grades> {
    let (bands, places) = bands(reader, &mut keys, |reader, keys| reader.text(keys, "name").value);
    for (band, place) in bands.iter().zip(&places) {
        if let Some(from) = &band.from {
            reader.sample(band.origin, || format!("{}≥{from}", band.gives));
        }
        reader.mark(place, What::Grade(block, band.gives.clone(), band.from.clone(), band.to.clone()));
    }
    let rank = reader.optional_table(&mut keys, "rank");
    let place = keys.span.clone();
    reader.finish(keys);
    let tiled = if bands.is_empty() { None } else { Some(tile(reader, bands, &places)) };
    match (tiled, rank) {
        (bands, Some(keys)) => ranking(reader, keys, bands.flatten(), who, block).map(Grades::Rank),
        (Some(bands), None) => bands.map(Grades::Bands),
        (None, None) => {
            reader.fault(
                &place,
                "等次要按分数段（bands）或名次（rank）来评",
                "grades go by `bands`, by `rank`, or by both: give one of them",
            );
            None
        }
    }
}

/// `bands` of a figure: what a value gives by where it lies.
pub(super) fn table<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, name: &str, figure: usize) -> Option<Bands<Exact>> {
    keys.get("bands")?;
    let (bands, places) = bands(reader, keys, |reader, keys| reader.number(keys, "gives").value);
    if bands.is_empty() {
        let place = keys.place("bands");
        reader.fault(&place, "“bands”里一段也没有", "`bands` holds none");
        return None;
    }
    for (band, place) in bands.iter().zip(&places) {
        reader.mark(place, What::Band(figure, band.from.clone(), band.to.clone()));
        let from = band.from.as_ref().map(|from| format!("≥{}", super::plain(from))).unwrap_or_default();
        reader.sample(band.origin, || format!("{name}{from}计{}", super::plain(&band.gives)));
    }
    tile(reader, bands, &places)
}

type Places = Vec<std::ops::Range<usize>>;

/// `bands`, each with what it gives, and where each stands.
fn bands<'t, T>(
    reader: &mut Reader<'t>,
    keys: &mut Keys<'t>,
    gives: impl Fn(&mut Reader<'t>, &mut Keys<'t>) -> T,
) -> (Vec<Band<T>>, Places) {
    let (mut bands, mut places) = (Vec::new(), Vec::new());
    for node in reader.list(keys, "bands") {
        let Some(mut keys) = reader.as_table(node, "bands") else { continue };
        let (from, to) = (reader.optional_number(&mut keys, "from"), reader.optional_number(&mut keys, "to"));
        let gives = gives(reader, &mut keys);
        let origin = reader.origin(&mut keys, "origin");
        places.push(keys.span.clone());
        reader.finish(keys);
        bands.push(Band { from: from.map(|n| n.value), to: to.map(|n| n.value), gives, origin });
    }
    (bands, places)
}

fn tile<T>(reader: &mut Reader<'_>, bands: Vec<Band<T>>, places: &Places) -> Option<Bands<T>> {
    Bands::tile(bands)
        .map_err(|faults| {
            for BandFault { band, said } in faults {
                reader.refuse(&places[band], said);
            }
        })
        .ok()
}

/// `[stars]`.
pub(super) struct Stars {
    pub bands: Option<Bands<u8>>,
    /// The most there are.
    pub max: u8,
    pub runs: Vec<Every>,
}

/// `[stars]`.
pub(super) fn stars<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Stars {
    let Some(mut keys) = reader.optional_table(parent, "stars") else { return Stars { bands: None, max: 0, runs: Vec::new() } };
    let runs = runs(reader, &mut keys);
    let max = reader.whole(&mut keys, "max", 0..=100) as u8;
    let (bands, places) = bands(reader, &mut keys, |reader, keys| reader.whole(keys, "stars", 0..=100) as u8);
    if bands.is_empty() {
        reader.fault(&keys.span.clone(), "“bands”里一段也没有", "`bands` holds none");
    }
    reader.finish(keys);
    for (band, place) in bands.iter().zip(&places) {
        if let Some(from) = &band.from {
            reader.sample(band.origin, || format!("{}星≥{from}", band.gives));
        }
        reader.mark(place, What::Stars(band.gives, band.from.clone(), band.to.clone()));
        if band.gives > max {
            reader.fault(
                place,
                format!("{} 星超过 stars.max（{max}）", band.gives),
                format!("{} stars, but stars.max is {max}", band.gives),
            );
        }
    }
    let bands = if bands.is_empty() { None } else { tile(reader, bands, &places) };
    Stars { bands, max, runs }
}

/// What the outcomes below may name.
pub(super) struct Ends<'a> {
    pub gradings: &'a [Grading],
    pub max_stars: u8,
    pub star_runs: &'a [Every],
}

/// Refuses a grade that no block gives in one of these runs.
fn known_grade(reader: &mut Reader<'_>, grade: &Written<String>, runs: &[Every], ends: &Ends<'_>) {
    for every in runs {
        let own = ends.gradings.iter().filter(|grading| grading.runs.contains(every));
        let names = in_one_order(own.map(|grading| grading.names()));
        if grade.value.is_empty() || names.contains(&grade.value.as_str()) {
            continue;
        }
        let (said, all) = (&grade.value, names.join(" "));
        let wrong = if in_one_order(ends.gradings.iter().map(|grading| grading.names())).contains(&said.as_str()) {
            let every = every.word();
            Said::new(
                format!("{every} 的运行里不评“{said}”；请在 [grades] 或这里改 runs"),
                format!("`{said}` is not given in `{every}` runs; change `runs` here or in [grades]"),
            )
        } else {
            let zh = format!("本细则没有“{said}”这个等次；有：{all}");
            Said::new(zh, format!("`{said}` is no grade of this scheme; there are: {all}")).near(nearest(said, names.iter().copied()))
        };
        reader.refuse(&grade.span, wrong);
        return;
    }
}

fn known_stars(reader: &mut Reader<'_>, keys: &Keys<'_>, key: &str, stars: Option<u8>, ends: &Ends<'_>) {
    if stars.is_some_and(|stars| stars > ends.max_stars) {
        let place = keys.place(key);
        reader.fault(&place, format!("超过 stars.max（{}）", ends.max_stars), format!("more than stars.max ({})", ends.max_stars));
    }
}

/// `[[veto]]`: facts with what they do. The facts' places come along, for those who ask about points.
pub(super) fn veto<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, ends: &Ends<'_>) -> (Option<Veto>, Option<std::ops::Range<usize>>) {
    let (mut facts, mut effects) = (Vec::new(), Vec::new());
    let mut takes_points = None;
    for mut keys in reader.tables(parent, "veto") {
        let named = reader.texts(&mut keys, "facts");
        if named.is_empty() {
            let place = keys.place("facts");
            reader.fault(&place, "“facts”里一个情形也没有", "`facts` names none");
        }
        let runs = runs(reader, &mut keys);
        let grade = reader.optional_text(&mut keys, "grade");
        let max_grade = reader.optional_text(&mut keys, "max_grade");
        for grade in [&grade, &max_grade].into_iter().flatten() {
            known_grade(reader, grade, &runs, ends);
        }
        if grade.is_some() && max_grade.is_some() {
            let place = keys.place("max_grade");
            reader.fault(
                &place,
                "“grade”已经定了等次，“max_grade”（最高评为）只能另写",
                "`grade` sets the grade already; give either it or `max_grade`",
            );
        }
        let zero_total = reader.optional_choice(&mut keys, "total", &[("zero", true)]).unwrap_or(false);
        let points = reader.optional_number(&mut keys, "points");
        if let Some(points) = &points {
            if !points.value.is_negative() {
                reader.fault(&points.span, "一票否决的扣分要写负数", "points of a veto must be below zero");
            }
            takes_points = Some(points.span.clone());
        }
        let max_stars = reader.optional_whole(&mut keys, "max_stars", 0..=100).map(|stars| stars as u8);
        known_stars(reader, &keys, "max_stars", max_stars, ends);
        if let Some(every) = runs.iter().find(|every| !ends.star_runs.contains(every)).filter(|_| max_stars.is_some() && ends.max_stars > 0)
        {
            let (place, every) = (keys.place("max_stars"), every.word());
            reader.fault(
                &place,
                format!("{every} 的运行里不评星级；请在 [stars] 或这里改 runs"),
                format!("no stars are given in `{every}` runs; change `runs` here or in [stars]"),
            );
        }
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        if grade.is_none() && max_grade.is_none() && !zero_total && points.is_none() && max_stars.is_none() {
            reader.fault(
                &keys.span.clone(),
                "没有写后果：grade（定等次）、max_grade（最高评为）、total = \"zero\"（清零）、points（扣分）、max_stars（限星），至少一个",
                "no effect is given: at least one of `grade`, `max_grade`, `total = \"zero\"`, `points`, `max_stars`",
            );
        }
        reader.finish(keys);
        reader.sample(origin, || "一票否决情形".into());
        let effect = Arc::new(VetoEffect {
            grade: grade.map(|grade| grade.value),
            zero_total,
            points: points.map(|points| points.value),
            max_grade: max_grade.map(|grade| grade.value),
            max_stars,
            runs,
            clause,
            origin,
        });
        effects.extend(named.iter().map(|_| Arc::clone(&effect)));
        facts.extend(named);
    }
    reader.unique(("情形", "fact"), &facts);
    let facts: Vec<String> = facts.into_iter().map(|fact| fact.value).collect();
    ((!facts.is_empty()).then_some(Veto { facts, effects }), takes_points)
}

/// `[[letter]]`.
pub(super) fn letters<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, ends: &Ends<'_>) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    for mut keys in reader.tables(parent, "letter") {
        let grade = reader.text(&mut keys, "grade");
        let runs = runs(reader, &mut keys);
        known_grade(reader, &grade, &runs, ends);
        let twice = letters.iter().any(|other| other.grade == grade.value && other.runs.iter().any(|every| runs.contains(every)));
        if twice && !grade.value.is_empty() {
            let said = &grade.value;
            reader.fault(
                &grade.span,
                format!("通知书的等次“{said}”写了两次；同一等次的要各用于不同的运行（runs）"),
                format!("the letter's grade `{said}` is given twice; letters of one grade must be for different `runs`"),
            );
        }
        let name = reader.text(&mut keys, "name").value;
        let months = reader.whole(&mut keys, "months", 0..=120);
        let amend = reader.optional_flag(&mut keys, "amend").unwrap_or_else(|| name.contains("整改"));
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{name}期限{months}个月"));
        letters.push(Letter { grade: grade.value, name, months, amend, runs, clause, origin });
    }
    letters
}

/// What a quota is a share of; a number of people is of nothing.
fn base<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, most: &Most, bases: &[(&str, QuotaBase)]) -> Option<QuotaBase> {
    if matches!(most, Most::Share(..)) {
        return reader.choice(keys, "of", bases);
    }
    if reader.optional_choice(keys, "of", bases).is_some() {
        let place = keys.place("of");
        reader.fault(&place, "人数（count）不按比例算，不用“of”", "a number of people, `count`, is a share of nothing; leave `of` out");
    }
    Some(QuotaBase::Expected)
}

/// `[[honour]]`.
pub(super) fn honours<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, ends: &Ends<'_>) -> Vec<Honour> {
    let (mut honours, mut names) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "honour") {
        let name = reader.text(&mut keys, "name");
        let every = reader.choice(&mut keys, "every", &Every::WORDS);
        let most = most(reader, &mut keys, true);
        let of = base(reader, &mut keys, &most, &[("expected", QuotaBase::Expected), ("stars", QuotaBase::Stars)]);
        let min_members = reader.optional_whole(&mut keys, "min_members", 0..=100_000).unwrap_or(0);
        let stars = reader.optional_whole(&mut keys, "stars", 0..=100).map(|stars| stars as u8);
        known_stars(reader, &keys, "stars", stars, ends);
        if of == Some(QuotaBase::Stars) && stars.is_none() {
            let place = keys.place("of");
            reader.fault(&place, "of = \"stars\" 要同时写 stars", "`of = \"stars\"` needs `stars`");
        }
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{}名额", name.value));
        if let (Some(every), Some(of)) = (every, of) {
            honours.push(Honour { name: name.value.clone(), every, most, of, min_members, stars, clause, origin });
        }
        names.push(name);
    }
    reader.unique(("荣誉", "honour"), &names);
    honours
}

/// `[[quota]]`.
pub(super) fn quotas<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, ends: &Ends<'_>) -> Vec<GradeQuota> {
    let (mut quotas, mut grades) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "quota") {
        let grade = reader.text(&mut keys, "grade");
        let runs = runs(reader, &mut keys);
        known_grade(reader, &grade, &runs, ends);
        let most = most(reader, &mut keys, true);
        let of = base(reader, &mut keys, &most, &[("expected", QuotaBase::Expected), ("graded", QuotaBase::Graded)]);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{}名额", grade.value));
        if let Some(of) = of {
            quotas.push(GradeQuota { grade: grade.value.clone(), most, of, runs, clause, origin });
        }
        grades.push(grade);
    }
    reader.unique(("限额的等次", "quota's grade"), &grades);
    quotas
}
