//! What style sheets and attributes of a page say about cells: number formats, colours and sizes, what is not displayed.

use std::collections::HashMap;

use super::colour::Colour;
use super::html::{Attributes, attribute};
use super::ink::Ink;
use super::style::Style;
use super::xml2003;

/// What a class makes of a cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    pub(super) style: Option<Style>,
    pub(super) ink: Ink,
    /// What has it is not displayed.
    hides: bool,
}

impl Class {
    /// What a tag's class and its own attributes say.
    pub(super) fn of(tag: &Attributes, classes: &HashMap<String, Self>) -> Self {
        let mut own = Self::default();
        // Of several classes each adds what it says.
        for name in attribute(tag, "class").unwrap_or_default().split_whitespace() {
            let Some(class) = classes.get(name) else { continue };
            own = if own.ink == Ink::default() && own.style.is_none() && !own.hides { class.clone() } else { own.with(class) };
        }
        if let Some(ground) = attribute(tag, "bgcolor") {
            own.ink.ground = Colour::named(&ground);
        }
        if let Some(style) = attribute(tag, "style") {
            own.ink.declare(&style);
            own.hides |= hides(&style);
            own.style = format(&style).map(|code| Style::new(&code, false)).or(own.style);
        }
        own
    }

    fn with(mut self, other: &Self) -> Self {
        let usual = Ink::default();
        self.style = other.style.clone().or(self.style);
        self.hides |= other.hides;
        self.ink.colour = if other.ink.colour == usual.colour { self.ink.colour } else { other.ink.colour };
        self.ink.ground = if other.ink.ground == usual.ground { self.ink.ground } else { other.ink.ground };
        self.ink.points = other.ink.points.or(self.ink.points);
        self.ink.struck |= other.ink.struck;
        self
    }
}

/// True for an element of which nothing is displayed.
pub(super) fn is_unseen(tag: &Attributes, classes: &HashMap<String, Class>) -> bool {
    attribute(tag, "hidden").is_some() || Class::of(tag, classes).hides
}

/// True for a row, a column or a cell that is not displayed or has no size.
pub(super) fn is_hidden(tag: &Attributes, classes: &HashMap<String, Class>, size: &str) -> bool {
    is_unseen(tag, classes) || attribute(tag, size).is_some_and(|size| matches!(size.trim(), "0" | "0px" | "0pt" | "0%"))
}

/// Classes by their names: `.xl65 {mso-number-format:"0\.00"; color:white;}`.
pub(super) fn classes(page: &str) -> HashMap<String, Class> {
    let mut found = HashMap::new();
    // Excel and WPS write one rule a class, without rules inside.
    for rule in page.split('}') {
        let Some((selectors, declarations)) = rule.rsplit_once('{') else { continue };
        let line = selectors.rsplit(['>', ';']).next().unwrap_or_default();
        let names = line.split(',').filter_map(|selector| selector.trim().rsplit_once('.')).map(|(_, name)| name.trim().to_owned());
        let mut class = Class { style: format(declarations).map(|code| Style::new(&code, false)), ..Class::default() };
        class.ink.declare(declarations);
        class.hides = hides(declarations);
        found.extend(names.map(|name| (name, class.clone())));
    }
    found
}

/// The number format of a style: `mso-number-format:"0\.00"`, `…:"\@"`, `…:Percent`.
pub(super) fn format(style: &str) -> Option<String> {
    let (_, rest) = style.split_once("mso-number-format:")?;
    let rest = rest.trim_start();
    let value = match rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => rest[1..].split(quote).next()?,
        None => rest.split([';', '}']).next()?.trim(),
    };
    let (mut code, mut letters) = (String::new(), value.chars());
    while let Some(c) = letters.next() {
        if c != '\\' {
            code.push(c);
            continue;
        }
        // `\0022` is a character by its number, `\.` the point itself.
        let ahead = letters.as_str();
        let number = ahead.get(..4).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match number.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(named) => {
                code.push(named);
                letters = ahead[4..].chars();
            }
            None => code.extend(letters.next()),
        }
    }
    Some(xml2003::named(&code).map_or(code, str::to_owned))
}

/// True for what is not displayed.
fn hides(style: &str) -> bool {
    let style = format!("{};", style.to_ascii_lowercase().replace(' ', ""));
    ["display:none", "visibility:hidden", "visibility:collapse", "font-size:0;", "font-size:0px", "font-size:0pt"]
        .iter()
        .any(|hidden| style.contains(hidden))
}
