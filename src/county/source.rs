//! Which file holds a workspace's settings, and what it says.

use std::path::{Path, PathBuf};

use crate::config::{Fault, Keys, Parsed, Reader, Spot, decode};
use crate::diag::Said;
use crate::inside;

use super::CountyError;
use super::error::whole;
use super::workbook::{self, WORKBOOK};
use super::workspace::{NAMES, SECRETS};

/// The settings as text.
pub const TEXT: &str = "scorebook.toml";

/// The settings of a workspace: a text, and where its lines come from if it stands for a workbook.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// In the form of `scorebook.toml`.
    pub text: String,
    pub(super) cells: Option<Vec<Spot>>,
    /// What is wrong with the workbook.
    pub(super) faults: Vec<Fault>,
}

impl Source {
    /// A text that lies in no folder.
    pub(super) fn of_text(text: &str) -> Self {
        Self { path: TEXT.into(), text: text.to_owned(), cells: None, faults: Vec::new() }
    }

    pub(super) fn parsed(&self) -> Parsed<'_> {
        self.cells.as_ref().map_or_else(|| Parsed::of(&self.text), |cells| Parsed::of_workbook(&self.text, cells))
    }
}

/// The file of a workspace's settings: `设置.xlsx` or `scorebook.toml`.
///
/// # Errors
/// Both at once, neither, or one under a name that programs gave it.
pub fn settings_file(root: &Path) -> Result<PathBuf, CountyError> {
    let (text, book) = (root.join(TEXT), root.join(WORKBOOK));
    match (text.exists(), book.exists()) {
        (true, false) => Ok(text),
        (false, true) => Ok(book),
        (true, true) => Err(whole(
            book,
            Said::new(
                format!("{WORKBOOK} 和 {TEXT} 只能有一个；请留下要用的，把另一个移出这个文件夹"),
                format!("there may be {WORKBOOK} or {TEXT}, not both; keep one and move the other out of the folder"),
            ),
        )),
        (false, false) => Err(missing(root)),
    }
}

/// Why there are no settings: perhaps they bear another name.
fn missing(root: &Path) -> CountyError {
    let near = |wanted: &str| {
        let stem = wanted.split('.').next().unwrap_or_default();
        let names = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names.into_iter().find(|name| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.')))
    };
    if let Some(name) = near(TEXT) {
        return whole(
            root.join(&name),
            Said::new(
                format!("请把这个文件改名为 {TEXT}（多出来的扩展名是记事本加的；看不见扩展名的，请先在文件夹的“查看”中勾选“文件扩展名”）"),
                format!("rename this file to {TEXT} (an editor has put another extension behind it; have the folder show extensions)"),
            ),
        );
    }
    if let Some(name) = near(WORKBOOK) {
        return whole(
            root.join(&name),
            Said::new(
                format!("请用 WPS 或 Excel 打开这个文件，另存为 {WORKBOOK}（Excel 工作簿）"),
                format!("open this file in WPS or Excel and save it as {WORKBOOK}"),
            ),
        );
    }
    let said = Said::new(
        format!("这里没有 {WORKBOOK}，也没有 {TEXT}，不是工作区；新建一个请用 scorebook init 文件夹"),
        format!("there is neither {WORKBOOK} nor {TEXT} here, so this is no workspace; `scorebook init DIR` makes one"),
    );
    whole(root.to_owned(), said)
}

/// The settings of a workspace.
///
/// # Errors
/// As [`settings_file`], and what cannot be read at all.
pub fn settings(root: &Path) -> Result<Source, CountyError> {
    let path = settings_file(root)?;
    let bytes = inside::own(&path).map_err(|source| CountyError::Io { path: path.clone(), source })?;
    if path.ends_with(WORKBOOK) {
        return workbook::read_settings(path, &bytes);
    }
    Ok(Source { path, text: decode(&bytes), cells: None, faults: Vec::new() })
}

/// One value of settings that may have faults elsewhere.
fn peek<T>(root: &Path, get: impl for<'t> FnOnce(&mut Reader<'t>, &mut Keys<'t>) -> Option<T>) -> Option<T> {
    let source = settings(root).ok()?;
    let parsed = source.parsed();
    let mut reader = Reader::new(&parsed, NAMES, &SECRETS);
    let mut keys = reader.keys(&parsed);
    get(&mut reader, &mut keys)
}

/// Where the settings say that the register is, whatever else is wrong with them.
pub fn register_of(root: &Path) -> Option<PathBuf> {
    peek(root, |reader, keys| reader.optional_text(keys, "register")).map(|register| root.join(register.value))
}

/// The year of the settings, whatever else is wrong with them.
pub fn year_of(root: &Path) -> Option<i32> {
    peek(root, |reader, keys| reader.optional_whole(keys, "year", 1949..=9998)).map(|year| year as i32)
}

/// Where a workspace's submissions are; none if the folder is no workspace.
pub fn inbox_of(root: &Path) -> Option<PathBuf> {
    peek(root, |reader, keys| reader.optional_text(keys, "inbox")).map(|inbox| root.join(inbox.value))
}
