//! Chinese numerals: `[DBNum1]` 一百二十三, `[DBNum2]` 壹佰贰拾叁, `[DBNum3]` full-width figures.

const SIMPLE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const FORMAL: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const WIDE: [char; 10] = ['０', '１', '２', '３', '４', '５', '６', '７', '８', '９'];

fn digits(kind: u8) -> [char; 10] {
    match kind {
        1 => SIMPLE,
        2 => FORMAL,
        _ => WIDE,
    }
}

/// Each figure by itself: 2026 as 二〇二六. Other signs stay.
pub(super) fn one_by_one(shown: &str, kind: u8) -> String {
    let digits = digits(kind);
    shown.chars().map(|c| c.to_digit(10).and_then(|digit| digits.get(digit as usize)).copied().unwrap_or(c)).collect()
}

/// A plain number as it is said: whole part with its units, decimals one by one; `12.5` as 一十二.五.
pub(super) fn said(shown: &str, kind: u8) -> String {
    let whole = shown.find(|c: char| !c.is_ascii_digit()).unwrap_or(shown.len());
    // Beyond 万亿 there is no word; what has an exponent is not said either. Full-width figures have no units.
    if kind > 2 || whole == 0 || whole > 16 || shown.contains('E') {
        return one_by_one(shown, kind);
    }
    format!("{}{}", units(&shown[..whole], kind), one_by_one(&shown[whole..], kind))
}

/// A day, month, hour as it is said: 十二 rather than 一十二; what is filled with a zero goes one by one.
pub(super) fn counted(shown: &str, kind: u8) -> String {
    if kind > 2 || shown.len() != 2 || shown.starts_with('0') {
        return one_by_one(shown, kind);
    }
    let said = units(shown, kind);
    said.strip_prefix(['一', '壹']).filter(|rest| rest.starts_with(['十', '拾'])).map_or(said.clone(), str::to_owned)
}

fn units(shown: &str, kind: u8) -> String {
    let digits = digits(kind);
    let units = if kind == 2 { ["", "拾", "佰", "仟"] } else { ["", "十", "百", "千"] };
    let run: Vec<usize> = shown.bytes().map(|byte| usize::from(byte.saturating_sub(b'0')).min(9)).collect();
    let mut out = String::new();
    let mut gap = false;
    for (place, digit) in run.iter().enumerate() {
        let power = run.len() - 1 - place;
        if *digit == 0 {
            gap = !out.is_empty();
        } else {
            if std::mem::take(&mut gap) {
                out.push(digits[0]);
            }
            out.push(digits[*digit]);
            out.push_str(units[power % 4]);
        }
        let myriad = &run[place.saturating_sub(3 - power % 4)..=place];
        if power > 0 && power.is_multiple_of(4) && myriad.iter().any(|digit| *digit > 0) {
            out.push_str(["", "万", "亿", "万亿"][(power / 4).min(3)]);
            gap = false;
        }
    }
    if out.is_empty() { digits[0].into() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{counted, one_by_one, said};

    #[test]
    fn numbers_are_said() {
        for (shown, wanted) in
            [("0", "〇"), ("12", "一十二"), ("105", "一百〇五"), ("10003", "一万〇三"), ("12.5", "一十二.五"), ("120000", "一十二万")]
        {
            assert_eq!(said(shown, 1), wanted, "{shown}");
        }
        assert_eq!(said("1020", 2), "壹仟零贰拾");
        assert_eq!(one_by_one("2026", 1), "二〇二六");
        assert_eq!([counted("10", 1), counted("12", 1), counted("21", 1), counted("05", 1)], ["十", "十二", "二十一", "〇五"]);
    }
}
