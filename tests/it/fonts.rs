//! The county's own fonts: found by family name, refused with a word where they cannot be used.

use std::path::Path;

use scorebook::diag::Lang;
use scorebook::font::{FontData, FontSet};
use scorebook::run::{Engine, Options, check, run};

use super::configuration::copy;

fn bundled(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/fonts").join(name)).unwrap()
}

fn all_bundled() -> Vec<FontData> {
    scorebook::builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect()
}

fn number(bytes: &[u8], at: usize) -> usize {
    bytes[at..at + 4].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Offset and length of a table of a font file.
fn table(font: &[u8], tag: [u8; 4]) -> (usize, usize) {
    let record = (12..).step_by(16).find(|at| font[*at..at + 4] == tag).unwrap();
    (number(font, record + 8), number(font, record + 12))
}

/// The bundled face under another family name of the same length.
fn renamed(file: &str, old: &str, new: &str) -> Vec<u8> {
    let mut font = bundled(file);
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let (start, length) = table(&font, *b"name");
    for (old, new) in [(utf16(old), utf16(new)), (old.as_bytes().to_vec(), new.as_bytes().to_vec())] {
        assert_eq!(old.len(), new.len());
        for at in start..start + length - old.len() {
            if font[at..at + old.len()] == old {
                font[at..at + old.len()].copy_from_slice(&new);
            }
        }
    }
    font
}

/// A collection of font files.
fn collection(fonts: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"ttcf\0\x01\0\0".to_vec();
    file.extend((fonts.len() as u32).to_be_bytes());
    let mut start = file.len() + 4 * fonts.len();
    for font in fonts {
        file.extend((start as u32).to_be_bytes());
        start += font.len();
    }
    for font in fonts {
        let (base, mut font) = (file.len(), font.clone());
        for record in 0..usize::from(font[5]) {
            let at = 12 + 16 * record + 8;
            let moved = (number(&font, at) + base) as u32;
            font[at..at + 4].copy_from_slice(&moved.to_be_bytes());
        }
        file.extend(font);
    }
    file
}

#[test]
fn a_family_of_the_countys_own_is_drawn_with_its_own_face() {
    let regular = renamed("NotoSerifSC-Regular.ttf", "Noto Serif SC", "Local Fang S1");
    let bold = renamed("NotoSerifSC-Bold.ttf", "Noto Serif SC", "Local Fang S1");
    let kai = renamed("LXGWWenKai-Regular.ttf", "LXGW WenKai", "County Kaii");
    let mut faces = all_bundled();
    let before = faces.len();
    faces.extend(FontData::all("仿宋.ttc", collection(&[regular, bold])));
    faces.extend(FontData::all("楷体.ttf", kai));
    let set = FontSet::new(faces).unwrap();
    let drawn = |family: &str, bold: bool| usize::from(set.choose(family, bold).face.0);
    assert_eq!(set.faces().len(), before + 3);
    assert_eq!((drawn("Local Fang S1", false), drawn("local fang s1", true)), (before, before + 1));
    assert_eq!(drawn("County Kaii", false), before + 2);
    // Bold without a bold face: the only face of the family, outlined.
    let choice = set.choose("County Kaii", true);
    assert!(usize::from(choice.face.0) == before + 2 && set.needs_stroke(choice, choice.face));
    assert!(!set.needs_stroke(set.choose("Local Fang S1", true), set.choose("Local Fang S1", true).face));
    assert!(drawn("仿宋", false) < before);
}

#[test]
fn fonts_that_cannot_be_used_stop_the_run_with_a_word() {
    let county = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
    let fonts = county.path().join("templates/fonts");
    std::fs::create_dir_all(&fonts).unwrap();
    let options = Options { workspace: county.path().to_owned(), forms: Some(vec!["board".into()]), ..Options::default() };
    let sound = bundled("LXGWWenKai-Regular.ttf");
    let mut restricted = sound.clone();
    let (os2, _) = table(&restricted, *b"OS/2");
    restricted[os2 + 8..os2 + 10].copy_from_slice(&[0, 2]);
    let mut blind = sound.clone();
    for at in (12..).step_by(16).take(usize::from(blind[5])) {
        if &blind[at..at + 4] == b"glyf" {
            blind[at..at + 4].copy_from_slice(b"gone");
        }
    }
    let cases: [(&str, Vec<u8>, &str, &str); 4] = [
        ("坏.ttf", b"no font".to_vec(), "不是能读取的", "not a readable"),
        ("半截.otf", sound[..5000].to_vec(), "半截.otf", "半截.otf"),
        ("禁止.ttf", restricted, "禁止嵌入", "forbids embedding"),
        ("空.ttc", blind, "没有轮廓", "no outlines"),
    ];
    for (name, bytes, zh, en) in cases {
        std::fs::write(fonts.join(name), bytes).unwrap();
        for error in [run(&options, &|_, _, _| {}).map(|_| ()), check(&options, &|_, _, _| {}).map(|_| ())].map(Result::unwrap_err) {
            for (lang, part) in [(Lang::Zh, zh), (Lang::En, en)] {
                let said = error.message(lang);
                assert!(said.contains(part) && said.contains(name) && said.lines().count() == 1, "{said}");
            }
        }
        std::fs::remove_file(fonts.join(name)).unwrap();
    }
    assert!(!county.path().join("out").exists());
    std::fs::write(fonts.join("好.TTF"), sound).unwrap();
    assert!(run(&options, &|_, _, _| {}).is_ok());
}

#[test]
fn the_second_engine_is_there_or_says_that_it_is_not() {
    let county = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
    let options = Options {
        workspace: county.path().to_owned(),
        forms: Some(vec!["board".into()]),
        pdf_engine: Engine::Genpdf,
        ..Options::default()
    };
    match run(&options, &|_, _, _| {}) {
        Ok(summary) => {
            assert!(Engine::Genpdf.is_built_in());
            let folder = summary.folder.unwrap();
            let board = walkdir::WalkDir::new(&folder).into_iter().find_map(|entry| {
                let path = entry.unwrap().into_path();
                path.extension().is_some_and(|extension| extension == "pdf").then_some(path)
            });
            assert!(std::fs::read(board.unwrap()).unwrap().starts_with(b"%PDF"));
            assert!(std::fs::read_to_string(folder.join("manifest.json")).unwrap().contains("\"pdf_engine\": \"genpdf\""));
        }
        Err(error) => {
            assert!(!Engine::Genpdf.is_built_in());
            assert!(error.message(Lang::En).contains("built without genpdf") && error.message(Lang::Zh).contains("没有带上 genpdf"));
            assert!(!county.path().join("out").exists());
        }
    }
}
