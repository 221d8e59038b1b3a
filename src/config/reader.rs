//! Tables of a file, read key by key: what is missing, unknown or of the wrong kind is a fault with its place.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::{Range, RangeInclusive};

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::Said;
use crate::exact::{Decimal, Exact};
use crate::words::nearest;

use super::fault::{ConfigError, Fault, Spot, syntax, telling};

/// A value of the file with its place.
pub type Node<'t> = &'t Spanned<DeValue<'t>>;

/// A file taken apart, as far as it can be.
pub struct Parsed<'t> {
    text: &'t str,
    table: Spanned<DeTable<'t>>,
    errors: Vec<toml::de::Error>,
    /// Of a text that stands for a workbook: where each line comes from.
    cells: Option<&'t [Spot]>,
}

impl<'t> Parsed<'t> {
    /// Takes a text apart.
    pub fn of(text: &'t str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        Self { text, table, errors: telling(text, errors), cells: None }
    }

    /// Takes a text apart that stands for a workbook: faults of a line are said at its cell. What a workbook must hold was
    /// looked for when the text was made.
    pub fn of_workbook(text: &'t str, cells: &'t [Spot]) -> Self {
        Self { cells: Some(cells), ..Self::of(text) }
    }

    /// True if some of the file could not be taken apart: what rests on other parts of it would be said to be wrong too.
    pub fn is_broken(&self) -> bool {
        self.errors.iter().any(|error| error.message() != "duplicate key")
    }
}

/// Keys with the Chinese names that people write in their place; the first is used in messages.
pub type Names = [(&'static str, &'static [&'static str])];

/// The text, and everything found wrong with it.
pub struct Reader<'t> {
    text: &'t str,
    faults: Vec<Fault>,
    /// What is no TOML at all.
    syntax: Vec<Fault>,
    names: &'static Names,
    secrets: &'static [&'static str],
    /// Keys that the file may have, of every table.
    known: Vec<&'static str>,
    /// Where the lines of a workbook's text come from.
    cells: Option<&'t [Spot]>,
}

/// A table, and the keys that were asked for.
pub struct Keys<'t> {
    table: &'t DeTable<'t>,
    /// What holds where the table itself says nothing.
    behind: Option<&'t DeTable<'t>>,
    /// Where it stands.
    pub span: Range<usize>,
    known: Vec<&'static str>,
    /// Names that the file makes up.
    own: Vec<&'t str>,
}

/// Something written, with its place.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// What it says.
    pub value: T,
    /// Bytes of the text.
    pub span: Range<usize>,
}

fn written(name: &Spanned<Cow<'_, str>>) -> Written<String> {
    Written { value: name.get_ref().to_string(), span: name.span() }
}

/// What a number may look like, for messages.
const NUMBER: (&str, &str) = (
    "数字（整数直接写 10，小数、百分比和分数放在引号里：\"7.5\" \"80%\" \"1/3\"）",
    "a number (10, or in quotes \"7.5\", \"80%\", \"1/3\")",
);

/// A text as a value of a file, on one line.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A number in quotes: a decimal, a share, a fraction.
pub fn parse_number(text: &str) -> Option<Exact> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (Decimal::parse(above.trim())?, Decimal::parse(below.trim())?);
        return Exact::from(above).checked_div(&Exact::from(below));
    }
    let (digits, divisor) = text.strip_suffix('%').map_or((text, 1), |digits| (digits, 100));
    Some(Exact::from(Decimal::parse(digits.trim())?) / divisor)
}

impl<'t> Keys<'t> {
    /// The value of a key, which is known from now on.
    pub fn get(&mut self, key: &'static str) -> Option<Node<'t>> {
        self.known.push(key);
        self.written(key)
    }

    fn written(&self, key: &str) -> Option<Node<'t>> {
        self.table.get(key).or_else(|| self.behind?.get(key))
    }

    /// Has the other table say what this one does not.
    pub fn lean_on(&mut self, behind: Node<'t>) {
        self.behind = behind.get_ref().as_table();
    }

    /// Makes keys known that are read elsewhere.
    pub fn allow(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// True if the key is written; it is not known by that.
    pub fn has(&self, key: &str) -> bool {
        self.written(key).is_some()
    }

    /// Where a key's value stands; the table where there is none.
    pub fn place(&self, key: &str) -> Range<usize> {
        self.written(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// The entries that pass the test and whose names the file makes up.
    pub fn matching(&mut self, test: impl Fn(&str, &DeValue<'t>) -> bool) -> Vec<(Written<String>, Node<'t>)> {
        let found: Vec<_> = self.table.iter().filter(|(name, node)| test(name.get_ref(), node.get_ref())).collect();
        self.own.extend(found.iter().map(|(name, _)| name.get_ref().as_ref()));
        found.into_iter().map(|(name, node)| (written(name), node)).collect()
    }

    /// Every entry, known or not.
    pub fn entries(self) -> Vec<(Written<String>, Node<'t>)> {
        self.table.iter().map(|(name, node)| (written(name), node)).collect()
    }
}

impl<'t> Reader<'t> {
    /// A reader of a file. `names` are what Chinese speakers may call its keys, and what `secrets` say is never shown.
    pub fn new(parsed: &'t Parsed<'t>, names: &'static Names, secrets: &'static [&'static str]) -> Self {
        let mut reader =
            Self { text: parsed.text, faults: Vec::new(), syntax: Vec::new(), names, secrets, known: Vec::new(), cells: parsed.cells };
        for error in &parsed.errors {
            let end = parsed.text.trim_end().len();
            let span = error.span().unwrap_or(end..end);
            let spot = Spot::of(parsed.text, &span);
            let key = spot.source.split('=').next().unwrap_or_default().trim();
            let meant = parsed.text.get(span).unwrap_or_default().trim();
            let said = reader.by_chinese_name(key).unwrap_or_else(|| syntax(error.message(), &spot.source, meant));
            if error.message() == "duplicate key" {
                reader.faults.push(Fault { spot, said });
            } else if !reader.syntax.iter().any(|before| before.spot.line == spot.line) {
                reader.syntax.push(Fault { spot, said });
            }
        }
        reader
    }

    /// True where nothing was wrong so far.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty() && self.syntax.is_empty()
    }

    /// The whole file's keys.
    pub fn keys(&self, parsed: &'t Parsed<'t>) -> Keys<'t> {
        Keys { table: parsed.table.get_ref(), behind: None, span: 0..0, known: Vec::new(), own: Vec::new() }
    }

    /// The value if nothing was wrong with the file, else every fault from top to bottom.
    ///
    /// # Errors
    /// The faults.
    pub fn end<T>(self, value: T) -> Result<T, ConfigError> {
        let refused = self.refused();
        if refused.faults.is_empty() { Ok(value) } else { Err(refused) }
    }

    /// Every fault, from top to bottom.
    pub fn refused(mut self) -> ConfigError {
        let torn: Vec<usize> = self.syntax.iter().map(|fault| fault.spot.line).collect();
        let mut faults = std::mem::take(&mut self.syntax);
        faults.extend(self.faults.drain(..).filter(|fault| !torn.contains(&fault.spot.line)));
        faults.sort_by_key(|fault| (fault.spot.line, fault.spot.column));
        faults.dedup();
        if !self.secrets.is_empty() {
            for fault in &mut faults {
                fault.spot.source = self.harmless(&fault.spot.source);
            }
        }
        ConfigError { faults }
    }

    /// What may be shown of a line in a file with secrets: all of it if it begins with a key that is none, else no more than
    /// a bare key; nothing of a line within a list, which may be one of passwords.
    fn harmless(&self, line: &str) -> String {
        let word = |text: &str| -> usize { text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count() };
        let trimmed = line.trim_start();
        let begin = trimmed.trim_start_matches('[');
        let key = &begin[..word(begin)];
        let chinese = begin.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let meant = self.names.iter().find(|(_, names)| names.contains(&chinese)).map_or(key, |(meant, _)| meant);
        let harmless = self.known.contains(&meant) && !self.secrets.contains(&meant);
        match begin[key.len()..].trim_start().starts_with('=') {
            _ if harmless => line.to_owned(),
            true if begin.len() == trimmed.len() => format!("{}{key} = …", &line[..line.len() - trimmed.len()]),
            _ => String::new(),
        }
    }

    /// Notes a fault.
    pub fn fault(&mut self, span: &Range<usize>, zh: impl Into<String>, en: impl Into<String>) {
        self.refuse(span, Said::new(zh, en));
    }

    /// Notes a fault that is worded already.
    pub fn refuse(&mut self, span: &Range<usize>, said: Said) {
        self.faults.push(Fault { spot: self.spot(span), said });
    }

    /// Notes a fault that was found before, with its place.
    pub fn refuse_at(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Notes a fault at a stretch of what a text value says; an escaped text is meant whole.
    pub fn refuse_within(&mut self, value: &Written<String>, within: &Range<usize>, said: Said) {
        let inner = value.span.start + 1..value.span.end.saturating_sub(1);
        let plain = self.text.get(inner.clone()) == Some(value.value.as_str());
        let span = if plain { inner.start + within.start..inner.start + within.end } else { value.span.clone() };
        self.refuse(&span, said);
    }

    /// The place of something written, for faults that only other files show.
    pub fn spot(&self, span: &Range<usize>) -> Spot {
        let spot = Spot::of(self.text, span);
        self.cells.and_then(|cells| cells.get(spot.line - 1)).cloned().unwrap_or(spot)
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(&mut self, keys: Keys<'t>) {
        let mut all = keys.known;
        all.sort_unstable();
        all.dedup();
        for (key, _) in keys.table {
            let written = key.get_ref().as_ref();
            if all.contains(&written) || keys.own.contains(&written) {
                continue;
            }
            let said = self.by_chinese_name(written).unwrap_or_else(|| {
                let allowed = all.join(" ");
                Said::new(
                    format!("没有“{written}”这个键；这里可用：{allowed}"),
                    format!("unknown key `{written}`; allowed here: {allowed}"),
                )
                .near(nearest(written, all.iter().copied()))
            });
            self.refuse(&key.span(), said);
        }
        self.known.extend(all);
    }

    /// What to write instead of a key's Chinese name.
    fn by_chinese_name(&self, written: &str) -> Option<Said> {
        let written = written.trim_matches(['"', '\'', '“', '”']);
        let (key, _) = self.names.iter().find(|(_, names)| names.contains(&written))?;
        Some(Said::new(format!("没有“{written}”这一项，应写 {key}"), format!("there is no key `{written}`; write `{key}`")))
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Node<'t>> {
        let node = keys.get(key);
        // It may stand where the file could not be taken apart.
        if node.is_none() && self.syntax.is_empty() && self.cells.is_none() {
            let name = self.names.iter().find(|(own, _)| *own == key).and_then(|(_, names)| names.first());
            let name = name.map(|name| format!("（{name}）")).unwrap_or_default();
            self.fault(&keys.span, format!("缺少“{key}”{name}"), format!("`{key}` is missing"));
            if keys.span.is_empty()
                && let Some(fault) = self.faults.last_mut()
            {
                fault.spot.source.clear(); // of a whole file no line is to blame
            }
        }
        node
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

    /// The text that a value is; an empty one is a fault.
    pub fn as_text(&mut self, node: Node<'t>, key: &str) -> Option<Written<String>> {
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
        self.required(keys, key);
        self.optional_text(keys, key).unwrap_or_else(|| Written { value: String::new(), span: keys.span.clone() })
    }

    /// A number, `None` where the key is absent or holds something else.
    pub fn optional_number(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<Exact>> {
        let node = keys.get(key)?;
        self.as_number(node, key)
    }

    /// The number that a value is.
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
        self.required(keys, key);
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
    pub fn optional_whole(&mut self, keys: &mut Keys<'t>, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let node = keys.get(key)?;
        let whole = match node.get_ref() {
            DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str().parse::<u32>().ok().filter(|whole| bounds.contains(whole)),
            _ => None,
        };
        if whole.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            self.fault(
                &node.span(),
                format!("“{key}”应是 {least} 到 {most} 之间的整数"),
                format!("`{key}` must be a whole number from {least} to {most}"),
            );
        }
        whole
    }

    /// A whole number that must be there; the least after a fault.
    pub fn whole(&mut self, keys: &mut Keys<'t>, key: &'static str, bounds: RangeInclusive<u32>) -> u32 {
        self.required(keys, key);
        let least = *bounds.start();
        self.optional_whole(keys, key, bounds).unwrap_or(least)
    }

    /// One word of a closed list, `None` where the key is absent or says something else.
    pub fn optional_choice<T: Copy>(&mut self, keys: &mut Keys<'t>, key: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        let node = keys.get(key)?;
        let written = self.as_text(node, key)?;
        self.choose(&written, key, allowed)
    }

    /// What a word of a closed list stands for.
    pub fn choose<T: Copy>(&mut self, written: &Written<String>, key: &str, allowed: &[(&str, T)]) -> Option<T> {
        let found = allowed.iter().find(|(word, _)| *word == written.value).map(|(_, value)| *value);
        if found.is_none() {
            let words = || allowed.iter().map(|(word, _)| *word);
            let (said, all) = (&written.value, words().collect::<Vec<_>>().join(" "));
            let wrong = Said::new(format!("“{key}”不能是“{said}”；可用：{all}"), format!("`{key}` cannot be `{said}`; allowed: {all}"));
            self.refuse(&written.span, wrong.near(nearest(said, words())));
        }
        found
    }

    /// One word of a closed list, which must be there.
    pub fn choice<T: Copy>(&mut self, keys: &mut Keys<'t>, key: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        self.required(keys, key);
        self.optional_choice(keys, key, allowed)
    }

    /// `true` or `false`; false where the key is absent.
    pub fn flag(&mut self, keys: &mut Keys<'t>, key: &'static str) -> bool {
        self.optional_flag(keys, key).unwrap_or(false)
    }

    /// `true` or `false`, `None` where the key is absent or holds something else.
    pub fn optional_flag(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<bool> {
        let node = keys.get(key)?;
        let flag = node.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(node, key, ("true 或 false", "true or false"));
        }
        flag
    }

    /// A date, written without quotes, which must be there.
    pub fn date(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<NaiveDate>> {
        self.required(keys, key);
        self.optional_date(keys, key)
    }

    /// A date, `None` where the key is absent or holds something else.
    pub fn optional_date(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Written<NaiveDate>> {
        let node = keys.get(key)?;
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

    /// The texts of a value that is a list.
    pub fn as_texts(&mut self, node: Node<'t>, key: &str) -> Vec<Written<String>> {
        self.as_list(node, key).into_iter().filter_map(|node| self.as_text(node, key)).collect()
    }

    /// A list; empty where the key is absent.
    pub fn list(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Node<'t>> {
        keys.get(key).map(|node| self.as_list(node, key)).unwrap_or_default()
    }

    fn as_list(&mut self, node: Node<'t>, key: &str) -> Vec<Node<'t>> {
        if let Some(all) = node.get_ref().as_array() {
            return all.iter().collect();
        }
        self.wrong(node, key, ("列表 [ … ]", "a list [ … ]"));
        Vec::new()
    }

    /// A table, `None` where the key is absent or holds something else.
    pub fn optional_table(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Keys<'t>> {
        let node = keys.get(key)?;
        self.as_table(node, key)
    }

    /// The table that a value is.
    pub fn as_table(&mut self, node: Node<'t>, key: &str) -> Option<Keys<'t>> {
        if let Some(table) = node.get_ref().as_table() {
            return Some(Keys { table, behind: None, span: node.span(), known: Vec::new(), own: Vec::new() });
        }
        self.wrong(node, key, ("表（[名称] 或 { … }）", "a table ([name] or { … })"));
        None
    }

    /// A table that must be there.
    pub fn table(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Keys<'t>> {
        self.required(keys, key);
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
        table.entries()
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
}
