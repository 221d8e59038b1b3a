//! The typed submission: compact, because one is kept for every branch until its forms are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{CellRef, Place};
use crate::exact::{Decimal, Exact};
use crate::period::Period;
use crate::sheet::Book;
use crate::workbook::column;

use super::Cover;
pub use super::cell::Day;
use super::course::Course;

/// A cell of a submission in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Index into [`Submission::sheets`].
    pub sheet: u16,
    /// Zero-based column.
    pub column: u16,
    /// Zero-based row.
    pub row: u32,
}

/// A mark of a submission: thousandths in 32 bits, or nothing. Scheme files are held to limits that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(i32);

impl Mark {
    /// Nothing entered.
    pub const NONE: Self = Self(i32::MIN);
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Packs a number; `None` where it has more than three decimals or is beyond two million.
    pub fn new(value: Decimal) -> Option<Self> {
        let shift = u32::try_from(3 + i32::from(value.exponent())).ok()?;
        let units = value.mantissa().checked_mul(10i64.checked_pow(shift)?)?;
        i32::try_from(units).ok().filter(|units| *units != i32::MIN).map(Self)
    }

    /// The number as written.
    pub fn decimal(self) -> Option<Decimal> {
        (self != Self::NONE).then(|| Decimal::new(i64::from(self.0), -3))
    }

    /// Thousandths, nothing as zero: sums of marks are sums of these.
    pub fn thousandths(self) -> i64 {
        if self == Self::NONE { 0 } else { i64::from(self.0) }
    }

    /// A sum of thousandths as a score.
    pub fn exact_sum(thousandths: i64) -> Exact {
        Exact::from(Decimal::new(thousandths, -3))
    }
}

/// One branch's submission.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// Name of the file in the inbox.
    pub file: Arc<str>,
    /// Names of its sheets.
    pub sheets: Vec<Arc<str>>,
    /// The file of each sheet, where it came in several.
    pub files: Vec<Arc<str>>,
    /// Files of other branches that something of members who moved was carried from: those of the last of `sheets`.
    pub carried: Vec<Arc<str>>,
    /// Sheets that are no part of a submission, by position.
    pub ignored: Vec<usize>,
    /// Rows, with the position of their sheet, that are taken from another file of the branch; while it is read.
    pub passed_over: Vec<(u16, u32)>,
    /// 支部信息.
    pub cover: Cover,
    /// 党员名册, in its order.
    pub members: Vec<Member>,
    /// Tables of the roster: their first row, and their columns by heading.
    pub roster_columns: Vec<(u32, BTreeMap<String, u16>)>,
    /// 积分登记, in the order of member, period and scorer.
    pub entries: Vec<Entry>,
    /// Sheets that entries were looked for on.
    pub entry_tables: Vec<ServingTable>,
    /// Sheets that ballots were looked for on.
    pub poll_tables: Vec<ServingTable>,
    /// Members with a row whose period could not be read; what seems to be missing may be that row.
    pub unreadable: std::collections::BTreeSet<u32>,
    /// Where a scheme's items stand in a table, and under one of its periods: how many rows below the entry's, and in
    /// which column; items the table lacks are `None`.
    pub layouts: Vec<Layout>,
    /// Votes on each member that something was read of; in the order of `members`. See [`Submission::vote`].
    pub ballots: Vec<Vec<Ballots>>,
    /// 奖惩.
    pub adjustments: Vec<Adjustment>,
    /// 一票否决.
    pub vetoes: Vec<Fact>,
    /// 评优推荐.
    pub nominations: Vec<Nomination>,
    /// Periods for which something is written in a column that counts, each with the scheme of whom it is about.
    pub written: std::collections::BTreeSet<(usize, Period)>,
    /// What only the year's run scores, ballots, 奖惩 and 一票否决, was read and holds no error.
    pub year_read: bool,
    /// The scheme by which the branch itself is scored, as an index into the workspace's.
    pub branch_scheme: Option<usize>,
    /// 支部积分.
    pub branch_entries: Vec<BranchEntry>,
    /// Sheets that they were looked for on.
    pub branch_tables: Vec<ServingTable>,
    /// Rows of the roster, of the entries and of 支部积分 of which nobody can say what they are about.
    pub nameless: Nameless,
}

/// How many rows have a name, or an item, that is not there or cannot be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nameless {
    /// In 党员名册; they are no members.
    pub members: u32,
    /// In 积分登记.
    pub entries: u32,
    /// In 支部积分.
    pub branch_entries: u32,
}

/// One row of the roster.
#[derive(Clone, Debug)]
pub struct Member {
    /// 序号; the row's ordinal where none is given.
    pub seq: i64,
    /// 姓名, normalised.
    pub name: Arc<str>,
    /// 性别.
    pub sex: Option<Box<str>>,
    /// 民族.
    pub nation: Option<Box<str>>,
    /// 身份证号, only where it is valid.
    pub id: Option<Box<str>>,
    /// 出生日期.
    pub born: Option<Day>,
    /// 入党日期.
    pub joined: Option<Day>,
    /// 预备党员 by 党员状态; see [`Member::is_probationary`].
    pub written_probationary: bool,
    /// 类别.
    pub category: Arc<str>,
    /// 职务.
    pub post: Option<Box<str>>,
    /// First expected month, 1–12; 13 for one who comes after this year.
    pub first_month: u8,
    /// Last expected month, 1–12; 0 for one who left before this year.
    pub last_month: u8,
    /// How he came and went.
    pub course: Course,
    /// 免积分原因: the member is not scored.
    pub exempt: Option<Box<str>>,
    /// 直评等次: grade and stars given without a score.
    pub direct_grade: Option<Box<str>>,
    /// See `direct_grade`.
    pub direct_stars: Option<u8>,
    /// 整改意愿 is not 否.
    pub willing: bool,
    /// 帮带人.
    pub helper: Option<Box<str>>,
    /// Scheme, as an index into the workspace's.
    pub scheme: usize,
    /// Where the name stands.
    pub at: Spot,
    /// Where the identity number stands, if the column is there.
    pub id_at: Option<Spot>,
    /// Where the birth date stands.
    pub born_at: Option<Spot>,
    /// Where the number stands.
    pub seq_at: Option<Spot>,
    /// The first member of the roster that this row repeats; such a row is not scored.
    pub repeats: Option<u32>,
}

impl Member {
    /// A member of whom only what results tell is known.
    pub fn named(seq: i64, name: &str, category: &str, scheme: usize) -> Self {
        Self {
            seq,
            name: name.into(),
            sex: None,
            nation: None,
            id: None,
            born: None,
            joined: None,
            written_probationary: false,
            category: category.into(),
            post: None,
            first_month: 1,
            last_month: 12,
            course: Course::default(),
            exempt: None,
            direct_grade: None,
            direct_stars: None,
            willing: true,
            helper: None,
            scheme,
            at: Spot { sheet: 0, column: 0, row: 0 },
            id_at: None,
            born_at: None,
            seq_at: None,
            repeats: None,
        }
    }

    /// True where the member is expected in some month of the period.
    pub fn expected_in(&self, period: Period) -> bool {
        period.overlaps(self.first_month, self.last_month)
    }

    /// Scored in a run over the period: expected in some month and not exempt.
    pub fn scored_in(&self, period: Period) -> bool {
        self.may_be_scored() && self.expected_in(period)
    }

    /// Scored in whatever period he is expected in: not exempt, and no second row of somebody.
    pub fn may_be_scored(&self) -> bool {
        self.exempt.is_none() && self.repeats.is_none()
    }
}

/// What was entered for one member and period by one scorer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Index into [`Submission::members`].
    pub member: u32,
    /// The period.
    pub period: Period,
    /// Entered by the member himself (自评) where the scheme has two scorers.
    pub own: bool,
    /// The day, where the scheme's rows are dated.
    pub day: Option<NaiveDate>,
    /// Sheet and row; the column is the name's.
    pub at: Spot,
    /// Where the items stand, as an index into [`Submission::layouts`].
    pub layout: u32,
    /// Marks by item of the member's scheme; deductions are stored at or below zero.
    pub marks: Box<[Mark]>,
    /// Why points were given or taken, by item of the member's scheme; items without a reason are left out.
    pub reasons: Box<[(u16, Box<str>)]>,
    /// 记录人 and 复核人, where the scheme asks for them.
    pub signed: Option<Box<[Box<str>; 2]>>,
    /// Something is entered for one of the items; a blank deduction and a zero are the same mark.
    pub written: bool,
}

impl Entry {
    /// Why this item's points were given or taken.
    pub fn reason(&self, item: usize) -> Option<&str> {
        self.reasons.iter().find(|(of, _)| usize::from(*of) == item).map(|(_, reason)| &**reason)
    }
}

/// Rows below the entry's and column, by item of the scheme.
pub type Layout = Box<[Option<(u32, u16)>]>;

/// A sheet that serves one category, or the rest.
#[derive(Clone, Debug)]
pub struct ServingTable {
    /// Index into [`Submission::sheets`].
    pub sheet: u16,
    /// The category; none for the plain sheet.
    pub category: Option<Box<str>>,
    /// Its headings allow rows to be read.
    pub usable: bool,
    /// Its columns by heading, if each row is about one period and has all items.
    pub columns: Vec<(Box<str>, u16)>,
    /// The row, zero-based, behind its last one.
    pub end: u32,
}

/// The table that serves a category.
pub fn table_for<'a>(tables: &'a [ServingTable], category: &str) -> Option<&'a ServingTable> {
    let own = tables.iter().find(|table| table.category.as_deref() == Some(category));
    own.or_else(|| tables.iter().find(|table| table.category.is_none()))
}

/// The ballots of one body on one member in one period.
#[derive(Clone, Debug)]
pub struct Ballots {
    /// Whose they are, as an index into the polls of the member's scheme.
    pub poll: u16,
    /// Of when.
    pub period: Period,
    /// How many that can be read.
    pub count: u32,
    /// How many that cannot; they are found already.
    pub faulty: u32,
    /// Sum of each poll column, in thousandths.
    pub sums: Box<[i64]>,
    /// Each of them, so that a figure can be followed to every cell.
    pub cast: Vec<Cast>,
    /// Columns of the sheet, by poll column.
    pub columns: Box<[u16]>,
}

impl Ballots {
    /// A vote that nothing is read of yet.
    pub fn of(poll: usize, period: Period) -> Self {
        Self { poll: poll as u16, period, count: 0, faulty: 0, sums: Box::default(), cast: Vec::new(), columns: Box::default() }
    }

    /// How many were cast, whether or not they can be read.
    pub fn cast_in_all(&self) -> u32 {
        self.count.saturating_add(self.faulty)
    }

    fn is(&self, poll: usize, period: Period) -> bool {
        usize::from(self.poll) == poll && self.period == period
    }

    /// Adds what another file, or another branch, holds of the same vote.
    pub fn add(&mut self, mut other: Self) {
        self.count += other.count;
        self.faulty = self.faulty.saturating_add(other.faulty);
        if self.sums.is_empty() {
            (self.sums, self.columns) = (other.sums, other.columns);
        } else {
            self.sums.iter_mut().zip(&other.sums).for_each(|(sum, own)| *sum += own);
        }
        self.cast.append(&mut other.cast);
    }
}

/// One ballot, or the sums of several from one row.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Row on the sheet; the column is the name's.
    pub at: Spot,
    /// By poll column.
    pub marks: Box<[Mark]>,
}

/// An award, discipline or criticism.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// Index into [`Submission::members`].
    pub member: u32,
    /// Index into the scheme's kinds.
    pub kind: usize,
    /// Index into the kind's levels.
    pub level: usize,
    /// 事由.
    pub reason: Box<str>,
    /// 日期.
    pub date: Option<Day>,
    /// 文号.
    pub number: Option<Box<str>>,
    /// Where the level stands.
    pub at: Spot,
}

/// A vetoing fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Index into [`Submission::members`].
    pub member: u32,
    /// Index into the scheme's facts.
    pub fact: usize,
    /// 依据.
    pub ground: Box<str>,
    /// 日期, as far as it is known.
    pub date: Option<Day>,
    /// Where it stands.
    pub at: Spot,
}

/// A nomination for an honour.
#[derive(Clone, Debug)]
pub struct Nomination {
    /// Index into [`Submission::members`].
    pub member: u32,
    /// Index into the scheme's honours.
    pub honour: usize,
    /// For which period.
    pub period: Period,
    /// Where the name stands.
    pub at: Spot,
}

/// One row of 支部积分.
#[derive(Clone, Debug)]
pub struct BranchEntry {
    /// Index into the branch rules' items.
    pub item: usize,
    /// The period.
    pub period: Period,
    /// 自评得分.
    pub own: Mark,
    /// 审核得分, which counts.
    pub reviewed: Mark,
    /// Where the reviewed mark stands.
    pub at: Spot,
}

impl Submission {
    /// Gives back the room that lists grew into while they were read: a county keeps thousands of submissions to the end.
    pub fn shrink(&mut self) {
        self.members.shrink_to_fit();
        self.entries.shrink_to_fit();
        for votes in &mut self.ballots {
            for ballots in votes.iter_mut() {
                ballots.cast.shrink_to_fit();
            }
            votes.shrink_to_fit();
        }
        self.ballots.shrink_to_fit();
        self.adjustments.shrink_to_fit();
        self.branch_entries.shrink_to_fit();
    }

    pub(super) fn new(file: Arc<str>, book: &Book, cover: Cover) -> Self {
        let sheets = book.sheets.iter().map(|sheet| Arc::clone(&sheet.name)).collect();
        Self { sheets, cover, ..Self::of_roster(file, Vec::new()) }
    }

    /// A submission of which only the roster is known.
    pub fn of_roster(file: Arc<str>, members: Vec<Member>) -> Self {
        Self {
            file,
            sheets: Vec::new(),
            files: Vec::new(),
            passed_over: Vec::new(),
            carried: Vec::new(),
            ignored: Vec::new(),
            cover: Cover::default(),
            members,
            roster_columns: Vec::new(),
            entries: Vec::new(),
            entry_tables: Vec::new(),
            poll_tables: Vec::new(),
            unreadable: std::collections::BTreeSet::new(),
            layouts: Vec::new(),
            ballots: Vec::new(),
            adjustments: Vec::new(),
            vetoes: Vec::new(),
            nominations: Vec::new(),
            written: std::collections::BTreeSet::new(),
            year_read: false,
            branch_scheme: None,
            branch_entries: Vec::new(),
            branch_tables: Vec::new(),
            nameless: Nameless::default(),
        }
    }

    /// Every file that something is read of, the latest first.
    pub fn all_files(&self) -> Vec<Arc<str>> {
        let mut all = vec![Arc::clone(&self.file)];
        let others: std::collections::BTreeSet<&Arc<str>> = self.files.iter().filter(|file| **file != self.file).collect();
        all.extend(others.into_iter().cloned());
        all
    }

    /// A spot as a place for findings and traces.
    pub fn place(&self, spot: Spot) -> Place {
        let sheet = self.sheets.get(usize::from(spot.sheet)).cloned();
        if let Some(file) = self.carried_from(spot) {
            return Place { file: Some(Arc::clone(file)), sheet, cell: Some(CellRef { row: spot.row, column: spot.column }) };
        }
        Place {
            file: Some(Arc::clone(self.files.get(usize::from(spot.sheet)).unwrap_or(&self.file))),
            sheet,
            cell: Some(CellRef { row: spot.row, column: spot.column }),
        }
    }

    /// The vote of one body on a member in a period, if something of it was read.
    pub fn vote(&self, at: u32, poll: usize, period: Period) -> Option<&Ballots> {
        self.ballots.get(at as usize)?.iter().find(|ballots| ballots.is(poll, period))
    }

    /// The same to be added to, whether or not there is something of it yet.
    pub(super) fn vote_mut(&mut self, at: u32, poll: usize, period: Period) -> &mut Ballots {
        let votes = &mut self.ballots[at as usize];
        let found = votes.iter().position(|ballots| ballots.is(poll, period)).unwrap_or_else(|| {
            votes.push(Ballots::of(poll, period));
            votes.len() - 1
        });
        &mut votes[found]
    }

    /// True for one who is no longer counted with the others at the end of the period: he has left or moved on; or, in a
    /// year whose scheme polls once for all of it, his 截止月 has passed and nobody voted on him while others were voted on.
    pub fn has_gone(&self, at: u32, period: Period, polls: bool) -> bool {
        let member = &self.members[at as usize];
        member.has_left(period) || member.has_moved_on(period) || (polls && period == Period::YEAR && self.is_unpolled(at))
    }

    /// 截止月 alone says that he is gone, he has no ballot, and others of the branch have.
    pub fn is_unpolled(&self, at: u32) -> bool {
        let polled = |votes: &Vec<Ballots>| votes.iter().any(|ballots| ballots.period == Period::YEAR && ballots.cast_in_all() > 0);
        let member = &self.members[at as usize];
        member.last_month < 12
            && member.may_be_scored()
            && self.ballots.get(at as usize).is_some_and(|own| !polled(own))
            && self.ballots.iter().any(polled)
    }

    /// Entries of one member that count, by rising period.
    pub fn entries_of(&self, member: u32) -> &[Entry] {
        let first = self.entries.partition_point(|entry| entry.member < member);
        let last = self.entries.partition_point(|entry| entry.member <= member);
        &self.entries[first..last]
    }

    /// Where an item of an entry stands.
    pub fn mark_spot(&self, entry: &Entry, item: usize) -> Option<Spot> {
        let (below, column) = self.layouts.get(entry.layout as usize)?.get(item).copied().flatten()?;
        Some(Spot { column, row: entry.at.row + below, ..entry.at })
    }

    /// Where a member's value under a heading of the roster stands, if the roster has that column.
    pub fn roster_place(&self, member: &Member, heading: &str) -> Option<Place> {
        // The member's own table: not below him, with its names where his stands.
        let own =
            |(row, columns): &&(u32, BTreeMap<String, u16>)| *row <= member.at.row && columns.get(column::NAME) == Some(&member.at.column);
        let column = *self.roster_columns.iter().rev().find(own)?.1.get(heading)?;
        Some(self.place(Spot { column, ..member.at }))
    }

    /// 报出日期.
    pub fn reported(&self) -> Option<NaiveDate> {
        self.cover.reported
    }
}
