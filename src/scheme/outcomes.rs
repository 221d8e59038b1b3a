//! What follows from a total: grades, stars, vetoes, letters, honours and quotas.

use std::sync::Arc;

use crate::config::{Keys, Written};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;
use crate::words::nearest;

use super::bands::{Band, BandFault, Bands};
use super::model::{GradeQuota, Grades, Honour, Letter, Origin, QuotaBase, Veto, VetoEffect};
use super::reader::Reader;

const ROUNDING: [(&str, bool); 2] = [("floor", true), ("ceil", false)];

/// `[grades]`.
pub(super) fn grades<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Grades {
    let Some(mut keys) = reader.optional_table(parent, "grades") else { return Grades::None };
    let (bands, places) = bands(reader, &mut keys, |reader, keys| reader.text(keys, "name").value);
    for band in &bands {
        if let Some(from) = &band.from {
            reader.sample(band.origin, || format!("{}≥{from}", band.gives));
        }
    }
    let rank = reader.optional_table(&mut keys, "rank").map(|keys| rank(reader, keys));
    let place = keys.span.clone();
    reader.finish(keys);
    match (bands.is_empty(), rank) {
        (true, Some(rank)) => rank,
        (false, None) => tile(reader, bands, &places).map_or(Grades::None, Grades::Bands),
        _ => {
            reader.fault(
                &place,
                "等次要按分数段（bands）或名次（rank），写其中一个",
                "grades go by `bands` or by `rank`: give one of them",
            );
            Grades::None
        }
    }
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

fn rank<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>) -> Grades {
    let mut end = |reader: &mut Reader<'t>, key: &'static str| {
        let Some(mut keys) = reader.table(&mut keys, key) else { return (String::new(), Exact::zero(), Origin::Source) };
        let (name, share) = (reader.text(&mut keys, "name").value, reader.share(&mut keys, "share"));
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{name}比例"));
        (name, share, origin)
    };
    let (top, bottom) = (end(reader, "top"), end(reader, "bottom"));
    let rest = reader.text(&mut keys, "rest").value;
    if &top.1 + &bottom.1 > Exact::from(1) {
        let place = keys.place("bottom");
        reader.fault(&place, "前后两个比例合计超过 100%", "the two shares add up to more than 100%");
    }
    reader.finish(keys);
    Grades::Rank { top, bottom, rest }
}

/// `[stars]`: the bands and the most there are.
pub(super) fn stars<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> (Option<Bands<u8>>, u8) {
    let Some(mut keys) = reader.optional_table(parent, "stars") else { return (None, 0) };
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
        if band.gives > max {
            reader.fault(
                place,
                format!("{} 星超过 stars.max（{max}）", band.gives),
                format!("{} stars, but stars.max is {max}", band.gives),
            );
        }
    }
    let bands = if bands.is_empty() { None } else { tile(reader, bands, &places) };
    (bands, max)
}

/// What the outcomes below may name.
pub(super) struct Ends<'a> {
    pub grades: Vec<&'a str>,
    pub max_stars: u8,
}

fn known_grade(reader: &mut Reader<'_>, grade: &Written<String>, ends: &Ends<'_>) {
    if !grade.value.is_empty() && !ends.grades.contains(&grade.value.as_str()) {
        let (said, all) = (&grade.value, ends.grades.join(" "));
        let wrong =
            Said::new(format!("本细则没有“{said}”这个等次；有：{all}"), format!("`{said}` is no grade of this scheme; there are: {all}"));
        reader.refuse(&grade.span, wrong.near(nearest(said, ends.grades.iter().copied())));
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
        let grade = reader.optional_text(&mut keys, "grade");
        if let Some(grade) = &grade {
            known_grade(reader, grade, ends);
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
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        if grade.is_none() && !zero_total && points.is_none() && max_stars.is_none() {
            reader.fault(
                &keys.span.clone(),
                "没有写后果：grade（定等次）、total = \"zero\"（清零）、points（扣分）、max_stars（限星），至少一个",
                "no effect is given: at least one of `grade`, `total = \"zero\"`, `points`, `max_stars`",
            );
        }
        reader.finish(keys);
        reader.sample(origin, || "一票否决情形".into());
        let effect = Arc::new(VetoEffect {
            grade: grade.map(|grade| grade.value),
            zero_total,
            points: points.map(|points| points.value),
            max_stars,
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
    let (mut letters, mut grades) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "letter") {
        let grade = reader.text(&mut keys, "grade");
        known_grade(reader, &grade, ends);
        let name = reader.text(&mut keys, "name").value;
        let months = reader.whole(&mut keys, "months", 0..=120);
        let amend = reader.optional_flag(&mut keys, "amend").unwrap_or_else(|| name.contains("整改"));
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{name}期限{months}个月"));
        letters.push(Letter { grade: grade.value.clone(), name, months, amend, clause, origin });
        grades.push(grade);
    }
    reader.unique(("通知书的等次", "letter's grade"), &grades);
    letters
}

/// `[[honour]]`.
pub(super) fn honours<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, ends: &Ends<'_>) -> Vec<Honour> {
    let (mut honours, mut names) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "honour") {
        let name = reader.text(&mut keys, "name");
        let every = reader.choice(&mut keys, "every", &Every::WORDS);
        let share = reader.share(&mut keys, "share");
        let of = reader.choice(&mut keys, "of", &[("expected", QuotaBase::Expected), ("stars", QuotaBase::Stars)]);
        let floor = reader.choice(&mut keys, "round", &ROUNDING).unwrap_or(true);
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
            honours.push(Honour { name: name.value.clone(), every, share, of, floor, min_members, stars, clause, origin });
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
        known_grade(reader, &grade, ends);
        let share = reader.share(&mut keys, "share");
        let of = reader.choice(&mut keys, "of", &[("expected", QuotaBase::Expected), ("graded", QuotaBase::Graded)]);
        let floor = reader.choice(&mut keys, "round", &ROUNDING).unwrap_or(true);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{}名额", grade.value));
        if let Some(of) = of {
            quotas.push(GradeQuota { grade: grade.value.clone(), share, of, floor, clause, origin });
        }
        grades.push(grade);
    }
    reader.unique(("限额的等次", "quota's grade"), &grades);
    quotas
}
