//! 党组织概况一览表: branches, heads, and their members by status, sex, age and category.

use super::field::{Contents, columns, number, rows, text};
use super::roster::age;
use super::whole::{Person, Sent, Whole, with_unit};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::county::Branch;
use crate::form::data::{Datum, Record};
use crate::period::Every;

/// 党组织概况一览表.
pub const ORGANIZATION: Form = Form {
    id: "organization",
    title: "党组织概况一览表",
    runs: &[Every::Year],
    contents,
    data: Data::Whole(&[Kind::Branch, Kind::Committee], data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// Bands of age with their last year; the last one is open. Columns are narrow: a name breaks where it reads on.
const AGES: [(&str, i32); 5] =
    [("30岁\n及以下", 30), ("31～\n40岁", 40), ("41～\n50岁", 50), ("51～\n60岁", 60), ("61岁\n及以上", i32::MAX)];

fn contents() -> Contents {
    let branch = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("支部编码", "党支部编码", "branch code", "00123"),
        text("党支部", "党支部名称", "branch name", "向阳村党支部"),
        text("所属总支", "上级党总支，没有时为空", "general branch above it, if any", ""),
        text("书记", "党支部书记", "branch secretary", "张甲"),
        text("联系电话", "支部联系电话", "phone of the branch", "0791-1234567"),
        number("党员数", "在册党员数", "members on the roll", "38"),
        number("正式", "正式党员数", "full members", "36"),
        number("预备", "预备党员数", "probationary members", "2"),
        number("男", "男党员数", "men", "20"),
        number("女", "女党员数", "women", "18"),
        number("年龄未填", "出生日期不明的党员数", "members of unknown age", "0"),
        text("备注", "未报、退回的支部在此注明", "says that the branch is missing or returned", ""),
    ];
    let fields = with_unit(vec![
        number("支部数", "支部数", "branches", "12"),
        text("有总支", "有党总支时不为空", "not empty where there are general branches", ""),
        text("有年龄未填", "有出生日期不明的党员时不为空", "not empty where an age is unknown", ""),
        text("截至", "年龄计算到哪一天", "day at which ages are taken", "2026年12月31日"),
        text("未含", "没有名册的支部，齐全时为空", "branches without a roster, empty if it is complete", ""),
    ]);
    let lists = vec![
        columns("类别", vec![text("名称", "党员类别", "category", "农村党员")]),
        columns("年龄", vec![text("名称", "年龄段", "band of age", "31～40岁")]),
        rows(
            "",
            branch,
            vec![
                columns("类别", vec![number("人数", "该类别人数", "members of that category", "12")]),
                columns("年龄", vec![number("人数", "该年龄段人数", "members of that age", "8")]),
            ],
        ),
    ];
    (fields, lists)
}

fn data(whole: &Whole<'_>) -> Record {
    let run = whole.issuer.run;
    let last_day = run.last_day();
    let mut categories: Vec<&str> = Vec::new();
    for person in whole.on_roll() {
        if !categories.contains(&&*person.member.category) {
            categories.push(&person.member.category);
        }
    }
    let mut lines: Vec<(&Branch, Option<Sent<'_>>, &str)> = whole.branches.iter().map(|sent| (sent.branch, Some(*sent), "")).collect();
    lines.extend(whole.lacking.iter().map(|(branch, standing)| (*branch, None, standing.zh())));
    lines.sort_by(|(a, ..), (b, ..)| a.code.cmp(&b.code));
    let band = |person: &Person<'_>| {
        let age = age(person.member, last_day)?;
        AGES.iter().position(|(_, last)| age <= *last)
    };
    let line = |(number, (branch, sent, note)): (usize, &(&Branch, Option<Sent<'_>>, &str))| {
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("支部编码", &branch.code);
        row.text("党支部", &branch.name);
        row.text("所属总支", branch.general.as_deref().unwrap_or_default());
        let cover = sent.map(|sent| &sent.submission.cover);
        let secretary = cover.and_then(|cover| cover.secretary.as_deref()).or(branch.secretary.as_deref());
        let phone = cover.and_then(|cover| cover.phone.as_deref()).or(branch.phone.as_deref());
        row.text("书记", secretary.unwrap_or_default());
        row.text("联系电话", phone.unwrap_or_default());
        row.text("备注", *note);
        let people: Vec<Person<'_>> = sent.iter().flat_map(|sent| sent.on_roll()).collect();
        let count = |is: &dyn Fn(&Person<'_>) -> bool| match sent {
            Some(_) => Datum::Number { value: (people.iter().filter(|person| is(person)).count() as i64).into(), digits: 0 },
            None => Datum::Empty,
        };
        row.set("党员数", count(&|_| true));
        row.set("正式", count(&|person| !person.member.is_probationary(run.period)));
        row.set("预备", count(&|person| person.member.is_probationary(run.period)));
        row.set("男", count(&|person| person.member.sex.as_deref() == Some("男")));
        row.set("女", count(&|person| person.member.sex.as_deref() == Some("女")));
        row.set("年龄未填", count(&|person| band(person).is_none()));
        let cell = |value: Datum| Record { fields: [("人数", value)].into(), ..Record::default() };
        row.lists.insert("类别", categories.iter().map(|own| cell(count(&|person| &*person.member.category == *own))).collect());
        row.lists.insert("年龄", (0..AGES.len()).map(|at| cell(count(&|person| band(person) == Some(at)))).collect());
        row
    };
    let rows: Vec<Record> = lines.iter().enumerate().map(line).collect();
    let mut root = Record::default();
    whole.common(&mut root, whole.on_roll().count());
    root.count("支部数", rows.len());
    root.text("有总支", if lines.iter().any(|(branch, ..)| branch.general.is_some()) { "是" } else { "" });
    root.text("有年龄未填", if whole.on_roll().any(|person| band(&person).is_none()) { "是" } else { "" });
    root.text("截至", crate::period::zh_date(last_day));
    let lacking: Vec<String> = whole.lacking.iter().map(|(branch, standing)| format!("{}（{}）", branch.name, standing.zh())).collect();
    root.text("未含", if lacking.is_empty() { String::new() } else { format!("没有名册、未计入人数：{}。", lacking.join("、")) });
    let heading = |name: &str| {
        let mut heading = Record::default();
        heading.text("名称", name);
        heading
    };
    root.lists.insert("类别", categories.iter().map(|name| heading(name)).collect());
    root.lists.insert("年龄", AGES.iter().map(|(name, _)| heading(name)).collect());
    root.lists.insert("", rows);
    root
}
