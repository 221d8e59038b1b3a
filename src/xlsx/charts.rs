//! Charts of a filled sheet as those of a worksheet.

use std::fmt::Write as _;

use rust_xlsxwriter::{
    Chart as XlsxChart, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartLine, ChartPoint, ChartSolidFill, ChartType,
};

use super::cells::escape;
use super::style::color;
use crate::form::chart::{Chart, ChartKind, Grouping, Series, Side};
use crate::form::model::Range;

/// The chart for a sheet of that name and of so many pixels; none if it has nothing to show.
pub(super) fn chart(own: &Chart, sheet: &str, (width, height): (u32, u32), description: &str) -> Option<XlsxChart> {
    if own.series.is_empty() {
        return None;
    }
    let mut chart = XlsxChart::new(match own.kind {
        ChartKind::Column(Grouping::Beside) => ChartType::Column,
        ChartKind::Column(Grouping::Stacked) => ChartType::ColumnStacked,
        ChartKind::Column(Grouping::Whole) => ChartType::ColumnPercentStacked,
        ChartKind::Bar(Grouping::Beside) => ChartType::Bar,
        ChartKind::Bar(Grouping::Stacked) => ChartType::BarStacked,
        ChartKind::Bar(Grouping::Whole) => ChartType::BarPercentStacked,
        ChartKind::Line(_) => ChartType::Line,
        ChartKind::Pie => ChartType::Pie,
    });
    chart.set_width(width).set_height(height).set_alt_text(description);
    if own.title.is_empty() {
        chart.title().set_hidden()
    } else {
        chart.title().set_name(&plain(&own.title))
    };
    for (at, series) in own.series.iter().enumerate() {
        let of = |range: Range| (sheet, range.first_row, range.first_column, range.last_row, range.last_column);
        let one = chart.add_series();
        one.set_values(of(series.values_at)).set_gap(own.gap.min(500));
        if let Some(range) = series.categories_at {
            one.set_categories(of(range));
        }
        match series.name_at {
            Some(range) if (range.first_row, range.first_column) == (range.last_row, range.last_column) => {
                one.set_name((sheet, range.first_row, range.first_column));
            }
            _ if !series.name.is_empty() => {
                one.set_name(&plain(&series.name));
            }
            _ => {}
        }
        let ink = color(own.color(at));
        match own.kind {
            ChartKind::Pie => {
                let fill =
                    |at: usize| ChartFormat::new().set_solid_fill(&ChartSolidFill::new().set_color(color(own.color(at))).clone()).clone();
                let points: Vec<ChartPoint> = (0..series.values.len()).map(|at| ChartPoint::new().set_format(&mut fill(at))).collect();
                one.set_points(&points);
            }
            ChartKind::Line(marked) => {
                one.set_format(ChartFormat::new().set_line(ChartLine::new().set_color(ink)));
                if marked {
                    one.set_marker(rust_xlsxwriter::ChartMarker::new().set_type(rust_xlsxwriter::ChartMarkerType::Circle));
                }
            }
            _ => {
                one.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(ink)));
            }
        }
        if own.labels {
            one.set_data_label(ChartDataLabel::new().show_value());
        }
    }
    // The writer calls the axis of categories x, wherever it stands.
    let [categories, values] = &own.axes;
    if !categories.is_empty() {
        chart.x_axis().set_name(&plain(categories));
    }
    if !values.is_empty() {
        chart.y_axis().set_name(&plain(values));
    }
    if let Some(least) = own.bounds[0] {
        chart.y_axis().set_min(least);
    }
    if let Some(greatest) = own.bounds[1] {
        chart.y_axis().set_max(greatest);
    }
    match own.legend {
        None => chart.legend().set_hidden(),
        Some(side) => chart.legend().set_position(match side {
            Side::Left => ChartLegendPosition::Left,
            Side::Right => ChartLegendPosition::Right,
            Side::Top => ChartLegendPosition::Top,
            Side::Bottom => ChartLegendPosition::Bottom,
        }),
    };
    Some(chart)
}

/// A text that is not read as a formula.
fn plain(text: &str) -> String {
    if text.starts_with('=') { format!(" {text}") } else { text.to_owned() }
}

/// The part of a chart with the values of its own series: the writer knows only stand-ins. None if it is laid out otherwise.
pub(super) fn with_values(part: &str, own: &Chart) -> Option<String> {
    let mut pieces = part.split("<c:ser>");
    let mut out = pieces.next()?.to_owned();
    for series in &own.series {
        let piece = pieces.next()?;
        out.push_str("<c:ser>");
        let mut piece = with_cache(piece, "c:tx", &strings(std::slice::from_ref(&series.name)));
        piece = with_cache(&piece, "c:cat", &strings(&series.categories));
        piece = with_cache(&piece, "c:val", &numbers(series));
        out.push_str(&piece);
    }
    pieces.next().is_none().then_some(out)
}

/// An element that refers to cells, with what they hold.
fn with_cache(piece: &str, element: &str, cache: &(&str, String)) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let replaced = || {
        let (before, rest) = piece.split_once(&open)?;
        let (inside, after) = rest.split_once(&close)?;
        let formula = inside.split_once("<c:f>")?.1.split_once("</c:f>")?.0;
        let (kind, values) = cache;
        Some(format!("{before}{open}<c:{kind}Ref><c:f>{formula}</c:f><c:{kind}Cache>{values}</c:{kind}Cache></c:{kind}Ref>{close}{after}"))
    };
    replaced().unwrap_or_else(|| piece.to_owned())
}

fn strings(texts: &[String]) -> (&'static str, String) {
    let mut out = format!("<c:ptCount val=\"{}\"/>", texts.len());
    for (at, text) in texts.iter().enumerate() {
        let _ = write!(out, "<c:pt idx=\"{at}\"><c:v>");
        escape(text, &mut out);
        out.push_str("</c:v></c:pt>");
    }
    ("str", out)
}

fn numbers(series: &Series) -> (&'static str, String) {
    let mut out = format!("<c:formatCode>General</c:formatCode><c:ptCount val=\"{}\"/>", series.values.len());
    for (at, value) in series.values.iter().enumerate() {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let _ = write!(out, "<c:pt idx=\"{at}\"><c:v>{value}</c:v></c:pt>");
        }
    }
    ("num", out)
}
