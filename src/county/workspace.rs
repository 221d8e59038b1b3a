//! `scorebook.toml`, read strictly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{ConfigError, Keys, Names, Reader};
use crate::diag::Lang;
use crate::period::{Every, RunPeriod};
use crate::sheet::Passwords;
use crate::words::folded;
use chrono::NaiveDate;

use super::CountyError;
use super::assign::{Assign, assign};
use super::dates::{self, Dates};
use super::known::{Known, one_of};
use super::source::{Source, settings};

/// Categories every county has.
const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];

/// A county's workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// The folder.
    pub root: PathBuf,
    /// Its settings' file.
    pub settings: PathBuf,
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
    /// Paper of boards for which no rule says another.
    pub paper: Paper,
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
    /// Which branch scores a member who moved.
    pub transfers: Transfers,
    /// What becomes of several files of one branch.
    pub parts: Parts,
    /// Files of the inbox that are known and not told: names with `*` and `?`.
    pub ignore: Vec<String>,
    /// Last year's results, for a run that names none.
    pub last_year: Option<PathBuf>,
    /// When boards go up and submissions are due.
    pub dates: Dates,
}

impl Workspace {
    /// Leaves out the five categories of Party members, where the county has others.
    pub fn forget_usual_categories(&mut self) {
        if self.categories.len() > CATEGORIES.len() {
            self.categories.retain(|category| !CATEGORIES.contains(&category.as_str()));
        }
    }

    /// What is the same in every part of a county: without where its files are, and without secrets.
    #[must_use]
    pub fn rules(&self) -> Self {
        Self {
            root: PathBuf::new(),
            settings: PathBuf::new(),
            register: PathBuf::new(),
            inbox: PathBuf::new(),
            ignore: Vec::new(),
            last_year: None,
            passwords: Passwords::default(),
            person_key: None,
            assign: self.assign.iter().map(Assign::without_place).collect(),
            ..self.clone()
        }
    }
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

/// `transfers`: which branch scores a member who moved within the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfers {
    /// The last one scores the whole year.
    #[default]
    Last,
    /// Each scores its own months.
    Each,
}

/// `parts`: what becomes of several files of one branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parts {
    /// They are put together.
    #[default]
    Join,
    /// One supersedes the others.
    Refuse,
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
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
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

/// Every key of `scorebook.toml` with what a county calls it.
pub(super) const NAMES: &Names = &[
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
    ("address", &["地址", "受理地址", "公示地址"]),
    ("count_posting_day", &["张贴日计入"]),
    ("returns", &["退回"]),
    ("collect", &["报送", "收报"]),
    ("due", &["报送截止", "截止日期", "截止"]),
    ("period", &["期间"]),
    ("corrections", &["更正公示", "更正"]),
    ("parts", &["分送合并", "合并"]),
    ("days", &["退回期限", "期限"]),
    ("to", &["报送至", "退回至"]),
    ("forms", &["表册", "表"]),
    ("archive", &["归档", "档案"]),
    ("fonds", &["全宗号"]),
    ("department", &["机构", "机构（问题）"]),
    ("retention", &["保管期限"]),
    ("transfers", &["调动计分"]),
    ("parts", &["分送合并"]),
    ("paper", &["公示纸张", "纸张"]),
    ("ignore", &["忽略文件", "忽略"]),
    ("last_year", &["上年结果", "去年结果"]),
    ("passwords", &["密码", "口令"]),
    ("person_key", &["密钥"]),
];

/// Reads and proves the settings of the folder.
///
/// # Errors
/// Everything that is wrong with them.
pub fn load_workspace(root: &Path, known: &Known<'_>) -> Result<Workspace, CountyError> {
    let source = settings(root)?;
    parse(root, &source, known).map_err(|error| CountyError::Config { path: source.path.clone(), error })
}

/// The same of a text that lies in no folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn workspace_of(text: &str, known: &Known<'_>) -> Result<Workspace, CountyError> {
    let source = Source::of_text(text);
    parse(Path::new(""), &source, known).map_err(|error| CountyError::Config { path: source.path.clone(), error })
}

/// Every key of the file, in the order of its description.
fn parse(root: &Path, source: &Source, known: &Known<'_>) -> Result<Workspace, ConfigError> {
    let parsed = source.parsed();
    let mut reader = Reader::new(&parsed, NAMES, &SECRETS);
    for fault in &source.faults {
        reader.refuse_at(fault.clone());
    }
    let mut keys = reader.keys(&parsed);
    let county = reader.text(&mut keys, "county").value;
    let county_code = text_of(&mut reader, &mut keys, "county_code");
    let issuer = reader.text(&mut keys, "issuer").value;
    reader.required(&mut keys, "year");
    let year = reader.optional_whole(&mut keys, "year", 1949..=9998).map(|year| year as i32);
    let register = root.join(reader.text(&mut keys, "register").value);
    let inbox = root.join(reader.text(&mut keys, "inbox").value);
    let scheme = reader.text(&mut keys, "scheme");
    let scheme = known.scheme(&mut reader, &scheme);
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
    let transfers = reader.optional_choice(&mut keys, "transfers", &[("last", Transfers::Last), ("each", Transfers::Each)]);
    let parts = reader.optional_choice(&mut keys, "parts", &[("join", Parts::Join), ("refuse", Parts::Refuse)]);
    let paper = paper(&mut reader, &mut keys).unwrap_or_default();
    let ignore = reader.texts(&mut keys, "ignore").into_iter().map(|pattern| pattern.value).collect();
    let last_year = text_of(&mut reader, &mut keys, "last_year").map(|folder| root.join(folder));
    let dates = Dates::read(&mut reader, &mut keys, year);
    let returns = returns(&mut reader, &mut keys);
    let forms = forms(&mut reader, &mut keys, known);
    let archive = archive(&mut reader, &mut keys, known);
    let passwords = reader.texts(&mut keys, "passwords").into_iter().map(|password| password.value).collect();
    let person_key = person_key(&mut reader, &mut keys);
    reader.finish(keys);
    reader.end(Workspace {
        root: root.to_owned(),
        settings: source.path.clone(),
        county,
        county_code,
        issuer,
        year: year.unwrap_or_default(),
        register,
        inbox,
        scheme,
        paper,
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
        transfers: transfers.unwrap_or_default(),
        parts: parts.unwrap_or_default(),
        ignore,
        last_year,
        dates,
    })
}

/// An optional text; an empty one is none.
pub(super) fn text_of<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str) -> Option<String> {
    keys.get(key).filter(|node| node.get_ref().as_str() != Some(""))?;
    reader.optional_text(keys, key).map(|text| text.value)
}

/// What a board is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    /// A wall's sheet.
    #[default]
    A3,
    /// What every village can print.
    A4,
}

/// `board_paper`, also written `paper`: the paper of boards.
pub(super) fn paper<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> Option<Paper> {
    let key = if keys.has("board_paper") { "board_paper" } else { "paper" };
    let written = reader.optional_text(keys, key)?;
    match folded(&written.value).to_uppercase().as_str() {
        "A3" => Some(Paper::A3),
        "A4" => Some(Paper::A4),
        _ => {
            reader.fault(
                &written.span,
                format!("公示纸张不能是“{}”；可用：A3 A4", written.value),
                format!("`{key}` cannot be `{}`; allowed: A3 A4", written.value),
            );
            None
        }
    }
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
        forms.insert(every, written.iter().map(|form| known.form(reader, form)).collect());
    }
    reader.finish(keys);
    forms
}

/// `[archive]`.
fn archive<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, known: &Known<'_>) -> ArchiveRules {
    let Some(mut keys) = reader.optional_table(keys, "archive") else { return ArchiveRules::default() };
    let mut retention = BTreeMap::new();
    for (kind, node) in reader.named(&mut keys, "retention") {
        one_of(reader, &kind, ("种文件", "kind of document"), known.forms.iter().map(|(id, _)| *id).chain(ARCHIVED_KINDS));
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const GOOD: &str =
        "county='示范县'\nissuer='中共示范县委组织部'\nyear=2026\nregister='r.xlsx'\ninbox='inbox'\nscheme='ju-10star'\n";

    const SCHEMES: [(&str, &str); 2] = [("ju-10star", "评星定格积分制"), ("register-60", "积分登记制")];

    pub fn parse_text(text: &str) -> Result<Workspace, ConfigError> {
        parse(
            Path::new("w"),
            &Source::of_text(text),
            &Known {
                schemes: &SCHEMES.map(|(id, name)| (id.into(), name.into())),
                forms: &[("board", "考核公示栏"), ("registry", "积分登记表")],
            },
        )
    }

    #[test]
    fn schemes_and_forms_go_by_name_too() {
        let text = GOOD.replace("ju-10star", "评星定格积分制")
            + "[[assign]]\ncategory='农村党员'\nscheme='积分登记制'\n[forms]\nmonth=['考核公示栏']\n";
        let workspace = parse_text(&text).expect("loads");
        assert_eq!(workspace.schemes(), ["ju-10star", "register-60"]);
        assert_eq!(workspace.forms[&Every::Month], ["board"]);
        let told = parse_text(&text.replace("考核公示栏", "考核公示")).expect_err("refused").message("f", Lang::Zh);
        assert!(
            told.contains("没有“考核公示”这张表；可用的有：board（考核公示栏） registry（积分登记表）；是否想写“考核公示栏”？"),
            "{told}"
        );
    }

    #[test]
    fn boards_are_printed_on_a3_or_a4() {
        let rule = "paper='A3'\n[[assign]]\ncategory='农村党员'\nboard_paper='A4'\n";
        let workspace = parse_text(&format!("{GOOD}{rule}")).expect("loads");
        let branch = super::super::Branch::default();
        assert_eq!((workspace.paper_of(&branch, "农村党员"), workspace.paper_of(&branch, "机关党员")), (Paper::A4, Paper::A3));
        let told = parse_text(&format!("{GOOD}{}", rule.replace("A4", "B5"))).expect_err("refused").message("f", Lang::En);
        assert!(told.starts_with("f:10:13: ") && told.contains("allowed: A3 A4"), "{told}");
        assert!(parse_text(&format!("{GOOD}{}", rule.replace("A4", "Ａ３"))).is_ok());
    }

    #[test]
    fn rules_are_compared_by_what_they_mean() {
        let rules = |text: &str| parse_text(text).expect("loads").rules();
        let more = "person_key='0123456789abcdef'\nparts='join'\n[[assign]]\nscheme='积分登记制'\ncategory='农村党员'\n[collect.'一季度']\ndue=2026-04-08\n";
        let other = "language='zh'\n\n[collect.'2026Q1']\ndue=2026-04-08\n[[assign]]\ncategory='农村党员'\nscheme='register-60'\n";
        let text = GOOD.replace("'r.xlsx'", "'b/r.xlsx'").replace("ju-10star", "评星定格积分制");
        assert_eq!(rules(&format!("{GOOD}{more}")), rules(&format!("{text}{other}")));
        assert_ne!(rules(GOOD), rules(&format!("{GOOD}transfers='each'\n")));
        assert_ne!(rules(&format!("{GOOD}{more}")), rules(&format!("{GOOD}{}", more.replace("04-08", "04-09"))));
    }

    #[test]
    fn secrets_are_not_shown() {
        let workspace = parse_text(&format!("{GOOD}person_key='0123456789abcdef'\npasswords=['geheim']\n")).expect("loads");
        assert_eq!(workspace.person_key.as_ref().map(Secret::reveal), Some("0123456789abcdef"));
        let shown = format!("{workspace:?}");
        assert!(!shown.contains("0123456789abcdef") && !shown.contains("geheim"), "{shown}");
    }
}
