//! The house's rules, read out of the source: who uses whom, and what must not stand where.
//!
//! The table of rooms is the one in `docs/architecture.md`, so that the map cannot differ from the building.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use scorebook::diag::Code;
use scorebook::forms::FORMS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file without comments and test modules; line breaks are kept, so that line numbers hold.
struct Source {
    /// From the package's folder.
    name: String,
    /// The room it belongs to: `diag`; `lib` and `main` for the two roots.
    room: String,
    whole: String,
    code: String,
}

impl Source {
    /// Faults of lines that hold one of the words.
    fn lines_with<'a>(&'a self, words: &'a [&str], why: &'a str) -> impl Iterator<Item = String> + 'a {
        let hit = |line: &str| words.iter().find(|word| has_word(line, word)).copied();
        self.code.lines().enumerate().filter_map(move |(at, line)| hit(line).map(|word| self.fault(at, &format!("`{word}`: {why}"))))
    }

    fn fault(&self, line: usize, what: &str) -> String {
        format!("{}:{}: {what}", self.name, line + 1)
    }
}

/// True where the word stands by itself: `f64`, not `buf64`.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        let open = |edge: Option<char>, neighbour: Option<char>| !(edge.is_some_and(part) && neighbour.is_some_and(part));
        open(word.chars().next(), before) && open(word.chars().next_back(), after)
    })
}

fn sources() -> Vec<Source> {
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    let whole: Vec<(PathBuf, String)> = paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect();
    let tests: BTreeSet<PathBuf> = whole.iter().flat_map(|(path, text)| test_files(path, text)).collect();
    whole
        .into_iter()
        .filter(|(path, _)| !tests.contains(path))
        .map(|(path, whole)| {
            let inside = path.strip_prefix(root().join("src")).unwrap();
            let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let room = first.strip_suffix(".rs").map_or(first.clone(), str::to_owned);
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            Source { name, room, code: bare(&whole), whole }
        })
        .collect()
}

/// Files that a module declares for its tests: `#[cfg(test)] mod tests;`.
fn test_files(path: &Path, text: &str) -> Vec<PathBuf> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declared = |pair: &[&str]| {
        let name = pair[1].strip_prefix("pub(crate) ").unwrap_or(pair[1]).strip_prefix("mod ")?.strip_suffix(';')?;
        (pair[0] == "#[cfg(test)]").then(|| name.to_owned())
    };
    let folder = if path.file_name().is_some_and(|name| name == "mod.rs" || name == "lib.rs") {
        path.parent().unwrap().to_owned()
    } else {
        path.with_extension("")
    };
    lines.windows(2).filter_map(declared).map(|name| folder.join(format!("{name}.rs"))).collect()
}

/// Comments out, and test modules, which end where a brace stands at their own indent.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    let mut skipping: Option<String> = None;
    while let Some(line) = lines.next() {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        match &skipping {
            Some(end) if line.trim_end() == format!("{end}}}") => skipping = None,
            Some(_) => {}
            None if line.trim() == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.trim_end().ends_with('{')) => {
                skipping = Some(indent);
            }
            None => out.push_str(without_comment(line)),
        }
        out.push('\n');
    }
    assert!(skipping.is_none(), "a test module without an end");
    out
}

/// A line up to `//`, unless that stands in a text.
fn without_comment(line: &str) -> &str {
    let mut in_text = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' && before != '\'' => in_text = !in_text,
            '/' if !in_text && line[at..].starts_with("//") => return &line[..at],
            _ => {}
        }
        before = if before == '\\' { ' ' } else { c };
    }
    line
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Rooms and what they may use, from the table between `<!-- rooms -->` and `<!-- end -->`.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let table = text.split("<!-- rooms -->").nth(1).and_then(|rest| rest.split("<!-- end -->").next()).expect("the table of rooms");
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [room, _, uses] = cells.as_slice() else { panic!("docs/architecture.md: three cells a row: {line}") };
        let uses = uses.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(rooms.insert(room.trim_matches('`').to_owned(), uses).is_none(), "docs/architecture.md: {room} stands twice");
    }
    rooms
}

#[test]
fn rooms_use_only_whom_the_map_allows() {
    let rooms = rooms();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut idle: BTreeSet<(String, String)> =
        rooms.iter().flat_map(|(room, uses)| uses.iter().map(|used| (room.clone(), used.clone()))).collect();
    for source in sources().iter().filter(|source| source.room != "lib" && source.room != "main") {
        seen.insert(source.room.clone());
        let Some(may) = rooms.get(&source.room) else {
            faults.push(format!("{}: the room `{}` is not in docs/architecture.md", source.name, source.room));
            continue;
        };
        for (at, line) in source.code.lines().enumerate() {
            for (found, _) in line.match_indices("crate::") {
                if line[..found].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let after = &line[found + "crate::".len()..];
                if after.starts_with('{') {
                    faults.push(source.fault(at, "write one `use crate::room::…` a room"));
                    continue;
                }
                let used: String = after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                idle.remove(&(source.room.clone(), used.clone()));
                if rooms.contains_key(&used) && used != source.room && !may.contains(&used) {
                    faults.push(source.fault(at, &format!("`{}` may not use `{used}` (docs/architecture.md)", source.room)));
                }
            }
        }
    }
    faults.extend(idle.iter().map(|(room, used)| format!("docs/architecture.md: `{room}` does not use `{used}`")));
    faults.extend(rooms.keys().filter(|room| !seen.contains(*room)).map(|room| format!("docs/architecture.md: there is no room `{room}`")));
    assert_none(&faults);
}

/// With this and the two rules beside it no file can use one of another room that uses it in turn.
#[test]
fn rooms_are_left_by_their_names_only() {
    let faults = sources().into_iter().flat_map(|source| {
        let depth = source.name.matches('/').count() - usize::from(source.name.ends_with("/mod.rs"));
        let out = source.code.lines().enumerate().filter(|(_, line)| supers(line) >= depth).map(|(at, _)| at).collect::<Vec<_>>();
        out.into_iter().map(|at| source.fault(at, "`super` leads out of the room: write `crate::room`")).collect::<Vec<_>>()
    });
    assert_none(&faults.collect::<Vec<_>>());
}

/// The longest way up that a line goes: 2 for `super::super::x`.
fn supers(line: &str) -> usize {
    let ways = line.match_indices("super::").map(|(at, _)| line[at..].split("::").take_while(|part| *part == "super").count());
    ways.max().unwrap_or(0)
}

#[test]
fn the_map_has_no_circles() {
    let rooms = rooms();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < rooms.len() {
        let next = rooms.iter().find(|(room, uses)| !done.contains(room.as_str()) && uses.iter().all(|used| done.contains(used.as_str())));
        let stuck: Vec<&String> = rooms.keys().filter(|room| !done.contains(room.as_str())).collect();
        done.insert(
            next.unwrap_or_else(|| panic!("docs/architecture.md: rooms that use each other or none that exists, among {stuck:?}")).0,
        );
    }
}

#[test]
fn each_library_and_each_act_has_one_owner() {
    let owned: &[(&[&str], &[&str])] = &[
        (&["calamine", "html5gum", "mailparse"], &["sheet"]),
        (&["rust_xlsxwriter"], &["xlsx"]),
        (&["krilla", "genpdf", "lopdf", "subsetter"], &["pdf"]),
        (&["quick_xml"], &["ooxml", "sheet"]),
        (&["ZipArchive"], &["ooxml", "inbox"]),
        (&["ZipWriter"], &["ooxml", "publish"]),
        (&["rayon"], &["run", "issue", "mail_merge"]),
        (&["strsim", "unicode_width"], &["words"]),
        (&["Sha256"], &["digest", "bag", "publish", "record", "sheet"]),
        (
            &[
                "fs::write",
                "File::create",
                "OpenOptions",
                "create_dir",
                "create_dir_all",
                "fs::rename",
                "fs::copy",
                "remove_file",
                "remove_dir",
                "remove_dir_all",
                "set_permissions",
            ],
            &["publish"],
        ),
        (&["println!", "print!", "eprintln!", "eprint!"], &["cli", "main"]),
        // The fence has pipes to its workers.
        (&["stdout", "stderr"], &["cli", "main", "fence"]),
        (&["process::exit", "process::abort"], &["cli", "main"]),
    ];
    let mut faults = Vec::new();
    for source in &sources() {
        for (words, owners) in owned {
            if !owners.contains(&source.room.as_str()) {
                faults.extend(source.lines_with(words, &format!("only {} may", owners.join(" and "))));
            }
        }
    }
    assert_none(&faults);
}

/// Functions outside the rooms of geometry that may name a float, with the reason.
const FLOATS: &[(&str, &str, &str)] = &[
    ("src/exact/decimal.rs", "fn to_stored", "the one way out: a published decimal as the number a cell stores"),
    ("src/ooxml/element.rs", "fn length", "an attribute that is a length in points"),
    ("src/ooxml/theme.rs", "fn tinted", "how light a colour is"),
    ("src/report/county.rs", "fn column", "a column's width"),
    ("src/report/county.rs", "fn number", "a column's width"),
];

#[test]
fn scores_are_never_floats() {
    let mut faults = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !["sheet", "form", "layout", "template", "fill", "table", "font", "pdf", "xlsx"].contains(&source.room.as_str()))
    {
        let mut function = "";
        for (at, line) in source.code.lines().enumerate() {
            function = line.find("fn ").map_or(function, |found| &line[found..]);
            let excused = FLOATS.iter().any(|(file, name, _)| source.name == *file && function.starts_with(&format!("{name}(")));
            if (has_word(line, "f32") || has_word(line, "f64")) && !excused {
                faults.push(source.fault(at, "a score is exact; floats belong to decoding, layout and the last write of a cell"));
            }
        }
    }
    assert_none(&faults);
}

/// Rooms that get bytes and values and give values.
const PURE: &[&str] = &[
    "exact", "scheme", "check", "score", "rollup", "forms", "report", "form", "layout", "template", "fill", "table", "period", "diag",
    "words", "config", "digest", "workbook", "ooxml",
];

#[test]
fn pure_rooms_touch_neither_disk_nor_clock() {
    let forbidden = [
        "std::fs",
        "fs::",
        "std::env",
        "env::",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant",
        "Utc::now",
        "Local::now",
        "std::io",
        "std::thread",
    ];
    let mut faults = Vec::new();
    for source in &sources() {
        if PURE.contains(&source.room.as_str()) {
            // A package and a picture are bytes in memory: reading from them is no IO of the machine's.
            let in_memory = ["src/ooxml/package.rs", "src/template/picture.rs", "src/template/upright.rs"].contains(&source.name.as_str());
            let words: Vec<&str> = forbidden.into_iter().filter(|word| !(in_memory && *word == "std::io")).collect();
            faults.extend(source.lines_with(&words, &format!("`{}` is pure", source.room)));
        }
        // A person who types `--date today` asks for it; whoever finds a lock, which is no output, must be able to judge
        // how old it is.
        if !["src/cli/today.rs", "src/publish/lock.rs"].contains(&source.name.as_str()) {
            faults.extend(source.lines_with(&["SystemTime", "Utc::now", "Local::now"], "no output reads the clock"));
        }
    }
    assert_none(&faults);
}

/// Rooms and files that speak of the sheets and headings of a submission.
const OF_SUBMISSIONS: [&str; 5] = ["src/submission/", "src/issue/", "src/sample/", "src/check/", "src/report/normalized.rs"];
/// The register has headings of its own, some of the same words.
const OF_THE_REGISTER: &str = "src/sample/frame.rs";

#[test]
fn headings_of_a_submission_are_spelt_in_one_place() {
    let sheets = scorebook::workbook::SHEETS;
    let headings: BTreeSet<&str> = sheets.iter().flat_map(|sheet| sheet.headings().chain([sheet.name])).collect();
    let all = sources();
    let mut faults = Vec::new();
    for source in
        all.iter().filter(|source| OF_SUBMISSIONS.iter().any(|own| source.name.starts_with(own)) && source.name != OF_THE_REGISTER)
    {
        for (at, line) in source.code.lines().enumerate() {
            for text in line.split('"').skip(1).step_by(2).filter(|text| headings.contains(text)) {
                faults.push(source.fault(at, &format!("`{text}`: its name is in `workbook::column`, a sheet's in `workbook`")));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn cell_references_are_read_in_one_place() {
    let all = sources();
    let others = all.iter().filter(|source| source.name != "src/diag/place.rs");
    let faults: Vec<String> = others.flat_map(|source| source.lines_with(&["b'A'"], "`CellRef::parse` reads cell references")).collect();
    assert_none(&faults);
}

#[test]
fn every_file_says_what_it_is() {
    let all = sources();
    let silent = all.iter().filter(|source| source.room != "main" && !source.whole.starts_with("//!"));
    assert_none(&silent.map(|source| source.fault(0, "begin with `//!`")).collect::<Vec<_>>());
}

/// Where values of a finding's text may be taken: to make the text, to keep them for another run, to add to them, to say several
/// in one line of a letter or a list.
const TEXT_VALUES: [&str; 3] = ["src/diag/", "src/run/state.rs", "src/run/letter.rs"];

/// A sentence that is put in another way, with other names for its values, must change no result.
#[test]
fn nothing_is_decided_by_what_a_text_is_filled_with() {
    let all = sources();
    let own = |source: &&Source| !TEXT_VALUES.iter().any(|place| source.name.starts_with(place));
    let why = "what the program needs of a finding is a `Fact` or a field";
    // Values are put in and taken out again; `sort_findings` orders by everything, last by the texts.
    let read = |line: &str| {
        let words =
            ["finding.args", "found.args"].into_iter().flat_map(|word| line.match_indices(word).map(move |(at, _)| at + word.len()));
        words.map(|end| &line[end..]).any(|rest| ![".push(", ".extend", ".clear("].iter().any(|put| rest.starts_with(put)))
            || line.contains(".args.iter().find(")
    };
    let mut faults = Vec::new();
    for source in all.iter().filter(own) {
        faults.extend(source.code.lines().enumerate().filter(|(_, line)| read(line)).map(|(at, _)| source.fault(at, why)));
    }
    assert_none(&faults);
}

#[test]
fn files_stay_readable() {
    let all = sources();
    let long = all.iter().filter(|source| source.whole.lines().count() > 700);
    assert_none(&long.map(|source| source.fault(700, "too long: it holds two nouns, split it")).collect::<Vec<_>>());
}

/// Ids of forms that are everyday words, keys of results, settings and schemes.
const EVERYDAY: [&str; 9] = ["ballot", "due", "exempt", "honours", "list", "poll", "review", "roster", "warning"];

/// Words that are a form's id and mean something else in a file: the figure `board` of results, tables of a scheme file.
const NO_FORM: &[(&str, &[&str])] = &[
    ("src/bag/tables.rs", &["board"]),
    ("src/report/results.rs", &["board"]),
    ("src/run/compare.rs", &["board"]),
    ("src/merge/mod.rs", &["board"]),
    ("src/scheme/load.rs", &["board", "card", "registry"]),
    ("src/score/mod.rs", &["board"]),
];

#[test]
fn a_form_is_named_in_its_table_only() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.room != "forms") {
        let other = NO_FORM.iter().find(|(file, _)| *file == source.name).map_or(&[][..], |(_, words)| words);
        for word in FORMS.iter().flat_map(|form| [form.id, form.title]).filter(|word| !other.contains(word) && !EVERYDAY.contains(word)) {
            let quoted = format!("\"{word}\"");
            let typed = source.code.lines().enumerate().filter(|(_, line)| line.contains(&quoted));
            faults.extend(typed.map(|(at, _)| source.fault(at, &format!("{quoted}: what is asked about a form stands in src/forms"))));
        }
    }
    assert_none(&faults);
}

/// Lines a function may have at most.
const LONGEST_FUNCTION: usize = 120;

#[test]
fn functions_stay_readable() {
    let mut faults = Vec::new();
    for source in &sources() {
        let long = functions(&source.code).into_iter().filter(|(.., lines)| *lines > LONGEST_FUNCTION);
        faults.extend(
            long.map(|(at, name, lines)| source.fault(at, &format!("`{name}` has {lines} lines: part it by what its parts are about"))),
        );
    }
    assert_none(&faults);
}

/// Each function with the line it begins on, from 0, its name and how many lines it has.
fn functions(code: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let begins = |line: &str| {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub") || ["const", "async", "unsafe"].contains(word));
        words.next() == Some("fn")
    };
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = format!("{indent}}}");
        let last = if line.trim_end().ends_with(['}', ';']) { Some(0) } else { lines[at..].iter().position(|below| *below == end) };
        let name = line.split("fn ").nth(1).map_or("", |rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""));
        found.push((at, name, last.map_or(0, |last| last + 1)));
    }
    found
}

#[test]
fn every_text_is_in_the_catalogue() {
    let catalogue: toml::Table = std::fs::read_to_string(root().join("src/diag/catalogue.toml")).unwrap().parse().unwrap();
    let texts = catalogue["text"].as_table().unwrap();
    let mut faults = Vec::new();
    for source in &sources() {
        for (at, line) in source.code.lines().enumerate() {
            for call in ["text(\"", "fill(\"", "t(\""] {
                for (found, _) in line.match_indices(call) {
                    let Some((key, _)) = line[found + call.len()..].split_once('"') else { continue };
                    let alone = !line[..found].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                    // Other functions of the name take parts of packages and Chinese field names.
                    let is_key = !key.is_empty()
                        && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
                        && ["cli", "run", "diag", "report", "publish"].contains(&source.room.as_str());
                    if alone && is_key && !texts.contains_key(key) {
                        faults.push(source.fault(at, &format!("catalogue.toml lacks the text `{key}`")));
                    }
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_code_is_found_by_some_check() {
    let variant = |code: Code| -> String { code.word().split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect() };
    let all = sources();
    let found = |code: Code| {
        let name = format!("Code::{}", variant(code));
        all.iter().filter(|source| source.room != "diag").any(|source| source.code.lines().any(|line| has_word(line, &name)))
    };
    let silent = Code::ALL.iter().filter(|code| !found(**code));
    assert_none(&silent.map(|code| format!("src/diag/code.rs: nothing finds `{code}`: it needs a check")).collect::<Vec<_>>());
}

/// The reader of the source is itself checked: a rule that sees nothing would pass for ever.
#[test]
fn the_reader_sees_what_it_should() {
    let text = "use crate::sheet; // crate::cli\nlet url = \"http://x\"; let f: f64;\n#[cfg(test)]\nmod tests {\n    use crate::run;\n}\nlet after = 1;\n";
    let code = bare(text);
    assert_eq!(code.lines().count(), text.lines().count());
    assert!(code.contains("crate::sheet") && code.contains("f64") && code.contains("after"));
    assert!(!code.contains("crate::cli") && !code.contains("crate::run"));
    assert!(
        has_word("x: f64,", "f64")
            && !has_word("buf64", "f64")
            && has_word("std::fs::write(", "fs::write")
            && !has_word("fs::write_all", "fs::write")
    );
    assert_eq!(test_files(Path::new("src/pdf/mod.rs"), "#[cfg(test)]\nmod tests;\n"), [PathBuf::from("src/pdf/tests.rs")]);
    assert_eq!(functions("pub fn one(\n    a: u8,\n) {\n    a\n}\n    const fn two() {}\n"), [(0, "one", 5), (5, "two", 1)]);
    assert_eq!((supers("use super::super::intake;"), supers("use super::a; use crate::b;"), supers("supers::x")), (2, 1, 0));
    assert!(sources().len() > 50, "the source was not found");
}

/// An administrator copies from the page; what stands there must load.
#[test]
fn the_examples_of_the_scheme_page_load() {
    let page = std::fs::read_to_string(root().join("docs/scheme.md")).unwrap();
    let examples: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let whole = examples[0];
    let load = |text: &str| scorebook::scheme::load(text).unwrap_or_else(|error| panic!("docs/scheme.md: {error}\n{text}"));
    load(whole);
    // The others are parts: each takes the place of its like in the whole example, or is added to it.
    for part in &examples[1..] {
        let mut scheme: toml::Table = whole.parse().unwrap();
        scheme.extend(part.parse::<toml::Table>().unwrap());
        // Letters and vetoes name grades, which another table of grades lacks.
        if part.starts_with("[grades") || part.starts_with("[[grades") {
            scheme.remove("letter");
            scheme.remove("veto");
        }
        load(&toml::to_string(&scheme).unwrap());
    }
}
