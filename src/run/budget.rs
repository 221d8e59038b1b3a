//! What everything in one archive may cost together: one sender's file must not hold up a county's run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::intake::Submitted;
use crate::inbox::{self, Incoming, Limits, Source};
use crate::sheet::{self, Format, Refusal};

/// What reading a workbook may take.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// Bytes when it is unpacked.
    work: u64,
    /// Turns of a hash, over all passwords.
    turns: u64,
}

/// Refuses the workbooks of an archive that are beyond what one archive may cost, in the order of their names, so that the
/// same ones are refused whatever thread comes first. `tries` passwords are tried on each.
pub(super) fn hold(sent: &mut [Submitted], tries: u64, limits: &Limits) {
    let mut archives: BTreeMap<PathBuf, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, one) in sent.iter().enumerate() {
        for (part, of) in one.files.iter().enumerate().filter(|(_, of)| matches!(of.file.source, Source::Entry(_))) {
            archives.entry(of.file.disk.path.clone()).or_default().push((at, part));
        }
    }
    let reading = sheet::Limits::default();
    let dearest = Cost { work: reading.max_bytes + reading.max_unpacked, turns: sheet::MOST_TURNS * tries };
    // Only an archive of many workbooks can come to more: the others are not looked into twice.
    archives.retain(|_, parts| {
        let count = parts.len() as u64;
        count.saturating_mul(dearest.work) > limits.max_work || count.saturating_mul(dearest.turns) > limits.max_turns
    });
    for parts in archives.into_values() {
        let file = |(at, part): &(usize, usize)| &sent[*at].files[*part].file;
        let costs: Vec<Cost> = parts.par_iter().map(|place| cost(file(place), tries, limits)).collect();
        let mut left = Cost { work: limits.max_work, turns: limits.max_turns };
        for ((at, part), cost) in parts.into_iter().zip(costs) {
            match (left.work.checked_sub(cost.work), left.turns.checked_sub(cost.turns)) {
                (_, None) => sent[at].files[part].beyond = Some(Refusal::too_large("turns", limits.max_turns)),
                (None, _) => sent[at].files[part].beyond = Some(Refusal::too_large("work", limits.max_work)),
                (Some(work), Some(turns)) => left = Cost { work, turns },
            }
        }
    }
}

/// Nothing for what cannot be fetched: that is found again when it is read.
fn cost(file: &Incoming, tries: u64, limits: &Limits) -> Cost {
    let Ok(bytes) = inbox::fetch(file, limits) else { return Cost::default() };
    match sheet::sniff(&bytes) {
        // What it unpacks to is known when it is open.
        Format::Encrypted => {
            let most = sheet::Limits::default().max_unpacked;
            Cost { work: most.min((bytes.len() as u64).saturating_mul(16)), turns: sheet::turns(&bytes).saturating_mul(tries) }
        }
        format if format.is_workbook() => Cost { work: crate::ooxml::unpacked(&bytes), turns: 0 },
        _ => Cost::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is refused of an archive of these files.
    fn refused(files: &[(&str, &[u8])], tries: u64, limits: &Limits) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
            std::io::Write::write_all(&mut zip, bytes).expect("written");
        }
        std::fs::write(folder.path().join("a.zip"), zip.finish().expect("a zip").into_inner()).expect("on the disk");
        let (files, findings) = inbox::list(folder.path(), &[], limits).expect("listed");
        assert!(findings.is_empty(), "{findings:?}");
        let mut sent: Vec<Submitted> = files.into_iter().map(Submitted::of).collect();
        hold(&mut sent, tries, limits);
        let told = |sent: &Submitted| sent.files[0].beyond.as_ref().map(|refusal| format!("{} {refusal}", sent.name));
        sent.iter().filter_map(told).collect()
    }

    #[test]
    fn passwords_are_tried_for_so_long_and_no_longer() {
        let locked: &[u8] = include_bytes!("../../tests/cases/reading/agile.xlsx");
        let files = [("1.xlsx", locked), ("2.xlsx", locked), ("3.csv", b"a,b"), ("4.xlsx", locked)];
        let turns = sheet::turns(locked);
        assert!(turns >= 1000, "{turns}");
        let most = |max_turns| Limits { max_turns, ..Limits::default() };
        assert_eq!(refused(&files, 2, &most(turns * 6)), Vec::<String>::new());
        let said = |name: &str, limit: u64| format!("a.zip!/{name} has too many turns, more than {limit}");
        assert_eq!(refused(&files, 2, &most(turns * 4)), [said("4.xlsx", turns * 4)]);
        assert_eq!(refused(&files, 3, &most(turns * 4)), [said("2.xlsx", turns * 4), said("4.xlsx", turns * 4)]);
    }

    #[test]
    fn workbooks_unpack_to_so_much_and_no_more() {
        let files: [(&str, &[u8]); 3] = [("1.csv", &[b'a'; 900]), ("2.csv", &[b'a'; 200]), ("3.csv", &[b'a'; 100])];
        let limits = Limits { max_work: 1000, ..Limits::default() };
        assert_eq!(refused(&files, 1, &limits), ["a.zip!/2.csv has too many work, more than 1000"]);
        assert_eq!(refused(&files, 1, &Limits { max_work: 1200, ..limits }), Vec::<String>::new());
    }
}
