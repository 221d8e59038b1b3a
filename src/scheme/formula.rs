//! Formulas: `max(0, start + sum(deductions))`.
//!
//! Grammar, precedence rising: `a + b`, `a - b`; `a * b`, `a / b`; `-a`; a number (`3`, `0.5`, `80%`), a name, a call,
//! parentheses. Names are values of the scheme, earlier figures, `awards`, `penalties` and `vetoes`. Calls are
//! `sum(items…)`, `mean(items…)`, `entered(items…)`, `mean(poll)`, `min(a, b…)`, `max(a, b…)`, `ratio(a, b, if b is zero)`,
//! where items are an item's name, a group's, or one of `marks`, `deductions`, `bonuses`, `items`; and of a figure over
//! periods `sum(q)`, `mean(q)`, `min(q)`, `max(q)`, `best(q, 3)`. A name with blanks or signs stands in single quotes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::Said;
use crate::exact::{Decimal, Exact};
use crate::words::nearest;

use super::model::{AdjustmentKind, Poll, Stacking};
use super::{Item, ItemKind, Value};

/// A proven formula.
#[derive(Clone, Debug)]
pub enum Formula {
    /// A number.
    Number(Exact),
    /// A named value of the scheme.
    Value(Arc<Value>),
    /// An earlier figure, by id.
    Figure(String),
    /// What stands outside the items.
    Builtin(Builtin),
    /// The mean of the ballots of one body, added up over its columns: of its periods in the window their mean.
    Poll {
        /// Index into the scheme's polls.
        poll: usize,
        /// Whose they are; empty for the one body of `[poll]`.
        name: String,
    },
    /// Points of one 种类 of 奖惩 by itself.
    OfKind {
        /// Index into the scheme's kinds.
        kind: usize,
        /// Its name.
        name: String,
        /// All its facts count; else the one largest in size.
        sum: bool,
    },
    /// Sum of the items' scores in the window.
    Sum(Vec<usize>),
    /// That sum divided by the number of expected periods in the window.
    Mean(Vec<usize>),
    /// What was entered for the items, added up, whatever it is worth.
    Entered(Vec<usize>),
    /// What becomes of the values of a figure over periods, by its id.
    Over(Fold, String),
    /// What becomes of the totals of the branch's members.
    Members(Fold),
    /// The first divided by the second; the third where the second is zero.
    Ratio(Box<[Formula; 3]>),
    /// Two operands.
    Binary(Operator, Box<Formula>, Box<Formula>),
    /// The sign turned.
    Negate(Box<Formula>),
    /// Smallest of several.
    Min(Vec<Formula>),
    /// Largest of several.
    Max(Vec<Formula>),
}

/// What stands outside the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Points of awards after stacking.
    Awards(Stacking),
    /// Points of discipline and criticism after stacking, at or below zero.
    Penalties(Stacking),
    /// Points that facts of 一票否决 take off, at or below zero.
    Vetoes,
}

/// What becomes of several periods' values; of none at all it is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// All added up.
    Sum,
    /// Their sum divided by their number.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The sum of so many largest ones; of fewer, of those there are.
    Best(u32),
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Formula {
    /// True where some part of the formula is so.
    pub fn any(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        test(self)
            || match self {
                Self::Binary(_, left, right) => left.any(test) || right.any(test),
                Self::Negate(inner) => inner.any(test),
                Self::Min(parts) | Self::Max(parts) => parts.iter().any(|part| part.any(test)),
                Self::Ratio(parts) => parts.iter().any(|part| part.any(test)),
                _ => false,
            }
    }
}

impl Formula {
    /// The same with each figure's name standing for the sum of its periods.
    pub(super) fn with_figures_summed(self) -> Self {
        let one = |part: Box<Self>| Box::new(part.with_figures_summed());
        let all = |parts: Vec<Self>| parts.into_iter().map(Self::with_figures_summed).collect();
        match self {
            Self::Figure(id) => Self::Over(Fold::Sum, id),
            Self::Binary(operator, left, right) => Self::Binary(operator, one(left), one(right)),
            Self::Negate(inner) => Self::Negate(one(inner)),
            Self::Ratio(parts) => Self::Ratio(Box::new(parts.map(Self::with_figures_summed))),
            Self::Min(parts) => Self::Min(all(parts)),
            Self::Max(parts) => Self::Max(all(parts)),
            other => other,
        }
    }
}

/// Words that name items without being an item's name.
pub(super) const SELECTORS: [&str; 4] = ["items", "marks", "deductions", "bonuses"];
/// Words that formulas have for themselves.
pub(super) const RESERVED: [&str; 7] = ["sum", "mean", "min", "max", "awards", "penalties", "vetoes"];

/// What may stand before brackets.
const FUNCTIONS: [&str; 7] = ["sum", "mean", "min", "max", "best", "entered", "ratio"];

/// What names in a formula may mean.
pub(super) struct Names<'a> {
    pub items: &'a [Item],
    pub values: &'a [Arc<Value>],
    pub figures: &'a [String],
    /// Figures over periods, of whose values a function has to make one.
    pub over: &'a [String],
    /// The branch's members have totals, of which a function has to make one.
    pub members: bool,
    /// Names that exist and yet cannot be used here, with why.
    pub blocked: &'a BTreeMap<String, Said>,
    pub builtins: &'a [Builtin],
    /// Whose ballots there are.
    pub polls: &'a [Poll],
    /// 种类 of 奖惩, which are no items.
    pub kinds: &'a [AdjustmentKind],
    /// Numbers, names and signs that a formula may have.
    pub words: usize,
}

impl Names<'_> {
    fn builtin(&self, name: &str) -> Option<Builtin> {
        let named = |builtin: &&Builtin| {
            matches!((name, builtin), ("awards", Builtin::Awards(_)) | ("penalties", Builtin::Penalties(_)) | ("vetoes", Builtin::Vetoes))
        };
        self.builtins.iter().find(named).copied()
    }

    fn all(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.values.iter().map(|value| value.id.as_str()).collect();
        names.extend(self.figures.iter().map(String::as_str));
        names.extend(["awards", "penalties", "vetoes"].into_iter().filter(|name| self.builtin(name).is_some()));
        names
    }

    fn selectors(&self) -> Vec<&str> {
        let mut names: Vec<&str> = SELECTORS.into();
        for item in self.items {
            names.push(&item.name);
            if !item.group.is_empty() && !names.contains(&item.group.as_str()) {
                names.push(&item.group);
            }
        }
        names
    }

    fn select(&self, name: &str) -> Option<Vec<usize>> {
        let of = |test: &dyn Fn(&Item) -> bool| -> Vec<usize> {
            self.items.iter().enumerate().filter(|(_, item)| test(item)).map(|(at, _)| at).collect()
        };
        let found = match name {
            "items" => of(&|item| item.scores_as().is_some()),
            "marks" => of(&|item| item.scores_as() == Some(ItemKind::Mark)),
            "deductions" => of(&|item| item.scores_as() == Some(ItemKind::Deduct)),
            "bonuses" => of(&|item| item.scores_as() == Some(ItemKind::Bonus)),
            _ => of(&|item| item.name == name || item.group == name),
        };
        (!found.is_empty()).then_some(found)
    }
}

/// What is wrong in a formula, by bytes of its text.
pub(super) type FormulaFault = (Range<usize>, Said);

/// Reads and proves a formula. Every name that nothing defines is said; where the writing itself is wrong, that alone.
pub(super) fn parse(text: &str, names: &Names<'_>) -> Result<Formula, Vec<FormulaFault>> {
    let tokens = tokens(text).map_err(|fault| vec![fault])?;
    if let Some((_, span)) = tokens.get(names.words) {
        let words = names.words;
        let zh = format!("算式太长：数字、名称和符号最多 {words} 个；请分成几个得分来写");
        return Err(vec![(
            span.clone(),
            Said::new(zh, format!("it is too long: at most {words} numbers, names and signs; part it into several figures")),
        )]);
    }
    let mut parser = Parser { tokens, at: 0, end: text.len(), names, depth: 0, faults: Vec::new() };
    let parsed = parser.sum().and_then(|formula| match parser.tokens.get(parser.at) {
        None => Ok(formula),
        Some(_) => Err(parser.unexpected()),
    });
    match parsed {
        Ok(formula) if parser.faults.is_empty() => Ok(formula),
        Ok(_) => Err(parser.faults),
        Err(fault) => Err(vec![fault]),
    }
}

/// Names that stand in a formula, each where it stands; none where the text is no formula at all.
pub(super) fn mentioned(text: &str) -> Vec<String> {
    let all = tokens(text).unwrap_or_default().into_iter();
    all.filter_map(|(token, _)| if let Token::Name(name) = token { Some(name) } else { None }).collect()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Exact),
    Name(String),
    Sign(char),
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, FormulaFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let end = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let fault = |length: usize, said: Said| (at..at + length, said);
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() {
            let end = end(|c| c.is_ascii_digit() || c == '.');
            let written = &rest[..end];
            let number = Decimal::parse(written)
                .ok_or_else(|| fault(end, Said::new(format!("“{written}”不是数字"), format!("`{written}` is not a number"))))?;
            let percent = rest[end..].starts_with('%');
            let number = Exact::from(number);
            (Token::Number(if percent { number / 100 } else { number }), end + usize::from(percent))
        } else if first == '\'' {
            let close = rest[1..].find('\'').ok_or_else(|| fault(1, Said::new("单引号没有配对", "a quote is not closed")))?;
            (Token::Name(rest[1..=close].to_owned()), close + 2)
        } else if first.is_alphabetic() || first == '_' {
            // A hyphen belongs to a name only between its parts: `a-b`, but not `a - b`.
            let name = rest[..end(|c| c.is_alphanumeric() || c == '_' || c == '-')].trim_end_matches('-');
            (Token::Name(name.to_owned()), name.len())
        } else if "+-*/(),".contains(first) {
            (Token::Sign(first), first.len_utf8())
        } else {
            let hint = if matches!(first, '（' | '）' | '，' | '＋' | '－' | '×' | '÷') {
                ("；请用半角符号 + - * / ( ) ,", "; use + - * / ( ) ,")
            } else if matches!(first, '<' | '>' | '=' | '≥' | '≤') {
                ("；算式里没有条件，按数值分段的用得分的 bands", "; formulas have no conditions: use `bands` of a figure")
            } else {
                ("", "")
            };
            let length = first.len_utf8();
            let said = Said::new(format!("这里不该有“{first}”{}", hint.0), format!("`{first}` is not expected here{}", hint.1));
            return Err(fault(length, said));
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    end: usize,
    names: &'a Names<'a>,
    depth: u32,
    faults: Vec<FormulaFault>,
}

impl Parser<'_> {
    fn take(&mut self, sign: char) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|(token, _)| *token == Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// Where reading has come to.
    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, span)| span.clone())
    }

    fn unexpected(&self) -> FormulaFault {
        let shown = match self.tokens.get(self.at) {
            Some((Token::Number(number), _)) => number.to_string(),
            Some((Token::Name(name), _)) => name.clone(),
            Some((Token::Sign(sign), _)) => sign.to_string(),
            None => return (self.here(), Said::new("算式没有写完", "it ends too early")),
        };
        (self.here(), Said::new(format!("这里不该有“{shown}”"), format!("`{shown}` is not expected here")))
    }

    /// `mean(poll)`, `mean('党员互评')`: a body's ballots alone in the brackets.
    fn ballots(&mut self) -> Result<Option<Formula>, FormulaFault> {
        let Some((Token::Name(name), span)) = self.tokens.get(self.at).cloned() else { return Ok(None) };
        let polls = self.names.polls;
        let found = polls.iter().position(|poll| poll.name == name).or_else(|| (name == "poll" && polls.len() == 1).then_some(0));
        let Some(poll) = found else {
            if name == "poll" && !polls.is_empty() {
                let named = polls.iter().filter(|poll| !poll.name.is_empty());
                let all = named.map(|poll| format!("mean({})", poll.name)).collect::<Vec<_>>().join(" ");
                let said = Said::new(
                    format!("评议方不止一个，要写明是谁的票：{all}"),
                    format!("several bodies cast ballots; say whose are meant: {all}"),
                );
                return Err((span, said));
            }
            return Ok(None);
        };
        if self.tokens.get(self.at + 1).map(|(token, _)| token) != Some(&Token::Sign(')')) {
            let said = Said::new(
                format!("“{name}”是评议方，要单独写在括号里：mean({name})"),
                format!("`{name}` is a body that votes and stands alone in the brackets: `mean({name})`"),
            );
            return Err((span, said));
        }
        self.at += 2;
        Ok(Some(Formula::Poll { poll, name: polls[poll].name.clone() }))
    }

    fn close(&mut self) -> Result<(), FormulaFault> {
        if self.take(')') { Ok(()) } else { Err((self.here(), Said::new("括号没有配对", "a parenthesis is not closed"))) }
    }

    fn sum(&mut self) -> Result<Formula, FormulaFault> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take('+') {
                Operator::Add
            } else if self.take('-') {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Formula::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Formula, FormulaFault> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.take('*') {
                Operator::Multiply
            } else if self.take('/') {
                Operator::Divide
            } else {
                return Ok(left);
            };
            let start = self.here();
            let right = self.unary()?;
            if operator == Operator::Divide && !matches!(&right, Formula::Number(number) if !number.is_zero()) {
                return Err((start, Said::new("只能除以不是零的数字", "only division by a number other than zero is allowed")));
            }
            left = Formula::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Result<Formula, FormulaFault> {
        self.depth += 1;
        if self.depth > 64 {
            return Err((self.here(), Said::new("括号层数太多", "it is nested too deeply")));
        }
        let formula = if self.take('-') { Formula::Negate(Box::new(self.unary()?)) } else { self.atom()? };
        self.depth -= 1;
        Ok(formula)
    }

    fn atom(&mut self) -> Result<Formula, FormulaFault> {
        if self.take('(') {
            let inner = self.sum()?;
            self.close()?;
            return Ok(inner);
        }
        match self.tokens.get(self.at).cloned() {
            Some((Token::Number(number), _)) => {
                self.at += 1;
                Ok(Formula::Number(number))
            }
            Some((Token::Name(name), span)) => {
                self.at += 1;
                if self.take('(') { self.call(&name, span) } else { Ok(self.name(&name, span)) }
            }
            _ => Err(self.unexpected()),
        }
    }

    fn name(&mut self, name: &str, span: Range<usize>) -> Formula {
        if let Some(value) = self.names.values.iter().find(|value| value.id == name) {
            return Formula::Value(Arc::clone(value));
        }
        if self.names.figures.iter().any(|figure| figure == name) {
            return Formula::Figure(name.to_owned());
        }
        if let Some(builtin) = self.names.builtin(name) {
            return Formula::Builtin(builtin);
        }
        let over = self.names.members && name == "members" || self.names.over.iter().any(|figure| figure == name);
        let said = match (self.names.blocked.get(name), name) {
            (Some(why), _) => why.clone(),
            _ if over => Said::new(
                format!("“{name}”是按期单算的得分，要说明怎样合起来：sum({name}) mean({name}) min({name}) max({name}) best({name}, 3)"),
                format!(
                    "`{name}` has a value per period; say what becomes of them: sum({name}) mean({name}) min({name}) max({name}) best({name}, 3)"
                ),
            ),
            (None, "awards" | "penalties") => Said::new(
                format!("本细则没有 [adjustments]，算式里不能用“{name}”"),
                format!("the scheme has no [adjustments], so there is no `{name}`"),
            ),
            (None, "vetoes") => Said::new(
                "这里没有扣分的一票否决（[[veto]] 的 points），不能用“vetoes”",
                "no [[veto]] takes points here, so there is no `vetoes`",
            ),
            _ => {
                let sum = self.names.select(name).map(|_| format!("sum({name})"));
                let meant = sum.as_deref().or_else(|| nearest(name, self.names.all()));
                let zh = format!("“{name}”既不是数值，也不是前面的得分");
                Said::new(zh, format!("`{name}` is neither a value nor an earlier figure")).near(meant)
            }
        };
        self.faults.push((span, said));
        Formula::Number(Exact::zero())
    }

    /// `sum(q)`: a figure over periods alone in the brackets, or with how many of them: `best(q, 3)`.
    fn fold(&mut self, function: &str) -> Result<Option<Formula>, FormulaFault> {
        let Some((Token::Name(name), span)) = self.tokens.get(self.at).cloned() else { return Ok(None) };
        let sign = |at: usize, sign: char| self.tokens.get(at).is_some_and(|(token, _)| *token == Token::Sign(sign));
        let of_members = self.names.members && name == "members";
        let (known, alone) = (of_members || self.names.over.contains(&name), sign(self.at + 1, ')'));
        let folded = |fold: Fold| if of_members { Formula::Members(fold) } else { Formula::Over(fold, name.clone()) };
        if function == "best" && !known {
            let said = self.names.blocked.get(&name).cloned().unwrap_or_else(|| {
                let zh = format!("“{name}”不是按期单算（over）的得分，不能用“best”");
                Said::new(zh, format!("`best` takes a figure over periods, and `{name}` is none"))
            });
            return Err((span, said.near(nearest(&name, self.names.over.iter().map(String::as_str)))));
        }
        let fold = match function {
            "sum" if known && alone => Fold::Sum,
            "mean" if known && alone => Fold::Mean,
            "min" if known && alone => Fold::Min,
            "max" if known && alone => Fold::Max,
            "best" if sign(self.at + 1, ',') => {
                self.at += 2;
                let place = self.here();
                let most = match self.tokens.get(self.at) {
                    Some((Token::Number(number), _)) => number.to_string().parse().ok().filter(|most| (1..=366).contains(most)),
                    _ => None,
                };
                let Some(most) = most else {
                    return Err((place, Said::new("这里要写取几个：1 至 366 的整数", "how many comes here, a whole number from 1 to 366")));
                };
                self.at += 1;
                self.close()?;
                return Ok(Some(folded(Fold::Best(most))));
            }
            "best" => {
                let said = Said::new("“best”要写取几个，例如 best(q, 3)", "`best` needs how many: `best(q, 3)`");
                return Err((span, said));
            }
            _ => return Ok(None),
        };
        self.at += 2;
        Ok(Some(folded(fold)))
    }

    /// Items by names of items, of groups, of kinds.
    fn items(&mut self, function: &str) -> Result<Vec<usize>, FormulaFault> {
        let mut items = Vec::new();
        loop {
            let Some((Token::Name(name), span)) = self.tokens.get(self.at).cloned() else {
                let zh = format!("“{function}”的括号里要写项目或分组的名称");
                return Err((self.here(), Said::new(zh, format!("`{function}` takes names of items or groups"))));
            };
            self.at += 1;
            if let Some(found) = self.names.select(&name) {
                items.extend(found);
            } else if SELECTORS.contains(&name.as_str()) {
                let zh = format!("本细则没有“{name}”这一种项目");
                self.faults.push((span, Said::new(zh, format!("the scheme has no items that are `{name}`"))));
            } else if name == "poll" {
                let zh = "这里没有民主测评（[poll]），或应写作 mean(poll)";
                self.faults.push((span, Said::new(zh, "there is no [poll] here, or it should be mean(poll)")));
            } else {
                let said = self.no_item(&name);
                self.faults.push((span, said));
            }
            if !self.take(',') {
                break;
            }
        }
        items.sort_unstable();
        items.dedup();
        self.close()?;
        Ok(items)
    }

    /// Why a name is no item: it may be something else, which is used in another way.
    fn no_item(&self, name: &str) -> Said {
        if let Some(why) = self.names.blocked.get(name) {
            return why.clone();
        }
        if self.names.over.iter().any(|figure| figure == name) {
            return Said::new(
                format!("“{name}”是按期单算的得分，要单独写在括号里，例如 sum({name})"),
                format!("`{name}` is a figure over periods and stands alone in the brackets: `sum({name})`"),
            );
        }
        if self.names.figures.iter().any(|figure| figure == name) || self.names.values.iter().any(|value| value.id == name) {
            return Said::new(
                format!("“{name}”是一个数，直接写“{name}”，不用 sum、mean"),
                format!("`{name}` is one number: write `{name}` without `sum` or `mean`"),
            );
        }
        if self.names.polls.iter().any(|poll| poll.name == name) {
            return Said::new(
                format!("“{name}”是评议方，不是项目，只能写作 mean({name})"),
                format!("`{name}` is a body that votes, no item: write `mean({name})`"),
            );
        }
        if let Some(kind) = self.names.kinds.iter().find(|kind| kind.name == name) {
            let word = if kind.deducts { "penalties" } else { "awards" };
            return Said::new(
                format!("“{name}”是奖惩的种类，不是项目，应写作 {word}({name})"),
                format!("`{name}` is a kind of 奖惩, no item: write `{word}({name})`"),
            );
        }
        if name == "members" {
            return Said::new(
                "“members”（本支部党员的总分）只能用在 [branch] 的得分里，单独写在括号里",
                "`members`, the totals of the branch's members, stands in figures of [branch] only, alone in the brackets",
            );
        }
        let said = Said::new(format!("没有叫“{name}”的项目或分组"), format!("`{name}` names no item or group"));
        said.near(nearest(name, self.names.selectors()))
    }

    /// `awards('表彰奖励')`: one 种类 by itself.
    fn of_kind(&mut self, function: &str) -> Result<Formula, FormulaFault> {
        let deducts = function == "penalties";
        let own = || self.names.kinds.iter().enumerate().filter(|(_, kind)| kind.deducts == deducts);
        let place = self.here();
        let written = match self.tokens.get(self.at) {
            Some((Token::Name(name), _)) => name.clone(),
            _ => String::new(),
        };
        let Some((at, kind)) = own().find(|(_, kind)| kind.name == written) else {
            let all = own().map(|(_, kind)| kind.name.as_str()).collect::<Vec<_>>().join(" ");
            let (zh, en) = if deducts { ("惩处", "deduct") } else { ("奖励", "give points") };
            let none = |text: String, none: &str| if all.is_empty() { none.to_owned() } else { text };
            let said = Said::new(
                none(format!("“{function}”的括号里要写一个{zh}的种类；有：{all}"), &format!("[adjustments] 里没有{zh}的种类")),
                none(
                    format!("`{function}` takes one kind of 奖惩, of those that {en}: {all}"),
                    &format!("[adjustments] has no kinds that {en}"),
                ),
            );
            return Err((place, said.near(nearest(&written, own().map(|(_, kind)| kind.name.as_str())))));
        };
        let formula = Formula::OfKind { kind: at, name: kind.name.clone(), sum: kind.sum };
        self.at += 1;
        self.close()?;
        Ok(formula)
    }

    fn call(&mut self, function: &str, span: Range<usize>) -> Result<Formula, FormulaFault> {
        if let Some(folded) = self.fold(function).and_then(|found| match (function, found) {
            ("best", None) => Err((
                span.clone(),
                Said::new("“best”要写哪个得分、取几个，例如 best(q, 3)", "`best` needs a figure and how many: `best(q, 3)`"),
            )),
            (_, found) => Ok(found),
        })? {
            return Ok(folded);
        }
        if function == "mean"
            && let Some(ballots) = self.ballots()?
        {
            return Ok(ballots);
        }
        match function {
            "awards" | "penalties" if !self.names.kinds.is_empty() => self.of_kind(function),
            "sum" => Ok(Formula::Sum(self.items(function)?)),
            "mean" => Ok(Formula::Mean(self.items(function)?)),
            "entered" => Ok(Formula::Entered(self.items(function)?)),
            "ratio" => {
                let mut parts = vec![self.sum()?];
                while self.take(',') {
                    parts.push(self.sum()?);
                }
                self.close()?;
                let parts: Result<[Formula; 3], _> = parts.try_into();
                let three = |_| {
                    let en = "`ratio` takes three parts: what is divided, by what, and the result if that is zero";
                    (span.clone(), Said::new("“ratio”要写三个数：被除数、除数、除数为零时的结果", en))
                };
                parts.map(|parts| Formula::Ratio(Box::new(parts))).map_err(three)
            }
            "min" | "max" => {
                let mut parts = vec![self.sum()?];
                while self.take(',') {
                    parts.push(self.sum()?);
                }
                self.close()?;
                Ok(if function == "min" { Formula::Min(parts) } else { Formula::Max(parts) })
            }
            _ => {
                let all = FUNCTIONS.join(" ");
                let said = if function == "if" {
                    Said::new(
                        "算式里没有条件；按数值分段的，用得分的 bands（每段给多少分）",
                        "formulas have no conditions; what depends on where a value lies is said by `bands` of a figure",
                    )
                } else {
                    Said::new(format!("没有“{function}”这个函数；可用：{all}"), format!("`{function}` is not a function; there are: {all}"))
                };
                Err((span, said.near(nearest(function, FUNCTIONS))))
            }
        }
    }
}
