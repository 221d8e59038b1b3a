//! 记录本: cover and contents of everything that a branch's year consists of, bound into one document.

use super::field::{Contents, branch_fields, number, rows, run_fields, text};
use super::view::{Issuer, set_branch, set_run};
use super::{BOARD, Data, Form, ORGANIZATION, QUARTERS, REGISTRY, ROSTER, ROUTINE, YEARLY};
use crate::bag::Retention;
use crate::county::Branch;
use crate::form::data::Record;
use crate::submission::Cover;

/// 记录本.
pub const BOOK: Form = Form {
    id: "book",
    title: "记录本",
    runs: &[],
    contents,
    data: Data::Bound(cover),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

/// What is bound behind cover and contents, in this order; boards of all periods stand where the board does.
pub const BOOK_PARTS: [Form; 6] = [ROUTINE, ORGANIZATION, ROSTER, REGISTRY, BOARD, YEARLY];

/// What cover and contents are made from.
pub struct Binding<'a> {
    /// The county.
    pub issuer: &'a Issuer,
    /// The branch.
    pub branch: &'a Branch,
    /// 支部信息 of its submission.
    pub cover: &'a Cover,
    /// Title and first page of each part.
    pub parts: &'a [(String, usize)],
    /// Short digest of what the book is made from.
    pub digest: &'a str,
}

fn contents() -> Contents {
    let mut fields = run_fields();
    fields.extend(branch_fields());
    fields.push(text("填报人", "填报人", "person who filled the return", "李乙"));
    let part = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("名称", "目录中的名称", "title in the contents", "考核公示栏（一季度）"),
        number("页码", "从第几页起", "first page", "12"),
    ];
    (fields, vec![rows("", part, Vec::new())])
}

fn cover(of: &Binding<'_>) -> Record {
    let mut root = Record::default();
    set_run(&mut root, of.issuer, of.digest, of.parts.len());
    set_branch(&mut root, of.branch, Some(of.cover));
    let rows = of.parts.iter().enumerate().map(|(at, (title, page))| {
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("名称", title);
        row.count("页码", *page);
        row
    });
    root.lists.insert("", rows.collect());
    root
}
