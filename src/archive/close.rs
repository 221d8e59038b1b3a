//! Closing a year: what the run left and what it was made from go into one bag.
//!
//! The archive repeats the run's reading and scoring, for two reasons: what is kept must be what today's inbox gives, and
//! the tables need every mark with its cell, which a result folder does not hold. It writes no form again; those of the
//! run are taken as they are, each held against its digest in the run's manifest.

use std::path::{Path, PathBuf};

use super::content;
use super::record::{RunRecord, whole_workspace};
use crate::bag::{Bag, Payload};
use crate::inside::Inside;
use crate::period::{Period, RunPeriod};
use crate::post;
use crate::publish::Kept;
use crate::record::{self, Records};
use crate::run::{
    BranchState, Options, Progress, Resolved, RunError, Setup, gather_all, guard_target, in_pool, load_fonts, out_folder, prepare, refused,
    result_lines,
};

/// What is asked of an archive.
#[derive(Clone, Debug, Default)]
pub struct ArchiveOrder {
    /// The bag's folder.
    pub to: PathBuf,
    /// Why a year is archived though branches are missing or returned.
    pub incomplete: Option<String>,
}

/// Signs a bag's digest, 64 hexadecimal digits; the signature, or why there is none.
pub type Signer<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// A finished archive.
#[derive(Debug)]
pub struct Archived {
    /// The bag.
    pub folder: PathBuf,
    /// False where the same bag stood there already.
    pub new: bool,
    /// What people had there.
    pub kept: Kept,
    /// County code, or its name where it has none.
    pub county: String,
    /// The county's name.
    pub name: String,
    /// 全宗号; without it documents bear no 档号.
    pub fonds: Option<String>,
    /// The year.
    pub year: i32,
    /// SHA-256 of the bag's tag manifest.
    pub digest: String,
    /// Payload files.
    pub files: usize,
    /// Payload bytes.
    pub bytes: u64,
    /// True where it was signed.
    pub signed: bool,
    /// True if the workspace says that it was archived.
    pub noted: bool,
    /// Codes of returned branches, of missing ones.
    pub unfinished: (Vec<String>, Vec<String>),
}

/// Everything the parts of a bag are made from.
pub(super) struct Closing<'a> {
    pub(super) county: &'a Setup,
    pub(super) resolved: &'a Resolved,
    pub(super) record: &'a RunRecord,
    /// The run's folder.
    pub(super) folder: &'a Path,
    pub(super) incomplete: Option<&'a str>,
    pub(super) bag: &'a Bag,
}

/// Makes the bag of the workspace's year. In the workspace it is noted, and nothing else touched.
pub fn archive(options: &Options, order: &ArchiveOrder, signer: Option<Signer<'_>>, progress: Progress<'_>) -> Result<Archived, RunError> {
    whole_workspace(options)?;
    let county = prepare(&Options { period: None, ..options.clone() })?;
    let folder = out_folder(options).join(RunPeriod { year: county.workspace.year, period: Period::YEAR }.to_string());
    guard_target(&county, &order.to)?;
    outside(&order.to, &county.workspace.inbox)?;
    outside(&order.to, &folder)?;
    let record = RunRecord::read(&folder, options)?;
    let fonts = load_fonts(&county.workspace.root.join("templates/fonts"))?;
    let resolved = in_pool(options.jobs, || gather_all(&county, &fonts, None, progress))??;
    record.same_inputs(&county, &resolved)?;
    let periods = post::contents(&county, options, &resolved.inputs)?;
    let unfinished = unfinished(&county, &resolved);
    if let Some(why) = order.incomplete.is_none().then(|| told(&unfinished)).flatten() {
        return Err(why);
    }
    let incomplete = order.incomplete.as_deref().filter(|_| unfinished != (Vec::new(), Vec::new()));
    let bag = Bag::open(&order.to)?;
    let closing = Closing { county: &county, resolved: &resolved, record: &record, folder: &folder, incomplete, bag: &bag };
    let filled = closing.fill();
    let info = closing.info(&unfinished);
    if let Err(error) = filled {
        // What was staged is of no use; failing to remove it must not hide why.
        let _ = bag.discard();
        return Err(error);
    }
    let sealed = bag.seal(&info)?;
    if let Some(sign) = signer {
        let failed = |why: String| refused(format!("没有签成：{why}"), format!("it was not signed: {why}"));
        let made = sign(&sealed.digest).map_err(failed).and_then(|signature| Ok(sealed.sign(&signature)?));
        if let Err(error) = made {
            let _ = sealed.discard();
            return Err(error);
        }
    }
    let (digest, files, bytes) = (sealed.digest.clone(), sealed.files, sealed.bytes);
    let (folder, new, kept) = sealed.publish()?;
    let mark = record::Archived { year: county.workspace.year, bag: digest.clone(), periods };
    // The bag stands; where the workspace cannot be written `status` does not know of it.
    let noted = record::add_archive(&county.workspace.root, &mark).is_ok();
    Ok(Archived {
        noted,
        folder,
        new,
        kept,
        county: county.key(),
        name: county.workspace.county.clone(),
        fonds: county.workspace.archive.fonds.clone(),
        year: county.workspace.year,
        digest,
        files,
        bytes,
        signed: signer.is_some(),
        unfinished,
    })
}

impl Closing<'_> {
    fn fill(&self) -> Result<(), RunError> {
        self.run()?;
        let originals = self.originals()?;
        self.records()?;
        self.configuration()?;
        let content = content::Content { county: self.county, resolved: self.resolved, folder: self.folder };
        for (path, bytes) in content.normalized()?.into_iter().chain(content.tables()?) {
            self.bag.add(&path, &bytes)?;
        }
        self.papers(&originals)
    }

    /// Every record of what was posted, with the submissions that it keeps; withdrawn ones too.
    fn records(&self) -> Result<(), RunError> {
        let records = Records::read(&self.county.workspace.root)?;
        for path in records.files()? {
            let bytes = std::fs::read(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
            let inside = path.strip_prefix(records.root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            self.bag.add(&format!("{}/{inside}", Payload::RECORDS), &bytes)?;
        }
        Ok(())
    }

    /// The run's files, each as its manifest lists it.
    fn run(&self) -> Result<(), RunError> {
        for output in &self.record.outputs {
            let path = self.folder.join(&output.file);
            let Some(inside) = Inside::new(&output.file) else {
                return Err(refused(
                    format!("{} 的 manifest.json 里有不该有的路径“{}”；请重新运行 scorebook run", self.folder.display(), output.file),
                    format!("manifest.json of {} names the path “{}”; run again", self.folder.display(), output.file),
                ));
            };
            let bytes = inside.read(self.folder, u64::MAX - 1).map_err(|source| RunError::Io { path: path.clone(), source })?;
            if crate::digest::sha256_hex(&bytes) != output.sha256 {
                return Err(refused(
                    format!("{} 在运行之后被改动过，不能归档；请重新运行 scorebook run", path.display()),
                    format!("{} was changed after the run; run again before archiving", path.display()),
                ));
            }
            if output.file == "results.jsonl" && bytes != result_lines(self.county, self.resolved).as_bytes() {
                return Err(refused(
                    "今天计算的结果与运行时的 results.jsonl 不一致（程序版本不同？）；请重新运行 scorebook run，再归档",
                    "what is scored today differs from the run's results.jsonl (another version?); run again before archiving",
                ));
            }
            self.bag.add(&format!("{}/{}", Payload::RUN, output.file), &bytes)?;
        }
        self.bag.add(&format!("{}/manifest.json", Payload::RUN), &self.record.bytes)?;
        Ok(())
    }

    /// `bag-info.txt`.
    fn info(&self, unfinished: &(Vec<String>, Vec<String>)) -> Vec<(&'static str, String)> {
        let workspace = &self.county.workspace;
        let mut info = vec![
            ("Source-Organization", workspace.issuer.clone()),
            ("External-Description", format!("{}{}年度党员积分管理归档", workspace.county, workspace.year)),
            ("External-Identifier", format!("{}-{}", self.county.key(), workspace.year)),
            ("Bagging-Date", self.record.date.clone()),
            ("Bag-Software-Agent", format!("scorebook {}", env!("CARGO_PKG_VERSION"))),
            ("Scorebook-County", workspace.county.clone()),
            ("Scorebook-Year", workspace.year.to_string()),
            ("Scorebook-Run-Version", self.record.version.clone()),
            ("Scorebook-Person-Key", self.county.person_key().mark()),
        ];
        if let Some(code) = &workspace.county_code {
            info.push(("Scorebook-County-Code", code.clone()));
        }
        if let Some(reason) = self.incomplete {
            info.push(("Scorebook-Incomplete", reason.to_owned()));
            info.push(("Scorebook-Returned-Branches", unfinished.0.join(" ")));
            info.push(("Scorebook-Missing-Branches", unfinished.1.join(" ")));
        }
        info
    }
}

/// One person's years over the bags of a folder; the name as anybody writes it.
pub fn history(folder: &Path, name: &str) -> Result<crate::bag::History, RunError> {
    Ok(crate::bag::history(folder, &crate::words::name(name))?)
}

/// A bag inside what is archived would be archived next time, or change what is.
fn outside(to: &Path, of: &Path) -> Result<(), RunError> {
    let whole = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // The bag does not exist yet; the folder that it will stand in does.
        path.ancestors()
            .find_map(|above| above.canonicalize().ok().map(|real| real.join(path.strip_prefix(above).unwrap_or(Path::new("")))))
    };
    if let (Some(to), Some(of)) = (whole(to), whole(of))
        && to.starts_with(&of)
    {
        return Err(refused(format!("--to 不能放在 {} 里面", of.display()), format!("--to must not lie inside {}", of.display())));
    }
    Ok(())
}

fn unfinished(county: &Setup, resolved: &Resolved) -> (Vec<String>, Vec<String>) {
    let codes = |wanted: fn(&BranchState) -> bool| {
        let branches = county.register.branches.iter().zip(resolved.states());
        branches.filter(|(_, state)| wanted(state)).map(|(branch, _)| branch.code.clone()).collect()
    };
    (codes(|state| matches!(state, BranchState::Returned)), codes(|state| matches!(state, BranchState::Missing | BranchState::LeftOut)))
}

fn told((returned, missing): &(Vec<String>, Vec<String>)) -> Option<RunError> {
    let some = |codes: &[String]| {
        let more = if codes.len() > 8 { " …" } else { "" };
        format!("{}{more}", codes.iter().take(8).cloned().collect::<Vec<_>>().join(" "))
    };
    (!returned.is_empty() || !missing.is_empty()).then(|| {
        refused(
            format!(
                "年度尚未完成：退回 {} 个（{}），未报 {} 个（{}）；确要归档请加 --incomplete 说明原因",
                returned.len(),
                some(returned),
                missing.len(),
                some(missing)
            ),
            format!(
                "the year is unfinished: {} returned ({}), {} missing ({}); to archive it all the same give --incomplete REASON",
                returned.len(),
                some(returned),
                missing.len(),
                some(missing)
            ),
        )
    })
}
