//! One sentence in both languages.

use std::fmt;

use super::Lang;

/// A sentence in both languages: for what is wrong with the county's own files, templates and arguments, whose texts are not in
/// the catalogue because they carry what is allowed there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Said {
    /// The sentence.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The sentence in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// The sentence with another behind it.
    #[must_use]
    pub fn joined(self, other: &Self) -> Self {
        Self { zh: self.zh + &other.zh, en: self.en + &other.en }
    }

    /// Asks behind it whether that name was meant.
    #[must_use]
    pub fn near(mut self, name: Option<&str>) -> Self {
        if let Some(name) = name {
            self.zh.push_str(&["；是否想写“", name, "”？"].concat());
            self.en.push_str(&["; did you mean `", name, "`?"].concat());
        }
        self
    }
}

/// In English, as errors are shown to programs.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
