//! Invented counties of any size: a workspace with its register and an inbox full of submissions.
//!
//! For trying the program, measuring speed and testing schemes. Fills the submission workbook of any scheme and never
//! scores. The same arguments give the same bytes: each branch has its own random streams, so branches can be made in
//! any order and by any number of threads. Nobody in it is real: identity numbers carry area codes that no area has.

mod book;
mod draw;
mod entries;
mod facts;
mod frame;
mod mess;
mod people;
mod plan;

pub use mess::Fault;

use std::path::Path;

use crate::publish::{PublishError, write_new};
use crate::scheme::Scheme;
use crate::xlsx::tables::XlsxError;

use plan::Planned;

/// The year that samples are of.
pub const YEAR: i32 = 2026;

/// How large a county, and how orderly.
#[derive(Clone, Debug)]
pub struct Size {
    /// Branches.
    pub branches: usize,
    /// Members a branch, on average.
    pub members: usize,
    /// How many branches of a hundred have a clerk's habits in their files; about one in seven of those also holds a
    /// fault for which it is sent back.
    pub mess: u8,
    /// Another seed, another county.
    pub seed: u64,
}

impl Default for Size {
    fn default() -> Self {
        Self { branches: 40, members: 22, mess: 20, seed: 1 }
    }
}

/// A file of the workspace: its path, `/` between parts, and its bytes.
pub type File = (String, Vec<u8>);

/// Why a county cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A folder or file.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A workbook that the format does not allow.
    #[error("{path}: cannot be made: {source}")]
    Workbook {
        /// The file that was to be.
        path: String,
        /// The writer's word.
        source: XlsxError,
    },
}

/// A county to be: small, all files are made when asked for.
#[derive(Clone, Debug)]
pub struct County {
    size: Size,
    schemes: Vec<Scheme>,
    committees: Vec<String>,
    branches: Vec<Planned>,
}

impl County {
    /// Plans a county that scores by these schemes: the first one everybody, each further one a category, and from the
    /// sixth on a committee. `None` without a branch or a scheme.
    pub fn new(size: Size, schemes: Vec<Scheme>) -> Option<Self> {
        if size.branches == 0 || schemes.is_empty() {
            return None;
        }
        let committees = plan::committees(&size, frame::committee_rules(schemes.len()));
        let branches = plan::branches(&size, &committees);
        Some(Self { size, schemes, committees, branches })
    }

    /// How many branches there are; each has a number below it.
    pub fn branches(&self) -> usize {
        self.branches.len()
    }

    /// 支部编码 of a branch.
    pub fn code(&self, branch: usize) -> &str {
        &self.branches[branch].code
    }

    /// What is wrong with a branch's submission, on purpose.
    pub fn planted(&self, branch: usize) -> Option<Fault> {
        self.branches[branch].fault
    }

    /// `scorebook.toml` and the register.
    pub fn frame(&self) -> Result<Vec<File>, SampleError> {
        frame::files(self)
    }

    /// A branch's submissions: none where the planted fault is that nothing came, two where an older version lies about.
    pub fn submissions(&self, branch: usize) -> Result<Vec<File>, SampleError> {
        book::files(self, branch)
    }

    /// The scheme of a category's members in a branch, as a position in the schemes.
    fn scheme_of(&self, branch: &Planned, category: &str) -> usize {
        frame::scheme_of(self.schemes.len(), branch.committee, category)
    }
}

/// Writes a county into a folder in which no workspace is yet, one branch after the other; `progress` is told how many are
/// done. Gives how many entries of others stand in the folder, which are not touched. Whoever has threads calls [`County::submissions`] on them instead.
pub fn write_county(folder: &Path, county: &County, progress: &dyn Fn(usize, usize)) -> Result<usize, SampleError> {
    let frame = county.frame()?;
    let mut names: Vec<&str> = frame.iter().map(|(path, _)| path.split('/').next().unwrap_or(path)).collect();
    names.push("inbox");
    let folder = write_new(folder, &names)?;
    for (path, bytes) in &frame {
        folder.write(path, bytes)?;
    }
    for branch in 0..county.branches() {
        for (path, bytes) in county.submissions(branch)? {
            folder.write(&path, &bytes)?;
        }
        progress(branch + 1, county.branches());
    }
    Ok(folder.foreign)
}
