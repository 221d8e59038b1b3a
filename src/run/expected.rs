//! What the county knows of a submission before it is read: made here for every reader of one.

use super::Setup;
use super::arrivals::Arrivals;
use crate::submission::{Expected, Share, Tenure};

/// Whose submission is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose<'a> {
    /// A branch's, by its position in the register.
    Branch(usize),
    /// That of a branch on no register, with the committee that the submission names.
    Stranger(&'a str),
}

impl Setup {
    /// Calls `read` with what is known of the submission. Without arrivals every member keeps the months that are written:
    /// that is what lists of people are made of, which say nothing of the branch's own months.
    pub(crate) fn expecting<T>(
        &self,
        whose: Whose<'_>,
        arrivals: Option<&Arrivals>,
        share: Share<'_>,
        read: impl FnOnce(&Expected<'_>) -> T,
    ) -> T {
        let branch = if let Whose::Branch(at) = whose { Some(at) } else { None };
        let scheme_of = |category: &str| match whose {
            Whose::Branch(at) => self.scheme_of(at, category),
            Whose::Stranger(committee) => self.scheme_of_stranger(committee, category).unwrap_or_default(),
        };
        let arrival = |id: Option<&str>, former: Option<&str>| arrivals?.month(branch?, id, former);
        let registered = branch.map(|at| &self.register.branches[at]);
        let tenure = match registered {
            Some(own) if arrivals.is_some() => Tenure { first_month: own.first_month(), last_month: own.last_month(), arrival: &arrival },
            _ => Tenure::WHOLE_YEAR,
        };
        read(&Expected {
            run: self.run,
            schemes: &self.schemes,
            scheme_of: &scheme_of,
            intake: &self.intake,
            categories: &self.workspace.categories,
            registered: registered.and_then(|own| own.members),
            tenure,
            share,
        })
    }
}
