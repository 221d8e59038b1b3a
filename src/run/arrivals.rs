//! Who comes with a branch that is merged into another one: expected there from 并入月 on, also where the roster there gives no
//! month.
//!
//! The register says which branches these are, and 原支部 of a roster who is meant; identity numbers only the merged branch's own
//! roster shows. So its submission is read first, and those of the branch that takes it in once more.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileResult, Setup};
use crate::county::Branch;
use crate::words::folded;

/// First months by branch: for identity numbers, and for what 原支部 calls a merged branch.
#[derive(Debug, Default)]
pub struct Arrivals {
    ids: BTreeMap<usize, BTreeMap<Box<str>, u8>>,
    names: BTreeMap<usize, BTreeMap<String, u8>>,
}

impl Arrivals {
    /// What the register tells.
    pub fn of(county: &Setup) -> Self {
        let mut names: BTreeMap<usize, BTreeMap<String, u8>> = BTreeMap::new();
        for branch in &county.register.branches {
            if let Some((target, month)) = target(county, branch) {
                names.entry(target).or_default().extend([(folded(&branch.code), month), (folded(&branch.name), month)]);
            }
        }
        Self { ids: BTreeMap::new(), names }
    }

    /// Adds whom the merged branches' rosters list; gives the branches of which a roster lists some of them without a month.
    pub fn learn(&mut self, county: &Setup, gathered: &[FileResult]) -> BTreeSet<usize> {
        let rosters = || gathered.iter().filter_map(|one| Some((one.branch?, &one.card.as_ref()?.submission.members)));
        for (branch, members) in rosters() {
            let Some((target, month)) = target(county, &county.register.branches[branch]) else { continue };
            let own = members.iter().filter(|member| member.course.with_branch).filter_map(|member| Some((member.id.clone()?, month)));
            self.ids.entry(target).or_default().extend(own);
        }
        let mut again = BTreeSet::new();
        for (branch, members) in rosters() {
            let Some(ids) = self.ids.get(&branch) else { continue };
            let comes = |id: &str, first: u8| ids.get(id).is_some_and(|month| first < *month);
            if members.iter().any(|member| member.id.as_ref().is_some_and(|id| comes(id, member.first_month))) {
                again.insert(branch);
            }
        }
        again
    }

    /// The first month of one who comes with a merged branch.
    pub fn month(&self, branch: usize, id: Option<&str>, former: Option<&str>) -> Option<u8> {
        let by_id = id.and_then(|id| self.ids.get(&branch)?.get(id));
        let by_name = || self.names.get(&branch)?.get(&folded(former?));
        by_id.or_else(by_name).copied()
    }
}

/// The branch that this one is merged into, and since when.
fn target(county: &Setup, branch: &Branch) -> Option<(usize, u8)> {
    Some((county.register.by_code(branch.life.into.as_deref()?)?, branch.life.merged?))
}
