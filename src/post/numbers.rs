//! Numbers of letters: given when a branch is recorded, in the order of the register and of the roster, each once.

use chrono::NaiveDate;

use super::{DraftBranch, Read};
use crate::forms::{Issued, Issuer, term, term_end};
use crate::period::RunPeriod;
use crate::record::{NumberedLetter, Records};
use crate::run::{RunError, Setup};

/// Letters of a branch that have no number yet.
pub(super) fn unnumbered<'a>(records: &'a Records, run: RunPeriod, branch: &'a DraftBranch) -> impl Iterator<Item = &'a Issued> {
    let period = run.to_string();
    branch.letters.iter().filter(move |letter| {
        !records.letters.iter().any(|one| {
            let same =
                !one.void && one.period == period && one.form == letter.form && one.branch_code == branch.code && one.name == letter.name;
            same && (one.seq == letter.seq || letter.number == Some(one.number))
        })
    })
}

/// Gives numbers to the letters of recorded branches that have none, and makes void those of letters that the results no
/// longer bring. Gives how many are new.
///
/// # Errors
/// A row of the results cannot be understood.
pub(super) fn give(
    county: &Setup,
    draft: &Read,
    records: &mut Records,
    due: &[&DraftBranch],
    issuer: &Issuer,
    n: u32,
) -> Result<usize, RunError> {
    let year = draft.run.year;
    let mut new = 0;
    for branch in due {
        let rows = draft.branch_rows(&branch.code)?;
        let holds = |letter: &NumberedLetter| {
            rows.iter().any(|row| row.name == letter.name && row.letter.as_deref() == Some(letter.letter.as_str()))
        };
        let period = draft.run.to_string();
        let own = records.letters.iter_mut().filter(|letter| letter.period == period && letter.branch_code == branch.code);
        own.filter(|letter| !holds(letter)).for_each(|letter| letter.void = true);
        let without: Vec<Issued> = unnumbered(records, draft.run, branch).cloned().collect();
        for letter in without {
            let (date, until) = term_of(county, &letter, issuer);
            let number = records.next_number(year, &letter.form);
            records.letters.push(NumberedLetter {
                year,
                number,
                period: draft.run.to_string(),
                n,
                branch_code: branch.code.clone(),
                branch: branch.name.clone(),
                seq: letter.seq,
                form: letter.form,
                name: letter.name,
                letter: letter.letter,
                months: letter.months,
                date,
                until,
                void: false,
            });
            new += 1;
        }
    }
    Ok(new)
}

/// The term as the letter prints it; if it prints blanks, as it follows from the day of posting.
fn term_of(county: &Setup, letter: &Issued, issuer: &Issuer) -> (Option<NaiveDate>, Option<NaiveDate>) {
    if let Some(date) = letter.date {
        return (Some(date), Some(letter.until.unwrap_or_else(|| term_end(&county.calendar, date, letter.months).0)));
    }
    let scheme = county.schemes.iter().find(|scheme| scheme.id == letter.scheme);
    // What a person typed for `post` is the day of posting, not the date of the letters.
    let issuer = Issuer { stated: None, ..issuer.clone() };
    scheme.and_then(|scheme| term(&issuer, &county.calendar, scheme, letter.months)).map(|(date, until, _)| (date, until)).unzip()
}
