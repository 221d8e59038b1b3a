//! Who scores by another scheme than the workspace's.

use crate::config::{ConfigError, Fault, Keys, Reader, Spot, Written};
use crate::diag::Said;
use crate::words::{nearest, same_name};

use super::known::{Known, one_of};
use super::workspace::{Paper, Workspace, paper};
use super::{Branch, CountyError, Register};

/// A rule that gives some members another scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    category: Option<String>,
    /// With where the file says it, for what only the register shows.
    committee: Option<(String, Spot)>,
    branch: Option<(String, Spot)>,
    /// The scheme, if it gives one.
    pub scheme: Option<String>,
    /// The paper of boards, if it gives one.
    pub paper: Option<Paper>,
}

impl Assign {
    /// The rule wherever it stands.
    pub(super) fn without_place(&self) -> Self {
        let bare = |named: &Option<(String, Spot)>| named.as_ref().map(|(name, _)| (name.clone(), Spot::default()));
        Self { committee: bare(&self.committee), branch: bare(&self.branch), ..self.clone() }
    }
}

/// `[[assign]]`.
pub(super) fn assign<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, known: &Known<'_>, categories: &[String]) -> Assign {
    let papers = keys.has("paper") || keys.has("board_paper");
    let paper = paper(reader, &mut keys);
    // A rule about the paper alone leaves everyone his scheme.
    let scheme = if papers { reader.optional_text(&mut keys, "scheme") } else { Some(reader.text(&mut keys, "scheme")) };
    let scheme = scheme.map(|scheme| known.scheme(reader, &scheme));
    let category = reader.optional_text(&mut keys, "category");
    if let Some(category) = &category {
        one_of(reader, category, ("一类别", "category"), categories.iter().map(String::as_str));
    }
    let named = |reader: &Reader<'t>, of: Option<Written<String>>| of.map(|of| (of.value, reader.spot(&of.span)));
    let committee = reader.optional_text(&mut keys, "committee");
    let branch = reader.optional_text(&mut keys, "branch");
    let (committee, branch) = (named(reader, committee), named(reader, branch));
    if category.is_none() && committee.is_none() && branch.is_none() {
        reader.fault(
            &keys.span,
            "[[assign]] 要写明 category、committee、branch 中的至少一项",
            "[[assign]] needs at least one of category, committee, branch",
        );
    }
    reader.finish(keys);
    Assign { category: category.map(|category| category.value), committee, branch, scheme, paper }
}

/// Proves that every committee and branch of the `[[assign]]` rules is in the register: a rule that matches nobody would
/// score a whole committee by another scheme than was meant.
///
/// # Errors
/// Every rule that names what is not there.
pub fn check_rules(workspace: &Workspace, register: &Register) -> Result<(), CountyError> {
    let committees = register.committees();
    let codes: Vec<&str> = register.branches.iter().map(|branch| branch.code.as_str()).collect();
    let mut faults = Vec::new();
    for rule in &workspace.assign {
        for (named, known, zh, en) in
            [(&rule.committee, &committees, "上级党组织", "committee"), (&rule.branch, &codes, "支部编码", "branch code")]
        {
            let is_known = |written: &str| known.iter().any(|known| same_name(known) == same_name(written));
            let Some((written, spot)) = named.as_ref().filter(|(written, _)| !is_known(written)) else { continue };
            let said = Said::new(
                format!("积分制分配：机构名册中没有“{written}”这个{zh}"),
                format!("[[assign]]: the register has no {en} `{written}`"),
            );
            faults.push(Fault { spot: spot.clone(), said: said.near(nearest(written, known.iter().copied())) });
        }
    }
    let path = workspace.settings.clone();
    if faults.is_empty() { Ok(()) } else { Err(CountyError::Config { path, error: ConfigError { faults } }) }
}

impl Workspace {
    /// The scheme of a branch's members of a category: the last rule that matches, else the workspace's.
    pub fn scheme_of(&self, branch: &Branch, category: &str) -> &str {
        self.rules_for(branch, category).into_iter().find_map(|rule| rule.scheme.as_deref()).unwrap_or(&self.scheme)
    }

    /// The paper of a branch's board for members of a category, likewise.
    pub fn paper_of(&self, branch: &Branch, category: &str) -> Paper {
        self.rules_for(branch, category).into_iter().find_map(|rule| rule.paper).unwrap_or(self.paper)
    }

    /// Papers that some board may be printed on.
    pub fn papers(&self) -> std::collections::BTreeSet<Paper> {
        self.assign.iter().filter_map(|rule| rule.paper).chain([self.paper]).collect()
    }

    /// Rules that match, the last first.
    fn rules_for(&self, branch: &Branch, category: &str) -> Vec<&Assign> {
        let is = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted == value);
        // As in the register, blanks, full-width forms and capitals make no other name.
        let named = |wanted: &Option<(String, Spot)>, value: &str| {
            wanted.as_ref().is_none_or(|(wanted, _)| wanted == value || same_name(wanted) == same_name(value))
        };
        let matches = |rule: &&Assign| {
            is(rule.category.as_deref(), category) && named(&rule.committee, &branch.committee) && named(&rule.branch, &branch.code)
        };
        self.assign.iter().rev().filter(matches).collect()
    }

    /// Scheme of the members of a branch that is not in the register, by the committee that its workbook names; none
    /// where a rule asks for more than that.
    pub fn scheme_of_stranger(&self, committee: &str, category: &str) -> Option<&str> {
        let told = |rule: &Assign| rule.branch.is_none() && (rule.committee.is_none() || !committee.is_empty());
        let branch = Branch { committee: committee.to_owned(), ..Branch::default() };
        self.assign.iter().all(told).then(|| self.scheme_of(&branch, category))
    }

    /// Ids of all schemes that some rule names, the workspace's own first.
    pub fn schemes(&self) -> Vec<String> {
        let mut ids = vec![self.scheme.clone()];
        for scheme in self.assign.iter().filter_map(|rule| rule.scheme.as_ref()) {
            if !ids.contains(scheme) {
                ids.push(scheme.clone());
            }
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::super::workspace::tests::{GOOD, parse_text};
    use super::*;
    use crate::diag::Lang;

    #[test]
    fn gives_members_the_last_matching_scheme() {
        let text = format!("{GOOD}[[assign]]\ncategory='农村党员'\nscheme='register-60'\n[[assign]]\nbranch='0102'\nscheme='ju-10star'\n");
        let workspace = parse_text(&text).expect("loads");
        let branch = |code: &str| Branch { code: code.into(), ..Branch::default() };
        assert_eq!(workspace.scheme_of(&branch("0101"), "农村党员"), "register-60");
        assert_eq!(workspace.scheme_of(&branch("0102"), "农村党员"), "ju-10star");
        assert_eq!(workspace.scheme_of(&branch("0101"), "机关党员"), "ju-10star");
    }

    #[test]
    fn rules_name_committees_and_branches_of_the_register() {
        let branch = Branch { code: "0101".into(), committee: "第一党委".into(), ..Branch::default() };
        let register = Register { branches: vec![branch], ..Register::default() };
        let told = |rule: &str| {
            let text = format!("{GOOD}[[assign]]\ncommittee='第一党委'\nscheme='register-60'\n[[assign]]\n{rule}\nscheme='register-60'\n");
            check_rules(&parse_text(&text).expect("loads"), &register).err().map(|error| error.message(Lang::Zh)).unwrap_or_default()
        };
        assert_eq!(told("branch='0101'"), "");
        let both = told("committee='第一党为'\nbranch='101'");
        assert!(both.contains("11:11: 积分制分配：机构名册中没有“第一党为”这个上级党组织；是否想写“第一党委”？"), "{both}");
        assert!(both.contains("12:8: 积分制分配：机构名册中没有“101”这个支部编码；是否想写“0101”？"), "{both}");
    }
}
