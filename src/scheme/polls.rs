//! Ballots: of one body in `[poll]`, of several in a block `[[poll]]` each.

use crate::config::{Keys, Written};
use crate::exact::Exact;
use crate::period::Every;

use super::items::heading;
use super::model::{Origin, Poll};
use super::reader::Reader;
use super::{Item, ItemKind};

/// `[poll]`, or a block `[[poll]]` per body.
pub(super) fn polls<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, items: &[Item]) -> Vec<Poll> {
    if !parent.get("poll").is_some_and(|node| node.get_ref().is_array()) {
        return reader.optional_table(parent, "poll").map(|keys| poll(reader, keys, String::new(), items)).into_iter().collect();
    }
    let (mut polls, mut names) = (Vec::new(), Vec::new());
    for mut keys in reader.tables(parent, "poll") {
        let name = reader.text(&mut keys, "name");
        heading(reader, &name);
        if let Some(item) = items.iter().find(|item| item.name == name.value || item.group == name.value) {
            let (said, group) = (&name.value, item.name != name.value);
            let (zh, en) = if group { ("分组", "a group") } else { ("项目", "an item") };
            reader.fault(
                &name.span,
                format!("“{said}”已是{zh}，mean({said}) 就分不清了；请换一个名称"),
                format!("`{said}` is {en} already; `mean({said})` could not tell them apart"),
            );
        }
        polls.push(poll(reader, keys, name.value.clone(), items));
        names.push(name);
    }
    reader.unique(("评议方", "body of voters"), &names);
    polls
}

/// What voters write instead of numbers, with what each word is worth.
fn words<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Vec<(String, Exact)> {
    let mut words: Vec<(String, Exact)> = Vec::new();
    for (word, node) in &reader.named(keys, "words") {
        heading(reader, word);
        let Some(worth) = reader.as_number(node, &word.value) else { continue };
        let fits = worth.value.published_decimal(3).is_some_and(|kept| Exact::from(kept) == worth.value);
        if !fits || worth.value.is_negative() {
            reader.fault(&worth.span, "要在零以上，最多三位小数", "must be zero or above, with at most three decimals");
        }
        words.push((word.value.clone(), worth.value));
    }
    words
}

fn poll<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, name: String, items: &[Item]) -> Poll {
    let columns = reader.text(&mut keys, "columns");
    let max = reader.optional_number(&mut keys, "max");
    let every = reader.optional_choice(&mut keys, "every", &Every::WORDS).unwrap_or(Every::Year);
    let min_ballots = reader.whole(&mut keys, "min_ballots", 0..=10_000);
    let origin = reader.origin(&mut keys, "origin");
    let clause = reader.clause(&mut keys);
    let words = words(reader, &mut keys);
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
    let whose = if name.is_empty() { "民主测评" } else { &name };
    reader.sample(origin, || format!("{whose}每人至少{min_ballots}票"));
    let max = max.map(|max| max.value);
    let columns = columns_of(reader, (&columns, &place), (best.or(max), !words.is_empty()), origin, items);
    Poll { name, every, columns, words, min_ballots, clause, origin }
}

/// Columns of the ballots with their maxima; `most` is what the file says of the largest, and whether words say it.
fn columns_of(
    reader: &mut Reader<'_>,
    (columns, place): (&Written<String>, &std::ops::Range<usize>),
    (most, in_words): (Option<Exact>, bool),
    origin: Origin,
    items: &[Item],
) -> Vec<(String, Exact)> {
    let marks = || items.iter().filter(|item| item.kind == ItemKind::Mark);
    match (columns.value.as_str(), most) {
        ("", _) => Vec::new(),
        ("items", Some(max)) if in_words => marks().map(|item| (item.name.clone(), max.clone())).collect(),
        ("items", None) => marks().map(|item| (item.name.clone(), item.max.clone())).collect(),
        ("items", Some(_)) => {
            reader.fault(
                place,
                "票上各项的最高分就是各项目的分值，不要再写“max”",
                "the ballots' items have the maxima of the items; leave `max` out",
            );
            Vec::new()
        }
        (name, None) => {
            reader.fault(
                place,
                format!("缺少“max”（“{name}”一票的最高分）或“words”（好、一般、差各值多少）"),
                format!("`max` is missing, the largest number on a ballot in `{name}`, or `words`, what each word is worth"),
            );
            Vec::new()
        }
        (name, Some(max)) => {
            heading(reader, columns);
            reader.sample(origin, || format!("“{name}”每票上限{max}"));
            vec![(name.to_owned(), max)]
        }
    }
}
