//! The table of forms against real submissions: what a form offers its templates is also set.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use scorebook::diag::{Finding, Lang};
use scorebook::exact::Exact;
use scorebook::explain::{Explained, Originals, Wanted};
use scorebook::form::data::{Datum, List, Record};
use scorebook::form::model::Value;
use scorebook::forms::{
    BOARD, BRANCH_SCORE, Ballot, Binding, CARD, Data, Deadline, EXPLAIN, Expiring, ExpiringLetter, ExplainedSubject, FORMS, Form, Group,
    Issuer, POLL, Photos, REGISTRY, REMINDER, RETURN, Reminded, Reminder, Returned, Sent, Standing, Unit, View, Whole,
};
use scorebook::period::Period;
use scorebook::record::Values;
use scorebook::rollup::{Change, OutcomeKind};
use scorebook::run::{self, BranchState, Options, Summary};
use scorebook::sample::{County, Size, write_county};
use scorebook::scheme::Scheme;

use crate::support::{Workdir, checked, score};

/// Fields that no county of the tests has anything for, with the reason.
const UNSET: &[(&str, &str)] = &[
    ("registry .减分", "no built-in scheme asks for reasons of deductions; `a_deduction_and_the_ballots_are_shown` does"),
    ("card .减分", "the same"),
    ("registry .加分说明", "schemes with reasons of bonuses have a summary row for them; the same test has none"),
    ("card .加分说明", "the same"),
    ("poll .票别.票数", "no built-in scheme has words on its ballots"),
    ("poll 有票别", "the same"),
    ("poll 票别.名称", "the same"),
    ("poll 票面说明", "the same"),
    ("organization .所属总支", "no county of the tests has general branches"),
    ("organization 有总支", "the same"),
    ("organization 有年龄未填", "every roster of the tests has dates of birth"),
    ("rectification .不发名单", "nobody of the tests refuses; `a_member_who_does_not_want_to_amend_gets_no_letter` has one"),
    ("exempt .职务", "no exempt member of the tests has a post"),
    ("yearly 有党支部", "a committee's form has it; these are of branches"),
    ("branch-score 积分制标注", "no county of the tests scores branches beside another scheme"),
    ("branch-score .分组", "no built-in scheme groups a branch's items"),
    ("branch-score 有分组", "the same"),
    ("branch-score .标准", "no built-in scheme has clauses or the text of a standard; `the_text_of_a_standard_is_shown` has"),
    ("registry .项目.标准", "the same"),
    ("card .项目.标准", "the same"),
];

/// Fields of a record that hold something, by the lists they stand in: `支部名称`, `.姓名`, `.项目.名称`.
fn set_fields(of: &str, record: &Record, into: &mut BTreeSet<String>) {
    into.extend(record.fields.iter().filter(|(_, value)| **value != Datum::Empty).map(|(name, _)| format!("{of}{name}")));
    for (name, elements) in &record.lists {
        for element in elements {
            set_fields(&format!("{of}{name}."), element, into);
        }
    }
}

/// Fields that a template may name, in the same way.
fn offered(form: &Form) -> BTreeSet<String> {
    fn lists(of: &str, all: &[List], into: &mut BTreeSet<String>) {
        for list in all {
            let own = format!("{of}{}.", list.name);
            into.extend(list.fields.iter().map(|field| format!("{own}{}", field.name)));
            lists(&own, &list.lists, into);
        }
    }
    let schema = form.schema();
    let mut all: BTreeSet<String> = schema.fields.iter().map(|field| field.name.to_owned()).collect();
    lists("", &schema.lists, &mut all);
    all
}

/// Each form's records over a county, but for 积分说明.
pub fn records(summary: &Summary) -> Vec<(&'static Form, Record)> {
    let county = &summary.county;
    let issuer = Issuer { address: "县委大院".into(), ..county.issuer() };
    let deadline =
        Deadline { days: 5, end: Some(county.date), due: None, date: county.date, to: "组织部".into(), phone: "12380".into() };
    let mut all = Vec::new();
    let mut reminded = Vec::new();
    let mut accepted = Vec::new();
    for (at, (branch, state)) in county.register.branches.iter().zip(summary.resolved.states()).enumerate() {
        let card = match state {
            BranchState::Accepted(card) => card,
            BranchState::Returned => {
                let findings: Vec<&Finding> =
                    summary.resolved.findings.iter().filter(|finding| finding.branch_code.as_deref() == Some(&branch.code)).collect();
                let of = Returned {
                    issuer: &issuer,
                    branch,
                    file: summary.resolved.files(at).unwrap_or_default(),
                    marked: "标注.xlsx".to_owned(),
                    lacks: "副本没有宏。",
                    findings: &findings,
                    deadline: &deadline,
                    lang: Lang::Zh,
                    digest: "0000",
                };
                all.extend(
                    FORMS.iter().filter_map(|form| if let Data::Returned(data) = form.data { Some((form, data(&of))) } else { None }),
                );
                reminded.push(Reminded { branch, standing: Standing::Returned, errors: 1 });
                continue;
            }
            BranchState::Missing => {
                reminded.push(Reminded { branch, standing: Standing::Missing, errors: 0 });
                continue;
            }
            BranchState::NotOwed | BranchState::LeftOut => continue,
        };
        for form in FORMS {
            let (parts, digest) = ([("考核公示栏".to_owned(), 4)], "0000");
            if let Data::Bound(cover) = form.data {
                all.push((form, cover(&Binding { issuer: &issuer, branch, cover: &card.submission.cover, parts: &parts, digest })));
            }
        }
        accepted.push(Sent { branch, submission: &card.submission, outcomes: &card.outcomes });
        for (number, scheme) in county.schemes.iter().enumerate() {
            let (outcomes, own) = scorebook::forms::under(&card.outcomes, number);
            let (issuer, submission) = (&issuer, &card.submission);
            let changes = [corrected(scheme)];
            let changes = changes.as_slice();
            let (whole, schemes) = (card.outcomes.as_slice(), county.schemes.as_slice());
            let (calendar, digest) = (&county.calendar, "0000".to_owned());
            let digests = &vec![Some(digest.clone()); schemes.len()];
            let view = View { issuer, calendar, branch, submission, scheme, changes, outcomes, all: whole, schemes, own, digest, digests };
            if view.members().next().is_none() || !scheme.member.scores(county.run.period.every()) {
                continue;
            }
            let grouping = |form: &'static Form| if let Data::Group(_, data) = form.data { Some((form, data)) } else { None };
            all.extend(FORMS.iter().filter_map(|form| if let Data::Branch(data) = form.data { Some((form, data(&view))) } else { None }));
            for unit in [Unit::Branch(branch), Unit::County("县")] {
                let (views, lacking) = (vec![view.clone()], vec![(branch, Standing::Missing)]);
                let group = Group { unit, issuer, scheme, views, digest: "0000", owing: 2, lacking };
                all.extend(FORMS.iter().filter_map(grouping).map(|(form, data)| (form, data(&group))));
            }
        }
    }
    all.extend(wholes(summary, &issuer, &accepted, &reminded));
    let to_remind = Reminder { committee: "党委", issuer: &issuer, branches: &reminded, deadline: &deadline, digest: "0000" };
    let reminding = |form: &'static Form| if let Data::Reminded(data) = form.data { Some((form, data)) } else { None };
    all.extend(FORMS.iter().filter_map(reminding).map(|(form, data)| (form, data(&to_remind))));
    all.extend(expiring(&issuer));
    all.extend(ballots(summary, &issuer));
    all
}

/// 民主测评票 of each scheme for the first branch.
fn ballots(summary: &Summary, issuer: &Issuer) -> Vec<(&'static Form, Record)> {
    let (branch, members) = (&summary.county.register.branches[0], [(1, "张甲".to_owned(), "农村党员".to_owned())]);
    let making = |form: &'static Form| if let Data::Handed(make) = form.data { Some((form, make)) } else { None };
    let (form, make) = FORMS.iter().find_map(making).unwrap();
    let of = |scheme, poll| (form, make(&Ballot { issuer, branch, scheme, poll, members: &members, papers: None, digest: "0000" }));
    summary.county.schemes.iter().flat_map(|scheme: &Scheme| scheme.polls.iter().map(move |poll| of(scheme, poll))).collect()
}

/// 整改到期名单 of a letter.
fn expiring(issuer: &Issuer) -> Option<(&'static Form, Record)> {
    let letter = ExpiringLetter {
        branch: None,
        branch_name: "东一支部".into(),
        name: "张甲".into(),
        letter: "告诫通知书".into(),
        year: 2025,
        number: Some(3),
        months: 6,
        date: chrono::NaiveDate::from_ymd_opt(2025, 12, 24),
        until: chrono::NaiveDate::from_ymd_opt(2026, 6, 24),
        remark: "已不在支部名册".into(),
    };
    let of = Expiring { unit: "党委", issuer, letters: &[&letter], digest: "0000" };
    FORMS.iter().find_map(|form| if let Data::Expiring(data) = form.data { Some((form, data(&of))) } else { None })
}

/// Forms of whole units: of each branch, of one committee with all of them, of the county.
fn wholes(summary: &Summary, issuer: &Issuer, accepted: &[Sent<'_>], reminded: &[Reminded<'_>]) -> Vec<(&'static Form, Record)> {
    let county = &summary.county;
    let branches = accepted.iter().map(|sent| (Unit::Branch(sent.branch), vec![*sent]));
    let units = branches.chain([(Unit::Committee("党委"), accepted.to_vec()), (Unit::County("县"), accepted.to_vec())]);
    let mut all = Vec::new();
    for (unit, branches) in units {
        let lacking = reminded.iter().filter(|_| unit.code().is_none()).map(|one| (one.branch, one.standing)).collect();
        let whole = Whole {
            unit,
            issuer,
            calendar: &county.calendar,
            schemes: &county.schemes,
            branches,
            lacking,
            numbers: &[],
            photos: &Photos::new(),
            digest: "0000",
        };
        for form in FORMS {
            if let Data::Whole(kinds, data) = form.data
                && kinds.contains(&unit.kind())
            {
                all.push((form, data(&whole)));
            }
        }
    }
    all
}

/// A posted figure that is another now.
fn corrected(scheme: &Scheme) -> Change {
    Change {
        kind: None,
        name: "甲".into(),
        seq: Some(1),
        scheme: scheme.id.clone(),
        period: Period::YEAR,
        posted: None,
        old: None,
        new: Values::default(),
        by_scheme: false,
        told: false,
    }
}

/// 积分说明 of the first member of each accepted branch.
fn explained(summary: &Summary) -> Vec<(&'static Form, Record)> {
    let issuer = &summary.county.issuer();
    let Data::Explained(data) = EXPLAIN.data else { panic!("积分说明 explains") };
    let mut originals = Originals::default();
    let mut all = Vec::new();
    for (at, result) in summary.resolved.branches.iter().enumerate() {
        let (Some(name), BranchState::Accepted(card)) = (result.roster.first(), &result.state) else { continue };
        let code = summary.county.register.branches[at].code.as_str();
        for one in scorebook::explain::explain(summary, Wanted { name, branch: Some(code), seq: None, lang: Lang::Zh }) {
            let statements = scorebook::explain::statements(summary, &one, Lang::Zh, &mut originals);
            let Explained::Decided { member, outcome, traces, .. } = &one.what else { continue };
            let subject = ExplainedSubject {
                issuer,
                branch: &summary.county.register.branches[one.branch],
                cover: Some(&card.submission.cover),
                member: *member,
                name: one.name,
                scheme: Some(&summary.county.schemes[outcome.scheme]),
                outcome: Some(outcome),
                statements,
                traces,
                file: &summary.resolved.files(one.branch).unwrap_or_default(),
                digest: "0000",
            };
            all.push((&EXPLAIN, data(&subject, &mut |place| originals.text(summary, place))));
        }
    }
    all
}

#[test]
fn every_field_is_set_by_some_countys_run() {
    let mut set: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let clean = ["ju-10star", "register-60", "fuxian-418", "detail-cap", "hospital-dual"]
        .map(|scheme| (format!("tests/cases/clean-{scheme}"), "2026"));
    let runs = [("tests/cases/messy-ju-10star".into(), "2026"), ("samples/county".into(), "2026"), ("samples/county".into(), "2026Q3")];
    for (name, period) in clean.into_iter().chain(runs) {
        let summary = &*checked(&name, period);
        for (form, record) in records(summary).into_iter().chain(explained(summary)) {
            set_fields("", &record, set.entry(form.id).or_default());
        }
    }
    let mut faults = Vec::new();
    for form in FORMS {
        let set = set.get(form.id).cloned().unwrap_or_default();
        for field in offered(form) {
            let name = format!("{} {field}", form.id);
            match (set.contains(&field), UNSET.iter().any(|(unset, _)| *unset == name)) {
                (false, false) => faults.push(format!("{name}: offered to templates, but nothing sets it")),
                (true, true) => faults.push(format!("{name}: is set; take it out of UNSET")),
                _ => {}
            }
        }
        faults.extend(set.difference(&offered(form)).map(|field| format!("{} {field}: set, but no template may name it", form.id)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A branch's forms over the case of a scheme of the tests, as the one branch of a county.
pub fn of_case(name: &str, forms: &[Form]) -> Vec<Record> {
    let scheme = crate::schemes::scheme(name);
    let case: toml::Table = std::fs::read_to_string(crate::schemes::folder(name).join("case.toml")).unwrap().parse().unwrap();
    let sheets = case["sheets"].as_table().unwrap().iter().map(|(name, text)| crate::schemes::table(name, text.as_str().unwrap()));
    let scored = score(&scheme, "2026", sheets.collect());
    assert_eq!(scored.findings, []);
    let other = checked("tests/cases/clean-register-60", "2026");
    let view = View {
        issuer: &other.county.issuer(),
        calendar: &other.county.calendar,
        branch: &other.county.register.branches[0],
        submission: &scored.submission,
        scheme: &scheme,
        changes: &[],
        outcomes: scored.outcomes.iter().filter(|outcome| outcome.kind != OutcomeKind::Branch).collect(),
        all: &scored.outcomes,
        schemes: std::slice::from_ref(&scheme),
        own: scored.outcomes.iter().find(|outcome| outcome.kind == OutcomeKind::Branch).map(|outcome| &outcome.score),
        digest: "0000".into(),
        digests: &[],
    };
    let filled = |form: &Form| if let Data::Branch(data) = form.data { data(&view) } else { panic!("{}: a branch's form", form.id) };
    forms.iter().map(filled).collect()
}

/// A column of the board shows what the quarter came to, and the columns add up to the total.
#[test]
fn a_board_shows_each_quarters_own_result() {
    let filled = of_case("quarters-of-25", &[BOARD, REGISTRY]);
    let of = |row: &Record, field: &str| match row.fields.get(field) {
        Some(Datum::Number { value, digits }) => Exact::from(*value).publish((*digits).into()),
        _ => String::new(),
    };
    let quarters = |row: &Record, field: &str| row.lists["期间"].iter().map(|cell| of(cell, field)).collect::<Vec<_>>();
    let rows = &filled[0].lists[""];
    assert_eq!(quarters(&rows[0], "得分"), ["18.10", "24.10", "24.10", "24.10"]);
    assert_eq!(quarters(&rows[1], "得分"), ["14.60", "20.60", "21.60", "22.60"]);
    assert_eq!((of(&rows[0], "分值"), of(&rows[1], "分值")), ("90.40".into(), "79.40".into()));
    let summary = &filled[1].lists[""][0].lists["小结"][0];
    assert_eq!(quarters(summary, "值"), ["0.00", "6.00", "6.00", "6.00"]);
    assert_eq!(of(summary, "合计"), "18.00");
}

#[test]
fn the_text_of_a_standard_is_shown() {
    let form = &of_case("branches-alone", &[BRANCH_SCORE])[0];
    let of = |row: &Record, field: &str| format!("{:?}", row.fields.get(field));
    let rows = &form.lists[""];
    assert!(of(&rows[0], "标准").contains("组织学习，有记录、有签到"), "{rows:?}");
    assert!(!of(&rows[1], "标准").contains("组织"), "{rows:?}");
}

/// Each vote has its columns, in the order of time, with whose it is and of when above.
#[test]
fn votes_of_several_bodies_stand_side_by_side() {
    let form = &of_case("bodies-by-quarter", &[POLL])[0];
    let of = |row: &Record, field: &str| match row.fields.get(field) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number { value, .. }) => value.to_string(),
        _ => String::new(),
    };
    let headings: Vec<String> = form.lists["项目"].iter().map(|heading| of(heading, "名称")).collect();
    assert_eq!(headings.len(), 13);
    assert_eq!(headings[..3], ["自评 一季度\n得分", "党员互评 一季度\n评议", "组织评定 一季度\n得分"]);
    assert_eq!(headings[12], "群众评议\n得分");
    let [zhang, li] = form.lists[""].as_slice() else { panic!("two members") };
    let means = |row: &Record| row.lists["项目"].iter().map(|mean| of(mean, "均分")).collect::<Vec<_>>();
    assert_eq!(means(zhang)[..4], ["90", "90", "80", "80"]);
    assert_eq!(means(li)[..6], ["", "", "", "", "", ""], "he came in July");
    // 1 + 3 + 1, 1 + 2 + 1, 1 + 2 + 1, 1 + 3 + 1 and three of the people.
    assert_eq!((of(zhang, "票数"), of(form, "最少票数")), ("21".into(), "自评 1、党员互评 2、组织评定 1、群众评议 2".into()));
}

/// A county's own scheme: deductions with reasons, ballots under a name of its own, figures with one place.
#[test]
fn a_deduction_and_the_ballots_are_shown() {
    let forms = [REGISTRY, CARD];
    let filled = of_case("reasoned-deductions", &forms);
    let registry = &filled[0];
    let member = &registry.lists[""][0];
    let shown = |field: &str| match member.fields.get(field) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number { value, digits }) => format!("{value} ({digits})"),
        other => format!("{other:?}"),
    };
    assert_eq!(shown("减分"), "二季度 −1.5（无故缺席学习）\n四季度 −2（通报批评）");
    assert_eq!(shown("加分说明"), "二季度 +1（清扫街道）");
    assert_eq!(shown("加分"), "二季度 +1（清扫街道）", "each item keeps its own reason");
    let items: Vec<&Datum> = member.lists["项目"].iter().map(|item| &item.fields["名称"]).collect();
    assert_eq!(
        items,
        ["日常", "违规", "志愿"].map(|name| Datum::Text(name.into())).iter().collect::<Vec<_>>(),
        "what is in the total stands there"
    );
    // The scheme has no summary rows: none stand there, not even a word that there are none.
    for (form, record) in forms.iter().zip(&filled) {
        let bytes = scorebook::builtin::form(form.id).unwrap();
        let template = scorebook::template::Template::load(&bytes, &form.schema()).unwrap_or_else(|errors| panic!("{errors:?}"));
        let book = scorebook::fill::fill(&template, record);
        let cells = book.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells);
        assert_eq!(cells.filter(|cell| cell.value == Value::Text("无".into())).count(), 0, "{}", form.id);
    }
    assert_eq!(shown("评议分"), "8.5 (1)", "the scheme calls it `ballots`");
    assert!(format!("{:?}", registry.fields["取整说明"]).contains("至一位小数"), "{:?}", registry.fields["取整说明"]);
}

/// A county whose grades have names of its own: they are counted like the usual four.
#[test]
fn grades_of_other_names_are_counted_by_name() {
    let built_in = String::from_utf8(scorebook::builtin::scheme("community-4").unwrap().into_owned()).unwrap();
    let own = [("\"优秀\"", "\"健康\""), ("\"合格\"", "\"亚健康\""), ("id = \"community-4\"", "id = \"own\"")];
    let own = own.iter().fold(built_in, |text, (usual, new)| text.replace(usual, new));
    let scheme = scorebook::scheme::load(&own).unwrap();
    let county = Workdir::empty();
    std::fs::remove_dir(county.path().join("inbox")).unwrap();
    let size = Size { branches: 2, members: 7, mess: 0, seed: 11 };
    write_county(county.path(), &County::new(size, vec![scheme]).unwrap(), &|_, _| {}).unwrap();
    let county = county.write("schemes/own.toml", own.as_bytes());
    let summary = county.run("2026", &["yearly"]);
    let mut graded: BTreeMap<String, u64> = BTreeMap::new();
    for row in crate::support::results(&summary) {
        if let Some(grade) = row["grade"].as_str() {
            *graded.entry(grade.to_owned()).or_default() += 1;
        }
    }
    let (grade, count) = graded.iter().next().unwrap();
    assert!(["健康", "亚健康"].contains(&grade.as_str()), "{graded:?}");
    let committees = crate::published::table(&county.path().join("out/2026/全县汇总.xlsx"), "各党委");
    assert!(committees[1].contains(&"健康".to_owned()) && !committees[1].contains(&"优秀".to_owned()), "{:?}", committees[1]);
    let total = committees.last().unwrap();
    assert!(total.contains(&count.to_string()), "{total:?}");
    let yearly: Vec<Record> = records(&summary).into_iter().filter(|(form, _)| form.id == "yearly").map(|(_, record)| record).collect();
    let classes = yearly.iter().flat_map(|form| &form.lists[""]).filter_map(|member| member.fields.get("归类"));
    let counted = classes.filter(|class| matches!(class, Datum::Class { name, .. } if name == grade)).count() as u64;
    assert_eq!(counted, *count, "by its name");
    let told = |form: &Record| matches!(&form.fields["合计等次"], Datum::Text(text) if text.contains(grade.as_str()));
    assert!(yearly.iter().any(told));
}

/// What the notes of layout say about papers that go back is said too, and their pages are known while they are filled.
#[test]
fn papers_that_go_back_are_printed_like_every_other_form() {
    let root = tempfile::tempdir().unwrap();
    crate::configuration::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/messy-register-60"), root.path());
    let templates = root.path().join("templates");
    std::fs::create_dir_all(&templates).unwrap();
    // A county's own papers, with a cell that cannot hold its text and the number of lines of each page.
    for form in [RETURN, REMINDER] {
        std::fs::write(templates.join(format!("{}.xlsx", form.id)), narrow(form.title)).unwrap();
    }
    let options = Options { workspace: root.path().to_owned(), forms: Some(vec![BOARD.id.into()]), jobs: Some(2), ..Options::default() };
    let summary = run::run(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
    let said: BTreeSet<String> =
        summary.resolved.findings.iter().filter(|one| one.code.word() == "does-not-fit").map(|one| one.message(Lang::Zh)).collect();
    for form in [RETURN, REMINDER] {
        assert!(said.iter().any(|message| message.contains(form.title)), "{}: {said:?}", form.title);
    }
    let sorted: Vec<Option<Arc<str>>> = summary.resolved.findings.iter().map(|one| one.branch_code.clone()).collect();
    assert!(sorted.windows(2).all(|pair| pair[0].is_none() <= pair[1].is_none()), "what was added stands in its place");
}

/// A drawn workbook with one row per line of its list, the first cell one character wide and not to be wrapped.
fn narrow(title: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name(title).unwrap();
    let rotated = rust_xlsxwriter::Format::new().set_shrink();
    sheet.set_column_width(0, 0.3).unwrap();
    sheet.write_with_format(0, 0, "{县}{发文机关}{年度}{期间}", &rotated).unwrap();
    sheet.write(1, 0, "{.序号}").unwrap();
    sheet.write(1, 1, "{本页.人数}").unwrap();
    book.save_to_buffer().unwrap()
}
