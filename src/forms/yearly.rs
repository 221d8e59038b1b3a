//! 年度综合得分登记表: of a branch and a committee one line per member, of the county one line per branch.

use super::field::{Contents, class, columns, listed, number, rows, scheme_label, standing, text, with_common};
use super::view::{Part, View, parts, score, set_run, set_schemes, set_standing, told_apart};
use super::{Data, Form, Group, Kind, QUARTERS, Standing, Unit};
use crate::bag::Retention;
use crate::county::Branch;
use crate::exact::Exact;
use crate::form::data::{Datum, Record};
use crate::period::Every;
use crate::rollup::{Counted, Counts};

/// 年度综合得分登记表.
pub const YEARLY: Form = Form {
    id: "yearly",
    title: "年度综合得分登记表",
    runs: &[Every::Year],
    contents,
    data: Data::Group(&[Kind::Branch, Kind::Committee, Kind::County], data),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

/// Grades of which a template may sum a count of its own, beside 归类 that counts every scheme's.
const FOUR: [&str; 4] = ["优秀", "合格", "基本合格", "不合格"];

fn contents() -> Contents {
    let mut member = listed();
    member.insert(1, text("党支部", "党支部名称", "branch name", "向阳村党支部"));
    member.push(number("总分", "总分", "total", "96.50"));
    member.extend(standing());
    member.extend([
        class(
            "归类",
            "等次，没有等次的为预备不评、免积分、不计分；小计得出各有多少人",
            "grade, or why there is none; a total of it counts each",
            "优秀",
        ),
        number("优秀", "等次为优秀时为 1，供小计", "1 for this grade, for subtotals", "1"),
        number("合格", "等次为合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
        number("基本合格", "等次为基本合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
        number("不合格", "等次为不合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
    ]);
    member.extend([
        text("党（工）委", "全县表中支部所属的党（工）委", "committee of a branch on the county's form", "中共示范镇委员会"),
        text("支部行", "全县表中支部一行不为空", "not empty on a branch's line of the county's form", "是"),
        text("小计行", "全县表中“示范镇党委小计”一行的名称", "name of a committee's subtotal on the county's form", ""),
        number("在册", "全县表中支部的在册人数", "members on the roll, on the county's form", "22"),
        number("平均分", "全县表中计分人员的平均分", "mean of the totals, on the county's form", "91.25"),
    ]);
    let fields = with_common(vec![
        scheme_label(),
        text("填报单位", "填报单位", "reporting body", "中共示范镇委员会"),
        text(
            "合计等次",
            "各等次、预备不评、免积分、不计分人数，相加为在册人数；另有已离开人数，未报、退回支部数",
            "people on the roll by grade, probationary, exempt and unscored; beside them how many have left, and branches not counted",
            "优秀12 合格30 基本合格2 不合格1 预备不评1 免积分2；另有已离开1人；未报、退回1个支部",
        ),
        text(
            "未含",
            "应报、已采用的支部数和未含的支部，齐全时为空",
            "branches that owe and that count, and those not in the form; empty if it is complete",
            "应报4个支部，已采用3个；未含：清桥机关党支部（未报）。",
        ),
        text("有党支部", "一表多个支部时不为空", "not empty where several branches stand on the form", "是"),
        text("有星级", "评星时不为空", "not empty when stars are given", "是"),
    ]);
    let lists = vec![
        columns("分项", vec![text("名称", "分项名称", "name of the part", "基础分")]),
        columns("各类", vec![text("名称", "等次、预备不评、免积分、不计分", "a grade, or why there is none", "优秀")]),
        rows(
            "",
            member,
            vec![
                columns("分项", vec![number("得分", "该分项得分", "score of that part", "57.50")]),
                columns("各类", vec![number("人数", "支部中属于该类的人数", "members of the branch of that kind", "4")]),
            ],
        ),
    ];
    (fields, lists)
}

/// `优秀12 合格30 预备不评1 免积分2；另有已离开1人；未报、退回2个支部`: what the members on the roll are, and what is beside them.
fn counted(counts: &Counts, grades: &[&str], lacking: usize) -> String {
    let mut text = counts.sum_text(grades);
    if counts.left > 0 {
        text.push_str(&["；另有已离开", &counts.left.to_string(), "人"].concat());
    }
    if lacking > 0 {
        text.push_str(&["；未报、退回", &lacking.to_string(), "个支部"].concat());
    }
    text
}

/// So many branches are named.
const NAMED: usize = 12;

/// `应报4个支部，已报3个；未含：某某党支部（未报）`: what a form that bears a seal lacks; empty if it is complete.
fn left_out(owing: usize, lacking: &[(&Branch, Standing)]) -> String {
    if lacking.is_empty() {
        return String::new();
    }
    let named: Vec<String> = lacking.iter().take(NAMED).map(|(branch, standing)| format!("{}（{}）", branch.name, standing.zh())).collect();
    let more = if lacking.len() > NAMED { format!("等{}个", lacking.len()) } else { String::new() };
    format!("应报{owing}个支部，已采用{}个；未含：{}{more}。", owing - lacking.len(), named.join("、"))
}

fn data(group: &Group<'_>) -> Record {
    if group.unit.kind() == Kind::County { of_county(group) } else { of_members(group) }
}

fn of_members(Group { unit, issuer, scheme, views, digest, owing, lacking }: &Group<'_>) -> Record {
    let run = issuer.run.period;
    let mut rows = Vec::new();
    let parts = parts(&scheme.member, run);
    let mut counts = Counts::default();
    let grades = scheme.member.grade_names();
    for view in views {
        for (.., outcome) in view.everyone() {
            counts.add(outcome);
        }
        let listed = || view.on_roll().filter(|(_, member, _)| !member.is_dead());
        let names = told_apart(listed().map(|(_, member, _)| member));
        for ((at, member, outcome), name) in listed().zip(names) {
            let mut row = Record::default();
            row.count("序号", rows.len() + 1);
            row.text("党支部", &view.branch.name);
            row.text("姓名", name);
            row.text("类别", &*member.category);
            row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
            set_standing(&mut row, member, outcome, run);
            let (order, name) = Counted::of(&outcome.score).named(&grades);
            row.set("归类", Datum::Class { order, name: name.to_owned() });
            for grade in FOUR {
                row.count(grade, usize::from(outcome.score.grade.as_deref() == Some(grade)));
            }
            // The total has its own column.
            let part = |part: &Part<'_>| Record {
                fields: [("得分", score(part.value(view, at, outcome).as_ref(), scheme.digits))].into(),
                ..Record::default()
            };
            row.lists.insert("分项", parts.iter().map(part).collect());
            rows.push(row);
        }
    }
    let mut root = Record::default();
    // A committee with one branch is not that branch: its secretary and phone are not the committee's.
    if let (Unit::Branch(_), [view]) = (unit, views.as_slice()) {
        view.common(&mut root, rows.len());
    } else {
        set_run(&mut root, issuer, digest, rows.len());
        set_schemes(&mut root, &[scheme]);
        // Its own phone is not known here; whoever signs writes it in.
        root.text("联系电话", "____________");
    }
    // Sheets of several schemes lie side by side: their names tell them apart.
    let several = views.first().is_some_and(|view| view.schemes.len() > 1);
    root.text("积分制标注", if several { format!("（{}）", scheme.name) } else { String::new() });
    root.text("校验码", *digest);
    root.text("填报单位", unit.name());
    root.text("合计等次", counted(&counts, &grades, lacking.len()));
    root.text("有星级", if scheme.member.stars.is_some() { "是" } else { "" });
    root.text("有党支部", if matches!(unit, Unit::Branch(_)) { "" } else { "是" });
    root.text("未含", left_out(*owing, lacking));
    let heading = |part: &Part<'_>| {
        let mut heading = Record::default();
        heading.text("名称", part.short_name());
        heading
    };
    root.lists.insert("分项", parts.iter().map(heading).collect());
    root.lists.insert("", rows);
    root
}

/// A line per branch, below those of a committee its subtotal.
fn of_county(Group { unit, issuer, scheme, views, digest, owing, lacking }: &Group<'_>) -> Record {
    let grades = scheme.member.grade_names();
    let counts_of = |view: &View<'_>| {
        let mut counts = Counts::default();
        view.everyone().for_each(|(.., outcome)| counts.add(outcome));
        counts
    };
    let by_branch: Vec<Counts> = views.iter().map(counts_of).collect();
    let mut all = Counts::default();
    for counts in &by_branch {
        all.merge(counts);
    }
    // Kinds that nobody in the county belongs to need no column; the scheme's grades have one in any case.
    let kinds: Vec<String> = all
        .parts(&grades)
        .into_iter()
        .filter(|(name, count)| *count > 0 || grades.contains(&name.as_str()))
        .map(|(name, _)| name)
        .collect();
    let mut committees: Vec<&str> = Vec::new();
    for view in views {
        if !committees.contains(&view.branch.committee.as_str()) {
            committees.push(&view.branch.committee);
        }
    }
    let line = |counts: &Counts| {
        let mut row = Record::default();
        row.count("在册", counts.members as usize);
        let (sum, number) = counts.totals.values().fold((Exact::zero(), 0), |(sum, number), (own, count)| (&sum + own, number + count));
        row.set("平均分", score((number > 0).then(|| sum / number as i64).as_ref(), scheme.digits));
        let parts = counts.parts(&grades);
        let cell = |kind: &String| {
            let count = parts.iter().find(|(name, _)| name == kind).map_or(0, |(_, count)| *count);
            let mut cell = Record::default();
            cell.count("人数", count as usize);
            cell
        };
        row.lists.insert("各类", kinds.iter().map(cell).collect());
        row
    };
    let mut rows = Vec::new();
    let mut number = 0;
    for committee in committees {
        let mut subtotal = Counts::default();
        for (view, counts) in views.iter().zip(&by_branch).filter(|(view, _)| view.branch.committee == committee) {
            number += 1;
            subtotal.merge(counts);
            let mut row = line(counts);
            row.count("序号", number);
            row.text("支部行", "是");
            row.text("党（工）委", committee);
            row.text("党支部", &view.branch.name);
            row.text("备注", if counts.left > 0 { format!("已离开{}人", counts.left) } else { String::new() });
            rows.push(row);
        }
        let mut row = line(&subtotal);
        row.text("小计行", format!("{committee}小计"));
        rows.push(row);
    }
    let mut total = line(&all);
    total.text("小计行", "全县总计");
    rows.push(total);
    let mut root = Record::default();
    set_run(&mut root, issuer, digest, all.members as usize);
    set_schemes(&mut root, &[scheme]);
    root.text("填报单位", unit.name());
    root.text("合计等次", counted(&all, &grades, lacking.len()));
    root.text("未含", left_out(*owing, lacking));
    let heading = |name: &String| {
        let mut heading = Record::default();
        heading.text("名称", name);
        heading
    };
    root.lists.insert("各类", kinds.iter().map(heading).collect());
    root.lists.insert("", rows);
    root
}
