//! What decoding an xlsx costs beside calamine: `cargo bench --bench decoding`.
//!
//! The same workbook by calamine's bare stream of cells, and by `sheet::read`: the package surveyed, unpacked under limits,
//! streamed into sparse rows of exact decimals under a budget. The second should cost at most 1.25 times the first; digest
//! and CRC are measured for themselves and counted apart.

#![expect(clippy::print_stdout, reason = "the ratio is what the bench is for")]

use std::hint::black_box;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scorebook::sample::{County, Size};
use scorebook::scheme::load;
use scorebook::sheet::{self, Limits};
use scorebook::{builtin, digest};

/// A branch of ordinary size, and the largest there is.
const MEMBERS: [usize; 2] = [25, 250];

fn workbook(members: usize) -> Vec<u8> {
    let bytes = builtin::scheme("ju-10star").expect("a built-in scheme");
    let scheme = load(std::str::from_utf8(&bytes).expect("schemes are UTF-8")).expect("built-in schemes are proved by tests");
    let county = County::new(Size { branches: 1, members, mess: 0, seed: 1 }, vec![scheme]).expect("one branch, one scheme");
    county.submissions(0).expect("samples can be written").swap_remove(0).1
}

/// How many cells hold something.
fn bare(bytes: &[u8]) -> usize {
    let mut reader: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("opens");
    let mut count = 0;
    for name in reader.sheet_names() {
        let mut cells = reader.worksheet_cells_reader(&name).expect("a worksheet");
        while let Some(cell) = cells.next_cell().expect("a cell") {
            count += usize::from(!matches!(black_box(&cell).get_value(), calamine::DataRef::Empty));
        }
    }
    count
}

fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    (0..archive.len())
        .map(|index| {
            let mut part = Vec::new();
            archive.by_index(index).expect("a part").read_to_end(&mut part).expect("whole");
            part
        })
        .collect()
}

fn decoding(criterion: &mut Criterion) {
    for members in MEMBERS {
        let bytes = workbook(members);
        let ours: usize = sheet::read("a.xlsx", &bytes, &Limits::default()).expect("reads").sheets.iter().map(sheet::Sheet::count).sum();
        assert_eq!(bare(&bytes), ours, "both read the same cells");
        let parts = unpacked(&bytes);
        let mut group = criterion.benchmark_group(format!("decoding {members} members, cells"));
        group.throughput(Throughput::Elements(ours as u64));
        group.bench_function("calamine's bare stream", |bencher| bencher.iter(|| bare(black_box(&bytes))));
        group.bench_function("sheet::read", |bencher| bencher.iter(|| sheet::read("a.xlsx", black_box(&bytes), &Limits::default())));
        group
            .bench_function("CRC of the parts", |bencher| bencher.iter(|| parts.iter().map(|part| crc32fast::hash(black_box(part))).max()));
        group.bench_function("digest", |bencher| bencher.iter(|| digest::sha256(black_box(&bytes))));
        group.finish();
        let (bare, ours) = medians(|| bare(black_box(&bytes)), || sheet::read("a.xlsx", black_box(&bytes), &Limits::default()));
        println!("sheet::read / calamine: {:.2} ({ours:?} / {bare:?}, medians of turns)", ours.as_secs_f64() / bare.as_secs_f64());
    }
}

/// Both in turns, so that a busy machine is busy for both.
fn medians<A, B>(one: impl Fn() -> A, other: impl Fn() -> B) -> (Duration, Duration) {
    fn time<T>(work: impl Fn() -> T) -> Duration {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    }
    let (mut ones, mut others): (Vec<_>, Vec<_>) = (0..101).map(|_| (time(&one), time(&other))).unzip();
    ones.sort_unstable();
    others.sort_unstable();
    (ones[50], others[50])
}

criterion_group!(benches, decoding);
criterion_main!(benches);
