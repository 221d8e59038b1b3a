//! What branches enter: items with their rules, how often, and who marks them.

use std::sync::Arc;

use crate::config::{Keys, Node, Written, parse_number};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;
use crate::words::nearest;
use crate::workbook;

use super::formula::SELECTORS;
use super::model::Scorers;
use super::reach::What;
use super::reader::Reader;
use super::{Amount, Item, ItemKind, Measure, Per, Points, Step, Value, ZeroIf};

/// Largest entry that fits the compact marks of a submission.
const LARGEST_ENTRY: i64 = 100_000;

const KINDS: [(&str, ItemKind); 5] = [
    ("mark", ItemKind::Mark),
    ("deduct", ItemKind::Deduct),
    ("bonus", ItemKind::Bonus),
    ("signed", ItemKind::Signed),
    ("count", ItemKind::Count),
];

/// Keys of an item that a group may give all its items.
const ITEM_KEYS: [&str; 19] = [
    "kind",
    "max",
    "origin",
    "max_origin",
    "words",
    "categories",
    "points",
    "steps",
    "highest_only",
    "cap",
    "start",
    "zero_if",
    "floor",
    "ceiling",
    "each",
    "reason",
    "optional",
    "standard",
    "clause",
];

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
    let every = reader.choice(&mut keys, "every", &Every::WORDS).unwrap_or(Every::Year);
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

/// A number of an item's rule, or the name of a value.
fn amount<'t>(reader: &mut Reader<'t>, node: Node<'t>, key: &str, values: &[Arc<Value>]) -> Option<Amount> {
    if let Some(text) = node.get_ref().as_str()
        && parse_number(text).is_none()
    {
        if let Some(value) = values.iter().find(|value| value.id == text) {
            return Some(Amount::Value(Arc::clone(value)));
        }
        let wrong = Said::new(
            format!("“{key}”应是数字，或 [value] 里的名字；没有叫“{text}”的"),
            format!("`{key}` must be a number or the name of a value; there is no `{text}`"),
        );
        reader.refuse(&node.span(), wrong.near(nearest(text, values.iter().map(|value| value.id.as_str()))));
        return None;
    }
    reader.as_number(node, key).map(|number| Amount::Number(number.value))
}

fn optional_amount<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str, values: &[Arc<Value>]) -> Option<Amount> {
    keys.get(key).and_then(|node| amount(reader, node, key, values))
}

/// `[[item]]`.
pub(super) fn items<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, entries: &Entries, values: &[Arc<Value>]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut names: Vec<Written<String>> = Vec::new();
    let mut shares: Vec<(usize, usize, Written<String>)> = Vec::new();
    let defaults = groups(reader, parent);
    let tables = reader.tables(parent, "item");
    if tables.is_empty() {
        reader.fault(&parent.span.clone(), "一个项目 [[item]] 也没有", "there is no [[item]]");
    }
    for mut keys in tables {
        let name = reader.text(&mut keys, "name");
        heading(reader, &name);
        let group = reader.optional_text(&mut keys, "group");
        if let Some((_, _, items)) = defaults.iter().find(|(name, ..)| group.as_ref().is_some_and(|group| group.value == name.value)) {
            keys.lean_on(items);
        }
        let kind = reader.choice(&mut keys, "kind", &KINDS).unwrap_or(ItemKind::Mark);
        let words = words(reader, &mut keys, kind);
        let max = max(reader, &mut keys, &words);
        let origin = reader.origin(&mut keys, "origin");
        let max_origin = reader.optional_origin(&mut keys, "max_origin").unwrap_or(origin);
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
        for (bound, key, is_ceiling) in [(&floor, "floor", false), (&ceiling, "ceiling", true)] {
            if bound.is_some() {
                let place = keys.place(key);
                reader.mark(&place, What::Bound(items.len(), is_ceiling));
            }
        }
        if let (Some(Amount::Number(low)), Some(Amount::Number(high))) = (&floor, &ceiling)
            && low > high
        {
            let place = keys.place("floor");
            reader.fault(&place, "floor（最低）高于 ceiling（最高）", "`floor` lies above `ceiling`");
        }
        let each = reader.optional_choice(&mut keys, "each", &Every::WORDS);
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
        let standard = reader.optional_text(&mut keys, "standard").map(|standard| standard.value);
        let clause = reader.clause(&mut keys);
        reader.finish(keys);
        reader.sample(origin, || format!("项目“{}”", name.value));
        reader.sample(max_origin, || format!("“{}”上限{}", name.value, max.value));
        reader.mark(&name.span, What::Item(items.len()));
        items.push(Item {
            name: name.value.clone(),
            group: group.map(|group| group.value).unwrap_or_default(),
            kind,
            max: max.value,
            words: words.into_iter().map(|(word, worth)| (word.value, worth)).collect(),
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
            standard,
            clause,
            origin,
            max_origin,
        });
        names.push(name);
    }
    apart(reader, &items, &names);
    for (name, ..) in &defaults {
        if !items.iter().any(|item| item.group == name.value) {
            let said = Said::new(format!("没有“{}”这个分组的项目", name.value), format!("no item is of the group `{}`", name.value));
            reader.refuse(&name.span, said.near(nearest(&name.value, items.iter().map(|item| item.group.as_str()))));
        }
    }
    resolve_shares(reader, &mut items, shares);
    check_names(reader, &items, &names);
    items
}

/// `[[group]]`: what its items have unless they say otherwise, with the group's name and place.
fn groups<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Vec<(Written<String>, std::ops::Range<usize>, Node<'t>)> {
    let (mut groups, mut names) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "group") {
        let (name, place) = (reader.text(&mut keys, "name"), keys.span.clone());
        let items = reader.required(&mut keys, "items");
        reader.finish(keys);
        names.push(name.clone());
        let Some(items) = items else { continue };
        let Some(mut keys) = reader.as_table(items, "items") else { continue };
        keys.allow(&ITEM_KEYS);
        reader.finish(keys);
        groups.push((name, place, items));
    }
    reader.unique(("分组", "group"), &names);
    groups
}

/// `words` of an item: what each is worth.
fn words<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, kind: ItemKind) -> Vec<(Written<String>, Exact)> {
    let mut words = Vec::new();
    for (word, node) in reader.named(keys, "words") {
        heading(reader, &word);
        let Some(worth) = reader.as_number(node, &word.value) else { continue };
        if kind != ItemKind::Signed && worth.value.is_negative() {
            reader.fault(
                &worth.span,
                "这里不带负号：扣分项目的词写大小，可加可减的用 kind = \"signed\"",
                "no minus here: words of a deduction give its size, and what may go both ways is of kind \"signed\"",
            );
        } else if worth.value.published_decimal(3).is_none_or(|kept| Exact::from(kept) != worth.value) {
            reader.fault(&worth.span, "最多三位小数", "at most three decimals");
        }
        words.push((word, worth.value));
    }
    if !words.is_empty() && kind == ItemKind::Count {
        let place = keys.place("words");
        reader.fault(&place, "按次数登记的项目填数字，不能用“words”", "counts are numbers and have no `words`");
    }
    words
}

/// The largest size of one entry: `max`, or that of the words.
fn max<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, words: &[(Written<String>, Exact)]) -> Written<Exact> {
    let max = if words.is_empty() {
        reader.number(keys, "max")
    } else {
        if let Some(node) = keys.get("max") {
            reader.fault(
                &node.span(),
                "用词登记的，最大的词就是最高分，不要再写“max”",
                "with `words` the largest is the maximum; leave `max` out",
            );
        }
        let largest = words.iter().map(|(_, worth)| worth.abs()).max().unwrap_or_default();
        Written { value: largest, span: keys.place("words") }
    };
    // A maximum that is missing or no number is said already, and stands at the table.
    if max.span != keys.span && (max.value <= Exact::zero() || max.value > Exact::from(LARGEST_ENTRY)) {
        reader.fault(
            &max.span,
            format!("“max”要大于 0，不超过 {LARGEST_ENTRY}"),
            format!("`max` must be above 0 and at most {LARGEST_ENTRY}"),
        );
    }
    max
}

/// Items of one name must be for categories that have nothing in common: each category's sheet has a heading once.
fn apart(reader: &mut Reader<'_>, items: &[Item], names: &[Written<String>]) {
    for (at, (item, name)) in items.iter().zip(names).enumerate() {
        let both = |other: &Item| {
            let common = |category: &String| other.categories.contains(category);
            other.name == item.name && (other.categories.is_empty() || item.categories.is_empty() || item.categories.iter().any(common))
        };
        if !item.name.is_empty() && items[..at].iter().any(both) {
            let said = &item.name;
            reader.fault(
                &name.span,
                format!("项目“{said}”写了两次；同名的项目要各用于不同的类别（categories）"),
                format!("item `{said}` is given twice; items of one name must be for different `categories`"),
            );
        }
    }
}

/// `of` of a `zero_if` names another item: known once all are read.
fn resolve_shares(reader: &mut Reader<'_>, items: &mut [Item], shares: Vec<(usize, usize, Written<String>)>) {
    for (item, condition, of) in shares {
        let own = &items[item].categories;
        let serves = |other: &Item| own.is_empty() || own.iter().all(|category| other.applies_to(category));
        let named = |other: &Item| other.name == of.value;
        let found = items.iter().position(|other| named(other) && serves(other)).or_else(|| items.iter().position(named));
        if let Some(other) = found.filter(|other| *other != item) {
            items[item].zero_if[condition].measure = Measure::ShareOf(other);
        } else {
            let said = &of.value;
            let wrong = Said::new(
                format!("“of”要写另一个项目的名称，没有叫“{said}”的"),
                format!("`of` must name another item; there is no `{said}`"),
            );
            reader.refuse(&of.span, wrong.near(nearest(said, items.iter().map(|item| item.name.as_str()))));
        }
    }
}

/// An item's name must not be a group's or a column's of reasons too.
fn check_names(reader: &mut Reader<'_>, items: &[Item], names: &[Written<String>]) {
    for name in names {
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
}

/// Names that stand as headings on sheets: found again only where they are written as headings are read.
pub(super) fn heading(reader: &mut Reader<'_>, name: &Written<String>) {
    let said = &name.value;
    if workbook::ENTRIES.has(said) || workbook::POLL.has(said) || SELECTORS.contains(&said.as_str()) || said == "poll" {
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

fn caps<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, entries: &Entries, values: &[Arc<Value>]) -> Vec<(Per, Amount)> {
    let mut caps = Vec::new();
    if let Some(node) = keys.get("cap").filter(|node| !node.get_ref().is_table()) {
        reader.fault(&node.span(), "“cap”要写明按什么封顶，例如 cap = { year = 10 }", "`cap` says within what: `cap = { year = 10 }`");
        return caps;
    }
    for (word, node) in reader.named(keys, "cap") {
        let lengths = [("day", Per::Day)].into_iter().chain(Every::WORDS.map(|(word, every)| (word, Per::Period(every))));
        let Some(per) = reader.choose(&word, "cap", &lengths.collect::<Vec<_>>()) else { continue };
        let told = match per {
            _ if entries.dated => true,
            Per::Day => false,
            Per::Period(every) => every >= entries.every,
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
        reader.mark(&limit.span, What::ZeroIf(item, conditions.len()));
        if limit.value.is_negative() {
            reader.fault(&limit.span, "这里按大小写，不带负号", "this is a size, without a minus");
        }
        let measure = if single { Measure::Single } else { Measure::Sum };
        conditions.push(ZeroIf { measure, limit: limit.value, above: strict });
    }
    conditions
}
