//! What ships inside the program: schemes, form workbooks, calendars and fonts from `templates/`.
//!
//! A release binary carries the files; other builds read them from the source tree, so that no test binary holds the
//! fonts. It does not interpret the bytes.

use std::borrow::Cow;
use std::path::Path;

#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
struct EmbeddedFiles;

fn names(folder: &str, extension: &str) -> Vec<String> {
    let mut names: Vec<String> = EmbeddedFiles::iter()
        .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(extension)?.strip_suffix('.').map(str::to_owned))
        .filter(|name| !name.contains('/'))
        .collect();
    names.sort();
    names
}

fn bytes(path: &str) -> Option<Cow<'static, [u8]>> {
    if cfg!(debug_assertions) {
        // `get` would also digest what it reads: for the fonts, more work than all the rest of a small county's check.
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(path);
        return std::fs::read(path).ok().map(Cow::Owned);
    }
    EmbeddedFiles::get(path).map(|file| file.data)
}

/// Ids of the built-in schemes.
pub fn scheme_ids() -> Vec<String> {
    names("schemes", "toml")
}

/// A built-in scheme file.
pub fn scheme(id: &str) -> Option<Cow<'static, [u8]>> {
    bytes(&format!("schemes/{id}.toml"))
}

/// Names of the built-in form workbooks: `board`, or `board-<scheme>`.
pub fn form_names() -> Vec<String> {
    names("forms", "xlsx")
}

/// A built-in form workbook.
pub fn form(name: &str) -> Option<Cow<'static, [u8]>> {
    bytes(&format!("forms/{name}.xlsx"))
}

/// The built-in calendar files, by rising year: `2026.toml` and bytes.
pub fn calendars() -> Vec<(String, Cow<'static, [u8]>)> {
    let named = names("calendar", "toml").into_iter().map(|name| format!("{name}.toml"));
    named.filter_map(|name| bytes(&format!("calendar/{name}")).map(|bytes| (name, bytes))).collect()
}

/// What branches call sheets and columns.
pub fn intake() -> Option<Cow<'static, [u8]>> {
    bytes("intake.toml")
}

/// A part of the overview's page: `page.html`, `page.css`, `page.js`, `chart.umd.min.js`.
pub fn page(name: &str) -> Option<Cow<'static, [u8]>> {
    bytes(&format!("html/{name}"))
}

/// The bundled fonts: file name and bytes.
pub fn fonts() -> Vec<(String, Cow<'static, [u8]>)> {
    names("fonts", "ttf").into_iter().filter_map(|name| bytes(&format!("fonts/{name}.ttf")).map(|bytes| (name, bytes))).collect()
}
