//! Books for tests, drawn by hand as a filled template would be.

use super::Layout;
use crate::exact::Decimal;
use crate::font::tests::bundled;
use crate::form::model::*;

/// Collects styles and hands out their ids.
#[derive(Default)]
pub(crate) struct Styles(Vec<Style>);

impl Styles {
    pub fn id(&mut self, style: Style) -> StyleId {
        let at = self.0.iter().position(|known| *known == style).unwrap_or_else(|| {
            self.0.push(style);
            self.0.len() - 1
        });
        StyleId(at as u32)
    }

    pub fn into_vec(self) -> Vec<Style> {
        self.0
    }
}

pub(crate) fn font(family: &str, size: f64, bold: bool) -> Font {
    Font { family: family.into(), size, bold, ..Font::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "what a border field takes")]
pub(crate) fn edge(line: Line) -> Option<Edge> {
    Some(Edge { line, color: None })
}

pub(crate) fn align(horizontal: Horizontal, vertical: Vertical, wrap: bool) -> Align {
    Align { horizontal, vertical, wrap, ..Align::default() }
}

pub(crate) fn text(column: u16, style: StyleId, text: impl Into<String>) -> Cell {
    Cell { column, style, value: Value::Text(text.into()) }
}

/// A book of one sheet.
pub(crate) fn book(styles: Styles, sheet: FilledSheet) -> FilledBook {
    FilledBook { title: sheet.name.clone(), normal_font: Font::default(), styles: styles.into_vec(), sheets: vec![sheet] }
}

pub(crate) fn date() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 10, 8).unwrap()
}

pub(crate) fn lay(book: &FilledBook) -> Layout {
    super::layout(book, bundled(), date())
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡";
const GIVEN: &str = "建国志强晓红丽华文军秀英玉兰海燕国庆春梅立新德明桂芳永贵爱民长征卫东雪峰金凤宝珠";

/// The public notice of a quarter's scores: A3 across, title, head, one row a member, notes and signatures.
pub(crate) fn board(members: usize) -> FilledBook {
    let heads =
        ["序号", "姓名", "党员类别", "7月", "8月", "9月", "季度小计", "基础积分", "奖励积分", "评议得分", "总分", "星级", "等次", "备注"];
    let widths = [6.0, 11.0, 16.0, 9.0, 9.0, 9.0, 11.0, 11.0, 11.0, 11.0, 11.0, 14.0, 9.0, 34.0];
    let last = heads.len() as u16 - 1;
    let mut styles = Styles::default();
    let title = styles.id(Style {
        font: font("方正小标宋简体", 22.0, false),
        align: align(Horizontal::Center, Vertical::Center, false),
        ..Style::default()
    });
    let sub = styles.id(Style {
        font: font("楷体_GB2312", 14.0, false),
        align: align(Horizontal::Center, Vertical::Center, false),
        ..Style::default()
    });
    let frame = |row: usize, rows: usize, column: u16| {
        let line = |outer: bool| edge(if outer { Line::Medium } else { Line::Thin });
        Borders { left: line(column == 0), right: line(column == last), top: line(row == 0), bottom: line(row == rows) }
    };
    let mut rows = vec![
        Row {
            height: Some(42.0),
            bookmark: Some("考核公示栏".into()),
            cells: (0..=last)
                .map(|c| {
                    if c == 0 {
                        text(0, title, "中共清河县委组织部考核公示栏（2026年第三季度）")
                    } else {
                        Cell { column: c, style: title, value: Value::Empty }
                    }
                })
                .collect(),
            ..Row::default()
        },
        Row { height: Some(24.0), cells: vec![text(0, sub, "党支部：城关镇东街社区党支部")], ..Row::default() },
    ];
    let mut head = Row { height: Some(30.0), ..Row::default() };
    for (column, name) in (0u16..).zip(heads) {
        let style = Style {
            font: font("黑体", 12.0, false),
            fill: Some(Color(0xF2, 0xF2, 0xF2)),
            borders: frame(0, members, column),
            align: align(Horizontal::Center, Vertical::Center, true),
            ..Style::default()
        };
        head.cells.push(text(column, styles.id(style), name));
    }
    rows.push(head);
    let pick = |from: &str, index: usize| from.chars().nth(index % from.chars().count()).unwrap();
    for member in 1..=members {
        let mut row = Row { height: Some(15.0), ..Row::default() };
        let name = match member % 3 {
            0 => format!("{}{}", pick(SURNAMES, member), pick(GIVEN, member * 3)),
            _ => format!("{}{}{}", pick(SURNAMES, member), pick(GIVEN, member * 2), pick(GIVEN, member * 2 + 1)),
        };
        let cents = |seed: usize| 700 + (member * 37 + seed * 53) as i64 % 300;
        let number = |hundredths: i64| Value::Number(Decimal::new(hundredths, -2));
        let months = [cents(1), cents(2), cents(3)];
        let total: i64 = months.iter().sum();
        let stars = (total / 500).clamp(1, 5) as usize;
        let values = [
            Value::Number(Decimal::from(member as i64)),
            Value::Text(name),
            Value::Text(["农村党员", "机关党员", "流动党员"][member % 3].into()),
            number(months[0]),
            number(months[1]),
            number(months[2]),
            number(total),
            number(6000),
            number(cents(4) / 2),
            number(cents(5)),
            Value::Formula {
                text: format!("SUM(G{0}:J{0})", member + 3),
                result: Decimal::new(total + 6000 + cents(4) / 2 + cents(5), -2),
            },
            Value::Text(format!("{}{}", "★".repeat(stars), "☆".repeat(5 - stars))),
            Value::Text(["优秀", "合格", "基本合格"][member % 3].into()),
            Value::Text(if member == 7 {
                "经支部党员大会评议，因参加抗洪抢险表现突出，报镇党委批准奖励三分".into()
            } else {
                String::new()
            }),
        ];
        for (column, value) in (0u16..).zip(values) {
            let style = Style {
                font: font("宋体", 11.0, false),
                borders: frame(member, members, column),
                align: align(if column == 13 { Horizontal::Left } else { Horizontal::Center }, Vertical::Center, column == 13),
                number_format: if (3..11).contains(&column) { "0.00".into() } else { String::new() },
                ..Style::default()
            };
            row.cells.push(Cell { column, style: styles.id(style), value });
        }
        rows.push(row);
    }
    let note = styles.id(Style {
        font: font("仿宋_GB2312", 12.0, false),
        align: align(Horizontal::Left, Vertical::Center, true),
        ..Style::default()
    });
    let sign =
        styles
            .id(Style { font: font("宋体", 12.0, false), align: align(Horizontal::Right, Vertical::Center, false), ..Style::default() });
    let at = rows.len() as u32;
    let keep = |cells: Vec<Cell>, height| Row { height, keep_with_previous: true, cells, ..Row::default() };
    rows.push(keep(vec![text(0, note, "说明：总分＝季度小计＋基础积分＋奖励积分＋评议得分。公示期自2026年10月8日至2026年10月14日（5个工作日），如有异议，请在公示期内向党支部或镇党委组织办反映，电话0319-8160012。各项得分四舍五入保留两位小数，总分按未取整的数值计算。")], None));
    rows.push(keep(vec![text(last - 1, sign, "党支部（盖章）：________________")], Some(28.0)));
    rows.push(keep(vec![text(last - 1, sign, "2026年10月8日")], Some(22.0)));
    let merge = |row: u32, first: u16, last: u16| Range { first_row: row, last_row: row, first_column: first, last_column: last };
    let sheet = FilledSheet {
        name: "考核公示栏".into(),
        columns: widths.iter().map(|width| Column { width: *width, hidden: false }).collect(),
        rows,
        merges: vec![
            merge(0, 0, last),
            merge(1, 0, last),
            merge(at, 0, last),
            merge(at + 1, last - 1, last),
            merge(at + 2, last - 1, last),
        ],
        page: PageSetup {
            paper: 8,
            landscape: true,
            fit: Some((1, 1)),
            center_horizontally: true,
            footer: "&L&\"宋体,常规\"&9方案 县级示范 v2&C&9第 &P 页，共 &N 页&R&9&D".into(),
            ..PageSetup::default()
        },
        title_rows: Some((0, 2)),
        ..FilledSheet::default()
    };
    book(styles, sheet)
}

/// A letter: long text that wraps, grows its row, rare characters, vertical text, spilling and turned text.
pub(crate) fn mixed() -> FilledBook {
    let mut styles = Styles::default();
    let long = "依据《中国共产党章程》《中国共产党党员教育管理工作条例》和县委组织部《党员积分制管理办法》，你在2026年第三季度积分考核中得分61.50分，低于合格线（70分），主要问题是：未按时参加“三会一课”2次、未足额交纳党费1个月。请于收到本通知之日起30日内制定整改措施，由帮带人周志强同志负责帮助。";
    let boxed = Borders { left: edge(Line::Thin), right: edge(Line::Thin), top: edge(Line::Thin), bottom: edge(Line::Thin) };
    let plain =
        |family: &str, size: f64, align: Align| Style { font: font(family, size, false), align, borders: boxed, ..Style::default() };
    let wrapped = styles.id(plain("仿宋", 15.75, Align { indent: 0, ..align(Horizontal::Justify, Vertical::Top, true) }));
    let stacked = styles.id(plain("黑体", 14.0, Align { rotation: 255, ..align(Horizontal::Center, Vertical::Center, false) }));
    let turned = styles.id(plain("宋体", 11.0, Align { rotation: 90, ..align(Horizontal::Center, Vertical::Center, false) }));
    let slanted = styles.id(plain("宋体", 11.0, Align { rotation: 45, ..align(Horizontal::Center, Vertical::Center, false) }));
    let spread = styles.id(plain("宋体", 12.0, align(Horizontal::Distributed, Vertical::Center, false)));
    let open = styles.id(Style { font: Font { underline: true, italic: true, ..font("宋体", 11.0, false) }, ..Style::default() });
    let narrow = styles.id(plain("宋体", 11.0, align(Horizontal::Left, Vertical::Center, false)));
    let shrink = styles.id(plain("宋体", 11.0, Align { shrink: true, ..align(Horizontal::Left, Vertical::Center, false) }));
    let bold = styles.id(Style {
        font: Font { color: Some(Color(200, 0, 0)), strike: true, ..font("楷体", 16.0, true) },
        ..plain("楷体", 16.0, align(Horizontal::Center, Vertical::Center, false))
    });
    let double = styles.id(Style {
        borders: Borders { left: edge(Line::Double), right: edge(Line::Thick), top: edge(Line::Dashed), bottom: edge(Line::DashDot) },
        ..plain("宋体", 11.0, align(Horizontal::Right, Vertical::Bottom, false))
    });
    let rows = vec![
        Row { cells: vec![text(0, stacked, "整改要求"), text(1, wrapped, long)], ..Row::default() },
        Row {
            height: Some(60.0),
            cells: vec![text(0, turned, "党员签名"), text(1, spread, "姓名"), text(2, slanted, "斜的文字"), text(3, bold, "楷体加粗")],
            ..Row::default()
        },
        Row {
            cells: vec![text(0, open, "这一行没有换行，文字越过空的邻格一直写到后面去"), text(4, narrow, "满")], ..Row::default()
        },
        Row {
            cells: vec![
                text(0, narrow, "不够宽也不能被截断的一行文字"),
                text(1, narrow, "邻"),
                text(2, shrink, "缩小字体填充的一行文字"),
                text(3, double, "双线"),
            ],
            ..Row::default()
        },
        Row {
            height: Some(14.0),
            cells: vec![
                text(0, narrow, "𱍐王㐂䶮"),
                text(1, wrapped, "行高写死了，但自动换行的文字需要更高的一行才放得下，不能丢掉任何一个字。\n第二段。"),
            ],
            ..Row::default()
        },
    ];
    let sheet = FilledSheet {
        name: "限期整改通知书".into(),
        columns: [8.0, 28.0, 14.0, 20.0, 10.0].map(|width| Column { width, hidden: false }).to_vec(),
        rows,
        merges: vec![Range { first_row: 0, last_row: 0, first_column: 1, last_column: 4 }],
        page: PageSetup {
            margins: Margins { left: 79.4, right: 73.7, top: 104.9, bottom: 99.2, header: 21.6, footer: 21.6 },
            ..PageSetup::default()
        },
        ..FilledSheet::default()
    };
    book(styles, sheet)
}

/// A book drawn at random, with everything a template may hold and much that it should not.
pub(crate) fn wild(seed: u64) -> FilledBook {
    use Horizontal as H;
    use Vertical as V;
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut roll = move |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % sides.max(1)
    };
    let words = [
        "",
        "党员",
        "张三\n李四",
        "很长的一段话，需要换行；",
        "a-b c/d",
        "《条例》",
        "91.005%",
        "\u{31350}\u{E863}\u{E000}",
        "\u{200B}",
        "👍🏽",
        "﷽",
        "e\u{301}\t\r\n",
        "“引”",
    ];
    let families = ["宋体", "黑体", "楷体", "Arial", "", "没有的字体"];
    let sizes = [0.0, 6.0, 11.0, 15.75, 72.0, f64::NAN];
    let lines = [Line::Hair, Line::Thin, Line::Medium, Line::Thick, Line::Double, Line::SlantDashDot, Line::Dotted];
    let formats =
        ["", "0.00", "@", "yyyy\"年\"m\"月\"d\"日\"", "#,##0.00;[Red]-#,##0.00", "[h]:mm", "# ?/?", "0.00E+00", "[", ";;;", "G/通用格式"];
    let rotations = [0, 0, 0, 0, 90, -90, 45, 255, 180, -1000];
    let mut styles = Styles::default();
    let ids: Vec<StyleId> = (0..12)
        .map(|_| {
            let mut side =
                || (roll(2) == 0).then(|| Edge { line: lines[roll(lines.len())], color: (roll(3) == 0).then_some(Color(9, 99, 199)) });
            let borders = Borders { left: side(), right: side(), top: side(), bottom: side() };
            let horizontal = [H::General, H::Left, H::Center, H::Right, H::Fill, H::Justify, H::CenterContinuous, H::Distributed][roll(8)];
            let vertical = [V::Top, V::Center, V::Bottom, V::Justify, V::Distributed][roll(5)];
            let align = Align {
                horizontal,
                vertical,
                wrap: roll(2) == 0,
                shrink: roll(4) == 0,
                indent: [0, 0, 1, 250][roll(4)],
                rotation: rotations[roll(rotations.len())],
            };
            let font = Font {
                italic: roll(5) == 0,
                underline: roll(5) == 0,
                strike: roll(5) == 0,
                ..font(families[roll(families.len())], sizes[roll(sizes.len())], roll(3) == 0)
            };
            let fill = (roll(4) == 0).then_some(Color(240, 240, 200));
            styles.id(Style { font, fill, borders, align, number_format: formats[roll(formats.len())].into(), ..Style::default() })
        })
        .collect();
    let (height, width) = (1 + roll(30), 1 + roll(12));
    let rows = (0..height)
        .map(|_| {
            let mut cells = Vec::new();
            for column in 0..width as u16 {
                let value = match roll(7) {
                    0 => continue,
                    1 => Value::Empty,
                    2 => Value::Number(Decimal::new(roll(1_000_000) as i64 - 500_000, [0, -2, -30, 30, 400][roll(5)])),
                    3 => Value::Date([46_148, 0, -1, i32::MAX, i32::MIN][roll(5)]),
                    4 => Value::Formula { text: "SUM(A1:A2)".into(), result: Decimal::new(125, -1) },
                    _ => Value::Text((0..roll(6)).map(|_| words[roll(words.len())].repeat(1 + roll(3))).collect()),
                };
                cells.push(Cell { column, style: StyleId([ids[roll(ids.len())].0, 9999][usize::from(roll(40) == 0)]), value });
            }
            Row {
                height: (roll(2) == 0).then(|| [0.0, 12.0, 20.0, 409.5, f64::NAN][roll(5)]),
                hidden: roll(12) == 0,
                heading: false,
                break_before: roll(12) == 0,
                keep_with_previous: roll(4) == 0,
                bookmark: (roll(6) == 0).then(|| "书签".to_owned()),
                cells,
            }
        })
        .collect();
    let range = |roll: &mut dyn FnMut(usize) -> usize| {
        let (row, column) = (roll(height) as u32, roll(width) as u16);
        Range { first_row: row, last_row: row + roll(5) as u32, first_column: column, last_column: column + roll(5) as u16 }
    };
    let merges = (0..roll(6)).map(|_| range(&mut roll)).collect();
    let widths = [0.0, 2.0, 8.38, 20.0, 60.0, f64::INFINITY];
    let sheet = FilledSheet {
        name: "任意".into(),
        columns: (0..roll(width + 4)).map(|_| Column { width: widths[roll(widths.len())], hidden: roll(9) == 0 }).collect(),
        rows,
        merges,
        page: PageSetup {
            paper: [8, 9, 11, 12, 0, 999][roll(6)],
            landscape: roll(2) == 0,
            scale: [0, 10, 85, 100, 400, 9999][roll(6)],
            fit: [None, Some((1, 1)), Some((1, 0)), Some((0, 0)), Some((2, 3))][roll(5)],
            center_horizontally: roll(2) == 0,
            center_vertically: roll(2) == 0,
            over_then_down: roll(2) == 0,
            header: ["", "&C&\"宋体,加粗\"&16标题&R&D", "&", "&9&K12&L&P+\n&N"][roll(4)].into(),
            first_page: [None, Some(u32::MAX), Some(5)][roll(3)],
            ..PageSetup::default()
        },
        title_rows: [None, Some((0, 1)), Some((5, 2)), Some((0, 9999))][roll(4)],
        title_columns: [None, Some((0, 0)), Some((3, 9999))][roll(3)],
        column_breaks: Vec::new(),
        print_area: (roll(4) == 0).then(|| range(&mut roll)),
        images: Vec::new(),
        conditions: Vec::new(),
        marks: Vec::new(),
    };
    FilledBook { normal_font: font(families[roll(families.len())], sizes[roll(sizes.len())], false), ..book(styles, sheet) }
}
