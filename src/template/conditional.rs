//! Conditional formats of a drawn sheet: read, and proved against the plan. What cannot be carried is noted with its cell.

use super::condition::{Test, parse};
use super::drawn::{DrawnSheet, Lost, range_ref};
use super::error::Feature;
use super::lost;
use super::plan::{ConditionPlan, SheetPlan};
use super::style::Looks;
use crate::diag::CellRef;
use crate::exact::Decimal;
use crate::form::condition::{Axis, Bar, Bound, Comparison, Differential, IconSet, Icons, Kind, Reference, Rule, TextTest};
use crate::form::model::{Color, Range, Style};
use crate::ooxml::Element;

/// A conditional format as drawn.
#[derive(Clone, Debug)]
pub(super) struct DrawnCondition {
    /// The cell that its formulas are written for.
    origin: CellRef,
    rule: Rule<Test>,
    /// What it switches off, in cells that have it.
    off: Off,
}

/// Switches of a font that a rule may turn off, which the written forms cannot say.
#[expect(clippy::struct_excessive_bools, reason = "the format's own switches")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Off {
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
}

impl Off {
    fn matters(self, style: &Style) -> bool {
        let font = &style.font;
        self.bold && font.bold || self.italic && font.italic || self.underline && font.underline || self.strike && font.strike
    }
}

/// More rules on a sheet are no form's.
const MOST: usize = 500;
/// Drawn cells of all rules of a sheet together.
const MOST_CELLS: usize = 500_000;

/// Reads the rules of a sheet, the first one first.
pub(super) fn read(root: &Element, looks: &Looks, sheet: &str, lost: &mut Vec<Lost>) -> Vec<DrawnCondition> {
    let later = root.child("extLst").and_then(|list| list.find("conditionalFormattings"));
    let later: Vec<(&Element, String)> = later
        .iter()
        .flat_map(|list| list.all("conditionalFormatting"))
        .flat_map(|format| {
            let cells = format.find("sqref").map_or_else(String::new, |cells| cells.text.clone());
            format.all("cfRule").map(move |rule| (rule, cells.clone()))
        })
        .collect();
    let mut found: Vec<(i64, DrawnCondition)> = Vec::new();
    let mut taken: Vec<&str> = Vec::new();
    let mut add = |rule: &Element, cells: &str, more: Option<&Element>, lost: &mut Vec<Lost>| {
        let areas: Vec<Range> = cells.split_whitespace().filter_map(range_ref).collect();
        let at = areas.first().map(|area| CellRef { row: area.first_row, column: area.first_column });
        let read = at.and_then(|_| condition(rule, areas, more, looks)).filter(|_| found.len() < MOST);
        match read {
            Some(read) => found.push((rule.number("priority").unwrap_or(i64::MAX), read)),
            None => lost::note(lost, sheet, at, Feature::ConditionalFormat),
        }
    };
    for format in root.all("conditionalFormatting") {
        for rule in format.all("cfRule") {
            // A bar of 2010 stands twice: for older offices, and as it is.
            let id = rule.find("id").map(|id| id.text.trim());
            let more = id.and_then(|id| later.iter().find(|(rule, _)| rule.attribute("id") == Some(id))).map(|(rule, _)| *rule);
            taken.extend(id);
            add(rule, format.attribute("sqref").unwrap_or_default(), more, lost);
        }
    }
    for (rule, cells) in &later {
        if rule.attribute("id").is_none_or(|id| !taken.contains(&id)) {
            add(rule, cells, Some(rule), lost);
        }
    }
    found.sort_by_key(|(priority, _)| *priority);
    found.into_iter().map(|(_, rule)| rule).collect()
}

/// One rule; `None` where it cannot be carried as it is.
fn condition(rule: &Element, areas: Vec<Range>, later: Option<&Element>, looks: &Looks) -> Option<DrawnCondition> {
    let first = *areas.first()?;
    let origin = CellRef { row: areas.iter().map(|area| area.first_row).min()?, column: areas.iter().map(|area| area.first_column).min()? };
    let kind = kind(rule, later, looks)?;
    let (look, off) = match rule.number::<usize>("dxfId") {
        Some(look) => looks.differentials.get(look)?.clone()?,
        None => (Differential::default(), Off::default()),
    };
    let stop = rule.flag("stopIfTrue").unwrap_or(false);
    let rule = Rule { areas, kind, look, stop };
    // Offices do not agree for which cell a formula is written if no range begins in the upper left corner.
    let anchored = (first.first_row, first.first_column) == (origin.row, origin.column);
    let floats = rule.formulas().iter().any(|formula| !formula.is_fixed());
    (anchored || !floats).then_some(DrawnCondition { origin, rule, off })
}

fn kind(rule: &Element, later: Option<&Element>, looks: &Looks) -> Option<Kind<Test>> {
    let formulas = || rule.all("formula").map(|formula| parse(&formula.text)).collect::<Option<Vec<Test>>>();
    let on = |name: &str, usual: bool| rule.flag(name).unwrap_or(usual);
    let text = |test: TextTest| {
        let text = rule.attribute("text").filter(|text| !text.is_empty() && !text.contains(['*', '?', '~']))?;
        // The text may come from another cell; the file then keeps what that cell showed.
        let quoted = format!("\"{}\"", text.replace('"', "\"\""));
        rule.child("formula").is_some_and(|formula| formula.text.contains(&quoted)).then(|| Kind::Text(test, text.to_owned()))
    };
    Some(match rule.attribute("type")? {
        "cellIs" => {
            let comparison = comparison(rule.attribute("operator")?)?;
            let wanted = if matches!(comparison, Comparison::Between | Comparison::NotBetween) { 2 } else { 1 };
            Kind::Cell(comparison, formulas().filter(|formulas| formulas.len() == wanted)?)
        }
        "expression" => Kind::Formula(formulas()?.into_iter().next()?),
        "containsText" => text(TextTest::Contains)?,
        "notContainsText" => text(TextTest::Lacks)?,
        "beginsWith" => text(TextTest::Begins)?,
        "endsWith" => text(TextTest::Ends)?,
        "containsBlanks" => Kind::Blank(true),
        "notContainsBlanks" => Kind::Blank(false),
        "containsErrors" => Kind::Error(true),
        "notContainsErrors" => Kind::Error(false),
        "top10" => {
            let percent = on("percent", false);
            let rank = rule.number::<u16>("rank").filter(|rank| (1..=if percent { 100 } else { 1000 }).contains(rank))?;
            Kind::Top { rank, bottom: on("bottom", false), percent }
        }
        "aboveAverage" if rule.number::<u32>("stdDev").is_none_or(|deviations| deviations == 0) => {
            Kind::Average { above: on("aboveAverage", true), equal: on("equalAverage", false) }
        }
        "duplicateValues" => Kind::Repeated { unique: false },
        "uniqueValues" => Kind::Repeated { unique: true },
        "colorScale" => Kind::Scale(scale(rule.child("colorScale")?, looks)?),
        "dataBar" => Kind::Bar(bar(rule, later, looks)?),
        "iconSet" => Kind::Icons(icons(rule.child("iconSet")?, later.is_some())?),
        _ => return None,
    })
}

fn comparison(word: &str) -> Option<Comparison> {
    Some(match word {
        "between" => Comparison::Between,
        "notBetween" => Comparison::NotBetween,
        "equal" => Comparison::Equal,
        "notEqual" => Comparison::NotEqual,
        "greaterThan" => Comparison::Greater,
        "lessThan" => Comparison::Less,
        "greaterThanOrEqual" => Comparison::GreaterOrEqual,
        "lessThanOrEqual" => Comparison::LessOrEqual,
        _ => return None,
    })
}

/// Points of a scale; `None` if one has to be worked out.
fn bounds(of: &Element) -> Option<Vec<Bound>> {
    let bound = |point: &Element| {
        let own = point.child("f").map(|value| value.text.as_str()).or(point.attribute("val"));
        let number = || own.and_then(|value| Decimal::parse(value.trim()));
        let hundredth = || number().filter(|number| (Decimal::from(0)..=Decimal::from(100)).contains(number));
        Some(match point.attribute("type")? {
            "min" => Bound::Least,
            "max" => Bound::Greatest,
            "autoMin" => Bound::LeastOrZero,
            "autoMax" => Bound::GreatestOrZero,
            "num" => Bound::Number(number()?),
            "percent" => Bound::Percent(hundredth()?),
            "percentile" => Bound::Percentile(hundredth()?),
            _ => return None,
        })
    };
    of.all("cfvo").map(bound).collect()
}

fn scale(of: &Element, looks: &Looks) -> Option<Vec<(Bound, Color)>> {
    let bounds = bounds(of)?;
    let colors: Option<Vec<Color>> = of.all("color").map(|color| looks.color(color)).collect();
    let colors = colors?;
    let fits = (2..=3).contains(&bounds.len()) && bounds.len() == colors.len();
    let said = bounds.iter().enumerate().all(|(at, bound)| match bound {
        Bound::Least => at == 0,
        Bound::Greatest => at + 1 == bounds.len(),
        Bound::LeastOrZero | Bound::GreatestOrZero => false,
        Bound::Number(_) | Bound::Percent(_) | Bound::Percentile(_) => true,
    });
    (fits && said).then(|| bounds.into_iter().zip(colors).collect())
}

fn bar(rule: &Element, later: Option<&Element>, looks: &Looks) -> Option<Bar> {
    let plain = rule.child("dataBar")?;
    let own = later.and_then(|later| later.child("dataBar"));
    let bounds = bounds(own.unwrap_or(plain))?;
    let [from, to] = bounds.try_into().ok()?;
    let color = looks.color(plain.child("color").or_else(|| own?.child("fillColor"))?)?;
    let bare = plain.flag("showValue") == Some(false) || own.is_some_and(|own| own.flag("showValue") == Some(false));
    let red = Color(255, 0, 0);
    let ends = !matches!(from, Bound::Greatest | Bound::GreatestOrZero) && !matches!(to, Bound::Least | Bound::LeastOrZero);
    let lengths = |of: &Element, usual: (u32, u32)| (of.number("minLength").unwrap_or(usual.0), of.number("maxLength").unwrap_or(usual.1));
    let Some(own) = own else {
        let usual = lengths(plain, (10, 90)) == (10, 90);
        let bar = Bar {
            from,
            to,
            color,
            negative: color,
            border: None,
            negative_border: color,
            gradient: true,
            axis: Axis::None,
            axis_color: Color(0, 0, 0),
            leftward: false,
            bare,
            classic: true,
        };
        return (usual && ends).then_some(bar);
    };
    let named = |name: &str| own.child(name).and_then(|color| looks.color(color));
    let border = named("borderColor").filter(|_| own.flag("border") == Some(true));
    let same = own.flag("negativeBarColorSameAsPositive").unwrap_or(false);
    let negative = if same { color } else { named("negativeFillColor").unwrap_or(red) };
    let same_border = own.flag("negativeBarBorderColorSameAsPositive").unwrap_or(true);
    let bar = Bar {
        from,
        to,
        color,
        negative,
        border,
        negative_border: if same_border { border.unwrap_or(color) } else { named("negativeBorderColor").unwrap_or(red) },
        gradient: own.flag("gradient").unwrap_or(true),
        axis: match own.attribute("axisPosition") {
            Some("middle") => Axis::Middle,
            Some("none") => Axis::None,
            _ => Axis::Zero,
        },
        axis_color: named("axisColor").unwrap_or(Color(0, 0, 0)),
        leftward: own.attribute("direction") == Some("rightToLeft"),
        bare,
        classic: false,
    };
    (lengths(own, (10, 90)) == (0, 100) && ends).then_some(bar)
}

fn icons(of: &Element, later: bool) -> Option<Icons> {
    let set = IconSet::named(of.attribute("iconSet").unwrap_or("3TrafficLights1"))?;
    let bounds = bounds(of)?;
    let left_out = |point: &Element| point.flag("gte") == Some(false);
    let steps: Vec<(Bound, bool)> = bounds.into_iter().zip(of.all("cfvo").map(left_out)).collect();
    let icons = Icons { set, steps, reversed: of.flag("reverse").unwrap_or(false), bare: of.flag("showValue") == Some(false) };
    let plain = icons.steps.iter().all(|(bound, _)| matches!(bound, Bound::Number(_) | Bound::Percent(_) | Bound::Percentile(_)));
    // The writer says neither of the sets of 2010.
    let said = !later || set.is_later() && !icons.reversed && !icons.bare;
    (icons.steps.len() == set.count() && plain && said && of.flag("custom") != Some(true)).then_some(icons)
}

/// Takes over the rules whose cells are there and whose formulas mean one thing for every record; notes the others.
pub(super) fn prove(drawn: &DrawnSheet, plan: &mut SheetPlan, styles: &[Style], lost: &mut Vec<Lost>) {
    let (rows, columns) = (plan.rows.len() as u32, plan.columns.len() as u16);
    let mut asked = 0;
    for DrawnCondition { origin, rule, off } in &drawn.conditions {
        let cut = |area: &Range| Range {
            last_row: area.last_row.min(rows.max(1) - 1),
            last_column: area.last_column.min(columns.max(1) - 1),
            ..*area
        };
        let there = |area: &Range| area.first_row < rows && area.first_column < columns;
        let areas: Vec<Range> = rule.areas.iter().filter(|area| there(area)).map(cut).collect();
        // Nothing stands where it would be seen.
        if areas.is_empty() {
            continue;
        }
        let cells = |area: &Range| (area.last_row - area.first_row + 1) as usize * usize::from(area.last_column - area.first_column + 1);
        asked += areas.iter().map(cells).sum::<usize>();
        let switched = |area: &Range| {
            let rows = plan.rows.iter().take(area.last_row as usize + 1).skip(area.first_row as usize);
            let cells = rows.flat_map(|row| row.cells.iter().take(usize::from(area.last_column) + 1).skip(area.first_column.into()));
            cells.into_iter().any(|cell| styles.get(cell.style.0 as usize).is_some_and(|style| off.matters(style)))
        };
        let mut references = Vec::new();
        rule.formulas().iter().for_each(|formula| formula.references(false, &mut references));
        let means_one = |area: &Range| {
            references.iter().all(|(first, last, many)| {
                let rows = (area.first_row..=area.last_row).all(|row| row_fits(plan, *origin, row, (first, last), *many));
                rows && (area.first_column..=area.last_column).all(|column| column_fits(plan, *origin, column, (first, last), *many))
            })
        };
        if asked > MOST_CELLS || areas.iter().any(switched) || !areas.iter().all(means_one) {
            let at = areas.first().map(|area| CellRef { row: area.first_row, column: area.first_column });
            lost::note(lost, &drawn.name, at, Feature::ConditionalFormat);
            continue;
        }
        plan.conditions.push(ConditionPlan { origin: *origin, rule: Rule { areas, ..rule.clone() } });
    }
}

/// Whether rows that a formula names are the same ones of every record, as seen from a row of the template.
fn row_fits(plan: &SheetPlan, origin: CellRef, from: u32, (first, last): (&Reference, &Reference), many: bool) -> bool {
    let here = &plan.rows[from as usize];
    let repeats = |row: usize| plan.segments.get(plan.rows[row].segment).is_some_and(|segment| segment.list.is_some());
    let end = |cell: &Reference| if cell.row_fixed { Some(cell.row) } else { (cell.row + from).checked_sub(origin.row) };
    let (Some(low), Some(high)) = (end(first), end(last)) else { return false };
    let most = plan.rows.len() as u32;
    if !many && high >= most || low > high {
        return false;
    }
    (low..=high.min(most - 1)).all(|row| {
        let there = &plan.rows[row as usize];
        if first.row_fixed && last.row_fixed {
            let paged = plan.footer_each_page && plan.main.is_some_and(|main| there.segment > main);
            return many || !repeats(row as usize) && !paged;
        }
        // A cell beside the record is another for each, and nobody has said which is meant.
        let same = there.segment == here.segment && (there.nested.is_none() || there.nested == here.nested);
        first.row_fixed == last.row_fixed && (same || !repeats(row as usize) && !repeats(from as usize))
    })
}

fn column_fits(plan: &SheetPlan, origin: CellRef, from: u16, (first, last): (&Reference, &Reference), many: bool) -> bool {
    let group = |column: u16| plan.columns.get(usize::from(column)).and_then(|column| column.group);
    let end = |cell: &Reference| {
        if cell.column_fixed {
            Some(cell.column)
        } else {
            (u32::from(cell.column) + u32::from(from)).checked_sub(u32::from(origin.column)).map(|column| column as u16)
        }
    };
    let (Some(low), Some(high)) = (end(first), end(last)) else { return false };
    let most = plan.columns.len() as u16;
    if !many && high >= most || low > high {
        return false;
    }
    (low..=high.min(most.max(1) - 1)).all(|column| {
        if first.column_fixed && last.column_fixed {
            return many || group(column).is_none();
        }
        first.column_fixed == last.column_fixed && group(column) == group(from)
    })
}
