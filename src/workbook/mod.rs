//! The workbook that a branch sends: its sheets, their columns, and what is true of each, said once.
//!
//! `submission` reads by these tables, `issue` and `sample` write by them, `report` names its tables after them, and `scheme`
//! keeps items from being called like a column. Items and reasons are not here: a scheme has those.
//!
//! ```text
//! SHEETS ─▶ Sheet { name, columns } ─▶ Column { heading, need }         what is asked of a sheet
//! is(heading, Trait)                                                    what is true of a heading on every sheet
//! spread, missing                                                       which sheet serves which category
//! ```
//!
//! A new column is a name in `column`, its place in a sheet here, and the line that reads it.

mod serving;

pub use serving::{missing, spread};

// The lint passes over crates under test, where an expectation would be unfulfilled.
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "every heading stands on some sheet"))]
use column::*;

/// Headings by what they mean. Nothing else in the program spells them.
pub mod column {
    /// Number on the roster; tells two of one name apart.
    pub const SEQ: &str = "序号";
    /// Whom a row is about.
    pub const NAME: &str = "姓名";
    /// Sex.
    pub const SEX: &str = "性别";
    /// Nationality.
    pub const NATION: &str = "民族";
    /// Identity number.
    pub const ID: &str = "身份证号";
    /// Date of birth.
    pub const BORN: &str = "出生日期";
    /// When the member joined.
    pub const JOINED: &str = "入党日期";
    /// Full or probationary.
    pub const STATUS: &str = "党员状态";
    /// By which items the member is scored.
    pub const CATEGORY: &str = "类别";
    /// Post in the branch.
    pub const POST: &str = "职务";
    /// First month in which the member is expected.
    pub const FIRST_MONTH: &str = "起始月";
    /// Last such month.
    pub const LAST_MONTH: &str = "截止月";
    /// The day on which the member left.
    pub const LEFT: &str = "离开日期";
    /// Why.
    pub const LEAVING_REASON: &str = "离开原因";
    /// The day on which a probationary member became a full one.
    pub const CONFIRMED: &str = "转正日期";
    /// The day on which the member came from another branch.
    pub const ARRIVED: &str = "转入日期";
    /// That branch.
    pub const FORMER_BRANCH: &str = "原支部";
    /// Why the member is not scored.
    pub const EXEMPT: &str = "免积分原因";
    /// The grade of who is not scored.
    pub const DIRECT_GRADE: &str = "直评等次";
    /// Whether the member is willing to improve.
    pub const WILLING: &str = "整改意愿";
    /// Who helps.
    pub const HELPER: &str = "帮带人";
    /// Whatever the branch wants to say.
    pub const REMARK: &str = "备注";
    /// The period that a row is about.
    pub const PERIOD: &str = "期间";
    /// Who gives the marks, where there are two.
    pub const SCORER: &str = "评分方";
    /// Who wrote the row.
    pub const RECORDER: &str = "记录人";
    /// Who checked it.
    pub const REVIEWER: &str = "复核人";
    /// Whose ballot it is, where several bodies vote.
    pub const VOTERS: &str = "评议方";
    /// Number of a ballot.
    pub const BALLOT: &str = "票号";
    /// How many ballots a row sums up.
    pub const BALLOTS: &str = "票数";
    /// Kind of award or penalty.
    pub const KIND: &str = "种类";
    /// Its level.
    pub const LEVEL: &str = "级别";
    /// What it is for.
    pub const REASON: &str = "事由";
    /// The day of a fact, or of an entry where the scheme has days.
    pub const DATE: &str = "日期";
    /// Number of the document.
    pub const DOCUMENT: &str = "文号";
    /// A fact that rules a grade out.
    pub const FACT: &str = "情形";
    /// What it rests on.
    pub const GROUNDS: &str = "依据";
    /// An honour.
    pub const HONOUR: &str = "荣誉";
    /// An item, where a row is about one.
    pub const ITEM: &str = "项目";
    /// What a branch gives itself.
    pub const OWN_SCORE: &str = "自评得分";
    /// What it is given.
    pub const REVIEWED_SCORE: &str = "审核得分";

    // Fields of 支部信息.

    /// Name of the branch.
    pub const BRANCH_NAME: &str = "支部名称";
    /// Its code in the register.
    pub const BRANCH_CODE: &str = "支部编码";
    /// Its committee.
    pub const COMMITTEE: &str = "上级党组织";
    /// The year.
    pub const YEAR: &str = "年度";
    /// Secretary of the branch.
    pub const SECRETARY: &str = "支部书记";
    /// Who filled the workbook in.
    pub const FILLED_BY: &str = "填报人";
    /// Whom to call.
    pub const PHONE: &str = "联系电话";
    /// When it was sent.
    pub const REPORTED: &str = "报出日期";
    /// Version of the workbook that was handed out.
    pub const TEMPLATE: &str = "模板版本";
}

/// Version of the sheets and columns; 模板版本 begins with it.
pub const VERSION: &str = "1";

/// Columns of 机构名册, the required ones first.
pub const REGISTER: [&str; 14] = [
    "支部编码",
    "支部名称",
    "上级党组织",
    "上级总支",
    "类型",
    "书记",
    "联系人",
    "联系电话",
    "党员数",
    "设立月",
    "撤销月",
    "并入",
    "并入月",
    "原编码",
];

/// A sheet of the workbook.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// Its name; of some there is one per category, `积分登记-农村党员`.
    pub name: &'static str,
    /// In the order in which they are handed out.
    pub columns: &'static [Column],
}

/// A column of a sheet; of 支部信息 a field.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What stands over it.
    pub heading: &'static str,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether a column must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// Known, and may be left out.
    Optional,
    /// As the scheme says; else it is not known on this sheet.
    Asked,
}

const fn must(heading: &'static str) -> Column {
    Column { heading, need: Need::Required }
}

const fn may(heading: &'static str) -> Column {
    Column { heading, need: Need::Optional }
}

const fn asked(heading: &'static str) -> Column {
    Column { heading, need: Need::Asked }
}

/// Whose workbook it is: fields in rows, not columns.
pub const COVER: Sheet = Sheet {
    name: "支部信息",
    columns: &[
        must(BRANCH_NAME),
        must(BRANCH_CODE),
        may(COMMITTEE),
        must(YEAR),
        may(SECRETARY),
        may(FILLED_BY),
        may(PHONE),
        may(REPORTED),
        may(TEMPLATE),
    ],
};

/// One row per member.
pub const ROSTER: Sheet = Sheet {
    name: "党员名册",
    columns: &[
        may(SEQ),
        must(NAME),
        may(SEX),
        may(NATION),
        may(ID),
        may(BORN),
        may(JOINED),
        may(STATUS),
        must(CATEGORY),
        may(POST),
        may(FIRST_MONTH),
        may(LAST_MONTH),
        may(ARRIVED),
        may(FORMER_BRANCH),
        may(LEFT),
        may(LEAVING_REASON),
        may(CONFIRMED),
        may(EXEMPT),
        may(DIRECT_GRADE),
        may(WILLING),
        may(HELPER),
        may(REMARK),
    ],
};

/// One row per member and period, and a column per item.
pub const ENTRIES: Sheet = Sheet {
    name: "积分登记",
    columns: &[may(SEQ), must(NAME), must(PERIOD), may(SCORER), asked(DATE), may(RECORDER), may(REVIEWER), may(REMARK)],
};

/// One row per member and ballot, or per member with how many ballots the row sums up.
pub const POLL: Sheet = Sheet {
    name: "民主测评",
    columns: &[may(SEQ), must(NAME), asked(VOTERS), asked(PERIOD), asked(BALLOT), asked(BALLOTS), may(REMARK)],
};

/// One row per award or penalty.
pub const ADJUSTMENTS: Sheet = Sheet {
    name: "奖惩",
    columns: &[may(SEQ), must(NAME), must(KIND), must(LEVEL), must(REASON), must(DATE), may(DOCUMENT), may(REMARK)],
};

/// One row per fact that rules a grade out.
pub const VETOES: Sheet =
    Sheet { name: "一票否决", columns: &[may(SEQ), must(NAME), must(FACT), must(GROUNDS), may(DATE), may(REMARK)] };

/// One row per nomination.
pub const NOMINATIONS: Sheet = Sheet { name: "评优推荐", columns: &[may(SEQ), must(NAME), must(HONOUR), must(PERIOD), may(REMARK)] };

/// One row per item and period of the branch itself.
pub const BRANCH_SCORES: Sheet =
    Sheet { name: "支部积分", columns: &[may(SEQ), must(ITEM), must(PERIOD), may(OWN_SCORE), must(REVIEWED_SCORE), may(REMARK)] };

/// Every sheet, in the order of the workbook.
pub const SHEETS: [Sheet; 8] = [COVER, ROSTER, ENTRIES, POLL, ADJUSTMENTS, VETOES, NOMINATIONS, BRANCH_SCORES];

impl Sheet {
    /// Headings that the sheet must have.
    pub fn required(&self) -> Vec<&'static str> {
        self.with(Need::Required)
    }

    /// Headings that it may have.
    pub fn optional(&self) -> Vec<&'static str> {
        self.with(Need::Optional)
    }

    /// True for a heading of the sheet, whoever asks for it.
    pub fn has(&self, heading: &str) -> bool {
        self.headings().any(|own| own == heading)
    }

    /// All headings, from left to right.
    pub fn headings(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns.iter().map(|column| column.heading)
    }

    fn with(&self, need: Need) -> Vec<&'static str> {
        self.columns.iter().filter(|column| column.need == need).map(|column| column.heading).collect()
    }
}

/// What is true of a heading on whatever sheet it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// Its cells may be merged over several rows: the value counts for each of them.
    Merged,
    /// It may be printed beforehand and says nothing by itself: a row that holds no more is empty.
    Printed,
    /// A row says it once, also where periods stand side by side.
    OfTheRow,
    /// Anything may be called so: it does not show that a row is one of headings.
    Common,
}

const TRAITS: [(&str, &[Trait]); 14] = [
    (SEQ, &[Trait::Merged, Trait::Printed, Trait::OfTheRow]),
    (NAME, &[Trait::Merged, Trait::OfTheRow]),
    (PERIOD, &[Trait::Merged, Trait::Printed, Trait::OfTheRow]),
    (CATEGORY, &[Trait::Merged, Trait::OfTheRow]),
    (ITEM, &[Trait::Merged, Trait::OfTheRow]),
    (STATUS, &[Trait::OfTheRow]),
    (ID, &[Trait::OfTheRow]),
    (VOTERS, &[Trait::Merged, Trait::Printed, Trait::OfTheRow]),
    (BALLOT, &[Trait::Merged, Trait::Printed, Trait::OfTheRow]),
    (BALLOTS, &[Trait::OfTheRow]),
    (SCORER, &[Trait::Merged, Trait::Printed]),
    (RECORDER, &[Trait::Merged, Trait::Printed]),
    (REVIEWER, &[Trait::Merged, Trait::Printed]),
    (REMARK, &[Trait::Printed, Trait::Common]),
];

/// Whether that is true of a heading.
pub fn is(heading: &str, what: Trait) -> bool {
    TRAITS.iter().any(|(own, traits)| *own == heading && traits.contains(&what))
}

/// Headings by which tables are found.
pub fn telling() -> impl Iterator<Item = &'static str> {
    SHEETS[1..].iter().flat_map(Sheet::headings).filter(|heading| !is(heading, Trait::Common))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_stands_once_on_a_sheet_and_every_trait_is_of_a_heading() {
        for sheet in SHEETS {
            let mut all: Vec<&str> = sheet.headings().collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{}", sheet.name);
        }
        assert!(TRAITS.iter().all(|(heading, _)| SHEETS.iter().any(|sheet| sheet.has(heading))));
    }

    #[test]
    fn what_is_asked_for_is_neither_required_nor_known() {
        assert_eq!(ENTRIES.required(), [NAME, PERIOD]);
        assert!(ENTRIES.has(DATE) && !ENTRIES.optional().contains(&DATE));
    }
}
