//! `results.jsonl` and `results.csv`: one object a scored subject.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::county::Branch;
use crate::exact::Decimal;
use crate::forms::honours_text;
use crate::period::{Period, RunPeriod};
use crate::rollup::{Outcome, OutcomeKind};
use crate::scheme::Scheme;
use crate::submission::Submission;
use crate::table::Value as Table;

/// With these a formula begins for some spreadsheet program, the full-width ones for those that fold letters.
pub const FORMULA_BEGINS: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];

/// One line of `results.jsonl`. Scores are strings with fixed digits, counts and ranks numbers.
#[derive(Clone, Debug, Serialize)]
pub struct ResultRow {
    /// 年度.
    pub year: i32,
    /// `2026`, `2026Q3`.
    pub period: String,
    /// 上级党组织.
    pub committee: String,
    /// 支部编码.
    pub branch_code: String,
    /// 支部名称.
    pub branch: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// 类别; none for a branch.
    pub category: Option<String>,
    /// 正式党员 or 预备党员; none for a branch.
    pub status: Option<&'static str>,
    /// Scheme id.
    pub scheme: String,
    /// `member` or `branch`.
    pub subject: &'static str,
    /// Published figures by id.
    pub figures: Map<String, Value>,
    /// Published total, points.
    pub total: Option<String>,
    /// The total as a fraction.
    pub total_exact: Option<String>,
    /// What the board shows where it is not the total.
    pub board: Option<String>,
    /// 等次.
    pub grade: Option<String>,
    /// 星级.
    pub stars: Option<u8>,
    /// Rank within scheme and branch.
    pub rank: Option<u32>,
    /// Among how many.
    pub rank_of: Option<u32>,
    /// 荣誉.
    pub honours: Vec<String>,
    /// 一票否决.
    pub veto: Vec<String>,
    /// 告诫 or 限期整改通知书.
    pub letter: Option<String>,
    /// Flags.
    pub flags: Vec<&'static str>,
}

/// The result of one subject.
pub fn result_row(branch: &Branch, submission: &Submission, schemes: &[Scheme], outcome: &Outcome, run: RunPeriod) -> ResultRow {
    let scheme = &schemes[outcome.scheme];
    let digits = scheme.digits;
    let member = match outcome.kind {
        OutcomeKind::Member(at) => Some(&submission.members[at as usize]),
        OutcomeKind::Branch => None,
    };
    let score = &outcome.score;
    let veto = scheme.veto.as_ref().map(|veto| score.veto.iter().map(|fact| veto.facts[*fact].clone()).collect()).unwrap_or_default();
    ResultRow {
        year: run.year,
        period: run.to_string(),
        committee: branch.committee.clone(),
        branch_code: branch.code.clone(),
        branch: branch.name.clone(),
        seq: member.map(|member| member.seq),
        name: member.map_or_else(|| branch.name.clone(), |member| member.name.to_string()),
        category: member.map(|member| member.category.to_string()),
        status: member.map(|member| if member.is_probationary(run.period) { "预备党员" } else { "正式党员" }),
        scheme: scheme.id.clone(),
        subject: if member.is_some() { "member" } else { "branch" },
        figures: score.figures.iter().map(|(id, value)| (id.clone(), Value::String(value.publish(digits)))).collect(),
        total: score.total.as_ref().map(|total| total.publish(digits)),
        total_exact: score.total.as_ref().map(ToString::to_string),
        board: score.board.as_ref().map(|board| board.publish(digits)),
        grade: score.grade.clone(),
        stars: score.stars,
        rank: outcome.rank,
        rank_of: outcome.rank_of,
        honours: outcome.honours.clone(),
        veto,
        letter: outcome.letter.clone(),
        flags: score.flags.iter().map(|flag| flag.word()).collect(),
    }
}

/// A flag as the county's workbook says it.
fn flag_zh(word: &str) -> &str {
    match word {
        "exempt" => "免积分",
        "probationary" => "预备党员",
        "part-year" => "非全期在本支部",
        "not-expected" => "不在本支部",
        "not-scored" => "本期不计分",
        "left" => "已离开",
        "moved-out" => "已转出",
        other => other,
    }
}

/// One line of JSON with a line feed.
pub fn json_line(row: &impl Serialize) -> String {
    let mut line = serde_json::to_string(row).unwrap_or_default(); // maps with text keys always serialise
    line.push('\n');
    line
}

/// Figure ids of the schemes, in their order: the columns that `results.csv` has between the fixed ones.
pub fn figure_ids(rows: impl Iterator<Item = ResultRow>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in rows.flat_map(|row| row.figures.into_iter().map(|(id, _)| id)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Headings of `results.csv`: the keys of `results.jsonl`, figures as `figures.<id>`.
pub fn csv_headings(figures: &[String]) -> Vec<String> {
    let mut headings: Vec<String> =
        ["year", "period", "committee", "branch_code", "branch", "seq", "name", "category", "status", "scheme", "subject"]
            .map(String::from)
            .into();
    headings.extend(figures.iter().map(|id| format!("figures.{id}")));
    headings.extend(
        ["total", "total_exact", "board", "grade", "stars", "rank", "rank_of", "honours", "veto", "letter", "flags"].map(String::from),
    );
    headings
}

impl ResultRow {
    /// The row as CSV fields in the order of [`csv_headings`]; lists are joined with `;`.
    pub fn csv_fields(&self, figures: &[String]) -> Vec<String> {
        let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        // A spreadsheet program would take such a text for a formula.
        let text = |value: &str| if value.starts_with(FORMULA_BEGINS) { format!("'{value}") } else { value.to_owned() };
        let mut fields = vec![
            self.year.to_string(),
            self.period.clone(),
            text(&self.committee),
            self.branch_code.clone(),
            text(&self.branch),
            self.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            text(&self.name),
            self.category.as_deref().map(text).unwrap_or_default(),
            self.status.unwrap_or_default().to_owned(),
            self.scheme.clone(),
            self.subject.to_owned(),
        ];
        fields.extend(figures.iter().map(|id| self.figures.get(id).and_then(Value::as_str).unwrap_or_default().to_owned()));
        fields.extend([
            self.total.clone().unwrap_or_default(),
            self.total_exact.clone().unwrap_or_default(),
            self.board.clone().unwrap_or_default(),
            self.grade.clone().unwrap_or_default(),
            self.stars.map(|stars| stars.to_string()).unwrap_or_default(),
            number(self.rank),
            number(self.rank_of),
            self.honours.join(";"),
            self.veto.join(";"),
            self.letter.clone().unwrap_or_default(),
            self.flags.join(";"),
        ]);
        fields
    }

    /// The row for the sheet 明细 of the county's workbook.
    pub fn table_row(&self, schemes: &[Scheme]) -> Vec<Table> {
        let text = |value: &str| if value.is_empty() { Table::Empty } else { Table::Text(value.to_owned()) };
        let score = |value: &Option<String>| value.as_deref().and_then(Decimal::parse).map_or(Table::Empty, Table::Number);
        let count = |value: Option<i64>| value.map_or(Table::Empty, |value| Table::Number(Decimal::from(value)));
        vec![
            text(&self.branch_code),
            text(&self.branch),
            text(&self.committee),
            count(self.seq),
            text(&self.name),
            text(self.category.as_deref().unwrap_or("支部")),
            text(self.status.unwrap_or_default()),
            text(schemes.iter().find(|scheme| scheme.id == self.scheme).map_or(&*self.scheme, |scheme| &scheme.name)),
            score(&self.total),
            score(&self.board),
            text(self.grade.as_deref().unwrap_or_default()),
            count(self.stars.map(i64::from)),
            count(self.rank.map(i64::from)),
            text(&honours_text(&self.honours, Period::YEAR)),
            text(&self.veto.join("、")),
            text(self.letter.as_deref().unwrap_or_default()),
            text(&self.flags.iter().map(|flag| flag_zh(flag)).collect::<Vec<_>>().join("、")),
        ]
    }
}
