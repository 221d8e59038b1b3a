//! The page that tells how to draw a form says all there is.

use scorebook::diag::Unreadable;
use scorebook::ooxml::Fault;
use scorebook::template::{Feature, PictureFault, SETTINGS};

use super::*;

fn page() -> String {
    String::from_utf8(file("docs/template.md")).expect("text")
}

/// The words of a message, its values cut out: they stand where `…` does on the page.
fn said(problem: &Problem) -> Vec<String> {
    problem.text(Lang::Zh).split('…').map(str::to_owned).collect()
}

#[test]
fn every_setting_problem_and_loss_is_on_the_page() {
    let page = page();
    let mut absent: Vec<String> =
        SETTINGS.iter().filter(|key| !page.contains(&format!("| `{key}` |"))).map(|key| (*key).to_owned()).collect();
    let dots = || "…".to_owned();
    let problems = [
        Problem::Fault(Fault::unreadable(Unreadable::Package, dots())),
        Problem::Fault(Fault::Encrypted),
        Problem::Fault(Fault::too_large("part", 32 << 20).of_part("…")),
        Problem::TooLarge,
        Problem::NoSheet,
        Problem::Brace,
        Problem::Malformed(dots()),
        Problem::UnknownField { name: dots(), nearest: None },
        Problem::UnknownList { name: dots(), nearest: None },
        Problem::OtherList { name: dots(), instead: dots() },
        Problem::OutsideBlock(dots()),
        Problem::TwoColumnLists(dots(), dots()),
        Problem::TwoRowLists(dots(), dots()),
        Problem::NoColumnList(dots()),
        Problem::Formula(dots()),
        Problem::FormulaRepeats(dots()),
        Problem::FormulaText { formula: dots(), cell: dots() },
        Problem::FormulaGrows(dots()),
        Problem::FormulaCycle(dots()),
        Problem::TitleBelowBlock,
        Problem::MergeCrosses(dots()),
        Problem::PrintAreaCrosses(dots()),
        Problem::PageNumberInCell,
        Problem::PageTotal(dots()),
        Problem::GroupTotal(dots()),
        Problem::TotalWithoutBlock(dots()),
        Problem::UnknownSetting { name: dots(), nearest: None },
        Problem::SettingValue { key: dots(), allowed: "…" },
        Problem::Across,
        Problem::MergesOverlap(dots(), dots()),
        Problem::Picture(PictureFault::Damaged),
        Problem::Picture(PictureFault::TooLarge),
        Problem::Picture(PictureFault::Cmyk),
        Problem::NoRoom,
        Problem::TooNarrow,
        Problem::TitleTooHigh,
        Problem::UnknownSheet { name: dots(), nearest: None },
    ];
    // A new kind must be added above: this match stops compiling without it.
    for problem in &problems {
        match problem {
            Problem::Fault(Fault::Unreadable { .. } | Fault::Encrypted | Fault::TooLarge { .. })
            | Problem::TooLarge
            | Problem::NoSheet
            | Problem::Brace
            | Problem::Malformed(_)
            | Problem::UnknownField { .. }
            | Problem::UnknownList { .. }
            | Problem::OtherList { .. }
            | Problem::OutsideBlock(_)
            | Problem::TwoColumnLists(..)
            | Problem::TwoRowLists(..)
            | Problem::NoColumnList(_)
            | Problem::Formula(_)
            | Problem::FormulaRepeats(_)
            | Problem::FormulaText { .. }
            | Problem::FormulaGrows(_)
            | Problem::FormulaCycle(_)
            | Problem::TitleBelowBlock
            | Problem::MergeCrosses(_)
            | Problem::PrintAreaCrosses(_)
            | Problem::PageNumberInCell
            | Problem::PageTotal(_)
            | Problem::GroupTotal(_)
            | Problem::TotalWithoutBlock(_)
            | Problem::UnknownSetting { .. }
            | Problem::SettingValue { .. }
            | Problem::Across
            | Problem::MergesOverlap(..)
            | Problem::Picture(_)
            | Problem::NoRoom
            | Problem::TooNarrow
            | Problem::TitleTooHigh
            | Problem::UnknownSheet { .. }
            | Problem::More(_)
            | Problem::NotCarried(_) => {}
        }
        let row = page.lines().find(|line| line.starts_with("| ") && said(problem).iter().all(|part| line.contains(part.as_str())));
        if row.is_none() {
            absent.push(problem.text(Lang::Zh));
        }
    }
    absent.extend(Feature::ALL.iter().map(|feature| feature.texts().0).filter(|text| !page.contains(text)).map(str::to_owned));
    assert!(absent.is_empty(), "docs/template.md does not say:\n{}", absent.join("\n"));
}

#[test]
fn the_commands_of_the_page_name_forms_that_exist() {
    let page = page();
    for line in page.lines().filter(|line| line.starts_with("scorebook template ")) {
        let form = line.split_whitespace().nth(3).map(|word| word.trim_end_matches(".xlsx")).unwrap_or_default();
        if !form.is_empty() && !form.starts_with('#') {
            assert!(FORMS.iter().any(|known| known.id == form), "{line}");
        }
    }
    for form in FORMS {
        assert!(page.contains(&format!("`{}`", form.id)) && page.contains(form.title), "{}", form.id);
    }
}
