//! The one vocabulary of a workspace, which its schemes say.

use std::sync::Arc;

use super::{RunError, Setup, refused};
use crate::county::Workspace;
use crate::diag::{Finding, Terms};
use crate::scheme::Scheme;

/// What the organisation calls its people and units: all schemes of a workspace say the same.
pub(crate) fn terms_of(schemes: &[Scheme]) -> Result<Arc<Terms>, RunError> {
    let Some((first, rest)) = schemes.split_first() else { return Ok(Arc::default()) };
    match rest.iter().find(|other| other.terms != first.terms) {
        Some(other) => Err(refused(
            format!("细则 {} 与 {} 的 [words]（称呼）不同；一个工作区只能有一种称呼", first.id, other.id),
            format!("the schemes {} and {} have different [words]; a workspace has one set of them", first.id, other.id),
        )),
        None => Ok(Arc::new(first.terms.clone())),
    }
}

/// Who is no Party member is of none of their categories.
pub(crate) fn forget_usual_categories(workspace: &mut Workspace, terms: &Terms) {
    if terms.say("党员") != "党员" {
        workspace.forget_usual_categories();
    }
}

impl Setup {
    /// Has findings speak in the organisation's own words.
    pub(crate) fn put_in_terms(&self, findings: &mut [Finding]) {
        if !self.terms.are_usual() {
            for finding in findings {
                finding.terms = Some(Arc::clone(&self.terms));
            }
        }
    }
}
