//! Scoring again from a bag: its originals, its schemes, this program; every result compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::content::Content;
use super::kept;
use crate::bag::Payload;
use crate::diag::Code;
use crate::inside;
use crate::run::{Options, Progress, RunError, finding_lines, gather_all, in_pool, load_fonts, prepare, result_lines};

/// One subject or finding that comes out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `results`, `findings`, `file` or `table`.
    pub of: &'static str,
    /// Branch code, number and name; for a finding its code and place; for a file its path; for a table column and row too.
    pub subject: String,
    /// What the archive says, of a file what its record says; none where it says nothing.
    pub archived: Option<String>,
    /// What comes out now, of a file what is there; none where nothing does.
    pub now: Option<String>,
}

/// What scoring again came to.
#[derive(Clone, Debug, Default)]
pub struct Rerun {
    /// Results compared.
    pub results: usize,
    /// Findings compared.
    pub findings: usize,
    /// Files held against the bag's own records or made anew.
    pub files: usize,
    /// Where the two differ.
    pub differences: Vec<Difference>,
}

/// Scores a bag again, and holds every file of it against the bag's own records. Findings that only printing makes are left out on both sides: nothing is printed here.
pub fn rerun(bag: &Path, program: Option<PathBuf>, jobs: Option<usize>, progress: Progress<'_>) -> Result<Rerun, RunError> {
    let options = Options { workspace: bag.join(Payload::WORKSPACE), bag: Some(bag.to_owned()), program, jobs, ..Options::default() };
    let county = prepare(&options)?;
    let fonts = load_fonts(&county.workspace.root.join("templates/fonts"))?;
    let resolved = in_pool(jobs, || gather_all(&county, &fonts, None, progress))??;
    let archived = |name: &str| {
        let path = bag.join(Payload::RUN).join(name);
        let bytes = inside::read(&path, 2 << 30).map_err(|source| RunError::Io { path, source })?;
        Ok::<_, RunError>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let mut rerun = Rerun::default();
    let (then, now) = (subjects(&archived("results.jsonl")?), subjects(&result_lines(&county, &resolved)));
    rerun.results = then.len();
    compare("results", &then, &now, &mut rerun.differences);
    let (then, now) = (findings(&archived("findings.jsonl")?), findings(&finding_lines(&county, &resolved)));
    rerun.findings = then.len();
    compare("findings", &then, &now, &mut rerun.differences);
    let folder = bag.join(Payload::RUN);
    let content = Content { county: &county, resolved: &resolved, folder: &folder };
    rerun.files = kept::compare(bag, &content, &mut rerun.differences)?;
    Ok(rerun)
}

fn lines(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}

/// The same subject standing twice gets a number, so that none hides another.
fn numbered(all: impl Iterator<Item = (String, Value)>) -> BTreeMap<(String, usize), Value> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbered = BTreeMap::new();
    for (subject, value) in all {
        let number = seen.entry(subject.clone()).and_modify(|number| *number += 1).or_default();
        numbered.insert((subject, *number), value);
    }
    numbered
}

fn words(value: &Value, keys: &[&str]) -> String {
    let word = |key: &&str| match &value[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    keys.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

fn subjects(text: &str) -> BTreeMap<(String, usize), Value> {
    numbered(lines(text).map(|row| (words(&row, &["branch_code", "seq", "name", "subject"]), row)))
}

fn findings(text: &str) -> BTreeMap<(String, usize), Value> {
    // What only printing shows, and what was compared with earlier periods, which a bag of the year does not hold.
    let beside = [
        Code::RareCharacter,
        Code::DoesNotFit,
        Code::UnusablePhoto,
        Code::UnknownCalendarYear,
        Code::NoPostingDate,
        Code::ChangedAfterPublication,
        Code::MoveNotMatched,
    ]
    .map(Code::word);
    let own = lines(text).filter(|row| !beside.contains(&row["code"].as_str().unwrap_or_default()));
    numbered(own.map(|row| (words(&row, &["branch_code", "code", "file", "sheet", "cell"]), row)))
}

fn compare(
    of: &'static str,
    then: &BTreeMap<(String, usize), Value>,
    now: &BTreeMap<(String, usize), Value>,
    differences: &mut Vec<Difference>,
) {
    for (key, old) in then {
        let (archived, new) = match now.get(key) {
            Some(new) if new == old => continue,
            // Of two rows only the keys that differ are told.
            Some(new) => (Some(differing(old, new)), Some(differing(new, old))),
            None => (Some(old.to_string()), None),
        };
        differences.push(Difference { of, subject: key.0.clone(), archived, now: new });
    }
    for (key, new) in now.iter().filter(|(key, _)| !then.contains_key(*key)) {
        differences.push(Difference { of, subject: key.0.clone(), archived: None, now: Some(new.to_string()) });
    }
}

fn differing(one: &Value, other: &Value) -> String {
    let keys = one.as_object().into_iter().flatten();
    keys.filter(|(key, value)| other.get(key.as_str()) != Some(*value))
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_difference() {
        let then = "{\"branch_code\":\"0101\",\"seq\":1,\"name\":\"张三\",\"subject\":\"member\",\"total\":\"91.00\",\"grade\":\"优秀\"}\n\
                    {\"branch_code\":\"0101\",\"seq\":2,\"name\":\"李四\",\"subject\":\"member\",\"total\":\"80.00\"}\n";
        let now = "{\"branch_code\":\"0101\",\"seq\":1,\"name\":\"张三\",\"subject\":\"member\",\"total\":\"90.00\",\"grade\":\"优秀\"}\n";
        let mut found = Vec::new();
        compare("results", &subjects(then), &subjects(now), &mut found);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].subject, "0101 1 张三 member");
        assert_eq!((found[0].archived.as_deref(), found[0].now.as_deref()), (Some("total=\"91.00\""), Some("total=\"90.00\"")));
        assert!(found[1].now.is_none());
        compare("results", &subjects(then), &subjects(then), &mut Vec::new());
        let twice = "{\"code\":\"x\"}\n{\"code\":\"x\"}\n";
        assert_eq!(findings(twice).len(), 2, "none hides another");
    }
}
