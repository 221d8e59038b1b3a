//! Everything needed to print: templates checked once, fonts parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::prepare::files;
use super::print::Faces;
use super::{Options, RunError, Setup};
use crate::builtin;
use crate::county::Paper;
use crate::diag::{Lang, Said};
use crate::digest::sha256_hex;
use crate::font::{FontData, FontSet};
use crate::forms::{BOARD, BOOK_PARTS, Data, FORMS, Form, YEARLY};
use crate::inside;
use crate::pdf::{Engine, PdfError, PdfFonts};
use crate::template::Template;

/// Forms that this run writes, ready to be filled.
pub struct Templates {
    /// Forms that this run prints, in the order of writing.
    pub forms: Vec<&'static Form>,
    /// By form and scheme; a form that is not about a scheme has one without.
    checked: BTreeMap<(&'static str, Option<usize>), Arc<Loaded>>,
    /// Others of a form that has several, by scheme: the board's on A4, the county's yearly form.
    variants: BTreeMap<(&'static str, usize, Variant), Arc<Loaded>>,
    /// Faces for measuring.
    pub fonts: FontSet,
    /// The same faces for the PDF writer.
    pub pdf_fonts: PdfFonts,
    /// Which writer.
    pub engine: Engine,
}

/// Drawings of a form beside its usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// The only one of most forms.
    Usual,
    /// A board on A4.
    A4,
    /// Of the county, which has a line per branch.
    County,
}

impl Variant {
    /// What stands behind the form's name in the name of its workbook.
    fn suffix(self) -> &'static str {
        match self {
            Self::Usual => "",
            Self::A4 => "-A4",
            Self::County => "-county",
        }
    }
}

/// A checked template and where it came from.
#[derive(Debug)]
pub struct Loaded {
    /// The template.
    pub template: Template,
    /// `built-in:board`, or the file's name in the workspace.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates").field("checked", &self.checked.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Templates {
    /// Loads what the run needs; a template with a mistake stops it before a submission is opened.
    pub fn load(options: &Options, county: &Setup) -> Result<Self, RunError> {
        let every = county.run.period.every();
        let asked = options.forms.as_ref().or_else(|| county.workspace.forms.get(&every));
        // Letters of shorter runs are printed where a scheme has them.
        let letters = county.schemes.iter().any(|scheme| scheme.has_letters(every));
        let usual = |form: &Form| form.runs.contains(&every) || (letters && form.is_of_letters());
        let wanted = |form: &Form| asked.map_or(usual(form), |asked| asked.iter().any(|id| id == form.id));
        Self::of(options, county, FORMS.iter().filter(|form| form.is_always_printed() || wanted(form)).collect())
    }

    /// Loads what these forms need.
    pub fn of(options: &Options, Setup { workspace, schemes, terms, .. }: &Setup, forms: Vec<&'static Form>) -> Result<Self, RunError> {
        if !options.pdf_engine.is_built_in() {
            return Err(RunError::Embedding(PdfError::NoEngine));
        }
        let mut checked = BTreeMap::new();
        let mut by_name: BTreeMap<String, Arc<Loaded>> = BTreeMap::new();
        let mut variants = BTreeMap::new();
        let mut loaded = |form: &Form, (name, bytes): (String, Vec<u8>)| -> Result<Arc<Loaded>, RunError> {
            if let Some(loaded) = by_name.get(&name) {
                return Ok(Arc::clone(loaded));
            }
            let template = Template::load(&bytes, &form.schema()).map_err(|errors| RunError::Template {
                name: name.clone(),
                errors: errors.iter().map(|error| Said::new(error.message(Lang::Zh), error.message(Lang::En))).collect(),
            })?;
            let template = template.in_terms(terms);
            let loaded = Arc::new(Loaded { template, name: name.clone(), digest: sha256_hex(&bytes) });
            by_name.insert(name, Arc::clone(&loaded));
            Ok(loaded)
        };
        // A book is bound of other forms, whether they are written by themselves or not.
        let bound = if forms.iter().any(|form| matches!(form.data, Data::Bound(_))) { &BOOK_PARTS[..] } else { &[] };
        for form in forms.iter().copied().chain(bound) {
            let by_scheme = schemes.iter().enumerate().map(|(at, scheme)| (Some(at), Some(scheme.id.as_str())));
            for (at, scheme) in by_scheme.chain([(None, None)]).filter(|(at, _)| form.takes_scheme(at.is_some())) {
                checked.insert((form.id, at), loaded(form, find(&workspace.root, form, Variant::Usual, scheme)?)?);
                let Some(at) = at else { continue };
                for variant in variants_of(form, &workspace.papers()) {
                    variants.insert((form.id, at, variant), loaded(form, find(&workspace.root, form, variant, scheme)?)?);
                }
            }
        }
        let fonts = load_fonts(&workspace.root.join("templates/fonts"))?;
        let pdf_fonts = PdfFonts::for_engine(&fonts, options.pdf_engine).map_err(RunError::Embedding)?;
        Ok(Self { forms, checked, variants, fonts, pdf_fonts, engine: options.pdf_engine })
    }

    /// The template of a form for a scheme, or of one that is about none.
    pub fn template(&self, form: &Form, scheme: Option<usize>) -> Result<&Loaded, RunError> {
        self.checked.get(&(form.id, scheme)).map(AsRef::as_ref).ok_or_else(|| no_template(form))
    }

    /// Another of the form's templates for a scheme, the usual one if the form has none.
    pub fn variant(&self, form: &Form, scheme: usize, variant: Variant) -> Result<&Loaded, RunError> {
        self.variants.get(&(form.id, scheme, variant)).map_or_else(|| self.template(form, Some(scheme)), |loaded| Ok(loaded))
    }

    /// What text is measured and embedded with.
    pub(crate) fn faces(&self) -> Faces<'_> {
        (&self.fonts, &self.pdf_fonts)
    }

    /// Every template in use by name, with its digest.
    pub fn digests(&self) -> BTreeMap<&str, &str> {
        self.checked.values().chain(self.variants.values()).map(|loaded| (loaded.name.as_str(), loaded.digest.as_str())).collect()
    }
}

/// The bundled fonts and the county's own in a folder, which need not exist.
pub(crate) fn load_fonts(folder: &Path) -> Result<FontSet, RunError> {
    let bundled = if let Some(fonts) = BUNDLED.get() {
        fonts
    } else {
        let faces = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, Bytes(bytes)));
        let fonts = FontSet::new(faces.collect()).map_err(RunError::Font)?;
        BUNDLED.get_or_init(|| fonts)
    };
    let mut faces = Vec::new();
    for extension in ["ttf", "otf", "ttc", "otc"] {
        for path in files(folder, extension)? {
            let bytes = inside::own(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
            faces.extend(FontData::all(&path.display().to_string(), bytes));
        }
    }
    bundled.with(faces).map_err(RunError::Font)
}

/// Parsed once per process: a test of a hundred runs needs them a hundred times.
static BUNDLED: OnceLock<FontSet> = OnceLock::new();

struct Bytes(std::borrow::Cow<'static, [u8]>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Drawings that a form needs beside its usual one, with the papers that boards of the county are posted on.
fn variants_of(form: &Form, papers: &BTreeSet<Paper>) -> Vec<Variant> {
    let mut variants = Vec::new();
    variants.extend((form.id == BOARD.id && papers.contains(&Paper::A4)).then_some(Variant::A4));
    variants.extend((form.id == YEARLY.id).then_some(Variant::County));
    variants
}

/// The county's workbook for form and scheme, for the form by id or title, else the built-in ones in the same order.
/// Variants have their suffix behind the form's name.
fn find(root: &Path, form: &Form, variant: Variant, scheme: Option<&str>) -> Result<(String, Vec<u8>), RunError> {
    let small = variant.suffix();
    let of_scheme = |name: &str| scheme.map(|scheme| format!("{name}{small}-{scheme}"));
    let plain = [form.id, form.title].map(|name| Some(format!("{name}{small}")));
    for name in [form.id, form.title].map(of_scheme).into_iter().chain(plain).flatten() {
        let path = root.join("templates").join(format!("{name}.xlsx"));
        match inside::own(&path) {
            Ok(bytes) => return Ok((format!("templates/{name}.xlsx"), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(RunError::Io { path, source }),
        }
    }
    for name in [of_scheme(form.id), Some(format!("{}{small}", form.id))].into_iter().flatten() {
        if let Some(bytes) = builtin::form(&name) {
            return Ok((format!("built-in:{name}"), bytes.into_owned()));
        }
    }
    Err(no_template(form))
}

pub(crate) fn no_template(form: &Form) -> RunError {
    RunError::Template { name: form.id.to_owned(), errors: vec![Said::new("找不到这张表的表样", "the form has no template")] }
}
