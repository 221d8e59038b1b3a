//! ```text
//! 张三  0101 第一支部  2026年  评星定格积分制（ju-10star）
//!   依据文件：第一党委/x.xlsx
//!   等次  合格：准确分值达到 80，不到 95
//! 年度总积分 91.00  ＝ 年终总积分＋奖励加分＋惩处扣分
//! ├─ 年终总积分（见上） 91.00
//! │     ├─ 1月 9  ← 第一党委/x.xlsx › 积分登记 › D3 原文“9分”
//! ```

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::diag::{Code, Lang, Place};
use crate::exact::{Decimal, Exact, with_minus_sign};
use crate::explain::{self, Explained, Explanation, Originals, Told, Wanted, WhichRecord};
use crate::forms::{Point, short};
use crate::report::{finding_row, result_row};
use crate::run::{self, BranchState, Options, Summary};
use crate::score::{Label, Trace};
use crate::words::{ids_of, nearest};

use super::printer::{Printer, pad, place};
use super::progress::watched;

/// How many people of one name are listed.
const LISTED: usize = 20;

/// `scorebook explain`: where a subject's figures come from, or why there are none.
///
/// With `posted` a recorded figure: of that record, else of the one that stands.
pub fn explain(printer: &Printer, options: &Options, wanted: Wanted<'_>, posted: Option<WhichRecord>, out: Option<&Path>) -> u8 {
    let looked = match posted {
        Some(which) => watched(printer, |progress| explain::recorded(options, which, progress)).map(|(summary, own)| (summary, Some(own))),
        None => watched(printer, |progress| run::check(options, progress)).map(|summary| (summary, None)),
    };
    let (summary, recorded) = match looked {
        Ok(looked) => looked,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let register = &summary.county.register;
    let named = wanted.branch.and_then(|word| {
        ids_of(word, register.branches.iter().map(|branch| (branch.code.as_str(), branch.name.as_str()))).first().copied()
    });
    let wanted = Wanted { branch: named.or(wanted.branch), ..wanted };
    // Where all of them stand.
    let listed = summary.county.workspace.register.display().to_string();
    if let Some(code) = wanted.branch.filter(|code| register.by_code(code).is_none()) {
        let near = near(printer, code, register.branches.iter().flat_map(|branch| [branch.code.as_str(), &branch.name]));
        printer.fault(printer.text("explain-no-branch", &[("code", code), ("near", &near), ("register", &listed)]));
        return 2;
    }
    let found = explain::explain(&summary, wanted);
    let one = match found.as_slice() {
        [one] => one,
        [] => {
            let near = near(printer, wanted.name, explain::known_names(&summary));
            let mut told = printer.text("explain-none", &[("name", wanted.name), ("near", &near)]);
            if near.is_empty() {
                told = format!("{told}\n{}", printer.text("explain-where", &[("register", &listed)]));
            }
            printer.fault(told);
            unread(printer, &summary);
            return 2;
        }
        several => {
            choose(printer, &summary, wanted.name, several);
            return 2;
        }
    };
    let told = match recorded.as_ref().map(|recorded| recorded.of(&summary, one)).transpose() {
        Ok(told) => told.flatten(),
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let mut originals = Originals::default();
    if printer.json() {
        let mut whole = to_json(printer, &summary, one, &mut originals);
        if let Some(told) = &told {
            whole["posted"] = posted_json(told);
        }
        printer.record(&whole);
    } else {
        print(printer, &summary, one, told.as_ref(), &mut originals);
    }
    let Some(folder) = out else { return 0 };
    let told = explain::explain(&summary, Wanted { lang: Lang::Zh, ..wanted });
    match explain::write_explanation(&summary, options, told.first().unwrap_or(one), &mut originals, folder) {
        Ok(files) => {
            if printer.json() {
                printer.record(&json!({ "files": files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>() }));
                return 0;
            }
            for file in &files {
                printer.line(printer.text("explain-written-to", &[("file", &file.display().to_string())]));
            }
            0
        }
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            2
        }
    }
}

/// Up to three names that are near.
fn near<'a>(printer: &Printer, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: BTreeSet<&str> = known.collect();
    let mut found = Vec::new();
    while let Some(one) = nearest(name, known.iter().copied()).filter(|_| found.len() < 3) {
        known.remove(one);
        found.push(one);
    }
    let all = found.join(if printer.lang() == Lang::Zh { "、" } else { ", " });
    if all.is_empty() { all } else { printer.text("usage-near", &[("name", &all)]) }
}

/// Somebody who is nowhere may be in what could not be read.
fn unread(printer: &Printer, summary: &Summary) {
    let count = |test: &dyn Fn(&BranchState) -> bool| summary.resolved.states().filter(|state| test(state)).count();
    let missing = count(&|state| matches!(state, BranchState::Missing));
    let returned = count(&|state| matches!(state, BranchState::Returned));
    // Photos and other papers hold nobody's scores.
    let strays = summary.resolved.findings.iter().filter(|finding| finding.branch_code.is_none() && finding.code != Code::NotASpreadsheet);
    let stray = strays.filter_map(|finding| finding.place.file.as_deref()).collect::<BTreeSet<_>>().len();
    if missing + returned + stray > 0 {
        let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
        let args = [("missing", number(missing)), ("returned", number(returned)), ("stray", number(stray))];
        let args: Vec<(&str, &str)> = args.iter().map(|(key, value)| (*key, value.as_str())).collect();
        printer.fault(printer.text("explain-unread", &args));
    }
}

/// Several people of one name: who they are, and how to say which is meant.
fn choose(printer: &Printer, summary: &Summary, name: &str, several: &[Explanation<'_>]) {
    let one_branch = several.windows(2).all(|pair| pair[0].branch == pair[1].branch);
    let option = if one_branch { "--seq" } else { "--branch" };
    printer.fault(printer.text("explain-several", &[("name", name), ("count", &several.len().to_string()), ("option", option)]));
    for one in several.iter().take(LISTED) {
        let branch = &summary.county.register.branches[one.branch];
        let seq = match &one.what {
            Explained::Decided { member: Some(member), .. } => Some(member.seq),
            _ => None,
        };
        if printer.json() {
            printer.record(&json!({ "branch_code": branch.code, "branch": branch.name, "seq": seq, "name": one.name }));
        } else {
            let seq = seq.map(|seq| format!("  --seq {seq}")).unwrap_or_default();
            printer.line(format!("  {}  --branch {}{seq}  {}  {}", one.name, branch.code, branch.name, branch.committee));
        }
    }
}

fn posted_json(told: &Told) -> Value {
    json!({
        "n": told.n,
        "date": told.date,
        "last_day": told.last_day,
        "withdrawn": told.withdrawn,
        "posted": told.posted,
        "now": told.now,
        "same": told.posted == told.now,
        "same_scheme": told.same_scheme,
        "corrected": told.corrected.as_ref().map(|(run, n, values)| json!({ "period": run.to_string(), "n": n, "values": values })),
    })
}

fn print(printer: &Printer, summary: &Summary, one: &Explanation<'_>, told: Option<&Told>, originals: &mut Originals) {
    let branch = &summary.county.register.branches[one.branch];
    let run = printer.period(summary.county.run);
    let scheme = match &one.what {
        Explained::Decided { outcome, .. } => Some(&summary.county.schemes[outcome.scheme]),
        _ => None,
    };
    let system = scheme.map(|scheme| format!("  {}（{} {}）", scheme.name, scheme.id, scheme.version)).unwrap_or_default();
    printer.line(format!("{}  {} {}  {run}{system}", one.name, branch.code, branch.name));
    if let Some(files) = summary.resolved.files(one.branch) {
        printer.line(format!("  {}", printer.text("explain-file", &[("file", &files)])));
    }
    let posted = told.map(|told| told.statements(summary.county.run, printer.lang())).unwrap_or_default();
    for (heading, text) in posted.into_iter().chain(explain::statements(summary, one, printer.lang(), originals)) {
        printer.hanging(&format!("  {}  ", pad(&heading, 8)), &text, &" ".repeat(12));
    }
    if let (Explained::Decided { traces, .. }, Some(scheme)) = (&one.what, scheme) {
        for trace in traces {
            tree(printer, summary, trace, "", "", scheme.digits, originals);
        }
    }
}

/// A figure as it is published, with the exact value behind it where that is another; a step as short as it is exact.
fn value(trace: &Trace, digits: u32) -> String {
    let published = if trace.figure.is_some() { trace.value.publish(digits) } else { short(&trace.value, digits) };
    let same = Decimal::parse(&published).is_some_and(|shown| Exact::from(shown) == trace.value);
    with_minus_sign(&if same { published } else { format!("{published}（{}）", trace.value) })
}

fn tree(printer: &Printer, summary: &Summary, trace: &Trace, lead: &str, branch: &str, digits: u32, originals: &mut Originals) {
    let rule = match (&trace.label, &trace.rule) {
        (Label::Value { .. }, _) => format!("  ＝ {}", printer.text("trace-stated", &[])),
        (_, Some(rule)) => format!("  ＝ {rule}"),
        _ => String::new(),
    };
    let clause = trace.clause.as_deref().map(|clause| format!("（{clause}）")).unwrap_or_default();
    // Where the file is the same for all of a branch it is named once, above; of several each value has its own, and who moved
    // brought entries of another branch's.
    let carried = |file: &Arc<str>| {
        let states = summary.resolved.states();
        states.filter_map(BranchState::card).any(|card| card.submission.carried_files().any(|own| own == file))
    };
    let whole = |at: &Place| {
        let alone =
            |own: &Arc<str>| summary.resolved.branches.iter().any(|one| matches!(one.sources.as_slice(), [only] if *own == only.name));
        at.file.as_ref().is_some_and(|own| alone(own) && !carried(own))
    };
    let source = trace.place.as_ref().map(|at| {
        let written = originals.text(summary, at).unwrap_or_default();
        format!(
            "  ← {} {}",
            place(&Place { file: at.file.clone().filter(|_| !whole(at)), ..at.clone() }),
            printer.text("explain-written", &[("text", &written)])
        )
    });
    let label = trace.label.text(printer.lang());
    let below = match branch {
        "" => lead.to_owned(),
        "└─ " => format!("{lead}   "),
        _ => format!("{lead}│  "),
    };
    let bar = if trace.parts.is_empty() { "   " } else { "│  " };
    let text = format!("{label} {}{rule}{clause}{}", value(trace, digits), source.unwrap_or_default());
    printer.hanging(&format!("{lead}{branch}"), &text, &format!("{below}{bar}"));
    for (at, part) in trace.parts.iter().enumerate() {
        let last = at + 1 == trace.parts.len();
        tree(printer, summary, part, &below, if last { "└─ " } else { "├─ " }, digits, originals);
    }
}

fn source_json(summary: &Summary, place: &Place, originals: &mut Originals) -> Value {
    json!({
        "file": place.file.as_deref(),
        "sheet": place.sheet.as_deref(),
        "cell": place.cell.map(|cell| cell.to_string()),
        "text": originals.text(summary, place),
    })
}

fn trace_json(printer: &Printer, summary: &Summary, trace: &Trace, digits: u32, originals: &mut Originals) -> Value {
    let source = trace.place.as_ref().map(|place| source_json(summary, place, originals));
    let parts: Vec<Value> = trace.parts.iter().map(|part| trace_json(printer, summary, part, digits, originals)).collect();
    json!({
        "id": trace.figure,
        "label": trace.label.text(printer.lang()),
        "rule": trace.rule,
        "clause": trace.clause,
        "value": trace.value.publish(digits),
        "exact": trace.value.to_string(),
        "source": source,
        "parts": parts,
    })
}

/// The keys are described in docs/explain.md; a subject that was decided has those of `results.jsonl` too.
fn to_json(printer: &Printer, summary: &Summary, one: &Explanation<'_>, originals: &mut Originals) -> Value {
    let county = &summary.county;
    let branch = &county.register.branches[one.branch];
    let (state, mut whole) = match &one.what {
        Explained::Returned { .. } => ("returned", Value::Null),
        Explained::Missing => ("missing", Value::Null),
        Explained::BranchUnscored => ("unscored", Value::Null),
        Explained::Decided { outcome, .. } => {
            let row = match &summary.resolved.branches[one.branch].state {
                BranchState::Accepted(card) => {
                    serde_json::to_value(result_row(branch, &card.submission, &county.schemes, outcome, county.run)).ok()
                }
                _ => None,
            };
            ("decided", row.unwrap_or_default())
        }
    };
    if whole.is_null() {
        whole = json!({
            "year": county.run.year,
            "period": county.run.to_string(),
            "committee": branch.committee,
            "branch_code": branch.code,
            "branch": branch.name,
            "name": one.name,
        });
    }
    whole["state"] = json!(state);
    whole["file"] = json!(summary.resolved.files(one.branch));
    match &one.what {
        Explained::Decided { outcome, points, traces, .. } => {
            let scheme = &county.schemes[outcome.scheme];
            whole["scheme_name"] = json!(scheme.name);
            whole["scheme_version"] = json!(scheme.version);
            let point = |point: &Point, originals: &mut Originals| {
                let sources: Vec<Value> = point.places.iter().map(|place| source_json(summary, place, originals)).collect();
                json!({ "about": point.about, "text": point.text(printer.lang(), &county.terms), "sources": sources })
            };
            whole["points"] = points.iter().map(|one| point(one, originals)).collect();
            whole["explained"] = traces.iter().map(|trace| trace_json(printer, summary, trace, scheme.digits, originals)).collect();
        }
        Explained::Returned { errors, own } => {
            whole["own_errors"] = json!(own);
            whole["errors"] =
                errors.iter().map(|finding| serde_json::to_value(finding_row(finding, printer.lang())).unwrap_or_default()).collect();
        }
        Explained::Missing | Explained::BranchUnscored => {}
    }
    whole
}
