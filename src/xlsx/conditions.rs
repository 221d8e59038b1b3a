//! Conditional formats of a filled sheet as those of a worksheet.

use rust_xlsxwriter::{
    ConditionalFormat2ColorScale, ConditionalFormat3ColorScale, ConditionalFormatAverage, ConditionalFormatAverageRule,
    ConditionalFormatBlank, ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatCustomIcon, ConditionalFormatDataBar,
    ConditionalFormatDataBarAxisPosition, ConditionalFormatDataBarDirection, ConditionalFormatDuplicate, ConditionalFormatError,
    ConditionalFormatFormula, ConditionalFormatIconSet, ConditionalFormatIconType, ConditionalFormatText, ConditionalFormatTextRule,
    ConditionalFormatTop, ConditionalFormatTopRule, ConditionalFormatType, Format, FormatUnderline, Formula, Worksheet, XlsxError,
};

use super::cells::{COLUMNS, ROWS, range};
use super::style::{self, color};
use crate::exact::Decimal;
use crate::form::condition::{Axis, Bar, Bound, Comparison, Differential, IconSet, Icons, Kind, Rule, TextTest, Written};

/// Adds the rules to a worksheet, the first before the others.
pub(super) fn add(worksheet: &mut Worksheet, rules: &[Rule<Written>]) -> Result<(), XlsxError> {
    for rule in rules {
        let within = rule.areas.iter().all(|area| area.last_row < ROWS && area.last_column < COLUMNS);
        let Some(first) = rule.areas.first().filter(|_| within) else { continue };
        let all = rule.areas.iter().map(range).collect::<Vec<_>>().join(" ");
        let look = look(&rule.look);
        let cells = (first.first_row, first.first_column, first.last_row, first.last_column);
        macro_rules! put {
            ($rule:expr) => {
                worksheet.add_conditional_format(
                    cells.0,
                    cells.1,
                    cells.2,
                    cells.3,
                    &$rule.set_multi_range(&all).set_stop_if_true(rule.stop),
                )?
            };
        }
        match &rule.kind {
            Kind::Cell(comparison, formulas) => {
                put!(ConditionalFormatCell::new().set_rule(compared(*comparison, formulas)).set_format(look))
            }
            Kind::Formula(formula) => put!(ConditionalFormatFormula::new().set_rule(written(Some(formula))).set_format(look)),
            Kind::Text(asked, text) => put!(ConditionalFormatText::new().set_rule(of_text(*asked, text.clone())).set_format(look)),
            Kind::Blank(true) => put!(ConditionalFormatBlank::new().set_format(look)),
            Kind::Blank(false) => put!(ConditionalFormatBlank::new().invert().set_format(look)),
            Kind::Error(true) => put!(ConditionalFormatError::new().set_format(look)),
            Kind::Error(false) => put!(ConditionalFormatError::new().invert().set_format(look)),
            Kind::Top { rank, bottom, percent } => {
                let wanted = match (bottom, percent) {
                    (false, false) => ConditionalFormatTopRule::Top(*rank),
                    (true, false) => ConditionalFormatTopRule::Bottom(*rank),
                    (false, true) => ConditionalFormatTopRule::TopPercent(*rank),
                    (true, true) => ConditionalFormatTopRule::BottomPercent(*rank),
                };
                put!(ConditionalFormatTop::new().set_rule(wanted).set_format(look))
            }
            Kind::Average { above, equal } => {
                let side = match (above, equal) {
                    (true, false) => ConditionalFormatAverageRule::AboveAverage,
                    (false, false) => ConditionalFormatAverageRule::BelowAverage,
                    (true, true) => ConditionalFormatAverageRule::EqualOrAboveAverage,
                    (false, true) => ConditionalFormatAverageRule::EqualOrBelowAverage,
                };
                put!(ConditionalFormatAverage::new().set_rule(side).set_format(look))
            }
            Kind::Repeated { unique: false } => put!(ConditionalFormatDuplicate::new().set_format(look)),
            Kind::Repeated { unique: true } => put!(ConditionalFormatDuplicate::new().invert().set_format(look)),
            Kind::Scale(points) => match points.as_slice() {
                [low, high] => {
                    let scale = ConditionalFormat2ColorScale::new().set_minimum_color(color(low.1)).set_maximum_color(color(high.1));
                    let (low, high) = (bound(low.0), bound(high.0));
                    put!(scale.set_minimum(low.0, low.1).set_maximum(high.0, high.1))
                }
                [low, middle, high] => {
                    let scale = ConditionalFormat3ColorScale::new().set_minimum_color(color(low.1)).set_midpoint_color(color(middle.1));
                    let scale = scale.set_maximum_color(color(high.1));
                    let (low, middle, high) = (bound(low.0), bound(middle.0), bound(high.0));
                    put!(scale.set_minimum(low.0, low.1).set_midpoint(middle.0, middle.1).set_maximum(high.0, high.1))
                }
                _ => continue,
            },
            Kind::Bar(own) => put!(bar(own)),
            Kind::Icons(own) => put!(icons(own)),
        };
    }
    Ok(())
}

fn written(formula: Option<&Written>) -> Formula {
    Formula::new(formula.map_or_else(|| "0".to_owned(), Written::to_string))
}

fn compared(comparison: Comparison, formulas: &[Written]) -> ConditionalFormatCellRule<Formula> {
    let (first, second) = (written(formulas.first()), written(formulas.get(1)));
    match comparison {
        Comparison::Between => ConditionalFormatCellRule::Between(first, second),
        Comparison::NotBetween => ConditionalFormatCellRule::NotBetween(first, second),
        Comparison::Equal => ConditionalFormatCellRule::EqualTo(first),
        Comparison::NotEqual => ConditionalFormatCellRule::NotEqualTo(first),
        Comparison::Greater => ConditionalFormatCellRule::GreaterThan(first),
        Comparison::Less => ConditionalFormatCellRule::LessThan(first),
        Comparison::GreaterOrEqual => ConditionalFormatCellRule::GreaterThanOrEqualTo(first),
        Comparison::LessOrEqual => ConditionalFormatCellRule::LessThanOrEqualTo(first),
    }
}

fn of_text(asked: TextTest, text: String) -> ConditionalFormatTextRule {
    match asked {
        TextTest::Contains => ConditionalFormatTextRule::Contains(text),
        TextTest::Lacks => ConditionalFormatTextRule::DoesNotContain(text),
        TextTest::Begins => ConditionalFormatTextRule::BeginsWith(text),
        TextTest::Ends => ConditionalFormatTextRule::EndsWith(text),
    }
}

fn bound(bound: Bound) -> (ConditionalFormatType, f64) {
    match bound {
        Bound::Least => (ConditionalFormatType::Lowest, 0.0),
        Bound::Greatest => (ConditionalFormatType::Highest, 0.0),
        Bound::LeastOrZero | Bound::GreatestOrZero => (ConditionalFormatType::Automatic, 0.0),
        Bound::Number(number) => (ConditionalFormatType::Number, Decimal::to_stored(number)),
        Bound::Percent(part) => (ConditionalFormatType::Percent, Decimal::to_stored(part)),
        Bound::Percentile(part) => (ConditionalFormatType::Percentile, Decimal::to_stored(part)),
    }
}

fn bar(own: &Bar) -> ConditionalFormatDataBar {
    let (from, to) = (bound(own.from), bound(own.to));
    let bar = ConditionalFormatDataBar::new()
        .set_minimum(from.0, from.1)
        .set_maximum(to.0, to.1)
        .set_fill_color(color(own.color))
        .set_bar_only(own.bare);
    if own.classic {
        return bar.use_classic_style();
    }
    let bar = bar
        .set_border_color(color(own.border.unwrap_or(own.color)))
        .set_negative_fill_color(color(own.negative))
        .set_negative_border_color(color(own.negative_border))
        .set_border_off(own.border.is_none())
        .set_solid_fill(!own.gradient)
        .set_axis_color(color(own.axis_color))
        .set_axis_position(match own.axis {
            Axis::Zero => ConditionalFormatDataBarAxisPosition::Automatic,
            Axis::Middle => ConditionalFormatDataBarAxisPosition::Midpoint,
            Axis::None => ConditionalFormatDataBarAxisPosition::None,
        });
    if own.leftward { bar.set_direction(ConditionalFormatDataBarDirection::RightToLeft) } else { bar }
}

fn icons(own: &Icons) -> ConditionalFormatIconSet {
    let step = |(point, left_out): &(Bound, bool)| {
        let (kind, value) = bound(*point);
        ConditionalFormatCustomIcon::new().set_rule(kind, value).set_greater_than(*left_out)
    };
    let steps: Vec<ConditionalFormatCustomIcon> = own.steps.iter().map(step).collect();
    ConditionalFormatIconSet::new()
        .set_icon_type(match own.set {
            IconSet::Arrows3 => ConditionalFormatIconType::ThreeArrows,
            IconSet::ArrowsGray3 => ConditionalFormatIconType::ThreeArrowsGray,
            IconSet::Flags3 => ConditionalFormatIconType::ThreeFlags,
            IconSet::TrafficLights3 => ConditionalFormatIconType::ThreeTrafficLights,
            IconSet::TrafficLightsRimmed3 => ConditionalFormatIconType::ThreeTrafficLightsWithRim,
            IconSet::Signs3 => ConditionalFormatIconType::ThreeSigns,
            IconSet::SymbolsCircled3 => ConditionalFormatIconType::ThreeSymbolsCircled,
            IconSet::Symbols3 => ConditionalFormatIconType::ThreeSymbols,
            IconSet::Stars3 => ConditionalFormatIconType::ThreeStars,
            IconSet::Triangles3 => ConditionalFormatIconType::ThreeTriangles,
            IconSet::Arrows4 => ConditionalFormatIconType::FourArrows,
            IconSet::ArrowsGray4 => ConditionalFormatIconType::FourArrowsGray,
            IconSet::RedToBlack4 => ConditionalFormatIconType::FourRedToBlack,
            IconSet::Rating4 => ConditionalFormatIconType::FourHistograms,
            IconSet::TrafficLights4 => ConditionalFormatIconType::FourTrafficLights,
            IconSet::Arrows5 => ConditionalFormatIconType::FiveArrows,
            IconSet::ArrowsGray5 => ConditionalFormatIconType::FiveArrowsGray,
            IconSet::Rating5 => ConditionalFormatIconType::FiveHistograms,
            IconSet::Quarters5 => ConditionalFormatIconType::FiveQuadrants,
            IconSet::Boxes5 => ConditionalFormatIconType::FiveBoxes,
        })
        .set_icons(&steps)
        .reverse_icons(own.reversed)
        .show_icons_only(own.bare)
}

fn look(own: &Differential) -> Format {
    let mut format = style::with_edges(Format::new(), &own.borders);
    if let Some(ground) = own.fill {
        format = format.set_background_color(color(ground));
    }
    if let Some(ink) = own.color {
        format = format.set_font_color(color(ink));
    }
    if own.bold {
        format = format.set_bold();
    }
    if own.italic {
        format = format.set_italic();
    }
    if let Some(twice) = own.underline {
        format = format.set_underline(if twice { FormatUnderline::Double } else { FormatUnderline::Single });
    }
    if own.strike {
        format = format.set_font_strikethrough();
    }
    match &own.number_format {
        Some(code) => format.set_num_format(crate::number_format::for_file(code)),
        None => format,
    }
}
