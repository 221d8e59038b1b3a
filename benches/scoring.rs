//! Is working out every score with its explanation cheaper than reading what it rests on? One branch of ordinary size,
//! 120 marks a member and their ballots: `cargo bench --bench scoring`. Times are a member's; a county has 60,000.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scorebook::builtin;
use scorebook::config::decode;
use scorebook::diag::Lang;
use scorebook::period::RunPeriod;
use scorebook::sample::{County, Size};
use scorebook::scheme::{Scheme, load};
use scorebook::score::{score_member, trace_member};
use scorebook::sheet::{self, Limits};
use scorebook::submission::{self, Expected, Intake, Share, Submission, Tenure, read_cover};

const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];

fn scheme() -> Scheme {
    load(&decode(&builtin::scheme("ju-10star").expect("a built-in scheme"))).expect("built-in schemes are proved by tests")
}

fn read(file: &Arc<str>, bytes: &[u8], schemes: &[Scheme], categories: &[String], run: RunPeriod) -> Submission {
    let book = sheet::read(file, bytes, &Limits::default()).expect("samples can be read");
    let mut intake = Intake::default();
    intake.add(std::str::from_utf8(&builtin::intake().expect("built in")).expect("UTF-8")).expect("the built-in words");
    let expected = Expected {
        run,
        schemes,
        scheme_of: &|_| 0,
        intake: &intake,
        categories,
        registered: None,
        tenure: Tenure::WHOLE_YEAR,
        share: Share::default(),
    };
    submission::read(&book, read_cover(&book, file, &intake).0, file, &expected).0
}

fn scoring(criterion: &mut Criterion) {
    let schemes = [scheme()];
    let categories = CATEGORIES.map(String::from);
    let run = RunPeriod::parse("2026").expect("a year");
    let county = County::new(Size { branches: 1, members: 25, mess: 0, seed: 1 }, schemes.to_vec()).expect("one branch, one scheme");
    let (name, bytes) = county.submissions(0).expect("samples can be written").swap_remove(0);
    let file: Arc<str> = name.into();
    let submission = read(&file, &bytes, &schemes, &categories, run);
    let members = submission.members.len() as u32;
    // A branch that scores nobody would be measured for nothing.
    let scored = (0..members).filter(|at| score_member(&schemes[0], &submission, *at, run).total.is_some()).count();
    assert!(scored > 10, "{scored} of {members}");

    let mut group = criterion.benchmark_group("120 marks");
    group.throughput(Throughput::Elements(u64::from(members)));
    group.bench_function("read", |bencher| bencher.iter(|| read(&file, black_box(&bytes), &schemes, &categories, run)));
    group.bench_function("score", |bencher| {
        bencher.iter(|| (0..members).map(|at| score_member(&schemes[0], black_box(&submission), at, run)).collect::<Vec<_>>());
    });
    group.bench_function("score with traces", |bencher| {
        bencher.iter(|| {
            let all = (0..members).map(|at| {
                (score_member(&schemes[0], black_box(&submission), at, run), trace_member(&schemes[0], &submission, at, run, Lang::Zh))
            });
            all.collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(benches, scoring);
criterion_main!(benches);
