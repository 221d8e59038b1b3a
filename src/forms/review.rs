//! 半年评议表: the half's scores, and room for what the meeting says of them.

use super::field::{Contents, columns, listed, number, rows, text, with_common};
use super::view::{View, column_value, headings, remark, score, told_apart, total_name};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::form::data::Record;
use crate::period::Every;
use crate::score::{Subject, evaluate_formula};

/// 半年评议表.
pub const REVIEW: Form = Form {
    id: "review",
    title: "半年评议表",
    runs: &[Every::Half],
    contents,
    data: Data::Branch(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let mut member = listed();
    member.push(number("总分", "本期积分", "total of the period", "98.50"));
    member.push(text("备注", "备注（免积分、非全期等）", "remark: exempt, part of the period", ""));
    let fields = with_common(vec![
        text("有星级", "评星时不为空", "not empty when stars are given", ""),
        text("分值名称", "积分列的标题", "heading of the total", "上半年积分"),
    ]);
    let lists = vec![
        columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")]),
        rows("", member, vec![columns("期间", vec![number("得分", "该期间得分", "score of that period", "49.25")])]),
    ];
    (fields, lists)
}

fn data(view: &View<'_>) -> Record {
    let (run, scheme) = (view.issuer.run.period, view.scheme);
    let mut columns = view.columns(false);
    columns.retain(|column| run.contains(column.period) && column.period != run);
    // Months of a whole year leave no room for what is said of them.
    if columns.len() > 6 {
        columns.clear();
    }
    let names = told_apart(view.posted().map(|(_, member, _)| member));
    let listed = view.posted().zip(names).enumerate().map(|(number, ((at, member, outcome), name))| {
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("姓名", name);
        row.text("类别", &*member.category);
        row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
        row.text("备注", remark(outcome, member, run));
        let subject = Subject::member(scheme, view.submission, at);
        let cells = columns.iter().map(|column| {
            let mut cell = Record::default();
            if member.may_be_scored() && member.counts_in(column.period) && outcome.score.total.is_some() {
                let value = evaluate_formula(&subject, &scheme.board.period, scheme.board.window, column.period);
                cell.set("得分", column_value(scheme, &scheme.board.period, &value));
            }
            cell
        });
        row.lists.insert("期间", cells.collect());
        row
    });
    let members: Vec<Record> = listed.collect();
    let mut root = Record::default();
    view.common(&mut root, members.len());
    root.text("分值名称", total_name(&scheme.member, run));
    root.lists.insert("期间", headings(&columns));
    root.lists.insert("", members);
    root
}
