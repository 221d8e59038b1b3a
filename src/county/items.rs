//! What `设置.xlsx` may say: every item with its key in `scorebook.toml`, what it means and an example.

use crate::diag::Said;

/// What stands in the cell of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text; a number is taken as it is shown.
    Text,
    /// A whole number within bounds.
    Whole(u32, u32),
    /// Texts with commas or line breaks between them.
    List,
    /// The same with line breaks alone: a password may hold a comma.
    Lines,
    /// 是 or 否.
    YesNo,
    /// One of these words, each with the value that it stands for.
    Choice(&'static [(&'static str, &'static str)]),
    /// A day.
    Day,
    /// A period of the year.
    Period,
}

/// A line of 基本设置 or 其他.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// What it is called.
    pub name: &'static str,
    /// Its key in `scorebook.toml`, with the tables that it lies in.
    pub key: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// It must be there.
    pub required: bool,
    /// What it means, Chinese and English.
    pub meaning: (&'static str, &'static str),
    /// An example.
    pub example: &'static str,
}

/// 更正公示.
const CORRECTIONS: &[(&str, &str)] = &[("仅报送变化", "submissions"), ("全部", "all")];
/// 调动计分.
const TRANSFERS: &[(&str, &str)] = &[("最后支部计全年", "last"), ("各计各的", "each")];
/// 分送合并.
const PARTS: &[(&str, &str)] = &[("合并", "join"), ("不合并", "refuse")];
/// 语言.
const LANGUAGES: &[(&str, &str)] = &[("中文", "zh"), ("英文", "en")];
/// 公示纸张.
pub const PAPERS: &[(&str, &str)] = &[("A3", "A3"), ("A4", "A4")];

const fn item(name: &'static str, key: &'static str, kind: Kind, meaning: (&'static str, &'static str), example: &'static str) -> Item {
    Item { name, key, kind, required: false, meaning, example }
}

const fn required(item: Item) -> Item {
    Item { required: true, ..item }
}

/// Sheet 基本设置.
pub const BASIC: [Item; 19] = [
    required(item("县名", "county", Kind::Text, ("印在各种表上的县名", "the county's name, as printed"), "示范县")),
    item("行政区划代码", "county_code", Kind::Text, ("六位代码，用于归档", "code of GB/T 2260; names the county in archives"), "360102"),
    required(item(
        "发文机关",
        "issuer",
        Kind::Text,
        ("印在通知书和公示栏上的单位", "the issuing office, as printed"),
        "中共示范县委组织部",
    )),
    required(item("年度", "year", Kind::Whole(1949, 9998), ("四位年份", "the year, four digits"), "2026")),
    required(item("机构名册", "register", Kind::Text, ("机构名册的文件名", "the register's file, from the workspace"), "机构名册.xlsx")),
    required(item("收件文件夹", "inbox", Kind::Text, ("放报送表的文件夹", "the folder of submissions, from the workspace"), "收件文件夹")),
    required(item(
        "默认积分制",
        "scheme",
        Kind::Text,
        ("没有另行分配的党员都用它，写名称或代号", "scheme of every member whom no rule matches, by name or id"),
        "评星定格积分制",
    )),
    item(
        "类别",
        "categories",
        Kind::List,
        ("五类以外本县自定的党员类别，用顿号分开", "categories beside 农村党员 社区党员 机关党员 企业党员 社会组织党员"),
        "离退休党员、流动党员",
    ),
    item(
        "期间",
        "period",
        Kind::Period,
        ("运行时不写期间的，按这里；空着时按登记到的期间", "the period of a command without `--period`"),
        "三季度",
    ),
    item("公示电话", "notice.phone", Kind::Text, ("公示栏上印的异议电话", "telephone for objections, on the boards"), "0791-12380"),
    item(
        "张贴日计入",
        "notice.count_posting_day",
        Kind::YesNo,
        ("张贴当天是否算作公示期第一天；空着为否", "whether the posting day is the first day of the publication; 否 by default"),
        "否",
    ),
    item(
        "公示纸张",
        "paper",
        Kind::Choice(PAPERS),
        ("公示栏的纸张：A3或A4；空着为A3", "paper of the boards, A3 or A4; A3 by default"),
        "A3",
    ),
    item(
        "退回期限",
        "returns.days",
        Kind::Whole(0, 365),
        ("退回后几个工作日内重新报送；空着为5", "working days within which a returned submission comes again; 5 by default"),
        "5",
    ),
    item(
        "分送合并",
        "parts",
        Kind::Choice(PARTS),
        (
            "一个支部分几个文件报送时：合并（默认）或不合并",
            "several files of one branch: put together (合并, the default) or the latest alone (不合并)",
        ),
        "合并",
    ),
    item(
        "调动计分",
        "transfers",
        Kind::Choice(TRANSFERS),
        (
            "年内换支部的党员：最后支部计全年（默认）或各计各的",
            "members who moved: scored by the last branch for the year (最后支部计全年, the default) or by each for its months (各计各的)",
        ),
        "最后支部计全年",
    ),
    item(
        "更正公示",
        "corrections",
        Kind::Choice(CORRECTIONS),
        (
            "公示后有变化时，公示栏印哪些更正：仅报送变化（默认）或全部（细则改动的也印）",
            "which corrections boards print: those of submissions (仅报送变化, the default) or those of a changed scheme too (全部)",
        ),
        "仅报送变化",
    ),
    item(
        "上年结果",
        "last_year",
        Kind::Text,
        ("上年的归档包或结果文件夹，用来找出反常", "last year's archive or result folder, to find what is unusual"),
        "../2025年/归档",
    ),
    item(
        "语言",
        "language",
        Kind::Choice(LANGUAGES),
        ("写出的文件用的语言；空着为中文", "of the written files: 中文 (default) or 英文"),
        "中文",
    ),
    item(
        "密码",
        "passwords",
        Kind::Lines,
        (
            "支部加密文件的打开密码，几个的每行一个；不写进任何结果",
            "tried on encrypted workbooks, one per line of the cell; never written anywhere",
        ),
        "",
    ),
];

/// Sheet 其他.
pub const OTHER: [Item; 13] = [
    item(
        "成文日期",
        "date",
        Kind::Day,
        ("通知书等的日期；空着时按各期间的报送截止或最后一天", "the date of letters and reminders"),
        "2026-12-31",
    ),
    item(
        "忽略文件",
        "ignore",
        Kind::List,
        ("收件文件夹里不是报送表、不必再提的文件，*代表任意字", "files of the inbox that are known and not told; * is any text"),
        "*.jpg、*.docx",
    ),
    item(
        "退回报送至",
        "returns.to",
        Kind::Text,
        ("退回的报送表改好后交到哪里；空着为上级党组织", "to whom returned submissions come again"),
        "",
    ),
    item(
        "受理地址",
        "notice.address",
        Kind::Text,
        ("公示栏上印的受理异议的地点", "where objections are taken, on the boards"),
        "县委大院3号楼201室",
    ),
    item("退回咨询电话", "returns.phone", Kind::Text, ("退回意见上的电话；空着用公示电话", "whom to ask about a return"), ""),
    item("月度表册", "forms.month", Kind::List, ("按月运行时写哪些表", "which forms a month's run writes"), "考核公示栏、积分登记表"),
    item("季度表册", "forms.quarter", Kind::List, ("按季运行时写哪些表", "which forms a quarter's run writes"), "积分登记表、考核公示栏"),
    item("半年表册", "forms.half", Kind::List, ("半年运行时写哪些表", "which forms a half-year's run writes"), ""),
    item("年度表册", "forms.year", Kind::List, ("全年运行时写哪些表", "which forms the year's run writes"), ""),
    item("全宗号", "archive.fonds", Kind::Text, ("档案部门给的全宗号；空着时归档目录没有档号", "fonds number, for archives"), "0031"),
    item("档案门类", "archive.category", Kind::Text, ("档案门类代码；空着为WS", "archival category; WS by default"), "WS"),
    item("机构（问题）", "archive.department", Kind::Text, ("归档的机构（问题）代码", "department or subject code, for archives"), ""),
    item(
        "人员密钥",
        "person_key",
        Kind::Text,
        ("归档数据表中代替身份证号的密钥，至少16个字符", "secret of 16 characters or more for keys of people in archives"),
        "",
    ),
];

/// Sheet 积分制分配: heading, key of `[[assign]]`, what it means, how wide it stands.
pub const ASSIGN: [(&str, &str, &str, u16); 5] = [
    ("类别", "category", "哪一类党员；空着为全部", 16),
    ("党委", "committee", "哪个党（工）委，与机构名册的上级党组织一致；空着为全部", 26),
    ("支部", "branch", "哪个支部，写支部编码；空着为全部", 14),
    ("积分制", "scheme", "用哪一积分制", 26),
    ("公示纸张", "paper", "公示栏的纸张：A3或A4", 12),
];

/// Sheet 日期: heading, what it means.
pub const DATES: [(&str, &str); 3] = [
    ("期间", "全年、上半年、一季度、1月等"),
    ("报送截止", "这一期间的报送表最迟哪天交"),
    ("公示开始", "这一期间的公示栏哪天张贴；不知道就空着，公示栏上留空由张贴的人填"),
];

/// The sheets.
pub const SHEETS: [&str; 4] = ["基本设置", "积分制分配", "日期", "其他"];

/// Every item, those of 基本设置 first.
pub fn items() -> impl Iterator<Item = &'static Item> + Clone {
    BASIC.iter().chain(&OTHER)
}

impl Kind {
    /// What is allowed, for messages.
    pub fn allowed(self) -> Said {
        match self {
            Self::Text | Self::List | Self::Lines | Self::Period => Said::new("应是文字", "should be a text"),
            Self::Whole(least, most) => {
                Said::new(format!("应是 {least} 到 {most} 之间的整数"), format!("must be a whole number from {least} to {most}"))
            }
            Self::YesNo => Said::new("只能是：是 否", "must be 是 (yes) or 否 (no)"),
            Self::Choice(words) => {
                let all = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
                Said::new(format!("只能是：{all}"), format!("must be one of: {all}"))
            }
            Self::Day => Said::new("应是日期，如 2026-04-08", "must be a date such as 2026-04-08"),
        }
    }
}
