//! Grades by rank: so many of the best, so many of the last, and what all others get.

use crate::config::{Keys, Written};
use crate::exact::Exact;

use super::bands::Bands;
use super::model::{Origin, best_first};
use super::outcomes::ROUNDING;
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

impl RankPlace {
    /// How many of so many.
    pub fn most(&self, ranked: usize) -> i64 {
        match &self.most {
            Most::Share(share, rounding) => share_of(ranked, share, *rounding),
            Most::Count(count) => i64::from(*count),
        }
    }

    fn holds(&self, total: &Exact) -> bool {
        self.from.as_ref().is_none_or(|from| from <= total) && self.to.as_ref().is_none_or(|to| total < to)
    }
}

impl Ranking {
    /// How many totals are at least as good, and how many at most, oneself included.
    pub fn beside(&self, totals: &[&Exact], total: &Exact) -> (usize, usize) {
        let up = totals.iter().filter(|other| **other >= total).count();
        let down = totals.iter().filter(|other| **other <= total).count();
        if self.lowest { (down, up) } else { (up, down) }
    }

    /// The grade of a total among all that are ranked. Equals get a place only if it holds them all.
    pub fn grade(&self, totals: &[&Exact], total: &Exact) -> &str {
        let (not_worse, not_better) = self.beside(totals, total);
        for (places, reached) in [(&self.top, not_worse), (&self.bottom, not_better)] {
            let mut most = 0;
            for place in places {
                most += place.most(totals.len());
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

/// `[grades.rank]`; `bands` are those beside it, for all who have no place.
pub(super) fn ranking<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, bands: Option<Bands<String>>, lowest: bool) -> Option<Ranking> {
    let (top, bottom) = (places(reader, &mut keys, "top"), places(reader, &mut keys, "bottom"));
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
    Some(Ranking { top, bottom, rest: rest?, lowest })
}

/// One place, or several in a list.
fn places<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str) -> Vec<RankPlace> {
    let several = keys.get(key).is_some_and(|node| node.get_ref().is_array());
    let tables = if several { reader.tables(keys, key) } else { reader.optional_table(keys, key).into_iter().collect() };
    let mut places = Vec::new();
    for mut keys in tables {
        let name = reader.text(&mut keys, "name").value;
        let (has_share, count) = (keys.has("share"), reader.optional_whole(&mut keys, "count", 0..=100_000));
        let share = (has_share || count.is_none()).then(|| reader.share(&mut keys, "share"));
        if let (true, Some(_)) = (has_share, count) {
            let place = keys.place("count");
            reader.fault(&place, "“share”和“count”只能写一个", "give either `share` or `count`");
        }
        let round = reader.optional_choice(&mut keys, "round", &ROUNDING);
        if round.is_some() && count.is_some() {
            let place = keys.place("round");
            reader.fault(&place, "人数是整数，不用“round”", "a number of people needs no `round`");
        }
        let bound = |number: Option<Written<Exact>>| number.map(|number| number.value);
        let from = bound(reader.optional_number(&mut keys, "from"));
        let to = bound(reader.optional_number(&mut keys, "to"));
        if from.is_some() && to.is_some() && from >= to {
            let place = keys.place("to");
            reader.fault(&place, "“to”不高于“from”，谁也到不了", "`to` is not above `from`: nobody can be there");
        }
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || if count.is_some() { format!("{name}人数") } else { format!("{name}比例") });
        let most = match (count, share) {
            (Some(count), _) => Most::Count(count),
            (None, share) => Most::Share(share.unwrap_or_default(), round.unwrap_or(Rounding::Floor)),
        };
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
        };
        let grades = |totals: &[i64]| -> Vec<String> {
            let totals: Vec<Exact> = totals.iter().copied().map(Exact::from).collect();
            let all: Vec<&Exact> = totals.iter().collect();
            totals.iter().map(|total| ranking.grade(&all, total).to_owned()).collect()
        };
        assert_eq!(grades(&[95, 90, 80, 70, 60]), ["一等", "二等", "二等", "三等", "末位"]);
        assert_eq!(grades(&[95, 95, 80, 60, 60]), ["二等", "二等", "二等", "三等", "三等"]);
        assert_eq!(grades(&[89, 80, 80, 80]), ["二等", "三等", "三等", "三等"]);
        let lowest = Ranking { lowest: true, ..ranking.clone() };
        let totals = [95, 2, 9, 12].map(Exact::from);
        let all: Vec<&Exact> = totals.iter().collect();
        assert_eq!(totals.each_ref().map(|total| lowest.grade(&all, total)), ["末位", "二等", "二等", "二等"]);
        assert_eq!(ranking.names(), ["一等", "二等", "三等", "末位"]);
    }
}
