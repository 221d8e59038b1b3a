//! Ballots beside the blank workbooks: a document per branch whose scheme polls.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Listed;
use crate::forms::{Ballot, Data, FORMS, Form};
use crate::publish::{Names, Staging};
use crate::run::print::{About, Part, print};
use crate::run::{Options, RunError, Setup, Templates, short_digest};

/// Writes them into the committees' folders; gives how many branches have one.
pub(super) fn write_ballots(
    county: &Setup,
    options: &Options,
    rosters: &BTreeMap<usize, Vec<Listed>>,
    folders: &BTreeMap<&str, String>,
    papers: Option<usize>,
    staging: &Staging,
) -> Result<usize, RunError> {
    let polling = |form: &'static Form| if let Data::Handed(make) = form.data { Some((form, make)) } else { None };
    let Some((form, make)) = FORMS.iter().find_map(polling) else { return Ok(0) };
    let templates = Templates::of(options, county, vec![form])?;
    let issuer = county.issuer();
    let mut names = Names::default();
    let jobs: Vec<(usize, String)> = (0..county.register.branches.len())
        .filter(|at| county.wants(*at))
        .map(|at| {
            let branch = &county.register.branches[at];
            let folder = folders.get(branch.committee.as_str()).map_or("", String::as_str);
            (at, format!("{folder}/{}", names.claim(&format!("{}-{}-{}", branch.code, branch.name, form.title), "")))
        })
        .collect();
    let written = jobs.par_iter().map(|(at, path)| -> Result<bool, RunError> {
        let branch = &county.register.branches[*at];
        let mut by_scheme: BTreeMap<usize, Vec<(i64, String, String)>> = BTreeMap::new();
        let roster = rosters.get(at).map(Vec::as_slice).unwrap_or_default();
        for member in roster.iter().filter(|member| member.exempt.is_none() && member.left.is_none() && member.reason.is_none()) {
            let own = by_scheme.entry(county.scheme_of(*at, &member.category)).or_default();
            own.push((member.seq, member.name.clone(), member.category.clone()));
        }
        if by_scheme.is_empty() {
            by_scheme.insert(county.scheme_of(*at, branch.kind.as_deref().unwrap_or_default()), Vec::new());
        }
        let mut parts: Vec<Part<'_>> = Vec::new();
        for (scheme, members) in by_scheme {
            let loaded = templates.template(form, Some(scheme))?;
            let scheme = &county.schemes[scheme];
            let voted_on: Vec<&str> = members.iter().map(|(_, name, _)| name.as_str()).collect();
            let sources = [env!("CARGO_PKG_VERSION"), &scheme.digest, &loaded.digest, &branch.code, &voted_on.join("\n")];
            let digest = short_digest(&sources);
            for poll in &scheme.polls {
                let record = make(&Ballot { issuer: &issuer, branch, scheme, poll, members: &members, papers, digest: &digest });
                parts.push((&loaded.template, record));
            }
        }
        if parts.is_empty() {
            return Ok(false);
        }
        let title = format!("{} {} {}年", branch.name, form.title, county.run.year);
        let about = About { form: form.title, title, unit: &branch.name, author: &county.workspace.issuer, date: county.date };
        let printed = print(parts, templates.faces(), &about)?;
        staging.write(&format!("{path}.pdf"), &printed.pdf)?;
        staging.write(&format!("{path}.xlsx"), &printed.xlsx)?;
        Ok(true)
    });
    Ok(written.collect::<Result<Vec<bool>, _>>()?.into_iter().filter(|written| *written).count())
}
