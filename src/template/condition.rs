//! Formulas of conditional formats: those of cells (`formula`), and comparisons, texts and what asks for the kind of a value.
//!
//! Here a `$` means something: `$C3` is the record's own cell in every column, `$C$3` in a function is the cell of every record.

use super::formula::number_in;
use crate::exact::{Decimal, Exact};
use crate::form::condition::Reference;

/// A formula that is true or false, or comes to a value that a cell is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Number(Decimal),
    Text(Box<str>),
    Truth(bool),
    /// As it reads in the first cell of its ranges.
    Cell(Reference),
    /// A range, in a function that takes many.
    Cells(Reference, Reference),
    Negative(Box<Test>),
    Pair(Box<Test>, Sign, Box<Test>),
    Call(Word, Vec<Test>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Add,
    Subtract,
    Multiply,
    Divide,
    Join,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Sum,
    Count,
    Average,
    Min,
    Max,
    Round,
    And,
    Or,
    Not,
    Mod,
    Abs,
    Len,
    Row,
    Column,
    IsBlank,
    IsNumber,
    IsText,
}

impl Word {
    const NAMES: [(Self, &str); 17] = [
        (Self::Sum, "SUM"),
        (Self::Count, "COUNT"),
        (Self::Average, "AVERAGE"),
        (Self::Min, "MIN"),
        (Self::Max, "MAX"),
        (Self::Round, "ROUND"),
        (Self::And, "AND"),
        (Self::Or, "OR"),
        (Self::Not, "NOT"),
        (Self::Mod, "MOD"),
        (Self::Abs, "ABS"),
        (Self::Len, "LEN"),
        (Self::Row, "ROW"),
        (Self::Column, "COLUMN"),
        (Self::IsBlank, "ISBLANK"),
        (Self::IsNumber, "ISNUMBER"),
        (Self::IsText, "ISTEXT"),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(word, _)| *word == self).map_or("", |(_, name)| name)
    }

    /// Whether it takes ranges.
    pub fn takes_many(self) -> bool {
        matches!(self, Self::Sum | Self::Count | Self::Average | Self::Min | Self::Max)
    }

    fn takes(self, arguments: &[Test]) -> bool {
        let single = !arguments.iter().any(|argument| matches!(argument, Test::Cells(..)));
        match self {
            word if word.takes_many() => !arguments.is_empty(),
            Self::And | Self::Or => !arguments.is_empty() && single,
            Self::Round => {
                let places = |test: &Test| matches!(test, Test::Number(places) if (0..=12).contains(&places.as_integer().unwrap_or(-1)));
                arguments.len() == 2 && single && places(&arguments[1])
            }
            Self::Mod => arguments.len() == 2 && single,
            Self::Row | Self::Column => arguments.is_empty(),
            _ => arguments.len() == 1 && single,
        }
    }
}

impl Sign {
    const NAMES: [(Self, &str); 11] = [
        (Self::NotEqual, "<>"),
        (Self::LessOrEqual, "<="),
        (Self::GreaterOrEqual, ">="),
        (Self::Equal, "="),
        (Self::Less, "<"),
        (Self::Greater, ">"),
        (Self::Add, "+"),
        (Self::Subtract, "-"),
        (Self::Multiply, "*"),
        (Self::Divide, "/"),
        (Self::Join, "&"),
    ];
    const COMPARED: [Self; 6] = [Self::NotEqual, Self::LessOrEqual, Self::GreaterOrEqual, Self::Equal, Self::Less, Self::Greater];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(sign, _)| *sign == self).map_or("", |(_, name)| name)
    }
}

/// Bytes of a formula at most.
const LONGEST: usize = 1000;
/// Brackets deeper than any clerk's.
const DEEPEST: usize = 32;

/// Reads a formula; `None` for anything beyond the language.
pub(super) fn parse(text: &str) -> Option<Test> {
    let text = text.trim();
    let text = text.strip_prefix('=').unwrap_or(text);
    if text.len() > LONGEST {
        return None;
    }
    let mut parser = Parser { rest: text, depth: 0 };
    let read = parser.comparison()?;
    parser.rest.trim().is_empty().then_some(read)
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn sign(&mut self, of: &[Sign]) -> Option<Sign> {
        self.rest = self.rest.trim_start();
        let sign = *of.iter().find(|sign| self.rest.starts_with(sign.name()))?;
        self.rest = &self.rest[sign.name().len()..];
        Some(sign)
    }

    fn eat(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }

    fn chain(&mut self, of: &[Sign], next: fn(&mut Self) -> Option<Test>) -> Option<Test> {
        let mut left = next(self)?;
        while let Some(sign) = self.sign(of) {
            left = Test::Pair(Box::new(left), sign, Box::new(next(self)?));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Test> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let test = self.chain(&Sign::COMPARED, |parser| {
            parser.chain(&[Sign::Join], |parser| {
                parser.chain(&[Sign::Add, Sign::Subtract], |parser| parser.chain(&[Sign::Multiply, Sign::Divide], Self::unary))
            })
        });
        self.depth -= 1;
        test
    }

    fn unary(&mut self) -> Option<Test> {
        let mut negative = false;
        loop {
            if self.eat('-') {
                negative = !negative;
            } else if !self.eat('+') {
                break;
            }
        }
        let test = self.atom()?;
        Some(if negative { Test::Negative(Box::new(test)) } else { test })
    }

    fn atom(&mut self) -> Option<Test> {
        if self.eat('(') {
            let inner = self.comparison()?;
            return self.eat(')').then_some(inner);
        }
        if let Some(text) = self.rest.strip_prefix('"') {
            let mut out = String::new();
            let mut rest = text;
            loop {
                let (before, after) = rest.split_once('"')?;
                out.push_str(before);
                let Some(more) = after.strip_prefix('"') else {
                    self.rest = after;
                    return Some(Test::Text(out.into()));
                };
                out.push('"');
                rest = more;
            }
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '$' | '.'))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            self.rest = rest;
            return Decimal::parse(word).map(Test::Number);
        }
        let upper = word.to_ascii_uppercase();
        if let Some(inside) = rest.strip_prefix('(') {
            self.rest = inside;
            return self.call(&upper);
        }
        self.rest = rest;
        match upper.as_str() {
            "TRUE" => Some(Test::Truth(true)),
            "FALSE" => Some(Test::Truth(false)),
            _ => reference(&upper).map(Test::Cell),
        }
    }

    fn call(&mut self, name: &str) -> Option<Test> {
        let mut arguments = Vec::new();
        if !self.eat(')') {
            loop {
                arguments.push(self.argument()?);
                if self.eat(')') {
                    break;
                }
                if !self.eat(',') || arguments.len() > 63 {
                    return None;
                }
            }
        }
        match (name, arguments.is_empty()) {
            ("TRUE", true) => return Some(Test::Truth(true)),
            ("FALSE", true) => return Some(Test::Truth(false)),
            _ => {}
        }
        let word = Word::NAMES.iter().find(|(_, known)| *known == name).map(|(word, _)| *word)?;
        word.takes(&arguments).then_some(Test::Call(word, arguments))
    }

    /// A range, or anything else.
    fn argument(&mut self) -> Option<Test> {
        let start = self.rest.trim_start();
        let end = start.find([',', ')']).unwrap_or(start.len());
        if let Some((first, last)) = start[..end].trim().split_once(':')
            && let (Some(first), Some(last)) = (reference(&first.to_ascii_uppercase()), reference(&last.to_ascii_uppercase()))
        {
            self.rest = &start[end..];
            return Some(Test::Cells(first, last));
        }
        self.comparison()
    }
}

/// `$C3`.
fn reference(text: &str) -> Option<Reference> {
    let (column_fixed, rest) = text.strip_prefix('$').map_or((false, text), |rest| (true, rest));
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic())?;
    let (column, rest) = rest.split_at(letters);
    let (row_fixed, row) = rest.strip_prefix('$').map_or((false, rest), |rest| (true, rest));
    let cell = crate::diag::CellRef::parse(&format!("{column}{row}")).filter(|_| row.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Reference { row: cell.row, column: cell.column, row_fixed, column_fixed })
}

/// What a formula or a cell comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    Number(Exact),
    Text(String),
    Truth(bool),
    Blank,
    Error,
}

impl Found {
    /// Among operators.
    fn number(&self) -> Option<Exact> {
        match self {
            Self::Number(number) => Some(number.clone()),
            Self::Text(text) => number_in(text),
            Self::Truth(truth) => Some(Exact::from(i64::from(*truth))),
            Self::Blank => Some(Exact::zero()),
            Self::Error => None,
        }
    }

    /// As a condition; `None` for what is none.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Number(number) => Some(!number.is_zero()),
            Self::Truth(truth) => Some(*truth),
            Self::Blank => Some(false),
            Self::Text(_) | Self::Error => None,
        }
    }

    /// As text beside text.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(super::formula::result(number)?.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Truth(truth) => Some(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            Self::Blank => Some(String::new()),
            Self::Error => None,
        }
    }

    /// Order as an office has it: numbers, then texts, then truth; a blank is whatever it is compared with has for nothing.
    pub fn compare(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let filled = |one: &Self, other: &Self| match (one, other) {
            (Self::Blank, Self::Text(_)) => Self::Text(String::new()),
            (Self::Blank, Self::Truth(_)) => Self::Truth(false),
            (Self::Blank, _) => Self::Number(Exact::zero()),
            (one, _) => one.clone(),
        };
        let kind = |one: &Self| match one {
            Self::Number(_) | Self::Blank => 0,
            Self::Text(_) => 1,
            Self::Truth(_) => 2,
            Self::Error => 3,
        };
        match (filled(self, other), filled(other, self)) {
            (Self::Error, _) | (_, Self::Error) => None,
            (Self::Number(one), Self::Number(two)) => Some(one.cmp(&two)),
            (Self::Text(one), Self::Text(two)) => Some(one.to_lowercase().cmp(&two.to_lowercase())),
            (Self::Truth(one), Self::Truth(two)) => Some(one.cmp(&two)),
            (one, two) => Some(kind(&one).cmp(&kind(&two))),
        }
    }
}

/// What stands in the cells that a formula names.
pub(crate) trait Cells {
    /// The place of the cell for which the formula is worked out, zero-based.
    fn place(&self) -> (u32, u16);
    /// One cell.
    fn one(&self, at: Reference) -> Found;
    /// The numbers among many.
    fn many(&self, first: Reference, last: Reference) -> Vec<Exact>;
    /// What a function comes to that is the same for every cell, if it has been worked out before.
    fn kept(&self, of: &Test, value: &dyn Fn() -> Found) -> Found;
}

impl Test {
    /// Whether it is the same for every cell of its rule.
    pub fn is_fixed(&self) -> bool {
        let fixed = |cell: &Reference| cell.row_fixed && cell.column_fixed;
        match self {
            Self::Number(_) | Self::Text(_) | Self::Truth(_) => true,
            Self::Cell(cell) => fixed(cell),
            Self::Cells(first, last) => fixed(first) && fixed(last),
            Self::Negative(inner) => inner.is_fixed(),
            Self::Pair(left, _, right) => left.is_fixed() && right.is_fixed(),
            Self::Call(Word::Row | Word::Column, _) => false,
            Self::Call(_, arguments) => arguments.iter().all(Self::is_fixed),
        }
    }

    /// Every cell and range named, with whether a function takes as many as there are.
    pub fn references(&self, many: bool, out: &mut Vec<(Reference, Reference, bool)>) {
        match self {
            Self::Number(_) | Self::Text(_) | Self::Truth(_) => {}
            Self::Cell(cell) => out.push((*cell, *cell, many)),
            Self::Cells(first, last) => out.push((*first, *last, true)),
            Self::Negative(inner) => inner.references(false, out),
            Self::Pair(left, _, right) => {
                left.references(false, out);
                right.references(false, out);
            }
            Self::Call(word, arguments) => arguments.iter().for_each(|argument| argument.references(word.takes_many(), out)),
        }
    }

    /// Works it out.
    pub fn value(&self, cells: &dyn Cells) -> Found {
        match self {
            Self::Number(number) => Found::Number(Exact::from(*number)),
            Self::Text(text) => Found::Text(text.to_string()),
            Self::Truth(truth) => Found::Truth(*truth),
            Self::Cell(cell) => cells.one(*cell),
            Self::Cells(..) => Found::Error,
            Self::Negative(inner) => inner.value(cells).number().map_or(Found::Error, |number| Found::Number(-number)),
            Self::Pair(left, sign, right) => pair(&left.value(cells), *sign, &right.value(cells)),
            Self::Call(word, arguments) if word.takes_many() && self.is_fixed() => {
                cells.kept(self, &|| call(*word, arguments, cells).unwrap_or(Found::Error))
            }
            Self::Call(word, arguments) => call(*word, arguments, cells).unwrap_or(Found::Error),
        }
    }
}

fn pair(left: &Found, sign: Sign, right: &Found) -> Found {
    let number = |work: &dyn Fn(Exact, Exact) -> Option<Exact>| {
        left.number().zip(right.number()).and_then(|(left, right)| work(left, right)).map_or(Found::Error, Found::Number)
    };
    let compared =
        |holds: &dyn Fn(std::cmp::Ordering) -> bool| left.compare(right).map_or(Found::Error, |order| Found::Truth(holds(order)));
    match sign {
        Sign::Add => number(&|left, right| Some(left + right)),
        Sign::Subtract => number(&|left, right| Some(left - right)),
        Sign::Multiply => number(&|left, right| Some(left * right)),
        Sign::Divide => number(&|left, right| left.checked_div(&right)),
        Sign::Join => left.text().zip(right.text()).map_or(Found::Error, |(left, right)| Found::Text(left + &right)),
        Sign::Equal => compared(&std::cmp::Ordering::is_eq),
        Sign::NotEqual => compared(&std::cmp::Ordering::is_ne),
        Sign::LessOrEqual => compared(&std::cmp::Ordering::is_le),
        Sign::GreaterOrEqual => compared(&std::cmp::Ordering::is_ge),
        Sign::Less => compared(&std::cmp::Ordering::is_lt),
        Sign::Greater => compared(&std::cmp::Ordering::is_gt),
    }
}

fn call(word: Word, arguments: &[Test], cells: &dyn Cells) -> Option<Found> {
    let first = || arguments.first().map(|argument| argument.value(cells));
    let whole = |number: i64| Some(Found::Number(Exact::from(number)));
    match word {
        Word::Sum | Word::Count | Word::Average | Word::Min | Word::Max => {
            let mut numbers = Vec::new();
            for argument in arguments {
                match argument {
                    Test::Cells(first, last) => numbers.extend(cells.many(*first, *last)),
                    Test::Cell(cell) => numbers.extend(cells.many(*cell, *cell)),
                    other => numbers.push(other.value(cells).number()?),
                }
            }
            let count = numbers.len() as i64;
            Some(Found::Number(match word {
                Word::Sum => numbers.into_iter().sum(),
                Word::Count => Exact::from(count),
                Word::Average => numbers.into_iter().sum::<Exact>().checked_div(&Exact::from(count))?,
                Word::Min => numbers.into_iter().min().unwrap_or_default(),
                _ => numbers.into_iter().max().unwrap_or_default(),
            }))
        }
        Word::And | Word::Or => {
            let truths: Option<Vec<bool>> = arguments.iter().map(|argument| argument.value(cells).truth()).collect();
            let truths = truths?;
            Some(Found::Truth(if word == Word::And { truths.iter().all(|truth| *truth) } else { truths.contains(&true) }))
        }
        Word::Not => first()?.truth().map(|truth| Found::Truth(!truth)),
        Word::Abs => first()?.number().map(|number| Found::Number(number.abs())),
        Word::Len => first()?.text().map(|text| text.encode_utf16().count() as i64).and_then(whole),
        Word::Round => {
            let Some(Test::Number(places)) = arguments.get(1) else { return None };
            let places = u32::try_from(places.as_integer()?).ok()?;
            first()?.number()?.published_decimal(places).map(|number| Found::Number(Exact::from(number)))
        }
        Word::Mod => {
            let (number, by) = (first()?.number()?, arguments.get(1)?.value(cells).number()?);
            let times = number.checked_div(&by)?.floor()?;
            Some(Found::Number(number - by * Exact::from(times)))
        }
        Word::Row => whole(i64::from(cells.place().0) + 1),
        Word::Column => whole(i64::from(cells.place().1) + 1),
        Word::IsBlank => Some(Found::Truth(first()? == Found::Blank)),
        Word::IsNumber => Some(Found::Truth(matches!(first()?, Found::Number(_)))),
        Word::IsText => Some(Found::Truth(matches!(first()?, Found::Text(_)))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cells, Found, Reference, Test, parse};
    use crate::exact::Exact;

    /// A sheet where a cell holds its row, from 1, in column A, a text in B and nothing elsewhere.
    struct Plain;

    impl Cells for Plain {
        fn place(&self) -> (u32, u16) {
            (4, 2)
        }
        fn one(&self, at: Reference) -> Found {
            match at.column {
                0 => Found::Number(Exact::from(i64::from(at.row) + 1)),
                1 => Found::Text("优秀a".into()),
                _ => Found::Blank,
            }
        }
        fn many(&self, first: Reference, last: Reference) -> Vec<Exact> {
            (first.row..=last.row).filter(|_| first.column == 0).map(|row| Exact::from(i64::from(row) + 1)).collect()
        }
        fn kept(&self, _: &Test, value: &dyn Fn() -> Found) -> Found {
            value()
        }
    }

    #[test]
    fn conditions_are_worked_out_as_an_office_does() {
        for (text, met) in [
            ("$A3<4", Some(true)),
            ("=A3<>3", Some(false)),
            ("A3+1=4", Some(true)),
            ("-A3=-3", Some(true)),
            ("$B3=\"优秀A\"", Some(true)),
            ("B3>99", Some(true)),
            ("C3=0", Some(true)),
            ("C3=\"\"", Some(true)),
            ("C3<1", Some(true)),
            ("MOD(ROW(),2)=1", Some(true)),
            ("MOD(-3,2)=1", Some(true)),
            ("COLUMN()", Some(true)),
            ("AND(A3>2,A3<4)", Some(true)),
            ("OR(A3>9,NOT(A3=3))", Some(false)),
            ("A3>AVERAGE($A$1:$A$4)", Some(true)),
            ("A3>=MAX($A$1:$A$3,1)", Some(true)),
            ("ISBLANK(C3)", Some(true)),
            ("ISNUMBER(B3)", Some(false)),
            ("ISTEXT(B3)", Some(true)),
            ("LEN(B3)=3", Some(true)),
            ("A3&\"x\"=\"3x\"", Some(true)),
            ("ROUND(A3/7,2)=0.43", Some(true)),
            ("ABS(-A3)=3", Some(true)),
            ("1/0", None),
            ("B3*2>0", None),
            ("TRUE", Some(true)),
            ("FALSE()", Some(false)),
            ("SUM(\"4\")=4", Some(true)),
        ] {
            let test = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(test.value(&Plain).truth(), met, "{text}");
        }
    }

    #[test]
    fn what_is_beyond_the_language_is_not_read() {
        for text in
            ["TODAY()>A1", "表2!A1>1", "A1:A3>1", "COUNTIF(A:A,A1)>1", "", "A1>", "\"open", "ROUND(A1,B1)", "((((", "INDIRECT(\"A1\")"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse(&format!("{}1", "(".repeat(40))).is_none());
    }

    #[test]
    fn a_fixed_formula_is_the_same_for_every_cell() {
        for (text, fixed) in [("AVERAGE($A$1:$A$3)", true), ("$A$1", true), ("$A1", false), ("ROW()", false), ("SUM($A$1,1)", true)] {
            assert_eq!(parse(text).map(|test| test.is_fixed()), Some(fixed), "{text}");
        }
    }
}
