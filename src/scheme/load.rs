//! From a scheme file's text to a proven [`Scheme`]; everything that is wrong is said at once, with its place.

use std::sync::Arc;

use crate::config::{ConfigError, Keys, Parsed, Written};
use crate::diag::{Given, Terms};

use super::Value;
use super::bounds::Bounds;
use super::facts::adjustments;
use super::figures::{Known, figures, formula_of_form, of_forms, window};
use super::formula::{Builtin, Formula};
use super::items::{self, Entries};
use super::model::{BoardView, Figure, Origin, Publication, RowContent, RowTotal, Rules, Scheme, SummaryRow};
use super::outcomes::{self, Ends, Ranked};
use super::polls::polls;
use super::reach;
use super::reader::Reader;
use crate::period::Every;
use crate::workbook;

use super::values::{shares, values};

/// Most decimals that fit the compact marks of a submission.
const MOST_DECIMALS: u32 = 3;
const MOST_DIGITS: u32 = 6;
/// Characters of a word in [words].
const LONGEST_WORD: usize = 8;

/// Reads and proves a scheme. The digest is left empty for the caller who has the bytes.
pub fn load(text: &str) -> Result<Scheme, ConfigError> {
    prove(text, None, None)
}

/// The same for a county whose categories are known, from the file that is named after this id.
pub fn load_for(text: &str, id: &str, categories: &[String]) -> Result<Scheme, ConfigError> {
    prove(text, Some(id), Some(categories))
}

/// What a scheme file calls itself, whatever is wrong with the rest of it.
pub fn name_of(text: &str) -> Option<String> {
    let parsed = Parsed::of(text);
    let reader = Reader::new(&parsed, None);
    let mut keys = reader.keys(&parsed);
    reader.plain().optional_text(&mut keys, "name").map(|name| name.value)
}

fn prove(text: &str, wanted: Option<&str>, categories: Option<&[String]>) -> Result<Scheme, ConfigError> {
    prove_within(text, wanted, categories, Bounds::default())
}

fn prove_within(text: &str, wanted: Option<&str>, categories: Option<&[String]>, bounds: Bounds) -> Result<Scheme, ConfigError> {
    let parsed = Parsed::of(text);
    let mut reader = Reader::new(&parsed, categories);
    reader.bounds = bounds;
    // A file that is no TOML leaves nothing that could be proven without saying nonsense.
    if parsed.is_broken() {
        return Err(reader.plain().refused());
    }
    let keys = reader.keys(&parsed);
    let scheme = scheme(&mut reader, keys, wanted);
    let samples = std::mem::take(&mut reader.samples);
    // After a fault ranges would rest on what stands in its place.
    let warnings = if reader.is_good() { reach::warnings(&scheme, &reader.marks, &|span| reader.spot(span)) } else { Vec::new() };
    reader.plain().end(Scheme { samples, warnings, ..scheme })
}

/// What stands at the head of a file.
struct Head {
    id: String,
    name: String,
    version: String,
    digits: u32,
    decimals: u16,
    decimals_origin: Origin,
    grade_probationary: bool,
    lowest_first: bool,
    probationary_ever: bool,
    terms: Terms,
}

/// `[words]`: what the organisation calls its people and units.
fn terms<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Terms {
    let Some(mut keys) = reader.optional_table(keys, "words") else { return Terms::default() };
    let mut all: Vec<Written<String>> = Vec::new();
    let mut word = |reader: &mut Reader<'t>, key: &'static str| {
        let word = reader.optional_text(&mut keys, key)?;
        let said = &word.value;
        if !said.chars().all(char::is_alphanumeric) || said.chars().count() > LONGEST_WORD {
            reader.fault(
                &word.span,
                format!("“{said}”不能用作称呼：只能有汉字、字母和数字，最多 {LONGEST_WORD} 个字"),
                format!("`{said}` cannot be a word: letters and digits only, at most {LONGEST_WORD} of them"),
            );
        }
        if workbook::SHEETS.iter().any(|sheet| sheet.has(said) || sheet.name == said) {
            reader.fault(
                &word.span,
                format!("“{said}”已是报送表的表头或表名，请换一个称呼"),
                format!("`{said}` is a heading or a sheet of submissions already; choose another word"),
            );
        }
        all.push(word.clone());
        Some(word.value)
    };
    let given = Given {
        member: word(reader, "member"),
        branch: word(reader, "branch"),
        committee: word(reader, "committee"),
        category: word(reader, "category"),
        head: word(reader, "head"),
    };
    reader.unique(("称呼", "word"), &all);
    reader.finish(keys);
    Terms::new(&given)
}

fn head<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, wanted: Option<&str>) -> Head {
    let id = reader.text(keys, "id");
    if let Some(wanted) = wanted.filter(|wanted| *wanted != id.value && !id.value.is_empty()) {
        reader.fault(
            &id.span,
            format!("文件名是 {wanted}.toml，id 也应是“{wanted}”"),
            format!("the file is named {wanted}.toml, so the id must be `{wanted}`"),
        );
    }
    let name = reader.text(keys, "name").value;
    let version = reader.text(keys, "version").value;
    let digits = reader.optional_whole(keys, "digits", 0..=MOST_DIGITS).unwrap_or(2);
    let decimals = reader.whole(keys, "decimals", 0..=MOST_DECIMALS) as u16;
    let decimals_origin = reader.origin(keys, "decimals_origin");
    reader.sample(decimals_origin, || format!("每项最多{decimals}位小数"));
    let grade_probationary = reader.flag(keys, "grade_probationary");
    let lowest_first = reader.optional_choice(keys, "best", &[("highest", false), ("lowest", true)]).unwrap_or_default();
    let probationary_at = [("end", false), ("ever", true)];
    let probationary_ever = reader.optional_choice(keys, "probationary_at", &probationary_at).unwrap_or_default();
    let terms = terms(reader, keys);
    Head { id: id.value, name, version, digits, decimals, decimals_origin, grade_probationary, lowest_first, probationary_ever, terms }
}

/// Blocks of the file that are about members; one that scores branches alone has none of them.
const OF_MEMBERS: [&str; 14] = [
    "value",
    "poll",
    "adjustments",
    "grades",
    "stars",
    "veto",
    "letter",
    "honour",
    "quota",
    "publication",
    "board",
    "registry",
    "card",
    "row",
];

/// True for a file that scores branches alone.
fn of_branches_alone(keys: &Keys<'_>) -> bool {
    keys.has("branch") && !["entries", "group", "item", "figure"].iter().any(|key| keys.has(key))
}

fn scheme<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, wanted: Option<&str>) -> Scheme {
    let head = head(reader, &mut keys, wanted);
    if of_branches_alone(&keys) {
        for key in OF_MEMBERS.into_iter().filter(|key| keys.has(key)) {
            let place = keys.place(key);
            reader.fault(
                &place,
                format!("只给支部计分的细则（有 [branch]，没有 [entries]）不能写“{key}”"),
                format!("a file that scores branches alone, with [branch] and without [entries], has no `{key}`"),
            );
        }
        keys.allow(&OF_MEMBERS);
        keys.allow(&["entries", "group", "item", "figure"]);
        let branch = reader.optional_table(&mut keys, "branch").map(|keys| branch(reader, keys, &[], head.lowest_first));
        reader.finish(keys);
        return Scheme { branch, ..bare(head, Rules::none()) };
    }
    let entries = items::entries(reader, &mut keys, false);
    let values = values_of(reader, &mut keys);
    let items = items::items(reader, &mut keys, &entries, &values);
    let polls = polls(reader, &mut keys, &items);
    let adjustments = adjustments(reader, &mut keys);
    let who = Ranked { grade_probationary: head.grade_probationary, lowest_first: head.lowest_first, of_branch: false };
    let gradings = outcomes::gradings(reader, &mut keys, who);
    let stars = outcomes::stars(reader, &mut keys);
    let ends = Ends { gradings: &gradings, max_stars: stars.max, star_runs: &stars.runs };
    let (veto, takes_points) = outcomes::veto(reader, &mut keys, &ends);
    let letters = outcomes::letters(reader, &mut keys, &ends);
    let honours = outcomes::honours(reader, &mut keys, &ends);
    let quotas = outcomes::quotas(reader, &mut keys, &ends);

    let mut builtins = Vec::new();
    if let Some(adjustments) = &adjustments {
        builtins.extend([Builtin::Awards(adjustments.stacking), Builtin::Penalties(adjustments.stacking)]);
    }
    if takes_points.is_some() {
        builtins.push(Builtin::Vetoes);
    }
    let shorter_vetoes = veto.iter().flat_map(|veto| &veto.effects).filter(|effect| effect.points.is_some());
    let veto_runs: Vec<Every> = shorter_vetoes.flat_map(|effect| effect.runs.iter().copied()).collect();
    let known = Known {
        items: &items,
        values: &values,
        builtins: &builtins,
        polls: &polls,
        entries: entries.every,
        dated: entries.dated,
        veto_runs: &veto_runs,
        member_runs: &[],
        kinds: adjustments.as_ref().map(|rules| rules.kinds.as_slice()).unwrap_or_default(),
    };
    let figures = figures(reader, &mut keys, &known);
    if let Some(place) = takes_points.filter(|_| !uses_vetoes(&figures)) {
        reader.fault(&place, "有扣分，但算总分的算式里没有用“vetoes”", "points are taken, but no figure uses `vetoes`");
    }
    let usable = of_forms(&figures, entries.every);
    let view = |reader: &mut Reader<'t>, text: &Written<String>| formula_of_form(reader, text, &known, &usable);
    let board = board(reader, &mut keys, &view);
    let registry_note = reader.optional_table(&mut keys, "registry").map(|mut keys| {
        let note = reader.text(&mut keys, "note").value;
        reader.finish(keys);
        note
    });
    let card_item = reader.optional_table(&mut keys, "card").map(|mut keys| {
        let text = reader.text(&mut keys, "item");
        reader.finish(keys);
        view(reader, &text)
    });
    let rows = rows(reader, &mut keys, &view);
    let publication = publication(reader, &mut keys);
    let branch = reader.optional_table(&mut keys, "branch").map(|keys| branch(reader, keys, &figures, head.lowest_first));
    reader.finish(keys);
    let member = Rules {
        every: entries.every,
        scorers: entries.scorers,
        reviewed: entries.reviewed,
        dated: entries.dated,
        items,
        values,
        figures,
        gradings,
        stars: stars.bands,
        star_runs: stars.runs,
        max_stars: stars.max,
    };
    let registry_note = registry_note.unwrap_or_else(|| board.note.clone());
    Scheme {
        branch,
        polls,
        adjustments,
        veto,
        honours,
        quotas,
        letters,
        publication,
        board,
        registry_note,
        card_item,
        rows,
        ..bare(head, member)
    }
}

/// A scheme with nothing but its head and the rules of its members.
fn bare(head: Head, member: Rules) -> Scheme {
    Scheme {
        id: head.id,
        name: head.name,
        version: head.version,
        digest: String::new(),
        digits: head.digits,
        decimals: head.decimals,
        decimals_origin: head.decimals_origin,
        terms: head.terms,
        member,
        branch: None,
        polls: Vec::new(),
        adjustments: None,
        veto: None,
        honours: Vec::new(),
        quotas: Vec::new(),
        letters: Vec::new(),
        lowest_first: head.lowest_first,
        grade_probationary: head.grade_probationary,
        probationary_ever: head.probationary_ever,
        publication: Publication { year: 0, year_origin: Origin::Source, shorter: 0, shorter_origin: Origin::Source },
        registry_note: String::new(),
        board: no_board(),
        card_item: None,
        rows: Vec::new(),
        samples: Vec::new(),
        warnings: Vec::new(),
    }
}

fn no_board() -> BoardView {
    BoardView {
        period: Formula::Sum(Vec::new()),
        window: super::Window::Run,
        heading: String::new(),
        note: String::new(),
        note_part: String::new(),
    }
}

/// The values of a part of the file, the shares among them proven to add up.
fn values_of<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Vec<Arc<Value>> {
    let written = values(reader, keys);
    shares(reader, &written);
    written.into_iter().map(|read| read.value).collect()
}

fn uses_vetoes(figures: &[Figure]) -> bool {
    figures.iter().any(|figure| figure.formula.any(&|part| matches!(part, Formula::Builtin(Builtin::Vetoes))))
}

fn branch<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, of_members: &[Figure], lowest_first: bool) -> Rules {
    reader.of_branch = true;
    let totals = of_members.iter().filter(|figure| figure.id == "total").flat_map(|figure| figure.runs.iter().copied());
    let member_runs: &[Every] = &totals.collect::<Vec<_>>();
    // A branch that is scored by its members alone has no sheet of its own.
    let by_members = keys.get("entries").is_none() && keys.get("item").is_none();
    let none = Entries { every: Every::Year, scorers: None, reviewed: false, dated: false };
    let Entries { every, scorers, .. } = if by_members { none } else { items::entries(reader, &mut keys, true) };
    let values = values_of(reader, &mut keys);
    let entries = Entries { every, scorers: None, reviewed: false, dated: false };
    let items = if by_members { Vec::new() } else { items::items(reader, &mut keys, &entries, &values) };
    let gradings = outcomes::gradings(reader, &mut keys, Ranked { grade_probationary: false, lowest_first, of_branch: true });
    let stars = outcomes::stars(reader, &mut keys);
    let known = Known {
        items: &items,
        values: &values,
        builtins: &[],
        polls: &[],
        entries: every,
        dated: false,
        veto_runs: &[],
        member_runs,
        kinds: &[],
    };
    let figures = figures(reader, &mut keys, &known);
    reader.finish(keys);
    reader.of_branch = false;
    Rules {
        every,
        scorers,
        reviewed: false,
        dated: false,
        items,
        values,
        figures,
        gradings,
        stars: stars.bands,
        star_runs: stars.runs,
        max_stars: stars.max,
    }
}

fn board<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, view: &dyn Fn(&mut Reader<'t>, &Written<String>) -> Formula) -> BoardView {
    let Some(mut keys) = reader.table(keys, "board") else { return no_board() };
    let period = reader.text(&mut keys, "period");
    let board = BoardView {
        period: view(reader, &period),
        window: window(reader, &mut keys),
        heading: reader.text(&mut keys, "heading").value,
        note: reader.text(&mut keys, "note").value,
        note_part: reader.text(&mut keys, "note_part").value,
    };
    reader.finish(keys);
    board
}

fn rows<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, view: &dyn Fn(&mut Reader<'t>, &Written<String>) -> Formula) -> Vec<SummaryRow> {
    let mut rows = Vec::new();
    for mut keys in reader.tables(keys, "row") {
        let name = reader.text(&mut keys, "name").value;
        let text = reader.optional_text(&mut keys, "value");
        let window = window(reader, &mut keys);
        let totals = [("none", RowTotal::None), ("sum", RowTotal::Sum), ("last", RowTotal::Last)];
        let total = reader.optional_choice(&mut keys, "total", &totals).unwrap_or_default();
        let reasons = reader.flag(&mut keys, "reasons");
        let place = keys.span.clone();
        reader.finish(keys);
        match (text, reasons) {
            (Some(text), false) => {
                let formula = view(reader, &text);
                rows.push(SummaryRow { name, content: RowContent::Formula { formula, window, total } });
            }
            (None, true) => rows.push(SummaryRow { name, content: RowContent::Reasons }),
            _ => reader.fault(&place, "要写“value”或“reasons = true”中的一个", "give either `value` or `reasons = true`"),
        }
    }
    rows
}

fn publication<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Publication {
    use super::model::Origin::Source;
    let none = Publication { year: 0, year_origin: Source, shorter: 0, shorter_origin: Source };
    let Some(mut keys) = reader.table(keys, "publication") else { return none };
    let publication = Publication {
        year: reader.whole(&mut keys, "year", 0..=365),
        year_origin: reader.origin(&mut keys, "year_origin"),
        shorter: reader.whole(&mut keys, "shorter", 0..=365),
        shorter_origin: reader.origin(&mut keys, "shorter_origin"),
    };
    reader.finish(keys);
    reader.sample(publication.year_origin, || format!("年度公示{}个工作日", publication.year));
    reader.sample(publication.shorter_origin, || format!("其他各期公示{}个工作日", publication.shorter));
    publication
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Lang;

    fn builtin(id: &str) -> String {
        std::fs::read_to_string(format!("{}/templates/schemes/{id}.toml", env!("CARGO_MANIFEST_DIR"))).expect("scheme file")
    }

    #[test]
    fn builtin_schemes_load() {
        let ids = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"];
        for id in ids {
            let scheme = load(&builtin(id)).unwrap_or_else(|error| panic!("{}", error.message(id, Lang::En)));
            assert_eq!(scheme.id, id);
            assert!(scheme.rests_on_samples());
        }
    }

    #[test]
    fn says_everything_that_is_wrong_at_once() {
        let text = builtin("register-60")
            .replace("{ to = 60,", "{ to = 55,")
            .replace("sum(deductions))\"", "sum(deduction))\"")
            .replace("letter]]\ngrade = \"基本合格\"", "letter]]\ngrade = \"基本\"");
        let error = load(&text).expect_err("must be refused").message("x.toml", Lang::En);
        for part in ["gap: nothing covers 55 up to 60", "did you mean `deductions`?", "`基本` is no grade"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn refuses_binary_decimals_and_unknown_keys() {
        assert!(load(&builtin("ju-10star").replace("max = 10\n", "max = 9.5\n")).is_err());
        let error = load(&builtin("ju-10star").replace("min_ballots", "min_balots")).expect_err("unknown key").to_string();
        assert!(error.contains("min_balots") && error.contains("min_ballots"), "{error}");
    }

    /// What is said about a built-in scheme with these figures before its own, under low bounds.
    fn said(figures: &str, bounds: Bounds) -> Vec<String> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/schemes/register-60.toml")).expect("a scheme");
        let (before, after) = text.split_once("[[figure]]").expect("a figure");
        let text = format!("{before}{figures}\n[[figure]]{after}");
        let error = super::prove_within(&text, None, None, bounds).err();
        error.map(|error| error.message("", Lang::En).lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn figure(id: &str, value: &str) -> String {
        format!("[[figure]]\nid = \"{id}\"\nname = \"{id}\"\nruns = [\"year\"]\nvalue = \"{value}\"\n")
    }

    #[test]
    fn formulas_come_to_an_end() {
        let plain = Bounds::default();
        let told = |figures: &str, bounds: Bounds, wanted: &str| {
            let said = said(figures, bounds).join("\n");
            assert_eq!(said.matches(wanted).count(), 1, "{figures}: {said}");
        };
        assert_eq!(said(&figure("a", "1 + 2 + 3"), plain), Vec::<String>::new());
        told(&figure("a", &["1"; 20].join(" + ")), Bounds { words: 38, ..plain }, "at most 38 numbers, names and signs");
        told(&(figure("a", "1") + &figure("b", "2")), Bounds { figures: 2, ..plain }, "too many figures: at most 2");
        let squares = figure("a", "sum(deductions)") + &figure("b", "a * a") + &figure("c", "b * b") + &figure("d", "c + 1");
        assert_eq!(said(&squares, plain), Vec::<String>::new());
        told(&squares, Bounds { digits: 40, ..plain }, "may come to 64 digits, at most 40");
    }
}
