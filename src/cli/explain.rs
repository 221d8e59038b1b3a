//! ```text
//! 张三  0101 第一支部  ju-10star
//! 年度总积分 = 91.00（准确值 91）   年终总积分 + 奖励加分 …
//! ├─ 日常积分 72
//! │  └─ 理想信念 …
//! │     ├─ 1月 9   第一党委/x.xlsx › 积分登记 › D3
//! ```

use serde_json::{Value, json};

use crate::county::nearest;
use crate::exact::Exact;
use crate::run::{self, Explained, Explanation, Options, Originals, Summary};
use crate::score::{Flag, Trace};

use super::printer::{Printer, place};
use super::progress::watched;

/// `scorebook explain`: where a member's figures come from.
pub fn explain(printer: &Printer, options: &Options, name: &str, branch: Option<&str>) -> u8 {
    let summary = match watched(printer, |progress| run::check(options, progress)) {
        Ok(summary) => summary,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let found = run::explain(&summary, name, branch);
    if found.is_empty() {
        let near = nearest(name, run::known_names(&summary)).map(|name| printer.text("usage-near", &[("name", name)])).unwrap_or_default();
        printer.fault(printer.text("explain-none", &[("name", name), ("near", &near)]));
        return 2;
    }
    let mut originals = Originals::default();
    for one in &found {
        if printer.json() {
            printer.line(to_json(&summary, one, &mut originals).to_string());
        } else {
            print(printer, &summary, one, name, &mut originals);
        }
    }
    0
}

fn print(printer: &Printer, summary: &Summary, one: &Explanation<'_>, name: &str, originals: &mut Originals) {
    let branch = &summary.county.register.branches[one.branch];
    let run = summary.county.run;
    match &one.what {
        Explained::Returned => {
            printer.line(format!("{name}  {} {}", branch.code, branch.name));
            let (count, first) = run::errors_of(summary, one.branch);
            let first = first.map(|f| format!("{}（{}）", f.message(printer.lang()), place(&f.place))).unwrap_or_default();
            printer.line(format!(
                "  {}",
                printer.text("explain-returned", &[("branch", &branch.name), ("count", &count.to_string()), ("first", &first)])
            ));
        }
        Explained::Decided { member, outcome, traces } => {
            let scheme = &summary.county.schemes[outcome.scheme];
            let who = member.map_or(branch.name.as_str(), |member| &member.name);
            printer.line(format!("{who}  {} {}  {}（{} {}）", branch.code, branch.name, run.zh(), scheme.name, scheme.id));
            let mut said = Vec::new();
            if let Some(grade) = &outcome.score.grade {
                said.push(printer.text("explain-grade", &[("grade", grade)]));
            }
            if let Some(stars) = outcome.score.stars {
                said.push(printer.text("explain-stars", &[("stars", &stars.to_string())]));
            }
            if let (Some(rank), Some(of)) = (outcome.rank, outcome.rank_of) {
                said.push(printer.text("explain-rank", &[("rank", &rank.to_string()), ("of", &of.to_string())]));
            }
            if let (Some(veto), false) = (&scheme.veto, outcome.score.veto.is_empty()) {
                let facts: Vec<&str> = outcome.score.veto.iter().map(|fact| veto.facts[*fact].as_str()).collect();
                said.push(printer.text("explain-veto", &[("facts", &facts.join("、"))]));
            }
            said.extend(outcome.honours.iter().cloned());
            said.extend(outcome.letter.iter().cloned());
            if !said.is_empty() {
                printer.line(format!("  {}", said.join("  ")));
            }
            if let Some(member) = member {
                let months = format!("{}—{}", member.first_month, member.last_month);
                let absent = outcome.score.flags.iter().find_map(|flag| match flag {
                    Flag::Exempt => Some(printer.text(
                        "explain-exempt",
                        &[
                            ("reason", member.exempt.as_deref().unwrap_or_default()),
                            ("grade", outcome.score.grade.as_deref().unwrap_or("—")),
                        ],
                    )),
                    Flag::NotExpected => Some(printer.text("explain-not-expected", &[("months", &months)])),
                    Flag::NotScored => Some(printer.text("explain-not-scored", &[("scheme", &scheme.name), ("period", &run.zh())])),
                    _ => None,
                });
                if let Some(absent) = absent {
                    printer.line(format!("  {absent}"));
                }
            }
            for trace in traces {
                tree(printer, summary, trace, "", "", scheme.digits, originals);
            }
        }
    }
    printer.line("");
}

fn published(value: &Exact, digits: u32) -> String {
    let (published, exact) = (value.publish(digits), value.to_string());
    if exact.contains('/') { format!("{published}（{exact}）") } else { published }
}

fn tree(printer: &Printer, summary: &Summary, trace: &Trace, lead: &str, branch: &str, digits: u32, originals: &mut Originals) {
    let rule = trace.rule.as_deref().map(|rule| format!("  ＝ {rule}")).unwrap_or_default();
    let source = trace.place.as_ref().map(|at| {
        let written = originals.text(summary, at).map(|text| format!(" {}", printer.text("explain-written", &[("text", &text)])));
        format!("  ← {}{}", place(at), written.unwrap_or_default())
    });
    printer.line(format!("{lead}{branch}{} {}{rule}{}", trace.label, published(&trace.value, digits), source.unwrap_or_default()));
    let below = match branch {
        "" => lead.to_owned(),
        "└─ " => format!("{lead}   "),
        _ => format!("{lead}│  "),
    };
    for (at, part) in trace.parts.iter().enumerate() {
        let last = at + 1 == trace.parts.len();
        tree(printer, summary, part, &below, if last { "└─ " } else { "├─ " }, digits, originals);
    }
}

fn trace_json(summary: &Summary, trace: &Trace, digits: u32, originals: &mut Originals) -> Value {
    let written = trace.place.as_ref().and_then(|place| originals.text(summary, place));
    let source = trace.place.as_ref().map(|place| {
        json!({ "file": place.file.as_deref(), "sheet": place.sheet.as_deref(), "cell": place.cell.map(|cell| cell.to_string()), "text": written })
    });
    let parts: Vec<Value> = trace.parts.iter().map(|part| trace_json(summary, part, digits, originals)).collect();
    json!({ "label": trace.label, "rule": trace.rule, "value": trace.value.publish(digits), "exact": trace.value.to_string(), "source": source, "parts": parts })
}

fn to_json(summary: &Summary, one: &Explanation<'_>, originals: &mut Originals) -> Value {
    let branch = &summary.county.register.branches[one.branch];
    match &one.what {
        Explained::Returned => json!({ "branch_code": branch.code, "branch": branch.name, "state": "returned" }),
        Explained::Decided { member, outcome, traces } => {
            let scheme = &summary.county.schemes[outcome.scheme];
            let figures: Vec<Value> = traces.iter().map(|trace| trace_json(summary, trace, scheme.digits, originals)).collect();
            json!({
                "branch_code": branch.code,
                "branch": branch.name,
                "state": "decided",
                "seq": member.map(|member| member.seq),
                "name": member.map_or(branch.name.as_str(), |member| &member.name),
                "scheme": scheme.id,
                "total": outcome.score.total.as_ref().map(|total| total.publish(scheme.digits)),
                "grade": outcome.score.grade,
                "stars": outcome.score.stars,
                "rank": outcome.rank,
                "flags": outcome.score.flags.iter().map(|flag| flag.word()).collect::<Vec<_>>(),
                "figures": figures,
            })
        }
    }
}
