//! 积分登记表 and 党员积分卡: one member after the other, items against periods.

use super::field::{Contents, columns, listed, number, rows, scheme_label, standing, text, with_common};
use super::roster::day_text;
use super::view::{
    COLUMN_WINDOW, Column, View, by_quarter, column_value, figures_of, gone_text, headings_by_quarter, mark, remark, score, set_standing,
    stars_text, summary_row, told_apart, total_name,
};
use super::{Data, Form, MONTHS_AND_QUARTERS, QUARTERS};
use crate::bag::Retention;
use crate::diag::Lang;
use crate::exact::{Exact, with_minus_sign};
use crate::form::data::{Datum, Field, List, Record};
use crate::period::{Every, Period};
use crate::rollup::Outcome;
use crate::scheme::{Formula, Item, ItemKind, RowContent, RowTotal, Rules, Scheme, SummaryRow, Window};
use crate::score::{Flag, Subject, evaluate_formula, vetoes_in};
use crate::submission::{Entry, Mark, Member};

/// 积分登记表.
pub const REGISTRY: Form = Form {
    id: "registry",
    title: "积分登记表",
    runs: &[Every::Quarter, Every::Half, Every::Year],
    contents: registry_contents,
    data: Data::Branch(registry),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// 党员积分卡.
pub const CARD: Form = Form {
    id: "card",
    title: "党员积分卡",
    runs: &[Every::Year],
    contents: card_contents,
    data: Data::Branch(card),
    retention: Retention::TenYears,
    example_periods: &MONTHS_AND_QUARTERS,
};

/// What registry and card show of a member.
fn member_fields() -> Vec<Field> {
    let mut member = listed();
    member.extend([
        text("职务", "党内外职务", "post", "村民小组组长"),
        text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
        number("总分", "总分", "total", "96.50"),
    ]);
    member.extend(standing());
    member.extend([
        text("奖惩", "表彰、处分、通报批评，一事一句", "awards and disciplines", "2026年5月 县级优秀党员（示组发〔2026〕8号）"),
        text("一票否决", "一票否决情形与依据", "veto and its ground", ""),
        text("加分", "加分及事由", "bonus and reasons", "+3（县级优秀党员 5月）"),
        text("星级文字", "评星时的“星级：…”，其余为空", "stars with their label, empty where none are given", "星级：十星\u{3000}\u{3000}"),
        text("减分", "减分及事由", "deductions and reasons", ""),
        number("评议分", "评议分", "review score", "18.40"),
        text("帮带人", "帮带人", "helper", ""),
        text(
            "加分说明",
            "加分及事由；小结已有事由一行的积分制为空",
            "bonus and reasons, empty where a summary row has them",
            "+3（县级优秀党员 5月）",
        ),
        text(
            "结论",
            "等次、星级、名次、帮带人，有什么写什么",
            "grade, stars, rank and helper, as far as there are any",
            "等次：优秀\u{3000}支部名次：1",
        ),
        text("有项目", "逐项登记的党员不为空", "not empty for a member who is scored item by item", "是"),
        text("免积分说明", "免积分党员的说明，其他人为空", "what is said of an exempt member, empty for others", ""),
    ]);
    member
}

fn periods() -> List {
    let fields = vec![
        text("名称", "期间名称", "name of the period", "一季度"),
        text("季度", "按月登记并有季度小计时，该列所属的季度，其余为空", "quarter of the column, where months have quarterly sums", ""),
        text("简称", "写在季度之下的期间名称：1月、小计", "name of the period below that of its quarter", "一季度"),
    ];
    columns("期间", fields)
}

fn item_fields() -> Vec<Field> {
    vec![
        text("分组", "项目分组", "group of the item", "扣分项"),
        text("名称", "项目名称", "item", "组织生活"),
        text("标准", "项目的考核标准，细则没有写的为空", "what the item asks for; empty if the scheme does not say", ""),
        number("满分", "满分", "maximum", "10"),
        number("合计", "各期间合计", "sum over the periods", "-2.00"),
        number("年均", "年均分", "mean of the year", "9.55"),
        number("测评", "民主测评平均分", "mean of the ballots", "9.40"),
        number("加权", "加权得分", "weighted", "9.52"),
        number("认定分", "按细则认定的得分", "what the rules make of the entries", "-2.00"),
        text("满分说明", "满分；按次数登记的为次数", "maximum, in times where times are counted", "10"),
        number("末栏", "年均分；不按评分计的项目为合计", "mean of the year; of items without marks their sum", "9.55"),
    ]
}

fn marks(example: &str) -> Vec<List> {
    vec![columns("期间", vec![number("分值", "该期间分值", "mark of that period", example)])]
}

fn summary() -> List {
    rows(
        "小结",
        vec![
            text("名称", "小结名称：小计、目前已得基础分、加分……", "name of the line: subtotal, base so far, bonus", "小计"),
            number("合计", "全年合计（文字或数字）", "figure of the whole year, text or number", "58.00"),
            number("末栏", "与项目末栏同一口径的值：平均或合计", "mean or sum, as in the items' last column", "58.00"),
            number("测评", "各项测评平均分之和", "sum of the items' means of the ballots", "93.50"),
            number("加权", "各项加权得分之和", "sum of the items' weighted scores", "95.20"),
        ],
        vec![columns("期间", vec![number("值", "该期间的值（文字或数字）", "value of that period, text or number", "-0.50")])],
    )
}

fn figures() -> List {
    rows(
        "得分",
        vec![
            text("名称", "分值名称", "name of the figure", "基础分"),
            number("分值", "分值", "figure", "58.00"),
            text("算式", "如何得出", "how it is worked out", "60＋各季小计"),
        ],
        Vec::new(),
    )
}

fn registry_contents() -> Contents {
    let (mut fields, mut lists) = contents(member_fields(), item_fields(), "-0.50");
    fields.extend([
        text(
            "汇总人数",
            "全支部的在册人数，有几种积分制时分别写",
            "the whole branch's people, by scheme where it has several",
            "在册22人：优秀4 合格18",
        ),
        text("汇总计分", "各积分制的分值如何得出", "how figures are worked out under each scheme", "年度积分合计＝基础分＋加分＋评议分。"),
        text("汇总细则", "各积分制及其版本", "each scheme with its version", "积分登记制，细则版本1"),
        text("汇总校验码", "各积分制部分的校验码", "short digest of each scheme's part", "7F3A-91C2"),
    ]);
    let mut member = listed();
    member.extend([
        text("汇总", "汇总表的名称，供“每组一表”", "the sheet's name, for a sheet per value", "汇总"),
        text("职务", "党内外职务", "post", "村民小组组长"),
        text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
        text("积分制", "支部有几种积分制时所用的一种，其余为空", "the scheme where the branch has several, else empty", "积分登记制"),
        number("评议分", "评议分", "review score", "18.40"),
        number("总分", "总分", "total", "96.50"),
    ]);
    member.extend(standing());
    lists.push(rows("汇总", member, Vec::new()));
    (fields, lists)
}

/// A member's total a period, for the flat sheet.
fn periods_of_member() -> List {
    columns("期间", vec![number("得分", "该期间得分", "score of that period", "-0.50")])
}

fn card_contents() -> Contents {
    let mut member = member_fields();
    member.push(text("星星", "点亮的星", "lit and unlit stars", "★★★★★★★★★☆"));
    let mut items = item_fields();
    items.iter_mut().filter(|item| item.name == "分组").for_each(|item| item.example = Datum::Empty);
    contents(member, items, "9.50")
}

fn contents(member: Vec<Field>, items: Vec<Field>, mark: &str) -> Contents {
    let fields = with_common(vec![
        scheme_label(),
        text("有星级", "评星时不为空", "not empty when stars are given", "是"),
        text("有季度", "按月登记并有季度小计时不为空", "not empty where months have quarterly sums", ""),
        text("有测评", "各项目有民主测评时不为空", "not empty where the items are balloted on", "是"),
        text(
            "末栏名称",
            "末栏的标题：年均、平均或合计，只有一期时为空",
            "heading of the last column: mean or sum; empty with one period",
            "年均",
        ),
        text("有认定", "有项目须按细则认定得分时不为空", "not empty where rules make another score of the entries", "是"),
        text("有分组", "项目分组时不为空", "not empty where the scheme groups its items", "是"),
        text("有否决", "细则有一票否决时不为空", "not empty where the scheme has vetoes", "是"),
        text("计分说明", "分值如何得出", "how the figures are worked out", "年度积分合计＝基础分＋加分＋评议分。"),
        text(
            "人数说明",
            "在册人数的构成，已离开的人",
            "how many are on the roll and of what kind, and who has left",
            "在册22人：优秀4 合格16 预备不评1 免积分1；已离开1人：王五（已转出）",
        ),
    ]);
    let lists = vec![periods(), rows("", member, vec![rows("项目", items, marks(mark)), summary(), figures(), periods_of_member()])];
    (fields, lists)
}

fn registry(view: &View<'_>) -> Record {
    let mut root = members_form(view, false);
    let views = view.by_scheme();
    // One list of the whole branch stands before the pages of the first scheme, however many there are.
    let first = views.first().is_none_or(|first| first.scheme.id == view.scheme.id);
    root.lists.insert("汇总", if first { whole_branch(&views) } else { Vec::new() });
    let several = views.len() > 1;
    let each = |text: &dyn Fn(&View<'_>) -> String, between: &str| {
        let part = |view: &View<'_>| if several { format!("{}：{}", view.scheme.name, text(view)) } else { text(view) };
        views.iter().map(part).collect::<Vec<_>>().join(between)
    };
    root.text("汇总人数", each(&|view: &View<'_>| view.headcount(), "；"));
    root.text("汇总计分", each(&counting_note, ""));
    let versions = views.iter().map(|view| format!("{}，细则版本{}", view.scheme.name, view.scheme.version));
    root.text("汇总细则", versions.collect::<Vec<_>>().join("；"));
    root.text("汇总校验码", each(&|view: &View<'_>| view.digest.clone(), "；"));
    root
}

/// All members of the branch in roster order, each by his own scheme.
fn whole_branch(views: &[View<'_>]) -> Vec<Record> {
    let mut all: Vec<(u32, &View<'_>, &Member, &Outcome)> =
        views.iter().flat_map(|view| view.members().map(move |(at, member, outcome)| (at, view, member, outcome))).collect();
    all.sort_by_key(|(at, ..)| *at);
    let names = told_apart(all.iter().map(|(_, _, member, _)| *member));
    let lines = all.into_iter().zip(names).enumerate().map(|(number, ((_, view, member, outcome), name))| {
        let mut row = standing_record(view, member, outcome);
        row.count("序号", number + 1);
        row.text("姓名", name);
        row.text("汇总", "汇总");
        row.text("积分制", if views.len() > 1 { &*view.scheme.name } else { "" });
        row
    });
    lines.collect()
}

/// Who somebody is and what he came to.
fn standing_record(view: &View<'_>, member: &Member, outcome: &Outcome) -> Record {
    let (scheme, run) = (view.scheme, view.issuer.run.period);
    let mut row = Record::default();
    row.text("类别", &*member.category);
    row.text("职务", member.post.as_deref().unwrap_or_default());
    row.text("党员状态", if member.is_probationary(run) { "预备党员" } else { "正式党员" });
    row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
    set_standing(&mut row, member, outcome, run);
    if let Some(gone) = gone_text(outcome, member) {
        let remark = remark(outcome, member, run);
        row.text("备注", if remark.is_empty() { gone.to_owned() } else { format!("{gone}；{remark}") });
    }
    let ballots = scheme.member.ballot_figure(run.every()).and_then(|figure| outcome.score.figure(&figure.id));
    row.set("评议分", score(ballots, scheme.digits));
    row
}

fn card(view: &View<'_>) -> Record {
    members_form(view, true)
}

fn members_form(view: &View<'_>, card: bool) -> Record {
    let columns = view.columns(true);
    let members: Vec<Record> =
        view.members().map(|(at, member, outcome)| member_record(view, &columns, at, member, outcome, card)).collect();
    let mut root = Record::default();
    view.common(&mut root, members.len());
    root.text("积分制标注", view.scheme_label());
    root.text("计分说明", counting_note(view));
    root.text("人数说明", view.headcount());
    let rules = &view.scheme.member;
    root.text("末栏名称", if columns.len() == 1 { "" } else { last_column(view) });
    root.text("有认定", if rules.items.iter().any(|item| is_ruled(item, rules)) { "是" } else { "" });
    root.text("有分组", if rules.items.iter().any(|item| !item.group.is_empty()) { "是" } else { "" });
    let run = view.issuer.run.period;
    let vetoes = view.scheme.veto.iter().flat_map(|veto| &veto.effects).any(|effect| effect.runs.contains(&run.every()));
    root.text("有否决", if vetoes { "是" } else { "" });
    root.text("有季度", if by_quarter(&columns) { "是" } else { "" });
    root.text("有测评", if view.scheme.item_poll().is_some() { "是" } else { "" });
    root.lists.insert("期间", headings_by_quarter(&columns));
    root.lists.insert("", members);
    root
}

/// How the figures of this run come about: the year's as the scheme tells it, others from the rule of their total.
fn counting_note(view: &View<'_>) -> String {
    let (rules, run) = (&view.scheme.member, view.issuer.run.period);
    match rules.figure("total", run.every()).filter(|_| run != Period::YEAR) {
        None => view.scheme.registry_note.clone(),
        Some(total) => format!("{}＝{}。", total_name(rules, run), total.formula.words(rules, Lang::Zh)),
    }
}

/// Items that are marked have a mean; of those that are deducted or counted only the sum says something.
fn last_column(view: &View<'_>) -> &'static str {
    if view.scheme.member.items.iter().all(|item| item.kind != ItemKind::Mark) {
        "合计"
    } else if view.issuer.run.period == Period::YEAR {
        "年均"
    } else {
        "平均"
    }
}

/// True where what counts is not simply the sum of what was entered.
fn is_ruled(item: &Item, rules: &Rules) -> bool {
    item.kind == ItemKind::Count || !item.rules_in(rules, Lang::Zh).is_empty()
}

/// `等次：优秀　星级：十星　支部名次：1　帮带人：李乙`, as far as there are any.
fn conclusion(row: &Record) -> String {
    let shown = |field: &str| match row.fields.get(field) {
        Some(Datum::Text(text)) => Some(text.clone()),
        Some(Datum::Number { value, .. }) => Some(value.to_string()),
        _ => None,
    };
    let parts = [("等次", "等次"), ("星级", "星级"), ("名次", "支部名次"), ("帮带人", "帮带人")];
    let parts = parts.iter().filter_map(|(field, label)| Some(format!("{label}：{}", shown(field)?)));
    parts.collect::<Vec<_>>().join("\u{3000}\u{3000}")
}

fn member_record(view: &View<'_>, columns: &[Column], at: u32, member: &Member, outcome: &Outcome, card: bool) -> Record {
    let scheme = view.scheme;
    let run = view.issuer.run.period;
    let mut row = standing_record(view, member, outcome);
    row.set("序号", Datum::Number { value: member.seq.into(), digits: 0 });
    row.text("姓名", &*member.name);
    row.text("奖惩", adjustments_text(view, at));
    row.text("一票否决", vetoes_text(view, at));
    row.text("加分", reasons_text(view, at, ItemKind::Bonus));
    row.text("减分", reasons_text(view, at, ItemKind::Deduct));
    let stars = stars_text(outcome.score.stars);
    row.text("星级文字", if stars.is_empty() { stars } else { format!("星级：{stars}\u{3000}\u{3000}") });
    row.text("帮带人", member.helper.as_deref().unwrap_or_default());
    if card {
        let max = usize::from(scheme.member.max_stars);
        let lit = outcome.score.stars.map_or(0, usize::from).min(max);
        row.text("星星", if outcome.score.stars.is_some() { "★".repeat(lit) + &"☆".repeat(max - lit) } else { String::new() });
    }
    let scored = member.scored_in(run) && (outcome.score.total.is_some() || outcome.score.stands());
    row.text("结论", conclusion(&row));
    let told = scheme.rows.iter().any(|row| matches!(row.content, RowContent::Reasons));
    row.text("加分说明", if told { String::new() } else { reasons_text(view, at, ItemKind::Bonus) });
    let subject = Subject::member(scheme, view.submission, at);
    let totals = columns.iter().map(|column| {
        let mut cell = Record::default();
        if scored && member.counts_in(column.period) {
            let value = evaluate_formula(&subject, &scheme.board.period, scheme.board.window, column.period);
            cell.set("得分", column_value(scheme, &scheme.board.period, &value));
        }
        cell
    });
    row.lists.insert("期间", totals.collect());
    // An exempt member has nothing to be entered: no grid of blanks, but why there is none.
    if outcome.score.flags.contains(&Flag::Exempt) {
        let grade = outcome.score.grade.as_deref().map(|grade| format!("直评等次：{grade}。")).unwrap_or_default();
        row.text("免积分说明", format!("免积分，不逐项登记。{grade}依据见《不参加积分制管理党员审批表》。"));
        return row;
    }
    row.text("有项目", "是");
    let items = scheme.member.items_of(&member.category).filter(|(index, _)| !has_row_of_its_own(scheme, *index));
    let mut items: Vec<Record> = items.map(|(index, item)| item_record(view, columns, at, member, index, item, scored)).collect();
    group_once(&mut items);
    row.lists.insert("项目", items);
    let mut summaries: Vec<Record> =
        scheme.rows.iter().map(|summary| summary_record(view, summary, columns, (at, member), scored)).collect();
    summaries.extend(beside_marks(view, columns, at));
    row.lists.insert("小结", summaries);
    let figures = figures_of(&scheme.member, &outcome.score, run).into_iter().map(|figure| {
        let mut line = Record::default();
        line.text("名称", figure.name);
        line.text("算式", figure.rule);
        line.set("分值", score(figure.value.as_ref(), scheme.digits));
        line
    });
    row.lists.insert("得分", figures.collect());
    row
}

/// A group's name stands at its first item.
fn group_once(items: &mut [Record]) {
    let mut before = None;
    for item in items {
        let group = item.fields.get("分组").cloned();
        if group == before {
            item.set("分组", Datum::Empty);
        }
        before = group;
    }
}

/// A summary row of a member over the columns.
fn summary_record(view: &View<'_>, summary: &SummaryRow, columns: &[Column], (at, member): (u32, &Member), scored: bool) -> Record {
    let scheme = view.scheme;
    let mut line = Record::default();
    line.text("名称", &summary.name);
    if !scored {
        line.lists.insert("期间", columns.iter().map(|_| Record::default()).collect());
        return line;
    }
    let (cells, whole) = summary_row(view, &summary.content, at, columns);
    line.set("合计", whole.clone());
    line.set("末栏", whole);
    line.lists.insert("期间", cells.into_iter().map(|value| Record { fields: [("值", value)].into(), ..Record::default() }).collect());
    let RowContent::Formula { formula, window, total: RowTotal::Sum } = &summary.content else { return line };
    if last_column(view) == "合计" {
        return line;
    }
    // In the unit of its column: the mean of the periods, beside the sums of the items' ballots and weighted scores.
    let subject = Subject::member(scheme, view.submission, at);
    let periods: Vec<Period> =
        columns.iter().filter(|column| !column.subtotal && member.counts_in(column.period)).map(|column| column.period).collect();
    if !periods.is_empty() {
        let sum: Exact = periods.iter().map(|period| evaluate_formula(&subject, formula, *window, *period)).sum();
        line.set("末栏", score(Some(&(sum / periods.len() as i64)), scheme.digits));
    }
    let voted = |poll: usize| view.submission.vote(at, poll, Period::YEAR).is_some_and(|ballots| ballots.count > 0);
    if view.issuer.run.period == Period::YEAR
        && let Some((poll, own)) = scheme.item_poll().filter(|(poll, _)| voted(*poll))
    {
        let mean = Formula::Poll { poll, name: own.name.clone() };
        let ballots = evaluate_formula(&subject, &mean, COLUMN_WINDOW, Period::YEAR);
        line.set("测评", score(Some(&ballots), scheme.digits));
        if let Some(formula) = &scheme.card_item {
            line.set("加权", score(Some(&evaluate_formula(&subject, formula, COLUMN_WINDOW, Period::YEAR)), scheme.digits));
        }
    }
    line
}

/// What stands beside the marks that count: his own of 自评, and who recorded and who checked them.
fn beside_marks(view: &View<'_>, columns: &[Column], at: u32) -> Vec<Record> {
    let (rules, entries) = (&view.scheme.member, view.submission.entries_of(at));
    let line = |name: &str, value: &dyn Fn(Period) -> Datum| {
        let mut line = Record::default();
        line.text("名称", name);
        let cells = columns.iter().map(|column| Record { fields: [("值", value(column.period))].into(), ..Record::default() });
        line.lists.insert("期间", cells.collect());
        line
    };
    let own = |period: Period| {
        let mut inside = entries.iter().filter(|entry| entry.own && period.contains(entry.period)).peekable();
        if inside.peek().is_none() {
            return Datum::Empty;
        }
        let sum = inside.flat_map(|entry| entry.marks.iter()).map(|mark| mark.thousandths()).sum();
        mark(&Mark::exact_sum(sum), view.scheme.decimals)
    };
    let signed = |which: usize| {
        move |period: Period| {
            let entry = entries.iter().find(|entry| !entry.own && entry.period == period);
            entry.and_then(|entry| entry.signed.as_ref()).map_or(Datum::Empty, |names| Datum::Text(names[which].to_string()))
        }
    };
    let mut lines: Vec<Record> = rules.scorers.iter().map(|scorers| line(&scorers.own, &own)).collect();
    if rules.reviewed {
        lines.push(line("记录人", &signed(0)));
        lines.push(line("复核人", &signed(1)));
    }
    lines
}

/// One item of a member over the columns.
fn item_record(view: &View<'_>, columns: &[Column], at: u32, member: &Member, index: usize, item: &Item, scored: bool) -> Record {
    let scheme = view.scheme;
    let mut line = Record::default();
    let group = match item.scores_as() {
        Some(ItemKind::Mark) => "评分项",
        Some(ItemKind::Deduct) => "扣分项",
        Some(ItemKind::Bonus) => "加分项",
        Some(ItemKind::Signed) => "加减分项",
        Some(ItemKind::Count) | None => "登记项",
    };
    line.text("分组", if item.group.is_empty() { group } else { &item.group });
    line.text("名称", &item.name);
    line.text("标准", item.standard.as_deref().unwrap_or_default());
    line.set("满分", mark(&item.max, scheme.decimals));
    let max = item.max.published_decimal(u32::from(scheme.decimals)).map(|max| max.to_string()).unwrap_or_default();
    line.text("满分说明", if item.kind == ItemKind::Count { format!("{max}次") } else { max });
    let entries = view.submission.entries_of(at);
    let within = |period: Period| -> Option<i64> {
        let mut inside = entries.iter().filter(|entry| !entry.own && period.contains(entry.period)).peekable();
        inside.peek()?;
        Some(inside.map(|entry| entry.marks[index].thousandths()).sum())
    };
    let cells = columns.iter().map(|column| {
        let mut cell = Record::default();
        if let Some(sum) = within(column.period).filter(|_| scored && member.counts_in(column.period)) {
            cell.set("分值", mark(&Mark::exact_sum(sum), scheme.decimals));
        }
        cell
    });
    line.lists.insert("期间", cells.collect());
    if !scored {
        return line;
    }
    let periods: Vec<Period> = columns.iter().filter(|column| !column.subtotal).map(|column| column.period).collect();
    let total = Mark::exact_sum(periods.iter().filter_map(|period| within(*period)).sum());
    line.set("合计", mark(&total, scheme.decimals));
    line.set("末栏", mark(&total, scheme.decimals));
    if is_ruled(item, &scheme.member) && item.scores_as().is_some() {
        let subject = Subject::member(scheme, view.submission, at);
        let run = view.issuer.run.period;
        let window = if columns.iter().any(|column| !run.contains(column.period)) { Window::SoFar } else { COLUMN_WINDOW };
        let counted = evaluate_formula(&subject, &Formula::Sum(vec![index]), window, run);
        line.set("认定分", score(Some(&counted), scheme.digits));
    }
    let expected = periods.iter().filter(|period| member.counts_in(**period)).count();
    if item.kind == ItemKind::Mark && expected > 0 {
        let mean = score(Some(&(total / expected as i64)), scheme.digits);
        line.set("年均", mean.clone());
        line.set("末栏", mean);
    }
    if view.issuer.run.period == Period::YEAR
        && let Some((number, poll)) = scheme.item_poll()
        && let Some(ballots) = view.submission.vote(at, number, Period::YEAR)
        && let Some(column) = poll.columns.iter().position(|(name, _)| *name == item.name)
        && ballots.count > 0
    {
        let mean: Exact = Mark::exact_sum(ballots.sums[column]) / i64::from(ballots.count);
        line.set("测评", score(Some(&mean), scheme.digits));
        if let Some(formula) = &scheme.card_item {
            let alone = Subject::member(scheme, view.submission, at).only(index);
            let value = evaluate_formula(&alone, formula, COLUMN_WINDOW, view.issuer.run.period);
            line.set("加权", score(Some(&value), scheme.digits));
        }
    }
    line
}

/// `2026年5月6日 表彰奖励（县级）优秀党务工作者 某字〔2026〕8号`, one fact a line.
fn adjustments_text(view: &View<'_>, at: u32) -> String {
    let Some(rules) = &view.scheme.adjustments else { return String::new() };
    let facts = view.submission.adjustments.iter().filter(|fact| fact.member == at).map(|fact| {
        let kind = &rules.kinds[fact.kind];
        let number = fact.number.as_deref().map(|number| format!(" {number}")).unwrap_or_default();
        format!("{} {}（{}）{}{number}", day_text(fact.date), kind.name, kind.levels[fact.level].0, fact.reason).trim().to_owned()
    });
    facts.collect::<Vec<_>>().join("\n")
}

fn vetoes_text(view: &View<'_>, at: u32) -> String {
    let Some(veto) = &view.scheme.veto else { return String::new() };
    let facts = vetoes_in(view.scheme, view.submission, at, view.issuer.run);
    let facts = facts.map(|(fact, _)| format!("{}：{}", veto.facts[fact.fact], fact.ground));
    facts.collect::<Vec<_>>().join("\n")
}

/// True where a summary row of the scheme is this item's sum: the item would stand there twice.
fn has_row_of_its_own(scheme: &Scheme, index: usize) -> bool {
    let is_sum = |row: &SummaryRow| matches!(&row.content, RowContent::Formula { formula: Formula::Sum(items), .. } if *items == [index]);
    scheme.rows.iter().any(is_sum)
}

/// `一季度 +3（县级优秀党员 5月）`: what was entered with its reason, one period per line; each item by name where several
/// have reasons.
fn reasons_text(view: &View<'_>, at: u32, kind: ItemKind) -> String {
    let reasoned: Vec<(usize, &Item)> = view
        .scheme
        .member
        .items_of(&view.submission.members[at as usize].category)
        .filter(|(_, item)| [Some(kind), Some(ItemKind::Signed)].contains(&item.scores_as()) && item.reason.is_some())
        .collect();
    let part = |entry: &Entry, index: usize, item: &Item| {
        let mark = entry.marks[index].thousandths();
        let other = item.kind == ItemKind::Signed && (mark < 0) != (kind == ItemKind::Deduct);
        if mark == 0 || other {
            return None;
        }
        let name = if reasoned.len() > 1 { &*item.name } else { "" };
        let size = Mark::exact_sum(mark).published_decimal(u32::from(view.scheme.decimals)).unwrap_or(crate::exact::Decimal::ZERO);
        let size = match item.kind {
            ItemKind::Count => format!("{size}次"),
            _ if mark > 0 => format!("+{size}"),
            _ => with_minus_sign(&size.to_string()),
        };
        Some(format!("{name}{size}（{}）", entry.reason(index).unwrap_or_default()))
    };
    let entries = view.submission.entries_of(at).iter();
    let lines =
        entries.filter(|entry| !entry.own && view.issuer.run.period.last_month() >= entry.period.last_month()).filter_map(|entry| {
            let parts: Vec<String> = reasoned.iter().filter_map(|(index, item)| part(entry, *index, item)).collect();
            (!parts.is_empty()).then(|| format!("{} {}", entry.period.zh(), parts.join("、")))
        });
    lines.collect::<Vec<_>>().join("\n")
}
