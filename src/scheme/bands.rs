//! Bands that tile the number line without gap or overlap: grades, stars, progressive tables.

use crate::diag::Said;
use crate::exact::Exact;

use super::model::Origin;

/// A half-open stretch of the line: from (inclusive) to (exclusive); open ends reach to infinity.
#[derive(Clone, Debug)]
pub struct Band<T> {
    /// Lower bound, part of the band.
    pub from: Option<Exact>,
    /// Upper bound, not part of it.
    pub to: Option<Exact>,
    /// What it gives.
    pub gives: T,
    /// Where its bounds come from.
    pub origin: Origin,
}

/// What is wrong with bands.
#[derive(Debug)]
pub struct BandFault {
    /// The band to blame, by its position as written.
    pub band: usize,
    /// The words.
    pub said: Said,
}

/// Bands that together tile the line, lowest first.
#[derive(Clone, Debug)]
pub struct Bands<T>(Vec<Band<T>>);

impl<T> Bands<T> {
    /// Proves that the bands leave no gap and do not overlap; the order they are written in does not matter. Says
    /// everything that is wrong; of no bands at all it is for the caller to speak.
    pub fn tile(bands: Vec<Band<T>>) -> Result<Self, Vec<BandFault>> {
        let mut faults = Vec::new();
        let mut fault = |band: usize, zh: String, en: String| faults.push(BandFault { band, said: Said::new(zh, en) });
        let mut bands: Vec<(usize, Band<T>)> = bands.into_iter().enumerate().collect();
        bands.sort_by(|(_, a), (_, b)| a.from.cmp(&b.from)); // None, the open lower end, sorts first
        for (at, band) in &bands {
            if let (Some(from), Some(to)) = (&band.from, &band.to)
                && from >= to
            {
                fault(*at, format!("从 {from} 到 {to} 这一段是空的"), format!("the band from {from} to {to} is empty"));
            }
        }
        if let Some((at, Band { from: Some(from), .. })) = bands.first() {
            fault(*at, format!("有空隙：{from} 以下没有规定"), format!("gap: nothing covers values below {from}"));
        }
        for pair in bands.windows(2) {
            let ((_, below), (at, above)) = (&pair[0], &pair[1]);
            match (&below.to, &above.from) {
                (_, None) => fault(*at, "有重叠：有两段都没有下限 from".into(), "overlap: two bands have no lower bound".into()),
                (None, Some(from)) => fault(
                    *at,
                    format!("有重叠：从 {from} 起的这一段下面那一段没有上限 to"),
                    format!("overlap: the band below the one from {from} has no upper bound"),
                ),
                (Some(to), Some(from)) if to < from => {
                    // Texts write 60—89 and 90—100; here a band ends where the next one begins.
                    let near = from.clone() - to.clone() <= Exact::from(1);
                    let zh =
                        if near { format!("；“to”本身不算在内，下面那一段要写 to = {from}") } else { String::new() };
                    let en = if near { format!("; `to` is not included: write to = {from} below") } else { String::new() };
                    fault(*at, format!("有空隙：{to} 到 {from} 没有规定{zh}"), format!("gap: nothing covers {to} up to {from}{en}"));
                }
                (Some(to), Some(from)) if to > from => {
                    fault(*at, format!("有重叠：{from} 到 {to} 规定了两次"), format!("overlap: {from} up to {to} is covered twice"));
                }
                _ => {}
            }
        }
        if let Some((at, Band { to: Some(to), .. })) = bands.last() {
            fault(*at, format!("有空隙：{to} 及以上没有规定"), format!("gap: nothing covers values from {to} on"));
        }
        if faults.is_empty() { Ok(Self(bands.into_iter().map(|(_, band)| band).collect())) } else { Err(faults) }
    }

    /// What the band that holds the value gives.
    pub fn get(&self, value: &Exact) -> &T {
        &self.band(value).gives
    }

    /// The band that holds the value.
    pub fn band(&self, value: &Exact) -> &Band<T> {
        let above = self.0.partition_point(|band| band.from.as_ref().is_none_or(|from| from <= value));
        // `tile` proved that the first band has no lower bound, so at least one is at or below the value.
        &self.0[above.max(1) - 1]
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
        Band { from: from.map(Exact::from), to: to.map(Exact::from), gives: from.unwrap_or(-1), origin: Origin::Source }
    }

    #[test]
    fn refuses_gaps_and_overlaps() {
        for (bands, word) in [
            (vec![band(Some(60), None)], "gap"),
            (vec![band(None, Some(60)), band(Some(70), None)], "gap"),
            (vec![band(None, Some(70)), band(Some(60), None)], "overlap"),
            (vec![band(None, Some(60)), band(Some(60), Some(90))], "gap"),
            (vec![band(None, None), band(Some(60), None)], "overlap"),
            (vec![band(None, Some(60)), band(Some(60), Some(60)), band(Some(60), None)], "empty"),
        ] {
            let faults = Bands::tile(bands).expect_err("must be refused");
            assert!(faults.iter().any(|fault| fault.said.en.contains(word)), "{word}: {faults:?}");
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
