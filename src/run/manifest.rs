//! `manifest.json` of a run: what it was made by and from, what it consists of, and what of it may be posted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{BranchState, Resolved, RunError, Setup, Templates};
use crate::forms::{self, FORMS, Issued};
use crate::publish::Staging;

/// What the manifest says of a form: its pages, and for each scheme what the code in its fine print stands for.
#[derive(Default)]
pub(super) struct FormRecord {
    pub(super) pages: usize,
    pub(super) made_from: Vec<serde_json::Value>,
    /// Letters that it holds.
    pub(super) letters: Vec<Issued>,
}

/// The last day of publication that a branch's boards print, of several schemes' the latest.
fn last_day(county: &Setup, state: &BranchState) -> Option<chrono::NaiveDate> {
    let BranchState::Accepted(card) = state else { return None };
    let scored: BTreeSet<usize> = card.outcomes.iter().filter(|outcome| outcome.score.total.is_some()).map(|one| one.scheme).collect();
    let issuer = county.issuer();
    scored.into_iter().filter_map(|scheme| forms::publication(&issuer, &county.calendar, &county.schemes[scheme]).1).max()
}

/// `manifest.json`: what the result was made by and from, and what it consists of. For a form it lists the code in its
/// fine print with the inputs, scheme and template that went into it, so that a paper leads back to the files.
pub(super) fn write_manifest(
    county: &Setup,
    resolved: &Resolved,
    templates: &Templates,
    papers: &BTreeMap<String, FormRecord>,
    folders: &BTreeMap<usize, String>,
    staging: &Staging,
) -> Result<(), RunError> {
    let branches: Vec<_> = folders
        .iter()
        .map(|(at, folder)| {
            let branch = &county.register.branches[*at];
            let state = if matches!(resolved.branches[*at].state, BranchState::Accepted(_)) { "accepted" } else { "returned" };
            let files: Vec<&str> = resolved.branches[*at].sources.iter().flat_map(|sent| sent.names()).collect();
            let last_day = last_day(county, &resolved.branches[*at].state);
            let letters: Vec<&Issued> =
                FORMS.iter().filter_map(|form| papers.get(&format!("{folder}/{}", form.title))).flat_map(|paper| &paper.letters).collect();
            json!({
                "code": branch.code, "name": branch.name, "folder": folder, "state": state, "files": files,
                "last_day": last_day, "letters": letters,
            })
        })
        .collect();
    let schemes: Vec<_> =
        county.schemes.iter().map(|scheme| json!({ "id": scheme.id, "version": scheme.version, "sha256": scheme.digest, "rests_on_samples": scheme.rests_on_samples() })).collect();
    let digests: Vec<_> = templates.digests().into_iter().map(|(name, digest)| json!({ "name": name, "sha256": digest })).collect();
    let inputs: Vec<_> =
        resolved.inputs.iter().map(|(name, digest, size)| json!({ "file": name.as_ref(), "sha256": digest, "bytes": size })).collect();
    let compared: Vec<_> = resolved.comparison.inputs.iter().map(|(name, digest)| json!({ "file": name, "sha256": digest })).collect();
    let configuration: Vec<_> = county.configuration.iter().map(|(name, digest)| json!({ "file": name, "sha256": digest })).collect();
    let outputs: Vec<_> = staging
        .written()
        .into_iter()
        .map(|(path, written)| {
            let mut output = json!({ "file": path, "sha256": written.digest, "bytes": written.size });
            if let Some(paper) = path.rsplit_once('.').and_then(|(stem, _)| papers.get(stem)) {
                output["pages"] = paper.pages.into();
                output["made_from"] = paper.made_from.clone().into();
            }
            output
        })
        .collect();
    let manifest = json!({
        "program": "scorebook",
        "version": env!("CARGO_PKG_VERSION"),
        "pdf_engine": templates.engine.name(),
        "county": county.workspace.county,
        "county_code": county.workspace.county_code,
        "year": county.run.year,
        "period": county.run.to_string(),
        "date": county.date.to_string(),
        "date_from": county.dates.stated().1.word(),
        "posted": county.dates.posted.map(|posted| posted.to_string()),
        "configuration": configuration,
        "schemes": schemes,
        "templates": digests,
        "inputs": inputs,
        "compared": compared,
        "branches": branches,
        "outputs": outputs,
    });
    Ok(staging.write_manifest(manifest)?)
}
