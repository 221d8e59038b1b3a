//! A scheme file as written. Unknown keys are refused here; sense is proven in `load`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::exact::{Decimal, Exact};
use crate::period::Every;

use super::model::{ItemKind, Origin, QuotaBase, RowTotal, Stacking, Window};

/// A number in a scheme file: a TOML integer, or text for decimals and shares (`"7.5"`, `"80%"`).
/// TOML's own decimals are binary and refused.
#[derive(Clone, Debug)]
pub struct Number(pub Exact);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number, or a decimal or share in quotes (\"7.5\", \"80%\")")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(Exact::from(value)))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                let (digits, divisor) = text.strip_suffix('%').map_or((text, 1), |digits| (digits, 100));
                let number = Decimal::parse(digits.trim()).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))?;
                Ok(Number(Exact::from(number) / divisor))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub id: String,
    pub name: String,
    pub version: String,
    #[serde(default = "two")]
    pub digits: u32,
    pub decimals: u16,
    pub decimals_origin: Origin,
    #[serde(default)]
    pub grade_probationary: bool,
    pub entries: Entries,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    pub poll: Option<Poll>,
    pub adjustments: Option<Adjustments>,
    #[serde(default, rename = "value")]
    pub values: BTreeMap<String, Value>,
    #[serde(rename = "figure")]
    pub figures: Vec<Figure>,
    pub grades: Option<Grades>,
    pub stars: Option<Stars>,
    pub veto: Option<Veto>,
    #[serde(default, rename = "letter")]
    pub letters: Vec<Letter>,
    #[serde(default, rename = "honour")]
    pub honours: Vec<Honour>,
    pub publication: Publication,
    pub board: Board,
    pub registry: Option<Registry>,
    pub card: Option<Card>,
    #[serde(default, rename = "row")]
    pub rows: Vec<Row>,
    pub branch: Option<Branch>,
}

fn two() -> u32 {
    2
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub entries: Entries,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    #[serde(default, rename = "value")]
    pub values: BTreeMap<String, Value>,
    #[serde(rename = "figure")]
    pub figures: Vec<Figure>,
    pub grades: Option<Grades>,
    pub stars: Option<Stars>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    pub every: Every,
    pub scorers: Option<Scorers>,
    #[serde(default)]
    pub reviewed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorers {
    pub counts: String,
    pub own: String,
    pub gap: Option<Number>,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub name: String,
    pub kind: ItemKind,
    pub max: Number,
    pub origin: Origin,
    pub max_origin: Option<Origin>,
    #[serde(default)]
    pub group: String,
    #[serde(default)]
    pub categories: Vec<String>,
    pub start: Option<Number>,
    pub floor: Option<Number>,
    #[serde(default)]
    pub cap: BTreeMap<Every, Number>,
    pub reason: Option<String>,
    #[serde(default)]
    pub optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    pub columns: String,
    pub max: Option<Number>,
    pub min_ballots: u32,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustments {
    pub stacking: Stacking,
    pub origin: Origin,
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    #[serde(rename = "kind")]
    pub kinds: Vec<AdjustmentKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentKind {
    pub name: String,
    pub levels: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    pub name: String,
    #[serde(rename = "value")]
    pub number: Number,
    #[serde(default)]
    pub by_category: BTreeMap<String, Number>,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub id: String,
    pub name: String,
    pub value: String,
    pub runs: Vec<Every>,
    #[serde(default)]
    pub each_period: bool,
    #[serde(default)]
    pub window: Window,
    pub clause: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    #[serde(default)]
    pub bands: Vec<GradeBand>,
    pub rank: Option<Rank>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeBand {
    pub from: Option<Number>,
    pub to: Option<Number>,
    pub name: String,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    pub top: RankBand,
    pub bottom: RankBand,
    pub rest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankBand {
    pub name: String,
    pub share: Number,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stars {
    pub max: u8,
    pub bands: Vec<StarBand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StarBand {
    pub from: Option<Number>,
    pub to: Option<Number>,
    pub stars: u8,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    pub facts: Vec<String>,
    pub grade: String,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    pub grade: String,
    pub name: String,
    pub months: u32,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    Floor,
    Ceil,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Honour {
    pub name: String,
    pub every: Every,
    pub share: Number,
    pub of: QuotaBase,
    pub round: Rounding,
    #[serde(default)]
    pub min_members: u32,
    pub stars: Option<u8>,
    pub origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub year: u32,
    pub year_origin: Origin,
    pub shorter: u32,
    pub shorter_origin: Origin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    pub period: String,
    pub heading: String,
    pub note: String,
    pub note_part: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub item: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub name: String,
    pub value: Option<String>,
    #[serde(default)]
    pub window: Window,
    #[serde(default)]
    pub total: RowTotal,
    #[serde(default)]
    pub reasons: bool,
}
