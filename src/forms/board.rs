//! 考核公示栏: what a branch puts up on its wall.

use super::field::{Contents, columns, day, listed, number, rows, scheme_label, standing, text, with_common};
use super::view::{
    BLANK, Part, View, column_value, headings, honours_text, parts, publication, publication_text, score, set_standing, stars_text,
    told_apart, total_name, under,
};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::exact::with_minus_sign;
use crate::form::data::{Datum, Record};
use crate::period::{Every, Period, zh_date};
use crate::rollup::Outcome;
use crate::scheme::{Figure, Scheme};
use crate::score::{Flag, Score, Subject, evaluate_formula};
use crate::submission::Roll;

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
    member.push(number("公示分", "公示分值，积分制另有公示算法的才有", "board figure, where the scheme has one", "96.50"));
    member.push(number("合计分", "排名、评等次所依据的总分", "the total that grade and rank go by", "91.00"));
    member.push(text("荣誉", "季度之星、年度之星", "honours", "季度之星"));
    member.extend(standing());
    let fields = with_common(vec![
        scheme_label(),
        day("公示开始", "公示开始日期", "first day of publication", (2026, 12, 14)),
        day("公示截止", "公示截止日期；工作日历未知时为空", "last day of publication; empty where the calendar is unknown", (2026, 12, 23)),
        number("公示工作日", "公示工作日数", "working days of publication", "7"),
        text(
            "公示说明",
            "公示起止说明",
            "publication from and to, or why no end date is printed",
            "公示期为2026年12月14日至2026年12月23日，共7个工作日（张贴当日不计）。",
        ),
        text("落款日期", "张贴日期；未定时留空待填", "day of posting, or ruled blanks", "2026年12月14日"),
        text("监督电话", "监督电话", "objection phone", "0791-12380"),
        text(
            "受理地址",
            "受理异议的地点，没有设置时为空",
            "where objections are taken, empty where none is set",
            "受理地址：县委大院3号楼201室。",
        ),
        text(
            "更正",
            "公布后的更正，没有时为空",
            "corrections of what was posted; empty if there are none",
            "张甲一季度原公布94.03分，现为93.87分",
        ),
        text(
            "空白说明",
            "表中空格的缘由，本期不计分因而不在表上的人数；没有时为空",
            "why cells are blank, and how many are not listed for they are not scored; empty if there is nothing of that",
            "得分空白：当期不在本支部的，不计分。",
        ),
        text(
            "计分说明",
            "分值如何得出",
            "how the figure is worked out",
            "年度积分＝月度评分（各月十项得分之和的平均值×80%）＋民主测评（有效票平均值×20%）＋奖励加分－惩处减分；星级、等次按未取整的准确分值评定。",
        ),
        text("分值名称", "分值列的标题", "heading of the score column", "年度积分"),
        text("公示名称", "公示分的标题，没有时为空", "heading of 公示分, empty where there is none", "公示积分"),
        text("合计名称", "合计分的标题，本期不公布时为空", "heading of 合计分, empty where it is not posted", "年度积分合计"),
        text("支部积分", "支部自身的得分，没有时为空", "the branch's own score, empty where it has none", "84.00分，三星，合格"),
        text("有星级", "本期评星时不为空", "not empty when stars are given", "是"),
        text("有名次", "名次按所示分值排定时不为空", "not empty when ranks go by the figure shown", "是"),
        text("有等次", "本期评等次时不为空", "not empty when grades are given", "是"),
        text("有荣誉", "本期有荣誉时不为空", "not empty when there are honours", "是"),
    ]);
    let lists = vec![
        columns("期间", vec![text("名称", "期间名称", "name of the period", "一季度")]),
        columns("分项", vec![text("名称", "分项名称", "name of the part", "基础分")]),
        rows(
            "",
            member,
            vec![
                columns("期间", vec![number("得分", "该期间得分", "score of that period", "96.25")]),
                columns("分项", vec![number("得分", "该分项得分", "score of that part", "57.50")]),
            ],
        ),
    ];
    (fields, lists)
}

/// What the board shows of scores: the scheme's own board figure, the parts of the year's total, the total.
struct Shown<'a> {
    board: Option<&'a Figure>,
    parts: Vec<Part<'a>>,
    total: bool,
}

impl<'a> Shown<'a> {
    fn of(scheme: &'a Scheme, run: Period) -> Self {
        let board = scheme.member.figure("board", run.every());
        // Grades go by the total, so the year's board shows it and what it is made of beside whatever else it shows.
        let year = run == Period::YEAR;
        Self { board, parts: if year { parts(&scheme.member, run) } else { Vec::new() }, total: year || board.is_none() }
    }

    fn set(&self, row: &mut Record, view: &View<'_>, at: u32, outcome: &Outcome) {
        let digits = view.scheme.digits;
        row.set("分值", score(outcome.score.board.as_ref().or(outcome.score.total.as_ref()), digits));
        row.set("公示分", score(outcome.score.board.as_ref().filter(|_| self.board.is_some()), digits));
        row.set("合计分", score(outcome.score.total.as_ref().filter(|_| self.total), digits));
        let part = |part: &Part<'_>| Record {
            fields: [("得分", score(part.value(view, at, outcome).as_ref(), digits))].into(),
            ..Record::default()
        };
        row.lists.insert("分项", self.parts.iter().map(part).collect());
    }

    fn name(&self, root: &mut Record, scheme: &Scheme, run: Period) {
        let total =
            if run == Period::YEAR && self.board.is_none() { scheme.board.heading.clone() } else { total_name(&scheme.member, run) };
        root.text("公示名称", self.board.map_or("", |figure| &figure.name));
        root.text("合计名称", if self.total { &*total } else { "" });
        root.text("分值名称", self.board.map_or(&total, |figure| &figure.name));
        // Ranks go by the total; beside another figure alone they would contradict what people see.
        root.text("有名次", if self.total { "是" } else { "" });
        let heading = |part: &Part<'_>| {
            let mut heading = Record::default();
            heading.text("名称", part.name());
            heading
        };
        root.lists.insert("分项", self.parts.iter().map(heading).collect());
    }
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
    let shown = Shown::of(scheme, run);
    let names = told_apart(view.posted().map(|(_, member, _)| member));
    for (number, ((at, member, outcome), name)) in view.posted().zip(names).enumerate() {
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("姓名", name);
        row.text("类别", &*member.category);
        shown.set(&mut row, view, at, outcome);
        row.text("荣誉", honours_text(&outcome.honours, run));
        set_standing(&mut row, member, outcome, run);
        let subject = Subject::member(scheme, view.submission, at);
        blanks.exempt |= outcome.score.flags.contains(&Flag::Exempt);
        let cells = columns.iter().map(|column| {
            let mut cell = Record::default();
            if member.may_be_scored() && member.counts_in(column.period) && outcome.score.total.is_some() {
                let value = evaluate_formula(&subject, &scheme.board.period, scheme.board.window, column.period);
                cell.set("得分", column_value(scheme, &scheme.board.period, &value));
            } else {
                blanks.elsewhere |= outcome.score.total.is_some();
            }
            cell
        });
        row.lists.insert("期间", cells.collect());
        members.push(row);
    }
    view.common(&mut root, members.len());
    root.text("积分制标注", view.scheme_label());
    shown.name(&mut root, scheme, run);
    publication_fields(view, &mut root);
    // Corrections stand below the table, those of this scheme's members on this part of the board.
    let told = view
        .changes
        .iter()
        .filter(|change| change.scheme == scheme.id)
        .map(|change| format!("{}{}{}", change.name, change.correction(), change.circumstances()));
    root.text("更正", told.collect::<Vec<_>>().join("；\n"));
    root.text("空白说明", blanks.text() + &unlisted(view));
    root.text("支部积分", view.own.map_or_else(String::new, |own| own_score(own, scheme)));
    root.text("计分说明", if run == Period::YEAR { &scheme.board.note } else { &scheme.board.note_part });
    root.text("有等次", if run == Period::YEAR || scheme.member.grades_in(run.every()) { "是" } else { "" });
    root.text("有荣誉", if view.posted().any(|(.., outcome)| !outcome.honours.is_empty()) { "是" } else { "" });
    root.lists.insert("期间", headings(&columns));
    root.lists.insert("", members);
    root
}

fn publication_fields(view: &View<'_>, root: &mut Record) {
    let (days, end) = publication(view.issuer, view.calendar, view.scheme);
    root.set("公示开始", view.issuer.posted.map_or(Datum::Empty, Datum::Date));
    root.set("制表日期", view.issuer.posted.map_or(Datum::Empty, Datum::Date));
    root.set("公示截止", end.map_or(Datum::Empty, Datum::Date));
    root.count("公示工作日", days as usize);
    root.text("公示说明", publication_text(view.issuer, days, end));
    root.text("落款日期", view.issuer.posted.map_or_else(|| BLANK.to_owned(), zh_date));
    let phone = &view.issuer.phone;
    // Written in by whoever posts it, like a day that is not known.
    let address = &view.issuer.address;
    root.text("受理地址", if address.is_empty() { String::new() } else { format!("受理地址：{address}。") });
    root.text("监督电话", if phone.is_empty() { "____________" } else { phone.as_str() });
}

/// Members under schemes that this run does not score: who looks for them on the wall reads why they are not there.
fn unlisted(view: &View<'_>) -> String {
    let run = view.issuer.run.period;
    let unscored = view.schemes.iter().enumerate().filter(|(_, scheme)| !scheme.member.scores(run.every()));
    let told = unscored.filter_map(|(at, scheme)| {
        let (outcomes, _) = under(view.all, at);
        let here = |outcome: &&Outcome| outcome.score.roll == Roll::Here;
        let count = outcomes.into_iter().filter(here).count();
        (count > 0).then(|| format!("另有{count}名党员执行{}，本期不计分，不列入本表。", scheme.name))
    });
    told.collect()
}

/// `84.00分，三星，合格`.
fn own_score(own: &Score, scheme: &Scheme) -> String {
    let Some(total) = &own.total else { return String::new() };
    let stars = stars_text(own.stars);
    let parts = [format!("{}分", with_minus_sign(&total.publish(scheme.digits))), stars, own.grade.clone().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("，")
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
