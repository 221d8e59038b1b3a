//! 民主测评票: papers handed out with the blank workbooks, one per voter and without a name.

use super::field::{Contents, branch_fields, columns, listed, number, rows, run_fields, scheme_fields, text};
use super::view::{Issuer, plain_text, set_branch, set_run, set_schemes};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::county::Branch;
use crate::exact::Exact;
use crate::form::data::Record;
use crate::scheme::{Poll, Scheme};

/// 民主测评票.
pub const BALLOT: Form = Form {
    id: "ballot",
    title: "民主测评票",
    runs: &[],
    contents,
    data: Data::Handed(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// So many lines has a ballot of a branch whose roster is not known.
const BLANK_LINES: usize = 20;

/// What ballots are made from.
pub struct Ballot<'a> {
    /// The county.
    pub issuer: &'a Issuer,
    /// The branch.
    pub branch: &'a Branch,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Whose ballots.
    pub poll: &'a Poll,
    /// 序号, 姓名 and 类别 of the members who are voted on; none if they are not known.
    pub members: &'a [(i64, String, String)],
    /// How many papers; the scheme's least number of ballots if absent.
    pub papers: Option<usize>,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

fn contents() -> Contents {
    let mut fields = run_fields();
    fields.extend(branch_fields());
    fields.extend(scheme_fields());
    fields.extend([
        number("票数", "印多少张", "number of papers", "10"),
        text("填写说明", "怎么填", "how it is filled in", "每项0～10分，可以有小数。"),
    ]);
    let mut member = listed();
    member.push(number("票", "第几张票，只用来分页", "which paper; it only parts the pages", "1"));
    let lists = vec![
        columns("项目", vec![text("名称", "测评项目和分值范围", "item and its bounds", "理想信念 0～10分")]),
        rows("", member, Vec::new()),
    ];
    (fields, lists)
}

fn data(of: &Ballot<'_>) -> Record {
    let mut root = Record::default();
    let poll = of.poll;
    let papers = of.papers.unwrap_or(poll.min_ballots.max(1) as usize);
    set_run(&mut root, of.issuer, of.digest, of.members.len());
    set_branch(&mut root, of.branch, None);
    set_schemes(&mut root, &[of.scheme]);
    root.count("票数", papers);
    let words: Vec<&str> = poll.words.iter().map(|(word, _)| word.as_str()).collect();
    let how = if words.is_empty() {
        "每格填一个分数，不超过该项的最高分".to_owned()
    } else {
        format!("每格填{}中的一个", words.join("、"))
    };
    let whose = if poll.name.is_empty() { String::new() } else { format!("{}：", poll.name) };
    root.text("填写说明", format!("{whose}{how}"));
    let heading = |(name, max): &(String, Exact)| {
        let mut heading = Record::default();
        heading.text("名称", if words.is_empty() { format!("{name}\n0～{}分", plain_text(max)) } else { name.clone() });
        heading
    };
    root.lists.insert("项目", poll.columns.iter().map(heading).collect());
    let line = |paper: usize, line: usize| {
        let mut row = Record::default();
        row.count("票", paper + 1);
        let member = of.members.get(line);
        row.count("序号", member.and_then(|(seq, ..)| usize::try_from(*seq).ok()).unwrap_or(line + 1));
        row.text("姓名", member.map_or("", |(_, name, _)| name.as_str()));
        row.text("类别", member.map_or("", |(.., category)| category.as_str()));
        row
    };
    let lines = if of.members.is_empty() { BLANK_LINES } else { of.members.len() };
    root.lists
        .insert("", (0..papers).flat_map(|paper| (0..lines).map(move |own| (paper, own))).map(|(paper, own)| line(paper, own)).collect());
    root
}
