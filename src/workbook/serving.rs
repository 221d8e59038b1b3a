//! Which sheet of a kind serves which categories: the plain one, or one with a category's name behind.

/// Spreads categories over sheets: each sheet's name, its scheme and its categories. The scheme of the plain sheet has all its
/// categories there; every other category gets a sheet of its own.
pub fn spread<'a, S: Copy + PartialEq>(kind: &str, categories: &[(&'a str, S)], plain: Option<S>) -> Vec<(String, S, Vec<&'a str>)> {
    let mut sheets: Vec<(String, S, Vec<&str>)> = Vec::new();
    if let Some(scheme) = plain {
        let own = categories.iter().filter(|(_, own)| *own == scheme).map(|(category, _)| *category).collect();
        sheets.push((kind.to_owned(), scheme, own));
    }
    for (category, scheme) in categories.iter().filter(|(_, scheme)| plain != Some(*scheme)) {
        sheets.push((suffixed(kind, category), *scheme, vec![category]));
    }
    sheets
}

/// Names of the sheets that are lacking. `there` are the categories of the sheets that are, none for the plain one; `needed`
/// are categories of members whose rows must be somewhere, and whether their items differ from those of other categories.
pub fn missing(kind: &str, there: &[Option<&str>], needed: &[(&str, bool)]) -> Vec<String> {
    let plain = there.contains(&None);
    let rest: Vec<(&str, bool)> = needed.iter().filter(|(category, _)| !there.contains(&Some(*category))).copied().collect();
    let mut missing = Vec::new();
    for (category, own) in &rest {
        // The plain sheet serves all who have the same items, or one category alone.
        if !plain || (*own && rest.len() > 1) {
            let name = if *own { suffixed(kind, category) } else { kind.to_owned() };
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    missing
}

fn suffixed(kind: &str, category: &str) -> String {
    format!("{kind}-{category}")
}

#[cfg(test)]
mod tests {
    use super::{missing, spread};

    #[test]
    fn what_is_spread_is_not_missing() {
        let categories = [("农村", 0), ("机关", 0), ("企业", 1)];
        for (plain, own) in [(Some(0), [false, true]), (Some(1), [true, false]), (None, [true, true])] {
            let sheets = spread("表", &categories, plain);
            let there: Vec<Option<&str>> = sheets.iter().map(|(name, ..)| name.split_once('-').map(|(_, category)| category)).collect();
            let needed: Vec<(&str, bool)> = categories.iter().map(|(category, scheme)| (*category, own[*scheme])).collect();
            assert_eq!(missing("表", &there, &needed), [""; 0], "{sheets:?}");
            assert_eq!(sheets.iter().map(|(.., own)| own.len()).sum::<usize>(), 3);
        }
    }

    #[test]
    fn a_plain_sheet_serves_one_category_with_items_of_its_own() {
        assert_eq!(missing("表", &[None], &[("农村", true)]), [""; 0]);
        assert_eq!(missing("表", &[None], &[("农村", true), ("机关", true)]), ["表-农村", "表-机关"]);
        assert_eq!(missing("表", &[None, Some("机关")], &[("农村", true), ("机关", true)]), [""; 0]);
        assert_eq!(missing("表", &[], &[("农村", false), ("机关", false)]), ["表"]);
    }
}
