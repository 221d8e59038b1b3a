//! Conditional formats of xlsb (MS-XLSB, BrtDXF, BrtBeginConditionalFormatting, BrtBeginCFRule).

use super::book::Area;
use super::colour::Colours;
use super::conditional::{Look, Rule, Test};
use super::ole::{u16_at, u32_at};
use super::records::{colour, text};
use super::{biff_rules, records};

const CONDITIONAL: u16 = 0x1cd;
const RULE: u16 = 0x1cf;
const RULE_ENDS: u16 = 0x1d0;
const ICONS: u16 = 0x1d1;
const BAR: u16 = 0x1d3;
pub(super) const LOOK: u16 = 0x1fb;

/// What a BrtDXF says: properties one after the other, each with its kind and its length.
pub(super) fn look(data: &[u8], colours: &Colours) -> Look {
    let (mut look, mut rest) = (Look::default(), data.get(6..).unwrap_or_default());
    for _ in 0..u16_at(data, 4) {
        let (kind, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let Some(value) = rest.get(4..length.max(4)) else { break };
        match kind {
            // The second colour of a pattern is the ground's; some writers give the first.
            1 if look.ground.is_none() => look.ground = Some(colour(value, 0, colours)),
            2 => look.ground = Some(colour(value, 0, colours)),
            5 => look.colour = Some(colour(value, 0, colours)),
            0x1d => look.struck = value.first() == Some(&1),
            0x24 => look.points = Some(f64::from(u32_at(value, 0)) / 20.0),
            0x26 => {
                let units = value.get(2..).unwrap_or_default().chunks_exact(2).take(usize::from(u16_at(value, 0)));
                look.code = Some(String::from_utf16_lossy(&units.map(|unit| u16_at(unit, 0)).collect::<Vec<_>>()));
            }
            0x29 if look.code.is_none() => look.code = Some(crate::number_format::builtin_code(u16_at(value, 0).into()).to_owned()),
            _ => {}
        }
        rest = rest.get(length.max(4)..).unwrap_or_default();
    }
    look
}

/// The rules of a sheet while its records are read.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) all: Vec<Rule>,
    areas: Vec<Area>,
    open: bool,
}

impl Rules {
    pub(super) fn take(&mut self, record: u16, data: &[u8], looks: &[Look]) {
        match record {
            CONDITIONAL => {
                let narrow = |column: u32| column.min(u32::from(u16::MAX)) as u16;
                let area = |area: &[u8]| Area {
                    first: (u32_at(area, 0), narrow(u32_at(area, 8))),
                    last: (u32_at(area, 4), narrow(u32_at(area, 12))),
                };
                let count = u32_at(data, 8) as usize;
                self.areas = data.get(12..).unwrap_or_default().chunks_exact(16).take(count.min(Area::MOST)).map(area).collect();
            }
            RULE if self.all.len() < records::MOST_RULES => {
                let look = looks.get(u32_at(data, 8) as usize).cloned().unwrap_or_default();
                self.all.push(Rule { areas: self.areas.clone(), test: test(data), look });
                self.open = true;
            }
            RULE_ENDS => self.open = false,
            // Only the icon, and no value beside the bar.
            ICONS if self.open && data.get(4).is_some_and(|flags| flags & 1 != 0) => self.bare(),
            BAR if self.open && data.get(2) == Some(&0) => self.bare(),
            _ => {}
        }
    }

    fn bare(&mut self) {
        if let Some(rule) = self.all.last_mut() {
            rule.look.bare = true;
        }
    }
}

/// The condition of a BrtBeginCFRule.
fn test(data: &[u8]) -> Test {
    // Behind flags and lengths a text that may be none, then the formulas.
    let named = text(data.get(42..).unwrap_or_default()).map_or(4, <[u8]>::len);
    let mut rest = data.get(42 + named..).unwrap_or_default();
    let mut formulas: [&[u8]; 2] = [&[], &[]];
    for (at, formula) in formulas.iter_mut().enumerate() {
        if u32_at(data, 30 + at * 4) == 0 {
            continue;
        }
        let length = u32_at(rest, 0) as usize;
        let Some(tokens) = rest.get(4..4usize.saturating_add(length)) else { break };
        *formula = tokens;
        let more = u32_at(rest, 4 + length) as usize;
        rest = rest.get((8 + length).saturating_add(more)..).unwrap_or_default();
    }
    match u32_at(data, 0) {
        1 => biff_rules::test(u32_at(data, 16), formulas),
        // Every number has its bar and its icon.
        4 | 6 => Test::Always,
        _ => Test::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{CONDITIONAL, RULE, Rules, look};
    use crate::sheet::colour::{Colour, Colours};
    use crate::sheet::conditional::{Comparison, Look, Operand, Test};

    #[test]
    fn a_rule_is_read_with_its_areas_and_its_constant() {
        let four = |values: &[u32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let mut rules = Rules::default();
        rules.take(CONDITIONAL, &four(&[1, 0, 1, 1, 8, 3, 3]), &[]);
        // More than 6, in the second look; three bytes of formula.
        let head = [four(&[1, 0, 1, 1, 5, 0, 0]), vec![0, 0], four(&[11, 0, 0]), four(&[u32::MAX])].concat();
        let looks = [Look::default(), Look { struck: true, ..Look::default() }];
        rules.take(RULE, &[head, four(&[3]), vec![0x1e, 6, 0], four(&[0])].concat(), &looks);
        let rule = &rules.all[0];
        assert_eq!(rule.test, Test::Own(Comparison::Greater, vec![Operand::Number(6.into())]));
        assert_eq!((rule.areas[0].first, rule.areas[0].last, rule.look.struck), ((1, 3), (8, 3), true));
    }

    #[test]
    fn a_look_is_read_property_by_property() {
        let property = |kind: u16, value: &[u8]| [&kind.to_le_bytes()[..], &(value.len() as u16 + 4).to_le_bytes(), value].concat();
        let code: Vec<u8> = [3u16].into_iter().chain(";;;".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let data =
            [&[0, 0, 0, 0, 3, 0][..], &property(5, &[5, 0, 0, 0, 255, 255, 255, 255]), &property(0x1d, &[1]), &property(0x26, &code)]
                .concat();
        let look = look(&data, &Colours::default());
        assert_eq!((look.colour, look.struck, look.code.as_deref()), (Some(Colour::WHITE), true, Some(";;;")));
    }
}
