//! Figures: formulas in an order in which each needs only those above it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::{Keys, Written};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;

use super::bounds::digits;
use super::formula::{self, Builtin, Formula, Names};
use super::model::{Figure, Window};
use super::reader::Reader;
use super::values::usable_name;
use super::{Item, Value};

/// What formulas of a part of the file may name, figures apart.
pub(super) struct Known<'a> {
    pub items: &'a [Item],
    pub values: &'a [Arc<Value>],
    pub builtins: &'a [Builtin],
    /// Lengths of run in which facts of 一票否决 take points.
    pub veto_runs: &'a [Every],
}

/// A formula with its names proven; zero after a fault.
pub(super) fn formula(
    reader: &mut Reader<'_>,
    text: &Written<String>,
    known: &Known<'_>,
    figures: &[String],
    blocked: &BTreeMap<String, Said>,
) -> Formula {
    if text.value.is_empty() {
        return Formula::Number(Exact::zero()); // missing, which is said already
    }
    let names = Names { items: known.items, values: known.values, figures, blocked, builtins: known.builtins, words: reader.bounds.words };
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
    each_period: bool,
    window: Window,
    text: Written<String>,
    clause: Option<String>,
}

/// Lengths of run; all of them where none can be read, so that it is not said again wherever the figure is used.
fn runs<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Vec<Every> {
    let runs = reader.lengths(keys, "runs");
    if runs.is_empty() { Every::WORDS.map(|(_, every)| every).into() } else { runs }
}

/// `[[figure]]`.
pub(super) fn figures<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>, known: &Known<'_>, every: Every) -> Vec<Figure> {
    let mut drafts: Vec<Draft> = Vec::new();
    let tables = reader.tables(parent, "figure");
    let most = reader.bounds.figures;
    for (at, mut keys) in tables.into_iter().enumerate() {
        if at == most {
            let span = keys.span.clone();
            reader.fault(&span, format!("得分太多：最多 {most} 个"), format!("too many figures: at most {most}"));
            break;
        }
        let draft = Draft {
            id: reader.text(&mut keys, "id"),
            name: reader.text(&mut keys, "name").value,
            runs: runs(reader, &mut keys),
            each_period: reader.flag(&mut keys, "each_period"),
            window: window(reader, &mut keys),
            text: reader.text(&mut keys, "value"),
            clause: reader.clause(&mut keys),
        };
        reader.finish(keys);
        usable_name(reader, &draft.id);
        drafts.push(draft);
    }
    names_apart(reader, &drafts, known, every);
    let graph = Graph::new(&drafts);
    let mut used: BTreeSet<(String, Every)> = BTreeSet::new();
    let mut done: Vec<Figure> = Vec::new();
    let mut reach: BTreeMap<String, usize> = BTreeMap::new();
    for draft in &drafts {
        let mut blocked = BTreeMap::new();
        let mut earlier: Vec<String> = Vec::new();
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
            } else if other.each_period {
                Said::new(
                    format!("“{id}”是各期单算的，不能在别的算法里用"),
                    format!("`{id}` is worked out for each period alone and cannot be used"),
                )
            } else if let Some(every) = missing {
                Said::new(
                    format!("“{id}”在 {} 的运行里不计算（见它的 runs）", every.word()),
                    format!("`{id}` is not worked out in `{}` runs (see its `runs`)", every.word()),
                )
            } else {
                if !earlier.contains(id) {
                    earlier.push(id.clone());
                }
                continue;
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
        let (digits, most) = (digits(&formula, &reach), reader.bounds.digits);
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
            each_period: draft.each_period,
            window: draft.window,
            formula,
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
    for (draft, figure) in drafts.iter().zip(&done).filter(|(draft, _)| draft.id.value == "total" && draft.each_period) {
        reader.fault(
            &draft.id.span,
            format!("“{}”不能各期单算", figure.id),
            format!("`{}` cannot be worked out for each period", figure.id),
        );
    }
    done
}

/// Ballots, 奖惩 and 一票否决 belong to the year: a figure of a shorter run that names them would silently be without them.
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
        ("mean(poll)", formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Poll)))),
        ("awards", formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Awards(_))))),
        ("penalties", formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Penalties(_))))),
    ];
    for (word, _) in words.into_iter().filter(|(_, named)| *named) {
        let every = shorter.word();
        reader.fault(
            &draft.text.span,
            format!("“{word}”只在年度里有，这个得分还用于 {every}；请把 runs 写成 [\"year\"]，更短的期间另写一个不用它的得分"),
            format!("`{word}` is there in the year only, and this figure is worked out for `{every}` too; give it runs = [\"year\"], and shorter runs a figure without it"),
        );
    }
}

/// Figures, values and what `each_period` makes of an id must not share a name.
fn names_apart(reader: &mut Reader<'_>, drafts: &[Draft], known: &Known<'_>, every: Every) {
    for (at, draft) in drafts.iter().enumerate() {
        let id = &draft.id.value;
        if known.values.iter().any(|value| value.id == *id) {
            reader.fault(&draft.id.span, format!("“{id}”已是 [value] 里的名字"), format!("`{id}` is the name of a value already"));
        }
        let numbered =
            |other: &Draft| other.each_period && every.all().any(|period| format!("{}{}", other.id.value, period.number()) == *id);
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
