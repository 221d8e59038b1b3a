//! 机构名册: who must submit.
//!
//! ```text
//!   支部编码 支部名称 上级党组织 上级总支 类型 书记 联系人 联系电话 党员数
//!   0101     第一支部 第一党委
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, Fault, Spot};
use crate::diag::{CellRef, Finding, Said};
use crate::inside;
use crate::sheet::{Book, Content, Limits, Row, Sheet, read};
use crate::words::{folded, key, nearest, same_name};
use crate::workbook::REGISTER;

use super::CountyError;
use super::error::unreadable;
use super::life::{self, Life, Written};

/// A branch that must submit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// 支部编码.
    pub code: String,
    /// 支部名称.
    pub name: String,
    /// 上级党组织.
    pub committee: String,
    /// 上级总支.
    pub general: Option<String>,
    /// 类型.
    pub kind: Option<String>,
    /// 书记.
    pub secretary: Option<String>,
    /// 联系人.
    pub contact: Option<String>,
    /// 联系电话.
    pub phone: Option<String>,
    /// 党员数.
    pub members: Option<u32>,
    /// In which months it exists, and where it goes.
    #[serde(default)]
    pub life: Life,
}

/// All branches, by rising code.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The branches.
    pub branches: Vec<Branch>,
    /// Months of branches that contradict one another.
    pub findings: Vec<Finding>,
    /// Names of committees that are written in another way than first.
    pub spellings: Vec<Spelling>,
}

/// A committee's name in another way of writing than in its first row: blanks, full-width forms and capitals make no other committee.
#[derive(Clone, Debug)]
pub struct Spelling {
    /// As it stands there.
    pub written: String,
    /// As it is written first, which is taken.
    pub taken: String,
    /// Where it stands first.
    pub at: CellRef,
    /// How many rows have it.
    pub rows: usize,
}

impl Register {
    /// The branch with this code.
    pub fn by_code(&self, code: &str) -> Option<usize> {
        self.branches.binary_search_by(|branch| branch.code.as_str().cmp(code)).ok()
    }

    /// The branch with this code, also if it has another one now or has lost its zeros.
    pub fn by_any_code(&self, code: &str) -> Option<usize> {
        let former = || self.branches.iter().position(|branch| branch.life.former_codes.iter().any(|own| own == code));
        self.by_code(code).or_else(former).or_else(|| self.by_code_without_zeros(code))
    }

    /// The branch that had this code before it got its own.
    pub fn by_former_code(&self, code: &str) -> Option<usize> {
        self.branches.iter().position(|branch| branch.life.former_codes.iter().any(|own| own == code))
    }

    /// The one branch whose code equals this one when leading zeros are dropped from both.
    pub fn by_code_without_zeros(&self, code: &str) -> Option<usize> {
        let bare = |code: &str| code.trim_start_matches('0').to_owned();
        let mut found = self.branches.iter().enumerate().filter(|(_, branch)| bare(&branch.code) == bare(code));
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    }

    /// Committees in the order of their first branch.
    pub fn committees(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for branch in &self.branches {
            if !names.contains(&branch.committee.as_str()) {
                names.push(&branch.committee);
            }
        }
        names
    }
}

/// The three columns that every register has.
const REQUIRED: [&str; 3] = [CODE, NAME, COMMITTEE];
const CODE: &str = "支部编码";
const NAME: &str = "支部名称";
const COMMITTEE: &str = "上级党组织";
const MEMBERS: &str = "党员数";
const KIND: &str = "类型";
/// 类型 of a branch whose members are of no category in particular.
const OTHER_KIND: &str = "其他";

/// A number of this size in a code has lost digits: spreadsheets keep fifteen.
const LONGEST_NUMBER: usize = 15;

/// Reads the register; any fault in it is an error, because a wrong register makes every count wrong. `column` says which
/// column a heading means, `categories` are those of the county, which 类型 names; empty if they are not known.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_register(path: &Path, column: &dyn Fn(&str) -> String, categories: &[String]) -> Result<Register, CountyError> {
    let bytes = inside::own(path).map_err(|source| CountyError::Io { path: path.to_owned(), source })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let book = read(&name, &bytes, &Limits::default())
        .map_err(|refusal| unreadable(path.to_owned(), &refusal.finding(crate::diag::Place::default())))?;
    let register = register_of(&book, column, categories, &name);
    register.map_err(|faults| CountyError::Config { path: path.to_owned(), error: ConfigError { faults } })
}

fn register_of(book: &Book, column: &dyn Fn(&str) -> String, categories: &[String], file: &str) -> Result<Register, Vec<Fault>> {
    let headed = book.sheets.iter().find_map(|sheet| {
        let known = |row: &Row| texts(row).filter(|(_, text)| REQUIRED.contains(&column(text).as_str())).count();
        Some((sheet, sheet.rows.iter().take(40).position(|row| known(row) >= 2)?))
    });
    let Some((sheet, heading)) = headed else {
        let all = REQUIRED.join("、");
        let said =
            Said::new(format!("找不到表头；应有这些列：{all}"), format!("no heading row was found; these columns are needed: {all}"));
        return Err(vec![Fault { spot: Spot::in_sheet("", None, 1), said }]);
    };
    let mut table = Table { sheet, columns: BTreeMap::new(), categories, faults: Vec::new() };
    table.headings(&sheet.rows[heading], column);
    let mut branches = Vec::new();
    let mut seen = Seen::default();
    for row in &sheet.rows[heading + 1..] {
        if !is_remark(row, table.text(row, CODE).as_deref()) {
            branches.extend(table.branch(row, &mut seen).map(|branch| (branch, table.months(row))));
        }
    }
    let spellings = seen.others.into_values().collect();
    branches.sort_by(|(a, _): &(Branch, Written), (b, _)| a.code.cmp(&b.code));
    let (branches, months): (Vec<Branch>, Vec<Written>) = branches.into_iter().unzip();
    table.lost_zeros(&sheet.rows[heading + 1..], &branches);
    if branches.is_empty() && table.faults.is_empty() {
        table.fault(None, Said::new("名册里没有支部", "the register lists no branch"));
    }
    if !table.faults.is_empty() {
        table.faults.sort_by_key(|fault| fault.spot.line);
        return Err(table.faults);
    }
    let mut register = Register { branches, findings: Vec::new(), spellings };
    life::settle(&mut register, &months, file, &sheet.name);
    Ok(register)
}

/// What rows before have.
#[derive(Default)]
struct Seen {
    codes: BTreeMap<String, CellRef>,
    names: BTreeMap<(String, String), CellRef>,
    /// Committees as they are written first.
    committees: BTreeMap<String, String>,
    /// Other ways in which they are written.
    others: BTreeMap<String, Spelling>,
}

impl Seen {
    /// The committee under the name that it has in its first row.
    fn committee(&mut self, written: String, at: CellRef) -> String {
        let first = self.committees.entry(same_name(&written)).or_insert_with(|| written.clone()).clone();
        if first != written {
            let other = Spelling { written: written.clone(), taken: first.clone(), at, rows: 0 };
            self.others.entry(written).or_insert(other).rows += 1;
        }
        first
    }
}

struct Table<'b> {
    sheet: &'b Sheet,
    columns: BTreeMap<String, u16>,
    categories: &'b [String],
    faults: Vec<Fault>,
}

impl Table<'_> {
    fn fault(&mut self, cell: Option<CellRef>, said: Said) {
        let order = cell.map_or(0, |cell| (cell.row as usize) << 16 | usize::from(cell.column));
        self.faults.push(Fault { spot: Spot::in_sheet(&self.sheet.name, cell, order), said });
    }

    /// Which column is which.
    fn headings(&mut self, row: &Row, column: &dyn Fn(&str) -> String) {
        let mut written: Vec<(String, u16)> = Vec::new();
        for (at, text) in texts(row) {
            let name = column(&text);
            let cell = CellRef { row: row.index, column: at };
            if let Some(first) = self.columns.get(&name) {
                let first = CellRef { row: row.index, column: *first };
                let said = Said::new(
                    format!("“{text}”列出现两次（{first} 已是“{name}”）"),
                    format!("column `{text}` stands twice ({first} is `{name}` already)"),
                );
                self.fault(Some(cell), said);
                continue;
            }
            self.columns.insert(name, at);
            written.push((text, at));
        }
        for name in REQUIRED {
            if self.columns.contains_key(name) {
                continue;
            }
            let others = || written.iter().filter(|(text, _)| !REGISTER.contains(&column(text).as_str()));
            let near = nearest(name, others().map(|(text, _)| text.as_str()));
            let cell =
                near.and_then(|near| written.iter().find(|(text, _)| text == near)).map(|(_, at)| CellRef { row: row.index, column: *at });
            let said = Said::new(
                format!("缺少“{name}”列{}", near.map(|near| format!("；写成“{near}”的请改为“{name}”")).unwrap_or_default()),
                format!("column `{name}` is missing{}", near.map(|near| format!("; is it `{near}`?")).unwrap_or_default()),
            );
            self.fault(cell, said);
        }
    }

    /// What a cell holds, or the merged area that it lies in.
    fn content(&self, row: u32, name: &str) -> Option<&Content> {
        let column = *self.columns.get(name)?;
        self.sheet.get(row, column).or_else(|| self.sheet.merged_into(row, column))
    }

    /// What a person sees in a cell.
    fn text(&self, row: &Row, name: &str) -> Option<String> {
        let text = match self.content(row.index, name)? {
            Content::Text(text) => text.trim().to_owned(),
            Content::Number(number) => number.to_string(),
            // A code is what is seen: 0301 by the format 0000.
            Content::Disguised(own) => own.shown.trim().to_owned(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The text of a cell that must have one.
    fn required(&mut self, row: &Row, name: &str) -> Option<String> {
        let column = *self.columns.get(name)?;
        let text = self.text(row, name);
        if text.is_none() {
            let written = self.content(row.index, name).and_then(|content| match content {
                Content::Error(text) | Content::Uncalculated(text) => Some(text.to_string()),
                Content::Date(at) => Some(at.date().to_string()),
                _ => None,
            });
            let said = match written {
                Some(written) => {
                    Said::new(format!("“{name}”应是文字，写的是 {written}"), format!("`{name}` should be a text, but is {written}"))
                }
                None => Said::new(format!("“{name}”是空的"), format!("`{name}` is empty")),
            };
            self.fault(Some(CellRef { row: row.index, column }), said);
        }
        text
    }

    /// A row's branch; none after a fault.
    fn branch(&mut self, row: &Row, seen: &mut Seen) -> Option<Branch> {
        let code = self.required(row, CODE).map(|code| folded(&code));
        let (name, committee) = (self.required(row, NAME), self.required(row, COMMITTEE));
        let place = |table: &Self, name: &str| CellRef { row: row.index, column: table.columns.get(name).copied().unwrap_or(0) };
        if let Some(code) = &code {
            let at = place(self, CODE);
            if let Some(first) = seen.codes.get(code) {
                let said = Said::new(format!("支部编码“{code}”与{first}重复"), format!("branch code `{code}` stands already in {first}"));
                self.fault(Some(at), said);
            } else {
                seen.codes.insert(code.clone(), at);
            }
            self.damaged(row, code, at);
        }
        if let (Some(name), Some(committee)) = (&name, &committee) {
            let at = place(self, NAME);
            let own = (same_name(committee), same_name(name));
            if let Some(first) = seen.names.get(&own) {
                let said = Said::new(
                    format!("“{committee}”有两个支部都叫“{name}”（{first} 已有），请核对名称"),
                    format!("two branches of `{committee}` are called `{name}` (first in {first}); check their names"),
                );
                self.fault(Some(at), said);
            } else {
                seen.names.insert(own, at);
            }
        }
        let (members, kind) = (self.members(row), self.kind(row));
        let at = place(self, COMMITTEE);
        Some(Branch {
            code: code?,
            name: name?,
            committee: seen.committee(committee?, at),
            general: self.text(row, "上级总支"),
            kind,
            secretary: self.text(row, "书记"),
            contact: self.text(row, "联系人"),
            phone: self.text(row, "联系电话"),
            members,
            life: Life::default(),
        })
    }

    /// What the row says of the branch's months.
    fn months(&self, row: &Row) -> Written {
        let cell = |heading: &'static str| {
            let text = self.text(row, heading).filter(|text| !is_nothing(text))?;
            Some((heading, text, CellRef { row: row.index, column: *self.columns.get(heading)? }))
        };
        Written {
            cells: [life::FOUNDED, life::DISSOLVED, life::INTO, life::MERGED, life::FORMER_CODE].into_iter().filter_map(cell).collect(),
        }
    }

    /// 类型: which category its members are of, as [`kind_of`] says it.
    fn kind(&mut self, row: &Row) -> Option<String> {
        let text = self.text(row, KIND).filter(|text| !is_nothing(text))?;
        if self.categories.is_empty() {
            return Some(text);
        }
        let kind = kind_of(&text, self.categories);
        if kind.is_none() {
            let known: Vec<&str> = kinds(self.categories).collect();
            let all = known.join(" ");
            let said = Said::new(
                format!("“{KIND}”没有“{text}”；可用的有：{all}；不知道的请空着"),
                format!("`{KIND}` cannot be `{text}`; known are: {all}; leave it empty if it is not known"),
            );
            let cell = CellRef { row: row.index, column: *self.columns.get(KIND)? };
            self.fault(Some(cell), said.near(nearest(&folded(&text), known)));
        }
        kind
    }

    /// 党员数, if it is a number.
    fn members(&mut self, row: &Row) -> Option<u32> {
        let text = self.text(row, MEMBERS)?;
        let digits = folded(&text);
        let number = digits.trim_end_matches(['人', '名']).parse().ok();
        if number.is_none() && !digits.chars().all(|c| matches!(c, '/' | '-' | '—' | '–')) {
            let cell = CellRef { row: row.index, column: *self.columns.get(MEMBERS)? };
            let said = Said::new(
                format!("“{MEMBERS}”应是整数，写的是“{text}”；不知道的请空着"),
                format!("`{MEMBERS}` must be a whole number, and is `{text}`; leave it empty if it is not known"),
            );
            self.fault(Some(cell), said);
        }
        number
    }

    /// A code that a spreadsheet has turned into a number it cannot keep.
    fn damaged(&mut self, row: &Row, code: &str, at: CellRef) {
        let number = matches!(self.content(row.index, CODE), Some(Content::Number(_) | Content::Disguised(_)));
        if number && (code.len() > LONGEST_NUMBER || code.contains(['E', 'e', '.', ','])) {
            let said = Said::new(
                format!("支部编码“{code}”是数字，已经不是原来的样子；请把这一列设为文本后重新填写"),
                format!("branch code `{code}` is a number and has lost its digits: make the column text and type it again"),
            );
            self.fault(Some(at), said);
        }
    }

    /// Codes that are numbers and shorter than all those that begin with 0 have lost theirs.
    fn lost_zeros(&mut self, rows: &[Row], branches: &[Branch]) {
        let mut lengths: Vec<usize> =
            branches.iter().filter(|branch| branch.code.starts_with('0')).map(|branch| branch.code.len()).collect();
        lengths.dedup();
        let &[length] = lengths.as_slice() else { return };
        let Some(column) = self.columns.get(CODE).copied() else { return };
        for row in rows {
            let Some(Content::Number(number)) = self.content(row.index, CODE) else { continue };
            let code = number.to_string();
            if code.len() < length {
                let said = Said::new(
                    format!("支部编码“{code}”是数字，前面的 0 可能丢了；请把这一格设为文本，写作“{code:0>length$}”这样的 {length} 位编码"),
                    format!(
                        "branch code `{code}` is a number that may have lost its zeros: make the cell text and type all {length} digits"
                    ),
                );
                self.fault(Some(CellRef { row: row.index, column }), said);
            }
        }
    }
}

/// True for what is written where there is nothing to write.
fn is_nothing(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '/' | '-' | '—' | '–' | '无'))
}

/// What 类型 may say: each category in short, and that it is none of them.
fn kinds(categories: &[String]) -> impl Iterator<Item = &str> {
    categories.iter().map(|category| category.trim_end_matches("党员")).chain([OTHER_KIND])
}

/// What a 类型 means: `农村`, `农村党员`, `农村党支部` and `国有企业` name a category; a word that names none or two is none.
fn kind_of(text: &str, categories: &[String]) -> Option<String> {
    let text = folded(text).replace('它', "他");
    let bare = ["党支部", "支部", "党组织", "党员"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
    if let Some(exact) = kinds(categories).find(|kind| *kind == bare) {
        return Some(exact.to_owned());
    }
    let mut within = kinds(categories).filter(|kind| *kind != OTHER_KIND && bare.contains(kind));
    let found = within.next()?;
    within.next().is_none().then(|| found.to_owned())
}

/// True for rows that are no branch: empty ones, totals, notes below the table.
fn is_remark(row: &Row, code: Option<&str>) -> bool {
    let filled =
        texts(row).count() + row.cells.iter().filter(|cell| matches!(cell.content, Content::Number(_) | Content::Disguised(_))).count();
    let code = code.map(folded);
    let note = |code: &str| {
        matches!(code, "合计" | "小计" | "总计")
            || code.starts_with("备注")
            || code.starts_with("注:")
            || (filled == 1 && code.contains(':'))
    };
    filled == 0 || code.as_deref().is_some_and(note)
}

fn texts(row: &Row) -> impl Iterator<Item = (u16, String)> + '_ {
    row.cells.iter().filter_map(|cell| match &cell.content {
        Content::Text(text) => Some((cell.column, key(text))).filter(|(_, text)| !text.is_empty()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_names_one_category_however_it_is_written() {
        let categories = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员", "离退休党员"].map(String::from);
        let kind = |text: &str| kind_of(text, &categories).unwrap_or_default();
        for (written, meant) in [
            ("农村", "农村"),
            ("农村党员", "农村"),
            ("机关 党支部", "机关"),
            ("国有企业", "企业"),
            ("其它", "其他"),
            ("离退休支部", "离退休"),
            ("农材", ""),
            ("农村社区", ""),
            ("联合党支部", ""),
        ] {
            assert_eq!(kind(written), meant, "{written}");
        }
    }
}
