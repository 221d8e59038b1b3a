//! Values that are typed behind options: what one may be, in the reader's language.

use std::fmt;

use crate::diag::{Lang, fill, text};

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A text of the catalogue has what may be written.
    Said(&'static str),
    /// It is no whole number between these.
    NotWithin(u64, u64),
}

impl Wrong {
    /// What may be written.
    pub fn allowed(&self, lang: Lang) -> String {
        match self {
            Self::Said(key) => text(key, lang).to_owned(),
            // A bound that is only the number's own size says nothing.
            Self::NotWithin(least, most) if *most >= u64::from(u32::MAX) => {
                fill("usage-whole-from", lang, &[("least", &least.to_string())])
            }
            Self::NotWithin(least, most) => fill("usage-whole", lang, &[("least", &least.to_string()), ("most", &most.to_string())]),
        }
    }
}

// The parser of the command line wants an error that can be shown; people get `allowed`.
impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.allowed(Lang::En))
    }
}

impl std::error::Error for Wrong {}

/// Reads whole numbers between two bounds, both included.
pub fn whole<T: TryFrom<u64>>(least: u64, most: u64) -> impl Fn(&str) -> Result<T, Wrong> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or(Wrong::NotWithin(least, most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_within_their_bounds() {
        let read = whole::<u8>(1, 300);
        assert_eq!((read("1"), read("255")), (Ok(1), Ok(255)));
        for text in ["0", "301", "256", "-1", "", "x", "1.5"] {
            assert_eq!(read(text), Err(Wrong::NotWithin(1, 300)), "{text}");
        }
        assert_eq!(Wrong::NotWithin(1, 300).allowed(Lang::Zh), "1–300 的整数");
        assert_eq!(Wrong::NotWithin(1, u64::MAX).allowed(Lang::En), "whole numbers from 1 on");
    }
}
