//! What is kept in a bag, held against the bag's own records: the run's manifest lists its files, `originals.jsonl` what the
//! branches sent, and the tables follow from what is scored again.
//!
//! Whoever changes a form and makes the bag's manifests anew has to change these records too; the digest on paper tells that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use walkdir::WalkDir;

use super::content::Content;
use super::record::RunRecord;
use super::rerun::Difference;
use super::rows::TABLES;
use crate::bag::{self, Columns, Field, Payload};
use crate::digest::sha256_hex;
use crate::inside::{self, Inside};
use crate::run::{Original, RunError};

/// Bytes of one kept file at most.
const MOST: u64 = 2 << 30;

/// Cells of a table that are told; the rest is one line.
const TOLD: usize = 20;

/// Adds what is not as the records say; gives the number of files compared.
pub(super) fn compare(bag: &Path, content: &Content<'_>, differences: &mut Vec<Difference>) -> Result<usize, RunError> {
    let mut files = listed(bag, Payload::RUN, &["manifest.json"], &outputs(bag)?, differences);
    files += listed(bag, Payload::ORIGINALS, &[], &originals(bag)?, differences);
    for (path, now) in content.normalized()? {
        let then = read(bag, &path).unwrap_or_default();
        if then != now {
            differences.push(file(&path, Some(sha256_hex(&then)), Some(sha256_hex(&now))));
        }
        files += 1;
    }
    let keyed = content.county.person_key().mark() != bag::person_mark(bag);
    for ((path, now), (name, fields)) in content.tables()?.into_iter().zip(TABLES) {
        // Where the bag says it is: bags of the first layout have a folder per county and year.
        let path = bag::part(bag, name).map_or(path, |part| part.path.as_str().to_owned());
        let then = read(bag, &path).unwrap_or_default();
        // Another version of the library writes other bytes; what counts is what they say.
        if then != now {
            table(&path, then, now, fields, keyed, differences);
        }
        files += 1;
    }
    Ok(files)
}

/// Every file of the run with its SHA-256, by the run's own manifest.
fn outputs(bag: &Path) -> Result<BTreeMap<String, String>, RunError> {
    let record = RunRecord::of_bag(&bag.join(Payload::RUN))?;
    Ok(record.outputs.into_iter().map(|output| (output.file, output.sha256)).collect())
}

/// Every original with the SHA-256 of what is kept of it.
fn originals(bag: &Path) -> Result<BTreeMap<String, String>, RunError> {
    let path = bag.join(Payload::NAMES);
    let bytes = inside::read(&path, MOST).map_err(|source| RunError::Io { path, source })?;
    let text = String::from_utf8_lossy(&bytes);
    let originals = text.lines().filter_map(|line| serde_json::from_str::<Original>(line).ok());
    Ok(originals.map(|original| (original.path, original.opened_sha256.unwrap_or(original.sha256))).collect())
}

fn read(bag: &Path, path: &str) -> Option<Vec<u8>> {
    Inside::new(path)?.read(bag, MOST).ok()
}

fn file(path: &str, archived: Option<String>, now: Option<String>) -> Difference {
    Difference { of: "file", subject: path.to_owned(), archived, now }
}

/// Compares the files of a folder with a list of them; what is not on it counts too.
fn listed(bag: &Path, folder: &str, beside: &[&str], list: &BTreeMap<String, String>, differences: &mut Vec<Difference>) -> usize {
    for (path, sha256) in list {
        let whole = format!("{folder}/{path}");
        let now = read(bag, &whole).map(|bytes| sha256_hex(&bytes));
        if now.as_ref() != Some(sha256) {
            differences.push(file(&whole, Some(sha256.clone()), now));
        }
    }
    let root = bag.join(folder);
    let there: BTreeSet<String> = WalkDir::new(&root)
        .min_depth(1)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(|entry| Some(entry.path().strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/")))
        .collect();
    for path in there.into_iter().filter(|path| !list.contains_key(path) && !beside.contains(&path.as_str())) {
        let whole = format!("{folder}/{path}");
        let now = read(bag, &whole).map(|bytes| sha256_hex(&bytes));
        differences.push(file(&whole, None, now));
    }
    list.len()
}

/// Compares two tables by their cells. Keys of people rest on a secret that no bag holds: with it they cannot be made again.
fn table(path: &str, then: Vec<u8>, now: Vec<u8>, fields: &'static [Field], keyed: bool, differences: &mut Vec<Difference>) {
    let failed = |why: String| Difference { of: "table", subject: path.to_owned(), archived: Some(why), now: None };
    let (then, now) = match (Columns::open(then, fields), Columns::open(now, fields)) {
        (Ok(then), Ok(now)) => (then, now),
        (Err(error), _) | (_, Err(error)) => return differences.push(failed(error.to_string())),
    };
    let before = differences.len();
    for field in fields.iter().filter(|field| !(keyed && field.name == "person")) {
        let (then, now) = match (then.column(field.name), now.column(field.name)) {
            (Ok(then), Ok(now)) => (then, now),
            (Err(error), _) | (_, Err(error)) => {
                differences.push(failed(error.to_string()));
                continue;
            }
        };
        if then.len() != now.len() {
            let rows = |count: usize| Some(format!("{count} rows"));
            differences.push(Difference { of: "table", subject: path.to_owned(), archived: rows(then.len()), now: rows(now.len()) });
            return;
        }
        for (row, (then, now)) in then.iter().zip(&now).enumerate().filter(|(_, (then, now))| then != now) {
            if differences.len() - before >= TOLD {
                return;
            }
            let subject = format!("{path} {} {}", field.name, row + 1);
            differences.push(Difference { of: "table", subject, archived: Some(then.to_string()), now: Some(now.to_string()) });
        }
    }
}
