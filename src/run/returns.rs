//! What goes back: 退回意见 and the marked workbook of every returned branch, 催报名单 of every committee.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::intake::{self, Submitted};
use super::letter::{letter, own_name};
use super::write::{Filled, Noticed, Writer, short_digest};
use super::{BranchState, Resolved, RunError, Setup};
use crate::blanks;
use crate::check::{MissingRow, Told};
use crate::diag::{Code, Fact, Finding, Lang, Severity, fill};
use crate::digest;
use crate::forms::{Data, Deadline, FORMS, Reminded, Reminder, Returned, Standing, Unit, masked};
use crate::inbox;
use crate::publish::safe_name;
use crate::sheet::Book;
use crate::submission::read_cover;
use crate::xlsx::blank::Sheet;
use crate::xlsx::marked::{self, AddedRow, Copied, Level, Mark, Marking};

/// Errors that are of the file as a whole: no cell of it could be marked.
const WHOLE: [Code; 3] = [Code::UnreadableFile, Code::EncryptedFile, Code::TooLarge];

/// Said of a marked copy that holds less than its original.
const LACKS: &str = "副本只保留单元格的内容和格式，原件中的宏、外部链接、引用其他文件的公式等没有带过来。";

/// Rows that are added to a marked copy.
const MOST_ROWS: usize = 1000;

/// Files that a form names before it counts.
const NAMED: usize = 20;

/// Characters of a file's stem that its marked copy keeps.
const LONGEST_STEM: usize = 60;

/// By when and to whom, from `[returns]` and the run's date.
fn deadline(writer: &Writer<'_>) -> Deadline {
    let county = writer.county;
    let returns = &county.workspace.returns;
    Deadline {
        days: returns.days,
        end: county.calendar.publication_end(county.date, returns.days, false),
        due: county.dates.due.filter(|due| *due >= county.date),
        date: county.date,
        to: returns.to.clone().unwrap_or_default(),
        phone: returns.phone.clone().or_else(|| county.workspace.dates.notice(county.run).phone).unwrap_or_default(),
    }
}

/// Writes 退回意见 and the marked copy into the folder of each returned branch.
pub fn write_returns<'a>(writer: &Writer<'a>, resolved: &Resolved, folders: &[Option<String>]) -> Result<Vec<Noticed<'a>>, RunError> {
    let deadline = deadline(writer);
    let returned: Vec<usize> =
        (0..resolved.branches.len()).filter(|at| matches!(resolved.branches[*at].state, BranchState::Returned)).collect();
    let written = returned.par_iter().map(|at| {
        let branch = &writer.county.register.branches[*at];
        let folder = folders[*at].as_deref().unwrap_or_default();
        let findings: Vec<&Finding> =
            resolved.findings.iter().filter(|finding| finding.branch_code.as_deref() == Some(branch.code.as_str())).collect();
        let files = &resolved.branches[*at].sources;
        let mut of_file: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &findings {
            of_file.entry(finding.place.file.as_deref().unwrap_or_default()).or_default().push(finding);
        }
        let (mut marked, mut stems): (Vec<String>, BTreeMap<String, usize>) = Default::default();
        let mut lacks = "";
        for (number, file) in files.iter().enumerate() {
            let made = std::panic::AssertUnwindSafe(|| {
                let rows = if number == 0 { resolved.branches[*at].missing_rows.as_slice() } else { &[] };
                // A file is one, or the text files of one workbook.
                let own = file.files.iter().filter_map(|part| of_file.get(part.file.name.as_ref())).flatten().copied();
                mark(writer, file, &own.collect::<Vec<_>>(), rows, (&deadline, &branch.name))
            });
            // A copy that cannot be made must not keep back the list of what is wrong.
            let Some(copy) = std::panic::catch_unwind(made).ok().flatten() else { continue };
            let name = copy_name(&file.name, &mut stems);
            writer.staging.write(&format!("{folder}/{name}"), &copy.bytes)?;
            if copy.cleaned {
                lacks = LACKS;
            }
            marked.push(name);
        }
        let mut made_from = vec![env!("CARGO_PKG_VERSION")];
        let mut named: Vec<&str> = files.iter().map(|file| file.name.as_ref()).collect();
        // What cannot be read is no source, and in question all the same.
        if files.is_empty() {
            let faulty = findings.iter().filter(|finding| finding.severity() == Severity::Error);
            let mut told = BTreeSet::new();
            named.extend(faulty.filter_map(|finding| finding.place.file.as_deref()).filter(|name| told.insert(*name)));
        }
        made_from.extend(files.iter().filter_map(|file| writer.digests.get(&file.name)).map(String::as_str));
        let told = letter(&findings, &resolved.branches[*at].roster, files.len() > 1);
        let told: Vec<&Finding> = told.iter().collect();
        let mut noticed = Noticed::of(Unit::Branch(branch));
        for form in FORMS {
            let Data::Returned(data) = form.data else { continue };
            let loaded = writer.templates.template(form, None)?;
            let record = data(&Returned {
                issuer: writer.issuer,
                branch,
                file: listed(named.iter().map(|name| own_name(name)), writer.county.workspace.language),
                marked: listed(marked.iter().map(String::as_str), writer.county.workspace.language),
                lacks,
                findings: &told,
                deadline: &deadline,
                lang: writer.county.workspace.language,
                digest: &short_digest(&[&made_from[..1], &[&loaded.digest], &made_from[1..]].concat()),
            });
            writer.print(form, folder, Filled { parts: vec![(&loaded.template, record)], ..Filled::default() }, &mut noticed)?;
        }
        Ok(noticed)
    });
    written.collect()
}

/// Names of files for a form, which has no room for hundreds.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>, lang: Lang) -> String {
    let count = names.len();
    let few = names.take(NAMED).collect::<Vec<_>>().join("、");
    if count <= NAMED {
        return few;
    }
    fill("files-more", lang, &[("few", &few), ("count", &count.to_string())])
}

/// What the marked copy of a file is called; files of one name in several folders have numbers. `stems` are those that came
/// before, and how often.
fn copy_name(file: &str, stems: &mut BTreeMap<String, usize>) -> String {
    let stem = stem(file);
    let count = stems.entry(stem.to_lowercase()).or_default();
    *count += 1;
    let number = if *count == 1 { String::new() } else { format!("({count})") };
    format!("{stem}-标注{number}.xlsx")
}

/// The file's own name without folders and extension, cut to what every system takes.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '!']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    // A copy sent back and returned again is not named after its name.
    let stem: String = stem.trim_end_matches("-标注").chars().take(LONGEST_STEM).collect();
    safe_name(&stem)
}

/// The marked copy of a file with what was found in it; none where it cannot be read or holds no error.
fn mark(
    writer: &Writer<'_>,
    file: &Submitted,
    findings: &[&Finding],
    missing: &[MissingRow],
    (deadline, branch): (&Deadline, &str),
) -> Option<Copied> {
    if findings.iter().all(|finding| finding.severity() != Severity::Error) {
        return None;
    }
    if findings.iter().any(|finding| WHOLE.contains(&finding.code) && finding.place.file.as_ref() == Some(&file.name)) {
        return None;
    }
    let limits = inbox::Limits::default();
    let opened = intake::open(writer.county, file, &limits).ok()?;
    let book = opened.book.ok()?;
    // A set of text files has no look of its own to keep.
    let bytes = match file.files.as_slice() {
        [only] => inbox::fetch(&only.file, &limits).ok()?,
        _ => Vec::new(),
    };
    let lang = writer.county.workspace.language;
    let mut marks: Vec<(Mark, Option<Told>)> = findings
        .iter()
        .filter_map(|finding| {
            let level = match finding.severity() {
                Severity::Error => Level::Bad,
                Severity::Warning => Level::Doubtful,
                Severity::Note => return None,
            };
            let mark = Mark {
                level,
                severity: crate::diag::severity_word(finding.severity(), lang).to_owned(),
                sheet: finding.place.sheet.clone(),
                cell: finding.place.cell,
                value: finding.value.as_deref().map(|value| masked(finding.code, value)).unwrap_or_default(),
                message: finding.message(lang),
                hint: finding.hint(lang),
                as_text: matches!(finding.code, Code::IdAsNumber | Code::BadId),
            };
            let whom = if let Some(Fact::Person(name) | Fact::Item(name)) = &finding.fact { Some(name.clone()) } else { None };
            let lacks = finding.code == Code::MissingEntry && finding.place.cell.is_none();
            Some((mark, finding.ordinal.filter(|_| lacks).map(|ordinal| (whom, ordinal))))
        })
        .collect();
    marks.sort_by_key(|(mark, _)| mark.level);
    let rows = missing.iter().take(MOST_ROWS).filter_map(|row| {
        let about = marks.iter().position(|(mark, told)| mark.sheet.as_ref() == Some(&row.sheet) && told.as_ref() == Some(&row.told))?;
        Some(AddedRow { sheet: Arc::clone(&row.sheet), at: row.at, known: row.known.clone(), open: row.open.clone(), mark: about })
    });
    let rows: Vec<AddedRow> = rows.collect();
    let marks = marks.into_iter().map(|(mark, _)| mark).collect();
    let when = match (lang, deadline.end) {
        (Lang::Zh, _) => deadline.text(),
        (Lang::En, Some(end)) => format!("by {end}"),
        (Lang::En, None) => format!("within {} working days", deadline.days),
    };
    let instructions =
        fill("marked-how", lang, &[("when", &when), ("to", &deadline.to), ("list", marked::LIST), ("phone", &deadline.phone)]);
    let run = if lang == Lang::Zh { writer.issuer.run.zh() } else { writer.issuer.run.to_string() };
    let marking = Marking {
        title: fill("marked-title", lang, &[("branch", branch), ("period", &run)]),
        instructions,
        marks,
        rows,
        returns: digest::hex(&intake::digest(&opened.prints)),
        date: writer.county.date,
        drawn: drawn(writer.county, &book, &file.name),
        lang,
    };
    marked::write(&bytes, &book, &marking).ok()
}

/// The sheets of the blank workbook that a file was made from: 模板版本 tells. Its branch may be none of the register.
fn drawn(county: &Setup, book: &Book, file: &Arc<str>) -> Vec<Sheet> {
    let (cover, _) = read_cover(book, file, &county.intake);
    let code = cover.branch_code.as_deref().filter(|_| cover.issued());
    let Some(at) = code.and_then(|code| county.register.branches.iter().position(|branch| branch.code == code)) else { return Vec::new() };
    let shared = blanks::County {
        issuer: &county.workspace.issuer,
        year: county.workspace.year,
        date: county.date,
        schemes: &county.schemes,
        categories: &county.workspace.categories,
        deadlines: &[],
    };
    blanks::workbook(&shared, &county.register.branches[at], &[], &|category| county.scheme_of(at, category)).sheets
}

/// Writes 催报名单 into the folder of each committee that has someone to remind.
pub fn write_reminders<'a>(writer: &Writer<'a>, resolved: &Resolved, folders: &[(&'a str, String)]) -> Result<Vec<Noticed<'a>>, RunError> {
    let deadline = deadline(writer);
    let written = folders.par_iter().map(|(committee, folder)| {
        let all = writer.county.register.branches.iter().zip(&resolved.branches);
        // Whoever owes nothing is not reminded, also if what he sent was returned.
        let branches = all.filter(|(branch, result)| result.owing && branch.committee == *committee);
        let reminded: Vec<Reminded<'_>> = branches
            .filter_map(|(branch, result)| {
                let standing = match &result.state {
                    BranchState::Returned => Standing::Returned,
                    BranchState::Missing => Standing::Missing,
                    BranchState::Accepted(_) | BranchState::NotOwed | BranchState::LeftOut => return None,
                };
                let own = |finding: &&Finding| finding.branch_code.as_deref() == Some(branch.code.as_str());
                let errors = resolved.findings.iter().filter(own).filter(|finding| finding.severity() == Severity::Error).count();
                Some(Reminded { branch, standing, errors })
            })
            .collect();
        let states: Vec<String> = reminded.iter().map(|line| format!("{}{:?}{}", line.branch.code, line.standing, line.errors)).collect();
        let mut noticed = Noticed::of(Unit::Committee(committee));
        for form in FORMS.iter().filter(|_| !reminded.is_empty()) {
            let Data::Reminded(data) = form.data else { continue };
            let loaded = writer.templates.template(form, None)?;
            let mut made_from = vec![env!("CARGO_PKG_VERSION"), &loaded.digest];
            made_from.extend(states.iter().map(String::as_str));
            let digest = short_digest(&made_from);
            let record = data(&Reminder { committee, issuer: writer.issuer, branches: &reminded, deadline: &deadline, digest: &digest });
            let parts = vec![(&loaded.template, record)];
            writer.print(form, folder, Filled { parts, ..Filled::default() }, &mut noticed)?;
        }
        Ok(noticed)
    });
    written.collect()
}
