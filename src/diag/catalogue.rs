//! Texts for people, in Chinese and English, all in `catalogue.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Code, Finding, Severity};

/// Language of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    zh: String,
    en: String,
}

impl Both {
    fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: Both,
    message: Both,
    hint: Both,
    about: Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    finding: BTreeMap<String, Entry>,
    text: BTreeMap<String, Both>,
}

// The file is part of the program; a mistake in it fails every test.
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| toml::from_str(include_str!("catalogue.toml")).unwrap_or_else(|error| panic!("catalogue.toml: {error}")));

fn entry(code: Code) -> &'static Entry {
    CATALOGUE.finding.get(code.word()).unwrap_or_else(|| panic!("catalogue.toml lacks {code}"))
}

/// A code's short name, for headings: 缺少积分登记.
pub fn title(code: Code, lang: Lang) -> &'static str {
    entry(code).title.get(lang)
}

/// A code's explanation for `scorebook rule`.
pub fn about(code: Code, lang: Lang) -> &'static str {
    entry(code).about.get(lang)
}

/// What is wrong.
pub fn message(finding: &Finding, lang: Lang) -> String {
    fill_finding(entry(finding.code).message.get(lang), finding)
}

/// What to do.
pub fn hint(finding: &Finding, lang: Lang) -> String {
    fill_finding(entry(finding.code).hint.get(lang), finding)
}

/// A severity for people: 错误, 警告, 提示.
pub fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Error, Lang::Zh) => "错误",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::Zh) => "警告",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Note, Lang::Zh) => "提示",
        (Severity::Note, Lang::En) => "note",
    }
}

/// A text of the terminal or of a written file, by key.
///
/// # Panics
/// On a key that the catalogue lacks; a test reads every key out of the source.
pub fn text(key: &str, lang: Lang) -> &'static str {
    CATALOGUE.text.get(key).unwrap_or_else(|| panic!("catalogue.toml lacks text {key}")).get(lang)
}

/// [`text`] with `{name}` replaced.
pub fn fill(key: &str, lang: Lang, args: &[(&str, &str)]) -> String {
    replace(text(key, lang), |name| args.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

fn fill_finding(text: &str, finding: &Finding) -> String {
    replace(text, |name| match name {
        "value" => finding.value.clone(),
        "sheet" => finding.place.sheet.as_deref().map(str::to_owned),
        "cell" => finding.place.cell.map(|cell| cell.to_string()),
        "file" => finding.place.file.as_deref().map(str::to_owned),
        "branch" => finding.branch_code.as_deref().map(str::to_owned),
        _ => finding.args.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()),
    })
}

// Values are data: a brace in one is never looked at again.
fn replace(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        out.push_str(&value(&rest[open + 1..open + close]).unwrap_or_default());
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_texts_in_both_languages() {
        for code in Code::ALL {
            for lang in [Lang::Zh, Lang::En] {
                let entry = entry(*code);
                for text in [&entry.title, &entry.message, &entry.hint, &entry.about] {
                    assert!(!text.get(lang).trim().is_empty(), "{code}");
                }
            }
        }
        assert_eq!(CATALOGUE.finding.len(), Code::ALL.len(), "the catalogue holds a code that does not exist");
        assert!(CATALOGUE.text.values().all(|both| !both.zh.is_empty() && !both.en.is_empty()));
    }

    #[test]
    fn data_is_never_read_as_a_placeholder() {
        assert_eq!(replace("{a}-{b}", |name| (name == "a").then(|| "{b}".to_owned())), "{b}-");
    }
}
