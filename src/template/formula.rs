//! Formulas of a drawing, in the part of the language that can be carried over.

use super::drawn::range_ref;
use crate::diag::CellRef;
use crate::exact::{Decimal, Exact};
use crate::form::model::Range;

/// A formula of the language, over cells of the template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// A number as written.
    Number(Decimal),
    /// A cell, or inside a function a range.
    Cells(Range),
    /// −x
    Negative(Box<Expression>),
    /// x op y
    Pair(Box<Expression>, Operator, Box<Expression>),
    /// F(x, y, …)
    Call(Function, Vec<Expression>),
}

/// The four operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Sum,
    Count,
    Average,
    Min,
    Max,
    Round,
}

/// Digits of the number of cells that a function is given at most.
const COUNT: usize = 6;

/// How large a number may become, in digits: `numerator / (denominator · 10^places)`. What is added up keeps the decimal places
/// of the longest, and of other denominators only the product is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    whole: usize,
    places: usize,
    denominator: usize,
}

impl Size {
    /// The larger of two that are compared or added up.
    pub fn beside(self, other: Self) -> Self {
        Self {
            whole: self.whole.max(other.whole),
            places: self.places.max(other.places),
            denominator: self.denominator.saturating_add(other.denominator),
        }
    }

    fn larger(self, digits: usize) -> Self {
        Self { whole: self.whole.saturating_add(digits), ..self }
    }

    fn times(self, other: Self) -> Self {
        Self {
            whole: self.whole.saturating_add(other.whole),
            places: self.places.saturating_add(other.places),
            denominator: self.denominator.saturating_add(other.denominator),
        }
    }

    fn inverse(self) -> Self {
        let below = self.places.saturating_add(self.denominator);
        Self { whole: below, places: 0, denominator: self.whole.saturating_add(below) }
    }

    /// Digits of numerator and denominator together.
    pub fn digits(self) -> usize {
        self.whole.saturating_add(self.places.saturating_add(self.denominator).saturating_mul(2))
    }
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SUM" => Self::Sum,
            "COUNT" => Self::Count,
            "AVERAGE" => Self::Average,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            "ROUND" => Self::Round,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Sum => "SUM",
            Self::Count => "COUNT",
            Self::Average => "AVERAGE",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Round => "ROUND",
        }
    }
}

impl Operator {
    fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

/// Bytes; a chain of operators is as deep as it is long when it is worked out.
const LONGEST: usize = 1000;
/// Brackets deeper than any clerk's.
const DEEPEST: usize = 32;

/// Reads a formula without its leading sign; `None` for anything beyond the language.
pub(super) fn parse(text: &str) -> Option<Expression> {
    if text.len() > LONGEST {
        return None;
    }
    let mut parser = Parser { rest: text, depth: 0 };
    let expression = parser.sum()?;
    parser.rest.trim_start().is_empty().then_some(expression)
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn eat(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }

    fn sum(&mut self) -> Option<Expression> {
        let mut left = self.product()?;
        loop {
            let operator = if self.eat('+') {
                Operator::Add
            } else if self.eat('-') {
                Operator::Subtract
            } else {
                return Some(left);
            };
            left = Expression::Pair(Box::new(left), operator, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Option<Expression> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.eat('*') {
                Operator::Multiply
            } else if self.eat('/') {
                Operator::Divide
            } else {
                return Some(left);
            };
            left = Expression::Pair(Box::new(left), operator, Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Option<Expression> {
        let mut negative = false;
        loop {
            if self.eat('-') {
                negative = !negative;
            } else if !self.eat('+') {
                break;
            }
        }
        let value = self.atom()?;
        Some(if negative { Expression::Negative(Box::new(value)) } else { value })
    }

    fn atom(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = self.atom_inside();
        self.depth -= 1;
        value
    }

    fn atom_inside(&mut self) -> Option<Expression> {
        if self.eat('(') {
            let inner = self.sum()?;
            return self.eat(')').then_some(inner);
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '$' | '.' | ':'))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            self.rest = rest;
            return Decimal::parse(word).map(Expression::Number);
        }
        if let Some(inside) = rest.strip_prefix('(') {
            let function = Function::named(&word.to_ascii_uppercase())?;
            self.rest = inside;
            let mut arguments = vec![self.argument()?];
            while self.eat(',') {
                arguments.push(self.argument()?);
            }
            if !self.eat(')') || arguments.len() > 64 {
                return None;
            }
            let fits = match (function, arguments.as_slice()) {
                (Function::Round, [value, Expression::Number(digits)]) => {
                    digits.as_integer().is_some_and(|digits| (0..=12).contains(&digits)) && !is_range(value)
                }
                (Function::Round, _) => false,
                _ => true,
            };
            return fits.then_some(Expression::Call(function, arguments));
        }
        let range = range_ref(word)?;
        self.rest = rest;
        // A range is an argument, never an operand.
        (range.first_row == range.last_row && range.first_column == range.last_column).then_some(Expression::Cells(range))
    }

    fn argument(&mut self) -> Option<Expression> {
        let start = self.rest.trim_start();
        let end = start.find([',', ')', '(', '+', '-', '*', '/']).unwrap_or(start.len());
        let word = start[..end].trim();
        if word.contains(':') && start[end..].starts_with([',', ')']) {
            self.rest = &start[end..];
            return range_ref(word).map(Expression::Cells);
        }
        self.sum()
    }
}

fn is_range(expression: &Expression) -> bool {
    matches!(expression, Expression::Cells(range) if range.first_row != range.last_row || range.first_column != range.last_column)
}

impl Expression {
    /// Every cell or range named, with whether it stands directly in a function that takes many.
    pub fn references(&self, many: bool, out: &mut Vec<(Range, bool)>) {
        match self {
            Self::Number(_) => {}
            Self::Cells(range) => out.push((*range, many)),
            Self::Negative(inner) => inner.references(false, out),
            Self::Pair(left, _, right) => {
                left.references(false, out);
                right.references(false, out);
            }
            Self::Call(function, arguments) => {
                for argument in arguments {
                    argument.references(*function != Function::Round, out);
                }
            }
        }
    }

    /// How large the result may become; `reach` gives what the formulas in a reference come to, added up.
    pub fn size(&self, reach: &dyn Fn(Range) -> Size) -> Size {
        let all = |arguments: &[Self]| arguments.iter().map(|argument| argument.size(reach)).fold(Size::default(), Size::beside);
        match self {
            Self::Number(number) => {
                let digits = number.to_string().len();
                Size { whole: digits, places: digits, denominator: 0 }
            }
            // A cell of a form, or what the formulas there come to.
            Self::Cells(range) => reach(*range).beside(Size { whole: 18, places: 18, denominator: 0 }),
            Self::Negative(inner) => inner.size(reach),
            Self::Pair(left, operator, right) => {
                let (left, right) = (left.size(reach), right.size(reach));
                match operator {
                    Operator::Add | Operator::Subtract => left.beside(right).larger(1),
                    Operator::Multiply => left.times(right),
                    Operator::Divide => left.times(right.inverse()),
                }
            }
            Self::Call(Function::Round, arguments) => Size { places: 12, denominator: 0, ..all(arguments).larger(1) },
            Self::Call(Function::Count, _) => Size { whole: COUNT, ..Size::default() },
            Self::Call(Function::Sum, arguments) => all(arguments).larger(COUNT),
            Self::Call(Function::Average, arguments) => {
                let sum = all(arguments).larger(COUNT);
                Size { denominator: sum.denominator.saturating_add(COUNT), ..sum }
            }
            Self::Call(Function::Min | Function::Max, arguments) => all(arguments),
        }
    }

    /// Works the formula out. `values` gives the numbers in a reference: for a function (`many`) blanks, texts and truth values left
    /// out; for an operator what the office makes a number of, and `None` where it makes none.
    /// `None` for a text among operators, a division by zero or the mean of nothing.
    pub fn value(&self, values: &mut dyn FnMut(Range, bool) -> Option<Vec<Exact>>) -> Option<Exact> {
        match self {
            Self::Number(number) => Some(Exact::from(*number)),
            // A blank cell counts as zero among operators, as in every spreadsheet.
            Self::Cells(range) => Some(values(*range, false)?.into_iter().next().unwrap_or_default()),
            Self::Negative(inner) => Some(-inner.value(values)?),
            Self::Pair(left, operator, right) => {
                let (left, right) = (left.value(values)?, right.value(values)?);
                match operator {
                    Operator::Add => Some(left + right),
                    Operator::Subtract => Some(left - right),
                    Operator::Multiply => Some(left * right),
                    Operator::Divide => left.checked_div(&right),
                }
            }
            Self::Call(Function::Round, arguments) => {
                let digits = match arguments.get(1) {
                    Some(Self::Number(digits)) => u32::try_from(digits.as_integer()?).ok()?,
                    _ => return None,
                };
                arguments.first()?.value(values)?.published_decimal(digits).map(Exact::from)
            }
            Self::Call(function, arguments) => {
                let mut numbers = Vec::new();
                for argument in arguments {
                    match argument {
                        Self::Cells(range) => numbers.extend(values(*range, true)?),
                        other => numbers.push(other.value(values)?),
                    }
                }
                let count = numbers.len() as i64;
                match function {
                    Function::Sum => Some(numbers.into_iter().sum()),
                    Function::Count => Some(Exact::from(count)),
                    Function::Average => numbers.into_iter().sum::<Exact>().checked_div(&Exact::from(count)),
                    Function::Min => Some(numbers.into_iter().min().unwrap_or_default()),
                    Function::Max => Some(numbers.into_iter().max().unwrap_or_default()),
                    Function::Round => None,
                }
            }
        }
    }

    /// Writes the formula for the filled sheet. `place` writes a reference as it stands there; `None` where it
    /// has become more than a formula can name.
    pub fn text(&self, place: &mut dyn FnMut(Range) -> Option<String>) -> Option<String> {
        Some(match self {
            Self::Number(number) => number.to_string(),
            Self::Cells(range) => place(*range)?,
            Self::Negative(inner) => format!("-{}", inner.bracketed(place)?),
            Self::Pair(left, operator, right) => format!("{}{}{}", left.bracketed(place)?, operator.sign(), right.bracketed(place)?),
            Self::Call(function, arguments) => {
                let arguments: Option<Vec<String>> = arguments.iter().map(|argument| argument.text(place)).collect();
                format!("{}({})", function.word(), arguments?.join(","))
            }
        })
    }

    fn bracketed(&self, place: &mut dyn FnMut(Range) -> Option<String>) -> Option<String> {
        let text = self.text(place)?;
        Some(if matches!(self, Self::Pair(..) | Self::Negative(_)) { format!("({text})") } else { text })
    }
}

/// The number that an office reads in a text among operators: `3`, ` -8.5 `, `1,234`, `50%`, `￥12`; `None` for `8.5分`.
pub(crate) fn number_in(text: &str) -> Option<Exact> {
    let text = text.trim();
    let (text, percent) = text.strip_suffix('%').map_or((text, false), |text| (text.trim_end(), true));
    let (sign, size) = text.strip_prefix('-').map_or(("", text), |size| ("-", size));
    let size = size.strip_prefix(['￥', '¥', '$']).unwrap_or(size);
    let grouped = size.split('.').next().is_some_and(|whole| {
        let mut groups = whole.split(',');
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    });
    let plain = if size.contains(',') && grouped { size.replace(',', "") } else { size.to_owned() };
    let number = Exact::from(Decimal::parse(&format!("{sign}{plain}"))?);
    Some(if percent { number / 100 } else { number })
}

/// A result as a number for a cell: exact where it ends within 12 places, else rounded there.
pub(crate) fn result(value: &Exact) -> Option<Decimal> {
    (0..=12).rev().step_by(3).find_map(|digits| value.published_decimal(digits))
}

/// The text of a shared formula at another cell of its group: plain references move along, `$` ones stay.
pub(super) fn shifted(text: &str, from: CellRef, to: CellRef) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '$') {
        out.push_str(&rest[..start]);
        let end = rest[start..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '$' || c == '.')).map_or(rest.len(), |end| start + end);
        let word = &rest[start..end];
        match super::drawn::cell_ref(word).filter(|_| !rest[end..].starts_with('(')) {
            Some(cell) => {
                let fixed_column = word.starts_with('$');
                let fixed_row = word.trim_start_matches('$').contains('$');
                let moved = |value: i64, from: i64, to: i64, fixed: bool| if fixed { value } else { value + to - from };
                let row = moved(i64::from(cell.row), i64::from(from.row), i64::from(to.row), fixed_row);
                let column = moved(i64::from(cell.column), i64::from(from.column), i64::from(to.column), fixed_column);
                match (u32::try_from(row), u16::try_from(column)) {
                    (Ok(row), Ok(column)) => out.push_str(&CellRef { row, column }.to_string()),
                    _ => out.push_str("#REF!"),
                }
            }
            None => out.push_str(word),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Expression, number_in, parse, result, shifted};
    use crate::diag::CellRef;
    use crate::exact::{Decimal, Exact};

    fn worth(text: &str) -> Option<String> {
        let mut cells = |_, _| Some(["1", "2", "4.5"].into_iter().filter_map(Decimal::parse).map(Exact::from).collect());
        parse(text)?.value(&mut cells).map(|value| value.to_string())
    }

    #[test]
    fn evaluates_exactly() {
        for (text, value) in [
            ("1+2*3", "7"),
            ("(1+2)*3", "9"),
            ("-(1-2)/3", "1/3"),
            ("SUM(A1:A3)", "15/2"),
            ("sum(A1:A3, 1)", "17/2"),
            ("AVERAGE($A$1:A3)", "5/2"),
            ("MAX(A1:A3)-MIN(A1:A3)", "7/2"),
            ("COUNT(A1:A3)", "3"),
            ("ROUND(AVERAGE(A1:A3)/3,2)", "83/100"),
            ("B2*2", "2"),
        ] {
            assert_eq!(worth(text).as_deref(), Some(value), "{text}");
        }
        assert_eq!(worth("1/0"), None);
    }

    #[test]
    fn texts_are_numbers_as_in_an_office() {
        for (text, number) in [
            ("3", Some("3")),
            (" -8.5 ", Some("-17/2")),
            ("1,234.5", Some("2469/2")),
            ("50%", Some("1/2")),
            ("￥12", Some("12")),
            ("1e3", Some("1000")),
            ("8.5分", None),
            ("1,23", None),
            ("三", None),
            ("TRUE", None),
        ] {
            assert_eq!(number_in(text).map(|number| number.to_string()).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in
            ["IF(A1>1,2,3)", "A1&A2", "Sheet2!A1", "SUM(A:A)", "A1:B2", "1+", "{SUM(A1)}", "ROUND(A1,-1)", "SUM()", "A1^2", "\"x\"", ""]
        {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_none());
        assert!(parse(&format!("{}1", "-".repeat(900))).is_some());
    }

    #[test]
    fn writes_back() {
        let text = parse("-(A1+B2)*SUM(A1:B2,3)").and_then(|parsed: Expression| parsed.text(&mut |_| Some("X".into())));
        assert_eq!(text.as_deref(), Some("(-(X+X))*SUM(X,3)"));
    }

    #[test]
    fn shifts_shared_formulas() {
        let at = |row, column| CellRef { row, column };
        assert_eq!(
            shifted("SUM(A1:$B$2)+C$3*LOG10(2)", at(0, 3), at(1, 4)),
            "SUM(B2:$B$2)+D$3*LOG10(2)".replace("$B$2", "B2").replace("D$3", "D3")
        );
    }

    #[test]
    fn rounds_endless_results() {
        assert_eq!(result(&(Exact::from(1) / 3)).map(|value| value.to_string()).as_deref(), Some("0.333333333333"));
        assert_eq!(result(&Exact::from(7)).map(|value| value.to_string()).as_deref(), Some("7"));
    }
}
