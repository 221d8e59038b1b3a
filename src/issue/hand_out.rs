//! Blank workbooks for every branch, with the roster of its last submission where one is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;
use serde_json::Value;

use super::ballots::write_ballots;
use super::{Listed, member_list};
use crate::bag::{Payload, bags_below};
use crate::check;
use crate::county::inbox_of;
use crate::diag::Said;
use crate::digest;
use crate::inbox;
use crate::inside;
use crate::period::{Every, Period, RunPeriod};
use crate::publish::{Kept, Names, Staging};
use crate::run::intake::{self, Submitted};
use crate::run::{
    FirstState, Options, Progress, RunError, Setup, Stage, Whose, first_state, guard_target, in_pool, prepare, restore_names,
};
use crate::submission::{self, Expected, Share};
use crate::xlsx::blank;

/// What was handed out.
#[derive(Debug)]
pub struct Issued {
    /// The folder.
    pub folder: PathBuf,
    /// What people had there.
    pub kept: Kept,
    /// Workbooks written, one a branch.
    pub workbooks: usize,
    /// Branches that got ballots.
    pub ballots: usize,
    /// How many of them have their roster filled in.
    pub rosters: usize,
    /// Where the rosters come from, and what they lack.
    pub source: RosterSource,
}

/// Rosters that were found.
#[derive(Debug, Default)]
pub struct RosterSource {
    /// Rows in all.
    pub rows: usize,
    /// Rows with an identity number.
    pub with_ids: usize,
    /// Rows that give no category, and whose branch's 类型 gives none either.
    pub no_category: usize,
    /// Why there is none, or fewer than there should be.
    pub why: Option<Said>,
}

/// Rosters by branch, and what is said of where they come from.
type Rosters = (BTreeMap<usize, Vec<Listed>>, Option<Said>);

/// A branch's roster and how new it is.
struct Found {
    branch: usize,
    /// SHA-256 of its bytes, and of the file that it corrects.
    digest: [u8; 32],
    corrects: Option<String>,
    /// Year, 报出日期 or the run's last month, when the document was last changed, and its name: the greatest is the newest.
    age: (i64, String, String, String),
    members: Vec<Listed>,
}

/// Ballots are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ballots {
    /// How many papers per branch; the scheme's least number of ballots if absent.
    pub papers: Option<usize>,
}

/// Writes one blank workbook a branch into `<out>/<year>年报送表/<committee>/`. `from` is an inbox, an out folder or an
/// archive; it is only read. With `ballots` 民主测评票 lie beside the workbooks.
pub fn issue(options: &Options, from: Option<&Path>, ballots: Option<Ballots>, progress: Progress<'_>) -> Result<Issued, RunError> {
    let county = prepare(options)?;
    let out = issue_folder(options);
    let name = format!("{}年报送表", county.run.year);
    guard_target(&county, &out.join(&name))?;
    in_pool(options.jobs, || {
        let (rosters, why) = match from {
            Some(file) if file.is_file() => of_member_list(&county, file)?,
            Some(folder) => last_rosters(&county, folder, progress)?,
            None => (BTreeMap::new(), None),
        };
        let rows = rosters.values().map(Vec::len).sum();
        let with_ids = rosters.values().flatten().filter(|member| member.id.is_some()).count();
        let no_category = rosters.values().flatten().filter(|member| member.category.is_empty()).count();
        let staging = Staging::open(&out, &name)?;
        let mut folders = Names::default();
        let folders: BTreeMap<&str, String> =
            county.register.committees().into_iter().map(|committee| (committee, folders.claim(committee, ""))).collect();
        let workbooks = write_all(&county, &rosters, &folders, &staging, progress)?;
        let ballots = match ballots {
            Some(Ballots { papers }) => write_ballots(&county, options, &rosters, &folders, papers, &staging)?,
            None => 0,
        };
        let published = staging.publish_handout()?;
        Ok(Issued {
            folder: published.folder,
            kept: published.kept,
            workbooks,
            ballots,
            rosters: rosters.len(),
            source: RosterSource { rows, with_ids, no_category, why },
        })
    })?
}

/// `WORKSPACE/issue` unless told otherwise.
pub fn issue_folder(options: &Options) -> PathBuf {
    options.out.clone().unwrap_or_else(|| options.workspace.join("issue"))
}

fn write_all(
    county: &Setup,
    rosters: &BTreeMap<usize, Vec<Listed>>,
    folders: &BTreeMap<&str, String>,
    staging: &Staging,
    progress: Progress<'_>,
) -> Result<usize, RunError> {
    let shared = super::County {
        issuer: &county.workspace.issuer,
        year: county.run.year,
        date: county.date,
        schemes: &county.schemes,
        categories: &county.workspace.categories,
        deadlines: &deadlines(county),
    };
    let mut names = Names::default();
    let jobs: Vec<(usize, String)> = (0..county.register.branches.len())
        .filter(|branch| county.wants(*branch))
        .map(|at| {
            let branch = &county.register.branches[at];
            let folder = folders.get(branch.committee.as_str()).map_or("", String::as_str);
            (at, format!("{folder}/{}", names.claim(&format!("{}-{}", branch.code, branch.name), ".xlsx")))
        })
        .collect();
    let done = AtomicUsize::new(0);
    jobs.par_iter().try_for_each(|(at, path)| {
        let branch = &county.register.branches[*at];
        let roster = rosters.get(at).map(Vec::as_slice).unwrap_or_default();
        let book = super::workbook(&shared, branch, roster, &|category| county.scheme_of(*at, category));
        let failed = |error: String| RunError::Document { what: "空白报送表".into(), branch: branch.code.clone(), error };
        let bytes = blank::write(&book).map_err(|error| failed(error.to_string()))?;
        progress(Stage::Write, done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
        Ok::<(), RunError>(staging.write(path, &bytes)?)
    })?;
    Ok(jobs.len())
}

/// By when each period's submission is due, in the order of the year.
fn deadlines(county: &Setup) -> Vec<(Period, NaiveDate)> {
    let mut all: Vec<Period> = [Every::Month, Every::Quarter, Every::Half, Every::Year].into_iter().flat_map(Every::all).collect();
    all.sort_by_key(|period| (period.last_month(), period.every()));
    let due = |period: Period| county.workspace.dates.due(RunPeriod { period, ..county.run });
    all.into_iter().filter_map(|period| Some((period, due(period)?))).collect()
}

/// Rosters of the county's own list of members.
fn of_member_list(county: &Setup, file: &Path) -> Result<Rosters, RunError> {
    let list = member_list::read(county, file)?;
    let mut why = (Vec::new(), Vec::new());
    if !list.unplaced.is_empty() {
        let rows: usize = list.unplaced.values().sum();
        let names = list.unplaced.keys().take(LISTED).cloned().collect::<Vec<_>>();
        why.0.push(format!("有 {rows} 行的支部在机构名册里没有，或者不止一个，没有用上：{}", names.join("、")));
        why.1.push(format!("{rows} rows were not used, their branches being none or several of the register's: {}", names.join(", ")));
    }
    if list.damaged > 0 {
        why.0.push(format!("有 {} 个身份证号存成了数字，后几位已经丢失，没有用上；请在名单里设为文本重新填写", list.damaged));
        why.1.push(format!(
            "{} identity numbers are stored as numbers, have lost digits and were not used: retype them as text",
            list.damaged
        ));
    }
    let said = (!why.0.is_empty()).then(|| Said::new(why.0.join("；"), why.1.join("; ")));
    Ok((list.branches, said))
}

/// Names that are listed at most.
const LISTED: usize = 10;

/// The newest roster of each branch that the folder holds. Submissions know more of a member than results do, so results
/// are looked at for branches without a submission only.
fn last_rosters(county: &Setup, folder: &Path, progress: Progress<'_>) -> Result<Rosters, RunError> {
    let mut results = Vec::new();
    let mut found = Vec::new();
    let mut why = None;
    let bags = own_bags(county, folder);
    // Forms are workbooks too: in an out folder there is nothing else, and reading them would find no roster.
    if !bags.is_empty() {
        for bag in bags {
            found.extend(submitted(county, &bag.join(Payload::ORIGINALS), &first_state(&bag)?, progress)?);
        }
    } else if let Some(inbox) = inbox_of(folder) {
        found = submitted(county, &inbox, &FirstState::default(), progress)?;
    } else {
        results = results_files(folder);
        if results.is_empty() {
            found = submitted(county, folder, &FirstState::default(), progress)?;
        } else {
            why = Some(Said::new(
                "运行结果里没有身份证号、性别、出生日期和职务；请改用那一年的收件文件夹、工作区、归档包，或全县党员名单",
                "results hold no identity numbers, sex, dates of birth or posts: name that year's inbox, workspace or archive, or a member list",
            ));
        }
    }
    // A corrected copy stands for what it corrects, whatever the dates.
    let corrected: BTreeSet<String> =
        found.iter().filter_map(|one| one.corrects.as_ref().map(|digest| digest.to_ascii_lowercase())).collect();
    found.retain(|one| !corrected.contains(&digest::hex(&one.digest)));
    let mut newest: BTreeMap<usize, Found> = BTreeMap::new();
    let mut keep = |one: Found| {
        if newest.get(&one.branch).is_none_or(|other| other.age < one.age) {
            newest.insert(one.branch, one);
        }
    };
    found.into_iter().for_each(&mut keep);
    let known: Vec<usize> = newest.keys().copied().collect();
    let mut keep = |one: Found| {
        if !known.contains(&one.branch) && newest.get(&one.branch).is_none_or(|other| other.age < one.age) {
            newest.insert(one.branch, one);
        }
    };
    for path in results {
        let text = inside::own_text(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        published(county, &text).into_iter().for_each(&mut keep);
    }
    let this_year = i64::from(county.run.year);
    let carried = |one: Found| -> Vec<Listed> {
        if one.age.0 < this_year { one.members.into_iter().filter_map(Listed::next_year).collect() } else { one.members }
    };
    Ok((newest.into_iter().map(|(branch, one)| (branch, carried(one))).filter(|(_, members)| !members.is_empty()).collect(), why))
}

/// The folder if it is a bag, else the bags in it that are this county's.
fn own_bags(county: &Setup, folder: &Path) -> Vec<PathBuf> {
    if folder.join("bagit.txt").is_file() {
        return vec![folder.to_owned()];
    }
    let own = |bag: &PathBuf| {
        let info = inside::own_text(&bag.join("bag-info.txt")).unwrap_or_default();
        info.lines().any(|line| line.strip_prefix("Scorebook-County: ").is_some_and(|name| name.trim() == county.workspace.county))
    };
    bags_below(folder).unwrap_or_default().into_iter().filter(own).collect()
}

/// `results.jsonl` in the folder itself, in a folder of it (an out folder with its periods), or in an archive's.
fn results_files(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).max_depth(4).sort_by_file_name();
    let visible = |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let files = walk.into_iter().filter_entry(visible).filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.filter(|entry| entry.file_name() == "results.jsonl").map(walkdir::DirEntry::into_path).collect()
}

/// Rosters of submissions, whatever is wrong with the rest of them.
fn submitted(county: &Setup, folder: &Path, first: &FirstState, progress: Progress<'_>) -> Result<Vec<Found>, RunError> {
    let limits = inbox::Limits::default();
    let (mut files, mut findings) = inbox::list(folder, &county.workspace.ignore, &limits)?;
    restore_names(first, &mut files, &mut findings);
    let files = intake::group(county, files, &limits);
    let done = AtomicUsize::new(0);
    let read = |file: &Submitted| {
        let fenced = std::panic::AssertUnwindSafe(|| read_roster(county, file, &limits));
        let found = std::panic::catch_unwind(fenced).ok().flatten();
        progress(Stage::Gather, done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        found
    };
    Ok(files.par_iter().filter_map(read).collect())
}

fn read_roster(county: &Setup, file: &Submitted, limits: &inbox::Limits) -> Option<Found> {
    let opened = intake::open(county, file, limits).ok()?;
    let book = opened.book.ok()?;
    let (cover, _) = submission::read_cover(&book, &file.name, &county.intake);
    let branch = check::identify(&cover, &file.name, &county.register, county.workspace.year).branch?;
    let age = (
        cover.year.unwrap_or(0),
        cover.reported.map(|day| day.to_string()).unwrap_or_default(),
        book.modified.clone().unwrap_or_default(),
        file.name.to_string(),
    );
    let read = |expected: &Expected<'_>| submission::read(&book, cover, &file.name, expected);
    let (submission, _) = county.expecting(Whose::Branch(branch), None, Share::default(), read);
    let members = submission.members.iter().filter(|member| member.repeats.is_none() && !member.name.is_empty()).map(Listed::from);
    let members = members.collect();
    Some(Found { branch, digest: intake::digest(&opened.prints), corrects: book.returns, age, members })
}

/// Rosters as `results.jsonl` tells them: number, name, category and status.
fn published(county: &Setup, text: &str) -> Vec<Found> {
    let mut found: BTreeMap<usize, Found> = BTreeMap::new();
    for row in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let Some(branch) = county.register.by_code(&word("branch_code")).filter(|_| word("subject") == "member") else { continue };
        let exempt = row["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "exempt"));
        let listed = Listed {
            seq: row["seq"].as_i64().unwrap_or(0),
            name: word("name"),
            category: word("category"),
            probationary: word("status").starts_with("预备"),
            first_month: 1,
            last_month: 12,
            // Why is not among the results; who decides for the new year sees that there was a reason.
            remark: exempt.then(|| "上次免积分，仍免的请填免积分原因".to_owned()),
            ..Listed::default()
        };
        // By the month it ends with, and then its name: 2026 and 2026Q4 are equally new, and alike.
        let last = RunPeriod::parse(&word("period")).map_or(0, |run| run.period.last_month());
        let age = (row["year"].as_i64().unwrap_or(0), format!("{last:02}"), word("period"), String::new());
        let one = found.entry(branch).or_insert_with(|| Found { branch, digest: [0; 32], corrects: None, age, members: Vec::new() });
        one.members.push(listed);
    }
    found.into_values().collect()
}
