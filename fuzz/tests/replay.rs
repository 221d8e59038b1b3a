//! Every seed once, on any compiler; and, where asked, bent seeds for a while.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use scorebook_fuzz::TARGETS;

/// A target's own seeds, and the program's test files of its formats.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let endings: &[&str] = match target {
        "xlsx" => &["xlsx"],
        "xlsb" => &["xlsb"],
        "xls" => &["xls"],
        "ods" => &["ods"],
        "text" => &["csv", "xls"],
        "zip" => &["zip", "xlsx"],
        _ => &[],
    };
    let mut seeds = Vec::new();
    let own = root.join("seeds").join(target);
    for folder in [own.clone(), root.join("../tests/cases/reading"), root.join("../tests/cases/formats"), root.join("../templates")] {
        for entry in walk(&folder) {
            let ending = entry.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let wanted = endings.contains(&ending)
                || target == "scheme" && entry.parent().is_some_and(|parent| parent.ends_with("schemes"))
                || target == "template" && entry.parent().is_some_and(|parent| parent.ends_with("forms"));
            if folder == own || wanted {
                seeds.push((entry.display().to_string(), std::fs::read(&entry).expect("a seed")));
            }
        }
    }
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn every_seed_holds() {
    for (target, run) in TARGETS {
        for (name, seed) in seeds(target) {
            eprintln!("{target} {name}");
            run(&seed);
        }
    }
}

/// `FUZZ_SECONDS` a target (10), from `FUZZ_SEED` (1); `FUZZ_TARGET` for one only. What breaks a promise is left in
/// `fuzz/artifacts/`.
#[test]
#[ignore = "as long as one likes"]
fn bent_seeds_hold() {
    let asked = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let only = std::env::var("FUZZ_TARGET").ok();
    let mut broken = Vec::new();
    for (target, run) in TARGETS.into_iter().filter(|(target, _)| only.as_deref().is_none_or(|only| only == *target)) {
        let seeds = seeds(target);
        let mut dice = Dice(asked("FUZZ_SEED", 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let end = Instant::now() + Duration::from_secs(asked("FUZZ_SECONDS", 10));
        let (mut runs, mut slowest) = (0u64, Duration::ZERO);
        while Instant::now() < end {
            let mut data = seeds[dice.below(seeds.len())].1.clone();
            for _ in 0..=dice.below(4) {
                bend(&mut data, &seeds[dice.below(seeds.len())].1, &mut dice);
            }
            let start = Instant::now();
            let held = catch_unwind(AssertUnwindSafe(|| run(&data))).is_ok();
            slowest = slowest.max(start.elapsed());
            runs += 1;
            if !held || start.elapsed() > Duration::from_secs(5) {
                let name = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("artifacts/{target}-{}", broken.len()));
                std::fs::create_dir_all(name.parent().expect("a folder")).expect("a folder");
                std::fs::write(&name, &data).expect("a file");
                broken.push(format!("{} {}", name.display(), if held { "is slow" } else { "broke a promise" }));
                if broken.len() >= 10 {
                    panic!("{}", broken.join("\n"));
                }
            }
        }
        eprintln!("{target}: {runs} runs, the slowest {slowest:?}");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// xorshift64*
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % most.max(1)
    }
}

/// What parsers stumble over.
const WORDS: [&[u8]; 22] = [
    b"<",
    b">",
    b"\"",
    b"'",
    b"&",
    b"&#x0;",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"</",
    b"/>",
    b"-1",
    b"0",
    b"4294967296",
    b"18446744073709551615",
    b"1e999",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\xff\xfe",
    b"=",
    b"\n",
    "\u{202e}".as_bytes(),
];

fn bend(data: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let at = dice.below(data.len() + 1);
    let length = [1, 2, 4, 8, 32, 200][dice.below(6)];
    let end = (at + length).min(data.len());
    match dice.below(9) {
        0 => data.truncate(at),
        1 if at < data.len() => data[at] ^= 1 << dice.below(8),
        2 if at < data.len() => data[at] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'9'][dice.below(7)],
        3 => drop(data.drain(at..end)),
        4 => {
            let piece = data[at..end].to_vec();
            data.splice(at..at, piece.repeat([1, 2, 100][dice.below(3)]));
        }
        5 | 6 => drop(data.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
        7 => {
            let from = dice.below(other.len() + 1);
            let piece = other[from..(from + length).min(other.len())].to_vec();
            data.splice(at..at, piece);
        }
        _ => {
            let to = dice.below(data.len() + 1);
            let piece = data[at..end].to_vec();
            data.splice(to..to, piece);
        }
    }
    data.truncate(1 << 20);
}
