//! What style sheets and attributes of a page say about cells: number formats, colours and sizes, what is not displayed.

use std::collections::HashMap;

use super::ink::Ink;
use super::style::Style;
use super::xml2003;

/// What a class makes of a cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    pub(super) style: Option<Style>,
    pub(super) ink: Ink,
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
pub(super) fn hides(style: &str) -> bool {
    let style = format!("{};", style.to_ascii_lowercase().replace(' ', ""));
    ["display:none", "visibility:hidden", "visibility:collapse", "font-size:0;", "font-size:0px", "font-size:0pt"]
        .iter()
        .any(|hidden| style.contains(hidden))
}
