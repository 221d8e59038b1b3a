//! One writer at a time: `.占用` in the workspace, or beside what is written elsewhere.
//!
//! The operating system holds the lock and lets go of it when the process ends, however it ends; the text in the file
//! says who it is. Whoever gets the system's lock and finds a text of this machine in the file knows that its writer no
//! longer runs: numbers of processes, which are used again, need not be asked. Another machine's text proves nothing,
//! for not every network disk passes locks on; only a person can say that it is void.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::tree::look;
use super::{PublishError, failed};
use crate::digest::{hex, sha256};

/// The lock's name.
pub const LOCK: &str = ".占用";

/// Files by which a folder is known as a workspace.
const WORKSPACE: [&str; 2] = ["scorebook.toml", "设置.xlsx"];

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Tries while the holder is still writing its name.
const UNNAMED: usize = 20;

/// What a person wants where somebody else holds the lock.
#[derive(Clone, Copy, Debug, Default)]
pub struct LockWish {
    /// Wait until it is free.
    pub wait: bool,
    /// Take it from another machine.
    pub break_lock: bool,
}

/// Who holds a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// The machine's name.
    pub host: String,
    /// What tells machines of one name apart, where the system has it.
    pub machine: String,
    /// The person's name on it.
    pub user: String,
    /// Number of the process.
    pub process: u32,
    /// What it does: `run`.
    pub command: String,
    /// Since when, Beijing time.
    pub since: String,
}

/// What is told while a lock is taken.
#[derive(Clone, Debug)]
pub enum LockNote {
    /// Somebody holds it; this process waits.
    Waiting(Holder),
    /// Its holder no longer runs.
    TakenOver(Holder),
    /// Another machine's, taken because a person said so.
    Broken(Holder),
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    /// A folder that was made for it alone.
    made: Option<PathBuf>,
    /// True where a person said that another machine's claims are void.
    pub(super) broken: bool,
}

/// Locks of this process: what it holds it may use in several places.
static HELD: Mutex<BTreeMap<PathBuf, Weak<Lock>>> = Mutex::new(BTreeMap::new());

impl Holder {
    /// This process.
    pub(super) fn own() -> Self {
        let variable = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
        Self {
            host: host(),
            machine: machine(),
            user: variable(&["USER", "LOGNAME", "USERNAME"]),
            process: std::process::id(),
            command: std::env::args().nth(1).unwrap_or_default(),
            since: now(),
        }
    }

    pub(super) fn same_machine(&self, other: &Self) -> bool {
        self.host == other.host && self.machine == other.machine
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n" // texts and numbers always serialise
    }
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// A short digest of the system's own number: the number itself is nobody's business.
fn machine() -> String {
    let number = fs::read("/etc/machine-id").unwrap_or_default();
    if number.is_empty() { String::new() } else { hex(&sha256(&number)[..6]) }
}

/// The clock is read here and nowhere else: a lock is no output.
fn now() -> String {
    let beijing = chrono::FixedOffset::east_opt(8 * 3600);
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    beijing.map(|zone| now.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Where the lock of a target lies: in the workspace that it is in, else beside it.
pub fn lock_place(target: &Path) -> PathBuf {
    let whole = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    // The part that exists is taken by its true name, so that a link leads to the same lock.
    let real = whole.ancestors().find_map(|above| {
        let real = above.canonicalize().ok()?;
        Some(if above == whole { real } else { real.join(whole.strip_prefix(above).ok()?) })
    });
    let whole = real.unwrap_or(whole);
    let workspace = whole.ancestors().find(|folder| WORKSPACE.iter().any(|name| folder.join(name).is_file()));
    workspace.or(whole.parent()).unwrap_or(&whole).join(LOCK)
}

/// True where a target lies in a workspace.
pub fn in_workspace(target: &Path) -> bool {
    let place = lock_place(target);
    place.parent().is_some_and(|folder| WORKSPACE.iter().any(|name| folder.join(name).is_file()))
}

/// Takes the lock at `path`, a [`lock_place`]; `tell` hears whom it is waiting for and from whom it was taken.
pub fn lock(path: &Path, wish: LockWish, tell: &dyn Fn(&LockNote)) -> Result<Arc<Lock>, PublishError> {
    let made = path.parent().filter(|folder| !folder.exists());
    if let Some(folder) = made {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let mut told = false;
    let mut unnamed = 0;
    loop {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(path).and_then(Weak::upgrade) {
            return Ok(lock);
        }
        let (holder, other_machine) = match try_lock(path, wish, tell)? {
            Ok(mut lock) => {
                lock.made = made.map(Path::to_owned);
                let lock = Arc::new(lock);
                held.insert(path.to_owned(), Arc::downgrade(&lock));
                return Ok(lock);
            }
            Err(other) => other,
        };
        drop(held);
        if !other_machine && holder == Holder::default() && unnamed < UNNAMED {
            unnamed += 1;
        } else if !wish.wait {
            return Err(PublishError::Busy { path: path.to_owned(), holder: Box::new(holder), other_machine });
        } else if !told {
            told = true;
            tell(&LockNote::Waiting(holder));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Who has left a lock in a workspace, without taking it.
pub fn lock_left(workspace: &Path) -> Option<Left> {
    let path = workspace.join(LOCK);
    let mut file = File::open(&path).ok()?;
    let found = holder(&mut file).unwrap_or_default();
    let other_machine = found != Holder::default() && !found.same_machine(&Holder::own());
    // Whoever runs holds the system's lock on the file.
    let runs = !other_machine && matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock));
    Some(Left { holder: found, other_machine, runs })
}

/// A lock that lies in a workspace.
#[derive(Debug)]
pub struct Left {
    /// Who left it.
    pub holder: Holder,
    /// True of one on another machine, which may be gone.
    pub other_machine: bool,
    /// True if its process on this machine still runs.
    pub runs: bool,
}

/// Who has a lock, and whether on another machine.
type Held = (Holder, bool);

fn try_lock(path: &Path, wish: LockWish, tell: &dyn Fn(&LockNote)) -> Result<Result<Lock, Held>, PublishError> {
    if look(path).map_err(failed(path))?.is_some_and(|meta| !meta.is_file()) {
        return Err(PublishError::NotAFile { path: path.to_owned() });
    }
    let Some(mut file) = claim(path).map_err(failed(path))? else {
        let named = File::open(path).and_then(|mut file| holder(&mut file));
        return Ok(Err((named.unwrap_or_default(), false)));
    };
    // Whoever had it may have removed the file on leaving; then this is no lock any more.
    if !same_file(&file, path) {
        return Ok(Err(Held::default()));
    }
    let own = Holder::own();
    let found = holder(&mut file).map_err(failed(path))?;
    let other_machine = !found.same_machine(&own);
    if found != Holder::default() {
        if other_machine && !wish.break_lock {
            return Ok(Err((found, true)));
        }
        tell(&if other_machine { LockNote::Broken(found) } else { LockNote::TakenOver(found) });
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(own.text().as_bytes()));
    written.map_err(failed(path))?;
    Ok(Ok(Lock { path: path.to_owned(), file, made: None, broken: wish.break_lock }))
}

/// Opens the file and takes the system's lock on it; none where somebody has it.
#[cfg(not(windows))]
fn claim(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Opens the file so that nobody else may write it, but may read who has it; none where somebody has it.
#[cfg(windows)]
fn claim(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const READ_AND_DELETE: u32 = 1 | 4;
    const SHARING_VIOLATION: i32 = 32;
    match OpenOptions::new().read(true).write(true).create(true).truncate(false).share_mode(READ_AND_DELETE).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}

/// True where the open file is still the one of that name.
fn same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(Some(there))) = (file.metadata(), look(path)) else { return false };
    super::tree::identity(&open) == super::tree::identity(&there)
}

/// The text of a lock. An empty one is nobody's; one that cannot be understood is somebody's, and not this machine's.
fn holder(file: &mut File) -> io::Result<Holder> {
    let mut text = Vec::new();
    file.take(1 << 16).read_to_end(&mut text)?;
    if text.is_empty() {
        return Ok(Holder::default());
    }
    Ok(serde_json::from_slice(&text).unwrap_or_else(|_| Holder { host: "?".into(), ..Holder::default() }))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held: who waits finds that the file it gets is no longer the one of that name.
        if same_file(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path); // left behind it is taken over
        }
        if let Some(folder) = &self.made {
            let _ = fs::remove_dir(folder); // only where nothing else was written into it
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(path: &Path, wish: LockWish) -> (Result<Arc<Lock>, PublishError>, Vec<LockNote>) {
        let notes = Mutex::new(Vec::new());
        let lock = lock(path, wish, &|note| notes.lock().expect("notes").push(note.clone()));
        (lock, notes.into_inner().expect("notes"))
    }

    /// A lock as another process would hold it: not in the list of this one's.
    fn foreign(path: &Path, holder: &Holder) -> File {
        let mut file = claim(path).expect("opened").expect("free");
        file.write_all(holder.text().as_bytes()).expect("written");
        file
    }

    #[test]
    fn is_held_and_gone() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(LOCK);
        let (first, notes) = take(&path, LockWish::default());
        let first = first.expect("free");
        assert!(notes.is_empty() && take(&path, LockWish::default()).0.is_ok(), "the same process may use it twice");
        let text = fs::read_to_string(&path).expect("text");
        for key in ["host", "user", "process", "command", "since"] {
            assert!(text.contains(&format!("\"{key}\"")), "{text}");
        }
        drop(first);
        assert!(!path.exists());
    }

    #[test]
    fn says_who_holds_it_and_outlives_nobody() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(LOCK);
        let other = Holder { process: 4_000_000, command: "issue".into(), ..Holder::own() };
        let held = foreign(&path, &other);
        for break_lock in [false, true] {
            match take(&path, LockWish { wait: false, break_lock }).0 {
                Err(PublishError::Busy { holder, other_machine: false, .. }) => assert_eq!(*holder, other),
                other => panic!("{other:?}"),
            }
        }
        drop(held); // as when it is killed: the text stays
        let (lock, notes) = take(&path, LockWish::default());
        assert!(lock.is_ok() && matches!(notes.as_slice(), [LockNote::TakenOver(holder)] if *holder == other));
    }

    #[test]
    fn another_machine_s_needs_a_person() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(LOCK);
        for text in [Holder { host: "elsewhere".into(), ..Holder::own() }.text(), "a note of somebody".into()] {
            fs::write(&path, &text).expect("written");
            assert!(matches!(take(&path, LockWish::default()).0, Err(PublishError::Busy { other_machine: true, .. })));
            assert_eq!(fs::read_to_string(&path).expect("text"), text, "left as it was");
            let (lock, notes) = take(&path, LockWish { wait: false, break_lock: true });
            assert!(lock.expect("taken").broken && matches!(notes.as_slice(), [LockNote::Broken(_)]));
        }
    }

    #[test]
    fn waits_for_it() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(LOCK);
        let held = foreign(&path, &Holder { process: 1, ..Holder::own() });
        let release = std::thread::spawn(move || {
            std::thread::sleep(PAUSE * 3);
            drop(held);
        });
        let (lock, notes) = take(&path, LockWish { wait: true, break_lock: false });
        assert!(lock.is_ok() && matches!(notes.first(), Some(LockNote::Waiting(_))), "{notes:?}");
        release.join().expect("released");
    }

    #[test]
    fn lies_in_the_workspace_or_beside() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().canonicalize().expect("real");
        fs::create_dir_all(root.join("w/out")).expect("folders");
        fs::write(root.join("w/scorebook.toml"), "").expect("file");
        for target in ["w/out/2026", "w/issue/2026年报送表", "w/a/b/c"] {
            assert_eq!(lock_place(&root.join(target)), root.join("w").join(LOCK));
        }
        assert_eq!(lock_place(&root.join("elsewhere/2026")), root.join("elsewhere").join(LOCK));
        assert!(in_workspace(&root.join("w/x.xlsx")) && !in_workspace(&root.join("x.xlsx")));
    }
}
