//! What every form of one branch shares.

use std::sync::Arc;

use chrono::NaiveDate;

use super::QUARTERS;
use crate::county::Branch;
use crate::diag::{Lang, Terms};
use crate::exact::Exact;
use crate::form::data::{Datum, Record};
use crate::period::{Calendar, Every, Period, RunPeriod, zh_date};
use crate::rollup::{Change, Counts, Outcome, OutcomeKind};
use crate::scheme::{Builtin, Figure, Formula, ItemKind, RowContent, RowTotal, Rules, Scheme, Window};
use crate::score::{Flag, Score, Subject, evaluate_formula};
use crate::submission::{Cover, Member, Reason, Roll, Submission};

/// The county as forms name it.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// 县.
    pub county: String,
    /// 发文机关.
    pub name: String,
    /// The run's period.
    pub run: RunPeriod,
    /// The run's date.
    pub date: NaiveDate,
    /// When boards go up.
    pub posted: Option<NaiveDate>,
    /// The posting day counts.
    pub count_posting_day: bool,
    /// Phone for objections.
    pub phone: String,
    /// Where objections are taken; empty where the county names no place.
    pub address: String,
    /// The date of all papers, if a person typed it or wrote it into the settings.
    pub stated: Option<NaiveDate>,
    /// Identity numbers are printed whole where a form has them.
    pub full_ids: bool,
    /// What the organisation calls its people and units.
    pub terms: Arc<Terms>,
}

/// Fields in which the program speaks: sentences of its own, not what anybody has entered.
const PROSE: [&str; 11] = ["备注", "空白说明", "合计等次", "未含", "结论", "名额说明", "签字", "对象", "人数说明", "事项", "党员状态"];

/// Puts what the program says on a form into the organisation's own words.
pub fn in_terms(record: &mut Record, terms: &Terms) {
    if terms.are_usual() {
        return;
    }
    for (name, value) in &mut record.fields {
        if let Datum::Text(text) = value
            && PROSE.contains(name)
        {
            *text = terms.say(text).into_owned();
        }
    }
    record.lists.values_mut().flatten().for_each(|inner| in_terms(inner, terms));
}

/// One branch's part of one scheme.
#[derive(Clone)]
pub struct View<'a> {
    /// The county.
    pub issuer: &'a Issuer,
    /// Working days.
    pub calendar: &'a Calendar,
    /// The branch.
    pub branch: &'a Branch,
    /// Its submission.
    pub submission: &'a Submission,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Published scores of the branch that are others now.
    pub changes: &'a [Change],
    /// Outcomes of the members under it, in roster order.
    pub outcomes: Vec<&'a Outcome>,
    /// Outcomes of the whole branch, under whatever scheme.
    pub all: &'a [Outcome],
    /// The schemes that outcomes are numbered by.
    pub schemes: &'a [Scheme],
    /// The branch's own score, if the scheme scores branches.
    pub own: Option<&'a Score>,
    /// Short digest of what the form is made from.
    pub digest: String,
    /// The same of the parts under each scheme; none for one that this run does not score.
    pub digests: &'a [Option<String>],
}

/// Last day of the publication, as far as calendars reach.
pub fn publication(issuer: &Issuer, calendar: &Calendar, scheme: &Scheme) -> (u32, Option<NaiveDate>) {
    let days = if issuer.run.period == Period::YEAR { scheme.publication.year } else { scheme.publication.shorter };
    let end = issuer.posted.and_then(|posted| calendar.publication_end(posted, days, issuer.count_posting_day));
    (days, end)
}

/// A score as it is printed.
pub fn score(value: Option<&Exact>, digits: u32) -> Datum {
    match value.and_then(|value| value.published_decimal(digits)) {
        Some(value) => Datum::Number { value, digits: digits as u8 },
        None => Datum::Empty,
    }
}

/// A value of a column with as many digits as it needs: marks are entered with few.
pub fn mark(value: &Exact, decimals: u16) -> Datum {
    score(Some(value), u32::from(decimals))
}

/// A value with no more places than it needs.
pub fn plain_text(value: &Exact) -> String {
    value.published_decimal(3).map(|value| value.to_string()).unwrap_or_default()
}

/// `十星`.
pub fn stars_text(stars: Option<u8>) -> String {
    const WORDS: [&str; 11] = ["无", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    stars.map(|stars| WORDS.get(usize::from(stars)).map_or_else(|| format!("{stars}星"), |word| format!("{word}星"))).unwrap_or_default()
}

/// What a formula of forms comes to in a period's column: with the places of entries, or of figures where it names some.
pub fn column_value(scheme: &Scheme, formula: &Formula, value: &Exact) -> Datum {
    let of_figures = formula.any(&|part| matches!(part, Formula::Over(..)));
    mark(value, if of_figures { scheme.digits.try_into().unwrap_or(scheme.decimals) } else { scheme.decimals })
}

/// What a reader must know about a member's score.
pub fn remark(outcome: &Outcome, member: &Member, run: Period) -> String {
    let mut parts: Vec<String> = Vec::new();
    for flag in &outcome.score.flags {
        match flag {
            Flag::Exempt => parts.push("免积分".into()),
            Flag::Probationary => parts.push("预备党员".into()),
            Flag::PartYear => parts.push(months_text(member)),
            Flag::NotExpected => parts.push("不在本支部".into()),
            Flag::NotScored => parts.push("本期不计分".into()),
            // Nothing that is posted says that or why somebody has left; the registry says it by itself.
            Flag::Left | Flag::MovedOut => {}
        }
    }
    // That it is so is said; the case and its ground are for the registry.
    if !outcome.score.veto.is_empty() {
        parts.push("一票否决".into());
    }
    parts.extend(member.confirmed_in(run).map(|month| format!("{month}月转正")));
    if member.course.moved.as_ref().is_some_and(|moved| moved.waiting.is_some()) && outcome.score.total.is_none() && outcome.score.stands()
    {
        parts.push("原支部材料未到，暂不计分".into());
    }
    parts.join("；")
}

fn months_text(member: &Member) -> String {
    if member.first_month == member.last_month {
        format!("{}月在册", member.first_month)
    } else {
        format!("{}—{}月在册", member.first_month, member.last_month)
    }
}

/// 已转出 or 已离开, of one who is no longer counted with the others.
pub fn gone_text(outcome: &Outcome, member: &Member) -> Option<&'static str> {
    let moved =
        outcome.score.flags.contains(&Flag::MovedOut) || member.course.reason == Some(Reason::MovedOut) || member.course.with_branch;
    (!outcome.score.stands()).then_some(if moved { "已转出" } else { "已离开" })
}

/// Outcomes of the members under a scheme, and of the branch itself.
pub fn under(all: &[Outcome], scheme: usize) -> (Vec<&Outcome>, Option<&Score>) {
    let own = || all.iter().filter(|outcome| outcome.scheme == scheme);
    let branch = own().find(|outcome| outcome.kind == OutcomeKind::Branch).map(|outcome| &outcome.score);
    (own().filter(|outcome| outcome.kind != OutcomeKind::Branch).collect(), branch)
}

impl<'a> View<'a> {
    /// The branch by schemes that this run scores and that somebody is under, this one among them.
    pub fn by_scheme(&self) -> Vec<Self> {
        let views = self.schemes.iter().enumerate().filter(|(_, scheme)| scheme.member.scores(self.issuer.run.period.every()));
        let views = views.map(|(at, scheme)| {
            let (outcomes, own) = under(self.all, at);
            let digest = self.digests.get(at).cloned().flatten().unwrap_or_default();
            Self { scheme, outcomes, own, digest, ..*self }
        });
        views.filter(|view| view.members().next().is_some()).collect()
    }

    /// `（评星定格积分制）` where a branch has several, to tell its parts apart; else empty.
    pub fn scheme_label(&self) -> String {
        if self.by_scheme().len() > 1 { format!("（{}）", self.scheme.name) } else { String::new() }
    }

    /// Fields that every form of a branch has.
    pub fn common(&self, root: &mut Record, count: usize) {
        set_run(root, self.issuer, &self.digest, count);
        set_schemes(root, &[self.scheme]);
        set_branch(root, self.branch, Some(&self.submission.cover));
        root.text("有星级", if self.has_stars() { "是" } else { "" });
    }

    /// True where this run gives stars.
    pub fn has_stars(&self) -> bool {
        self.scheme.member.stars_in(self.issuer.run.period.every())
    }

    /// Members of this view with their outcomes.
    pub fn everyone(&self) -> impl Iterator<Item = (u32, &'a Member, &'a Outcome)> + '_ {
        self.outcomes.iter().filter_map(|outcome| match outcome.kind {
            OutcomeKind::Member(at) => Some((at, &self.submission.members[at as usize], *outcome)),
            OutcomeKind::Branch => None,
        })
    }

    /// Those who have forms of their own: who was here in the period and has not died.
    pub fn members(&self) -> impl Iterator<Item = (u32, &'a Member, &'a Outcome)> + '_ {
        self.everyone().filter(|(_, member, outcome)| !member.is_dead() && !outcome.score.flags.contains(&Flag::NotExpected))
    }

    /// Those whom a board names: who was here until the period's end.
    pub fn posted(&self) -> impl Iterator<Item = (u32, &'a Member, &'a Outcome)> + '_ {
        let run = self.issuer.run.period;
        self.members().filter(move |(_, member, outcome)| {
            member.is_posted(run) && (member.has_left(run) || !outcome.score.flags.contains(&Flag::Left))
        })
    }

    /// Those who are 在册 at the period's end.
    pub fn on_roll(&self) -> impl Iterator<Item = (u32, &'a Member, &'a Outcome)> + '_ {
        self.everyone().filter(|(.., outcome)| outcome.score.roll == Roll::Here)
    }

    /// `在册22人：优秀12 合格9 免积分1；已离开2人：张三（已转出）`: how many the branch counts, and who has left. The dead are
    /// counted and not named.
    pub fn headcount(&self) -> String {
        let mut counts = Counts::default();
        self.outcomes.iter().for_each(|outcome| counts.add(outcome));
        let mut text = format!("在册{}人", counts.members);
        let run = self.issuer.run.period;
        if run == Period::YEAR || self.scheme.member.grades_in(run.every()) {
            text.push_str(&["：", &counts.sum_text(&self.scheme.member.grade_names())].concat());
        }
        let gone: Vec<(&Member, &Outcome)> = self
            .everyone()
            .filter(|(.., outcome)| !outcome.score.stands() && outcome.score.roll != Roll::Here)
            .map(|(_, member, outcome)| (member, outcome))
            .collect();
        if !gone.is_empty() {
            let named = gone.iter().filter(|(member, _)| !member.is_dead());
            let named = named.filter_map(|(member, outcome)| Some(format!("{}（{}）", member.name, gone_text(outcome, member)?)));
            let named = named.collect::<Vec<_>>().join("、");
            text.push_str(&["；已离开", &gone.len().to_string(), "人"].concat());
            if !named.is_empty() {
                text.push_str(&["：", &named].concat());
            }
        }
        text
    }

    /// The columns a form shows: entry periods of the run, all so far where the total looks back, with quarterly
    /// subtotals behind the months of a whole quarter.
    pub fn columns(&self, subtotals: bool) -> Vec<Column> {
        let rules = &self.scheme.member;
        let mut columns = Vec::new();
        for period in crate::check::due_periods(rules, self.issuer.run.period) {
            columns.push(Column { period, subtotal: false });
            if subtotals && rules.every == crate::period::Every::Month && period.number() % 3 == 0 {
                let quarter = crate::period::Period::new(crate::period::Every::Quarter, period.number() / 3);
                columns.extend(
                    // A quarter's run has its sum in the last column.
                    quarter
                        .filter(|quarter| self.issuer.run.period.contains(*quarter) && self.issuer.run.period != *quarter)
                        .map(|period| Column { period, subtotal: true }),
                );
            }
        }
        columns
    }
}

/// A column of a form: an entry period, or the sum of a quarter's months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which months.
    pub period: Period,
    /// A sum over several entry periods.
    pub subtotal: bool,
}

impl Column {
    /// Its heading.
    pub fn heading(self) -> String {
        if self.subtotal { format!("{}\n小计", self.period.zh().trim_end_matches('度')) } else { self.period.zh() }
    }

    /// Its heading below that of its quarter.
    fn below_quarter(self) -> String {
        if self.subtotal { "小计".to_owned() } else { self.period.zh() }
    }
}

/// 等次, 星级, 名次 and 备注 of a member.
pub fn set_standing(row: &mut Record, member: &Member, outcome: &Outcome, run: Period) {
    row.text("等次", outcome.score.grade.clone().unwrap_or_default());
    row.text("星级", stars_text(outcome.score.stars));
    // Nobody stands before the others by a total that a veto has set aside.
    let rank = outcome.rank.filter(|_| outcome.score.veto.is_empty());
    row.set("名次", rank.map_or(Datum::Empty, |rank| Datum::Number { value: i64::from(rank).into(), digits: 0 }));
    row.text("备注", remark(outcome, member, run));
}

/// `一、三季度之星` over several periods, `季度之星` alone where there is one and the run is of it.
pub fn honours_text(honours: &[String], run: Period) -> String {
    let mut by_name: Vec<(&str, Vec<&str>)> = Vec::new();
    for honour in honours {
        let (name, period) = honour.split_once('-').unwrap_or((honour, ""));
        match by_name.iter_mut().find(|(known, _)| *known == name) {
            Some((_, periods)) => periods.push(period),
            None => by_name.push((name, vec![period])),
        }
    }
    let word = |(name, periods): &(&str, Vec<&str>)| match periods.as_slice() {
        [""] => (*name).to_owned(),
        [period] if *period == run.zh() => (*name).to_owned(),
        all if name.starts_with("季度") && all.iter().all(|period| period.ends_with("季度")) => {
            format!("{}{name}", all.iter().map(|period| period.trim_end_matches("季度")).collect::<Vec<_>>().join("、"))
        }
        all => format!("{name}（{}）", all.join("、")),
    };
    by_name.iter().map(word).collect::<Vec<_>>().join("；")
}

/// Names as a list shows them: several members of one name are told apart by `（甲）（乙）`.
pub fn told_apart<'m>(members: impl Iterator<Item = &'m Member>) -> Vec<String> {
    const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
    let names: Vec<&str> = members.map(|member| &*member.name).collect();
    let of = |upto: usize, name: &str| names[..upto].iter().filter(|other| **other == name).count();
    let told = |(at, name): (usize, &&str)| match of(names.len(), name) {
        0 | 1 => (*name).to_owned(),
        _ => format!("{name}（{}）", STEMS.get(of(at, name)).map_or_else(|| (of(at, name) + 1).to_string(), |stem| (*stem).to_owned())),
    };
    names.iter().enumerate().map(told).collect()
}

/// Column headings as a list of a form.
pub fn headings(columns: &[Column]) -> Vec<Record> {
    columns
        .iter()
        .map(|column| {
            let mut heading = Record::default();
            heading.text("名称", column.heading());
            heading
        })
        .collect()
}

/// The same with the quarter that stands above months and their sum.
pub fn headings_by_quarter(columns: &[Column]) -> Vec<Record> {
    let mut headings = headings(columns);
    let grouped = by_quarter(columns);
    for (heading, column) in headings.iter_mut().zip(columns) {
        let quarter = usize::from((column.period.last_month() - 1) / 3);
        heading.text("季度", if grouped { QUARTERS[quarter] } else { "" });
        heading.text("简称", column.below_quarter());
    }
    headings
}

/// True where months stand with the sum of their quarter behind them.
pub fn by_quarter(columns: &[Column]) -> bool {
    columns.iter().any(|column| column.subtotal)
}

/// Fields of every form, of whatever unit.
pub fn set_run(root: &mut Record, issuer: &Issuer, digest: &str, count: usize) {
    root.text("县", &issuer.county);
    root.text("发文机关", &issuer.name);
    root.text("年度", format!("{}年", issuer.run.year));
    root.text("期间", issuer.run.zh_title());
    root.set("制表日期", Datum::Date(issuer.date));
    root.text("校验码", digest);
    root.count("人数", count);
}

/// The schemes that a form's figures rest on.
pub fn set_schemes(root: &mut Record, schemes: &[&Scheme]) {
    let names: Vec<&str> = schemes.iter().map(|scheme| scheme.name.as_str()).collect();
    let versions: Vec<&str> = schemes.iter().map(|scheme| scheme.version.as_str()).collect();
    let samples = schemes.iter().any(|scheme| scheme.rests_on_samples());
    root.text("积分制", names.join("、"));
    root.text("细则版本", versions.join("、"));
    root.text("样例说明", if samples { "本细则含样例分值，以正式文件为准。" } else { "各项分值均出自正式文件。" });
    root.text("取整说明", rounding_text(schemes));
}

/// The branch: as its submission has it, else as the register does.
pub fn set_branch(root: &mut Record, branch: &Branch, cover: Option<&Cover>) {
    let sent = |field: fn(&Cover) -> &Option<Box<str>>| cover.and_then(|cover| field(cover).as_deref());
    root.text("支部名称", &branch.name);
    root.text("支部编码", &branch.code);
    root.text("上级党组织", &branch.committee);
    root.text("书记", sent(|cover| &cover.secretary).or(branch.secretary.as_deref()).unwrap_or_default());
    root.text("联系电话", sent(|cover| &cover.phone).or(branch.phone.as_deref()).unwrap_or_default());
    if let Some(reporter) = sent(|cover| &cover.reporter) {
        root.text("填报人", reporter);
    }
}

/// `各分项四舍五入至两位小数，…`; without the number of places if no scheme or several with other numbers say it.
fn rounding_text(schemes: &[&Scheme]) -> String {
    const PLACES: [&str; 6] = ["一", "二", "三", "四", "五", "六"];
    let to = match schemes {
        [scheme, more @ ..] if more.iter().all(|other| other.digits == scheme.digits) => match scheme.digits {
            0 => "至整数".to_owned(),
            2 => "至两位小数".to_owned(),
            digits => format!("至{}位小数", PLACES.get(digits as usize - 1).copied().unwrap_or_default()),
        },
        _ => String::new(),
    };
    format!("各分项四舍五入{to}，合计按未取整的准确值计算，与分项之和可能略有出入。")
}

/// A summary row of the scheme over the columns: its cells and what stands for the whole.
pub fn summary_row(view: &View<'_>, content: &RowContent, at: u32, columns: &[Column]) -> (Vec<Datum>, Datum) {
    let member = &view.submission.members[at as usize];
    let subject = Subject::member(view.scheme, view.submission, at);
    match content {
        RowContent::Reasons => {
            let cells = columns
                .iter()
                .map(|column| {
                    let entries = view.submission.entries_of(at).iter().filter(|entry| !entry.own && entry.period == column.period);
                    let mut reasons: Vec<&str> = entries.flat_map(|entry| entry.reasons.iter().map(|(_, reason)| &**reason)).collect();
                    reasons.dedup();
                    if reasons.is_empty() { Datum::Empty } else { Datum::Text(reasons.join("；")) }
                })
                .collect();
            (cells, Datum::Empty)
        }
        RowContent::Formula { formula, window, total } => {
            let value = |period: Period| evaluate_formula(&subject, formula, *window, period);
            let shown = |value: &Exact| column_value(view.scheme, formula, value);
            let cells: Vec<Option<Exact>> =
                columns.iter().map(|column| member.counts_in(column.period).then(|| value(column.period))).collect();
            let whole = match total {
                RowTotal::None => None,
                RowTotal::Last => cells.iter().flatten().next_back().cloned(),
                RowTotal::Sum => {
                    Some(cells.iter().zip(columns).filter(|(_, column)| !column.subtotal).filter_map(|(cell, _)| cell.clone()).sum())
                }
            };
            (cells.iter().map(|cell| cell.as_ref().map_or(Datum::Empty, shown)).collect(), whole.as_ref().map_or(Datum::Empty, shown))
        }
    }
}

/// A figure as forms list it.
pub struct NamedFigure {
    /// Its name.
    pub name: String,
    /// How it is worked out, in words.
    pub rule: String,
    /// Its value; none for a subject without a score.
    pub value: Option<Exact>,
}

/// What a run's total is called: in the year as the scheme calls it, else by its period: `7月积分`, `截至三季度积分`.
pub fn total_name(rules: &Rules, run: Period) -> String {
    let Some(total) = rules.figure("total", run.every()) else { return String::new() };
    if run == Period::YEAR || ["月", "季", "半年"].iter().any(|word| total.name.contains(word)) {
        return total.name.clone();
    }
    let so_far = looks_back(rules, total, run.every()) && !run.overlaps(1, 1);
    let name = total.name.replace("年度", "");
    // 截至 says already that it is what there is so far.
    if so_far { format!("截至{}{}", run.zh(), name.replace("目前", "")) } else { format!("{}{name}", run.zh()) }
}

/// True where a figure, or one that it is made of, counts all periods of the year so far.
fn looks_back(rules: &Rules, figure: &Figure, every: Every) -> bool {
    let earlier = |part: &Formula| match part {
        Formula::Figure(id) | Formula::Over(_, id) => rules.figure(id, every).is_some_and(|other| looks_back(rules, other, every)),
        _ => false,
    };
    figure.window == Window::SoFar || figure.formula.any(&earlier)
}

/// A part of the total, for tables that put the parts side by side.
pub enum Part<'a> {
    /// A figure of the scheme.
    Figure(&'a Figure),
    /// What was taken or given in all, of a scheme that has no figure beside its total.
    Sum(&'static str, Formula),
}

/// A name without the ordinal that a scheme's text puts before it: 教育培训 of 一、教育培训.
pub fn without_ordinal(name: &str) -> &str {
    let ordinal = |text: &str| !text.is_empty() && text.chars().all(|one| "一二三四五六七八九十".contains(one));
    name.split_once('、').filter(|(before, rest)| ordinal(before) && !rest.is_empty()).map_or(name, |(_, rest)| rest)
}

/// The parts of a run's total. Figures that only add up others are no parts.
pub fn parts(rules: &Rules, run: Period) -> Vec<Part<'_>> {
    let sum_of = |figure: &&Figure| {
        let leaf = |part: &Formula| !matches!(part, Formula::Figure(_) | Formula::Binary(..) | Formula::Min(_) | Formula::Max(_));
        figure.formula.any(&leaf)
    };
    let figures: Vec<Part<'_>> = plain_figures(rules, run).filter(sum_of).map(Part::Figure).collect();
    if !figures.is_empty() {
        return figures;
    }
    let of = |kind: ItemKind| rules.items.iter().enumerate().filter(|(_, item)| item.scores_as() == Some(kind)).map(|(at, _)| at).collect();
    let sums = [("扣分合计", ItemKind::Deduct), ("加分合计", ItemKind::Bonus)].map(|(name, kind)| (name, of(kind)));
    sums.into_iter()
        .filter(|(_, items): &(_, Vec<usize>)| !items.is_empty())
        .map(|(name, items)| Part::Sum(name, Formula::Sum(items)))
        .collect()
}

impl Part<'_> {
    /// Heading of its column.
    pub fn name(&self) -> &str {
        match self {
            Self::Figure(figure) => &figure.name,
            Self::Sum(name, _) => name,
        }
    }

    /// The same where there is little room, or where it stands within a sentence.
    pub fn short_name(&self) -> &str {
        without_ordinal(self.name())
    }

    /// True of awards, penalties and vetoes, which most members have none of.
    pub fn is_occasional(&self) -> bool {
        let occasional = |part: &Formula| {
            matches!(part, Formula::Builtin(Builtin::Awards(_) | Builtin::Penalties(_) | Builtin::Vetoes) | Formula::OfKind { .. })
        };
        matches!(self, Self::Figure(figure) if figure.formula.any(&occasional))
    }

    /// A member's value.
    pub fn value(&self, view: &View<'_>, at: u32, outcome: &Outcome) -> Option<Exact> {
        match self {
            Self::Figure(figure) => outcome.score.figure(&figure.id).cloned(),
            Self::Sum(_, formula) => outcome.score.total.as_ref().map(|_| {
                evaluate_formula(&Subject::member(view.scheme, view.submission, at), formula, COLUMN_WINDOW, view.issuer.run.period)
            }),
        }
    }
}

/// A subject's figures in this run, the total last; the q1 … q4 kind stands in the columns.
pub fn figures_of(rules: &Rules, scored: &Score, run: Period) -> Vec<NamedFigure> {
    let named = |figure: &Figure, value: Option<&Exact>| NamedFigure {
        name: figure.name.clone(),
        rule: whole_group(rules, &figure.formula).unwrap_or_else(|| figure.words(rules, Lang::Zh)),
        value: value.cloned(),
    };
    let mut all: Vec<NamedFigure> = plain_figures(rules, run).map(|figure| named(figure, scored.figure(&figure.id))).collect();
    if let Some(total) = rules.figure("total", run.every()) {
        all.push(NamedFigure { name: total_name(rules, run), ..named(total, scored.total.as_ref()) });
    }
    all
}

/// The sum of a group's items, whose names stand above already.
fn whole_group(rules: &Rules, formula: &Formula) -> Option<String> {
    let Formula::Sum(items) = formula else { return None };
    let group = &rules.items.get(*items.first()?)?.group;
    let all: Vec<usize> = rules.items.iter().enumerate().filter(|(_, item)| item.group == *group).map(|(at, _)| at).collect();
    (!group.is_empty() && all == *items).then(|| format!("本组{}项合计", items.len()))
}

/// Figures of this run beside the total, the board's and those of single periods.
pub fn plain_figures(rules: &Rules, run: Period) -> impl Iterator<Item = &Figure> {
    rules
        .figures
        .iter()
        .filter(move |figure| figure.runs.contains(&run.every()) && figure.over.is_none() && figure.id != "total" && figure.id != "board")
}

/// Figures of this run by id beside the total and the board's, each with its name for people; those of single periods are named
/// after them: `q1` is 一季度 and the figure's name.
pub fn figure_names(rules: &Rules, run: Period) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for figure in rules.figures.iter().filter(|figure| figure.runs.contains(&run.every()) && figure.id != "total" && figure.id != "board") {
        match figure.each() {
            Some(every) => all.extend(every.all().map(|period| figure.of_period(period))),
            None if figure.over.is_none() => all.push((figure.id.clone(), figure.name.clone())),
            None => {}
        }
    }
    all
}

/// A date to be filled in by hand.
pub const BLANK: &str = "\u{3000}\u{3000}\u{3000}\u{3000}年\u{3000}\u{3000}月\u{3000}\u{3000}日";

/// `公示期为2026年12月14日至2026年12月23日，共7个工作日（张贴当日不计）。`
pub fn publication_text(issuer: &Issuer, days: u32, end: Option<NaiveDate>) -> String {
    let counted = if issuer.count_posting_day { "张贴当日计入" } else { "张贴当日不计" };
    match (issuer.posted, end) {
        (Some(posted), Some(end)) => format!("公示期为{}至{}，共{days}个工作日（{counted}）。", zh_date(posted), zh_date(end)),
        (Some(posted), None) => format!("公示期自{}起，共{days}个工作日（{counted}），遇节假日顺延。", zh_date(posted)),
        (None, _) => format!("公示期自{BLANK}至{BLANK}，共{days}个工作日（{counted}）。"),
    }
}

/// The window that a board's period column looks at.
pub const COLUMN_WINDOW: Window = Window::Run;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fine_print_says_how_many_places_the_scheme_has() {
        let bytes = crate::builtin::scheme("register-60").expect("a built-in scheme");
        let scheme = crate::scheme::load(&String::from_utf8_lossy(&bytes)).expect("loads");
        let of = |digits: u32| Scheme { digits, ..scheme.clone() };
        for (digits, said) in [(0, "四舍五入至整数，"), (1, "至一位小数，"), (2, "至两位小数，"), (3, "至三位小数，"), (6, "至六位小数，")]
        {
            assert!(rounding_text(&[&of(digits)]).contains(said), "{digits}");
        }
        for unclear in [rounding_text(&[]), rounding_text(&[&of(1), &of(2)])] {
            assert!(unclear.starts_with("各分项四舍五入，"), "{unclear}");
        }
    }
}
