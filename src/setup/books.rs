//! The workbooks of a new workspace, with drop-downs where only some words are understood.

use chrono::NaiveDate;

use super::{INBOX, REGISTER};
use crate::county::{ASSIGN, BASIC, Branch, Carried, DATES, Item as Setting, Kind, OTHER};
use crate::exact::Decimal;
use crate::period::{Every, Period};
use crate::table::Value;
use crate::workbook;
use crate::xlsx::blank::{Blank, Body, Column, Entry, Item, Sheet, write};
use crate::xlsx::tables::XlsxError;

/// Rows of rules that are ruled beforehand.
const RULES: usize = 20;
/// Rows of branches that are ruled beforehand.
const BRANCHES: usize = 60;

/// Where no year is known a document still has to bear a day.
const NO_YEAR: i32 = 2026;

fn day(year: Option<i32>) -> NaiveDate {
    NaiveDate::from_ymd_opt(year.unwrap_or(NO_YEAR), 1, 1).unwrap_or_default()
}

/// `设置.xlsx`.
pub fn settings(carried: &Carried, schemes: &[(String, String)], year: Option<i32>) -> Result<Vec<u8>, XlsxError> {
    let names: Vec<String> = schemes.iter().map(|(id, name)| if name.is_empty() { id.clone() } else { name.clone() }).collect();
    let items = |of: &[Setting]| Body::Items {
        headings: ["项目", "内容", "说明", "示例"],
        items: of.iter().map(|setting| item(setting, carried, &names)).collect(),
    };
    let sheet =
        |name: &str, note: &str, body: Body| Sheet { name: name.into(), title: name.into(), note: note.into(), body, ..Sheet::default() };
    let guide = [
        "设置",
        "只填“内容”一列和各表的空格；橙色的项目必填，其余空着就按说明中的默认办。",
        "“积分制分配”：全县用同一积分制的不用填；某类党员、某个党（工）委或某个支部用别的积分制的，每种情况一行，从上往下看，最后一条符合的有效。",
        "“日期”：每期间一行。报送截止印在催报名单上，公示开始印在公示栏上；没有写公示开始的，公示栏上留空由张贴的人填。",
        "填好后运行 scorebook doctor 工作区，哪里不对会逐条说明。",
    ];
    write(&Blank {
        title: "设置".into(),
        author: "scorebook".into(),
        date: day(year),
        guide: ("填写说明".into(), guide.map(String::from).into()),
        sheets: vec![
            sheet("基本设置", "橙色的项目必须填写。", items(&BASIC)),
            sheet("积分制分配", "全县用同一积分制的，这张表不用填。", rules(carried, &names)),
            sheet("日期", "每个期间一行；日期写成 2026-04-08 这样。", dates()),
            sheet("其他", "这张表都可以不填。", items(&OTHER)),
        ],
        ..Blank::default()
    })
}

fn item(setting: &Setting, carried: &Carried, schemes: &[String]) -> Item {
    let entry = match setting.kind {
        _ if setting.key == "scheme" => Entry::OneOf(schemes.to_vec()),
        Kind::Whole(least, most) => {
            Entry::Number { min: Decimal::from(i64::from(least)), max: Decimal::from(i64::from(most)), decimals: 0, lenient: true }
        }
        Kind::YesNo => Entry::OneOf(vec!["是".into(), "否".into()]),
        Kind::Choice(words) => Entry::OneOf(words.iter().map(|(word, _)| (*word).to_owned()).collect()),
        Kind::Period => Entry::OneOf(periods()),
        Kind::Text | Kind::List | Kind::Lines | Kind::Day => Entry::Text,
    };
    let given = carried.items.iter().find(|(item, _)| item.key == setting.key).map(|(_, text)| text.as_str());
    // What a new workspace has goes without saying.
    let given = given.or(match setting.key {
        "register" => Some(REGISTER),
        "inbox" => Some(INBOX),
        _ => None,
    });
    let number = matches!(setting.kind, Kind::Whole(..)).then(|| given.and_then(Decimal::parse)).flatten();
    Item {
        column: Column { heading: setting.name.into(), entry, required: setting.required, ..Column::default() },
        value: number.map_or_else(|| given.map_or(Value::Empty, Value::from), Value::from),
        meaning: setting.meaning.0.into(),
        example: setting.example.into(),
    }
}

/// Every period of a year by name, in the order of the year.
fn periods() -> Vec<String> {
    let mut all: Vec<_> = Every::ALL.into_iter().flat_map(Every::all).collect();
    all.sort_by_key(|period| (period.last_month(), period.every()));
    all.into_iter().map(Period::zh).collect()
}

fn rules(carried: &Carried, schemes: &[String]) -> Body {
    let column = |(heading, key, note, width): (&str, &str, &str, u16)| {
        let entry = match key {
            "scheme" => Entry::OneOf(schemes.to_vec()),
            "paper" => Entry::OneOf(vec!["A3".into(), "A4".into()]),
            _ => Entry::Text,
        };
        Column { heading: heading.into(), width, entry, note: note.into(), ..Column::default() }
    };
    let filled = |text: &String| if text.is_empty() { Value::Empty } else { Value::from(text.as_str()) };
    Body::Table {
        columns: ASSIGN.map(column).into(),
        rows: carried.rules.iter().map(|rule| rule.iter().map(filled).collect()).collect(),
        spare: RULES,
        frozen: 0,
        limits: Vec::new(),
        filter: false,
    }
}

fn dates() -> Body {
    let column = |(heading, note): (&str, &str)| {
        let entry = if heading == DATES[0].0 { Entry::OneOf(periods()) } else { Entry::Text };
        Column { heading: heading.into(), width: 18, entry, note: note.into(), ..Column::default() }
    };
    Body::Table {
        columns: DATES.map(column).into(),
        rows: Vec::new(),
        spare: periods().len(),
        frozen: 0,
        limits: Vec::new(),
        filter: false,
    }
}

/// `机构名册.xlsx`.
pub fn register(branches: &[Branch], year: Option<i32>) -> Result<Vec<u8>, XlsxError> {
    let months = || Entry::Number { min: Decimal::from(1), max: Decimal::from(12), decimals: 0, lenient: false };
    let kinds = ["农村", "社区", "机关", "企业", "社会组织", "其他"].map(String::from);
    let column = |heading: &str| {
        let (width, entry, note) = match heading {
            "支部编码" => (14, Entry::Text, "文本，前面的0不能丢；每个支部一个，不能重复"),
            "支部名称" => (34, Entry::Text, ""),
            "上级党组织" => (26, Entry::Text, "所属党（工）委，同一党委写法要一致"),
            "类型" => (10, Entry::OneOf(kinds.to_vec()), "没有交报送表的支部，按类型判断该用哪个积分制"),
            "党员数" => {
                let entry = Entry::Number { min: Decimal::from(0), max: Decimal::from(5000), decimals: 0, lenient: false };
                (8, entry, "用来核对名册；不知道就空着")
            }
            "设立月" => (8, months(), "今年新设立的支部填几月，其他不填"),
            "撤销月" => (8, months(), "今年撤销的支部填几月，其他不填"),
            "并入" => (10, Entry::Text, "并入哪个支部，填那个支部的编码"),
            "并入月" => (8, months(), "几月起并入"),
            "原编码" => (12, Entry::Text, "今年改过编码的填旧编码"),
            _ => (16, Entry::Text, ""),
        };
        let required = workbook::REGISTER[..3].contains(&heading);
        Column { heading: heading.into(), width, entry, note: note.into(), required, ..Column::default() }
    };
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Empty, Value::from);
    let row = |branch: &Branch| {
        vec![
            Value::from(branch.code.as_str()),
            Value::from(branch.name.as_str()),
            Value::from(branch.committee.as_str()),
            text(&branch.general),
            text(&branch.kind),
            text(&branch.secretary),
            text(&branch.contact),
            text(&branch.phone),
            branch.members.map_or(Value::Empty, |members| Value::from(i64::from(members))),
        ]
    };
    let guide = [
        "机构名册",
        "每个支部一行，名册里有的支部才催报、才出表。橙色的三列必填；支部编码按文本填写，全县不重复。",
        "党（工）委按出现的先后排列；同一党（工）委的名称写法要一致。",
    ];
    write(&Blank {
        title: "机构名册".into(),
        author: "scorebook".into(),
        date: day(year),
        guide: ("填写说明".into(), guide.map(String::from).into()),
        sheets: vec![Sheet {
            name: "机构名册".into(),
            title: "机构名册".into(),
            note: "每个支部一行；橙色的列必填。".into(),
            body: Body::Table {
                columns: workbook::REGISTER.into_iter().map(column).collect(),
                rows: branches.iter().map(row).collect(),
                spare: BRANCHES,
                frozen: 2,
                limits: Vec::new(),
                filter: false,
            },
            landscape: true,
            ..Sheet::default()
        }],
        ..Blank::default()
    })
}
