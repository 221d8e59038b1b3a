//! Formulas: `max(0, start + sum(deductions))`.
//!
//! Grammar, precedence rising: `a + b`, `a - b`; `a * b`, `a / b`; `-a`; a number (`3`, `0.5`, `80%`), a name, a call,
//! parentheses. Names are values of the scheme, earlier figures, `awards` and `penalties`. Calls are `sum(items…)`,
//! `mean(items…)`, `mean(poll)`, `min(a, b…)`, `max(a, b…)`, where items are an item's name, a group's, or one of
//! `marks`, `deductions`, `bonuses`, `items`.

use crate::exact::{Decimal, Exact};

use super::model::{Item, ItemKind, Value};

/// A proven formula.
#[derive(Clone, Debug)]
pub enum Formula {
    /// A number.
    Number(Exact),
    /// A named value of the scheme.
    Value(Box<Value>),
    /// An earlier figure, by id.
    Figure(String),
    /// What stands outside the items.
    Builtin(Builtin),
    /// Sum of the items' scores in the window.
    Sum(Vec<usize>),
    /// That sum divided by the number of expected periods in the window.
    Mean(Vec<usize>),
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
    /// Sum over the poll's columns of the mean of the ballots.
    Poll,
    /// Points of awards after stacking.
    Awards,
    /// Points of discipline and criticism after stacking, at or below zero.
    Penalties,
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

/// What names in a formula may mean.
pub(super) struct Names<'a> {
    pub items: &'a [Item],
    pub values: &'a [(String, Value)],
    pub figures: &'a [String],
    pub poll: bool,
    pub adjustments: bool,
}

impl Names<'_> {
    fn all(&self) -> Vec<String> {
        let mut names: Vec<String> = self.values.iter().map(|(name, _)| name.clone()).collect();
        names.extend(self.figures.iter().cloned());
        if self.adjustments {
            names.extend(["awards".into(), "penalties".into()]);
        }
        names.extend(["sum", "mean", "min", "max"].map(String::from));
        names
    }

    fn selectors(&self) -> Vec<String> {
        let mut names: Vec<String> = ["items", "marks", "deductions", "bonuses"].map(String::from).into();
        for item in self.items {
            names.push(item.name.clone());
            if !item.group.is_empty() && !names.contains(&item.group) {
                names.push(item.group.clone());
            }
        }
        names
    }

    fn select(&self, name: &str) -> Option<Vec<usize>> {
        let of = |test: &dyn Fn(&Item) -> bool| -> Vec<usize> {
            self.items.iter().enumerate().filter(|(_, item)| test(item)).map(|(at, _)| at).collect()
        };
        let found = match name {
            "items" => of(&|_| true),
            "marks" => of(&|item| item.kind == ItemKind::Mark),
            "deductions" => of(&|item| item.kind == ItemKind::Deduct),
            "bonuses" => of(&|item| item.kind == ItemKind::Bonus),
            _ => of(&|item| item.name == name || item.group == name),
        };
        (!found.is_empty()).then_some(found)
    }
}

/// Reads and proves a formula; the error says what is wrong and names what is near.
pub(super) fn parse(text: &str, names: &Names<'_>) -> Result<Formula, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, names, depth: 0 };
    let formula = parser.sum()?;
    match parser.tokens.get(parser.at) {
        None => Ok(formula),
        Some(token) => Err(format!("`{}` is not expected here", token.shown())),
    }
}

/// The name nearest to what was written, for errors.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let best =
        known.into_iter().map(|name| (strsim::normalized_damerau_levenshtein(written, name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((likeness, name)) if likeness > 0.3 => format!("; did you mean `{name}`?"),
        _ => String::new(),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Exact),
    Name(String),
    Sign(char),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
            Self::Sign(sign) => sign.to_string(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let taken = if first.is_ascii_digit() {
            let end = end(|c| c.is_ascii_digit() || c == '.');
            let number = Decimal::parse(&rest[..end]).ok_or_else(|| format!("`{}` is not a number", &rest[..end]))?;
            let percent = rest[end..].starts_with('%');
            tokens.push(Token::Number(if percent { Exact::from(number) / 100 } else { Exact::from(number) }));
            end + usize::from(percent)
        } else if first.is_alphabetic() || first == '_' {
            let end = end(|c| c.is_alphanumeric() || c == '_' || c == '-');
            // A hyphen belongs to a name only between its parts: `a-b`, but not `a - b`.
            let name = rest[..end].trim_end_matches('-');
            tokens.push(Token::Name(name.to_owned()));
            name.len()
        } else if "+-*/(),".contains(first) {
            tokens.push(Token::Sign(first));
            first.len_utf8()
        } else {
            return Err(format!("`{first}` is not expected here"));
        };
        rest = rest[taken..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    names: &'a Names<'a>,
    depth: u32,
}

impl Parser<'_> {
    fn take(&mut self, sign: char) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Result<Formula, String> {
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

    fn product(&mut self) -> Result<Formula, String> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.take('*') {
                Operator::Multiply
            } else if self.take('/') {
                Operator::Divide
            } else {
                return Ok(left);
            };
            let right = self.unary()?;
            if operator == Operator::Divide && !matches!(&right, Formula::Number(number) if !number.is_zero()) {
                return Err("only division by a number other than zero is allowed".into());
            }
            left = Formula::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err("the formula is nested too deeply".into());
        }
        let formula = if self.take('-') { Formula::Negate(Box::new(self.unary()?)) } else { self.atom()? };
        self.depth -= 1;
        Ok(formula)
    }

    fn atom(&mut self) -> Result<Formula, String> {
        if self.take('(') {
            let inner = self.sum()?;
            return if self.take(')') { Ok(inner) } else { Err("a parenthesis is not closed".into()) };
        }
        match self.tokens.get(self.at).cloned() {
            Some(Token::Number(number)) => {
                self.at += 1;
                Ok(Formula::Number(number))
            }
            Some(Token::Name(name)) => {
                self.at += 1;
                if self.take('(') { self.call(&name) } else { self.name(&name) }
            }
            Some(token) => Err(format!("`{}` is not expected here", token.shown())),
            None => Err("the formula ends too early".into()),
        }
    }

    fn name(&self, name: &str) -> Result<Formula, String> {
        if let Some((_, value)) = self.names.values.iter().find(|(key, _)| key == name) {
            return Ok(Formula::Value(Box::new(value.clone())));
        }
        if self.names.figures.iter().any(|figure| figure == name) {
            return Ok(Formula::Figure(name.to_owned()));
        }
        match name {
            "awards" if self.names.adjustments => Ok(Formula::Builtin(Builtin::Awards)),
            "penalties" if self.names.adjustments => Ok(Formula::Builtin(Builtin::Penalties)),
            _ => {
                let all = self.names.all();
                Err(format!("`{name}` is neither a value nor an earlier figure{}", nearest(name, all.iter().map(String::as_str))))
            }
        }
    }

    fn call(&mut self, function: &str) -> Result<Formula, String> {
        match function {
            "sum" | "mean" => {
                let mut items = Vec::new();
                loop {
                    let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() else {
                        return Err(format!("`{function}` takes names of items or groups"));
                    };
                    self.at += 1;
                    if name == "poll" && function == "mean" && self.names.poll && self.take(')') {
                        return Ok(Formula::Builtin(Builtin::Poll));
                    }
                    let all = self.names.selectors();
                    items.extend(
                        self.names
                            .select(&name)
                            .ok_or_else(|| format!("`{name}` names no item or group{}", nearest(&name, all.iter().map(String::as_str))))?,
                    );
                    if !self.take(',') {
                        break;
                    }
                }
                items.sort_unstable();
                items.dedup();
                if !self.take(')') {
                    return Err("a parenthesis is not closed".into());
                }
                Ok(if function == "sum" { Formula::Sum(items) } else { Formula::Mean(items) })
            }
            "min" | "max" => {
                let mut parts = vec![self.sum()?];
                while self.take(',') {
                    parts.push(self.sum()?);
                }
                if !self.take(')') {
                    return Err("a parenthesis is not closed".into());
                }
                Ok(if function == "min" { Formula::Min(parts) } else { Formula::Max(parts) })
            }
            _ => Err(format!("`{function}` is not a function{}", nearest(function, ["sum", "mean", "min", "max"]))),
        }
    }
}
