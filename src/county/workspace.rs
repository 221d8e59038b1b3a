//! `scorebook.toml`, read strictly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::inside;
use crate::period::{Every, RunPeriod};
use crate::sheet::Passwords;

use super::dates::Dates;
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
    pub language: crate::diag::Lang,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveRules {
    /// 全宗号; without it documents get no 档号.
    pub fonds: Option<String>,
    /// 档案门类代码; WS (文书) where absent.
    pub category: Option<String>,
    /// 机构（问题）代码.
    pub department: Option<String>,
    /// 保管期限 by kind of document (a form's id, or one of [`ARCHIVED_KINDS`]): 永久, 30年 or 10年.
    #[serde(default)]
    pub retention: BTreeMap<String, String>,
}

/// Kinds of archived documents beside the forms.
pub const ARCHIVED_KINDS: [&str; 5] = ["submission", "register", "findings", "scheme", "data"];

const RETENTIONS: [&str; 3] = ["永久", "30年", "10年"];

/// Returned submissions: by when and to whom they come again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    category: Option<String>,
    committee: Option<String>,
    branch: Option<String>,
    /// The scheme.
    pub scheme: String,
    /// Where the file says it, from 1.
    #[serde(skip)]
    line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    county: String,
    county_code: Option<String>,
    issuer: String,
    year: i32,
    register: String,
    inbox: String,
    scheme: String,
    #[serde(default)]
    categories: Vec<String>,
    language: Option<String>,
    #[serde(default, deserialize_with = "date")]
    date: Option<NaiveDate>,
    #[serde(default)]
    assign: Vec<Assign>,
    #[serde(default)]
    returns: Returns,
    period: Option<String>,
    #[serde(default)]
    corrections: Corrections,
    #[serde(default)]
    notice: toml::Table,
    #[serde(default)]
    collect: toml::Table,
    #[serde(default)]
    forms: BTreeMap<Every, Vec<String>>,
    #[serde(default)]
    archive: ArchiveRules,
    #[serde(default)]
    passwords: Vec<String>,
    person_key: Option<String>,
}

pub(super) fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    use serde::de::Error;
    let value = Option::<toml::value::Datetime>::deserialize(deserializer)?;
    value
        .map(|value| {
            let date = value.date.ok_or_else(|| D::Error::custom("expected a date like 2026-12-14"))?;
            NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
                .ok_or_else(|| D::Error::custom("no such day"))
        })
        .transpose()
}

/// Reads and proves `scorebook.toml` in the folder. `known_schemes` are the ids that exist, `known_forms` the forms.
pub fn load_workspace(root: &Path, known_schemes: &[String], known_forms: &[&str]) -> Result<Workspace, CountyError> {
    let path = root.join("scorebook.toml");
    let bytes = inside::own(&path).map_err(|source| CountyError::Io { path: path.clone(), source })?;
    let text = decode(&bytes);
    parse(root, &path, &text, known_schemes, known_forms)
}

/// The same of a text that lies in no folder.
pub fn workspace_of(text: &str, known_schemes: &[String], known_forms: &[&str]) -> Result<Workspace, CountyError> {
    parse(Path::new(""), Path::new("scorebook.toml"), text, known_schemes, known_forms)
}

/// UTF-8 with or without BOM, else GB18030.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    }
}

fn parse(root: &Path, path: &Path, text: &str, known_schemes: &[String], known_forms: &[&str]) -> Result<Workspace, CountyError> {
    let fault = |line: usize, zh: String, en: String| CountyError::Config { path: path.to_owned(), line, zh, en };
    let mut file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        // A line of a list has no key before it; it may be a password.
        let bare =
            |key: &&str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        let key = key.filter(bare);
        let (zh, en) = match (error.message().rsplit_once("expected "), key) {
            (Some((_, expected)), None | Some("passwords")) if error.message().starts_with("invalid") => {
                explain(&format!("invalid value, expected {expected}"), key)
            }
            _ => explain(error.message(), key),
        };
        fault(line, zh, en)
    })?;
    let line_of = |needle: &str| text.lines().position(|line| line.contains(needle)).map_or(1, |at| at + 1);
    let rules = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("[[assign]]"));
    for (rule, (at, _)) in file.assign.iter_mut().zip(rules) {
        rule.line = at + 1;
    }
    for scheme in file.assign.iter().map(|rule| &rule.scheme).chain([&file.scheme]) {
        if !known_schemes.contains(scheme) {
            let near = nearest(scheme, known_schemes.iter().map(String::as_str));
            let all = known_schemes.join(" ");
            return Err(fault(
                line_of(scheme),
                format!("没有名为“{scheme}”的积分细则；可用的有：{all}{}", near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default()),
                format!(
                    "there is no scheme `{scheme}`; known are: {all}{}",
                    near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                ),
            ));
        }
    }
    let mut categories: Vec<String> = CATEGORIES.map(String::from).into();
    for category in &file.categories {
        if !categories.contains(category) {
            categories.push(category.clone());
        }
    }
    for rule in &file.assign {
        if let Some(category) = &rule.category
            && !categories.contains(category)
        {
            let all = categories.join("、");
            let near = nearest(category, categories.iter().map(String::as_str));
            return Err(fault(
                line_of(category),
                format!("没有“{category}”这一类别；可用的有：{all}{}", near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default()),
                format!(
                    "there is no category `{category}`; known are: {}{}",
                    categories.join(", "),
                    near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                ),
            ));
        }
        if rule.category.is_none() && rule.committee.is_none() && rule.branch.is_none() {
            return Err(fault(
                line_of("[[assign]]"),
                "[[assign]] 要写明 category、committee、branch 中的至少一项".into(),
                "[[assign]] needs at least one of category, committee, branch".into(),
            ));
        }
    }
    for form in file.forms.values().flatten() {
        if !known_forms.contains(&form.as_str()) {
            let near = nearest(form, known_forms.iter().copied());
            let all = known_forms.join(" ");
            return Err(fault(
                line_of(form),
                format!("没有名为“{form}”的表；可用的有：{all}{}", near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default()),
                format!(
                    "there is no form `{form}`; known are: {all}{}",
                    near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                ),
            ));
        }
    }
    for (kind, retention) in &file.archive.retention {
        let kinds = || known_forms.iter().chain(&ARCHIVED_KINDS).copied();
        if !kinds().any(|known| known == kind) {
            let near = nearest(kind, kinds());
            let all = kinds().collect::<Vec<_>>().join(" ");
            return Err(fault(
                line_of(kind),
                format!("没有“{kind}”这一种文件；可用的有：{all}{}", near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default()),
                format!(
                    "there is no kind of document `{kind}`; known are: {all}{}",
                    near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                ),
            ));
        }
        if !RETENTIONS.contains(&retention.as_str()) {
            return Err(fault(
                line_of(kind),
                format!("“{kind}”的保管期限“{retention}”不对；可用的有：{}", RETENTIONS.join(" ")),
                format!("`{kind}`: there is no retention period `{retention}`; known are: {}", RETENTIONS.join(" ")),
            ));
        }
    }
    if !(1949..=9998).contains(&file.year) {
        return Err(fault(
            line_of("year"),
            format!("年度 {} 不对，应为四位公历年", file.year),
            format!("year {} is not a four-digit year", file.year),
        ));
    }
    if file.person_key.as_ref().is_some_and(|key| key.chars().count() < SHORTEST_KEY) {
        return Err(fault(
            line_of("person_key"),
            format!("person_key 至少要 {SHORTEST_KEY} 个字符，最好用随机数，如 openssl rand -hex 32 的输出"),
            format!("person_key needs at least {SHORTEST_KEY} characters, best random ones such as `openssl rand -hex 32` gives"),
        ));
    }
    let language = match file.language.as_deref() {
        None | Some("zh") => crate::diag::Lang::Zh,
        Some("en") => crate::diag::Lang::En,
        Some(other) => {
            return Err(fault(
                line_of("language"),
                format!("language 只能是 \"zh\" 或 \"en\"，不能是“{other}”"),
                format!("language must be \"zh\" or \"en\", not `{other}`"),
            ));
        }
    };
    let year = file.year;
    let period = file.period.map(|written| {
        RunPeriod::parse(&written).filter(|run| run.year == year).ok_or_else(|| {
            fault(
                line_of("period"),
                format!("period 没有“{written}”这个期间；请写 {year}（全年）、{year}H1（上半年）、{year}Q3（三季度）或 {year}M07（7月）"),
                format!("period: there is no `{written}`; write {year}, {year}H1, {year}Q3 or {year}M07"),
            )
        })
    });
    let period = period.transpose()?;
    let dates = Dates::read(text, file.year, file.notice, file.collect).map_err(|(line, zh, en)| fault(line, zh, en))?;
    Ok(Workspace {
        root: root.to_owned(),
        county: file.county,
        county_code: file.county_code,
        issuer: file.issuer,
        year: file.year,
        register: root.join(file.register),
        inbox: root.join(file.inbox),
        scheme: file.scheme,
        assign: file.assign,
        categories,
        language,
        date: file.date,
        forms: file.forms,
        archive: file.archive,
        returns: file.returns,
        passwords: Passwords::new(file.passwords),
        person_key: file.person_key.map(Secret),
        period,
        corrections: file.corrections,
        dates,
    })
}

/// The line of a key, from 1: the first below its table's header that begins with it.
pub(super) fn line_below(text: &str, header: &str, key: &str) -> usize {
    let from = text.lines().position(|line| line.trim().replace(' ', "").replace('\'', "\"").starts_with(header)).unwrap_or(0);
    let below = text.lines().skip(from).position(|line| line.trim_start().trim_start_matches(['"', '\'']).starts_with(key));
    from + below.unwrap_or(0) + 1
}

/// The parser's message, with the nearest allowed name, in both languages. `key` is what stands before the `=`.
pub(super) fn explain(message: &str, key: Option<&str>) -> (String, String) {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let near = names.split_first().and_then(|(written, allowed)| nearest(written, allowed.iter().copied()));
    if ["unknown field", "unknown variant"].iter().any(|fault| message.starts_with(fault))
        && let Some((written, allowed)) = names.split_first()
    {
        let zh_near = near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default();
        let en_near = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        return (format!("不认识的项“{written}”；可用的有：{}{zh_near}", allowed.join(" ")), format!("{message}{en_near}"));
    }
    if message.starts_with("missing field")
        && let Some(name) = names.first()
    {
        return (format!("缺少必填项“{name}”"), message.to_owned());
    }
    if message.starts_with("duplicate key") {
        let twice = names.first().copied().or(key).unwrap_or_default();
        return (format!("“{twice}”写了两次，请只留一个"), format!("`{twice}` is given twice: keep one"));
    }
    // A text whose closing quotation mark is missing, or that has one of another kind.
    if message.contains("string, expected") || ["expected `\"`", "expected `'`"].iter().any(|end| message.ends_with(end)) {
        let of = key.map(|key| format!("“{key}”的")).unwrap_or_default();
        let en_of = key.map(|key| format!(" of `{key}`")).unwrap_or_default();
        return (
            format!("{of}文字没有用引号括完：两头都要有半角引号 \""),
            format!("the text{en_of} is not closed: it needs a plain \" at both ends"),
        );
    }
    let zh_key = key.map(|key| format!("“{key}”的")).unwrap_or_default();
    let en = key.map_or_else(|| message.to_owned(), |key| format!("`{key}`: {message}"));
    let Some((_, expected)) = message.rsplit_once("expected ").filter(|_| message.starts_with("invalid")) else {
        return ("看不懂这一行：应写成“名称 = 值”，文字要加引号".into(), en);
    };
    let expected = match expected {
        "i32" | "i64" | "u32" | "u16" | "u8" => "整数",
        "a string" => "文字，要加引号",
        "a boolean" => "true 或 false",
        "a sequence" => "列表，写在 [ ] 里",
        other if other.contains("date") || other.contains("Datetime") => "日期，如 2026-12-14，不加引号",
        _ => "另一种值",
    };
    // The parser quotes text that was written: `invalid type: string "soon", expected i32`.
    let written = message.split('"').nth(1).map(|text| format!("“{text}”")).unwrap_or_default();
    (format!("{zh_key}值{written}不对，应是{expected}"), en)
}

/// The likeliest of the allowed names.
pub fn nearest<'a>(written: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    allowed
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(written, name), name))
        .filter(|(likeness, _)| *likeness > 0.4)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Proves that every committee and branch of the `[[assign]]` rules is in the register: a rule that matches nobody would
/// score a whole committee by another scheme than was meant.
///
/// # Errors
/// [`CountyError::Config`] with the rule's line and the nearest name.
pub fn check_rules(workspace: &Workspace, register: &Register) -> Result<(), CountyError> {
    let committees = register.committees();
    let codes: Vec<&str> = register.branches.iter().map(|branch| branch.code.as_str()).collect();
    for rule in &workspace.assign {
        for (written, known, zh, en) in
            [(&rule.committee, &committees, "这个上级党组织", "committee"), (&rule.branch, &codes, "这个支部编码", "branch code")]
        {
            let Some(written) = written.as_deref().filter(|written| !known.contains(written)) else { continue };
            let near = nearest(written, known.iter().copied());
            return Err(CountyError::Config {
                path: workspace.root.join("scorebook.toml"),
                line: rule.line,
                zh: format!(
                    "[[assign]]：机构名册中没有“{written}”{zh}{}",
                    near.map(|near| format!("。您是否想写 {near}？")).unwrap_or_default()
                ),
                en: format!(
                    "[[assign]]: the register has no {en} `{written}`{}",
                    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
                ),
            });
        }
    }
    Ok(())
}

impl Workspace {
    /// The scheme of a branch's members of a category: the last rule that matches, else the workspace's.
    pub fn scheme_of(&self, branch: &Branch, category: &str) -> &str {
        let matches = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        self.assign
            .iter()
            .rev()
            .find(|rule| {
                matches(&rule.category, category) && matches(&rule.committee, &branch.committee) && matches(&rule.branch, &branch.code)
            })
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
    use crate::diag::Lang;

    const GOOD: &str = "county='示范县'\nissuer='中共示范县委组织部'\nyear=2026\nregister='r.xlsx'\ninbox='inbox'\nscheme='ju-10star'\n";

    fn parse_text(text: &str) -> Result<Workspace, CountyError> {
        parse(Path::new("w"), Path::new("w/scorebook.toml"), text, &["ju-10star".into(), "register-60".into()], &["board", "registry"])
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
    fn names_line_and_nearest_word() {
        for (text, line, part) in [
            (format!("{GOOD}schem='x'\n"), 7, "您是否想写 scheme"),
            (GOOD.replace("ju-10star", "ju-10stars"), 6, "您是否想写 ju-10star"),
            (format!("{GOOD}[notice]\nphon='1'\n"), 8, "您是否想写 phone"),
            (format!("{GOOD}[forms]\nyear=['bord']\n"), 8, "您是否想写 board"),
            (format!("{GOOD}[archive.retention]\nbord='10年'\n"), 8, "您是否想写 board"),
            (format!("{GOOD}[forms]\nmonths=['board']\n"), 8, "您是否想写 month？"),
            (format!("{GOOD}[notice]\nphone='1'\nphone='2'\n"), 9, "“phone”写了两次"),
            (format!("{GOOD}[notice]\nphone='1'\nposted='十二月'\n"), 9, "“posted”的值“十二月”不对，应是日期"),
            (format!("{GOOD}[notice]\nphone='1'\n[notice.\"2026Q3\"]\nphone='1'\nposted='十月'\n"), 11, "“posted”的值“十月”不对"),
            (GOOD.replace("county='示范县'", "county=\"示范县"), 1, "“county”的文字没有用引号括完"),
            (GOOD.replace("county='示范县'", "county='示范县"), 1, "“county”的文字没有用引号括完"),
            (format!("{GOOD}[archive.retention]\nboard='长期'\n"), 8, "永久 30年 10年"),
            (GOOD.replace("year=2026", "year='2026'"), 3, "应是整数"),
            (format!("{GOOD}person_key='short'\n"), 7, "至少要 16 个字符"),
            (GOOD.replace("issuer='中共示范县委组织部'\n", ""), 1, "缺少必填项“issuer”"),
        ] {
            match parse_text(&text).expect_err("must be refused") {
                CountyError::Config { line: found, zh, .. } => {
                    assert!(zh.contains(part), "{zh}");
                    assert_eq!(found, line, "{zh}");
                }
                other => panic!("{}", other.message(Lang::Zh)),
            }
        }
    }

    #[test]
    fn rules_name_committees_and_branches_of_the_register() {
        let branch = Branch { code: "0101".into(), committee: "第一党委".into(), ..Branch::default() };
        let register = Register { branches: vec![branch] };
        let told = |rule: &str| {
            let text = format!("{GOOD}[[assign]]\ncommittee='第一党委'\nscheme='register-60'\n[[assign]]\n{rule}\nscheme='register-60'\n");
            check_rules(&parse_text(&text).expect("loads"), &register).err().map(|error| error.message(Lang::Zh))
        };
        assert_eq!(told("branch='0101'"), None);
        let (committee, code) = (told("committee='第一党为'").unwrap_or_default(), told("branch='101'").unwrap_or_default());
        assert!(committee.contains("第10行") && committee.ends_with("没有“第一党为”这个上级党组织。您是否想写 第一党委？"), "{committee}");
        assert!(code.contains("没有“101”这个支部编码。您是否想写 0101？"), "{code}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let workspace = parse_text(&format!("{GOOD}person_key='0123456789abcdef'\npasswords=['geheim']\n")).expect("loads");
        assert_eq!(workspace.person_key.as_ref().map(Secret::reveal), Some("0123456789abcdef"));
        let shown = format!("{workspace:?}");
        assert!(!shown.contains("0123456789abcdef") && !shown.contains("geheim"), "{shown}");
    }

    #[test]
    fn reads_gb18030() {
        let (bytes, _, _) = encoding_rs::GB18030.encode(GOOD);
        assert!(decode(&bytes).contains("示范县"));
    }
}
