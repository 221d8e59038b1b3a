//! Grades by rank: so many of the best, so many of the last, and what all others get.

use crate::config::{Keys, Written};
use crate::exact::Exact;

use super::bands::Bands;
use super::model::{Origin, best_first};
use super::outcomes::{ROUNDING, Ranked};
use super::reach::What;
use super::reader::Reader;

/// How a share of people becomes a number of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Down.
    Floor,
    /// Up.
    Ceil,
    /// To the nearest, a half up.
    Nearest,
}

/// A share of so many, in whole ones.
pub fn share_of(base: usize, share: &Exact, rounding: Rounding) -> i64 {
    let share = share.clone() * Exact::from(base as i64);
    let whole = match rounding {
        Rounding::Floor => share.floor(),
        Rounding::Ceil => share.ceil(),
        Rounding::Nearest => (share + Exact::from(1) / 2).floor(),
    };
    whole.unwrap_or(0)
}

/// Grades by rank among the members of a block.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The best, the first place first.
    pub top: Vec<RankPlace>,
    /// The last, the very last first.
    pub bottom: Vec<RankPlace>,
    /// All others.
    pub rest: Rest,
    /// A smaller total is better.
    pub lowest: bool,
    /// Among whom.
    pub among: Among,
}

/// Among whom totals are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Among {
    /// Those of one branch.
    Branch,
    /// Those of all branches of one committee.
    Committee,
    /// Those of the whole county.
    County,
}

/// Where a total stands among those that are ranked, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many are at least as good.
    pub not_worse: usize,
    /// How many are at most as good.
    pub not_better: usize,
    /// How many are ranked.
    pub ranked: usize,
}

/// What those get who have no place by rank.
#[derive(Clone, Debug)]
pub enum Rest {
    /// One grade.
    Grade(String),
    /// By bands of the total.
    Bands(Bands<String>),
}

/// A grade for so many.
#[derive(Clone, Debug)]
pub struct RankPlace {
    /// The grade.
    pub name: String,
    /// How many.
    pub most: Most,
    /// The total must reach this.
    pub from: Option<Exact>,
    /// The total must lie below this.
    pub to: Option<Exact>,
    /// Where it comes from.
    pub origin: Origin,
}

/// How many have a place.
#[derive(Clone, Debug)]
pub enum Most {
    /// A share of the ranked.
    Share(Exact, Rounding),
    /// So many.
    Count(u32),
}

impl Most {
    /// How many of so many.
    pub fn of(&self, base: usize) -> i64 {
        match self {
            Self::Share(share, rounding) => share_of(base, share, *rounding),
            Self::Count(count) => i64::from(*count),
        }
    }
}

/// `share` with `round`, or `count`.
pub(super) fn most<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, round_required: bool) -> Most {
    let (has_share, count) = (keys.has("share"), reader.optional_whole(keys, "count", 0..=100_000));
    let share = (has_share || count.is_none()).then(|| reader.share(keys, "share"));
    if let (true, Some(_)) = (has_share, count) {
        let place = keys.place("count");
        reader.fault(&place, "“share”和“count”只能写一个", "give either `share` or `count`");
    }
    let round = if round_required && count.is_none() {
        reader.choice(keys, "round", &ROUNDING)
    } else {
        reader.optional_choice(keys, "round", &ROUNDING)
    };
    if round.is_some() && count.is_some() {
        let place = keys.place("round");
        reader.fault(&place, "人数是整数，不用“round”", "a number of people needs no `round`");
    }
    match (count, share) {
        (Some(count), _) => Most::Count(count),
        (None, share) => Most::Share(share.unwrap_or_default(), round.unwrap_or(Rounding::Floor)),
    }
}

impl RankPlace {
    /// How many of so many.
    pub fn most(&self, ranked: usize) -> i64 {
        self.most.of(ranked)
    }

    fn holds(&self, total: &Exact) -> bool {
        self.from.as_ref().is_none_or(|from| from <= total) && self.to.as_ref().is_none_or(|to| total < to)
    }
}

impl Ranking {
    /// Where a total stands among rising ones.
    pub fn beside(&self, rising: &[Exact], total: &Exact) -> Standing {
        let up = rising.len() - rising.partition_point(|other| other < total);
        let down = rising.partition_point(|other| other <= total);
        let (not_worse, not_better) = if self.lowest { (down, up) } else { (up, down) };
        Standing { not_worse, not_better, ranked: rising.len() }
    }

    /// The grade of a total that stands so. Equals get a place only if it holds them all.
    pub fn grade(&self, standing: Standing, total: &Exact) -> &str {
        for (places, reached) in [(&self.top, standing.not_worse), (&self.bottom, standing.not_better)] {
            let mut most = 0;
            for place in places {
                most += place.most(standing.ranked);
                if reached as i64 <= most && place.holds(total) {
                    return &place.name;
                }
            }
        }
        match &self.rest {
            Rest::Grade(name) => name,
            Rest::Bands(bands) => bands.get(total),
        }
    }

    /// The grades' names, the best first.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let rest: Vec<&str> = match &self.rest {
            Rest::Grade(name) => vec![name],
            Rest::Bands(bands) => best_first(bands, self.lowest),
        };
        let top = self.top.iter().map(|place| place.name.as_str());
        let bottom = self.bottom.iter().rev().map(|place| place.name.as_str());
        // A last place may have the name of a band: it stands where that does.
        for name in top.chain(rest).chain(bottom) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// `[grades.rank]`; `bands` are those beside it, for all who have no place. Branches are not ranked among those of a branch.
pub(super) fn ranking<'t>(
    reader: &mut Reader<'t>,
    mut keys: Keys<'t>,
    bands: Option<Bands<String>>,
    Ranked { lowest_first: lowest, of_branch, .. }: Ranked,
    block: usize,
) -> Option<Ranking> {
    let reaches = [("branch", Among::Branch), ("committee", Among::Committee), ("county", Among::County)];
    let reaches = if of_branch { &reaches[1..] } else { &reaches[..] };
    let among = if of_branch { reader.choice(&mut keys, "within", reaches) } else { reader.optional_choice(&mut keys, "within", reaches) };
    let among = among.unwrap_or(if of_branch { Among::County } else { Among::Branch });
    let (top, bottom) = (places(reader, &mut keys, "top", block), places(reader, &mut keys, "bottom", block));
    let rest = if bands.is_some() { reader.optional_text(&mut keys, "rest") } else { Some(reader.text(&mut keys, "rest")) };
    let place = keys.span.clone();
    if top.is_empty() && bottom.is_empty() {
        reader.fault(&place, "要写“top”（前几名）或“bottom”（后几名）", "give `top`, the best, or `bottom`, the last");
    }
    let shares =
        [&top, &bottom].into_iter().flatten().filter_map(|place| if let Most::Share(share, _) = &place.most { Some(share) } else { None });
    if shares.cloned().sum::<Exact>() > Exact::from(1) {
        let place = keys.place(if bottom.is_empty() { "top" } else { "bottom" });
        reader.fault(&place, "各名次的比例合计超过 100%", "the shares add up to more than 100%");
    }
    let rest = match (bands, rest) {
        (Some(_), Some(Written { span, .. })) => {
            reader.fault(&span, "其余的人按“bands”评，不要再写“rest”", "all others go by `bands`; leave `rest` out");
            None
        }
        (Some(bands), None) => Some(Rest::Bands(bands)),
        (None, rest) => rest.map(|rest| Rest::Grade(rest.value)),
    };
    reader.finish(keys);
    Some(Ranking { top, bottom, rest: rest?, lowest, among })
}

/// One place, or several in a list.
fn places<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str, block: usize) -> Vec<RankPlace> {
    let several = keys.get(key).is_some_and(|node| node.get_ref().is_array());
    let tables = if several { reader.tables(keys, key) } else { reader.optional_table(keys, key).into_iter().collect() };
    let mut places = Vec::new();
    for mut keys in tables {
        let name = reader.text(&mut keys, "name").value;
        let most = most(reader, &mut keys, false);
        let bound = |number: Option<Written<Exact>>| number.map(|number| number.value);
        let from = bound(reader.optional_number(&mut keys, "from"));
        let to = bound(reader.optional_number(&mut keys, "to"));
        if from.is_some() && to.is_some() && from >= to {
            let place = keys.place("to");
            reader.fault(&place, "“to”不高于“from”，谁也到不了", "`to` is not above `from`: nobody can be there");
        }
        let origin = reader.origin(&mut keys, "origin");
        reader.mark(&keys.span, What::Place(block, name.clone(), from.clone(), to.clone()));
        reader.finish(keys);
        reader.sample(origin, || if matches!(most, Most::Count(_)) { format!("{name}人数") } else { format!("{name}比例") });
        places.push(RankPlace { name, most, from, to, origin });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, most: Most, from: Option<i64>) -> RankPlace {
        RankPlace { name: name.into(), most, from: from.map(Exact::from), to: None, origin: Origin::Source }
    }

    #[test]
    fn a_half_is_rounded_up() {
        let of = |base, rounding| share_of(base, &Exact::fraction(1, 10).expect("a tenth"), rounding);
        assert_eq!([4, 5, 14, 15].map(|base| of(base, Rounding::Nearest)), [0, 1, 1, 2]);
        assert_eq!([of(5, Rounding::Floor), of(5, Rounding::Ceil)], [0, 1]);
    }

    #[test]
    fn equals_that_a_place_does_not_hold_fall_to_the_next() {
        let ranking = Ranking {
            top: vec![place("一等", Most::Count(1), Some(90)), place("二等", Most::Count(2), None)],
            bottom: vec![place("末位", Most::Count(1), None)],
            rest: Rest::Grade("三等".into()),
            lowest: false,
            among: Among::Branch,
        };
        let grades = |totals: &[i64]| -> Vec<String> {
            let totals: Vec<Exact> = totals.iter().copied().map(Exact::from).collect();
            let mut all = totals.clone();
            all.sort();
            totals.iter().map(|total| ranking.grade(ranking.beside(&all, total), total).to_owned()).collect()
        };
        assert_eq!(grades(&[95, 90, 80, 70, 60]), ["一等", "二等", "二等", "三等", "末位"]);
        assert_eq!(grades(&[95, 95, 80, 60, 60]), ["二等", "二等", "二等", "三等", "三等"]);
        assert_eq!(grades(&[89, 80, 80, 80]), ["二等", "三等", "三等", "三等"]);
        let lowest = Ranking { lowest: true, ..ranking.clone() };
        let totals = [95, 2, 9, 12].map(Exact::from);
        let mut all = totals.to_vec();
        all.sort();
        assert_eq!(totals.each_ref().map(|total| lowest.grade(lowest.beside(&all, total), total)), ["末位", "二等", "二等", "二等"]);
        assert_eq!(ranking.names(), ["一等", "二等", "三等", "末位"]);
    }
}
