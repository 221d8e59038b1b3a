//! Photos of members who hold an honour: `照片/<支部编码>-<序号>.jpg` or png in the workspace. One that cannot be used is found,
//! and its place on the form stays free.

use super::Setup;
use super::write::FormJob;
use crate::diag::{Code, Finding, Place};
use crate::digest::sha256_hex;
use crate::form::data::Photo;
use crate::forms::Photos;
use crate::inside;
use crate::rollup::OutcomeKind;
use crate::template::{PictureFault, Upright, prove, upright};

/// The folder, in the workspace.
const FOLDER: &str = "照片";
/// Bytes of a photo at most.
const MOST: u64 = 4 << 20;

/// What a unit's photos are.
#[derive(Default)]
pub(super) struct Found {
    pub(super) photos: Photos,
    /// Files with their digests.
    pub(super) files: Vec<(String, String)>,
    pub(super) findings: Vec<Finding>,
}

/// Reads the photos of those of the branches who hold an honour.
pub(super) fn photos(county: &Setup, job: &FormJob<'_>) -> Found {
    let mut found = Found::default();
    for (branch, card) in &job.branches {
        let code = &county.register.branches[*branch].code;
        for outcome in card.outcomes.iter().filter(|outcome| !outcome.honours.is_empty()) {
            let OutcomeKind::Member(at) = outcome.kind else { continue };
            let member = &card.submission.members[at as usize];
            let names = ["jpg", "jpeg", "png", "JPG", "PNG"].map(|extension| format!("{code}-{}.{extension}", member.seq));
            let folder = county.workspace.root.join(FOLDER);
            let Some(name) = names.into_iter().find(|name| folder.join(name).is_file()) else { continue };
            let file = format!("{FOLDER}/{name}");
            let fault = match inside::read(&folder.join(&name), MOST) {
                Ok(bytes) => match prove(&bytes).and_then(|size| Ok((size, upright(&bytes)?))) {
                    Ok(((width, height), turned)) => {
                        found.files.push((file, sha256_hex(&bytes)));
                        let Upright { bytes, width, height } = turned.unwrap_or(Upright { bytes, width, height });
                        let photo = Photo { bytes: bytes.into(), width, height, description: member.name.to_string() };
                        found.photos.insert((code.clone(), member.seq), photo);
                        continue;
                    }
                    Err(PictureFault::Damaged) => "damaged",
                    Err(PictureFault::TooLarge) => "large",
                    Err(PictureFault::Cmyk) => "cmyk",
                },
                Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => "large",
                Err(_) => "damaged",
            };
            let place = Place { file: Some(file.as_str().into()), ..Place::default() };
            let mut finding = Finding::new(Code::UnusablePhoto, place).arg("name", &*member.name).arg("why", fault);
            finding.branch_code = Some(code.as_str().into());
            found.findings.push(finding);
        }
    }
    found
}
