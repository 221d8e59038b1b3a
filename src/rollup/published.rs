//! Last year's results, as far as a run is held against them.

use serde::Deserialize;

/// One line of an earlier `results.jsonl`, as far as it is compared; other keys are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedRow {
    /// `2026Q1`.
    pub period: String,
    /// 支部编码.
    pub branch_code: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// Scheme id.
    pub scheme: String,
    /// `member` or `branch`.
    pub subject: String,
    /// The published total.
    pub total: Option<String>,
    /// The published figure of the board, where it is another.
    pub board: Option<String>,
    /// 等次.
    pub grade: Option<String>,
}
