//! 归档文件目录: what is kept, for how long, under which number (DA/T 22-2015, DA/T 13-2022).
//!
//! One document is one 件, its XLSX and PDF together. Numbers run without a gap within each retention period, for the
//! 档号 names the period before the number: `0012-WS·2026-Y-ZZB-0001`.

use std::collections::BTreeMap;

/// 保管期限.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retention {
    /// 永久.
    Permanent,
    /// 30年.
    ThirtyYears,
    /// 10年.
    TenYears,
}

impl Retention {
    /// Every period, the longest first.
    pub const ALL: [Self; 3] = [Self::Permanent, Self::ThirtyYears, Self::TenYears];

    /// As it is written: 永久, 30年, 10年.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Permanent => "永久",
            Self::ThirtyYears => "30年",
            Self::TenYears => "10年",
        }
    }

    /// Its code in a 档号 (DA/T 13-2022): Y, D30, D10.
    pub fn code(self) -> &'static str {
        match self {
            Self::Permanent => "Y",
            Self::ThirtyYears => "D30",
            Self::TenYears => "D10",
        }
    }

    /// Reads what [`zh`](Self::zh) writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.zh() == text)
    }

    /// How long what is not a form is kept unless the county says otherwise: the register for ever, as the models have
    /// it for 党员名册; what a year came to 30 years, as they have it for yearly statistics; the rest 10.
    pub fn of(kind: &str) -> Self {
        match kind {
            "register" => Self::Permanent,
            "county" | "scheme" => Self::ThirtyYears,
            _ => Self::TenYears,
        }
    }
}

/// The parts of a 档号 that the county's archive has given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveCode {
    /// 全宗号.
    pub fonds: String,
    /// 档案门类代码.
    pub category: String,
    /// 机构（问题）代码; none where the county does not use it.
    pub department: Option<String>,
}

impl ArchiveCode {
    /// The 档号 of one item.
    pub fn of(&self, year: i32, retention: Retention, number: usize) -> String {
        let department = self.department.as_ref().map(|code| format!("{code}-")).unwrap_or_default();
        format!("{}-{}·{year}-{}-{department}{number:04}", self.fonds, self.category, retention.code())
    }
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// How long it is kept.
    pub retention: Retention,
    /// 文号; empty where it has none.
    pub reference: String,
    /// 责任者.
    pub responsible: String,
    /// 题名.
    pub title: String,
    /// 日期, eight digits; empty where it is not known.
    pub date: String,
    /// 页数, where the document has pages.
    pub pages: Option<usize>,
    /// 备注.
    pub remark: String,
    /// Its files in the bag.
    pub paths: Vec<String>,
}

/// An item with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// 件号, from 1 within the retention period.
    pub number: usize,
    /// 档号; empty where the county has not been given its parts.
    pub code: String,
    /// The item.
    pub item: Item,
}

/// Sorts items by retention, the longest first, keeping their order within, and numbers them.
pub fn number(mut items: Vec<Item>, code: Option<&ArchiveCode>, year: i32) -> Vec<Numbered> {
    items.sort_by_key(|item| item.retention);
    let mut last: BTreeMap<Retention, usize> = BTreeMap::new();
    items
        .into_iter()
        .map(|item| {
            let number = last.entry(item.retention).and_modify(|number| *number += 1).or_insert(1);
            let code = code.map(|code| code.of(year, item.retention, *number)).unwrap_or_default();
            Numbered { number: *number, code, item }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_within_a_retention_period() {
        let item = |retention, title: &str| Item {
            retention,
            reference: String::new(),
            responsible: String::new(),
            title: title.into(),
            date: String::new(),
            pages: None,
            remark: String::new(),
            paths: Vec::new(),
        };
        let items = vec![item(Retention::TenYears, "a"), item(Retention::Permanent, "b"), item(Retention::TenYears, "c")];
        let code = ArchiveCode { fonds: "0012".into(), category: "WS".into(), department: Some("ZZB".into()) };
        let numbered = number(items.clone(), Some(&code), 2026);
        let told: Vec<(&str, usize, &str)> = numbered.iter().map(|one| (one.item.title.as_str(), one.number, one.code.as_str())).collect();
        assert_eq!(
            told,
            [("b", 1, "0012-WS·2026-Y-ZZB-0001"), ("a", 1, "0012-WS·2026-D10-ZZB-0001"), ("c", 2, "0012-WS·2026-D10-ZZB-0002")]
        );
        let plain = ArchiveCode { department: None, ..code };
        assert_eq!(number(items, Some(&plain), 2026)[0].code, "0012-WS·2026-Y-0001");
        assert_eq!(Retention::parse("30年"), Some(Retention::ThirtyYears));
        assert_eq!(Retention::parse("长期"), None, "the older tables' periods are not mixed in");
    }
}
