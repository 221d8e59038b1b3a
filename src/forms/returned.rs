//! What a submission that is not accepted brings: 退回意见 of the branch, 催报名单 of its committee.

use chrono::NaiveDate;

use super::field::{Contents, branch_fields, number, rows, run_fields, text};
use super::roster::without_last_four;
use super::view::{Issuer, set_branch, set_run};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::county::Branch;
use crate::diag::{Code, Finding, Lang, Severity, severity_word};
use crate::form::data::{Field, Record};
use crate::period::{Every, zh_date};

/// 退回意见.
pub const RETURN: Form = Form {
    id: "return",
    title: "退回意见",
    runs: &Every::ALL,
    contents: return_contents,
    data: Data::Returned(returned),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// 催报名单.
pub const REMINDER: Form = Form {
    id: "reminder",
    title: "催报名单",
    runs: &Every::ALL,
    contents: reminder_contents,
    data: Data::Reminded(reminder),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// By when and to whom.
fn deadline_fields() -> Vec<Field> {
    vec![
        text("改正期限", "改正并重新报送的期限", "by when it is to be sent again", "2026年12月21日前（5个工作日内）"),
        text("报送对象", "重新报送给谁", "to whom it is to be sent", "中共示范镇委员会"),
        text("咨询电话", "咨询电话", "whom to ask", "0791-12380"),
    ]
}

fn return_contents() -> Contents {
    let mut fields = run_fields();
    fields.extend(branch_fields());
    fields.extend(deadline_fields());
    fields.extend([
        text("联系人", "支部联系人", "contact of the branch", "李乙"),
        text("文件", "退回的文件", "the file that is returned", "示范镇党委/向阳村党支部.xlsx"),
        text("标注文件", "标注了问题的副本，没有时为空", "the marked copy, empty where there is none", "向阳村党支部-标注.xlsx"),
        text("标注说明", "副本比原件少了什么，没有时为空", "what a marked copy lacks, empty where it lacks nothing", ""),
        text(
            "问题数",
            "错误、需核对、提示各多少处，没有的不写",
            "how many errors, warnings and notes; none of a kind is not said",
            "错误3处、需核对1处",
        ),
        number("错误数", "错误数", "number of errors", "3"),
        number("警告数", "警告数", "number of warnings", "1"),
        number("提示数", "提示数", "number of notes", "2"),
    ]);
    let finding = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("级别", "错误、警告、提示", "error, warning or note", "错误"),
        text("工作表", "工作表", "sheet", "积分登记"),
        text("单元格", "单元格", "cell", "E12"),
        text("原内容", "原来的内容，身份证号隐去后四位", "what stands there; identity numbers without their last four", "11"),
        text("问题", "哪里不对", "what is wrong", "“理想信念”的分值 11 超出范围，应在 0～10 之间"),
        text("怎么改", "怎么改", "how to put it right", "请核对原始记录后改为 0～10 之间的数。"),
    ];
    (fields, vec![rows("", finding, Vec::new())])
}

fn reminder_contents() -> Contents {
    let mut fields = run_fields();
    fields.extend(deadline_fields());
    fields.extend([
        text("填报单位", "党（工）委", "the committee", "中共示范镇委员会"),
        text("上级党组织", "党（工）委", "the committee", "中共示范镇委员会"),
        number("未报数", "尚未报送的支部数", "branches that sent nothing", "2"),
        number("退回数", "被退回的支部数", "branches whose submission was returned", "3"),
        text("欠报", "未报和退回的支部数，没有的不写", "both numbers in words, without one that is zero", "未报2个，退回3个"),
    ]);
    let branch = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("支部编码", "党支部编码", "branch code", "00123"),
        text("支部名称", "党支部名称", "branch name", "示范镇向阳村党支部"),
        text("状态", "未报、退回", "missing or returned", "未报"),
        text("书记", "党支部书记", "branch secretary", "张甲"),
        text("联系人", "支部联系人", "contact of the branch", "李乙"),
        text("联系电话", "支部联系电话", "phone of the branch", "0791-1234567"),
        text("说明", "说明", "remark", "尚未报送"),
    ];
    (fields, vec![rows("", branch, Vec::new())])
}

/// What became of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its submission counts.
    Accepted,
    /// It was sent back.
    Returned,
    /// Nothing came.
    Missing,
    /// Nothing came, and nothing is owed.
    NotOwed,
}

impl Standing {
    /// 通过, 退回, 未报, 不需报送.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Accepted => "通过",
            Self::Returned => "退回",
            Self::Missing => "未报",
            Self::NotOwed => "不需报送",
        }
    }
}

/// By when and to whom a submission is to be sent again.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// Working days from the day after the run's date.
    pub days: u32,
    /// Their last day, as far as calendars reach.
    pub end: Option<NaiveDate>,
    /// The period's own deadline, if it has one that has not passed: by then what is missing is to come.
    pub due: Option<NaiveDate>,
    /// The paper's own date.
    pub date: NaiveDate,
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

    /// The same for what has not come yet.
    pub fn collection(&self) -> String {
        match self.due {
            // Without another date a reminder bears that of the deadline.
            Some(due) if due == self.date => format!("{}当日", zh_date(due)),
            Some(due) => format!("{}前", zh_date(due)),
            None => self.text(),
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
    /// The files that were read, by their own names, or those of which none could be settled to count.
    pub file: String,
    /// Names of the marked copies; empty where there is none.
    pub marked: String,
    /// What a marked copy holds less than its original; empty where it lacks nothing.
    pub lacks: &'a str,
    /// What was found in them and is the branch's to know, in the order in which it is told; with its file if there are several.
    pub findings: &'a [&'a Finding],
    /// By when and to whom.
    pub deadline: &'a Deadline,
    /// Language of messages and hints.
    pub lang: Lang,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

/// 退回意见: errors first, for they must be put right; then what is only to be looked at.
fn returned(of: &Returned<'_>) -> Record {
    let mut root = Record::default();
    let branch = of.branch;
    set_run(&mut root, of.issuer, of.digest, of.findings.len());
    set_branch(&mut root, branch, None);
    root.text("联系人", branch.contact.as_deref().unwrap_or_default());
    root.text("文件", of.file.as_str());
    root.text("标注文件", of.marked.as_str());
    root.text("改正期限", of.deadline.text());
    root.text("报送对象", of.deadline.addressee(branch));
    root.text("咨询电话", &of.deadline.phone);
    let count = |severity: Severity| of.findings.iter().filter(|finding| finding.severity() == severity).count();
    root.count("错误数", count(Severity::Error));
    root.count("警告数", count(Severity::Warning));
    root.count("提示数", count(Severity::Note));
    let kinds = [("错误", Severity::Error), ("需核对", Severity::Warning), ("提示", Severity::Note)];
    let told = kinds.map(|(word, severity)| (word, count(severity)));
    let told: Vec<String> = told.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word}{count}处")).collect();
    root.text("标注说明", of.lacks);
    let must = |severity: Severity| of.findings.iter().filter(move |finding| finding.severity() == severity).map(|finding| vec![*finding]);
    // Notes ask for nothing: those of a kind on one sheet share a line, which names the first and where the others are.
    let mut notes: Vec<Vec<&Finding>> = Vec::new();
    for finding in of.findings.iter().filter(|finding| finding.severity() == Severity::Note) {
        match notes.iter_mut().find(|group| group[0].code == finding.code && group[0].place.sheet == finding.place.sheet) {
            Some(group) => group.push(finding),
            None => notes.push(vec![finding]),
        }
    }
    let grouped =
        if notes.len() < count(Severity::Note) { format!("（提示同类的合并，列{}行）", notes.len()) } else { String::new() };
    root.text("问题数", told.join("、") + &grouped);
    let lines = must(Severity::Error).chain(must(Severity::Warning)).chain(notes);
    let rows = lines.enumerate().map(|(at, group)| {
        let finding = group[0];
        let others: Vec<String> = group[1..].iter().filter_map(|other| other.place.cell).map(|cell| cell.to_string()).collect();
        let others = if others.is_empty() { String::new() } else { format!("（同类的还有 {}）", others.join("、")) };
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("级别", severity_word(finding.severity(), of.lang));
        let of_file = [finding.place.file.as_deref(), finding.place.sheet.as_deref()];
        row.text("工作表", of_file.into_iter().flatten().collect::<Vec<_>>().join("："));
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

/// What 催报名单 is made from.
pub struct Reminder<'a> {
    /// The committee.
    pub committee: &'a str,
    /// The county.
    pub issuer: &'a Issuer,
    /// Whom to remind, in the register's order.
    pub branches: &'a [Reminded<'a>],
    /// By when and to whom.
    pub deadline: &'a Deadline,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

/// 催报名单: missing branches first, then returned ones, each in the register's order.
fn reminder(Reminder { committee, issuer, branches, deadline, digest }: &Reminder<'_>) -> Record {
    let mut root = Record::default();
    set_run(&mut root, issuer, digest, branches.len());
    let of = |standing: Standing| branches.iter().filter(move |line| line.standing == standing);
    root.text("填报单位", *committee);
    root.text("上级党组织", *committee);
    root.text("改正期限", deadline.collection());
    root.text("报送对象", if deadline.to.is_empty() { &issuer.name } else { &deadline.to });
    root.text("咨询电话", &deadline.phone);
    root.count("未报数", of(Standing::Missing).count());
    root.count("退回数", of(Standing::Returned).count());
    let counts = [("未报", of(Standing::Missing).count()), ("退回", of(Standing::Returned).count())];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word}{count}个"));
    root.text("欠报", counts.collect::<Vec<_>>().join("，"));
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
                format!("错误{}处，见《退回意见》", line.errors)
            },
        );
        row
    });
    root.lists.insert("", rows.collect());
    root
}

/// Identity numbers lose their last four in workbooks that are handed round.
pub fn masked(code: Code, value: &str) -> String {
    if !matches!(code, Code::BadId | Code::IdAsNumber) || value.chars().count() < 8 {
        return value.to_owned();
    }
    without_last_four(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_of_the_last_day_asks_for_that_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 4, day).expect("a day");
        let said = |date, due| Deadline { days: 5, end: None, due, date: day(date), to: String::new(), phone: String::new() }.collection();
        assert_eq!(said(1, Some(day(8))), "2026年4月8日前");
        assert_eq!(said(8, Some(day(8))), "2026年4月8日当日");
        assert_eq!(said(9, None), "收到后5个工作日内");
    }
}
