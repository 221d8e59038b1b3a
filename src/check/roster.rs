//! What is wrong with the people of a roster taken together.

use std::collections::BTreeMap;

use chrono::Datelike;

use crate::diag::{Code, Finding};
use crate::submission::{Day, Submission};

/// Two rows with one identity number, or with the same name and number; found at the later row.
pub fn duplicate_member(submission: &Submission) -> Vec<Finding> {
    let repeated = submission.members.iter().filter_map(|member| Some((member, &submission.members[member.repeats? as usize])));
    repeated
        .map(|(member, first)| {
            let by_id = member.id.is_some() && member.id == first.id;
            let at = if by_id { member.id_at.unwrap_or(member.at) } else { member.at };
            Finding::new(Code::DuplicateMember, submission.place(at))
                .value(&*member.name)
                .arg("first", submission.place(first.at).cell.map(|cell| cell.to_string()).unwrap_or_default())
        })
        .collect()
}

/// One 序号 for two members; found at the later row.
pub fn duplicate_seq(submission: &Submission) -> Vec<Finding> {
    let mut seen: BTreeMap<i64, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for member in submission.members.iter().filter(|member| member.repeats.is_none()) {
        let Some(at) = member.seq_at else { continue };
        match seen.get(&member.seq) {
            Some(other) => findings.push(
                Finding::new(Code::DuplicateSeq, submission.place(at))
                    .value(member.seq.to_string())
                    .about(&*member.name)
                    .arg("other", other),
            ),
            None => {
                seen.insert(member.seq, &member.name);
            }
        }
    }
    findings
}

/// 出生日期 and the identity number tell different days.
pub fn id_birthdate_mismatch(submission: &Submission) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &submission.members {
        let (Some(id), Some(born), Some(at)) = (&member.id, member.born, member.born_at) else { continue };
        let agrees = match born {
            Day::Known(day) => id[6..14] == day.format("%Y%m%d").to_string(),
            Day::Month(year, month) => id[6..12] == format!("{year:04}{month:02}"),
        };
        if !agrees {
            let shown = match born {
                Day::Known(day) => format!("{}-{:02}-{:02}", day.year(), day.month(), day.day()),
                Day::Month(year, month) => format!("{year}-{month:02}"),
            };
            findings.push(Finding::new(Code::IdBirthdateMismatch, submission.place(at)).value(shown).about(&*member.name));
        }
    }
    findings
}
