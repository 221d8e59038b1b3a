//! 年度综合得分登记表, of a branch or a committee.

use super::field::{Contents, class, columns, listed, number, rows, standing, text, with_common};
use super::view::{plain_figures, score, set_run, set_schemes, set_standing};
use super::{Data, Form, Group, Kind, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Record};
use crate::period::Every;
use crate::rollup::{Counted, Counts};

/// 年度综合得分登记表.
pub const YEARLY: Form = Form {
    id: "yearly",
    title: "年度综合得分登记表",
    runs: &[Every::Year],
    contents,
    data: Data::Group(&[Kind::Branch, Kind::Committee], data),
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
    let fields = with_common(vec![
        text("填报单位", "填报单位", "reporting body", "中共示范镇委员会"),
        text(
            "合计等次",
            "各等次、预备不评、免积分、不计分人数，相加为在册人数；另有已离开人数，未报、退回支部数",
            "people on the roll by grade, probationary, exempt and unscored; beside them how many have left, and branches not counted",
            "优秀12 合格30 基本合格2 不合格1 预备不评1 免积分2；另有已离开1人；未报、退回1个支部",
        ),
        text("有星级", "评星时不为空", "not empty when stars are given", "是"),
    ]);
    let lists = vec![
        columns("分项", vec![text("名称", "分项名称", "name of the part", "基础分")]),
        rows("", member, vec![columns("分项", vec![number("得分", "该分项得分", "score of that part", "57.50")])]),
    ];
    (fields, lists)
}

/// A heading of four characters or more over two lines of about one length: narrow columns break it anywhere else.
fn balanced(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let (first, second) = letters.split_at(letters.len() / 2);
    format!("{}\n{}", first.iter().collect::<String>(), second.iter().collect::<String>())
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

fn data(Group { unit, issuer, scheme, views, digest, lacking }: &Group<'_>) -> Record {
    let run = issuer.run.period;
    let mut rows = Vec::new();
    let mut counts = Counts::default();
    let grades = scheme.member.grades.names();
    for view in views {
        for (.., outcome) in view.everyone() {
            counts.add(outcome);
        }
        for (_, member, outcome) in view.on_roll().filter(|(_, member, _)| !member.is_dead()) {
            let mut row = Record::default();
            row.count("序号", rows.len() + 1);
            row.text("党支部", &view.branch.name);
            row.text("姓名", &*member.name);
            row.text("类别", &*member.category);
            row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
            set_standing(&mut row, member, outcome, run);
            let (order, name) = Counted::of(&outcome.score).named(&grades);
            row.set("归类", Datum::Class { order, name: name.to_owned() });
            for grade in FOUR {
                row.count(grade, usize::from(outcome.score.grade.as_deref() == Some(grade)));
            }
            // The total has its own column.
            let parts = plain_figures(&scheme.member, run).map(|figure| Record {
                fields: [("得分", score(outcome.score.figure(&figure.id), scheme.digits))].into(),
                ..Record::default()
            });
            row.lists.insert("分项", parts.collect());
            rows.push(row);
        }
    }
    let mut root = Record::default();
    if let [view] = views.as_slice() {
        view.common(&mut root, rows.len());
    } else {
        set_run(&mut root, issuer, digest, rows.len());
        set_schemes(&mut root, &[scheme]);
    }
    root.text("校验码", *digest);
    root.text("填报单位", unit.name());
    root.text("合计等次", counted(&counts, &grades, *lacking));
    root.text("有星级", if scheme.member.stars.is_some() { "是" } else { "" });
    let headings = plain_figures(&scheme.member, run).map(|figure| {
        let mut heading = Record::default();
        heading.text("名称", balanced(&figure.name));
        heading
    });
    root.lists.insert("分项", headings.collect());
    root.lists.insert("", rows);
    root
}
