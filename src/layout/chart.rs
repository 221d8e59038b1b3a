//! Charts drawn: bars, lines and pies with axes, titles and a legend, in points of the page.

use super::laid::{Fill, Item, PlacedChart, Shape, Stroke, Text};
use super::place::{self, Ink};
use super::shape::{printable, shape};
use crate::font::{Choice, FontSet};
use crate::form::chart::{Chart, ChartKind, Grouping, Side};
use crate::form::model::{Color, Font, Line};

const GRAY: Color = Color(0xBF, 0xBF, 0xBF);
const INK: Color = Color(0x40, 0x40, 0x40);
/// Lines of the value axis, about.
const TICKS: f64 = 5.0;

/// A rectangle on the page.
#[derive(Clone, Copy)]
struct Area {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Area {
    fn width(self) -> f32 {
        (self.right - self.left).max(1.0)
    }

    fn height(self) -> f32 {
        (self.bottom - self.top).max(1.0)
    }
}

/// Draws a chart into a rectangle of the page, letters at `scale`.
pub(super) fn draw(
    chart: &Chart,
    (x, y, width, height): (f32, f32, f32, f32),
    scale: f32,
    fonts: &FontSet,
    normal: &Font,
    description: &str,
) -> PlacedChart {
    let choice = fonts.choose(&normal.family, false);
    let mut pen = Pen { fonts, choice, font: Font { color: Some(INK), ..normal.clone() }, size: 9.0 * scale, out: PlacedChart::default() };
    pen.out.description = if description.is_empty() { chart.title.clone() } else { description.to_owned() };
    let whole = Area { left: x, top: y, right: x + width, bottom: y + height };
    pen.rectangle(whole, Color(0xFF, 0xFF, 0xFF));
    pen.frame(whole);
    let gap = pen.size * 0.6;
    let mut area = Area { left: x + gap, top: y + gap, right: x + width - gap, bottom: y + height - gap };
    if !chart.title.is_empty() {
        let size = pen.size;
        pen.size = size * 1.5;
        pen.centred(&chart.title, f32::midpoint(area.left, area.right), area.top + pen.size);
        area.top += pen.size * 1.7;
        pen.size = size;
    }
    legend(chart, &mut pen, &mut area);
    match chart.kind {
        ChartKind::Pie => pie(chart, &mut pen, area),
        ChartKind::Bar(_) => axes(chart, &mut pen, area, true),
        _ => axes(chart, &mut pen, area, false),
    }
    pen.out
}

/// What is drawn so far, and with which letters.
struct Pen<'a> {
    fonts: &'a FontSet,
    choice: Choice,
    font: Font,
    size: f32,
    out: PlacedChart,
}

impl Pen<'_> {
    fn width(&self, text: &str) -> f32 {
        shape(self.fonts, self.choice, &printable(text), |_| {}).iter().map(|shape| shape.advance).sum::<f32>() * self.size
    }

    /// As much of a text as a width takes.
    fn fitting(&self, text: &str, width: f32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut short = String::new();
        for character in text.chars() {
            short.push(character);
            if self.width(&short) + self.size > width {
                short.pop();
                break;
            }
        }
        short + "…"
    }

    /// A line of text, its baseline at `y`, turned against the clock.
    fn text(&mut self, text: &str, x: f32, y: f32, degrees: f32) {
        let shapes = shape(self.fonts, self.choice, &printable(text), |_| {});
        let frame = place::Frame { origin: (x, y), degrees, scale: 1.0 };
        let (mut texts, mut strokes): (Vec<Text>, Vec<Stroke>) = (Vec::new(), Vec::new());
        let mut ink = Ink { texts: &mut texts, strokes: &mut strokes };
        place::draw_line(self.fonts, self.choice, &shapes, self.size, &[], (0.0, 0.0), frame, &self.font, &mut ink);
        self.out.texts.extend(texts);
        self.out.items.extend(strokes.into_iter().map(Item::Stroke));
    }

    fn centred(&mut self, text: &str, x: f32, y: f32) {
        let left = x - self.width(text) / 2.0;
        self.text(text, left, y, 0.0);
    }

    fn rectangle(&mut self, area: Area, color: Color) {
        let (x, y) = (area.left.min(area.right), area.top.min(area.bottom));
        let (width, height) = ((area.right - area.left).abs(), (area.bottom - area.top).abs());
        self.out.items.push(Item::Fill(Fill { x, y, width, height, color }));
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        self.out.items.push(Item::Stroke(Stroke { from, to, width, line: Line::Thin, color }));
    }

    fn frame(&mut self, area: Area) {
        let corners =
            [(area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom), (area.left, area.top)];
        corners.windows(2).for_each(|side| self.line(side[0], side[1], 0.5, GRAY));
    }
}

/// Names with their colours, taken off the area.
fn legend(chart: &Chart, pen: &mut Pen<'_>, area: &mut Area) {
    let Some(side) = chart.legend else { return };
    let names: Vec<String> = match chart.kind {
        ChartKind::Pie => chart.categories().to_vec(),
        _ => chart.series.iter().map(|series| series.name.clone()).collect(),
    };
    let mark = pen.size * 0.7;
    let item = |pen: &Pen<'_>, name: &str| mark + pen.size * 0.4 + pen.width(name) + pen.size;
    if matches!(side, Side::Top | Side::Bottom) {
        // As many rows as the names take.
        let mut rows: Vec<Vec<(usize, String)>> = vec![Vec::new()];
        let mut used = 0.0;
        for (at, name) in names.into_iter().enumerate() {
            let name = pen.fitting(&name, area.width() / 2.0);
            let wide = item(pen, &name);
            if used + wide > area.width() && used > 0.0 {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += wide;
            if let Some(row) = rows.last_mut() {
                row.push((at, name));
            }
        }
        let height = pen.size * 1.5;
        let high = (rows.len() as f32 * height).min(area.height() / 2.0);
        let mut y = if side == Side::Top { area.top } else { area.bottom - high };
        for row in &rows {
            let wide: f32 = row.iter().map(|(_, name)| item(pen, name)).sum();
            let mut x = f32::midpoint(area.left, area.right) - wide / 2.0;
            for (at, name) in row {
                entry(chart, pen, *at, name, (x, y + pen.size), mark);
                x += item(pen, name);
            }
            y += height;
            if y > area.bottom {
                break;
            }
        }
        if side == Side::Top {
            area.top += high;
        } else {
            area.bottom -= high;
        }
        return;
    }
    let names: Vec<String> = names.iter().map(|name| pen.fitting(name, area.width() / 3.0)).collect();
    let wide = names.iter().map(|name| item(pen, name)).fold(0.0, f32::max);
    let x = if side == Side::Left { area.left } else { area.right - wide };
    let height = pen.size * 1.5;
    let shown = ((area.height() / height) as usize).min(names.len());
    let mut y = f32::midpoint(area.top, area.bottom) - shown as f32 * height / 2.0 + pen.size;
    for (at, name) in names.iter().enumerate().take(shown) {
        entry(chart, pen, at, name, (x, y), mark);
        y += height;
    }
    if side == Side::Left { area.left += wide } else { area.right -= wide }
}

fn entry(chart: &Chart, pen: &mut Pen<'_>, at: usize, name: &str, (x, y): (f32, f32), mark: f32) {
    let color = chart.color(at);
    if matches!(chart.kind, ChartKind::Line(_)) {
        pen.line((x, y - mark / 2.0), (x + mark, y - mark / 2.0), pen.size * 0.2, color);
    } else {
        pen.rectangle(Area { left: x, top: y - mark, right: x + mark, bottom: y }, color);
    }
    pen.text(name, x + mark + pen.size * 0.4, y, 0.0);
}

/// Steps of the value axis: a one, two or five, as many as are read easily.
fn steps(chart: &Chart, low: f64, high: f64) -> (f64, f64, f64) {
    let low = chart.bounds[0].unwrap_or(low.min(0.0));
    let high = chart.bounds[1].unwrap_or(if high > low { high } else { low + 1.0 });
    let high = if high > low { high } else { low + 1.0 };
    let raw = (high - low) / TICKS;
    let ten = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * ten).find(|step| *step >= raw * 0.999).unwrap_or(raw);
    let begin = chart.bounds[0].unwrap_or((low / step).floor() * step);
    let top = (high / step).ceil() * step;
    // Nothing touches the upper edge.
    let end = chart.bounds[1].unwrap_or(if top - high < step * 0.05 { top + step } else { top });
    (begin, end, step)
}

/// A number of the axis, with as many places as its steps have.
fn said(value: f64, step: f64, percent: bool) -> String {
    let places = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    let value = if value.abs() < step / 1e6 { 0.0 } else { value };
    if percent { format!("{:.0}%", value * 100.0) } else { format!("{value:.places$}").replace('-', "−") }
}

/// A value beside its bar, without zeros at its end.
fn label(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
}

/// A number that can be drawn.
fn value(chart: &Chart, series: usize, place: usize) -> Option<f64> {
    let value = chart.series.get(series)?.values.get(place).copied().flatten();
    value.filter(|value| value.is_finite() && value.abs() < 1e15)
}

/// For each series where its bar at each place begins and ends.
fn spans(chart: &Chart, grouping: Grouping, count: usize) -> Vec<Vec<Option<(f64, f64)>>> {
    let sums: Vec<f64> =
        (0..count).map(|place| (0..chart.series.len()).filter_map(|series| value(chart, series, place)).map(f64::abs).sum()).collect();
    // How far those below zero and those above have come at each place.
    let mut reached = vec![(0.0, 0.0); count];
    let mut of_series = |series: usize| {
        let places = sums.iter().zip(&mut reached).enumerate();
        places
            .map(|(place, (sum, (below, above)))| {
                let own = value(chart, series, place)?;
                let own = if grouping != Grouping::Whole {
                    own
                } else if *sum > 0.0 {
                    own / sum
                } else {
                    0.0
                };
                if grouping == Grouping::Beside {
                    return Some((0.0, own));
                }
                let from: &mut f64 = if own < 0.0 { below } else { above };
                let begin = *from;
                *from += own;
                Some((begin, *from))
            })
            .collect()
    };
    (0..chart.series.len()).map(&mut of_series).collect()
}

/// Bars and lines between their axes.
fn axes(chart: &Chart, pen: &mut Pen<'_>, area: Area, sideways: bool) {
    let grouping = match chart.kind {
        ChartKind::Column(grouping) | ChartKind::Bar(grouping) => grouping,
        _ => Grouping::Beside,
    };
    let count = chart.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let at = |series: usize, place: usize| value(chart, series, place);
    let spans = spans(chart, grouping, count);
    let ends = || spans.iter().flatten().flatten().flat_map(|(from, to)| [*from, *to]);
    let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let (begin, end, step) = steps(chart, low, high);
    let ticks: Vec<f64> = (0..=200).map(|number| begin + f64::from(number) * step).take_while(|tick| *tick <= end + step * 0.001).collect();
    let names: Vec<String> = (0..count).map(|at| chart.categories().get(at).cloned().unwrap_or_else(|| (at + 1).to_string())).collect();
    let numbers: Vec<String> = ticks.iter().map(|tick| said(*tick, step, grouping == Grouping::Whole)).collect();
    let mut plot = area;
    titles(chart, pen, &mut plot, sideways);
    let line = pen.size * 1.4;
    let beside = if sideways { &names } else { &numbers };
    let widest = beside.iter().map(|text| pen.width(text)).fold(0.0, f32::max).min(area.width() / 3.0);
    plot.left += widest + pen.size * 0.5;
    plot.bottom -= line;
    plot.top += pen.size * 0.5;
    plot.right -= pen.size * 0.5;
    let along = |value: f64| ((value.clamp(begin, end) - begin) / (end - begin)) as f32;
    for (tick, text) in ticks.iter().zip(&numbers) {
        if sideways {
            let x = plot.left + plot.width() * along(*tick);
            pen.line((x, plot.top), (x, plot.bottom), 0.4, GRAY);
            pen.centred(text, x, plot.bottom + pen.size * 1.1);
        } else {
            let y = plot.bottom - plot.height() * along(*tick);
            pen.line((plot.left, y), (plot.right, y), 0.4, GRAY);
            let left = plot.left - pen.size * 0.4 - pen.width(text);
            pen.text(text, left, y + pen.size * 0.35, 0.0);
        }
    }
    let each = if sideways { plot.height() } else { plot.width() } / count.max(1) as f32;
    // Bars of an office stand from below upwards.
    let middle = |place: usize| if sideways { plot.bottom - each * (place as f32 + 0.5) } else { plot.left + each * (place as f32 + 0.5) };
    let room = if sideways {
        line
    } else {
        names.iter().map(|name| pen.width(name)).fold(pen.size, f32::max).min(each.max(pen.size * 4.0)) + pen.size * 0.5
    };
    let skip = (room / each).ceil().max(1.0) as usize;
    for (place, name) in names.iter().enumerate().step_by(skip) {
        if sideways {
            let name = pen.fitting(name, area.width() / 3.0);
            let left = plot.left - pen.size * 0.4 - pen.width(&name);
            pen.text(&name, left, middle(place) + pen.size * 0.35, 0.0);
        } else {
            let name = pen.fitting(name, each * skip as f32);
            pen.centred(&name, middle(place), plot.bottom + pen.size * 1.1);
        }
    }
    if let ChartKind::Line(marked) = chart.kind {
        lines(chart, pen, &spans, |place, value| (middle(place), plot.bottom - plot.height() * along(value)), marked);
    } else {
        let bars = if grouping == Grouping::Beside { chart.series.len().max(1) } else { 1 } as f32;
        let thick = each / (bars + f32::from(chart.gap) / 100.0);
        for (series, spans) in spans.iter().enumerate() {
            for (place, span) in spans.iter().enumerate() {
                let Some((from, to)) = *span else { continue };
                let own = if grouping == Grouping::Beside { series as f32 } else { 0.0 };
                let offset = (own - bars / 2.0) * thick;
                let (near, far) = (along(from), along(to));
                let bar = if sideways {
                    let (left, right) = (plot.left + plot.width() * near, plot.left + plot.width() * far);
                    Area { left, right, top: middle(place) - offset - thick, bottom: middle(place) - offset }
                } else {
                    let (top, bottom) = (plot.bottom - plot.height() * far, plot.bottom - plot.height() * near);
                    Area { left: middle(place) + offset, right: middle(place) + offset + thick, top, bottom }
                };
                pen.rectangle(bar, chart.color(series));
                if chart.labels
                    && let Some(value) = at(series, place)
                {
                    value_of(pen, bar, value, sideways, grouping);
                }
            }
        }
    }
    let zero = along(0.0);
    let (from, to) = if sideways {
        let x = plot.left + plot.width() * zero;
        ((x, plot.top), (x, plot.bottom))
    } else {
        let y = plot.bottom - plot.height() * zero;
        ((plot.left, y), (plot.right, y))
    };
    pen.line(from, to, 0.75, INK);
}

fn value_of(pen: &mut Pen<'_>, bar: Area, value: f64, sideways: bool, grouping: Grouping) {
    let text = label(value);
    let (x, y) = (f32::midpoint(bar.left, bar.right), f32::midpoint(bar.top, bar.bottom) + pen.size * 0.35);
    if grouping != Grouping::Beside {
        pen.centred(&text, x, y);
    } else if sideways {
        let left = if value < 0.0 { bar.left.min(bar.right) - pen.width(&text) - pen.size * 0.3 } else { bar.right + pen.size * 0.3 };
        pen.text(&text, left, y, 0.0);
    } else {
        pen.centred(&text, x, if value < 0.0 { bar.bottom.max(bar.top) + pen.size } else { bar.top - pen.size * 0.3 });
    }
}

/// Titles of the axes, taken off the plot.
fn titles(chart: &Chart, pen: &mut Pen<'_>, plot: &mut Area, sideways: bool) {
    let [categories, values] = &chart.axes;
    let (below, beside) = if sideways { (values, categories) } else { (categories, values) };
    let line = pen.size * 1.4;
    if !below.is_empty() {
        pen.centred(below, f32::midpoint(plot.left, plot.right), plot.bottom - pen.size * 0.3);
        plot.bottom -= line;
    }
    if !beside.is_empty() {
        let y = f32::midpoint(plot.top, plot.bottom) + pen.width(beside) / 2.0;
        pen.text(beside, plot.left + pen.size, y, 90.0);
        plot.left += line;
    }
}

fn lines(chart: &Chart, pen: &mut Pen<'_>, spans: &[Vec<Option<(f64, f64)>>], point: impl Fn(usize, f64) -> (f32, f32), marked: bool) {
    for (series, spans) in spans.iter().enumerate() {
        let color = chart.color(series);
        let points: Vec<Option<(f32, f32)>> =
            spans.iter().enumerate().map(|(place, span)| span.map(|(_, value)| point(place, value))).collect();
        for pair in points.windows(2) {
            if let [Some(from), Some(to)] = pair {
                pen.line(*from, *to, pen.size * 0.2, color);
            }
        }
        for (place, (x, y)) in points.iter().enumerate().filter_map(|(place, point)| point.map(|point| (place, point))) {
            if marked {
                pen.out.items.push(Item::Shape(Shape { corners: arc((x, y), pen.size * 0.3, 0.0, 360.0), color }));
            }
            if chart.labels
                && let Some((_, value)) = spans[place]
            {
                pen.centred(&label(value), x, y - pen.size * 0.5);
            }
        }
    }
}

fn pie(chart: &Chart, pen: &mut Pen<'_>, area: Area) {
    let values: Vec<f64> =
        chart.series.first().map(|series| &series.values).into_iter().flatten().map(|value| value.unwrap_or(0.0).max(0.0)).collect();
    let sum: f64 = values.iter().filter(|value| value.is_finite()).sum();
    if sum <= 0.0 {
        return;
    }
    let center = (f32::midpoint(area.left, area.right), f32::midpoint(area.top, area.bottom));
    let radius = area.width().min(area.height()) / 2.0 - if chart.labels { pen.size * 1.5 } else { 0.0 };
    let mut from = 0.0;
    for (at, value) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
        let to = from + (value / sum * 360.0) as f32;
        let mut corners = if to - from < 359.9 { vec![center] } else { Vec::new() };
        corners.extend(arc(center, radius.max(1.0), from, to));
        pen.out.items.push(Item::Shape(Shape { corners, color: chart.color(at) }));
        if chart.labels {
            let (sin, cos) = f32::midpoint(from, to).to_radians().sin_cos();
            let out = radius + pen.size * 0.8;
            pen.centred(&label(*value), center.0 + out * sin, center.1 - out * cos + pen.size * 0.35);
        }
        from = to;
    }
}

/// Points on a circle, from the top clockwise.
fn arc((x, y): (f32, f32), radius: f32, from: f32, to: f32) -> Vec<(f32, f32)> {
    let steps = ((to - from) / 6.0).ceil().max(1.0);
    (0..=steps as u16)
        .map(|step| {
            let (sin, cos) = (from + f32::from(step) * (to - from) / steps).to_radians().sin_cos();
            (x + radius * sin, y - radius * cos)
        })
        .collect()
}
