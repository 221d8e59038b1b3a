//! 下发.zip: what a committee hands on to its branches, each branch's folder as it stands in the result.

use rayon::prelude::*;

use super::{RunError, Setup};
use crate::publish::Staging;

/// The archive, in the folder of a committee.
pub(crate) const HAND_DOWN: &str = "下发.zip";

/// Writes one for each committee of whose branches the run has written something.
pub(super) fn write_hand_downs(
    county: &Setup,
    committees: &[(&str, String)],
    folders: &[Option<String>],
    staging: &Staging,
) -> Result<(), RunError> {
    let written = staging.written();
    committees.par_iter().try_for_each(|(committee, folder)| {
        let own = county.register.branches.iter().zip(folders).filter(|(branch, _)| branch.committee == *committee);
        let mut entries: Vec<(&str, &str)> = Vec::new();
        for branch in own.filter_map(|(_, folder)| folder.as_deref()) {
            let below = format!("{branch}/");
            let files = written.range(below.clone()..).map(|(path, _)| path.as_str()).take_while(|path| path.starts_with(&below));
            entries.extend(files.map(|path| (path, path.strip_prefix("支部/").unwrap_or(path))));
        }
        if entries.is_empty() { Ok(()) } else { Ok(staging.write_zip(&format!("{folder}/{HAND_DOWN}"), &entries)?) }
    })
}
