//! How a member came to the branch, left it and became a full one in the course of the year.
//!
//! ```text
//!   离开日期 2026-05-10   through May     转入日期 2026-06-12   from June     a month of another year: 0 before, 13 after
//! ```

use super::cell::{self, Day, shown};
use super::model::Member;
use super::sink::Sink;
use super::table::Line;
use crate::diag::{Code, Finding};
use crate::period::Period;
use crate::words::folded;
use crate::workbook::column;

/// 离开原因.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// 去世.
    Died,
    /// 转出.
    MovedOut,
    /// 出党.
    Expelled,
    /// 停止党籍.
    Suspended,
    /// 其他.
    Other,
}

/// Each reason with its word and what else is written for it. A longer text is taken if only one of them has its words in it.
const REASONS: [(Reason, &str, &[&str]); 5] = [
    (
        Reason::Died,
        "去世",
        &["病故", "逝世", "病逝", "死亡", "亡故", "已故", "身故", "去逝", "故去", "离世", "过世", "辞世", "离逝", "死了"],
    ),
    (
        Reason::MovedOut,
        "转出",
        &["调出", "迁出", "转走", "调走", "调离", "外调", "外转", "转移", "划出", "转往", "转至", "转到", "调往", "调至", "调到"],
    ),
    (Reason::Expelled, "出党", &["开除", "除名", "劝退", "退党", "自行脱党", "脱党", "取消预备", "清退"]),
    (Reason::Suspended, "停止党籍", &["停籍", "停党籍", "暂停党籍"]),
    (Reason::Other, "其他", &["其它", "其他原因"]),
];

impl Reason {
    /// What a clerk means by a folded text.
    fn read(text: &str) -> Option<Self> {
        let exact = REASONS.iter().find(|(_, word, others)| *word == text || others.contains(&text));
        if let Some((reason, ..)) = exact {
            return Some(*reason);
        }
        let mut found = REASONS.iter().filter(|(_, word, others)| text.contains(word) || others.iter().any(|other| text.contains(other)));
        let (reason, ..) = found.next()?;
        found.next().is_none().then_some(*reason)
    }

    /// Its word.
    pub fn zh(self) -> &'static str {
        REASONS.iter().find(|(reason, ..)| *reason == self).map_or("", |(_, word, _)| word)
    }

    /// The words that the closed list has.
    pub fn words() -> impl Iterator<Item = &'static str> {
        REASONS.iter().map(|(_, word, _)| *word)
    }
}

/// What the roster and the register say of a member's coming and going, and what other branches' rosters say of his moves.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// 离开日期.
    pub left: Option<Day>,
    /// 离开原因.
    pub reason: Option<Reason>,
    /// Month of leaving, 0 before this year; none for one who has not left within it.
    pub left_month: Option<u8>,
    /// He left because his branch was dissolved or merged into another, as the register says.
    pub with_branch: bool,
    /// 转正日期.
    pub confirmed: Option<Day>,
    /// Month of 转正日期, 0 before this year and 13 after it.
    pub confirmed_month: Option<u8>,
    /// 转入日期.
    pub arrived: Option<Day>,
    /// 原支部.
    pub former: Option<Box<str>>,
    /// A date alone sets the first month, or the last one.
    pub dated: (bool, bool),
    /// What the rosters of other branches add; known when all files are.
    pub moved: Option<Box<Moved>>,
}

/// One membership of somebody who changed branches in the course of the year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Months in which earlier branches expected him and whose entries count here, a bit each: bit 1 is January.
    pub earlier: u16,
    /// Those branches, with their months.
    pub from: Vec<String>,
    /// The earlier branch's submission is missing or returned: nothing can be worked out that looks at months before his first here.
    pub waiting: Option<String>,
    /// First month in which a later branch expects him, and that branch.
    pub onward: Option<(u8, String)>,
    /// The month at whose end an earlier branch no longer counts him, and this one does.
    pub counted_from: Option<u8>,
    /// Each branch scores its own months; else the last one scores the year.
    pub each: bool,
}

/// Who counts a member at the end of a period: everybody is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    /// This branch.
    #[default]
    Here,
    /// Another branch of his, that he came from or went to.
    Elsewhere,
    /// None: he has left.
    Left,
}

/// The month of a day as seen from a year: 0 before it, 13 after it.
fn month_in(day: Day, year: i32) -> u8 {
    let (own, month) = match day {
        Day::Known(date) => (chrono::Datelike::year(&date), chrono::Datelike::month(&date)),
        Day::Month(own, month) => (own, month),
    };
    match own.cmp(&year) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => month as u8,
        std::cmp::Ordering::Greater => 13,
    }
}

/// First month of one who comes with a merged branch, by his identity number or by 原支部.
pub type Arrival<'a> = dyn Fn(Option<&str>, Option<&str>) -> Option<u8> + Sync + 'a;

/// Months of the branch itself, and who joins it with another one.
#[derive(Clone, Copy)]
pub struct Tenure<'a> {
    /// From which month the branch exists.
    pub first_month: u8,
    /// Through which.
    pub last_month: u8,
    /// Who comes with a merged branch, and when.
    pub arrival: &'a Arrival<'a>,
}

impl Tenure<'static> {
    /// That of a branch which exists all year.
    pub const WHOLE_YEAR: Self = Self { first_month: 1, last_month: 12, arrival: &|_, _| None };
}

/// Reads what a row says of coming and going, and sets the months that follow from it. `written` are 起始月 and 截止月.
pub fn read(
    line: &Line<'_>,
    (date_1904, year): (bool, i32),
    member: &mut Member,
    written: (Option<u8>, Option<u8>),
    tenure: Tenure<'_>,
    sink: &mut Sink,
) {
    let day = |sink: &mut Sink, heading: &str| {
        cell::date_as_shown(line.get(heading), date_1904).unwrap_or_else(|code| {
            sink.push(line.finding(code, heading, sink));
            None
        })
    };
    let mut course = Course { left: day(sink, column::LEFT), arrived: day(sink, column::ARRIVED), ..Course::default() };
    course.confirmed = day(sink, column::CONFIRMED);
    course.confirmed_month = course.confirmed.map(|day| month_in(day, year));
    course.reason = read_reason(line, sink);
    course.former = match cell::text(line.get(column::FORMER_BRANCH)) {
        Ok(text) => text.filter(|text| !cell::is_nothing(&folded(text))).map(Into::into),
        Err(code) => {
            sink.push(line.finding(code, column::FORMER_BRANCH, sink));
            None
        }
    };
    let (mut first, mut last) = (written.0, written.1);
    let contradiction = |sink: &mut Sink, heading: &str, why: &str, other: String| {
        sink.push(line.finding(Code::LeaveDatesContradict, heading, sink).arg("why", why).arg("other", other).arg("name", &member.name));
    };
    if let Some(month) = course.arrived.map(|day| month_in(day, year)) {
        match first {
            Some(first) if first != month.max(1) => contradiction(sink, column::ARRIVED, "first", first.to_string()),
            Some(_) => {}
            None => (first, course.dated.0) = (Some(month.max(1)), month > 0),
        }
    }
    if let Some(month) = course.left.map(|day| month_in(day, year)) {
        let within = month.min(12);
        match last {
            Some(last) if last != within => contradiction(sink, column::LEFT, "last", last.to_string()),
            Some(_) => {}
            None => (last, course.dated.1) = (Some(within), month < 13),
        }
        if month < 13 {
            course.left_month = Some(month);
        }
    }
    let before = |a: Day, b: Day| match (a, b) {
        (Day::Known(a), Day::Known(b)) => a < b,
        _ => (year_of(a), month_of(a)) < (year_of(b), month_of(b)),
    };
    if let (Some(left), Some(arrived)) = (course.left, course.arrived)
        && before(left, arrived)
    {
        contradiction(sink, column::LEFT, "order", line.get(column::ARRIVED).map(shown).unwrap_or_default());
    }
    let arrival = (tenure.arrival)(member.id.as_deref(), course.former.as_deref());
    // The branch's own months bound those that nobody gives; and nobody is expected in a branch that is not there.
    let own_last = tenure.last_month < 12 && last.is_none_or(|last| last > tenure.last_month);
    member.first_month = first.or(arrival).unwrap_or(tenure.first_month).max(tenure.first_month);
    member.last_month = last.map_or(tenure.last_month, |last| last.min(tenure.last_month));
    if own_last && course.reason != Some(Reason::Died) {
        course.left_month = Some(tenure.last_month);
        course.with_branch = true;
    } else if course.left.is_none() && course.reason.is_some() {
        course.left_month = Some(member.last_month);
    }
    member.course = course;
}

fn year_of(day: Day) -> i32 {
    match day {
        Day::Known(date) => chrono::Datelike::year(&date),
        Day::Month(year, _) => year,
    }
}

fn month_of(day: Day) -> u32 {
    match day {
        Day::Known(date) => chrono::Datelike::month(&date),
        Day::Month(_, month) => month,
    }
}

fn read_reason(line: &Line<'_>, sink: &mut Sink) -> Option<Reason> {
    let word = line.word(column::LEAVING_REASON);
    if cell::is_nothing(&word) {
        return None;
    }
    let read = Reason::read(&word);
    if read.is_none() {
        let allowed = Reason::words().collect::<Vec<_>>().join("、");
        sink.push(line.finding(Code::UnknownValue, column::LEAVING_REASON, sink).arg("allowed", allowed));
    }
    read
}

/// 预备 with a 转正日期 on or before the run's end: the date is taken.
pub fn check_status(line: &Line<'_>, run: Period, member: &Member, sink: &mut Sink) {
    if member.written_probationary && !member.is_probationary(run) {
        let date = line.get(column::CONFIRMED).map(shown).unwrap_or_default();
        sink.push(
            Finding::new(Code::StatusDiffers, line.place(column::STATUS, sink))
                .value(line.shown(column::STATUS).unwrap_or_default())
                .arg("name", &member.name)
                .arg("date", date),
        );
    }
}

impl Member {
    /// The month at whose end he is no longer here. Who goes with a dissolved branch is a member through its last month.
    pub fn gone_from(&self) -> Option<u8> {
        self.course.left_month.map(|month| month + u8::from(self.course.with_branch))
    }

    /// He had left by the end of the period: 离开日期 or 离开原因 says so, or his branch was dissolved.
    pub fn has_left(&self, period: Period) -> bool {
        self.gone_from().is_some_and(|month| month <= period.last_month())
    }

    /// 去世, whenever.
    pub fn is_dead(&self) -> bool {
        self.course.reason == Some(Reason::Died)
    }

    /// Another branch expects him by the end of the period.
    pub fn has_moved_on(&self, period: Period) -> bool {
        let onward = self.course.moved.as_ref().and_then(|moved| moved.onward.as_ref());
        onward.is_some_and(|(month, _)| *month <= period.last_month())
    }

    /// Whose roll he is on at the end of the period. Of several branches that list one person in the course of the year one counts
    /// him: the earlier one until he leaves it, then the next.
    pub fn roll(&self, period: Period) -> Roll {
        let moved = self.course.moved.as_ref();
        let awaited = moved.and_then(|moved| moved.counted_from).is_some_and(|month| period.last_month() < month);
        let has_left = self.has_left(period);
        if awaited || self.has_moved_on(period) || (has_left && moved.is_some_and(|moved| moved.onward.is_some())) {
            Roll::Elsewhere
        } else if has_left {
            Roll::Left
        } else {
            Roll::Here
        }
    }

    /// He belongs to the roll of the branch at the end of the period.
    pub fn is_on_roll(&self, period: Period) -> bool {
        self.roll(period) == Roll::Here
    }

    /// What is posted for the period names him: he was there until its end.
    pub fn is_posted(&self, period: Period) -> bool {
        !self.is_dead() && !self.has_moved_on(period) && self.course.left_month.is_none_or(|month| period.last_month() <= month)
    }

    /// 预备党员 at the end of the period: 转正日期 decides from its month on, else 党员状态.
    pub fn is_probationary(&self, period: Period) -> bool {
        self.course.confirmed_month.map_or(self.written_probationary, |month| month > period.last_month())
    }

    /// 预备党员 in some month of the period.
    pub fn was_probationary(&self, period: Period) -> bool {
        self.course.confirmed_month.map_or(self.written_probationary, |month| month > period.first_month())
    }

    /// The month of the period in which he became a full member.
    pub fn confirmed_in(&self, period: Period) -> Option<u8> {
        self.course.confirmed_month.filter(|month| (period.first_month()..=period.last_month()).contains(month))
    }

    /// True if an entry of the period counts here: he was expected here, or in an earlier branch of his whose entries count.
    pub fn counts_in(&self, period: Period) -> bool {
        self.expected_in(period) || (period.first_month()..=period.last_month()).any(|month| self.counts_elsewhere(month))
    }

    fn counts_elsewhere(&self, month: u8) -> bool {
        self.course.moved.as_ref().is_some_and(|moved| moved.earlier & (1 << month) != 0)
    }

    /// True if he was expected, here or in an earlier branch, in every month of the period.
    pub fn counts_throughout(&self, period: Period) -> bool {
        let here = self.first_month..=self.last_month;
        (period.first_month()..=period.last_month()).all(|month| here.contains(&month) || self.counts_elsewhere(month))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_why_somebody_left_as_clerks_write_it() {
        for (written, reason) in [
            ("去世", Reason::Died),
            ("病故", Reason::Died),
            ("因病去世", Reason::Died),
            ("2026年5月病逝", Reason::Died),
            ("转出", Reason::MovedOut),
            ("组织关系转出", Reason::MovedOut),
            ("调出到县医院党支部", Reason::MovedOut),
            ("开除党籍", Reason::Expelled),
            ("自行脱党除名", Reason::Expelled),
            ("停止党籍", Reason::Suspended),
            ("其它", Reason::Other),
        ] {
            assert_eq!(Reason::read(written), Some(reason), "{written}");
        }
        for unclear in ["外出务工", "转出后去世", "退休", "？"] {
            assert_eq!(Reason::read(unclear), None, "{unclear}");
        }
    }

    fn member(first: u8, last: u8, course: Course) -> Member {
        Member { first_month: first, last_month: last, course, ..Member::named(1, "甲", "农村党员", 0) }
    }

    fn period(text: &str) -> Period {
        Period::parse(text).expect("a period")
    }

    #[test]
    fn one_who_left_is_on_the_boards_that_end_before() {
        let left = member(1, 5, Course { left_month: Some(5), ..Course::default() });
        assert!(!left.has_left(period("一季度")) && left.is_posted(period("一季度")) && left.is_posted(period("5月")));
        assert!(left.has_left(period("5月")) && left.has_left(period("二季度")) && !left.is_posted(period("二季度")));
        let dead = member(1, 5, Course { left_month: Some(5), reason: Some(Reason::Died), ..Course::default() });
        assert!(!dead.is_posted(period("一季度")));
    }

    #[test]
    fn everybody_is_on_one_roll() {
        let moved = |moved: Moved| Some(Box::new(moved));
        let onward = Some((7, "0102".to_owned()));
        let earlier = member(1, 6, Course { left_month: Some(6), moved: moved(Moved { onward, ..Moved::default() }), ..Course::default() });
        let later = member(7, 12, Course { moved: moved(Moved { counted_from: Some(6), ..Moved::default() }), ..Course::default() });
        for (run, rolls) in [
            ("一季度", [Roll::Here, Roll::Elsewhere]),
            ("上半年", [Roll::Elsewhere, Roll::Here]),
            ("三季度", [Roll::Elsewhere, Roll::Here]),
        ] {
            assert_eq!([&earlier, &later].map(|one| one.roll(period(run))), rolls, "{run}");
        }
        let alone = member(1, 6, Course { left_month: Some(6), ..Course::default() });
        assert_eq!(["5月", "6月"].map(|run| alone.roll(period(run))), [Roll::Here, Roll::Left]);
        let with_branch = member(1, 6, Course { left_month: Some(6), with_branch: true, ..Course::default() });
        assert_eq!(["6月", "7月"].map(|run| with_branch.roll(period(run))), [Roll::Here, Roll::Left]);
    }

    #[test]
    fn the_day_of_becoming_full_decides_from_its_month_on() {
        for written in [true, false] {
            let one = Member { written_probationary: written, ..member(1, 12, Course { confirmed_month: Some(8), ..Course::default() }) };
            assert!(one.is_probationary(period("7月")) && !one.is_probationary(period("8月")) && !one.is_probationary(Period::YEAR));
            assert!(one.was_probationary(Period::YEAR) && !one.was_probationary(period("8月")));
            assert_eq!(one.confirmed_in(Period::YEAR), Some(8));
            assert_eq!(one.confirmed_in(period("二季度")), None);
        }
    }

    #[test]
    fn months_in_earlier_branches_count_and_are_not_expected_here() {
        let moved = Moved { earlier: 0b11_1110, ..Moved::default() };
        let one = member(7, 12, Course { moved: Some(Box::new(moved)), ..Course::default() });
        assert!(one.counts_in(period("5月")) && !one.expected_in(period("5月")) && !one.counts_in(period("6月")));
        assert!(!one.counts_throughout(Period::YEAR) && one.counts_throughout(period("一季度")));
    }
}
