//! 支部积分表: what the branch itself came to, item by item, own marks beside those that count.

use super::field::{Contents, columns, number, rows, scheme_label, text, with_common};
use super::view::{NamedFigure, View, figures_of, mark, score, stars_text};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::check::due_periods;
use crate::diag::Lang;
use crate::exact::Exact;
use crate::form::data::{Datum, Record};
use crate::period::{Every, Period};
use crate::scheme::{Item, ItemKind, Rules};
use crate::submission::Mark;

/// 支部积分表.
pub const BRANCH_SCORE: Form = Form {
    id: "branch-score",
    title: "支部积分表",
    runs: &[Every::Year],
    contents,
    data: Data::Branch(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let fields = with_common(vec![
        scheme_label(),
        number("总分", "支部总分", "the branch's total", "84.00"),
        text("等次", "支部等次", "its grade", "合格"),
        text("星级", "支部星级", "its stars", "三星"),
        text("星星", "点亮的星", "lit and unlit stars", "★★★☆☆"),
        text(
            "末栏名称",
            "末栏的标题：平均或合计，只有一期时为空",
            "heading of the last column: mean or sum; empty with one period",
            "平均",
        ),
        text("有分组", "项目分组时不为空", "not empty where the scheme groups its items", "是"),
        text("计分说明", "总分如何得出", "how the total is worked out", "支部积分＝各项评分各期平均。"),
    ]);
    let item = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("分组", "项目分组", "group of the item", ""),
        text("名称", "项目名称", "item", "组织建设"),
        text(
            "标准",
            "项目的考核标准，没有写的为细则条文",
            "what the item asks for; where the scheme does not say, its clause",
            "按期换届，委员分工明确",
        ),
        number("满分", "满分", "maximum", "25"),
        number("末栏", "审核得分的平均；不按评分计的项目为合计", "mean of the audited marks; of items without marks their sum", "22.50"),
    ];
    let marks = vec![
        number("自评", "支部自评得分", "the branch's own mark", "23"),
        number("审核", "审核得分，以此计分", "the audited mark, which counts", "22"),
    ];
    let figure = vec![
        text("名称", "分值名称", "name of the figure", "支部积分"),
        number("分值", "分值", "figure", "84.00"),
        text("算式", "如何得出", "how it is worked out", "各项评分各期平均"),
    ];
    let lists = vec![
        columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")]),
        rows("", item, vec![columns("期间", marks)]),
        rows("得分", figure, Vec::new()),
    ];
    (fields, lists)
}

fn data(view: &View<'_>) -> Record {
    let mut root = Record::default();
    root.lists.insert("", Vec::new());
    let (Some(rules), Some(own)) = (&view.scheme.branch, view.own) else { return root };
    if own.total.is_none() {
        return root;
    }
    let (digits, run) = (view.scheme.digits, view.issuer.run.period);
    let periods = due_periods(rules, run);
    view.common(&mut root, rules.items.len());
    root.text("积分制标注", view.scheme_label());
    root.set("总分", score(own.total.as_ref(), digits));
    root.text("等次", own.grade.clone().unwrap_or_default());
    root.text("星级", stars_text(own.stars));
    let most = usize::from(rules.max_stars);
    let lit = own.stars.map_or(0, usize::from).min(most);
    root.text("星星", if own.stars.is_some() { "★".repeat(lit) + &"☆".repeat(most - lit) } else { String::new() });
    root.text("末栏名称", if periods.len() == 1 { "" } else { last_column(rules) });
    root.text("有分组", if rules.items.iter().any(|item| !item.group.is_empty()) { "是" } else { "" });
    if let Some(total) = rules.figure("total", run.every()) {
        root.text("计分说明", format!("{}＝{}。", total.name, total.formula.words(rules, Lang::Zh)));
    }
    let heading = |period: &Period| Record { fields: [("名称", Datum::Text(period.zh()))].into(), ..Record::default() };
    root.lists.insert("期间", periods.iter().map(heading).collect());
    let items = rules.items.iter().enumerate().map(|(at, item)| item_record(view, &periods, at, item));
    root.lists.insert("", items.collect());
    let figures = figures_of(rules, own, run).into_iter().map(|NamedFigure { name, rule, value }| {
        let mut line = Record::default();
        line.text("名称", name);
        line.text("算式", rule);
        line.set("分值", score(value.as_ref(), digits));
        line
    });
    root.lists.insert("得分", figures.collect());
    root
}

/// Of items that are marked the mean says something, of others the sum.
fn last_column(rules: &Rules) -> &'static str {
    if rules.items.iter().all(|item| item.kind == ItemKind::Mark) { "平均" } else { "合计" }
}

fn item_record(view: &View<'_>, periods: &[Period], at: usize, item: &Item) -> Record {
    let decimals = view.scheme.decimals;
    let mut line = Record::default();
    line.count("序号", at + 1);
    line.text("分组", &item.group);
    line.text("名称", &item.name);
    line.text("标准", item.standard.as_deref().or(item.clause.as_deref()).unwrap_or_default());
    line.set("满分", mark(&item.max, decimals));
    let entered = |period: &Period| view.submission.branch_entries.iter().find(|entry| entry.item == at && entry.period == *period);
    let shown = |entered: Mark| match entered.decimal() {
        Some(value) => mark(&Exact::from(value), decimals),
        None => Datum::Empty,
    };
    let cells = periods.iter().map(|period| {
        let mut cell = Record::default();
        if let Some(entry) = entered(period) {
            cell.set("自评", shown(entry.own));
            cell.set("审核", shown(entry.reviewed));
        }
        cell
    });
    line.lists.insert("期间", cells.collect());
    let audited: Vec<i64> = periods.iter().filter_map(entered).map(|entry| entry.reviewed.thousandths()).collect();
    if !audited.is_empty() {
        let sum = Mark::exact_sum(audited.iter().sum());
        let mean = item.kind == ItemKind::Mark;
        line.set("末栏", if mean { score(Some(&(sum / audited.len() as i64)), view.scheme.digits) } else { mark(&sum, decimals) });
    }
    line
}
