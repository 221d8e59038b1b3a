//! Conditional formats of an .xls workbook (MS-XLS, CONDFMT, CF, DXFN).

use super::book::{Area, Content};
use super::colour::Colour;
use super::conditional::{Comparison, Look, Operand, Test};
use super::number;
use super::ole::{u16_at, u32_at};
use crate::exact::Decimal;

/// The areas that the rules behind a CONDFMT are about.
pub(super) fn areas(data: &[u8]) -> Vec<Area> {
    let count = usize::from(u16_at(data, 12));
    let area = |area: &[u8]| Area { first: (u16_at(area, 0).into(), u16_at(area, 4)), last: (u16_at(area, 2).into(), u16_at(area, 6)) };
    data.get(14..).unwrap_or_default().chunks_exact(8).take(count).map(area).collect()
}

/// The condition of a CF and what it makes of a cell. `code` gives a built-in number format, `colour` a colour by its number.
pub(super) fn rule(data: &[u8], code: &dyn Fn(u32) -> String, colour: &dyn Fn(u16) -> Colour) -> (Test, Look) {
    let lengths = [usize::from(u16_at(data, 2)), usize::from(u16_at(data, 4))];
    let formulas = data.len().saturating_sub(lengths[0] + lengths[1]);
    let first = data.get(formulas..formulas + lengths[0]).unwrap_or_default();
    let second = data.get(formulas + lengths[0]..).unwrap_or_default();
    let test = match data.first() {
        Some(1) => test(u32::from(data.get(1).copied().unwrap_or(0)), [first, second]),
        _ => match operand(first) {
            Some(Operand::Number(number)) if number.is_zero() => Test::Never,
            Some(Operand::Number(_)) => Test::Always,
            _ => Test::Unknown,
        },
    };
    (test, look(data.get(6..formulas).unwrap_or_default(), code, colour))
}

/// The cell's own value against constants, written as tokens.
pub(super) fn test(comparison: u32, formulas: [&[u8]; 2]) -> Test {
    let operands: Option<Vec<Operand>> = formulas.into_iter().filter(|formula| !formula.is_empty()).map(operand).collect();
    match Comparison::numbered(comparison).zip(operands) {
        Some((comparison, operands)) if !operands.is_empty() => Test::Own(comparison, operands),
        _ => Test::Unknown,
    }
}

/// A formula of one constant: a whole number, a number, TRUE or FALSE.
fn operand(formula: &[u8]) -> Option<Operand> {
    match formula {
        [0x1e, low, high] => Some(Operand::Number(Decimal::from(i64::from(u16::from_le_bytes([*low, *high]))))),
        [0x1d, truth] => Some(Operand::Number(Decimal::from(i64::from(*truth)))),
        [0x1f, number @ ..] => match number::content(f64::from_le_bytes(number.try_into().ok()?)) {
            Content::Number(number) => Some(Operand::Number(number)),
            _ => None,
        },
        _ => None,
    }
}

/// DXFN: six bytes of flags, then number format, font, alignment, border and pattern, as far as they are there.
fn look(data: &[u8], code: &dyn Fn(u32) -> String, colour: &dyn Fn(u16) -> Colour) -> Look {
    let (flags, more) = (u32_at(data, 0), u16_at(data, 4));
    let has = |bit: u32| flags >> bit & 1 != 0;
    let (mut look, mut at) = (Look::default(), 6);
    if has(25) {
        if more & 1 != 0 {
            let letters = data.get(at + 2..).unwrap_or_default();
            look.code = Some(letters_of(letters));
            at += usize::from(u16_at(data, at)).max(2);
        } else {
            look.code = Some(code(data.get(at + 1).copied().unwrap_or(0).into()));
            at += 2;
        }
    }
    if has(26) {
        let (height, ink) = (u32_at(data, at + 64), u32_at(data, at + 80));
        look.points = (height != u32::MAX).then(|| f64::from(height) / 20.0);
        look.colour = u16::try_from(ink).ok().map(colour);
        let struck = u32_at(data, at + 68) & 0x80 != 0 && u32_at(data, at + 88) & 0x80 == 0;
        look.struck = struck;
        at += 118;
    }
    at += [(27, 8), (28, 8)].into_iter().filter(|(bit, _)| has(*bit)).map(|(_, length)| length).sum::<usize>();
    if has(29) {
        // The second colour is the ground's, unless a pattern is said to be whole.
        let colours = u16_at(data, at + 2);
        let (front, back) = (colours & 0x7f, colours >> 7 & 0x7f);
        let given = !has(18) || !has(17);
        look.ground = given.then(|| colour(if has(18) { front } else { back }));
    }
    look
}

/// A text with its length and its flags before it.
fn letters_of(data: &[u8]) -> String {
    let (count, letters) = (usize::from(u16_at(data, 0)), data.get(3..).unwrap_or_default());
    if data.get(2).is_some_and(|flags| flags & 1 != 0) {
        let units: Vec<u16> = letters.chunks_exact(2).take(count).map(|unit| u16_at(unit, 0)).collect();
        return String::from_utf16_lossy(&units);
    }
    letters.iter().take(count).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::{areas, rule};
    use crate::sheet::colour::Colour;
    use crate::sheet::conditional::{Comparison, Operand, Test};

    /// The six bytes of flags and what follows them.
    fn read(kind: u8, comparison: u8, flags: u32, more: u16, parts: &[&[u8]], formula: &[u8]) -> (Test, super::Look) {
        let head =
            [&[kind, comparison][..], &(formula.len() as u16).to_le_bytes(), &[0, 0], &flags.to_le_bytes(), &more.to_le_bytes()].concat();
        let data = [head, parts.concat(), formula.to_vec()].concat();
        rule(&data, &|id| format!("built-in {id}"), &|index| Colour::indexed(index.into()))
    }

    #[test]
    fn a_rule_says_what_it_changes_and_when() {
        let mut font = [0u8; 118];
        font[64..68].copy_from_slice(&u32::MAX.to_le_bytes());
        font[80..84].copy_from_slice(&9u32.to_le_bytes());
        let (test, look) = read(1, 5, 1 << 26, 0, &[&font], &[0x1e, 6, 0]);
        assert_eq!(test, Test::Own(Comparison::Greater, vec![Operand::Number(6.into())]));
        assert_eq!((look.colour, look.points, look.struck, look.ground), (Some(Colour::WHITE), None, false, None));
        // A number format of the file's own, and a ground of the second colour.
        let code: &[u8] = &[8, 0, 3, 0, 0, b';', b';', b';'];
        let (test, look) = read(2, 0, 1 << 25 | 1 << 29 | 1 << 17, 1, &[code, &[0, 0, 0x80, 0x04]], &[0x1d, 1]);
        assert_eq!((test, look.code.as_deref(), look.ground), (Test::Always, Some(";;;"), Some(Colour::WHITE)));
        assert_eq!(read(2, 0, 0, 0, &[], &[0x44, 1, 0, 3, 0x40]).0, Test::Unknown);
        assert_eq!(read(1, 3, 1 << 25, 0, &[&[0, 4]], &[0x1e, 0, 0]).1.code.as_deref(), Some("built-in 4"));
    }

    #[test]
    fn areas_are_those_that_are_counted() {
        let area = [1u8, 0, 8, 0, 3, 0, 3, 0];
        let data = [&[1, 0, 0, 0][..], &area, &[1, 0], &area, &[9; 8]].concat();
        assert_eq!(areas(&data).iter().map(|area| (area.first, area.last)).collect::<Vec<_>>(), [((1, 3), (8, 3))]);
    }
}
