//! Charts as data: what a drawing has of them, over cells of its sheet, and the values that a filled one shows.

use super::model::{Color, Range};

/// A chart on a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// How its values are drawn.
    pub kind: ChartKind,
    /// Title, empty for none.
    pub title: String,
    /// Titles of the axes of categories and of values.
    pub axes: [String; 2],
    /// Where the legend stands.
    pub legend: Option<Side>,
    /// Values stand beside what shows them.
    pub labels: bool,
    /// Blank between groups, in percent of a bar's width.
    pub gap: u16,
    /// Least and greatest value of the axis, where the drawing sets them.
    pub bounds: [Option<f64>; 2],
    /// What is shown.
    pub series: Vec<Series>,
    /// Colours of the theme, for parts of a pie and for series without their own.
    pub colors: [Color; 6],
}

/// Kinds of charts that are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Upright bars.
    Column(Grouping),
    /// Bars to the right.
    Bar(Grouping),
    /// Lines, with or without marks on them.
    Line(bool),
    /// A circle in parts.
    Pie,
}

/// How bars of several series stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Beside each other.
    Beside,
    /// One on the other.
    Stacked,
    /// One on the other, all of them a hundred percent.
    Whole,
}

/// A side of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// One row of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The cell of its name.
    pub name_at: Option<Range>,
    /// Its name.
    pub name: String,
    /// Cells of the categories.
    pub categories_at: Option<Range>,
    /// What they show.
    pub categories: Vec<String>,
    /// Cells of the values.
    pub values_at: Range,
    /// The numbers in them.
    pub values: Vec<Option<f64>>,
    /// Its colour.
    pub color: Option<Color>,
}

impl Chart {
    /// The colour of a series, or of a part of a pie.
    pub fn color(&self, at: usize) -> Color {
        let own = if self.kind == ChartKind::Pie { None } else { self.series.get(at).and_then(|series| series.color) };
        own.unwrap_or(self.colors[at % self.colors.len()])
    }

    /// What the places along the axis are called: the first series that has names.
    pub fn categories(&self) -> &[String] {
        self.series.iter().map(|series| series.categories.as_slice()).find(|names| !names.is_empty()).unwrap_or_default()
    }

    /// Its ranges, to be moved.
    pub fn ranges_mut(&mut self) -> impl Iterator<Item = &mut Range> {
        self.series.iter_mut().flat_map(|series| series.name_at.iter_mut().chain(&mut series.categories_at).chain([&mut series.values_at]))
    }
}
