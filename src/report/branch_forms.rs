//! Data of a branch's forms: 考核公示栏, 积分登记表, 党员积分卡.

use crate::exact::Exact;
use crate::form::data::{Datum, Record};
use crate::period::{Period, zh_date};
use crate::rollup::{Outcome, OutcomeKind};
use crate::scheme::{Item, ItemKind, Poll};
use crate::score::{Subject, evaluate_formula};
use crate::submission::{Day, Mark, Member};

use super::view::{Column, View, headings, mark, named_figures, publication, publication_text, remark, score, stars_text, summary_row};

/// 考核公示栏. Never on it: identity numbers, birth dates, phones of members, reasons of deductions.
pub fn board(view: &View<'_>) -> Record {
    let run = view.issuer.run.period;
    let scheme = view.scheme;
    let mut columns = view.columns(false);
    // A single column that is the whole period would repeat the total.
    if columns.len() == 1 && columns[0].period == run && scheme.member.figure("board", run.every()).is_none() {
        columns.clear();
    }
    let mut root = Record::default();
    let mut members = Vec::new();
    for (number, (at, member, outcome)) in view.members().enumerate() {
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("姓名", &*member.name);
        row.text("类别", &*member.category);
        let shown = outcome.score.board.as_ref().or(outcome.score.total.as_ref());
        row.set("分值", score(shown, scheme.digits));
        row.text("荣誉", outcome.honours.join("、"));
        standing(&mut row, member, outcome);
        let mut remarks = vec![remark(outcome, member)];
        let corrected = view.changes.iter().filter(|change| change.kind == Some(OutcomeKind::Member(at)));
        remarks.extend(corrected.map(|change| format!("更正：{} {}", change.period.zh(), change.arrow())));
        remarks.retain(|remark| !remark.is_empty());
        row.text("备注", remarks.join("；"));
        let subject = Subject::member(scheme, view.submission, at);
        let cells = columns.iter().map(|column| {
            let mut cell = Record::default();
            if member.scored_in(column.period) && outcome.score.total.is_some() {
                let value = evaluate_formula(&subject, &scheme.board.period, super::view::COLUMN_WINDOW, column.period);
                cell.set("得分", mark(&value, scheme.decimals));
            }
            cell
        });
        row.lists.insert("期间", cells.collect());
        members.push(row);
    }
    view.common(&mut root, members.len());
    let (days, end) = publication(view.issuer, view.calendar, scheme);
    root.set("公示开始", view.issuer.posted.map_or(Datum::Empty, Datum::Date));
    root.set("公示截止", end.map_or(Datum::Empty, Datum::Date));
    root.count("公示工作日", days as usize);
    root.text("公示说明", publication_text(view.issuer, days, end));
    root.text("监督电话", &view.issuer.phone);
    let mut note = if run == Period::YEAR { scheme.board.note.clone() } else { scheme.board.note_part.clone() };
    // Whom this board no longer shows has no line of his own for it.
    let gone = view.changes.iter().filter(|change| change.kind.is_none());
    note.extend(gone.map(|change| format!("更正：{} {} {}。", change.name, change.period.zh(), change.arrow())));
    root.text("计分说明", note);
    // The year's heading is the scheme's own word; a part of the year is named after the figure that stands there.
    let rules = &scheme.member;
    let shown = rules.figure("board", run.every()).or_else(|| rules.figure("total", run.every()));
    let heading = shown.filter(|_| run != Period::YEAR).map_or(&scheme.board.heading, |figure| &figure.name);
    root.text("分值名称", heading);
    // Ranks go by the total; beside another figure they would contradict what people see.
    root.text("有名次", if rules.figure("board", run.every()).is_some() { "" } else { "是" });
    root.text("有等次", if run == Period::YEAR { "是" } else { "" });
    root.text("有荣誉", if view.outcomes.iter().any(|outcome| !outcome.honours.is_empty()) { "是" } else { "" });
    root.lists.insert("期间", headings(&columns));
    root.lists.insert("", members);
    root
}

fn standing(row: &mut Record, member: &Member, outcome: &Outcome) {
    row.text("等次", outcome.score.grade.clone().unwrap_or_default());
    row.text("星级", stars_text(outcome.score.stars));
    row.set("名次", outcome.rank.map_or(Datum::Empty, |rank| Datum::Number { value: i64::from(rank).into(), digits: 0 }));
    row.text("备注", remark(outcome, member));
}

/// 积分登记表.
pub fn registry(view: &View<'_>) -> Record {
    members_form(view, false)
}

/// 党员积分卡.
pub fn card(view: &View<'_>) -> Record {
    members_form(view, true)
}

fn members_form(view: &View<'_>, card: bool) -> Record {
    let columns = view.columns(true);
    let members: Vec<Record> =
        view.members().map(|(at, member, outcome)| member_record(view, &columns, at, member, outcome, card)).collect();
    let mut root = Record::default();
    view.common(&mut root, members.len());
    root.text("计分说明", &view.scheme.registry_note);
    // Items that are marked have a mean of the year; of those that are deducted or counted only the sum says something.
    let marked = view.scheme.member.items.iter().any(|item| item.kind == ItemKind::Mark);
    root.text("末栏名称", if marked { "年均" } else { "合计" });
    let polled = |poll: &Poll| view.scheme.member.items.iter().any(|item| poll.columns.iter().any(|(name, _)| *name == item.name));
    root.text("有测评", if view.scheme.poll.as_ref().is_some_and(polled) { "是" } else { "" });
    root.lists.insert("期间", headings(&columns));
    root.lists.insert("", members);
    root
}

fn member_record(view: &View<'_>, columns: &[Column], at: u32, member: &Member, outcome: &Outcome, card: bool) -> Record {
    let scheme = view.scheme;
    let run = view.issuer.run.period;
    let mut row = Record::default();
    row.set("序号", Datum::Number { value: member.seq.into(), digits: 0 });
    row.text("姓名", &*member.name);
    row.text("类别", &*member.category);
    row.text("职务", member.post.as_deref().unwrap_or_default());
    row.text("党员状态", if member.probationary { "预备党员" } else { "正式党员" });
    row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
    standing(&mut row, member, outcome);
    row.text("奖惩", adjustments_text(view, at));
    row.text("一票否决", vetoes_text(view, at));
    row.text("加分", bonuses_text(view, at));
    // What the ballots came to, by whatever id the scheme gives it.
    let ballots = outcome.score.figure("review").or_else(|| outcome.score.figure("poll"));
    row.set("评议分", score(ballots, scheme.digits));
    let stars = stars_text(outcome.score.stars);
    row.text("星级文字", if stars.is_empty() { stars } else { format!("星级：{stars}\u{3000}\u{3000}") });
    row.text("帮带人", member.helper.as_deref().unwrap_or_default());
    if card {
        let max = usize::from(scheme.member.max_stars);
        let lit = outcome.score.stars.map_or(0, usize::from).min(max);
        row.text("星星", if outcome.score.stars.is_some() { "★".repeat(lit) + &"☆".repeat(max - lit) } else { String::new() });
    }
    let scored = member.scored_in(run);
    let subject = Subject::member(scheme, view.submission, at);
    let totals = columns.iter().map(|column| {
        let mut cell = Record::default();
        if scored && member.expected_in(column.period) {
            let value = evaluate_formula(&subject, &scheme.board.period, super::view::COLUMN_WINDOW, column.period);
            cell.set("得分", mark(&value, scheme.decimals));
        }
        cell
    });
    row.lists.insert("期间", totals.collect());
    let items = scheme.member.items_of(&member.category).filter(|(_, item)| item.reason.is_none());
    row.lists.insert("项目", items.map(|(index, item)| item_record(view, columns, at, member, index, item, scored)).collect());
    let rows = scheme.rows.iter().map(|summary| {
        let mut line = Record::default();
        line.text("名称", &summary.name);
        if scored {
            let (cells, whole) = summary_row(view, &summary.content, at, columns, scheme.decimals);
            line.set("合计", whole);
            line.lists
                .insert("期间", cells.into_iter().map(|value| Record { fields: [("值", value)].into(), ..Record::default() }).collect());
        } else {
            line.lists.insert("期间", columns.iter().map(|_| Record::default()).collect());
        }
        line
    });
    row.lists.insert("小结", rows.collect());
    let figures = named_figures(&scheme.member, outcome, run).into_iter().map(|figure| {
        let mut line = Record::default();
        line.text("名称", figure.name);
        line.text("算式", figure.rule);
        line.set("分值", score(figure.value.as_ref(), scheme.digits));
        line
    });
    row.lists.insert("得分", figures.collect());
    row
}

/// One item of a member over the columns.
fn item_record(view: &View<'_>, columns: &[Column], at: u32, member: &Member, index: usize, item: &Item, scored: bool) -> Record {
    let scheme = view.scheme;
    let mut line = Record::default();
    let group = match item.scores_as() {
        Some(ItemKind::Mark) => "评分项",
        Some(ItemKind::Deduct) => "扣分项",
        Some(ItemKind::Bonus) => "加分项",
        Some(ItemKind::Count) | None => "登记项",
    };
    line.text("分组", if item.group.is_empty() { group } else { &item.group });
    line.text("名称", &item.name);
    line.set("满分", mark(&item.max, scheme.decimals));
    let entries = view.submission.entries_of(at);
    let within = |period: Period| -> Option<i64> {
        let mut inside = entries.iter().filter(|entry| !entry.own && period.contains(entry.period)).peekable();
        inside.peek()?;
        Some(inside.map(|entry| entry.marks[index].thousandths()).sum())
    };
    let cells = columns.iter().map(|column| {
        let mut cell = Record::default();
        if let Some(sum) = within(column.period).filter(|_| scored && member.expected_in(column.period)) {
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
    let expected = periods.iter().filter(|period| member.expected_in(**period)).count();
    if item.kind == ItemKind::Mark && expected > 0 {
        let mean = score(Some(&(total / expected as i64)), scheme.digits);
        line.set("年均", mean.clone());
        line.set("末栏", mean);
    }
    if view.issuer.run.period == Period::YEAR
        && let (Some(poll), Some(ballots)) = (&scheme.poll, view.submission.ballots.get(at as usize))
        && let Some(column) = poll.columns.iter().position(|(name, _)| *name == item.name)
        && ballots.count > 0
    {
        let mean: Exact = Mark::exact_sum(ballots.sums[column]) / i64::from(ballots.count);
        line.set("测评", score(Some(&mean), scheme.digits));
        if let Some(formula) = &scheme.card_item {
            let alone = Subject::member(scheme, view.submission, at).only(index);
            let value = evaluate_formula(&alone, formula, super::view::COLUMN_WINDOW, view.issuer.run.period);
            line.set("加权", score(Some(&value), scheme.digits));
        }
    }
    line
}

fn day_text(day: Option<Day>) -> String {
    match day {
        Some(Day::Known(date)) => zh_date(date),
        Some(Day::Month(year, month)) => format!("{year}年{month}月"),
        None => String::new(),
    }
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
    let facts =
        view.submission.vetoes.iter().filter(|fact| fact.member == at).map(|fact| format!("{}：{}", veto.facts[fact.fact], fact.ground));
    facts.collect::<Vec<_>>().join("\n")
}

/// `一季度 +3（县级优秀党员 5月）`, one period a line.
fn bonuses_text(view: &View<'_>, at: u32) -> String {
    let bonuses: Vec<usize> = view
        .scheme
        .member
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind == ItemKind::Bonus && item.reason.is_some())
        .map(|(index, _)| index)
        .collect();
    let lines = view
        .submission
        .entries_of(at)
        .iter()
        .filter(|entry| !entry.own && view.issuer.run.period.last_month() >= entry.period.last_month())
        .filter_map(|entry| {
            let sum: i64 = bonuses.iter().map(|index| entry.marks[*index].thousandths()).sum();
            (sum != 0).then(|| {
                format!(
                    "{} +{}（{}）",
                    entry.period.zh(),
                    Mark::exact_sum(sum).published_decimal(u32::from(view.scheme.decimals)).unwrap_or(crate::exact::Decimal::ZERO),
                    entry.reason.as_deref().unwrap_or_default()
                )
            })
        });
    lines.collect::<Vec<_>>().join("\n")
}
