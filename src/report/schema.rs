//! The fields of every form, with their meaning and an example: what a template may name.

use chrono::NaiveDate;

use crate::exact::Decimal;
use crate::form::data::{Datum, Direction, Field, List, Schema};

fn text(name: &'static str, zh: &'static str, en: &'static str, example: &str) -> Field {
    Field { name, zh, en, example: if example.is_empty() { Datum::Empty } else { Datum::Text(example.into()) } }
}

/// A published number; its places are those of the example.
fn number(name: &'static str, zh: &'static str, en: &'static str, example: &str) -> Field {
    let digits = example.split_once('.').map_or(0, |(_, places)| places.len() as u8);
    Field { name, zh, en, example: Decimal::parse(example).map_or(Datum::Empty, |value| Datum::Number { value, digits }) }
}

fn day(name: &'static str, zh: &'static str, en: &'static str, example: (i32, u32, u32)) -> Field {
    Field { name, zh, en, example: NaiveDate::from_ymd_opt(example.0, example.1, example.2).map_or(Datum::Empty, Datum::Date) }
}

fn rows(name: &'static str, fields: Vec<Field>, lists: Vec<List>) -> List {
    List { name, direction: Direction::Rows, fields, lists }
}

fn columns(name: &'static str, fields: Vec<Field>) -> List {
    List { name, direction: Direction::Columns, fields, lists: Vec::new() }
}

/// What every form knows.
fn common() -> Vec<Field> {
    vec![
        text("县", "县（市、区）名称", "county", "示范县"),
        text("发文机关", "发文机关", "issuing body", "中共示范县委组织部"),
        text("年度", "年度", "year", "2026年"),
        text("期间", "本表所属期间", "period of the form", "2026年第三季度"),
        text("支部名称", "党支部名称", "branch name", "示范镇向阳村党支部"),
        text("支部编码", "党支部编码，保留前导零", "branch code, leading zeros kept", "00123"),
        text("上级党组织", "上级党（工）委", "committee above the branch", "中共示范镇委员会"),
        text("书记", "党支部书记", "branch secretary", "张甲"),
        text("填报人", "填报人", "person who filled the return", "李乙"),
        text("联系电话", "支部联系电话", "branch phone", "0791-1234567"),
        day("制表日期", "制表日期（运行日期）", "date of the run", (2026, 12, 14)),
        text("积分制", "所用积分制名称，多种时以顿号分隔", "scheme name or names", "评星定格积分制"),
        text("细则版本", "细则版本", "scheme version", "2026.1"),
        text("样例说明", "分值是否仍为样例值", "whether figures rest on sample values", "本细则含样例分值，以正式文件为准。"),
        text("取整说明", "取整说明", "rounding remark", "各分项四舍五入至两位小数，合计按未取整数值计算，可能与分项之和略有出入。"),
        text("校验码", "本表数据来源的简短校验码", "short digest of what the form was made from", "7F3A-91C2"),
        number("人数", "本表人数", "number of people on the form", "38"),
    ]
}

fn with(mut fields: Vec<Field>) -> Vec<Field> {
    let mut all = common();
    all.append(&mut fields);
    all
}

/// Fields that the notice board and the yearly form have to a member.
fn listed() -> Vec<Field> {
    vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("姓名", "姓名", "name", "张甲"),
        text("类别", "党员类别", "category", "农村党员"),
    ]
}

fn standing() -> Vec<Field> {
    vec![
        text("等次", "评定等次，预备党员为空", "grade, empty for probationary members", "优秀"),
        text("星级", "星级", "stars", "十星"),
        number("名次", "名次（同分同名次）", "rank, 1,2,2,4", "1"),
        text("备注", "备注（免积分、预备党员、非全年等）", "remark: exempt, probationary, part of the year", ""),
    ]
}

/// `考核公示栏`
pub fn board() -> Schema {
    let mut member = listed();
    member.push(number("分值", "公示分值", "board figure", "96.50"));
    member.push(text("荣誉", "季度之星、年度之星", "honours", "季度之星"));
    member.extend(standing());
    Schema {
        form: "board",
        title: "考核公示栏",
        fields: with(vec![
            day("公示开始", "公示开始日期", "first day of publication", (2026, 12, 14)),
            day(
                "公示截止",
                "公示截止日期；工作日历未知时为空",
                "last day of publication; empty where the calendar is unknown",
                (2026, 12, 23),
            ),
            number("公示工作日", "公示工作日数", "working days of publication", "7"),
            text(
                "公示说明",
                "公示起止说明",
                "publication from and to, or why no end date is printed",
                "公示期为2026年12月14日至2026年12月23日，共7个工作日（张贴当日不计）。",
            ),
            text("监督电话", "监督电话", "objection phone", "0791-12380"),
            text(
                "计分说明",
                "分值如何得出",
                "how the figure is worked out",
                "年度积分＝月度评分（各月十项得分之和的平均值×80%）＋民主测评（有效票平均值×20%）＋奖励加分－惩处减分；星级、等次按未取整的准确分值评定。",
            ),
            text("分值名称", "分值列的标题", "heading of the score column", "年度积分"),
            text("有星级", "本期评星时不为空", "not empty when stars are given", "是"),
            text("有名次", "名次按所示分值排定时不为空", "not empty when ranks go by the figure shown", "是"),
            text("有等次", "本期评等次时不为空", "not empty when grades are given", "是"),
            text("有荣誉", "本期有荣誉时不为空", "not empty when there are honours", "是"),
        ]),
        lists: vec![
            columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")]),
            rows("", member, vec![columns("期间", vec![number("得分", "该期间得分", "score of that period", "96.25")])]),
        ],
    }
}

/// `年度综合得分登记表`
pub fn yearly() -> Schema {
    let mut member = listed();
    member.insert(1, text("党支部", "党支部名称", "branch name", "向阳村党支部"));
    member.push(number("总分", "总分", "total", "96.50"));
    member.extend(standing());
    member.extend([
        number("优秀", "等次为优秀时为 1，供小计", "1 for this grade, for subtotals", "1"),
        number("合格", "等次为合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
        number("基本合格", "等次为基本合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
        number("不合格", "等次为不合格时为 1，供小计", "1 for this grade, for subtotals", "0"),
    ]);
    Schema {
        form: "yearly",
        title: "年度综合得分登记表",
        fields: with(vec![
            text("填报单位", "填报单位", "reporting body", "中共示范镇委员会"),
            text("合计等次", "各等次人数合计", "people by grade over all pages", "优秀12 合格30 基本合格2 不合格1"),
            text("有星级", "评星时不为空", "not empty when stars are given", "是"),
        ]),
        lists: vec![
            columns("分项", vec![text("名称", "分项名称", "name of the part", "基础分")]),
            rows("", member, vec![columns("分项", vec![number("得分", "该分项得分", "score of that part", "57.50")])]),
        ],
    }
}

/// What registry and card tell of a member.
fn member() -> Vec<Field> {
    let mut member = listed();
    member.extend([
        text("职务", "党内外职务", "post", "村民小组组长"),
        text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
        number("总分", "总分", "total", "96.50"),
    ]);
    member.extend(standing());
    member.extend([
        text("奖惩", "表彰、处分、通报批评，一事一句", "awards and disciplines", "2026年5月 县级优秀党员（示组发〔2026〕8号）"),
        text("一票否决", "一票否决情形与依据", "veto and its ground", ""),
        text("加分", "加分及事由", "bonus and reasons", "+3（县级优秀党员 5月）"),
        text("星级文字", "评星时的“星级：…”，其余为空", "stars with their label, empty where none are given", "星级：十星\u{3000}\u{3000}"),
        text("减分", "减分及事由", "deductions and reasons", ""),
        number("评议分", "评议分", "review score", "18.40"),
        text("帮带人", "帮带人", "helper", ""),
    ]);
    member
}

fn periods() -> List {
    columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")])
}

fn item_fields() -> Vec<Field> {
    vec![
        text("分组", "项目分组", "group of the item", "扣分项"),
        text("名称", "项目名称", "item", "组织生活"),
        number("满分", "满分", "maximum", "10"),
        number("合计", "各期间合计", "sum over the periods", "-2.00"),
    ]
}

fn marks(example: &str) -> Vec<List> {
    vec![columns("期间", vec![number("分值", "该期间分值", "mark of that period", example)])]
}

fn summary() -> List {
    rows(
        "小结",
        vec![
            text("名称", "小结名称：小计、目前已得基础分、加分……", "name of the line: subtotal, base so far, bonus", "小计"),
            number("合计", "全年合计（文字或数字）", "figure of the whole year, text or number", "58.00"),
        ],
        vec![columns("期间", vec![number("值", "该期间的值（文字或数字）", "value of that period, text or number", "-0.50")])],
    )
}

fn figures() -> List {
    rows(
        "得分",
        vec![
            text("名称", "分值名称", "name of the figure", "基础分"),
            number("分值", "分值", "figure", "58.00"),
            text("算式", "如何得出", "how it is worked out", "60＋各季小计"),
        ],
        Vec::new(),
    )
}

/// `积分登记表`
pub fn registry() -> Schema {
    Schema {
        form: "registry",
        title: "积分登记表",
        fields: with(vec![
            text("有星级", "评星时不为空", "not empty when stars are given", "是"),
            text("计分说明", "分值如何得出", "how the figures are worked out", "年度积分合计＝基础分＋加分＋评议分。"),
        ]),
        lists: vec![
            periods(),
            rows("", member(), vec![rows("项目", item_fields(), marks("-0.50")), summary(), figures(), periods_of_member()]),
        ],
    }
}

/// A member's total a period, for the flat sheet.
fn periods_of_member() -> List {
    columns("期间", vec![number("得分", "该期间得分", "score of that period", "-0.50")])
}

/// `党员积分卡`
pub fn card() -> Schema {
    let mut member = member();
    member.push(text("星星", "点亮的星", "lit and unlit stars", "★★★★★★★★★☆"));
    let mut items = item_fields();
    items.iter_mut().filter(|item| item.name == "分组").for_each(|item| item.example = Datum::Empty);
    items.extend([
        number("年均", "年均分", "mean of the year", "9.55"),
        number("测评", "民主测评平均分", "mean of the ballots", "9.40"),
        number("加权", "加权得分", "weighted", "9.52"),
        number("末栏", "年均分；不按评分计的项目为合计", "mean of the year; of items without marks their sum", "9.55"),
    ]);
    Schema {
        form: "card",
        title: "党员积分卡",
        fields: with(vec![
            text("有星级", "评星时不为空", "not empty when stars are given", "是"),
            text("有测评", "各项目有民主测评时不为空", "not empty where the items are balloted on", "是"),
            text("末栏名称", "末栏的标题：年均或合计", "heading of the last column: mean or sum", "年均"),
            text("计分说明", "分值如何得出", "how the figures are worked out", "年度积分合计＝基础分＋加分＋评议分。"),
        ]),
        lists: vec![periods(), rows("", member, vec![rows("项目", items, marks("9.50")), summary(), figures(), periods_of_member()])],
    }
}

/// `积分说明`
pub fn explain() -> Schema {
    Schema {
        form: "explain",
        title: "积分说明",
        fields: with(vec![
            text("姓名", "党员姓名；支部积分为支部名称", "name of the member, or of the branch", "张甲"),
            number("序号", "名册序号", "number in the roster", "7"),
            text("类别", "党员类别", "category", "农村党员"),
            text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
            text("依据文件", "分数所依据的报送表", "the submission that everything was read from", "示范镇/向阳村党支部.xlsx"),
            number("总分", "总分", "total", "93.25"),
            text("准确值", "未取整的总分", "the total before rounding", "373/4"),
            text("等次", "评定等次", "grade", "优秀"),
            text("星级", "星级", "stars", ""),
        ]),
        lists: vec![
            rows(
                "结论",
                vec![
                    text("事项", "等次、名次、荣誉……", "grade, rank, honour …", "等次"),
                    text("说明", "为什么，依据哪些单元格", "why, and by which cells", "优秀：准确分值达到 90"),
                ],
                Vec::new(),
            ),
            rows(
                "分值",
                vec![
                    text("名称", "分值名称", "name of the figure", "基础分"),
                    number("分值", "公布的分值", "published figure", "58.00"),
                    text("准确值", "未取整的值", "its exact value", "58"),
                    text(
                        "算法",
                        "算法、各部分的值和条款",
                        "rule, values of its parts, clause",
                        "年度基础分＋扣分合计（不低于0）：年度基础分 60，组织生活 -2",
                    ),
                ],
                Vec::new(),
            ),
            rows(
                "",
                vec![
                    text("名称", "项目", "item", "组织生活"),
                    text("得分", "登记的合计或平均", "sum or mean of what was entered", "-2"),
                    text(
                        "登记",
                        "每次登记的值和单元格",
                        "each entry with its cell",
                        "积分登记：一季度 -0.5（E3） 二季度 0（E4） 三季度 -1.5（E5“1.5分”） 四季度 0（E6）",
                    ),
                ],
                Vec::new(),
            ),
        ],
    }
}

/// By when and to whom.
fn deadline() -> Vec<Field> {
    vec![
        text("改正期限", "改正并重新报送的期限", "by when it is to be sent again", "2026年12月21日前（5个工作日内）"),
        text("报送对象", "重新报送给谁", "to whom it is to be sent", "中共示范镇委员会"),
        text("咨询电话", "咨询电话", "whom to ask", "0791-12380"),
    ]
}

/// `退回意见`
pub fn returned() -> Schema {
    let mut fields = with(deadline());
    fields.extend([
        text("联系人", "支部联系人", "contact of the branch", "李乙"),
        text("文件", "退回的文件", "the file that is returned", "示范镇党委/向阳村党支部.xlsx"),
        text("标注文件", "标注了问题的副本，没有时为空", "the marked copy, empty where there is none", "向阳村党支部-标注.xlsx"),
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
    Schema { form: "return", title: "退回意见", fields, lists: vec![rows("", finding, Vec::new())] }
}

/// `催报名单`
pub fn reminder() -> Schema {
    let mut fields = with(deadline());
    fields.extend([
        text("填报单位", "党（工）委", "the committee", "中共示范镇委员会"),
        number("未报数", "尚未报送的支部数", "branches that sent nothing", "2"),
        number("退回数", "被退回的支部数", "branches whose submission was returned", "3"),
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
    Schema { form: "reminder", title: "催报名单", fields, lists: vec![rows("", branch, Vec::new())] }
}

/// Every form that has a schema.
pub fn all() -> Vec<Schema> {
    vec![board(), registry(), yearly(), card(), explain(), returned(), reminder()]
}
