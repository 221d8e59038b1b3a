//! Number formats: what a format code shows.

/// Whether a number format shows a day: it has a year, month or day letter outside quotes and brackets.
pub fn shows_date(format: &str) -> bool {
    // `aaaa` is a weekday; one `a` alone is of General.
    if format.to_ascii_lowercase().contains("aaa") {
        return true;
    }
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => while characters.next().is_some_and(|inner| inner != '"') {},
            '[' => while characters.next().is_some_and(|inner| inner != ']') {},
            '\\' | '_' | '*' => {
                characters.next();
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::shows_date;

    #[test]
    fn knows_date_formats() {
        assert!(shows_date("yyyy\"年\"m\"月\"d\"日\""));
        assert!(shows_date("[$-804]d"));
        assert!(!shows_date("0.00\"day\""));
        assert!(!shows_date("[Red]0.00"));
        assert!(!shows_date(""));
    }
}
