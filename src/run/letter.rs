//! What a branch reads of its own findings: its files by their own names, its people in the order of its roster, and nothing
//! that is only the county's business.

use std::sync::Arc;

use crate::check::lacking_in;
use crate::diag::{Code, Fact, Finding};
use crate::period::Period;

/// What became of files is for those who collect them.
const NOT_THEIRS: [Code; 3] = [Code::SupersededSubmission, Code::IdenticalSubmission, Code::JoinedSubmission];

/// The findings of a letter, from those of the branch in output order. `names` are those of the roster, in its order.
pub(super) fn letter(findings: &[&Finding], names: &[Arc<str>], several: bool) -> Vec<Finding> {
    let theirs = findings.iter().filter(|finding| !NOT_THEIRS.contains(&finding.code));
    let mut all: Vec<Finding> = theirs.map(|finding| (*finding).clone()).collect();
    // What has a place stands in the order of its sheet already.
    let rank = |finding: &Finding| (person(finding).and_then(|name| names.iter().position(|own| **own == *name)), finding.ordinal);
    let alike = |one: &Finding, other: &Finding| one.code == other.code && one.place == other.place && one.place.cell.is_none();
    all.chunk_by_mut(alike).for_each(|group| group.sort_by_key(rank));
    // Rows of one and the same that are missing are one line.
    let mut lines: Vec<(Finding, Vec<Period>)> = Vec::with_capacity(all.len());
    for finding in all {
        let period = lacking(&finding);
        match lines.last_mut().zip(period) {
            Some(((one, periods), next)) if lacking(one).is_some() && alike(one, &finding) && person(one) == person(&finding) => {
                periods.push(next);
            }
            _ => lines.push((finding, period.into_iter().collect())),
        }
    }
    let told = lines.into_iter().map(|(finding, periods)| if periods.len() > 1 { lacking_in(finding, &periods) } else { finding });
    told.map(|finding| by_own_names(finding, several)).collect()
}

fn person(finding: &Finding) -> Option<&str> {
    if let Some(Fact::Person(name)) = &finding.fact { Some(name) } else { None }
}

/// The period of a row that one person lacks.
fn lacking(finding: &Finding) -> Option<Period> {
    person(finding).filter(|_| finding.code == Code::MissingEntry)?;
    finding.ordinal.and_then(Period::from_ordinal)
}

/// A file's name without folders and archives, as whoever sent it knows it.
pub(super) fn own_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn by_own_names(mut finding: Finding, several: bool) -> Finding {
    for (name, value) in &mut finding.args {
        if matches!(*name, "other" | "other_file") {
            *value = value.split('、').map(own_name).collect::<Vec<_>>().join("、");
        }
    }
    let file = finding.place.file.as_deref().map(|file| Arc::from(own_name(file)));
    finding.place.file = file.filter(|_| several);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Lang, Place};

    #[test]
    fn a_letter_speaks_of_the_branch_s_own() {
        let place = Place::file(&"甲党委/0101.zip!/第一季.xlsx".into()).on_sheet(&"积分登记".into());
        let lacks = |name: &str, period: &str| {
            let ordinal = crate::period::Period::parse(period).expect("a month").ordinal();
            Finding::new(Code::MissingEntry, place.clone())
                .about(name)
                .arg("period", period)
                .ordinal(ordinal)
                .arg("column", "")
                .arg("case", "")
        };
        let kept = Finding::new(Code::KeptFromEarlier, place.clone()).arg("other", "甲党委/旧.xlsx").arg("lacking", "1月（第4行）");
        let all = [
            lacks("丁一", "1月"),
            lacks("丁一", "2月"),
            lacks("丁一", "4月"),
            lacks("甲三", "2月"),
            kept,
            Finding::new(Code::SupersededSubmission, place.clone()).arg("other", "x/y.xlsx"),
        ];
        let names: Vec<Arc<str>> = vec!["甲三".into(), "丁一".into()];
        let told = letter(&all.iter().collect::<Vec<_>>(), &names, true);
        let words: Vec<String> = told.iter().map(|finding| finding.message(Lang::Zh)).collect();
        assert_eq!(words.len(), 3, "{words:?}");
        assert!(words[0].contains("甲三 2月") && words[1].contains("丁一 1月至2月、4月"), "{words:?}");
        assert!(words[2].contains("旧.xlsx") && !words[2].contains("甲党委"), "{words:?}");
        assert!(told.iter().all(|finding| finding.place.file.as_deref() == Some("第一季.xlsx")));
        assert!(letter(&[&all[0]], &names, false)[0].place.file.is_none());
        // What the sentences call their values changes no line.
        let mut renamed = all.clone();
        renamed.iter_mut().flat_map(|finding| &mut finding.args).for_each(|arg| arg.0 = "renamed");
        let lines = |told: Vec<Finding>| told.into_iter().map(|finding| (finding.code, finding.fact, finding.ordinal)).collect::<Vec<_>>();
        assert_eq!(lines(letter(&renamed.iter().collect::<Vec<_>>(), &names, true)), lines(told));
    }
}
