//! The county's own list of members: any table with 姓名, 身份证号 and 支部 under usual headings.

use std::collections::BTreeMap;
use std::path::Path;

use super::Listed;
use crate::inside;
use crate::period::{Day, digit_date, text_date};
use crate::run::{RunError, Setup, refused};
use crate::sheet::{Content, Row, Sheet};
use crate::words::{folded, heading, key, name};
use crate::workbook::column;

/// Rows that are looked at for headings.
const HEADED_WITHIN: usize = 40;

/// Members by branch, and what could not be placed.
#[derive(Debug, Default)]
pub struct MemberList {
    /// By position in the register.
    pub branches: BTreeMap<usize, Vec<Listed>>,
    /// Names of branches that the register does not have, or has more than once, with how many rows.
    pub unplaced: BTreeMap<String, usize>,
    /// Identity numbers that the table holds as numbers, which have lost their last digits.
    pub damaged: usize,
}

/// Reads a member list, all sheets of it.
///
/// # Errors
/// A file that cannot be read, or in which no table has these columns.
pub fn read(county: &Setup, path: &Path) -> Result<MemberList, RunError> {
    let bytes = inside::own(path).map_err(|source| RunError::Io { path: path.to_owned(), source })?;
    let shown = path.display().to_string();
    let book = county.fence.read(&shown, &bytes)?.map_err(|refusal| {
        let finding = refusal.finding(crate::diag::Place::default());
        let said = |lang| format!("{shown}：{}", finding.message(lang));
        refused(said(crate::diag::Lang::Zh), said(crate::diag::Lang::En))
    })?;
    let mut list = MemberList::default();
    let mut tables = 0;
    for sheet in &book.sheets {
        let found = sheet.rows.iter().take(HEADED_WITHIN).enumerate().find_map(|(at, row)| Some((at, columns(county, row)?)));
        let Some((at, columns)) = found else { continue };
        tables += 1;
        for row in &sheet.rows[at + 1..] {
            list.add(county, sheet, row, &columns);
        }
    }
    if tables == 0 {
        return Err(refused(
            format!("{shown} 里没有党员名单：表头要有“姓名”和“支部名称”（或“支部编码”），最好还有“身份证号”"),
            format!("{shown} holds no list of members: its headings need 姓名 and 支部名称 (or 支部编码), best 身份证号 too"),
        ));
    }
    Ok(list)
}

/// Columns by what they are called in a submission or in the register; none if it is no heading row.
fn columns(county: &Setup, row: &Row) -> Option<BTreeMap<String, u16>> {
    let mut columns = BTreeMap::new();
    for cell in &row.cells {
        let Content::Text(text) = &cell.content else { continue };
        let own = key(text);
        // 所在支部 and 现所在党支部 are the branch too.
        let bare = own.trim_start_matches("现").trim_start_matches("所在").trim_start_matches("所属");
        let registered = [own.as_str(), bare].map(|text| county.intake.register_column(text).to_owned());
        let of_branch = registered.into_iter().find(|name| [column::BRANCH_NAME, column::BRANCH_CODE].contains(&name.as_str()));
        let of_member = county.intake.column(&heading(text).0).to_owned();
        columns.entry(of_branch.unwrap_or(of_member)).or_insert(cell.column);
    }
    let has = |name: &str| columns.contains_key(name);
    (has(column::NAME) && (has(column::BRANCH_NAME) || has(column::BRANCH_CODE))).then_some(columns)
}

impl MemberList {
    fn add(&mut self, county: &Setup, sheet: &Sheet, row: &Row, columns: &BTreeMap<String, u16>) {
        let content = |name: &str| {
            let column = *columns.get(name)?;
            sheet.get(row.index, column).or_else(|| sheet.merged_into(row.index, column))
        };
        let text = |name: &str| match content(name)? {
            Content::Text(text) => Some(text.trim().to_owned()),
            Content::Number(number) => Some(number.to_string()),
            Content::Disguised(own) => Some(own.shown.trim().to_owned()),
            Content::Date(at) => Some(at.date().to_string()),
            _ => None,
        };
        let text = |name: &str| text(name).filter(|text| !text.is_empty());
        let Some(person) = text(column::NAME).map(|text| name(&text)).filter(|name| !name.is_empty()) else { return };
        if county.intake.is_remark(&folded(&person)) {
            return;
        }
        let Some(branch) = placed(county, text(column::BRANCH_CODE), text(column::BRANCH_NAME)) else {
            let written = text(column::BRANCH_NAME).or_else(|| text(column::BRANCH_CODE)).unwrap_or_default();
            if !written.is_empty() {
                *self.unplaced.entry(written).or_default() += 1;
            }
            return;
        };
        let id = match content(column::ID) {
            Some(Content::Number(_)) => {
                self.damaged += 1;
                None
            }
            _ => text(column::ID).map(|id| folded(&id).to_uppercase()),
        };
        let day = |name: &str| {
            let folded = folded(&text(name)?);
            text_date(&folded).or_else(|| digit_date(&folded))
        };
        let members = self.branches.entry(branch).or_default();
        let status = text(column::STATUS).unwrap_or_default();
        members.push(Listed {
            seq: members.len() as i64 + 1,
            name: person,
            sex: text(column::SEX),
            nation: text(column::NATION),
            born: day(column::BORN).or_else(|| id.as_deref().and_then(born)),
            id,
            joined: day(column::JOINED),
            probationary: status.starts_with("预备"),
            category: category(county, branch, text(column::CATEGORY).as_deref()),
            post: text(column::POST),
            first_month: 1,
            last_month: 12,
            ..Listed::default()
        });
    }
}

/// The one branch with this code, or with this name.
fn placed(county: &Setup, code: Option<String>, named: Option<String>) -> Option<usize> {
    let register = &county.register;
    if let Some(code) = code.map(|code| folded(&code)) {
        let found = register.by_code(&code).or_else(|| register.by_code_without_zeros(&code));
        if found.is_some() {
            return found;
        }
    }
    let wanted = folded(&named?);
    let mut found = register.branches.iter().enumerate().filter(|(_, branch)| folded(&branch.name) == wanted);
    let (at, _) = found.next()?;
    found.next().is_none().then_some(at)
}

/// A category of the county: as written, else by the branch's 类型.
fn category(county: &Setup, branch: usize, written: Option<&str>) -> String {
    let known = |word: &str| {
        let all = county.workspace.categories.iter();
        all.clone().find(|own| *own == word).or_else(|| all.clone().find(|own| own.trim_end_matches("党员") == word)).cloned()
    };
    let kind = county.register.branches[branch].kind.as_deref();
    written.map(folded).as_deref().and_then(known).or_else(|| kind.and_then(known)).unwrap_or_default()
}

/// The birthday that an identity number holds.
fn born(id: &str) -> Option<Day> {
    digit_date(id.get(6..14)?).filter(|_| id.len() == 18)
}
