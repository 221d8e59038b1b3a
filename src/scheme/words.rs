//! Formulas in words, as a rule sheet or an explanation prints them: `年度基础分＋扣分合计（不低于0）`.

use super::formula::{Builtin, Formula, Operator};
use super::model::{ItemKind, Rules};

impl Formula {
    /// The formula with the names of values, figures and items instead of their identifiers.
    pub fn words(&self, rules: &Rules) -> String {
        self.at(rules, 0)
    }

    /// `outer` is how tightly the surroundings bind: 1 for a product's factor, 2 for what a sign stands before.
    fn at(&self, rules: &Rules, outer: u8) -> String {
        let many = |parts: &[Self]| parts.iter().map(|part| part.at(rules, 0)).collect::<Vec<_>>().join("，");
        match self {
            Self::Number(number) => number.to_string(),
            Self::Value(value) => value.name.clone(),
            Self::Figure(id) => {
                rules.figures.iter().find(|figure| figure.id == *id).map_or_else(|| id.clone(), |figure| figure.name.clone())
            }
            Self::Builtin(Builtin::Poll) => "民主测评平均".into(),
            Self::Builtin(Builtin::Awards) => "最高一项奖励".into(),
            Self::Builtin(Builtin::Penalties) => "最重一项惩处".into(),
            Self::Sum(items) => format!("{}合计", items_in_words(items, rules)),
            Self::Mean(items) => format!("{}各期平均", items_in_words(items, rules)),
            Self::Negate(inner) => format!("－{}", inner.at(rules, 2)),
            // The usual case reads as people say it: a bound first, then what is bounded.
            Self::Min(parts) | Self::Max(parts) if matches!(parts.as_slice(), [Self::Number(_) | Self::Value(_), _]) => {
                let bound = if matches!(self, Self::Min(_)) { "不超过" } else { "不低于" };
                format!("{}（{bound}{}）", parts[1].at(rules, 0), parts[0].at(rules, 0))
            }
            Self::Min(parts) => format!("最小（{}）", many(parts)),
            Self::Max(parts) => format!("最大（{}）", many(parts)),
            Self::Binary(operator, left, right) => {
                let (sign, binds) = match operator {
                    Operator::Add => ("＋", 0),
                    Operator::Subtract => ("－", 0),
                    Operator::Multiply => ("×", 1),
                    Operator::Divide => ("÷", 1),
                };
                // The right side of a difference or quotient keeps its own parentheses.
                let tighter = binds + u8::from(matches!(operator, Operator::Subtract | Operator::Divide));
                let text = format!("{}{sign}{}", left.at(rules, binds), right.at(rules, tighter));
                if outer > binds { format!("（{text}）") } else { text }
            }
        }
    }
}

fn items_in_words(items: &[usize], rules: &Rules) -> String {
    let all = |kind: ItemKind| {
        let of_kind: Vec<usize> = rules.items.iter().enumerate().filter(|(_, item)| item.kind == kind).map(|(at, _)| at).collect();
        !of_kind.is_empty() && of_kind == items
    };
    if items.len() == rules.items.len() {
        "各项".into()
    } else if all(ItemKind::Mark) {
        "各项评分".into()
    } else if all(ItemKind::Deduct) {
        "扣分".into()
    } else if all(ItemKind::Bonus) {
        "加分".into()
    } else {
        items.iter().map(|item| rules.items[*item].name.as_str()).collect::<Vec<_>>().join("、")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn writes_formulas_in_words() {
        let path = format!("{}/templates/schemes/register-60.toml", env!("CARGO_MANIFEST_DIR"));
        let scheme = crate::scheme::load(&std::fs::read_to_string(path).expect("scheme")).expect("scheme");
        let words = |id: &str| scheme.member.figure(id, crate::period::Every::Year).expect("figure").formula.words(&scheme.member);
        assert_eq!(words("base"), "年度基础分＋扣分合计（不低于0）");
        assert_eq!(words("total"), "基础分＋加分＋评议分");
        assert_eq!(words("review"), "民主测评平均");
    }
}
