//! Facts of the year: awards and discipline.

use std::collections::BTreeMap;

use crate::config::Keys;
use crate::diag::Said;
use crate::exact::Exact;
use crate::words::nearest;

use super::model::{AdjustmentKind, Adjustments, Stacking};
use super::reader::Reader;

/// `[adjustments]`.
pub(super) fn adjustments<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Option<Adjustments> {
    let mut keys = reader.optional_table(parent, "adjustments")?;
    let ways = [
        ("max_each", Stacking::MaxEach),
        ("max_abs", Stacking::MaxAbs),
        ("deduction_first", Stacking::DeductionFirst),
        ("sum", Stacking::Sum),
    ];
    let stacking = reader.choice(&mut keys, "stacking", &ways).unwrap_or(Stacking::MaxEach);
    let origin = reader.origin(&mut keys, "origin");
    let clause = reader.clause(&mut keys);
    let aliases = reader.named(&mut keys, "aliases");
    let mut kinds: Vec<AdjustmentKind> = Vec::new();
    let mut names = Vec::new();
    for mut keys in reader.tables(&mut keys, "kind") {
        let name = reader.text(&mut keys, "name");
        let mut levels: Vec<(String, Exact)> = Vec::new();
        let mut signs: Option<bool> = None;
        for (level, node) in reader.named(&mut keys, "levels") {
            let Some(points) = reader.as_number(node, &level.value) else { continue };
            if !points.value.is_zero() {
                let deducts = points.value.is_negative();
                if signs.is_some_and(|sign| sign != deducts) {
                    reader.fault(
                        &points.span,
                        format!("“{}”里既有加分又有扣分", name.value),
                        format!("`{}` mixes awards and deductions", name.value),
                    );
                }
                signs = signs.or(Some(deducts));
            }
            levels.push((level.value, points.value));
        }
        let sum = reader.optional_choice(&mut keys, "stacking", &[("max", false), ("sum", true)]).unwrap_or(stacking == Stacking::Sum);
        if levels.is_empty() {
            let place = keys.place("levels");
            reader.fault(&place, format!("“{}”没有级别", name.value), format!("`{}` has no levels", name.value));
        }
        reader.finish(keys);
        kinds.push(AdjustmentKind { name: name.value.clone(), levels, deducts: signs == Some(true), sum });
        names.push(name);
    }
    reader.unique(("种类", "kind"), &names);
    reader.finish(keys);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (alias, node) in aliases {
        let levels: Vec<&str> =
            kinds.iter().filter(|kind| kind.deducts).flat_map(|kind| &kind.levels).map(|(name, _)| name.as_str()).collect();
        let Some(level) = node.get_ref().as_str() else {
            reader.fault(&node.span(), "应是引号里的级别名称", "must be a level's name in quotes");
            continue;
        };
        if levels.contains(&alias.value.as_str()) {
            reader.fault(
                &alias.span,
                format!("“{}”本身就是一个级别，不能再作别名", alias.value),
                format!("`{}` is a level itself and cannot stand for another", alias.value),
            );
        }
        if !levels.contains(&level) {
            let wrong = Said::new(format!("扣分的级别里没有“{level}”"), format!("`{level}` is no level of a deduction"));
            reader.refuse(&node.span(), wrong.near(nearest(level, levels.iter().copied())));
        }
        known.insert(alias.value, level.to_owned());
    }
    reader.sample(origin, || "奖惩分值".into());
    Some(Adjustments { stacking, kinds, aliases: known, clause, origin })
}
