//! 整改到期名单: letters of earlier years whose term ends in the run's period, out of last year's record or bag.
//!
//! ```text
//!   公示存档/文号.jsonl of this workspace, of last year's, of bags ─┐
//!   else the letters in the manifest of last year's run, unnumbered ┴▶ term ends in the period ─▶ one list per committee, one of all
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use super::write::{Filled, Noticed, Writer, short_digest};
use super::{BranchState, Options, Resolved, RunError, Setup};
use crate::bag::{self, Payload};
use crate::digest::sha256_hex;
use crate::forms::{Data, Expiring, ExpiringLetter, Issued, Unit};
use crate::inside;
use crate::period::{Period, RunPeriod};
use crate::publish::safe_name;
use crate::record::{FOLDER, LETTERS, NumberedLetter, letters_in};
use crate::rollup::OutcomeKind;
use crate::submission::Roll;

/// Letters of earlier years, and the files that they are from with their digests.
#[derive(Debug, Default)]
pub struct Earlier {
    letters: Vec<ExpiringLetter>,
    /// For the manifest.
    pub(super) inputs: Vec<(String, String)>,
}

/// manifest.json of a year's run, as far as its letters go.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    branches: Vec<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    code: String,
    name: String,
    #[serde(default)]
    letters: Vec<Issued>,
}

/// Reads them. What last year left may be named as its workspace, its out folder, the folder of a run, or bags.
pub fn earlier(county: &Setup, resolved: &Resolved, options: &Options) -> Result<Earlier, RunError> {
    let mut found = Earlier::default();
    let mut seen = BTreeSet::new();
    let this = county.run.year;
    for letter in resolved.comparison.letters.iter().filter(|letter| letter.year < this) {
        found.add(county, resolved, &mut seen, letter, Some(letter.number));
    }
    let Some(folder) = options.last_year.as_deref().or(county.workspace.last_year.as_deref()) else { return Ok(found) };
    let mut places: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
    let year = RunPeriod { year: this - 1, period: Period::YEAR }.to_string();
    let results = [folder.join(&year), folder.join("out").join(&year), folder.to_owned()];
    let result = results.into_iter().find(|folder| folder.join("manifest.json").is_file());
    let workspace = folder.ancestors().take(3).map(|above| above.join(FOLDER)).find(|records| records.join(LETTERS).is_file());
    if workspace.is_some() || result.is_some() {
        places.push((workspace.unwrap_or_default(), result));
    }
    let names = [county.workspace.county_code.as_deref(), Some(county.workspace.county.as_str())];
    for one in bag::bags_below(folder).unwrap_or_default() {
        let own = bag::part(&one, "results")
            .is_some_and(|part| names.into_iter().flatten().any(|name| (this - 10..this).any(|year| part.is_of(&safe_name(name), year))));
        if own {
            places.push((one.join(Payload::RECORDS), Some(one.join(Payload::RUN))));
        }
    }
    for (records, result) in places {
        let path = records.join(LETTERS);
        if path.is_file() {
            let (letters, digest) = letters_in(&records)?;
            found.inputs.extend(digest.map(|digest| (name(&path, folder), digest)));
            for letter in letters.iter().filter(|letter| letter.year < this) {
                found.add(county, resolved, &mut seen, letter, Some(letter.number));
            }
        } else if let Some(result) = result {
            found.unposted(county, resolved, &mut seen, &result.join("manifest.json"), folder)?;
        }
    }
    found.letters.sort_by(|a, b| (a.until, a.branch, a.year, &a.letter, a.number).cmp(&(b.until, b.branch, b.year, &b.letter, b.number)));
    Ok(found)
}

fn name(path: &Path, folder: &Path) -> String {
    let from = path.strip_prefix(folder).map_or_else(|_| format!("{FOLDER}/{LETTERS}"), |path| path.to_string_lossy().replace('\\', "/"));
    format!("last-year/{from}")
}

impl Earlier {
    /// Adds what a result of last year, of which nothing was posted, says of its letters.
    fn unposted(
        &mut self,
        county: &Setup,
        resolved: &Resolved,
        seen: &mut BTreeSet<(i32, String, String, String)>,
        path: &Path,
        folder: &Path,
    ) -> Result<(), RunError> {
        let bytes = inside::own(path).map_err(|source| RunError::Io { path: path.to_owned(), source })?;
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { return Ok(()) };
        let year = county.run.year - 1;
        let mut any = false;
        for branch in manifest.branches {
            for issued in branch.letters {
                any = true;
                let letter = NumberedLetter {
                    year,
                    form: issued.form,
                    number: 0,
                    period: String::new(),
                    n: 0,
                    branch_code: branch.code.clone(),
                    branch: branch.name.clone(),
                    seq: issued.seq,
                    name: issued.name,
                    letter: issued.letter,
                    months: issued.months,
                    date: issued.date,
                    until: issued.until,
                    void: false,
                };
                self.add(county, resolved, seen, &letter, None);
            }
        }
        if any {
            self.inputs.push((name(path, folder), sha256_hex(&bytes)));
        }
        Ok(())
    }

    /// Adds a letter that stands and whose term ends in the run's period or is not known; one that is there already is not
    /// added again.
    fn add(
        &mut self,
        county: &Setup,
        resolved: &Resolved,
        seen: &mut BTreeSet<(i32, String, String, String)>,
        letter: &NumberedLetter,
        number: Option<u32>,
    ) {
        let run = county.run;
        let ends = letter.until.is_none_or(|until| run.first_day() <= until && until <= run.last_day());
        let key =
            (letter.year, letter.form.clone(), letter.branch_code.clone(), format!("{} {} {}", letter.seq, letter.name, letter.period));
        if letter.void || !ends || !seen.insert(key) {
            return;
        }
        let branch = county.register.by_any_code(&letter.branch_code);
        let mut remarks = Vec::new();
        remarks.extend(letter.until.is_none().then_some("期限未定，请核对通知书"));
        remarks.extend(branch.map_or(Some("支部不在机构名册"), |at| standing(resolved, at, &letter.name)));
        self.letters.push(ExpiringLetter {
            branch,
            branch_name: branch.map_or_else(|| letter.branch.clone(), |at| county.register.branches[at].name.clone()),
            name: letter.name.clone(),
            letter: letter.letter.clone(),
            year: letter.year,
            number,
            months: letter.months,
            date: letter.date,
            until: letter.until,
            remark: remarks.join("；"),
        });
    }
}

/// Where a member stands in this year's submission, if there is one.
fn standing(resolved: &Resolved, branch: usize, name: &str) -> Option<&'static str> {
    let BranchState::Accepted(card) = &resolved.branches[branch].state else { return None };
    let people = card.outcomes.iter().filter_map(|outcome| match outcome.kind {
        OutcomeKind::Member(at) => Some((&card.submission.members[at as usize], outcome.score.roll)),
        OutcomeKind::Branch => None,
    });
    let rolls: BTreeSet<bool> = people.filter(|(member, _)| &*member.name == name).map(|(_, roll)| roll == Roll::Here).collect();
    if rolls.is_empty() {
        Some("已不在支部名册")
    } else if rolls.contains(&true) {
        None
    } else {
        Some("已离开支部")
    }
}

/// Writes the list of each committee that has a letter on it, and of the whole county.
pub(super) fn write_expiring<'a>(
    writer: &Writer<'a>,
    earlier: &Earlier,
    committees: &[(&'a str, String)],
) -> Result<Vec<Noticed<'a>>, RunError> {
    let county = writer.county;
    let mut units: Vec<(Unit<'a>, &str)> = committees.iter().map(|(name, folder)| (Unit::Committee(name), folder.as_str())).collect();
    units.push((Unit::County(&county.workspace.county), ""));
    let mut by_unit: BTreeMap<usize, Noticed<'a>> = BTreeMap::new();
    for form in &writer.templates.forms {
        let Data::Expiring(data) = form.data else { continue };
        let loaded = writer.templates.template(form, None)?;
        for (at, (unit, folder)) in units.iter().enumerate() {
            let of_unit = |letter: &&ExpiringLetter| match unit {
                Unit::Committee(name) => letter.branch.is_some_and(|at| county.register.branches[at].committee == *name),
                _ => true,
            };
            let letters: Vec<&ExpiringLetter> = earlier.letters.iter().filter(of_unit).collect();
            if letters.is_empty() {
                continue;
            }
            let mut sources = vec![env!("CARGO_PKG_VERSION"), &loaded.digest];
            sources.extend(earlier.inputs.iter().map(|(_, digest)| digest.as_str()));
            let digest = short_digest(&sources);
            let record = data(&Expiring { unit: unit.name(), issuer: writer.issuer, letters: &letters, digest: &digest });
            let inputs: Vec<&str> = earlier.inputs.iter().map(|(name, _)| name.as_str()).collect();
            let made_from = vec![json!({ "code": digest, "template": loaded.name, "inputs": inputs })];
            let noticed = by_unit.entry(at).or_insert_with(|| Noticed::of(*unit));
            writer.print(form, folder, Filled { parts: vec![(&loaded.template, record)], made_from, ..Filled::default() }, noticed)?;
        }
    }
    Ok(by_unit.into_values().collect())
}
