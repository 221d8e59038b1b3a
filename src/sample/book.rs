//! One branch's submission workbook.

use chrono::{Datelike, NaiveDate};

use crate::publish::safe_name;
use crate::scheme::{Grades, Grading, Ranking, Rest, Scheme};
use crate::workbook::{self, column};
use crate::xlsx::tables::{Value, Workbook, write};

use super::draw::Draw;
use super::entries::{self, Grid, Manner, serve};
use super::mess::{self, Fault};
use super::people::Person;
use super::{County, File, SampleError, YEAR, facts, frame, plan};

/// Who joined within so many years has a 转正日期.
const RECENT: i32 = 8;

/// The branch's files: none, one, or one and its forerunner.
pub fn files(county: &County, at: usize) -> Result<Vec<File>, SampleError> {
    let branch = &county.branches[at];
    if branch.fault == Some(Fault::Missing) {
        return Ok(Vec::new());
    }
    let roster = plan::roster(&county.size, &county.branches, at);
    let mut draw = Draw::new(county.size.seed, at, 4);
    let reported = NaiveDate::from_ymd_opt(YEAR, 12, 15).unwrap_or_default() + chrono::Duration::days(draw.between(0, 9));
    let mut grids = grids(county, at, &roster, reported, &mut draw);
    if let Some(fault) = branch.fault {
        mess::plant(fault, &mut grids, &mut Draw::new(county.size.seed, at, 5));
    }
    let committee = safe_name(&county.committees[branch.committee]);
    let path = |suffix: &str| format!("inbox/{committee}/{}{suffix}.xlsx", safe_name(&format!("{}-{}", branch.code, branch.name)));
    let file = |path: String, grids: &[Grid], reported: NaiveDate| {
        let mut draw = Draw::new(county.size.seed, at, 6);
        let habits = mess::Habits::of(branch.messy, &mut draw);
        let sheets = mess::finish(grids, &habits, &county.schemes, &branch.name, &mut draw);
        let author = roster.get(1).or(roster.first()).map(|person| person.name.clone()).unwrap_or_default();
        let book = Workbook { title: format!("{YEAR}年报送表"), author, date: reported, sheets };
        write(book).map(|bytes| (path.clone(), bytes)).map_err(|source| SampleError::Workbook { path, source })
    };
    let mut files = vec![file(path(""), &grids, reported)?];
    if branch.messy && branch.fault.is_none() && draw.percent(8) {
        let earlier = reported - chrono::Duration::days(9);
        grids[0] = cover(county, at, &roster, earlier);
        files.push(file(path("（旧）"), &grids, earlier)?);
    }
    Ok(files)
}

fn grids(county: &County, at: usize, roster: &[Person], reported: NaiveDate, draw: &mut Draw) -> Vec<Grid> {
    let branch = &county.branches[at];
    let schemes = &county.schemes;
    let manner = Manner {
        unsigned: draw.percent(40),
        summed: draw.percent(25),
        reason_in_cell: branch.messy && draw.percent(50),
        nothing: if branch.messy { draw.pick::<&str>(&["/", "—", "无", ""]) } else { "" },
    };
    let scored: Vec<(&Person, usize)> =
        roster.iter().filter(|person| person.exempt.is_none()).map(|person| (person, county.scheme_of(branch, &person.category))).collect();
    let polled: Vec<(&Person, usize)> = scored.iter().filter(|(_, scheme)| !schemes[*scheme].polls.is_empty()).copied().collect();
    let stranger = "吴明哲".to_owned();
    let reviewers =
        (&roster[0].name, roster.get(1).map(|person| &person.name).filter(|name| **name != roster[0].name).unwrap_or(&stranger));
    let mut grids = vec![cover(county, at, roster, reported), members(roster, schemes, county, at)];
    let entered: Vec<(&Person, usize)> = scored.iter().filter(|(_, scheme)| schemes[*scheme].scores_members()).copied().collect();
    for sheet in serve(workbook::ENTRIES.name, schemes, &entered, |scheme| scheme.member.by_category()) {
        grids.push(entries::entries(draw, &sheet, schemes, &entered, manner, (reviewers.0, reviewers.1)));
    }
    for sheet in serve(workbook::POLL.name, schemes, &polled, |_| false) {
        grids.extend(entries::ballots(draw, &sheet, schemes, &polled, manner));
    }
    let (adjustments, mut against) = facts::adjustments(draw, schemes, &scored);
    grids.extend(adjustments);
    grids.extend(facts::vetoes(draw, schemes, &scored, &mut against));
    grids.extend(facts::nominations(draw, schemes, roster, &scored, &against));
    // The first such scheme in the order in which the workspace names them, as the reader has it.
    let with_branch = roster
        .iter()
        .map(|person| county.scheme_of(branch, &person.category))
        .filter(|scheme| schemes[*scheme].branch_sheet().is_some())
        .min();
    grids.extend(with_branch.and_then(|scheme| entries::branch(draw, &schemes[scheme])));
    grids
}

fn cover(county: &County, at: usize, roster: &[Person], reported: NaiveDate) -> Grid {
    let branch = &county.branches[at];
    let second = roster.get(1).unwrap_or(&roster[0]);
    let fields: [(&str, Value); 9] = [
        (column::BRANCH_NAME, branch.name.as_str().into()),
        (column::BRANCH_CODE, branch.code.as_str().into()),
        (column::COMMITTEE, county.committees[branch.committee].as_str().into()),
        (column::YEAR, i64::from(YEAR).into()),
        (column::SECRETARY, roster[0].name.as_str().into()),
        (column::FILLED_BY, second.name.as_str().into()),
        (column::PHONE, frame::phone(county, at).into()),
        (column::REPORTED, reported.into()),
        (column::TEMPLATE, workbook::VERSION.into()),
    ];
    Grid::new(workbook::COVER.name, &[], fields.into_iter().map(|(field, value)| vec![field.into(), value]).collect())
}

fn members(roster: &[Person], schemes: &[Scheme], county: &County, at: usize) -> Grid {
    let rows = roster
        .iter()
        .map(|person| {
            let scheme = &schemes[county.scheme_of(&county.branches[at], &person.category)];
            let month = |month: u8, whole: u8| if month == whole { Value::Empty } else { i64::from(month).into() };
            vec![
                person.seq.into(),
                person.name.as_str().into(),
                (if person.female { "女" } else { "男" }).into(),
                person.nation.into(),
                person.id.as_str().into(),
                person.born.into(),
                person.joined.into(),
                (if person.probationary { "预备党员" } else { "正式党员" }).into(),
                person.category.as_str().into(),
                person.post.into(),
                month(person.first_month, 1),
                month(person.last_month, 12),
                arrived(person).into(),
                confirmed(person).into(),
                person.exempt.into(),
                person.exempt.map(|_| direct_grade(scheme)).into(),
                person.probationary.then(|| roster[0].name.clone()).into(),
                Value::Empty,
            ]
        })
        .collect();
    // Everybody is willing, those who come are from elsewhere, and those who go give their last month alone.
    let untold = [column::WILLING, column::FORMER_BRANCH, column::LEFT, column::LEAVING_REASON];
    let headings: Vec<&str> = workbook::ROSTER.headings().filter(|heading| !untold.contains(heading)).collect();
    Grid::new(workbook::ROSTER.name, &headings, rows)
}

/// 转入日期 of those who come in the course of the year.
fn arrived(person: &Person) -> Option<NaiveDate> {
    let day = 3 + person.born.day() % 20;
    (person.first_month > 1).then(|| NaiveDate::from_ymd_opt(YEAR, u32::from(person.first_month), day)).flatten()
}

/// 转正日期 of full members who joined not long ago: a year after they joined.
fn confirmed(person: &Person) -> Option<NaiveDate> {
    let recent = !person.probationary && person.joined.year() >= YEAR - RECENT;
    recent.then(|| person.joined.with_year(person.joined.year() + 1)).flatten()
}

/// 直评等次 of the exempt: the grade below the best, with stars where the scheme has them.
fn direct_grade(scheme: &Scheme) -> String {
    // The grade below the best, or the one of those who have no place by rank.
    let first = scheme.member.gradings.first();
    let grade = if let Some(Grades::Rank(Ranking { rest: Rest::Grade(rest), .. })) = first.map(|grading| &grading.by) {
        rest
    } else {
        let names = first.map(Grading::names).unwrap_or_default();
        names.get(1).or(names.first()).copied().unwrap_or_default()
    };
    match &scheme.member.stars {
        Some(_) => format!("{grade}/{}星", scheme.member.max_stars.saturating_sub(2)),
        None => grade.to_owned(),
    }
}
