//! One staged folder takes the place of the former one, and nothing of a person's is lost on the way.
//!
//! What people put into the former folder gets a second name in the new one before the two change places, so that it is
//! never out of its place; where a disk has no second names it is moved afterwards. Then the former folder is taken apart:
//! a file goes only where the former manifest lists it with its digest, everything else is moved into the new folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::guard::is_folder;
use super::names::marked;
use super::record::{MANIFEST, Record};
use super::staging::{Container, Written, handout_manifest};
use super::sweep::{self, Home, Swept, marked_changed};
use super::tree::{self, Entry, Identity, Stamp, digests, exchange, identity, key, look, rename_new, stamp};
use super::{PublishError, failed};

/// Tries where somebody makes or removes the target at the same moment.
const TRIES: usize = 5;

/// What becomes of a file of ours that a person changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draft {
    /// It gets another name: who looks for a result wants the new one.
    Result,
    /// It keeps its name: people work in it, and the new one gets another.
    Handout,
}

/// What people had in a folder when the new one took its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files that are nobody's but theirs; they stay.
    pub foreign: usize,
    /// Names, in the folder, that were given so that nothing is written over: `…（改动1）…` to what a person changed, in
    /// results; `…（新）…` to what is new, in what is handed out.
    pub renamed: Vec<String>,
    /// Where something of theirs still lies, if it could not be moved.
    pub left: Option<PathBuf>,
}

/// A result that can be seen.
#[derive(Clone, Debug)]
pub struct Published {
    /// Where it stands.
    pub folder: PathBuf,
    /// What people had there.
    pub kept: Kept,
}

/// A former folder.
struct Former {
    record: Record,
    /// What is not ours as we made it, with folders before what they hold.
    theirs: Vec<Entry>,
    /// Own files, unchanged.
    trusted: BTreeMap<PathBuf, Stamp>,
}

/// The new folder's view of what was kept in it.
#[derive(Default)]
struct Links {
    kept: Kept,
    linked: BTreeMap<PathBuf, Identity>,
    moved: BTreeMap<PathBuf, PathBuf>,
    /// What could get no second name.
    later: BTreeSet<PathBuf>,
}

/// Puts what was staged in the place of `target`.
pub(super) fn place(
    container: &Container,
    target: &Path,
    mut written: BTreeMap<String, Written>,
    draft: Draft,
) -> Result<Published, PublishError> {
    let new = container.new_tree();
    as_written(&new, &written)?;
    for _ in 0..TRIES {
        is_folder(target)?;
        let there = look(target).map_err(failed(target))?.is_some();
        let former = if there { former(target, &written).map_err(failed(target))? } else { Former::none() };
        let mut renamed = Vec::new();
        if draft == Draft::Handout {
            renamed = give_way(container, &former.theirs, &mut written)?;
            let manifest = handout_manifest(&written);
            if look(&new.join(MANIFEST)).map_err(failed(&new))?.is_some() {
                fs::remove_file(new.join(MANIFEST)).map_err(failed(&new))?; // of a try before
            }
            container.write(MANIFEST, manifest.as_bytes())?;
        }
        let mut links = keep(&new, target, &former, draft).map_err(failed(&new))?;
        links.kept.renamed.extend(renamed);
        container.note_exchange()?;
        if !there {
            match rename_new(&new, target) {
                Ok(()) => return Ok(Published { folder: target.to_owned(), kept: links.kept }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(target)(error)),
            }
        }
        if let Some(blocked) = change_places(container, target)? {
            return Err(blocked);
        }
        let home = Home::Known { linked: &links.linked, trusted: &former.trusted, moved: &links.moved };
        let old = container.old_tree();
        // The result stands; what cannot be taken away now the next start takes away.
        let swept = sweep::old(&old, target, &former.record, &home).unwrap_or(Swept { left: true, ..Swept::default() });
        let foreseen = |path: &&PathBuf| links.later.contains(*path) || former.record.digest(path).is_some();
        links.kept.foreign += swept.brought.iter().filter(|path| !foreseen(path)).count();
        links.kept.renamed.extend(swept.renamed.iter().map(|path| shown(path)));
        links.kept.renamed.sort();
        links.kept.left = swept.left.then_some(old);
        return Ok(Published { folder: target.to_owned(), kept: links.kept });
    }
    Err(failed(target)(io::ErrorKind::ResourceBusy.into()))
}

/// Refuses to publish what is not what was written.
fn as_written(new: &Path, written: &BTreeMap<String, Written>) -> Result<(), PublishError> {
    let entries = tree::walk(new).map_err(failed(new))?;
    let files: Vec<&Entry> = entries.iter().filter(|entry| !entry.meta.is_dir()).collect();
    let disturbed = |path: &Path| PublishError::Disturbed { path: new.join(path) };
    if let Some(strange) =
        files.iter().find(|entry| key(&entry.path).is_none_or(|key| !written.contains_key(&key)) || !entry.meta.is_file())
    {
        return Err(disturbed(&strange.path));
    }
    let paths: Vec<PathBuf> = written.keys().map(|path| new.join(path)).collect();
    for ((path, written), found) in written.iter().zip(digests(&paths)) {
        if found.as_deref() != Some(&written.digest) {
            return Err(disturbed(Path::new(path)));
        }
    }
    Ok(())
}

impl Former {
    fn none() -> Self {
        Self { record: Record::default(), theirs: Vec::new(), trusted: BTreeMap::new() }
    }
}

/// Tells in a former folder what is ours from what is not. A file that is what we are about to write is as good as ours.
fn former(target: &Path, written: &BTreeMap<String, Written>) -> io::Result<Former> {
    let mut record = Record::read(target);
    let entries = tree::walk(target)?;
    let may_be_ours = |entry: &Entry| {
        let listed = record.digest(&entry.path).is_some() || key(&entry.path).is_some_and(|key| written.contains_key(&key));
        entry.meta.is_file() && listed
    };
    let asked: Vec<PathBuf> = entries.iter().filter(|entry| may_be_ours(entry)).map(|entry| entry.path.clone()).collect();
    let found = digests(&asked.iter().map(|path| target.join(path)).collect::<Vec<_>>());
    let mut own = BTreeSet::new();
    for (path, found) in asked.into_iter().zip(found) {
        let Some(found) = found else { continue };
        let same = |written: &&Written| written.digest == found;
        if record.digest(&path) == Some(&found) {
            own.insert(path);
        } else if let Some(key) = key(&path).filter(|key| written.get(key).as_ref().is_some_and(same)) {
            record.add(&key, &found);
            own.insert(path);
        }
    }
    let (mut theirs, mut trusted) = (Vec::new(), BTreeMap::new());
    for entry in entries {
        if own.contains(&entry.path) {
            trusted.extend(stamp(&entry.meta).map(|stamp| (entry.path, stamp)));
        } else if !(entry.meta.is_dir() && record.made(&entry.path)) {
            theirs.push(entry);
        }
    }
    Ok(Former { record, theirs, trusted })
}

/// Renames staged files and folders where a person's stand, in a folder that people work in; gives the new names.
fn give_way(container: &Container, theirs: &[Entry], written: &mut BTreeMap<String, Written>) -> Result<Vec<String>, PublishError> {
    let new = container.new_tree();
    // A folder of theirs may hold files of ours; anything else of theirs takes a place.
    let places: BTreeMap<String, bool> = theirs.iter().filter_map(|entry| Some((key(&entry.path)?, entry.meta.is_dir()))).collect();
    let mut renamed = Vec::new();
    // From the top: a folder that is renamed takes what it holds along.
    while let Some((taken, is_folder)) = written.keys().find_map(|path| {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut tops = ends.map(|end| (&path[..end], end < path.len()));
        tops.find(|(top, folder)| *top != MANIFEST && places.get(*top).is_some_and(|theirs| !(*theirs && *folder)))
            .map(|(top, folder)| (top.to_owned(), folder))
    }) {
        let path = Path::new(&taken);
        let free = (1..).map(|number| {
            let mark = if number == 1 { "（新）".to_owned() } else { format!("（新{number}）") };
            let name = marked(path.file_name().unwrap_or_default(), &mark, is_folder);
            key(&path.with_file_name(name)).unwrap_or_default()
        });
        let under = |folder: &str, path: &str| path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let mut free = free.filter(|name| !places.contains_key(name) && !written.keys().any(|path| under(name, path)));
        let name = free.next().unwrap_or_default();
        let own: Vec<String> = written.keys().filter(|path| under(&taken, path)).cloned().collect();
        let moved: Vec<String> = own.iter().map(|path| format!("{name}{}", &path[taken.len()..])).collect();
        container.announce(&moved.iter().map(String::as_str).collect::<Vec<_>>())?;
        rename_new(&new.join(&taken), &new.join(&name)).map_err(failed(&new))?;
        for (from, to) in own.iter().zip(&moved) {
            if let Some(file) = written.remove(from) {
                written.insert(to.clone(), file);
            }
        }
        renamed.push(name);
    }
    Ok(renamed)
}

/// Gives what is theirs its second name in the new folder.
fn keep(new: &Path, target: &Path, former: &Former, draft: Draft) -> io::Result<Links> {
    let mut links = Links::default();
    let mut others: Vec<&Entry> = Vec::new();
    for entry in &former.theirs {
        if entry.meta.is_dir() {
            room(new, &entry.path, &mut links)?;
            continue;
        }
        let changed = former.record.digest(&entry.path).is_some();
        if changed && draft == Draft::Result {
            others.push(entry);
            continue;
        }
        match second_name(new, target, entry, None, &mut links) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => others.push(entry),
            done => done?,
        }
        links.kept.foreign += usize::from(!changed);
    }
    // Others' names are known now, and are not taken.
    for entry in others {
        let mut number = 1;
        while let Err(error) = second_name(new, target, entry, Some(number), &mut links) {
            if error.kind() != io::ErrorKind::AlreadyExists {
                return Err(error);
            }
            number += 1;
        }
    }
    same_permissions(new, target, former, &links);
    Ok(links)
}

/// The folder in the new tree for one of the former; made where it is not there. Where a file of ours stands, the folder
/// gets another name.
fn room(new: &Path, folder: &Path, links: &mut Links) -> io::Result<PathBuf> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(PathBuf::new()) };
    if let Some(known) = links.moved.get(folder) {
        return Ok(known.clone());
    }
    let parent = room(new, parent, links)?;
    let mut path = parent.join(name);
    let mut number = 0;
    while look(&new.join(&path))?.is_some_and(|meta| !meta.is_dir()) {
        number += 1;
        path = parent.join(marked_changed(name, number, true));
    }
    if look(&new.join(&path))?.is_none() {
        fs::create_dir(new.join(&path))?;
    }
    if path != folder {
        if number > 0 {
            links.kept.renamed.push(shown(&path));
        }
        links.moved.insert(folder.to_owned(), path.clone());
    }
    Ok(path)
}

/// A second name for one file or link, its own or a numbered one. Where that cannot be had it is moved later.
fn second_name(new: &Path, target: &Path, entry: &Entry, number: Option<usize>, links: &mut Links) -> io::Result<()> {
    let (Some(parent), Some(name)) = (entry.path.parent(), entry.path.file_name()) else { return Ok(()) };
    let folder = room(new, parent, links)?;
    let name: OsString = number.map_or_else(|| name.to_owned(), |number| marked_changed(name, number, false));
    let path = folder.join(name);
    let there = new.join(&path);
    if look(&there)?.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let Some(own) = identity(&entry.meta) else {
        links.later.insert(entry.path.clone());
        return Ok(());
    };
    match fs::hard_link(target.join(&entry.path), &there) {
        Ok(()) => {
            // Another may have taken its place since.
            let linked = look(&there)?.and_then(|meta| identity(&meta)).unwrap_or(own);
            links.linked.insert(entry.path.clone(), linked);
            if number.is_some() {
                links.kept.renamed.push(shown(&path));
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            links.later.insert(entry.path.clone());
            Ok(())
        }
    }
}

/// Folders are as open or closed as they were; deepest first, for one that is closed takes no more.
fn same_permissions(new: &Path, target: &Path, former: &Former, links: &Links) {
    let folders = former.theirs.iter().filter(|entry| entry.meta.is_dir()).rev();
    for entry in folders {
        let path = links.moved.get(&entry.path).unwrap_or(&entry.path);
        // Bytes are what was promised; a disk without permissions is no reason to stop.
        let _ = fs::set_permissions(new.join(path), entry.meta.permissions());
    }
    if let Ok(meta) = fs::symlink_metadata(target)
        && !meta.permissions().readonly()
    {
        let _ = fs::set_permissions(new, meta.permissions());
    }
}

/// The new folder stands where the former one stood, which is `old` now; or why not, and then the new one is beside it.
fn change_places(container: &Container, target: &Path) -> Result<Option<PublishError>, PublishError> {
    let (new, old) = (container.new_tree(), container.old_tree());
    if exchange(&new, target) {
        fs::rename(&new, &old).map_err(failed(&old))?;
        return Ok(None);
    }
    if let Err(source) = fs::rename(target, &old) {
        let beside = free_beside(target).map_err(failed(target))?;
        rename_new(&new, &beside).map_err(failed(&beside))?;
        return Ok(Some(PublishError::Blocked { old: target.to_owned(), new: beside, source }));
    }
    if let Err(error) = rename_new(&new, target) {
        // Back, so that whoever looks finds the former result; if even that fails the next start does it.
        let _ = rename_new(&old, target);
        return Err(failed(target)(error));
    }
    Ok(None)
}

/// `2026.new`, or the next name that nothing stands at.
fn free_beside(target: &Path) -> io::Result<PathBuf> {
    let name = target.file_name().unwrap_or_default();
    let mut number = 1;
    loop {
        let mut other = name.to_owned();
        other.push(if number == 1 { ".new".to_owned() } else { format!(".new{number}") });
        let path = target.with_file_name(other);
        if look(&path)?.is_none() {
            return Ok(path);
        }
        number += 1;
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
