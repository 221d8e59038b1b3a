//! 机构名册: who must submit.
//!
//! ```text
//!   支部编码 支部名称 上级党组织 上级总支 类型 书记 联系人 联系电话 党员数
//!   0101     第一支部 第一党委
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::diag::{CellRef, Lang, Said};
use crate::inside;
use crate::sheet::{Content, Limits, Row, read};
use crate::words::{folded, key, nearest};

use super::CountyError;

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
}

/// All branches, by rising code.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The branches.
    pub branches: Vec<Branch>,
}

impl Register {
    /// The branch with this code.
    pub fn by_code(&self, code: &str) -> Option<usize> {
        self.branches.binary_search_by(|branch| branch.code.as_str().cmp(code)).ok()
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

/// Columns that every register has.
const REQUIRED: [&str; 3] = ["支部编码", "支部名称", "上级党组织"];

/// Reads the register; any fault in it is an error, because a wrong register makes every count wrong.
pub fn load_register(path: &Path) -> Result<Register, CountyError> {
    let fault = |cell: Option<(u32, u16)>, zh: String, en: String| CountyError::Register {
        path: path.to_owned(),
        cell: cell.map(|(row, column)| CellRef { row, column }),
        said: Said::new(zh, en),
    };
    let bytes = inside::own(path).map_err(|source| CountyError::Io { path: path.to_owned(), source })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let book = read(&name, &bytes, &Limits::default()).map_err(|refusal| {
        let finding = refusal.finding(crate::diag::Place::default());
        fault(None, finding.message(Lang::Zh), finding.message(Lang::En))
    })?;
    let headed = book.sheets.iter().find_map(|sheet| {
        let at =
            sheet.rows.iter().take(40).position(|row| texts(row).filter(|(_, text)| REQUIRED.contains(&text.as_str())).count() >= 2)?;
        Some((sheet, at))
    });
    let Some((sheet, heading)) = headed else {
        let all = REQUIRED.join("、");
        return Err(fault(
            None,
            format!("找不到表头；应有这些列：{all}"),
            format!("no heading row was found; these columns are needed: {all}"),
        ));
    };
    let mut columns: BTreeMap<String, u16> = BTreeMap::new();
    for (column, text) in texts(&sheet.rows[heading]) {
        if columns.insert(text.clone(), column).is_some() {
            return Err(fault(
                Some((sheet.rows[heading].index, column)),
                format!("“{text}”列出现两次"),
                format!("column `{text}` stands twice"),
            ));
        }
    }
    for name in REQUIRED {
        if !columns.contains_key(name) {
            let near = nearest(name, columns.keys().map(String::as_str).filter(|own| !REQUIRED.contains(own)));
            let place = near.map(|near| (sheet.rows[heading].index, columns[near]));
            return Err(fault(
                place,
                format!("缺少“{name}”列{}", near.map(|near| format!("；写成“{near}”的请改为“{name}”")).unwrap_or_default()),
                format!("column `{name}` is missing{}", near.map(|near| format!("; is it `{near}`?")).unwrap_or_default()),
            ));
        }
    }
    let mut seen: BTreeMap<String, CellRef> = BTreeMap::new();
    let mut branches = Vec::new();
    for row in &sheet.rows[heading + 1..] {
        let value = |name: &str| -> Option<String> {
            let column = columns.get(name)?;
            let cell = row.cells.iter().find(|cell| cell.column == *column)?;
            let text = match &cell.content {
                Content::Text(text) => text.trim().to_owned(),
                Content::Number(number) => number.to_string(),
                // A code is what is seen: 0301 by the format 0000.
                Content::Disguised(own) => own.shown.trim().to_owned(),
                _ => return None,
            };
            (!text.is_empty()).then_some(text)
        };
        let filled =
            texts(row).count() + row.cells.iter().filter(|cell| matches!(cell.content, Content::Number(_) | Content::Disguised(_))).count();
        let code = value("支部编码").map(|code| folded(&code));
        if filled == 0
            || code
                .as_deref()
                .is_some_and(|code| matches!(code, "合计" | "小计" | "总计") || code.starts_with("备注") || code.starts_with("注:"))
        {
            continue;
        }
        let place = |name: &str| Some((row.index, columns[name]));
        let lacking = |name: &str| {
            let written = row.cells.iter().find(|cell| cell.column == columns[name]).and_then(|cell| match &cell.content {
                Content::Error(text) | Content::Uncalculated(text) => Some(text.to_string()),
                Content::Date(at) => Some(at.date().to_string()),
                _ => None,
            });
            match written {
                Some(written) => fault(
                    place(name),
                    format!("“{name}”应是文字，写的是 {written}"),
                    format!("`{name}` should be a text, but is {written}"),
                ),
                None => fault(place(name), format!("“{name}”是空的"), format!("`{name}` is empty")),
            }
        };
        let required = |name: &str| value(name).ok_or_else(|| lacking(name));
        let code = code.ok_or_else(|| lacking("支部编码"))?;
        let at = CellRef { row: row.index, column: columns["支部编码"] };
        if let Some(first) = seen.insert(code.clone(), at) {
            return Err(fault(
                place("支部编码"),
                format!("支部编码“{code}”与{first}重复"),
                format!("branch code `{code}` stands already in {first}"),
            ));
        }
        branches.push(Branch {
            code,
            name: required("支部名称")?,
            committee: required("上级党组织")?,
            general: value("上级总支"),
            kind: value("类型"),
            secretary: value("书记"),
            contact: value("联系人"),
            phone: value("联系电话"),
            members: value("党员数").and_then(|text| text.parse().ok()),
        });
    }
    if branches.is_empty() {
        return Err(fault(None, "名册里没有支部".into(), "the register lists no branch".into()));
    }
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(Register { branches })
}

fn texts(row: &Row) -> impl Iterator<Item = (u16, String)> + '_ {
    row.cells.iter().filter_map(|cell| match &cell.content {
        Content::Text(text) => Some((cell.column, key(text))).filter(|(_, text)| !text.is_empty()),
        _ => None,
    })
}
