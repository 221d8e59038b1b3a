//! Board, registry, card and yearly form as XLSX and PDF: what the program takes, beside the bare calls of the two libraries with
//! the same content laid out beforehand. `cargo bench --bench board [-- NAME…]`.
//!
//! Before anything is measured the bare workbook is compared part by part with the program's (they are equal), and the bare PDF's pages,
//! fonts and glyphs with the program's (which has blanks between cells besides). So the difference is what filling, layout, and our own
//! handling of cells, glyphs and objects cost. Times are processor time of the thread where the system tells it, medians of turns.

#![expect(clippy::print_stdout, reason = "the ratio and the sizes are what the bench is for")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, Document, SerializeSettings};
use rust_xlsxwriter::{Color as XlsxColor, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use scorebook::builtin;
use scorebook::fill::fill_pages;
use scorebook::font::{FontData, FontSet};
use scorebook::form::model::{Align, Color, FilledBook, FilledSheet, Horizontal, Line, Style, Value, Vertical};
use scorebook::forms::{BOARD, CARD, Form, REGISTRY, YEARLY, sample};
use scorebook::layout::{Bookmark, LaidOut, LaidSheet, PIXEL, Page, Text, layout};
use scorebook::pdf::{self, DocumentInfo, PdfFonts};
use scorebook::template::Template;
use scorebook::xlsx::pages::{self, Properties};

/// Members of the branch.
const MEMBERS: usize = 30;
/// Turns of each side.
const TURNS: usize = 25;
/// What a turn takes at least: some systems count a thread's time in steps of four milliseconds.
const TURN: Duration = Duration::from_millis(100);
const AUTHOR: &str = "中共示范县委组织部";

/// What both sides write, laid out and turned into the arguments of the libraries.
struct Content {
    title: &'static str,
    xlsx: Book,
    pdf: Vec<BarePage>,
    outline: Vec<Bookmark>,
    fonts: Vec<Font>,
}

struct Book {
    normal: (String, f64),
    default_height: u32,
    default_width: u32,
    /// Those of the book, and behind them those that layout changed.
    styles: Vec<Style>,
    sheets: Vec<Sheet>,
}

struct Sheet {
    name: String,
    widths: Vec<u32>,
    heights: Vec<u32>,
    merges: Vec<(u32, u16, u32, u16, usize)>,
    /// Row, column, style, what it holds.
    cells: Vec<(u32, u16, usize, Bare)>,
    paper: u8,
    landscape: bool,
    margins: [f64; 6],
    fit: Option<(u16, u16)>,
    center: (bool, bool),
    scale_header: bool,
    header: String,
    footer: String,
    titles: Option<(u32, u32)>,
    area: Option<(u32, u16, u32, u16)>,
    breaks: Vec<u32>,
}

enum Bare {
    Blank,
    Text(String),
    Number(f64),
}

/// From and to.
type Segment = [(f32, f32); 2];

struct BarePage {
    sheet: usize,
    width: f32,
    height: f32,
    lines: Vec<(f32, Color, Vec<Segment>)>,
    /// Heading, repeated, runs.
    rows: Vec<(bool, bool, Vec<Run>)>,
    furniture: Vec<Run>,
}

struct Run {
    font: usize,
    size: f32,
    at: (f32, f32),
    color: Color,
    text: String,
    glyphs: Vec<KrillaGlyph>,
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 14).expect("a day")
}

fn prepare(title: &'static str, book: &FilledBook, laid: &LaidOut, fonts: &FontSet) -> Content {
    let heights: Vec<u32> = laid.sheets.iter().flat_map(|sheet| &sheet.heights).map(|height| (height / PIXEL) as u32).collect();
    // A height that no row has, so that each row says its own.
    let usual = (book.normal_font.size * 96.0 / 72.0 * 1.2).round() as u32;
    let default_height = (usual..=546).find(|height| !heights.contains(height)).expect("some height is free");
    let default_width = match laid.sheets[0].digit {
        7 => 64,
        8 => 72,
        other => panic!("digits of {other} pixels: teach this bench their default column"),
    };
    let mut styles = book.styles.clone();
    let sheets = book.sheets.iter().zip(&laid.sheets).map(|(sheet, measures)| bare_sheet(sheet, measures, &mut styles)).collect();
    let normal = (book.normal_font.family.clone(), book.normal_font.size);
    let fonts = fonts.faces().iter().map(|face| Font::new(Data::from(face.bytes.clone()), face.index).expect("bundled fonts embed"));
    Content {
        title,
        xlsx: Book { normal, default_height, default_width, styles, sheets },
        pdf: laid.pages.iter().map(bare_page).collect(),
        outline: laid.outline.clone(),
        fonts: fonts.collect(),
    }
}

fn bare_sheet(sheet: &FilledSheet, measures: &LaidSheet, styles: &mut Vec<Style>) -> Sheet {
    // What the bare calls below do not do must not be needed.
    assert!(sheet.images.is_empty() && sheet.title_columns.is_none() && measures.column_breaks.is_empty());
    assert!(sheet.columns.iter().all(|column| !column.hidden) && sheet.rows.iter().all(|row| !row.hidden));
    assert!(!sheet.page.over_then_down && sheet.page.first_page.is_none());
    let style_at = |row: u32, column: u16| {
        let cells = &sheet.rows[row as usize].cells;
        cells[cells.binary_search_by_key(&column, |cell| cell.column).expect("a merge has its first cell")].style.0 as usize
    };
    let merges =
        measures.merges.iter().map(|m| (m.first_row, m.first_column, m.last_row, m.last_column, style_at(m.first_row, m.first_column)));
    let bare = |value: &Value| match value {
        Value::Empty => Bare::Blank,
        Value::Text(text) if text.is_empty() => Bare::Blank,
        Value::Text(text) => Bare::Text(text.clone()),
        Value::Number(number) => Bare::Number(number.to_stored()),
        Value::Date(day) => Bare::Number(f64::from(*day)),
        Value::Truth(_) | Value::Formula { .. } => panic!("these forms have neither formulas nor truth values"),
    };
    let mut cells = Vec::new();
    for (row, cell) in (0u32..).zip(&sheet.rows).flat_map(|(row, cells)| cells.cells.iter().map(move |cell| (row, cell))) {
        let mut style = cell.style.0 as usize;
        if let Some(changed) = measures.adjusted.get(&(row, cell.column)) {
            let mut look = styles[style].clone();
            look.align.wrap |= changed.wrap;
            look.font.size = changed.size.unwrap_or(look.font.size);
            style = styles.iter().position(|known| *known == look).unwrap_or(styles.len());
            if style == styles.len() {
                styles.push(look);
            }
        }
        cells.push((row, cell.column, style, bare(&cell.value)));
    }
    let margins = &sheet.page.margins;
    Sheet {
        name: sheet.name.clone(),
        widths: measures.widths.iter().map(|width| (width / PIXEL) as u32).collect(),
        heights: measures.heights.iter().map(|height| (height / PIXEL) as u32).collect(),
        merges: merges.filter(|(row, column, last_row, last_column, _)| (row, column) != (last_row, last_column)).collect(),
        cells,
        paper: sheet.page.paper as u8,
        landscape: sheet.page.landscape,
        margins: [margins.left, margins.right, margins.top, margins.bottom, margins.header, margins.footer].map(|points| points / 72.0),
        fit: sheet.page.fit.map(|(across, down)| (across, if measures.row_breaks.is_empty() { down } else { 0 })),
        center: (sheet.page.center_horizontally, sheet.page.center_vertically),
        scale_header: sheet.page.scale_header,
        header: measures.header.clone(),
        footer: measures.footer.clone(),
        titles: sheet.title_rows,
        area: measures.printed.map(|area| (area.first_row, area.first_column, area.last_row, area.last_column)),
        breaks: measures.row_breaks.clone(),
    }
}

fn bare_page(page: &Page) -> BarePage {
    assert!(page.fills.is_empty() && page.pictures.is_empty() && laid_flat(page));
    let group = page.strokes.chunk_by(|one, other| (one.width, one.line, one.color) == (other.width, other.line, other.color));
    BarePage {
        sheet: page.sheet,
        width: page.width,
        height: page.height,
        lines: group.map(|lines| (lines[0].width, lines[0].color, lines.iter().map(|line| [line.from, line.to]).collect())).collect(),
        rows: page.rows.iter().map(|row| (row.heading, row.repeated, runs(row.cells.iter().flat_map(|cell| &cell.texts)))).collect(),
        furniture: runs(&page.furniture),
    }
}

fn laid_flat(page: &Page) -> bool {
    let texts = page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts).chain(&page.furniture);
    let solid = |line: Line| matches!(line, Line::Thin | Line::Medium | Line::Thick | Line::Double);
    texts.into_iter().all(|text| text.rotation == 0.0 && !text.slanted && !text.stroked) && page.strokes.iter().all(|line| solid(line.line))
}

/// Texts as runs: what stands on one line in one look is one, with gaps, as whoever calls krilla for speed would do.
fn runs<'a>(texts: impl IntoIterator<Item = &'a Text>) -> Vec<Run> {
    let mut runs: Vec<(Run, f32)> = Vec::new();
    for text in texts {
        let font = usize::from(text.face.0);
        let end = text.x + text.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * text.size;
        let same = |(run, until): &&mut (Run, f32)| {
            (run.font, run.size, run.at.1, run.color) == (font, text.size, text.y, text.color) && text.x >= *until
        };
        let known = if let Some((run, until)) = runs.last_mut().filter(|last| same(last)) {
            if let Some(last) = run.glyphs.last_mut() {
                last.x_advance += (text.x - *until) / run.size;
            }
            *until = end;
            Some(run)
        } else {
            None
        };
        let start = known.as_ref().map_or(0, |run| run.text.len());
        let ends = text.glyphs.iter().skip(1).map(|next| next.start as usize).chain([text.text.len()]);
        let glyphs: Vec<KrillaGlyph> = text
            .glyphs
            .iter()
            .zip(ends)
            .map(|(glyph, end)| {
                let range = start + glyph.start as usize..start + end;
                KrillaGlyph::new(GlyphId::new(u32::from(glyph.id)), glyph.advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect();
        if let Some(run) = known {
            run.text.push_str(&text.text);
            run.glyphs.extend(glyphs);
        } else {
            let run = Run { font, size: text.size, at: (text.x, text.y), color: text.color, text: text.text.clone(), glyphs };
            runs.push((run, end));
        }
    }
    runs.into_iter().map(|(run, _)| run).collect()
}

/// The calls of rust_xlsxwriter.
fn bare_xlsx(title: &str, book: &Book) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let normal = Format::new().set_font_name(&book.normal.0).set_font_size(book.normal.1);
    workbook.set_default_format(&normal, book.default_height, book.default_width).expect("a format");
    let day = ExcelDateTime::from_ymd(date().year() as u16, date().month() as u8, date().day() as u8).expect("a day");
    workbook.set_properties(&DocProperties::new().set_title(title).set_author(AUTHOR).set_creation_datetime(&day));
    let formats: Vec<Format> = book.styles.iter().map(format).collect();
    for sheet in &book.sheets {
        write_sheet(workbook.add_worksheet(), sheet, &formats);
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn write_sheet(page: &mut Worksheet, sheet: &Sheet, formats: &[Format]) {
    page.set_name(&sheet.name).expect("a name");
    for (column, width) in (0u16..).zip(&sheet.widths) {
        page.set_column_width_pixels(column, *width).expect("a width");
    }
    for (row, height) in (0u32..).zip(&sheet.heights) {
        page.set_row_height_pixels(row, *height).expect("a height");
    }
    for (row, column, last_row, last_column, style) in &sheet.merges {
        page.merge_range(*row, *column, *last_row, *last_column, "", &formats[*style]).expect("a merge");
    }
    for (row, column, style, value) in &sheet.cells {
        let format = &formats[*style];
        match value {
            Bare::Blank => page.write_blank(*row, *column, format),
            Bare::Text(text) => page.write_string_with_format(*row, *column, text, format),
            Bare::Number(number) => page.write_number_with_format(*row, *column, *number, format),
        }
        .expect("a cell");
    }
    page.set_paper_size(sheet.paper);
    if sheet.landscape {
        page.set_landscape();
    }
    let [left, right, top, bottom, header, footer] = sheet.margins;
    page.set_margins(left, right, top, bottom, header, footer);
    match sheet.fit {
        Some((across, down)) => page.set_print_fit_to_pages(across, down),
        None => page.set_print_scale(100),
    };
    page.set_print_center_horizontally(sheet.center.0).set_print_center_vertically(sheet.center.1);
    page.set_header_footer_scale_with_doc(sheet.scale_header);
    if !sheet.header.is_empty() {
        page.set_header(&sheet.header);
    }
    if !sheet.footer.is_empty() {
        page.set_footer(&sheet.footer);
    }
    if let Some((first, last)) = sheet.titles {
        page.set_repeat_rows(first, last).expect("rows");
    }
    if let Some((row, column, last_row, last_column)) = sheet.area {
        page.set_print_area(row, column, last_row, last_column).expect("an area");
    }
    page.set_page_breaks(&sheet.breaks).expect("breaks");
    if sheet.fit.is_none() {
        page.set_vertical_page_breaks(&[]).expect("breaks");
    }
}

fn format(style: &Style) -> Format {
    let color = |Color(red, green, blue)| XlsxColor::RGB(u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue));
    let mut format = Format::new().set_font_name(&style.font.family).set_font_size(style.font.size);
    if style.font.bold {
        format = format.set_bold();
    }
    if let Some(ink) = style.font.color {
        format = format.set_font_color(color(ink));
    }
    if !style.number_format.is_empty() && style.number_format != "General" {
        format = format.set_num_format(&style.number_format);
    }
    let edge = |edge: Option<scorebook::form::model::Edge>| {
        edge.map(|edge| {
            let line = match edge.line {
                Line::Thin => FormatBorder::Thin,
                Line::Medium => FormatBorder::Medium,
                Line::Hair => FormatBorder::Hair,
                other => panic!("a form has {other:?} lines: teach this bench"),
            };
            (line, edge.color.map_or(XlsxColor::Default, color))
        })
    };
    if let Some((line, ink)) = edge(style.borders.left) {
        format = format.set_border_left(line).set_border_left_color(ink);
    }
    if let Some((line, ink)) = edge(style.borders.right) {
        format = format.set_border_right(line).set_border_right_color(ink);
    }
    if let Some((line, ink)) = edge(style.borders.top) {
        format = format.set_border_top(line).set_border_top_color(ink);
    }
    if let Some((line, ink)) = edge(style.borders.bottom) {
        format = format.set_border_bottom(line).set_border_bottom_color(ink);
    }
    let Align { horizontal, vertical, wrap, shrink, indent, .. } = style.align;
    format = match horizontal {
        Horizontal::Left => format.set_align(FormatAlign::Left),
        Horizontal::Center => format.set_align(FormatAlign::Center),
        Horizontal::Right => format.set_align(FormatAlign::Right),
        _ => format,
    };
    format = match vertical {
        Vertical::Top => format.set_align(FormatAlign::Top),
        Vertical::Center => format.set_align(FormatAlign::VerticalCenter),
        _ => format,
    };
    if wrap {
        format = format.set_text_wrap();
    }
    if shrink {
        format = format.set_shrink();
    }
    if indent > 0 { format.set_indent(indent) } else { format }
}

/// The calls of krilla, tagged and held to PDF/A-2u.
fn bare_pdf(content: &Content) -> Vec<u8> {
    let fonts = &content.fonts;
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish().expect("PDF/A-2u");
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut tables: BTreeMap<usize, TagGroup> = BTreeMap::new();
    let artifact = |kind| ContentTag::Artifact(Artifact::with_kind(kind));
    for page in &content.pdf {
        let table = tables.entry(page.sheet).or_insert_with(|| TagGroup::new(Tag::Table));
        let mut sheet = document.start_page_with(PageSettings::from_wh(page.width, page.height).expect("a page"));
        let mut surface = sheet.surface();
        surface.start_tagged(artifact(ArtifactType::Layout));
        for (width, color, lines) in &page.lines {
            let mut path = PathBuilder::new();
            for [from, to] in lines {
                path.move_to(from.0, from.1);
                path.line_to(to.0, to.1);
            }
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: ink(*color).into(),
                width: *width,
                miter_limit: 4.0,
                line_cap: LineCap::Square,
                line_join: LineJoin::Round,
                opacity: NormalizedF32::ONE,
                dash: None,
            }));
            surface.draw_path(&path.finish().expect("lines"));
        }
        surface.set_stroke(None);
        surface.end_tagged();
        for (heading, repeated, runs) in &page.rows {
            if *repeated {
                surface.start_tagged(artifact(ArtifactType::PaginationOther));
                draw(&mut surface, runs, fonts);
                surface.end_tagged();
                continue;
            }
            let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            draw(&mut surface, runs, fonts);
            surface.end_tagged();
            let mut cell = if *heading { TagGroup::new(Tag::TH(TableHeaderScope::Column)) } else { TagGroup::new(Tag::TD) };
            cell.push(identifier);
            let mut row = TagGroup::new(Tag::TR);
            row.push(cell);
            table.push(row);
        }
        if !page.furniture.is_empty() {
            surface.start_tagged(artifact(ArtifactType::PaginationOther));
            draw(&mut surface, &page.furniture, fonts);
            surface.end_tagged();
        }
        surface.finish();
        sheet.finish();
    }
    let mut tags = TagTree::new().with_lang(Some("zh-CN".to_owned()));
    for table in tables.into_values() {
        tags.push(table);
    }
    document.set_tag_tree(tags);
    let mut outline = Outline::new();
    for entry in &content.outline {
        outline.push_child(OutlineNode::new(entry.title.clone(), XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y))));
    }
    document.set_outline(outline);
    let day = DateTime::new(date().year() as u16).month(date().month() as u8).day(date().day() as u8);
    let day = day.hour(0).minute(0).second(0).utc_offset_hour(8).utc_offset_minute(0);
    document.set_metadata(
        Metadata::new()
            .title(content.title.to_owned())
            .language("zh-CN".to_owned())
            .authors(vec![AUTHOR.to_owned()])
            .creator(format!("scorebook {}", env!("CARGO_PKG_VERSION")))
            .producer("krilla".to_owned())
            .creation_date(day),
    );
    document.finish().expect("a document")
}

fn draw(surface: &mut Surface<'_>, runs: &[Run], fonts: &[Font]) {
    for run in runs {
        surface.set_fill(Some(Fill { paint: ink(run.color).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
        let at = Point::from_xy(run.at.0, run.at.1);
        surface.draw_glyphs(at, &run.glyphs, fonts[run.font].clone(), &run.text, run.size, false);
    }
}

fn ink(Color(red, green, blue): Color) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// One form beside its bare calls.
fn measure(form: &'static Form, fonts: &FontSet, krilla: &PdfFonts) {
    let schema = form.schema();
    let bytes = builtin::form(schema.form).expect("a built-in form");
    let template = Template::load(&bytes, &schema).expect("built-in forms are proved by tests");
    let data = sample(form, MEMBERS);
    let book = fill_pages(&template, &data, fonts);
    let laid = layout(&book, fonts, date()).book;
    let content = prepare(form.title, &book, &laid, fonts);
    let info = DocumentInfo { title: form.title.into(), language: "zh-CN".into(), author: AUTHOR.into(), date: date() };
    let properties = Properties { title: form.title.into(), author: AUTHOR.into(), date: date(), custom: Vec::new() };
    let write_xlsx = |book: &FilledBook, laid: &LaidOut| pages::write(book, laid, &properties).expect("the form can be written");
    let write_pdf = |laid: &LaidOut| pdf::write(laid, krilla, &info).expect("the form can be written");
    let lay = || {
        let book = fill_pages(&template, black_box(&data), fonts);
        let laid = layout(&book, fonts, date()).book;
        (book, laid)
    };
    let ours = || {
        let (book, laid) = lay();
        (write_xlsx(&book, &laid), write_pdf(&laid))
    };
    let bare = || (bare_xlsx(content.title, black_box(&content.xlsx)), bare_pdf(black_box(&content)));
    let ((xlsx, pdf), (bare_book, bare_document)) = (ours(), bare());
    for ((name, part), (bare_name, bare_part)) in parts(&xlsx).into_iter().zip(parts(&bare_book)) {
        assert!(name == bare_name && part == bare_part, "{}: the bare workbook has another {name}", form.id);
    }
    let (drawn, bare_drawn) = (Drawn::of(&pdf), Drawn::of(&bare_document));
    assert!(drawn.pages == bare_drawn.pages && drawn.fonts == bare_drawn.fonts, "{}: {drawn:?}, bare {bare_drawn:?}", form.id);
    // Between the cells of a row the program writes a blank, for those who copy or listen.
    assert!(drawn.glyphs >= bare_drawn.glyphs, "{}: {drawn:?}, bare {bare_drawn:?}", form.id);

    let works: [(&str, &dyn Fn()); 7] = [
        ("all", &|| drop(black_box(ours()))),
        ("bare, all", &|| drop(black_box(bare()))),
        ("fill and layout", &|| drop(black_box(lay()))),
        ("xlsx", &|| drop(black_box(write_xlsx(&book, &laid)))),
        ("bare xlsx", &|| drop(black_box(bare_xlsx(content.title, &content.xlsx)))),
        ("pdf", &|| drop(black_box(write_pdf(&laid)))),
        ("bare pdf", &|| drop(black_box(bare_pdf(&content)))),
    ];
    let times = medians(&works);
    println!(
        "{} of {MEMBERS}: {} pages, XLSX {} bytes, PDF {} bytes (bare {})",
        form.id,
        laid.pages.len(),
        xlsx.len(),
        pdf.len(),
        bare_document.len()
    );
    println!("  ours / bare {:.2}", times[0] / times[1]);
    for ((name, _), time) in works.iter().zip(&times) {
        println!("  {name:<16} {:8.2} ms", time * 1e3);
    }
}

/// Name and content of every part of a package.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut parts: Vec<(String, Vec<u8>)> = (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("a part");
            let mut content = Vec::new();
            part.read_to_end(&mut content).expect("a part can be read");
            (part.name().expect("a name").into_owned(), content)
        })
        .collect();
    parts.sort();
    parts
}

/// What a PDF shows, as far as it can be counted.
#[derive(Debug)]
struct Drawn {
    pages: usize,
    fonts: usize,
    glyphs: usize,
}

impl Drawn {
    fn of(bytes: &[u8]) -> Self {
        let document = lopdf::Document::load_mem(bytes).expect("a PDF");
        let pages = document.get_pages();
        let is_font = |object: &lopdf::Object| object.as_dict().is_ok_and(|entries| entries.has(b"FontFile2"));
        let fonts = document.objects.values().filter(|object| is_font(object)).count();
        let mut glyphs = 0;
        for page in pages.values() {
            let content = document.get_page_content(*page).expect("a page has content");
            let content = lopdf::content::Content::decode(&content).expect("operators");
            let texts = content.operations.iter().filter(|operation| matches!(operation.operator.as_str(), "Tj" | "TJ"));
            glyphs += texts.flat_map(|operation| &operation.operands).map(shown).sum::<usize>();
        }
        Self { pages: pages.len(), fonts, glyphs }
    }
}

/// Glyphs of two bytes each.
fn shown(operand: &lopdf::Object) -> usize {
    match operand {
        lopdf::Object::String(bytes, _) => bytes.len() / 2,
        lopdf::Object::Array(parts) => parts.iter().map(shown).sum(),
        _ => 0,
    }
}

/// One after the other in turns, so that a busy machine is busy for all; the median of each in seconds.
fn medians(works: &[(&str, &dyn Fn())]) -> Vec<f64> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); works.len()];
    for _ in 0..TURNS {
        for ((_, work), times) in works.iter().zip(&mut times) {
            let (begun, start) = (Instant::now(), now());
            let mut done = 0;
            while done == 0 || begun.elapsed() < TURN {
                work();
                done += 1;
            }
            times.push(now().saturating_sub(start) / done);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    times.into_iter().map(median).collect()
}

/// What this thread has run for, by Linux; elsewhere the clock.
fn now() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let run = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    match run.and_then(|text| text.split(' ').next()?.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => START.get_or_init(Instant::now).elapsed(),
    }
}

fn main() {
    let faces = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect();
    let fonts = FontSet::new(faces).expect("bundled fonts parse");
    let krilla = PdfFonts::new(&fonts).expect("bundled fonts embed");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for form in [&BOARD, &REGISTRY, &CARD, &YEARLY] {
        if wanted.is_empty() || wanted.iter().any(|word| word == form.id) {
            measure(form, &fonts, &krilla);
        }
    }
}
