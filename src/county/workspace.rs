//! `scorebook.toml`, read strictly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{ConfigError, Fault, Keys, Names, Parsed, Reader, Spot, Written, decode};
use crate::diag::{Lang, Said};
use crate::inside;
use crate::period::{Every, RunPeriod};
use crate::sheet::Passwords;
use crate::words::nearest;
use chrono::NaiveDate;

use super::dates::{self, Dates};
use super::{Branch, CountyError, Register};

/// Categories every county has.
const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];

/// A county's workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder.
    pub root: PathBuf,
    /// 县.
    pub county: String,
    /// GB/T 2260.
    pub county_code: Option<String>,
    /// 发文机关.
    pub issuer: String,
    /// The year.
    pub year: i32,
    /// The register's file.
    pub register: PathBuf,
    /// The folder of submissions.
    pub inbox: PathBuf,
    /// Scheme of everyone whom no rule matches.
    pub scheme: String,
    /// Rules; the last match wins.
    pub assign: Vec<Assign>,
    /// The five categories and the county's own.
    pub categories: Vec<String>,
    /// Language of written files.
    pub language: Lang,
    /// The run's date, where it is fixed.
    pub date: Option<NaiveDate>,
    /// Forms by length of run, where the county chose.
    pub forms: BTreeMap<Every, Vec<String>>,
    /// The yearly archive's numbers and retention periods.
    pub archive: ArchiveRules,
    /// By when and to whom returned submissions come again.
    pub returns: Returns,
    /// For encrypted submissions.
    pub passwords: Passwords,
    /// What keys of people are made with, where the county or its province keeps one.
    pub person_key: Option<Secret>,
    /// The period of a run that names none.
    pub period: Option<RunPeriod>,
    /// Which corrections boards print.
    pub corrections: Corrections,
    /// When boards go up and submissions are due.
    pub dates: Dates,
}

/// `corrections`: which changes of posted results boards print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Corrections {
    /// Those that come from submissions.
    #[default]
    Submissions,
    /// Those that come from another text of the scheme as well.
    All,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Characters that a `person_key` has at least: a word can be tried out.
const SHORTEST_KEY: usize = 16;

/// Keys of `scorebook.toml` that no output may hold: what is opened or hidden with them is handed on, they are not.
pub const SECRETS: [&str; 2] = ["passwords", "person_key"];

/// `[archive]`: what the county's archive has given out.
#[derive(Clone, Debug, Default)]
pub struct ArchiveRules {
    /// 全宗号; without it documents get no 档号.
    pub fonds: Option<String>,
    /// 档案门类代码; WS (文书) where absent.
    pub category: Option<String>,
    /// 机构（问题）代码.
    pub department: Option<String>,
    /// 保管期限 by kind of document (a form's id, or one of [`ARCHIVED_KINDS`]): 永久, 30年 or 10年.
    pub retention: BTreeMap<String, String>,
}

/// Kinds of archived documents beside the forms.
pub const ARCHIVED_KINDS: [&str; 5] = ["submission", "register", "findings", "scheme", "data"];

const RETENTIONS: [&str; 3] = ["永久", "30年", "10年"];

/// Returned submissions: by when and to whom they come again.
#[derive(Clone, Debug)]
pub struct Returns {
    /// Working days from the day after the run's date.
    pub days: u32,
    /// To whom; each branch's committee where absent.
    pub to: Option<String>,
    /// Whom to ask; the notice's phone where absent.
    pub phone: Option<String>,
}

impl Default for Returns {
    fn default() -> Self {
        Self { days: 5, to: None, phone: None }
    }
}

/// A rule that gives some members another scheme.
#[derive(Clone, Debug)]
pub struct Assign {
    category: Option<String>,
    /// With where the file says it, for what only the register shows.
    committee: Option<(String, Spot)>,
    branch: Option<(String, Spot)>,
    /// The scheme.
    pub scheme: String,
}

/// Every key of `scorebook.toml` with what a county calls it.
const NAMES: &Names = &[
    ("county", &["县名", "县", "县区", "县（市、区）"]),
    ("county_code", &["行政区划代码", "区划代码", "县代码"]),
    ("issuer", &["发文机关", "发文单位", "落款"]),
    ("year", &["年度", "年份", "年"]),
    ("register", &["机构名册", "名册", "支部名册"]),
    ("inbox", &["收件文件夹", "收件夹", "收件箱", "报送表"]),
    ("scheme", &["积分制", "默认积分制", "积分细则", "细则"]),
    ("categories", &["类别", "党员类别"]),
    ("category", &["党员类型"]),
    ("language", &["语言"]),
    ("date", &["日期", "成文日期"]),
    ("assign", &["积分制分配", "分配"]),
    ("committee", &["党委", "上级党组织"]),
    ("branch", &["支部", "支部编码"]),
    ("notice", &["公示"]),
    ("posted", &["公示开始", "张贴日期", "公示日期"]),
    ("phone", &["电话", "公示电话", "联系电话", "监督电话"]),
    ("count_posting_day", &["张贴日计入"]),
    ("returns", &["退回"]),
    ("collect", &["报送", "收报"]),
    ("due", &["报送截止", "截止日期", "截止"]),
    ("period", &["期间"]),
    ("corrections", &["更正公示", "更正"]),
    ("days", &["退回期限", "期限"]),
    ("to", &["报送至", "退回至"]),
    ("forms", &["表册", "表"]),
    ("archive", &["归档", "档案"]),
    ("fonds", &["全宗号"]),
    ("department", &["机构", "机构（问题）"]),
    ("retention", &["保管期限"]),
    ("passwords", &["密码", "口令"]),
    ("person_key", &["密钥"]),
];

/// What is known beside the file itself.
pub struct Known<'a> {
    /// Ids of the schemes that exist.
    pub schemes: &'a [String],
    /// Ids of the forms that exist.
    pub forms: &'a [&'a str],
}

/// Reads and proves `scorebook.toml` in the folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_workspace(root: &Path, known: &Known<'_>) -> Result<Workspace, CountyError> {
    let path = root.join("scorebook.toml");
    let bytes = inside::own(&path).map_err(|source| CountyError::Io { path: path.clone(), source })?;
    parse(root, &decode(&bytes), known).map_err(|error| CountyError::Config { path, error })
}

/// The same of a text that lies in no folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn workspace_of(text: &str, known: &Known<'_>) -> Result<Workspace, CountyError> {
    parse(Path::new(""), text, known).map_err(|error| CountyError::Config { path: "scorebook.toml".into(), error })
}

/// Where a file says that the register is, whatever else is wrong with it.
pub fn register_of(root: &Path) -> Option<PathBuf> {
    let text = decode(&inside::own(&root.join("scorebook.toml")).ok()?);
    let parsed = Parsed::of(&text);
    let mut reader = Reader::new(&parsed, NAMES, &SECRETS);
    let mut keys = reader.keys(&parsed);
    reader.optional_text(&mut keys, "register").map(|register| root.join(register.value))
}

/// Every key of the file, in the order of its description.
fn parse(root: &Path, text: &str, known: &Known<'_>) -> Result<Workspace, ConfigError> {
    let parsed = Parsed::of(text);
    let mut reader = Reader::new(&parsed, NAMES, &SECRETS);
    let mut keys = reader.keys(&parsed);
    let county = reader.text(&mut keys, "county").value;
    let county_code = text_of(&mut reader, &mut keys, "county_code");
    let issuer = reader.text(&mut keys, "issuer").value;
    reader.required(&mut keys, "year");
    let year = reader.optional_whole(&mut keys, "year", 1949..=9998).map(|year| year as i32);
    let register = root.join(reader.text(&mut keys, "register").value);
    let inbox = root.join(reader.text(&mut keys, "inbox").value);
    let scheme = reader.text(&mut keys, "scheme");
    known_scheme(&mut reader, &scheme, known);
    let own = reader.texts(&mut keys, "categories");
    let mut categories: Vec<String> = CATEGORIES.map(String::from).into();
    for category in own {
        if !categories.contains(&category.value) {
            categories.push(category.value);
        }
    }
    let language = reader.optional_choice(&mut keys, "language", &[("zh", Lang::Zh), ("en", Lang::En)]).unwrap_or(Lang::Zh);
    let date = reader.optional_date(&mut keys, "date").map(|date| date.value);
    let assign = reader.tables(&mut keys, "assign").into_iter().map(|keys| assign(&mut reader, keys, known, &categories)).collect();
    let period = reader.optional_text(&mut keys, "period").and_then(|written| dates::period(&mut reader, &written, year));
    let corrections = [("submissions", Corrections::Submissions), ("all", Corrections::All)];
    let corrections = reader.optional_choice(&mut keys, "corrections", &corrections).unwrap_or_default();
    let dates = Dates::read(&mut reader, &mut keys, year);
    let returns = returns(&mut reader, &mut keys);
    let forms = forms(&mut reader, &mut keys, known);
    let archive = archive(&mut reader, &mut keys, known);
    let passwords = reader.texts(&mut keys, "passwords").into_iter().map(|password| password.value).collect();
    let person_key = person_key(&mut reader, &mut keys);
    reader.finish(keys);
    reader.end(Workspace {
        root: root.to_owned(),
        county,
        county_code,
        issuer,
        year: year.unwrap_or_default(),
        register,
        inbox,
        scheme: scheme.value,
        assign,
        categories,
        language,
        date,
        forms,
        archive,
        returns,
        passwords: Passwords::new(passwords),
        person_key,
        period,
        corrections,
        dates,
    })
}

/// An optional text; an empty one is none.
pub(super) fn text_of<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str) -> Option<String> {
    keys.get(key).filter(|node| node.get_ref().as_str() != Some(""))?;
    reader.optional_text(keys, key).map(|text| text.value)
}

/// Refuses a word that is none of those that exist.
fn one_of<'a>(reader: &mut Reader<'_>, written: &Written<String>, what: (&str, &str), all: impl Iterator<Item = &'a str> + Clone) {
    let said = &written.value;
    if said.is_empty() || all.clone().any(|known| known == said) {
        return; // an empty one is missing, which is said already
    }
    let list = all.clone().collect::<Vec<_>>().join(" ");
    let wrong =
        Said::new(format!("没有“{said}”这{}；可用的有：{list}", what.0), format!("there is no {} `{said}`; known are: {list}", what.1));
    reader.refuse(&written.span, wrong.near(nearest(said, all)));
}

fn known_scheme(reader: &mut Reader<'_>, scheme: &Written<String>, known: &Known<'_>) {
    one_of(reader, scheme, ("一积分细则", "scheme"), known.schemes.iter().map(String::as_str));
}

/// `[[assign]]`.
fn assign<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, known: &Known<'_>, categories: &[String]) -> Assign {
    let scheme = reader.text(&mut keys, "scheme");
    known_scheme(reader, &scheme, known);
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
    Assign { category: category.map(|category| category.value), committee, branch, scheme: scheme.value }
}

/// `[returns]`.
fn returns<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Returns {
    let Some(mut keys) = reader.optional_table(keys, "returns") else { return Returns::default() };
    let returns = Returns {
        days: reader.optional_whole(&mut keys, "days", 0..=365).unwrap_or(Returns::default().days),
        to: text_of(reader, &mut keys, "to"),
        phone: text_of(reader, &mut keys, "phone"),
    };
    reader.finish(keys);
    returns
}

/// `[forms]`.
fn forms<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, known: &Known<'_>) -> BTreeMap<Every, Vec<String>> {
    let mut forms = BTreeMap::new();
    let Some(mut keys) = reader.optional_table(keys, "forms") else { return forms };
    for (word, every) in Every::WORDS {
        if keys.get(word).is_none() {
            continue;
        }
        let written = reader.texts(&mut keys, word);
        for form in &written {
            one_of(reader, form, ("张表", "form"), known.forms.iter().copied());
        }
        forms.insert(every, written.into_iter().map(|form| form.value).collect());
    }
    reader.finish(keys);
    forms
}

/// `[archive]`.
fn archive<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, known: &Known<'_>) -> ArchiveRules {
    let Some(mut keys) = reader.optional_table(keys, "archive") else { return ArchiveRules::default() };
    let mut retention = BTreeMap::new();
    for (kind, node) in reader.named(&mut keys, "retention") {
        one_of(reader, &kind, ("种文件", "kind of document"), known.forms.iter().chain(&ARCHIVED_KINDS).copied());
        if let Some(years) = reader.as_text(node, &kind.value)
            && reader.choose(&years, &kind.value, &RETENTIONS.map(|word| (word, ()))).is_some()
        {
            retention.insert(kind.value, years.value);
        }
    }
    let rules = ArchiveRules {
        fonds: text_of(reader, &mut keys, "fonds"),
        category: text_of(reader, &mut keys, "category"),
        department: text_of(reader, &mut keys, "department"),
        retention,
    };
    reader.finish(keys);
    rules
}

fn person_key<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Option<Secret> {
    let key = reader.optional_text(keys, "person_key")?;
    if key.value.chars().count() < SHORTEST_KEY {
        reader.fault(
            &key.span,
            format!("person_key 至少要 {SHORTEST_KEY} 个字符，最好用随机数，如 openssl rand -hex 32 的输出"),
            format!("person_key needs at least {SHORTEST_KEY} characters, best random ones such as `openssl rand -hex 32` gives"),
        );
    }
    Some(Secret(key.value))
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
            let Some((written, spot)) = named.as_ref().filter(|(written, _)| !known.contains(&written.as_str())) else { continue };
            let said = Said::new(
                format!("[[assign]]：机构名册中没有“{written}”这个{zh}"),
                format!("[[assign]]: the register has no {en} `{written}`"),
            );
            faults.push(Fault { spot: spot.clone(), said: said.near(nearest(written, known.iter().copied())) });
        }
    }
    let path = workspace.root.join("scorebook.toml");
    if faults.is_empty() { Ok(()) } else { Err(CountyError::Config { path, error: ConfigError { faults } }) }
}

impl Workspace {
    /// The scheme of a branch's members of a category: the last rule that matches, else the workspace's.
    pub fn scheme_of(&self, branch: &Branch, category: &str) -> &str {
        let named = |wanted: &Option<(String, Spot)>, value: &str| wanted.as_ref().is_none_or(|(wanted, _)| wanted == value);
        let is = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == category);
        self.assign
            .iter()
            .rev()
            .find(|rule| is(&rule.category) && named(&rule.committee, &branch.committee) && named(&rule.branch, &branch.code))
            .map_or(&self.scheme, |rule| &rule.scheme)
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
        for rule in &self.assign {
            if !ids.contains(&rule.scheme) {
                ids.push(rule.scheme.clone());
            }
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "county='示范县'\nissuer='中共示范县委组织部'\nyear=2026\nregister='r.xlsx'\ninbox='inbox'\nscheme='ju-10star'\n";

    fn parse_text(text: &str) -> Result<Workspace, ConfigError> {
        parse(Path::new("w"), text, &Known { schemes: &["ju-10star".into(), "register-60".into()], forms: &["board", "registry"] })
    }

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
        let register = Register { branches: vec![branch] };
        let told = |rule: &str| {
            let text = format!("{GOOD}[[assign]]\ncommittee='第一党委'\nscheme='register-60'\n[[assign]]\n{rule}\nscheme='register-60'\n");
            check_rules(&parse_text(&text).expect("loads"), &register).err().map(|error| error.message(Lang::Zh)).unwrap_or_default()
        };
        assert_eq!(told("branch='0101'"), "");
        let both = told("committee='第一党为'\nbranch='101'");
        assert!(both.contains("11:11: [[assign]]：机构名册中没有“第一党为”这个上级党组织；是否想写“第一党委”？"), "{both}");
        assert!(both.contains("12:8: [[assign]]：机构名册中没有“101”这个支部编码；是否想写“0101”？"), "{both}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let workspace = parse_text(&format!("{GOOD}person_key='0123456789abcdef'\npasswords=['geheim']\n")).expect("loads");
        assert_eq!(workspace.person_key.as_ref().map(Secret::reveal), Some("0123456789abcdef"));
        let shown = format!("{workspace:?}");
        assert!(!shown.contains("0123456789abcdef") && !shown.contains("geheim"), "{shown}");
    }
}
