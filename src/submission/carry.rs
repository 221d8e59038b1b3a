//! What an earlier branch's submission holds about somebody who moved, carried into the one that scores him.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{Entry, Mark, Spot, Submission};
use crate::period::Period;
use crate::scheme::{ItemKind, Rules};

impl Submission {
    /// Takes over what the other submission holds about one of its members, as about one of ours; every value keeps its place.
    /// Of a period that both have entries for, marks are ours, and what is added up (deductions, bonuses, counts) is both's.
    pub fn carry(&mut self, at: u32, other: &Self, theirs: u32, rules: &Rules) {
        let mut sheets: BTreeMap<u16, u16> = BTreeMap::new();
        let mut moved = |whole: &mut Self, spot: Spot| -> Spot {
            let sheet = *sheets.entry(spot.sheet).or_insert_with(|| {
                let place = other.place(spot);
                whole.sheets.push(place.sheet.unwrap_or_default());
                whole.carried.push(place.file.unwrap_or_else(|| Arc::clone(&other.file)));
                whole.sheets.len() as u16 - 1
            });
            Spot { sheet, ..spot }
        };
        let mut layouts: BTreeMap<u32, u32> = BTreeMap::new();
        let ours: Vec<Entry> = self.entries_of(at).to_vec();
        for entry in other.entries_of(theirs) {
            let layout = *layouts.entry(entry.layout).or_insert_with(|| {
                self.layouts.push(other.layouts.get(entry.layout as usize).cloned().unwrap_or_default());
                self.layouts.len() as u32 - 1
            });
            let both = ours.iter().any(|own| (own.period, own.own, own.day) == (entry.period, entry.own, entry.day));
            let mut marks = entry.marks.clone();
            for (_, mark) in rules.items.iter().zip(&mut marks).filter(|(item, _)| both && item.kind == ItemKind::Mark) {
                *mark = Mark::NONE;
            }
            let place = moved(self, entry.at);
            self.entries.push(Entry { member: at, at: place, layout, marks, ..entry.clone() });
        }
        self.entries.sort_by_key(|entry| (entry.member, entry.period, entry.own, entry.day, entry.at));
        for fact in other.adjustments.iter().filter(|fact| fact.member == theirs) {
            let place = moved(self, fact.at);
            self.adjustments.push(super::Adjustment { member: at, at: place, ..fact.clone() });
        }
        self.adjustments.sort_by_key(|fact| (fact.member, fact.at));
        for fact in other.vetoes.iter().filter(|fact| fact.member == theirs) {
            let place = moved(self, fact.at);
            self.vetoes.push(super::Fact { member: at, at: place, ..fact.clone() });
        }
        self.vetoes.sort_by_key(|fact| (fact.member, fact.at));
        // The year's votes are the last branch's; those of shorter periods are cast where he was.
        for vote in other.ballots.get(theirs as usize).into_iter().flatten().filter(|vote| vote.period != Period::YEAR) {
            let (poll, period) = (usize::from(vote.poll), vote.period);
            if self.vote(at, poll, period).is_some_and(|own| own.cast_in_all() > 0) {
                continue;
            }
            let mut vote = vote.clone();
            vote.cast.iter_mut().for_each(|cast| cast.at = moved(self, cast.at));
            if self.ballots.len() < self.members.len() {
                self.ballots.resize_with(self.members.len(), Vec::new);
            }
            *self.vote_mut(at, poll, period) = vote;
        }
        self.year_read &= other.year_read;
    }

    /// The other branch's file, for a spot that was carried from it.
    pub fn carried_from(&self, spot: Spot) -> Option<&Arc<str>> {
        let own = self.sheets.len() - self.carried.len();
        usize::from(spot.sheet).checked_sub(own).and_then(|at| self.carried.get(at))
    }

    /// Files of other branches that something was carried from, each once.
    pub fn carried_files(&self) -> impl Iterator<Item = &Arc<str>> {
        let all = &self.carried;
        all.iter().enumerate().filter(|(at, file)| !all[..*at].contains(file)).map(|(_, file)| file)
    }
}

/// Months as text: `1—5月`, `6月`.
pub fn months_of(first: u8, last: u8) -> String {
    if first == last { format!("{first}月") } else { format!("{first}—{last}月") }
}
