//! Which rows the filled sheet has: the template's rows, once per record, per nested row and per page.

use crate::form::data::{Datum, Record};
use crate::template::Slot;
use crate::template::plan::{Condition, Segment, SheetPlan};

/// A row of the filled sheet: a row of the template and whose values it shows.
#[derive(Clone, Copy)]
pub(super) struct OutRow<'a> {
    /// Zero-based row of the template.
    pub template: u32,
    /// Rows written together, once: the head, one record, the foot of a page.
    pub run: u32,
    pub page: u32,
    pub record: Option<&'a Record>,
    /// Its place among the sheet's records.
    pub index: u32,
    /// How many records stand beside each other, this one among them.
    pub count: u32,
    pub nested: Option<&'a Record>,
    /// Which element of its nested list.
    pub nested_index: u32,
    /// How it is written.
    pub mode: Mode,
    pub break_before: bool,
    pub keep: bool,
    /// The first row of a record on a page of its own.
    pub bookmark: Option<&'a Datum>,
    /// Rows of the template left out directly below: the last of them, whose lower edge this row takes over.
    pub lost_below: Option<u32>,
    /// Above it stands another copy of the same repeat, whose first and last row are these.
    pub copy_above: Option<(u32, u32)>,
    /// Below it, likewise.
    pub copy_below: Option<(u32, u32)>,
}

/// How a row is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Full,
    /// Ruled, without values; its drawn texts stay where the block has several rows, for then they are labels.
    Ruled {
        labels: bool,
    },
    /// The one line of an empty list: 无 in its first field.
    None,
}

/// How many records and ruled blocks stand on each page, where the layout has told.
pub(super) type Cuts = [Cut];

/// What stands on one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub records: usize,
    pub ruled: usize,
}

/// Records that stand on one page.
pub(super) struct Page<'a> {
    pub records: Vec<&'a Record>,
    /// Ruled blocks behind them.
    pub ruled: usize,
    /// Place among the groups of the sheet; pages of one group follow each other.
    pub group: usize,
}

/// No office opens more rows.
const MOST: usize = 1_048_576;

struct Laying<'a, 'p> {
    plan: &'p SheetPlan,
    data: &'a Record,
    out: Vec<OutRow<'a>>,
    run: u32,
    page: u32,
}

/// One writing of a stretch of rows.
#[derive(Clone, Copy)]
struct Writing<'a> {
    record: Option<&'a Record>,
    index: u32,
    count: u32,
    mode: Mode,
    keep_first: bool,
    keep_rest: bool,
    bookmark: Option<&'a Datum>,
    page_break: bool,
}

const PLAIN: Writing<'static> =
    Writing { record: None, index: 0, count: 1, mode: Mode::Full, keep_first: false, keep_rest: false, bookmark: None, page_break: false };

pub(super) fn lay<'a>(plan: &SheetPlan, data: &'a Record, records: &[&'a Record], cuts: Option<&Cuts>) -> (Vec<OutRow<'a>>, Vec<Page<'a>>) {
    let mut laying = Laying { plan, data, out: Vec::with_capacity(plan.rows.len() + records.len() * 2), run: 0, page: 0 };
    let Some(main) = plan.main else {
        plan.segments.iter().for_each(|segment| laying.other(segment, false));
        return (laying.out, vec![Page { records: records.to_vec(), ruled: 0, group: 0 }]);
    };
    plan.segments[..main].iter().for_each(|segment| laying.other(segment, false));
    let pages = pages(plan, records, cuts);
    let block = &plan.segments[main];
    let tail = &plan.segments[main + 1..];
    let mut written = 0;
    for (index, page) in pages.iter().enumerate() {
        laying.page = index as u32;
        let start = laying.out.len();
        for (place, beside) in page.records.chunks(plan.across.max(1)).enumerate() {
            let (record, count) = (beside[0], beside.len() as u32);
            let bookmark = block.bookmark.filter(|_| plan.per_page == Some(1)).and_then(|field| record.fields.get(field));
            let page_break = index > 0 && place == 0;
            let how = Writing { record: Some(record), index: written, count, keep_rest: true, bookmark, page_break, ..PLAIN };
            laying.write_beside(block, how, beside);
            written += count;
        }
        let missing = page.ruled;
        let labels = block.last > block.first;
        for place in 0..missing {
            let page_break = index > 0 && place == 0 && page.records.is_empty();
            laying.write(block, Writing { mode: Mode::Ruled { labels }, keep_rest: true, page_break, ..PLAIN });
        }
        if page.records.is_empty() && missing == 0 {
            laying.write(block, Writing { mode: Mode::None, keep_rest: true, ..PLAIN });
        }
        laying.mark_copies(start, block.first, block.last);
        if plan.footer_each_page || index + 1 == pages.len() {
            for segment in tail {
                laying.other(segment, true);
            }
        }
    }
    (laying.out, pages)
}

/// Cuts the records where the page ends or the group changes.
fn pages<'a>(plan: &SheetPlan, records: &[&'a Record], cuts: Option<&Cuts>) -> Vec<Page<'a>> {
    let mut out: Vec<Page<'a>> = Vec::new();
    let mut group = 0;
    let mut ends = cuts.unwrap_or_default().iter().scan(0, |end, cut| {
        *end += cut.records;
        Some(*end)
    });
    let mut end = ends.next();
    for (index, record) in records.iter().enumerate() {
        let changed = index > 0 && changes(plan, records[index - 1], record);
        group += usize::from(changed);
        let full = end.is_some_and(|end| index >= end);
        if full {
            end = ends.next();
        }
        match out.last_mut() {
            // Records beside each other stay together.
            Some(page)
                if !changed
                    && !full
                    && plan
                        .per_page
                        .is_none_or(|most| page.records.len() < most || !page.records.len().is_multiple_of(plan.across.max(1))) =>
            {
                page.records.push(record);
            }
            _ => out.push(Page { records: vec![record], ruled: 0, group }),
        }
    }
    if out.is_empty() {
        out.push(Page { records: Vec::new(), ruled: 0, group: 0 });
    }
    for (index, page) in out.iter_mut().enumerate().filter(|_| plan.pad) {
        page.ruled = match (cuts.and_then(|cuts| cuts.get(index)), plan.per_page) {
            (Some(cut), _) => cut.ruled,
            // Until the page is known one shows how high they are.
            (None, Some(most)) => most.saturating_sub(page.records.len()).min(1),
            (None, None) => 1,
        };
    }
    out
}

/// Whether a new page begins between two records.
pub(super) fn changes(plan: &SheetPlan, one: &Record, two: &Record) -> bool {
    plan.page_per.is_some_and(|field| one.fields.get(field) != two.fields.get(field))
}

impl<'a> Laying<'a, '_> {
    /// Rows beside the main block: written once, or a block of another list.
    fn other(&mut self, segment: &Segment, below: bool) {
        let Some(list) = segment.list else {
            return self.write(segment, Writing { keep_first: below, keep_rest: below, ..PLAIN });
        };
        let records = self.data.lists.get(list).map_or(&[][..], Vec::as_slice);
        let start = self.out.len();
        for record in records {
            self.write(segment, Writing { record: Some(record), keep_rest: true, ..PLAIN });
        }
        if records.is_empty() {
            self.write(segment, Writing { mode: Mode::None, keep_rest: true, ..PLAIN });
        }
        self.mark_copies(start, segment.first, segment.last);
    }

    fn write(&mut self, segment: &Segment, how: Writing<'a>) {
        self.write_beside(segment, how, how.record.as_slice());
    }

    /// A row that one of these records asks for stands for all of them.
    fn write_beside(&mut self, segment: &Segment, how: Writing<'a>, beside: &[&'a Record]) {
        let start = self.out.len();
        let mut row = segment.first;
        while row <= segment.last {
            let Some(drawn) = self.plan.rows.get(row as usize) else { break };
            let Some(nested) = drawn.nested.map(|nested| self.plan.nested[nested]) else {
                self.row(row, None, 0, (how, beside), start);
                row += 1;
                continue;
            };
            let elements = how.record.and_then(|record| record.lists.get(nested.list)).map_or(&[][..], Vec::as_slice);
            let first = self.out.len();
            for (index, element) in elements.iter().enumerate() {
                (nested.first..=nested.last).for_each(|row| self.row(row, Some(element), index as u32, (how, beside), start));
            }
            if elements.is_empty() {
                let mode = if how.mode == Mode::Full { Mode::None } else { how.mode };
                (nested.first..=nested.last).for_each(|row| self.row(row, None, 0, (Writing { mode, ..how }, beside), start));
            }
            self.mark_copies(first, nested.first, nested.last);
            row = nested.last + 1;
        }
        if let Some(first) = self.out.get_mut(start) {
            first.break_before |= how.page_break;
            first.keep = how.keep_first && !first.break_before;
            first.bookmark = how.bookmark;
        }
        self.run += 1;
    }

    fn row(
        &mut self,
        template: u32,
        nested: Option<&'a Record>,
        nested_index: u32,
        (how, beside): (Writing<'a>, &[&'a Record]),
        start: usize,
    ) {
        let drawn = &self.plan.rows[template as usize];
        let stays = drawn.conditions.iter().all(|condition| match condition {
            Condition::List(list) => self.data.lists.get(list).is_some_and(|list| !list.is_empty()),
            Condition::Field(Slot::Root(field)) => self.data.fields.get(field).is_some_and(|value| *value != Datum::Empty),
            // A ruled row has no values to ask for.
            Condition::Field(Slot::Record(field)) => beside.is_empty() || beside.iter().any(|record| has(record, field)),
            // In an empty list nothing has a value; only a ruled row has none to ask for.
            Condition::Field(Slot::Nested(field)) => nested.map_or(how.record.is_none(), |record| has(record, field)),
            Condition::Field(_) | Condition::Any { .. } => true,
        });
        if !stays {
            if let Some(above) = self.out[start..].last_mut() {
                above.lost_below = Some(template);
            }
            return;
        }
        if self.out.len() >= MOST {
            return;
        }
        let break_before = drawn.break_before && !self.out.is_empty();
        self.out.push(OutRow {
            template,
            run: self.run,
            page: self.page,
            record: how.record,
            index: how.index,
            count: how.count,
            nested,
            nested_index,
            mode: how.mode,
            break_before,
            // A record higher than its page is parted between its nested rows.
            keep: how.keep_rest && !break_before && !(self.plan.whole && nested_index > 0),
            bookmark: None,
            lost_below: None,
            copy_above: None,
            copy_below: None,
        });
    }

    /// Tells neighbouring copies of one repeat of each other: the rule between them is the lighter of the two
    /// drawn, so that a frame around the block stays around all of them.
    fn mark_copies(&mut self, start: usize, first: u32, last: u32) {
        for index in start + 1..self.out.len() {
            let (above, below) = (&self.out[index - 1], &self.out[index]);
            let next_copy = above.run != below.run || above.nested_index != below.nested_index;
            let inside = |row: &OutRow<'_>| (first..=last).contains(&row.template);
            if next_copy && inside(above) && inside(below) && above.copy_below.is_none() {
                self.out[index - 1].copy_below = Some((first, last));
                self.out[index].copy_above = Some((first, last));
            }
        }
    }
}

fn has(record: &Record, field: &str) -> bool {
    record.fields.get(field).is_some_and(|value| *value != Datum::Empty)
}
