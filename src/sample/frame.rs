//! `scorebook.toml` and the register.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::xlsx::tables::{Column, Sheet, Value, Workbook, write};

use super::draw::Draw;
use super::{County, File, SampleError, YEAR, plan};

/// How many categories get a scheme of their own before committees do; one is left for the first scheme.
const BY_CATEGORY: usize = 4;

/// How many committees have a scheme of their own.
pub fn committee_rules(schemes: usize) -> usize {
    schemes.saturating_sub(1 + BY_CATEGORY)
}

/// Which scheme the rules of [`files`] give a member; the last match wins.
pub fn scheme_of(schemes: usize, committee: usize, category: &str) -> usize {
    if committee < committee_rules(schemes) {
        return 1 + BY_CATEGORY + committee;
    }
    let own = plan::categories().take(BY_CATEGORY.min(schemes - 1)).position(|name| name == category);
    own.map_or(0, |at| at + 1)
}

/// Both files.
pub fn files(county: &County) -> Result<Vec<File>, SampleError> {
    let path = "机构名册.xlsx";
    let register = write(register(county)).map_err(|source| SampleError::Workbook { path: path.to_owned(), source })?;
    Ok(vec![("scorebook.toml".to_owned(), configuration(county).into_bytes()), (path.to_owned(), register)])
}

fn configuration(county: &County) -> String {
    let mut text = format!(
        "# 示例数据，人名、支部和身份证号均为虚构。\n\
         county      = \"示范县\"\n\
         county_code = \"369901\"\n\
         issuer      = \"中共示范县委组织部\"\n\
         year        = {YEAR}\n\
         register    = \"机构名册.xlsx\"\n\
         inbox       = \"inbox\"\n\
         scheme      = \"{}\"\n",
        county.schemes[0].id
    );
    for (scheme, category) in county.schemes.iter().skip(1).zip(plan::categories().take(BY_CATEGORY)) {
        let _ = write!(text, "\n[[assign]]\ncategory = \"{category}\"\nscheme   = \"{}\"\n", scheme.id);
    }
    for (scheme, committee) in county.schemes.iter().skip(1 + BY_CATEGORY).zip(&county.committees) {
        let _ = write!(text, "\n[[assign]]\ncommittee = \"{committee}\"\nscheme    = \"{}\"\n", scheme.id);
    }
    text.push_str("\n[notice]\nposted = 2026-12-14\nphone  = \"12380\"\n");
    text
}

fn register(county: &County) -> Workbook {
    let columns = [
        ("支部编码", 10.0),
        ("支部名称", 30.0),
        ("上级党组织", 22.0),
        ("上级总支", 14.0),
        ("类型", 10.0),
        ("书记", 10.0),
        ("联系人", 10.0),
        ("联系电话", 16.0),
        ("党员数", 8.0),
    ];
    let rows = (0..county.branches.len())
        .map(|at| {
            let branch = &county.branches[at];
            let roster = plan::roster(&county.size, &county.branches, at);
            let name = |index: usize| roster.get(index).or(roster.first()).map(|person| person.name.clone());
            vec![
                branch.code.as_str().into(),
                branch.name.as_str().into(),
                county.committees[branch.committee].as_str().into(),
                Value::Empty,
                plan::kind(branch.category).into(),
                name(0).into(),
                name(1).into(),
                phone(county, at).into(),
                (roster.len() as i64).into(),
            ]
        })
        .collect();
    let sheet = Sheet {
        name: "机构名册".into(),
        columns: columns.map(|(heading, width)| Column::new(heading, width)).into(),
        rows,
        freeze: true,
        filter: true,
        landscape: true,
        ..Sheet::default()
    };
    Workbook {
        title: "机构名册".into(),
        author: "中共示范县委组织部".into(),
        date: NaiveDate::from_ymd_opt(YEAR, 1, 5).unwrap_or_default(),
        sheets: vec![sheet],
    }
}

/// An invented number: no exchange begins with 0.
pub fn phone(county: &County, branch: usize) -> String {
    format!("0799-0{:06}", Draw::new(county.size.seed, branch, 3).below(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_every_scheme_somebody() {
        assert_eq!([0, 1].map(|committee| scheme_of(1, committee, "农村党员")), [0, 0]);
        let two = ["农村党员", "社区党员", "机关党员"].map(|category| scheme_of(2, 3, category));
        assert_eq!(two, [1, 0, 0]);
        let five = plan::categories().map(|category| scheme_of(5, 3, category)).collect::<Vec<_>>();
        assert_eq!(five, [1, 2, 3, 4, 0]);
        assert_eq!([0, 1, 2, 3].map(|committee| scheme_of(8, committee, "农村党员")), [5, 6, 7, 1]);
    }
}
