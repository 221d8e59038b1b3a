//! 党员基本情况表 and 不参加积分制管理党员审批表: people as the roster has them.

use chrono::{Datelike, NaiveDate};

use super::field::{Contents, class, listed, number, rows, text};
use super::view::stars_text;
use super::whole::{Person, Whole, with_unit};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Field, Record};
use crate::period::{Every, Period, zh_date};
use crate::score::Flag;
use crate::submission::{Day, Member};

/// 党员基本情况表.
pub const ROSTER: Form = Form {
    id: "roster",
    title: "党员基本情况表",
    runs: &[Every::Year],
    contents: roster_contents,
    data: Data::Whole(&[Kind::Branch], roster),
    retention: Retention::Permanent,
    example_periods: &QUARTERS,
};

/// 不参加积分制管理党员审批表.
pub const EXEMPT: Form = Form {
    id: "exempt",
    title: "不参加积分制管理党员审批表",
    runs: &[Every::Year],
    contents: exempt_contents,
    data: Data::Whole(&[Kind::Branch], exempt),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

/// What the roster says of a person.
fn person_fields() -> Vec<Field> {
    let mut fields = listed();
    fields.extend([
        text("性别", "性别", "sex", "男"),
        text("民族", "民族", "ethnic group", "汉族"),
        text("出生日期", "出生日期", "date of birth", "1968年5月12日"),
        text("入党日期", "入党日期", "date of joining the Party", "1994年7月1日"),
        text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
        text("职务", "党内外职务", "post", "村民小组组长"),
    ]);
    fields
}

fn roster_contents() -> Contents {
    let mut member = person_fields();
    member.push(text(
        "身份证号",
        "身份证号，隐去后四位；加 --full-ids 时完整",
        "identity number without its last four, whole with --full-ids",
        "11010119680512****",
    ));
    member.push(class("性别归类", "性别，供合计", "sex, to be counted", "男"));
    let fields = with_unit(vec![
        number("男", "男党员数", "men", "20"),
        number("女", "女党员数", "women", "18"),
        number("正式", "正式党员数", "full members", "36"),
        number("预备", "预备党员数", "probationary members", "2"),
    ]);
    (fields, vec![rows("", member, Vec::new())])
}

fn exempt_contents() -> Contents {
    let mut member = person_fields();
    member.extend([
        text("免积分原因", "不参加积分制管理的原因，只在本表上", "why the member is not scored; stands on this form alone", "年老体弱"),
        text("直评等次", "直接评定的等次", "grade given without a score", "合格"),
        text("直评星级", "直接评定的星级", "stars given without a score", "八星"),
    ]);
    (with_unit(vec![text("有星级", "评星时不为空", "not empty when stars are given", "是")]), vec![rows("", member, Vec::new())])
}

fn set_person(row: &mut Record, person: &Person<'_>, run: Period) {
    let member = person.member;
    row.text("姓名", &*member.name);
    row.text("类别", &*member.category);
    row.text("性别", member.sex.as_deref().unwrap_or_default());
    row.text("民族", member.nation.as_deref().unwrap_or_default());
    row.text("出生日期", day_text(born(member)));
    row.text("入党日期", day_text(member.joined));
    row.text("党员状态", if member.is_probationary(run) { "预备党员" } else { "正式党员" });
    row.text("职务", member.post.as_deref().unwrap_or_default());
}

/// The date of birth: as the roster has it, else as the identity number does.
pub(super) fn born(member: &Member) -> Option<Day> {
    let of_number = || {
        let digits = member.id.as_deref()?.get(6..14)?;
        NaiveDate::parse_from_str(digits, "%Y%m%d").ok().map(Day::Known)
    };
    member.born.or_else(of_number)
}

/// Full years at the end of the run; of a month alone its first day counts.
pub(super) fn age(member: &Member, at: NaiveDate) -> Option<i32> {
    let born = match born(member)? {
        Day::Known(date) => date,
        Day::Month(year, month) => NaiveDate::from_ymd_opt(year, month, 1)?,
    };
    let before = (at.month(), at.day()) < (born.month(), born.day());
    Some(at.year() - born.year() - i32::from(before)).filter(|age| *age >= 0)
}

/// `1968年5月12日`, `1968年5月`.
pub(super) fn day_text(day: Option<Day>) -> String {
    match day {
        Some(Day::Known(date)) => zh_date(date),
        Some(Day::Month(year, month)) => format!("{year}年{month}月"),
        None => String::new(),
    }
}

/// An identity number whose last four are hidden.
pub(super) fn without_last_four(id: &str) -> String {
    let shown = id.chars().count().saturating_sub(4);
    id.chars().take(shown).chain("****".chars()).collect()
}

fn roster(whole: &Whole<'_>) -> Record {
    let run = whole.issuer.run.period;
    let mut root = Record::default();
    let people: Vec<Person<'_>> = whole.on_roll().collect();
    let line = |(number, person): (usize, &Person<'_>)| {
        let mut row = Record::default();
        row.count("序号", number + 1);
        set_person(&mut row, person, run);
        let id = person.member.id.as_deref().unwrap_or_default();
        row.text("身份证号", if whole.issuer.full_ids || id.is_empty() { id.to_owned() } else { without_last_four(id) });
        let sex = person.member.sex.as_deref().unwrap_or("未填");
        row.set("性别归类", Datum::Class { order: usize::from(sex != "男") + usize::from(sex == "未填"), name: sex.to_owned() });
        row
    };
    let rows: Vec<Record> = people.iter().enumerate().map(line).collect();
    whole.common(&mut root, rows.len());
    let of = |sex: &str| people.iter().filter(|person| person.member.sex.as_deref() == Some(sex)).count();
    root.count("男", of("男"));
    root.count("女", of("女"));
    let probationary = people.iter().filter(|person| person.member.is_probationary(run)).count();
    root.count("预备", probationary);
    root.count("正式", people.len() - probationary);
    root.lists.insert("", rows);
    root
}

fn exempt(whole: &Whole<'_>) -> Record {
    let run = whole.issuer.run.period;
    let mut root = Record::default();
    let exempt = whole.on_roll().filter(|person| person.outcome.score.flags.contains(&Flag::Exempt));
    let line = |(number, person): (usize, Person<'_>)| {
        let mut row = Record::default();
        row.count("序号", number + 1);
        set_person(&mut row, &person, run);
        row.text("免积分原因", person.member.exempt.as_deref().unwrap_or_default());
        row.text("直评等次", person.outcome.score.grade.clone().unwrap_or_default());
        row.text("直评星级", stars_text(person.outcome.score.stars));
        row
    };
    let rows: Vec<Record> = exempt.enumerate().map(line).collect();
    whole.common(&mut root, rows.len());
    let stars = whole.schemes.iter().any(|scheme| scheme.member.stars_in(run.every()));
    root.text("有星级", if stars { "是" } else { "" });
    root.lists.insert("", rows);
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_full_years_at_the_end_of_the_run() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("date");
        let of = |born: Day| age(&Member { born: Some(born), ..Member::named(1, "张三", "农村党员", 0) }, day("2026-12-31"));
        assert_eq!(of(Day::Known(day("1990-12-31"))), Some(36));
        assert_eq!(of(Day::Known(day("1991-01-01"))), Some(35));
        assert_eq!(of(Day::Month(1991, 1)), Some(35));
        assert_eq!(of(Day::Known(day("2027-01-01"))), None, "nobody is younger than nothing");
        let by_number = Member { id: Some("11010519491231002X".into()), ..Member::named(1, "张三", "农村党员", 0) };
        assert_eq!(age(&by_number, day("2026-12-31")), Some(77));
        assert_eq!(without_last_four("11010519491231002X"), "11010519491231****");
    }
}
