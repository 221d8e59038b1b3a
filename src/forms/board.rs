//! 考核公示栏: what a branch puts up on its wall.

use super::field::{Contents, columns, day, listed, number, rows, standing, text, with_common};
use super::view::{COLUMN_WINDOW, View, headings, mark, publication, publication_text, score, set_standing};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Record};
use crate::period::{Every, Period};
use crate::score::{Flag, Subject, evaluate_formula};

/// 考核公示栏.
pub const BOARD: Form = Form {
    id: "board",
    title: "考核公示栏",
    runs: &Every::ALL,
    contents,
    data: Data::Branch(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let mut member = listed();
    member.push(number("分值", "公示分值", "board figure", "96.50"));
    member.push(text("荣誉", "季度之星、年度之星", "honours", "季度之星"));
    member.extend(standing());
    let fields = with_common(vec![
        day("公示开始", "公示开始日期", "first day of publication", (2026, 12, 14)),
        day("公示截止", "公示截止日期；工作日历未知时为空", "last day of publication; empty where the calendar is unknown", (2026, 12, 23)),
        number("公示工作日", "公示工作日数", "working days of publication", "7"),
        text(
            "公示说明",
            "公示起止说明",
            "publication from and to, or why no end date is printed",
            "公示期为2026年12月14日至2026年12月23日，共7个工作日（张贴当日不计）。",
        ),
        text("监督电话", "监督电话", "objection phone", "0791-12380"),
        text(
            "更正",
            "公布后的更正，没有时为空",
            "corrections of what was posted; empty if there are none",
            "张甲一季度原公布94.03分，现为93.87分",
        ),
        text("空白说明", "表中空格的缘由，没有空格时为空", "why cells are blank; empty if none is", "空格：当期不在本支部的，不计分。"),
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
    ]);
    let lists = vec![
        columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")]),
        rows("", member, vec![columns("期间", vec![number("得分", "该期间得分", "score of that period", "96.25")])]),
    ];
    (fields, lists)
}

/// 考核公示栏. Never on it: identity numbers, birth dates, phones of members, reasons of deductions.
fn data(view: &View<'_>) -> Record {
    let run = view.issuer.run.period;
    let scheme = view.scheme;
    let mut columns = view.columns(false);
    // A single column that is the whole period would repeat the total.
    if columns.len() == 1 && columns[0].period == run && scheme.member.figure("board", run.every()).is_none() {
        columns.clear();
    }
    let mut root = Record::default();
    let mut members = Vec::new();
    let mut blanks = Blanks::default();
    for (number, (at, member, outcome)) in view.posted().enumerate() {
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("姓名", &*member.name);
        row.text("类别", &*member.category);
        let shown = outcome.score.board.as_ref().or(outcome.score.total.as_ref());
        row.set("分值", score(shown, scheme.digits));
        row.text("荣誉", outcome.honours.join("、"));
        set_standing(&mut row, member, outcome, run);
        let subject = Subject::member(scheme, view.submission, at);
        blanks.exempt |= outcome.score.flags.contains(&Flag::Exempt);
        let cells = columns.iter().map(|column| {
            let mut cell = Record::default();
            if member.may_be_scored() && member.counts_in(column.period) && outcome.score.total.is_some() {
                let value = evaluate_formula(&subject, &scheme.board.period, COLUMN_WINDOW, column.period);
                cell.set("得分", mark(&value, scheme.decimals));
            } else {
                blanks.elsewhere |= outcome.score.total.is_some();
            }
            cell
        });
        row.lists.insert("期间", cells.collect());
        members.push(row);
    }
    view.common(&mut root, members.len());
    let (days, end) = publication(view.issuer, view.calendar, scheme);
    root.set("公示开始", view.issuer.posted.map_or(Datum::Empty, Datum::Date));
    root.set("制表日期", view.issuer.posted.map_or(Datum::Empty, Datum::Date));
    root.set("公示截止", end.map_or(Datum::Empty, Datum::Date));
    root.count("公示工作日", days as usize);
    root.text("公示说明", publication_text(view.issuer, days, end));
    root.text("监督电话", &view.issuer.phone);
    // Corrections stand below the table, those of this scheme's members on this part of the board.
    let told =
        view.changes.iter().filter(|change| change.scheme == scheme.id).map(|change| format!("{}{}", change.name, change.correction()));
    root.text("更正", told.collect::<Vec<_>>().join("；"));
    root.text("空白说明", blanks.text());
    root.text("计分说明", if run == Period::YEAR { &scheme.board.note } else { &scheme.board.note_part });
    // The year's heading is the scheme's own word; a part of the year is named after the figure that stands there.
    let rules = &scheme.member;
    let shown = rules.figure("board", run.every()).or_else(|| rules.figure("total", run.every()));
    let heading = shown.filter(|_| run != Period::YEAR).map_or(&scheme.board.heading, |figure| &figure.name);
    root.text("分值名称", heading);
    // Ranks go by the total; beside another figure they would contradict what people see.
    root.text("有名次", if rules.figure("board", run.every()).is_some() { "" } else { "是" });
    root.text("有等次", if run == Period::YEAR { "是" } else { "" });
    root.text("有荣誉", if view.posted().any(|(.., outcome)| !outcome.honours.is_empty()) { "是" } else { "" });
    root.lists.insert("期间", headings(&columns));
    root.lists.insert("", members);
    root
}

/// Why cells of the table are blank. The reason of an exemption is nobody's business, that there is one is said in 备注.
#[derive(Clone, Copy, Debug, Default)]
struct Blanks {
    exempt: bool,
    elsewhere: bool,
}

impl Blanks {
    fn text(self) -> String {
        let reasons = [(self.elsewhere, "当期不在本支部的"), (self.exempt, "免积分的")];
        let reasons: Vec<&str> = reasons.into_iter().filter_map(|(is, reason)| is.then_some(reason)).collect();
        if reasons.is_empty() { String::new() } else { format!("得分空白：{}，不计分。", reasons.join("和")) }
    }
}

/// What a board says for which a county's own template has no place: into 计分说明, for a correction must be on the wall.
pub fn corrections_without_place(record: &mut Record, shows: impl Fn(&str) -> bool) {
    let Some(Datum::Text(told)) = record.fields.get("更正").filter(|_| !shows("更正")) else { return };
    let note = match record.fields.get("计分说明") {
        Some(Datum::Text(note)) => note.as_str(),
        _ => "",
    };
    let note = format!("更正：{told}。{note}");
    record.text("计分说明", note);
}
