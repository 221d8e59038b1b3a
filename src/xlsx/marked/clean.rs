//! What a copy leaves out of the sender's parts, and what it shows that was hidden.

use crate::diag::CellRef;
use crate::ooxml::{Edits, Kind, Tag, tags};

/// Words of formulas that reach beyond the workbook or lead out of it. Their last results stay.
const REACHING: [&str; 7] = ["HYPERLINK(", "WEBSERVICE(", "RTD(", "CALL(", "REGISTER", "EXEC(", "|"];

/// True for a formula that refers to another file, starts a program or opens a link: `[1]Sheet!A1`, `cmd|'/c'!A1`.
pub fn reaches_out(formula: &str) -> bool {
    let upper = formula.to_ascii_uppercase();
    // Columns of tables stand in brackets too, but no number, and nothing before a sheet's mark.
    let other_file = upper.split('[').skip(1).any(|rest| {
        let inside = rest.split(']').next().unwrap_or_default();
        !inside.is_empty() && (inside.bytes().all(|byte| byte.is_ascii_digit()) || (inside.contains('.') && rest.contains('!')))
    });
    other_file || REACHING.iter().any(|word| upper.contains(word))
}

/// True for a part with a formula, or a name, that reaches beyond the workbook and is taken out.
pub fn has_formula_that_reaches_out(xml: &str) -> bool {
    let mut start = None;
    tags(xml).filter(|tag| matches!(tag.name, "f" | "definedName")).any(|tag| match tag.kind {
        Kind::Open => {
            start = Some(tag.whole.end);
            false
        }
        Kind::Close => start.take().is_some_and(|start| reaches_out(&xml[start..tag.whole.start])),
        Kind::Empty => false,
    })
}

/// The workbook's part without names and links of other files; sheets that `marked` names are shown.
pub fn workbook(xml: &str, marked: impl Fn(&str) -> bool) -> String {
    let mut edits = Edits::default();
    let mut name: Option<(usize, usize, bool)> = None;
    for tag in tags(xml) {
        match (tag.name, tag.kind) {
            ("sheet", Kind::Open | Kind::Empty) if tag.get("state").is_some() && tag.get("name").is_some_and(|name| marked(&name)) => {
                edits.replace(tag.whole.clone(), tag.with("state", "visible"));
            }
            ("definedName", Kind::Open) => {
                let runs = ["function", "vbProcedure", "xlm"]
                    .iter()
                    .any(|name| tag.get(name).is_some_and(|value| value == "1" || value == "true"));
                name = Some((tag.whole.start, tag.whole.end, runs));
            }
            ("definedName", Kind::Close) => {
                if let Some((start, text, runs)) = name.take()
                    && (runs || reaches_out(&xml[text..tag.whole.start]))
                {
                    edits.replace(start..tag.whole.end, "");
                }
            }
            _ => {}
        }
    }
    let text = without(&edits.apply(xml), &["externalReferences", "functionGroups", "webPublishObjects"]);
    // A list without entries is no list that an office opens.
    if tags(&text).any(|tag| tag.name == "definedName") { text } else { without(&text, &["definedNames"]) }
}

/// A worksheet without formulas that reach out, objects and controls; filters are lifted, and rows and columns of marked cells
/// are shown. None where a formula that reaches out is shared by cells.
pub fn worksheet(xml: &str, marked: &[CellRef]) -> Option<String> {
    let mut edits = Edits::default();
    let filtered = tags(xml).any(|tag| tag.name == "filterColumn");
    let (mut formula, mut shared): (Option<(usize, usize)>, bool) = (None, false);
    // Colours of newer offices name their cells in an element of their own: `<xm:sqref>`.
    let (mut newer, mut area): (bool, Option<usize>) = (false, None);
    let kept_from = |areas: &str| {
        let left = without_cells(areas, marked);
        if left.is_empty() { NOWHERE.to_owned() } else { left }
    };
    for tag in tags(xml) {
        match (tag.name, tag.kind) {
            ("col", Kind::Open | Kind::Empty) => {
                let number = |name: &str| tag.get(name).and_then(|value| value.parse::<u32>().ok());
                let (min, max) = (number("min")?, number("max")?);
                if unseen(&tag, "width") && marked.iter().any(|cell| (min..=max).contains(&(u32::from(cell.column) + 1))) {
                    edits.replace(tag.whole.clone(), seen(&tag, "width", "10"));
                }
            }
            ("row", Kind::Open | Kind::Empty) => {
                let row = tag.get("r").and_then(|row| row.trim().parse::<u32>().ok());
                let bad = row.is_some_and(|row| marked.iter().any(|cell| cell.row + 1 == row));
                if unseen(&tag, "ht") && (bad || filtered) {
                    edits.replace(tag.whole.clone(), seen(&tag, "ht", "18"));
                }
            }
            ("f", Kind::Open) => {
                formula = Some((tag.whole.start, tag.whole.end));
                shared = tag.get("t").is_some_and(|kind| kind != "normal");
            }
            ("f", Kind::Close) => {
                let (start, text) = formula.take()?;
                if reaches_out(&xml[text..tag.whole.start]) {
                    if shared {
                        return None;
                    }
                    edits.replace(start..tag.whole.end, "");
                }
            }
            ("conditionalFormatting", Kind::Open) => {
                let areas = tag.get("sqref");
                newer = areas.is_none();
                if let Some(left) = areas.map(|areas| kept_from(&areas)) {
                    edits.replace(tag.whole.clone(), tag.with("sqref", &left));
                }
            }
            ("conditionalFormatting", Kind::Close) => newer = false,
            ("sqref", Kind::Open) if newer => area = Some(tag.whole.end),
            ("sqref", Kind::Close) => {
                if let Some(start) = area.take() {
                    edits.replace(start..tag.whole.start, kept_from(&xml[start..tag.whole.start]));
                }
            }
            _ => {}
        }
    }
    Some(without(&edits.apply(xml), &["filterColumn", "oleObjects", "controls", "webPublishItems"]))
}

fn unseen(tag: &Tag<'_>, size: &str) -> bool {
    let nothing = tag.get(size).and_then(|size| size.parse::<f64>().ok()).is_some_and(|size| size < 1.0);
    nothing || tag.get("hidden").is_some_and(|hidden| hidden == "1" || hidden == "true")
}

fn seen(tag: &Tag<'_>, size: &str, usual: &str) -> String {
    let shown = tag.with("hidden", "0");
    let nothing = tag.get(size).and_then(|size| size.parse::<f64>().ok()).is_some_and(|size| size < 1.0);
    if !nothing {
        return shown;
    }
    tags(&shown).next().map_or(shown.clone(), |tag| tag.with(size, usual))
}

/// The last cell of any sheet, of which nothing is seen: no area may be empty.
const NOWHERE: &str = "XFD1048576";

/// Every element of these names taken out, with all that is in it.
fn without(xml: &str, names: &[&str]) -> String {
    let mut edits = Edits::default();
    let mut open: Option<(String, usize, usize)> = None;
    for tag in tags(xml) {
        match (&mut open, tag.kind) {
            (None, Kind::Empty) if names.contains(&tag.name) => edits.replace(tag.whole, ""),
            (None, Kind::Open) if names.contains(&tag.name) => open = Some((tag.name.to_owned(), tag.whole.start, 1)),
            (Some((name, _, depth)), Kind::Open) if *name == tag.name => *depth += 1,
            (Some((name, start, depth)), Kind::Close) if *name == tag.name => {
                *depth -= 1;
                if *depth == 0 {
                    edits.replace(*start..tag.whole.end, "");
                    open = None;
                }
            }
            _ => {}
        }
    }
    edits.apply(xml)
}

/// Elements that name a relationship which is not there are taken out: links to other files, drawings of objects.
pub fn without_links(xml: &str, known: &[String]) -> String {
    const LINKING: [&str; 6] = ["hyperlink", "legacyDrawing", "legacyDrawingHF", "drawing", "picture", "tablePart"];
    let mut edits = Edits::default();
    let mut last: Option<usize> = None;
    for tag in tags(xml).filter(|tag| LINKING.contains(&tag.name)) {
        match tag.kind {
            Kind::Close => {
                if let Some(start) = last.take() {
                    edits.replace(start..tag.whole.end, "");
                }
            }
            _ if tag.get("id").is_some_and(|id| !known.contains(&id)) => {
                if tag.kind == Kind::Empty {
                    edits.replace(tag.whole, "");
                } else {
                    last = Some(tag.whole.start);
                }
            }
            _ => {}
        }
    }
    let text = edits.apply(xml);
    // A list without entries is no list that an office opens.
    let empty = tags(&text).any(|tag| tag.name == "hyperlinks") && !tags(&text).any(|tag| tag.name == "hyperlink");
    if empty { without(&text, &["hyperlinks"]) } else { text }
}

/// Areas without some cells: `A1:C3` without B2 is `A1:C1 A2 C2 A3:C3`.
fn without_cells(areas: &str, cells: &[CellRef]) -> String {
    let mut kept: Vec<(CellRef, CellRef)> = Vec::new();
    for area in areas.split_whitespace() {
        let (first, last) = area.split_once(':').unwrap_or((area, area));
        let (Some(first), Some(last)) = (CellRef::parse(first), CellRef::parse(last)) else { return areas.to_owned() };
        kept.push((first, last));
    }
    let before = kept.len();
    for cell in cells {
        let Some(at) = kept
            .iter()
            .position(|(first, last)| (first.row..=last.row).contains(&cell.row) && (first.column..=last.column).contains(&cell.column))
        else {
            continue;
        };
        let (first, last) = kept.swap_remove(at);
        let at = |row: u32, column: u16| CellRef { row, column };
        if first.row < cell.row {
            kept.push((first, at(cell.row - 1, last.column)));
        }
        if last.row > cell.row {
            kept.push((at(cell.row + 1, first.column), last));
        }
        if first.column < cell.column {
            kept.push((at(cell.row, first.column), at(cell.row, cell.column - 1)));
        }
        if last.column > cell.column {
            kept.push((at(cell.row, cell.column + 1), at(cell.row, last.column)));
        }
    }
    if kept.len() == before && cells.is_empty() {
        return areas.to_owned();
    }
    let name = |(first, last): &(CellRef, CellRef)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    let mut names: Vec<String> = kept.iter().map(name).collect();
    // Overlapping areas may hold a cell more than once; order does not matter to an office.
    names.sort();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> CellRef {
        CellRef::parse(name).expect("a cell")
    }

    #[test]
    fn what_reaches_out_is_known() {
        for formula in ["[1]Sheet1!A1", "'C:\\x\\[a.xlsx]S'!A1", "cmd|'/c calc'!A1", "HYPERLINK(\"http://x\")", "_xlfn.WEBSERVICE(A1)"] {
            assert!(reaches_out(formula), "{formula}");
        }
        for formula in ["SUM(A1:B2)", "Table1[分值]", "IF(A1>0,\"[无]\",B1)", "Table1[[#This Row],[x]]", "VLOOKUP(A1,S!A:B,2,0)"] {
            assert!(!reaches_out(formula), "{formula}");
        }
    }

    #[test]
    fn marked_cells_are_seen_and_nothing_lies_over_them() {
        let xml = r#"<worksheet><cols><col min="1" max="3" width="0" hidden="1"/><col min="9" max="9" hidden="1"/></cols><sheetData>
            <row r="2" hidden="1"><c r="B2"><f>[1]S!A1</f><v>3</v></c></row><row r="3" hidden="1"/></sheetData><conditionalFormatting sqref="A1:C3">x</conditionalFormatting>
            <oleObjects><oleObject r:id="r1"/></oleObjects></worksheet>"#;
        let cleaned = worksheet(xml, &[at("B2")]).expect("understood");
        assert!(cleaned.contains(r#"<col min="1" max="3" width="10" hidden="0"/><col min="9" max="9" hidden="1"/>"#), "{cleaned}");
        assert!(cleaned.contains(r#"<row r="2" hidden="0"><c r="B2"><v>3</v></c></row><row r="3" hidden="1"/>"#), "{cleaned}");
        assert!(cleaned.contains(r#"sqref="A1:C1 A2 A3:C3 C2""#) && !cleaned.contains("ole"), "{cleaned}");
        // Colours by the rules of newer offices.
        let newer = r"<worksheet><sheetData/><extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule/><xm:sqref>B1:B3 D4</xm:sqref>
            </x14:conditionalFormatting><x14:conditionalFormatting><xm:sqref>B2</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>
            <x14:dataValidation><xm:sqref>B1:B3</xm:sqref></x14:dataValidation></ext></extLst></worksheet>";
        let cleaned = worksheet(newer, &[at("B2")]).expect("understood");
        for part in ["<xm:sqref>B1 B3 D4</xm:sqref>", "<xm:sqref>XFD1048576</xm:sqref>", "<x14:dataValidation><xm:sqref>B1:B3</xm:sqref>"] {
            assert!(cleaned.contains(part), "{cleaned}");
        }
        let filter = r#"<worksheet><sheetData><row r="3" hidden="1"/></sheetData><autoFilter ref="A1:B9"><filterColumn colId="0"><filters/></filterColumn></autoFilter></worksheet>"#;
        let lifted = worksheet(filter, &[]).expect("understood");
        assert!(lifted.contains(r#"hidden="0""#) && lifted.contains(r#"<autoFilter ref="A1:B9"></autoFilter>"#), "{lifted}");
        assert!(worksheet(r#"<f t="shared" si="0" ref="A1:A2">[1]S!A1</f>"#, &[]).is_none());
    }

    #[test]
    fn a_marked_sheet_is_shown_and_names_of_other_files_go() {
        let xml = r#"<workbook><sheets><sheet name="a" state="veryHidden"/><sheet name="b" state="hidden"/></sheets><externalReferences><externalReference r:id="r"/></externalReferences>
            <definedNames><definedName name="x">[1]S!A1</definedName><definedName name="y">S!A1</definedName><definedName name="z" xlm="1">S!A1</definedName></definedNames></workbook>"#;
        let cleaned = workbook(xml, |name| name == "a");
        assert!(
            cleaned.contains(r#"<sheet name="a" state="visible"/><sheet name="b" state="hidden"/>"#) && !cleaned.contains("external"),
            "{cleaned}"
        );
        assert!(cleaned.contains(r#"<definedNames><definedName name="y">S!A1</definedName></definedNames>"#), "{cleaned}");
    }

    #[test]
    fn links_that_lead_nowhere_go() {
        let xml = r#"<worksheet><hyperlinks><hyperlink ref="A1" r:id="r9"/></hyperlinks><drawing r:id="r1"/></worksheet>"#;
        assert_eq!(without_links(xml, &["r1".to_owned()]), r#"<worksheet><drawing r:id="r1"/></worksheet>"#);
        let inside = r#"<hyperlinks><hyperlink ref="A1" location="S!A1"/></hyperlinks>"#;
        assert_eq!(without_links(inside, &[]), inside);
    }
}
