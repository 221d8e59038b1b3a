//! What settings say, as the cells of `设置.xlsx` would: for a new year's workspace.

use toml::{Table, Value};

use super::items::{ASSIGN, Item, Kind, items};
use super::source::Source;

/// Settings by items.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// Items that are given, with what stands in their cells.
    pub items: Vec<(&'static Item, String)>,
    /// Rules of 积分制分配, a text per column.
    pub rules: Vec<[String; ASSIGN.len()]>,
    /// Keys that no cell can hold.
    pub lost: Vec<String>,
}

/// Takes settings apart that were proved before.
pub fn carried(source: &Source) -> Carried {
    let table: Table = source.text.parse().unwrap_or_default();
    let mut carried = Carried::default();
    for item in items() {
        let found = item.key.split('.').try_fold(&Value::Table(table.clone()), |at, key| at.get(key)).map(|value| text(value, item.kind));
        if let Some(text) = found {
            carried.items.push((item, text));
        }
    }
    for rule in table.get("assign").and_then(Value::as_array).into_iter().flatten() {
        let word = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        carried.rules.push(ASSIGN.map(|(_, key, ..)| word(key)));
    }
    carried.lost = keys("", &table).into_iter().filter(|key| !has_place(key)).collect();
    carried
}

/// Keys with the tables they lie in.
fn keys(above: &str, table: &Table) -> Vec<String> {
    let below = |(key, value): (&String, &Value)| {
        let key = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            Value::Table(table) => keys(&key, table),
            _ => vec![key],
        }
    };
    table.iter().flat_map(below).collect()
}

/// True for keys that a cell has, or that are one year's alone: the dates of its periods.
fn has_place(key: &str) -> bool {
    let dates = key.starts_with("collect.") || key == "notice.posted" || (key.starts_with("notice.") && key.matches('.').count() > 1);
    key == "assign" || dates || items().any(|item| item.key == key)
}

/// A value as a clerk writes it.
fn text(value: &Value, kind: Kind) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (value, kind) {
        (Value::Boolean(yes), _) => (if *yes { "是" } else { "否" }).to_owned(),
        (Value::Array(all), Kind::Lines) => all.iter().map(plain).collect::<Vec<_>>().join("\n"),
        (Value::Array(all), _) => all.iter().map(plain).collect::<Vec<_>>().join("、"),
        (Value::String(text), Kind::Choice(words)) => {
            words.iter().find(|(_, value)| value == text).map_or_else(|| text.clone(), |(word, _)| (*word).to_owned())
        }
        (other, _) => plain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_on_as_cells() {
        let text = "county='示范县'\nyear=2026\npasswords=['a,b','c']\nparts='refuse'\ndate=2026-12-31\n[[assign]]\nbranch='0101'\nscheme='x'\n\
            [notice]\nphone='1'\ncount_posting_day=true\nposted=2026-12-14\n[notice.'2026Q1']\nphone='2'\n[forms]\nmonth=['board','registry']\n\
            [archive.retention]\nboard='10年'\n[collect.'2026Q1']\ndue=2026-04-08\n";
        let carried = carried(&Source::of_text(text));
        let all: Vec<(&str, &str)> = carried.items.iter().map(|(item, text)| (item.name, text.as_str())).collect();
        assert_eq!(
            all,
            [
                ("县名", "示范县"),
                ("年度", "2026"),
                ("公示电话", "1"),
                ("张贴日计入", "是"),
                ("分送合并", "不合并"),
                ("密码", "a,b\nc"),
                ("成文日期", "2026-12-31"),
                ("月度表册", "board、registry"),
            ]
        );
        assert_eq!(carried.rules, [["", "", "0101", "x", ""].map(String::from)]);
        assert_eq!(carried.lost, ["archive.retention.board"]);
    }
}
