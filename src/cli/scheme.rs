use std::path::Path;

use serde_json::json;

use crate::builtin;
use crate::diag::Lang;
use crate::scheme::{self, Grades, ItemKind, Rules, Scheme};

use super::printer::{Printer, pad};

fn load_builtin(id: &str) -> Option<Result<Scheme, scheme::SchemeError>> {
    let bytes = builtin::scheme(id)?;
    Some(scheme::load(&scheme::decode(&bytes)))
}

/// `scorebook scheme list`.
pub fn list(printer: &Printer) -> u8 {
    for id in builtin::scheme_ids() {
        if let Some(Ok(scheme)) = load_builtin(&id) {
            if printer.json() {
                printer.line(
                    json!({ "id": id, "name": scheme.name, "version": scheme.version, "rests_on_samples": scheme.rests_on_samples() })
                        .to_string(),
                );
            } else {
                printer.line(format!("{} {}", pad(&id, 16), scheme.name));
            }
        }
    }
    0
}

/// `scorebook scheme check`: every fault at once.
pub fn check(printer: &Printer, file: &Path) -> u8 {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            printer.fault(format!("{}: {error}", file.display()));
            return 2;
        }
    };
    match scheme::load(&scheme::decode(&bytes)) {
        Ok(scheme) => {
            let (items, figures) = (scheme.member.items.len().to_string(), scheme.member.figures.len().to_string());
            let name = file.display().to_string();
            printer.line(printer.text("scheme-good", &[("file", &name), ("name", &scheme.name), ("items", &items), ("figures", &figures)]));
            0
        }
        Err(error) => {
            printer.fault(error.message(&file.display().to_string(), printer.lang()));
            2
        }
    }
}

/// `scorebook scheme show`: a rule sheet, in Chinese as the rules are. Values that are our samples bear a star.
pub fn show(printer: &Printer, id: &str) -> u8 {
    let Some(Ok(scheme)) = load_builtin(id) else {
        printer.fault(printer.text("scheme-unknown", &[("id", id), ("all", &builtin::scheme_ids().join(" "))]));
        return 2;
    };
    printer.line(format!("{}（{}，版本 {}）", scheme.name, scheme.id, scheme.version));
    show_rules(printer, &scheme.member);
    if let Some(poll) = &scheme.poll {
        let columns: Vec<String> = poll.columns.iter().map(|(name, max)| format!("{name} 0—{max}")).collect();
        printer.line(format!("民主测评：每人至少 {} 票；{}", poll.min_ballots, columns.join("，")));
    }
    for kind in scheme.adjustments.iter().flat_map(|adjustments| &adjustments.kinds) {
        let levels: Vec<String> = kind.levels.iter().map(|(level, points)| format!("{level} {points}")).collect();
        printer.line(format!("{}：{}", kind.name, levels.join("，")));
    }
    if let Some(veto) = &scheme.veto {
        printer.line(format!("一票否决：{}", veto.facts.join("，")));
    }
    for honour in &scheme.honours {
        let percent = (honour.share.clone() * crate::exact::Exact::from(100)).to_string();
        printer.line(format!("{}：不超过 {percent}%，{}", honour.name, if honour.floor { "舍去小数" } else { "进一" }));
    }
    for letter in &scheme.letters {
        printer.line(format!("{}：{}，期限 {} 个月", letter.grade, letter.name, letter.months));
    }
    if let Some(branch) = &scheme.branch {
        printer.line("支部积分：");
        show_rules(printer, branch);
    }
    if scheme.rests_on_samples() {
        let note = if printer.lang() == Lang::Zh {
            "以下为样例值，不是正式规定"
        } else {
            "these are sample values, not official rules"
        };
        printer.line(format!("{note}：{}", scheme.samples.join("；")));
    }
    0
}

fn show_rules(printer: &Printer, rules: &Rules) {
    for item in &rules.items {
        let kind = match item.kind {
            ItemKind::Mark => "评分",
            ItemKind::Deduct => "扣分",
            ItemKind::Bonus => "加分",
            ItemKind::Count => "次数",
        };
        let whom = if item.categories.is_empty() { String::new() } else { format!("（{}）", item.categories.join("、")) };
        printer.line(format!("  {kind} {} 每次不超过 {}{whom}", item.name, item.max));
    }
    for figure in &rules.figures {
        let runs: Vec<&str> = figure.runs.iter().map(|every| every.word()).collect();
        printer.line(format!("  {}（{}；{}）＝ {}", figure.name, figure.id, runs.join(" "), figure.formula.words(rules)));
    }
    if let Grades::Bands(bands) = &rules.grades {
        let all: Vec<String> = bands
            .iter()
            .rev()
            .map(|band| match &band.from {
                Some(from) => format!("≥{from} {}", band.gives),
                None => format!("其余 {}", band.gives),
            })
            .collect();
        printer.line(format!("  等次：{}", all.join("，")));
    }
    if let Grades::Rank { top, bottom, rest } = &rules.grades {
        printer.line(format!("  等次按名次：前 {} {}，后 {} {}，其余 {rest}", top.1, top.0, bottom.1, bottom.0));
    }
    if let Some(stars) = &rules.stars {
        let all: Vec<String> = stars
            .iter()
            .rev()
            .map(|band| match &band.from {
                Some(from) => format!("≥{from} {}星", band.gives),
                None => format!("其余 {}星", band.gives),
            })
            .collect();
        printer.line(format!("  星级：{}", all.join("，")));
    }
}
