//! Where nothing may be written, seen before anything is read.

use std::path::{Path, PathBuf};

use super::tree::look;
use super::{PublishError, failed};

/// What is a person's and may not lie inside a target: its path.
pub type Belongings<'a> = [&'a Path];

/// Refuses a target that is a link or a file, that holds one of the belongings, or that lies in the inbox.
pub fn guard(target: &Path, belongings: &Belongings<'_>, inbox: Option<&Path>) -> Result<(), PublishError> {
    is_folder(target)?;
    let whole = real(target);
    for own in belongings {
        if real(own).starts_with(&whole) {
            return Err(PublishError::Holds { target: target.to_owned(), own: (*own).to_owned() });
        }
    }
    inbox.map_or(Ok(()), |inbox| outside(target, inbox))
}

/// Refuses what lies in the inbox: it would be read as a submission.
pub fn outside(target: &Path, inbox: &Path) -> Result<(), PublishError> {
    if real(target).starts_with(real(inbox)) {
        return Err(PublishError::InInbox { target: target.to_owned(), inbox: inbox.to_owned() });
    }
    Ok(())
}

/// Refuses an inbox that is the workspace or holds it: results would be read as submissions.
pub fn guard_inbox(workspace: &Path, inbox: &Path) -> Result<(), PublishError> {
    outside(workspace, inbox)
}

/// Refuses what is there and is no folder; a link to a folder is none.
pub(super) fn is_folder(target: &Path) -> Result<(), PublishError> {
    match look(target).map_err(failed(target))? {
        Some(meta) if !meta.is_dir() => Err(PublishError::NotAFolder { path: target.to_owned(), link: meta.is_symlink() }),
        _ => Ok(()),
    }
}

/// The path without links and dots, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            std::path::Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
        // Step by step: what comes after a link is below what it points to.
        if let Ok(real) = whole.canonicalize() {
            whole = real;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn keeps_out_of_what_belongs_to_people() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path();
        fs::create_dir_all(root.join("2026/inbox")).expect("folders");
        fs::write(root.join("file"), "x").expect("file");
        let (workspace, inbox) = (root.join("2026"), root.join("2026/inbox"));
        let check = |target: &str| guard(&root.join(target), &[&workspace, &inbox], Some(&inbox));
        assert!(matches!(check("2026"), Err(PublishError::Holds { .. })));
        assert!(matches!(check("2026/out/../../2026"), Err(PublishError::Holds { .. })));
        assert!(matches!(check("2026/inbox/out/2026"), Err(PublishError::InInbox { .. })));
        assert!(matches!(check("2026/inbox/./x"), Err(PublishError::InInbox { .. })));
        assert!(matches!(check("file"), Err(PublishError::NotAFolder { link: false, .. })));
        assert!(check("2026/out/2026").is_ok() && check("other/2026").is_ok());
        assert!(guard_inbox(&workspace, &inbox).is_ok());
        for around in [workspace.clone(), workspace.join(""), workspace.join("inbox/.."), root.to_owned()] {
            assert!(guard_inbox(&workspace, &around).is_err(), "{}", around.display());
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&inbox, root.join("link")).expect("link");
            assert!(matches!(check("link"), Err(PublishError::NotAFolder { link: true, .. })));
            assert!(matches!(check("link/2026"), Err(PublishError::InInbox { .. })), "a link above is followed");
        }
    }
}
