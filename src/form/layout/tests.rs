use super::sample::*;
use super::*;

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
