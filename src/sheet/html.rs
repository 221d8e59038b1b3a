//! Tables of a web page, which offices and web systems write under the name of .xls; and MHTML, such pages in a mail.
//!
//! ```text
//! <h1>Sheet 2: <em>党员名册</em></h1>                    what names the table: its caption, the workbook's list of
//! <table><tr><td rowspan=2>姓名<td x:num="8.6999">8.7    sheets (<x:Name>), the heading or line before it
//! ```

use std::collections::{BTreeMap, HashMap};

use html5gum::{DefaultEmitter, HtmlString, Spanned, Token, Tokenizer};

use super::book::{Area, Book, Content, Sheet, Unseen};
use super::gather::Gather;
use super::html_book::{self, Told};
use super::html_cell::Cell;
use super::html_style::{Class, classes, is_hidden};
use super::ink::Ink;
use super::{Format, Limits, Refusal, conditional, csv, mail, text};

/// A page, or a mail of pages.
pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut gather = Gather::new(limits);
    let mut sheets = Vec::new();
    match mail::parts(bytes)? {
        None => page(&text::decode(bytes, charset(bytes).as_deref())?, csv::stem(name), &mut gather, limits, &mut sheets)?,
        Some(parts) => {
            let mut listed: Vec<Told> = Vec::new();
            for part in parts.iter().filter(|part| part.kind.contains("html")) {
                let text = text::decode(&part.body, part.charset.clone().or_else(|| charset(&part.body)).as_deref())?;
                // The first part is the workbook: it lists the sheets, each of which is a part of its own.
                if listed.is_empty() {
                    listed = html_book::sheets(&text);
                }
                let own = listed.get(sheets.len());
                let fallback = own.and_then(|own| own.name.as_deref()).unwrap_or(csv::stem(name)).to_owned();
                let (before, hidden) = (sheets.len(), own.is_some_and(|own| own.hidden));
                page(&text, &fallback, &mut gather, limits, &mut sheets)?;
                sheets[before..].iter_mut().for_each(|sheet| sheet.hidden |= hidden);
            }
        }
    }
    if sheets.is_empty() {
        return Err(Refusal::NotASpreadsheet { kind: Format::Html });
    }
    Ok(Book { sheets, date_1904: false, modified: None, returns: None, format: Format::Html })
}

/// The encoding that a page says it is in.
fn charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let after = head.split("charset=").nth(1)?.trim_start_matches(['"', '\'']);
    Some(after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect())
}

/// A table whose end has not come.
struct Table {
    /// By the order of their beginnings.
    number: usize,
    named: Option<String>,
    row: u32,
    column: u32,
    began: bool,
    hides: bool,
    /// Rows that a cell above still takes up, by column.
    taken: Vec<u32>,
    /// What the row's letters are written with.
    ink: Ink,
    /// Rows and columns of cells of which not all is seen.
    unseen: Vec<(u32, u32, Unseen)>,
    /// What cells are written with that are not black on white.
    inks: BTreeMap<(u32, u16), Ink>,
    cells: Vec<(u32, u32, Content)>,
    merged: Vec<Area>,
    cell: Option<Cell>,
    caption: Option<String>,
}

struct Page<'a> {
    limits: &'a Limits,
    open: Vec<Table>,
    done: Vec<Table>,
    /// Text outside of tables since the last one, and the last heading.
    line: String,
    heading: Option<String>,
    in_heading: bool,
    /// What the classes of cells say.
    classes: HashMap<String, Class>,
    /// Cells of all tables.
    cells: usize,
}

fn page(text: &str, fallback: &str, gather: &mut Gather, limits: &Limits, sheets: &mut Vec<Sheet>) -> Result<(), Refusal> {
    let mut page = Page {
        limits,
        open: Vec::new(),
        done: Vec::new(),
        line: String::new(),
        heading: None,
        in_heading: false,
        classes: classes(text),
        cells: 0,
    };
    walk(text, |node| page.node(&node))?;
    while let Some(table) = page.open.pop() {
        page.done.push(table);
    }
    let mut tables = page.done;
    for table in &mut tables {
        table.cell_ends(limits)?;
    }
    // Layout puts tables around tables; those hold nothing themselves.
    tables.retain(|table| !table.cells.is_empty());
    tables.sort_by_key(|table| table.number);
    let listed = html_book::sheets(text);
    let several = tables.len() > 1;
    for (at, table) in tables.into_iter().enumerate() {
        // What is said once for several tables is said of the page.
        let told = listed.get(at).filter(|_| listed.len() > 1 || !several);
        let name = table.caption.or_else(|| told.and_then(|told| told.name.clone())).or(table.named);
        let name = name.unwrap_or_else(|| if several { format!("{fallback}-{}", at + 1) } else { fallback.to_owned() });
        for (row, column, why) in table.unseen {
            gather.unseen(row, column, why);
        }
        for (row, column, content) in table.cells {
            gather.push(row, column, content)?;
        }
        let mut sheet = gather.sheet(&name, told.is_some_and(|told| told.hidden))?;
        sheet.merge(table.merged)?;
        sheet.hidden_rows = table.hides;
        if let Some(told) = told {
            let ink = |(row, column)| table.inks.get(&(row, column as u16)).copied().unwrap_or_default();
            conditional::apply(&mut sheet, &told.rules, &ink, false);
        }
        sheets.push(sheet);
        if sheets.len() > limits.max_sheets {
            return Err(Refusal::too_large("sheets", limits.max_sheets));
        }
    }
    Ok(())
}

/// A tag's attributes by their names, the first of each name.
pub(super) type Attributes = BTreeMap<HtmlString, Spanned<HtmlString, ()>>;

/// A page's parts. Names are in lower case.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Open(&'a str, &'a Attributes),
    Close(&'a str),
    Text(&'a str),
}

impl Page<'_> {
    fn node(&mut self, node: &Node) -> Result<(), Refusal> {
        match *node {
            Node::Open("table", _) => {
                let line = named(&std::mem::take(&mut self.line));
                let named = self.heading.take().or(line);
                let number = self.open.len() + self.done.len();
                if self.open.len() >= 64 || number >= self.limits.max_sheets * 64 {
                    return Err(Refusal::too_large("sheets", self.limits.max_sheets));
                }
                self.open.push(Table::new(number, named));
            }
            Node::Close("table") => {
                if let Some(mut table) = self.open.pop() {
                    table.cell_ends(self.limits)?;
                    self.done.push(table);
                }
            }
            _ => match self.open.last_mut() {
                Some(table) => {
                    let before = table.cells.len();
                    table.node(node, &self.classes, self.limits)?;
                    self.cells += table.cells.len() - before;
                    if self.cells > self.limits.max_cells {
                        return Err(Refusal::too_large("cells", self.limits.max_cells));
                    }
                }
                None => self.outside(node),
            },
        }
        Ok(())
    }

    fn outside(&mut self, node: &Node) {
        match *node {
            Node::Open("h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => {
                self.in_heading = true;
                self.line.clear();
            }
            // LibreOffice: <h1>Sheet 1: <em>name</em></h1>
            Node::Open("em", _) if self.in_heading => self.line.clear(),
            Node::Close("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                self.in_heading = false;
                self.heading = named(&std::mem::take(&mut self.line)).or(self.heading.take());
            }
            Node::Open("p" | "div" | "br" | "li" | "center", _) if !self.in_heading => self.line.clear(),
            // A name is short; a page of prose is not kept.
            Node::Text(text) if self.line.len() < 1000 => self.line.push_str(text),
            _ => {}
        }
    }
}

/// A line that may be a sheet's name.
fn named(line: &str) -> Option<String> {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line).filter(|line| (1..=31).contains(&line.chars().count()))
}

impl Table {
    fn new(number: usize, named: Option<String>) -> Self {
        Self {
            number,
            named,
            row: 0,
            column: 0,
            began: false,
            hides: false,
            taken: Vec::new(),
            ink: Ink::default(),
            unseen: Vec::new(),
            inks: BTreeMap::new(),
            cells: Vec::new(),
            merged: Vec::new(),
            cell: None,
            caption: None,
        }
    }

    fn node(&mut self, node: &Node, classes: &HashMap<String, Class>, limits: &Limits) -> Result<(), Refusal> {
        match *node {
            Node::Open("tr", tag) => {
                self.cell_ends(limits)?;
                self.row_ends();
                self.began = true;
                self.hides |= is_hidden(tag, classes, "height");
                self.ink = Class::of(tag, classes).ink;
            }
            Node::Open("col", tag) => self.hides |= is_hidden(tag, classes, "width"),
            Node::Close("tr") => {
                self.cell_ends(limits)?;
                self.row_ends();
            }
            Node::Open("td" | "th", tag) => {
                self.cell_ends(limits)?;
                self.began = true;
                self.hides |= is_hidden(tag, classes, "height");
                self.cell = Some(Cell::of(tag, classes, self.ink));
            }
            Node::Close("td" | "th") => self.cell_ends(limits)?,
            Node::Open("caption", _) => self.caption = Some(String::new()),
            Node::Close("caption") => self.caption = self.caption.take().and_then(|caption| named(&caption)),
            _ => match (&mut self.cell, &mut self.caption) {
                (Some(cell), _) => {
                    cell.node(node, classes, limits)?;
                    self.hides |= cell.unseen.is_some();
                }
                (None, Some(caption)) if !self.began => {
                    if let Node::Text(text) = node {
                        caption.push_str(text);
                    }
                }
                _ => {}
            },
        }
        Ok(())
    }

    fn row_ends(&mut self) {
        if std::mem::take(&mut self.began) {
            self.row += 1;
            self.column = 0;
            self.taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        }
    }

    fn cell_ends(&mut self, limits: &Limits) -> Result<(), Refusal> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        // `taken` counts this row too.
        while self.taken.get(self.column as usize).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let (column, rows, columns) = (self.column, cell.rows, cell.columns.min(limits.max_columns));
        self.column = self.column.saturating_add(columns);
        let last = (self.row.saturating_add(rows - 1), self.column.saturating_sub(1).min(u32::from(u16::MAX)) as u16);
        if self.merged.len() < Area::MOST {
            self.merged.extend(Area::of((self.row, column.min(u32::from(u16::MAX)) as u16), last));
        }
        let ink = cell.ink;
        let (content, unseen) = cell.content();
        if let Some(content) = content {
            if !ink.is_usual() {
                self.inks.insert((self.row, column.min(u32::from(u16::MAX)) as u16), ink);
            }
            if column >= limits.max_columns {
                return Err(Refusal::too_large("columns", limits.max_columns));
            }
            self.unseen.extend(unseen.map(|why| (self.row, column, why)));
            self.cells.push((self.row, column, content));
        }
        if rows > 1 && self.column <= limits.max_columns {
            self.taken.resize(self.taken.len().max(self.column as usize), 0);
            self.taken[column as usize..self.column as usize].fill(rows);
        }
        Ok(())
    }
}

/// Elements whose text nobody sees; `xml` is what offices put at a page's head for each other.
const UNSEEN: [&str; 7] = ["script", "style", "title", "xml", "noscript", "iframe", "noembed"];

/// Calls `visit` for each tag and each text. Nothing is refused: pages are never well formed.
fn walk(page: &str, mut visit: impl FnMut(Node) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    // The element that is not seen, until it ends.
    let mut unseen = None;
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::EndTag(tag) if unseen.as_ref() == Some(&tag.name) => unseen = None,
            _ if unseen.is_some() => {}
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                visit(Node::Open(&name, &tag.attributes))?;
                // Other elements do not end within their own tag, whatever it says.
                if UNSEEN.contains(&&*name) && !(tag.self_closing && name == "xml") {
                    unseen = Some(tag.name);
                }
            }
            Token::EndTag(tag) => visit(Node::Close(&String::from_utf8_lossy(&tag.name)))?,
            Token::String(text) => visit(Node::Text(&String::from_utf8_lossy(&text)))?,
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Ok(())
}

/// An attribute's value, empty where it has none.
pub(super) fn attribute(tag: &Attributes, wanted: &str) -> Option<String> {
    tag.get(wanted.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(page: &[u8]) -> Vec<String> {
        let book = read("a/导出.xls", page, &Limits::default()).expect("a page");
        let mut lines = Vec::new();
        for sheet in &book.sheets {
            for row in &sheet.rows {
                lines.extend(row.cells.iter().map(|cell| {
                    format!(
                        "{} {},{} {}",
                        sheet.name,
                        row.index,
                        cell.column,
                        match &cell.content {
                            Content::Text(text) => format!("{text:?}"),
                            Content::Number(number) => number.to_string(),
                            Content::Disguised(own) => format!("{} not {:?}", own.shown, own.held),
                            other => format!("{other:?}"),
                        }
                    )
                }));
            }
        }
        lines
    }

    #[test]
    fn merged_cells_take_their_place() {
        let page = "<table><tr><td rowspan=2>a<td colspan='2'>b</td><td>c</tr><tr><td>d<td>e<td rowspan=9>f</table>";
        assert_eq!(
            told(page.as_bytes()),
            ["导出 0,0 \"a\"", "导出 0,1 \"b\"", "导出 0,3 \"c\"", "导出 1,1 \"d\"", "导出 1,2 \"e\"", "导出 1,3 \"f\""]
        );
    }

    #[test]
    fn the_stored_number_counts_and_codes_stay_text() {
        let page = r#"<TABLE><TR><TD x:num="8.6999999999999993">8.70</TD><TD x:num>9</TD><TD x:str>12</TD>
            <td style='mso-number-format:"\@"'>7</td><td sdval="46284" sdnum="1033;0;YYYY-MM-DD">2026-09-19</td>
            <td>0101</td><td>360102198905181234</td><td sdval="0.8">80%</td></TR></TABLE>"#;
        let expected = [
            "8.7",
            "9",
            "\"12\"",
            "\"7\"",
            "\"2026-09-19\"",
            "\"0101\"",
            "\"360102198905181234\"",
            "80% not Number(Decimal { mantissa: 8, exponent: -1 })",
        ];
        assert_eq!(told(page.as_bytes()), expected.iter().enumerate().map(|(at, cell)| format!("导出 0,{at} {cell}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_format_shows_another_number() {
        let page = "<style>.xl65\n\t{mso-style-parent:style0;\n\tmso-number-format:0;}\n.xl66 {mso-number-format:\"0\\.00\";}</style><table><tr>\
            <td class=xl65>9.96</td><td class=xl66>8.7</td><td style='mso-number-format:Percent'>0.8</td>\
            <td style='mso-number-format:\"\\0022第\\00220\\0022季度\\0022\"'>1</td></table>";
        let lines = told(page.as_bytes());
        assert!(lines[0].contains("10 not") && lines[1] == "导出 0,1 8.7" && lines[2].contains("80.00% not"), "{lines:?}");
        assert!(lines[3].contains("第1季度 not"), "{lines:?}");
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        let page = "<html><head><style>td{x:'<table>'}</style><script>if (a<b) '<table>'</script></head><!-- <table><tr><td>no --><table><tr>\
                    <td> 张&nbsp;三\r\n  &amp; &#26446;&#x56db; <br> &lt;x&gt; 1 < 2 &unknown; </td><td title=\"a>b\"><b>粗</b><p>段</p></td></table>";
        assert_eq!(told(page.as_bytes()), ["导出 0,0 \"张\\u{a0}三 & 李四\\n<x> 1 < 2 &unknown;\"", "导出 0,1 \"粗段\""]);
    }

    #[test]
    fn what_is_not_displayed_is_not_read_and_is_told() {
        let page = "<table><tr><td>8<span style='display:none'>5<span>1</span></span><td>9<i hidden>.5</i><td style='x:y'>7</table>";
        assert_eq!(told(page.as_bytes()), ["导出 0,0 8", "导出 0,1 9", "导出 0,2 7"]);
        assert!(read("a", page.as_bytes(), &Limits::default()).expect("a page").sheets[0].hidden_rows);
    }

    #[test]
    fn tables_get_their_names() {
        let page = "<h1>总览</h1><p>a</p><h1>Sheet 1: <em>支部信息</em></h1><table><tr><td>1</table><p>党员名册</p><table><tr><td>2</table>\
                    <table><caption> 奖惩 </caption><tr><td><table><tr><td>3</table>4</table>";
        assert_eq!(told(page.as_bytes()), ["支部信息 0,0 1", "党员名册 0,0 2", "奖惩 0,0 4", "导出-4 0,0 3"]);
        let excel = "<!--[if gte mso 9]><xml><x:ExcelWorksheet><x:Name>积分登记</x:Name></xml><![endif]--><body><table><tr><td>1</table>";
        assert_eq!(told(excel.as_bytes()), ["积分登记 0,0 1"]);
    }

    #[test]
    fn pages_come_in_mails() {
        let mail = b"From: <x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"--=b\"\r\n\r\npre\r\n----=b\r\n\
            Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<x:Name>=D6=A7</x:Name><x:Name>b</x:=\r\nName>\r\n\
            ----=b\r\nContent-Type: text/html\r\n\r\n<table><tr><td>1</table>\r\n----=b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            PHRhYmxlPjx0cj48dGQ+MjwvdGFibGU+\r\n----=b--\r\n";
        assert_eq!(told(mail), ["支 0,0 1", "b 0,0 2"]);
    }

    #[test]
    fn nonsense_neither_panics_nor_loops() {
        for page in [
            "<table",
            "<table><tr><td rowspan=99999999999 colspan=1048576>x",
            "<table><td colspan=5000>",
            "<!--",
            "<script>",
            "<td>x</td>",
            "&",
            "<\"",
            "<a b='",
        ] {
            let _ = read("a", page.as_bytes(), &Limits::default());
        }
    }
}
