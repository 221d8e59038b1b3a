//! What branches enter: items, who marks them, ballots, adjustments, and the values behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Exact;
use crate::period::Every;

use super::fault::near;
use super::formula::{RESERVED, SELECTORS};
use super::model::{
    AdjustmentKind, Adjustments, Amount, CapPer, Change, Item, ItemKind, Measure, Points, Poll, Scorers, Stacking, Step, Value, ZeroIf,
};
use super::table::{Keys, LENGTHS, Node, Reader, Written, parse_number};

/// Largest entry that fits the compact marks of a submission.
const LARGEST_ENTRY: i64 = 100_000;

/// Headings that sheets have for themselves.
const HEADINGS: [&str; 10] = ["序号", "姓名", "期间", "评分方", "记录人", "复核人", "备注", "日期", "票号", "票数"];

/// `[entries]`.
pub(super) struct Entries {
    pub every: Every,
    pub scorers: Option<Scorers>,
    pub reviewed: bool,
    pub dated: bool,
}

pub(super) fn entries<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, of_branch: bool) -> Entries {
    let none = Entries { every: Every::Year, scorers: None, reviewed: false, dated: false };
    let Some(mut keys) = reader.table(parent, "entries") else { return none };
    let every = reader.choice(&mut keys, "every", &LENGTHS).unwrap_or(Every::Year);
    let scorers = reader.optional_table(&mut keys, "scorers").map(|mut keys| {
        let (own, counts) = (reader.text(&mut keys, "own"), reader.text(&mut keys, "counts"));
        if own.value == counts.value && !own.value.is_empty() {
            reader.fault(&counts.span, "自评与计分的两方不能同名", "the two parties must have different names");
        }
        let gap = reader.optional_number(&mut keys, "gap").map(|gap| gap.value);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        reader.sample(origin, || format!("{}与{}相差上限", own.value, counts.value));
        Scorers { counts: counts.value, own: own.value, gap, origin }
    });
    let (reviewed, dated) = (reader.flag(&mut keys, "reviewed"), reader.flag(&mut keys, "dated"));
    if of_branch && (reviewed || dated) {
        let place = keys.place(if dated { "dated" } else { "reviewed" });
        reader.fault(&place, "支部积分没有这一项", "the branch's own sheet has no such column");
    }
    if dated && scorers.is_some() {
        let place = keys.place("dated");
        reader.fault(&place, "按日期登记的，不能再分评分方", "dated rows cannot have two parties");
    }
    reader.finish(keys);
    Entries { every, scorers, reviewed, dated }
}

/// `[value.…]`.
pub(super) fn values<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Vec<(Arc<Value>, Option<Written<String>>, Written<String>)> {
    let mut values = Vec::new();
    for (id, node) in reader.named(parent, "value") {
        let Some(mut keys) = reader.as_table(node, "value") else { continue };
        usable_name(reader, &id);
        let name = reader.text(&mut keys, "name").value;
        let number = reader.number(&mut keys, "value").value;
        let by_category = by_category(reader, &mut keys);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        let share_of = reader.optional_text(&mut keys, "share_of");
        reader.sample(origin, || format!("{name}{number}"));
        let changes = changes(reader, &mut keys, &name);
        reader.finish(keys);
        values.push((Arc::new(Value { id: id.value.clone(), name, value: number, by_category, changes, clause, origin }), share_of, id));
    }
    values
}

fn by_category<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> BTreeMap<String, Exact> {
    let mut numbers = BTreeMap::new();
    for (category, node) in reader.named(keys, "by_category") {
        reader.known_category(&category);
        if let Some(number) = reader.as_number(node, &category.value) {
            numbers.insert(category.value, number.value);
        }
    }
    numbers
}

fn changes<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, name: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for node in reader.list(keys, "changes") {
        let Some(mut keys) = reader.as_table(node, "changes") else { continue };
        let from = reader.date(&mut keys, "from");
        let value = reader.number(&mut keys, "value").value;
        let by_category = by_category(reader, &mut keys);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        let Some(from) = from else { continue };
        if let Some(last) = changes.last()
            && from.value <= last.from
        {
            reader.fault(
                &from.span,
                format!("日期要从早到晚写，{} 不晚于上面的 {}", from.value, last.from),
                format!("dates must rise: {} is not after {} above it", from.value, last.from),
            );
        }
        reader.sample(origin, || format!("{name}{value}（{}起）", from.value));
        changes.push(Change { from: from.value, value, by_category, clause, origin });
    }
    changes
}

/// A name that formulas may use without quotes, and that they do not have for themselves.
pub(super) fn usable_name(reader: &mut Reader<'_>, name: &Written<String>) {
    let said = &name.value;
    if RESERVED.contains(&said.as_str()) {
        reader.fault(
            &name.span,
            format!("“{said}”是算式自己的词，请换一个名字"),
            format!("`{said}` is a word of formulas; choose another name"),
        );
    }
    let begins = said.starts_with(|c: char| c.is_alphabetic());
    if !said.is_empty() && (!begins || said.ends_with('-') || !said.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')) {
        reader.fault(
            &name.span,
            format!("“{said}”不能用作名字：要以字母或汉字开头，只能有字母、汉字、数字、_ 和 -"),
            format!("`{said}` cannot be a name: it begins with a letter and holds letters, digits, _ and - only"),
        );
    }
}

/// A number of an item's rule, or the name of a value.
fn amount<'t>(reader: &mut Reader<'t>, node: Node<'t>, key: &str, values: &[Arc<Value>]) -> Option<Amount> {
    if let Some(text) = node.get_ref().as_str()
        && parse_number(text).is_none()
    {
        if let Some(value) = values.iter().find(|value| value.id == text) {
            return Some(Amount::Value(Arc::clone(value)));
        }
        let (near_zh, near_en) = near(text, values.iter().map(|value| value.id.as_str()));
        reader.fault(
            &node.span(),
            format!("“{key}”应是数字，或 [value] 里的名字；没有叫“{text}”的{near_zh}"),
            format!("`{key}` must be a number or the name of a value; there is no `{text}`{near_en}"),
        );
        return None;
    }
    reader.as_number(node, key).map(|number| Amount::Number(number.value))
}

fn optional_amount<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str, values: &[Arc<Value>]) -> Option<Amount> {
    keys.get(key).and_then(|node| amount(reader, node, key, values))
}

/// `[[item]]`. Their names come along with their places.
pub(super) fn items<'t>(
    reader: &mut Reader<'t>,
    parent: &mut Keys<'t>,
    entries: &Entries,
    values: &[Arc<Value>],
) -> (Vec<Item>, Vec<Written<String>>) {
    let mut items: Vec<Item> = Vec::new();
    let mut names: Vec<Written<String>> = Vec::new();
    let mut shares: Vec<(usize, usize, Written<String>)> = Vec::new();
    let tables = reader.tables(parent, "item");
    if tables.is_empty() {
        reader.fault(&parent.span.clone(), "一个项目 [[item]] 也没有", "there is no [[item]]");
    }
    for mut keys in tables {
        let name = reader.text(&mut keys, "name");
        heading(reader, &name);
        let kinds = [("mark", ItemKind::Mark), ("deduct", ItemKind::Deduct), ("bonus", ItemKind::Bonus), ("count", ItemKind::Count)];
        let kind = reader.choice(&mut keys, "kind", &kinds).unwrap_or(ItemKind::Mark);
        let max = reader.number(&mut keys, "max");
        // A maximum that is missing or no number is said already, and stands at the table.
        if max.span != keys.span && (max.value <= Exact::zero() || max.value > Exact::from(LARGEST_ENTRY)) {
            reader.fault(
                &max.span,
                format!("“max”要大于 0，不超过 {LARGEST_ENTRY}"),
                format!("`max` must be above 0 and at most {LARGEST_ENTRY}"),
            );
        }
        let origin = reader.origin(&mut keys, "origin");
        let max_origin = reader.optional_origin(&mut keys, "max_origin").unwrap_or(origin);
        let group = reader.optional_text(&mut keys, "group");
        if let Some(group) = group.as_ref().filter(|group| SELECTORS.contains(&group.value.as_str()) || group.value == "poll") {
            reader.fault(
                &group.span,
                format!("“{}”是算式自己的词，请换一个名字", group.value),
                format!("`{}` is a word of formulas; choose another name", group.value),
            );
        }
        let categories = reader.texts(&mut keys, "categories");
        for category in &categories {
            reader.known_category(category);
        }
        reader.unique(("类别", "category"), &categories);
        let points = points(reader, &mut keys, kind, values);
        let highest_only = reader.flag(&mut keys, "highest_only");
        let caps = caps(reader, &mut keys, entries, values);
        let start = optional_amount(reader, &mut keys, "start", values);
        let zero_if = zero_if(reader, &mut keys, items.len(), &mut shares);
        let floor = optional_amount(reader, &mut keys, "floor", values);
        let ceiling = optional_amount(reader, &mut keys, "ceiling", values);
        if let (Some(Amount::Number(low)), Some(Amount::Number(high))) = (&floor, &ceiling)
            && low > high
        {
            let place = keys.place("floor");
            reader.fault(&place, "floor（最低）高于 ceiling（最高）", "`floor` lies above `ceiling`");
        }
        let each = reader.optional_choice(&mut keys, "each", &LENGTHS);
        if each.is_some_and(|each| each < entries.every) {
            let place = keys.place("each");
            reader.fault(
                &place,
                format!("“each”短于登记周期 {}", entries.every.word()),
                format!("`each` is shorter than the entries' `{}`", entries.every.word()),
            );
        }
        let reason = reader.optional_text(&mut keys, "reason");
        if let Some(reason) = &reason {
            heading(reader, reason);
        }
        let optional = reader.flag(&mut keys, "optional");
        if optional && kind == ItemKind::Mark {
            let place = keys.place("optional");
            reader.fault(&place, "评分项目的列不能省略", "the column of marks cannot be optional");
        }
        let clause = reader.clause(&mut keys);
        reader.finish(keys);
        reader.sample(origin, || format!("项目“{}”", name.value));
        reader.sample(max_origin, || format!("“{}”上限{}", name.value, max.value));
        items.push(Item {
            name: name.value.clone(),
            group: group.map(|group| group.value).unwrap_or_default(),
            kind,
            max: max.value,
            categories: categories.into_iter().map(|category| category.value).collect(),
            points,
            highest_only,
            caps,
            start,
            zero_if,
            floor,
            ceiling,
            each,
            reason: reason.map(|reason| reason.value),
            optional,
            clause,
            origin,
            max_origin,
        });
        names.push(name);
    }
    reader.unique(("项目", "item"), &names);
    for (item, condition, of) in shares {
        let found = items.iter().position(|other| other.name == of.value);
        if let Some(other) = found.filter(|other| *other != item) {
            items[item].zero_if[condition].measure = Measure::ShareOf(other);
        } else {
            let (near_zh, near_en) = near(&of.value, items.iter().map(|item| item.name.as_str()));
            reader.fault(
                &of.span,
                format!("“of”要写另一个项目的名称，没有叫“{}”的{near_zh}", of.value),
                format!("`of` must name another item; there is no `{}`{near_en}", of.value),
            );
        }
    }
    for name in &names {
        if items.iter().any(|item| item.group == name.value) {
            reader.fault(
                &name.span,
                format!("“{}”既是项目又是分组，算式里分不清", name.value),
                format!("`{}` is both an item and a group; a formula could not tell them apart", name.value),
            );
        }
        if items.iter().any(|item| item.reason.as_ref() == Some(&name.value)) {
            reader.fault(
                &name.span,
                format!("“{}”既是项目又是事由列", name.value),
                format!("`{}` is both an item and a column of reasons", name.value),
            );
        }
    }
    (items, names)
}

/// Names that stand as headings on sheets: found again only where they are written as headings are read.
fn heading(reader: &mut Reader<'_>, name: &Written<String>) {
    let said = &name.value;
    if HEADINGS.contains(&said.as_str()) || SELECTORS.contains(&said.as_str()) || said == "poll" {
        reader.fault(
            &name.span,
            format!("“{said}”已另有用处，请换一个名称"),
            format!("`{said}` has a meaning of its own; choose another name"),
        );
    }
    let unreadable =
        |c: char| c.is_whitespace() || c == '(' || c == ')' || ('\u{FF01}'..='\u{FF5E}').contains(&c) && c != '，' && c != '；';
    if said.chars().any(unreadable) || said.ends_with([':', '：']) {
        reader.fault(
            &name.span,
            format!("“{said}”不能用作表头：不要有空格、括号、全角字母数字和末尾的冒号"),
            format!("`{said}` cannot be a heading: no blanks, parentheses, full-width letters, nor a colon at its end"),
        );
    }
}

fn points<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, kind: ItemKind, values: &[Arc<Value>]) -> Option<Points> {
    let each = optional_amount(reader, keys, "points", values).map(Points::Each);
    let written = reader.list(keys, "steps");
    let mut steps = Vec::new();
    for node in &written {
        if node.get_ref().as_str() == Some("zero") {
            steps.push(Step::Zero);
        } else if let Some(number) = reader.as_number(node, "steps") {
            steps.push(Step::Points(number.value));
        }
    }
    let places = (keys.place("points"), keys.place("steps"));
    if let (Some(_), false) = (&each, written.is_empty()) {
        reader.fault(&places.1, "“points”和“steps”只能写一个", "give either `points` or `steps`");
    }
    if kind != ItemKind::Count && (each.is_some() || !written.is_empty()) {
        let place = if each.is_some() { places.0.clone() } else { places.1.clone() };
        reader.fault(&place, "只有按次数登记的项目（kind = \"count\"）才有每次的分值", "only an item of kind \"count\" has points a time");
    }
    if let Some(end) = steps.iter().position(|step| *step == Step::Zero)
        && end + 1 < steps.len()
    {
        reader.fault(&places.1, "“zero”之后不能再有分值", "nothing can follow \"zero\"");
    }
    let sign = |negative: bool| steps.iter().any(|step| matches!(step, Step::Points(p) if !p.is_zero() && p.is_negative() == negative));
    if sign(true) && sign(false) {
        reader.fault(&places.1, "“steps”里不能既有加分又有扣分", "`steps` mixes bonuses and deductions");
    }
    each.or((!steps.is_empty()).then_some(Points::Steps(steps)))
}

fn caps<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, entries: &Entries, values: &[Arc<Value>]) -> Vec<(CapPer, Amount)> {
    let mut caps = Vec::new();
    for (word, node) in reader.named(keys, "cap") {
        let lengths = [("day", CapPer::Day)].into_iter().chain(LENGTHS.map(|(word, every)| (word, CapPer::Period(every))));
        let Some(per) = reader.choose(&word, "cap", &lengths.collect::<Vec<_>>()) else { continue };
        let told = match per {
            _ if entries.dated => true,
            CapPer::Day => false,
            CapPer::Period(every) => every >= entries.every,
        };
        if !told {
            reader.fault(
                &word.span,
                format!("登记周期是“{}”，看不出“{}”里有多少；请在 [entries] 写 dated = true，按日期登记", entries.every.word(), word.value),
                format!(
                    "entries are for a whole {}: what falls on a {} is not told unless [entries] has dated = true",
                    entries.every.word(),
                    word.value
                ),
            );
        }
        if let Some(limit) = amount(reader, node, &word.value, values) {
            if limit.numbers().any(Exact::is_negative) {
                reader.fault(&node.span(), "上限按大小写，不带负号", "a cap is a size, without a minus");
            }
            caps.push((per, limit));
        }
    }
    caps.sort_by_key(|(per, _)| *per);
    caps
}

/// `zero_if`: one table or a list of them. Names of other items are resolved when all are known.
fn zero_if<'t>(
    reader: &mut Reader<'t>,
    keys: &mut Keys<'t>,
    item: usize,
    shares: &mut Vec<(usize, usize, Written<String>)>,
) -> Vec<ZeroIf> {
    let Some(node) = keys.get("zero_if") else { return Vec::new() };
    let nodes = match node.get_ref().as_array() {
        Some(all) => all.iter().collect(),
        None => vec![node],
    };
    let mut conditions = Vec::new();
    for node in nodes {
        let Some(mut keys) = reader.as_table(node, "zero_if") else { continue };
        let (from, above) = (reader.optional_number(&mut keys, "from"), reader.optional_number(&mut keys, "above"));
        let of = reader.optional_text(&mut keys, "of");
        let single = reader.flag(&mut keys, "single");
        if from.is_some() == above.is_some() {
            reader.fault(
                &keys.span.clone(),
                "要写“from”（达到即清零）或“above”（超过才清零）中的一个",
                "give either `from` (at the limit or above) or `above` (above it only)",
            );
        }
        if single && of.is_some() {
            let place = keys.place("single");
            reader.fault(&place, "“of”和“single”只能写一个", "give either `of` or `single`");
        }
        reader.finish(keys);
        if let Some(of) = of {
            shares.push((item, conditions.len(), of));
        }
        let strict = above.is_some();
        let Some(limit) = from.or(above) else { continue };
        if limit.value.is_negative() {
            reader.fault(&limit.span, "这里按大小写，不带负号", "this is a size, without a minus");
        }
        let measure = if single { Measure::Single } else { Measure::Sum };
        conditions.push(ZeroIf { measure, limit: limit.value, above: strict });
    }
    conditions
}

/// `[poll]`.
pub(super) fn poll<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, items: &[Item]) -> Option<Poll> {
    let mut keys = reader.optional_table(parent, "poll")?;
    let columns = reader.text(&mut keys, "columns");
    let max = reader.optional_number(&mut keys, "max");
    let min_ballots = reader.whole(&mut keys, "min_ballots", 10_000);
    let origin = reader.origin(&mut keys, "origin");
    let clause = reader.clause(&mut keys);
    let mut words: Vec<(String, Exact)> = Vec::new();
    let named = reader.named(&mut keys, "words");
    for (word, node) in &named {
        heading(reader, word);
        let Some(worth) = reader.as_number(node, &word.value) else { continue };
        let fits = worth.value.published_decimal(3).is_some_and(|kept| Exact::from(kept) == worth.value);
        if !fits || worth.value.is_negative() {
            reader.fault(&worth.span, "要在零以上，最多三位小数", "must be zero or above, with at most three decimals");
        }
        words.push((word.value.clone(), worth.value));
    }
    let best = words.iter().map(|(_, worth)| worth.clone()).max();
    if let (Some(max), Some(_)) = (&max, &best) {
        reader.fault(
            &max.span,
            "按词投票的，最高分就是最好的词，不要再写“max”",
            "with `words` the best word is the maximum; leave `max` out",
        );
    }
    let place = keys.place("columns");
    reader.finish(keys);
    reader.sample(origin, || format!("民主测评每人至少{min_ballots}票"));
    let max = max.map(|max| max.value);
    let columns = match (columns.value.as_str(), best.or(max)) {
        ("", _) => Vec::new(),
        ("items", Some(max)) if !words.is_empty() => {
            items.iter().filter(|item| item.kind == ItemKind::Mark).map(|item| (item.name.clone(), max.clone())).collect()
        }
        ("items", None) => {
            items.iter().filter(|item| item.kind == ItemKind::Mark).map(|item| (item.name.clone(), item.max.clone())).collect()
        }
        ("items", Some(_)) => {
            reader.fault(
                &place,
                "票上各项的最高分就是各项目的分值，不要再写“max”",
                "the ballots' items have the maxima of the items; leave `max` out",
            );
            Vec::new()
        }
        (name, None) => {
            reader.fault(
                &place,
                format!("缺少“max”（“{name}”一票的最高分）或“words”（好、一般、差各值多少）"),
                format!("`max` is missing, the largest number on a ballot in `{name}`, or `words`, what each word is worth"),
            );
            Vec::new()
        }
        (name, Some(max)) => {
            heading(reader, &columns);
            reader.sample(origin, || format!("“{name}”每票上限{max}"));
            vec![(name.to_owned(), max)]
        }
    };
    Some(Poll { columns, words, min_ballots, clause, origin })
}

/// `[adjustments]`.
pub(super) fn adjustments<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Option<Adjustments> {
    let mut keys = reader.optional_table(parent, "adjustments")?;
    let ways = [
        ("max_each", Stacking::MaxEach),
        ("max_abs", Stacking::MaxAbs),
        ("deduction_first", Stacking::DeductionFirst),
        ("sum", Stacking::Sum),
    ];
    let stacking = reader.choice(&mut keys, "stacking", &ways).unwrap_or(Stacking::MaxEach);
    let origin = reader.origin(&mut keys, "origin");
    let clause = reader.clause(&mut keys);
    let aliases = reader.named(&mut keys, "aliases");
    let mut kinds: Vec<AdjustmentKind> = Vec::new();
    let mut names = Vec::new();
    for mut keys in reader.tables(&mut keys, "kind") {
        let name = reader.text(&mut keys, "name");
        let mut levels: Vec<(String, Exact)> = Vec::new();
        let mut signs: Option<bool> = None;
        for (level, node) in reader.named(&mut keys, "levels") {
            let Some(points) = reader.as_number(node, &level.value) else { continue };
            if !points.value.is_zero() {
                let deducts = points.value.is_negative();
                if signs.is_some_and(|sign| sign != deducts) {
                    reader.fault(
                        &points.span,
                        format!("“{}”里既有加分又有扣分", name.value),
                        format!("`{}` mixes awards and deductions", name.value),
                    );
                }
                signs = signs.or(Some(deducts));
            }
            levels.push((level.value, points.value));
        }
        if levels.is_empty() {
            let place = keys.place("levels");
            reader.fault(&place, format!("“{}”没有级别", name.value), format!("`{}` has no levels", name.value));
        }
        reader.finish(keys);
        kinds.push(AdjustmentKind { name: name.value.clone(), levels, deducts: signs == Some(true) });
        names.push(name);
    }
    reader.unique(("种类", "kind"), &names);
    reader.finish(keys);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (alias, node) in aliases {
        let levels: Vec<&str> =
            kinds.iter().filter(|kind| kind.deducts).flat_map(|kind| &kind.levels).map(|(name, _)| name.as_str()).collect();
        let Some(level) = node.get_ref().as_str() else {
            reader.fault(&node.span(), "应是引号里的级别名称", "must be a level's name in quotes");
            continue;
        };
        if levels.contains(&alias.value.as_str()) {
            reader.fault(
                &alias.span,
                format!("“{}”本身就是一个级别，不能再作别名", alias.value),
                format!("`{}` is a level itself and cannot stand for another", alias.value),
            );
        }
        if !levels.contains(&level) {
            let (near_zh, near_en) = near(level, levels.iter().copied());
            reader.fault(
                &node.span(),
                format!("扣分的级别里没有“{level}”{near_zh}"),
                format!("`{level}` is no level of a deduction{near_en}"),
            );
        }
        known.insert(alias.value, level.to_owned());
    }
    reader.sample(origin, || "奖惩分值".into());
    Some(Adjustments { stacking, kinds, aliases: known, clause, origin })
}

/// Values that are shares of one whole must add up to it, for every category and after every change.
pub(super) fn shares(reader: &mut Reader<'_>, values: &[(Arc<Value>, Option<Written<String>>, Written<String>)]) {
    let mut wholes: Vec<&str> = values.iter().filter_map(|(_, of, _)| of.as_ref().map(|of| of.value.as_str())).collect();
    wholes.sort_unstable();
    wholes.dedup();
    for whole in wholes {
        let parts: Vec<&Arc<Value>> =
            values.iter().filter(|(_, of, _)| of.as_ref().is_some_and(|of| of.value == whole)).map(|(value, ..)| value).collect();
        let place = values.iter().rev().find_map(|(_, of, _)| of.as_ref().filter(|of| of.value == whole)).map(|of| of.span.clone());
        let changes = || parts.iter().flat_map(|value| &value.changes);
        let maps = parts.iter().map(|value| &value.by_category).chain(changes().map(|change| &change.by_category));
        let mut categories: Vec<&str> = maps.flat_map(BTreeMap::keys).map(String::as_str).collect();
        categories.push("");
        let mut days: Vec<chrono::NaiveDate> = changes().map(|change| change.from).collect();
        days.push(chrono::NaiveDate::MIN);
        days.sort_unstable();
        categories.sort_unstable();
        let wrong = days.iter().flat_map(|day| categories.iter().map(move |category| (day, category))).find_map(|(day, category)| {
            let sum: Exact = parts.iter().map(|value| value.on(category, *day).clone()).sum();
            (sum != Exact::from(1)).then_some((*day, *category, sum))
        });
        let (Some(place), Some((day, category, sum))) = (place, wrong) else { continue };
        let percent = (sum * Exact::from(100)).to_string();
        let names = parts.iter().map(|value| value.id.as_str()).collect::<Vec<_>>().join(" + ");
        let (mut zh, mut en) = (String::new(), String::new());
        if !category.is_empty() {
            zh = format!("（{category}）");
            en = format!(" for {category}");
        }
        if day != chrono::NaiveDate::MIN {
            zh = format!("{zh}（{day} 起）");
            en = format!("{en} from {day} on");
        }
        reader.fault(
            &place,
            format!("“{whole}”的权重合计是 {percent}%{zh}，应是 100%：{names}"),
            format!("the shares of `{whole}` add up to {percent}%{en}, not 100%: {names}"),
        );
    }
}
