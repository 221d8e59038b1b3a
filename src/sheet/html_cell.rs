//! One cell of a page's table: its letters as they are seen, and what an office stored beside them.

use std::collections::HashMap;

use super::book::{Content, Unseen};
use super::colour::Colour;
use super::html::{Attributes, Node, attribute};
use super::html_style::{Class, is_unseen};
use super::ink::{Ink, Lost};
use super::style::Style;
use super::{Limits, Refusal, number, style, text};

/// A cell whose end has not come.
#[derive(Default)]
pub(super) struct Cell {
    text: String,
    stored: Option<String>,
    style: Option<Style>,
    pub(super) ink: Ink,
    /// Elements around its letters that change them, with what they make of them.
    around: Vec<(String, Ink)>,
    lost: Lost,
    /// The element that is not displayed, until it ends, and how many of its name are open.
    pub(super) unseen: Option<(String, usize)>,
    picture: bool,
    is_text: bool,
    pub(super) rows: u32,
    pub(super) columns: u32,
}

/// Elements within elements that are kept apart in a cell.
const DEEPEST: usize = 64;

impl Cell {
    pub(super) fn of(tag: &Attributes, classes: &HashMap<String, Class>, row: Ink) -> Self {
        let count = |name| attribute(tag, name).and_then(|count| count.trim().parse().ok()).unwrap_or(1u32).clamp(1, 1 << 20);
        let style = attribute(tag, "style").unwrap_or_default();
        let own = Class::of(tag, classes);
        Self {
            text: String::new(),
            // Excel and WPS, LibreOffice.
            stored: attribute(tag, "x:num").or_else(|| attribute(tag, "sdval")).filter(|stored| !stored.is_empty()),
            style: own.style,
            picture: false,
            unseen: None,
            around: Vec::new(),
            lost: Lost::default(),
            ink: if own.ink == Ink::default() { row } else { own.ink },
            is_text: attribute(tag, "x:str").is_some() || style.replace([' ', '"', '\''], "").contains("mso-number-format:\\@"),
            rows: count("rowspan"),
            columns: count("colspan"),
        }
    }

    /// True within an element that is not displayed.
    fn passes_over(&mut self, node: &Node, classes: &HashMap<String, Class>) -> bool {
        match (*node, &mut self.unseen) {
            (Node::Open(name, _), Some((unseen, count))) if name == unseen.as_str() => *count += 1,
            (Node::Close(name), Some((unseen, count))) if name == unseen.as_str() => *count -= 1,
            (Node::Open(name, tag), None) if !matches!(name, "br" | "img" | "input" | "hr" | "wbr") && is_unseen(tag, classes) => {
                self.unseen = Some((name.to_owned(), 1));
            }
            _ => {}
        }
        let within = self.unseen.is_some();
        self.unseen.take_if(|(_, count)| *count == 0);
        within
    }

    pub(super) fn node(&mut self, node: &Node, classes: &HashMap<String, Class>, limits: &Limits) -> Result<(), Refusal> {
        if self.passes_over(node, classes) {
            return Ok(());
        }
        match *node {
            Node::Open("br", _) | Node::Close("li") => self.line_ends(),
            Node::Open("img", _) => self.picture = true,
            Node::Open(name @ ("font" | "span" | "s" | "strike" | "del" | "p" | "div" | "b" | "i" | "u"), tag)
                if self.around.len() < DEEPEST =>
            {
                let mut ink = self.around.last().map_or(self.ink, |(_, ink)| *ink);
                ink.declare(&attribute(tag, "style").unwrap_or_default());
                ink.colour = attribute(tag, "color").map_or(ink.colour, |colour| Colour::named(&colour));
                ink.struck |= matches!(name, "s" | "strike" | "del");
                self.around.push((name.to_owned(), ink));
            }
            // What stands in it without an end ends with it.
            Node::Close(name) if self.around.iter().any(|(own, _)| own == name) => {
                while self.around.pop().is_some_and(|(own, _)| own != name) {}
                if matches!(name, "p" | "div") {
                    self.line_ends();
                }
            }
            Node::Close("p" | "div") => self.line_ends(),
            Node::Text(text) => {
                let from = self.text.len();
                for c in text.chars() {
                    let space = matches!(c, ' ' | '\t' | '\r' | '\n');
                    if !(space && self.text.ends_with([' ', '\n'])) {
                        self.text.push(if space { ' ' } else { c });
                    }
                }
                self.lost.add(&self.text, from, self.around.last().map_or(&self.ink, |(_, ink)| ink));
            }
            _ => {}
        }
        if self.text.len() > limits.max_text {
            return Err(Refusal::too_large("text", limits.max_text));
        }
        Ok(())
    }

    fn line_ends(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// What the cell holds, and why not all is seen.
    pub(super) fn content(self) -> (Option<Content>, Option<Unseen>) {
        let (unseen, left) = match self.lost.of(&self.text) {
            Some((why, left)) => (Some(why), left),
            None if self.text.trim().is_empty() => (self.ink.unseen(), None),
            None => (None, None),
        };
        let shown = left.as_ref().unwrap_or(&self.text).trim_matches([' ', '\n']);
        let whole = self.text.trim_matches([' ', '\n']);
        if self.picture && shown.is_empty() {
            return (Some(Content::Picture), unseen);
        }
        // Of a text of which only a part is seen both are said.
        let seen = |content: Content| if left.is_some() { style::seen(shown, content, "") } else { content };
        if self.is_text {
            return (Some(seen(Content::Text(whole.into()))).filter(|_| !whole.is_empty()), unseen);
        }
        // The stored number counts where a number is shown; where a date is, the number says less.
        let bare: String = shown.chars().filter(|c| !matches!(c, ',' | '%' | '¥' | '￥' | '$' | ' ')).collect();
        let stored = self.stored.and_then(|stored| stored.trim().parse().ok());
        let content = match stored {
            Some(stored) if bare.parse::<f64>().is_ok() || shown.is_empty() => Some(style::seen(shown, number::content(stored), "")),
            // A page opened in an office shows the number by its format.
            _ => text::typed(whole).map(|content| match (&content, &self.style) {
                (Content::Number(_), Some(style)) if left.is_none() => style.seen(content),
                _ => seen(content),
            }),
        };
        (content, unseen)
    }
}
