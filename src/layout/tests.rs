use super::sample::*;
use super::*;
use crate::form::model::*;

fn all_text(page: &Page) -> String {
    page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts).map(|text| text.text.as_str()).collect()
}

#[test]
fn a_board_of_forty_stands_on_one_page_of_a3() {
    let laid = lay(&board(40));
    assert_eq!(laid.notes, []);
    assert_eq!(laid.book.pages.len(), 1);
    let page = &laid.book.pages[0];
    assert_eq!((page.width.round(), page.height.round()), (1191.0, 842.0));
    assert!(all_text(page).contains("抗洪抢险"));
    for text in page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts) {
        assert!(text.x > 0.0 && text.x < page.width && text.y > 0.0 && text.y < page.height, "{}", text.text);
    }
}

fn cells(page: &Page) -> impl Iterator<Item = (u32, &PageCell)> {
    page.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.row, cell)))
}

fn shown(page: &Page, row: u32, column: u16) -> String {
    cells(page)
        .filter(|(at, cell)| (*at, cell.column) == (row, column))
        .flat_map(|(_, cell)| &cell.texts)
        .map(|text| text.text.as_str())
        .collect()
}

/// One column of text rows in one style.
fn column(width: f64, style: Style, rows: Vec<(Option<f64>, &str)>) -> FilledBook {
    let mut styles = Styles::default();
    let id = styles.id(style);
    let rows = rows.into_iter().map(|(height, words)| Row { height, cells: vec![text(0, id, words)], ..Row::default() }).collect();
    book(styles, FilledSheet { name: "表".into(), columns: vec![Column { width, hidden: false }], rows, ..FilledSheet::default() })
}

fn wrapped() -> Style {
    Style { align: align(Horizontal::Left, Vertical::Center, true), ..Style::default() }
}

#[test]
fn a_row_grows_to_its_wrapped_text_and_keeps_a_height_that_is_enough() {
    let words = "一二三四五六七八九十一二三四五六七八九十";
    let laid = lay(&column(12.0, wrapped(), vec![(None, words), (Some(300.0), words), (Some(10.0), words)])).book;
    let [free, fixed, low] = laid.sheets[0].heights[..] else { panic!() };
    assert!(free >= 3 * 1300 && free % PIXEL == 0, "{free}");
    assert_eq!(fixed, 30_000);
    assert_eq!(low, free);
}

#[test]
fn a_merged_cell_grows_its_last_row() {
    let mut filled = column(12.0, wrapped(), vec![(Some(20.0), &"很长的话".repeat(12)), (Some(20.0), "")]);
    filled.sheets[0].merges.push(Range { first_row: 0, last_row: 1, first_column: 0, last_column: 0 });
    let heights = &lay(&filled).book.sheets[0].heights;
    assert_eq!(heights[0], 2025);
    assert!(heights[1] > 9_000);
}

#[test]
fn what_is_higher_than_a_row_can_be_is_made_smaller_and_then_told() {
    let laid = lay(&column(12.0, wrapped(), vec![(None, &"字".repeat(240)), (None, &"字".repeat(9000))]));
    assert_eq!(laid.book.sheets[0].heights, [40_950, 40_950]);
    assert!(laid.book.sheets[0].adjusted[&(0, 0)].size.unwrap() < 11.0);
    assert_eq!(laid.notes, [Note::DoesNotFit { sheet: "表".into(), cell: (1, 0) }]);
    assert_eq!(laid.book.pages.iter().map(|page| all_text(page).chars().count()).sum::<usize>(), 9240);
}

#[test]
fn unwrapped_text_spills_over_free_cells_and_is_fitted_where_they_are_taken() {
    let laid = lay(&mixed()).book;
    assert!(shown(&laid.pages[0], 2, 0).ends_with("后面去"));
    assert!(!laid.sheets[0].adjusted.contains_key(&(2, 0)));
    assert!(laid.sheets[0].adjusted[&(3, 0)].wrap);
    assert_eq!(shown(&laid.pages[0], 3, 0), "不够宽也不能被截断的一行文字");
}

#[test]
fn a_character_without_a_glyph_is_boxed_and_told() {
    let laid = lay(&mixed());
    assert_eq!(laid.notes, [Note::MissingCharacter { character: '\u{31350}', sheet: "限期整改通知书".into(), cell: Some((4, 0)) }]);
    assert_eq!(shown(&laid.book.pages[0], 4, 0), "U+31350王㐂䶮");
}

#[test]
fn titles_are_repeated_and_what_belongs_together_stays_together() {
    let mut filled = board(90);
    filled.sheets[0].page.fit = Some((1, 0));
    let laid = lay(&filled).book;
    assert_eq!(laid.pages.len(), 3);
    for page in &laid.pages[1..] {
        assert!(page.rows.iter().take(3).all(|row| row.heading && row.repeated));
        assert_eq!(shown(page, 2, 1), "姓名");
    }
    // The signatures are kept with the last member.
    let last = laid.sheets[0].row_breaks[1];
    assert!(last <= 92, "{last}");
    assert_eq!(laid.pages.iter().flat_map(|page| &page.rows).filter(|row| !row.repeated).count(), 96);
    assert_eq!(all_footers(&laid.pages[2]), "方案 县级示范 v2第 3 页，共 3 页 2026/10/8");
}

fn all_footers(page: &Page) -> String {
    page.furniture.iter().map(|text| text.text.as_str()).collect()
}

#[test]
fn a_manual_break_begins_a_page_and_a_fitted_sheet_keeps_it() {
    let mut filled = column(12.0, wrapped(), vec![(None, "一"), (None, "二"), (None, "三")]);
    filled.sheets[0].rows[2].break_before = true;
    filled.sheets[0].rows[2].bookmark = Some("三".into());
    for fit in [None, Some((1, 1)), Some((1, 0))] {
        filled.sheets[0].page.fit = fit;
        let laid = lay(&filled).book;
        assert_eq!((laid.pages.len(), &laid.sheets[0].row_breaks[..]), (2, &[2][..]));
        assert_eq!((laid.outline[0].page, laid.outline[0].title.as_str()), (1, "三"));
    }
}

#[test]
fn columns_that_overflow_go_to_further_pages_and_nothing_of_a_title_is_lost() {
    let mut filled = column(60.0, Style::default(), vec![(None, "跨页的标题")]);
    filled.sheets[0].columns = vec![Column { width: 60.0, hidden: false }; 4];
    filled.sheets[0].merges.push(Range { first_row: 0, last_row: 0, first_column: 0, last_column: 3 });
    let laid = lay(&filled).book;
    assert_eq!((laid.pages.len(), &laid.sheets[0].column_breaks[..]), (4, &[1, 2, 3][..]));
    assert_eq!(shown(&laid.pages[0], 0, 0), "跨页的标题");
}

#[test]
fn a_column_break_counts_unless_the_sheet_is_fitted_to_so_many_pages_across() {
    let mut filled = column(10.0, Style::default(), vec![(None, "一")]);
    filled.sheets[0].columns = vec![Column { width: 10.0, hidden: false }; 3];
    filled.sheets[0].rows[0].cells[0].column = 2;
    filled.sheets[0].column_breaks = vec![1];
    for (fit, pages) in [(None, 2), (Some((0, 1)), 2), (Some((1, 1)), 1), (Some((1, 0)), 1)] {
        filled.sheets[0].page.fit = fit;
        let laid = lay(&filled).book;
        assert_eq!((laid.pages.len(), laid.sheets[0].scale), (pages, 100), "{fit:?}");
    }
}

#[test]
fn a_shared_edge_is_one_line_and_the_stronger_wins() {
    let mut styles = Styles::default();
    let boxed = |line: Line| Style {
        borders: Borders { left: edge(line), right: edge(line), top: edge(line), bottom: edge(line) },
        ..Style::default()
    };
    let (thin, medium) = (styles.id(boxed(Line::Thin)), styles.id(boxed(Line::Medium)));
    let rows = [thin, medium]
        .map(|style| Row { cells: (0..2).map(|column| Cell { column, style, value: Value::Empty }).collect(), ..Row::default() });
    let columns = vec![Column { width: 10.0, hidden: false }; 2];
    let laid = lay(&book(styles, FilledSheet { name: "表".into(), columns, rows: rows.to_vec(), ..FilledSheet::default() })).book;
    let lines = &laid.pages[0].strokes;
    // Across: top thin, middle and bottom medium. Down: three lines, each thin above and medium below.
    assert_eq!(lines.iter().filter(|line| line.line == Line::Thin).count(), 4);
    assert_eq!(lines.iter().filter(|line| line.line == Line::Medium).count(), 5);
    assert!(
        lines.iter().filter(|line| (line.from.1 - line.to.1).abs() < 0.01).all(|line| line.to.0 - line.from.0 > 80.0),
        "a straight run is one line"
    );
}

#[test]
fn hidden_rows_and_columns_take_no_room() {
    let mut filled = board(5);
    filled.sheets[0].rows[4].hidden = true;
    filled.sheets[0].columns[2].hidden = true;
    let laid = lay(&filled).book;
    assert_eq!(shown(&laid.pages[0], 4, 1), "");
    assert_eq!(shown(&laid.pages[0], 3, 2), "");
    assert!(laid.sheets[0].heights[4] > 0 && laid.sheets[0].widths[2] > 0);
}

#[test]
fn senseless_sizes_end_in_a_sane_result() {
    let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300];
    for size in bad {
        let mut filled = board(6);
        filled.normal_font.size = size;
        filled.styles.iter_mut().for_each(|style| {
            style.font.size = size;
            style.align.indent = 255;
        });
        let sheet = &mut filled.sheets[0];
        sheet.columns.iter_mut().for_each(|column| column.width = size);
        sheet.rows.iter_mut().for_each(|row| row.height = Some(size));
        sheet.page.margins = Margins { left: size, right: size, top: size, bottom: size, header: size, footer: size };
        sheet.page.scale = 0;
        sheet.merges.push(Range { first_row: 1, last_row: u32::MAX, first_column: 3, last_column: u16::MAX });
        sheet.title_rows = Some((2, u32::MAX));
        sheet.print_area = Some(Range { first_row: 5, last_row: 2, first_column: 9, last_column: 1 });
        for (fit, area) in [(None, None), (Some((3, 2)), sheet.print_area), (Some((0, 0)), None)] {
            filled.sheets[0].page.fit = fit;
            filled.sheets[0].print_area = area;
            let laid = lay(&filled).book;
            assert!(laid.pages.len() < 200, "{size} {fit:?} {area:?}: {} pages, {}", laid.pages.len(), laid.sheets[0].scale);
            for page in &laid.pages {
                let texts = page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts).chain(&page.furniture);
                assert!(texts.into_iter().all(|text| text.x.is_finite() && text.y.is_finite() && text.size > 0.0));
                assert!(page.strokes.iter().all(|line| [line.from.0, line.from.1, line.to.0, line.to.1].iter().all(|at| at.is_finite())));
            }
        }
    }
}

#[test]
fn a_huge_cell_in_every_direction_ends() {
    let words = "长abc 文本，".repeat(1200);
    for rotation in [0, 45, 90, 255] {
        for wrap in [false, true] {
            let mut style = wrapped();
            style.align.rotation = rotation;
            style.align.wrap = wrap;
            style.font.size = 409.0;
            for width in [0.0, 3.0, 255.0] {
                lay(&column(width, style.clone(), vec![(None, &words), (Some(0.0), &words)]));
            }
        }
    }
}

#[test]
fn columns_that_only_have_a_width_are_not_printed() {
    let mut filled = column(12.0, wrapped(), vec![(None, "一"), (None, "")]);
    filled.sheets[0].columns.resize(300, Column { width: 9.0, hidden: false });
    filled.sheets[0].merges.push(Range { first_row: 1, last_row: 1, first_column: 0, last_column: u16::MAX });
    assert_eq!(lay(&filled).book.pages.len(), 1);
}

#[test]
fn a_leftover_of_gbk_is_drawn_as_its_character_and_told() {
    let laid = lay(&column(30.0, wrapped(), vec![(None, "王\u{E863}")]));
    assert_eq!(shown(&laid.book.pages[0], 0, 0), "王\u{4DAE}");
    assert_eq!(laid.notes, [Note::ReplacedCharacter { character: '\u{E863}', replacement: '\u{4DAE}', sheet: "表".into(), cell: (0, 0) }]);
}

#[test]
fn a_row_drawn_for_two_lines_in_excel_keeps_its_height() {
    let laid = lay(&column(12.0, wrapped(), vec![(Some(27.0), "一二三四五六七八")])).book;
    assert_eq!(laid.sheets[0].heights, [2700]);
}

#[test]
fn the_same_characters_stand_on_the_pages_as_in_the_book() {
    let filled = board(40);
    let mut expected: Vec<char> = filled.sheets[0]
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter_map(|cell| match &cell.value {
            Value::Text(text) => Some(text.chars().filter(|c| !c.is_whitespace())),
            _ => None,
        })
        .flatten()
        .collect();
    let laid = lay(&filled).book;
    let texts = |(row, cell): &(u32, &PageCell)| {
        matches!(filled.sheets[0].rows[*row as usize].cells.iter().find(|c| c.column == cell.column).unwrap().value, Value::Text(_))
    };
    let mut drawn: Vec<char> = laid
        .pages
        .iter()
        .flat_map(cells)
        .filter(texts)
        .flat_map(|(_, cell)| &cell.texts)
        .flat_map(|text| text.text.chars())
        .filter(|c| !c.is_whitespace())
        .collect();
    expected.sort_unstable();
    drawn.sort_unstable();
    assert_eq!(drawn, expected);
}

#[test]
fn a_number_too_wide_for_its_column_is_made_smaller_and_then_told() {
    let mut filled = column(9.0, Style { number_format: "0.00".into(), ..Style::default() }, vec![(None, "")]);
    let mut show = |digits: i64| {
        filled.sheets[0].rows[0].cells[0].value = Value::Number(crate::exact::Decimal::from(digits));
        lay(&filled)
    };
    assert_eq!(shown(&show(91).book.pages[0], 0, 0), "91.00");
    let tight = show(1_234_567);
    assert!(tight.notes.is_empty() && tight.book.sheets[0].adjusted[&(0, 0)].size.is_some());
    assert_eq!(show(1_234_567_890_123_456).notes.len(), 1);
}

#[test]
fn a_row_that_grew_shows_its_text_in_full_size() {
    for family in ["宋体", "黑体", "仿宋", "方正小标宋简体"] {
        for size in [9.0, 10.5, 12.0, 15.75, 22.0] {
            let style = Style { font: font(family, size, false), ..wrapped() };
            let laid = lay(&column(
                20.0,
                style,
                vec![(None, &"一行又一行的字".repeat(9)), (None, "一"), (Some(4.0), "一二三四五六七八九十一二三四五六")],
            ));
            assert!(laid.book.sheets[0].adjusted.is_empty(), "{family} {size}: {:?}", laid.book.sheets[0].adjusted);
        }
    }
    assert!(lay(&board(40)).book.sheets[0].adjusted.is_empty());
}

#[test]
fn text_of_a_merge_that_is_parted_by_pages_goes_on_on_the_next() {
    let words: String = ('一'..).take(900).collect();
    let mut filled = column(30.0, wrapped(), vec![(Some(60.0), ""); 40]);
    filled.sheets[0].rows[0].cells[0].value = Value::Text(words.clone());
    filled.sheets[0].merges.push(Range { first_row: 0, last_row: 39, first_column: 0, last_column: 0 });
    let laid = lay(&filled).book;
    assert!(laid.pages.len() > 2);
    assert_eq!(laid.pages.iter().map(all_text).collect::<String>(), words);
    for text in laid.pages.iter().flat_map(cells).flat_map(|(_, cell)| &cell.texts) {
        assert!(text.y < 842.0 - 54.0, "{}", text.y);
    }
}

#[test]
fn numbering_goes_on_from_sheet_to_sheet() {
    let mut filled = column(12.0, wrapped(), vec![(None, "一"), (None, "二")]);
    filled.sheets[0].rows[1].break_before = true;
    filled.sheets[0].page.footer = "&P/&N &A".into();
    filled.sheets.push(FilledSheet { name: "乙".into(), ..filled.sheets[0].clone() });
    let mut third = FilledSheet { name: "丙".into(), ..filled.sheets[0].clone() };
    third.page.first_page = Some(9);
    filled.sheets.push(third);
    let footers: Vec<String> = lay(&filled).book.pages.iter().map(all_footers).collect();
    assert_eq!(footers, ["1/6 表", "2/6 表", "3/6 乙", "4/6 乙", "9/6 丙", "10/6 丙"]);
}

#[test]
fn what_is_larger_than_the_page_is_fitted_into_it() {
    for horizontal in [Horizontal::Left, Horizontal::Center, Horizontal::Right] {
        let style = Style { align: align(horizontal, Vertical::Bottom, true), ..Style::default() };
        let mut filled = column(255.0, style, vec![(Some(409.5), "右下角的字")]);
        filled.sheets[0].page.paper = 11;
        filled.sheets[0].page.landscape = true;
        let page = &lay(&filled).book.pages[0];
        assert_eq!(shown(page, 0, 0), "右下角的字");
        let text = cells(page).flat_map(|(_, cell)| &cell.texts).next().unwrap();
        assert!(text.x > 0.0 && text.x + 5.0 * text.size < page.width && text.y < page.height, "{text:?}");
    }
}
