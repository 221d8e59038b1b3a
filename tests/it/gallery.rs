//! One minimal case a finding code, and `docs/errors.md`, which is made of them.
//!
//! `tests/cases/findings/<code>.toml` changes a few cells of a workbook in `base/`; the case must give just that code
//! (or what `expect` lists). The page shows the input, the place and the words. `BLESS=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use scorebook::diag::{CellRef, Code, Finding, Lang, severity_word, title};
use scorebook::period::RunPeriod;
use scorebook::run::{self, Options};
use serde::Deserialize;

use crate::support::{Sheets, base, cells, done, sheet_of, silent, workbook, zip};

/// What a case changes in a workbook.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Workbook {
    name: String,
    /// `half`, `locked-zip`, `many-sheets`, `text`: no workbook at all.
    raw: Option<String>,
    /// Cells by `sheet!A1`.
    set: BTreeMap<String, String>,
    /// Rows added below a sheet's.
    rows: BTreeMap<String, Vec<String>>,
    /// Rows made blank, `sheet!3`.
    cut: Vec<String>,
    /// Sheets left out.
    drop: Vec<String>,
    /// Sheets added.
    sheets: BTreeMap<String, Vec<String>>,
    /// Sheets hidden.
    hidden: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A workbook of `base/`, named after the scheme it is for.
    base: String,
    period: String,
    /// Codes that must be found, sorted; the case's own where absent.
    expect: Option<Vec<String>>,
    /// What must stand in a message or hint.
    #[serde(default)]
    says: Vec<String>,
    /// What the input is, where no sheet shows it.
    shows: Option<String>,
    /// 支部编码, 支部名称, 上级党组织, 党员数, 设立月, 撤销月, 并入, 并入月.
    #[serde(default = "one_branch")]
    register: Vec<String>,
    /// Lines of `scorebook.toml`.
    #[serde(default)]
    configuration: String,
    /// Forms to be written: the case needs a whole run.
    forms: Option<Vec<String>>,
    /// Lines added to the scheme, which is then the county's own.
    #[serde(default)]
    scheme_adds: String,
    /// Texts in place of photos, by name in the folder 照片.
    #[serde(default)]
    photos: BTreeMap<String, String>,
    /// The county's own board: `{人数}` in a column far too narrow.
    #[serde(default)]
    narrow_board: bool,
    /// The period that was run, posted and recorded before, with these cells instead.
    posted: Option<String>,
    #[serde(default)]
    before: BTreeMap<String, String>,
    /// The branch sent nothing.
    #[serde(default)]
    nothing: bool,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    rows: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cut: Vec<String>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    sheets: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    hidden: Vec<String>,
    #[serde(default)]
    file: Vec<Workbook>,
}

fn one_branch() -> Vec<String> {
    vec!["0101 | 第一支部 | 第一党委".to_owned()]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/findings")
}

/// `C12` as zero-based row and column.
fn place_of(cell: &str) -> (usize, usize) {
    let digits = cell.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = cell[..digits].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1) - 1;
    (cell[digits..].parse::<usize>().unwrap() - 1, column)
}

fn changed(mut sheets: Sheets, change: &Workbook) -> Sheets {
    for (at, value) in &change.set {
        let (sheet, cell) = at.split_once('!').unwrap();
        let (row, column) = place_of(cell);
        let row = &mut sheet_of(&mut sheets, sheet)[row];
        row.resize(row.len().max(column + 1), String::new());
        row[column].clone_from(value);
    }
    for (sheet, rows) in &change.rows {
        sheet_of(&mut sheets, sheet).extend(rows.iter().map(|row| cells(row)));
    }
    for at in &change.cut {
        let (sheet, row) = at.split_once('!').unwrap();
        sheet_of(&mut sheets, sheet)[row.parse::<usize>().unwrap() - 1].clear();
    }
    sheets.retain(|(name, _)| !change.drop.contains(name));
    sheets.extend(change.sheets.iter().map(|(name, rows)| (name.clone(), rows.iter().map(|row| cells(row)).collect())));
    sheets
}

fn raw(kind: &str, whole: &[u8]) -> Vec<u8> {
    match kind {
        "half" => whole[..whole.len() / 2].to_vec(),
        "text" => "各支部：请于本月底前报送。\n".as_bytes().to_vec(),
        "many-sheets" => workbook(&(0..300).map(|at| (format!("表{at}"), Vec::new())).collect(), &[]),
        "locked-zip" => {
            let mut bytes = zip(&[("第一支部.xlsx", whole)]);
            // Bit 0 of the general-purpose flags, in the entry's own header and in the directory.
            for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
                let at = bytes.windows(4).position(|window| window == signature).unwrap();
                bytes[at + flags] |= 1;
            }
            bytes
        }
        other => panic!("{other}"),
    }
}

impl Case {
    fn read(code: Code) -> Self {
        let path = folder().join(format!("{code}.toml"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{code} has no case: {}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    /// All workbooks with their sheets, the branch's own first.
    fn files(&self) -> Vec<(String, Option<String>, Sheets, Vec<String>)> {
        let base = base(&self.base);
        let own = Workbook {
            set: self.set.clone(),
            rows: self.rows.clone(),
            cut: self.cut.clone(),
            drop: self.drop.clone(),
            sheets: self.sheets.clone(),
            ..Workbook::default()
        };
        let mut files = vec![("第一支部.xlsx".to_owned(), None, changed(base.clone(), &own), self.hidden.clone())];
        if self.nothing {
            files.clear();
        }
        for more in &self.file {
            files.push((more.name.clone(), more.raw.clone(), changed(base.clone(), more), more.hidden.clone()));
        }
        files
    }

    fn write(&self, root: &Path) {
        std::fs::create_dir(root.join("inbox")).unwrap();
        let settings = format!(
            "county = \"示范县\"\nissuer = \"中共示范县委组织部\"\nyear = 2026\nregister = \"机构名册.xlsx\"\ninbox = \"inbox\"\nscheme = \"{}\"\n{}",
            self.base, self.configuration
        );
        std::fs::write(root.join("scorebook.toml"), settings).unwrap();
        let mut register =
            vec![["支部编码", "支部名称", "上级党组织", "党员数", "设立月", "撤销月", "并入", "并入月"].map(String::from).to_vec()];
        register.extend(self.register.iter().map(|line| {
            let mut row = cells(line);
            row[0] = format!("'{}", row[0]);
            row
        }));
        std::fs::write(root.join("机构名册.xlsx"), workbook(&vec![("机构名册".to_owned(), register)], &[])).unwrap();
        for (name, kind, sheets, hidden) in self.files() {
            let whole = workbook(&sheets, &hidden);
            let bytes = kind.map_or_else(|| whole.clone(), |kind| raw(&kind, &whole));
            let path = root.join("inbox").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        for (name, text) in &self.photos {
            std::fs::create_dir_all(root.join("照片")).unwrap();
            std::fs::write(root.join("照片").join(name), text).unwrap();
        }
        if !self.scheme_adds.is_empty() {
            let built_in = scorebook::builtin::scheme(&self.base).unwrap();
            std::fs::create_dir(root.join("schemes")).unwrap();
            let text = String::from_utf8_lossy(&built_in).into_owned() + "\n" + &self.scheme_adds;
            std::fs::write(root.join(format!("schemes/{}.toml", self.base)), text).unwrap();
        }
        if self.narrow_board {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            let large = rust_xlsxwriter::Format::new().set_font_size(72);
            sheet.set_column_width(0, 0.5).unwrap().write_with_format(0, 0, "{人数}", &large).unwrap();
            sheet.write(1, 1, "{.姓名}").unwrap();
            std::fs::create_dir(root.join("templates")).unwrap();
            book.save(root.join("templates/board.xlsx")).unwrap();
        }
        if let Some(period) = &self.posted {
            let path = root.join("inbox/第一支部.xlsx");
            let now = std::fs::read(&path).unwrap();
            let before = Workbook { set: self.before.clone(), ..Workbook::default() };
            std::fs::write(&path, workbook(&changed(base(&self.base), &before), &[])).unwrap();
            let period = RunPeriod::parse(period);
            let options = Options { workspace: root.to_owned(), period, forms: Some(vec!["board".to_owned()]), ..Options::default() };
            done(run::run(&options, &silent));
            let date = period.map(RunPeriod::last_day);
            done(scorebook::post::post(&Options { date, ..options }, &scorebook::post::PostOrder::default()));
            std::fs::write(&path, now).unwrap();
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let root = tempfile::tempdir().unwrap();
        self.write(root.path());
        let options = Options {
            workspace: root.path().to_owned(),
            period: RunPeriod::parse(&self.period),
            forms: self.forms.clone(),
            ..Options::default()
        };
        let work = if self.forms.is_some() { run::run } else { run::check };
        done(work(&options, &silent)).resolved.findings
    }
}

/// The sheet around a finding: its heading and the rows about the cell, the cell itself in bold.
fn table(rows: &[Vec<String>], cell: Option<CellRef>) -> String {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let shown = |row: usize| match cell {
        Some(at) => row == 0 || row.abs_diff(at.row as usize) <= 1,
        None => row < 8,
    };
    let letters: Vec<String> =
        (0..width).map(|column| CellRef { row: 0, column: column as u16 }.to_string().trim_end_matches('1').to_owned()).collect();
    let mut text = format!("| | {} |\n|{}\n", letters.join(" | "), " --- |".repeat(width + 1));
    for (number, row) in rows.iter().enumerate().filter(|(number, _)| shown(*number)) {
        let cells: Vec<String> = (0..width)
            .map(|column| {
                let written = row.get(column).map_or("", String::as_str);
                let plain: String = written.strip_prefix('\'').unwrap_or(written).chars().filter(|c| !c.is_control()).collect();
                match cell {
                    Some(at) if (at.row as usize, usize::from(at.column)) == (number, column) => {
                        if plain.is_empty() {
                            "**（空白）**".to_owned()
                        } else {
                            format!("**{plain}**")
                        }
                    }
                    _ => plain,
                }
            })
            .collect();
        let _ = writeln!(text, "| {} | {} |", number + 1, cells.join(" | "));
    }
    text
}

/// The page's part about a code.
fn section(code: Code, case: &Case, findings: &[Finding]) -> String {
    let mut text = format!("### {code}\n\n{} · {}\n\n", title(code, Lang::Zh), title(code, Lang::En));
    let finding = findings.iter().find(|finding| finding.code == code).unwrap();
    let place = &finding.place;
    if let Some(shows) = &case.shows {
        let _ = writeln!(text, "Input: {shows}.\n");
    }
    let files = case.files();
    let file = files.iter().find(|(name, kind, ..)| place.file.as_deref() == Some(name) && kind.is_none());
    if let Some((_, rows)) = file.and_then(|(_, _, sheets, _)| sheets.iter().find(|(name, _)| place.sheet.as_deref() == Some(name))) {
        let _ = writeln!(text, "{}", table(rows, place.cell));
    } else if code == Code::RareCharacter {
        let _ = writeln!(text, "{}", table(&files[0].2.iter().find(|(name, _)| name == "党员名册").unwrap().1, None));
    }
    let cell = place.cell.map(|cell| cell.to_string());
    let parts: Vec<&str> = [place.file.as_deref(), place.sheet.as_deref(), cell.as_deref()].into_iter().flatten().collect();
    let at = if parts.is_empty() { "（没有位置）".to_owned() } else { parts.join(" › ") };
    let value = finding.value.as_deref().map(|value| format!(", `value` {value:?}")).unwrap_or_default();
    let _ = writeln!(text, "* At: {at}{value}");
    for lang in [Lang::Zh, Lang::En] {
        let (what, how) = if lang == Lang::Zh { ("问题", "怎么改") } else { ("Message", "Remedy") };
        let _ = writeln!(text, "* {what}: {}\n* {how}: {}", finding.message(lang), finding.hint(lang));
    }
    text + "\n"
}

const HEAD: &str = "# Findings

Every kind of finding with the smallest input that gives it: where it stands, what is said in both languages, and what
to do. `scorebook rule CODE` explains each at length. The cell is bold. An error returns the submission; a warning wants
to be looked at; a note tells what was done.

This page is made of `tests/cases/findings` by the test `gallery`, which fails where the two differ or a code has no case;
`BLESS=1 cargo test --test it gallery` writes it anew.
";

#[test]
fn every_code_has_a_case_that_gives_just_it_and_the_page_shows_it() {
    let mut page = HEAD.to_owned();
    let mut severity = None;
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let case = Case::read(*code);
        let findings = case.findings();
        let mut found: Vec<&str> = findings.iter().map(|finding| finding.code.word()).collect();
        found.sort_unstable();
        let expected = case.expect.clone().unwrap_or_else(|| vec![code.word().to_owned()]);
        wrong.extend(hollow(&findings).map(|text| format!("{code}: a value is missing: {text}")));
        if found != expected || !found.contains(&code.word()) {
            wrong.push(format!(
                "{code}: {:?}",
                findings.iter().map(|f| format!("{} {:?} {}", f.code, f.place, f.message(Lang::En))).collect::<Vec<_>>()
            ));
            continue;
        }
        if severity.replace(code.severity()) != Some(code.severity()) {
            let (zh, en) = (severity_word(code.severity(), Lang::Zh), severity_word(code.severity(), Lang::En));
            let _ = write!(page, "\n## {zh} · {en}\n\n");
        }
        page += &section(*code, &case, &findings);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let page = page.trim_end().to_owned() + "\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = page.lines().zip(kept.lines()).position(|(new, old)| new != old);
    assert!(page == kept, "docs/errors.md differs from line {:?} on; BLESS=1 writes it anew", first.map(|line| line + 1));
}

/// Messages and hints in which a value is missing: quotation marks with nothing in them, two blanks.
fn hollow(findings: &[Finding]) -> impl Iterator<Item = String> + '_ {
    let texts = findings.iter().flat_map(|finding| [Lang::Zh, Lang::En].map(|lang| [finding.message(lang), finding.hint(lang)]));
    texts.flatten().filter(|text| {
        let traces = ["“”", "``", "（）", "()", "《》", "  ", " 、", "：，", "：；"];
        text.is_empty() || text.trim() != text || text.contains(['{', '}']) || traces.iter().any(|trace| text.contains(trace))
    })
}

#[test]
fn further_cases_find_and_say_what_they_list() {
    let text = std::fs::read_to_string(folder().join("further/cases.toml")).unwrap();
    let cases: BTreeMap<String, Case> = toml::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let findings = case.findings();
        let mut found: Vec<&str> = findings.iter().map(|finding| finding.code.word()).collect();
        found.sort_unstable();
        let said: Vec<String> = findings.iter().flat_map(|finding| [finding.message(Lang::Zh), finding.hint(Lang::Zh)]).collect();
        let unsaid: Vec<&String> = case.says.iter().filter(|words| !said.iter().any(|text| text.contains(words.as_str()))).collect();
        if Some(&found.iter().map(|word| (*word).to_owned()).collect()) != case.expect.as_ref() || !unsaid.is_empty() {
            wrong.push(format!("{name}: {found:?} unsaid {unsaid:?} of {said:?}"));
        }
        wrong.extend(hollow(&findings).map(|text| format!("{name}: a value is missing: {text}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_about_a_code() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let word = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(Code::from_word(&word).is_some(), "{word} is no code");
        }
    }
}
