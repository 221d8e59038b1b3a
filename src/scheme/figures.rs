//! Figures: formulas in an order in which each needs only those above it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::{Keys, Written};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;

use super::bounds::digits;
use super::formula::{self, Builtin, Formula, Names, SELECTORS};
use super::model::{AdjustmentKind, Figure, Poll, Window};
use super::reader::Reader;
use super::values::usable_name;
use super::{Bands, Item, Per, Value, outcomes};

/// What formulas of a part of the file may name, figures apart.
pub(super) struct Known<'a> {
    pub items: &'a [Item],
    pub values: &'a [Arc<Value>],
    pub builtins: &'a [Builtin],
    /// Whose ballots there are.
    pub polls: &'a [Poll],
    /// How often an entry is due, and whether rows name their day.
    pub entries: Every,
    pub dated: bool,
    /// Lengths of run in which facts of 一票否决 take points.
    pub veto_runs: &'a [Every],
    /// For a branch's figures: lengths of run in which its members have totals.
    pub member_runs: &'a [Every],
    /// 种类 of 奖惩.
    pub kinds: &'a [AdjustmentKind],
}

/// Figures that a formula may name.
#[derive(Default)]
pub(super) struct Usable {
    /// Of the run, or of the same period.
    plain: Vec<String>,
    /// Over periods, of which a function has to make one.
    over: Vec<String>,
}

/// Figures that formulas of forms may name: those over the periods of the columns, or over days, which are worked out for a column as for
/// a run; and why others may not stand there. `entries` is the length of a column.
pub(super) fn of_forms(figures: &[Figure], entries: Every) -> (Usable, BTreeMap<String, Said>) {
    let (mut usable, mut blocked) = (Usable::default(), BTreeMap::new());
    let runs: BTreeSet<Every> =
        figures.iter().filter(|figure| figure.id == "total").flat_map(|figure| figure.runs.iter().copied()).collect();
    for figure in figures {
        let id = &figure.id;
        let fits = matches!(figure.over, Some(Per::Day)) || figure.over == Some(Per::Period(entries));
        let everywhere = runs.iter().all(|every| figure.runs.contains(every));
        let why = match figure.over {
            None => Said::new(
                format!("表册里的算式不能用“{id}”这样整期的得分；按登记周期单算（over）的可以"),
                format!("formulas of forms cannot use figures of the whole run such as `{id}`; those over the periods of entries they can"),
            ),
            Some(over) if !fits => {
                let ((zh, en), (column_zh, column_en)) = (over_words(over), over_words(Per::Period(entries)));
                Said::new(
                    format!("“{id}”按{zh}单算，表册的一栏是一个{column_zh}，放不进去"),
                    format!("`{id}` is worked out over each {en}, and a column of a form is a {column_en}"),
                )
            }
            Some(_) if !everywhere => Said::new(
                format!("“{id}”不是每种运行里都算（见 runs），表册里的算式不能用"),
                format!("`{id}` is not worked out in every run that has a total (see `runs`), so formulas of forms cannot use it"),
            ),
            Some(_) => {
                usable.over.push(id.clone());
                usable.plain.push(id.clone());
                continue;
            }
        };
        blocked.insert(id.clone(), why);
    }
    (usable, blocked)
}

/// A formula of a form: a figure over periods by its name is its values in the column, added up.
pub(super) fn formula_of_form(
    reader: &mut Reader<'_>,
    text: &Written<String>,
    known: &Known<'_>,
    (usable, blocked): &(Usable, BTreeMap<String, Said>),
) -> Formula {
    formula(reader, text, known, usable, blocked).with_figures_summed()
}

/// A formula with its names proven; zero after a fault.
pub(super) fn formula(
    reader: &mut Reader<'_>,
    text: &Written<String>,
    known: &Known<'_>,
    figures: &Usable,
    blocked: &BTreeMap<String, Said>,
) -> Formula {
    if text.value.is_empty() {
        return Formula::Number(Exact::zero()); // missing, which is said already
    }
    let names = Names {
        items: known.items,
        values: known.values,
        figures: &figures.plain,
        over: &figures.over,
        members: !known.member_runs.is_empty(),
        blocked,
        builtins: known.builtins,
        polls: known.polls,
        kinds: known.kinds,
        words: reader.bounds.words,
    };
    formula::parse(&text.value, &names).unwrap_or_else(|faults| {
        for (within, why) in faults {
            reader.refuse_within(text, &within, Said::new(format!("算式有错：{}", why.zh), format!("formula: {}", why.en)));
        }
        Formula::Number(Exact::zero())
    })
}

/// Which entries a formula looks at: the key `window`.
pub(super) fn window<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Window {
    reader.optional_choice(keys, "window", &[("run", Window::Run), ("so-far", Window::SoFar)]).unwrap_or_default()
}

struct Draft {
    id: Written<String>,
    name: String,
    runs: Vec<Every>,
    over: Option<Per>,
    window: Window,
    text: Written<String>,
    bands: Option<Bands<Exact>>,
    clause: Option<String>,
}

/// What a figure is worked out over: `over`, or with `each_period` the length of the entries.
fn over<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, runs: &[Every], known: &Known<'_>) -> Option<Per> {
    let lengths: Vec<(&str, Per)> =
        [("day", Per::Day)].into_iter().chain(Every::WORDS.map(|(word, every)| (word, Per::Period(every)))).collect();
    let over = reader.optional_choice(keys, "over", &lengths);
    let each_period = reader.flag(keys, "each_period");
    let place = keys.place(if over.is_some() { "over" } else { "each_period" });
    let entries = known.entries;
    match over {
        Some(_) if each_period => {
            reader.fault(&place, "“over”和“each_period”只能写一个", "give either `over` or `each_period`");
        }
        Some(Per::Day) if !known.dated => reader.fault(
            &place,
            "按日单算的，登记要有日期：请在 [entries] 写 dated = true",
            "a figure over days needs rows that name their day: [entries] with dated = true",
        ),
        Some(Per::Period(every)) if every < entries => {
            let (every, entries) = (every.word(), entries.word());
            reader.fault(
                &place,
                format!("登记周期是 {entries}，不能按更短的 {every} 单算"),
                format!("entries are for a whole {entries}; nothing can be worked out over each {every}"),
            );
        }
        Some(Per::Period(every)) => {
            if let Some(shorter) = runs.iter().find(|run| **run < every) {
                let (every, shorter) = (every.word(), shorter.word());
                reader.fault(
                    &place,
                    format!("{shorter} 的运行里没有完整的 {every}；请改 runs"),
                    format!("a `{shorter}` run holds no whole {every}; change `runs`"),
                );
            }
        }
        _ => {}
    }
    over.or(each_period.then_some(Per::Period(entries)))
}

/// `每季度`, for messages in both languages.
fn over_words(over: Per) -> (&'static str, &'static str) {
    match over {
        Per::Day => ("日", "day"),
        Per::Period(Every::Month) => ("月", "month"),
        Per::Period(Every::Quarter) => ("季度", "quarter"),
        Per::Period(Every::Half) => ("半年", "half"),
        Per::Period(Every::Year) => ("年", "year"),
    }
}

/// Lengths of run; all of them where none can be read, so that it is not said again wherever the figure is used.
fn runs<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Vec<Every> {
    let runs = reader.lengths(keys, "runs");
    if runs.is_empty() { Every::WORDS.map(|(_, every)| every).into() } else { runs }
}

/// What the file says of each figure; of more than there may be those beyond are left out.
fn drafts<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, known: &Known<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let tables = reader.tables(parent, "figure");
    let most = reader.bounds.figures;
    for (at, mut keys) in tables.into_iter().enumerate() {
        if at == most {
            let span = keys.span.clone();
            reader.fault(&span, format!("得分太多：最多 {most} 个"), format!("too many figures: at most {most}"));
            break;
        }
        let (id, name) = (reader.text(&mut keys, "id"), reader.text(&mut keys, "name").value);
        let runs = runs(reader, &mut keys);
        let draft = Draft {
            over: over(reader, &mut keys, &runs, known),
            window: window(reader, &mut keys),
            text: reader.text(&mut keys, "value"),
            bands: outcomes::table(reader, &mut keys, &name, drafts.len()),
            clause: reader.clause(&mut keys),
            id,
            name,
            runs,
        };
        reader.finish(keys);
        usable_name(reader, &draft.id);
        drafts.push(draft);
    }
    drafts
}

/// `[[figure]]`.
pub(super) fn figures<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, known: &Known<'_>) -> Vec<Figure> {
    let drafts = drafts(reader, parent, known);
    names_apart(reader, &drafts, known);
    let graph = Graph::new(&drafts);
    let mut used: BTreeSet<(String, Every)> = BTreeSet::new();
    let mut done: Vec<Figure> = Vec::new();
    let mut reach: BTreeMap<String, usize> = BTreeMap::new();
    for draft in &drafts {
        let mut blocked = BTreeMap::new();
        let mut earlier = Usable::default();
        for other in &drafts {
            let id = &other.id.value;
            // A figure may be used only where it exists in every run that the user is worked out for.
            let missing = draft.runs.iter().find(|every| !done.iter().any(|d| d.id == *id && d.runs.contains(every)));
            let why = if let Some(way) = graph.way(&draft.id.value, id) {
                let way = way.join(" → ");
                Said::new(format!("算法兜了圈子：{way}"), format!("figures refer in circles: {way}"))
            } else if !done.iter().any(|d| d.id == *id) {
                Said::new(
                    format!("“{id}”写在下面；算法只能用前面的得分，请把它移到上面"),
                    format!("`{id}` stands below; a figure uses those above it, so move that one up"),
                )
            } else if let Some(every) = missing {
                Said::new(
                    format!("“{id}”在 {} 的运行里不计算（见它的 runs）", every.word()),
                    format!("`{id}` is not worked out in `{}` runs (see its `runs`)", every.word()),
                )
            } else {
                match usable(draft.over, other, id) {
                    Ok(folded) => {
                        let list = if folded { &mut earlier.over } else { &mut earlier.plain };
                        if !list.contains(id) {
                            list.push(id.clone());
                        }
                        continue;
                    }
                    Err(why) => why,
                }
            };
            blocked.insert(id.clone(), why);
        }
        for every in &draft.runs {
            if !used.insert((draft.id.value.clone(), *every)) {
                let (id, every) = (&draft.id.value, every.word());
                reader.fault(
                    &draft.id.span,
                    format!("“{id}”在 {every} 的运行里写了两次"),
                    format!("figure `{id}` is given twice for `{every}` runs"),
                );
            }
        }
        let formula = formula(reader, &draft.text, known, &earlier, &blocked);
        of_the_year(reader, draft, known, &formula);
        of_ballots(reader, draft, known, &formula);
        of_the_whole(reader, draft, &formula);
        of_members(reader, draft, known, &formula);
        let given = draft.bands.iter().flat_map(Bands::iter).map(|band| band.gives.to_string().len()).max().unwrap_or(0);
        let (digits, most) = (digits(&formula, &reach).max(given), reader.bounds.digits);
        if digits > most {
            reader.fault(
                &draft.text.span,
                format!("这个得分可能大到 {digits} 位数，最多 {most} 位；请检查连乘的得分"),
                format!("this figure may come to {digits} digits, at most {most}; look at the figures that are multiplied"),
            );
        }
        // One that is refused is not refused again in those that use it. Lengths of run have each their own.
        let longest = reach.get(&draft.id.value).copied().unwrap_or(0).max(if digits > most { 0 } else { digits });
        reach.insert(draft.id.value.clone(), longest);
        done.push(Figure {
            id: draft.id.value.clone(),
            name: draft.name.clone(),
            runs: draft.runs.clone(),
            over: draft.over,
            window: draft.window,
            formula,
            bands: draft.bands.clone(),
            clause: draft.clause.clone(),
        });
    }
    for (place, every) in std::mem::take(&mut reader.outcome_runs) {
        if !done.iter().any(|figure| figure.id == "total" && figure.runs.contains(&every)) {
            let every = every.word();
            reader.fault(
                &place,
                format!("{every} 的运行没有总分（id 为“total”的得分），评不出来"),
                format!("`{every}` runs have no figure `total`, so there is nothing to go by"),
            );
        }
    }
    if !done.iter().any(|figure| figure.id == "total") {
        reader.fault(&parent.span.clone(), "没有 id 为“total”的得分", "no figure has the id `total`");
    }
    for (draft, figure) in drafts.iter().zip(&done).filter(|(draft, _)| draft.id.value == "total" && draft.over.is_some()) {
        reader.fault(
            &draft.id.span,
            format!("“{}”不能各期单算", figure.id),
            format!("`{}` cannot be worked out for each period", figure.id),
        );
    }
    done
}

/// 奖惩 and 一票否决 belong to the year: a figure of a shorter run that names them would silently be without them.
fn of_the_year(reader: &mut Reader<'_>, draft: &Draft, known: &Known<'_>, formula: &Formula) {
    if formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Vetoes)))
        && let Some(without) = draft.runs.iter().find(|every| !known.veto_runs.contains(every))
    {
        let every = without.word();
        reader.fault(
            &draft.text.span,
            format!("{every} 的运行里没有扣分的一票否决；请在 [[veto]] 写 runs，或把这个得分的 runs 分开写"),
            format!("no [[veto]] takes points in `{every}` runs; give it `runs`, or give those runs a figure without `vetoes`"),
        );
    }
    let Some(shorter) = draft.runs.iter().find(|every| **every != Every::Year) else { return };
    let words = [
        ("awards", formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Awards(_))))),
        ("awards(…)", formula.any(&|part| matches!(part, Formula::OfKind { .. }))),
        ("penalties", formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Penalties(_))))),
    ];
    for (word, _) in words.into_iter().filter(|(_, named)| *named) {
        only_in_the_year(reader, draft, word, shorter.word());
    }
}

/// Ballots are cast every so often: a figure of a shorter run, or over shorter periods, would silently be without them.
fn of_ballots(reader: &mut Reader<'_>, draft: &Draft, known: &Known<'_>, formula: &Formula) {
    for (at, poll) in known.polls.iter().enumerate() {
        if !formula.any(&|part| matches!(part, Formula::Poll { poll, .. } if *poll == at)) {
            continue;
        }
        let named = if poll.name.is_empty() { "mean(poll)".to_owned() } else { format!("mean({})", poll.name) };
        let every = poll.every.word();
        if let Some(shorter) = draft.runs.iter().find(|run| **run < poll.every) {
            let shorter = shorter.word();
            if poll.every == Every::Year {
                only_in_the_year(reader, draft, &named, shorter);
            } else {
                reader.fault(
                    &draft.text.span,
                    format!("“{named}”按 {every} 投票，{shorter} 的运行里没有；请改这个得分的 runs，或 [[poll]] 的 every"),
                    format!("`{named}` is cast for each {every}, and a `{shorter}` run holds none; change this figure's `runs`, or `every` of [[poll]]"),
                );
            }
        }
        let too_short = match draft.over {
            Some(Per::Day) => Some(("日", "day")),
            Some(over @ Per::Period(length)) if length < poll.every => Some(over_words(over)),
            _ => None,
        };
        if let Some((zh, en)) = too_short {
            reader.fault(
                &draft.text.span,
                format!("“{named}”按 {every} 投票，不能用在按{zh}单算的得分里"),
                format!("`{named}` is cast for each {every} and cannot stand in a figure over each {en}"),
            );
        }
    }
}

fn only_in_the_year(reader: &mut Reader<'_>, draft: &Draft, word: &str, every: &str) {
    reader.fault(
        &draft.text.span,
        format!("“{word}”只在年度里有，这个得分还用于 {every}；请把 runs 写成 [\"year\"]，更短的期间另写一个不用它的得分"),
        format!("`{word}` is there in the year only, and this figure is worked out for `{every}` too; give it runs = [\"year\"], and shorter runs a figure without it"),
    );
}

/// How a figure may use one above it: by its name (false), or what a function makes of its periods (true).
fn usable(own: Option<Per>, other: &Draft, id: &str) -> Result<bool, Said> {
    match (own, other.over) {
        (own, over) if own == over => Ok(false),
        (Some(own), None) => {
            let (zh, en) = over_words(own);
            Err(Said::new(
                format!("“{id}”是整期的得分，不能用在按{zh}单算的得分里；请给它也写 over"),
                format!("`{id}` is of the whole run and cannot stand in a figure over each {en}; give it `over` too"),
            ))
        }
        (None, Some(_)) => Ok(true),
        (Some(own), Some(over)) if over < own => Ok(true),
        (own, over) => {
            let ((own_zh, own_en), (zh, en)) = (over_words(own.unwrap_or(Per::Day)), over_words(over.unwrap_or(Per::Day)));
            Err(Said::new(
                format!("“{id}”按{zh}单算，不能用在按{own_zh}单算的得分里"),
                format!("`{id}` is worked out over each {en} and cannot stand in a figure over each {own_en}"),
            ))
        }
    }
}

/// A branch's figure over its members needs their totals in each of its runs.
fn of_members(reader: &mut Reader<'_>, draft: &Draft, known: &Known<'_>, formula: &Formula) {
    if !formula.any(&|part| matches!(part, Formula::Members(_))) {
        return;
    }
    if let Some(without) = draft.runs.iter().find(|every| !known.member_runs.contains(every)) {
        let every = without.word();
        reader.fault(
            &draft.text.span,
            format!("{every} 的运行里党员没有总分，“members”算不出来；请改 runs"),
            format!("members have no total in `{every}` runs, so there is nothing for `members`; change `runs`"),
        );
    }
}

/// 奖惩 and 一票否决 are of the whole run: in each of several periods they would count several times.
fn of_the_whole(reader: &mut Reader<'_>, draft: &Draft, formula: &Formula) {
    if draft.over.is_none() || !formula.any(&|part| matches!(part, Formula::Builtin(_) | Formula::OfKind { .. } | Formula::Members(_))) {
        return;
    }
    reader.fault(
        &draft.text.span,
        "奖惩、一票否决和党员的总分（members）属于整期，不能用在按期单算的得分里",
        "奖惩, 一票否决 and the totals of `members` belong to the whole run, not to a figure over periods",
    );
}

/// Figures, values and what `each_period` makes of an id must not share a name.
fn names_apart(reader: &mut Reader<'_>, drafts: &[Draft], known: &Known<'_>) {
    for (at, draft) in drafts.iter().enumerate() {
        let id = &draft.id.value;
        if known.values.iter().any(|value| value.id == *id) {
            reader.fault(&draft.id.span, format!("“{id}”已是 [value] 里的名字"), format!("`{id}` is the name of a value already"));
        }
        let numbered = |other: &Draft| {
            let Some(Per::Period(every)) = other.over else { return false };
            every.all().any(|period| format!("{}{}", other.id.value, period.number()) == *id)
        };
        let of_items = |item: &Item| item.name == *id || item.group == *id;
        if draft.over.is_some()
            && (SELECTORS.contains(&id.as_str())
                || id == "poll"
                || known.items.iter().any(of_items)
                || known.polls.iter().any(|poll| poll.name == *id))
        {
            reader.fault(
                &draft.id.span,
                format!("“{id}”已是项目、分组、评议方或算式自己的词，sum({id}) 就分不清了；请换一个名字"),
                format!(
                    "`{id}` is an item, a group, a body that votes or a word of formulas already; `sum({id})` could not tell them apart"
                ),
            );
        }
        if drafts.iter().enumerate().any(|(other_at, other)| other_at != at && numbered(other)) {
            reader.fault(
                &draft.id.span,
                format!("“{id}”与各期单算的得分重名"),
                format!("`{id}` is what a figure worked out for each period is called already"),
            );
        }
    }
}

/// Which figures a figure's formula names, written order apart.
struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    fn new(drafts: &[Draft]) -> Self {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for draft in drafts {
            let named = formula::mentioned(&draft.text.value).into_iter();
            let named = named.filter(|name| drafts.iter().any(|other| other.id.value == *name));
            edges.entry(draft.id.value.clone()).or_default().extend(named);
        }
        Self(edges)
    }

    /// The shortest way from a figure over another one back to itself.
    fn way(&self, from: &str, over: &str) -> Option<Vec<String>> {
        if !self.0.get(from)?.contains(over) {
            return None;
        }
        let mut ways = vec![vec![from.to_owned(), over.to_owned()]];
        let mut seen = BTreeSet::from([over.to_owned()]);
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                let last = way.last().cloned().unwrap_or_default();
                if last == from {
                    return Some(way);
                }
                for next in self.0.get(&last).into_iter().flatten() {
                    if next == from || seen.insert(next.clone()) {
                        longer.push([way.as_slice(), std::slice::from_ref(next)].concat());
                    }
                }
            }
            ways = longer;
        }
        None
    }
}
