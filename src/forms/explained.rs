//! Data of 积分说明: one member's trace in words and numbers, condensed to a page.
//!
//! ```text
//!   一、结论      等次  合格：准确分值 1079/12，达到 80，未到 95
//!   二、分值      日常积分  72.00   72        各项评分各期平均×日常积分权重
//!   三、原始登记  理想信念  108   积分登记：1月 9（D3） 2月 9（D15） …
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::explanation::Point;
use super::field::{Contents, number, rows, text, with_common};
use super::view::{Issuer, score, set_branch, set_run, set_schemes, stars_text};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::county::Branch;
use crate::diag::{CellRef, Lang, Place, Terms};
use crate::exact::{Exact, with_minus_sign};
use crate::form::data::{Datum, Record};
use crate::rollup::Outcome;
use crate::scheme::Scheme;
use crate::score::{Label, Trace};
use crate::submission::{Cover, Member};

/// 积分说明.
pub const EXPLAIN: Form = Form {
    id: "explain",
    title: "积分说明",
    runs: &[],
    contents,
    data: Data::Explained(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let fields = with_common(vec![
        text("姓名", "党员姓名；支部积分为支部名称", "name of the member, or of the branch", "张甲"),
        text(
            "对象",
            "说明谁的积分：党员的姓名、序号、类别、状态，或支部",
            "whose figures: name, number, category and status of a member, or the branch",
            "姓名：张甲\u{3000}\u{3000}名册序号：7\u{3000}\u{3000}农村党员\u{3000}\u{3000}正式党员",
        ),
        text(
            "签字",
            "签字栏：支部书记和党员本人，支部积分为支部书记",
            "who signs: secretary and member, of a branch the secretary",
            "支部书记签字：____________\u{3000}\u{3000}党员签字：____________",
        ),
        number("序号", "名册序号", "number in the roster", "7"),
        text("类别", "党员类别", "category", "农村党员"),
        text("党员状态", "正式党员、预备党员", "full or probationary", "正式党员"),
        text("依据文件", "分数所依据的报送表", "the submission that everything was read from", "示范镇/向阳村党支部.xlsx"),
        number("总分", "总分", "total", "93.25"),
        text("准确值", "未取整的总分", "the total before rounding", "373/4"),
        text("等次", "评定等次", "grade", "优秀"),
        text("星级", "星级", "stars", ""),
    ]);
    let lists = vec![
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
                text("准确值", "未取整的值；公布值没有取整时写“同左”", "its exact value, 同左 where nothing was rounded", "同左"),
                text(
                    "算法",
                    "算法、各部分的值和条款",
                    "rule, values of its parts, clause",
                    "年度基础分＋扣分合计，不低于0：年度基础分 60，组织生活 -2",
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
    ];
    (fields, lists)
}

/// Ballots of one column beyond this are told by value and number, not one by one.
const LISTED_BALLOTS: usize = 30;

/// What the form 积分说明 is made of.
pub struct ExplainedSubject<'a> {
    /// The county and the run.
    pub issuer: &'a Issuer,
    /// The branch.
    pub branch: &'a Branch,
    /// What it says of itself; none where its submission does not count.
    pub cover: Option<&'a Cover>,
    /// The member; none for the branch itself.
    pub member: Option<&'a Member>,
    /// 姓名, or the branch's name.
    pub name: &'a str,
    /// Its scheme; none where nothing could be scored.
    pub scheme: Option<&'a Scheme>,
    /// Its outcome; none where nothing could be scored.
    pub outcome: Option<&'a Outcome>,
    /// What is said beside the figures: heading and text.
    pub statements: Vec<(String, String)>,
    /// Every figure.
    pub traces: &'a [Trace],
    /// The file everything was read from.
    pub file: &'a str,
    /// Short digest of what the form was made from.
    pub digest: &'a str,
}

/// A cell and what it holds.
type Leaf<'a> = (&'a Place, &'a Trace);

/// What stood in a cell, as written.
pub type Written<'a> = &'a mut dyn FnMut(&Place) -> Option<String>;

/// A point as one line, its cells behind it.
pub fn statement(point: &Point, lang: Lang, terms: &Terms, written: Written<'_>) -> (String, String) {
    let cells: Vec<String> = point.places.iter().map(|place| cell(place, None, written)).collect();
    let sheet = point.places.first().and_then(|place| place.sheet.as_deref()).unwrap_or_default();
    let cells = if cells.is_empty() { String::new() } else { format!("（{sheet}：{}）", cells.join("、")) };
    (terms.say(point.heading(lang)).into_owned(), format!("{}{cells}", point.text(lang, terms)))
}

fn data(subject: &ExplainedSubject<'_>, written: Written<'_>) -> Record {
    let mut root = Record::default();
    let schemes: Vec<&Scheme> = subject.scheme.into_iter().collect();
    let digits = subject.scheme.map_or(2, |scheme| scheme.digits);
    set_run(&mut root, subject.issuer, subject.digest, 1);
    set_schemes(&mut root, &schemes);
    set_branch(&mut root, subject.branch, subject.cover);
    root.text("姓名", subject.name);
    root.text("依据文件", subject.file);
    let mut whose = match subject.member {
        None => format!("党支部：{}", subject.name),
        Some(_) => format!("姓名：{}", subject.name),
    };
    let signs = if subject.member.is_some() { "\u{3000}\u{3000}党员签字：____________" } else { "\u{3000}\u{3000}（盖章）" };
    root.text("签字", format!("支部书记签字：____________{signs}"));
    if let Some(member) = subject.member {
        let status = if member.is_probationary(subject.issuer.run.period) { "预备党员" } else { "正式党员" };
        whose = format!("{whose}\u{3000}\u{3000}名册序号：{}\u{3000}\u{3000}{}\u{3000}\u{3000}{status}", member.seq, member.category);
        root.set("序号", Datum::Number { value: member.seq.into(), digits: 0 });
        root.text("类别", &*member.category);
        root.text("党员状态", status);
    }
    root.text("对象", whose);
    if let Some(outcome) = subject.outcome {
        root.set("总分", score(outcome.score.total.as_ref(), digits));
        root.text("准确值", outcome.score.total.as_ref().map(ToString::to_string).unwrap_or_default());
        root.text("等次", outcome.score.grade.clone().unwrap_or_default());
        root.text("星级", stars_text(outcome.score.stars));
    }
    let statements = subject.statements.iter().map(|(heading, text)| {
        let mut row = Record::default();
        row.text("事项", heading);
        row.text("说明", text);
        row
    });
    root.lists.insert("结论", statements.collect());
    let figures = subject.traces.iter().map(|trace| {
        let mut row = Record::default();
        row.text("名称", trace.label.text(Lang::Zh));
        row.set("分值", score(Some(&trace.value), digits));
        row.text("准确值", exact_text(&trace.value, digits));
        row.text("算法", working(trace, digits));
        row
    });
    root.lists.insert("分值", figures.collect());
    root.lists.insert("", entries(subject.traces, digits, written));
    root
}

/// `同左` where the published figure is exact, else six places and the fraction: `约99.310303（81931/825）`.
fn exact_text(value: &Exact, digits: u32) -> String {
    if value.published_decimal(digits).is_some_and(|published| Exact::from(published) == *value) {
        return "同左".to_owned();
    }
    with_minus_sign(&format!("约{}\n（{value}）", value.publish(6)))
}

/// `年度基础分＋扣分合计，不低于0：年度基础分 60，组织生活 －2，…（第三条）`
fn working(trace: &Trace, digits: u32) -> String {
    let mut text = trace.rule.clone().unwrap_or_default();
    let parts: Vec<String> =
        trace.parts.iter().map(|part| format!("{} {}", part.label.text(Lang::Zh), shown(&part.value, digits))).collect();
    match trace.parts.as_slice() {
        [] => {}
        // One part that bears the rule's own words is not said twice.
        [part] if part.label.text(Lang::Zh) == text => text = parts.concat(),
        _ => text = format!("{text}：{}", parts.join("，")),
    }
    if let Some(clause) = &trace.clause {
        text = format!("{text}（{clause}）");
    }
    text
}

/// A number as people write it: `9.5` where it has few places, else as it is published.
pub fn short(value: &Exact, digits: u32) -> String {
    match value.published_decimal(3) {
        Some(plain) if Exact::from(plain) == *value => plain.to_string(),
        _ => value.publish(digits),
    }
}

/// [`short`] as paper shows it.
fn shown(value: &Exact, digits: u32) -> String {
    with_minus_sign(&short(value, digits))
}

/// One row an item: everything that was entered for it, each cell once however many figures use it.
fn entries(traces: &[Trace], digits: u32, written: Written<'_>) -> Vec<Record> {
    let mut rows: Vec<(String, &Trace, BTreeMap<&Place, &Trace>)> = Vec::new();
    for trace in traces {
        trace.each(&mut |step| {
            let leaves: Vec<(&Place, &Trace)> = step.parts.iter().filter_map(|leaf| Some((leaf.place.as_ref()?, leaf))).collect();
            if leaves.is_empty() {
                return;
            }
            let name = match &step.label {
                Label::PollColumn { name, .. } => format!("民主测评 {name}"),
                other => other.text(Lang::Zh),
            };
            match rows.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, widest, all)) => {
                    if leaves.len() > widest.parts.len() {
                        *widest = step;
                    }
                    all.extend(leaves);
                }
                None => rows.push((name, step, leaves.into_iter().collect())),
            }
        });
    }
    let records = rows.into_iter().map(|(name, step, leaves)| {
        let mut row = Record::default();
        row.text("名称", name);
        row.text("得分", shown(&step.value, digits));
        row.text("登记", cells(&leaves, written));
        row
    });
    records.collect()
}

/// `积分登记：1月 9（D3）2月 9.5（D15“9.5分”）`; many ballots of one column by value: `民主测评：9×12 9.5×8（C3—C22）`.
fn cells(leaves: &BTreeMap<&Place, &Trace>, written: Written<'_>) -> String {
    let mut sheets: Vec<(Option<&Arc<str>>, Vec<Leaf<'_>>)> = Vec::new();
    for (place, leaf) in leaves {
        match sheets.last_mut().filter(|(sheet, _)| *sheet == place.sheet.as_ref()) {
            Some((_, list)) => list.push((place, leaf)),
            None => sheets.push((place.sheet.as_ref(), vec![(place, leaf)])),
        }
    }
    let parts = sheets.into_iter().map(|(sheet, list)| {
        let ballots = list.iter().all(|(_, leaf)| matches!(leaf.label, Label::Ballot(_)));
        let text = if ballots { ballots_text(&list, written) } else { listed(&list, written) };
        format!("{}：{text}", sheet.map(AsRef::as_ref).unwrap_or_default())
    });
    parts.collect::<Vec<_>>().join("；")
}

fn listed(list: &[Leaf<'_>], written: Written<'_>) -> String {
    let one = |(place, leaf): &(&Place, &Trace)| {
        format!("{} {}（{}）", leaf.label.text(Lang::Zh), shown(&leaf.value, 3), cell(place, Some(leaf), written))
    };
    list.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Ballots stand one below the other: their cells are a range where no row is left out.
fn ballots_text(ballots: &[Leaf<'_>], written: Written<'_>) -> String {
    let cell_of = |place: &Place| place.cell.unwrap_or(CellRef { row: 0, column: 0 });
    let [(top, _), .., (bottom, _)] = ballots else { return listed_ballots(ballots, written) };
    let (top, bottom) = (cell_of(top), cell_of(bottom));
    let whole =
        (bottom.row - top.row) as usize + 1 == ballots.len() && ballots.iter().all(|(place, _)| cell_of(place).column == top.column);
    if !whole || ballots.iter().any(|(place, leaf)| written_otherwise(place, leaf, written).is_some()) {
        return listed_ballots(ballots, written);
    }
    let values: Vec<String> = if ballots.len() > LISTED_BALLOTS {
        let mut counts: BTreeMap<&Exact, usize> = BTreeMap::new();
        for (_, leaf) in ballots {
            *counts.entry(&leaf.value).or_default() += 1;
        }
        counts.iter().rev().map(|(value, count)| format!("{}×{count}票", shown(value, 3))).collect()
    } else {
        ballots.iter().map(|(_, leaf)| shown(&leaf.value, 3)).collect()
    };
    format!("{}（{top}—{bottom}）", values.join("、"))
}

fn listed_ballots(list: &[Leaf<'_>], written: Written<'_>) -> String {
    list.iter()
        .map(|(place, leaf)| format!("{}（{}）", shown(&leaf.value, 3), cell(place, Some(leaf), written)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// `D3`, and what stood there where that is not the number itself: `D3“9.5分”`, `D3空白`.
fn cell(place: &Place, leaf: Option<&Trace>, written: Written<'_>) -> String {
    let at = place.cell.map(|cell| cell.to_string()).unwrap_or_default();
    match leaf {
        Some(leaf) => format!("{at}{}", written_otherwise(place, leaf, written).unwrap_or_default()),
        None => match written(place) {
            Some(text) => format!("{at}“{text}”"),
            None => at,
        },
    }
}

/// None where the cell holds just the number that counts.
fn written_otherwise(place: &Place, leaf: &Trace, written: Written<'_>) -> Option<String> {
    match written(place) {
        Some(text) if text == short(&leaf.value, 3) => None,
        Some(text) => Some(format!("“{text}”")),
        None => Some("空白".to_owned()),
    }
}
