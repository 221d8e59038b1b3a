//! Tables of a scheme file, read key by key: what is missing, unknown or of the wrong kind is a fault with its place.

use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::exact::{Decimal, Exact};
use crate::period::Every;

use super::fault::{self, Fault, near};
use super::model::Origin;

/// A value of the file with its place.
pub(super) type Node<'t> = &'t Spanned<DeValue<'t>>;

/// The text, and everything found wrong with it.
pub(super) struct Reader<'t> {
    text: &'t str,
    pub faults: Vec<Fault>,
    /// Names of values that rest on samples.
    pub samples: Vec<String>,
    /// Categories of the county, where they are known.
    pub categories: Option<&'t [String]>,
}

/// A table, and the keys that were asked for.
pub(super) struct Keys<'t> {
    table: &'t DeTable<'t>,
    pub span: Range<usize>,
    known: Vec<&'static str>,
}

/// Something written, with its place.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// What a number may look like, for messages.
const NUMBER: (&str, &str) = (
    "数字（整数直接写 10，小数、百分比和分数放在引号里：\"7.5\" \"80%\" \"1/3\"）",
    "a number (10, or in quotes \"7.5\", \"80%\", \"1/3\")",
);

/// The four lengths of a period.
pub(super) const LENGTHS: [(&str, Every); 4] =
    [("month", Every::Month), ("quarter", Every::Quarter), ("half", Every::Half), ("year", Every::Year)];

/// A number in quotes: a decimal, a share, a fraction.
pub(super) fn parse_number(text: &str) -> Option<Exact> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (Decimal::parse(above.trim())?, Decimal::parse(below.trim())?);
        return Exact::from(above).checked_div(&Exact::from(below));
    }
    let (digits, divisor) = text.strip_suffix('%').map_or((text, 1), |digits| (digits, 100));
    Some(Exact::from(Decimal::parse(digits.trim())?) / divisor)
}

impl<'t> Keys<'t> {
    pub fn new(table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self { table, span, known: Vec::new() }
    }

    /// The value of a key, which is known from now on.
    pub fn get(&mut self, key: &'static str) -> Option<Node<'t>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Where a key's value stands; the table where there is none.
    pub fn place(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str, categories: Option<&'t [String]>) -> Self {
        Self { text, faults: Vec::new(), samples: Vec::new(), categories }
    }

    /// Notes a fault.
    pub fn fault(&mut self, span: &Range<usize>, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(fault::at(self.text, span, zh.into(), en.into()));
    }

    /// Notes a fault at a stretch of what a text value says; an escaped text is meant whole.
    pub fn fault_within(&mut self, value: &Written<String>, within: &Range<usize>, zh: String, en: String) {
        let inner = value.span.start + 1..value.span.end.saturating_sub(1);
        let plain = self.text.get(inner.clone()) == Some(value.value.as_str());
        let span = if plain { inner.start + within.start..inner.start + within.end } else { value.span.clone() };
        self.fault(&span, zh, en);
    }

    /// Refuses keys that nobody asked for.
    #[expect(clippy::needless_pass_by_value, reason = "nothing may be asked for afterwards")]
    pub fn finish(&mut self, keys: Keys<'t>) {
        for (key, _) in keys.table {
            let written = key.get_ref().as_ref();
            if !keys.known.contains(&written) {
                let mut all = keys.known.clone();
                all.sort_unstable();
                all.dedup();
                let (near_zh, near_en) = near(written, all.iter().copied());
                let all = all.join(" ");
                self.fault(
                    &key.span(),
                    format!("没有“{written}”这个键；这里可用：{all}{near_zh}"),
                    format!("unknown key `{written}`; allowed here: {all}{near_en}"),
                );
            }
        }
    }

    fn missing(&mut self, keys: &Keys<'t>, key: &str) {
        self.fault(&keys.span, format!("缺少“{key}”"), format!("`{key}` is missing"));
    }

    fn wrong(&mut self, node: Node<'t>, key: &str, wanted: (&str, &str)) {
        let (zh, en) = match node.get_ref() {
            DeValue::String(_) => ("文字", "text"),
            DeValue::Integer(_) => ("整数", "a whole number"),
            DeValue::Float(_) => ("不加引号的小数", "a decimal without quotes"),
            DeValue::Boolean(_) => ("真假值", "true or false"),
            DeValue::Datetime(_) => ("日期", "a date"),
            DeValue::Array(_) => ("列表", "a list"),
            DeValue::Table(_) => ("表", "a table"),
        };
        self.fault(&node.span(), format!("“{key}”应是{}，不是{zh}", wanted.0), format!("`{key}` must be {}, not {en}", wanted.1));
    }

    /// A text, `None` where the key is absent or holds something else.
    pub fn optional_text(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<String>> {
        let node = keys.get(key)?;
        self.as_text(node, key)
    }

    fn as_text(&mut self, node: Node<'t>, key: &str) -> Option<Written<String>> {
        let Some(text) = node.get_ref().as_str() else {
            self.wrong(node, key, ("引号里的文字", "a text in quotes"));
            return None;
        };
        if text.trim().is_empty() {
            self.fault(&node.span(), format!("“{key}”是空的"), format!("`{key}` is empty"));
            return None;
        }
        Some(Written { value: text.to_owned(), span: node.span() })
    }

    /// A text that must be there; empty after a fault.
    pub fn text(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Written<String> {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        self.optional_text(keys, key).unwrap_or_else(|| Written { value: String::new(), span: keys.span.clone() })
    }

    /// A clause of the county's own text.
    pub fn clause(&mut self, keys: &mut Keys<'t>) -> Option<String> {
        self.optional_text(keys, "clause").map(|clause| clause.value)
    }

    /// A number, `None` where the key is absent or holds something else.
    pub fn optional_number(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<Exact>> {
        let node = keys.get(key)?;
        self.as_number(node, key)
    }

    pub fn as_number(&mut self, node: Node<'t>, key: &str) -> Option<Written<Exact>> {
        let number = match node.get_ref() {
            DeValue::Integer(digits) if digits.radix() == 10 => Decimal::parse(digits.as_str()).map(Exact::from),
            DeValue::String(text) => parse_number(text),
            _ => None,
        };
        let Some(value) = number else {
            match node.get_ref() {
                DeValue::Float(float) => {
                    let float = float.as_str().to_owned();
                    self.fault(
                        &node.span(),
                        format!("小数要放在引号里：\"{float}\"（不加引号的小数在 TOML 里是二进制数，不准确）"),
                        format!("a decimal stands in quotes: \"{float}\" (without them it is binary in TOML and not exact)"),
                    );
                }
                DeValue::String(text) => {
                    let text = text.clone();
                    self.fault(
                        &node.span(),
                        format!("“{key}”的“{text}”不是{}", NUMBER.0),
                        format!("`{key}`: `{text}` is not {}", NUMBER.1),
                    );
                }
                _ => self.wrong(node, key, NUMBER),
            }
            return None;
        };
        Some(Written { value, span: node.span() })
    }

    /// A number that must be there; zero after a fault.
    pub fn number(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Written<Exact> {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        self.optional_number(keys, key).unwrap_or_else(|| Written { value: Exact::zero(), span: keys.span.clone() })
    }

    /// A share between nothing and the whole, which must be there.
    pub fn share(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Exact {
        let share = self.number(keys, key);
        if share.value.is_negative() || share.value > Exact::from(1) {
            self.fault(&share.span, format!("“{key}”应在 0% 到 100% 之间"), format!("`{key}` must lie between 0% and 100%"));
        }
        share.value
    }

    /// A whole number within bounds, `None` where the key is absent or holds something else.
    pub fn optional_whole(&mut self, keys: &mut Keys<'t>, key: &'static str, most: u32) -> Option<u32> {
        let node = keys.get(key)?;
        let whole = match node.get_ref() {
            DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str().parse::<u32>().ok().filter(|whole| *whole <= most),
            _ => None,
        };
        if whole.is_none() {
            self.fault(
                &node.span(),
                format!("“{key}”应是 0 到 {most} 之间的整数"),
                format!("`{key}` must be a whole number from 0 to {most}"),
            );
        }
        whole
    }

    /// A whole number that must be there; zero after a fault.
    pub fn whole(&mut self, keys: &mut Keys<'t>, key: &'static str, most: u32) -> u32 {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        self.optional_whole(keys, key, most).unwrap_or(0)
    }

    /// One word of a closed list, `None` where the key is absent or says something else.
    pub fn optional_choice<T: Copy>(&mut self, keys: &mut Keys<'t>, key: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        let node = keys.get(key)?;
        let written = self.as_text(node, key)?;
        self.choose(&written, key, allowed)
    }

    pub fn choose<T: Copy>(&mut self, written: &Written<String>, key: &str, allowed: &[(&str, T)]) -> Option<T> {
        let found = allowed.iter().find(|(word, _)| *word == written.value).map(|(_, value)| *value);
        if found.is_none() {
            let words = || allowed.iter().map(|(word, _)| *word);
            let (near_zh, near_en) = near(&written.value, words());
            let all = words().collect::<Vec<_>>().join(" ");
            let said = &written.value;
            self.fault(
                &written.span,
                format!("“{key}”不能是“{said}”；可用：{all}{near_zh}"),
                format!("`{key}` cannot be `{said}`; allowed: {all}{near_en}"),
            );
        }
        found
    }

    /// One word of a closed list, which must be there.
    pub fn choice<T: Copy>(&mut self, keys: &mut Keys<'t>, key: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        self.optional_choice(keys, key, allowed)
    }

    /// Where a value comes from; must be there.
    pub fn origin(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Origin {
        self.choice(keys, key, &[("source", Origin::Source), ("sample", Origin::Sample)]).unwrap_or(Origin::Source)
    }

    /// Where a value comes from, where it may differ from the table's own.
    pub fn optional_origin(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Origin> {
        self.optional_choice(keys, key, &[("source", Origin::Source), ("sample", Origin::Sample)])
    }

    /// `true` or `false`; false where the key is absent.
    pub fn flag(&mut self, keys: &mut Keys<'t>, key: &'static str) -> bool {
        let Some(node) = keys.get(key) else { return false };
        node.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(node, key, ("true 或 false", "true or false"));
            false
        })
    }

    /// A date, written without quotes.
    pub fn date(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<NaiveDate>> {
        let Some(node) = keys.get(key) else {
            self.missing(keys, key);
            return None;
        };
        let date = node.get_ref().as_datetime().filter(|at| at.time.is_none()).and_then(|at| at.date);
        let date = date.and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)));
        if date.is_none() {
            self.wrong(node, key, ("日期（2026-07-01，不加引号）", "a date (2026-07-01, without quotes)"));
        }
        date.map(|value| Written { value, span: node.span() })
    }

    /// A list of texts; empty where the key is absent.
    pub fn texts(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Written<String>> {
        self.list(keys, key).into_iter().filter_map(|node| self.as_text(node, key)).collect()
    }

    /// A list; empty where the key is absent.
    pub fn list(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Node<'t>> {
        let Some(node) = keys.get(key) else { return Vec::new() };
        if let Some(all) = node.get_ref().as_array() {
            return all.iter().collect();
        }
        self.wrong(node, key, ("列表 [ … ]", "a list [ … ]"));
        Vec::new()
    }

    /// Lengths of a period, at least one.
    pub fn lengths(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Every> {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        let written = self.texts(keys, key);
        if written.is_empty() && keys.table.get(key).is_some_and(|node| node.get_ref().is_array()) {
            let place = keys.place(key);
            self.fault(&place, format!("“{key}”里一个也没有"), format!("`{key}` names none"));
        }
        written.iter().filter_map(|word| self.choose(word, key, &LENGTHS)).collect()
    }

    /// A table, `None` where the key is absent or holds something else.
    pub fn optional_table(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Keys<'t>> {
        let node = keys.get(key)?;
        self.as_table(node, key)
    }

    pub fn as_table(&mut self, node: Node<'t>, key: &str) -> Option<Keys<'t>> {
        if let Some(table) = node.get_ref().as_table() {
            return Some(Keys::new(table, node.span()));
        }
        self.wrong(node, key, ("表（[名称] 或 { … }）", "a table ([name] or { … })"));
        None
    }

    /// A table that must be there.
    pub fn table(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Keys<'t>> {
        if keys.get(key).is_none() {
            self.missing(keys, key);
        }
        self.optional_table(keys, key)
    }

    /// Tables under `[[key]]`; none where the key is absent.
    pub fn tables(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Keys<'t>> {
        let Some(node) = keys.get(key) else { return Vec::new() };
        if node.get_ref().is_table() {
            self.fault(
                &node.span(),
                format!("“{key}”可以有几个，要写成双方括号 [[{key}]]"),
                format!("there may be several of `{key}`: write [[{key}]] with two brackets"),
            );
            return Vec::new();
        }
        self.list(keys, key).into_iter().filter_map(|node| self.as_table(node, key)).collect()
    }

    /// Names that the file makes up itself, with what stands behind each: `by_category`, `levels`, `[value.…]`.
    pub fn named(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<(Written<String>, Node<'t>)> {
        let Some(table) = self.optional_table(keys, key) else { return Vec::new() };
        let entries = table.table.iter();
        entries.map(|(name, node)| (Written { value: name.get_ref().to_string(), span: name.span() }, node)).collect()
    }

    /// Says at the later one that a name stands twice.
    pub fn unique<'a>(&mut self, what: (&str, &str), names: impl IntoIterator<Item = &'a Written<String>>) {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if name.value.is_empty() {
                continue;
            }
            if seen.contains(&name.value.as_str()) {
                self.fault(
                    &name.span,
                    format!("{}“{}”写了两次", what.0, name.value),
                    format!("{} `{}` is given twice", what.1, name.value),
                );
            }
            seen.push(&name.value);
        }
    }

    /// Refuses a category that the county does not have.
    pub fn known_category(&mut self, name: &Written<String>) {
        if let Some(categories) = self.categories
            && !categories.contains(&name.value)
        {
            let (near_zh, near_en) = near(&name.value, categories.iter().map(String::as_str));
            let (said, all) = (&name.value, categories.join(" "));
            self.fault(
                &name.span,
                format!("本县没有“{said}”这个类别；有：{all}{near_zh}"),
                format!("`{said}` is no category of this county; there are: {all}{near_en}"),
            );
        }
    }

    /// Remembers a sample by its name.
    pub fn sample(&mut self, origin: Origin, name: impl FnOnce() -> String) {
        if origin == Origin::Sample {
            self.samples.push(name());
        }
    }
}
