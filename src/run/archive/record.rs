//! A run's own account of itself, `manifest.json`, and whether it still holds.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::refused;
use crate::run::{County, Options, Resolved, RunError};

/// What `manifest.json` says, as far as an archive needs it.
#[derive(Debug, Deserialize)]
pub struct RunRecord {
    /// Program version.
    pub version: String,
    /// The run's date.
    pub date: String,
    configuration: Vec<Listed>,
    schemes: Vec<Rules>,
    /// Templates in use.
    pub templates: Vec<Template>,
    inputs: Vec<Listed>,
    /// Every file of the result.
    pub outputs: Vec<Listed>,
    /// The manifest itself.
    #[serde(skip)]
    pub bytes: Vec<u8>,
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
        let bytes = match std::fs::read(&path) {
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
        let record: Self = serde_json::from_slice(&bytes).map_err(|error| {
            refused(format!("{} 看不懂：{error}", path.display()), format!("{} cannot be understood: {error}", path.display()))
        })?;
        Ok(Self { bytes, ..record })
    }

    /// Refuses where the workspace is not what the run was made from.
    pub fn same_inputs(&self, county: &County, resolved: &Resolved) -> Result<(), RunError> {
        let today = resolved.inputs.iter().map(|(name, digest, _)| (name.to_string(), digest.clone()));
        same("收件夹", "the inbox", &listed(&self.inputs), &today.collect())?;
        same("设置", "the configuration", &listed(&self.configuration), &county.configuration.iter().cloned().collect())?;
        let then = self.schemes.iter().map(|scheme| (scheme.id.clone(), scheme.sha256.clone())).collect();
        let now = county.schemes.iter().map(|scheme| (scheme.id.clone(), scheme.digest.clone())).collect();
        same("积分细则", "the schemes", &then, &now)
    }
}

fn listed(files: &[Listed]) -> BTreeMap<String, String> {
    files.iter().map(|listed| (listed.file.clone(), listed.sha256.clone())).collect()
}

/// Refuses where two lists of files differ, naming some that do.
fn same(zh: &str, en: &str, then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Result<(), RunError> {
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
    Err(refused(
        format!("{zh}在运行之后有变化（{}）；请重新运行 scorebook run，再归档", parts(["新增", "缺少", "改动"], "：", "、").join("；")),
        format!("{en} changed after the run ({}); run again before archiving", parts(["added", "gone", "changed"], ": ", ", ").join("; ")),
    ))
}
