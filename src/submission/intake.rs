//! What branches call sheets and columns: `templates/intake.toml`, and the county's own over it.

use std::collections::BTreeMap;

use crate::config::{ConfigError, Names, Parsed, Reader};
use crate::diag::{Said, Terms};
use crate::words::{folded, heading, key, nearest};
use crate::workbook::{REGISTER, SHEETS};

/// Other names, and words that are no data; everything folded as headings are.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    sheets: BTreeMap<String, String>,
    columns: BTreeMap<String, String>,
    register: BTreeMap<String, String>,
    ignored_sheets: Vec<String>,
    ignored_columns: Vec<String>,
    values: Vec<String>,
    totals: Vec<String>,
    notes: Vec<String>,
    signs: Vec<String>,
}

/// What people may call the tables and keys of such a file.
const NAMES: &Names = &[
    ("sheets", &["工作表", "表"]),
    ("columns", &["列", "表头"]),
    ("register", &["机构名册", "名册"]),
    ("reading", &["读取", "识别"]),
    ("ignored_sheets", &["忽略工作表", "忽略表"]),
    ("ignored_columns", &["忽略列"]),
    ("values", &["分值"]),
    ("totals", &["合计"]),
    ("notes", &["附注", "说明"]),
    ("signs", &["签字", "签章"]),
];

impl Intake {
    /// Adds a file to what is known.
    ///
    /// # Errors
    /// Words that stand for two things, sheets that a submission does not have, keys that nobody reads. Nothing is added then.
    pub fn add(&mut self, text: &str) -> Result<(), ConfigError> {
        let parsed = Parsed::of(text);
        let mut reader = Reader::new(&parsed, NAMES, &[]);
        let mut keys = reader.keys(&parsed);
        let mut known = self.clone();
        for (name, node) in reader.named(&mut keys, "sheets") {
            if !is_sheet(&name.value) {
                let (said, all) = (&name.value, SHEETS.map(|sheet| sheet.name));
                let list = all.join("、");
                let wrong = Said::new(
                    format!("报送表没有名为“{said}”的工作表；有的是：{list}"),
                    format!("a submission has no sheet `{said}`; it has: {list}"),
                );
                reader.refuse(&name.span, wrong.near(nearest(said, all)));
            }
            for other in reader.as_texts(node, &name.value) {
                if let Err(taken) = stand_for(&mut known.sheets, &key(&other.value), &name.value, is_sheet) {
                    reader.refuse(&other.span, twice(&other.value, &taken));
                }
            }
        }
        for (written, node) in reader.named(&mut keys, "columns") {
            let name = heading(&written.value).0;
            for other in reader.as_texts(node, &written.value) {
                if let Err(taken) = stand_for(&mut known.columns, &heading(&other.value).0, &name, |_| false) {
                    reader.refuse(&other.span, twice(&other.value, &taken));
                }
            }
        }
        for (name, node) in reader.named(&mut keys, "register") {
            if !REGISTER.contains(&name.value.as_str()) {
                let (said, list) = (&name.value, REGISTER.join("、"));
                let wrong = Said::new(
                    format!("机构名册没有“{said}”这一列；有的是：{list}"),
                    format!("the register has no column `{said}`; it has: {list}"),
                );
                reader.refuse(&name.span, wrong.near(nearest(said, REGISTER)));
            }
            for other in reader.as_texts(node, &name.value) {
                let is_name = |word: &str| REGISTER.contains(&word);
                if let Err(taken) = stand_for(&mut known.register, &key(&other.value), &name.value, is_name) {
                    reader.refuse(&other.span, twice(&other.value, &taken));
                }
            }
        }
        if let Some(mut keys) = reader.optional_table(&mut keys, "reading") {
            for (known, name) in [
                (&mut known.ignored_sheets, "ignored_sheets"),
                (&mut known.ignored_columns, "ignored_columns"),
                (&mut known.values, "values"),
                (&mut known.totals, "totals"),
                (&mut known.signs, "signs"),
            ] {
                known.extend(reader.texts(&mut keys, name).iter().map(|word| key(&word.value)));
            }
            // A colon at the end is part of these: 注: begins a note, 注册 does not.
            known.notes.extend(reader.texts(&mut keys, "notes").iter().map(|word| folded(&word.value)));
            reader.finish(keys);
        }
        reader.finish(keys);
        *self = reader.end(known)?;
        Ok(())
    }

    /// Knows sheets and columns by an organisation's own words too. A word that means something else already goes on meaning that.
    #[must_use]
    pub fn in_terms(mut self, terms: &Terms) -> Self {
        for sheet in SHEETS.iter().filter(|_| !terms.are_usual()) {
            let _ = stand_for(&mut self.sheets, &key(&terms.say(sheet.name)), sheet.name, is_sheet);
            for own in sheet.headings() {
                let _ = stand_for(&mut self.columns, &heading(&terms.say(own)).0, own, |_| false);
            }
        }
        for own in REGISTER.iter().filter(|_| !terms.are_usual()) {
            let _ = stand_for(&mut self.register, &key(&terms.say(own)), own, |word| REGISTER.contains(&word));
        }
        self
    }

    /// The sheet that a folded name stands for.
    pub fn sheet<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        SHEETS.iter().map(|sheet| sheet.name).find(|own| *own == name).or_else(|| self.sheets.get(name).map(String::as_str))
    }

    /// Where in a folded name a sheet's name begins that it ends with, or that only a category follows:
    /// `0101-积分登记-农村党员`. Of several the longest: 党员花名册 before 花名册.
    pub fn sheet_within(&self, name: &str) -> Option<usize> {
        let known = SHEETS.iter().map(|sheet| sheet.name).chain(self.sheets.keys().map(String::as_str));
        let found = known.filter_map(|sheet| {
            let at = name.rfind(sheet)?;
            let after = &name[at + sheet.len()..];
            (after.is_empty() || after.starts_with('-')).then_some((at, sheet.len()))
        });
        found.max_by_key(|(_, length)| *length).map(|(at, _)| at)
    }

    /// The column that a folded heading stands for: itself where nothing else is known.
    pub fn column<'a>(&'a self, heading: &'a str) -> &'a str {
        self.columns.get(heading).map_or(heading, String::as_str)
    }

    /// The column of the register that a folded heading stands for.
    pub fn register_column<'a>(&'a self, heading: &'a str) -> &'a str {
        self.register.get(heading).map_or(heading, String::as_str)
    }

    /// True for sheets that are passed over.
    pub fn ignores_sheet(&self, name: &str) -> bool {
        self.ignored_sheets.iter().any(|own| own == name)
    }

    /// True for columns that are passed over.
    pub fn ignores_column(&self, heading: &str) -> bool {
        self.ignored_columns.iter().any(|own| own == heading)
    }

    /// True for words that mean the heading above them.
    pub fn is_value(&self, heading: &str) -> bool {
        self.values.iter().any(|own| own == heading)
    }

    /// True for what a row of totals begins with.
    pub fn is_total(&self, word: &str) -> bool {
        self.totals.iter().any(|own| own == word)
    }

    /// True for what stands in a row that is no data but a total, a note or a line to sign, where a name would: 合计, `共6人`,
    /// `支部书记签字：`. Blanks and full-width forms must be gone.
    pub fn is_remark(&self, text: &str) -> bool {
        let digits = || text.contains(|c: char| c.is_ascii_digit());
        let counted = |word: &String| text.strip_prefix(word.as_str()).is_some_and(|rest| !rest.is_empty() && is_count(rest));
        self.is_total(&heading(text).0)
            || self.totals.iter().any(counted)
            || self.is_note(text)
            || self.signs.iter().any(|word| text.contains(word.as_str()))
            || text.contains([':', ',', '。', ';', '、', '《', '*', '※'])
            || (text.starts_with('(') && text.ends_with(')'))
            || (digits() && (text.starts_with('共') || text.starts_with('第') && text.contains('页')))
    }

    /// True for what a note below a table begins with; blanks and full-width forms must be gone.
    pub fn is_note(&self, text: &str) -> bool {
        self.notes.iter().any(|own| text.starts_with(own.as_str()))
    }
}

/// `6`, `6人`, `(6人)`: a count behind a word of totals, or alone where a name would stand.
pub fn is_count(text: &str) -> bool {
    let bare = text.trim_matches(|c| matches!(c, '(' | ')' | ':' | '共' | '人' | '名' | '条' | '项' | '分'));
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn is_sheet(name: &str) -> bool {
    SHEETS.iter().any(|sheet| sheet.name == name)
}

/// Enters a word; what it stands for already where that is something else.
fn stand_for(known: &mut BTreeMap<String, String>, word: &str, name: &str, is_name: impl Fn(&str) -> bool) -> Result<(), String> {
    if word == name {
        return Ok(());
    }
    if is_name(word) {
        return Err(word.to_owned());
    }
    match known.get(word) {
        Some(other) if other != name => Err(other.clone()),
        _ => {
            known.insert(word.to_owned(), name.to_owned());
            Ok(())
        }
    }
}

fn twice(word: &str, known: &str) -> Said {
    if word == known {
        return Said::new(
            format!("“{word}”本身就是名称，不能另有所指"),
            format!("`{word}` is a name itself and can stand for nothing else"),
        );
    }
    Said::new(format!("“{word}”已经代表“{known}”"), format!("`{word}` stands for `{known}` already"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_a_county_s_words_and_refuses_two_meanings() {
        let mut intake = Intake::default();
        intake.add("[sheets]\n'积分登记'=['积分 表']\n[columns]\n'姓名'=['党员姓名：']\n[reading]\nnotes=['注：']\n").expect("loads");
        intake.add("[columns]\n'姓名'=['同志']\n").expect("loads");
        assert_eq!((intake.sheet("积分表"), intake.sheet("支部信息"), intake.sheet("别的")), (Some("积分登记"), Some("支部信息"), None));
        assert_eq!((intake.column("党员姓名"), intake.column("同志"), intake.column("民族")), ("姓名", "姓名", "民族"));
        assert!(intake.is_note("注:以上属实") && !intake.is_note("注册会计师"));
        intake.add("[reading]\ntotals=['合计']\nsigns=['盖章']\n").expect("loads");
        for remark in [
            "合计",
            "合计6人",
            "合计(6人)",
            "(公章)",
            "某某党支部(盖章)",
            "共6人",
            "第1页共2页",
            "1、本表一式两份",
            "*带星号为必填",
            "经办人:李某",
        ] {
            assert!(intake.is_remark(remark), "{remark}");
        }
        for name in ["张三", "合计算", "买买提·雪星", "共青", "第五平"] {
            assert!(!intake.is_remark(name), "{name}");
        }
        let faulty =
            "[columns]\n'民族'=['族']\n'姓名'=['族']\n[sheets]\n'积分'=['x']\n'积分登记'=['党员名册']\n[sheet]\n[reading]\nvalues='分'\n";
        let error = intake.clone().add(faulty).expect_err("must be refused");
        let told: Vec<(usize, &str)> = error.faults.iter().map(|fault| (fault.spot.line, fault.said.zh.as_str())).collect();
        assert_eq!(
            told,
            [
                (3, "“族”已经代表“民族”"),
                (
                    5,
                    "报送表没有名为“积分”的工作表；有的是：支部信息、党员名册、积分登记、民主测评、奖惩、一票否决、评优推荐、支部积分；是否想写“积分登记”？"
                ),
                (6, "“党员名册”本身就是名称，不能另有所指"),
                (7, "没有“sheet”这个键；这里可用：columns reading register sheets；是否想写“sheets”？"),
                (9, "“values”应是列表 [ … ]，不是文字"),
            ]
        );
    }
}
