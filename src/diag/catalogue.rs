//! Texts for people, in Chinese and English, all in `catalogue.toml`, whose head describes their syntax.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Code, Finding, Severity, Terms};

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
    let text = entry(finding.code).message.get(lang);
    let said = fill_finding(text, finding);
    // Of very many of a kind the last one listed says how many there are; a message may have its own words for it.
    match finding.args.iter().find(|(name, _)| *name == "more") {
        Some((_, more)) if !text.contains("{more}") => said + &fill("and-more", lang, &[("more", more)]),
        _ => said,
    }
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

/// [`text`] with its values filled in.
pub fn fill(key: &str, lang: Lang, args: &[(&str, &str)]) -> String {
    fill_in(&Terms::default(), key, lang, args)
}

/// The same in an organisation's own words.
pub fn fill_in(terms: &Terms, key: &str, lang: Lang, args: &[(&str, &str)]) -> String {
    render(text(key, lang), terms, &|name| args.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

/// The name of a value that a finding's texts use, as the catalogue holds it; none where they do not.
pub fn value_name(code: Code, name: &str) -> Option<&'static str> {
    let entry = entry(code);
    let texts = [&entry.message.zh, &entry.message.en, &entry.hint.zh, &entry.hint.en];
    texts.into_iter().find_map(|text| named(&pieces(text), name))
}

fn named<'a>(pieces: &[Piece<'a>], wanted: &str) -> Option<&'a str> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Value { name, .. } if *name == wanted => Some(*name),
        Piece::Optional { when, inner } => match when {
            Some((name, _)) if *name == wanted => Some(*name),
            _ => named(inner, wanted),
        },
        _ => None,
    })
}

fn fill_finding(text: &str, finding: &Finding) -> String {
    let usual = Terms::default();
    render(text, finding.terms.as_deref().unwrap_or(&usual), &|name| match name {
        "value" => finding.value.clone(),
        "sheet" => finding.place.sheet.as_deref().map(str::to_owned),
        "cell" => finding.place.cell.map(|cell| cell.to_string()),
        "file" => finding.place.file.as_deref().map(str::to_owned),
        "branch" => finding.branch_code.as_deref().map(str::to_owned),
        _ => finding.args.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()),
    })
}

/// A stretch of a catalogue text.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Literal(&'a str),
    /// `{name}`, or with texts by the value: `{name|a=…|=…|*=…}`.
    Value {
        name: &'a str,
        cases: Option<&'a str>,
    },
    /// `[…]`: vanishes where every value in it is empty; `[name? …]` where that one is, `[name=a|b? …]` unless it is one of these.
    Optional {
        when: Option<(&'a str, Option<&'a str>)>,
        inner: Vec<Piece<'a>>,
    },
}

/// The condition at the head of an optional text, and the text.
fn conditioned(inner: &str) -> (Option<(&str, Option<&str>)>, &str) {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let Some((head, text)) = inner.split_once('?') else { return (None, inner) };
    let (name, words) = head.split_once('=').map_or((head, None), |(name, words)| (name, Some(words)));
    if is_name(name) { (Some((name, words)), text) } else { (None, inner) }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '[']) {
        let (before, from) = rest.split_at(open);
        pieces.push(Piece::Literal(before));
        if let Some(after) = from.strip_prefix("[[") {
            pieces.push(Piece::Literal("["));
            rest = after;
            continue;
        }
        let close = if from.starts_with('{') { '}' } else { ']' };
        // Left open it is a mistake that a test finds; people get the text as it stands.
        let Some((inner, after)) = from[1..].split_once(close) else {
            rest = from;
            break;
        };
        pieces.push(match (close, inner.split_once('|')) {
            (']', _) => {
                let (when, text) = conditioned(inner);
                Piece::Optional { when, inner: self::pieces(text) }
            }
            (_, Some((name, cases))) => Piece::Value { name, cases: Some(cases) },
            (_, None) => Piece::Value { name: inner, cases: None },
        });
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// The text for a value: its own, else the one for any other; none where the value itself is said.
fn by_value<'a>(cases: &'a str, value: &str) -> Option<&'a str> {
    let text_for =
        |word: &str| cases.split('|').filter_map(|case| case.split_once('=')).find(|(key, _)| *key == word).map(|(_, text)| text);
    text_for(value).or_else(|| text_for("*"))
}

// Values are data: a brace or bracket in one is never looked at again.
fn render(text: &str, terms: &Terms, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    write_pieces(&pieces(text), terms, value, &mut out);
    out
}

fn write_pieces(pieces: &[Piece<'_>], terms: &Terms, value: &dyn Fn(&str) -> Option<String>, out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(&terms.say(text)),
            Piece::Value { name, cases } => {
                let value = value(name).unwrap_or_default();
                match cases.and_then(|cases| by_value(cases, &value)) {
                    Some(text) => out.push_str(&terms.say(text)),
                    None => out.push_str(&value),
                }
            }
            Piece::Optional { when, inner } => {
                let given =
                    |piece: &Piece<'_>| matches!(piece, Piece::Value { name, .. } if value(name).is_some_and(|value| !value.is_empty()));
                let shown = match when {
                    None => inner.iter().any(given),
                    Some((name, words)) => {
                        let value = value(name).unwrap_or_default();
                        words.map_or(!value.is_empty(), |words| words.split('|').any(|word| word == value))
                    }
                };
                if shown {
                    write_pieces(inner, terms, value, out);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    fn given(values: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let values: BTreeMap<String, String> = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        move |name| values.get(name).cloned()
    }

    #[test]
    fn data_is_never_read_as_a_placeholder() {
        assert_eq!(render("{a}-{b}", &Terms::default(), &given(&[("a", "{b}[c]")])), "{b}[c]-");
    }

    #[test]
    fn optional_segments_vanish_with_their_values() {
        let text = "没有此人[；相近的有“{near}”][（{a}{b}）]。";
        assert_eq!(render(text, &Terms::default(), &given(&[])), "没有此人。");
        assert_eq!(render(text, &Terms::default(), &given(&[("near", ""), ("a", ""), ("b", "1")])), "没有此人（1）。");
        assert_eq!(render(text, &Terms::default(), &given(&[("near", "张三")])), "没有此人；相近的有“张三”。");
        let text = "[grade?{grade} {n}][honour?{honour} {n}][n=1|2?，少][n=?，无]";
        assert_eq!(render(text, &Terms::default(), &given(&[("grade", "优秀"), ("n", "2")])), "优秀 2，少");
        assert_eq!(render(text, &Terms::default(), &given(&[("honour", "星"), ("n", "3")])), "星 3");
        assert_eq!(render(text, &Terms::default(), &given(&[])), "，无");
        assert_eq!(render("[[assign]] {a}", &Terms::default(), &given(&[("a", "x")])), "[assign]] x");
    }

    #[test]
    fn a_value_may_choose_its_text() {
        let text = "{why|length=位数|=空白|*=其他}/{why|length=位数}";
        for (why, expected) in [("length", "位数/位数"), ("", "空白/"), ("date", "其他/date")] {
            assert_eq!(render(text, &Terms::default(), &given(&[("why", why)])), expected);
        }
    }

    fn names<'a>(text: &'a str, into: &mut BTreeSet<&'a str>) {
        fn walk<'a>(pieces: &[Piece<'a>], into: &mut BTreeSet<&'a str>) {
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => assert!(!text.contains(['{', '}']), "a brace is left open: {text}"),
                    Piece::Value { name, cases } => {
                        into.insert(name);
                        assert!(cases.iter().flat_map(|cases| cases.split('|')).all(|case| case.contains('=')), "{name}: {cases:?}");
                    }
                    Piece::Optional { when: Some((name, _)), inner } => {
                        into.insert(name);
                        walk(inner, into);
                    }
                    Piece::Optional { when: None, inner } => {
                        assert!(inner.iter().any(|piece| matches!(piece, Piece::Value { .. })), "nothing in it could be empty: {inner:?}");
                        walk(inner, into);
                    }
                }
            }
        }
        walk(&pieces(text), into);
    }

    /// Names that some room passes: `("name", …` in what makes findings.
    fn passed() -> BTreeSet<String> {
        let mut found = BTreeSet::from(["value", "sheet", "cell", "file", "branch"].map(String::from));
        for entry in walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).into_iter().filter_map(Result::ok) {
            if entry.path().extension().is_none_or(|extension| extension != "rs") || entry.path().ends_with("diag/catalogue.rs") {
                continue;
            }
            let source = std::fs::read_to_string(entry.path()).expect("source");
            for part in source.split("(\"").skip(1) {
                let Some((name, after)) = part.split_once('"') else { continue };
                if after.starts_with(',') && !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                    found.insert(name.to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn texts_use_values_that_are_passed_and_the_same_in_both_languages() {
        let passed = passed();
        for code in Code::ALL {
            let entry = entry(*code);
            for both in [&entry.message, &entry.hint] {
                let (mut zh, mut en) = (BTreeSet::new(), BTreeSet::new());
                names(&both.zh, &mut zh);
                names(&both.en, &mut en);
                assert_eq!(zh, en, "{code}");
                for name in zh {
                    assert!(passed.contains(name), "{code}: nobody passes {name}");
                }
            }
            for both in [&entry.title, &entry.about] {
                assert!(!both.zh.contains(['{', '[']) && !both.en.contains(['{', '[']), "{code}: title and about have no values");
            }
        }
        for (key, both) in &CATALOGUE.text {
            let (mut zh, mut en) = (BTreeSet::new(), BTreeSet::new());
            names(&both.zh, &mut zh);
            names(&both.en, &mut en);
            assert_eq!(zh, en, "{key}");
        }
    }

    #[test]
    fn texts_begin_and_end_with_words() {
        let findings = CATALOGUE.finding.values().flat_map(|entry| [&entry.title, &entry.message, &entry.hint, &entry.about]);
        for text in findings.flat_map(|both| [&both.zh, &both.en]) {
            assert!(text.trim() == text && !text.contains("  "), "{text}");
        }
        // A text of the command line may be the tail of a line and begin with a blank.
        for text in CATALOGUE.text.values().flat_map(|both| [&both.zh, &both.en]) {
            assert_eq!(text.trim_end(), text);
        }
    }

    /// Filled, a text shows no trace of the syntax and no doubled blank.
    #[test]
    fn filled_texts_read_as_sentences() {
        for code in Code::ALL {
            for lang in [Lang::Zh, Lang::En] {
                for text in [&entry(*code).message, &entry(*code).hint] {
                    let filled = render(text.get(lang), &Terms::default(), &|_| Some("x".to_owned()));
                    assert!(!filled.contains(['{', '}', '[', ']', '|']) && !filled.contains("  "), "{code}: {filled}");
                }
            }
        }
    }

    /// English counts one branch, not one branches.
    #[test]
    fn one_of_a_kind_is_counted_as_one() {
        const SEVERAL: [&str; 26] = [
            "ballots",
            "bags",
            "branches",
            "bytes",
            "cells",
            "corrections",
            "days",
            "decimals",
            "differences",
            "entries",
            "errors",
            "faults",
            "figures",
            "files",
            "findings",
            "items",
            "members",
            "months",
            "names",
            "notes",
            "people",
            "periods",
            "points",
            "results",
            "rows",
            "warnings",
        ];
        let findings = CATALOGUE.finding.values().flat_map(|entry| [&entry.message, &entry.hint]);
        let mut wrong = Vec::new();
        for both in findings.chain(CATALOGUE.text.values()) {
            let filled = render(&both.en, &Terms::default(), &|_| Some("1".to_owned()));
            let mut words = filled.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
            while let Some(word) = words.next() {
                let next = words.peek().copied().unwrap_or_default();
                if word == "1" && SEVERAL.contains(&next) {
                    wrong.push(filled.clone());
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn why_a_file_cannot_be_read_is_said_in_the_reader_s_language() {
        for why in crate::diag::Unreadable::ALL {
            let finding = Finding::new(Code::UnreadableFile, crate::diag::Place::default()).arg("detail", why.word());
            let (zh, en) = (finding.message(Lang::Zh), finding.message(Lang::En));
            let latin = zh.replace("Excel", "").chars().any(|c| c.is_ascii_alphabetic());
            assert!(!latin && zh.contains('（'), "{zh}");
            assert!(en.is_ascii() && !en.contains(&format!("({})", why.word())), "{en}");
        }
    }

    #[test]
    fn a_missing_row_and_a_blank_cell_read_differently() {
        let row =
            Finding::new(Code::MissingEntry, super::super::Place::default()).arg("name", "张三").arg("period", "7月").arg("column", "");
        assert_eq!(row.message(Lang::Zh), "缺少登记：张三 7月 整行没有登记");
        let cell = Finding { args: vec![("name", "张三".into()), ("period", "7月".into()), ("column", "理想信念".into())], ..row };
        assert_eq!(cell.message(Lang::Zh), "缺少登记：张三 7月 有一栏空白（“理想信念”）");
        let place = super::super::Place::default();
        let whole =
            Finding::new(Code::MissingEntry, place).arg("name", "").arg("period", "3月至5月").arg("column", "").arg("case", "whole");
        assert_eq!(whole.message(Lang::Zh), "缺少登记：3月至5月 全体党员都没有登记");
        assert_eq!(whole.message(Lang::En), "an entry is missing: 3月至5月 has no row of any member");
    }
}
