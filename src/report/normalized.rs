//! What was understood of a submission, as plain tables: read again in ten years without this program.
//!
//! ```text
//!   支部编码 支部名称 序号 姓名 期间   评分方 项目     分值 加分事由 文件 工作表   单元格
//!   0101     东一支部 1    张三 一季度        理想信念 9.5          x.xlsx 积分登记 D3
//! ```

use crate::county::Branch;
use crate::diag::Place;
use crate::scheme::Scheme;
use crate::submission::{Day, Mark, Spot, Submission};
use crate::workbook::{self, column};

/// A table of the normalized data.
#[derive(Clone, Copy, Debug)]
pub struct NormalizedTable {
    /// Its file's name without extension: the sheet's.
    pub name: &'static str,
    /// Headings between 支部名称 and 文件.
    headings: fn() -> Vec<&'static str>,
    rows: fn(&Submission, &[Scheme]) -> Rows,
}

/// Every table, in the order of the workbook's sheets.
pub const NORMALIZED: [NormalizedTable; 7] = [
    NormalizedTable { name: workbook::ROSTER.name, headings: of_roster, rows: roster },
    NormalizedTable {
        name: workbook::ENTRIES.name,
        headings: || vec![column::SEQ, column::NAME, column::PERIOD, column::SCORER, column::ITEM, "分值", "加分事由"],
        rows: entries,
    },
    NormalizedTable {
        name: workbook::POLL.name,
        headings: || vec![column::SEQ, column::NAME, column::ITEM, column::BALLOTS, "分值合计"],
        rows: polls,
    },
    NormalizedTable {
        name: workbook::ADJUSTMENTS.name,
        headings: || vec![column::SEQ, column::NAME, column::KIND, column::LEVEL, column::REASON, column::DATE, column::DOCUMENT],
        rows: adjustments,
    },
    NormalizedTable {
        name: workbook::VETOES.name,
        headings: || vec![column::SEQ, column::NAME, column::FACT, column::GROUNDS],
        rows: vetoes,
    },
    NormalizedTable {
        name: workbook::NOMINATIONS.name,
        headings: || vec![column::SEQ, column::NAME, column::HONOUR, column::PERIOD],
        rows: nominations,
    },
    NormalizedTable {
        name: workbook::BRANCH_SCORES.name,
        headings: || vec![column::ITEM, column::PERIOD, column::OWN_SCORE, column::REVIEWED_SCORE],
        rows: branch_entries,
    },
];

/// What is the branch's own to say is left out.
fn of_roster() -> Vec<&'static str> {
    workbook::ROSTER.headings().filter(|heading| *heading != column::REMARK).collect()
}

impl NormalizedTable {
    /// The heading row.
    pub fn headings(&self) -> Vec<&'static str> {
        [&[column::BRANCH_CODE, column::BRANCH_NAME][..], &(self.headings)(), &["文件", "工作表", "单元格"]].concat()
    }

    /// A branch's rows, in the order of the submission.
    pub fn rows(&self, branch: &Branch, submission: &Submission, schemes: &[Scheme]) -> Vec<Vec<String>> {
        let row = |(cells, at): (Vec<String>, Option<Spot>)| {
            let place = at.map_or_else(|| Place::file(&submission.file), |at| submission.place(at));
            let source = [place.file.as_deref(), place.sheet.as_deref()].map(|text| text.unwrap_or_default().to_owned());
            let cell = place.cell.map(|cell| cell.to_string()).unwrap_or_default();
            [vec![branch.code.clone(), branch.name.clone()], cells, source.into(), vec![cell]].concat()
        };
        (self.rows)(submission, schemes).into_iter().map(row).collect()
    }
}

fn who(submission: &Submission, member: u32) -> Vec<String> {
    let member = &submission.members[member as usize];
    vec![member.seq.to_string(), member.name.to_string()]
}

fn word(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn day(day: Option<Day>) -> String {
    match day {
        None => String::new(),
        Some(Day::Known(date)) => date.to_string(),
        Some(Day::Month(year, month)) => format!("{year}-{month:02}"),
    }
}

fn mark(mark: Mark) -> String {
    mark.decimal().map(|value| value.to_string()).unwrap_or_default()
}

type Rows = Vec<(Vec<String>, Option<Spot>)>;

fn roster(submission: &Submission, _: &[Scheme]) -> Rows {
    let row = |(at, member): (usize, &crate::submission::Member)| {
        let mut cells = who(submission, at as u32);
        let direct = [member.direct_grade.as_deref().map(str::to_owned), member.direct_stars.map(|stars| format!("{stars}星"))];
        cells.extend([
            word(member.sex.as_deref()),
            word(member.nation.as_deref()),
            word(member.id.as_deref()),
            day(member.born),
            day(member.joined),
            if member.written_probationary { "预备党员" } else { "正式党员" }.to_owned(),
            member.category.to_string(),
            word(member.post.as_deref()),
            member.first_month.to_string(),
            member.last_month.to_string(),
            day(member.course.arrived),
            word(member.course.former.as_deref()),
            day(member.course.left),
            word(member.course.reason.map(crate::submission::Reason::zh)),
            day(member.course.confirmed),
            word(member.exempt.as_deref()),
            direct.into_iter().flatten().collect::<Vec<_>>().join("/"),
            if member.willing { "是" } else { "否" }.to_owned(),
            word(member.helper.as_deref()),
        ]);
        (cells, Some(member.at))
    };
    submission.members.iter().enumerate().map(row).collect()
}

fn entries(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let mut rows = Vec::new();
    // What was carried from another branch stands in that branch's rows.
    for entry in submission.entries.iter().filter(|entry| submission.carried_from(entry.at).is_none()) {
        let member = &submission.members[entry.member as usize];
        let rules = &schemes[member.scheme].member;
        let entered = rules.items.iter().zip(&entry.marks).enumerate().filter(|(_, (_, value))| **value != Mark::NONE);
        for (at, (item, value)) in entered {
            let mut cells = who(submission, entry.member);
            cells.extend([entry.period.zh(), scorer(rules, entry.own), item.name.clone(), mark(*value), word(entry.reason(at))]);
            rows.push((cells, submission.mark_spot(entry, at).or(Some(entry.at))));
        }
    }
    rows
}

/// 评分方, where the scheme has two.
pub fn scorer(rules: &crate::scheme::Rules, own: bool) -> String {
    rules.scorers.as_ref().map(|scorers| if own { &scorers.own } else { &scorers.counts }).cloned().unwrap_or_default()
}

fn polls(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let mut rows = Vec::new();
    for (at, ballots) in submission.ballots.iter().enumerate().flat_map(|(at, votes)| votes.iter().map(move |ballots| (at, ballots))) {
        let scheme = &schemes[submission.members[at].scheme];
        let Some(poll) = scheme.polls.get(usize::from(ballots.poll)).filter(|_| ballots.count > 0) else { continue };
        for ((column, _), sum) in poll.columns.iter().zip(&ballots.sums) {
            let mut cells = who(submission, at as u32);
            // Of several bodies and periods the item says whose ballots they are and of when.
            let item = format!("{} {column}", poll.vote(ballots.period));
            cells.extend([item.trim_start().to_owned(), ballots.count.to_string(), crate::exact::Decimal::new(*sum, -3).to_string()]);
            rows.push((cells, ballots.cast.first().map(|cast| cast.at)));
        }
    }
    rows
}

fn adjustments(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let row = |fact: &crate::submission::Adjustment| {
        let kinds = schemes[submission.members[fact.member as usize].scheme].adjustments.as_ref()?;
        let kind = kinds.kinds.get(fact.kind)?;
        let mut cells = who(submission, fact.member);
        let level = kind.levels.get(fact.level).map(|(level, _)| level.as_str());
        cells.extend([kind.name.clone(), word(level), fact.reason.to_string(), day(fact.date), word(fact.number.as_deref())]);
        Some((cells, Some(fact.at)))
    };
    submission.adjustments.iter().filter(|fact| submission.carried_from(fact.at).is_none()).filter_map(row).collect()
}

fn vetoes(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let row = |fact: &crate::submission::Fact| {
        let veto = schemes[submission.members[fact.member as usize].scheme].veto.as_ref()?;
        let mut cells = who(submission, fact.member);
        cells.extend([word(veto.facts.get(fact.fact).map(String::as_str)), fact.ground.to_string()]);
        Some((cells, Some(fact.at)))
    };
    submission.vetoes.iter().filter(|fact| submission.carried_from(fact.at).is_none()).filter_map(row).collect()
}

fn nominations(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let row = |one: &crate::submission::Nomination| {
        let honour = schemes[submission.members[one.member as usize].scheme].honours.get(one.honour)?;
        let mut cells = who(submission, one.member);
        cells.extend([honour.name.clone(), one.period.zh()]);
        Some((cells, Some(one.at)))
    };
    submission.nominations.iter().filter_map(row).collect()
}

fn branch_entries(submission: &Submission, schemes: &[Scheme]) -> Rows {
    let rules = submission.branch_scheme.and_then(|at| schemes[at].branch.as_ref());
    let row = |entry: &crate::submission::BranchEntry| {
        let item = rules?.items.get(entry.item)?;
        Some((vec![item.name.clone(), entry.period.zh(), mark(entry.own), mark(entry.reviewed)], Some(entry.at)))
    };
    submission.branch_entries.iter().filter_map(row).collect()
}
