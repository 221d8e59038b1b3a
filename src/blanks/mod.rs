//! What the blank workbook of a branch is: [`workbook()`] decides which sheets, columns and rows it gets, from register, schemes
//! and the last roster, and `xlsx::blank` draws them. `submission` must read a filled-in workbook without a finding. A marked
//! copy of one that came back in a format without drop-downs gets them anew from here.

mod columns;
mod rows;

use chrono::NaiveDate;

use crate::county::Branch;
use crate::period::{Every, Period, zh_date};
use crate::scheme::{Scheme, Terms};
use crate::submission::{Day, Member, Reason};
use crate::table::Value;
use crate::workbook::{self, VERSION, column};
use crate::xlsx::blank::{Blank, Body, Column, Entry, Sheet};

/// Custom property that names the template's version.
pub const TEMPLATE_PROPERTY: &str = "scorebook.template";
/// Custom property that names the schemes.
pub const SCHEME_PROPERTY: &str = "scorebook.scheme";
/// Name of the sheet of instructions; readers pass over it.
pub const GUIDE: &str = "填报说明";

/// Someone on a branch's last roster.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of 党员名册, see `submission::Member`")]
pub struct Listed {
    pub seq: i64,
    pub name: String,
    pub sex: Option<String>,
    pub nation: Option<String>,
    pub id: Option<String>,
    pub born: Option<Day>,
    pub joined: Option<Day>,
    pub probationary: bool,
    pub category: String,
    pub post: Option<String>,
    pub first_month: u8,
    pub last_month: u8,
    pub left: Option<Day>,
    pub reason: Option<Reason>,
    pub confirmed: Option<Day>,
    pub arrived: Option<Day>,
    pub former: Option<String>,
    pub exempt: Option<String>,
    pub direct_grade: Option<String>,
    pub unwilling: bool,
    pub helper: Option<String>,
    pub remark: Option<String>,
}

impl From<&Member> for Listed {
    fn from(member: &Member) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let stars = member.direct_stars.map(|stars| format!("{stars}星"));
        let direct: Vec<String> = member.direct_grade.as_deref().map(str::to_owned).into_iter().chain(stars).collect();
        Self {
            seq: member.seq,
            name: member.name.to_string(),
            sex: text(&member.sex),
            nation: text(&member.nation),
            id: text(&member.id),
            born: member.born,
            joined: member.joined,
            probationary: member.is_probationary(Period::YEAR),
            left: member.course.left,
            reason: member.course.reason,
            confirmed: member.course.confirmed,
            arrived: member.course.arrived,
            former: text(&member.course.former),
            category: member.category.to_string(),
            post: text(&member.post),
            first_month: member.first_month,
            last_month: member.last_month,
            exempt: text(&member.exempt),
            direct_grade: (!direct.is_empty()).then(|| direct.join("/")),
            unwilling: !member.willing,
            helper: text(&member.helper),
            remark: None,
        }
    }
}

impl Listed {
    /// The member as a roster of a later year begins: who left in the course of the year is gone, and what was decided for
    /// that year alone is open again.
    pub fn next_year(self) -> Option<Self> {
        let stays = self.last_month == 12 && self.left.is_none() && self.reason.is_none();
        stays.then_some(Self { first_month: 1, direct_grade: None, confirmed: None, arrived: None, former: None, ..self })
    }
}

/// What blank workbooks of a county have in common.
#[derive(Clone, Copy)]
pub struct County<'a> {
    /// 发文机关, the author of the workbooks.
    pub issuer: &'a str,
    /// The year.
    pub year: i32,
    /// The run's date.
    pub date: NaiveDate,
    /// Schemes of the workspace.
    pub schemes: &'a [Scheme],
    /// Categories that exist.
    pub categories: &'a [String],
    /// By when each period's submission is due, in the order of the year; periods without a deadline are left out.
    pub deadlines: &'a [(Period, NaiveDate)],
}

/// A branch's workbook. `roster` is empty where none is known; `scheme_of` gives the scheme of a category's members as
/// an index into the schemes.
pub fn workbook(county: &County<'_>, branch: &Branch, roster: &[Listed], scheme_of: &dyn Fn(&str) -> usize) -> Blank {
    let own = categories(county, branch, roster);
    // Whoever joins in the course of the year may be of any category: a first secretary in a village is none of its farmers.
    let others = county.categories.iter().map(String::as_str).filter(|name| !own.contains(name));
    let all: Vec<(&str, usize)> = own.iter().copied().chain(others).map(|name| (name, scheme_of(name))).collect();
    let mut used: Vec<usize> = all.iter().map(|(_, scheme)| *scheme).collect();
    used.sort_unstable();
    used.dedup();
    let schemes: Vec<&Scheme> = used.iter().map(|at| &county.schemes[*at]).collect();
    let named: Vec<String> = schemes.iter().map(|scheme| format!("{} {}", scheme.id, scheme.version)).collect();
    let named = named.join("、");
    let expected = branch.members.map_or(rows::UNKNOWN_ROSTER, |members| members as usize);
    let of = rows::Members { roster, categories: &own, expected, months: (branch.first_month(), branch.last_month()) };
    let mut sheets = vec![cover(county, branch, &named)];
    // Where branches alone are scored nobody asks who belongs to them.
    let of_members = schemes.iter().any(|scheme| scheme.scores_members());
    if of_members {
        sheets.push(rows::roster(county, branch, roster));
    }
    // One vocabulary for the whole workspace, which its schemes say.
    let terms = &schemes[0].terms;
    let said = |sheet: Sheet| in_terms(sheet, terms);
    sheets = sheets.into_iter().map(said).collect();
    let known = |sheet: Sheet| {
        let sheet = said(sheet);
        Sheet { title: format!("{} {}（{}年度）", branch.name, sheet.name, county.year), ..sheet }
    };
    let scored: Vec<(&str, usize)> = all.iter().filter(|(_, scheme)| county.schemes[*scheme].scores_members()).copied().collect();
    for (name, scheme, served) in serve(workbook::ENTRIES.name, &scored, |scheme| county.schemes[scheme].member.by_category()) {
        sheets.push(known(rows::entries(&name, &county.schemes[scheme], &served, &of, county)));
    }
    let polled: Vec<(&str, usize)> = all.iter().filter(|(_, scheme)| !county.schemes[*scheme].polls.is_empty()).copied().collect();
    for (name, scheme, served) in serve(workbook::POLL.name, &polled, |_| false) {
        sheets.extend(rows::ballots(&name, &county.schemes[scheme], &served, &of).map(known));
    }
    sheets.extend(rows::adjustments(&schemes, county.year).map(known));
    sheets.extend(rows::vetoes(&schemes, county.year).map(known));
    let here: Vec<(&str, &Scheme)> = own.iter().map(|name| (*name, &county.schemes[scheme_of(name)])).collect();
    sheets.extend(rows::nominations(&schemes, &here, &of).map(known));
    sheets.extend(schemes.iter().find_map(|scheme| rows::branch_scores(scheme, &of)).map(known));
    let guide = if of_members { guide(county, &here) } else { branch_guide(county, &here) };
    let guide = guide.iter().map(|line| terms.say(line).into_owned()).collect();
    Blank {
        title: format!("{} {}年报送表", branch.name, county.year),
        author: county.issuer.to_owned(),
        date: county.date,
        properties: vec![(TEMPLATE_PROPERTY.to_owned(), VERSION.to_owned()), (SCHEME_PROPERTY.to_owned(), named)],
        guide: (GUIDE.to_owned(), guide),
        sheets,
    }
}

/// A sheet in an organisation's own words: its name and what is said on it, and headings that are the program's, not the scheme's items.
fn in_terms(mut sheet: Sheet, terms: &Terms) -> Sheet {
    if terms.are_usual() {
        return sheet;
    }
    let say = |text: &mut String| *text = terms.say(text).into_owned();
    let said = |own: &mut Column| {
        if workbook::SHEETS.iter().any(|sheet| sheet.has(&own.heading)) {
            say(&mut own.heading);
        }
        say(&mut own.note);
        if let Entry::From { sheet, .. } = &mut own.entry {
            say(sheet);
        }
    };
    match &mut sheet.body {
        Body::Table { columns, rows, .. } => {
            // When somebody joined the Party and became a full member nobody asks where there is none.
            let of_party = |own: &Column| [column::JOINED, column::STATUS, column::CONFIRMED].contains(&own.heading.as_str());
            let others = terms.say("党员") != "党员";
            for at in (0..columns.len()).rev().filter(|_| others) {
                if of_party(&columns[at]) {
                    columns.remove(at);
                    rows.iter_mut().filter(|row| at < row.len()).for_each(|row| drop(row.remove(at)));
                }
            }
            columns.iter_mut().for_each(said);
        }
        Body::Fields(fields) => fields.iter_mut().map(|(own, _)| own).for_each(said),
        Body::Items { .. } => {}
    }
    [&mut sheet.name, &mut sheet.title, &mut sheet.note].into_iter().chain(&mut sheet.foot).for_each(say);
    sheet
}

/// Categories that the branch's members have; without a roster the one that 类型 in the register names, else all.
fn categories<'a>(county: &County<'a>, branch: &Branch, roster: &'a [Listed]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for member in roster {
        if county.categories.contains(&member.category) && !found.contains(&member.category.as_str()) {
            found.push(&member.category);
        }
    }
    if found.is_empty() {
        let kind = branch.kind.as_deref().unwrap_or_default();
        let named: Vec<&str> =
            county.categories.iter().map(String::as_str).filter(|name| !kind.is_empty() && name.trim_end_matches("党员") == kind).collect();
        found = if named.is_empty() { county.categories.iter().map(String::as_str).collect() } else { named };
    }
    // The county's order, so that sheets stand alike in every branch's workbook.
    found.sort_by_key(|name| county.categories.iter().position(|own| own == name));
    found
}

/// Which sheet of a kind serves which categories: its name, scheme and categories. One scheme whose items are the same
/// for all needs one sheet; every other category gets its own.
fn serve<'a>(kind: &str, categories: &[(&'a str, usize)], by_category: impl Fn(usize) -> bool) -> Vec<(String, usize, Vec<&'a str>)> {
    let plain = categories.iter().map(|(_, scheme)| *scheme).find(|scheme| !by_category(*scheme));
    workbook::spread(kind, categories, plain)
}

fn cover(county: &County<'_>, branch: &Branch, schemes: &str) -> Sheet {
    let optional = |text: &Option<String>| text.as_deref().map_or(Value::Empty, Value::from);
    let given = |heading: &str, value: Value| {
        (Column { locked: true, ..columns::field(heading, Entry::Text, true, "由县里填好，请勿改动。") }, value)
    };
    let open = |heading: &str, entry: Entry, note: &str, value: Value| (columns::field(heading, entry, false, note), value);
    let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(county.date);
    let fields = vec![
        given(column::BRANCH_NAME, branch.name.as_str().into()),
        given(column::BRANCH_CODE, branch.code.as_str().into()),
        given(column::COMMITTEE, branch.committee.as_str().into()),
        (
            Column {
                locked: true,
                ..columns::field(column::YEAR, columns::whole(county.year.into(), county.year.into()), true, "由县里填好，请勿改动。")
            },
            i64::from(county.year).into(),
        ),
        open(column::SECRETARY, Entry::Free, "", optional(&branch.secretary)),
        open(column::FILLED_BY, Entry::Free, "填这份表的人。", Value::Empty),
        open(column::PHONE, Entry::Text, "有问题时找谁，写填报人的电话。", optional(&branch.phone)),
        open(
            column::REPORTED,
            Entry::Date { from: day(county.year, 1, 1), to: day(county.year + 1, 12, 31) },
            "报出这份表的日期。同一支部报过几次的，以报出日期最晚的一份为准。",
            Value::Empty,
        ),
        given(column::TEMPLATE, format!("{VERSION}（{schemes}）").into()),
    ];
    Sheet {
        name: workbook::COVER.name.into(),
        title: format!("{}年度党员积分报送表", county.year),
        body: Body::Fields(fields),
        foot: deadlines(county, |_| true).into_iter().chain(SIGNATURES.map(str::to_owned)).collect(),
        ..Sheet::default()
    }
}

/// Where those sign who answer for what is filled in.
pub const SIGNATURES: [&str; 3] =
    ["填报人签字：", "支部书记签字：", "党支部（盖章）\u{3000}\u{3000}\u{3000}\u{3000}年\u{3000}\u{3000}月\u{3000}\u{3000}日"];

/// `报送截止：一季度2026年4月8日、…`; none if no such period has a deadline.
fn deadlines(county: &County<'_>, asked: impl Fn(Period) -> bool) -> Option<String> {
    let known = county.deadlines.iter().filter(|(period, _)| asked(*period));
    let told: Vec<String> = known.map(|(period, day)| format!("{}{}", period.zh(), zh_date(*day))).collect();
    (!told.is_empty()).then(|| format!("报送截止：{}。", told.join("、")))
}

/// What to do, in the order in which a clerk does it; what concerns categories that the branch does not have is left out.
fn guide(county: &County<'_>, here: &[(&str, &Scheme)]) -> Vec<String> {
    let year = county.year;
    let mut lines = vec![
        format!("{year}年度党员积分报送表填报说明"),
        "一、这份工作簿一年用到底：每到一个期间把该期间的行填好，报送整份工作簿；以后各期间的空行不用管，也不要删。".into(),
        "二、先核对“党员名册”：调入、发展的党员加在最后，不计分的填免积分原因和直评等次。身份证号按文本填写。".into(),
        "三、有人离开的不要删行：填离开日期，从列表里选离开原因（去世、转出、出党、停止党籍、其他），算到离开的那个月，以后各期不用再填；年底不用他的测评票，公示栏上也不写离开原因。从别的支部转来的填转入日期和原支部，从转入的那个月起填登记，全年分数由县里把两个支部的登记合起来算。预备党员转正的填转正日期，党员状态改不改都行。".into(),
        "四、“积分登记”按期间排列，同一期间的党员排在一起；点“期间”栏标题上的箭头，可以只看要填的期间。名册有增减的，请在表尾照样加行，或删去整行。全表没有一笔扣分、加分的，任选一格填 0，以免当作没有填。".into(),
        "五、标题行受保护，没有密码；底色偏红的栏必须填，带下拉箭头的栏请从列表中选。把鼠标放在栏目名称上，可以看到填写要求。".into(),
        "六、只填原始分，不要自己算小计、合计、折算分；不要合并单元格。".into(),
        "七、填好后保存，按“支部编码-支部名称”命名，报上级党组织。需要纸质件的，打印后由填报人、支部书记签字并盖章。".into(),
    ];
    if let Some(deadlines) = deadlines(county, |_| true) {
        lines.push(format!("八、{deadlines}"));
    }
    let mut told: Vec<&str> = Vec::new();
    for (_, scheme) in here {
        if told.contains(&scheme.id.as_str()) {
            continue;
        }
        told.push(&scheme.id);
        let own: Vec<&str> = here.iter().filter(|(_, other)| other.id == scheme.id).map(|(category, _)| *category).collect();
        lines.extend(scheme_guide(scheme, &own));
    }
    lines
}

/// What to do where nothing but the branch itself is scored.
fn branch_guide(county: &County<'_>, here: &[(&str, &Scheme)]) -> Vec<String> {
    let mut lines = vec![
        format!("{}年度支部积分报送表填报说明", county.year),
        "一、这份工作簿一年用到底：每到一个期间把“支部积分”里该期间的行填好，报送整份工作簿；以后各期间的空行不用管，也不要删。".into(),
        "二、标题行受保护，没有密码；底色偏红的栏必须填，带下拉箭头的栏请从列表中选。把鼠标放在栏目名称上，可以看到填写要求。".into(),
        "三、只填原始分，不要自己算小计、合计、折算分；不要合并单元格。".into(),
        "四、填好后保存，按“支部编码-支部名称”命名，报上级党组织。需要纸质件的，打印后由填报人、支部书记签字并盖章。".into(),
    ];
    if let Some(deadlines) = deadlines(county, |_| true) {
        lines.push(format!("五、{deadlines}"));
    }
    let mut told: Vec<&str> = Vec::new();
    for (_, scheme) in here {
        let Some(rules) = scheme.branch_sheet().filter(|_| !told.contains(&scheme.id.as_str())) else { continue };
        told.push(&scheme.id);
        lines.extend([String::new(), format!("积分细则：{}（{}，版本 {}）", scheme.name, scheme.id, scheme.version)]);
        lines.push(format!("登记期间：{}", columns::periods(rules.every).join("、")));
        lines.extend(rules.items.iter().map(|item| format!("{}：{}", item.name, columns::item_rule(item, scheme))));
    }
    lines
}

/// The hints of one scheme for the categories of the branch that it scores.
fn scheme_guide(scheme: &Scheme, categories: &[&str]) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("积分细则：{}（{}，版本 {}）", scheme.name, scheme.id, scheme.version),
        format!("登记期间：{}", columns::periods(scheme.member.every).join("、")),
    ];
    // Items that are filled in alike stand in one line.
    let mut rules: Vec<(String, Vec<&str>)> = Vec::new();
    for item in &scheme.member.items {
        let whose: Vec<&str> = categories.iter().copied().filter(|category| item.applies_to(category)).collect();
        if whose.is_empty() {
            continue;
        }
        let of = if whose.len() == categories.len() { String::new() } else { format!("（{}）", whose.join("、")) };
        let rule = format!("{of}：{}", columns::item_rule(item, scheme));
        match rules.iter_mut().find(|(own, _)| *own == rule) {
            Some((_, names)) => names.push(&item.name),
            None => rules.push((rule, vec![&item.name])),
        }
    }
    lines.extend(rules.into_iter().map(|(rule, names)| format!("{}{rule}", names.join("、"))));
    for poll in &scheme.polls {
        let words: Vec<&str> = poll.words.iter().map(|(word, _)| word.as_str()).collect();
        let filled =
            |max: &crate::exact::Exact| if words.is_empty() { format!("0～{}分", columns::plain(max)) } else { words.join("、") };
        let names: Vec<String> = poll.columns.iter().map(|(name, max)| format!("{name} {}", filled(max))).collect();
        let every = if poll.every == Every::Year { "" } else { crate::scheme::each_word(poll.every) };
        lines.push(format!("{}：{every}每名计分党员不少于{}票；{}", poll.title(), poll.min_ballots, names.join("、")));
    }
    lines
}
