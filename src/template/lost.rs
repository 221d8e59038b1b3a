//! What of a drawing will not be carried: each kind noted, none in silence.

use super::drawn::{Lost, cell_ref};
use super::error::Feature;
use crate::diag::CellRef;
use crate::ooxml::{Element, printable};

/// Of one kind on one sheet; more would bury the rest.
const MOST_OF_A_KIND: usize = 20;

/// Notes what will not be carried, each cell and kind once.
pub(super) fn note(lost: &mut Vec<Lost>, sheet: &str, cell: Option<CellRef>, feature: Feature) {
    let same = lost.iter().filter(|(name, _, other)| name == sheet && *other == feature);
    let (mut count, mut known) = (0, false);
    for (_, at, _) in same {
        count += 1;
        known |= *at == cell;
    }
    if !known && count < MOST_OF_A_KIND {
        lost.push((sheet.to_owned(), cell, feature));
    }
}

fn first_cell(element: &Element, attribute: &str) -> Option<CellRef> {
    element.attribute(attribute).and_then(|refs| refs.split([' ', ':']).next()).and_then(cell_ref)
}

/// What a sheet has beside cells, rows, columns and pictures.
pub(super) fn of_sheet(root: &Element, sheet: &str, lost: &mut Vec<Lost>) {
    for rule in root.child("dataValidations").iter().flat_map(|rules| rules.all("dataValidation")) {
        note(lost, sheet, first_cell(rule, "sqref"), Feature::Validation);
    }
    for link in root.child("hyperlinks").iter().flat_map(|links| links.all("hyperlink")) {
        note(lost, sheet, first_cell(link, "ref"), Feature::Hyperlink);
    }
    for (part, feature) in [
        ("tableParts", Feature::Table),
        ("legacyDrawingHF", Feature::HeaderPicture),
        ("picture", Feature::Background),
        ("oleObjects", Feature::Shape),
        ("controls", Feature::Shape),
    ] {
        if root.child(part).is_some() {
            note(lost, sheet, None, feature);
        }
    }
    let on = |part: &str, name: &str| root.child(part).and_then(|element| element.flag(name)) == Some(true);
    if on("headerFooter", "differentFirst") || on("headerFooter", "differentOddEven") {
        note(lost, sheet, None, Feature::OtherHeaders);
    }
    if on("pageSetup", "blackAndWhite") || on("pageSetup", "draft") {
        note(lost, sheet, None, Feature::Draft);
    }
    let view = |name: &str, usual: bool| {
        let views = root.child("sheetViews").into_iter().flat_map(|views| views.all("sheetView"));
        views.into_iter().any(|view| view.flag(name).is_some_and(|set| set != usual))
    };
    if view("showZeros", true) {
        note(lost, sheet, None, Feature::HiddenZeros);
    }
    if view("rightToLeft", false) || view("showFormulas", false) {
        note(lost, sheet, None, Feature::View);
    }
    if let Some(sparkline) = root.find("sparklineGroups") {
        let cell = sparkline.find("sqref").and_then(|cells| cells.text.split([' ', ':']).next().and_then(cell_ref));
        note(lost, sheet, cell, Feature::Shape);
    }
    if ["oddHeader", "oddFooter"].iter().any(|band| {
        let band = root.child("headerFooter").and_then(|bands| bands.child(band));
        band.is_some_and(|band| has_lost_code(&printable(&band.text)))
    }) {
        note(lost, sheet, None, Feature::HeaderCode);
    }
    if on("printOptions", "gridLines") || on("printOptions", "headings") {
        note(lost, sheet, None, Feature::GridLines);
    }
}

/// Codes of a header that are not carried: raised and lowered text, outline, shadow, path, time.
fn has_lost_code(band: &str) -> bool {
    let mut rest = band.chars();
    while rest.by_ref().any(|c| c == '&') {
        match rest.next() {
            Some('"') => drop(rest.by_ref().find(|c| *c == '"')),
            Some(code) if "XYOHZTxyohzt".contains(code) => return true,
            _ => {}
        }
    }
    false
}

/// Cell notes.
pub(super) fn comments(root: Option<&Element>, sheet: &str, lost: &mut Vec<Lost>) {
    for comment in root.and_then(|root| root.child("commentList")).iter().flat_map(|list| list.all("comment")) {
        note(lost, sheet, first_cell(comment, "ref"), Feature::Comment);
    }
}
