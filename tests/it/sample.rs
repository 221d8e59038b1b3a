//! Invented counties go through the whole check: the orderly ones clean, of the messy ones only what was planted.

use std::collections::BTreeMap;
use std::path::Path;

use scorebook::diag::{Code, Finding, Severity};
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

/// Errors and warnings. That the boards go up in December is the sample's choice, and a year's run says so.
fn faults(summary: &Summary) -> Vec<&Finding> {
    let told = summary.resolved.findings.iter().filter(|finding| finding.severity() != Severity::Note);
    told.filter(|finding| finding.code != Code::EarlyPosting).collect()
}

#[test]
fn an_orderly_county_of_every_scheme_is_clean() {
    let ids = scorebook::builtin::scheme_ids();
    let mut counties: Vec<Vec<&str>> = ids.iter().map(|id| vec![id.as_str()]).collect();
    counties.push(ids.iter().map(String::as_str).collect());
    counties.push(ids.iter().rev().map(String::as_str).collect());
    for county in counties {
        // Of several schemes each has a branch.
        let branches = if county.len() == 1 { 4 } else { 9 };
        let size = Size { branches, members: 12, mess: 0, seed: 3 };
        let planned = County::new(size, county.iter().map(|id| scheme(id)).collect()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let summary = checked(&planned, folder.path());
        let found = faults(&summary);
        assert!(found.is_empty(), "{county:?}: {found:?}");
        assert!(summary.resolved.states().all(|branch| matches!(branch, BranchState::Accepted(_))), "{county:?}");
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
fn what_a_folder_holds_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("x");
    std::fs::write(&mine, "mine").unwrap();
    let county = County::new(Size { branches: 1, members: 3, mess: 0, seed: 1 }, vec![scheme("ju-10star")]).unwrap();
    assert_eq!(write_county(folder.path(), &county, &|_, _| {}).unwrap(), 1);
    let register = folder.path().join("机构名册.xlsx");
    std::fs::write(&register, "mine now").unwrap();
    assert!(write_county(folder.path(), &county, &|_, _| {}).is_err(), "a workspace is not written over");
    for (path, text) in [(&mine, "mine"), (&register, "mine now")] {
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }
}

#[test]
fn the_county_that_ships_holds_what_its_readme_says() {
    for (period, planted) in [
        (
            "2026",
            vec![
                "id-as-number",
                "missing-entry",
                "out-of-range",
                "missing-reason",
                "bad-id",
                "missing-entry",
                "out-of-range",
                "not-a-number",
            ],
        ),
        (
            "2026Q3",
            vec![
                "id-as-number",
                "missing-entry",
                "out-of-range",
                "missing-reason",
                "bad-id",
                "missing-entry",
                "out-of-range",
                "not-a-number",
            ],
        ),
        ("2026M07", vec!["id-as-number", "out-of-range", "missing-reason", "bad-id", "out-of-range"]),
        ("2026H1", vec!["id-as-number", "out-of-range", "missing-reason", "bad-id", "out-of-range"]),
    ] {
        let summary = crate::support::checked("samples/county", period);
        let of = |wanted: fn(&BranchState) -> bool| -> Vec<&str> {
            let branches = summary.county.register.branches.iter().zip(summary.resolved.states());
            branches.filter(|(_, state)| wanted(state)).map(|(branch, _)| branch.code.as_str()).collect()
        };
        assert_eq!(of(|state| matches!(state, BranchState::Returned)), ["0104", "0203"], "{period}");
        assert_eq!(of(|state| matches!(state, BranchState::Missing)), ["0303"], "{period}");
        let mut errors: Vec<&str> = Vec::new();
        let mut warnings: Vec<&str> = Vec::new();
        for finding in &summary.resolved.findings {
            match finding.severity() {
                Severity::Error => errors.push(finding.code.word()),
                Severity::Warning => warnings.push(finding.code.word()),
                Severity::Note => {}
            }
        }
        assert_eq!(errors[..errors.len() - 1], planted, "{period}");
        assert_eq!(errors.last(), Some(&"missing-submission"));
        let quota: &[&str] = if planted.len() == 8 { &["quota-exceeded"] } else { &[] };
        let notice: &[&str] = if period == "2026" { &["early-posting"] } else { &[] };
        assert_eq!(warnings, [quota, &["id-birthdate-mismatch"], notice].concat(), "{period}");
    }
}

/// Two scorers, reviewed rows, a bonus with a reason, vetoes, grades by rank, a branch's own score.
const EVERY_SHAPE: &str = r#"
id = "every-shape"
name = "样样都有"
version = "1"
decimals = 0
decimals_origin = "sample"
entries = { every = "half", reviewed = true, scorers = { counts = "支部", own = "自评", gap = 10, origin = "sample" } }
publication = { year = 7, year_origin = "source", shorter = 5, shorter_origin = "sample" }
board = { period = "sum(marks)", heading = "积分", note = "合计", note_part = "合计" }
poll = { columns = "评议分", max = 100, min_ballots = 2, origin = "sample" }
veto = [{ facts = ["其他违法乱纪"], grade = "不合格", origin = "source" }]

[[item]]
name = "三会一课"
kind = "mark"
max = 40
origin = "sample"

[[item]]
name = "工作失误减分"
kind = "deduct"
max = 10
origin = "sample"

[[item]]
name = "工作创新加分"
kind = "bonus"
max = 5
origin = "sample"
reason = "创新事由"
categories = ["农村党员", "社区党员"]

[[figure]]
id = "total"
name = "合计"
runs = ["year", "half"]
value = "mean(marks) + sum(deductions) + sum(bonuses)"

[grades.rank]
rest = "合格"
top = { name = "优秀", share = "20%", origin = "source" }
bottom = { name = "不合格", share = "5%", origin = "source" }

[branch]
entries = { every = "quarter", scorers = { counts = "审核", own = "自评", gap = 5, origin = "sample" } }

[[branch.item]]
name = "组织建设"
kind = "mark"
max = 25
origin = "sample"

[[branch.figure]]
id = "total"
name = "合计"
runs = ["year", "quarter"]
value = "mean(marks)"
"#;

#[test]
fn fills_whatever_a_scheme_asks_for() {
    let shapes = load(EVERY_SHAPE).unwrap_or_else(|error| panic!("{error}"));
    for schemes in [vec![shapes.clone()], vec![scheme("ju-10star"), shapes]] {
        let county = County::new(Size { branches: 12, members: 14, mess: 0, seed: 4 }, schemes).unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_county(folder.path(), &county, &|_, _| {}).unwrap();
        std::fs::create_dir(folder.path().join("schemes")).unwrap();
        std::fs::write(folder.path().join("schemes/every-shape.toml"), EVERY_SHAPE).unwrap();
        for period in ["2026", "2026H1", "2026Q3"] {
            let options =
                Options { workspace: folder.path().to_owned(), period: scorebook::period::RunPeriod::parse(period), ..Options::default() };
            let summary = check(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(scorebook::diag::Lang::En)));
            let found = faults(&summary);
            assert!(found.is_empty(), "{period}: {found:#?}");
        }
    }
}
