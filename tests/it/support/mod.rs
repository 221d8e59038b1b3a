//! What tests stand on: a workspace in a temporary folder, files put in, a run, what came out.
//!
//! ```ignore
//! let summary = Workdir::county("community-4").workbook("一支部.xlsx", &base("community-4")).check("2026");
//! assert!(summary.resolved.findings.is_empty());
//! ```

mod book;
pub mod drawn;
mod score;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use scorebook::diag::Lang;
use scorebook::period::RunPeriod;
use scorebook::report::result_row;
use scorebook::run::{BranchState, Options, RunError, Stage, Summary, check, run};
use scorebook::submission::Intake;
use serde_json::Value;

pub use book::{Sheets, base, cells, plain_sheet, sheet_of, value, workbook, workbook_of, zip};
pub use score::{Scored, score};

/// The categories that every county has.
pub const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];

/// Nobody watches.
pub fn silent(_: Stage, _: usize, _: usize) {}

/// A folder of `tests/cases`.
pub fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// What a check of a workspace of the repository says, read once per process and period whatever tests ask for it.
///
/// `workspace` is a folder below the root of the repository, such as `tests/cases/clean-register-60`.
pub fn checked(workspace: &str, period: &str) -> Arc<Summary> {
    type Known = Mutex<BTreeMap<(String, String), Arc<OnceLock<Arc<Summary>>>>>;
    static KNOWN: Known = Mutex::new(BTreeMap::new());
    let key = (workspace.to_owned(), period.to_owned());
    let place = Arc::clone(KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
    Arc::clone(place.get_or_init(|| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join(workspace);
        let options = Options { workspace, period: RunPeriod::parse(period), jobs: Some(2), ..Options::default() };
        Arc::new(done(check(&options, &silent)))
    }))
}

/// A workspace that is gone with the test.
pub struct Workdir(tempfile::TempDir);

impl Workdir {
    /// A county in which everybody scores by one scheme and the register holds one branch, with an empty inbox.
    pub fn county(scheme: &str) -> Self {
        Self::empty().settings(scheme, "").register(&["0101 | 第一支部 | 第一党委"])
    }

    /// A folder with an empty inbox and nothing else.
    pub fn empty() -> Self {
        let dir = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(dir.path().join("inbox")).unwrap();
        dir
    }

    /// A copy of a case's workspace with its inbox.
    pub fn copy_of(name: &str) -> Self {
        let dir = Self(tempfile::tempdir().unwrap());
        for entry in walkdir::WalkDir::new(case(name)).min_depth(1).sort_by_file_name() {
            let entry = entry.unwrap();
            let target = dir.path().join(entry.path().strip_prefix(case(name)).unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir(target).unwrap();
            } else if !entry.file_name().to_string_lossy().starts_with("expected") {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
        dir
    }

    /// A workspace like a case's with an empty inbox.
    pub fn like(name: &str) -> Self {
        let dir = Self::empty();
        for file in ["scorebook.toml", "机构名册.xlsx"] {
            std::fs::copy(case(name).join(file), dir.path().join(file)).unwrap();
        }
        dir
    }

    /// `scorebook.toml` for a scheme, with further lines.
    pub fn settings(self, scheme: &str, more: &str) -> Self {
        let text = format!(
            "county = \"示范县\"\nissuer = \"中共示范县委组织部\"\nyear = 2026\nregister = \"机构名册.xlsx\"\ninbox = \"inbox\"\nscheme = \"{scheme}\"\n{more}"
        );
        self.write("scorebook.toml", text.as_bytes())
    }

    /// The register: `支部编码 | 支部名称 | 上级党组织 | 党员数` per branch.
    pub fn register(self, branches: &[&str]) -> Self {
        let mut rows = vec![cells("支部编码 | 支部名称 | 上级党组织 | 党员数")];
        rows.extend(branches.iter().map(|line| cells(&format!("'{line}"))));
        self.write("机构名册.xlsx", &workbook(&vec![("机构名册".to_owned(), rows)], &[]))
    }

    /// A file of the inbox.
    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        self.write(&format!("inbox/{name}"), bytes)
    }

    /// A workbook of the inbox.
    pub fn workbook(self, name: &str, sheets: &Sheets) -> Self {
        self.file(name, &workbook(sheets, &[]))
    }

    /// A file anywhere in the workspace.
    pub fn write(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Options of a run over it, all forms included.
    pub fn options(&self, period: &str) -> Options {
        Options { workspace: self.path().to_owned(), period: Some(RunPeriod::parse(period).unwrap()), ..Options::default() }
    }

    /// What a check says.
    pub fn check(&self, period: &str) -> Summary {
        done(check(&self.options(period), &silent))
    }

    /// A run that writes these forms.
    pub fn run(&self, period: &str, forms: &[&str]) -> Summary {
        let forms = Some(forms.iter().map(|form| (*form).to_owned()).collect());
        done(run(&Options { forms, ..self.options(period) }, &silent))
    }
}

/// The value, or the test ends with what a person would read.
pub fn done<T>(result: Result<T, RunError>) -> T {
    result.unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

/// The rows of `results.jsonl`, branch by branch.
pub fn results(summary: &Summary) -> Vec<Value> {
    let county = &summary.county;
    let mut rows = Vec::new();
    for (branch, state) in county.register.branches.iter().zip(summary.resolved.states()) {
        if let BranchState::Accepted(card) = state {
            let row = |outcome| serde_json::to_value(result_row(branch, &card.submission, &county.schemes, outcome, county.run)).unwrap();
            rows.extend(card.outcomes.iter().map(row));
        }
    }
    rows
}

/// The built-in words for sheets and columns.
pub fn intake() -> Intake {
    let mut intake = Intake::default();
    intake.add(std::str::from_utf8(&scorebook::builtin::intake().unwrap()).unwrap()).unwrap();
    intake
}
