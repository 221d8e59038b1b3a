//! Forms about people: ballots counted by word, letters and who gets none.

use std::io::{Cursor, Read};
use std::path::Path;

use scorebook::diag::{Code, Lang};
use scorebook::digest;
use scorebook::form::data::{Datum, Record};
use scorebook::forms::{Data, Form, POLL, Photos, RECTIFICATION, Sent, Unit, WARNING, Whole};
use scorebook::period::RunPeriod;
use scorebook::post::PostOrder;
use scorebook::run::{self, BranchState, Options, Summary};
use serde_json::Value;

use crate::forms::of_case;
use crate::support::checked;

fn shown(record: &Record, field: &str) -> String {
    match record.fields.get(field) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number { value, .. }) => value.to_string(),
        Some(Datum::Date(day)) => day.to_string(),
        _ => String::new(),
    }
}

#[test]
fn ballots_of_words_are_counted_by_word() {
    for (name, words) in [("graded-ballots", "好 2 一般 1 差 1"), ("graded-tally", "")] {
        let form = &of_case(name, &[POLL])[0];
        let headings: Vec<String> = form.lists["票别"].iter().map(|word| shown(word, "名称")).collect();
        let counts: Vec<String> = form.lists[""][0].lists["票别"].iter().map(|word| shown(word, "票数")).collect();
        let told: Vec<String> = headings.iter().zip(&counts).map(|(word, count)| format!("{word} {count}")).collect();
        assert_eq!(told.join(" "), words, "{name}: of sums nobody can say how many wrote a word");
        assert_eq!(shown(form, "票面说明"), "好=1、一般=0.8、差=0.6", "{name}");
        let balloted = &form.lists[""][0];
        assert_eq!(shown(balloted, "票数"), if words.is_empty() { "20" } else { "4" }, "{name}");
        assert_eq!(shown(&balloted.lists["项目"][0], "均分"), if words.is_empty() { "0.93" } else { "0.85" }, "{name}");
    }
}

/// A form of every accepted branch of a run.
fn of_branches(summary: &Summary, form: &Form, change: impl Fn(&mut scorebook::submission::Submission)) -> Vec<(String, Record)> {
    let Data::Whole(_, data) = form.data else { panic!("a form of a whole unit") };
    let county = &summary.county;
    let issuer = county.issuer();
    let mut all = Vec::new();
    for (branch, state) in county.register.branches.iter().zip(summary.resolved.states()) {
        let BranchState::Accepted(card) = state else { continue };
        let mut submission = card.submission.clone();
        change(&mut submission);
        let whole = Whole {
            unit: Unit::Branch(branch),
            issuer: &issuer,
            calendar: &county.calendar,
            schemes: &county.schemes,
            branches: vec![Sent { branch, submission: &submission, outcomes: &card.outcomes }],
            lacking: Vec::new(),
            numbers: &[],
            photos: &Photos::new(),
            digest: "0000",
        };
        all.push((branch.code.clone(), data(&whole)));
    }
    all
}

/// Every letter of the results is written, to whom it is due and with its term.
#[test]
fn letters_are_those_of_the_results() {
    for name in ["samples/county", "tests/cases/clean-register-60", "tests/cases/clean-fuxian-418"] {
        let summary = checked(name, "2026");
        let mut written: Vec<(String, String, String)> = Vec::new();
        let mut parts = String::new();
        for form in [WARNING, RECTIFICATION] {
            for (code, record) in of_branches(&summary, &form, |_| {}) {
                for letter in &record.lists[""] {
                    written.push((code.clone(), shown(letter, "姓名"), shown(letter, "通知书")));
                    parts += &shown(letter, "得分构成");
                    let months = if form.id == WARNING.id { "6个月" } else { "1年" };
                    assert_eq!(shown(letter, "期限"), months, "{name}");
                    assert!(!letter.lists["问题"].is_empty(), "{name}: a letter says what is wrong");
                }
            }
        }
        let mut due: Vec<(String, String, String)> = Vec::new();
        for row in crate::support::results(&summary) {
            if let Some(letter) = row["letter"].as_str() {
                due.push((row["branch_code"].as_str().unwrap().to_owned(), row["name"].as_str().unwrap().to_owned(), letter.to_owned()));
            }
        }
        written.sort();
        due.sort();
        assert!(!due.is_empty() && written == due, "{name}: {written:?} are not {due:?}");
        let idle = ["奖励加分0.00分", "惩处扣分0.00分", "-"];
        assert!(!parts.is_empty() && !idle.iter().any(|text| parts.contains(text)), "{name}: {parts}");
        assert_eq!(parts.contains("惩处扣分−2.00分"), name == "samples/county", "{name}: {parts}");
    }
}

#[test]
fn a_member_who_does_not_want_to_amend_gets_no_letter() {
    let summary = checked("samples/county", "2026");
    let usual: Vec<Record> = of_branches(&summary, &RECTIFICATION, |_| {}).into_iter().map(|(_, record)| record).collect();
    let refused = of_branches(&summary, &RECTIFICATION, |submission| submission.members.iter_mut().for_each(|one| one.willing = false));
    let names = |record: &Record| record.lists[""].iter().map(|letter| shown(letter, "姓名")).collect::<Vec<_>>();
    for (letters, (_, record)) in usual.iter().zip(&refused) {
        let listed: Vec<String> = record.lists[""].iter().map(|one| shown(one, "不发名单")).collect();
        assert_eq!(listed.join("、"), names(letters).join("、"));
        assert!(names(record).iter().all(String::is_empty), "{:?}", names(record));
        assert_eq!(shown(record, "人数"), "0");
    }
    // A warning needs nobody's consent.
    let warned = of_branches(&summary, &WARNING, |submission| submission.members.iter_mut().for_each(|one| one.willing = false));
    assert!(warned.iter().any(|(_, record)| !names(record).is_empty()));
}

/// The county's yearly form has a line per branch; committees' subtotals and the whole add up, kind by kind.
#[test]
fn the_countys_yearly_form_adds_up() {
    let summary = checked("samples/county", "2026");
    let of_county = |form: &Record| form.lists[""].iter().any(|row| !shown(row, "小计行").is_empty());
    let mut rows = 0;
    for (_, form) in crate::forms::records(&summary).iter().filter(|(form, record)| form.id == "yearly" && of_county(record)) {
        let kinds = form.lists["各类"].len();
        let count = |row: &Record, kind: usize| shown(&row.lists["各类"][kind], "人数").parse::<u64>().unwrap();
        let (branches, sums): (Vec<&Record>, Vec<&Record>) = form.lists[""].iter().partition(|row| !shown(row, "支部行").is_empty());
        let (committees, total) = sums.split_at(sums.len() - 1);
        for kind in 0..kinds {
            let sum = |of: &[&Record]| of.iter().map(|row| count(row, kind)).sum::<u64>();
            assert_eq!((sum(&branches), sum(committees)), (count(total[0], kind), count(total[0], kind)));
        }
        let all: u64 = (0..kinds).map(|kind| count(total[0], kind)).sum();
        assert_eq!(all.to_string(), shown(total[0], "在册"));
        rows += branches.len();
    }
    assert!(rows > 5, "{rows}");
}

/// The list of letters: number, name and whether it is void, of a form.
fn given(root: &Path, form: &str) -> Vec<(u64, String, bool)> {
    let text = std::fs::read_to_string(root.join("公示存档/文号.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).filter(|line| line["form"] == form);
    lines.map(|line| (line["number"].as_u64().unwrap(), line["name"].as_str().unwrap().to_owned(), line["void"] == true)).collect()
}

/// What a county's letters of a form print as their numbers, in register and roster order.
fn printed(root: &Path, form: &Form) -> Vec<String> {
    let folders = walkdir::WalkDir::new(root.join("out/2026/支部")).sort_by_file_name().into_iter().map(Result::unwrap);
    let books = folders.filter(|entry| entry.file_name().to_str() == Some(&format!("{}.xlsx", form.title)));
    let texts = books.flat_map(|entry| crate::published::table(entry.path(), form.title).concat());
    texts.filter(|text| text.starts_with("〔2026〕")).collect()
}

fn posted(root: &Path, order: &PostOrder) -> Result<scorebook::post::Posted, String> {
    let options = Options { workspace: root.to_owned(), period: RunPeriod::parse("2026"), ..Options::default() };
    scorebook::post::post(&options, order).map_err(|error| error.message(Lang::Zh))
}

/// Posting numbers the letters, each form in its own series; what is withdrawn is not used again, and a process that ended
/// between the numbers and the record leaves no gap.
#[test]
fn letters_are_numbered_by_posting() {
    let workspace = crate::support::Workdir::copy_of("clean-register-60");
    let root = workspace.path();
    let forms = || ["board", "warning", "rectification"].map(str::to_owned).to_vec();
    let ran = || {
        let period = RunPeriod::parse("2026");
        let options = Options { workspace: root.to_owned(), period, forms: Some(forms()), ..Options::default() };
        run::run(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
    };
    let summary = ran();
    let brings = |form: &Form| -> Vec<String> {
        let rows = crate::support::results(&summary);
        rows.iter().filter(|row| row["letter"] == form.title).map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = brings(&WARNING).len() + brings(&RECTIFICATION).len();
    assert!(brings(&WARNING).len() > 1 && brings(&RECTIFICATION).len() > 1);
    assert!(printed(root, &WARNING).iter().all(|number| number == "〔2026〕\u{3000}\u{3000}号"));

    assert_eq!(posted(root, &PostOrder::default()).unwrap().numbered, all);
    for form in [WARNING, RECTIFICATION] {
        let expected: Vec<(u64, String, bool)> = (1..).zip(brings(&form)).map(|(number, name)| (number, name, false)).collect();
        assert_eq!(given(root, form.title), expected, "in register and roster order");
    }
    let inputs = ran().resolved.comparison.inputs;
    let listed = inputs.iter().find(|(name, _)| name == "公示存档/文号.jsonl").expect("an input of the run");
    assert_eq!(listed.1, digest::sha256_hex(&std::fs::read(root.join("公示存档/文号.jsonl")).unwrap()));
    let numbers: Vec<String> = (1..=brings(&WARNING).len()).map(|number| format!("〔2026〕{number}号")).collect();
    assert_eq!(printed(root, &WARNING), numbers);
    assert!(posted(root, &PostOrder::default()).unwrap_err().contains("没有要登记的"));

    let withdraw = PostOrder { withdraw: Some((1, "贴错了".to_owned())), ..PostOrder::default() };
    posted(root, &withdraw).unwrap();
    assert!(given(root, WARNING.title).iter().all(|(.., void)| *void));
    ran();
    assert!(printed(root, &WARNING).iter().all(|number| number == "〔2026〕\u{3000}\u{3000}号"));
    let second = posted(root, &PostOrder::default()).unwrap();
    assert_eq!((second.n, second.numbered), (2, all));
    let after = given(root, WARNING.title);
    let (void, standing) = after.split_at(numbers.len());
    assert!(void.iter().all(|(.., void)| *void));
    assert_eq!(standing[0].0, numbers.len() as u64 + 1, "a withdrawn number is not used again");

    // As if the process had ended before the record stood.
    std::fs::remove_dir_all(&second.folder).unwrap();
    let again = posted(root, &PostOrder::default()).unwrap();
    assert_eq!((again.n, again.numbered), (2, 0));
    assert_eq!(given(root, WARNING.title), after);
}

/// A quarter's letters are written where a scheme has them, under their own names; their numbers and the year's are one series, and
/// each stays with its own period.
#[test]
fn a_quarters_letters_are_numbered_beside_the_years() {
    let scheme = std::fs::read(crate::support::case("schemes/outcomes-by-quarter/scheme.toml")).unwrap();
    let row = |line: &str| crate::support::cells(line);
    let marks = ["一季度 | 95", "二季度 | 65", "三季度 | 65", "四季度 | 50"];
    let sheets: crate::support::Sheets = vec![
        ("支部信息".into(), vec![row("支部名称 | 第一支部"), row("支部编码 | '0101"), row("年度 | 2026")]),
        ("党员名册".into(), vec![row("姓名 | 类别"), row("张三 | 机关党员")]),
        (
            "积分登记".into(),
            std::iter::once("姓名 | 期间 | 表现".to_owned())
                .chain(marks.map(|mark| format!("张三 | {mark}")))
                .map(|line| row(&line))
                .collect(),
        ),
        ("一票否决".into(), vec![row("姓名 | 情形 | 依据 | 日期")]),
    ];
    let county = crate::support::Workdir::county("outcomes-by-quarter")
        .settings("outcomes-by-quarter", "[notice]\nposted = 2026-12-31\nphone = \"0791-12380\"\n")
        .write("schemes/outcomes-by-quarter.toml", &scheme);
    let county = county.workbook("一.xlsx", &sheets);
    let root = county.path();
    let dated = |period: &str| Options { date: "2026-12-31".parse().ok(), ..county.options(period) };
    let forms = |period: &str| -> Vec<Record> {
        let summary = crate::support::done(run::run(&dated(period), &|_, _, _| {}));
        of_branches(&summary, &WARNING, |_| {}).into_iter().flat_map(|(_, record)| record.lists[""].clone()).collect()
    };
    let post = |period: &str| {
        scorebook::post::post(&dated(period), &PostOrder::default()).unwrap_or_else(|error| panic!("{}", error.message(Lang::Zh))).numbered
    };
    assert!(forms("2026Q1").is_empty());
    let letter = &forms("2026Q2")[0];
    assert_eq!(
        [shown(letter, "通知书"), shown(letter, "考核期"), shown(letter, "积分名"), shown(letter, "期限")],
        ["黄牌警告", "2026年二季度", "积分", "3个月"]
    );
    assert_eq!(shown(&letter.lists["问题"][0], "内容"), "“表现”得65.00分，满分100分。");
    assert_eq!(post("2026Q2"), 1);
    assert_eq!(forms("2026Q3").len(), 1);
    assert_eq!(post("2026Q3"), 1);
    // 68.75: 亚健康 in the year too.
    assert_eq!(shown(&forms("2026")[0], "通知书"), "告诫通知书");
    assert_eq!(post("2026"), 1);
    let all = given(root, WARNING.title);
    assert_eq!(all, [1, 2, 3].map(|number| (number, "张三".to_owned(), false)));
    crate::support::done(run::run(&dated("2026"), &|_, _, _| {}));
    assert_eq!(printed(root, &WARNING), ["〔2026〕3号"]);
}

/// A workspace of 2027 over the same branches, with last year's results where they are.
fn next_year(root: &Path, last_year: &str) -> crate::support::Workdir {
    let next = crate::support::Workdir::copy_of("clean-register-60");
    let settings = std::fs::read_to_string(next.path().join("scorebook.toml")).unwrap();
    let settings: String = settings.lines().filter(|line| !line.starts_with("posted")).map(|line| line.to_owned() + "\n").collect();
    let last_year = root.join(last_year);
    let settings = settings.replace("year     = 2026", &format!("year = 2027\nlast_year = \"{}\"", last_year.display()));
    std::fs::write(next.path().join("scorebook.toml"), settings).unwrap();
    next
}

/// Letters whose term ends in the period are listed next year, numbered if they were posted; from the record as from the result.
#[test]
fn last_years_letters_come_due() {
    let workspace = crate::support::Workdir::copy_of("clean-register-60");
    let root = workspace.path();
    let forms = ["board", "warning", "rectification"].map(str::to_owned).to_vec();
    let options = Options { workspace: root.to_owned(), period: RunPeriod::parse("2026"), forms: Some(forms), ..Options::default() };
    crate::support::done(run::run(&options, &|_, _, _| {}));
    let due = |last_year: &str, period: &str| -> Vec<Vec<String>> {
        let next = next_year(root, last_year);
        let forms = Some(vec!["due".to_owned()]);
        let options = Options { workspace: next.path().to_owned(), period: RunPeriod::parse(period), forms, ..Options::default() };
        let summary = crate::support::done(run::run(&options, &|_, _, _| {}));
        let path = summary.folder.unwrap().join("整改到期名单.xlsx");
        if !path.exists() {
            return Vec::new();
        }
        let table = crate::published::table(&path, "整改到期");
        table.into_iter().filter(|row| row[0].parse::<u32>().is_ok()).collect()
    };
    let unposted = due("out", "2027H1");
    assert!(!unposted.is_empty() && unposted.iter().all(|row| row[4] == "〔2026〕\u{3000}\u{3000}号"), "{unposted:?}");
    posted(root, &PostOrder::default()).unwrap();
    let half = due("out", "2027H1");
    assert_eq!(half, due(".", "2027H1"), "named as the workspace");
    assert_eq!(half.len(), given(root, WARNING.title).len(), "warnings end within half a year");
    assert!(half.iter().all(|row| row[3] == "告诫通知书" && row[4].starts_with("〔2026〕") && row[5] == "6个月"), "{half:?}");
    let names: std::collections::BTreeSet<String> = half.iter().map(|row| row[2].clone()).collect();
    assert_eq!(names, given(root, WARNING.title).into_iter().map(|(_, name, _)| name).collect());
    assert!(due("out", "2027Q3").is_empty());
    assert_eq!(due("out", "2027").len(), given(root, WARNING.title).len() + given(root, RECTIFICATION.title).len());
    // What was withdrawn was never handed out.
    posted(root, &PostOrder { withdraw: Some((1, "贴错了".to_owned())), ..PostOrder::default() }).unwrap();
    assert!(due("out", "2027").is_empty());
}

/// A grey picture of a few pixels.
fn grey(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![128; (width * height) as usize]).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A photo from the folder 照片 stands on the form of honours, as XLSX and as PDF, with its digest in the manifest; who has none
/// keeps a free place.
#[test]
fn photos_stand_on_the_form_of_honours() {
    let workspace = crate::support::Workdir::copy_of("clean-ju-10star");
    let root = workspace.path();
    let run = || {
        let forms = Some(vec!["honours".to_owned()]);
        let options = Options { workspace: root.to_owned(), period: RunPeriod::parse("2026"), forms, ..Options::default() };
        crate::support::done(run::run(&options, &|_, _, _| {}))
    };
    let summary = run();
    let rows = crate::support::results(&summary);
    let held = rows.iter().find(|row| row["honours"].as_array().is_some_and(|all| !all.is_empty())).expect("somebody holds an honour");
    let code = held["branch_code"].as_str().unwrap();
    let folder = || {
        let mut entries = std::fs::read_dir(root.join("out/2026/支部")).unwrap().map(|entry| entry.unwrap().path());
        entries.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(code)).unwrap()
    };
    let pictures = || {
        let form = |extension: &str| std::fs::read(folder().join(format!("季度之星公示、年度之星公示.{extension}"))).unwrap();
        let has = |bytes: &[u8], word: &[u8]| memchr::memmem::find(bytes, word).is_some();
        (has(&form("xlsx"), b"xl/media/image1.png"), has(&form("pdf"), b"/Subtype/Image"))
    };
    assert_eq!(pictures(), (false, false));
    std::fs::create_dir(root.join("照片")).unwrap();
    let name = format!("照片/{code}-{}.png", held["seq"]);
    std::fs::write(root.join(&name), grey(35, 49)).unwrap();
    let summary = run();
    assert_eq!(pictures(), (true, true));
    assert!(!summary.resolved.findings.iter().any(|finding| finding.code == Code::UnusablePhoto));
    let manifest = std::fs::read_to_string(root.join("out/2026/manifest.json")).unwrap();
    assert!(manifest.contains(&name) && manifest.contains(&digest::sha256_hex(&grey(35, 49))));
    // A camera held upright stores the picture lying, 48 by 32, and says so: it is printed as it was seen, red above on the left.
    let lying = format!("照片/{code}-{}.jpg", held["seq"]);
    std::fs::rename(root.join(&name), root.join("away.png")).unwrap();
    std::fs::copy(crate::support::case("photos").join("lying.jpg"), root.join(&lying)).unwrap();
    run();
    assert_eq!(pictures(), (true, true));
    let book = std::fs::read(folder().join("季度之星公示、年度之星公示.xlsx")).unwrap();
    let mut package = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut media = Vec::new();
    package.by_name("xl/media/image1.png").unwrap().read_to_end(&mut media).unwrap();
    let mut reader = png::Decoder::new(Cursor::new(media)).read_info().unwrap();
    let mut seen = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut seen).unwrap();
    assert_eq!((frame.width, frame.height), (32, 48));
    let strongest = |x: usize, y: usize| seen[(y * 32 + x) * 3..][..3].iter().enumerate().max_by_key(|(_, part)| **part).unwrap().0;
    assert_eq!([strongest(3, 3), strongest(28, 3), strongest(3, 44), strongest(28, 44)], [0, 1, 2, 2]);
    std::fs::remove_file(root.join(&lying)).unwrap();
    // One that is no picture is told, and its place stays free.
    std::fs::write(root.join(&name), &grey(35, 49)[..40]).unwrap();
    let summary = run();
    assert_eq!(pictures(), (false, false));
    let told: Vec<_> = summary.resolved.findings.iter().filter(|finding| finding.code == Code::UnusablePhoto).collect();
    assert_eq!((told.len(), told[0].place.file.as_deref(), told[0].branch_code.as_deref()), (1, Some(name.as_str()), Some(code)));
}
