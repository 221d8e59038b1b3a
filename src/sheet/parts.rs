use std::io::Cursor;

use zip::ZipArchive;

use super::package::Package;
use super::{Limits, Refusal};
use crate::diag::Unreadable;

/// A part of a package: its name as written, and its bytes.
pub type Part = (String, Vec<u8>);

/// Every part of an xlsx package, unpacked under the limits, in the order of its directory: for writing a changed copy.
///
/// # Errors
/// A [`Refusal`] where the package is none or breaks a limit.
pub fn parts(bytes: &[u8], limits: &Limits) -> Result<Vec<Part>, Refusal> {
    let mut package = Package::open(bytes, limits)?;
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Refusal::unreadable(Unreadable::Package, error.to_string()))?;
    let mut parts = Vec::with_capacity(archive.len());
    for name in archive.file_names() {
        let name = name.map_err(|error| Refusal::unreadable(Unreadable::Package, error.to_string()))?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        let bytes = package.part(&name)?.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("{name} is missing")))?;
        parts.push((name, bytes));
    }
    Ok(parts)
}
