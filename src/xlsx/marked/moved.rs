//! What stands below a table, such as a line for signatures, moved down so that missing rows find room in the table.
//!
//! An office does this when a row is inserted: cells, merged areas, notes, links, pictures and names go along, and what is said of the
//! table's last row (drop-downs, bounds, colours) is said of the new ones too. Where a formula would have to be rewritten nothing is moved.

use std::collections::BTreeMap;

use super::package::Package;
use crate::diag::CellRef;
use crate::ooxml::{Edits, Kind, Tag, escaped, tags, unescaped};

/// Rows from `at` on, zero-based, go `by` rows down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub at: u32,
    pub by: u32,
    /// The row behind the table's last one, and how many stand there now.
    pub added: (u32, u32),
}

impl Shift {
    /// Where a row is now.
    pub fn row(self, row: u32) -> u32 {
        if row >= self.at { row + self.by } else { row }
    }

    /// Where a cell is now.
    pub fn cell(self, cell: CellRef) -> CellRef {
        CellRef { row: self.row(cell.row), ..cell }
    }

    /// Cells that belong together; none if only some of them move.
    fn whole(self, text: &str) -> Option<String> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first, last) = (CellRef::parse(first)?, CellRef::parse(last)?);
        ((first.row >= self.at) == (last.row >= self.at)).then(|| range(self.cell(first), self.cell(last)))
    }

    /// Cells of which something is said; the table's last row speaks for the new ones.
    fn grown(self, text: &str) -> Option<String> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first, last) = (CellRef::parse(first)?, CellRef::parse(last)?);
        let (end, rows) = self.added;
        let more = if last.row >= self.at { self.by } else { u32::from(last.row + 1 == end) * rows };
        let end = (last.row + more).min(CellRef::ROWS - 1);
        Some(range(self.cell(first), CellRef { row: end, ..last }))
    }

    fn all_grown(self, areas: &str) -> Option<String> {
        areas.split_whitespace().map(|area| self.grown(area)).collect::<Option<Vec<_>>>().map(|areas| areas.join(" "))
    }
}

fn range(first: CellRef, last: CellRef) -> String {
    if first == last { first.to_string() } else { format!("{first}:{last}") }
}

/// The package with the rows of these sheets moved, by the name of each; none where that would take more than moving cells.
pub fn rows(package: &mut Package, main: &str, shifts: &BTreeMap<String, Shift>) -> Option<()> {
    let workbook = package.text(main)?;
    let mut moved_formula = false;
    for tag in tags(&workbook).filter(|tag| tag.name == "sheet" && tag.kind != Kind::Close) {
        let (name, part) = (tag.get("name")?, package.by_id(main, &tag.get("id")?)?);
        let xml = package.text(&part)?;
        // Formulas of other sheets that look here would look at other rows.
        if shifts.keys().any(|own| *own != name && formulas(&xml).any(|formula| names_sheet(formula, own))) {
            return None;
        }
        let Some(shift) = shifts.get(&name) else { continue };
        if package.related(&part, "table").is_some() || package.related(&part, "threadedComment").is_some() {
            return None;
        }
        let (xml, formula) = worksheet(&xml, *shift)?;
        moved_formula |= formula;
        package.set(&part, xml);
        if let Some((_, drawing)) = package.related(&part, "drawing") {
            let text = package.text(&drawing)?;
            package.set(&drawing, pictures(&text, *shift)?);
        }
    }
    package.set(main, defined_names(&workbook, shifts)?);
    if moved_formula && let Some((id, _)) = package.related(main, "calcChain") {
        package.unrelate(main, &id)?;
    }
    Some(())
}

/// The worksheet moved, and whether a formula was.
fn worksheet(xml: &str, shift: Shift) -> Option<(String, bool)> {
    let mut edits = Edits::default();
    let (mut in_data, mut in_breaks, mut below, mut formula) = (false, false, false, false);
    let mut areas: Option<usize> = None;
    if formulas(xml).any(|formula| reaches(formula, shift.at)) {
        return None;
    }
    let put = |edits: &mut Edits, tag: &Tag<'_>, name: &str, to: Option<String>| {
        edits.replace(tag.whole.clone(), tag.with(name, &to?));
        Some(())
    };
    for tag in tags(xml) {
        let begins = tag.kind != Kind::Close;
        match tag.name {
            "sheetData" => in_data = tag.kind == Kind::Open,
            "rowBreaks" => in_breaks = tag.kind == Kind::Open,
            "row" if in_data && begins => {
                let row = tag.get("r")?.trim().parse::<u32>().ok()?.checked_sub(1)?;
                below = row >= shift.at;
                if below {
                    put(&mut edits, &tag, "r", Some((shift.row(row) + 1).to_string()))?;
                }
            }
            "c" if in_data && begins && below => put(&mut edits, &tag, "r", Some(shift.cell(CellRef::parse(&tag.get("r")?)?).to_string()))?,
            "f" if in_data && begins => {
                formula |= below;
                if let Some(area) = tag.get("ref") {
                    put(&mut edits, &tag, "ref", shift.whole(&area))?;
                }
            }
            "mergeCell" | "hyperlink" if begins => put(&mut edits, &tag, "ref", shift.whole(&tag.get("ref")?))?,
            "autoFilter" | "dimension" | "sortState" if begins => put(&mut edits, &tag, "ref", shift.grown(&tag.get("ref")?))?,
            "brk" if in_breaks && begins => {
                let id = tag.get("id")?.parse::<u32>().ok()?;
                put(&mut edits, &tag, "id", Some(if id > shift.at { id + shift.by } else { id }.to_string()))?;
            }
            "sqref" if tag.kind == Kind::Open => areas = Some(tag.whole.end),
            "sqref" if tag.kind == Kind::Close => {
                let start = areas.take()?;
                edits.replace(start..tag.whole.start, shift.all_grown(&xml[start..tag.whole.start])?);
            }
            // Which cells were chosen when it was saved matters to nobody.
            "selection" => {}
            _ if begins && !in_data => {
                if let Some(areas) = tag.get("sqref") {
                    put(&mut edits, &tag, "sqref", shift.all_grown(&areas))?;
                }
            }
            _ => {}
        }
    }
    Some((edits.apply(xml), formula))
}

/// A drawing whose anchors below the table go along.
fn pictures(xml: &str, shift: Shift) -> Option<String> {
    let mut edits = Edits::default();
    let mut start = None;
    for tag in tags(xml).filter(|tag| tag.name == "row") {
        match tag.kind {
            Kind::Open => start = Some(tag.whole.end),
            Kind::Close => {
                let place = start.take()?..tag.whole.start;
                let row = xml[place.clone()].trim().parse::<u32>().ok()?;
                edits.replace(place, shift.row(row).to_string());
            }
            Kind::Empty => return None,
        }
    }
    Some(edits.apply(xml))
}

/// The workbook's part with print areas and other names moved.
fn defined_names(xml: &str, shifts: &BTreeMap<String, Shift>) -> Option<String> {
    let mut edits = Edits::default();
    let mut start = None;
    for tag in tags(xml).filter(|tag| tag.name == "definedName") {
        match tag.kind {
            Kind::Open => start = Some(tag.whole.end),
            Kind::Close => {
                let place = start.take()?..tag.whole.start;
                let mut text = unescaped(&xml[place.clone()])?;
                for (name, shift) in shifts {
                    if names_sheet(&text, name) {
                        text = text.split(',').map(|area| named_area(area, name, *shift)).collect::<Option<Vec<_>>>()?.join(",");
                    }
                }
                edits.replace(place, escaped(&text));
            }
            Kind::Empty => {}
        }
    }
    Some(edits.apply(xml))
}

/// `'积分登记'!$A$1:$J$43`, one cell or whole rows of a sheet.
fn named_area(area: &str, sheet: &str, shift: Shift) -> Option<String> {
    let (of, cells) = area.rsplit_once('!')?;
    if of.trim_matches('\'').replace("''", "'") != sheet {
        return Some(area.to_owned());
    }
    let bare = cells.replace('$', "");
    let rows = || bare.split(':').map(|row| row.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    if let Some(rows) = rows() {
        // Rows that print on every page stand above the table.
        return rows.iter().all(|row| *row <= shift.at).then(|| area.to_owned());
    }
    if !bare.contains(|c: char| c.is_ascii_digit()) {
        return Some(area.to_owned()); // whole columns
    }
    let grown = shift.grown(&bare)?;
    let fixed = |cell: &str| {
        let letters = cell.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        format!("${}${}", &cell[..letters], &cell[letters..])
    };
    Some(format!("{of}!{}", grown.split(':').map(fixed).collect::<Vec<_>>().join(":")))
}

/// Formulas of cells, drop-downs, bounds and colours, as written.
fn formulas(xml: &str) -> impl Iterator<Item = &str> {
    let mut start = None;
    tags(xml).filter_map(move |tag| {
        if !matches!(tag.name, "f" | "formula" | "formula1" | "formula2") {
            return None;
        }
        match tag.kind {
            Kind::Open => start = Some(tag.whole.end),
            Kind::Close => return start.take().map(|start| &xml[start..tag.whole.start]),
            Kind::Empty => {}
        }
        None
    })
}

/// True if a formula looks at another sheet of that name.
fn names_sheet(formula: &str, sheet: &str) -> bool {
    let formula = unescaped(formula).unwrap_or_else(|| formula.to_owned());
    formula.contains(&format!("{sheet}!")) || formula.contains(&format!("{}'!", sheet.replace('\'', "''")))
}

/// True if a formula looks at a row of its own sheet from `at` on, or at whole columns.
fn reaches(formula: &str, at: u32) -> bool {
    let formula = unescaped(formula).unwrap_or_else(|| formula.to_owned());
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '$' | '_' | '.');
    let mut quoted = false;
    let mut before = '\0';
    let mut rest = formula.as_str();
    // A range of another sheet names it once: `S!A1:A9`.
    let mut elsewhere = false;
    while let Some(c) = rest.chars().next() {
        let length = if !quoted && is_word(c) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        let (word, after) = rest.split_at(length);
        if c == '"' {
            quoted = !quoted;
        } else if !quoted && is_word(c) {
            elsewhere = before == '!' || (before == ':' && elsewhere);
            let bare = word.replace('$', "");
            let whole_column = (before == ':' || after.starts_with(':')) && CellRef::parse_column(&bare).is_some();
            let below = CellRef::parse(&bare).is_some_and(|cell| cell.row >= at);
            let row = bare.parse::<u32>().is_ok_and(|row| row > at) && (before == ':' || after.starts_with(':'));
            if !elsewhere && !after.starts_with(['!', '(']) && (below || whole_column || row) {
                return true;
            }
        }
        before = c;
        if length > c.len_utf8() {
            before = word.chars().next_back().unwrap_or(c);
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: Shift = Shift { at: 9, by: 2, added: (9, 2) };

    #[test]
    fn what_stands_below_goes_down_and_what_is_said_of_the_last_row_is_said_of_the_new_ones() {
        let xml = r#"<worksheet><dimension ref="A1:C12"/><sheetViews><sheetView><selection sqref="A12"/></sheetView></sheetViews><sheetData><row r="9"><c r="A9"><v>1</v></c></row>
            <row r="11"><c r="A11"><f>SUM(A2:A9)</f><v>1</v></c></row><row r="12"/></sheetData><autoFilter ref="A4:C9"/><mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="B11:C12"/></mergeCells>
            <conditionalFormatting sqref="B5:B9 C2"><cfRule><formula>B5&gt;1</formula></cfRule></conditionalFormatting><dataValidations><dataValidation sqref="C5:C2000"><formula1>'名册'!$A$5:$A$900</formula1></dataValidation></dataValidations>
            <hyperlinks><hyperlink ref="A11" location="S!A1"/></hyperlinks><rowBreaks><brk id="10"/><brk id="4"/></rowBreaks><extLst><ext><xm:sqref>A5:A9</xm:sqref></ext></extLst></worksheet>"#;
        let (moved, formula) = worksheet(xml, SHIFT).expect("moved");
        assert!(formula);
        for part in [
            r#"<dimension ref="A1:C14"/>"#,
            r#"<row r="9"><c r="A9">"#,
            r#"<row r="13"><c r="A13"><f>SUM(A2:A9)</f>"#,
            r#"<row r="14"/>"#,
            r#"<autoFilter ref="A4:C11"/>"#,
            r#"<mergeCell ref="A1:C1"/><mergeCell ref="B13:C14"/>"#,
            r#"sqref="B5:B11 C2""#,
            r#"sqref="C5:C2002""#,
            r#"<hyperlink ref="A13""#,
            r#"<brk id="12"/><brk id="4"/>"#,
            r"<xm:sqref>A5:A11</xm:sqref>",
        ] {
            assert!(moved.contains(part), "{part}\n{moved}");
        }
        assert_eq!((SHIFT.row(8), SHIFT.row(9)), (8, 11));
    }

    #[test]
    fn nothing_is_moved_where_a_formula_looks_below_or_an_area_stands_across() {
        let with = |inner: &str| worksheet(&format!("<worksheet><sheetData>{inner}</sheetData></worksheet>"), SHIFT).is_some();
        let cell = |formula: &str| with(&format!(r#"<row r="3"><c r="A3"><f>{formula}</f></c></row>"#));
        for fine in ["SUM(A1:A9)", "S!A50+1", "'甲 乙'!$A$1:$A$90", "LOG10(A1)", "\"A77\"&amp;A1", "A1*120"] {
            assert!(cell(fine), "{fine}");
        }
        for bad in ["A10", "$B$12+1", "SUM(A1:A10)", "SUM(A:A)", "SUM(S!A1,A99)", "SUM(3:12)"] {
            assert!(!cell(bad), "{bad}");
        }
        assert!(!with(r#"</sheetData><mergeCells><mergeCell ref="A8:A12"/></mergeCells><sheetData>"#));
        assert!(!with(r#"<row r="3"><c r="A3"><f t="shared" ref="A3:A12" si="0">B3</f></c></row>"#));
    }

    #[test]
    fn names_and_pictures_go_along() {
        let shifts = BTreeMap::from([("登记".to_owned(), SHIFT)]);
        let names = |text: &str| {
            let xml = format!("<definedNames><definedName name=\"n\">{text}</definedName></definedNames>");
            defined_names(&xml, &shifts)
                .map(|xml| xml.replace("<definedNames><definedName name=\"n\">", "").replace("</definedName></definedNames>", ""))
        };
        assert_eq!(names("登记!$A$1:$J$12").as_deref(), Some("登记!$A$1:$J$14"));
        assert_eq!(names("登记!$A:$B,登记!$3:$4").as_deref(), Some("登记!$A:$B,登记!$3:$4"));
        assert_eq!(names("名册!$A$1:$J$12").as_deref(), Some("名册!$A$1:$J$12"));
        assert_eq!(names("登记!$A$10+1"), None);
        let drawn = pictures("<xdr:from><xdr:col>1</xdr:col><xdr:row>8</xdr:row></xdr:from><xdr:to><xdr:row>10</xdr:row></xdr:to>", SHIFT);
        assert_eq!(
            drawn.as_deref(),
            Some("<xdr:from><xdr:col>1</xdr:col><xdr:row>8</xdr:row></xdr:from><xdr:to><xdr:row>12</xdr:row></xdr:to>")
        );
    }
}
