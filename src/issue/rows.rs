//! Sheets of the blank workbook: their columns, and a row for every member and period that is known.

use super::columns::{day_of, day_of_life, decimal, field, item, marks, maxima, name, one_of, period, plain, seq, whole, wide};
use super::{County, Listed};
use crate::county::Branch;
use crate::period::{Every, Period};
use crate::scheme::Scheme;
use crate::submission::Day;
use crate::table::Value;
use crate::workbook::{self, column};
use crate::xlsx::blank::{Body, Column, Entry, Sheet};

/// Empty rows of a roster where neither roster nor number of members is known.
const UNKNOWN_ROSTER: usize = 30;
/// Empty rows below what is filled in.
const SPARE: usize = 10;

fn table(name: &str, note: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>, spare: usize, frozen: u16) -> Sheet {
    let landscape = columns.len() > 7;
    Sheet {
        name: name.to_owned(),
        title: name.to_owned(),
        note: note.to_owned(),
        body: Body::Table { columns, rows, spare, frozen, limits: Vec::new() },
        landscape,
    }
}

/// 党员名册.
pub fn roster(county: &County<'_>, branch: &Branch, roster: &[Listed], categories: &[(&str, usize)]) -> Sheet {
    let year = county.year;
    let month = || whole(1, 12);
    let columns = vec![
        wide(7, field(column::SEQ, whole(1, 100_000), false, "从 1 起，一人一号，不要重复。")),
        wide(14, field(column::NAME, Entry::Free, true, "与身份证一致。少数民族姓名中间用“·”。")),
        wide(6, field(column::SEX, one_of(["男", "女"]), false, "")),
        wide(10, field(column::NATION, Entry::Free, false, "")),
        wide(21, field(column::ID, Entry::Length(18), false, "18位，按文本填写。按数字填写会丢掉后几位，无法恢复。")),
        wide(13, field(column::BORN, day_of_life(year), false, "如 1985-03-12。")),
        wide(13, field(column::JOINED, day_of_life(year), false, "如 2008-07-01；只知道年月的写 2008.07。")),
        wide(11, field(column::STATUS, one_of(["正式党员", "预备党员"]), false, "空着按正式党员。")),
        wide(15, field(column::CATEGORY, one_of(county.categories.iter().map(String::as_str)), true, "从列表中选。")),
        wide(14, field(column::POST, Entry::Free, false, "")),
        wide(8, field(column::FIRST_MONTH, month(), false, "年中调入、发展的，从几月起在本支部计分；空着为 1 月。")),
        wide(8, field(column::LAST_MONTH, month(), false, "年中调出的，到几月止；空着为 12 月。")),
        wide(16, field(column::EXEMPT, Entry::Free, false, "年老体弱、长期患病等经批准不计分的，写明原因；计分的空着。")),
        wide(11, field(column::DIRECT_GRADE, Entry::Free, false, "不计分的党员直接评定的等次或星级，如 合格、8星、合格/8星。")),
        wide(9, field(column::WILLING, one_of(["是", "否"]), false, "评为不合格的，本人是否愿意整改；空着为是。")),
        wide(12, field(column::HELPER, Entry::Free, false, "")),
        wide(16, field(column::REMARK, Entry::Free, false, "")),
    ];
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Empty, Value::from);
    let day = |day: Option<Day>| match day {
        None => Value::Empty,
        Some(Day::Known(date)) => Value::Date(date),
        Some(Day::Month(year, month)) => format!("{year}.{month:02}").into(),
    };
    let bound = |month: u8, whole: u8| if month == whole { Value::Empty } else { i64::from(month).into() };
    let rows: Vec<Vec<Value>> = roster
        .iter()
        .map(|member| {
            vec![
                member.seq.into(),
                member.name.as_str().into(),
                text(&member.sex),
                text(&member.nation),
                text(&member.id),
                day(member.born),
                day(member.joined),
                (if member.probationary { "预备党员" } else { "正式党员" }).into(),
                member.category.as_str().into(),
                text(&member.post),
                bound(member.first_month, 1),
                bound(member.last_month, 12),
                text(&member.exempt),
                text(&member.direct_grade),
                (if member.unwilling { "否" } else { "" }).into(),
                text(&member.helper),
                text(&member.remark),
            ]
        })
        .map(|row: Vec<Value>| {
            row.into_iter().map(|value| if value == Value::Text(String::new()) { Value::Empty } else { value }).collect()
        })
        .collect();
    let spare = if roster.is_empty() { branch.members.map_or(UNKNOWN_ROSTER, |members| members as usize) } else { SPARE };
    let served: Vec<&str> = categories.iter().map(|(category, _)| *category).collect();
    let note = format!("一人一行。本支部的积分登记表按这些类别准备：{}。有其他类别的党员，请与县里联系。", served.join("、"));
    let sheet = table(workbook::ROSTER.name, &note, columns, rows, spare, 2);
    Sheet { title: format!("{} 党员名册（{year}年度）", branch.name), ..sheet }
}

/// Members of these categories that are scored.
fn scored<'a>(roster: &'a [Listed], categories: &'a [&str]) -> impl Iterator<Item = &'a Listed> {
    roster.iter().filter(|member| member.exempt.is_none() && categories.contains(&member.category.as_str()))
}

/// One sheet of 积分登记.
pub fn entries(name_of_sheet: &str, scheme: &Scheme, categories: &[&str], roster: &[Listed], year: i32) -> Sheet {
    let rules = &scheme.member;
    let mut columns = vec![seq(), name(), period(&[rules.every])];
    let scorers: Vec<&str> = rules.scorers.iter().flat_map(|scorers| [scorers.own.as_str(), scorers.counts.as_str()]).collect();
    if !scorers.is_empty() {
        columns.push(wide(9, field(column::SCORER, one_of(scorers.iter().copied()), true, "两方各填一行。")));
    }
    if rules.dated {
        columns.push(wide(
            13,
            field(column::DATE, day_of(year), false, "哪一天的事。一天一行，同一期间可以加行；整个期间没有事的，留一行空着。"),
        ));
    }
    let items = || rules.items.iter().filter(|item| categories.iter().any(|category| item.applies_to(category)));
    columns.extend(items().map(|own| item(own, scheme)));
    let mut reasons: Vec<&str> = Vec::new();
    for reason in items().filter_map(|item| item.reason.as_deref()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
            columns.push(wide(24, field(reason, Entry::Free, false, "有加分的必须写明事由和时间。")));
        }
    }
    if rules.reviewed {
        columns.push(wide(10, field(column::RECORDER, Entry::Free, true, "")));
        columns.push(wide(10, field(column::REVIEWER, Entry::Free, true, "与记录人不能是同一个人。")));
    }
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for member in scored(roster, categories) {
        for period in rules.every.all().filter(|period| period.overlaps(member.first_month, member.last_month)) {
            let row = || vec![member.seq.into(), member.name.as_str().into(), Value::from(period.zh())];
            if scorers.is_empty() {
                rows.push(row());
            }
            rows.extend(scorers.iter().map(|scorer| row().into_iter().chain([Value::from(*scorer)]).collect()));
        }
    }
    let spare = if rows.is_empty() { UNKNOWN_ROSTER * usize::from(12 / rules.every.months()) } else { SPARE };
    let note = format!(
        "每名党员每个期间{}一行，只填到报送的期间为止，以后的行先空着。{}",
        if scorers.is_empty() { "" } else { "每个评分方" },
        maxima(items().map(|item| (item.name.as_str(), &item.max)))
    );
    let frozen = if scorers.is_empty() { 3 } else { 4 };
    table(name_of_sheet, &note, columns, rows, spare, frozen)
}

/// One sheet of 民主测评: as many ballots a member as there must be, and room for more.
pub fn ballots(name_of_sheet: &str, scheme: &Scheme, categories: &[&str], roster: &[Listed]) -> Option<Sheet> {
    let poll = scheme.poll.as_ref()?;
    let mut columns = vec![seq(), name(), wide(8, field(column::BALLOT, whole(1, 100_000), true, "第几张票。同一名党员的票号不要重复。"))];
    let words = || poll.words.iter().map(|(word, _)| word.as_str());
    columns.extend(poll.columns.iter().map(|(column, max)| {
        if !poll.words.is_empty() {
            return wide(12, field(column, one_of(words()), true, "从列表中选。"));
        }
        let note = format!("0～{}分。", plain(max));
        marks(column, max, scheme.decimals, true, &note)
    }));
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for member in scored(roster, categories) {
        rows.extend(
            (1..=i64::from(poll.min_ballots.max(1))).map(|number| vec![member.seq.into(), member.name.as_str().into(), number.into()]),
        );
    }
    let spare = if rows.is_empty() { UNKNOWN_ROSTER * poll.min_ballots.max(1) as usize } else { SPARE };
    let note = format!(
        "每名计分党员不少于{}票，一票一行；票数更多的在表尾接着填，票号往下排。年底填报。{}",
        poll.min_ballots.max(1),
        if poll.words.is_empty() {
            maxima(poll.columns.iter().map(|(name, max)| (name.as_str(), max)))
        } else {
            format!("填{}。", words().collect::<Vec<_>>().join("、"))
        }
    );
    Some(table(name_of_sheet, &note, columns, rows, spare, 3))
}

/// 奖惩, where a scheme looks at it.
pub fn adjustments(schemes: &[&Scheme], year: i32) -> Option<Sheet> {
    let kinds: Vec<_> = schemes.iter().filter_map(|scheme| scheme.adjustments.as_ref()).flat_map(|rules| &rules.kinds).collect();
    if kinds.is_empty() {
        return None;
    }
    let levels: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{}：{}", kind.name, kind.levels.iter().map(|(level, _)| level.as_str()).collect::<Vec<_>>().join("、")))
        .collect();
    let columns = vec![
        seq(),
        name(),
        wide(15, field(column::KIND, one_of(kinds.iter().map(|kind| kind.name.as_str())), true, "从列表中选。")),
        wide(
            11,
            field(
                column::LEVEL,
                one_of(kinds.iter().flat_map(|kind| &kind.levels).map(|(level, _)| level.as_str())),
                true,
                &levels.join("\n"),
            ),
        ),
        wide(30, field(column::REASON, Entry::Free, true, "因什么受到表彰、处分或通报批评。")),
        wide(13, field(column::DATE, day_of(year), true, "文件上的日期。")),
        wide(22, field(column::DOCUMENT, Entry::Free, false, "")),
    ];
    Some(table(workbook::ADJUSTMENTS.name, "一人一事一行；没有的空着。", columns, Vec::new(), 20, 2))
}

/// 一票否决, where a scheme has such facts.
pub fn vetoes(schemes: &[&Scheme], year: i32) -> Option<Sheet> {
    let facts: Vec<&str> =
        schemes.iter().filter_map(|scheme| scheme.veto.as_ref()).flat_map(|veto| veto.facts.iter().map(String::as_str)).collect();
    if facts.is_empty() {
        return None;
    }
    let columns = vec![
        seq(),
        name(),
        wide(30, field(column::FACT, one_of(facts), true, "从列表中选。")),
        wide(36, field(column::GROUNDS, Entry::Free, true, "认定的文件或决定。")),
        wide(13, field(column::DATE, day_of(year), false, "")),
    ];
    Some(table(workbook::VETOES.name, "一人一事一行；没有的空着。", columns, Vec::new(), 10, 2))
}

/// 评优推荐, where a scheme has honours.
pub fn nominations(schemes: &[&Scheme]) -> Option<Sheet> {
    let honours: Vec<_> = schemes.iter().flat_map(|scheme| &scheme.honours).collect();
    if honours.is_empty() {
        return None;
    }
    let mut lengths: Vec<Every> = honours.iter().map(|honour| honour.every).collect();
    lengths.sort();
    lengths.dedup();
    let columns = vec![
        seq(),
        name(),
        wide(14, field(column::HONOUR, one_of(honours.iter().map(|honour| honour.name.as_str())), true, "从列表中选。")),
        period(&lengths),
    ];
    Some(table(workbook::NOMINATIONS.name, "一人一项一行；名额有限，超出名额的全部无效。", columns, Vec::new(), 20, 2))
}

/// 支部积分, where the scheme scores branches.
pub fn branch_scores(scheme: &Scheme) -> Option<Sheet> {
    let rules = scheme.branch.as_ref()?;
    let most = rules.items.iter().map(|item| &item.max).max()?;
    let columns = vec![
        wide(16, field(column::ITEM, one_of(rules.items.iter().map(|item| item.name.as_str())), true, "从列表中选。")),
        period(&[rules.every]),
        marks(column::OWN_SCORE, most, scheme.decimals, false, "支部自评。"),
        marks(column::REVIEWED_SCORE, most, scheme.decimals, true, "上级审核后的得分，以此为准。"),
    ];
    let rows = rules
        .every
        .all()
        .flat_map(|period: Period| rules.items.iter().map(move |item| vec![item.name.as_str().into(), period.zh().into()]))
        .collect();
    let note = format!("每个项目每个期间一行。{}", maxima(rules.items.iter().map(|item| (item.name.as_str(), &item.max))));
    let mut sheet = table(workbook::BRANCH_SCORES.name, &note, columns, rows, 0, 2);
    if let Body::Table { limits, .. } = &mut sheet.body {
        *limits = rules.every.all().flat_map(|_| rules.items.iter().map(|item| decimal(&item.max))).collect();
    }
    Some(sheet)
}
