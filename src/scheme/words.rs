//! Formulas in words, as a rule sheet or an explanation prints them: `年度基础分＋扣分合计，不低于0`,
//! `年度基础分 + sum of deductions, at least 0`.

use crate::diag::Lang;
use crate::exact::Exact;

use super::formula::{Builtin, Fold, Formula, Operator};
use super::model::{Figure, Rules, Stacking};
use super::{Amount, Item, ItemKind, Measure, Per, Points, Step};
use crate::period::Every;

/// A rule of an item in a few words, the same on a rule sheet and in an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleWords {
    zh: &'static str,
    en: &'static str,
}

impl RuleWords {
    /// `highest_only`.
    pub const HIGHEST_ONLY: Self = Self { zh: "只计最高一项", en: "only the largest counts" };

    /// In one language.
    pub fn get(self, lang: Lang) -> &'static str {
        if lang == Lang::Zh { self.zh } else { self.en }
    }
}

impl Formula {
    /// The formula with the names of values, figures and items instead of their identifiers.
    pub fn words(&self, rules: &Rules, lang: Lang) -> String {
        match (self, lang) {
            // By itself it is a sentence; as a part of a formula it is a noun.
            (Self::Builtin(Builtin::Awards(Stacking::MaxEach)), Lang::Zh) => "奖励取最高一项".into(),
            (Self::Builtin(Builtin::Penalties(Stacking::MaxEach)), Lang::Zh) => "惩处取最重一项".into(),
            _ => self.bounded(rules, lang).unwrap_or_else(|| self.at(rules, lang, 0)),
        }
    }

    /// A sum and its bound, `年度基础分＋扣分合计，不低于0`; `None` for anything else. A bound in brackets would seem to be
    /// that of the last term alone.
    fn bounded(&self, rules: &Rules, lang: Lang) -> Option<String> {
        let (Self::Min(parts) | Self::Max(parts)) = self else { return None };
        let [bound @ (Self::Number(_) | Self::Value(_)), whole @ Self::Binary(..)] = parts.as_slice() else { return None };
        let (zh, en) = if matches!(self, Self::Min(_)) { ("，不超过", ", at most ") } else { ("，不低于", ", at least ") };
        let bound = bound.at(rules, lang, 0);
        Some(format!("{}{}{bound}", whole.at(rules, lang, 0), if lang == Lang::Zh { zh } else { en }))
    }

    /// `outer` is how tightly the surroundings bind: 1 for a product's factor, 2 for what a sign stands before.
    fn at(&self, rules: &Rules, lang: Lang, outer: u8) -> String {
        let in_lang = |zh: &str, en: &str| if lang == Lang::Zh { zh.to_owned() } else { en.to_owned() };
        let enclosed = |text: String| if lang == Lang::Zh { format!("（{text}）") } else { format!("({text})") };
        let many = |parts: &[Self]| {
            let parts: Vec<_> = parts.iter().map(|part| part.at(rules, lang, 0)).collect();
            enclosed(parts.join(&in_lang("，", ", ")))
        };
        match self {
            Self::Number(number) => plain(number),
            Self::Value(value) => value.name.clone(),
            Self::Figure(id) => {
                rules.figures.iter().find(|figure| figure.id == *id).map_or_else(|| id.clone(), |figure| figure.name.clone())
            }
            Self::Poll { name, .. } if name.is_empty() => in_lang("民主测评平均", "mean of the ballots"),
            Self::Poll { name, .. } => in_lang(&format!("{name}平均"), &format!("mean of the ballots of {name}")),
            Self::Builtin(Builtin::Awards(Stacking::Sum)) => in_lang("各项奖励合计", "sum of the awards"),
            Self::Builtin(Builtin::Penalties(Stacking::Sum)) => in_lang("各项惩处合计", "sum of the penalties"),
            Self::Builtin(Builtin::Awards(_)) => in_lang("最高一项奖励", "highest award"),
            Self::Builtin(Builtin::Penalties(_)) => in_lang("最重一项惩处", "largest penalty"),
            Self::Builtin(Builtin::Vetoes) => in_lang("一票否决扣分", "points of vetoes"),
            Self::OfKind { name, sum: true, .. } => in_lang(&format!("{name}合计"), &format!("sum of {name}")),
            Self::OfKind { name, .. } => in_lang(&format!("{name}最高一项"), &format!("largest {name}")),
            Self::Sum(items) => match lang {
                Lang::Zh => format!("{}合计", items_in_words(items, rules, lang)),
                Lang::En => format!("sum of {}", items_in_words(items, rules, lang)),
            },
            Self::Mean(items) => match lang {
                Lang::Zh => mean_zh(items, rules),
                Lang::En => format!("mean over the periods of {}", items_in_words(items, rules, lang)),
            },
            Self::Entered(items) => match lang {
                Lang::Zh => format!("{}登记数", items_in_words(items, rules, lang)),
                Lang::En => format!("what was entered for {}", items_in_words(items, rules, lang)),
            },
            Self::Over(fold, id) => folded(*fold, id, rules, lang),
            Self::Members(fold) => of_members(*fold, lang),
            Self::Ratio(parts) => {
                let [whole, by, none] = parts.each_ref().map(|part| part.at(rules, lang, 2));
                match lang {
                    Lang::Zh => enclosed(format!("{whole}÷{by}，除数为0的计{none}")),
                    Lang::En => enclosed(format!("{whole} ÷ {by}, {none} if that is zero")),
                }
            }
            Self::Negate(inner) => format!("{}{}", in_lang("－", "-"), inner.at(rules, lang, 2)),
            Self::Min(_) | Self::Max(_) if self.bounded(rules, lang).is_some() => enclosed(self.bounded(rules, lang).unwrap_or_default()),
            // The usual case reads as people say it: what is bounded first, then its bound.
            Self::Min(parts) | Self::Max(parts) if matches!(parts.as_slice(), [Self::Number(_) | Self::Value(_), _]) => {
                let bound = if matches!(self, Self::Min(_)) { in_lang("不超过", "at most ") } else { in_lang("不低于", "at least ") };
                let bounded = parts[1].at(rules, lang, 0);
                format!("{bounded}{}{}", in_lang("", " "), enclosed(format!("{bound}{}", parts[0].at(rules, lang, 0))))
            }
            Self::Min(parts) => in_lang("最小", "least of ") + &many(parts),
            Self::Max(parts) => in_lang("最大", "greatest of ") + &many(parts),
            Self::Binary(operator, left, right) => {
                let (sign, binds) = match operator {
                    Operator::Add => (in_lang("＋", " + "), 0),
                    Operator::Subtract => (in_lang("－", " - "), 0),
                    Operator::Multiply => (in_lang("×", " × "), 1),
                    Operator::Divide => (in_lang("÷", " ÷ "), 1),
                };
                // The right side of a difference or quotient keeps its own parentheses.
                let tighter = binds + u8::from(matches!(operator, Operator::Subtract | Operator::Divide));
                let text = format!("{}{sign}{}", left.at(rules, lang, binds), right.at(rules, lang, tighter));
                if outer > binds { enclosed(text) } else { text }
            }
        }
    }
}

/// `各季度季度分合计`, `最高3个季度的季度分合计`.
fn folded(fold: Fold, id: &str, rules: &Rules, lang: Lang) -> String {
    let figure = rules.figures.iter().find(|figure| figure.id == id);
    let name = figure.map_or(id, |figure| &figure.name);
    let (zh, en) = match figure.and_then(|figure| figure.over) {
        Some(Per::Period(Every::Month)) => ("月", "month"),
        Some(Per::Period(Every::Quarter)) => ("季度", "quarter"),
        Some(Per::Period(Every::Half)) => ("半年", "half"),
        Some(Per::Period(Every::Year)) => ("年", "year"),
        Some(Per::Day) | None => ("日", "day"),
    };
    match (fold, lang) {
        (Fold::Sum, Lang::Zh) => format!("各{zh}{name}合计"),
        (Fold::Mean, Lang::Zh) => format!("各{zh}{name}平均"),
        (Fold::Min, Lang::Zh) => format!("各{zh}{name}最低"),
        (Fold::Max, Lang::Zh) => format!("各{zh}{name}最高"),
        (Fold::Best(most), Lang::Zh) => format!("最高{most}个{zh}的{name}合计"),
        (Fold::Sum, Lang::En) => format!("sum of {name} over each {en}"),
        (Fold::Mean, Lang::En) => format!("mean of {name} over each {en}"),
        (Fold::Min, Lang::En) => format!("least {name} of each {en}"),
        (Fold::Max, Lang::En) => format!("greatest {name} of each {en}"),
        (Fold::Best(most), Lang::En) => format!("sum of the {most} greatest {name} of each {en}"),
    }
}

/// `各党员总分平均`.
fn of_members(fold: Fold, lang: Lang) -> String {
    match (fold, lang) {
        (Fold::Sum, Lang::Zh) => "各党员总分合计".into(),
        (Fold::Mean, Lang::Zh) => "各党员总分平均".into(),
        (Fold::Min, Lang::Zh) => "党员最低总分".into(),
        (Fold::Max, Lang::Zh) => "党员最高总分".into(),
        (Fold::Best(most), Lang::Zh) => format!("总分最高的{most}名党员合计"),
        (Fold::Sum, Lang::En) => "sum of the members' totals".into(),
        (Fold::Mean, Lang::En) => "mean of the members' totals".into(),
        (Fold::Min, Lang::En) => "least of the members' totals".into(),
        (Fold::Max, Lang::En) => "greatest of the members' totals".into(),
        (Fold::Best(most), Lang::En) => format!("sum of the members' {most} greatest totals"),
    }
}

impl Figure {
    /// Its rule in words: the formula, and what its value gives by bands.
    pub fn words(&self, rules: &Rules, lang: Lang) -> String {
        let formula = self.formula.words(rules, lang);
        let Some(bands) = &self.bands else { return formula };
        let bands = bands.iter().rev().map(|band| match (&band.from, lang) {
            (Some(from), Lang::Zh) => format!("达到{}计{}", plain(from), plain(&band.gives)),
            (None, Lang::Zh) => format!("其余计{}", plain(&band.gives)),
            (Some(from), Lang::En) => format!("from {} gives {}", plain(from), plain(&band.gives)),
            (None, Lang::En) => format!("else {}", plain(&band.gives)),
        });
        let bands = bands.collect::<Vec<_>>().join(if lang == Lang::Zh { "，" } else { ", " });
        if lang == Lang::Zh { format!("按{formula}：{bands}") } else { format!("by {formula}: {bands}") }
    }
}

/// `各月得分平均值`, of some items `到会、学习各月平均值`.
fn mean_zh(items: &[usize], rules: &Rules) -> String {
    let every = match rules.every {
        Every::Month => "各月",
        Every::Quarter => "各季度",
        Every::Half => "各半年",
        Every::Year => "全年",
    };
    match items_in_words(items, rules, Lang::Zh).as_str() {
        "各项" | "各项评分" => format!("{every}得分平均值"),
        some => format!("{some}{every}平均值"),
    }
}

fn items_in_words(items: &[usize], rules: &Rules, lang: Lang) -> String {
    // One item is called by its name, whatever it is the only one of.
    if let [item] = items {
        return rules.items[*item].name.clone();
    }
    let of = |test: &dyn Fn(Option<ItemKind>) -> bool| -> Vec<usize> {
        rules.items.iter().enumerate().filter(|(_, item)| test(item.scores_as())).map(|(at, _)| at).collect()
    };
    let all = |kind: ItemKind| {
        let of_kind = of(&|own| own == Some(kind));
        !of_kind.is_empty() && of_kind == items
    };
    let (zh, en) = if items == of(&|own| own.is_some()) {
        ("各项", "all items")
    } else if all(ItemKind::Mark) {
        ("各项评分", "all marks")
    } else if all(ItemKind::Deduct) {
        ("扣分", "deductions")
    } else if all(ItemKind::Bonus) {
        ("加分", "bonuses")
    } else {
        let names: Vec<_> = items.iter().map(|item| rules.items[*item].name.as_str()).collect();
        return names.join(if lang == Lang::Zh { "、" } else { ", " });
    };
    if lang == Lang::Zh { zh.into() } else { en.into() }
}

impl Amount {
    /// `-2分`, with a value's name `-2分（缺席一次）`; in English `-2 (缺席一次)`.
    fn words(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Number(number), Lang::Zh) => format!("{}分", plain(number)),
            (Self::Number(number), Lang::En) => plain(number),
            (Self::Value(value), Lang::Zh) => format!("{}分（{}）", plain(&value.value), value.name),
            (Self::Value(value), Lang::En) => format!("{} ({})", plain(&value.value), value.name),
        }
    }
}

/// A number of a rule: decimals where they say it exactly, else a fraction.
pub fn plain(number: &Exact) -> String {
    let decimal = number.published_decimal(6).filter(|decimal| Exact::from(*decimal) == *number);
    decimal.map_or_else(|| number.to_string(), |decimal| decimal.to_string())
}

/// A share as people write it: `80%`, `1/3`.
pub fn share(number: &Exact) -> String {
    let percent = number.clone() * Exact::from(100);
    let decimal = percent.published_decimal(2).filter(|decimal| Exact::from(*decimal) == percent);
    decimal.map_or_else(|| number.to_string(), |decimal| format!("{decimal}%"))
}

/// `每季度`.
pub fn each_word(every: Every) -> &'static str {
    match every {
        Every::Month => "每月",
        Every::Quarter => "每季度",
        Every::Half => "每半年",
        Every::Year => "全年",
    }
}

impl Item {
    /// How its score comes about beside adding up its entries, in the order in which the rules work: `每次-2分，每月合计不超过
    /// 4分，起始20分，合计达到4次的计0分，最低0分`. `None` where there is nothing to say.
    pub fn rule_words(&self, rules: &Rules, lang: Lang) -> Option<String> {
        let rule = self.rules_in(rules, lang);
        (!rule.is_empty()).then(|| rule.join(if lang == Lang::Zh { "，" } else { ", " }))
    }

    /// The same, a rule each, in either language.
    pub fn rules_in(&self, rules: &Rules, lang: Lang) -> Vec<String> {
        let mut said = Vec::new();
        let mut say = |zh: String, en: String| said.push(if lang == Lang::Zh { zh } else { en });
        if !self.words.is_empty() {
            let all = |zh: bool| {
                let words = self.words.iter().map(|(word, worth)| {
                    let worth = plain(worth);
                    if zh { format!("“{word}”{worth}分") } else { format!("{word} {worth}") }
                });
                words.collect::<Vec<_>>().join(if zh { "、" } else { ", " })
            };
            say(all(true), all(false));
        }
        match &self.points {
            Some(Points::Each(amount)) => say(format!("每次{}", amount.words(Lang::Zh)), format!("{} a time", amount.words(Lang::En))),
            Some(Points::Steps(steps)) => say(steps_zh(steps), steps_en(steps)),
            None => {}
        }
        if self.highest_only {
            say(RuleWords::HIGHEST_ONLY.zh.into(), RuleWords::HIGHEST_ONLY.en.into());
        }
        for (per, limit) in &self.caps {
            let (zh, en) = match per {
                Per::Day => ("每日", "day"),
                Per::Period(every) => (each_word(*every), every.word()),
            };
            say(format!("{zh}合计不超过{}", limit.words(Lang::Zh)), format!("at most {} a {en}", limit.words(Lang::En)));
        }
        if let Some(start) = &self.start {
            say(format!("起始{}", start.words(Lang::Zh)), format!("starts at {}", start.words(Lang::En)));
        }
        let unit = if self.kind == ItemKind::Count { "次" } else { "分" };
        for condition in &self.zero_if {
            let (zh, en) = if condition.above { ("超过", "above") } else { ("达到", "from") };
            match condition.measure {
                Measure::Sum => {
                    let limit = plain(&condition.limit);
                    say(format!("合计{zh}{limit}{unit}的计0分"), format!("zero {en} {limit} in all"));
                }
                Measure::Single => {
                    let limit = plain(&condition.limit);
                    say(format!("有一项登记{zh}{limit}的计0分"), format!("zero where one entry is {en} {limit}"));
                }
                Measure::ShareOf(other) => {
                    let (limit, of) = (share(&condition.limit), &rules.items[other].name);
                    say(format!("{zh}“{of}”的{limit}的计0分"), format!("zero {en} {limit} of {of}"));
                }
            }
        }
        if let Some(floor) = &self.floor {
            say(format!("最低{}", floor.words(Lang::Zh)), format!("never below {}", floor.words(Lang::En)));
        }
        if let Some(ceiling) = &self.ceiling {
            say(format!("最高{}", ceiling.words(Lang::Zh)), format!("never above {}", ceiling.words(Lang::En)));
        }
        if let Some(each) = self.each {
            say(format!("{}单独计算后相加", each_word(each)), format!("worked out for each {} and added up", each.word()));
        }
        said
    }
}

/// `第1次-3分，第2次-5分，第3次起本项计0分`.
fn steps_zh(steps: &[Step]) -> String {
    let words = steps.iter().enumerate().map(|(at, step)| {
        let last = at + 1 == steps.len();
        match step {
            Step::Points(points) if last => format!("第{}次起每次{}分", at + 1, plain(points)),
            Step::Points(points) => format!("第{}次{}分", at + 1, plain(points)),
            Step::Zero => format!("第{}次起本项计0分", at + 1),
        }
    });
    words.collect::<Vec<_>>().join("，")
}

/// `time 1 -3, time 2 -5, from time 3 on the item is zero`.
fn steps_en(steps: &[Step]) -> String {
    let words = steps.iter().enumerate().map(|(at, step)| {
        let last = at + 1 == steps.len();
        match step {
            Step::Points(points) if last => format!("from time {} on {} each", at + 1, plain(points)),
            Step::Points(points) => format!("time {} {}", at + 1, plain(points)),
            Step::Zero => format!("from time {} on the item is zero", at + 1),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crate::diag::Lang;

    #[test]
    fn writes_formulas_in_words() {
        let path = format!("{}/templates/schemes/register-60.toml", env!("CARGO_MANIFEST_DIR"));
        let scheme = crate::scheme::load(&std::fs::read_to_string(path).expect("scheme")).expect("scheme");
        let words =
            |id: &str, lang| scheme.member.figure(id, crate::period::Every::Year).expect("figure").formula.words(&scheme.member, lang);
        assert_eq!(words("base", Lang::Zh), "年度基础分＋扣分合计，不低于0");
        assert_eq!(words("base", Lang::En), "年度基础分 + sum of deductions, at least 0");
        assert_eq!(words("total", Lang::Zh), "基础分＋加分＋评议分");
        assert_eq!(words("total", Lang::En), "基础分 + 加分 + 评议分");
        assert_eq!(words("review", Lang::Zh), "民主测评平均");
        assert_eq!(words("review", Lang::En), "mean of the ballots");
    }
}
