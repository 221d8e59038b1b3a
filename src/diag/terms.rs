//! What an organisation calls those whom texts call 党员, 党支部, 党委 and 类别.
//!
//! Texts and drawn forms are written for Party branches. A scheme may say what its people are called instead; then whatever the
//! program says goes through [`Terms::say`], and nothing that anybody has entered does.

use std::borrow::Cow;

/// Words of an organisation of its own; none for Party branches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What texts say and what is said instead, the longest first.
    pairs: Vec<(&'static str, String)>,
}

/// What each word stands for in texts. `{}` is the word.
const MEMBER: [(&str, &str); 3] = [("正式党员", "正式{}"), ("预备党员", "预备{}"), ("党员", "{}")];
const BRANCH: [(&str, &str); 3] = [("党支部", "{}"), ("支部", "{}"), ("党组织", "{}")];
const COMMITTEE: [(&str, &str); 4] = [("党（工）委", "{}"), ("党工委", "{}"), ("党委", "{}"), ("上级党组织", "所属{}")];
const CATEGORY: [(&str, &str); 1] = [("类别", "{}")];
const HEAD: [(&str, &str); 3] = [("党支部书记", "{}"), ("支部书记", "{}"), ("书记", "{}")];

/// The words as a scheme gives them, each left out where the usual one stands.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// 党员.
    pub member: Option<String>,
    /// 党支部.
    pub branch: Option<String>,
    /// 党委.
    pub committee: Option<String>,
    /// 类别.
    pub category: Option<String>,
    /// 支部书记.
    pub head: Option<String>,
}

impl Terms {
    /// The words of an organisation.
    pub fn new(given: &Given) -> Self {
        let of = |word: &Option<String>, table: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            word.iter().flat_map(|word| table.iter().map(move |(usual, own)| (*usual, own.replace("{}", word)))).collect()
        };
        let all = [
            of(&given.member, &MEMBER),
            of(&given.branch, &BRANCH),
            of(&given.committee, &COMMITTEE),
            of(&given.category, &CATEGORY),
            of(&given.head, &HEAD),
        ];
        let mut pairs = all.concat();
        pairs.sort_by_key(|(usual, _)| std::cmp::Reverse(usual.len()));
        Self { pairs }
    }

    /// True where texts stay as they are.
    pub fn are_usual(&self) -> bool {
        self.pairs.is_empty()
    }

    /// A text of the program in the organisation's words: read once from left to right, the longest word first.
    pub fn say<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.pairs.iter().any(|(usual, _)| text.contains(usual)) {
            return Cow::Borrowed(text);
        }
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((usual, own)) = self.pairs.iter().find(|(usual, _)| rest.starts_with(usual)) {
                said.push_str(own);
                rest = &rest[usual.len()..];
            } else {
                said.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        Cow::Owned(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_said_and_nothing_twice() {
        let word = |word: &str| Some(word.to_owned());
        let given =
            Given {
                member: word("学生"), branch: word("班级"), committee: word("年级"), category: word("学段"), head: word("班主任")
            };
        let terms = Terms::new(&given);
        for (text, said) in [
            ("党员名册", "学生名册"),
            ("党支部书记签字，支部（盖章）", "班主任签字，班级（盖章）"),
            ("上级党组织", "所属年级"),
            ("各党委、党（工）委", "各年级、年级"),
            ("按类别登记的正式党员", "按学段登记的正式学生"),
            ("姓名", "姓名"),
        ] {
            assert_eq!(terms.say(text), said);
        }
        // A word of one's own that holds a usual one is not said again.
        let terms = Terms::new(&Given { branch: word("流动党支部"), ..Given::default() });
        assert_eq!(terms.say("党支部与党员"), "流动党支部与党员");
        assert!(Terms::default().are_usual() && Terms::default().say("党员") == "党员");
    }
}
