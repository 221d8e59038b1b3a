//! Invented counties go through the whole check: the orderly ones clean, of the messy ones only what was planted.

use std::collections::BTreeMap;
use std::path::Path;

use scorebook::diag::Severity;
use scorebook::run::{BranchState, Options, Summary, check};
use scorebook::sample::{County, Size, write_county};
use scorebook::scheme::{Scheme, load};

fn scheme(id: &str) -> Scheme {
    let bytes = scorebook::builtin::scheme(id).unwrap();
    load(std::str::from_utf8(&bytes).unwrap()).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn checked(county: &County, folder: &Path) -> Summary {
    write_county(folder, county, &|_, _| {}).unwrap();
    let options = Options { workspace: folder.to_owned(), ..Options::default() };
    check(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(scorebook::diag::Lang::En)))
}

#[test]
fn an_orderly_county_of_every_scheme_is_clean() {
    let ids = scorebook::builtin::scheme_ids();
    let mut counties: Vec<Vec<&str>> = ids.iter().map(|id| vec![id.as_str()]).collect();
    counties.push(ids.iter().map(String::as_str).collect());
    counties.push(ids.iter().rev().map(String::as_str).collect());
    for county in counties {
        let size = Size { branches: 9, members: 12, mess: 0, seed: 3 };
        let planned = County::new(size, county.iter().map(|id| scheme(id)).collect()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let summary = checked(&planned, folder.path());
        let found: Vec<_> = summary.resolved.findings.iter().filter(|finding| finding.severity() != Severity::Note).collect();
        assert!(found.is_empty(), "{county:?}: {found:?}");
        assert!(summary.resolved.branches.iter().all(|branch| matches!(branch, BranchState::Accepted(_))), "{county:?}");
    }
}

#[test]
fn of_a_messy_county_only_planted_branches_are_returned() {
    let mut planted = 0;
    for (seed, ids) in [(1, vec!["ju-10star", "register-60"]), (2, vec!["register-60"]), (5, vec!["ju-10star"])] {
        let size = Size { branches: 24, members: 8, mess: 100, seed };
        let county = County::new(size, ids.iter().map(|id| scheme(id)).collect()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let summary = checked(&county, folder.path());
        let mut errors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for finding in summary.resolved.findings.iter().filter(|finding| finding.severity() == Severity::Error) {
            errors.entry(finding.branch_code.as_deref().unwrap_or_default()).or_default().push(finding.code.word());
        }
        for branch in 0..county.branches() {
            let codes = errors.remove(county.code(branch)).unwrap_or_default();
            match county.planted(branch) {
                None => assert!(codes.is_empty(), "{} {codes:?}", county.code(branch)),
                Some(fault) => {
                    planted += 1;
                    assert!(codes.contains(&fault.code()), "{} {fault:?}: {codes:?}", county.code(branch));
                }
            }
        }
        assert!(errors.is_empty(), "of no branch: {errors:?}");
        let notes = summary.count(Severity::Note);
        assert!(notes > 24, "habits leave notes, found {notes}");
    }
    assert!(planted >= 5, "only {planted} planted");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let county =
        |seed| County::new(Size { branches: 4, members: 6, mess: 50, seed }, vec![scheme("ju-10star"), scheme("register-60")]).unwrap();
    let (one, same, other) = (county(1), county(1), county(2));
    assert_eq!(one.frame().unwrap(), same.frame().unwrap());
    // The order in which branches are made must not matter.
    let backwards: Vec<_> = (0..4).rev().map(|branch| same.submissions(branch).unwrap()).collect();
    let forwards: Vec<_> = (0..4).map(|branch| one.submissions(branch).unwrap()).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
    assert_ne!(one.submissions(0).unwrap(), other.submissions(0).unwrap());
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x"), "mine").unwrap();
    let county = County::new(Size { branches: 1, members: 3, mess: 0, seed: 1 }, vec![scheme("ju-10star")]).unwrap();
    assert!(write_county(folder.path(), &county, &|_, _| {}).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
