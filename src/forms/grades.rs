//! 等次名单: one sheet per grade, for the meeting that decides.

use super::field::{Contents, class, listed, number, rows, run_fields, scheme_fields, text};
use super::view::{remark, score, stars_text};
use super::whole::{Person, Whole};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Record};
use crate::period::Every;

/// 等次名单.
pub const LIST: Form = Form {
    id: "list",
    title: "等次名单",
    runs: &[Every::Year],
    contents,
    data: Data::Whole(&[Kind::Committee, Kind::County], data),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let mut member = listed();
    member.extend([
        class("等次", "等次，供合计", "grade, to be counted", "优秀"),
        text("党（工）委", "上级党（工）委", "committee", "中共示范镇委员会"),
        text("党支部", "党支部名称", "branch name", "向阳村党支部"),
        text("积分制", "所用积分制", "scheme", "评星定格积分制"),
        number("总分", "总分", "total", "96.50"),
        text("星级", "星级", "stars", "十星"),
        number("名次", "支部内同一积分制的名次", "rank within branch and scheme", "1"),
        text("备注", "备注", "remark", ""),
    ]);
    let mut fields = run_fields();
    fields.extend(scheme_fields());
    fields.extend([
        text("填报单位", "填报单位", "reporting body", "中共示范镇委员会"),
        text("有党委", "全县的名单不为空", "not empty on the county's list", ""),
        text("有星级", "评星时不为空", "not empty when stars are given", "是"),
        text("有几种积分制", "用了几种积分制时不为空", "not empty if several schemes are used", ""),
        text("未含", "未报、退回的支部，齐全时为空", "branches that are missing or returned, empty if it is complete", ""),
    ]);
    (fields, vec![rows("", member, Vec::new())])
}

fn data(whole: &Whole<'_>) -> Record {
    // The best grade first; schemes' own names follow in the order of the schemes.
    let mut names: Vec<&str> = Vec::new();
    for name in whole.schemes.iter().flat_map(|scheme| scheme.member.grade_names()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let graded = || whole.on_roll().filter(|person| person.outcome.score.grade.is_some());
    for person in graded() {
        if let Some(own) = person.outcome.score.grade.as_deref().filter(|own| !names.contains(own)) {
            names.push(own);
        }
    }
    let mut rows = Vec::new();
    for (order, grade) in names.iter().enumerate() {
        let of_grade = graded().filter(|person| person.outcome.score.grade.as_deref() == Some(*grade));
        rows.extend(of_grade.enumerate().map(|(at, person)| {
            let mut row = line(whole, &person, at + 1);
            row.set("等次", Datum::Class { order, name: (*grade).to_owned() });
            row
        }));
    }
    let mut root = Record::default();
    whole.common(&mut root, rows.len());
    let mut used: Vec<usize> = graded().map(|person| person.outcome.scheme).collect();
    used.sort_unstable();
    used.dedup();
    root.text("有党委", if whole.unit.kind() == Kind::County { "是" } else { "" });
    root.text("有星级", if used.iter().any(|at| whole.schemes[*at].member.stars_in(whole.issuer.run.period.every())) { "是" } else { "" });
    root.text("有几种积分制", if used.len() > 1 { "是" } else { "" });
    root.text(
        "未含",
        match whole.lacking.len() {
            0 => String::new(),
            lacking => format!("未含未报、退回的{lacking}个支部。"),
        },
    );
    root.lists.insert("", rows);
    root
}

fn line(whole: &Whole<'_>, person: &Person<'_>, number: usize) -> Record {
    let (outcome, scheme) = (person.outcome, whole.scheme(person));
    let mut row = Record::default();
    row.count("序号", number);
    row.text("姓名", &*person.member.name);
    row.text("类别", &*person.member.category);
    row.text("党（工）委", &person.sent.branch.committee);
    row.text("党支部", &person.sent.branch.name);
    row.text("积分制", &scheme.name);
    row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
    row.text("星级", stars_text(outcome.score.stars));
    let rank = outcome.rank.filter(|_| outcome.score.veto.is_empty());
    row.set("名次", rank.map_or(Datum::Empty, |rank| Datum::Number { value: i64::from(rank).into(), digits: 0 }));
    row.text("备注", remark(outcome, person.member, whole.issuer.run.period));
    row
}
