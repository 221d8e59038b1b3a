use unicode_width::UnicodeWidthStr;

/// Columns that a text takes where characters stand on a grid, as on a terminal: East Asian wide characters take two.
pub fn width(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        assert_eq!(width("党员A1"), 6);
        assert_eq!(width("，（）"), 6);
        assert_eq!(width("𠮷"), 2);
        assert_eq!(width("e\u{301}"), 1);
    }
}
