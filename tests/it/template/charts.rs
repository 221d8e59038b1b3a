//! Charts of a template: their ranges grow, their values are drawn, and what cannot be carried is told.

use rust_xlsxwriter::{Chart, ChartLegendPosition, ChartType};
use scorebook::form::chart::{ChartKind, Grouping, Side};
use scorebook::layout::{Item, layout};
use scorebook::template::Feature;

use super::pages::fonts;
use super::*;

const CELLS: &[(&str, &str)] =
    &[("A1", "姓名"), ("B1", "总分"), ("A2", "{.姓名}"), ("B2", "{.总分}"), ("A3", "平均"), ("B3", "=AVERAGE(B2)")];

/// A chart of the totals of all members, below the table.
fn chart(kind: ChartType) -> Chart {
    let mut chart = Chart::new(kind);
    chart.add_series().set_categories("=表!$A$2:$A$2").set_values("=表!$B$2:$B$2").set_name("=表!$B$1");
    chart.title().set_name("各人总分");
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart
}

fn with(chart: &Chart, members: usize) -> FilledBook {
    let more = |sheet: &mut Worksheet| drop(sheet.insert_chart(5, 0, chart).map(drop));
    let template = load(&drawn(CELLS, more, &[]), &form());
    assert_eq!(template.warnings(), [], "all of it is carried");
    fill(&template, &data(members, 0))
}

fn told(chart: &Chart, cells: &[(&str, &str)], row: u32) -> Vec<String> {
    let more = |sheet: &mut Worksheet| drop(sheet.insert_chart(row, 1, chart).map(drop));
    let template = load(&drawn(cells, more, &[]), &form());
    let cell = |warning: &TemplateError| {
        matches!(warning.kind, Problem::NotCarried(Feature::Chart)).then(|| warning.cell.map(|cell| cell.to_string())).flatten()
    };
    template.warnings().iter().filter_map(cell).collect()
}

#[test]
fn ranges_grow_and_values_are_those_of_the_cells() {
    let book = with(&chart(ChartType::Column), 5);
    let image = &book.sheets[0].images[0];
    // Below the mean, four rows further down.
    assert_eq!((image.row, image.column), (9, 0));
    let chart = image.chart.as_ref().expect("a chart");
    assert_eq!((chart.kind, chart.title.as_str(), chart.legend), (ChartKind::Column(Grouping::Beside), "各人总分", Some(Side::Bottom)));
    let series = &chart.series[0];
    assert_eq!(series.name, "总分");
    assert_eq!(series.values_at, Range { first_row: 1, first_column: 1, last_row: 5, last_column: 1 });
    assert_eq!(series.categories, ["甲1", "甲2", "甲3", "甲4", "甲5"]);
    assert_eq!(series.values, [10.0, 11.0, 12.0, 13.0, 14.0].map(Some));
}

/// On the page a column is as high as its number, among the same letters.
#[test]
fn the_page_shows_them_to_scale() {
    let book = with(&chart(ChartType::Column), 5);
    let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
    let placed = &laid.pages[0].charts[0];
    let bars: Vec<f32> = placed
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Fill(fill) if fill.color != scorebook::form::model::Color(255, 255, 255) && fill.height > 12.0 => Some(fill.height),
            _ => None,
        })
        .collect();
    assert_eq!(bars.len(), 5);
    for (at, height) in bars.iter().enumerate() {
        let wanted = bars[0] * (10.0 + at as f32) / 10.0;
        assert!((height - wanted).abs() < 0.1, "{bars:?}");
    }
    let texts: Vec<&str> = placed.texts.iter().map(|text| text.text.as_str()).collect();
    for word in ["各人总分", "总分", "甲1", "甲5", "0", "10"] {
        assert!(texts.contains(&word), "{word} not among {texts:?}");
    }
    assert_eq!(placed.description, "各人总分");
}

#[test]
fn every_kind_is_written_and_read_back() {
    let kinds = [
        ChartType::Column,
        ChartType::ColumnStacked,
        ChartType::ColumnPercentStacked,
        ChartType::Bar,
        ChartType::BarStacked,
        ChartType::BarPercentStacked,
        ChartType::Line,
        ChartType::Pie,
    ];
    for kind in kinds {
        let book = with(&chart(kind), 4);
        let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
        let bytes = scorebook::xlsx::pages::write(&book, &laid, &scorebook::xlsx::pages::Properties::default()).expect("a workbook");
        let again = load(&bytes, &form());
        let twice = fill(&again, &data(0, 0));
        let (one, two) = (&book.sheets[0].images[0], &twice.sheets[0].images[0]);
        assert_eq!((one.row, one.column), (two.row, two.column));
        let (one, two) = (one.chart.as_ref().expect("a chart"), two.chart.as_ref().expect("a chart"));
        assert_eq!((one.kind, &one.title, one.legend, one.labels), (two.kind, &two.title, two.legend, two.labels));
        let shown = |chart: &scorebook::form::chart::Chart| {
            chart
                .series
                .iter()
                .map(|series| (series.name.clone(), series.categories.clone(), series.values.clone(), series.values_at))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(one), shown(two));
        let own: Vec<_> = (0..4).map(|at| one.color(at)).collect();
        assert!(!own.is_empty());
        // Its part holds them too, for readers that look no further.
        let part = part(&bytes, "xl/charts/chart1.xml");
        for word in ["<c:v>甲4</c:v>", "<c:v>13</c:v>", "<c:v>总分</c:v>", "$B$2:$B$5"] {
            assert!(part.contains(word), "{word}\n{part}");
        }
    }
}

/// A part of a package.
fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a package");
    std::io::Read::read_to_string(&mut zip.by_name(name).expect("a part"), &mut text).expect("text");
    text
}

#[test]
fn an_empty_table_has_no_chart_and_no_fault() {
    let book = with(&chart(ChartType::Pie), 0);
    assert!(book.sheets[0].images[0].chart.as_ref().is_some_and(|chart| chart.series.is_empty()));
    let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
    let bytes = scorebook::xlsx::pages::write(&book, &laid, &scorebook::xlsx::pages::Properties::default()).expect("a workbook");
    assert!(load(&bytes, &form()).warnings().is_empty());
}

#[test]
fn what_cannot_be_carried_is_told_with_its_cell() {
    for kind in [ChartType::Area, ChartType::Doughnut, ChartType::Radar, ChartType::Scatter, ChartType::LineStacked] {
        assert_eq!(told(&chart(kind), CELLS, 5), ["B6"]);
    }
    let more = |sheet: &mut Worksheet| drop(sheet.insert_chart(5, 1, &chart(ChartType::Column)).map(drop));
    let elsewhere = changed(&drawn(CELLS, more, &[]), |name, text| (name.to_owned(), text.replace("<c:f>表!", "<c:f>别的表!")));
    let warnings = load(&elsewhere, &form());
    assert!(matches!(warnings.warnings(), [TemplateError { kind: Problem::NotCarried(Feature::Chart), .. }]), "{:?}", warnings.warnings());
    // Within the rows that repeat, and over records of two rows.
    assert_eq!(told(&chart(ChartType::Column), CELLS, 1), ["B2"]);
    let two = &[("A2", "{.姓名}"), ("B2", "{.总分}"), ("A3", "{.类别}")];
    assert_eq!(told(&chart(ChartType::Column), two, 5), ["B6"]);
    let mut block = Chart::new(ChartType::Column);
    block.add_series().set_values("=表!$A$2:$B$3");
    assert_eq!(told(&block, CELLS, 5), ["B6"]);
}
