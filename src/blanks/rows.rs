//! Sheets of the blank workbook: their columns, and a row for every member and period that is known.

use super::columns::{
    bounds, day_of, day_of_life, decimal, field, item, item_rule, marks, maxima, name, one_of, period, plain, seq, whole, wide,
};
use super::{County, Listed, SIGNATURES, deadlines};
use crate::county::Branch;
use crate::period::{Every, Period};
use crate::scheme::{Honour, Item, ItemKind, Most, Poll, QuotaBase, Rounding, Scheme};
use crate::submission::{Day, Reason};
use crate::table::Value;
use crate::workbook::{self, column};
use crate::xlsx::blank::{Body, Column, Entry, Sheet};

/// Members of a branch of which neither roster nor number is known.
pub const UNKNOWN_ROSTER: usize = 30;
/// In a table that is narrower those who sign have two lines.
const NARROW: u16 = 80;
/// Empty rows below what is filled in.
const SPARE: usize = 10;

/// A branch's members, as far as they are known.
pub struct Members<'a> {
    /// The last roster; empty if none is known.
    pub roster: &'a [Listed],
    /// Their categories; of other categories there is nobody yet.
    pub categories: &'a [&'a str],
    /// How many rows a roster that is not known will need.
    pub expected: usize,
    /// First and last month of the branch itself: they bound the months of those of whom none are written.
    pub months: (u8, u8),
}

impl Members<'_> {
    /// Members of these categories that are scored.
    fn scored<'a>(&'a self, categories: &'a [&'a str]) -> impl Iterator<Item = &'a Listed> {
        self.roster.iter().filter(|member| member.exempt.is_none() && categories.contains(&member.category.as_str()))
    }

    /// True if a member is expected in a period.
    fn expects(&self, member: &Listed, period: Period) -> bool {
        let first = if member.first_month == 1 { self.months.0 } else { member.first_month };
        let last = if member.last_month == 12 { self.months.1 } else { member.last_month };
        period.overlaps(first, last)
    }

    /// Empty rows below those that are filled in, at so many a member.
    fn spare(&self, categories: &[&str], each: usize) -> usize {
        let may_be_all = self.roster.is_empty() && categories.iter().any(|category| self.categories.contains(category));
        if may_be_all { self.expected * each } else { SPARE }
    }
}

fn table(name: &str, note: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>, spare: usize, frozen: u16) -> Sheet {
    let landscape = columns.len() > 7;
    let [filled_in, secretary, seal] = SIGNATURES;
    let gap = "\u{3000}".repeat(6);
    let narrow = columns.iter().map(|column| column.width).sum::<u16>() < NARROW;
    let signatures = format!("{filled_in}{gap}{secretary}{}{seal}", if narrow { "\n" } else { &gap });
    Sheet {
        name: name.to_owned(),
        title: name.to_owned(),
        note: note.to_owned(),
        body: Body::Table { columns, rows, spare, frozen, limits: Vec::new(), filter: false },
        landscape,
        foot: vec![signatures],
    }
}

/// 党员名册.
pub fn roster(county: &County<'_>, branch: &Branch, roster: &[Listed]) -> Sheet {
    let year = county.year;
    let month = || whole(1, 12);
    let columns = vec![
        wide(7, field(column::SEQ, whole(1, 100_000), false, "从 1 起，一人一号，不要重复。")),
        wide(14, field(column::NAME, Entry::Free, true, "与身份证一致。少数民族姓名中间用“·”。")),
        wide(6, field(column::SEX, one_of(["男", "女"]), false, "")),
        wide(10, field(column::NATION, Entry::Free, false, "如 汉族。")),
        wide(21, field(column::ID, Entry::Length(18), false, "18位，按文本填写。按数字填写会丢掉后几位，无法恢复。")),
        wide(13, field(column::BORN, day_of_life(year), false, "如 1985-03-12。")),
        wide(13, field(column::JOINED, day_of_life(year), false, "如 2008-07-01；只知道年月的写 2008.07。")),
        wide(11, field(column::STATUS, one_of(["正式党员", "预备党员"]), false, "空着按正式党员。")),
        wide(15, field(column::CATEGORY, one_of(county.categories.iter().map(String::as_str)), true, "从列表中选。")),
        wide(14, field(column::POST, Entry::Free, false, "在党支部担任的职务，如 支部书记、组织委员；没有的空着。")),
        wide(
            8,
            field(
                column::FIRST_MONTH,
                month(),
                false,
                "年中新发展的，从几月起在本支部计分；空着为 1 月。转入的填后面的转入日期，这里空着。",
            ),
        ),
        wide(8, field(column::LAST_MONTH, month(), false, "到几月止在本支部计分；空着为 12 月。人已经离开的填后面的离开日期，这里空着。")),
        wide(13, field(column::ARRIVED, day_of(year), false, "年中从别的支部转来的，填转入的日期，从那个月起计分。")),
        wide(18, field(column::FORMER_BRANCH, Entry::Free, false, "从本县哪个支部转来，写支部的全称或编码。")),
        wide(
            13,
            field(column::LEFT, day_of(year), false, "去世、转走、出党的，填哪一天；算到那个月为止，那个月的登记仍要填，不再需要测评票。"),
        ),
        wide(12, field(column::LEAVING_REASON, one_of(Reason::words()), false, "从列表中选。不会印在公示栏上。")),
        wide(13, field(column::CONFIRMED, day_of(year), false, "预备党员今年转正的，填转正的日期，从那个月起按正式党员。")),
        wide(
            16,
            field(
                column::EXEMPT,
                Entry::Free,
                false,
                "年老体弱、长期患病等，经支部讨论、上级党组织批准，本年不参加积分的，写明原因。只存档，不公示。参加积分的空着。",
            ),
        ),
        wide(
            11,
            field(
                column::DIRECT_GRADE,
                Entry::Free,
                false,
                "只有免积分的党员填：不计分，由支部直接评定的等次或星级，如 合格、8星、合格/8星。年底填。",
            ),
        ),
        wide(
            9,
            field(
                column::WILLING,
                one_of(["是", "否"]),
                false,
                "年底评为不合格的，本人是否愿意限期整改：愿意的发限期整改通知书，不愿意的写“否”；空着为是。",
            ),
        ),
        wide(12, field(column::HELPER, Entry::Free, false, "评为不合格、需要整改的党员，由谁帮带，写姓名；没有的空着。")),
        wide(16, field(column::REMARK, Entry::Free, false, "")),
    ];
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Empty, Value::from);
    let day = |day: Option<Day>| match day {
        None => Value::Empty,
        Some(Day::Known(date)) => Value::Date(date),
        Some(Day::Month(year, month)) => format!("{year}.{month:02}").into(),
    };
    // A month that a date beside it tells need not be written.
    let bound = |month: u8, whole: u8, dated: bool| if month == whole || dated { Value::Empty } else { i64::from(month).into() };
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
                bound(member.first_month, 1, member.arrived.is_some()),
                bound(member.last_month, 12, member.left.is_some()),
                day(member.arrived),
                text(&member.former),
                day(member.left),
                member.reason.map_or(Value::Empty, |reason| reason.zh().into()),
                day(member.confirmed),
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
    let note = "一人一行。新调入、发展的党员加在最后；类别从列表中选，积分登记在该类别的表上。";
    let sheet = table(workbook::ROSTER.name, note, columns, rows, spare, 2);
    Sheet { title: format!("{} 党员名册（{year}年度）", branch.name), ..sheet }
}

/// One sheet of 积分登记.
pub fn entries(name_of_sheet: &str, scheme: &Scheme, categories: &[&str], members: &Members<'_>, county: &County<'_>) -> Sheet {
    let rules = &scheme.member;
    let mut columns = vec![seq(), name(), period(&[rules.every])];
    let scorers: Vec<&str> = rules.scorers.iter().flat_map(|scorers| [scorers.own.as_str(), scorers.counts.as_str()]).collect();
    if !scorers.is_empty() {
        columns.push(wide(9, field(column::SCORER, one_of(scorers.iter().copied()), true, "两方各填一行。")));
    }
    if rules.dated {
        columns.push(wide(
            13,
            field(column::DATE, day_of(county.year), false, "哪一天的事。一天一行，同一期间可以加行；整个期间没有事的，留一行空着。"),
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
    // By period: a branch fills in one period at a time.
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for period in rules.every.all() {
        for member in members.scored(categories).filter(|member| members.expects(member, period)) {
            let row = || vec![member.seq.into(), member.name.as_str().into(), Value::from(period.zh())];
            if scorers.is_empty() {
                rows.push(row());
            }
            rows.extend(scorers.iter().map(|scorer| row().into_iter().chain([Value::from(*scorer)]).collect()));
        }
    }
    let here: Vec<&str> = categories.iter().copied().filter(|category| members.categories.contains(category)).collect();
    let whose =
        if here.is_empty() { format!("支部有{}的才填这张表；没有的空着。", categories.join("、")) } else { String::new() };
    let note = format!(
        "{whose}每名党员每个期间{}一行，只填到报送的期间为止，以后的行先空着。{}{}",
        if scorers.is_empty() { "" } else { "每个评分方" },
        bounds(&items()),
        deadlines(county, |period| rules.scores(period.every())).unwrap_or_default()
    );
    let frozen = if scorers.is_empty() { 3 } else { 4 };
    let spare = members.spare(categories, usize::from(12 / rules.every.months()));
    filtered(table(name_of_sheet, &note, columns, rows, spare, frozen))
}

/// With arrows in the headings, which a protected sheet allows.
fn filtered(mut sheet: Sheet) -> Sheet {
    if let Body::Table { filter, .. } = &mut sheet.body {
        *filter = true;
    }
    sheet
}

/// One sheet of 民主测评: as many ballots a member as there must be, and room for more. By ballot: whoever types them in holds
/// one voter's paper at a time.
pub fn ballots(name_of_sheet: &str, scheme: &Scheme, categories: &[&str], members: &Members<'_>) -> Option<Sheet> {
    if scheme.polls.is_empty() {
        return None;
    }
    let (tells, by_period) = (scheme.tells_voters(), scheme.polls_by_period());
    let mut columns = vec![seq(), name()];
    if tells {
        let bodies = one_of(scheme.polls.iter().map(|poll| poll.name.as_str()));
        columns.push(wide(14, field(column::VOTERS, bodies, true, "谁投的票，从列表中选。")));
    }
    if by_period {
        let mut lengths: Vec<Every> = scheme.polls.iter().map(|poll| poll.every).collect();
        lengths.sort();
        lengths.dedup();
        columns.push(period(&lengths));
    }
    let frozen = columns.len() as u16 + 1;
    columns.push(wide(8, field(column::BALLOT, whole(1, 100_000), true, "第几张票。同一名党员的票号不要重复。")));
    let mut asked: Vec<&str> = Vec::new();
    for (heading, _) in scheme.polls.iter().flat_map(|poll| &poll.columns) {
        if !asked.contains(&heading.as_str()) {
            asked.push(heading);
        }
    }
    columns.extend(asked.iter().map(|heading| points(scheme, heading)));
    let least = |at: usize| scheme.polls[at].min_ballots.max(1);
    let votes = scheme.votes_in(Period::YEAR);
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (at, when) in &votes {
        for number in 1..=least(*at) {
            for member in members.scored(categories).filter(|member| *when == Period::YEAR || members.expects(member, *when)) {
                let mut row: Vec<Value> = vec![member.seq.into(), member.name.as_str().into()];
                row.extend(tells.then(|| scheme.polls[*at].name.as_str().into()));
                row.extend(by_period.then(|| when.zh().as_str().into()));
                row.push(i64::from(number).into());
                rows.push(row);
            }
        }
    }
    let spare = members.spare(categories, votes.iter().map(|(at, _)| least(*at) as usize).sum());
    let told: Vec<String> =
        scheme.polls.iter().enumerate().map(|(at, poll)| format!("{}{}票", if tells { &poll.name } else { "" }, least(at))).collect();
    let order =
        [(by_period, "期间、"), (tells, "评议方、")].into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word).collect::<String>();
    let note = format!(
        "按{order}票号排列：一张测评票上的各名党员排在一起，每名党员一行。每名计分党员不少于{}；票数更多的在表尾接着填，票号往下排。{}{}",
        told.join("、"),
        if by_period { "每期期末填报，以后各期的行先空着。" } else { "年底填报。" },
        filled_with(scheme)
    );
    Some(filtered(table(name_of_sheet, &note, columns, rows, spare, frozen)))
}

/// The column of a heading that some poll has: of polls that have it in common what any of them takes.
fn points(scheme: &Scheme, heading: &str) -> Column {
    let own = |poll: &&Poll| poll.columns.iter().any(|(name, _)| name == heading);
    let polls: Vec<&Poll> = scheme.polls.iter().filter(own).collect();
    let required = polls.len() == scheme.polls.len();
    let words = || polls.iter().flat_map(|poll| &poll.words).map(|(word, _)| word.as_str());
    if polls.iter().all(|poll| !poll.words.is_empty()) {
        return wide(12, field(heading, one_of(words()), required, "从列表中选。"));
    }
    let max = |poll: &&Poll| poll.columns.iter().find(|(name, _)| name == heading).map(|(_, max)| max.clone()).unwrap_or_default();
    let most = polls.iter().map(max).max().unwrap_or_default();
    let note = format!("0～{}分。", plain(&most));
    let column = marks(heading, &most, scheme.decimals, required, &note);
    // Numbers of one body and words of another.
    if words().next().is_some() { Column { entry: Entry::Free, ..column } } else { column }
}

/// `填好、一般、差。`, `满分：评议分 20。`; of several bodies each by itself.
fn filled_with(scheme: &Scheme) -> String {
    let told = |poll: &Poll| {
        if poll.words.is_empty() {
            maxima(poll.columns.iter().map(|(name, max)| (name.as_str(), max)))
        } else {
            format!("填{}。", poll.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join("、"))
        }
    };
    match scheme.polls.as_slice() {
        [only] => told(only),
        several => several.iter().map(|poll| poll.name.clone() + &told(poll)).collect(),
    }
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

/// 评优推荐, where a scheme has honours. `here` are the branch's categories with their schemes: how many it may name follows
/// from its own members.
pub fn nominations(schemes: &[&Scheme], here: &[(&str, &Scheme)], members: &Members<'_>) -> Option<Sheet> {
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
    let mut told: Vec<&str> = Vec::new();
    let mut quotas: Vec<String> = Vec::new();
    for (_, scheme) in here {
        if !told.contains(&scheme.id.as_str()) {
            told.push(&scheme.id);
            let own: Vec<&str> = here.iter().filter(|(_, other)| other.id == scheme.id).map(|(category, _)| *category).collect();
            quotas.extend(scheme.honours.iter().map(|honour| quota(honour, &own, members)));
        }
    }
    let note = format!("一人一项一行。{}。超出名额的全部无效。", quotas.join("；"));
    Some(table(workbook::NOMINATIONS.name, &note, columns, Vec::new(), 20, 2))
}

/// `季度之星每季度2名`: what the honour allows this branch, or the rule if that shows only later.
fn quota(honour: &Honour, categories: &[&str], members: &Members<'_>) -> String {
    let few = if honour.min_members > 0 { format!("，不足{}人的支部没有名额", honour.min_members) } else { String::new() };
    let (share, rounding) = match &honour.most {
        Most::Count(count) if few.is_empty() => return format!("{}不超过{count}名", honour.name),
        Most::Count(count) => return format!("{}不超过{count}名（{}）", honour.name, few.trim_start_matches('，')),
        Most::Share(share, rounding) => (crate::scheme::share(share), *rounding),
    };
    let rounded = match rounding {
        Rounding::Floor => "舍去小数",
        Rounding::Ceil => "小数进位",
        Rounding::Nearest => "四舍五入",
    };
    if honour.of != QuotaBase::Expected || members.roster.is_empty() {
        let of = match (honour.of, honour.stars) {
            (QuotaBase::Stars, Some(stars)) => format!("{stars}星以上党员"),
            (QuotaBase::Graded, _) => "评定等次的党员".to_owned(),
            _ => "计分党员".to_owned(),
        };
        return format!("{}不超过{of}的{share}（{rounded}{few}）", honour.name);
    }
    let in_period = |member: &&Listed, period: Period| members.expects(member, period);
    let allowed: Vec<(Period, i64)> = honour
        .every
        .all()
        .map(|period| {
            let base = members.scored(categories).filter(|member| in_period(member, period)).count();
            (period, honour.quota(base, members.roster.iter().filter(|member| in_period(member, period)).count()))
        })
        .collect();
    let each = crate::scheme::each_word(honour.every);
    match allowed.as_slice() {
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => match first {
            0 => format!("本支部没有“{}”名额（计分党员的{share}，{rounded}{few}），请勿推荐", honour.name),
            several => format!("本支部“{}”{each}{several}名", honour.name),
        },
        several => {
            let each: Vec<String> = several.iter().map(|(period, count)| format!("{}{count}名", period.zh())).collect();
            format!("本支部“{}”{}", honour.name, each.join("、"))
        }
    }
}

/// 支部积分, where the scheme scores branches.
pub fn branch_scores(scheme: &Scheme, members: &Members<'_>) -> Option<Sheet> {
    let rules = scheme.branch_sheet()?;
    let most = rules.items.iter().map(|item| &item.max).max()?;
    // Counts, deductions and words have bounds of their own, which a column of several items cannot.
    let all_marks = rules.items.iter().all(|item| item.kind == ItemKind::Mark && item.words.is_empty());
    let standard = |item: &Item| item.standard.as_deref().map(|standard| format!("{standard}；")).unwrap_or_default();
    let how: Vec<String> = rules.items.iter().map(|item| format!("{}：{}{}", item.name, standard(item), item_rule(item, scheme))).collect();
    let standards: Vec<String> =
        rules.items.iter().filter_map(|item| Some(format!("{}：{}", item.name, item.standard.as_deref()?))).collect();
    let score = |heading: &str, required: bool, note: &str| {
        if all_marks {
            return marks(heading, most, scheme.decimals, required, note);
        }
        wide(12, field(heading, Entry::Free, required, &format!("{note}\n{}", how.join("\n"))))
    };
    let columns = vec![
        wide(
            16,
            field(
                column::ITEM,
                one_of(rules.items.iter().map(|item| item.name.as_str())),
                true,
                &std::iter::once("从列表中选。".to_owned()).chain(standards).collect::<Vec<_>>().join("\n"),
            ),
        ),
        period(&[rules.every]),
        score(column::OWN_SCORE, false, "支部自评。"),
        score(column::REVIEWED_SCORE, true, "上级审核后的得分，以此为准。"),
    ];
    let (first, last) = members.months;
    let periods: Vec<Period> = rules.every.all().filter(|period| period.overlaps(first, last)).collect();
    let rows =
        periods.iter().flat_map(|period| rules.items.iter().map(move |item| vec![item.name.as_str().into(), period.zh().into()])).collect();
    let filled = if all_marks { maxima(rules.items.iter().map(|item| (item.name.as_str(), &item.max))) } else { how.join("") };
    let note = format!("每个项目每个期间一行。{filled}");
    let mut sheet = table(workbook::BRANCH_SCORES.name, &note, columns, rows, 0, 2);
    if let Body::Table { limits, .. } = &mut sheet.body
        && all_marks
    {
        *limits = periods.iter().flat_map(|_| rules.items.iter().map(|item| decimal(&item.max))).collect();
    }
    Some(filtered(sheet))
}
