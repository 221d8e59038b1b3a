//! Pictures of a drawn sheet, and where they stand.

use super::drawn::{DrawnImage, DrawnSheet, Lost, MOST_COLUMNS, MOST_ROWS};
use super::error::{Feature, Problem};
use super::lost;
use super::package::Package;
use super::style::Looks;
use crate::diag::CellRef;
use crate::font;
use crate::form::model::Font;
use crate::ooxml::Element;

const POINTS_PER_EMU: f64 = 1.0 / 12_700.0;
const MOST_PICTURES: usize = 200;

/// Reads a sheet's drawing: pictures are kept, everything else is told.
pub(super) fn pictures(package: &mut Package<'_>, path: &str, sheet: &mut DrawnSheet, looks: &Looks, lost: &mut Vec<Lost>) {
    let Ok(drawing) = package.xml(path) else { return };
    let parts = package.relations(path);
    // What newer offices draw stands in a choice of which one must be understood.
    let chosen = drawing.children.iter().flat_map(|child| match &*child.name {
        "AlternateContent" => child.children.first().map_or(&[][..], |choice| choice.children.as_slice()),
        _ => std::slice::from_ref(child),
    });
    for anchor in chosen.filter(|child| child.name.ends_with("Anchor")) {
        let from = Corner::of(anchor.child("from")).or_else(|| Corner::at(sheet, anchor.child("pos")?));
        let at = from.as_ref().map(|corner| CellRef { row: corner.row, column: corner.column });
        if let (Some(frame), Some(from), Some(at)) = (anchor.child("graphicFrame"), &from, at)
            && let Some(part) = frame.find("chart").and_then(|chart| parts.get(chart.attribute("id")?))
        {
            match chart(package, &part.1, (frame, anchor), from, sheet, looks) {
                Some(image) if sheet.images.len() < MOST_PICTURES && at.row < MOST_ROWS && u32::from(at.column) < MOST_COLUMNS => {
                    sheet.images.push(image);
                }
                _ => lost::note(lost, &sheet.name, Some(at), Feature::Chart),
            }
            continue;
        }
        let picture = anchor.child("pic");
        let blip = picture.and_then(|picture| picture.find("blip")).and_then(|blip| blip.attribute("embed"));
        let (Some(picture), Some(blip), Some(from), Some(at)) = (picture, blip, from, at) else {
            lost::note(lost, &sheet.name, at, Feature::Shape);
            continue;
        };
        let bytes = parts.get(blip).and_then(|(_, target)| package.bytes(target)).unwrap_or_default();
        if !(bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xFF\xD8\xFF")) {
            lost::note(lost, &sheet.name, Some(at), Feature::OtherPicture);
            continue;
        }
        if sheet.images.len() >= MOST_PICTURES || from.row >= MOST_ROWS || u32::from(from.column) >= MOST_COLUMNS {
            sheet.problems.push((Some(at), Problem::TooLarge));
            return;
        }
        if let Err(why) = super::picture::prove(&bytes) {
            sheet.problems.push((Some(at), Problem::Picture(why)));
            continue;
        }
        let turned = picture.find("xfrm").is_some_and(|frame| {
            frame.number::<i64>("rot").is_some_and(|turn| turn != 0)
                || frame.flag("flipH") == Some(true)
                || frame.flag("flipV") == Some(true)
        });
        let cut = picture
            .find("srcRect")
            .is_some_and(|cut| ["l", "t", "r", "b"].iter().any(|side| cut.number::<i64>(side).is_some_and(|part| part != 0)));
        let drawn_over = picture.find("spPr").is_some_and(|look| {
            let line = look.child("ln").is_some_and(|line| line.child("solidFill").is_some());
            line || look.child("effectLst").is_some_and(|effects| !effects.children.is_empty())
        });
        let tinted = picture.find("blip").is_some_and(|blip| blip.children.iter().any(|effect| &*effect.name != "extLst"));
        if turned || cut || drawn_over || tinted {
            lost::note(lost, &sheet.name, Some(at), Feature::PictureEffect);
        }
        let extent = |element: Option<&Element>| {
            let element = element?;
            let side =
                |name: &str| element.number::<f64>(name).filter(|value| *value > 0.0 && *value <= 1.0e9).map(|emu| emu * POINTS_PER_EMU);
            Some((side("cx")?, side("cy")?))
        };
        let size = extent(anchor.child("ext"))
            .or_else(|| extent(picture.find("xfrm").and_then(|frame| frame.child("ext"))))
            .or_else(|| Corner::of(anchor.child("to")).map(|to| from.distance(&to, sheet)));
        let Some(size) = size.filter(|(width, height)| *width >= 0.5 && *height >= 0.5) else {
            lost::note(lost, &sheet.name, Some(at), Feature::Shape);
            continue;
        };
        sheet.images.push(DrawnImage {
            bytes: bytes.into(),
            row: from.row,
            column: from.column,
            offset: from.offset,
            size,
            description: picture
                .find("cNvPr")
                .and_then(|name| name.attribute("descr").filter(|text| !text.is_empty()).or_else(|| name.attribute("name")))
                .unwrap_or_default()
                .to_owned(),
            chart: None,
        });
    }
}

/// A chart as a picture of its size; `None` if it cannot be carried.
fn chart(
    package: &mut Package<'_>,
    path: &str,
    (frame, anchor): (&Element, &Element),
    from: &Corner,
    sheet: &DrawnSheet,
    looks: &Looks,
) -> Option<DrawnImage> {
    let chart = super::chart::read(&package.xml(path).ok()?, &sheet.name, looks)?;
    let length =
        |extent: &Element, name: &str| extent.number::<f64>(name).filter(|emu| *emu > 0.0 && *emu <= 1.0e9).map(|emu| emu * POINTS_PER_EMU);
    let own = anchor.child("ext").and_then(|extent| Some((length(extent, "cx")?, length(extent, "cy")?)));
    let size = own.or_else(|| Corner::of(anchor.child("to")).map(|to| from.distance(&to, sheet)))?;
    let description = frame.find("cNvPr").and_then(|name| name.attribute("descr")).unwrap_or_default().to_owned();
    // Smaller than that nothing can be read.
    (size.0 >= 30.0 && size.1 >= 30.0).then(|| DrawnImage {
        bytes: std::sync::Arc::from([]),
        row: from.row,
        column: from.column,
        offset: from.offset,
        size,
        description,
        chart: Some(Box::new(chart)),
    })
}

/// A corner of a picture: a cell, and points right and down from its own corner.
struct Corner {
    row: u32,
    column: u16,
    offset: (f64, f64),
}

impl Corner {
    fn of(element: Option<&Element>) -> Option<Self> {
        let element = element?;
        let number = |name: &str| element.child(name).and_then(|child| child.text.trim().parse::<i64>().ok());
        let offset = |name: &str| number(name).map_or(0.0, |emu| (emu as f64 * POINTS_PER_EMU).clamp(0.0, 5_000.0));
        Some(Self {
            row: u32::try_from(number("row")?).ok()?,
            column: u16::try_from(number("col")?).ok()?,
            offset: (offset("colOff"), offset("rowOff")),
        })
    }

    /// A place on the sheet in points from its corner, as the nearest cell before it.
    fn at(sheet: &DrawnSheet, place: &Element) -> Option<Self> {
        let side = |name: &str| place.number::<f64>(name).filter(|emu| (0.0..=1.0e10).contains(emu)).map(|emu| emu * POINTS_PER_EMU);
        let walk = |mut rest: f64, size: &dyn Fn(usize) -> f64| {
            let mut index = 0;
            while rest >= size(index) && index < MOST_ROWS as usize {
                rest -= size(index);
                index += 1;
            }
            (index, rest)
        };
        let (column, right) = walk(side("x")?, &|column| width(sheet, column));
        let (row, down) = walk(side("y")?, &|row| height(sheet, row));
        Some(Self { row: row as u32, column: column as u16, offset: (right, down) })
    }

    fn distance(&self, to: &Self, sheet: &DrawnSheet) -> (f64, f64) {
        let columns: f64 =
            (usize::from(self.column)..usize::from(to.column).min(MOST_COLUMNS as usize)).map(|column| width(sheet, column)).sum();
        let rows: f64 = (self.row as usize..(to.row.min(MOST_ROWS)) as usize).map(|row| height(sheet, row)).sum();
        (columns + to.offset.0 - self.offset.0, rows + to.offset.1 - self.offset.1)
    }
}

/// Points from the sheet's edge to a column.
pub(super) fn left(sheet: &DrawnSheet, column: usize) -> f64 {
    (0..column.min(MOST_COLUMNS as usize)).map(|column| width(sheet, column)).sum()
}

/// Points of a column as drawn; near enough for a picture whose own size the file does not give.
fn width(sheet: &DrawnSheet, column: usize) -> f64 {
    match sheet.columns.get(column) {
        Some(drawn) if drawn.hidden => 0.0,
        drawn => drawn.map_or(sheet.usual_width, |drawn| drawn.width) * f64::from(digit(&sheet.normal)) * 0.75,
    }
}

fn height(sheet: &DrawnSheet, row: usize) -> f64 {
    match sheet.rows.get(row) {
        Some(drawn) if drawn.hidden => 0.0,
        drawn => drawn.and_then(|drawn| drawn.height).unwrap_or(sheet.normal.size * 1.25),
    }
}

/// Pixels of a digit of the normal font.
pub(super) fn digit(normal: &Font) -> u32 {
    font::usual_digit_pixels(&normal.family, normal.size)
}
