//! Conditional formats of a filled sheet: each rule over all cells that its drawn ones have become, worked out once. What a rule
//! makes of a cell goes into the cell's style and into marks; the rule itself goes into the workbook, over the grown ranges.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Sheet;
use super::rows::Mode;
use super::spans::{standing, stretches};
use crate::exact::{Decimal, Exact};
use crate::form::condition::{
    Axis, Bar, Bound, Comparison, Differential, Drawn, Icons, Kind, Mark, Part, Reference, Rule, TextTest, Written,
};
use crate::form::model::{Borders, Cell, Color, Horizontal, Range, Row, Style, StyleId, Value};
use crate::template::condition::{Cells, Found, Test};
use crate::template::plan::ConditionPlan;

/// What the rules have made of one cell so far.
#[derive(Default)]
struct Seen {
    look: Differential,
    /// A rule that is met keeps the rest from being asked.
    stopped: bool,
    bar: Option<Drawn>,
    icon: Option<Drawn>,
    /// The number is not shown.
    bare: bool,
}

type Place = (u32, u16);

/// Applies the rules of the plan: to the styles of cells, and as what the workbook and the pages get besides.
pub(super) fn apply(work: &Sheet<'_>, rows: &mut [Row], merges: &[Range], styles: &mut Vec<Style>) -> (Vec<Rule<Written>>, Vec<Mark>) {
    if work.plan.conditions.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let view = View { work, rows, standing: standing(work), kept: RefCell::default(), spelt: RefCell::default() };
    let covered = covered(merges);
    let mut seen: BTreeMap<Place, Seen> = BTreeMap::new();
    let mut out = Vec::new();
    for plan in &work.plan.conditions {
        let cells = view.cells(plan);
        let met = Met::new(&view, plan, &cells, &covered);
        for at in cells.iter().filter(|at| !covered.contains(at)) {
            let seen = seen.entry(*at).or_default();
            if !seen.stopped {
                met.apply(*at, seen);
            }
        }
        view.written(plan, &cells, &mut out);
    }
    let marks = marks(&seen);
    edges_of_neighbours(&mut seen, rows);
    restyle(seen, rows, styles);
    (out, marks)
}

/// An edge that a rule gives goes before the one that the cell on its other side is drawn with.
fn edges_of_neighbours(seen: &mut BTreeMap<Place, Seen>, rows: &[Row]) {
    let given: Vec<(Place, Borders)> =
        seen.iter().map(|(at, seen)| (*at, seen.look.borders)).filter(|(_, borders)| *borders != Borders::default()).collect();
    let there = |at: &Place| rows.get(at.0 as usize).is_some_and(|row| row.cells.binary_search_by_key(&at.1, |cell| cell.column).is_ok());
    for ((row, column), borders) in given {
        let beside = [
            (row.checked_sub(1).map(|row| (row, column)), Borders { bottom: borders.top, ..Borders::default() }),
            (Some((row + 1, column)), Borders { top: borders.bottom, ..Borders::default() }),
            (column.checked_sub(1).map(|column| (row, column)), Borders { right: borders.left, ..Borders::default() }),
            (Some((row, column + 1)), Borders { left: borders.right, ..Borders::default() }),
        ];
        for (at, borders) in beside.into_iter().filter_map(|(at, borders)| Some((at?, borders))) {
            if borders != Borders::default() && there(&at) {
                seen.entry(at).or_default().look.below(&Differential { borders, ..Differential::default() });
            }
        }
    }
}

fn marks(seen: &BTreeMap<Place, Seen>) -> Vec<Mark> {
    let of = |(at, seen): (&Place, &Seen)| {
        [seen.bar, seen.icon].into_iter().flatten().map(|what| Mark { row: at.0, column: at.1, what }).collect::<Vec<_>>()
    };
    seen.iter().flat_map(of).collect()
}

/// Cells below the first of a merged range, which show nothing.
fn covered(merges: &[Range]) -> BTreeSet<Place> {
    let inside = |range: &Range| {
        let range = *range;
        let all = (range.first_row..=range.last_row)
            .flat_map(move |row| (range.first_column..=range.last_column).map(move |column| (row, column)));
        all.filter(move |at| *at != (range.first_row, range.first_column))
    };
    merges.iter().flat_map(inside).collect()
}

/// Gives the cells their looks; one that looks as it did keeps its style.
fn restyle(seen: BTreeMap<Place, Seen>, rows: &mut [Row], styles: &mut Vec<Style>) {
    let mut known: HashMap<(StyleId, Differential, bool), StyleId> = HashMap::new();
    for ((row, column), mut seen) in seen {
        if seen.bare {
            seen.look.number_format = Some(";;;".to_owned());
        }
        let aside = seen.icon.is_some() && !seen.bare;
        let Some(row) = rows.get_mut(row as usize).filter(|_| aside || !seen.look.is_empty()) else { continue };
        let place = row.cells.partition_point(|cell| cell.column < column);
        if row.cells.get(place).is_none_or(|cell| cell.column != column) {
            row.cells.insert(place, Cell { column, style: StyleId(0), value: Value::Empty });
        }
        let cell = &mut row.cells[place];
        cell.style = *known.entry((cell.style, seen.look, aside)).or_insert_with_key(|(style, look, aside)| {
            let own = styles.get(style.0 as usize).cloned().unwrap_or_default();
            let mut over = look.over(&own);
            // What begins at the left makes room for its icon.
            if *aside && own.align.horizontal == Horizontal::Left {
                over.align.indent = over.align.indent.saturating_add(2);
            }
            let bare = Style { unconditional: None, ..over.clone() };
            if *over.written() == bare {
                return *style;
            }
            styles.push(over);
            StyleId(styles.len() as u32 - 1)
        });
    }
}

/// The filled sheet as rules see it.
struct View<'a, 'b> {
    work: &'b Sheet<'a>,
    rows: &'b [Row],
    /// For each row of the template the filled rows made of it.
    standing: Vec<Vec<u32>>,
    /// What functions came to that are the same for every cell, by their place in the plan.
    kept: RefCell<HashMap<usize, Found>>,
    /// How they read, likewise.
    spelt: RefCell<HashMap<usize, Vec<Part>>>,
}

impl View<'_, '_> {
    /// The filled cells of a rule, row by row. Ruled lines that nobody stands in are none of its.
    fn cells(&self, plan: &ConditionPlan) -> Vec<Place> {
        let mut cells: BTreeSet<Place> = BTreeSet::new();
        for area in &plan.rule.areas {
            let columns: Vec<u16> = self.columns(area.first_column, area.last_column).collect();
            for template in area.first_row..=area.last_row {
                let rows = self.standing.get(template as usize).into_iter().flatten();
                let full = rows.filter(|row| self.work.rows[**row as usize].mode == Mode::Full);
                cells.extend(full.flat_map(|row| columns.iter().map(move |column| (*row, *column))).filter(|at| self.holds(*at)));
            }
        }
        cells.into_iter().collect()
    }

    fn holds(&self, at: Place) -> bool {
        self.work.holds(&self.work.rows[at.0 as usize], &self.work.columns[usize::from(at.1)])
    }

    /// Filled columns made of a span of the template's.
    fn columns(&self, first: u16, last: u16) -> impl Iterator<Item = u16> + '_ {
        let within = move |column: &super::OutColumn<'_>| (first..=last).contains(&column.template);
        self.work.columns.iter().enumerate().filter(move |(_, column)| within(column)).map(|(place, _)| place as u16)
    }

    fn found(&self, at: Place) -> Found {
        let cell = self.rows.get(at.0 as usize).and_then(|row| {
            let place = row.cells.binary_search_by_key(&at.1, |cell| cell.column).ok()?;
            Some(&row.cells[place].value)
        });
        match cell {
            Some(Value::Number(number) | Value::Formula { result: number, .. }) => Found::Number(Exact::from(*number)),
            Some(Value::Date(serial)) => Found::Number(Exact::from(i64::from(*serial))),
            Some(Value::Truth(truth)) => Found::Truth(*truth),
            Some(Value::Text(text)) if !text.is_empty() => Found::Text(text.clone()),
            _ => Found::Blank,
        }
    }

    /// The filled rows that a row of the template means, as seen from a filled one: the same record's, or all.
    fn rows_of(&self, template: u32, fixed: bool, from: u32) -> Vec<u32> {
        let Some(all) = self.standing.get(template as usize) else { return Vec::new() };
        let here = &self.work.rows[from as usize];
        let (here_plan, there_plan) = (&self.work.plan.rows[here.template as usize], &self.work.plan.rows[template as usize]);
        let beside = |row: &&u32| {
            let there = &self.work.rows[**row as usize];
            there.run == here.run && (there_plan.nested.is_none() || there.nested_index == here.nested_index)
        };
        if fixed || there_plan.segment != here_plan.segment {
            let shown = |row: &&u32| self.work.rows[**row as usize].mode == Mode::Full;
            return all.iter().filter(shown).copied().collect();
        }
        all.iter().filter(beside).copied().collect()
    }

    /// The filled columns that a column of the template means; with `all` those of every record beside this one too.
    fn columns_of(&self, template: u16, (fixed, all): (bool, bool), from: u16) -> Vec<u16> {
        let column = |place: u16| &self.work.columns[usize::from(place)];
        let element = |place: u16| column(place).element.map(|(_, index)| index);
        let same = |place: u16| fixed || element(place).is_none() || element(place) == element(from);
        let beside = |place: u16| all || column(place).copy == column(from).copy;
        self.columns(template, template).filter(|place| same(*place) && beside(*place)).collect()
    }

    /// The filled rows and columns of a reference of a rule, as seen from a filled cell.
    fn targets(&self, plan: &ConditionPlan, at: Place, first: Reference, last: Reference) -> (Vec<u32>, Vec<u16>) {
        let (row, column) = (self.work.rows[at.0 as usize].template, self.work.columns[usize::from(at.1)].template);
        let line = |cell: Reference| if cell.row_fixed { cell.row } else { (cell.row + row).saturating_sub(plan.origin.row) };
        let across = |cell: Reference| {
            if cell.column_fixed {
                cell.column
            } else {
                (u32::from(cell.column) + u32::from(column)).saturating_sub(u32::from(plan.origin.column)) as u16
            }
        };
        let most = (self.standing.len() as u32).max(1) - 1;
        let mut rows: Vec<u32> = (line(first)..=line(last).min(most)).flat_map(|row| self.rows_of(row, first.row_fixed, at.0)).collect();
        rows.sort_unstable();
        let most = (self.work.plan.columns.len() as u16).max(1) - 1;
        let mut columns: Vec<u16> = (across(first)..=across(last).min(most))
            .flat_map(|column| self.columns_of(column, (first.column_fixed, first.column_fixed && first.row_fixed), at.1))
            .collect();
        columns.sort_unstable();
        (rows, columns)
    }

    /// The formulas of a rule for the workbook, cells grouped by formulas that read alike.
    fn written(&self, plan: &ConditionPlan, cells: &[Place], out: &mut Vec<Rule<Written>>) {
        let rule = &plan.rule;
        let whole = |formulas: Vec<Written>, cells: &[Place]| Rule {
            areas: areas(cells),
            kind: with_formulas(&rule.kind, formulas),
            look: rule.look.clone(),
            stop: rule.stop,
        };
        if cells.is_empty() {
            return;
        }
        let by_range = !matches!(rule.kind, Kind::Cell(..) | Kind::Formula(_) | Kind::Text(..) | Kind::Blank(_) | Kind::Error(_));
        if by_range {
            out.push(whole(Vec::new(), cells));
            return;
        }
        // A formula is written for the first cell, and that must be left of and above all others.
        let mut groups: Vec<(Vec<Written>, Vec<Place>)> = Vec::new();
        let mut known: HashMap<(u16, Vec<Vec<Shape>>), usize> = HashMap::new();
        let starts = starts(cells);
        for at in cells {
            let formulas: Vec<Written> = rule.formulas().iter().map(|formula| Written(self.text(plan, formula, *at))).collect();
            let shape: Vec<Vec<Shape>> =
                formulas.iter().map(|formula| formula.0.iter().map(|part| Shape::of(part, *at)).collect()).collect();
            let start = starts.get(at).copied().unwrap_or(at.1);
            let next = groups.len();
            let group = *known.entry((start, shape)).or_insert(next);
            if group == next {
                groups.push((formulas, Vec::new()));
            }
            groups[group].1.push(*at);
        }
        out.extend(groups.into_iter().map(|(formulas, cells)| whole(formulas, &cells)));
    }

    /// A formula as it reads in one filled cell.
    fn text(&self, plan: &ConditionPlan, formula: &Test, at: Place) -> Vec<Part> {
        let mut parts = Vec::new();
        self.spell(plan, formula, at, &mut parts);
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Text(text)), Part::Text(more)) => text.push_str(&more),
                (_, part) => joined.push(part),
            }
        }
        joined
    }

    fn spell(&self, plan: &ConditionPlan, formula: &Test, at: Place, out: &mut Vec<Part>) {
        let said = |out: &mut Vec<Part>, text: &str| out.push(Part::Text(text.to_owned()));
        match formula {
            Test::Number(number) => said(out, &number.to_string()),
            Test::Text(text) => said(out, &format!("\"{}\"", text.replace('"', "\"\""))),
            Test::Truth(truth) => said(out, if *truth { "TRUE" } else { "FALSE" }),
            Test::Cell(cell) => self.spell_cells(plan, (*cell, *cell), at, out),
            Test::Cells(first, last) => self.spell_cells(plan, (*first, *last), at, out),
            Test::Negative(inner) => {
                said(out, "-");
                self.bracketed(plan, inner, at, out);
            }
            Test::Pair(left, sign, right) => {
                self.bracketed(plan, left, at, out);
                said(out, sign.name());
                self.bracketed(plan, right, at, out);
            }
            Test::Call(word, _) if word.takes_many() && formula.is_fixed() => {
                let key = std::ptr::from_ref(formula).addr();
                let known = self.spelt.borrow().get(&key).cloned();
                out.extend(known.unwrap_or_else(|| {
                    let mut own = Vec::new();
                    self.spell_call(plan, formula, at, &mut own);
                    // More than a function takes is what it comes to.
                    if own.iter().filter(|part| matches!(part, Part::Cell(_))).count() > MOST_CELLS {
                        let value = formula.value(&Seat { view: self, plan, at }).text();
                        own = vec![Part::Text(value.unwrap_or_else(|| "(1/0)".to_owned()))];
                    }
                    self.spelt.borrow_mut().insert(key, own.clone());
                    own
                }));
            }
            Test::Call(..) => self.spell_call(plan, formula, at, out),
        }
    }

    fn spell_call(&self, plan: &ConditionPlan, formula: &Test, at: Place, out: &mut Vec<Part>) {
        let Test::Call(word, arguments) = formula else { return };
        let said = |out: &mut Vec<Part>, text: &str| out.push(Part::Text(text.to_owned()));
        said(out, word.name());
        said(out, "(");
        for (number, argument) in arguments.iter().enumerate() {
            if number > 0 {
                said(out, ",");
            }
            self.spell(plan, argument, at, out);
        }
        said(out, ")");
    }

    fn bracketed(&self, plan: &ConditionPlan, formula: &Test, at: Place, out: &mut Vec<Part>) {
        let loose = matches!(formula, Test::Pair(..) | Test::Negative(_));
        out.extend(loose.then(|| Part::Text("(".to_owned())));
        self.spell(plan, formula, at, out);
        out.extend(loose.then(|| Part::Text(")".to_owned())));
    }

    fn spell_cells(&self, plan: &ConditionPlan, (first, last): (Reference, Reference), at: Place, out: &mut Vec<Part>) {
        let (rows, columns) = self.targets(plan, at, first, last);
        let rows = stretches(rows.into_iter());
        let columns = stretches(columns.into_iter().map(u32::from));
        // A cell that was left out is no number and no text.
        if rows.is_empty() || columns.is_empty() {
            out.push(Part::Text("\"\"".to_owned()));
            return;
        }
        let (row_fixed, column_fixed) = (first.row_fixed, first.column_fixed);
        let cell = |row: u32, column: u32| Part::Cell(Reference { row, column: column as u16, row_fixed, column_fixed });
        let mut count = 0;
        for (top, bottom) in &rows {
            for (left, right) in &columns {
                out.extend((count > 0).then(|| Part::Text(",".to_owned())));
                out.push(cell(*top, *left));
                if (top, left) != (bottom, right) {
                    out.push(Part::Text(":".to_owned()));
                    out.push(cell(*bottom, *right));
                }
                count += 1;
            }
        }
    }
}

/// Cells that a function names one by one, or as ends of ranges, at most.
const MOST_CELLS: usize = 250;

/// A stretch of a formula as it is the same for cells that a rule may have together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Text(String),
    /// Row and column, each from the sheet's corner or from the cell.
    Cell(bool, i64, bool, i64),
}

impl Shape {
    fn of(part: &Part, at: Place) -> Self {
        match part {
            Part::Text(text) => Self::Text(text.clone()),
            Part::Cell(cell) => {
                let from = |fixed: bool, value: i64, here: i64| if fixed { value } else { value - here };
                let row = from(cell.row_fixed, i64::from(cell.row), i64::from(at.0));
                let column = from(cell.column_fixed, i64::from(cell.column), i64::from(at.1));
                Self::Cell(cell.row_fixed, row, cell.column_fixed, column)
            }
        }
    }
}

fn with_formulas(kind: &Kind<Test>, formulas: Vec<Written>) -> Kind<Written> {
    match kind {
        Kind::Cell(comparison, _) => Kind::Cell(*comparison, formulas),
        Kind::Formula(_) => Kind::Formula(formulas.into_iter().next().unwrap_or_default()),
        Kind::Text(asked, text) => Kind::Text(*asked, text.clone()),
        Kind::Blank(is) => Kind::Blank(*is),
        Kind::Error(is) => Kind::Error(*is),
        Kind::Top { rank, bottom, percent } => Kind::Top { rank: *rank, bottom: *bottom, percent: *percent },
        Kind::Average { above, equal } => Kind::Average { above: *above, equal: *equal },
        Kind::Repeated { unique } => Kind::Repeated { unique: *unique },
        Kind::Scale(points) => Kind::Scale(points.clone()),
        Kind::Bar(bar) => Kind::Bar(bar.clone()),
        Kind::Icons(icons) => Kind::Icons(icons.clone()),
    }
}

/// For each cell the column in which the run of cells begins that it stands in.
fn starts(cells: &[Place]) -> HashMap<Place, u16> {
    let mut starts = HashMap::new();
    let mut before: Option<(Place, u16)> = None;
    for at in cells {
        let start = match before {
            Some(((row, column), start)) if row == at.0 && column + 1 == at.1 => start,
            _ => at.1,
        };
        starts.insert(*at, start);
        before = Some((*at, start));
    }
    starts
}

/// Cells as ranges: neighbours in a row together, and equal ones of rows below each other.
fn areas(cells: &[Place]) -> Vec<Range> {
    let mut rows: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (row, column) in cells {
        rows.entry(*row).or_default().push(u32::from(*column));
    }
    let mut areas: Vec<Range> = Vec::new();
    let mut open: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    for (row, columns) in rows {
        for (first, last) in stretches(columns.into_iter()) {
            let key = (first as u16, last as u16);
            match open.get(&key).map(|at| &mut areas[*at]) {
                Some(area) if area.last_row + 1 == row => area.last_row = row,
                _ => {
                    open.insert(key, areas.len());
                    areas.push(Range { first_row: row, first_column: key.0, last_row: row, last_column: key.1 });
                }
            }
        }
    }
    areas
}

/// A rule with what it asks of its range as a whole.
struct Met<'a, 'b, 'c> {
    view: &'c View<'a, 'b>,
    plan: &'c ConditionPlan,
    /// The numbers of the range, the least first.
    numbers: Vec<Exact>,
    /// Their mean, where it is asked for.
    mean: Option<Exact>,
    /// Values that stand there more than once.
    twice: BTreeSet<String>,
}

impl<'a, 'b, 'c> Met<'a, 'b, 'c> {
    fn new(view: &'c View<'a, 'b>, plan: &'c ConditionPlan, cells: &[Place], covered: &BTreeSet<Place>) -> Self {
        let mut met = Self { view, plan, numbers: Vec::new(), mean: None, twice: BTreeSet::new() };
        let found = || cells.iter().filter(|at| !covered.contains(at)).map(|at| view.found(*at));
        match plan.rule.kind {
            Kind::Top { .. } | Kind::Average { .. } | Kind::Scale(_) | Kind::Bar(_) | Kind::Icons(_) => {
                met.numbers = found().filter_map(|found| if let Found::Number(number) = found { Some(number) } else { None }).collect();
                met.numbers.sort_unstable();
                if matches!(plan.rule.kind, Kind::Average { .. }) {
                    met.mean = met.numbers.iter().cloned().sum::<Exact>().checked_div(&Exact::from(met.numbers.len() as i64));
                }
            }
            Kind::Repeated { .. } => {
                let mut once = BTreeSet::new();
                met.twice = found().filter_map(|found| key(&found)).filter(|key| !once.insert(key.clone())).collect();
            }
            _ => {}
        }
        met
    }

    fn apply(&self, at: Place, seen: &mut Seen) {
        let rule = &self.plan.rule;
        let number = || if let Found::Number(number) = self.view.found(at) { Some(number) } else { None };
        match &rule.kind {
            Kind::Scale(points) => {
                if let Some(color) = number().and_then(|number| self.shade(points, &number)) {
                    seen.look.below(&Differential { fill: Some(color), ..Differential::default() });
                }
            }
            Kind::Bar(bar) => {
                if let Some(drawn) = number().filter(|_| seen.bar.is_none()).and_then(|number| self.bar(bar, &number)) {
                    seen.bar = Some(drawn);
                    seen.bare |= bar.bare;
                }
            }
            Kind::Icons(icons) => {
                if let Some(drawn) = number().filter(|_| seen.icon.is_none()).and_then(|number| self.icon(icons, &number)) {
                    seen.icon = Some(drawn);
                    seen.bare |= icons.bare;
                }
            }
            kind => {
                if self.holds(kind, at) {
                    seen.look.below(&rule.look);
                    seen.stopped |= rule.stop;
                }
            }
        }
    }

    fn holds(&self, kind: &Kind<Test>, at: Place) -> bool {
        let found = self.view.found(at);
        let worked = |test: &Test| test.value(&Seat { view: self.view, plan: self.plan, at });
        let number = || if let Found::Number(number) = &found { Some(number) } else { None };
        match kind {
            Kind::Cell(comparison, operands) => {
                let operands: Vec<Found> = operands.iter().map(worked).collect();
                compared(*comparison, &found, &operands)
            }
            Kind::Formula(test) => worked(test).truth() == Some(true),
            Kind::Text(test, wanted) => {
                let (own, wanted) = (found.text().unwrap_or_default().to_lowercase(), wanted.to_lowercase());
                match test {
                    TextTest::Contains => own.contains(&wanted),
                    TextTest::Lacks => !own.contains(&wanted),
                    TextTest::Begins => own.starts_with(&wanted),
                    TextTest::Ends => own.ends_with(&wanted),
                }
            }
            Kind::Blank(is) => *is == found.text().unwrap_or_default().trim_matches(' ').is_empty(),
            Kind::Error(is) => !is,
            Kind::Top { rank, bottom, percent } => {
                let count = self.numbers.len();
                let wanted = if *percent { (count * usize::from(*rank) / 100).max(1) } else { usize::from(*rank) }.min(count);
                number().filter(|_| wanted > 0).is_some_and(|number| {
                    if *bottom { *number <= self.numbers[wanted - 1] } else { *number >= self.numbers[count - wanted] }
                })
            }
            Kind::Average { above, equal } => {
                let side =
                    |(number, mean): (&Exact, &Exact)| (if *above { number > mean } else { number < mean }) || *equal && number == mean;
                number().zip(self.mean.as_ref()).is_some_and(side)
            }
            Kind::Repeated { unique } => key(&found).is_some_and(|key| self.twice.contains(&key) != *unique),
            Kind::Scale(_) | Kind::Bar(_) | Kind::Icons(_) => false,
        }
    }

    /// Where a bound lies among the numbers.
    fn bound(&self, bound: Bound) -> Option<Exact> {
        let (least, greatest) = (self.numbers.first()?, self.numbers.last()?);
        let hundredths = |part: Decimal| Exact::from(part) / 100;
        Some(match bound {
            Bound::Least => least.clone(),
            Bound::Greatest => greatest.clone(),
            Bound::LeastOrZero => least.clone().min(Exact::zero()),
            Bound::GreatestOrZero => greatest.clone().max(Exact::zero()),
            Bound::Number(number) => Exact::from(number),
            Bound::Percent(part) => least.clone() + hundredths(part) * (greatest.clone() - least.clone()),
            // Between two numbers as far as the part lies between their ranks (PERCENTILE.INC).
            Bound::Percentile(part) => {
                let place = hundredths(part) * Exact::from(self.numbers.len() as i64 - 1);
                let below = place.floor()?;
                let low = self.numbers.get(below as usize)?;
                let high = self.numbers.get(below as usize + 1).unwrap_or(low);
                low.clone() + (place - Exact::from(below)) * (high.clone() - low.clone())
            }
        })
    }

    fn shade(&self, points: &[(Bound, Color)], number: &Exact) -> Option<Color> {
        let points: Vec<(Exact, Color)> = points.iter().map(|(bound, color)| Some((self.bound(*bound)?, *color))).collect::<Option<_>>()?;
        let above = points.iter().position(|(bound, _)| number <= bound);
        match above {
            Some(0) => points.first().map(|(_, color)| *color),
            None => points.last().map(|(_, color)| *color),
            Some(at) => {
                let ((low, one), (high, two)) = (&points[at - 1], &points[at]);
                let part = share(low, high, number);
                let mixed = |one: u8, two: u8| (f64::from(one) + (f64::from(two) - f64::from(one)) * part).round() as u8;
                Some(Color(mixed(one.0, two.0), mixed(one.1, two.1), mixed(one.2, two.2)))
            }
        }
    }

    fn bar(&self, bar: &Bar, number: &Exact) -> Option<Drawn> {
        let (low, high) = (self.bound(bar.from)?, self.bound(bar.to)?);
        let part = share(&low, &high, number);
        let below = number.is_negative();
        let zero = Exact::zero();
        let (from, to, axis) = match bar.axis {
            _ if bar.classic => (0.0, 0.1 + 0.8 * part, None),
            Axis::Zero if low < zero => {
                let zero = share(&low, &high, &zero);
                (zero, part, Some((zero, bar.axis_color)))
            }
            Axis::Middle => {
                // Each side of the middle for as much as the larger of both reaches.
                let reach = low.abs().max(high.abs());
                let length = share(&zero, &reach, &number.abs()) / 2.0;
                (0.5, if below { 0.5 - length } else { 0.5 + length }, Some((0.5, bar.axis_color)))
            }
            _ => (0.0, part, None),
        };
        let turned = |place: f64| if bar.leftward { 1.0 - place } else { place };
        Some(Drawn::Bar {
            from: turned(from),
            to: turned(to),
            color: if below { bar.negative } else { bar.color },
            border: bar.border.map(|border| if below { bar.negative_border } else { border }),
            gradient: bar.gradient,
            axis: axis.map(|(place, color)| (turned(place), color)),
        })
    }

    fn icon(&self, icons: &Icons, number: &Exact) -> Option<Drawn> {
        let mut at = 0;
        for (step, (bound, left_out)) in icons.steps.iter().enumerate().skip(1) {
            let bound = self.bound(*bound)?;
            if *number > bound || !left_out && *number == bound {
                at = step;
            }
        }
        let at = if icons.reversed { icons.steps.len() - 1 - at } else { at };
        Some(Drawn::Icon { set: icons.set, at, alone: icons.bare })
    }
}

/// How far a number lies from one to another, 0 to 1.
fn share(low: &Exact, high: &Exact, number: &Exact) -> f64 {
    if number <= low || low >= high {
        return if number > low { 1.0 } else { 0.0 };
    }
    let part = (number.clone() - low.clone()).checked_div(&(high.clone() - low.clone())).unwrap_or_default();
    part.published_decimal(9).map_or(1.0, Decimal::to_stored).min(1.0)
}

fn compared(comparison: Comparison, own: &Found, operands: &[Found]) -> bool {
    use std::cmp::Ordering;
    let (Some(first), last) = (operands.first(), operands.last()) else { return false };
    let one = own.compare(first);
    let within = || {
        let (low, high) = match first.compare(last?)? {
            Ordering::Greater => (last?, first),
            _ => (first, last?),
        };
        Some(own.compare(low)?.is_ge() && own.compare(high)?.is_le())
    };
    match comparison {
        Comparison::Between => within() == Some(true),
        Comparison::NotBetween => within() == Some(false),
        Comparison::Equal => one.is_some_and(Ordering::is_eq),
        Comparison::NotEqual => one.is_some_and(Ordering::is_ne),
        Comparison::Greater => one.is_some_and(Ordering::is_gt),
        Comparison::Less => one.is_some_and(Ordering::is_lt),
        Comparison::GreaterOrEqual => one.is_some_and(Ordering::is_ge),
        Comparison::LessOrEqual => one.is_some_and(Ordering::is_le),
    }
}

/// A value by which cells are the same.
fn key(found: &Found) -> Option<String> {
    match found {
        Found::Blank | Found::Error => None,
        Found::Text(text) => Some(format!("t{}", text.to_lowercase())),
        other => other.text(),
    }
}

/// A cell in which a formula is worked out.
struct Seat<'a, 'b, 'c> {
    view: &'c View<'a, 'b>,
    plan: &'c ConditionPlan,
    at: Place,
}

impl Cells for Seat<'_, '_, '_> {
    fn place(&self) -> (u32, u16) {
        self.at
    }

    fn one(&self, at: Reference) -> Found {
        let (rows, columns) = self.view.targets(self.plan, self.at, at, at);
        match (rows.first(), columns.first()) {
            (Some(row), Some(column)) => self.view.found((*row, *column)),
            _ => Found::Text(String::new()),
        }
    }

    fn many(&self, first: Reference, last: Reference) -> Vec<Exact> {
        let (rows, columns) = self.view.targets(self.plan, self.at, first, last);
        let cells = rows.iter().flat_map(|row| columns.iter().map(|column| (*row, *column)));
        cells.filter_map(|at| if let Found::Number(number) = self.view.found(at) { Some(number) } else { None }).collect()
    }

    fn kept(&self, of: &Test, value: &dyn Fn() -> Found) -> Found {
        // The plan stays where it is while a sheet is filled.
        let key = std::ptr::from_ref(of).addr();
        if let Some(known) = self.view.kept.borrow().get(&key) {
            return known.clone();
        }
        let value = value();
        self.view.kept.borrow_mut().insert(key, value.clone());
        value
    }
}
