//! `scorebook print`: the forms of many branches as few documents, one per committee and form, ready for the printer.
//!
//! ```text
//!   the draft, as long as it is what the workspace gives ─▶ drawn again as one document
//!   else what is posted                                  ─▶ the record's own boards, bound together
//! ```

mod list;

pub use crate::run::Volume;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::county::Branch;
use crate::forms::{BOARD, FORMS, Form, Kind};
use crate::pdf;
use crate::period::RunPeriod;
use crate::post;
use crate::publish::{Names, Staging};
use crate::record::{Record, Records};
use crate::run::{
    Begins, Options, Progress, Resolved, RunError, Setup, Templates, gather_all, in_pool, out_folder, prepare, refused, volumes,
};

/// The folder of what is printed, in the workspace.
pub const FOLDER: &str = "打印";

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrintOrder {
    /// One document for the whole county in place of one per committee.
    pub whole: bool,
    /// How many copies of each the list counts.
    pub copies: u32,
    /// What is posted: record n, or for each branch what stands.
    pub posted: Option<Option<u32>>,
}

/// What was made.
#[derive(Debug)]
pub struct Printed {
    /// Where it is.
    pub folder: PathBuf,
    /// The period.
    pub run: RunPeriod,
    /// True of recorded boards.
    pub posted: bool,
    /// Why the record that was asked for was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// The documents.
    pub volumes: Vec<Volume>,
}

/// Makes the documents and their list. What cannot be printed is said before anything is written.
pub fn print(options: &Options, order: &PrintOrder, progress: Progress<'_>) -> Result<Printed, RunError> {
    let mut county = prepare(options)?;
    let records = Records::read(&county.workspace.root)?;
    let run = match options.period {
        Some(run) => run,
        None => post::draft_period(&county, options, &records)?,
    };
    county.turn_to(run, options);
    let draft = if order.posted.is_none() { draft(&mut county, options, run, progress)? } else { None };
    let boards = if draft.is_none() { boards(&county, &records, run, order)? } else { Vec::new() };
    let staging = Staging::open(&county.workspace.root.join(FOLDER), &run.to_string())?;
    let posted = draft.is_none();
    let volumes = match &draft {
        Some((resolved, templates)) => in_pool(options.jobs, || volumes(&county, resolved, templates, !order.whole, &staging))??,
        None => bound(&county, boards, &staging)?,
    };
    staging.write("打印清单.xlsx", &list::list(&county, run, &volumes, order.copies)?)?;
    let outputs: Vec<Value> =
        staging.written().into_iter().map(|(file, one)| json!({ "file": file, "sha256": one.digest, "bytes": one.size })).collect();
    staging.write_manifest(json!({
        "program": "scorebook",
        "version": env!("CARGO_PKG_VERSION"),
        "period": run.to_string(),
        "posted": posted,
        "outputs": outputs,
    }))?;
    let folder = staging.publish()?.folder;
    // Only a record that is asked for by its number may be one that no longer stands.
    let asked = order.posted.flatten().and_then(|n| records.all.iter().find(|record| record.run == run && record.n == n));
    let withdrawn = asked.and_then(|record| record.withdrawn.as_ref()).map(|withdrawal| withdrawal.reason.clone());
    Ok(Printed { folder, run, posted, withdrawn, volumes })
}

/// What the draft was made of, read again; none if there is no draft or the workspace gives another by now.
fn draft(county: &mut Setup, options: &Options, run: RunPeriod, progress: Progress<'_>) -> Result<Option<(Resolved, Templates)>, RunError> {
    let path = out_folder(options).join(run.to_string()).join("manifest.json");
    let Ok(bytes) = std::fs::read(&path) else { return Ok(None) };
    let manifest: Manifest = serde_json::from_slice(&bytes).unwrap_or_default();
    drop(bytes);
    // The papers bear the date that the run was told.
    let date = manifest.date.as_deref().filter(|_| matches!(manifest.date_from.as_deref(), Some("argument" | "today")));
    let options = Options { date: date.and_then(|date| date.parse().ok()), period: Some(run), ..options.clone() };
    county.turn_to(run, &options);
    let templates = Templates::of(&options, county, wanted(&options, &manifest)?)?;
    let known = pairs(manifest.templates);
    let schemes: BTreeMap<String, String> = county.schemes.iter().map(|one| (one.id.clone(), one.digest.clone())).collect();
    let same = pairs(manifest.configuration) == county.configuration.iter().cloned().collect()
        && pairs(manifest.schemes) == schemes
        && templates.digests().into_iter().all(|(name, digest)| known.get(name).is_some_and(|own| own == digest));
    if !same {
        return Ok(None);
    }
    let resolved = in_pool(options.jobs, || gather_all(county, &templates.fonts, None, progress))??;
    let inputs: BTreeMap<String, String> = resolved.inputs.iter().map(|(name, digest, _)| (name.to_string(), digest.clone())).collect();
    Ok((inputs == pairs(manifest.inputs)).then_some((resolved, templates)))
}

/// What a draft's manifest says of what it was made of. The rest of it, a line per document, is as large as all submissions together.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    date: Option<String>,
    date_from: Option<String>,
    configuration: Vec<Named>,
    schemes: Vec<Named>,
    templates: Vec<Named>,
    inputs: Vec<Named>,
    outputs: Vec<Named>,
}

/// A file or another thing with its digest.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(alias = "file", alias = "id")]
    name: String,
    sha256: Option<String>,
}

/// Names with their digests.
fn pairs(list: Vec<Named>) -> BTreeMap<String, String> {
    list.into_iter().map(|one| (one.name, one.sha256.unwrap_or_default())).collect()
}

/// Forms that are asked for, else all of branches that the draft has.
fn wanted(options: &Options, manifest: &Manifest) -> Result<Vec<&'static Form>, RunError> {
    let of_branches = || FORMS.iter().filter(|form| form.is_for(Kind::Branch));
    let files: Vec<&str> = manifest.outputs.iter().map(|one| one.name.as_str()).collect();
    let has = |form: &&Form| files.iter().any(|file| file.starts_with("支部/") && file.ends_with(&format!("/{}.pdf", form.title)));
    if let Some(asked) = &options.forms {
        if let Some(other) = asked.iter().find(|id| !of_branches().any(|form| form.id == id.as_str())) {
            let all = of_branches().map(|form| format!("{}（{}）", form.id, form.title)).collect::<Vec<_>>().join(" ");
            return Err(refused(
                format!("--forms：“{other}”不是支部的表；可以打印的有：{all}"),
                format!("--forms: `{other}` is no form of branches; those that can be printed: {all}"),
            ));
        }
        let asked: Vec<&'static Form> = of_branches().filter(|form| asked.iter().any(|id| id == form.id)).collect();
        if let Some(absent) = asked.iter().find(|form| !has(form)) {
            return Err(refused(
                format!("结果里没有《{}》：没有要写的，或运行时没有写这张表；请先运行 scorebook run --forms {}", absent.title, absent.id),
                format!(
                    "the result has no {}: there is nothing on it, or the run did not write it; first run scorebook run --forms {}",
                    absent.title, absent.id
                ),
            ));
        }
        return Ok(asked);
    }
    Ok(of_branches().filter(has).collect())
}

/// A recorded board.
struct Board<'a> {
    branch: &'a Branch,
    bytes: Vec<u8>,
}

/// Recorded boards in the register's order, with the committee if each committee has a document of its own.
type Boards<'a> = Vec<(Option<&'a str>, Vec<Board<'a>>)>;

fn boards<'a>(county: &'a Setup, records: &Records, run: RunPeriod, order: &PrintOrder) -> Result<Boards<'a>, RunError> {
    let number = order.posted.flatten();
    let record_of = |code: &str| -> Option<&Record> {
        match number {
            Some(n) => records.all.iter().find(|record| record.run == run && record.n == n),
            None => records.standing(run, code).map(|at| &records.all[at]),
        }
    };
    let mut groups: Boards<'a> = Vec::new();
    for branch in &county.register.branches {
        let Some(record) = record_of(&branch.code) else { continue };
        let Some(posting) = record.whole()? else { continue };
        let Some(own) = posting.branches.iter().find(|one| one.code == branch.code) else { continue };
        let is_pdf = |file: &&String| Path::new(file).extension().is_some_and(|extension| extension == "pdf");
        let Some(file) = own.boards.iter().find(is_pdf) else { continue };
        // A board that is recorded and cannot be read must not be missing on the wall without a word.
        let path = record.folder.join(file);
        let bytes = std::fs::read(&path).map_err(|source| RunError::Io { path, source })?;
        let committee = (!order.whole).then_some(branch.committee.as_str());
        match groups.iter_mut().find(|(of, _)| *of == committee) {
            Some((_, all)) => all.push(Board { branch, bytes }),
            None => groups.push((committee, vec![Board { branch, bytes }])),
        }
    }
    if groups.is_empty() {
        return Err(refused(
            format!(
                "{} 没有可打印的：结果不存在，或收件、名册、设置、细则、表样在运行之后有变动，也没有登记过公示；请先运行 scorebook run --period {run}",
                run.zh()
            ),
            format!(
                "{run}: nothing to print: there is no result, or submissions, register, settings, schemes or templates have changed since, and nothing was posted; first run scorebook run --period {run}"
            ),
        ));
    }
    Ok(groups)
}

/// Recorded boards bound together, a document per group.
fn bound(county: &Setup, groups: Boards<'_>, staging: &Staging) -> Result<Vec<Volume>, RunError> {
    let mut names = Names::default();
    let mut all = Vec::new();
    for (committee, boards) in groups {
        let file = names.claim(&format!("{}-{}", committee.unwrap_or(&county.workspace.county), BOARD.title), ".pdf");
        let parts: Vec<(&str, &[u8])> = boards.iter().map(|board| (board.branch.name.as_str(), board.bytes.as_slice())).collect();
        let failed = |error: pdf::PdfError| RunError::Document { what: file.clone(), branch: String::new(), error: error.to_string() };
        let bound = pdf::bind(&parts).map_err(failed)?;
        staging.write(&file, &bound.bytes)?;
        let mut page = 1;
        let begins = boards.iter().zip(&bound.pages).map(|(board, pages)| {
            page += pages;
            Begins { code: board.branch.code.clone(), name: board.branch.name.clone(), page: page - pages, pages: *pages }
        });
        let branches = begins.collect();
        all.push(Volume { file, committee: committee.map(str::to_owned), title: BOARD.title, paper: bound.paper, branches });
    }
    Ok(all)
}
