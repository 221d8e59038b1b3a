//! Texts measured once. A form says the same few hundred things in the same looks, on every page and for every branch.
//!
//! What is kept follows from its key alone: the faces, the look, the value, the width. So it may be kept as long as a thread
//! lives, and thrown away at any time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use foldhash::fast::RandomState;

use super::block::{Kept, font_size};
use super::display;
use super::laid::Length;
use super::shape::{Shape, printable, shape};
use crate::font::{Choice, FontSet, private_use_replacement};
use crate::form::model::{Align, Color, FilledBook, Style, Value};
use crate::number_format::Format;

/// So many texts are kept per thread, some 3 MB of them.
const MOST: usize = 5_000;

/// A text with its glyphs, before it is broken into lines.
#[derive(Debug)]
pub(super) struct Shaped {
    pub shapes: Rc<[Shape]>,
    pub holds_breaks: bool,
    /// The ink that the number format gives it, before the font's.
    pub ink: Option<Color>,
    /// After so many characters a sign fills the free width.
    pub fill: Option<(usize, char)>,
    /// Characters that no face has.
    pub missing: Vec<char>,
    /// Characters in whose place another is drawn.
    pub replaced: Vec<(char, char)>,
    /// How it stands in cells of a width, alone.
    pub kept: Vec<(Length, Kept)>,
}

/// What of a style decides how a text is measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Look {
    choice: Choice,
    /// Bits of the size in points.
    size: u32,
    align: Align,
    /// Width of one step of indent.
    indent: Length,
}

/// Texts in one look.
struct Texts {
    number_format: String,
    format: Format,
    choice: Choice,
    /// Place in `shaped`.
    known: HashMap<Value, usize, RandomState>,
    shaped: Vec<Shaped>,
}

#[derive(Default)]
struct Memory {
    /// The set of faces it was measured with.
    set: u64,
    choices: HashMap<String, [Option<Choice>; 2]>,
    looks: HashMap<Look, Vec<usize>, RandomState>,
    texts: Vec<Texts>,
    /// Texts of all looks.
    count: usize,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// The looks of a book's styles, with the texts known in each.
pub(super) struct Looks<'a> {
    fonts: &'a FontSet,
    memory: Memory,
    /// Place among the memory's texts, by style; the last for cells without one.
    of: Vec<usize>,
}

impl<'a> Looks<'a> {
    /// `indent` is the width of one step of indent.
    pub fn new(book: &FilledBook, fonts: &'a FontSet, indent: Length) -> Self {
        let mut memory = MEMORY.take();
        if memory.set != fonts.number() || memory.count > MOST {
            memory = Memory { set: fonts.number(), ..Memory::default() };
        }
        let without = Style::default();
        let of = book.styles.iter().chain([&without]).map(|style| memory.look(style, fonts, indent)).collect();
        Self { fonts, memory, of }
    }

    fn texts(&mut self, style: usize) -> &mut Texts {
        let at = self.of[style.min(self.of.len() - 1)];
        &mut self.memory.texts[at]
    }

    /// The face of a style.
    pub fn choice(&self, style: usize) -> Choice {
        self.memory.texts[self.of[style.min(self.of.len() - 1)]].choice
    }

    /// What a value shows in a style.
    pub fn shaped(&mut self, style: usize, value: &Value) -> &mut Shaped {
        let fonts = self.fonts;
        let result;
        let value = match value {
            // A formula shows what it came to.
            Value::Formula { result: number, .. } => {
                result = Value::Number(*number);
                &result
            }
            other => other,
        };
        let texts = self.texts(style);
        let at = if let Some(at) = texts.known.get(value) {
            *at
        } else {
            texts.known.insert(value.clone(), texts.shaped.len());
            texts.shaped.push(Shaped::new(fonts, texts.choice, &texts.format, value));
            self.memory.count += 1;
            self.texts(style).shaped.len() - 1
        };
        &mut self.texts(style).shaped[at]
    }
}

impl Drop for Looks<'_> {
    fn drop(&mut self) {
        MEMORY.set(std::mem::take(&mut self.memory));
    }
}

impl Memory {
    fn look(&mut self, style: &Style, fonts: &FontSet, indent: Length) -> usize {
        let font = &style.font;
        if !self.choices.contains_key(&font.family) {
            self.choices.insert(font.family.clone(), [None; 2]);
        }
        let known = self.choices.get_mut(&font.family).map(|known| &mut known[usize::from(font.bold)]);
        let choice = known.map_or_else(Choice::default, |known| *known.get_or_insert_with(|| fonts.choose(&font.family, font.bold)));
        let look = Look { choice, size: font_size(font).to_bits(), align: style.align, indent };
        let alike = self.looks.entry(look).or_default();
        if let Some(at) = alike.iter().find(|at| self.texts[**at].number_format == style.number_format) {
            return *at;
        }
        alike.push(self.texts.len());
        let format = Format::parse(&style.number_format);
        self.texts.push(Texts {
            number_format: style.number_format.clone(),
            format,
            choice,
            known: HashMap::default(),
            shaped: Vec::new(),
        });
        self.texts.len() - 1
    }
}

impl Shaped {
    fn new(fonts: &FontSet, choice: Choice, format: &Format, value: &Value) -> Self {
        let seen = display::seen(format, value);
        let text = printable(&seen.text);
        let mut missing = Vec::new();
        let mut shapes = shape(fonts, choice, &text, |character| missing.push(character));
        if !matches!(value, Value::Text(_)) {
            shapes.retain(|shape| shape.character != '\n');
        }
        Self {
            shapes: shapes.into(),
            holds_breaks: text.contains('\n'),
            ink: seen.ink,
            fill: seen.fill.map(|(at, sign)| (printable(seen.text.get(..at).unwrap_or_default()).chars().count(), sign)),
            missing,
            replaced: seen.text.chars().filter_map(|character| Some((character, private_use_replacement(character)?))).collect(),
            kept: Vec::new(),
        }
    }
}
