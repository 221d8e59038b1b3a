//! The sheet 设置 of a template.

use super::drawn::{Drawn, DrawnSheet};
use super::error::{Problem, TemplateError};
use crate::diag::CellRef;

/// What the sheet `设置` says about one sheet of the form.
#[expect(clippy::struct_excessive_bools, reason = "switches, each by itself")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Records a page, 1 and up.
    pub per_page: Option<usize>,
    /// Records beside each other, 1 and up.
    pub across: Option<usize>,
    /// Each record stands on pages of its own, made lower to fit one.
    pub whole: bool,
    /// Rows grow into the free height.
    pub stretch: bool,
    /// The last page is filled with empty ruled rows.
    pub pad: bool,
    /// Rows below the block stand on every page.
    pub footer_each_page: bool,
    /// Field whose change begins a page.
    pub page_per: Option<(String, CellRef)>,
    /// Field that each has a sheet of its own for.
    pub sheet_per: Option<(String, CellRef)>,
    /// Fields to sort by, with whether the larger come first.
    pub sort: Vec<(String, bool, CellRef)>,
    pub widths: Widths,
    /// Neighbouring headings of repeated columns that say the same become one.
    pub join_headings: bool,
    /// Numbers in General take as many places as the column's longest.
    pub align_places: bool,
}

/// How wide repeated columns become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Widths {
    /// Each as drawn.
    #[default]
    Keep,
    /// They share the drawn width, none above so many digits; what is left goes to all columns in proportion,
    /// so that the sheet stays as wide as drawn.
    Share(Option<u16>),
}

pub(super) const SHEET: &str = "设置";
/// Every key, for the page that lists them.
pub const KEYS: [&str; 13] = [
    "每页行数",
    "每行条数",
    "每条一页",
    "补空行",
    "撑满",
    "每页页脚",
    "每组一页",
    "每组一表",
    "排序",
    "列宽",
    "合并表头",
    "小数位",
    "说明",
];

/// Reads the settings sheet for the sheet of that name:
///
/// ```text
///      A          B     C
/// 1  每页行数     25                 for every sheet
/// 2  每组一表     类别   {.类别}      for the sheet so named alone
/// ```
pub(super) fn read(sheet: &DrawnSheet, name: &str, errors: &mut Vec<TemplateError>) -> Settings {
    let mut settings = Settings::default();
    for (row, drawn) in sheet.rows.iter().enumerate() {
        let text = |column: usize| match drawn.cells.get(column).map(|cell| &cell.content) {
            Some(Drawn::Text(text) | Drawn::Number(text)) => text.trim().to_owned(),
            _ => String::new(),
        };
        let (key, value, only) = (text(0), text(1), text(2));
        let key = key.trim_end_matches([':', '：']).trim();
        if key.is_empty() || value.is_empty() || (!only.is_empty() && only != name) || is_remark(key) {
            continue;
        }
        let at = CellRef { row: row as u32, column: 1 };
        let mut report = |column: u16, kind: Problem| {
            errors.push(TemplateError { sheet: SHEET.into(), cell: Some(CellRef { row: row as u32, column }), kind });
        };
        let field = value.trim_matches(['{', '}']).trim_start_matches('.').to_owned();
        let yes = matches!(&*value, "是" | "否" | "yes" | "no" | "Y" | "N" | "TRUE" | "FALSE" | "1" | "0");
        let is = matches!(&*value, "是" | "yes" | "Y" | "TRUE" | "1");
        let mut bad = |allowed: &'static str| report(1, Problem::SettingValue { key: key.to_owned(), allowed });
        match key {
            "每页行数" => match value.parse::<usize>() {
                Ok(count @ 1..=1000) => settings.per_page = Some(count),
                _ => bad("1–1000"),
            },
            "每行条数" => match value.parse::<usize>() {
                Ok(count @ 1..=50) => settings.across = Some(count),
                _ => bad("1–50"),
            },
            "补空行" if yes => settings.pad = is,
            "每页页脚" if yes => settings.footer_each_page = is,
            "每条一页" if yes => settings.whole = is,
            "撑满" if yes => settings.stretch = is,
            "合并表头" if yes => settings.join_headings = is,
            "补空行" | "每页页脚" | "每条一页" | "撑满" | "合并表头" => bad("是 / 否"),
            "每组一页" => settings.page_per = Some((field, at)),
            "每组一表" => settings.sheet_per = Some((field, at)),
            "排序" => {
                settings.sort = value
                    .split(['、', ',', '，', ';', '；'])
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| {
                        let name = part.trim_end_matches("降序").trim_end_matches("升序").trim();
                        (name.trim_matches(['{', '}']).trim_start_matches('.').to_owned(), part.ends_with("降序"), at)
                    })
                    .collect();
            }
            "小数位" => match &*value {
                "保持" => settings.align_places = false,
                "对齐" => settings.align_places = true,
                _ => bad("保持 / 对齐"),
            },
            "列宽" => match (&*value, value.strip_prefix("均分").map(|most| most.trim().parse::<u16>())) {
                ("保持", _) => settings.widths = Widths::Keep,
                ("均分", _) => settings.widths = Widths::Share(None),
                (_, Some(Ok(most @ 1..=255))) => settings.widths = Widths::Share(Some(most)),
                _ => bad("保持 / 均分 / 均分 12"),
            },
            _ => report(0, Problem::UnknownSetting { name: key.to_owned(), nearest: super::names::nearest(key, KEYS.into_iter()) }),
        }
    }
    settings
}

/// Whether the sheets that settings are for exist.
pub(super) fn sheets(set: &DrawnSheet, sheets: &[DrawnSheet], errors: &mut Vec<TemplateError>) {
    for (row, drawn) in sheets_named(set) {
        let known = |sheet: &&DrawnSheet| sheet.name.trim() != SHEET;
        if !sheets.iter().filter(known).any(|sheet| sheet.name == drawn) {
            let nearest = super::names::nearest(&drawn, sheets.iter().filter(known).map(|sheet| &*sheet.name));
            let kind = Problem::UnknownSheet { name: drawn, nearest };
            errors.push(TemplateError { sheet: SHEET.into(), cell: Some(CellRef { row, column: 2 }), kind });
        }
    }
}

fn sheets_named(set: &DrawnSheet) -> impl Iterator<Item = (u32, String)> {
    (0u32..).zip(&set.rows).filter_map(|(row, drawn)| {
        let text = |column: usize| match drawn.cells.get(column).map(|cell| &cell.content) {
            Some(Drawn::Text(text) | Drawn::Number(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        };
        // A heading over the columns is no setting.
        text(0).filter(|key| !is_remark(key))?;
        Some((row, text(2)?.to_owned()))
    })
}

/// Rows of the settings that say nothing to the program: the remark, and a heading over the columns.
fn is_remark(key: &str) -> bool {
    matches!(key.trim_end_matches([':', '：']).trim(), "说明" | "设置" | "项目" | "键")
}
