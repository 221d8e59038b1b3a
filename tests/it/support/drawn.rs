//! One workbook, with whatever hides or disguises a value, in every format: written by hand, so that a test knows each byte.

use std::fmt::Write as _;

use scorebook::diag::CellRef;

use super::zip;

/// What a cell holds.
#[derive(Clone, Debug, Default)]
pub enum Held {
    #[default]
    Nothing,
    Text(String),
    Number(f64),
    /// A day by its serial number, of which formats with a kind of value for it store the date itself.
    Day(u32),
    /// A time of day in minutes, of which OpenDocument stores the time itself.
    Minutes(u32),
    /// `=3*1` with the nought that writers store which cannot calculate.
    Placeholder,
    /// `#REF!`
    Error,
    Picture,
    /// A text of two runs, the second of which is white.
    Partly(String, String),
}

impl Held {
    /// The serial number of a time of day.
    fn part_of_a_day(&self) -> f64 {
        if let Self::Minutes(minutes) = self { f64::from(*minutes) / 1440.0 } else { 0.0 }
    }
}

/// How its letters look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Plain,
    White,
    Tiny,
    Struck,
    /// Red on red.
    Filled,
    /// Of the colour of its ground, which the file names in another way: as the theme's, or of a palette of its own.
    Named,
}

/// What a conditional format does to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditional {
    /// Whatever is not below 0 is white.
    White,
    /// Whatever is not below 0 is shown as nothing.
    Nothing,
    /// White, if another cell says so.
    Perhaps,
}

#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub held: Held,
    /// Its number format; none is General.
    pub code: &'static str,
    /// What an office shows, for formats that store it.
    pub shown: String,
    pub look: Look,
    pub comment: bool,
}

#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way to hide")]
pub struct DrawnSheet {
    pub name: String,
    pub rows: Vec<Vec<Drawn>>,
    pub hidden: bool,
    pub hidden_row: Option<usize>,
    /// The hidden row is one that a filter takes away.
    pub filtered: bool,
    pub hidden_column: Option<usize>,
    /// The hidden column has no width instead of being hidden.
    pub narrow: bool,
    /// This cell lies beneath the one to its left.
    pub beneath: Option<(usize, usize)>,
    /// This cell has a conditional format.
    pub conditional: Option<(usize, usize, Conditional)>,
    /// Columns that say nothing have no width, and none says anything.
    pub no_width: bool,
    /// The same of rows and heights.
    pub no_height: bool,
}

pub const FORMATS: [&str; 7] = ["xlsx", "xls", "xlsb", "ods", "html", "xml2003", "csv"];

const LOOKS: [Look; 6] = [Look::Plain, Look::White, Look::Tiny, Look::Struck, Look::Filled, Look::Named];
/// A theme whose fifth colour, made two fifths lighter, is 99B3CC.
const THEME: &str = r#"<a:theme xmlns:a="a"><a:themeElements><a:clrScheme name="n"><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>
    <a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="5580AA"/></a:accent1></a:clrScheme></a:themeElements></a:theme>"#;

const PICTURE: &str = "DISPIMG(\"ID_343DFC770DE840EFB3B0EC4FD4D2FCC0\",1)";

/// A file of this format; the name that it should have behind its stem, and its bytes. CSV files have one sheet each.
pub fn written(format: &str, sheets: &[DrawnSheet]) -> Vec<(String, Vec<u8>)> {
    let one = |ending: &str, bytes| vec![(ending.to_owned(), bytes)];
    match format {
        "xlsx" => one(".xlsx", xlsx(sheets)),
        "xls" => one(".xls", xls(sheets)),
        "xlsb" => one(".xlsb", xlsb(sheets)),
        "ods" => one(".ods", ods(sheets)),
        "html" => one(".html", html(sheets).into()),
        "xml2003" => one(".xml", xml2003(sheets).into()),
        "csv" => sheets.iter().map(|sheet| (format!("-{}.csv", sheet.name), csv(sheet).into())).collect(),
        other => panic!("no format {other}"),
    }
}

/// The day that a serial number counts to, as formats write it that store dates.
fn dated(serial: u32) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    (first + chrono::Days::new(serial.into())).to_string()
}

/// A branch's sheets, drawn. Identity numbers stay out: the same people are in every branch.
pub fn branch(scheme: &str, code: &str) -> Vec<DrawnSheet> {
    let mut sheets = super::base(scheme);
    for (name, rows) in &mut sheets {
        if name == "党员名册" {
            for heading in ["身份证号", "出生日期"] {
                let at = rows[0].iter().position(|own| own == heading).unwrap();
                for row in rows.iter_mut() {
                    row.remove(at);
                }
            }
        }
        if name == "支部信息" {
            rows[0][1] = format!("支部{code}");
            rows[1][1] = format!("'{code}");
        }
    }
    let cell = |text: &String| {
        let held = match text.parse() {
            Ok(number) => Held::Number(number),
            Err(_) if text.is_empty() => Held::Nothing,
            Err(_) => Held::Text(text.trim_start_matches('\'').to_owned()),
        };
        Drawn { held, shown: text.trim_start_matches('\'').to_owned(), ..Drawn::default() }
    };
    let rows = |rows: &[Vec<String>]| rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    sheets.iter().map(|(name, own)| DrawnSheet { name: name.clone(), rows: rows(own), ..DrawnSheet::default() }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Number formats in use, General first.
fn codes(sheets: &[DrawnSheet]) -> Vec<&'static str> {
    let mut codes = vec![""];
    for cell in sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten()) {
        if !codes.contains(&cell.code) {
            codes.push(cell.code);
        }
    }
    codes
}

/// The number of a cell's style: each format in each look.
fn style(cell: &Drawn, codes: &[&str]) -> usize {
    let code = codes.iter().position(|code| *code == cell.code).unwrap();
    code * LOOKS.len() + LOOKS.iter().position(|look| *look == cell.look).unwrap()
}

fn places(sheet: &DrawnSheet) -> impl Iterator<Item = (usize, usize, &Drawn)> {
    sheet.rows.iter().enumerate().flat_map(|(row, cells)| cells.iter().enumerate().map(move |(column, cell)| (row, column, cell)))
}

fn xlsx(sheets: &[DrawnSheet]) -> Vec<u8> {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let codes = codes(sheets);
    let mut relations = format!(
        r#"<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/><Relationship Id="t" Type="{RELATIONS}/theme" Target="theme/theme1.xml"/>"#
    );
    let (mut list, mut parts) = (String::new(), vec![("[Content_Types].xml".to_owned(), "<Types/>".to_owned())]);
    for (index, sheet) in sheets.iter().enumerate() {
        let state = if sheet.hidden { r#" state="veryHidden""# } else { "" };
        let _ = write!(list, r#"<sheet name="{}" sheetId="{}"{state} r:id="r{index}"/>"#, sheet.name, index + 1);
        let _ = write!(relations, r#"<Relationship Id="r{index}" Type="{RELATIONS}/worksheet" Target="worksheets/{index}.xml"/>"#);
        let mut data = String::new();
        for (row, cells) in sheet.rows.iter().enumerate() {
            let hidden = if sheet.hidden_row == Some(row) { " hidden=\"1\"" } else { "" };
            let _ = write!(data, r#"<row r="{}"{hidden}>"#, row + 1);
            for (column, cell) in cells.iter().enumerate() {
                let (at, style) = (CellRef { row: row as u32, column: column as u16 }, style(cell, &codes));
                let _ = match &cell.held {
                    Held::Nothing => Ok(()),
                    Held::Text(text) => write!(data, r#"<c r="{at}" s="{style}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(text)),
                    Held::Number(number) => write!(data, r#"<c r="{at}" s="{style}"><v>{number}</v></c>"#),
                    Held::Day(serial) => write!(data, r#"<c r="{at}" s="{style}"><v>{serial}</v></c>"#),
                    Held::Minutes(_) => write!(data, r#"<c r="{at}" s="{style}"><v>{}</v></c>"#, cell.held.part_of_a_day()),
                    Held::Placeholder => write!(data, r#"<c r="{at}" s="{style}"><f>3*1</f><v>0</v></c>"#),
                    Held::Error => write!(data, r#"<c r="{at}" s="{style}" t="e"><v>#REF!</v></c>"#),
                    Held::Picture => write!(data, r#"<c r="{at}" t="str"><f>_xlfn.{0}</f><v>={0}</v></c>"#, escaped(PICTURE)),
                    Held::Partly(seen, unseen) => write!(
                        data,
                        r#"<c r="{at}" s="{style}" t="inlineStr"><is><r><t>{}</t></r><r><rPr><color rgb="FFFFFFFF"/></rPr><t>{}</t></r></is></c>"#,
                        escaped(seen),
                        escaped(unseen)
                    ),
                };
            }
            data += "</row>";
        }
        let column = sheet.hidden_column.map(|column| {
            let how = if sheet.narrow { "width=\"0\" customWidth=\"1\"" } else { "width=\"9\" hidden=\"1\"" };
            format!(r#"<cols><col min="{0}" max="{0}" {how}/></cols>"#, column + 1)
        });
        let filter = if sheet.filtered { "<autoFilter ref=\"A1:D9\"/>" } else { "" };
        let merged = sheet.beneath.map(|(row, column)| {
            let place = |column: usize| CellRef { row: row as u32, column: column as u16 };
            format!(r#"<mergeCells><mergeCell ref="{}:{}"/></mergeCells>"#, place(column - 1), place(column))
        });
        let conditional = sheet.conditional.map(|(row, column, what)| {
            let at = CellRef { row: row as u32, column: column as u16 };
            let rule = match what {
                Conditional::Perhaps => r#"type="expression" dxfId="0"><formula>AND($Z$1=1,$Z$2=1)</formula>"#.to_owned(),
                _ => format!(
                    r#"type="cellIs" operator="greaterThanOrEqual" dxfId="{}"><formula>0</formula>"#,
                    u8::from(what == Conditional::Nothing)
                ),
            };
            format!(r#"<conditionalFormatting sqref="{at}"><cfRule priority="1" {rule}</cfRule></conditionalFormatting>"#)
        });
        let usual = match (sheet.no_width, sheet.no_height) {
            (true, _) => r#"<sheetFormatPr defaultRowHeight="14" defaultColWidth="0"/>"#,
            (_, true) => r#"<sheetFormatPr defaultRowHeight="0" customHeight="1"/>"#,
            _ => "",
        };
        let (column, merged, conditional) = (column.unwrap_or_default(), merged.unwrap_or_default(), conditional.unwrap_or_default());
        parts.push((
            format!("xl/worksheets/{index}.xml"),
            format!("<worksheet>{usual}{column}<sheetData>{data}</sheetData>{filter}{merged}{conditional}</worksheet>"),
        ));
        comments(index, sheet, &mut parts);
    }
    let (mut formats, mut cells) = (String::new(), String::new());
    for (at, code) in codes.iter().enumerate() {
        let _ = write!(formats, r#"<numFmt numFmtId="{}" formatCode="{}"/>"#, 200 + at, escaped(code));
        (0..LOOKS.len()).for_each(|look| {
            let fill = match LOOKS[look] {
                Look::Filled => 1,
                Look::Named => 2,
                _ => 0,
            };
            let _ = write!(cells, r#"<xf numFmtId="{}" fontId="{look}" fillId="{fill}"/>"#, if at == 0 { 0 } else { 200 + at });
        });
    }
    let styles = format!(
        r#"<styleSheet><numFmts>{formats}</numFmts><fonts><font><sz val="11"/><color theme="1"/></font><font><sz val="11"/><color rgb="FFFFFFFF"/></font><font><sz val="1"/></font><font><strike/></font><font><color indexed="10"/></font><font><color theme="4" tint="0.3999755851924192"/></font></fonts>
           <fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFF0000"/></patternFill></fill>
           <fill><patternFill patternType="solid"><fgColor rgb="FF99B3CC"/></patternFill></fill></fills>
           <borders><border/></borders><cellXfs>{cells}</cellXfs><dxfs><dxf><font><color rgb="FFFFFFFF"/></font></dxf><dxf><numFmt numFmtId="300" formatCode=";;;"/></dxf></dxfs></styleSheet>"#
    );
    parts.push(("xl/styles.xml".into(), styles));
    parts.push(("xl/theme/theme1.xml".into(), THEME.into()));
    parts.push((
        "xl/workbook.xml".into(),
        format!(r#"<workbook xmlns:r="r"><sheets>{list}</sheets><calcPr fullCalcOnLoad="1"/></workbook>"#),
    ));
    parts.push(("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>")));
    let main =
        format!(r#"<Relationships><Relationship Id="m" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#);
    parts.push(("_rels/.rels".into(), main));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&parts)
}

/// The part of a sheet's comments, if a cell has one.
fn comments(index: usize, sheet: &DrawnSheet, parts: &mut Vec<(String, String)>) {
    let mut list = String::new();
    for (row, column, _) in places(sheet).filter(|(.., cell)| cell.comment) {
        let at = CellRef { row: row as u32, column: column as u16 };
        let _ = write!(list, r#"<comment ref="{at}" authorId="0"><text><t>7</t></text></comment>"#);
    }
    if !list.is_empty() {
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments";
        parts.push((
            format!("xl/worksheets/_rels/{index}.xml.rels"),
            format!(r#"<Relationships><Relationship Id="c" Type="{kind}" Target="../comments{index}.xml"/></Relationships>"#),
        ));
        parts.push((
            format!("xl/comments{index}.xml"),
            format!("<comments><authors><author/></authors><commentList>{list}</commentList></comments>"),
        ));
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn xls_record(kind: u16, data: &[&[u8]]) -> Vec<u8> {
    let data = data.concat();
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), &data].concat()
}

fn xls(sheets: &[DrawnSheet]) -> Vec<u8> {
    let record = xls_record;
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let begin = |kind: u16| record(0x0809, &[&words(&[0x0600, kind, 0x0dbb, 0x07cc]), &[0; 8]]);
    let codes = codes(sheets);
    let mut globals = [begin(5), record(0x0042, &[&words(&[1200])])].concat();
    // There is no font 4: white is 5, tiny 6, struck out 7, red 8, and of the palette's last colour, which is its last but one too, 9.
    let black = 0x7fff;
    for (height, flags, colour) in [
        (220u16, 0u16, black),
        (220, 0, black),
        (220, 0, black),
        (220, 0, black),
        (220, 0, 9u16),
        (20, 0, black),
        (220, 8, black),
        (220, 0, 10),
        (220, 0, 63),
    ] {
        globals.extend(record(0x0031, &[&words(&[height, flags, colour, 400, 0]), &[0, 0, 0, 0, 2, 1], &utf16("宋体")]));
    }
    let palette: Vec<u8> =
        [[0, 0, 0, 0], [255, 255, 255, 0], [255, 0, 0, 0]].into_iter().chain([[153, 179, 204, 0]; 53]).flatten().collect();
    globals.extend(record(0x0092, &[&words(&[56]), &palette]));
    for (at, code) in codes.iter().enumerate().skip(1) {
        globals.extend(record(0x041e, &[&words(&[200 + at as u16, code.encode_utf16().count() as u16]), &[1], &utf16(code)]));
    }
    for at in 0..codes.len() as u16 {
        for font in [0u16, 5, 6, 7, 8, 9] {
            let (pattern, ground) = match font {
                8 => (1u32 << 26, 65 << 7 | 0x0a),
                9 => (1 << 26, 65 << 7 | 0x3e),
                _ => (0, 65 << 7 | 64),
            };
            let format = if at == 0 { 0 } else { 200 + at };
            globals.extend(record(0x00e0, &[&words(&[font, format]), &[0; 10], &pattern.to_le_bytes(), &words(&[ground])]));
        }
    }
    let rich: Vec<(String, usize)> = sheets.iter().flat_map(partly).collect();
    let count = (rich.len() as u32).to_le_bytes();
    let texts = rich.iter().map(|(text, from)| {
        let units = text.encode_utf16().count() as u16;
        [words(&[units]), vec![9], words(&[1]), utf16(text), words(&[*from as u16, 5])].concat()
    });
    let table = record(0x00fc, &[&count, &count, &texts.collect::<Vec<_>>().concat()]);
    let names: Vec<Vec<u8>> = sheets.iter().map(|sheet| utf16(&sheet.name)).collect();
    let mut position = globals.len() + names.iter().map(|name| 12 + name.len()).sum::<usize>() + table.len() + 4;
    let (mut bodies, mut told) = (Vec::new(), 0);
    for (sheet, name) in sheets.iter().zip(&names) {
        let body = xls_sheet(sheet, &codes, &begin(0x10), told);
        told += partly(sheet).count();
        globals.extend(record(0x0085, &[&(position as u32).to_le_bytes(), &[u8::from(sheet.hidden), 0, (name.len() / 2) as u8, 1], name]));
        position += body.len();
        bodies.extend(body);
    }
    globals.extend(table);
    globals.extend(record(0x000a, &[]));
    container(&[globals, bodies].concat())
}

/// Texts of two runs, and where the second begins.
fn partly(sheet: &DrawnSheet) -> impl Iterator<Item = (String, usize)> {
    places(sheet).filter_map(|(_, _, cell)| match &cell.held {
        Held::Partly(seen, unseen) => Some((format!("{seen}{unseen}"), seen.encode_utf16().count())),
        _ => None,
    })
}

/// `told` is how many of the table's texts the sheets before have.
fn xls_sheet(sheet: &DrawnSheet, codes: &[&str], begin: &[u8], mut told: usize) -> Vec<u8> {
    let record = xls_record;
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let mut body = begin.to_vec();
    if sheet.no_width {
        body.extend(record(0x0055, &[&words(&[0])]));
    }
    if let Some(column) = sheet.hidden_column {
        let (width, hidden) = if sheet.narrow { (0, 0) } else { (2048, 1) };
        body.extend(record(0x007d, &[&words(&[column as u16, column as u16, width, 0, hidden, 0])]));
    }
    if sheet.no_height {
        body.extend(record(0x0225, &[&words(&[2, 0])]));
    }
    for row in (0..sheet.rows.len()).filter(|_| !sheet.no_height) {
        let hidden = if sheet.hidden_row == Some(row) { 0x20 } else { 0 };
        body.extend(record(0x0208, &[&words(&[row as u16, 0, 20, 270, 0, 0, hidden, 0])]));
    }
    for (row, column, cell) in places(sheet) {
        let head = words(&[row as u16, column as u16, style(cell, codes) as u16]);
        let label = |text: &str| record(0x0204, &[&head, &words(&[text.encode_utf16().count() as u16]), &[1], &utf16(text)]);
        body.extend(match &cell.held {
            Held::Nothing => Vec::new(),
            Held::Text(text) => label(text),
            Held::Picture => label(&format!("={PICTURE}")),
            Held::Number(number) => record(0x0203, &[&head, &number.to_le_bytes()]),
            Held::Day(serial) => record(0x0203, &[&head, &f64::from(*serial).to_le_bytes()]),
            Held::Minutes(_) => record(0x0203, &[&head, &cell.held.part_of_a_day().to_le_bytes()]),
            Held::Placeholder => record(0x0006, &[&head, &[0; 14], &words(&[7]), &[0x1e, 3, 0, 0x1e, 1, 0, 5]]),
            Held::Error => record(0x0205, &[&head, &[0x17, 1]]),
            Held::Partly(..) => {
                told += 1;
                record(0x00fd, &[&head, &(told as u32 - 1).to_le_bytes()])
            }
        });
    }
    if let Some((row, column, what)) = sheet.conditional {
        let area = words(&[row as u16, row as u16, column as u16, column as u16]);
        body.extend(record(0x01b0, &[&words(&[1, 0]), &area, &words(&[1]), &area]));
        // A font of which only the colour is said; a number format of the file's own; the value is not below 0, or A1 = 1.
        let mut font = [0u8; 118];
        font[64..68].copy_from_slice(&u32::MAX.to_le_bytes());
        font[80..84].copy_from_slice(&9u32.to_le_bytes());
        let (flags, more, look) = match what {
            Conditional::Nothing => (1u32 << 25, 1u16, [&words(&[8, 3])[..], &[0], b";;;"].concat()),
            _ => (1 << 26, 0, font.to_vec()),
        };
        let (kind, formula): (u8, &[u8]) = if what == Conditional::Perhaps { (2, &[0x44, 0, 0, 0, 0]) } else { (1, &[0x1e, 0, 0]) };
        let head = [&[kind, 7][..], &words(&[formula.len() as u16, 0]), &flags.to_le_bytes(), &words(&[more])].concat();
        body.extend(record(0x01b1, &[&head, &look, formula]));
    }
    if let Some((row, column)) = sheet.beneath {
        body.extend(record(0x00e5, &[&words(&[1, row as u16, row as u16, column as u16 - 1, column as u16])]));
    }
    body.extend(record(0x000a, &[]));
    body
}

/// An OLE container of one stream, `Workbook`: its sectors, one of directory, then the tables of sectors.
fn container(stream: &[u8]) -> Vec<u8> {
    let (end, free, table) = (0xffff_fffeu32, u32::MAX, 0xffff_fffdu32);
    // Shorter streams would lie elsewhere.
    let length = stream.len().max(4096);
    let sectors = length.div_ceil(512);
    let tables = (1..=109).find(|tables| sectors + 1 + tables <= 128 * tables).expect("a table that the header has room for");
    let mut header = vec![0u8; 512];
    header[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    for (at, value) in
        [(24, 0x0003_003e), (28, 0x0009_fffe), (32, 6), (44, tables as u32), (48, sectors as u32), (56, 4096), (60, end), (68, end)]
    {
        header[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
    }
    for (index, entry) in header[76..].chunks_exact_mut(4).enumerate() {
        entry.copy_from_slice(&(if index < tables { (sectors + 1 + index) as u32 } else { free }).to_le_bytes());
    }
    let entry = |name: &str, kind: u8, child: u32, start: u32, length: u32| {
        let mut entry = vec![0u8; 128];
        let name = utf16(name);
        entry[..name.len()].copy_from_slice(&name);
        entry[64] = if name.is_empty() { 0 } else { name.len() as u8 + 2 };
        entry[66..68].copy_from_slice(&[kind, 1]);
        for (at, value) in [(68, free), (72, free), (76, child), (116, start), (120, length)] {
            entry[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        entry
    };
    let mut fat: Vec<u32> = (1..=sectors as u32).collect();
    fat[sectors - 1] = end;
    fat.push(end);
    fat.extend(vec![table; tables]);
    fat.resize(128 * tables, free);
    let mut bytes = [header, stream.to_vec()].concat();
    bytes.resize(512 + sectors * 512, 0);
    bytes.extend(
        [
            entry("Root Entry", 5, 1, end, 0),
            entry("Workbook", 2, free, 0, length as u32),
            entry("", 0, free, 0, 0),
            entry("", 0, free, 0, 0),
        ]
        .concat(),
    );
    bytes.extend(fat.iter().flat_map(|entry| entry.to_le_bytes()));
    bytes
}

fn xlsb_record(kind: u16, data: &[&[u8]]) -> Vec<u8> {
    let data = data.concat();
    let mut bytes = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 & 0x7f | 0x80, (kind >> 7) as u8] };
    let mut length = data.len();
    while length >= 0x80 {
        bytes.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(data);
    bytes
}

fn xlsb(sheets: &[DrawnSheet]) -> Vec<u8> {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let wide = |text: &str| [&(text.encode_utf16().count() as u32).to_le_bytes()[..], &utf16(text)].concat();
    let (record, codes) = (xlsb_record, codes(sheets));
    let mut relations = format!(r#"<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.bin"/>"#);
    let mut list = [record(0x83, &[]), record(0x99, &[&[0; 12]]), record(0x8f, &[])].concat();
    let mut parts: Vec<(String, Vec<u8>)> = vec![("[Content_Types].xml".into(), b"<Types/>".to_vec())];
    for (index, sheet) in sheets.iter().enumerate() {
        let id = format!("r{index}");
        let _ = write!(relations, r#"<Relationship Id="{id}" Type="{RELATIONS}/worksheet" Target="worksheets/{index}.bin"/>"#);
        list.extend(record(
            0x9c,
            &[&u32::from(sheet.hidden).to_le_bytes(), &(index as u32 + 1).to_le_bytes(), &wide(&id), &wide(&sheet.name)],
        ));
        parts.push((format!("xl/worksheets/{index}.bin"), xlsb_sheet(sheet, &codes, &wide)));
    }
    // fFullCalcOnLoad
    list.extend([record(0x90, &[]), record(0x9d, &[&[0; 24], &[1, 0]]), record(0x84, &[])].concat());
    let count = |count: usize| (count as u32).to_le_bytes();
    let mut styles = [record(0x116, &[]), record(0x267, &[&count(codes.len() - 1)])].concat();
    for (at, code) in codes.iter().enumerate().skip(1) {
        styles.extend(record(0x2c, &[&(200 + at as u16).to_le_bytes(), &wide(code)]));
    }
    styles.extend([record(0x268, &[]), record(0x263, &[&count(LOOKS.len())])].concat());
    let (white, red) = ([5, 0, 0, 0, 255, 255, 255, 255], [5, 0, 0, 0, 255, 0, 0, 255]);
    // The theme's fifth colour, two fifths lighter.
    let (named, alike) = ([7, 4, 0x32, 0x33, 0, 0, 0, 255], [5, 0, 0, 0, 153, 179, 204, 255]);
    for (height, flags, colour) in
        [(220u16, 0u16, [0u8; 8]), (220, 0, white), (20, 0, [0; 8]), (220, 8, [0; 8]), (220, 0, red), (220, 0, named)]
    {
        styles.extend(record(0x2b, &[&height.to_le_bytes(), &flags.to_le_bytes(), &[0; 8], &colour, &[0], &wide("宋体")]));
    }
    let solid = |colour: &[u8; 8]| record(0x2d, &[&1u32.to_le_bytes(), colour, &[0; 56]]);
    let fills = [record(0x2d, &[&[0; 68]]), solid(&red), solid(&alike)].concat();
    styles.extend([record(0x264, &[]), record(0x25b, &[&count(3)]), fills, record(0x25c, &[])].concat());
    styles.extend(record(0x269, &[&count(codes.len() * LOOKS.len())]));
    for at in 0..codes.len() as u16 {
        for font in 0..LOOKS.len() as u16 {
            let format = if at == 0 { 0 } else { 200 + at };
            let fill = match LOOKS[font as usize] {
                Look::Filled => 1u16,
                Look::Named => 2,
                _ => 0,
            };
            styles.extend(record(0x2f, &[&0u16.to_le_bytes(), &format.to_le_bytes(), &font.to_le_bytes(), &fill.to_le_bytes(), &[0; 8]]));
        }
    }
    // Looks of conditional formats: white, nothing.
    let property =
        |kind: u16, value: &[u8]| [&[0, 0, 0, 0, 1, 0][..], &kind.to_le_bytes(), &(value.len() as u16 + 4).to_le_bytes(), value].concat();
    let nothing = [&3u16.to_le_bytes()[..], &utf16(";;;")].concat();
    styles.extend([record(0x26a, &[]), record(0x1f9, &[&count(2)])].concat());
    styles.extend([record(0x1fb, &[&property(5, &white)]), record(0x1fb, &[&property(0x26, &nothing)]), record(0x1fa, &[])].concat());
    styles.extend(record(0x117, &[]));
    parts.push(("xl/styles.bin".into(), styles));
    parts.push(("xl/theme/theme1.xml".into(), THEME.into()));
    parts.push(("xl/workbook.bin".into(), list));
    parts.push(("xl/_rels/workbook.bin.rels".into(), format!("<Relationships>{relations}</Relationships>").into()));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zip(&parts)
}

fn xlsb_sheet(sheet: &DrawnSheet, codes: &[&str], wide: &dyn Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let (record, four) = (xlsb_record, |value: usize| (value as u32).to_le_bytes());
    let mut bytes = record(0x81, &[]);
    if sheet.no_width {
        bytes.extend(record(0x1e5, &[&four(0), &[0; 8]]));
    }
    if let Some(column) = sheet.hidden_column {
        let (width, flags) = if sheet.narrow { (0, 0u16) } else { (2304, 1) };
        let column = record(0x3c, &[&four(column), &four(column), &four(width), &[0; 4], &flags.to_le_bytes()]);
        bytes.extend([record(0x186, &[]), column, record(0x187, &[])].concat());
    }
    bytes.extend(record(0x91, &[]));
    for (row, cells) in sheet.rows.iter().enumerate() {
        let hidden = if sheet.hidden_row == Some(row) { 0x10 } else { 0 };
        bytes.extend(record(0x00, &[&four(row), &[0; 4], &[0x0e, 1, 0, hidden, 0, 0, 0, 0, 0]]));
        for (column, cell) in cells.iter().enumerate() {
            let head = [four(column), four(style(cell, codes))].concat();
            bytes.extend(match &cell.held {
                Held::Nothing => Vec::new(),
                Held::Text(text) => record(0x06, &[&head, &wide(text)]),
                Held::Picture => record(0x06, &[&head, &wide(&format!("={PICTURE}"))]),
                Held::Number(number) => record(0x05, &[&head, &number.to_le_bytes()]),
                Held::Day(serial) => record(0x05, &[&head, &f64::from(*serial).to_le_bytes()]),
                Held::Minutes(_) => record(0x05, &[&head, &cell.held.part_of_a_day().to_le_bytes()]),
                Held::Placeholder => record(0x09, &[&head, &[0; 10], &four(7), &[0x1e, 3, 0, 0x1e, 1, 0, 5], &four(0)]),
                Held::Error => record(0x03, &[&head, &[0x17]]),
                Held::Partly(seen, unseen) => {
                    let run = [(seen.encode_utf16().count() as u16).to_le_bytes(), 1u16.to_le_bytes()].concat();
                    record(0x3e, &[&head, &[1], &wide(&format!("{seen}{unseen}")), &four(1), &run])
                }
            });
        }
    }
    bytes.extend(record(0x92, &[]));
    if let Some((row, column)) = sheet.beneath {
        let area = record(0xb0, &[&four(row), &four(row), &four(column - 1), &four(column)]);
        bytes.extend([record(0xb1, &[&four(1)]), area, record(0xb2, &[])].concat());
    }
    if let Some((row, column, what)) = sheet.conditional {
        let area: Vec<u8> = [1, 0, 1, row, row, column, column].into_iter().flat_map(four).collect();
        let look = usize::from(what == Conditional::Nothing);
        // Not below 0, or a reference to A1.
        let (kind, formula): (usize, &[u8]) =
            if what == Conditional::Perhaps { (2, &[0x44, 0, 0, 0, 0, 0, 0xc0]) } else { (1, &[0x1e, 0, 0]) };
        let head: Vec<u8> = [kind, 0, look, 1, 7, 0, 0].into_iter().flat_map(four).collect();
        let lengths: Vec<u8> = [formula.len() + 8, 0, 0].into_iter().flat_map(four).collect();
        let rule = record(0x1cf, &[&head, &[0, 0], &lengths, &u32::MAX.to_le_bytes(), &four(formula.len()), formula, &four(0)]);
        bytes.extend([record(0x1cd, &[&area]), rule, record(0x1d0, &[]), record(0x1ce, &[])].concat());
    }
    bytes.extend(record(0x82, &[]));
    bytes
}

fn ods(sheets: &[DrawnSheet]) -> Vec<u8> {
    let mut tables = String::new();
    for sheet in sheets {
        let display = if sheet.hidden { "ta2" } else { "ta1" };
        let _ = write!(tables, r#"<table:table table:name="{}" table:style-name="{display}">"#, sheet.name);
        for column in 0..sheet.rows.iter().map(Vec::len).max().unwrap_or(0) {
            let how = match sheet.hidden_column.filter(|hidden| *hidden == column) {
                Some(_) if sheet.narrow => r#" table:style-name="narrow""#,
                Some(_) => r#" table:visibility="collapse""#,
                None => "",
            };
            let _ = write!(tables, "<table:table-column{how}/>");
        }
        for (row, cells) in sheet.rows.iter().enumerate() {
            let how = match sheet.hidden_row.filter(|hidden| *hidden == row) {
                Some(_) if sheet.filtered => r#" table:visibility="filter""#,
                Some(_) => r#" table:visibility="collapse""#,
                None => "",
            };
            let _ = write!(tables, "<table:table-row{how}>");
            for (column, cell) in cells.iter().enumerate() {
                let span = if sheet.beneath == Some((row, column + 1)) { r#" table:number-columns-spanned="2""# } else { "" };
                let name = if sheet.beneath == Some((row, column)) { "covered-table-cell" } else { "table-cell" };
                let look = match sheet.conditional.filter(|(own, at, _)| (*own, *at) == (row, column)) {
                    Some((.., Conditional::White)) => "condition-white",
                    Some((.., Conditional::Nothing)) => "condition-nothing",
                    Some((.., Conditional::Perhaps)) => "condition-perhaps",
                    None => ["plain", "white", "tiny", "struck", "filled", "named"][style(&Drawn { code: "", ..cell.clone() }, &[""])],
                };
                let (kind, text) = match &cell.held {
                    Held::Nothing => (String::new(), String::new()),
                    Held::Text(text) => {
                        (r#" office:value-type="string""#.into(), if cell.code.is_empty() { text.clone() } else { cell.shown.clone() })
                    }
                    Held::Number(number) => (format!(r#" office:value-type="float" office:value="{number}""#), cell.shown.clone()),
                    Held::Day(serial) => {
                        (format!(r#" office:value-type="date" office:date-value="{}""#, dated(*serial)), cell.shown.clone())
                    }
                    Held::Minutes(minutes) => {
                        let (hour, minute) = (minutes / 60, minutes % 60);
                        (format!(r#" office:value-type="time" office:time-value="PT{hour:02}H{minute:02}M00S""#), cell.shown.clone())
                    }
                    Held::Placeholder => (r#" table:formula="of:=3*1" office:value-type="float" office:value="0""#.into(), "0".into()),
                    Held::Error => (
                        r#" table:formula="of:=#REF!" calcext:value-type="error" office:value-type="string" office:string-value="""#.into(),
                        "#REF!".into(),
                    ),
                    Held::Picture => (r#" office:value-type="string""#.into(), format!("={PICTURE}")),
                    Held::Partly(seen, _) => (r#" office:value-type="string""#.into(), seen.clone()),
                };
                let span = span.to_owned();
                let tail = match &cell.held {
                    Held::Partly(_, unseen) => format!(r#"<text:span text:style-name="white">{}</text:span>"#, escaped(unseen)),
                    _ => String::new(),
                };
                // Of a text that is shown otherwise the file has both.
                let stored = match &cell.held {
                    Held::Text(text) if !cell.code.is_empty() => format!(r#" office:string-value="{}""#, escaped(text)),
                    _ => String::new(),
                };
                let note = if cell.comment { "<office:annotation><text:p>7</text:p></office:annotation>" } else { "" };
                let paragraph = if kind.is_empty() { String::new() } else { format!("<text:p>{}{tail}</text:p>", escaped(&text)) };
                let _ = write!(tables, r#"<table:{name} table:style-name="{look}"{span}{kind}{stored}>{note}{paragraph}</table:{name}>"#);
            }
            tables += "</table:table-row>";
        }
        tables += "</table:table>";
    }
    let styles = r##"<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
        <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
        <style:style style:name="narrow" style:family="table-column"><style:table-column-properties style:column-width="0cm"/></style:style>
        <style:style style:name="plain" style:family="table-cell"/>
        <style:style style:name="white" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>
        <style:style style:name="tiny" style:family="table-cell"><style:text-properties fo:font-size="1pt"/></style:style>
        <style:style style:name="struck" style:family="table-cell"><style:text-properties style:text-line-through-style="solid"/></style:style>
        <style:style style:name="filled" style:family="table-cell"><style:table-cell-properties fo:background-color="#ff0000"/>
            <style:text-properties fo:color="#ff0000"/></style:style>
        <style:style style:name="named" style:family="table-cell"><style:table-cell-properties fo:background-color="#99b3cc"/>
            <style:text-properties fo:color="#98b2cd"/></style:style>
        <style:style style:name="white" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>
        <style:style style:name="condition-white" style:family="table-cell">
            <style:map style:condition="cell-content()&gt;=0" style:apply-style-name="Hidden"/></style:style>
        <style:style style:name="condition-nothing" style:family="table-cell">
            <style:map style:condition="cell-content()&gt;=0" style:apply-style-name="Nothing"/></style:style>
        <style:style style:name="condition-perhaps" style:family="table-cell">
            <style:map style:condition="is-true-formula([.$Z$1]=1)" style:apply-style-name="Hidden"/></style:style>"##;
    // What conditions lead to has a name, and lies in a part of its own.
    let named = r##"<office:document-styles xmlns:office="o" xmlns:number="n" xmlns:style="s" xmlns:fo="f"><office:styles>
        <number:number-style style:name="N1P0"><number:text/></number:number-style>
        <number:text-style style:name="N1"><number:text/><style:map style:condition="value()&gt;0" style:apply-style-name="N1P0"/></number:text-style>
        <style:style style:name="Hidden" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>
        <style:style style:name="Nothing" style:family="table-cell" style:data-style-name="N1"/>
        </office:styles></office:document-styles>"##;
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:fo="f" xmlns:calcext="c">
           <office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("styles.xml", named.as_bytes()),
        ("content.xml", content.as_bytes()),
    ])
}

fn html(sheets: &[DrawnSheet]) -> String {
    let mut page = String::from(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><style>.white {color:white;} .tiny {font-size:1.0pt;} .struck {text-decoration:line-through;} .filled {color:red; background:red;} .named {color:#99b3cc; background:rgb(60%, 70%, 80%);}</style></head>",
    );
    html_book(sheets, &mut page);
    page += "<body>";
    for sheet in sheets {
        let _ = write!(page, "<table><caption>{}</caption>", sheet.name);
        if let Some(column) = sheet.hidden_column {
            let how = if sheet.narrow { "width=0" } else { "style='display:none'" };
            let _ = write!(page, "<col span={column}><col {how}>");
        }
        for (row, cells) in sheet.rows.iter().enumerate() {
            let how = if sheet.hidden_row == Some(row) { " style='display:none'" } else { "" };
            let _ = write!(page, "<tr{how}>");
            for cell in cells {
                let class = ["", " class=white", " class=tiny", " class=struck", " class=filled", " class=named"]
                    [style(&Drawn { code: "", ..cell.clone() }, &[""])];
                let code = if cell.code.is_empty() {
                    String::new()
                } else {
                    format!(" style='mso-number-format:\"{}\"'", cell.code.replace('"', "\\0022"))
                };
                let _ = match &cell.held {
                    Held::Nothing => write!(page, "<td></td>"),
                    Held::Text(text) => write!(page, "<td{class}{code}>{}</td>", escaped(text)),
                    Held::Number(number) => write!(page, "<td{class}{code} x:num=\"{number}\">{}</td>", escaped(&cell.shown)),
                    Held::Day(serial) => write!(page, "<td{class}{code} x:num=\"{serial}\">{}</td>", escaped(&cell.shown)),
                    Held::Minutes(_) => {
                        write!(page, "<td{class}{code} x:num=\"{}\">{}</td>", cell.held.part_of_a_day(), escaped(&cell.shown))
                    }
                    Held::Placeholder => write!(page, "<td x:fmla=\"=3*1\"></td>"),
                    Held::Error => write!(page, "<td>#REF!</td>"),
                    Held::Picture => write!(page, "<td><img src=a.png></td>"),
                    Held::Partly(seen, unseen) => {
                        write!(page, "<td{class}{code}>{}<font color=\"#FFFFFF\">{}</font></td>", escaped(seen), escaped(unseen))
                    }
                };
            }
            page += "</tr>";
        }
        page += "</table>";
    }
    page + "</body></html>"
}

/// What Excel says at a page's head, where browsers read nothing: which sheets are hidden, and conditional formats.
fn html_book(sheets: &[DrawnSheet], page: &mut String) {
    *page += "<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets>";
    for sheet in sheets {
        let visible = if sheet.hidden { "<x:Visible>SheetHidden</x:Visible>" } else { "" };
        let conditional = sheet.conditional.map(|(row, column, what)| {
            let test = match what {
                Conditional::Perhaps => "<x:Value1>AND($Z$1=1,$Z$2=1)</x:Value1>",
                _ => "<x:Qualifier>GreaterOrEqual</x:Qualifier><x:Value1>0</x:Value1>",
            };
            let look = if what == Conditional::Nothing { "mso-number-format:&quot;;;;&quot;" } else { "color:white" };
            let at = CellRef { row: row as u32, column: column as u16 };
            format!("<x:ConditionalFormatting><x:Range>{at}</x:Range><x:Condition>{test}<x:Format Style='{look}'/></x:Condition></x:ConditionalFormatting>")
        });
        let _ = write!(
            page,
            "<x:ExcelWorksheet><x:Name>{}</x:Name><x:WorksheetOptions>{visible}</x:WorksheetOptions>{}</x:ExcelWorksheet>",
            sheet.name,
            conditional.unwrap_or_default()
        );
    }
    *page += "</x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]-->";
}

fn xml2003(sheets: &[DrawnSheet]) -> String {
    let codes = codes(sheets);
    let mut page = String::from(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>",
    );
    for (at, code) in codes.iter().enumerate() {
        for (look, font) in [
            "",
            "<Font ss:Color=\"#FFFFFF\"/>",
            "<Font ss:Size=\"1\"/>",
            "<Font ss:StrikeThrough=\"1\"/>",
            "<Font ss:Color=\"#FF0000\"/><Interior ss:Color=\"#FF0000\" ss:Pattern=\"Solid\"/>",
            "<Font ss:Color=\"#98B2CD\"/><Interior ss:Color=\"#99B3CC\" ss:Pattern=\"Solid\"/>",
        ]
        .iter()
        .enumerate()
        {
            let _ =
                write!(page, r#"<Style ss:ID="s{}">{font}<NumberFormat ss:Format="{}"/></Style>"#, at * LOOKS.len() + look, escaped(code));
        }
    }
    page += "</Styles>";
    for sheet in sheets {
        let usual = match (sheet.no_width, sheet.no_height) {
            (true, _) => " ss:DefaultColumnWidth=\"0\"",
            (_, true) => " ss:DefaultRowHeight=\"0\"",
            _ => "",
        };
        let _ = write!(page, r#"<Worksheet ss:Name="{}"><Table{usual}>"#, sheet.name);
        if let Some(column) = sheet.hidden_column {
            let how = if sheet.narrow { "ss:Width=\"0\"" } else { "ss:Hidden=\"1\"" };
            let _ = write!(page, r#"<Column ss:Index="{}" {how}/>"#, column + 1);
        }
        for (row, cells) in sheet.rows.iter().enumerate() {
            let how = if sheet.hidden_row == Some(row) { " ss:Hidden=\"1\"" } else { "" };
            let _ = write!(page, "<Row{how}>");
            for (column, cell) in cells.iter().enumerate() {
                let merged = if sheet.beneath == Some((row, column + 1)) { " ss:MergeAcross=\"1\"" } else { "" };
                let _ = write!(page, r#"<Cell ss:Index="{}" ss:StyleID="s{}"{merged}"#, column + 1, style(cell, &codes));
                let _ = match &cell.held {
                    Held::Nothing => write!(page, ">"),
                    Held::Text(text) => write!(page, r#"><Data ss:Type="String">{}</Data>"#, escaped(text)),
                    Held::Number(number) => write!(page, r#"><Data ss:Type="Number">{number}</Data>"#),
                    Held::Day(serial) => write!(page, r#"><Data ss:Type="DateTime">{}T00:00:00.000</Data>"#, dated(*serial)),
                    Held::Minutes(minutes) => {
                        let (hour, minute) = (minutes / 60, minutes % 60);
                        write!(page, r#"><Data ss:Type="DateTime">1899-12-31T{hour:02}:{minute:02}:00.000</Data>"#)
                    }
                    Held::Placeholder => write!(page, r#" ss:Formula="=3*1"><Data ss:Type="Number">0</Data>"#),
                    Held::Error => write!(page, r#"><Data ss:Type="Error">#REF!</Data>"#),
                    Held::Picture => write!(page, r#"><Data ss:Type="String">={}</Data>"#, escaped(PICTURE)),
                    Held::Partly(seen, unseen) => write!(
                        page,
                        "><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\">{}<Font html:Color=\"#FFFFFF\">{}</Font></ss:Data>",
                        escaped(seen),
                        escaped(unseen)
                    ),
                };
                page += if cell.comment { "<Comment><ss:Data>7</ss:Data></Comment></Cell>" } else { "</Cell>" };
            }
            page += "</Row>";
        }
        let conditional = sheet.conditional.map(|(row, column, what)| {
            let test = match what {
                Conditional::Perhaps => "<Value1>RC26=1</Value1>",
                _ => "<Qualifier>GreaterOrEqual</Qualifier><Value1>0</Value1>",
            };
            let look = if what == Conditional::Nothing { "mso-number-format:\";;;\"" } else { "color:white" };
            format!(
                "<ConditionalFormatting xmlns=\"urn:schemas-microsoft-com:office:excel\"><Range>R{}C{}</Range><Condition>{test}<Format Style='{look}'/></Condition></ConditionalFormatting>",
                row + 1,
                column + 1
            )
        });
        let visible = if sheet.hidden { "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>" } else { "" };
        let _ = write!(page, "</Table>{visible}{}</Worksheet>", conditional.unwrap_or_default());
    }
    page + "</Workbook>"
}

fn csv(sheet: &DrawnSheet) -> String {
    let field = |cell: &Drawn| match &cell.held {
        Held::Nothing => String::new(),
        Held::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Held::Number(_) | Held::Day(_) | Held::Minutes(_) => cell.shown.clone(),
        Held::Placeholder => "=3*1".to_owned(),
        Held::Error => "#REF!".to_owned(),
        Held::Picture => format!("\"={}\"", PICTURE.replace('"', "\"\"")),
        Held::Partly(seen, unseen) => format!("{seen}{unseen}"),
    };
    sheet.rows.iter().map(|row| row.iter().map(field).collect::<Vec<_>>().join(",") + "\r\n").collect()
}
