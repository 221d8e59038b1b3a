//! Everything needed to print: templates checked once, fonts parsed once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::prepare::{ALWAYS, files};
use super::{County, Options, RunError};
use crate::builtin;
use crate::diag::Lang;
use crate::font::{FontData, FontSet};
use crate::form::data::Schema;
use crate::inbox::{digest, hex};
use crate::pdf::{Engine, PdfError, PdfFonts};
use crate::period::Every;
use crate::report::schema;
use crate::template::Template;

/// Forms that this run writes, ready to be filled.
pub struct Press {
    /// Forms of branches and committees that were asked for, in the order of writing.
    pub forms: Vec<Schema>,
    templates: BTreeMap<(&'static str, usize), Arc<Loaded>>,
    /// Faces for measuring.
    pub fonts: FontSet,
    /// The same faces for the PDF writer.
    pub pdf_fonts: PdfFonts,
    /// Which writer.
    pub engine: Engine,
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

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Press").field("templates", &self.templates.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// What runs of each length write unless the county or the command line says otherwise.
fn defaults(every: Every) -> &'static [&'static str] {
    match every {
        Every::Month => &["board"],
        Every::Quarter | Every::Half => &["registry", "board"],
        Every::Year => &["registry", "board", "card", "yearly"],
    }
}

impl Press {
    /// Loads what the run needs; a template with a mistake stops it before a submission is opened.
    pub fn load(options: &Options, County { workspace, schemes, run, .. }: &County) -> Result<Self, RunError> {
        if !options.pdf_engine.is_built_in() {
            return Err(RunError::Embedding(PdfError::NoEngine));
        }
        let every = run.period.every();
        let wanted: Vec<String> = options
            .forms
            .clone()
            .or_else(|| workspace.forms.get(&every).cloned())
            .unwrap_or_else(|| defaults(every).iter().map(|form| (*form).to_owned()).collect());
        let (always, mut forms): (Vec<Schema>, Vec<Schema>) = schema::all().into_iter().partition(|schema| ALWAYS.contains(&schema.form));
        forms.retain(|schema| wanted.iter().any(|form| form == schema.form));
        let mut templates = BTreeMap::new();
        let mut by_name: BTreeMap<String, Arc<Loaded>> = BTreeMap::new();
        for form in forms.iter().chain(&always) {
            for (at, scheme) in schemes.iter().enumerate() {
                let (name, bytes) = find(&workspace.root, form, &scheme.id)?;
                let loaded = if let Some(loaded) = by_name.get(&name) {
                    Arc::clone(loaded)
                } else {
                    let template = Template::load(&bytes, form).map_err(|errors| RunError::Template {
                        name: name.clone(),
                        errors: errors.iter().map(|error| (error.message(Lang::Zh), error.message(Lang::En))).collect(),
                    })?;
                    let loaded = Arc::new(Loaded { template, name: name.clone(), digest: hex(&digest(&bytes)) });
                    by_name.insert(name, Arc::clone(&loaded));
                    loaded
                };
                templates.insert((form.form, at), loaded);
            }
        }
        let fonts = load_fonts(&workspace.root.join("templates/fonts"))?;
        let pdf_fonts = PdfFonts::for_engine(&fonts, options.pdf_engine).map_err(RunError::Embedding)?;
        Ok(Self { forms, templates, fonts, pdf_fonts, engine: options.pdf_engine })
    }

    /// The template of a form for a scheme.
    pub fn template(&self, form: &str, scheme: usize) -> Option<&Arc<Loaded>> {
        self.templates.iter().find(|((id, at), _)| *id == form && *at == scheme).map(|(_, loaded)| loaded)
    }

    /// Every template in use by name, with its digest.
    pub fn digests(&self) -> BTreeMap<&str, &str> {
        self.templates.values().map(|loaded| (loaded.name.as_str(), loaded.digest.as_str())).collect()
    }
}

/// The bundled fonts and the county's own in a folder, which need not exist; parsed once a run.
pub(super) fn load_fonts(folder: &Path) -> Result<FontSet, RunError> {
    let mut faces: Vec<FontData> = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, Bytes(bytes))).collect();
    for extension in ["ttf", "otf", "ttc", "otc"] {
        for path in files(folder, extension)? {
            let bytes = std::fs::read(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
            faces.extend(FontData::all(&path.display().to_string(), bytes));
        }
    }
    FontSet::new(faces).map_err(RunError::Font)
}

struct Bytes(std::borrow::Cow<'static, [u8]>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The county's workbook for form and scheme, for the form by id or title, else the built-in ones in the same order.
fn find(root: &Path, form: &Schema, scheme: &str) -> Result<(String, Vec<u8>), RunError> {
    for name in [format!("{}-{scheme}", form.form), format!("{}-{scheme}", form.title), form.form.to_owned(), form.title.to_owned()] {
        let path = root.join("templates").join(format!("{name}.xlsx"));
        match std::fs::read(&path) {
            Ok(bytes) => return Ok((format!("templates/{name}.xlsx"), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(RunError::Io { path, source }),
        }
    }
    for name in [format!("{}-{scheme}", form.form), form.form.to_owned()] {
        if let Some(bytes) = builtin::form(&name) {
            return Ok((format!("built-in:{name}"), bytes.into_owned()));
        }
    }
    Err(RunError::Template {
        name: form.form.to_owned(), errors: vec![("找不到这张表的表样".into(), "the form has no template".into())]
    })
}
