//! The words of format codes: names of General, colours, and the codes that a file names by number only.

/// An ink of a format code: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// General under its names on Chinese and Japanese surfaces, which other programs write into files as they stand.
pub(super) const GENERAL: [&str; 4] = ["General", "G/通用格式", "G/標準", "G/標準格式"];

/// The halves of the day in a code of the Chinese surface.
const HALF_DAY: &str = "上午/下午";

/// The sixteen-by-four palette of colour numbers 1 to 56 (ECMA-376 part 1, 18.8.27, index 8 to 63).
const PALETTE: [u32; 56] = [
    0x00_0000, 0xFF_FFFF, 0xFF_0000, 0x00_FF00, 0x00_00FF, 0xFF_FF00, 0xFF_00FF, 0x00_FFFF, 0x80_0000, 0x00_8000, 0x00_0080, 0x80_8000,
    0x80_0080, 0x00_8080, 0xC0_C0C0, 0x80_8080, 0x99_99FF, 0x99_3366, 0xFF_FFCC, 0xCC_FFFF, 0x66_0066, 0xFF_8080, 0x00_66CC, 0xCC_CCFF,
    0x00_0080, 0xFF_00FF, 0xFF_FF00, 0x00_FFFF, 0x80_0080, 0x80_0000, 0x00_8080, 0x00_00FF, 0x00_CCFF, 0xCC_FFFF, 0xCC_FFCC, 0xFF_FF99,
    0x99_CCFF, 0xFF_99CC, 0xCC_99FF, 0xFF_CC99, 0x33_66FF, 0x33_CCCC, 0x99_CC00, 0xFF_CC00, 0xFF_9900, 0xFF_6600, 0x66_6699, 0x96_9696,
    0x00_3366, 0x33_9966, 0x00_3300, 0x33_3300, 0x99_3300, 0x99_3366, 0x33_3399, 0x33_3333,
];

/// English name of a colour in a code, its Chinese names, its number in the palette.
const COLORS: [(&str, &[&str], usize); 8] = [
    ("Black", &["黑色", "黑"], 1),
    ("White", &["白色", "白"], 2),
    ("Red", &["红色", "红", "紅色"], 3),
    ("Green", &["绿色", "绿", "綠色"], 4),
    ("Blue", &["蓝色", "蓝", "藍色"], 5),
    ("Yellow", &["黄色", "黄", "黃色"], 6),
    ("Magenta", &["洋红色", "洋红", "品红", "紫红色", "洋紅"], 7),
    ("Cyan", &["青色", "青", "蓝绿色", "青绿色", "藍綠色"], 8),
];

/// The colour with this number, from 1 to 56.
pub fn palette(number: usize) -> Option<Rgb> {
    let value = PALETTE.get(number.checked_sub(1)?)?;
    Some(Rgb((value >> 16) as u8, (value >> 8) as u8, *value as u8))
}

/// The ink that words in brackets name: `red`, `红色`, `color10`, `颜色 10`. In lower case.
pub(super) fn color(inside: &str) -> Option<Rgb> {
    palette(number_of(inside)?)
}

/// The same words as a file holds them: `Red`, `Color10`.
pub(super) fn color_word(inside: &str) -> Option<String> {
    let number = number_of(inside)?;
    let named = color_name(inside).is_some();
    Some(if named { COLORS[number_place(number)?].0.to_owned() } else { format!("Color{number}") })
}

fn number_of(inside: &str) -> Option<usize> {
    if let Some(number) = color_name(inside) {
        return Some(number);
    }
    let number = inside.strip_prefix("color").or_else(|| inside.strip_prefix("颜色")).or_else(|| inside.strip_prefix("顏色"))?;
    number.trim().parse().ok().filter(|number| (1..=56).contains(number))
}

fn color_name(inside: &str) -> Option<usize> {
    let named = |(english, chinese, _): &&(&str, &[&str], usize)| english.eq_ignore_ascii_case(inside) || chinese.contains(&inside);
    COLORS.iter().find(named).map(|color| color.2)
}

fn number_place(number: usize) -> Option<usize> {
    COLORS.iter().position(|color| color.2 == number)
}

/// The code of a built-in number (ECMA-376 part 1, 18.8.30), as the Chinese office of the mainland shows it; `General` for
/// numbers that have none.
pub(super) fn builtin(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 => "\"￥\"#,##0;\"￥\"\\-#,##0",
        6 => "\"￥\"#,##0;[Red]\"￥\"\\-#,##0",
        7 => "\"￥\"#,##0.00;\"￥\"\\-#,##0.00",
        8 => "\"￥\"#,##0.00;[Red]\"￥\"\\-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m\\-d\\-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        37 => "#,##0;-#,##0",
        38 => "#,##0;[Red]-#,##0",
        39 => "#,##0.00;-#,##0.00",
        40 => "#,##0.00;[Red]-#,##0.00",
        41 => "_ * #,##0_ ;_ * \\-#,##0_ ;_ * \"-\"_ ;_ @_ ",
        42 => "_ \"￥\"* #,##0_ ;_ \"￥\"* \\-#,##0_ ;_ \"￥\"* \"-\"_ ;_ @_ ",
        43 => "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        44 => "_ \"￥\"* #,##0.00_ ;_ \"￥\"* \\-#,##0.00_ ;_ \"￥\"* \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => "General",
    }
}

/// The code as a file holds it, for every office to read: words of the Chinese surface become those of the standard.
pub(super) fn for_file(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut section = out.len();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            '\\' | '_' | '*' | '!' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => {
                let words = GENERAL[1..].iter().rev().copied().chain([HALF_DAY]);
                words.into_iter().find(|word| rest.starts_with(word)).map_or(first.len_utf8(), str::len)
            }
        };
        let (word, behind) = rest.split_at(taken);
        let color =
            word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).and_then(|inside| color_word(&inside.trim().to_lowercase()));
        match (first, color) {
            (_, Some(color)) => out.extend(["[", &color, "]"]),
            ('!', _) if taken > 1 => out.extend(["\\", &word[1..]]),
            _ if word == HALF_DAY => {
                // The language's tag stands at the head of its section, where every office looks for it.
                if !out[section..].contains("[$-") {
                    out.insert_str(section, "[$-804]");
                }
                out.push_str("AM/PM");
            }
            _ if GENERAL[1..].contains(&word) => out.push_str("General"),
            _ => out.push_str(word),
        }
        if first == ';' {
            section = out.len();
        }
        rest = behind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::for_file;

    #[test]
    fn a_file_holds_the_words_of_the_standard() {
        for (code, file) in [
            ("0.0;[红色]-0.0", "0.0;[Red]-0.0"),
            ("[颜色 10]0\"[红色]\"", "[Color10]0\"[红色]\""),
            ("[color 3]0", "[Color3]0"),
            ("G/通用格式\"分\"", "General\"分\""),
            ("0!.0,\"万\"", "0\\.0,\"万\""),
            ("上午/下午h\"时\"", "[$-804]AM/PMh\"时\""),
            ("0;yyyy\"年\" 上午/下午h:mm", "0;[$-804]yyyy\"年\" AM/PMh:mm"),
            ("[$-804][>=1]0_);[RED]0", "[$-804][>=1]0_);[Red]0"),
        ] {
            assert_eq!(for_file(code), file);
        }
    }
}
