//! The sheets of facts: 奖惩, 一票否决, 评优推荐.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::exact::Exact;
use crate::period::Period;
use crate::scheme::{Honour, QuotaBase, Scheme};
use crate::workbook::{self, column};
use crate::xlsx::tables::Value;

use super::YEAR;
use super::draw::Draw;
use super::entries::Grid;
use super::people::{Level, Person};

const MERITS: [&str; 5] = ["优秀共产党员", "优秀党务工作者", "先进工作者", "抗洪抢险表现突出", "乡村振兴先进个人"];
const FAULTS: [&str; 4] = ["违反工作纪律", "无故缺席会议", "迟报材料", "违反生活纪律"];

fn day(draw: &mut Draw) -> NaiveDate {
    let start = NaiveDate::from_ymd_opt(YEAR, 1, 8).unwrap_or_default();
    start + chrono::Duration::days(draw.between(0, 325))
}

/// 奖惩, where a scheme looks at it; and who has something against him.
pub fn adjustments(draw: &mut Draw, schemes: &[Scheme], members: &[(&Person, usize)]) -> (Option<Grid>, BTreeSet<i64>) {
    let mut against = BTreeSet::new();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut any = false;
    for (person, scheme) in members {
        let Some(rules) = &schemes[*scheme].adjustments else { continue };
        any = true;
        let blamed = person.level != Level::Model && draw.percent(if person.level == Level::Weak { 25 } else { 2 });
        let praised = !blamed && draw.percent(if person.level == Level::Model { 14 } else { 4 });
        if !blamed && !praised {
            continue;
        }
        let kinds: Vec<_> = rules.kinds.iter().filter(|kind| kind.deducts == blamed && !kind.levels.is_empty()).collect();
        if kinds.is_empty() {
            continue;
        }
        let kind = draw.pick(&kinds);
        // The more a level counts, the rarer it is.
        let mut levels: Vec<&(String, Exact)> = kind.levels.iter().collect();
        levels.sort_by_key(|(_, points)| points.abs());
        let rarity = [60, 30, 7, 2, 1];
        let (level, _) = levels[draw.weighted(&rarity[..levels.len().min(rarity.len())])];
        let number = if draw.percent(50) { Value::Empty } else { format!("示组〔{YEAR}〕{}号", draw.between(3, 96)).into() };
        let reason = if blamed { draw.pick(&FAULTS) } else { draw.pick(&MERITS) };
        rows.push(vec![
            person.seq.into(),
            person.name.as_str().into(),
            kind.name.as_str().into(),
            level.as_str().into(),
            (*reason).into(),
            day(draw).into(),
            number,
        ]);
        if blamed {
            against.insert(person.seq);
        }
    }
    (
        any.then(|| {
            Grid::new(
                workbook::ADJUSTMENTS.name,
                &[column::SEQ, column::NAME, column::KIND, column::LEVEL, column::REASON, column::DATE, column::DOCUMENT],
                rows,
            )
        }),
        against,
    )
}

/// 一票否决, where a scheme has such facts; whom it meets is added to `against`.
pub fn vetoes(draw: &mut Draw, schemes: &[Scheme], members: &[(&Person, usize)], against: &mut BTreeSet<i64>) -> Option<Grid> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut any = false;
    for (person, scheme) in members {
        let Some(veto) = schemes[*scheme].veto.as_ref().filter(|veto| !veto.facts.is_empty()) else { continue };
        any = true;
        if person.level == Level::Weak && draw.percent(10) {
            against.insert(person.seq);
            let fact = draw.pick(&veto.facts).as_str();
            rows.push(vec![person.seq.into(), person.name.as_str().into(), fact.into(), "县纪委监委通报".into(), day(draw).into()]);
        }
    }
    any.then(|| Grid::new(workbook::VETOES.name, &[column::SEQ, column::NAME, column::FACT, column::GROUNDS, column::DATE], rows))
}

/// 评优推荐, where a scheme has honours: never more than their quotas allow, and only those who are certain of the stars.
pub fn nominations(
    draw: &mut Draw,
    schemes: &[Scheme],
    roster: &[Person],
    members: &[(&Person, usize)],
    against: &BTreeSet<i64>,
) -> Option<Grid> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let used: BTreeSet<usize> = members.iter().map(|(_, scheme)| *scheme).collect();
    let honours: Vec<(usize, &Honour)> = used.iter().flat_map(|at| schemes[*at].honours.iter().map(move |honour| (*at, honour))).collect();
    for (scheme, honour) in &honours {
        for period in honour.every.all() {
            let expected = |person: &Person| period.overlaps(person.first_month, person.last_month);
            let own: Vec<&Person> =
                members.iter().filter(|(person, own)| own == scheme && expected(person)).map(|(person, _)| *person).collect();
            let certain = |person: &Person| person.level == Level::Model && !person.probationary && !against.contains(&person.seq);
            let mut candidates: Vec<&Person> = own.iter().copied().filter(|person| certain(person)).collect();
            let base = match honour.of {
                QuotaBase::Stars => candidates.len(),
                QuotaBase::Expected | QuotaBase::Graded => own.len(),
            };
            if roster.iter().filter(|person| expected(person)).count() < honour.min_members as usize {
                continue;
            }
            let quota = honour.most.of(base);
            draw.shuffle(&mut candidates);
            for person in candidates.into_iter().take(usize::try_from(quota).unwrap_or(0)) {
                rows.push(vec![person.seq.into(), person.name.as_str().into(), honour.name.as_str().into(), Period::zh(period).into()]);
            }
        }
    }
    (!honours.is_empty()).then(|| Grid::new(workbook::NOMINATIONS.name, &[column::SEQ, column::NAME, column::HONOUR, column::PERIOD], rows))
}
