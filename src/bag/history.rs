//! One person over many bags: the tables are the database, read in process.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use super::BagError;
use super::columns::{Cell, Columns};
use super::dataset::{bags_below, part, person_mark, points, rows};

/// What a year's bag says of a person in one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// Code of the county, or its name where it has none.
    pub county: String,
    /// Its name.
    pub county_name: String,
    /// The year.
    pub year: i64,
    /// Upper committee.
    pub committee: String,
    /// Branch code.
    pub branch_code: String,
    /// Branch.
    pub branch: String,
    /// 姓名.
    pub name: String,
    /// 类别.
    pub category: String,
    /// Scheme id.
    pub scheme: String,
    /// Published total, points.
    pub total: Option<String>,
    /// 等次.
    pub grade: Option<String>,
    /// 星级.
    pub stars: Option<i64>,
    /// Rank, and among how many.
    pub rank: Option<(i64, i64)>,
    /// 荣誉, joined by `;`.
    pub honours: String,
    /// 一票否决, joined by `;`.
    pub veto: String,
    /// 告诫 or 限期整改通知书.
    pub letter: Option<String>,
    /// Flags, joined by `;`.
    pub flags: String,
    /// Further figures as a JSON object.
    pub figures: String,
}

/// One person, as far as the bags let tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// True where the identity number ties the years together, false where only name and branch do.
    pub by_number: bool,
    /// By year, then branch code.
    pub years: Vec<Year>,
}

impl Person {
    /// Changes of branch from one entry to the next: positions in `years` of the later one.
    pub fn transfers(&self) -> Vec<usize> {
        let place = |year: &Year| (year.county.clone(), year.branch_code.clone());
        (1..self.years.len()).filter(|at| place(&self.years[*at]) != place(&self.years[at - 1])).collect()
    }
}

/// Everybody of a name.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// One entry a person.
    pub people: Vec<Person>,
    /// Bags looked into.
    pub bags: usize,
    /// Bags whose table is missing, changed or unreadable, and which therefore say nothing.
    pub unusable: Vec<PathBuf>,
    /// Marks of the secrets under which the bags that hold rows of these people know people: under two of them nobody can
    /// be recognised.
    pub keys: BTreeSet<String>,
}

/// Rows that one bag may have of the people who are looked for; more are no county's.
const MOST_FOUND: usize = 10_000;

/// Looks for everybody of a name; the name as results write it, without white space. A bag that cannot be read is named in
/// the result, and stops nothing.
pub fn history(folder: &Path, name: &str) -> Result<History, BagError> {
    let mut history = History::default();
    let mut open: Vec<(PathBuf, Columns)> = Vec::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for bag in bags_below(folder)? {
        history.bags += 1;
        let columns = part(&bag, "results").and_then(|part| part.open());
        match columns.and_then(|columns| Some((keys_of(&columns, name).ok()?, columns))) {
            Some((found, columns)) => {
                keys.extend(found);
                open.push((bag, columns));
            }
            None => history.unusable.push(bag),
        }
    }
    let mut found: Vec<(Option<String>, Year)> = Vec::new();
    for (bag, columns) in open {
        let Ok(years) = years_of(&columns, name, &keys) else {
            history.unusable.push(bag);
            continue;
        };
        if !years.is_empty() {
            history.keys.insert(person_mark(&bag));
        }
        found.extend(years);
    }
    history.unusable.sort();
    history.people = people(found);
    Ok(history)
}

/// Keys of the people of a name.
fn keys_of(columns: &Columns, name: &str) -> Result<Vec<String>, ParquetError> {
    let rows = few(columns.rows_where("name", |own| own == name)?)?;
    Ok(columns.cells("person", &rows)?.iter().filter_map(Cell::text).map(str::to_owned).collect())
}

/// What a bag says of the people of a name, and of those who had another name once.
fn years_of(columns: &Columns, name: &str, keys: &BTreeSet<String>) -> Result<Vec<(Option<String>, Year)>, ParquetError> {
    let mut rows = columns.rows_where("name", |own| own == name)?;
    rows.extend(columns.rows_where("person", |own| keys.contains(own))?);
    rows.sort_unstable();
    rows.dedup();
    years(columns, &few(rows)?)
}

fn few(rows: Vec<usize>) -> Result<Vec<usize>, ParquetError> {
    if rows.len() > MOST_FOUND { Err(ParquetError::General(format!("more than {MOST_FOUND} rows of one name"))) } else { Ok(rows) }
}

fn years(columns: &Columns, at: &[usize]) -> Result<Vec<(Option<String>, Year)>, ParquetError> {
    let names = [
        "county",
        "year",
        "county_name",
        "committee",
        "branch_code",
        "branch",
        "name",
        "person",
        "category",
        "scheme",
        "subject",
        "figures",
        "total",
        "grade",
        "stars",
        "rank",
        "rank_of",
        "honours",
        "veto",
        "letter",
        "flags",
    ];
    let mut found = Vec::new();
    for row in rows(columns, &names, at)? {
        let row: BTreeMap<&str, Cell> = names.into_iter().zip(row).collect();
        let optional = |name: &str| row.get(name).and_then(Cell::text).map(str::to_owned);
        let text = |name: &str| optional(name).unwrap_or_default();
        let number = |name: &str| row.get(name).and_then(Cell::number);
        // A branch may bear the name that is looked for; it is nobody.
        if text("subject") != "member" {
            continue;
        }
        let year = Year {
            county: text("county"),
            county_name: text("county_name"),
            year: number("year").unwrap_or_default(),
            committee: text("committee"),
            branch_code: text("branch_code"),
            branch: text("branch"),
            name: text("name"),
            category: text("category"),
            scheme: text("scheme"),
            total: number("total").map(points),
            grade: optional("grade"),
            stars: number("stars"),
            rank: number("rank").zip(number("rank_of")),
            honours: text("honours"),
            veto: text("veto"),
            letter: optional("letter"),
            flags: text("flags"),
            figures: text("figures"),
        };
        found.push((optional("person"), year));
    }
    Ok(found)
}

/// Rows to people: by identity number; a row without one joins the only person of its name who was in its branch, else
/// the other rows without one of that name and branch.
fn people(found: Vec<(Option<String>, Year)>) -> Vec<Person> {
    let mut known: BTreeMap<String, Vec<Year>> = BTreeMap::new();
    let mut unknown: BTreeMap<(String, String, String), Vec<Year>> = BTreeMap::new();
    let mut loose = Vec::new();
    for (key, year) in found {
        match key {
            Some(key) => known.entry(key).or_default().push(year),
            None => loose.push(year),
        }
    }
    let place = |year: &Year| (year.county.clone(), year.branch_code.clone(), year.name.clone());
    for year in loose {
        let fits = |years: &&mut Vec<Year>| {
            years.iter().any(|other| place(other) == place(&year)) && years.iter().all(|other| other.year != year.year)
        };
        let mut candidates: Vec<&mut Vec<Year>> = known.values_mut().filter(fits).collect();
        match candidates.as_mut_slice() {
            [one] => one.push(year),
            _ => unknown.entry(place(&year)).or_default().push(year),
        }
    }
    let known = known.into_values().map(|years| Person { by_number: true, years });
    let unknown = unknown.into_values().map(|years| Person { by_number: false, years });
    let mut people: Vec<Person> = known.chain(unknown).collect();
    for person in &mut people {
        person.years.sort_by(|a, b| (a.year, &a.county, &a.branch_code).cmp(&(b.year, &b.county, &b.branch_code)));
    }
    // Keys are digests: their order would tell nobody anything.
    people.sort_by(|a, b| {
        let first = |person: &Person| person.years.first().map(|year| (year.county.clone(), year.branch_code.clone(), year.year));
        first(a).cmp(&first(b))
    });
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: Option<&str>, year: i64, branch: &str) -> (Option<String>, Year) {
        let year = Year {
            county: "360102".into(),
            county_name: "示范县".into(),
            year,
            committee: String::new(),
            branch_code: branch.into(),
            branch: String::new(),
            name: "张三".into(),
            category: String::new(),
            scheme: String::new(),
            total: None,
            grade: None,
            stars: None,
            rank: None,
            honours: String::new(),
            veto: String::new(),
            letter: None,
            flags: String::new(),
            figures: String::new(),
        };
        (key.map(str::to_owned), year)
    }

    fn told(people: &[Person]) -> Vec<(bool, Vec<(i64, &str)>)> {
        let years = |person: &Person| person.years.len();
        assert!(people.iter().all(|person| years(person) > 0));
        people.iter().map(|one| (one.by_number, one.years.iter().map(|year| (year.year, year.branch_code.as_str())).collect())).collect()
    }

    #[test]
    fn follows_the_number_across_branches() {
        let found = people(vec![row(Some("a"), 2026, "0202"), row(Some("b"), 2025, "0101"), row(Some("a"), 2025, "0101")]);
        assert_eq!(told(&found), [(true, vec![(2025, "0101"), (2026, "0202")]), (true, vec![(2025, "0101")])]);
        assert_eq!(found[0].transfers(), [1]);
    }

    #[test]
    fn joins_a_row_without_number_only_where_it_fits_one_person() {
        let one = people(vec![row(Some("a"), 2025, "0101"), row(None, 2026, "0101")]);
        assert_eq!(told(&one), [(true, vec![(2025, "0101"), (2026, "0101")])]);
        let two = people(vec![row(Some("a"), 2025, "0101"), row(Some("b"), 2025, "0101"), row(None, 2026, "0101")]);
        assert_eq!(two.len(), 3, "two of that name were in the branch");
        let elsewhere = people(vec![row(Some("a"), 2025, "0101"), row(None, 2026, "0102")]);
        assert_eq!(elsewhere.len(), 2);
        let same_year = people(vec![row(Some("a"), 2026, "0101"), row(None, 2026, "0101")]);
        assert_eq!(same_year.len(), 2, "nobody is twice in one branch and year");
    }
}
