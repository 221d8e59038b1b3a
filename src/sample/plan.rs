//! Which committees and branches an invented county has, and who belongs to them.

use super::draw::Draw;
use super::mess::Fault;
use super::people::{Level, Numbering, Person, person};
use super::{Size, YEAR};

/// A branch to be.
#[derive(Clone, Debug)]
pub struct Planned {
    /// 支部编码.
    pub code: String,
    /// 支部名称.
    pub name: String,
    /// Position of its committee.
    pub committee: usize,
    /// Its members' category.
    pub category: &'static str,
    /// Another category with a few members.
    pub second: Option<&'static str>,
    /// How many members.
    pub members: usize,
    /// How many members the branches before it have.
    pub before: usize,
    /// Its spreadsheets carry a clerk's habits.
    pub messy: bool,
    /// What is wrong with its submission.
    pub fault: Option<Fault>,
}

/// The five categories, and what a branch of each is called.
const CATEGORIES: [(&str, &str, &str); 5] = [
    ("农村党员", "农村", "村"),
    ("社区党员", "社区", "社区"),
    ("机关党员", "机关", "机关"),
    ("企业党员", "企业", "公司"),
    ("社会组织党员", "社会组织", "协会"),
];

/// How often a committee of each kind has branches of each category.
const SHARES: [[usize; 5]; 4] = [[80, 8, 8, 4, 0], [0, 70, 12, 18, 0], [0, 0, 60, 20, 20], [0, 0, 0, 60, 40]];

const FIRST: &str = "青云白金石龙清平长古新永安福泉";
const SECOND: &str = "溪岭河桥湖塘山田沙坪港口洲源";

/// 类型 in the register.
pub fn kind(category: &str) -> &'static str {
    CATEGORIES.iter().find(|(name, _, _)| *name == category).map_or("其他", |(_, kind, _)| kind)
}

/// The categories in the order in which further schemes are given out.
pub fn categories() -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().map(|(name, _, _)| *name)
}

/// An invented place, another one for every number below 210.
fn place(number: usize) -> String {
    let (first, second): (Vec<char>, Vec<char>) = (FIRST.chars().collect(), SECOND.chars().collect());
    // 11 has no factor in common with 210, so that neighbours look unlike each other and none comes twice.
    let mixed = number * 11 % (first.len() * second.len());
    let round = number / (first.len() * second.len());
    let again = if round == 0 { String::new() } else { format!("{round}") };
    format!("{}{}{again}", first[mixed % first.len()], second[mixed / first.len()])
}

/// Names of the committees.
pub fn committees(size: &Size, at_least: usize) -> Vec<String> {
    let count = size.branches.div_ceil(20).max(3).max(at_least).min(size.branches);
    (0..count)
        .map(|at| match committee_kind(at) {
            0 => format!("{}{}党委", place(at), if at % 3 == 0 { "镇" } else { "乡" }),
            1 => format!("{}街道党工委", place(at)),
            2 if at < 10 => "县直机关工委".to_owned(),
            2 => format!("县直机关第{}工委", at / 10 + 1),
            _ if at < 10 => "县两新工委".to_owned(),
            _ => format!("县两新第{}工委", at / 10 + 1),
        })
        .collect()
}

/// Of ten committees six are towns, two streets, one of the county's offices, one of companies and associations.
fn committee_kind(at: usize) -> usize {
    [0, 1, 2, 0, 0, 3, 0, 0, 1, 0][at % 10]
}

/// The branches, by rising code.
pub fn branches(size: &Size, committees: &[String]) -> Vec<Planned> {
    let count = committees.len();
    let width = |number: usize| number.to_string().len().max(2);
    let (wide, wide_branch) = (width(count), width(size.branches.div_ceil(count)));
    let mut planned: Vec<Planned> = Vec::with_capacity(size.branches);
    let mut before = 0;
    for (committee, name) in committees.iter().enumerate() {
        let here = size.branches / count + usize::from(committee < size.branches % count);
        for at in 0..here {
            let mut draw = Draw::new(size.seed, planned.len(), 1);
            let (category, _, word) = CATEGORIES[draw.weighted(&SHARES[committee_kind(committee)])];
            let (other, _, _) = *draw.pick(&CATEGORIES);
            let second = draw.percent(18).then_some(other).filter(|other| *other != category);
            let mean = size.members.max(2) as i64;
            let members = draw.between(mean - mean * 2 / 5, mean + mean * 2 / 5).max(1) as usize;
            let messy = draw.percent(size.mess.min(100));
            let fault = (messy && draw.percent(14)).then(|| *draw.pick(&Fault::ALL));
            let short: String = name.chars().take_while(|c| !"镇乡街县党".contains(*c)).collect();
            let number = committee * 37 + at + 5;
            planned.push(Planned {
                code: format!("{:0wide$}{:0wide_branch$}", committee + 1, at + 1),
                name: format!("{short}{}{word}党支部", place(number)),
                committee,
                category,
                second,
                members,
                before,
                messy,
                fault,
            });
            before += members;
        }
    }
    planned
}

/// A branch's members, in the order of its roster.
pub fn roster(size: &Size, branches: &[Planned], at: usize) -> Vec<Person> {
    let branch = &branches[at];
    let total = branches.last().map_or(0, |last| last.before + last.members);
    let mut draw = Draw::new(size.seed, at, 2);
    // In some branches nearly everyone does well: only there are there stars enough for an honour of the year.
    let weights = if draw.percent(25) { [75, 20, 5, 0] } else { [12, 62, 22, 4] };
    (0..branch.members)
        .map(|index| {
            let level = [Level::Model, Level::Good, Level::Fair, Level::Weak][draw.weighted(&weights)];
            let category = branch.second.filter(|_| index > 0 && draw.percent(22)).unwrap_or(branch.category);
            person(&mut draw, index, category, Numbering { number: branch.before + index, total }, YEAR, level)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_codes_stay_apart() {
        for branches_wanted in [1, 2, 12, 1700, 3300] {
            let size = Size { branches: branches_wanted, members: 4, mess: 0, seed: 1 };
            let committees = committees(&size, 0);
            let distinct: BTreeSet<&String> = committees.iter().collect();
            assert_eq!(distinct.len(), committees.len());
            let branches = branches(&size, &committees);
            assert_eq!(branches.len(), branches_wanted);
            assert!(branches.is_sorted_by(|a, b| a.code < b.code), "codes rise and differ");
            let names: BTreeSet<(usize, &String)> = branches.iter().map(|branch| (branch.committee, &branch.name)).collect();
            assert_eq!(names.len(), branches.len());
        }
    }
}
