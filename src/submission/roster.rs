//! 党员名册: one row a member.

use crate::diag::{Code, Finding};
use crate::scheme::Rules;
use crate::sheet::Content;

use super::Expected;
use super::cell::{self, Number, shown};
use super::course::{self, Course};
use super::model::{Member, Spot, Submission};
use super::sink::Sink;
use super::table::{Line, Sheets, Table};
use crate::words::{folded, name};
use crate::workbook::{self, column};

/// Columns that decide how a member is scored or who he is.
const COUNTING: [&str; 15] = [
    column::NAME,
    column::SEQ,
    column::CATEGORY,
    column::ID,
    column::BORN,
    column::JOINED,
    column::STATUS,
    column::FIRST_MONTH,
    column::LAST_MONTH,
    column::LEFT,
    column::LEAVING_REASON,
    column::CONFIRMED,
    column::ARRIVED,
    column::EXEMPT,
    column::DIRECT_GRADE,
];

pub fn read(date_1904: bool, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let Some(found) = sheets.find(workbook::ROSTER.name, sink) else {
        if expected.scores_branches_alone() {
            return;
        }
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&workbook::ROSTER.name.into())).arg("name", workbook::ROSTER.name));
        return;
    };
    let table = sheets.table(&found, &workbook::ROSTER.required(), &workbook::ROSTER.optional(), sink);
    if !table.has(column::NAME) {
        return;
    }
    let mut layout = None;
    for line in table.lines(&|_| false) {
        if layout.replace(line.layout()) != Some(line.layout()) {
            let columns = line.slice().columns().iter().map(|column| (column.heading.clone(), column.index)).collect();
            submission.roster_columns.push((line.index(), columns));
        }
        let ordinal = submission.members.len() as i64 + 1;
        let mut member = read_member(&table, &line, ordinal, date_1904, expected, sink);
        if member.name.is_empty() {
            submission.nameless.members += 1;
            continue;
        }
        let repeats = submission.members.iter().position(|other| other.repeats.is_none() && same_person(other, &member));
        member.repeats = repeats.map(|at| at as u32);
        submission.members.push(member);
    }
    if submission.members.is_empty()
        && submission.nameless.members == 0
        && expected.registered != Some(0)
        && !expected.scores_branches_alone()
    {
        sink.push(Finding::new(Code::MissingEntry, sink.sheet(&table.sheet.name)).arg("case", "roster"));
    }
}

/// One identity number, or one name with one number.
fn same_person(a: &Member, b: &Member) -> bool {
    (a.id.is_some() && a.id == b.id) || (a.name == b.name && a.seq == b.seq && a.seq_at.is_some() && b.seq_at.is_some())
}

fn read_member(table: &Table<'_>, line: &Line<'_>, ordinal: i64, date_1904: bool, expected: &Expected<'_>, sink: &mut Sink) -> Member {
    let spot = |column: u16| Spot { sheet: table.number, row: line.index(), column };
    let fault = |sink: &mut Sink, code: Code, heading: &str, args: &[(&'static str, String)]| {
        let mut finding = line.finding(code, heading, sink);
        finding.args.extend_from_slice(args);
        sink.push(finding);
    };
    let text = |sink: &mut Sink, heading: &str| -> Option<Box<str>> {
        let content = line.get(heading);
        match cell::text(content) {
            Ok(text) => text.map(Into::into),
            Err(code) => {
                fault(sink, code, heading, &[]);
                None
            }
        }
    };

    for heading in COUNTING {
        line.unseen(heading, sink);
    }
    let name_column = line.column(column::NAME).unwrap_or_default();
    let before = sink.count();
    let name = read_name(line, sink);
    // Of a cell that cannot be read that is said.
    if name.is_empty() && sink.count() == before {
        fault(sink, Code::UnknownMember, column::NAME, &[]);
    }
    let seq = read_seq(line, sink);
    let category = line.word(column::CATEGORY);
    if line.column(column::CATEGORY).is_some() && !expected.categories.contains(&category) {
        fault(sink, Code::UnknownCategory, column::CATEGORY, &[("allowed", expected.categories.join("、"))]);
    }
    let probationary = match line.word(column::STATUS).as_str() {
        "正式党员" | "正式" => false,
        "预备党员" | "预备" => true,
        status if cell::is_nothing(status) => false,
        _ => {
            fault(sink, Code::UnknownValue, column::STATUS, &[("allowed", "正式党员、预备党员".into())]);
            false
        }
    };
    let months = (read_month(line, column::FIRST_MONTH, sink), read_month(line, column::LAST_MONTH, sink));
    if let (Some(first), Some(last)) = months
        && first > last
    {
        fault(sink, Code::OutOfRange, column::LAST_MONTH, &[("min", first.to_string()), ("max", "12".to_owned())]);
    }
    let day = |sink: &mut Sink, heading: &str| {
        let content = line.get(heading);
        cell::date_as_shown(content, date_1904).unwrap_or_else(|code| {
            fault(sink, code, heading, &[]);
            None
        })
    };
    let born = day(sink, column::BORN);
    let joined = day(sink, column::JOINED);
    let exempt = text(sink, column::EXEMPT).filter(|reason| !cell::is_nothing(&folded(reason)));
    let scheme = (expected.scheme_of)(&category);
    let rules = &expected.schemes[scheme].member;
    let (direct_grade, direct_stars) = direct_grade(&line.word(column::DIRECT_GRADE), rules).unwrap_or_else(|allowed| {
        // Whose grades these should be an unknown category does not tell.
        if expected.categories.contains(&category) {
            fault(sink, Code::UnknownValue, column::DIRECT_GRADE, &[("allowed", allowed)]);
        }
        (None, None)
    });
    let mut member = Member {
        seq: seq.unwrap_or(ordinal),
        name: name.into(),
        sex: text(sink, column::SEX),
        nation: text(sink, column::NATION),
        id: read_id(line, sink),
        born,
        joined,
        written_probationary: probationary,
        category: category.into(),
        post: text(sink, column::POST),
        first_month: 1,
        last_month: 12,
        course: Course::default(),
        exempt,
        direct_grade,
        direct_stars,
        willing: line.word(column::WILLING) != "否",
        helper: text(sink, column::HELPER),
        scheme,
        at: spot(name_column),
        id_at: line.column(column::ID).map(spot),
        born_at: line.column(column::BORN).map(spot),
        seq_at: line.column(column::SEQ).filter(|_| seq.is_some()).map(spot),
        repeats: None,
    };
    // Months that end before they begin are told; what else is wrong with the member is told as if he were there until then.
    let months = (months.0, months.1.map(|last| last.max(months.0.unwrap_or(last))));
    course::read(line, (date_1904, expected.run.year), &mut member, months, expected.tenure, sink);
    course::check_status(line, expected.run.period, &member, sink);
    member
}

/// 起始月 or 截止月, where it is given.
fn read_month(line: &Line<'_>, heading: &str, sink: &mut Sink) -> Option<u8> {
    let content = line.get(heading);
    let stripped = match content {
        Some(Content::Text(text)) => Some(Content::Text(folded(text).trim_end_matches(['份', '月']).into())),
        _ => None,
    };
    match cell::number(stripped.as_ref().or(content)) {
        Number::Nothing => None,
        Number::Is { value, .. } => {
            if let Some(month @ 1..=12) = value.as_integer() {
                return Some(month as u8);
            }
            let fault = line.finding(Code::OutOfRange, heading, sink).arg("min", "1").arg("max", "12");
            sink.push(fault.arg("takes", "month"));
            None
        }
        Number::Fault(code) => {
            sink.push(line.finding(code, heading, sink).arg("takes", "month"));
            None
        }
    }
}

/// The normalised name in a row; a note where it was written otherwise.
pub fn read_name(line: &Line<'_>, sink: &mut Sink) -> String {
    match cell::text(line.get(column::NAME)) {
        Err(code) => {
            sink.push(line.finding(code, column::NAME, sink));
            String::new()
        }
        Ok(None) => String::new(),
        Ok(Some(_)) => {
            let written = line.shown(column::NAME).unwrap_or_default();
            let folded = name(&written);
            if folded != written {
                sink.push(Finding::new(Code::NameNormalised, line.place(column::NAME, sink)).value(written).about(&*folded));
            }
            folded
        }
    }
}

/// 序号, where one is given.
pub fn read_seq(line: &Line<'_>, sink: &mut Sink) -> Option<i64> {
    line.column(column::SEQ)?;
    match cell::number(line.get(column::SEQ)) {
        Number::Nothing => None,
        Number::Is { value, .. } if value.as_integer().is_some() => value.as_integer(),
        Number::Is { .. } | Number::Fault(_) => {
            sink.push(line.finding(Code::NotANumber, column::SEQ, sink).arg("takes", "whole"));
            None
        }
    }
}

/// `合格`, `8星`, `合格/8星`: a grade and stars that the scheme gives. Otherwise what may be written.
fn direct_grade(word: &str, rules: &Rules) -> Result<(Option<Box<str>>, Option<u8>), String> {
    let (mut grade, mut stars) = (None, None);
    if cell::is_nothing(word) {
        return Ok((grade, stars));
    }
    let grades = rules.grade_names();
    let most = rules.stars.as_ref().map(|_| rules.max_stars);
    let allowed = || {
        let with_stars = most.into_iter().flat_map(|most| {
            let both = grades.first().map(|grade| format!("{grade}/{most}星"));
            std::iter::once(format!("0星—{most}星")).chain(both)
        });
        grades.iter().map(|grade| (*grade).to_owned()).chain(with_stars).collect::<Vec<_>>().join("、")
    };
    for part in word.split(['/', '、', ',', ';', '，']) {
        let number = part.strip_suffix("颗星").or_else(|| part.strip_suffix('星')).and_then(|number| number.parse().ok());
        match number {
            Some(number) if stars.is_none() && most.is_some_and(|most| number <= most) => stars = Some(number),
            None if grade.is_none() && grades.contains(&part) => grade = Some(part.into()),
            _ => return Err(allowed()),
        }
    }
    Ok((grade, stars))
}

/// 身份证号 (GB 11643): 18 characters, the last a check digit by ISO 7064 MOD 11-2.
fn read_id(line: &Line<'_>, sink: &mut Sink) -> Option<Box<str>> {
    line.column(column::ID)?;
    let content = line.get(column::ID);
    let place = line.place(column::ID, sink);
    match content {
        None | Some(Content::Picture) => {
            sink.push(Finding::new(Code::MissingId, place).about(line.word(column::NAME)));
            None
        }
        Some(Content::Text(text)) => {
            let id: String = folded(text)
                .trim_start_matches(['\'', '‘', '’'])
                .chars()
                .map(|c| if matches!(c, 'x' | '×' | 'Χ' | 'х') { 'X' } else { c })
                .collect();
            if cell::is_nothing(&id) {
                sink.push(Finding::new(Code::MissingId, place).about(line.word(column::NAME)));
                return None;
            }
            if let Some(why) = id_fault(&id) {
                sink.push(Finding::new(Code::BadId, place).value(text.as_ref()).arg("why", why));
                return None;
            }
            Some(id.into())
        }
        // Hidden, or a text that is not what is seen.
        Some(Content::Disguised(own)) if matches!(own.held, Content::Text(_)) => {
            sink.push(line.finding(Code::ShownDiffers, column::ID, sink));
            None
        }
        Some(Content::Number(_) | Content::Date(_) | Content::Disguised(_)) => {
            sink.push(Finding::new(Code::IdAsNumber, place).value(content.map(shown).unwrap_or_default()));
            None
        }
        Some(Content::Error(_)) => {
            sink.push(Finding::new(Code::ErrorValue, place).value(content.map(shown).unwrap_or_default()).arg("column", column::ID));
            None
        }
        Some(Content::Uncalculated(_)) => {
            sink.push(
                Finding::new(Code::UncalculatedFormula, place).value(content.map(shown).unwrap_or_default()).arg("column", column::ID),
            );
            None
        }
        Some(Content::Bool(_)) => {
            sink.push(Finding::new(Code::BadId, place).value(content.map(shown).unwrap_or_default()).arg("why", "length"));
            None
        }
    }
}

/// Weights of the first seventeen digits (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// What is wrong with an identity number: `length`, `date` or `check`.
fn id_fault(id: &str) -> Option<&'static str> {
    let bytes = id.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
        return Some("length");
    }
    if chrono::NaiveDate::parse_from_str(&id[6..14], "%Y%m%d").is_err() {
        return Some("date");
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    (b"10X98765432"[sum as usize % 11] != bytes[17]).then_some("check")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proves_identity_numbers() {
        for (id, fault) in [
            ("11010519491231002X", None),
            ("440524188001010014", None),
            ("34052419800101001X", None),
            ("110105194912310021", Some("check")),
            ("110105194913310021", Some("date")),
            ("11010519491231002", Some("length")),
            ("1101051949123100２X", Some("length")),
        ] {
            assert_eq!(id_fault(id), fault, "{id}");
        }
    }

    #[test]
    fn reads_grades_given_without_a_score() {
        let scheme = |id: &str| {
            let path = format!("{}/templates/schemes/{id}.toml", env!("CARGO_MANIFEST_DIR"));
            crate::scheme::load(&std::fs::read_to_string(path).expect("built in")).expect("a scheme").member
        };
        let (stars, plain) = (scheme("ju-10star"), scheme("register-60"));
        for (word, read) in [
            ("合格", (Some("合格".into()), None)),
            ("8星", (None, Some(8))),
            ("10颗星", (None, Some(10))),
            ("合格/8星", (Some("合格".into()), Some(8))),
            ("", (None, None)),
            ("无", (None, None)),
        ] {
            assert_eq!(direct_grade(word, &stars), Ok(read), "{word}");
        }
        for word in ["良好", "11星", "八星", "合格8星", "合格/", "合格/优秀", "8星/9星"] {
            assert!(direct_grade(word, &stars).is_err(), "{word}");
        }
        assert_eq!(direct_grade("8星", &plain), Err("优秀、合格、基本合格、不合格".to_owned()));
        assert_eq!(direct_grade("8", &stars), Err("优秀、合格、基本合格、不合格、0星—10星、优秀/10星".to_owned()));
    }
}
