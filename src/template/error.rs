//! What can be wrong with a template, and what of it will not be carried, in both languages.

use std::fmt;

use super::picture::PictureFault;
use crate::diag::{CellRef, Lang, Place};
use crate::ooxml::Fault;

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
    /// Not an xlsx workbook, one whose parts cannot be read, or one that unpacks to more than it may.
    Fault(Fault),
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
    /// A record's field where no record is: a header, a footer, a tab name, below a row of totals.
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
    /// A formula whose result may become too large to be worked out.
    FormulaGrows(String),
    /// A formula that calculates with a text that is no number.
    FormulaText {
        /// The formula.
        formula: String,
        /// The cell of the text.
        cell: String,
    },
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
    /// `{本页.…}` above the block, in a header, a footer or a tab name.
    PageTotal(String),
    /// `{本组.…}` without 每组一页 or 每组一表, or where the group is not known.
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
    /// Records beside each other on a sheet that has column lists, nested rows or several blocks.
    Across,
    /// Two merged ranges that share a cell.
    MergesOverlap(String, String),
    /// A picture that cannot be drawn.
    Picture(PictureFault),
    /// The margins leave less than a quarter of the paper.
    NoRoom,
    /// A column, with the print titles beside it, is wider than the paper between its margins.
    TooNarrow,
    /// The print titles leave less than half of the page to the rows below them.
    TitleTooHigh,
    /// The settings speak of a sheet that is not there.
    UnknownSheet {
        /// As written.
        name: String,
        /// The nearest tab name.
        nearest: Option<String>,
    },
    /// So many more mistakes that are not listed.
    More(usize),
    /// Warning: something drawn that the written forms will not have.
    NotCarried(Feature),
}

/// What a workbook may have and a form will not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the texts below say it")]
pub enum Feature {
    Shape,
    OtherPicture,
    PictureEffect,
    HeaderPicture,
    Background,
    ConditionalFormat,
    Chart,
    Validation,
    Hyperlink,
    Comment,
    Table,
    GridLines,
    OtherHeaders,
    MixedFonts,
    DiagonalBorder,
    Pattern,
    Paper,
    PrintAreas,
    PrintArea,
    PictureSize,
    RaisedText,
    ShapedText,
    NumberFormat,
    Draft,
    HiddenZeros,
    View,
    HeaderCode,
}

impl Feature {
    /// Every one, for the page that lists them.
    pub const ALL: [Self; 27] = [
        Self::Shape,
        Self::OtherPicture,
        Self::PictureEffect,
        Self::HeaderPicture,
        Self::Background,
        Self::ConditionalFormat,
        Self::Chart,
        Self::Validation,
        Self::Hyperlink,
        Self::Comment,
        Self::Table,
        Self::GridLines,
        Self::OtherHeaders,
        Self::MixedFonts,
        Self::DiagonalBorder,
        Self::Pattern,
        Self::Paper,
        Self::PrintAreas,
        Self::PrintArea,
        Self::PictureSize,
        Self::RaisedText,
        Self::ShapedText,
        Self::NumberFormat,
        Self::Draft,
        Self::HiddenZeros,
        Self::View,
        Self::HeaderCode,
    ];

    /// Its name for people, Chinese and English.
    pub fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Shape => ("图形或控件", "a shape or control"),
            Self::OtherPicture => ("非 PNG、JPEG 格式的图片", "a picture in a format other than PNG or JPEG"),
            Self::PictureEffect => ("图片的裁剪、旋转、翻转、边框或效果", "the crop, turn, flip, frame or effects of a picture"),
            Self::HeaderPicture => ("页眉页脚中的图片", "a picture in the header or footer"),
            Self::Background => ("工作表背景图", "the sheet's background picture"),
            Self::ConditionalFormat => ("此种条件格式", "this kind of conditional format"),
            Self::Chart => ("此种图表", "this kind of chart"),
            Self::Validation => ("数据有效性", "data validation"),
            Self::Hyperlink => ("超链接", "a hyperlink"),
            Self::Comment => ("批注", "a comment"),
            Self::Table => ("“表格”样式", "the style of a table object"),
            Self::GridLines => ("打印网格线和行号列标", "printed grid lines and headings"),
            Self::OtherHeaders => ("首页或奇偶页不同的页眉页脚", "headers that differ on first or even pages"),
            Self::MixedFonts => ("一格之内的多种字体（取第一种）", "several fonts in one cell (the first is taken)"),
            Self::DiagonalBorder => ("斜线边框", "a diagonal border"),
            Self::Pattern => ("渐变或图案填充", "a gradient or pattern fill"),
            Self::Paper => ("此种纸张（按 A4 印）", "this paper size (A4 is printed)"),
            Self::PrintAreas => ("第二个及以后的打印区域", "print areas after the first"),
            Self::PrintArea => ("无法识别的打印区域或打印标题", "a print area or print titles that cannot be read"),
            Self::PictureSize => ("图片超出页面的部分（图片缩小到页内）", "the part of a picture beyond the page (it is made smaller)"),
            Self::RaisedText => ("上标、下标", "superscript or subscript"),
            Self::ShapedText => ("空心、阴影字", "outlined or shadowed text"),
            Self::NumberFormat => {
                ("看不懂的数字格式代码（看得懂的部分照印）", "a number format code that cannot be read (what can be read is printed)")
            }
            Self::Draft => ("单色打印和草稿打印", "printing in black and white or as a draft"),
            Self::HiddenZeros => (
                "“不显示零值”的选项（零照印；可用数字格式 0;-0;;@）",
                "the option not to show zeros (they are printed; use the number format 0;-0;;@)",
            ),
            Self::View => ("从右到左的视图和显示公式的选项", "the views from right to left and of formulas"),
            Self::HeaderCode => (
                "页眉页脚的路径、时间、上标、下标、空心、阴影",
                "path, time, raised, lowered, outlined and shadowed text of headers and footers",
            ),
        }
    }
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

/// What the package lacks, in the words that submissions are refused with.
fn said(fault: &Fault, lang: Lang) -> String {
    fault.finding(Place::default()).message(lang)
}

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
            Self::Fault(fault) => match fault {
                Fault::Unreadable { detail, .. } => format!("不是可读取的 xlsx 工作簿（{detail}）；请用 WPS 或 Excel 另存为 .xlsx"),
                Fault::Encrypted => format!("{}；请去掉密码后另存", said(fault, Lang::Zh)),
                Fault::TooLarge { part, .. } => {
                    let part = part.as_ref().map_or_else(String::new, |part| format!("{part}："));
                    format!("{part}{}；请删去图片和表格之外的内容后另存", said(fault, Lang::Zh))
                }
            },
            Self::TooLarge => "表格过大：一个模板不超过一百张表、二十万格、二百张图，一张表不超过一万行、一千列、五千处合并、两千个公式，一格不超过 32767 字".into(),
            Self::NoSheet => "除“设置”外没有任何工作表".into(),
            Self::Brace => "花括号不成对；要印出花括号本身请写 {{ 或 }}".into(),
            Self::Malformed(text) => format!("占位符 {{{text}}} 写法不对"),
            Self::UnknownField { name, nearest } => format!("没有字段“{name}”{}", near(nearest)),
            Self::UnknownList { name, nearest } => format!("没有列表“{name}”{}", near(nearest)),
            Self::OtherList { name, instead } => format!("字段“{name}”不属于此处，应写作 {instead}"),
            Self::OutsideBlock(name) => format!("{{{name}}} 是逐条重复的字段，却写在重复区之外：不能写在页眉、页脚和工作表名中（设了“每组一表”除外），也不能写在合计行之下"),
            Self::TwoColumnLists(one, two) => format!("同一列用了两个横向列表：“{one}”和“{two}”"),
            Self::TwoRowLists(one, two) => format!("同一行（或同一重复区）用了两个列表：{{{one}.…}} 和 {{{two}.…}}"),
            Self::NoColumnList(name) => format!("{{{name}}} 所在列没有横向列表；请在该列表头写 {{>列表.字段}}"),
            Self::Formula(text) => format!("公式 ={text} 不受支持：只可用 + − × ÷ 和 SUM COUNT AVERAGE MIN MAX ROUND，且只引用本表"),
            Self::FormulaRepeats(text) => format!("公式 ={text} 在重复区外把重复的格子当单个数用；请放进 SUM 等函数"),
            Self::FormulaText { formula, cell } => format!("公式 ={formula} 用 {cell} 的文字作加减乘除，算不出数；请改为数字，或放进 SUM 等函数"),
            Self::FormulaGrows(text) => format!("公式 ={text} 的结果可能太大，算不出来"),
            Self::FormulaCycle(text) => format!("公式 ={text} 循环引用"),
            Self::TitleBelowBlock => "打印标题行伸进了重复区；标题行只能在重复区之上".into(),
            Self::MergeCrosses(range) => format!("合并单元格 {range} 跨越了重复区的边界"),
            Self::PrintAreaCrosses(range) => format!("打印区域 {range} 的边界落在重复区之内"),
            Self::PageNumberInCell => "{页码} {总页数} 只能写在页眉页脚中".into(),
            Self::PageTotal(name) => format!("{{{name}}} 只能写在重复区之内或之下：别处不知道是哪一页"),
            Self::GroupTotal(name) => {
                format!("{{{name}}} 需要“每组一表”，或在重复区之内或之下并设“每组一页”；在重复区之下时“每页页脚”还须为是")
            }
            Self::TotalWithoutBlock(name) => format!("{{{name}}} 所在表没有重复区"),
            Self::UnknownSetting { name, nearest } => format!("没有设置项“{name}”{}", near(nearest)),
            Self::SettingValue { key, allowed } => format!("设置项“{key}”的值不对，应为：{allowed}"),
            Self::Across => "“每行条数”只能用在只有一个重复区、没有嵌套行、没有横向列表、不是“每条一页”的表上".into(),
            Self::MergesOverlap(one, two) => format!("合并单元格 {two} 与 {one} 重叠"),
            Self::Picture(PictureFault::Damaged) => "图片已损坏或不是图片，请重新插入".into(),
            Self::Picture(PictureFault::TooLarge) => "图片过大：不超过二千五百万像素，请缩小后再插入".into(),
            Self::Picture(PictureFault::Cmyk) => "图片是印刷用的 CMYK 格式，请另存为 RGB 的 JPEG 或 PNG".into(),
            Self::NoRoom => "页边距过大：留给表格的不到纸张的四分之一".into(),
            Self::TooNarrow => "这一列（连同打印标题列）比页面可印宽度还宽；请改窄、缩放或设为“调整为一页宽”".into(),
            Self::TitleTooHigh => "打印标题行占去半页以上".into(),
            Self::UnknownSheet { name, nearest } => format!("“设置”中说的工作表“{name}”不存在{}", near(nearest)),
            Self::More(count) => format!("另有 {count} 处错误未列出"),
            Self::NotCarried(what) => format!("{}不会带到生成的表中", what.texts().0),
        }
    }

    fn en(&self) -> String {
        let near = |nearest: &Option<String>| nearest.as_ref().map_or_else(String::new, |name| format!("; did you mean '{name}'?"));
        match self {
            Self::Fault(fault) => match fault {
                Fault::Unreadable { detail, .. } => format!("not a readable xlsx workbook ({detail}); save it as .xlsx in WPS or Excel"),
                Fault::Encrypted => format!("{}; save it without the password", said(fault, Lang::En)),
                Fault::TooLarge { part, .. } => {
                    let part = part.as_ref().map_or_else(String::new, |part| format!("{part}: "));
                    format!("{part}{}; remove pictures and what lies outside the table, and save it again", said(fault, Lang::En))
                }
            },
            Self::TooLarge => "too large: a template has at most 100 sheets, 200,000 cells, 200 pictures; a sheet 10,000 rows, 1,000 columns, 5,000 merged ranges, 2,000 formulas; a cell 32,767 characters".into(),
            Self::NoSheet => "no sheet beside the settings".into(),
            Self::Brace => "unpaired brace; write {{ or }} to print a brace".into(),
            Self::Malformed(text) => format!("the placeholder {{{text}}} is malformed"),
            Self::UnknownField { name, nearest } => format!("no field '{name}'{}", near(nearest)),
            Self::UnknownList { name, nearest } => format!("no list '{name}'{}", near(nearest)),
            Self::OtherList { name, instead } => format!("the field '{name}' does not belong here; write {instead}"),
            Self::OutsideBlock(name) => {
                format!(
                    "{{{name}}} is a record's field outside the repeating rows: it cannot stand in a header, a footer or a tab name (unless 每组一表 is set), nor below a row of totals"
                )
            }
            Self::TwoColumnLists(one, two) => format!("one column bears two column lists, '{one}' and '{two}'"),
            Self::TwoRowLists(one, two) => format!("one row or block bears two lists, {{{one}.…}} and {{{two}.…}}"),
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
            Self::FormulaText { formula, cell } => {
                format!("the formula ={formula} calculates with the text in {cell}, which is no number; make it one, or use SUM or the like")
            }
            Self::FormulaGrows(text) => format!("the result of ={text} may become too large to be worked out"),
            Self::FormulaCycle(text) => format!("the formula ={text} needs its own result"),
            Self::TitleBelowBlock => "the print titles reach into the repeating rows; they must lie above".into(),
            Self::MergeCrosses(range) => format!("the merged range {range} crosses the edge of a repeat"),
            Self::PrintAreaCrosses(range) => format!("the print area {range} ends inside a repeat"),
            Self::PageNumberInCell => "{页码} and {总页数} may stand in headers and footers only".into(),
            Self::PageTotal(name) => {
                format!("{{{name}}} may stand in the repeating rows or below them only: elsewhere no page is meant")
            }
            Self::GroupTotal(name) => format!(
                "{{{name}}} needs 每组一表, or 每组一页 and a place in the repeating rows or below them; below them 每页页脚 must be 是 too"
            ),
            Self::TotalWithoutBlock(name) => format!("{{{name}}} stands on a sheet without repeating rows"),
            Self::UnknownSetting { name, nearest } => format!("no setting '{name}'{}", near(nearest)),
            Self::SettingValue { key, allowed } => format!("bad value of the setting '{key}'; allowed: {allowed}"),
            Self::Across => "每行条数 is for sheets with one block, without nested rows, column lists or 每条一页".into(),
            Self::MergesOverlap(one, two) => format!("the merged range {two} overlaps {one}"),
            Self::Picture(PictureFault::Damaged) => "the picture is damaged or none; insert it again".into(),
            Self::Picture(PictureFault::TooLarge) => "the picture has more than 25 million pixels; make it smaller".into(),
            Self::Picture(PictureFault::Cmyk) => "the picture is a CMYK JPEG for printing presses; save it as RGB JPEG or PNG".into(),
            Self::NoRoom => "the margins leave less than a quarter of the paper".into(),
            Self::TooNarrow => {
                "this column, with the print titles beside it, is wider than the page; make it narrower, scale, or fit to one page wide".into()
            }
            Self::TitleTooHigh => "the print titles take more than half of the page".into(),
            Self::UnknownSheet { name, nearest } => format!("the settings speak of a sheet '{name}' that is not there{}", near(nearest)),
            Self::More(count) => format!("{count} more mistakes are not listed"),
            Self::NotCarried(what) => format!("{} will not be carried to the written forms", what.texts().1),
        }
    }
}
