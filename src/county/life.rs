//! In which months of the year a branch exists, where it goes, and what it was called before: 设立月 撤销月 并入 并入月 原编码.
//!
//! ```text
//!   设立月 7             owes what ends in July or later; its members are expected from July on
//!   撤销月 6             through June
//!   并入 0202, 并入月 7  through June as well; from July on its members are expected in 0202
//! ```

use serde::{Deserialize, Serialize};

use super::register::{Branch, Register};
use crate::diag::{CellRef, Code, Finding, Place};
use crate::period::{Every, Period};
use crate::words::folded;

/// Headings of the register about it.
pub const FOUNDED: &str = "设立月";
/// The last month.
pub const DISSOLVED: &str = "撤销月";
/// The branch that it becomes a part of.
pub const INTO: &str = "并入";
/// The first month in which it is.
pub const MERGED: &str = "并入月";
/// Codes that it had before.
pub const FORMER_CODE: &str = "原编码";

/// A branch's months and former codes; none where the register says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// 设立月: the first month.
    pub founded: Option<u8>,
    /// 撤销月: the last month.
    pub dissolved: Option<u8>,
    /// 并入: code of the branch that it becomes a part of.
    pub into: Option<String>,
    /// 并入月: the first month in that branch.
    pub merged: Option<u8>,
    /// 原编码.
    pub former_codes: Vec<String>,
}

impl Branch {
    /// The first month in which it exists.
    pub fn first_month(&self) -> u8 {
        self.life.founded.unwrap_or(1)
    }

    /// The last one; 0 if it was merged in January.
    pub fn last_month(&self) -> u8 {
        self.life.dissolved.unwrap_or(12).min(self.life.merged.map_or(12, |month| month - 1))
    }

    /// True if a period ends while the branch exists: such a period it owes.
    pub fn exists_at_end_of(&self, period: Period) -> bool {
        (self.first_month()..=self.last_month()).contains(&period.last_month())
    }
}

/// What the register writes about a branch's months, as far as it is there, with its cells.
#[derive(Debug, Default)]
pub struct Written {
    /// Heading, what stands below it, and where.
    pub cells: Vec<(&'static str, String, CellRef)>,
}

impl Written {
    fn get(&self, heading: &str) -> Option<(&str, CellRef)> {
        self.cells.iter().find(|(own, ..)| *own == heading).map(|(_, text, cell)| (text.as_str(), *cell))
    }

    /// The month below a heading, or that it is none.
    fn month(&self, heading: &'static str, faults: &mut Vec<(&'static str, &'static str)>) -> Option<u8> {
        let (text, _) = self.get(heading)?;
        let text = folded(text);
        let month = Period::parse(text.trim_end_matches('起')).filter(|period| period.every() == Every::Month).map(Period::number);
        if month.is_none() {
            faults.push((heading, "month"));
        }
        month
    }
}

/// What a register's rows say, held against each other. `written` are the rows' in the order of the branches; what
/// contradicts itself is told, and the branch then has no months of its own.
pub fn settle(register: &mut Register, written: &[Written], file: &str, sheet: &str) {
    let mut lives: Vec<Life> = Vec::new();
    let mut found: Vec<Vec<(&'static str, &'static str)>> = Vec::new();
    for own in written {
        let mut faults = Vec::new();
        let split = |text: &str| folded(text).split(['、', ',', ';', '/']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        let life = Life {
            founded: own.month(FOUNDED, &mut faults),
            dissolved: own.month(DISSOLVED, &mut faults),
            into: own.get(INTO).map(|(text, _)| folded(text)),
            merged: own.month(MERGED, &mut faults),
            former_codes: own.get(FORMER_CODE).map(|(text, _)| split(text)).unwrap_or_default(),
        };
        lives.push(life);
        found.push(faults);
    }
    for (branch, life) in register.branches.iter_mut().zip(&lives) {
        branch.life = life.clone();
    }
    for (at, faults) in found.iter_mut().enumerate() {
        contradictions(register, at, faults);
    }
    for (at, faults) in found.iter().enumerate() {
        let branch = &register.branches[at];
        for (heading, why) in faults {
            let (value, cell) = written[at].get(heading).map_or((String::new(), None), |(text, cell)| (text.to_owned(), Some(cell)));
            let place = Place { file: Some(file.into()), sheet: Some(sheet.into()), cell };
            let mut finding = Finding::new(Code::RegisterMonths, place).value(value).arg("why", why).arg("column", heading);
            finding.branch_code = Some(branch.code.as_str().into());
            register.findings.push(finding.arg("name", format!("{} {}", branch.code, branch.name)));
        }
    }
    for (at, faults) in found.iter().enumerate() {
        let target = register.branches[at].life.into.as_deref().and_then(|code| register.by_any_code(code));
        let target = target.map(|target| register.branches[target].code.clone());
        let life = &mut register.branches[at].life;
        if faults.is_empty() {
            life.into = target;
        } else {
            *life = Life { former_codes: std::mem::take(&mut life.former_codes), ..Life::default() };
        }
    }
}

fn contradictions(register: &Register, at: usize, faults: &mut Vec<(&'static str, &'static str)>) {
    let branch = &register.branches[at];
    let life = &branch.life;
    if !faults.is_empty() {
        return;
    }
    match (&life.into, life.merged) {
        (Some(_), None) => faults.push((INTO, "alone")),
        (None, Some(_)) => faults.push((MERGED, "alone")),
        (Some(code), Some(month)) => match register.by_any_code(code) {
            None => faults.push((INTO, "unknown")),
            Some(target) if target == at => faults.push((INTO, "self")),
            Some(target) if register.branches[target].last_month() < month => faults.push((INTO, "gone")),
            Some(target) if register.branches[target].first_month() > month => faults.push((INTO, "young")),
            Some(_) => {}
        },
        (None, None) => {}
    }
    if let (Some(dissolved), Some(merged)) = (life.dissolved, life.merged)
        && dissolved != merged
        && dissolved + 1 != merged
    {
        faults.push((DISSOLVED, "both"));
    }
    if faults.is_empty() && branch.first_month() > branch.last_month() && life.founded.is_some() {
        faults.push((FOUNDED, "order"));
    }
}
