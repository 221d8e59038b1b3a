//! Checks across branches.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::county::Branch;
use crate::diag::{Code, Finding, Place};
use crate::period::Every;
use crate::workbook;

/// What of a member is compared across branches.
#[derive(Clone, Debug)]
pub struct Person {
    /// 身份证号.
    pub id: Box<str>,
    /// 姓名.
    pub name: Arc<str>,
    /// Index of the branch in the register.
    pub branch: usize,
    /// First expected month.
    pub first_month: u8,
    /// Last expected month.
    pub last_month: u8,
    /// A date alone sets the first month, or the last one: of one who moves within a month both branches have that month.
    pub dated: (bool, bool),
    /// Where the number stands.
    pub place: Place,
}

/// One identity number in two branches: overlapping months are an error in both, disjoint ones a transfer.
pub fn same_person_in_branches(people: &mut [Person], branches: &[Branch]) -> Vec<Finding> {
    people.sort_by(|a, b| (&a.id, a.branch, a.first_month).cmp(&(&b.id, b.branch, b.first_month)));
    let mut findings: BTreeMap<(usize, Place), Finding> = BTreeMap::new();
    for group in people.chunk_by(|a, b| a.id == b.id) {
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                if one.branch == other.branch {
                    continue;
                }
                let within_a_month = |before: &Person, after: &Person| {
                    before.last_month == after.first_month && before.dated.1 && after.dated.0 && before.first_month < after.last_month
                };
                let overlap = one.first_month <= other.last_month
                    && other.first_month <= one.last_month
                    && !within_a_month(one, other)
                    && !within_a_month(other, one);
                let code = if overlap { Code::MemberInTwoBranches } else { Code::TransferredMember };
                for (here, there) in [(one, other), (other, one)] {
                    let branch = &branches[there.branch];
                    let mut finding = Finding::new(code, here.place.clone()).value(&*here.name);
                    finding.branch_code = Some(branches[here.branch].code.as_str().into());
                    finding = finding
                        .arg("other", format!("{} {}", branch.code, branch.name))
                        .arg("other_file", there.place.file.as_deref().unwrap_or_default());
                    let months = |person: &Person| {
                        if (person.first_month, person.last_month) == (1, 12) {
                            Every::Year.all().next().map(crate::period::Period::zh).unwrap_or_default()
                        } else {
                            format!("{}—{}月", person.first_month, person.last_month)
                        }
                    };
                    finding = finding.arg("months", months(here)).arg("other_months", months(there));
                    // The worse of two findings on one cell stays.
                    findings
                        .entry((here.branch, here.place.clone()))
                        .and_modify(|old| {
                            if code < old.code {
                                *old = finding.clone();
                            }
                        })
                        .or_insert(finding);
                }
            }
        }
    }
    findings.into_values().collect()
}

/// The register counts other members than the roster lists.
pub fn roll_mismatch(branch: &Branch, listed: usize, file: &Arc<str>) -> Option<Finding> {
    let registered = branch.members?;
    (registered as usize != listed).then(|| {
        let place = Place { file: Some(Arc::clone(file)), sheet: Some(workbook::ROSTER.name.into()), cell: None };
        Finding::new(Code::RollMismatch, place).value(listed.to_string()).arg("registered", registered)
    })
}
