//! The parts of an xlsx package around the cells: which sheets there are and where, which styles are dates.

use quick_xml::events::BytesStart;

use super::gather::Results;
use super::package::Package;
use super::style::{Formats, Style};
use super::xml::{self, Node};
use super::{Limits, Refusal};
use crate::diag::Unreadable;

/// One entry of the workbook's list of sheets that is a worksheet.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Name of the part that holds its cells.
    pub(super) part: String,
}

/// What the package says about itself.
pub(super) struct Workbook {
    pub(super) date_1904: bool,
    pub(super) sheets: Vec<Listed>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) returns: Option<String>,
    pub(super) results: Results,
    /// The package holds pictures that were put into cells.
    pub(super) pictures: bool,
}

impl Workbook {
    pub(super) fn of(package: &mut Package, limits: &Limits) -> Result<Self, Refusal> {
        let root = package.relations("")?;
        let named = |kind: &str, usual: &str| {
            let found = root.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.part.clone());
            found.unwrap_or_else(|| usual.to_owned())
        };
        let main = named("officeDocument", "xl/workbook.xml");
        let (core, custom) = (named("core-properties", "docProps/core.xml"), named("custom-properties", "docProps/custom.xml"));
        let text = package.text(&main)?.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("{main} is missing")))?;
        let List { date_1904, sheets: listed, asks } = list(&main, &text)?;
        if listed.len() > limits.max_sheets {
            return Err(Refusal::too_large("sheets", limits.max_sheets));
        }
        let relations = package.relations(&main)?;
        let part_of = |kind: &str| relations.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.part.clone());
        let mut sheets = Vec::new();
        for (name, hidden, id) in listed {
            let relation = relations.iter().find(|relation| relation.id == id);
            let relation =
                relation.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("sheet {name} is nowhere in the package")))?;
            // Chart sheets, dialog sheets and macro sheets hold nothing a branch reports.
            if relation.kind == "worksheet" {
                let part = relation
                    .part
                    .clone()
                    .ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("sheet {name} lies outside the file")))?;
                sheets.push(Listed { name, hidden, part });
            }
        }
        // A broken property part takes nothing from the scores: it is passed over.
        let mut property = |part: &str| package.text(part).ok().flatten();
        let modified = property(&core).and_then(|text| xml::first_text(&text, "modified"));
        let returns = property(&custom).and_then(|text| custom_property(&text, "scorebook.returns"));
        let program = property(&named("extended-properties", "docProps/app.xml")).and_then(|text| xml::first_text(&text, "Application"));
        let results = match program {
            _ if asks => Results::Never,
            Some(program) if cannot_calculate(&program) && part_of("calcChain").is_none() => Results::Doubtful,
            _ => Results::Calculated,
        };
        let pictures =
            property("xl/richData/rdrichvaluestructure.xml").is_some_and(|text| text.contains("_localImage") || text.contains("_webimage"));
        let (strings, styles) = (part_of("sharedStrings"), part_of("styles"));
        Ok(Self { date_1904, sheets, strings, styles, modified, returns, results, pictures })
    }
}

/// Programs that write formulas and cannot calculate, by what they call themselves.
fn cannot_calculate(program: &str) -> bool {
    let program = program.to_ascii_lowercase();
    ["openpyxl", "sheetjs", "excelize", "poi", "npoi", "xlsxwriter", "exceljs", "odfpy", "phpexcel"]
        .iter()
        .any(|name| program.contains(name))
}

/// Name, hidden, relation id.
type Entry = (String, bool, String);

/// What the workbook's part says.
#[derive(Default)]
struct List {
    date_1904: bool,
    sheets: Vec<Entry>,
    /// All formulas are to be calculated when the file is opened: what is stored is not their result.
    asks: bool,
}

fn list(part: &str, text: &str) -> Result<List, Refusal> {
    let List { mut date_1904, mut sheets, mut asks } = List::default();
    xml::walk(part, text, |node| -> Result<(), Refusal> {
        match node {
            Node::Open("workbookPr", tag) => date_1904 |= xml::attribute(tag, "date1904").is_some_and(|v| v == "1" || v == "true"),
            // ECMA-376 part 1, 18.2.2.
            Node::Open("calcPr", tag) => {
                let says = |name, words: [&str; 2]| xml::attribute(tag, name).is_some_and(|value| words.contains(&value.as_str()));
                asks |= says("fullCalcOnLoad", ["1", "true"]) || says("calcCompleted", ["0", "false"]);
            }
            Node::Open("sheet", tag) => {
                let hidden = xml::attribute(tag, "state").is_some_and(|state| state != "visible");
                let said = |name| {
                    xml::attribute(tag, name)
                        .ok_or_else(|| Refusal::unreadable(Unreadable::Content, format!("{part}: a sheet has no {name}")))
                };
                sheets.push((said("name")?, hidden, said("id")?));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(List { date_1904, sheets, asks })
}

/// `<property name="scorebook.returns"><vt:lpwstr>a.zip!/b.xlsx</vt:lpwstr></property>`
pub(super) fn custom_property(text: &str, wanted: &str) -> Option<String> {
    xml::text_where(text, "property", |tag| xml::attribute(tag, "name").as_deref() == Some(wanted))
}

/// Every cell style (`cellXfs`), by its number format.
pub(super) fn styles(part: &str, text: &str, date_1904: bool) -> Result<Vec<Style>, Refusal> {
    let (mut formats, mut ids, mut inside) = (Formats::new(date_1904), Vec::new(), false);
    xml::walk(part, text, |node| -> Result<(), Refusal> {
        match node {
            Node::Open("numFmt", tag) => {
                if let (Some(id), Some(code)) = (number(tag), xml::attribute(tag, "formatCode")) {
                    formats.define(id, code);
                }
            }
            Node::Open("cellXfs", _) => inside = true,
            Node::Close("cellXfs") => inside = false,
            Node::Open("xf", tag) if inside => ids.push(number(tag).unwrap_or(0)),
            _ => {}
        }
        Ok(())
    })?;
    Ok(formats.styles(ids))
}

fn number(tag: &BytesStart) -> Option<u32> {
    xml::attribute(tag, "numFmtId")?.trim().parse().ok()
}
