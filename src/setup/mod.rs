//! New workspaces: `设置.xlsx` and `机构名册.xlsx` to be filled in, an empty inbox, and how to go on; what goes on from last year.

mod books;

use std::path::{Path, PathBuf};

use crate::county::{Branch, Carried, WORKBOOK, carried, settings};
use crate::diag::Lang;
use crate::inside;
use crate::publish::{Fresh, write_empty};
use crate::run::{Options, RunError, prepare, refused, scheme_names};
use crate::words::ids_of;

/// The register's name in a new workspace.
pub const REGISTER: &str = "机构名册.xlsx";
/// The inbox's name in a new workspace.
pub const INBOX: &str = "收件文件夹";
/// How to go on.
pub const GUIDE: &str = "说明.txt";
/// Folders of a county's own files.
const OWN: [&str; 3] = ["schemes", "templates", "calendar"];

/// A new workspace.
#[derive(Debug)]
pub struct Made {
    /// The folder.
    pub folder: PathBuf,
    /// Its year, if an old workspace says it.
    pub year: Option<i32>,
    /// Branches of its register.
    pub branches: usize,
    /// Files of schemes, templates and calendars that were taken along.
    pub files: usize,
    /// Keys of the old settings that a workbook cannot hold.
    pub lost: Vec<String>,
}

/// Last year's workspace, as far as it goes on.
#[derive(Default)]
struct Old {
    settings: Carried,
    branches: Vec<Branch>,
    /// Own files by their paths in the workspace.
    files: Vec<(String, Vec<u8>)>,
}

/// Makes a workspace in a folder that is not there yet, or empty.
///
/// # Errors
/// A folder that holds something; an old workspace that cannot be used.
pub fn init(folder: &Path, from: Option<&Path>, lang: Lang) -> Result<Made, RunError> {
    let old = from.map(|from| old(from, folder)).transpose()?.unwrap_or_default();
    let schemes = scheme_names(from.unwrap_or(folder))?;
    let year = old.settings.items.iter().find(|(item, _)| item.key == "year").and_then(|(_, text)| text.parse().ok());
    let failed = |what: &str, error: String| RunError::Document { what: what.to_owned(), branch: "-".to_owned(), error };
    let book = books::settings(&old.settings, &schemes, year).map_err(|error| failed(WORKBOOK, error.to_string()))?;
    let register = books::register(&old.branches, year).map_err(|error| failed(REGISTER, error.to_string()))?;
    let fresh = write_empty(folder)?;
    fresh.write(WORKBOOK, &book)?;
    fresh.write(REGISTER, &register)?;
    fresh.folder(INBOX)?;
    write_guide(&fresh, lang)?;
    for (path, bytes) in &old.files {
        fresh.write(path, bytes)?;
    }
    Ok(Made { folder: folder.to_owned(), year, branches: old.branches.len(), files: old.files.len(), lost: old.settings.lost })
}

/// What goes on from an old workspace: everything that is not one year's.
fn old(from: &Path, folder: &Path) -> Result<Old, RunError> {
    if inside_of(folder, from) {
        return Err(refused(
            format!("新的工作区 {} 不能放在旧的 {} 里面", folder.display(), from.display()),
            format!("the new workspace {} must not lie in the old one, {}", folder.display(), from.display()),
        ));
    }
    let county = prepare(&Options { workspace: from.to_owned(), ..Options::default() })?;
    let mut settings = carried(&settings(from)?);
    let schemes = scheme_names(from)?;
    let name = |id: &str| {
        let named = schemes.iter().find(|(own, _)| own == id).map(|(_, name)| name.as_str()).filter(|name| !name.is_empty());
        // A name that two schemes bear tells nothing.
        named.filter(|name| ids_of(name, schemes.iter().map(|(id, name)| (id.as_str(), name.as_str()))).len() == 1).unwrap_or(id).to_owned()
    };
    settings.items.retain(|(item, _)| !matches!(item.key, "date" | "period" | "last_year"));
    for (item, text) in &mut settings.items {
        match item.key {
            "year" => *text = (county.workspace.year + 1).to_string(),
            "register" => REGISTER.clone_into(text),
            // Wherever last year's submissions came in, this year's are others.
            "inbox" => INBOX.clone_into(text),
            "scheme" => *text = name(text),
            _ => {}
        }
    }
    for rule in &mut settings.rules {
        let scheme = &mut rule[3];
        *scheme = name(scheme);
    }
    if let Some(item) = crate::county::items().find(|item| item.key == "last_year") {
        settings.items.push((item, results_of(from, folder)));
    }
    let ended = |branch: &Branch| branch.life.dissolved.is_some() || branch.life.merged.is_some();
    let (gone, branches): (Vec<Branch>, Vec<Branch>) = county.register.branches.into_iter().partition(ended);
    // A rule for whom the register no longer has would be refused.
    settings.rules.retain(|[_, committee, branch, ..]| {
        !gone.iter().any(|one| *branch == one.code || *branch == one.name)
            && (committee.is_empty() || branches.iter().any(|one| *committee == one.committee))
    });
    let mut files = Vec::new();
    for name in OWN {
        let walk = walkdir::WalkDir::new(from.join(name)).sort_by_file_name().into_iter().filter_map(Result::ok);
        for entry in walk.filter(|entry| entry.file_type().is_file()) {
            let bytes = inside::own(entry.path()).map_err(|source| RunError::Io { path: entry.path().to_owned(), source })?;
            let path = entry.path().strip_prefix(from).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
            files.push((path, bytes));
        }
    }
    Ok(Old { settings, branches, files })
}

/// Where last year's results are, from the new workspace if both stand side by side.
fn results_of(from: &Path, folder: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (from, folder) = (whole(from), whole(folder));
    match (from.parent(), folder.parent(), from.file_name()) {
        (Some(above), Some(beside), Some(name)) if above == beside => format!("../{}/out", name.to_string_lossy()),
        _ => from.join("out").display().to_string(),
    }
}

fn inside_of(folder: &Path, of: &Path) -> bool {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole(folder).starts_with(whole(of))
}

/// How to go on, as a text that every editor opens.
fn write_guide(fresh: &Fresh, lang: Lang) -> Result<(), RunError> {
    let text = crate::diag::text("init-guide", lang);
    let text = text.replace("{settings}", WORKBOOK).replace("{register}", REGISTER).replace("{inbox}", INBOX);
    // Old editors know UTF-8 by its mark, and lines by both their letters.
    Ok(fresh.write(GUIDE, format!("\u{FEFF}{}\r\n", text.trim_start().replace('\n', "\r\n")).as_bytes())?)
}
