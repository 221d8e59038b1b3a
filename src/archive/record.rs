//! A run's own account of itself, `manifest.json`, and whether it still holds.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::county::{TEXT, WORKBOOK, settings};
use crate::forms::Issued;
use crate::inside;
use crate::run::{HAND_DOWN, Options, Resolved, RunError, Setup, out_folder, refused, rules, whole_configuration};

/// Bytes of a manifest at most.
const MOST: u64 = 1 << 30;

/// What `manifest.json` says, as far as an archive needs it.
#[derive(Debug, Deserialize)]
pub struct RunRecord {
    #[serde(default)]
    year: i32,
    /// Program version.
    pub version: String,
    /// The run's date.
    pub date: String,
    configuration: Vec<Listed>,
    /// Of runs that were merged: what a whole county's configuration comes to, however it was split.
    #[serde(default)]
    merged_configuration: Vec<Listed>,
    schemes: Vec<Rules>,
    /// Templates in use.
    pub templates: Vec<Template>,
    inputs: Vec<Listed>,
    /// Every file of the result.
    pub outputs: Vec<Listed>,
    #[serde(default)]
    branches: Vec<Lettered>,
    /// 文号 of each document of letters, by its path without extension.
    #[serde(skip)]
    pub references: BTreeMap<String, String>,
    /// The manifest itself.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// A branch with the letters of its documents.
#[derive(Debug, Deserialize)]
struct Lettered {
    folder: String,
    #[serde(default)]
    letters: Vec<Issued>,
}

/// A file with its digest.
#[derive(Debug, Deserialize)]
pub struct Listed {
    /// Path.
    pub file: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Pages, of a form.
    pub pages: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Rules {
    id: String,
    sha256: String,
}

/// A form workbook that the run used.
#[derive(Debug, Deserialize)]
pub struct Template {
    /// `built-in:board`, or its path in the workspace.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl RunRecord {
    /// Reads the record of the year's run.
    pub fn read(folder: &Path, options: &Options) -> Result<Self, RunError> {
        let path = folder.join("manifest.json");
        let bytes = match inside::read(&path, MOST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let command = format!("scorebook run {}", options.workspace.display());
                return Err(refused(
                    format!("{} 里还没有全年的结果；请先运行 {command}", folder.display()),
                    format!("there is no result of the year in {}; first run {command}", folder.display()),
                ));
            }
            Err(source) => return Err(RunError::Io { path, source }),
        };
        Self::understood(&path, bytes)
    }

    /// Reads the record of a run that is kept in a bag.
    pub fn of_bag(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join("manifest.json");
        let bytes = inside::read(&path, MOST).map_err(|source| RunError::Io { path: path.clone(), source })?;
        Self::understood(&path, bytes)
    }

    fn understood(path: &Path, bytes: Vec<u8>) -> Result<Self, RunError> {
        let record: Self = serde_json::from_slice(&bytes).map_err(|error| {
            refused(format!("{} 看不懂：{error}", path.display()), format!("{} cannot be understood: {error}", path.display()))
        })?;
        // What a committee hands on is its branches' folders once more: an archive keeps each paper once.
        let outputs = record.outputs.into_iter().filter(|output| !output.file.ends_with(HAND_DOWN)).collect();
        let mut numbers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for branch in &record.branches {
            for letter in &branch.letters {
                let own = numbers.entry(format!("{}/{}", branch.folder, letter.form)).or_default();
                own.extend(letter.number.map(|number| number.to_string()));
            }
        }
        let year = record.year;
        let numbered = numbers.into_iter().filter(|(_, numbers)| !numbers.is_empty());
        let references = numbered.map(|(stem, numbers)| (stem, format!("〔{year}〕{}号", numbers.join("、")))).collect();
        Ok(Self { outputs, references, bytes, ..record })
    }

    /// Refuses where the workspace is not what the run was made from.
    pub fn same_inputs(&self, county: &Setup, resolved: &Resolved) -> Result<(), RunError> {
        let today = resolved.inputs.iter().map(|(name, digest, _)| (name.to_string(), digest.clone()));
        let (configuration, merged) = if self.merged_configuration.is_empty() {
            (county.configuration.clone(), false)
        } else {
            (whole_configuration(county, &rules(&settings(&county.workspace.root)?.text)), true)
        };
        let same = |zh, en, then: &_, now: &_| same(zh, en, then, now, merged);
        same("收件文件夹", "the inbox", &listed(&self.inputs), &today.collect())?;
        let listed_then = if merged { &self.merged_configuration } else { &self.configuration };
        same("设置", "the configuration", &listed(listed_then), &configuration.into_iter().collect())?;
        let then = self.schemes.iter().map(|scheme| (scheme.id.clone(), scheme.sha256.clone())).collect();
        let now = county.schemes.iter().map(|scheme| (scheme.id.clone(), scheme.digest.clone())).collect();
        same("积分细则", "the schemes", &then, &now)
    }
}

fn listed(files: &[Listed]) -> BTreeMap<String, String> {
    files.iter().map(|listed| (listed.file.clone(), listed.sha256.clone())).collect()
}

/// Refuses where two lists of files differ, naming some that do.
fn same(zh: &str, en: &str, then: &BTreeMap<String, String>, now: &BTreeMap<String, String>, merged: bool) -> Result<(), RunError> {
    let added: Vec<&str> = now.keys().filter(|name| !then.contains_key(*name)).map(String::as_str).collect();
    let gone: Vec<&str> = then.keys().filter(|name| !now.contains_key(*name)).map(String::as_str).collect();
    let changed: Vec<&str> =
        then.iter().filter(|(name, digest)| now.get(*name).is_some_and(|own| own != *digest)).map(|(name, _)| name.as_str()).collect();
    let parts = |words: [&str; 3], colon: &str, comma: &str| {
        let lists = [&added, &gone, &changed].into_iter().zip(words).filter(|(names, _)| !names.is_empty());
        lists
            .map(|(names, word)| {
                let more = if names.len() > 5 { " …" } else { "" };
                format!("{word} {}{colon}{}{more}", names.len(), names.iter().take(5).copied().collect::<Vec<_>>().join(comma))
            })
            .collect::<Vec<_>>()
    };
    if added.is_empty() && gone.is_empty() && changed.is_empty() {
        return Ok(());
    }
    let told = (parts(["新增", "缺少", "改动"], "：", "、").join("；"), parts(["added", "gone", "changed"], ": ", ", ").join("; "));
    if merged {
        return Err(refused(
            format!("合并的结果与这个工作区的{zh}不一致（{}）；{}", told.0, WHOLE.0),
            format!("the merged result is not of this workspace's {} ({}); {}", en.trim_start_matches("the "), told.1, WHOLE.1),
        ));
    }
    Err(refused(
        format!("{zh}在运行之后有变化（{}）；请重新运行 scorebook run，再归档", told.0),
        format!("{en} changed after the run ({}); run again before archiving", told.1),
    ))
}

/// What a county in parts archives from.
const WHOLE: (&str, &str) = (
    "合并的结果要从全县的工作区归档：把各部分的设置（相同）、全部支部的名册和全部报送文件（沿用各部分收件文件夹中的路径）放在一起，合并到它的 out，再归档",
    "archive a merged result from a workspace of the whole county: the parts' settings, the register of all branches, and all submissions under the paths that they have in the parts' inboxes; merge into its out, then archive",
);

/// Refuses a folder that holds nothing but what a merge left: there is nothing in it to archive a year from.
pub fn whole_workspace(options: &Options) -> Result<(), RunError> {
    let out = out_folder(options);
    if [TEXT, WORKBOOK].iter().any(|name| options.workspace.join(name).exists()) {
        return Ok(());
    }
    let folders = std::fs::read_dir(&out).into_iter().flatten().filter_map(Result::ok);
    let mut records = folders.filter_map(|entry| inside::own(&entry.path().join("manifest.json")).ok());
    let merged = |bytes: Vec<u8>| serde_json::from_slice::<RunRecord>(&bytes).is_ok_and(|record| !record.merged_configuration.is_empty());
    if records.any(merged) {
        return Err(refused(
            format!("{} 只有合并的结果；{}", out.display(), WHOLE.0),
            format!("{} holds only a merged result; {}", out.display(), WHOLE.1),
        ));
    }
    Ok(())
}
