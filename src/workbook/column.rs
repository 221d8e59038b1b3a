//! Headings of the workbook that a branch sends, by what they mean. Nothing else in the program spells them.

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
