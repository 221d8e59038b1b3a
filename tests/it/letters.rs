//! Forms about people: ballots counted by word, letters and who gets none.

use scorebook::form::data::{Datum, Record};
use scorebook::forms::{Data, Form, POLL, RECTIFICATION, Sent, Unit, WARNING, Whole};
use scorebook::run::{BranchState, Summary};

use crate::forms::{county, of_case};

fn shown(record: &Record, field: &str) -> String {
    match record.fields.get(field) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number { value, .. }) => value.to_string(),
        Some(Datum::Date(day)) => day.to_string(),
        _ => String::new(),
    }
}

#[test]
fn ballots_of_words_are_counted_by_word() {
    for (name, words) in [("graded-ballots", "好 2 一般 1 差 1"), ("graded-tally", "")] {
        let form = &of_case(name, &[POLL])[0];
        let headings: Vec<String> = form.lists["票别"].iter().map(|word| shown(word, "名称")).collect();
        let counts: Vec<String> = form.lists[""][0].lists["票别"].iter().map(|word| shown(word, "票数")).collect();
        let told: Vec<String> = headings.iter().zip(&counts).map(|(word, count)| format!("{word} {count}")).collect();
        assert_eq!(told.join(" "), words, "{name}: of sums nobody can say how many wrote a word");
        assert_eq!(shown(form, "票面说明"), "好=1、一般=0.8、差=0.6", "{name}");
        let balloted = &form.lists[""][0];
        assert_eq!(shown(balloted, "票数"), if words.is_empty() { "20" } else { "4" }, "{name}");
        assert_eq!(shown(&balloted.lists["项目"][0], "均分"), if words.is_empty() { "0.93" } else { "0.85" }, "{name}");
    }
}

/// A form of every accepted branch of a run.
fn of_branches(summary: &Summary, form: &Form, change: impl Fn(&mut scorebook::submission::Submission)) -> Vec<(String, Record)> {
    let Data::Whole(_, data) = form.data else { panic!("a form of a whole unit") };
    let county = &summary.county;
    let issuer = county.issuer();
    let mut all = Vec::new();
    for (branch, state) in county.register.branches.iter().zip(summary.resolved.states()) {
        let BranchState::Accepted(card) = state else { continue };
        let mut submission = card.submission.clone();
        change(&mut submission);
        let whole = Whole {
            unit: Unit::Branch(branch),
            issuer: &issuer,
            calendar: &county.calendar,
            schemes: &county.schemes,
            branches: vec![Sent { branch, submission: &submission, outcomes: &card.outcomes }],
            lacking: Vec::new(),
            digest: "0000",
        };
        all.push((branch.code.clone(), data(&whole)));
    }
    all
}

/// Every letter of the results is written, to whom it is due and with its term.
#[test]
fn letters_are_those_of_the_results() {
    for name in ["samples/county", "tests/cases/clean-register-60", "tests/cases/clean-fuxian-418"] {
        let summary = county(name, "2026");
        let mut written: Vec<(String, String, String)> = Vec::new();
        for form in [WARNING, RECTIFICATION] {
            for (code, record) in of_branches(&summary, &form, |_| {}) {
                for letter in &record.lists[""] {
                    written.push((code.clone(), shown(letter, "姓名"), shown(letter, "通知书")));
                    let months = if form.id == WARNING.id { "6个月" } else { "1年" };
                    assert_eq!(shown(letter, "期限"), months, "{name}");
                    assert!(!letter.lists["问题"].is_empty(), "{name}: a letter says what is wrong");
                }
            }
        }
        let mut due: Vec<(String, String, String)> = Vec::new();
        for row in crate::support::results(&summary) {
            if let Some(letter) = row["letter"].as_str() {
                due.push((row["branch_code"].as_str().unwrap().to_owned(), row["name"].as_str().unwrap().to_owned(), letter.to_owned()));
            }
        }
        written.sort();
        due.sort();
        assert!(!due.is_empty() && written == due, "{name}: {written:?} are not {due:?}");
    }
}

#[test]
fn a_member_who_does_not_want_to_amend_gets_no_letter() {
    let summary = county("samples/county", "2026");
    let usual: Vec<Record> = of_branches(&summary, &RECTIFICATION, |_| {}).into_iter().map(|(_, record)| record).collect();
    let refused = of_branches(&summary, &RECTIFICATION, |submission| submission.members.iter_mut().for_each(|one| one.willing = false));
    let names = |record: &Record| record.lists[""].iter().map(|letter| shown(letter, "姓名")).collect::<Vec<_>>();
    for (letters, (_, record)) in usual.iter().zip(&refused) {
        let listed: Vec<String> = record.lists[""].iter().map(|one| shown(one, "不发名单")).collect();
        assert_eq!(listed.join("、"), names(letters).join("、"));
        assert!(names(record).iter().all(String::is_empty), "{:?}", names(record));
        assert_eq!(shown(record, "人数"), "0");
    }
    // A warning needs nobody's consent.
    let warned = of_branches(&summary, &WARNING, |submission| submission.members.iter_mut().for_each(|one| one.willing = false));
    assert!(warned.iter().any(|(_, record)| !names(record).is_empty()));
}

/// The county's yearly form has a line per branch; committees' subtotals and the whole add up, kind by kind.
#[test]
fn the_countys_yearly_form_adds_up() {
    let summary = county("samples/county", "2026");
    let of_county = |form: &Record| form.lists[""].iter().any(|row| !shown(row, "小计行").is_empty());
    let mut rows = 0;
    for (_, form) in crate::forms::records(&summary).iter().filter(|(form, record)| form.id == "yearly" && of_county(record)) {
        let kinds = form.lists["各类"].len();
        let count = |row: &Record, kind: usize| shown(&row.lists["各类"][kind], "人数").parse::<u64>().unwrap();
        let (branches, sums): (Vec<&Record>, Vec<&Record>) = form.lists[""].iter().partition(|row| !shown(row, "支部行").is_empty());
        let (committees, total) = sums.split_at(sums.len() - 1);
        for kind in 0..kinds {
            let sum = |of: &[&Record]| of.iter().map(|row| count(row, kind)).sum::<u64>();
            assert_eq!((sum(&branches), sum(committees)), (count(total[0], kind), count(total[0], kind)));
        }
        let all: u64 = (0..kinds).map(|kind| count(total[0], kind)).sum();
        assert_eq!(all.to_string(), shown(total[0], "在册"));
        rows += branches.len();
    }
    assert!(rows > 5, "{rows}");
}
