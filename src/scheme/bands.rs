use crate::exact::Exact;

/// A half-open stretch of the line: from (inclusive) to (exclusive); open ends reach to infinity.
#[derive(Clone, Debug)]
pub struct Band<T> {
    /// Lower bound, part of the band.
    pub from: Option<Exact>,
    /// Upper bound, not part of it.
    pub to: Option<Exact>,
    /// What it gives.
    pub gives: T,
}

/// Bands that together tile the line, lowest first.
#[derive(Clone, Debug)]
pub struct Bands<T>(Vec<Band<T>>);

impl<T> Bands<T> {
    /// Proves that the bands leave no gap and do not overlap. The order they are written in does not matter.
    pub fn tile(mut bands: Vec<Band<T>>) -> Result<Self, String> {
        if bands.is_empty() {
            return Err("no bands are given".into());
        }
        bands.sort_by(|a, b| a.from.cmp(&b.from)); // None, the open lower end, sorts first
        let mut reached: Option<Exact> = None;
        let last = bands.len() - 1;
        for (at, band) in bands.iter().enumerate() {
            match (at, &band.from) {
                (0, None) => {}
                (0, Some(from)) => return Err(format!("gap: nothing covers values below {from}")),
                (_, None) => return Err("overlap: two bands have no lower bound".into()),
                (_, Some(from)) => match &reached {
                    None => return Err(format!("overlap: the band below the one from {from} has no upper bound")),
                    Some(to) if to < from => return Err(format!("gap: nothing covers {to} up to {from}")),
                    Some(to) if to > from => return Err(format!("overlap: {from} up to {to} is covered twice")),
                    Some(_) => {}
                },
            }
            if let (Some(from), Some(to)) = (&band.from, &band.to)
                && from >= to
            {
                return Err(format!("the band from {from} to {to} is empty"));
            }
            if at == last
                && let Some(to) = &band.to
            {
                return Err(format!("gap: nothing covers values from {to} on"));
            }
            reached.clone_from(&band.to);
        }
        Ok(Self(bands))
    }

    /// What the band that holds the value gives.
    pub fn get(&self, value: &Exact) -> &T {
        let above = self.0.partition_point(|band| band.from.as_ref().is_none_or(|from| from <= value));
        // `tile` proved that the first band has no lower bound, so at least one is at or below the value.
        &self.0[above.max(1) - 1].gives
    }

    /// The bands, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Band<T>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(from: Option<i64>, to: Option<i64>) -> Band<i64> {
        Band { from: from.map(Exact::from), to: to.map(Exact::from), gives: from.unwrap_or(-1) }
    }

    #[test]
    fn refuses_gaps_and_overlaps() {
        for (bands, word) in [
            (vec![], "no bands"),
            (vec![band(Some(60), None)], "gap"),
            (vec![band(None, Some(60)), band(Some(70), None)], "gap"),
            (vec![band(None, Some(70)), band(Some(60), None)], "overlap"),
            (vec![band(None, Some(60)), band(Some(60), Some(90))], "gap"),
            (vec![band(None, None), band(Some(60), None)], "overlap"),
            (vec![band(None, Some(60)), band(Some(60), Some(60)), band(Some(60), None)], "empty"),
        ] {
            assert!(Bands::tile(bands).expect_err("must be refused").contains(word), "{word}");
        }
    }

    #[test]
    fn is_half_open_from_below() {
        let bands = Bands::tile(vec![band(Some(60), Some(90)), band(Some(90), None), band(None, Some(60))]).expect("tiles");
        for (value, gives) in [("59.99", -1), ("60", 60), ("89.9999", 60), ("90", 90), ("-5", -1), ("200", 90)] {
            let value = Exact::from(crate::exact::Decimal::parse(value).expect("number"));
            assert_eq!(*bands.get(&value), gives);
        }
    }
}
