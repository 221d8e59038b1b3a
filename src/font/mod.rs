//! Fonts: which face draws a family, which glyph a character has, how wide it is.
//!
//! Faces are parsed once per run into plain tables and shared between threads; the bytes are handed in, nothing is
//! read from disk here. This room neither shapes nor draws: Chinese forms need one glyph per character, no ligatures.

mod character;
mod face;
mod family;
mod private;

pub use character::is_steering;
pub use face::{Face, FontError};
pub use private::private_use_replacement;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use family::{Role, normalise};

/// One font file, as handed in.
#[derive(Clone)]
pub struct FontData {
    /// Name for messages: the file's name.
    pub name: String,
    /// TrueType or OpenType bytes.
    pub bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
    /// Index in a TrueType collection, else 0.
    pub index: u32,
}

/// What becomes of a character in print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// It is drawn, or has nothing to draw.
    Drawn,
    /// A private use leftover: this character is drawn for it.
    As(char),
    /// It asks for a variant of the character before it, whose ordinary form is drawn.
    Ordinary,
    /// No face has it: its code point is drawn in a box.
    Boxed,
    /// Likewise, because its script joins letters, which this room does not.
    Unshaped,
}

impl FontData {
    /// A font from bytes that live as long as the program, or from a buffer.
    pub fn new(name: impl Into<String>, bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self { name: name.into(), bytes: Arc::new(bytes), index: 0 }
    }

    /// Every font of a file: one, or those of a collection. A broken file comes out as it is; [`FontSet::new`] says so.
    pub fn all(name: &str, bytes: Vec<u8>) -> Vec<Self> {
        let count = skrifa::raw::CollectionRef::new(&bytes).map_or(1, |collection| collection.len());
        let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
        (0..count.max(1)).map(|index| Self { name: name.to_owned(), bytes: Arc::clone(&bytes), index }).collect()
    }
}

/// Position of a face in its [`FontSet`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u8);

/// The face that draws a family, and what has to be done to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// First face to look a character up in.
    pub face: FaceId,
    /// Bold was asked for; faces that are not bold themselves are stroked.
    pub bold: bool,
}

/// A character's glyph in some face of the set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The face it comes from.
    pub face: FaceId,
    /// Glyph index in that face.
    pub id: u16,
    /// Advance width in em.
    pub advance: f32,
}

/// All faces of a run: the bundled ones first, then the county's. At most 255.
pub struct FontSet {
    faces: Vec<Arc<Face>>,
    roles: [Option<FaceId>; Role::COUNT],
    number: u64,
}

/// Sets made so far.
static SETS: AtomicU64 = AtomicU64::new(1);

impl FontSet {
    /// Parses the faces.
    ///
    /// # Errors
    /// A file that is no font, or no font at all.
    pub fn new(fonts: Vec<FontData>) -> Result<Self, FontError> {
        Self::of(Vec::new(), fonts)
    }

    /// The same faces, and more behind them.
    ///
    /// # Errors
    /// A file that is no font.
    pub fn with(&self, fonts: Vec<FontData>) -> Result<Self, FontError> {
        Self::of(self.faces.clone(), fonts)
    }

    fn of(mut faces: Vec<Arc<Face>>, fonts: Vec<FontData>) -> Result<Self, FontError> {
        for font in fonts.into_iter().take(255 - faces.len()) {
            faces.push(Arc::new(Face::parse(font)?));
        }
        if faces.is_empty() {
            return Err(FontError::NoFonts);
        }
        let find = |family: &str, bold: bool| {
            let named = |face: &&Arc<Face>| face.families.iter().any(|name| name == family);
            let position = |wanted: bool| faces.iter().position(|face| named(&face) && face.bold == wanted);
            position(bold).or_else(|| position(!bold)).map(|index| FaceId(index as u8))
        };
        let roles = Role::ALL.map(|role| {
            let (family, bold) = role.bundled();
            find(family, bold)
        });
        Ok(Self { faces, roles, number: SETS.fetch_add(1, Ordering::Relaxed) })
    }

    /// A number that no other set of this process has: what was measured with one is not true of another.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The faces in order.
    pub fn faces(&self) -> &[Arc<Face>] {
        &self.faces
    }

    /// A face of this set; the first for an id of another.
    pub fn face(&self, id: FaceId) -> &Face {
        self.faces.get(usize::from(id.0)).unwrap_or(&self.faces[0])
    }

    /// The face for a family name of a template: a file of that family first (so the county's own 仿宋 is used),
    /// then the bundled face that stands in for it.
    pub fn choose(&self, family: &str, bold: bool) -> Choice {
        let wanted = normalise(family);
        let named = |want_bold: bool| {
            self.faces.iter().position(|face| face.bold == want_bold && face.families.contains(&wanted)).map(|i| FaceId(i as u8))
        };
        let role = || {
            let role = Role::of(&wanted, bold);
            self.roles[role as usize].or(self.roles[Role::Serif as usize])
        };
        let face = named(bold).or_else(|| named(!bold)).or_else(role).unwrap_or_default();
        Choice { face, bold }
    }

    /// The glyph of a character: in the chosen face, else in the first face that has it, faces of the wanted
    /// weight first. `None` where no face has it, or where a glyph by itself would be wrong.
    pub fn glyph(&self, choice: Choice, character: char) -> Option<Glyph> {
        if character::is_private(character) || character::needs_shaping(character) {
            return None;
        }
        let look = |face: FaceId| {
            let (id, advance) = self.face(face).glyph(character)?;
            Some(Glyph { face, id, advance })
        };
        look(choice.face).or_else(|| {
            let ids = || (0..self.faces.len()).map(|index| FaceId(index as u8));
            let weighted = |bold: bool| ids().filter(move |id| self.face(*id).bold == bold);
            weighted(choice.bold).chain(weighted(!choice.bold)).find_map(look)
        })
    }

    /// What becomes of a character in print.
    pub fn print(&self, character: char) -> Print {
        let drawn = |c: char| c.is_whitespace() || c.is_control() || self.glyph(Choice::default(), c).is_some();
        match private_use_replacement(character) {
            Some(now) if drawn(now) => Print::As(now),
            _ if character.is_ascii() || drawn(character) => Print::Drawn,
            _ if character::is_variant_mark(character) => Print::Ordinary,
            _ if is_steering(character) => Print::Drawn,
            _ if character::needs_shaping(character) => Print::Unshaped,
            _ => Print::Boxed,
        }
    }

    /// Whether a face has to be stroked to look bold.
    pub fn needs_stroke(&self, choice: Choice, face: FaceId) -> bool {
        choice.bold && !self.face(face).bold
    }

    /// Distance from line to line in em: the face's own, between 1.25 and 1.3, about what Excel gives Chinese text.
    pub fn line_height(&self, choice: Choice) -> f32 {
        self.face(choice.face).natural_height().clamp(1.25, 1.3)
    }

    /// Baseline below the top of a line of [`Self::line_height`], in em.
    pub fn baseline(&self, choice: Choice) -> f32 {
        let face = self.face(choice.face);
        self.line_height(choice) * face.ascent / face.natural_height()
    }

    /// Pixels of the widest digit at 96 dpi, the unit of column widths. At least 1, at most 99.
    ///
    /// The Chinese office fonts have digits of half an em and are hinted to whole pixels: 宋体 11 has 8.
    pub fn digit_pixels(&self, family: &str, size: f64) -> u32 {
        let pixels = if size.is_finite() { (size * 96.0 / 72.0).clamp(1.0, 200.0) } else { 11.0 * 96.0 / 72.0 };
        let width = if let Some(em) = family::digit_em(&normalise(family)) {
            digit_pixels(pixels, em)
        } else {
            let choice = self.choose(family, false);
            let widest = ('0'..='9').filter_map(|digit| self.glyph(choice, digit)).map(|glyph| glyph.advance).fold(0.0, f32::max);
            (pixels * f64::from(widest)).round()
        };
        (width as u32).clamp(1, 99)
    }
}

/// Pixels of a digit of a family at 96 dpi without looking at a face: exact for the office fonts that set the column
/// unit of most workbooks, near for others.
pub fn usual_digit_pixels(family: &str, size: f64) -> u32 {
    let pixels = if size.is_finite() { (size * 96.0 / 72.0).clamp(1.0, 200.0) } else { 11.0 * 96.0 / 72.0 };
    (digit_pixels(pixels, family::digit_em(&normalise(family)).unwrap_or(0.5)) as u32).clamp(1, 99)
}

// Song faces are drawn at whole pixels and have bitmaps; others are scaled.
fn digit_pixels(pixels: f64, em: f64) -> f64 {
    if (em - 0.5).abs() < f64::EPSILON { (pixels.round() * em).round() } else { (pixels * em).round() }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::OnceLock;

    use super::*;

    /// The bundled fonts, parsed once for all tests.
    pub(crate) fn bundled() -> &'static FontSet {
        static SET: OnceLock<FontSet> = OnceLock::new();
        SET.get_or_init(|| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/fonts");
            let names = ["NotoSerifSC-Regular.ttf", "NotoSerifSC-Bold.ttf", "NotoSansSC-Bold.ttf", "LXGWWenKai-Regular.ttf"];
            FontSet::new(names.iter().map(|name| FontData::new(*name, std::fs::read(folder.join(name)).unwrap())).collect()).unwrap()
        })
    }

    fn drawn_with(family: &str, bold: bool) -> &'static str {
        &bundled().face(bundled().choose(family, bold).face).name
    }

    #[test]
    fn office_families_have_their_stand_ins() {
        for (family, bold, file) in [
            ("宋体", false, "NotoSerifSC-Regular.ttf"),
            ("宋体", true, "NotoSerifSC-Bold.ttf"),
            ("SimHei", false, "NotoSansSC-Bold.ttf"),
            ("仿宋_GB2312", false, "LXGWWenKai-Regular.ttf"),
            ("方正小标宋_GBK", false, "NotoSerifSC-Bold.ttf"),
            ("Arial", false, "NotoSerifSC-Regular.ttf"),
            ("霞鹜文楷", false, "LXGWWenKai-Regular.ttf"),
        ] {
            assert_eq!(drawn_with(family, bold), file, "{family}");
        }
    }

    #[test]
    fn rare_characters_come_from_another_face_or_are_missing() {
        let set = bundled();
        let choice = set.choose("宋体", false);
        assert_eq!(set.glyph(choice, '中').map(|glyph| glyph.face), Some(FaceId(0)));
        assert!(set.glyph(choice, '\u{31350}').is_none());
        assert!(set.needs_stroke(set.choose("楷体", true), set.choose("楷体", true).face));
        assert!(!set.needs_stroke(set.choose("宋体", true), set.choose("宋体", true).face));
    }

    #[test]
    fn what_becomes_of_a_character_is_known_beforehand() {
        for (character, print) in [
            ('中', Print::Drawn),
            ('䶮', Print::Drawn),
            ('a', Print::Drawn),
            ('\u{3000}', Print::Drawn),
            ('\u{200D}', Print::Drawn),
            ('\u{E863}', Print::As('䶮')),
            ('\u{E000}', Print::Boxed),
            ('\u{F0001}', Print::Boxed),
            ('\u{31350}', Print::Boxed),
            ('\u{E0100}', Print::Ordinary),
            ('ئ', Print::Unshaped),
            ('བ', Print::Unshaped),
            ('ᠮ', Print::Unshaped),
            ('\u{180B}', Print::Ordinary),
        ] {
            assert_eq!(bundled().print(character), print, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn digit_widths_are_those_of_excel() {
        for (family, size, pixels) in
            [("宋体", 11.0, 8), ("宋体", 12.0, 8), ("宋体", 10.0, 7), ("Calibri", 11.0, 7), ("Arial", 10.0, 7), ("等线", 11.0, 8)]
        {
            assert_eq!(bundled().digit_pixels(family, size), pixels, "{family} {size}");
        }
        assert!(bundled().digit_pixels("?", f64::NAN) > 0);
    }

    #[test]
    fn what_is_no_font_is_an_error() {
        assert!(FontSet::new(vec![FontData::new("x.ttf", b"not a font".as_slice())]).is_err());
        assert!(FontSet::new(Vec::new()).is_err());
    }
}
