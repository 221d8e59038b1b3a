use std::fmt;

use crate::diag::{CellRef, Lang};

/// Something in a template that must be put right (or, among the warnings, will not be carried).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Tab name as drawn; empty where the whole file is meant.
    pub sheet: String,
    /// The cell, where one is to blame.
    pub cell: Option<CellRef>,
    /// What is wrong.
    pub kind: Problem,
}

/// Kinds of template error. Names and texts are as they stand in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not an xlsx workbook, or one whose parts cannot be read; which part.
    Unreadable(String),
    /// More rows, columns or cells than a form can have.
    TooLarge,
    /// No sheet beside the settings.
    NoSheet,
    /// `{` without `}` or the reverse.
    Brace,
    /// `{}` or a path that has no meaning.
    Malformed(String),
    /// No such field.
    UnknownField {
        /// As written.
        name: String,
        /// The nearest name that exists, as it is to be written.
        nearest: Option<String>,
    },
    /// No such list.
    UnknownList {
        /// As written.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// The field exists, but elsewhere.
    OtherList {
        /// As written.
        name: String,
        /// How it is to be written.
        instead: String,
    },
    /// A record's field where no record is: a header, a footer, a tab name.
    OutsideBlock(String),
    /// One column bears two column lists.
    TwoColumnLists(String, String),
    /// One row, or one block, bears two row lists.
    TwoRowLists(String, String),
    /// A field of a column list in a column that repeats for none.
    NoColumnList(String),
    /// A formula beyond + − × ÷ SUM COUNT AVERAGE MIN MAX ROUND over cells of its sheet.
    Formula(String),
    /// A formula outside a repeat that takes one cell of it as a single value.
    FormulaRepeats(String),
    /// Formulas that need each other.
    FormulaCycle(String),
    /// Print titles reach into the repeating rows.
    TitleBelowBlock,
    /// A merged range that lies across the edge of a repeat.
    MergeCrosses(String),
    /// The print area's edge lies inside a repeat.
    PrintAreaCrosses(String),
    /// `{页码}` outside header and footer.
    PageNumberInCell,
    /// `{本页.…}` where the page is not known: needs 每页行数 or 每组一页, and below the block 每页页脚.
    PageTotal(String),
    /// `{本组.…}` without 每组一页 or 每组一表.
    GroupTotal(String),
    /// A total over a sheet that has no repeating rows.
    TotalWithoutBlock(String),
    /// A key of the settings sheet that means nothing.
    UnknownSetting {
        /// As written.
        name: String,
        /// The nearest key.
        nearest: Option<String>,
    },
    /// A value that its key does not allow.
    SettingValue {
        /// The key.
        key: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A setting that needs another one.
    SettingNeeds {
        /// The key.
        key: &'static str,
        /// The key it needs.
        needs: &'static str,
    },
    /// Warning: a drawing, chart, conditional format or the like that the written forms will not have.
    NotCarried(&'static str),
}

impl TemplateError {
    /// The whole message with its place, for people.
    pub fn message(&self, lang: Lang) -> String {
        let text = self.kind.text(lang);
        let place = match (&*self.sheet, self.cell) {
            ("", _) => return text,
            (sheet, Some(cell)) => format!("{sheet}!{cell}"),
            (sheet, None) => sheet.to_owned(),
        };
        match lang {
            Lang::Zh => format!("{place}：{text}"),
            Lang::En => format!("{place}: {text}"),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for TemplateError {}

impl Problem {
    /// What is wrong, without the place.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        let near = |nearest: &Option<String>| nearest.as_ref().map_or_else(String::new, |name| format!("，是否为“{name}”？"));
        match self {
            Self::Unreadable(part) => format!("不是可读取的 xlsx 工作簿（{part}）；请用 WPS 或 Excel 另存为 .xlsx"),
            Self::TooLarge => "表格过大：模板每张表不超过一万行、一千列、一百万格".into(),
            Self::NoSheet => "除“设置”外没有任何工作表".into(),
            Self::Brace => "花括号不成对；要印出花括号本身请写 {{ 或 }}".into(),
            Self::Malformed(text) => format!("占位符 {{{text}}} 写法不对"),
            Self::UnknownField { name, nearest } => format!("没有字段“{name}”{}", near(nearest)),
            Self::UnknownList { name, nearest } => format!("没有列表“{name}”{}", near(nearest)),
            Self::OtherList { name, instead } => format!("字段“{name}”不属于此处，应写作 {instead}"),
            Self::OutsideBlock(name) => format!("{{{name}}} 是逐条重复的字段，不能写在页眉、页脚或（未设“每组一表”的）工作表名中"),
            Self::TwoColumnLists(one, two) => format!("同一列用了两个横向列表：“{one}”和“{two}”"),
            Self::TwoRowLists(one, two) => format!("同一行（或同一重复区）用了两个列表：“{one}”和“{two}”"),
            Self::NoColumnList(name) => format!("{{{name}}} 所在列没有横向列表；请在该列表头写 {{>列表.字段}}"),
            Self::Formula(text) => format!("公式 ={text} 不受支持：只可用 + − × ÷ 和 SUM COUNT AVERAGE MIN MAX ROUND，且只引用本表"),
            Self::FormulaRepeats(text) => format!("公式 ={text} 在重复区外把重复的格子当单个数用；请放进 SUM 等函数"),
            Self::FormulaCycle(text) => format!("公式 ={text} 循环引用"),
            Self::TitleBelowBlock => "打印标题行伸进了重复区；标题行只能在重复区之上".into(),
            Self::MergeCrosses(range) => format!("合并单元格 {range} 跨越了重复区的边界"),
            Self::PrintAreaCrosses(range) => format!("打印区域 {range} 的边界落在重复区之内"),
            Self::PageNumberInCell => "{页码} {总页数} 只能写在页眉页脚中".into(),
            Self::PageTotal(name) => {
                format!("{{{name}}} 处不知道本页有哪些行：请设“每页行数”或“每组一页”，写在重复区之下时还须“每页页脚”为是")
            }
            Self::GroupTotal(name) => format!("{{{name}}} 需要设置“每组一页”或“每组一表”"),
            Self::TotalWithoutBlock(name) => format!("{{{name}}} 所在表没有重复区"),
            Self::UnknownSetting { name, nearest } => format!("没有设置项“{name}”{}", near(nearest)),
            Self::SettingValue { key, allowed } => format!("设置项“{key}”的值不对，应为：{allowed}"),
            Self::SettingNeeds { key, needs } => format!("设置项“{key}”须与“{needs}”同用"),
            Self::NotCarried(what) => format!("{} 不会带到生成的表中", not_carried_zh(what)),
        }
    }

    fn en(&self) -> String {
        let near = |nearest: &Option<String>| nearest.as_ref().map_or_else(String::new, |name| format!("; did you mean '{name}'?"));
        match self {
            Self::Unreadable(part) => format!("not a readable xlsx workbook ({part}); save it as .xlsx in WPS or Excel"),
            Self::TooLarge => "too large: a template sheet has at most 10,000 rows, 1,000 columns, a million cells".into(),
            Self::NoSheet => "no sheet beside the settings".into(),
            Self::Brace => "unpaired brace; write {{ or }} to print a brace".into(),
            Self::Malformed(text) => format!("the placeholder {{{text}}} is malformed"),
            Self::UnknownField { name, nearest } => format!("no field '{name}'{}", near(nearest)),
            Self::UnknownList { name, nearest } => format!("no list '{name}'{}", near(nearest)),
            Self::OtherList { name, instead } => format!("the field '{name}' does not belong here; write {instead}"),
            Self::OutsideBlock(name) => {
                format!("{{{name}}} is a record's field; it cannot stand in a header, a footer or a tab name (unless 每组一表 is set)")
            }
            Self::TwoColumnLists(one, two) => format!("one column bears two column lists, '{one}' and '{two}'"),
            Self::TwoRowLists(one, two) => format!("one row or block bears two lists, '{one}' and '{two}'"),
            Self::NoColumnList(name) => {
                format!("{{{name}}} stands in a column that repeats for no list; write {{>list.field}} in its heading")
            }
            Self::Formula(text) => {
                format!(
                    "the formula ={text} is not supported: only + - * / and SUM COUNT AVERAGE MIN MAX ROUND over cells of the same sheet"
                )
            }
            Self::FormulaRepeats(text) => {
                format!("the formula ={text} takes a repeated cell as one number from outside the repeat; use SUM or the like")
            }
            Self::FormulaCycle(text) => format!("the formula ={text} needs its own result"),
            Self::TitleBelowBlock => "the print titles reach into the repeating rows; they must lie above".into(),
            Self::MergeCrosses(range) => format!("the merged range {range} crosses the edge of a repeat"),
            Self::PrintAreaCrosses(range) => format!("the print area {range} ends inside a repeat"),
            Self::PageNumberInCell => "{页码} and {总页数} may stand in headers and footers only".into(),
            Self::PageTotal(name) => {
                format!("at {{{name}}} the page's rows are not known: set 每页行数 or 每组一页, and below the block 每页页脚 too")
            }
            Self::GroupTotal(name) => format!("{{{name}}} needs the setting 每组一页 or 每组一表"),
            Self::TotalWithoutBlock(name) => format!("{{{name}}} stands on a sheet without repeating rows"),
            Self::UnknownSetting { name, nearest } => format!("no setting '{name}'{}", near(nearest)),
            Self::SettingValue { key, allowed } => format!("bad value of the setting '{key}'; allowed: {allowed}"),
            Self::SettingNeeds { key, needs } => format!("the setting '{key}' needs '{needs}'"),
            Self::NotCarried(what) => format!("{what} will not be carried to the written forms"),
        }
    }
}

fn not_carried_zh(what: &str) -> &str {
    match what {
        "a shape or chart" => "图形或图表",
        "a picture in a format other than PNG or JPEG" => "非 PNG、JPEG 格式的图片",
        "conditional formatting" => "条件格式",
        "a manual column break" => "手动分列符",
        "data validation" => "数据有效性",
        other => other,
    }
}
