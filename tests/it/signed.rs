//! Every built-in form over every built-in scheme and run length, with few and many members and with long names: each page
//! bears somebody, no foot stands alone, nothing is smaller than its floor, nothing is cut.

use std::collections::{BTreeMap, BTreeSet};

use scorebook::fill::fill_pages;
use scorebook::form::data::Record;
use scorebook::forms::{BOARD, BOOK, DUE, Form, ORGANIZATION, REMINDER, RETURN, ROSTER, ROUTINE, YEARLY};
use scorebook::layout::{Note, Page, layout};
use scorebook::template::Template;

use crate::forms::records;

use crate::support::checked;
use crate::template::pages::{day, fonts};

const SCHEMES: [&str; 8] =
    ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"];
const PERIODS: [&str; 4] = ["2026", "2026H1", "2026Q3", "2026M07"];
/// How many stand on a form. A third of them is laid out for each form, scheme and run length, in turn, so that every two of
/// these meet; all of them are laid out by hand (`--ignored`).
const MEMBERS: [usize; 7] = [0, 1, 2, 25, 26, 60, 120];
const NAMES: [&str; 7] = [
    "丁一",
    "欧阳明月",
    "司马相如之后人",
    "阿依古丽·麦麦提依明",
    "诺尔金措姆卓玛央宗次仁",
    "阿依古丽·麦麦提依明·努尔买买提",
    "买买提艾力·阿卜杜热合曼·吐尔逊托合提·伊敏江",
];
/// 48 characters.
const BRANCH: &str = "中国共产党示范县示范镇人民政府机关及所属事业单位联合委员会第一支委会老干部与流动党员管理服务党支部";
/// Fine print is drawn in 8 pt; a page that is made narrower by a hair still prints it in 7.5.
const FLOOR: f32 = 7.5;
/// What is read from a wall, apart from the fine print.
const WALL: f32 = 11.5;

/// The form with so many members: those of the county over and over, each with a name of another length.
fn with_members(record: &Record, count: usize) -> (Record, BTreeSet<String>) {
    let mut record = record.clone();
    let mut names = BTreeSet::new();
    for list in ["", "汇总"] {
        let own = record.lists.get(list).cloned().unwrap_or_default();
        let members = (0..if own.is_empty() { 0 } else { count }).map(|at| {
            let mut member = own[at % own.len()].clone();
            if member.fields.contains_key("姓名") {
                let name = NAMES[at % NAMES.len()];
                names.insert(name.replace('·', ""));
                member.text("姓名", name);
            }
            member.count("序号", at + 1);
            member
        });
        let members: Vec<Record> = members.collect();
        if record.lists.contains_key(list) {
            record.lists.insert(list, members);
        }
    }
    for field in ["支部名称", "填报单位"] {
        if record.fields.contains_key(field) {
            record.text(field, BRANCH);
        }
    }
    (record, names)
}

/// What a page says, a line per cell.
fn words(page: &Page) -> String {
    let mut all = String::new();
    for cell in page.rows.iter().flat_map(|row| &row.cells) {
        all.extend(cell.texts.iter().map(|text| text.text.as_str()));
        all.push('\n');
    }
    all.replace('·', "")
}

/// What is wrong with a form as it is laid out.
fn faults(form: &Form, template: &Template, record: &Record, count: usize) -> Vec<String> {
    let (record, names) = with_members(record, count);
    let book = fill_pages(template, &record, fonts());
    let laid = layout(&book, fonts(), day());
    let mut found: Vec<String> = Vec::new();
    for note in &laid.notes {
        if let Note::DoesNotFit { sheet, cell } = note {
            found.push(format!("cut: {sheet} {cell:?}"));
        }
    }
    let pages: Vec<String> = laid.book.pages.iter().map(words).collect();
    for (number, (page, said)) in laid.book.pages.iter().zip(&pages).enumerate() {
        if !names.is_empty() && !names.iter().any(|name| said.contains(name.as_str())) {
            found.push(format!("page {} of {} bears nobody", number + 1, laid.book.pages.len()));
        }
        // Columns that a run leaves out must not take the seal with them.
        if [BOARD.id, YEARLY.id].contains(&form.id) && !said.contains("盖章") {
            found.push(format!("page {} has no place for the seal", number + 1));
        }
        for text in page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts) {
            let wide: f32 = text.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * text.size;
            let inside = text.x > 0.0 && text.y < page.height && (text.rotation != 0.0 || text.x + wide < page.width);
            if !inside {
                found.push(format!("page {}: {} stands over the edge", number + 1, text.text));
            }
            let fine = text.size < 9.5 && page.rows.last().is_some_and(|row| row.cells.iter().any(|cell| cell.texts.contains(text)));
            if text.size < FLOOR || (form.id == BOARD.id && text.size < WALL && !fine) {
                found.push(format!("page {}: {} in {} pt", number + 1, text.text, text.size));
            }
        }
    }
    if let Some(title) = title_by_page(form) {
        // Each has a page that says what it is, and a place to sign.
        let bearing = |words: &[&str]| pages.iter().filter(|said| words.iter().any(|word| said.contains(word))).count();
        let (titled, signed) = (bearing(&[title]), bearing(&["签字", "签名"]));
        if titled < count || signed < count {
            found.push(format!("{titled} titles and {signed} places to sign for {count}"));
        }
    }
    found.truncate(3);
    found
}

/// Lays out each form, scheme and run length with the numbers of members that are taken by the sum of its place and their turn.
fn fit_to_be_signed(taken: fn(usize) -> bool) -> usize {
    let halves: Vec<(usize, Vec<String>)> = std::thread::scope(|threads| {
        let halves = [0, 1].map(|half| threads.spawn(move || faults_of_schemes(|at| at % 2 == half, taken)));
        halves.into_iter().map(|half| half.join().expect("no panic")).collect()
    });
    let faults: Vec<&str> = halves.iter().flat_map(|(_, faults)| faults).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    halves.iter().map(|(laid_out, _)| laid_out).sum()
}

/// How many forms were laid out, and what is wrong with them.
fn faults_of_schemes(ours: impl Fn(usize) -> bool, taken: fn(usize) -> bool) -> (usize, Vec<String>) {
    let mut told = Vec::new();
    let mut laid_out = 0;
    let mut templates: BTreeMap<&str, Template> = BTreeMap::new();
    for (at, scheme) in SCHEMES.iter().enumerate().filter(|(at, _)| ours(*at)) {
        for (length, period) in PERIODS.iter().enumerate() {
            let summary = checked(&format!("tests/cases/clean-{scheme}"), period);
            let mut seen = BTreeSet::new();
            for (form, record) in records(&summary) {
                // What goes back and what reminds is not by scheme; an explanation is not signed in rows.
                let other =
                    [RETURN.id, REMINDER.id].contains(&form.id) || form.is_on_demand() || record.lists.get("").is_none_or(Vec::is_empty);
                // These are of people and letters, whatever scheme scores them: two schemes' branches are enough.
                let by_no_scheme = [BOOK, DUE, ORGANIZATION, ROSTER, ROUTINE].iter().any(|one| one.id == form.id);
                if other || !seen.insert(form.id) || (by_no_scheme && at > 1) {
                    continue;
                }
                let template = templates.entry(form.id).or_insert_with(|| {
                    Template::load(&scorebook::builtin::form(form.id).unwrap(), &form.schema()).expect("a built-in form")
                });
                for (turn, count) in MEMBERS.iter().enumerate().filter(|(turn, _)| taken(turn + at + length + seen.len())) {
                    // A page each: more of them say nothing new.
                    let count = if title_by_page(form).is_some() { (*count).min(26) } else { *count };
                    let found = faults(form, template, &record, count);
                    told.extend(found.iter().map(|fault| format!("{} {scheme} {period} × {count} ({turn}): {fault}", form.id)));
                    laid_out += 1;
                }
            }
        }
    }
    (laid_out, told)
}

#[test]
fn every_form_of_every_scheme_and_run_length_is_fit_to_be_signed() {
    let laid_out = fit_to_be_signed(|place| place % 3 == 0);
    assert!(laid_out > 300, "{laid_out}");
}

#[test]
#[ignore = "the whole grid, by hand: cargo test --release --test it signed:: -- --ignored"]
fn every_form_with_every_number_of_members_is_fit_to_be_signed() {
    let laid_out = fit_to_be_signed(|_| true);
    assert!(laid_out > 900, "{laid_out}");
}

/// The title of a form that has a page for each member.
fn title_by_page(form: &Form) -> Option<&'static str> {
    let titles = [("registry", "积分登记表"), ("card", "积分卡"), ("warning", "通知书"), ("rectification", "通知书"), ("exempt", "审批表")];
    titles.into_iter().find(|(id, _)| *id == form.id).map(|(_, title)| title)
}
