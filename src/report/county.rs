//! The county's overview as tables (全县汇总) and the list of everything found (问题清单).

use std::collections::BTreeMap;

use crate::county::Branch;
use crate::diag::{Code, Fact, Finding, Lang, Severity, Terms, severity_word};
use crate::exact::{Decimal, Exact};
use crate::period::Period;
use crate::rollup::{Change, Counts, Outcome, Unusual, grades_of};
use crate::scheme::Scheme;
use crate::submission::{Roll, Submission};
use crate::table::{Align, Chart, Column, Sheet, Value, Workbook};

use super::aside::{joined, set_aside, told};
use crate::forms::{Issuer, Standing, masked, stars_text};

/// One branch for the overview.
pub struct BranchLine<'a> {
    /// Position in the register.
    pub at: usize,
    /// Its entry in the register.
    pub branch: &'a Branch,
    /// What became of it.
    pub standing: Standing,
    /// The files it rests on.
    pub files: Option<String>,
    /// Its accepted submission with outcomes.
    pub accepted: Option<(&'a Submission, &'a [Outcome])>,
    /// Folder of its forms, relative to the workbook.
    pub folder: Option<String>,
}

/// Everything the overview shows.
pub struct Overview<'a> {
    /// The county and the run.
    pub issuer: &'a Issuer,
    /// Schemes; outcomes point into them.
    pub schemes: &'a [Scheme],
    /// Branches in the register's order.
    pub branches: Vec<BranchLine<'a>>,
    /// All findings.
    pub findings: &'a [Finding],
    /// Files received.
    pub files: usize,
    /// Published scores that are others now, by position in the register.
    pub changes: &'a BTreeMap<usize, Vec<Change>>,
    /// Unusual branches.
    pub unusual: &'a [Unusual],
}

impl Overview<'_> {
    /// Findings by branch code, in output order: looked up once a branch, not searched.
    pub fn by_branch(&self) -> BTreeMap<&str, Vec<&Finding>> {
        let mut found: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in self.findings {
            if let Some(code) = &finding.branch_code {
                found.entry(code).or_default().push(finding);
            }
        }
        found
    }
}

pub(super) fn column(heading: &str, width: f64) -> Column {
    Column::new(heading, width)
}

fn number(heading: &str, width: f64) -> Column {
    Column::new(heading, width).align(Align::Right)
}

fn count(value: u64) -> Value {
    Value::Number(Decimal::from(value as i64))
}

fn size(value: usize) -> Value {
    count(value as u64)
}

pub(super) fn text(value: impl AsRef<str>) -> Value {
    if value.as_ref().is_empty() { Value::Empty } else { Value::Text(value.as_ref().to_owned()) }
}

fn share(part: u64, whole: u64) -> Value {
    let share = (whole > 0).then(|| (Exact::from(part as i64) / whole as i64).published_decimal(6)).flatten();
    share.map_or(Value::Empty, Value::Share)
}

fn score(value: &Exact, scheme: &Scheme) -> Value {
    value.published_decimal(scheme.digits).map_or(Value::Empty, Value::Number)
}

/// True where the run gives grades, as the year's does.
fn graded(overview: &Overview<'_>) -> bool {
    let run = overview.issuer.run.period;
    run == Period::YEAR || overview.schemes.iter().any(|scheme| scheme.member.grades_in(run.every()))
}

/// The grades of all schemes, the best first: a column each.
fn grades_in<'a>(overview: &Overview<'a>) -> Vec<&'a str> {
    grades_of(overview.schemes)
}

fn grades<'a>(counts: &'a Counts, names: &'a [&str]) -> impl Iterator<Item = Value> + 'a {
    names.iter().map(|grade| count(counts.with_grade(grade)))
}

/// A workbook of the county in the organisation's own words: what stands over tables and names their lines, not their contents. Sheets
/// keep their names, to which links lead.
pub fn in_terms(mut book: Workbook, terms: &Terms) -> Workbook {
    if terms.are_usual() {
        return book;
    }
    let say = |text: &mut String| *text = terms.say(text).into_owned();
    for sheet in &mut book.sheets {
        let labels = sheet.rows.iter_mut().filter(|_| sheet.name == OVERVIEW).filter_map(|row| row.first_mut());
        for value in labels {
            if let Value::Text(text) | Value::Strong(text) | Value::Line(text) = value {
                say(text);
            }
        }
        sheet.title.iter_mut().chain(&mut sheet.note).for_each(say);
        sheet.columns.iter_mut().map(|column| &mut column.heading).for_each(say);
        sheet.charts.iter_mut().map(|chart| &mut chart.title).for_each(say);
    }
    book
}

/// The sheet whose lines the program names.
const OVERVIEW: &str = "总览";

/// 全县汇总; `details` are the rows of its last sheet, by [`ResultRow::table_row`](super::ResultRow::table_row).
pub fn county_workbook(overview: &Overview<'_>, details: Vec<Vec<Value>>) -> Workbook {
    let issuer = overview.issuer;
    Workbook {
        title: format!("{} {} 全县汇总", issuer.county, issuer.run.zh()),
        author: issuer.name.clone(),
        date: issuer.date,
        sheets: vec![
            summary(overview),
            committees(overview),
            categories(overview),
            distribution(overview),
            branches(overview),
            returned(overview),
            missing(overview),
            unusual(overview),
            changes(overview),
            detail_sheet(overview, details),
        ],
    }
}

pub(super) fn sheet(overview: &Overview<'_>, name: &str, title: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>) -> Sheet {
    // An empty table says so: a heading alone looks like a page that went wrong.
    let rows = if rows.is_empty() { vec![vec!["无".into()]] } else { rows };
    Sheet {
        name: name.to_owned(),
        title: Some(format!("{}{}{title}", overview.issuer.county, overview.issuer.run.zh_title())),
        columns,
        rows,
        freeze: true,
        filter: true,
        landscape: true,
        ..Sheet::default()
    }
}

fn standings(lines: &[&BranchLine<'_>]) -> [usize; 3] {
    let of = |standing| lines.iter().filter(|line| line.standing == standing).count();
    [of(Standing::Accepted), of(Standing::Returned), of(Standing::Missing)]
}

fn counts<'a>(lines: impl IntoIterator<Item = &'a BranchLine<'a>>) -> Counts {
    let mut counts = Counts::default();
    for (_, outcomes) in lines.into_iter().filter_map(|line| line.accepted) {
        for outcome in outcomes {
            counts.add(outcome);
        }
    }
    counts
}

fn summary(overview: &Overview<'_>) -> Sheet {
    let all: Vec<&BranchLine<'_>> = overview.branches.iter().collect();
    let [accepted, returned, missing] = standings(&all);
    let counts = counts(&overview.branches);
    let total = overview.branches.len() as u64;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let head = |rows: &mut Vec<Vec<Value>>, title: &str| rows.push(vec![Value::Strong(title.to_owned())]);
    head(&mut rows, "报送");
    rows.push(vec!["名册支部".into(), count(total)]);
    rows.push(vec!["收到文件".into(), size(overview.files)]);
    for (name, value) in [("通过", accepted), ("退回", returned), ("未报", missing)] {
        rows.push(vec![name.into(), size(value), share(value as u64, total)]);
    }
    rows.push(vec!["未采用的文件".into(), size(set_aside(overview.findings).values().map(BTreeMap::len).sum())]);
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let found = overview.findings.iter().filter(|finding| finding.severity() == severity).count();
        rows.push(vec![text(severity_word(severity, Lang::Zh)), size(found)]);
    }
    head(&mut rows, "党员");
    for (name, value) in [
        ("在册（通过的支部）", counts.members),
        ("已离开（不在册）", counts.left),
        ("计分", counts.scored),
        ("其中预备党员", counts.probationary),
        ("免积分", counts.exempt),
        ("本期不计分", not_scored(overview.findings)),
        ("一票否决", counts.vetoed),
        ("荣誉", counts.honours),
    ] {
        rows.push(vec![name.into(), count(value)]);
    }
    if graded(overview) {
        rows.extend(headcount(&counts, &grades_in(overview), returned + missing));
    }
    for (letter, value) in &counts.letters {
        rows.push(vec![text(format!("应发{letter}")), count(*value)]);
    }
    head(&mut rows, "各积分制（不同积分制之间不比较分数）");
    rows.push(["积分制", "计分人数", "平均分", "最高分", "最低分", "版本", "样例值"].map(|name| Value::Strong(name.to_owned())).into());
    for (at, scheme) in overview.schemes.iter().enumerate() {
        let mut row = vec![text(&scheme.name)];
        row.extend(spread(overview, scheme, at, |_| true));
        row.push(text(&scheme.version));
        row.push(text(if scheme.rests_on_samples() { "含" } else { "不含" }));
        rows.push(row);
    }
    let gap = "\u{3000}".repeat(3);
    let day = crate::period::zh_date(overview.issuer.date);
    rows.extend(
        [
            format!("制表单位：{}（盖章）", overview.issuer.name),
            format!("制表人（签名）：____________{gap}审核人（签名）：____________{gap}______年____月____日"),
            format!("本表日期：{day}；程序版本：scorebook {}", env!("CARGO_PKG_VERSION")),
        ]
        .map(|line| vec![Value::Line(line)]),
    );
    let columns = vec![
        column("项目", 34.0),
        number("数值", 12.0),
        number("比例", 12.0),
        number("", 12.0),
        number("", 12.0),
        column("", 10.0).align(Align::Center),
        column("", 10.0).align(Align::Center),
    ];
    Sheet { filter: false, landscape: false, ragged: true, ..sheet(overview, OVERVIEW, "积分管理总览", columns, rows) }
}

/// How many members of accepted branches the run does not score, as the notes about their branches say.
pub fn not_scored(findings: &[Finding]) -> u64 {
    let notes = findings.iter().filter(|finding| finding.code == Code::NotOwed);
    notes.map(|finding| if let Some(Fact::Members(count)) = finding.fact { count as u64 } else { 0 }).sum()
}

/// What 在册 is made of, adding up; beside it who is not in it.
fn headcount(counts: &Counts, grades: &[&str], lacking: usize) -> Vec<Vec<Value>> {
    let mut rows = vec![vec![Value::Strong("在册人数的构成（相加等于在册）".to_owned())]];
    rows.extend(counts.parts(grades).into_iter().map(|(name, value)| vec![text(name), count(value), share(value, counts.members)]));
    rows.push(vec!["合计（在册）".into(), count(counts.members)]);
    rows.push(vec!["另有已离开".into(), count(counts.left)]);
    rows.push(vec!["未报、退回的支部".into(), size(lacking)]);
    rows
}

/// Number, mean, largest and smallest total of a scheme among outcomes that are asked for.
fn spread(overview: &Overview<'_>, scheme: &Scheme, at: usize, wanted: impl Fn((&Submission, &Outcome)) -> bool) -> Vec<Value> {
    let mut totals: Vec<&Exact> = Vec::new();
    for (submission, outcomes) in overview.branches.iter().filter_map(|line| line.accepted) {
        let own = outcomes.iter().filter(|outcome| outcome.scheme == at && outcome.kind != crate::rollup::OutcomeKind::Branch);
        let own = own.filter(|outcome| outcome.score.roll == Roll::Here && wanted((submission, outcome)));
        totals.extend(own.filter_map(|outcome| outcome.score.total.as_ref()));
    }
    let (Some(most), Some(least)) = (totals.iter().max(), totals.iter().min()) else {
        return vec![count(0), Value::Empty, Value::Empty, Value::Empty];
    };
    let mean = totals.iter().fold(Exact::zero(), |sum, total| &sum + total) / totals.len() as i64;
    vec![size(totals.len()), score(&mean, scheme), score(most, scheme), score(least, scheme)]
}

/// Members on the roll without one of the grades, in a year's run: what the grades lack to 在册.
fn others(counts: &Counts, grades: &[&str], year: bool) -> Vec<Value> {
    if !year {
        return Vec::new();
    }
    let own = |grade: &String| !grades.contains(&grade.as_str());
    let further = counts.grades.iter().filter(|(grade, _)| own(grade)).map(|(_, count)| *count).sum::<u64>() + counts.ungraded;
    [counts.probationary_ungraded, counts.exempt_ungraded, counts.unscored, further].map(count).into()
}

fn other_columns(year: bool) -> Vec<Column> {
    if year { ["预备不评", "免积分", "不计分", "其他等次"].map(|name| number(name, 10.0)).into() } else { Vec::new() }
}

/// The best grade of each scheme that gives grades.
fn best_grades(schemes: &[Scheme]) -> Vec<&str> {
    let mut best: Vec<&str> = schemes.iter().filter_map(|scheme| scheme.member.grade_names().first().copied()).collect();
    best.sort_unstable();
    best.dedup();
    best
}

fn committees(overview: &Overview<'_>) -> Sheet {
    let mut names: Vec<&str> = Vec::new();
    for line in &overview.branches {
        if !names.contains(&line.branch.committee.as_str()) {
            names.push(&line.branch.committee);
        }
    }
    let year = graded(overview);
    let names_of_grades = grades_in(overview);
    let best = best_grades(overview.schemes);
    let row = |name: Value, lines: &[&BranchLine<'_>]| {
        let [accepted, returned, missing] = standings(lines);
        let counts = counts(lines.iter().copied());
        let graded: u64 = counts.grades.values().sum();
        let mut row = vec![name, size(lines.len()), size(accepted), size(returned), size(missing)];
        row.extend([count(counts.members), count(counts.scored)]);
        row.extend(grades(&counts, &names_of_grades));
        row.extend(others(&counts, &names_of_grades, year));
        row.push(count(counts.left));
        row.push(share(best.iter().map(|grade| counts.with_grade(grade)).sum(), graded));
        row
    };
    let mut rows: Vec<Vec<Value>> = names
        .iter()
        .map(|name| row(text(name), &overview.branches.iter().filter(|line| line.branch.committee == *name).collect::<Vec<_>>()))
        .collect();
    rows.push(row(Value::Strong("合计".into()), &overview.branches.iter().collect::<Vec<_>>()));
    let mut columns = vec![column("党委", 28.0)];
    columns.extend(["支部", "通过", "退回", "未报", "党员", "计分"].map(|name| number(name, 10.0)));
    columns.extend(names_of_grades.iter().map(|grade| number(grade, 10.0)));
    columns.extend(other_columns(year));
    columns.push(number("已离开", 10.0));
    columns.push(number(if best.iter().all(|grade| *grade == "优秀") { "优秀占已评等次" } else { "最高等次占已评" }, 16.0));
    let charted = |title: &str, values: Vec<usize>| Chart {
        title: title.to_owned(),
        stacked: true,
        rows: (0, names.len().saturating_sub(1)),
        names: 0,
        values,
    };
    let mut charts = vec![charted("各党委报送进度（支部数）", vec![2, 3, 4])];
    if !names_of_grades.is_empty() && year {
        charts.push(charted("各党委等次（人数）", (7..7 + names_of_grades.len()).collect()));
    }
    Sheet { charts, ..sheet(overview, "各党委", "各党委进度与等次", columns, rows) }
}

fn categories(overview: &Overview<'_>) -> Sheet {
    let mut by: BTreeMap<(usize, String), Counts> = BTreeMap::new();
    for (submission, outcomes) in overview.branches.iter().filter_map(|line| line.accepted) {
        for outcome in outcomes {
            if let crate::rollup::OutcomeKind::Member(at) = outcome.kind {
                by.entry((outcome.scheme, submission.members[at as usize].category.to_string())).or_default().add(outcome);
            }
        }
    }
    let year = graded(overview);
    let names = grades_in(overview);
    let rows: Vec<Vec<Value>> = by
        .iter()
        .map(|((at, category), counts)| {
            let scheme = &overview.schemes[*at];
            let mut row = vec![text(category), text(&scheme.name), count(counts.members)];
            row.extend((!year).then(|| count(counts.exempt)));
            row.extend(spread(overview, scheme, *at, |(submission, outcome)| match outcome.kind {
                crate::rollup::OutcomeKind::Member(at) => *submission.members[at as usize].category == **category,
                crate::rollup::OutcomeKind::Branch => false,
            }));
            row.extend(grades(counts, &names));
            row.extend(others(counts, &names, year));
            row.push(count(counts.left));
            row
        })
        .collect();
    let mut columns = vec![column("类别", 16.0), column("积分制", 22.0)];
    // The year's columns tell of everyone on the roll what he is.
    let heads = ["党员", "免积分", "计分", "平均分", "最高分", "最低分"];
    let headed = |name: &str| {
        if name.ends_with('分') && name != "免积分" && name != "计分" {
            number(name, 10.0).format("0.00")
        } else {
            number(name, 10.0)
        }
    };
    columns.extend(heads.into_iter().filter(|head| !year || *head != "免积分").map(headed));
    columns.extend(names.iter().map(|grade| number(grade, 10.0)));
    columns.extend(other_columns(year));
    columns.push(number("已离开", 10.0));
    let mut charts = Vec::new();
    if let (true, Some(first)) =
        (year && !rows.is_empty(), columns.iter().position(|column| names.first() == Some(&column.heading.as_str())))
    {
        let values = (first..first + names.len()).collect();
        charts.push(Chart { title: "各类别等次（人数）".to_owned(), stacked: true, rows: (0, rows.len() - 1), names: 0, values });
    }
    Sheet { charts, ..sheet(overview, "各类别", "各类别党员积分", columns, rows) }
}

/// A mark far from all others opens no more bands than this.
const MOST_BANDS: usize = 60;

fn distribution(overview: &Overview<'_>) -> Sheet {
    let mut rows = Vec::new();
    let mut charts = Vec::new();
    for (at, scheme) in overview.schemes.iter().enumerate() {
        let mut counts = Counts::default();
        let mut bands: BTreeMap<i64, u64> = BTreeMap::new();
        for outcome in overview
            .branches
            .iter()
            .filter_map(|line| line.accepted)
            .flat_map(|(_, outcomes)| outcomes)
            .filter(|outcome| outcome.scheme == at)
        {
            counts.add(outcome);
            if let Some(total) = outcome
                .score
                .total
                .as_ref()
                .filter(|_| outcome.kind != crate::rollup::OutcomeKind::Branch && outcome.score.roll == Roll::Here)
            {
                // Bands of ten points, half-open from below like the grades.
                *bands.entry((total.clone() / 10).floor().unwrap_or(0)).or_default() += 1;
            }
        }
        let graded: u64 = counts.grades.values().sum();
        for (grade, value) in counts.parts(&scheme.member.grade_names()).into_iter().filter(|(grade, _)| counts.with_grade(grade) > 0) {
            rows.push(vec![text(&scheme.name), "等次".into(), text(grade), count(value), share(value, graded)]);
        }
        let starred: u64 = counts.stars.values().sum();
        for (stars, value) in counts.stars.iter().rev() {
            rows.push(vec![text(&scheme.name), "星级".into(), text(stars_text(Some(*stars))), count(*value), share(*value, starred)]);
        }
        // Every band between the lowest and the highest, those without anybody too: a gap is to be seen as one.
        let (least, most) = (bands.keys().next().copied().unwrap_or(0), bands.keys().next_back().copied().unwrap_or(-1));
        let first = rows.len();
        for band in (least..=most).take(MOST_BANDS) {
            let value = bands.get(&band).copied().unwrap_or(0);
            let name = text(format!("{}至{}分以下", band * 10, band * 10 + 10));
            rows.push(vec![text(&scheme.name), "分数段".into(), name, count(value), share(value, counts.scored)]);
        }
        if rows.len() > first {
            charts.push(Chart {
                title: format!("{}分数分布（人数）", scheme.name),
                rows: (first, rows.len() - 1),
                names: 2,
                values: vec![3],
                stacked: false,
            });
        }
    }
    let columns = vec![column("积分制", 24.0), column("项目", 12.0), column("档次", 18.0), number("人数", 10.0), number("占比", 10.0)];
    Sheet {
        landscape: false, charts, ..sheet(overview, "等次分布", "等次、星级与分数分布（各积分制分开）", columns, rows)
    }
}

fn branches(overview: &Overview<'_>) -> Sheet {
    let found = overview.by_branch();
    let aside = set_aside(overview.findings);
    let year = graded(overview);
    let joined = joined(overview.findings);
    let names = grades_in(overview);
    let rows = overview
        .branches
        .iter()
        .map(|line| {
            let own = found.get(line.branch.code.as_str()).map(Vec::as_slice).unwrap_or_default();
            let of = |severity| own.iter().filter(|finding| finding.severity() == severity).count();
            let counts = counts([line]);
            let name = match &line.folder {
                Some(folder) => Value::Link { text: line.branch.name.clone(), target: folder.clone() },
                None => text(&line.branch.name),
            };
            let mut row = vec![text(&line.branch.code), name, text(&line.branch.committee), line.standing.zh().into()];
            row.extend([count(counts.members), count(counts.scored)]);
            row.extend(grades(&counts, &names));
            row.extend(others(&counts, &names, year));
            row.push(count(counts.left));
            row.extend([size(of(Severity::Error)), size(of(Severity::Warning))]);
            let parts = joined.get(line.branch.code.as_str()).map(|files| files.join("；"));
            row.push(parts.or_else(|| line.files.clone()).map_or(Value::Empty, text));
            row.push(aside.get(line.branch.code.as_str()).map_or(Value::Empty, |files| text(told(files))));
            row
        })
        .collect();
    let mut columns = vec![
        column("支部编码", 12.0),
        column("支部名称", 26.0),
        column("上级党组织", 22.0),
        column("状态", 8.0),
        number("党员", 8.0),
        number("计分", 8.0),
    ];
    columns.extend(names.iter().map(|grade| number(grade, 9.0)));
    columns.extend(other_columns(year));
    columns.push(number("已离开", 8.0));
    columns.extend([number("错误", 8.0), number("警告", 8.0), column("采用的文件", 40.0), column("未采用的文件", 40.0)]);
    sheet(overview, "支部一览", "支部一览", columns, rows)
}

fn returned(overview: &Overview<'_>) -> Sheet {
    let found = overview.by_branch();
    let mut rows = Vec::new();
    for line in overview.branches.iter().filter(|line| line.standing == Standing::Returned) {
        let own = found.get(line.branch.code.as_str()).into_iter().flatten();
        for finding in own.filter(|finding| finding.severity() == Severity::Error) {
            let mut row = vec![text(&line.branch.code), text(&line.branch.name), text(&line.branch.committee)];
            row.push(text(line.branch.contact.as_deref().unwrap_or_default()));
            row.push(text(line.branch.phone.as_deref().unwrap_or_default()));
            row.extend(place(finding));
            row.extend([text(finding.message(Lang::Zh)), text(finding.hint(Lang::Zh))]);
            rows.push(row);
        }
    }
    let mut columns = vec![
        column("支部编码", 12.0),
        column("支部名称", 22.0),
        column("上级党组织", 18.0),
        column("联系人", 10.0),
        column("联系电话", 16.0),
    ];
    columns.extend(place_columns());
    columns.extend([column("问题", 44.0), column("修改意见", 44.0)]);
    sheet(overview, "退回", "退回名单与原因", columns, rows)
}

fn missing(overview: &Overview<'_>) -> Sheet {
    let rows = overview
        .branches
        .iter()
        .filter(|line| line.standing == Standing::Missing)
        .map(|line| {
            let branch = line.branch;
            let optional = |value: &Option<String>| text(value.as_deref().unwrap_or_default());
            vec![
                text(&branch.committee),
                text(&branch.code),
                text(&branch.name),
                optional(&branch.secretary),
                optional(&branch.contact),
                optional(&branch.phone),
                branch.members.map_or(Value::Empty, |members| count(u64::from(members))),
            ]
        })
        .collect();
    let columns = vec![
        column("上级党组织", 24.0),
        column("支部编码", 12.0),
        column("支部名称", 28.0),
        column("书记", 12.0),
        column("联系人", 12.0),
        column("联系电话", 18.0),
        number("党员数", 10.0),
    ];
    sheet(overview, "催报", "未报支部催报名单", columns, rows)
}

/// The branch of that place in the register. Branches that a run leaves out are no lines.
fn register_line<'a>(overview: &'a Overview<'_>, at: usize) -> Option<&'a Branch> {
    overview.branches.iter().find(|line| line.at == at).map(|line| line.branch)
}

fn unusual(overview: &Overview<'_>) -> Sheet {
    let rows = overview.unusual.iter().filter_map(|one| {
        let branch = register_line(overview, one.branch)?;
        let scheme = one.scheme.map_or(Value::Empty, |at| text(&overview.schemes[at].name));
        Some(vec![
            text(&branch.code),
            text(&branch.name),
            text(&branch.committee),
            one.kind.text(Lang::Zh).into(),
            scheme,
            text(&one.now),
            text(&one.before),
        ])
    });
    let mut columns = vec![column("支部编码", 12.0), column("支部名称", 26.0), column("上级党组织", 22.0)];
    columns.extend([column("情况", 18.0), column("积分制", 22.0), column("本次", 24.0), column("上年", 14.0)]);
    sheet(overview, "异常", "需要关注的支部", columns, rows.collect())
}

fn changes(overview: &Overview<'_>) -> Sheet {
    let mut rows = Vec::new();
    for (at, changes) in overview.changes {
        let Some(branch) = register_line(overview, *at) else { continue };
        for change in changes {
            let total = |values: Option<&crate::record::Values>| {
                values.and_then(|values| values.board.as_deref().or(values.total.as_deref())).and_then(Decimal::parse)
            };
            let (old, new) = (total(change.old.as_ref()), total(Some(&change.new)));
            let number = |value: Option<Decimal>| value.map_or(Value::Empty, Value::Number);
            let difference = old.zip(new).and_then(|(old, new)| (Exact::from(new) - Exact::from(old)).published_decimal(4));
            let why = match (change.told, change.by_scheme) {
                (true, _) => "已公示更正",
                (false, true) => "细则已改",
                (false, false) => "更正",
            };
            let mut row = vec![text(&branch.code), text(&branch.name), text(&branch.committee), text(&change.name)];
            row.extend([text(change.period.zh()), number(old), number(new), number(difference), text(change.correction()), why.into()]);
            rows.push(row);
        }
    }
    let mut columns = vec![column("支部编码", 12.0), column("支部名称", 26.0), column("上级党组织", 22.0), column("姓名", 14.0)];
    columns.push(column("公布的期间", 14.0));
    columns.extend(["原公布积分", "现重算积分", "相差"].map(|name| number(name, 12.0).format("0.00")));
    columns.extend([column("变动", 44.0), column("说明", 14.0)]);
    sheet(overview, "变更", "公布后有变动的积分", columns, rows)
}

fn detail_sheet(overview: &Overview<'_>, rows: Vec<Vec<Value>>) -> Sheet {
    let mut columns = vec![
        column("支部编码", 12.0),
        column("支部名称", 24.0),
        column("上级党组织", 20.0),
        column("序号", 8.0).align(Align::Center),
        column("姓名", 14.0),
        column("类别", 14.0),
        column("党员状态", 12.0),
        column("积分制", 18.0),
    ];
    columns.extend([
        number("积分", 10.0).format("0.00"),
        number("公示积分", 10.0).format("0.00"),
        column("等次", 11.0).align(Align::Center),
        column("星级", 8.0).align(Align::Center),
        column("名次", 8.0).align(Align::Center),
    ]);
    columns.extend([column("荣誉", 20.0), column("一票否决", 20.0), column("文书", 18.0), column("说明", 18.0)]);
    sheet(overview, "明细", "党员积分明细", columns, rows)
}

pub(super) fn place(finding: &Finding) -> [Value; 4] {
    [
        finding.place.file.as_deref().map_or(Value::Empty, text),
        finding.place.sheet.as_deref().map_or(Value::Empty, text),
        finding.place.cell.map_or(Value::Empty, |cell| text(cell.to_string())),
        finding.value.as_deref().map_or(Value::Empty, |value| text(masked(finding.code, value))),
    ]
}

pub(super) fn place_columns() -> [Column; 4] {
    [column("文件", 34.0), column("工作表", 18.0), column("单元格", 9.0), column("填报内容", 16.0)]
}
