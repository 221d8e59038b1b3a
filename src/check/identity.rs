//! Whose submission a file is: its 支部信息 held against the register.

use std::sync::Arc;

use crate::county::Register;
use crate::diag::{CellRef, Code, Finding, Place};
use crate::submission::Cover;
use crate::workbook::column;

/// Whose submission it is, as far as that can be said.
#[derive(Debug)]
pub struct Identity {
    /// Index into the register.
    pub branch: Option<usize>,
    /// Another branch whose cover is in the same file; a finding of `read_cover` says so.
    pub second: Option<usize>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}

/// Knows the branch by its code. A code that lost its leading zeros is taken where only one branch fits; a name that
/// differs is a warning, unless it is another branch's.
pub fn identify(cover: &Cover, file: &Arc<str>, register: &Register, year: i32) -> Identity {
    let mut findings = Vec::new();
    let Some(sheet) = &cover.sheet else { return Identity { branch: None, second: None, findings } };
    let place = |cell: Option<CellRef>| Place { file: Some(Arc::clone(file)), sheet: Some(Arc::clone(sheet)), cell };
    let folded_name = cover.branch_name.as_deref().map(crate::words::folded);
    let by_name = folded_name.as_ref().and_then(|name| {
        let mut same = register.branches.iter().enumerate().filter(|(_, branch)| crate::words::folded(&branch.name) == *name);
        let (at, _) = same.next()?;
        same.next().is_none().then_some(at)
    });
    let code = cover.branch_code.as_deref().unwrap_or_default();
    let mut branch = register.by_code(code).or_else(|| register.by_former_code(code));
    if branch.is_none() && !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) {
        branch = register.by_code_without_zeros(code);
        if let Some(at) = branch {
            findings.push(Finding::new(Code::CodeZeros, place(cover.code_at)).value(code).arg("code", &register.branches[at].code));
        }
    }
    match branch {
        // A code that is not there or cannot be read is said already.
        None if cover.said.contains(&column::BRANCH_CODE) => {}
        None => {
            let near = by_name.map(|at| format!("{}（{}）", register.branches[at].code, register.branches[at].name)).unwrap_or_default();
            let mut finding = Finding::new(Code::UnknownBranch, place(cover.code_at)).arg("near", near);
            finding.value = cover.branch_code.as_deref().map(str::to_owned);
            findings.push(finding);
        }
        Some(at) => {
            let known = &register.branches[at];
            if let (Some(written), Some(folded)) = (&cover.branch_name, &folded_name)
                && *folded != crate::words::folded(&known.name)
            {
                let code = if by_name.is_some() { Code::BranchMismatch } else { Code::BranchNameDiffers };
                let other = by_name.map(|other| register.branches[other].code.clone()).unwrap_or_default();
                findings.push(
                    Finding::new(code, place(cover.name_at))
                        .value(written.as_ref())
                        .arg("name", &known.name)
                        .arg("code", &known.code)
                        .arg("other", other),
                );
            }
        }
    }
    let why = match cover.year {
        Some(written) if written == i64::from(year) => None,
        Some(_) => Some("other"),
        None if cover.said.contains(&column::YEAR) => None,
        None => Some(if cover.year_written.is_some() { "unreadable" } else { "missing" }),
    };
    if let Some(why) = why {
        let mut finding = Finding::new(Code::WrongYear, place(cover.year_at)).arg("why", why).arg("year", year);
        finding.value = cover.year.map(|year| year.to_string()).or_else(|| cover.year_written.as_deref().map(str::to_owned));
        findings.push(finding);
    }
    let second = cover.second.as_deref().and_then(|code| register.by_any_code(code));
    Identity { branch, second: second.filter(|second| Some(*second) != branch), findings }
}
