//! How the text of cells is folded before it is compared.

/// True for every kind of space and for characters that show nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Full-width ASCII forms to ASCII.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// White space out and full-width to half-width: for numbers, codes, periods and words of closed lists.
pub fn folded(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).map(half_width).collect()
}

/// [`folded`], a trailing colon off, all dashes alike: for headings and sheet names.
pub fn key(text: &str) -> String {
    let mut key: String = folded(text).chars().map(|c| if matches!(c, '–' | '—' | '―' | '‐' | '−' | '_') { '-' } else { c }).collect();
    while key.ends_with(':') {
        key.pop();
    }
    key
}

/// A heading without the maximum it may carry: `理想信念(10分)` is `理想信念` and `10`.
pub fn heading(text: &str) -> (String, Option<String>) {
    let key = key(text);
    if let Some((name, rest)) = key.split_once('(')
        && let Some(max) = rest.strip_suffix(')').and_then(|inner| inner.strip_suffix('分'))
        && !max.is_empty()
        && max.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '~' | '至' | '满' | '最' | '高'))
    {
        let digits: String =
            max.chars().rev().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<Vec<_>>().into_iter().rev().collect();
        return (name.to_owned(), Some(digits));
    }
    (key, None)
}

/// A person's name as it is matched and printed: blanks dropped, the dots of minority names made one (·), every other
/// character kept as written.
pub fn name(text: &str) -> String {
    let kept: Vec<char> = text.chars().filter(|c| !is_blank(*c)).collect();
    let last = kept.len().saturating_sub(1);
    kept.iter()
        .enumerate()
        .map(|(at, c)| match c {
            '•' | '・' | '‧' | '．' | '∙' | '⋅' | '･' if at > 0 && at < last => '·',
            c => *c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_headings() {
        assert_eq!(key(" 支部名称 ："), "支部名称");
        assert_eq!(key("姓\u{3000}名"), "姓名");
        assert_eq!(key("积分登记－农村党员"), "积分登记-农村党员");
        assert_eq!(heading("理想信念（10分）"), ("理想信念".into(), Some("10".into())));
        assert_eq!(heading("理想信念(0-10分)"), ("理想信念".into(), Some("10".into())));
        assert_eq!(heading("其他(说明)"), ("其他(说明)".into(), None));
    }

    #[test]
    fn keeps_the_letters_of_a_name() {
        assert_eq!(name("张　三"), "张三");
        assert_eq!(name(" 买买提•洋信 "), "买买提·洋信");
        assert_eq!(name("𠅤䶮"), "𠅤䶮");
        assert_eq!(name("Ａ"), "Ａ");
    }
}
