//! Data of 退回意见 of a branch and 催报名单 of a committee.

use chrono::NaiveDate;

use super::county::{Standing, masked};
use super::view::{Issuer, common};
use crate::county::Branch;
use crate::diag::{Finding, Lang, Severity, severity_word};
use crate::form::data::Record;
use crate::period::zh_date;

/// By when and to whom a submission is to be sent again.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// Working days from the day after the run's date.
    pub days: u32,
    /// Their last day, as far as calendars reach.
    pub end: Option<NaiveDate>,
    /// To whom; the branch's committee where empty.
    pub to: String,
    /// Whom to ask; empty for nobody.
    pub phone: String,
}

impl Deadline {
    /// `请于2026年12月21日前（5个工作日内）…`; never a guess where working days are not known.
    pub fn text(&self) -> String {
        match self.end {
            Some(end) => format!("{}前（{}个工作日内）", zh_date(end), self.days),
            None => format!("收到后{}个工作日内", self.days),
        }
    }

    /// To whom a branch sends it.
    pub fn addressee<'a>(&'a self, branch: &'a Branch) -> &'a str {
        if self.to.is_empty() { &branch.committee } else { &self.to }
    }
}

/// What 退回意见 is made from.
pub struct Returned<'a> {
    /// The county.
    pub issuer: &'a Issuer,
    /// The branch.
    pub branch: &'a Branch,
    /// The file that was read, or those of which none could be settled to count.
    pub file: String,
    /// Name of the marked copy, where there is one.
    pub marked: Option<&'a str>,
    /// Everything found in it, in output order.
    pub findings: &'a [&'a Finding],
    /// By when and to whom.
    pub deadline: &'a Deadline,
    /// Language of messages and hints.
    pub lang: Lang,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

/// 退回意见: errors first, for they must be put right; then what is only to be looked at.
pub fn returned(of: &Returned<'_>) -> Record {
    let mut root = Record::default();
    common(&mut root, of.issuer, &[], of.digest, of.findings.len());
    let branch = of.branch;
    root.text("支部名称", &branch.name);
    root.text("支部编码", &branch.code);
    root.text("上级党组织", &branch.committee);
    root.text("书记", branch.secretary.as_deref().unwrap_or_default());
    root.text("联系人", branch.contact.as_deref().unwrap_or_default());
    root.text("联系电话", branch.phone.as_deref().unwrap_or_default());
    root.text("文件", of.file.as_str());
    root.text("标注文件", of.marked.unwrap_or_default());
    root.text("改正期限", of.deadline.text());
    root.text("报送对象", of.deadline.addressee(branch));
    root.text("咨询电话", &of.deadline.phone);
    let count = |severity: Severity| of.findings.iter().filter(|finding| finding.severity() == severity).count();
    root.count("错误数", count(Severity::Error));
    root.count("警告数", count(Severity::Warning));
    root.count("提示数", count(Severity::Note));
    let must = |severity: Severity| of.findings.iter().filter(move |finding| finding.severity() == severity).map(|finding| vec![*finding]);
    // Notes ask for nothing: those of a kind on one sheet share a line, which names the first and where the others are.
    let mut notes: Vec<Vec<&Finding>> = Vec::new();
    for finding in of.findings.iter().filter(|finding| finding.severity() == Severity::Note) {
        match notes.iter_mut().find(|group| group[0].code == finding.code && group[0].place.sheet == finding.place.sheet) {
            Some(group) => group.push(finding),
            None => notes.push(vec![finding]),
        }
    }
    let lines = must(Severity::Error).chain(must(Severity::Warning)).chain(notes);
    let rows = lines.enumerate().map(|(at, group)| {
        let finding = group[0];
        let others: Vec<String> = group[1..].iter().filter_map(|other| other.place.cell).map(|cell| cell.to_string()).collect();
        let others = if others.is_empty() { String::new() } else { format!("（同类的还有 {}）", others.join("、")) };
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("级别", severity_word(finding.severity(), of.lang));
        row.text("工作表", finding.place.sheet.as_deref().unwrap_or_default());
        row.text("单元格", finding.place.cell.map(|cell| cell.to_string()).unwrap_or_default());
        row.text("原内容", finding.value.as_deref().map(|value| masked(finding.code, value)).unwrap_or_default());
        row.text("问题", finding.message(of.lang) + &others);
        row.text("怎么改", finding.hint(of.lang));
        row
    });
    root.lists.insert("", rows.collect());
    root
}

/// One branch on 催报名单.
pub struct Reminded<'a> {
    /// The branch.
    pub branch: &'a Branch,
    /// Returned or missing.
    pub standing: Standing,
    /// Errors of a returned one.
    pub errors: usize,
}

/// 催报名单: missing branches first, then returned ones, each in the register's order.
pub fn reminder(unit: &str, issuer: &Issuer, branches: &[Reminded<'_>], deadline: &Deadline, digest: &str) -> Record {
    let mut root = Record::default();
    common(&mut root, issuer, &[], digest, branches.len());
    let of = |standing: Standing| branches.iter().filter(move |line| line.standing == standing);
    root.text("填报单位", unit);
    root.text("上级党组织", unit);
    root.text("改正期限", deadline.text());
    root.text("报送对象", if deadline.to.is_empty() { &issuer.name } else { &deadline.to });
    root.text("咨询电话", &deadline.phone);
    root.count("未报数", of(Standing::Missing).count());
    root.count("退回数", of(Standing::Returned).count());
    let rows = of(Standing::Missing).chain(of(Standing::Returned)).enumerate().map(|(at, line)| {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("支部编码", &line.branch.code);
        row.text("支部名称", &line.branch.name);
        row.text("状态", if line.standing == Standing::Missing { "未报" } else { "退回" });
        row.text("书记", optional(&line.branch.secretary));
        row.text("联系人", optional(&line.branch.contact));
        row.text("联系电话", optional(&line.branch.phone));
        row.text(
            "说明",
            if line.standing == Standing::Missing {
                "尚未报送".to_owned()
            } else {
                format!("有{}处错误，见退回意见", line.errors)
            },
        );
        row
    });
    root.lists.insert("", rows.collect());
    root
}
