//! Laid-out pages as PDF; the sole owner of krilla and genpdf.
//!
//! Both engines draw the same pages through one canvas. It measures nothing and decides nothing: every glyph already
//! has its place. krilla is the default: PDF/A-2u, tagged, with outline, title and language, the same bytes for the same
//! pages. genpdf (`--pdf-engine genpdf`, cargo feature `genpdf`) gives the same pages and the same text, with its limits:
//! see `plain`. Rows are tagged, not cells: sixty thousand cards would become gigabytes.

mod bind;
mod canvas;
mod content;
mod pack;
#[cfg(feature = "genpdf")]
mod plain;
#[cfg(feature = "genpdf")]
mod subset;
mod tagged;

use std::sync::Arc;

use chrono::NaiveDate;
use krilla::Data;
use krilla::text::Font;
use thiserror::Error;

use crate::diag::Lang;
use crate::font::FontSet;
use crate::layout::LaidOut;

/// A PDF that could not be written.
#[derive(Debug, Error)]
pub enum PdfError {
    /// The writer cannot embed this font.
    #[error("font {0} cannot be embedded in a PDF")]
    Font(String),
    /// The writer, or its check for PDF/A-2u, refuses the document.
    #[error("the PDF could not be written: {0}")]
    Refused(String),
    /// genpdf reads TrueType outlines only.
    #[error("font {0} has PostScript outlines, which the PDF engine genpdf cannot read; use krilla or a TrueType font")]
    Outlines(String),
    /// The program was built without this engine.
    #[error("--pdf-engine genpdf: this program was built without genpdf; leave the option out")]
    NoEngine,
}

impl PdfError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Font(name), _) => format!("字体不能嵌入 PDF：{name}"),
            (Self::Refused(why), _) => format!("PDF 写不了：{why}"),
            (Self::Outlines(name), _) => format!("字体 {name} 是 PostScript 轮廓，genpdf 读不了；请改用 krilla，或换成 TrueType 字体"),
            (Self::NoEngine, _) => "--pdf-engine genpdf：这个程序编译时没有带上 genpdf，请去掉这个选项".to_owned(),
        }
    }
}

/// Which library writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// PDF/A-2u, tagged; the same bytes every time.
    #[default]
    Krilla,
    /// The same pages and text as plain PDF. It stamps the time, so bytes differ from run to run.
    Genpdf,
}

impl Engine {
    /// Names as `--pdf-engine` takes them.
    pub const NAMES: [&str; 2] = ["krilla", "genpdf"];

    /// The engine of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Krilla, Self::Genpdf].into_iter().find(|engine| engine.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Krilla => "krilla",
            Self::Genpdf => "genpdf",
        }
    }

    /// Whether this program was built with it.
    pub fn is_built_in(self) -> bool {
        self == Self::Krilla || cfg!(feature = "genpdf")
    }
}

/// The faces of a font set as an engine holds them: made once a run, shared by all documents and threads.
pub struct PdfFonts(Faces);

enum Faces {
    Krilla(Vec<tagged::Embedded>),
    #[cfg(feature = "genpdf")]
    Genpdf(Vec<subset::Source>),
}

impl PdfFonts {
    /// Takes over the faces of a set for the default engine.
    ///
    /// # Errors
    /// The writer cannot embed a face.
    pub fn new(fonts: &FontSet) -> Result<Self, PdfError> {
        Self::for_engine(fonts, Engine::Krilla)
    }

    /// Takes over the faces of a set.
    ///
    /// # Errors
    /// The engine cannot embed a face, or the program was built without it.
    pub fn for_engine(fonts: &FontSet, engine: Engine) -> Result<Self, PdfError> {
        match engine {
            Engine::Krilla => {
                let embed = |face: &crate::font::Face| {
                    let font =
                        Font::new(Data::from(Arc::clone(&face.bytes)), face.index).ok_or_else(|| PdfError::Font(face.name.clone()))?;
                    Ok(tagged::Embedded { font, space: face.glyph(' ') })
                };
                fonts.faces().iter().map(|face| embed(face)).collect::<Result<_, _>>().map(Faces::Krilla).map(Self)
            }
            #[cfg(feature = "genpdf")]
            Engine::Genpdf => {
                fonts.faces().iter().map(|face| subset::Source::new(face)).collect::<Result<_, _>>().map(Faces::Genpdf).map(Self)
            }
            #[cfg(not(feature = "genpdf"))]
            Engine::Genpdf => Err(PdfError::NoEngine),
        }
    }
}

// Documents are written on several threads with one set of faces.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<PdfFonts>();
};

/// What stands in the document's properties.
#[derive(Clone, Debug)]
pub struct DocumentInfo {
    /// Title.
    pub title: String,
    /// Language tag: `zh-CN`.
    pub language: String,
    /// Who made it: the department or branch.
    pub author: String,
    /// The run's date.
    pub date: NaiveDate,
}

/// Writes a book laid out with the fonts that `fonts` was made from, with their engine.
///
/// # Errors
/// The writer refuses the document: a picture it cannot read, or a font whose licence forbids embedding.
pub fn write(book: &LaidOut, fonts: &PdfFonts, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    match &fonts.0 {
        Faces::Krilla(fonts) => tagged::write(book, fonts, info),
        #[cfg(feature = "genpdf")]
        Faces::Genpdf(fonts) => plain::write(book, fonts, info),
    }
}

pub use bind::{Bound, bind};
pub use pack::pack;

/// A part of a document that is drawn as one.
pub struct Section {
    /// Its entry of the outline, before its own entries.
    pub title: String,
    /// Its pages.
    pub book: LaidOut,
}

/// Writes sections one behind the other as one document, each font embedded once. A section is asked for when the one before
/// it is drawn, and kept no longer.
///
/// # Errors
/// That of a section, or the writer refuses the document.
pub fn write_sections<E: From<PdfError>>(
    sections: impl Iterator<Item = Result<Section, E>>,
    fonts: &PdfFonts,
    info: &DocumentInfo,
) -> Result<Vec<u8>, E> {
    match &fonts.0 {
        Faces::Krilla(fonts) => tagged::write_sections(sections, fonts, info),
        #[cfg(feature = "genpdf")]
        Faces::Genpdf(fonts) => {
            let mut whole = LaidOut::default();
            for section in sections {
                let Section { title, book } = section?;
                whole.append(title, book);
            }
            Ok(plain::write(&whole, fonts, info)?)
        }
    }
}

#[cfg(test)]
mod tests;
