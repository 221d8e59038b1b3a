//! Charts of a drawn sheet: columns, bars, lines and pies over cells of the same sheet; none other is carried.

use super::drawn::range_ref;
use super::plan::SheetPlan;
use super::style::Looks;
use crate::form::chart::{Chart, ChartKind, Grouping, Series, Side};
use crate::form::model::{Color, Range};
use crate::ooxml::Element;

/// More series are no chart that anybody reads.
const MOST_SERIES: usize = 50;

/// Reads a chart's part; `None` for one that cannot be carried as it is. `sheet` is the name of the sheet that it stands on.
pub(super) fn read(part: &Element, sheet: &str, looks: &Looks) -> Option<Chart> {
    let chart = part.child("chart")?;
    let plot = chart.child("plotArea")?;
    let mut drawn = plot.children.iter().filter(|child| child.name.ends_with("Chart"));
    let of = drawn.next()?;
    // Several kinds in one plot, or a second axis.
    if drawn.next().is_some() || chart.child("view3D").is_some() {
        return None;
    }
    let value = |name: &str| of.child(name).and_then(|child| child.attribute("val"));
    let grouping = match value("grouping").unwrap_or("clustered") {
        "clustered" | "standard" => Grouping::Beside,
        "stacked" => Grouping::Stacked,
        "percentStacked" => Grouping::Whole,
        _ => return None,
    };
    let series: Vec<&Element> = of.all("ser").collect();
    let kind = match &*of.name {
        "barChart" if value("barDir") == Some("bar") => ChartKind::Bar(grouping),
        "barChart" => ChartKind::Column(grouping),
        "lineChart" if grouping == Grouping::Beside => {
            let bare = |series: &&Element| symbol(series) == Some("none");
            ChartKind::Line(!series.iter().all(bare))
        }
        "pieChart" => ChartKind::Pie,
        _ => return None,
    };
    let beyond = |series: &&Element| ["trendline", "errBars"].iter().any(|name| series.child(name).is_some());
    if series.is_empty() || series.len() > MOST_SERIES || series.iter().any(beyond) || kind == ChartKind::Pie && series.len() > 1 {
        return None;
    }
    let accent = |at: usize| looks.of_theme(4 + at).unwrap_or(Color(0x4F, 0x81, 0xBD));
    let series: Option<Vec<Series>> = series.into_iter().map(|one| read_series(one, sheet, looks)).collect();
    let axis = |name: &str| plot.child(name).and_then(|axis| axis.child("title")).map(title).unwrap_or_default();
    let bound = |name: &str| {
        let scale = plot.child("valAx").and_then(|axis| axis.child("scaling"))?;
        scale.child(name)?.length("val")
    };
    let shown =
        |labels: &Element| ["showVal", "showPercent"].iter().any(|name| labels.child(name).and_then(|on| on.flag("val")) == Some(true));
    let labels = of.child("dLbls").is_some_and(shown) || of.all("ser").any(|series| series.child("dLbls").is_some_and(shown));
    let side = |legend: &Element| match legend.child("legendPos").and_then(|place| place.attribute("val")) {
        Some("l") => Side::Left,
        Some("t") => Side::Top,
        Some("b") => Side::Bottom,
        _ => Side::Right,
    };
    Some(Chart {
        kind,
        title: chart.child("title").map(title).unwrap_or_default(),
        axes: [axis("catAx"), axis("valAx")],
        legend: chart.child("legend").map(side),
        labels,
        gap: value("gapWidth").and_then(|gap| gap.parse().ok()).filter(|gap| *gap <= 500).unwrap_or(150),
        bounds: [bound("min"), bound("max")],
        series: series?,
        colors: [0, 1, 2, 3, 4, 5].map(accent),
    })
}

fn symbol(series: &Element) -> Option<&str> {
    series.child("marker")?.child("symbol")?.attribute("val")
}

/// Runs of a title, or what its cell showed.
fn title(of: &Element) -> String {
    fn collect(element: &Element, out: &mut String) {
        if matches!(&*element.name, "t" | "v") {
            out.push_str(&crate::ooxml::printable(&element.text));
        }
        element.children.iter().for_each(|child| collect(child, out));
    }
    let mut text = String::new();
    of.child("tx").iter().for_each(|tx| collect(tx, &mut text));
    text.chars().take(200).collect()
}

fn read_series(of: &Element, sheet: &str, looks: &Looks) -> Option<Series> {
    let range = |name: &str| {
        let reference = of.child(name).and_then(|part| part.find("f"))?;
        Some(own_range(&reference.text, sheet))
    };
    let fill = of.child("spPr").and_then(|look| look.child("solidFill").or_else(|| look.child("ln")?.child("solidFill")));
    let color = fill.and_then(|fill| fill.children.first()).and_then(|color| match &*color.name {
        "srgbClr" => super::style::hex(color.attribute("val")?),
        "schemeClr" => {
            let number: usize = color.attribute("val")?.strip_prefix("accent")?.parse().ok()?;
            looks.of_theme(3 + number)
        }
        _ => None,
    });
    let text = of.child("tx").and_then(|tx| tx.find("v")).map(|value| crate::ooxml::printable(&value.text)).unwrap_or_default();
    Some(Series {
        // A reference that cannot be followed is no chart of this sheet.
        name_at: range("tx").map_or(Some(None), |found| found.map(Some))?,
        name: text,
        categories_at: range("cat").map_or(Some(None), |found| found.map(Some))?,
        values_at: range("val")??,
        color,
        ..Series::default()
    })
}

/// `'表'!$B$2:$B$9` on its own sheet.
fn own_range(text: &str, sheet: &str) -> Option<Range> {
    let (of, cells) = text.trim().rsplit_once('!')?;
    let of = of.strip_prefix('\'').and_then(|of| of.strip_suffix('\'')).map_or(of.to_owned(), |of| of.replace("''", "'"));
    range_ref(cells).filter(|_| of == sheet)
}

/// Whether every range of a chart stays one row or one column of cells, whatever repeats.
pub(super) fn grows(plan: &SheetPlan, chart: &Chart, row: u32) -> bool {
    let ranges = chart.series.iter().flat_map(|series| [series.name_at, series.categories_at, Some(series.values_at)]).flatten();
    let block = |row: u32| {
        let row = plan.rows.get(row as usize)?;
        plan.segments.get(row.segment).filter(|segment| segment.list.is_some())
    };
    let fits = |range: Range| {
        let (rows, columns) = (range.first_row..=range.last_row, range.first_column..=range.last_column);
        let line = range.first_row == range.last_row || range.first_column == range.last_column;
        let there = (range.last_row as usize) < plan.rows.len() && usize::from(range.last_column) < plan.columns.len();
        let down = rows.clone().filter_map(block).collect::<Vec<_>>();
        // Records of several rows, or rows that stay for some only, part the range.
        let single = down.iter().all(|segment| segment.first == segment.last) && (down.is_empty() || range.first_row == range.last_row);
        let staying =
            rows.clone().all(|row| plan.rows.get(row as usize).is_some_and(|row| row.nested.is_none() && row.conditions.is_empty()));
        let groups = columns.filter_map(|column| plan.columns.get(usize::from(column))?.group).count();
        let across = groups == 0 || down.is_empty() && range.first_row == range.last_row;
        let narrow = down.is_empty() || range.first_column == range.last_column;
        line && there && single && staying && across && narrow
    };
    let once = block(row).is_none() && plan.across == 1 && !plan.footer_each_page;
    once && ranges.into_iter().all(fits)
}
