//! With `--only`: branches that have to be read beside those asked for, because somebody came from or went to them.
//!
//! ```text
//!   asked for 0103 ─▶ its members' identity numbers ─▶ on the roster of 0102 too ─▶ 0102 is read whole
//!                     its members' 原支部 0101      ─────────────────────────────▶ 0101 is read whole
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{FileResult, Setup};
use crate::submission::Member;

/// Somebody on a roster, as far as it takes to know him again elsewhere.
#[derive(Clone, Debug)]
pub struct Listed {
    id: Option<Box<str>>,
    name: Arc<str>,
    former: Option<Box<str>>,
}

impl Listed {
    /// A member of a roster.
    pub fn of(member: &Member) -> Self {
        Self { id: member.id.clone(), name: Arc::clone(&member.name), former: member.course.former.clone() }
    }
}

/// Branches that nobody asked for, and that somebody of those asked for came from or went to.
pub(super) fn beside(county: &Setup, gathered: &[FileResult]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    if county.only.is_empty() {
        return found;
    }
    let mut rows: Vec<(usize, Listed)> = Vec::new();
    for one in gathered {
        let Some(branch) = one.branch else { continue };
        let own = one.card.iter().flat_map(|card| &card.submission.members).map(Listed::of);
        rows.extend(own.chain(one.roster.iter().cloned()).map(|listed| (branch, listed)));
    }
    // By identity number, else by the name in the branch that 原支部 gives.
    let (mut ids, mut named): (BTreeSet<&str>, BTreeSet<(usize, &str)>) = Default::default();
    loop {
        let before = (ids.len(), named.len());
        for (branch, one) in &rows {
            let former = one.former.as_deref().and_then(|former| county.registered(former)).map(|at| (at, &*one.name));
            let known = one.id.as_deref().is_some_and(|id| ids.contains(id)) || named.contains(&(*branch, &*one.name));
            if known || county.wants(*branch) || former.is_some_and(|former| named.contains(&former)) {
                ids.extend(one.id.as_deref());
                named.extend(former.into_iter().chain([(*branch, &*one.name)]));
            }
        }
        if before == (ids.len(), named.len()) {
            break;
        }
    }
    found.extend(named.into_iter().map(|(branch, _)| branch).filter(|branch| !county.wants(*branch)));
    found
}
