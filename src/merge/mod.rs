//! Several runs over disjoint branches become one: what a county that is too large for one machine does.
//!
//! Each run leaves `merge.json`, its state after the first pass: the register's rows, what became of each branch, findings
//! with their values, and people by the key of their identity number. Results come from `results.jsonl`. From these the
//! county's tables are written anew by the same code as in a run; forms are copied, for a branch's and a committee's forms
//! rest on nothing outside it. What only the whole county can show, one person in two branches, is looked for again.

mod absent;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::check::{Person, same_person_in_branches};
use crate::county::{Branch, CountyError, Known, Register, Transfers, Workspace, workspace_of};
use crate::diag::{Code, Finding, Place};
use crate::exact::{Decimal, Exact};
use crate::fence::Fence;
use crate::inside::{self, Inside};
use crate::period::{Calendar, RunPeriod};
use crate::publish::{Kept, Staging, guard};
use crate::rollup::{Change, Outcome, OutcomeKind, Unusual};
use crate::run::intake::Submitted;
use crate::run::state::{Line, State, finding, place, shared};
use crate::run::{
    BranchResult, BranchScores, BranchState, Comparison, Dates, FirstState, Resolved, RunError, Setup, forget_usual_categories, refused,
    sort_findings, terms_of, whole_configuration, write_data,
};
use crate::scheme::{self, Among, Scheme};
use crate::score::{Flag, Score};
use crate::submission::{Intake, Member, Roll, Submission};

/// Bytes of one text that a run left at most.
const MOST_TEXT: u64 = 1 << 30;

/// A run's folder with its state and manifest.
struct Shard {
    folder: PathBuf,
    state: State,
    manifest: Value,
    results: String,
}

impl Shard {
    /// Every file that the run says it made in a folder, by its path; what stands at the top is made anew. Parts come from
    /// other machines: a path that leads anywhere else is refused.
    fn forms(&self) -> Result<Vec<(Inside, &Value)>, RunError> {
        let outputs = self.manifest["outputs"].as_array().into_iter().flatten();
        let forms = outputs.filter_map(|output| Some((output["file"].as_str().filter(|file| file.contains('/'))?, output)));
        forms
            .map(|(file, output)| {
                let path = Inside::new(file).filter(|path| FOLDERS.iter().any(|folder| path.as_str().starts_with(folder)));
                path.map(|path| (path, output)).ok_or_else(|| {
                    let folder = self.folder.display();
                    refused(
                        format!("{folder} 的 manifest.json 里有不该有的路径“{file}”，不能合并"),
                        format!("manifest.json of {folder} names the path “{file}”, which no result has; it cannot be merged"),
                    )
                })
            })
            .collect()
    }

    /// Folders with something in them: the county's overview links to nothing else.
    fn folders(&self) -> Result<BTreeSet<String>, RunError> {
        let folder = |(path, _): &(Inside, &Value)| path.as_str().rsplit_once('/').map(|(folder, _)| folder.to_owned());
        Ok(self.forms()?.iter().filter_map(folder).collect())
    }
}

/// Where a result has its forms.
const FOLDERS: [&str; 2] = ["支部/", "党委/"];

/// What a merge tells.
#[derive(Debug)]
pub struct Merged {
    /// Where the result is.
    pub folder: PathBuf,
    /// What people had there.
    pub kept: Kept,
    /// Branches accepted, returned, missing.
    pub branches: [usize; 3],
    /// Runs put together.
    pub runs: usize,
    /// Titles of the county's own forms, which the parts have and the whole lacks.
    pub absent: Vec<&'static str>,
}

/// Puts runs over disjoint branches together, into `out/<period>`.
pub fn merge(outs: &[PathBuf], out: &Path) -> Result<Merged, RunError> {
    let mut shards = outs.iter().map(|folder| read(folder)).collect::<Result<Vec<_>, _>>()?;
    // A result that is merged is not replaced by what comes out.
    if let Some(period) = shards.first().map(|shard| &shard.state.period) {
        let parts: Vec<&Path> = shards.iter().map(|shard| shard.folder.as_path()).collect();
        guard(&out.join(period), &parts, None)?;
    }
    // The order of the arguments changes nothing.
    shards.sort_by(|a, b| {
        let first = |shard: &Shard| shard.state.branches.iter().map(|line| line.branch.code.clone()).min();
        first(a).cmp(&first(b))
    });
    fit(&shards)?;
    let county = county(&shards)?;
    ranked_apart(&shards, &county)?;
    let (resolved, folders) = resolved(&shards, &county)?;
    let staging = Staging::open(out, &county.run.to_string())?;
    write(&shards, &county, &resolved, &folders, &staging)?;
    let count = |wanted: fn(&BranchState) -> bool| resolved.states().filter(|state| wanted(state)).count();
    let branches = [
        count(|state| matches!(state, BranchState::Accepted(_))),
        count(|state| matches!(state, BranchState::Returned)),
        count(|state| matches!(state, BranchState::Missing)),
    ];
    let published = staging.publish()?;
    Ok(Merged { folder: published.folder, kept: published.kept, branches, runs: shards.len(), absent: absent::county_forms(&shards) })
}

/// A run's folder, `out/2026`, or the `out` that holds only one.
fn read(given: &Path) -> Result<Shard, RunError> {
    let mut folder = given.to_owned();
    if !folder.join("merge.json").is_file() {
        let below = std::fs::read_dir(given).map_err(|source| RunError::Io { path: given.to_owned(), source })?;
        let runs: Vec<PathBuf> =
            below.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join("merge.json").is_file()).collect();
        match runs.as_slice() {
            [one] => folder.clone_from(one),
            _ => {
                return Err(refused(
                    format!("{} 不是一次运行的结果（没有 merge.json）；请写明期间的文件夹，如 out/2026", given.display()),
                    format!("{} is not the result of one run (no merge.json); name a period's folder, such as out/2026", given.display()),
                ));
            }
        }
    }
    let text = |name: &str| {
        let path = folder.join(name);
        let bytes = inside::read(&path, MOST_TEXT).map_err(|source| RunError::Io { path: path.clone(), source })?;
        String::from_utf8(bytes).map_err(|error| {
            refused(format!("{} 看不懂：{error}", path.display()), format!("{} cannot be understood: {error}", path.display()))
        })
    };
    let damaged = |error: serde_json::Error| {
        refused(format!("{} 看不懂：{error}", folder.display()), format!("{} cannot be understood: {error}", folder.display()))
    };
    let state: State = serde_json::from_str(&text("merge.json")?).map_err(damaged)?;
    let manifest = serde_json::from_str(&text("manifest.json")?).map_err(damaged)?;
    Ok(Shard { state, manifest, results: text("results.jsonl")?, folder })
}

/// Refuses runs that cannot be parts of one.
fn fit(shards: &[Shard]) -> Result<(), RunError> {
    let Some((first, rest)) = shards.split_first() else {
        return Err(refused("没有可合并的结果", "there is nothing to merge"));
    };
    let path = |shard: &Shard| shard.folder.display().to_string();
    for shard in rest {
        let (one, other) = (&first.state, &shard.state);
        let differs = [
            (one.version != other.version, "程序版本", "the program's version"),
            (one.period != other.period, "期间", "the period"),
            (one.date != other.date, "日期", "the date"),
            (one.schemes != other.schemes, "积分细则", "the schemes"),
            (!mean_the_same(one, other), "设置（名册、收件文件夹、密码除外）", "the settings (but for register, inbox, passwords)"),
            (one.person_key != other.person_key, "person_key", "person_key in scorebook.toml"),
            (first.manifest["pdf_engine"] != shard.manifest["pdf_engine"], "PDF 引擎", "the PDF engine"),
            (shared(&first.manifest) != shared(&shard.manifest), "工作日历或 templates/intake.toml", "a calendar or templates/intake.toml"),
            (first.manifest["templates"] != shard.manifest["templates"], "表样", "the templates"),
        ];
        if let Some((_, zh, en)) = differs.iter().find(|(differs, ..)| *differs) {
            return Err(refused(
                format!("{} 与 {} 的{zh}不同，不能合并", path(first), path(shard)),
                format!("{} and {} cannot be merged: {en} differs", path(first), path(shard)),
            ));
        }
    }
    let mut codes: BTreeMap<&str, &Shard> = BTreeMap::new();
    let mut committees: BTreeMap<&str, &Shard> = BTreeMap::new();
    for shard in shards {
        for line in &shard.state.branches {
            if let Some(other) = codes.insert(&line.branch.code, shard) {
                return Err(refused(
                    format!("支部 {} 同时在 {} 和 {} 中", line.branch.code, path(other), path(shard)),
                    format!("branch {} is in both {} and {}", line.branch.code, path(other), path(shard)),
                ));
            }
            let other = committees.insert(&line.branch.committee, shard);
            if let Some(other) = other.filter(|other| !std::ptr::eq(*other, shard)) {
                return Err(refused(
                    format!("{} 的支部分在 {} 和 {} 中；请按党委划分", line.branch.committee, path(other), path(shard)),
                    format!("{} has branches in both {} and {}; split by committee", line.branch.committee, path(other), path(shard)),
                ));
            }
        }
    }
    Ok(())
}

/// Refuses parts whose members would have to be ranked with each other: their forms bear grades already. A committee is in one part.
fn ranked_apart(shards: &[Shard], county: &Setup) -> Result<(), RunError> {
    let every = county.run.period.every();
    let over_county = |scheme: &&Scheme| shards.len() > 1 && scheme.ranks_beyond(every) == Some(Among::County);
    let Some(scheme) = county.schemes.iter().find(over_county) else { return Ok(()) };
    Err(refused(
        format!("细则“{}”按全县排名评等次，分开运行的结果不能合并；请把全县放在一起运行", scheme.name),
        format!(
            "the scheme “{}” grades by rank over the whole county, so runs over parts of it cannot be merged; run the county as one",
            scheme.name
        ),
    ))
}

/// The settings that a run had.
fn settings(state: &State) -> Result<Workspace, CountyError> {
    let schemes: Vec<(String, String)> =
        state.schemes.iter().map(|(id, text)| (id.clone(), scheme::name_of(text).unwrap_or_default())).collect();
    // Register and inbox are where each run had them; nothing of the whole is read from either.
    let known = Known { schemes: &schemes, forms: &crate::forms::named() };
    workspace_of(&format!("register = '-'\ninbox = '-'\n{}", state.rules), &known)
}

/// True if two runs had the same settings, whatever file and words they are written in.
fn mean_the_same(one: &State, other: &State) -> bool {
    one.rules == other.rules || matches!((settings(one), settings(other)), (Ok(one), Ok(other)) if one.rules() == other.rules())
}

fn county(shards: &[Shard]) -> Result<Setup, RunError> {
    let first = &shards[0].state;
    let mut workspace = settings(first)?;
    let mut schemes = Vec::new();
    for (id, text) in &first.schemes {
        let loaded = scheme::load_for(text, id, &workspace.categories);
        let mut scheme: Scheme = loaded.map_err(|error| RunError::Config { file: id.clone(), error })?;
        let digests = shards[0].manifest["schemes"].as_array().into_iter().flatten();
        let digest = digests.filter(|one| one["id"] == **id).find_map(|one| one["sha256"].as_str());
        digest.unwrap_or_default().clone_into(&mut scheme.digest);
        schemes.push(scheme);
    }
    let terms = terms_of(&schemes)?;
    forget_usual_categories(&mut workspace, &terms);
    let mut branches: Vec<Branch> = shards.iter().flat_map(|shard| shard.state.branches.iter().map(|line| line.branch.clone())).collect();
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    let run = RunPeriod::parse(&first.period).unwrap_or(RunPeriod { year: workspace.year, period: crate::period::Period::YEAR });
    let date = first.date.parse().unwrap_or_else(|_| run.last_day());
    let dates = Dates::of_parts(date, &workspace, run);
    let fence = Fence::new(None, workspace.passwords.clone());
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let configuration = shared(&shards[0].manifest).into_iter().map(|one| (text(one, "file"), text(one, "sha256"))).collect();
    Ok(Setup {
        workspace,
        register: Register { branches, ..Register::default() },
        terms,
        schemes,
        intake: Intake::default(),
        calendar: Calendar::default(),
        run,
        dates,
        date,
        only: Vec::new(),
        fence,
        configuration,
        first: FirstState::default(),
        kept: None,
        full_ids: false,
    })
}

type Whole = (Resolved, BTreeMap<usize, String>);

fn resolved(shards: &[Shard], county: &Setup) -> Result<Whole, RunError> {
    let count = county.register.branches.len();
    let mut whole = Resolved {
        branches: (0..count).map(|_| BranchResult::of(BranchState::Missing)).collect(),
        findings: Vec::new(),
        people: Vec::new(),
        inputs: Vec::new(),
        cells: 0,
        comparison: Comparison::default(),
        fields: std::sync::Arc::default(),
    };
    let mut folders = BTreeMap::new();
    let mut parts = vec![0; count];
    for (part, shard) in shards.iter().enumerate() {
        let mut cards = cards(shard, county)?;
        let known = shard.folders()?;
        for line in &shard.state.branches {
            let Some(at) = county.register.by_code(&line.branch.code) else { continue };
            parts[at] = part;
            whole.branches[at].sources = line.file.as_deref().map(Submitted::named).into_iter().collect();
            whole.branches[at].state = match line.state.as_str() {
                "accepted" => {
                    let card = cards.remove(&line.branch.code).unwrap_or_else(|| empty(line));
                    BranchState::Accepted(Box::new(card))
                }
                "returned" => BranchState::Returned,
                "not-owed" => BranchState::NotOwed,
                _ => BranchState::Missing,
            };
            folders.extend(line.folder.as_ref().filter(|folder| known.contains(*folder)).map(|folder| (at, folder.clone())));
        }
        for found in shard.state.findings.iter().filter_map(finding).filter(|finding| finding.code != Code::MemberInTwoBranches) {
            // What is about the county itself, such as its posting date, stands in every part and is one finding.
            let about_county = found.branch_code.is_none() && found.place.file.is_none();
            if !about_county || !whole.findings.contains(&found) {
                whole.findings.push(found);
            }
        }
        whole.people.extend(shard.state.people.iter().filter_map(|known| {
            Some(Person {
                id: known.key.as_str().into(),
                name: known.name.as_str().into(),
                branch: county.register.by_code(&known.branch_code)?,
                first_month: known.months.0,
                last_month: known.months.1,
                dated: known.dated,
                place: place(&known.place),
            })
        }));
        compared(&shard.state, county, &mut whole.comparison);
        whole.inputs.extend(shard.state.inputs.iter().map(|(name, digest, size)| (name.as_str().into(), digest.clone(), *size)));
        whole.cells += shard.state.cells;
    }
    let across = same_person_in_branches(&mut whole.people, &county.register.branches);
    for finding in across.iter().filter(|finding| finding.code == Code::MemberInTwoBranches) {
        let at = finding.branch_code.as_deref().and_then(|code| county.register.by_code(code));
        if let Some(at) = at
            && matches!(whole.branches[at].state, BranchState::Accepted(_))
        {
            // Its forms are written already and would have to be taken back.
            let (branch, said) = (&county.register.branches[at], finding.value.clone().unwrap_or_default());
            return Err(refused(
                format!("{said}（支部 {}）在另一部分的支部里也有同一身份证号，月份重叠；请先更正，再重新运行和合并", branch.code),
                format!(
                    "{said} of branch {} has the identity number of a member in another run, in the same months; mend that, run and merge again",
                    branch.code
                ),
            ));
        }
    }
    let each = moved_across(&whole, &parts, county)?;
    count_once(&mut whole, &parts, county);
    // What a part says of a move within it stands.
    let told = |finding: &Finding| {
        let same = |other: &Finding| (other.code, &other.branch_code, &other.place) == (finding.code, &finding.branch_code, &finding.place);
        whole.findings.iter().any(same)
    };
    let new = across.into_iter().filter(|finding| !told(finding));
    let new: Vec<Finding> = new.map(|finding| if each.contains(&finding.place) { finding.arg("how", "each") } else { finding }).collect();
    whole.findings.extend(new);
    sort_findings(&mut whole.findings);
    county.put_in_terms(&mut whole.findings);
    whole.inputs.sort();
    whole.comparison.unusual.sort_by_key(|unusual| unusual.branch);
    Ok((whole, folders))
}

/// Places of those who moved from one part to another and are scored in both. With `transfers = "last"` one branch scores the
/// year from the entries of both, which no part alone has: such parts are refused.
fn moved_across(whole: &Resolved, parts: &[usize], county: &Setup) -> Result<Vec<Place>, RunError> {
    let scheme = |one: &Person| {
        let BranchState::Accepted(card) = &whole.branches[one.branch].state else { return None };
        card.submission.members.iter().find(|member| *member.name == *one.name).map(|member| member.scheme)
    };
    let mut each = Vec::new();
    for group in whole.people.chunk_by(|one, other| one.id == other.id) {
        let pairs = group.iter().enumerate().flat_map(|(at, one)| group[at + 1..].iter().map(move |other| (one, other)));
        for (one, other) in pairs.filter(|(one, other)| parts[one.branch] != parts[other.branch]) {
            let (Some(here), Some(there)) = (scheme(one), scheme(other)) else { continue };
            // A run that ends before the later branch has him is as it was before the move.
            let moved = one.first_month.max(other.first_month) <= county.run.period.last_month();
            if here == there && moved && county.workspace.transfers == Transfers::Last {
                let code = |one: &Person| &county.register.branches[one.branch].code;
                let (name, here, there) = (&one.name, code(one), code(other));
                return Err(refused(
                    format!(
                        "“{name}”从支部 {here} 和 {there} 中的一个转到另一个，全年应由后一个支部用两边的登记计算，而两个支部分在两次运行里；请把这两个支部放在同一部分运行，或在各部分的设置里写 transfers = \"each\"（调动计分：各计各的）"
                    ),
                    format!(
                        "{name} moved between branches {here} and {there}, and the later branch scores the year from the entries of both, but the two are in different runs; run them in one part, or set transfers = \"each\" in every part"
                    ),
                ));
            }
            each.extend([one.place.clone(), other.place.clone()]);
        }
    }
    Ok(each)
}

/// Of those who moved from one part to another each part knows its own branches alone: one branch counts them.
fn count_once(whole: &mut Resolved, parts: &[usize], county: &Setup) {
    let mut elsewhere = Vec::new();
    for group in whole
        .people
        .chunk_by(|one, other| one.id == other.id)
        .filter(|group| group.iter().any(|one| parts[one.branch] != parts[group[0].branch]))
    {
        let mut group: Vec<&Person> = group.iter().collect();
        group.sort_by_key(|one| (one.first_month, one.last_month, one.branch));
        let (mut counted, mut left) = (None, Vec::new());
        for one in group {
            let Some((card, at)) = whole.branches[one.branch].state.card().zip(outcome_of(whole, one)) else { continue };
            match (card.outcomes[at].score.roll, counted) {
                (Roll::Here, Some(earlier)) if one.first_month <= county.run.period.last_month() => {
                    elsewhere.push(earlier);
                    counted = Some((one.branch, at));
                }
                (Roll::Here, Some(_)) => elsewhere.push((one.branch, at)),
                (Roll::Here, None) => counted = Some((one.branch, at)),
                (Roll::Left, _) => left.push((one.branch, at)),
                (Roll::Elsewhere, _) => {}
            }
        }
        elsewhere.extend(left.into_iter().filter(|_| counted.is_some()));
    }
    for (branch, at) in elsewhere {
        if let BranchState::Accepted(card) = &mut whole.branches[branch].state {
            card.outcomes[at].score.roll = Roll::Elsewhere;
        }
    }
}

/// The place of a member's outcome in his branch.
fn outcome_of(whole: &Resolved, person: &Person) -> Option<usize> {
    let card = whole.branches[person.branch].state.card()?;
    let at = card.submission.members.iter().position(|member| *member.name == *person.name)? as u32;
    card.outcomes.iter().position(|outcome| outcome.kind == OutcomeKind::Member(at))
}

/// What a run found beside other results. Changes and what is unusual are about one branch alone, so the whole county changes nothing in
/// them; of records of one period the latest says how far the county is.
fn compared(state: &State, county: &Setup, comparison: &mut Comparison) {
    for changed in &state.changes {
        let (Some(at), Some(run)) = (county.register.by_code(&changed.branch_code), RunPeriod::parse(&changed.period)) else { continue };
        // Whose position in the roster it was, only the forms asked, and they are made.
        comparison.changes.entry(at).or_default().push(Change {
            kind: None,
            name: changed.name.clone(),
            seq: changed.seq,
            scheme: changed.scheme.clone(),
            period: run.period,
            posted: changed.posted,
            old: changed.old.clone(),
            new: changed.new.clone(),
            by_scheme: changed.by_scheme,
            told: changed.told,
        });
    }
    comparison.unusual.extend(state.unusual.iter().filter_map(|odd| {
        Some(Unusual {
            branch: county.register.by_code(&odd.branch_code)?,
            kind: odd.kind,
            scheme: odd.scheme.as_ref().and_then(|id| county.schemes.iter().position(|scheme| scheme.id == *id)),
            now: odd.now.clone(),
            before: odd.before.clone(),
        })
    }));
    for (run, posted) in state.posted() {
        let latest = comparison.posted.entry(run).or_insert(posted);
        if (posted.date, posted.n) > (latest.date, latest.n) {
            *latest = posted;
        }
    }
    comparison.posted_branches.extend(state.posted_branches.iter().map(|(code, n)| (code.clone(), *n)));
}

fn empty(line: &Line) -> BranchScores {
    let file = line.file.as_deref().unwrap_or_default().into();
    BranchScores { submission: Submission::of_roster(file, Vec::new()), outcomes: Vec::new() }
}

/// The cards of a run's accepted branches, as far as the county's tables need them, from its results.
fn cards(shard: &Shard, county: &Setup) -> Result<BTreeMap<String, BranchScores>, RunError> {
    let lines: BTreeMap<&str, &Line> = shard.state.branches.iter().map(|line| (line.branch.code.as_str(), line)).collect();
    let mut cards: BTreeMap<String, BranchScores> = BTreeMap::new();
    for (number, text) in shard.results.lines().enumerate() {
        let path = shard.folder.join("results.jsonl");
        let broken = || {
            refused(
                format!("{} 第{}行看不懂", path.display(), number + 1),
                format!("{}, line {}: cannot be understood", path.display(), number + 1),
            )
        };
        let row: Value = serde_json::from_str(text).map_err(|_| broken())?;
        let code = row["branch_code"].as_str().ok_or_else(broken)?;
        let line = lines.get(code).ok_or_else(broken)?;
        let card = cards.entry(code.to_owned()).or_insert_with(|| empty(line));
        outcome(&row, county, card).ok_or_else(broken)?;
        // 截止月 alone takes nobody off the roll, whatever the flag says.
        if let (Some(last), Some(member)) = (card.outcomes.last_mut(), card.submission.members.last()) {
            let named = |all: &[(String, i64, String)]| {
                all.iter().any(|(own, seq, name)| own == code && *seq == member.seq && **name == *member.name)
            };
            last.score.roll = if named(&shard.state.elsewhere) || last.score.flags.contains(&Flag::MovedOut) {
                Roll::Elsewhere
            } else if last.score.stands() || named(&shard.state.staying) {
                Roll::Here
            } else {
                Roll::Left
            };
        }
    }
    Ok(cards)
}

/// Reads one line of `results.jsonl` back.
fn outcome(row: &Value, county: &Setup, card: &mut BranchScores) -> Option<()> {
    let word = |key: &str| row[key].as_str();
    let words = |key: &str| row[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    let at = county.schemes.iter().position(|scheme| Some(scheme.id.as_str()) == word("scheme"))?;
    let published = |text: &str| Some(Exact::from(Decimal::parse(text)?));
    let facts = county.schemes[at].veto.as_ref().map(|veto| veto.facts.as_slice()).unwrap_or_default();
    let score = Score {
        total: match word("total_exact") {
            Some(total) => Some(fraction(total)?),
            None => None,
        },
        board: word("board").and_then(published),
        figures: row["figures"].as_object()?.iter().filter_map(|(id, value)| Some((id.clone(), published(value.as_str()?)?))).collect(),
        grade: word("grade").map(str::to_owned),
        grading: None,
        stars: row["stars"].as_u64().map(|stars| stars as u8),
        veto: words("veto").into_iter().filter_map(|name| facts.iter().position(|fact| fact == name)).collect(),
        flags: words("flags").into_iter().filter_map(|word| Flag::ALL.into_iter().find(|flag| flag.word() == word)).collect(),
        roll: Roll::Here,
    };
    let kind = if word("subject")? == "member" {
        let mut member = Member::named(row["seq"].as_i64()?, word("name")?, word("category")?, at);
        member.written_probationary = word("status") == Some("预备党员");
        card.submission.members.push(member);
        OutcomeKind::Member(card.submission.members.len() as u32 - 1)
    } else {
        OutcomeKind::Branch
    };
    card.outcomes.push(Outcome {
        rank: row["rank"].as_u64().map(|rank| rank as u32),
        rank_of: row["rank_of"].as_u64().map(|rank| rank as u32),
        honours: words("honours").into_iter().map(str::to_owned).collect(),
        letter: word("letter").map(str::to_owned),
        ..Outcome::of(kind, at, score)
    });
    Some(())
}

/// `6749/75`, whole `102`.
fn fraction(text: &str) -> Option<Exact> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    Exact::fraction(above.parse().ok()?, below.parse().ok()?)
}

fn write(
    shards: &[Shard],
    county: &Setup,
    resolved: &Resolved,
    folders: &BTreeMap<usize, String>,
    staging: &Staging,
) -> Result<(), RunError> {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    for shard in shards {
        for (file, output) in shard.forms()? {
            if known.insert(file.to_string(), output.clone()).is_some() {
                return Err(refused(format!("有两个结果都含 {file}"), format!("two results hold {file}")));
            }
            let path = shard.folder.join(&file);
            let changed = || {
                refused(
                    format!("{} 在运行之后被改动过，不能合并", path.display()),
                    format!("{} was changed after its run and cannot be merged", path.display()),
                )
            };
            // 下发.zip holds a committee's whole result: no file is held as a whole.
            let from = match file.open(&shard.folder, output["bytes"].as_u64().unwrap_or(0)) {
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return Err(changed()),
                opened => opened.map_err(|source| RunError::Io { path: path.clone(), source })?,
            };
            if output["sha256"] != *staging.copy(file.as_str(), &path, from)?.digest {
                return Err(changed());
            }
        }
    }
    write_data(county, resolved, &county.issuer(), folders, &BTreeMap::new(), staging)?;
    let lists = |key: &str| {
        let mut seen = BTreeSet::new();
        let all = shards.iter().flat_map(|shard| shard.manifest[key].as_array().into_iter().flatten());
        let mut list: Vec<&Value> = all.filter(|one| seen.insert(one.to_string())).collect();
        list.sort_by_key(|one| one["file"].as_str().unwrap_or_default().as_bytes());
        json!(list)
    };
    let outputs: Vec<Value> = staging
        .written()
        .into_iter()
        .map(|(path, written)| {
            known.remove(&path).unwrap_or_else(|| json!({ "file": path, "sha256": written.digest, "bytes": written.size }))
        })
        .collect();
    let first = &shards[0].manifest;
    let runs: Vec<Value> =
        shards.iter().map(|shard| json!({ "branches": shard.state.branches.len(), "inputs": shard.state.inputs.len() })).collect();
    let whole = whole_configuration(county, &shards[0].state.rules);
    let manifest = json!({
        "program": "scorebook",
        "version": first["version"],
        "pdf_engine": first["pdf_engine"],
        "county": first["county"],
        "county_code": first["county_code"],
        "year": first["year"],
        "period": first["period"],
        "date": first["date"],
        "merged": runs,
        "merged_configuration": whole.iter().map(|(file, digest)| json!({ "file": file, "sha256": digest })).collect::<Vec<_>>(),
        "configuration": lists("configuration"),
        "schemes": first["schemes"],
        "templates": first["templates"],
        "inputs": lists("inputs"),
        "compared": lists("compared"),
        "outputs": outputs,
    });
    Ok(staging.write_manifest(manifest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fractions_as_results_write_them() {
        for text in ["6749/75", "102", "-1/3", "0"] {
            assert_eq!(fraction(text).map(|value| value.to_string()).as_deref(), Some(text));
        }
        assert!(fraction("1/0").is_none() && fraction("x").is_none());
    }
}
