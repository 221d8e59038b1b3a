//! 党员告诫通知书 and 限期整改通知书: what a grade brings, to the member himself.
//!
//! ```text
//!   result ─▶ letter of the scheme ─▶ grounds, problems, term ─▶ one page per member, one document per branch
//! ```
//!
//! The sentences are the template's, so that a clerk can change them; here is what goes into them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::due::{months_text, number_text};
use super::field::{Contents, day, listed, number, rows, text};
use super::view::{BLANK, COLUMN_WINDOW, Issuer, figures_of, parts, plain_text, publication, score, stars_text, without_ordinal};
use super::whole::{Person, Sent, Whole, with_unit};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::exact::{Exact, with_minus_sign};
use crate::form::data::{Datum, Field, Record};
use crate::period::{Calendar, Every, Period, months_later, zh_date};
use crate::record::NumberedLetter;
use crate::scheme::{Formula, ItemKind, Letter, Scheme};
use crate::score::{Subject, evaluate_formula, vetoes_in};

/// 告诫通知书.
pub const WARNING: Form = Form {
    id: "warning",
    title: "告诫通知书",
    runs: &[Every::Year],
    contents: warning_contents,
    data: Data::Whole(&[Kind::Branch], warning),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

/// 限期整改通知书.
pub const RECTIFICATION: Form = Form {
    id: "rectification",
    title: "限期整改通知书",
    runs: &[Every::Year],
    contents: rectification_contents,
    data: Data::Whole(&[Kind::Branch], rectification),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

/// So many items are named as problems.
const PROBLEMS: usize = 3;

fn warning_contents() -> Contents {
    contents(None)
}

fn rectification_contents() -> Contents {
    let unwilling =
        text("不发名单", "整改意愿为否、不发本通知书的党员，列在最后", "members who do not want to amend and get no letter", "");
    contents(Some(unwilling))
}

fn contents(unwilling: Option<Field>) -> Contents {
    let mut member = listed();
    member.extend([
        text("正文", "收到通知书的党员不为空", "not empty for a member who gets the letter", "是"),
        text("文号", "登记公示后编号；草稿留空待填", "number, given when the result is posted; blank on drafts", "〔2026〕3号"),
        text("通知书", "细则所称的通知书", "what the scheme calls the letter", "告诫通知书"),
        text("积分制", "所用积分制", "scheme", "评星定格积分制"),
        text("细则版本", "细则版本", "scheme version", "2026.1"),
        number("总分", "总分", "total", "72.50"),
        text("得分构成", "总分的构成", "what the total is made of", "（其中日常积分64.00分、民主测评8.50分）"),
        text("星级说明", "评星时的“，评定为七星”，其余为空", "stars with their words, empty where none are given", "，评定为七星"),
        text("等次", "等次", "grade", "基本合格"),
        text("考核期", "考核的期间", "period that the result is of", "2026年度"),
        text("积分名", "年度积分；更短的期间为积分", "what the total is called: the year's, or a shorter period's", "年度积分"),
        text("开始", "期限从哪一天起；未定时留空待填", "first day of the term, or ruled blanks", "2026年12月24日"),
        text("截止", "期限到哪一天止；未定时留空待填", "last day of the term, or ruled blanks", "2027年6月24日"),
        day("截止日", "期限的最后一天，未定时为空", "last day of the term; empty where it is not known", (2027, 6, 24)),
        text(
            "顺延说明",
            "最后一天的工作日历未公布时注明遇节假日顺延",
            "says that the term moves if its last day is a holiday, where that is not known",
            "（遇节假日顺延）",
        ),
        text("期限", "期限的长短", "length of the term", "6个月"),
        text("帮带人", "帮带人；没有时留横线待填", "helper, or a rule to write on", "李乙"),
        text("落款日期", "成文日期；未定时留空待填", "date of the letter, or ruled blanks", "2026年12月24日"),
    ]);
    member.extend(unwilling);
    let problem = vec![
        text("序号", "“1.”“2.”", "number", "1."),
        text(
            "内容",
            "存在的问题：一票否决、处分批评、得分率最低的项目",
            "problem: veto, discipline, lowest item",
            "“组织生活”平均得6.50分，满分10分。",
        ),
    ];
    (with_unit(Vec::new()), vec![rows("", member, vec![rows("问题", problem, Vec::new())])])
}

fn warning(whole: &Whole<'_>) -> Record {
    letters(whole, false)
}

fn rectification(whole: &Whole<'_>) -> Record {
    letters(whole, true)
}

/// The letter that a member's result brings.
fn letter_of<'a>(scheme: &'a Scheme, person: &Person<'_>, every: Every) -> Option<&'a Letter> {
    let name = person.outcome.letter.as_deref()?;
    scheme.letter_of(person.outcome.score.grade.as_deref()?, every).filter(|letter| letter.name == name)
}

/// Members of a branch with the letter that their results bring, in roster order, and whether they get it: nobody is told to
/// amend who does not want to.
fn addressed<'a>(
    sent: Sent<'a>,
    schemes: &'a [Scheme],
    every: Every,
    rectification: bool,
) -> impl Iterator<Item = (Person<'a>, &'a Letter, bool)> {
    sent.people().filter_map(move |person| {
        let letter = letter_of(&schemes[person.outcome.scheme], &person, every).filter(|letter| letter.amend == rectification)?;
        Some((person, letter, !rectification || person.member.willing))
    })
}

/// A letter that a branch's document of letters holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The form's title.
    pub form: String,
    /// 序号.
    pub seq: i64,
    /// 姓名.
    pub name: String,
    /// What the scheme calls the letter.
    pub letter: String,
    /// Scheme id.
    pub scheme: String,
    /// Term in months.
    pub months: u32,
    /// The number that it prints; none if it prints a blank.
    pub number: Option<u32>,
    /// First day of the term, as printed.
    pub date: Option<NaiveDate>,
    /// Last day of the term, as printed.
    pub until: Option<NaiveDate>,
}

/// The letters of a form, as its document of a branch holds them: none if it is no form of letters.
pub fn issued(form: &Form, whole: &Whole<'_>) -> Vec<Issued> {
    let Some(rectification) = [(WARNING.id, false), (RECTIFICATION.id, true)].into_iter().find(|(id, _)| *id == form.id) else {
        return Vec::new();
    };
    let every = whole.issuer.run.period.every();
    let written = whole.branches.iter().flat_map(|sent| addressed(*sent, whole.schemes, every, rectification.1)).filter(|(.., gets)| *gets);
    let letter = |(person, letter, _): (Person<'_>, &Letter, bool)| {
        let scheme = whole.scheme(&person);
        let term = term(whole.issuer, whole.calendar, scheme, letter.months);
        Issued {
            form: form.title.to_owned(),
            seq: person.member.seq,
            name: person.member.name.to_string(),
            letter: letter.name.clone(),
            scheme: scheme.id.clone(),
            months: letter.months,
            number: number_of(whole, form, &person),
            date: term.map(|(from, ..)| from),
            until: term.map(|(_, until, _)| until),
        }
    };
    written.map(letter).collect()
}

/// The number that a member's letter was given: by 姓名 and 序号, by 姓名 alone if nobody else in the branch bears it.
fn number_of(whole: &Whole<'_>, form: &Form, person: &Person<'_>) -> Option<u32> {
    let (branch, name) = (person.sent.branch, &*person.member.name);
    let own = |letter: &&NumberedLetter| {
        !letter.void
            && letter.period == whole.issuer.run.to_string()
            && letter.form == form.title
            && letter.branch_code == branch.code
            && letter.name == name
    };
    let unique = || person.sent.submission.members.iter().filter(|member| *member.name == *name).count() == 1;
    let mut given = whole.numbers.iter().filter(own);
    let exact = given.clone().find(|letter| letter.seq == person.member.seq);
    exact.or_else(|| given.next().filter(|_| unique())).map(|letter| letter.number)
}

fn letters(whole: &Whole<'_>, rectification: bool) -> Record {
    let mut all = Vec::new();
    let mut unwilling = Vec::new();
    let every = whole.issuer.run.period.every();
    for (person, letter, gets) in whole.branches.iter().flat_map(|sent| addressed(*sent, whole.schemes, every, rectification)) {
        if gets {
            all.push(letter_record(whole, &person, letter, all.len() + 1));
        } else {
            unwilling.push(person.member.name.to_string());
        }
    }
    let count = all.len();
    if !unwilling.is_empty() {
        let mut row = Record::default();
        row.text("不发名单", unwilling.join("、"));
        all.push(row);
    }
    let mut root = Record::default();
    whole.common(&mut root, count);
    root.lists.insert("", all);
    root
}

fn letter_record(whole: &Whole<'_>, person: &Person<'_>, letter: &Letter, number: usize) -> Record {
    let scheme = whole.scheme(person);
    let (member, outcome, run) = (person.member, person.outcome, whole.issuer.run);
    let mut row = Record::default();
    row.count("序号", number);
    row.text("正文", "是");
    row.text("姓名", &*member.name);
    row.text("类别", &*member.category);
    let given = number_of(whole, if letter.amend { &RECTIFICATION } else { &WARNING }, person);
    row.text("文号", number_text(run.year, given));
    row.text("通知书", &letter.name);
    row.text("积分制", &scheme.name);
    row.text("细则版本", &scheme.version);
    row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
    // What only adds up others is no part beside them.
    let shown = parts(&scheme.member, run.period);
    let figures = figures_of(&scheme.member, &outcome.score, run.period);
    let parts: Vec<String> = figures
        .iter()
        .filter_map(|figure| Some((shown.iter().find(|part| part.name() == figure.name)?, figure, figure.value.as_ref()?)))
        // Nobody asks for awards and penalties that a member does not have.
        .filter(|(part, _, value)| !(value.is_zero() && part.is_occasional()))
        .map(|(_, figure, value)| format!("{}{}分", without_ordinal(&figure.name), points(value, scheme)))
        .collect();
    row.text("得分构成", if parts.is_empty() { String::new() } else { format!("（其中{}）", parts.join("、")) });
    let stars = stars_text(outcome.score.stars);
    row.text("星级说明", if stars.is_empty() { stars } else { format!("，评定为{stars}") });
    row.text("等次", outcome.score.grade.clone().unwrap_or_default());
    row.text("考核期", run.zh_title());
    row.text("积分名", if run.period == Period::YEAR { "年度积分" } else { "积分" });
    let term = term(whole.issuer, whole.calendar, scheme, letter.months);
    let (date, end) = (term.map(|(from, ..)| from), term.map(|(_, until, _)| until));
    let holidays = if term.is_some_and(|(.., known)| !known) { "（遇节假日顺延）" } else { "" };
    row.text("开始", date.map_or_else(|| BLANK.to_owned(), zh_date));
    row.text("截止", end.map_or_else(|| BLANK.to_owned(), zh_date));
    row.set("截止日", end.map_or(Datum::Empty, Datum::Date));
    row.text("顺延说明", holidays);
    row.text("期限", months_text(letter.months));
    row.text("帮带人", member.helper.as_deref().unwrap_or("________________"));
    row.text("落款日期", date.map_or_else(|| BLANK.to_owned(), zh_date));
    let problems = problems(whole, person).into_iter().enumerate().map(|(at, problem)| {
        let mut line = Record::default();
        line.text("序号", format!("{}.", at + 1));
        line.text("内容", problem);
        line
    });
    row.lists.insert("问题", problems.collect());
    row
}

/// First and last day of a letter's term, and whether it is known that people work on the last: it begins on the date that the
/// letter bears, as a person said it, else the day after its scheme's publication; none if that is not known, for a blank to
/// be filled in by hand.
pub fn term(issuer: &Issuer, calendar: &Calendar, scheme: &Scheme, months: u32) -> Option<(NaiveDate, NaiveDate, bool)> {
    let after = || publication(issuer, calendar, scheme).1.and_then(|end| end.succ_opt());
    let from = issuer.stated.or_else(after)?;
    let (until, known) = term_end(calendar, from, months);
    Some((from, until, known))
}

/// The last day of a term of months, and whether it is known that people work then: the same day of the month, the
/// month's end where there is none (民法典 202); moved to the next working day where calendars reach (203).
pub fn term_end(calendar: &Calendar, from: NaiveDate, months: u32) -> (NaiveDate, bool) {
    let end = months_later(from, months);
    let mut day = end;
    loop {
        match calendar.is_workday(day) {
            Some(true) => return (day, true),
            Some(false) => {}
            None => return (end, false),
        }
        let Some(next) = day.succ_opt() else { return (end, false) };
        day = next;
    }
}

/// Points within a sentence.
fn points(value: &Exact, scheme: &Scheme) -> String {
    with_minus_sign(&value.publish(scheme.digits))
}

/// What is held against a member: vetoes, disciplines and criticisms, then the items with the lowest share of their maximum.
fn problems(whole: &Whole<'_>, person: &Person<'_>) -> Vec<String> {
    let (scheme, submission) = (whole.scheme(person), person.sent.submission);
    let mut all = Vec::new();
    if let Some(veto) = &scheme.veto {
        let facts = vetoes_in(scheme, submission, person.at, whole.issuer.run);
        all.extend(facts.map(|(fact, _)| format!("一票否决情形“{}”：{}。", veto.facts[fact.fact], fact.ground.trim_end_matches('。'))));
    }
    if let Some(rules) = &scheme.adjustments {
        let facts = submission.adjustments.iter().filter(|fact| fact.member == person.at && rules.kinds[fact.kind].deducts);
        all.extend(facts.map(|fact| {
            let kind = &rules.kinds[fact.kind];
            format!("{}（{}）：{}。", kind.name, kind.levels[fact.level].0, fact.reason.trim_end_matches('。'))
        }));
    }
    let mut lost: Vec<(Exact, String)> = Vec::new();
    let run = whole.issuer.run.period;
    let periods = scheme.member.periods_in(run).filter(|period| person.member.counts_in(*period)).count() as i64;
    let subject = Subject::member(scheme, submission, person.at);
    for (index, item) in scheme.member.items_of(&person.member.category) {
        if periods == 0 || item.max.is_zero() {
            continue;
        }
        let sum = evaluate_formula(&subject, &Formula::Sum(vec![index]), COLUMN_WINDOW, run);
        let mean = sum.clone() / periods;
        let max = plain_text(&item.max);
        let (missing, told) = match item.kind {
            ItemKind::Mark if periods > 1 => {
                (item.max.clone() - mean.clone(), format!("“{}”平均得{}分，满分{max}分。", item.name, points(&mean, scheme)))
            }
            ItemKind::Mark => (item.max.clone() - sum.clone(), format!("“{}”得{}分，满分{max}分。", item.name, points(&sum, scheme))),
            _ if item.scores_as() == Some(ItemKind::Deduct) => {
                (-mean, format!("“{}”{}扣{}分。", item.name, run.zh(), points(&-sum, scheme)))
            }
            _ => continue,
        };
        if let Some(share) = missing.checked_div(&item.max).filter(|share| !share.is_negative() && !share.is_zero()) {
            lost.push((share, told));
        }
    }
    // A stable sort: of equal ones those that the scheme names first.
    lost.sort_by(|(a, _), (b, _)| b.cmp(a));
    all.extend(lost.into_iter().take(PROBLEMS).map(|(_, told)| told));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin() -> Calendar {
        let mut calendar = Calendar::default();
        for (_, text) in crate::builtin::calendars() {
            calendar.add(&String::from_utf8_lossy(&text)).expect("a built-in calendar");
        }
        calendar
    }

    #[test]
    fn a_term_ends_on_a_day_on_which_people_work() {
        let calendar = builtin();
        let day = |text: &str| text.parse::<NaiveDate>().expect("date");
        for (from, months, end, known) in [
            ("2023-01-15", 6, "2023-07-15", false),
            ("2023-08-31", 6, "2024-02-29", true),
            ("2023-12-08", 6, "2024-06-11", true),
            ("2024-03-12", 6, "2024-09-12", true),
            ("2024-08-31", 6, "2025-02-28", true),
            ("2024-08-29", 6, "2025-02-28", true),
            ("2024-02-29", 12, "2025-02-28", true),
            ("2025-04-01", 6, "2025-10-09", true),
            ("2025-08-31", 6, "2026-02-28", true),
            ("2026-03-20", 6, "2026-09-20", true),
            ("2026-03-25", 6, "2026-09-28", true),
            ("2025-08-15", 6, "2026-02-24", true),
            ("2026-12-24", 6, "2027-06-24", false),
            ("2026-12-24", 12, "2027-12-24", false),
        ] {
            assert_eq!(term_end(&calendar, day(from), months), (day(end), known), "{from} + {months}");
        }
    }
}
