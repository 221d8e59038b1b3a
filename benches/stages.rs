//! What each stage of a run costs, on one invented branch of ordinary size: `cargo bench`.
//!
//! A branch's workbook is read, checked and scored; a board of forty members is filled, laid out and written. The inputs
//! are made by the program itself, so the figures of two machines can be compared.

use std::hint::black_box;
use std::sync::Arc;

use chrono::NaiveDate;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use scorebook::fill::fill;
use scorebook::font::{FontData, FontSet};
use scorebook::form::data::Record;
use scorebook::forms::{BOARD, sample};
use scorebook::layout::layout;
use scorebook::pdf::{self, DocumentInfo, PdfFonts};
use scorebook::period::RunPeriod;
use scorebook::sample::{County, Size};
use scorebook::scheme::{Scheme, load};
use scorebook::sheet::{self, Book, Limits};
use scorebook::submission::{self, Expected, Intake, Share, Tenure, read_cover};
use scorebook::template::Template;
use scorebook::xlsx::pages::{self, Properties};
use scorebook::{builtin, check, rollup};

/// The five categories that every county has.
const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];
/// A month's marks for ten items, and a poll: the scheme with the most cells.
const SCHEME: &str = "ju-10star";
/// As many as a large branch has; the board goes over more than one page.
const BOARD_MEMBERS: usize = 40;

fn scheme() -> Scheme {
    let bytes = builtin::scheme(SCHEME).expect("a built-in scheme");
    load(std::str::from_utf8(&bytes).expect("schemes are UTF-8")).expect("built-in schemes are proved by tests")
}

/// The workbook of an orderly branch as its clerk would send it: name and bytes.
fn workbook() -> (String, Vec<u8>) {
    let size = Size { branches: 1, members: 25, mess: 0, seed: 1 };
    let county = County::new(size, vec![scheme()]).expect("one branch, one scheme");
    county.submissions(0).expect("samples can be written").swap_remove(0)
}

fn opened() -> (Arc<str>, Book) {
    let (name, bytes) = workbook();
    let book = sheet::read(&name, &bytes, &Limits::default()).expect("samples can be read");
    (name.into(), book)
}

fn reading(criterion: &mut Criterion) {
    let (name, bytes) = workbook();
    let cells: usize = opened().1.sheets.iter().map(sheet::Sheet::count).sum();
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Elements(cells as u64));
    group.bench_function("branch workbook, cells", |bencher| {
        bencher.iter(|| sheet::read(&name, black_box(&bytes), &Limits::default()).expect("samples can be read"));
    });
    group.finish();
}

fn scoring(criterion: &mut Criterion) {
    let (file, book) = opened();
    let schemes = [scheme()];
    let categories = CATEGORIES.map(String::from);
    let run = RunPeriod::parse("2026").expect("a year");
    let mut intake = Intake::default();
    intake.add(std::str::from_utf8(&builtin::intake().expect("built in")).expect("UTF-8")).expect("the built-in words");
    let expected = Expected {
        run,
        schemes: &schemes,
        scheme_of: &|_| 0,
        intake: &intake,
        categories: &categories,
        registered: None,
        tenure: Tenure::WHOLE_YEAR,
        share: Share::default(),
    };
    let cover = || read_cover(&book, &file, &intake).0;
    let (submission, _) = submission::read(&book, cover(), &file, &expected);
    let found = check::submission(&submission, &schemes, run);
    let outcomes = rollup::branch_outcomes(&submission, &schemes, run).0;
    // A branch that is sent back, or scores nobody, would be measured for nothing.
    assert!(found.iter().all(|finding| finding.severity() != scorebook::diag::Severity::Error), "{found:?}");
    assert!(outcomes.iter().filter(|outcome| outcome.score.total.is_some()).count() > 10);

    let mut group = criterion.benchmark_group("submission and scoring");
    group.throughput(Throughput::Elements(submission.members.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter_batched(cover, |cover| submission::read(black_box(&book), cover, &file, &expected), BatchSize::SmallInput);
    });
    group.bench_function("check", |bencher| bencher.iter(|| check::submission(black_box(&submission), &schemes, run)));
    group.bench_function("score", |bencher| bencher.iter(|| rollup::branch_outcomes(black_box(&submission), &schemes, run)));
    group.bench_function("all, members", |bencher| {
        bencher.iter(|| {
            let (submission, findings) = submission::read(black_box(&book), cover(), &file, &expected);
            (findings, check::submission(&submission, &schemes, run), rollup::branch_outcomes(&submission, &schemes, run))
        });
    });
    group.finish();
}

/// The board's template with forty invented members, and the faces to print it with.
struct Board {
    template: Template,
    data: Record,
    fonts: FontSet,
    date: NaiveDate,
}

fn board() -> Board {
    let schema = BOARD.schema();
    let bytes = builtin::form(schema.form).expect("a built-in form");
    let template = Template::load(&bytes, &schema).expect("built-in forms are proved by tests");
    let faces = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect();
    Board {
        template,
        data: sample(&BOARD, BOARD_MEMBERS),
        fonts: FontSet::new(faces).expect("bundled fonts parse"),
        date: NaiveDate::from_ymd_opt(2026, 12, 14).expect("a day"),
    }
}

fn forms(criterion: &mut Criterion) {
    let Board { template, data, fonts, date } = board();
    let filled = fill(&template, &data);
    let laid = layout(&filled, &fonts, date).book;
    assert!(!laid.pages.is_empty());
    let title = "考核公示栏".to_owned();
    let author = "中共示范县委组织部".to_owned();

    let mut group = criterion.benchmark_group("form");
    group.bench_function("fill", |bencher| bencher.iter(|| fill(&template, black_box(&data))));
    group.bench_function("layout", |bencher| bencher.iter(|| layout(black_box(&filled), &fonts, date)));
    group.bench_function("fill and layout", |bencher| bencher.iter(|| layout(&fill(&template, black_box(&data)), &fonts, date)));
    group.finish();

    let pdf_fonts = PdfFonts::new(&fonts).expect("bundled fonts suit the PDF writer");
    let info = DocumentInfo { title: title.clone(), language: "zh-CN".into(), author: author.clone(), date };
    let properties = Properties { title, author, date, custom: Vec::new() };
    let mut group = criterion.benchmark_group("writing");
    group.throughput(Throughput::Elements(laid.pages.len() as u64));
    group.bench_function("xlsx, pages", |bencher| {
        bencher.iter(|| pages::write(&filled, black_box(&laid), &properties).expect("the board can be written"));
    });
    group.bench_function("pdf, pages", |bencher| {
        bencher.iter(|| pdf::write(black_box(&laid), &pdf_fonts, &info).expect("the board can be written"));
    });
    group.finish();
}

criterion_group!(stages, reading, scoring, forms);
criterion_main!(stages);
