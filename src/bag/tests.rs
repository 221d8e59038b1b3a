//! Every kind of damage to a small bag.

use std::fs;
use std::path::Path;

use super::{Bag, Damage, DamageKind, verify};

/// `é` composed; the other form is two characters.
const NFC: &str = "data/originals/\u{e9}.xlsx";
const NFD: &str = "data/originals/e\u{301}.xlsx";

fn bag(to: &Path) {
    let bag = Bag::open(to).expect("opened");
    for (path, content) in [("data/a.txt", "one"), ("data/b/100%.txt", "two"), (NFC, "three")] {
        bag.add(path, content.as_bytes()).expect("added");
    }
    let sealed = bag.seal(&[("Source-Organization", "县委组织部".to_owned())]).expect("sealed");
    sealed.sign(b"signature").expect("signed");
    assert!(sealed.publish().expect("published").1);
}

fn found(bag: &Path) -> Vec<(DamageKind, String)> {
    verify(bag).expect("read").damages.into_iter().map(|Damage { kind, path, .. }| (kind, path)).collect()
}

/// What `verify` says after a change to a whole bag.
fn after(change: impl FnOnce(&Path)) -> Vec<(DamageKind, String)> {
    let folder = tempfile::tempdir().expect("folder");
    let target = folder.path().join("bag");
    bag(&target);
    assert_eq!(found(&target), [], "whole before");
    change(&target);
    found(&target)
}

fn one(kind: DamageKind, path: &str) -> Vec<(DamageKind, String)> {
    vec![(kind, path.to_owned())]
}

#[test]
fn payload_damage_is_named() {
    let oxum = (DamageKind::Oxum, "bag-info.txt".to_owned());
    assert_eq!(after(|bag| fs::write(bag.join("data/a.txt"), "onE").expect("file")), one(DamageKind::Changed, "data/a.txt"));
    let missing = after(|bag| fs::remove_file(bag.join("data/b/100%.txt")).expect("file"));
    assert_eq!(missing, [(DamageKind::Missing, "data/b/100%.txt".to_owned()), oxum.clone()]);
    let extra = after(|bag| fs::write(bag.join("data/b/new.txt"), "four").expect("file"));
    assert_eq!(extra, [(DamageKind::Extra, "data/b/new.txt".to_owned()), oxum]);
    let renamed = after(|bag| fs::rename(bag.join("data/a.txt"), bag.join("data/b/c.txt")).expect("file"));
    assert_eq!(renamed, one(DamageKind::Renamed, "data/a.txt"));
    // Renamed and changed is gone and come: nothing ties the two together.
    let both = after(|bag| {
        fs::remove_file(bag.join("data/a.txt")).expect("file");
        fs::write(bag.join("data/c.txt"), "new").expect("file");
    });
    assert_eq!(both, [(DamageKind::Missing, "data/a.txt".to_owned()), (DamageKind::Extra, "data/c.txt".to_owned())]);
}

#[test]
fn a_name_in_the_other_unicode_form_is_named() {
    let moved = |content: &'static str| {
        after(move |bag| {
            fs::remove_file(bag.join(NFC)).expect("file");
            fs::write(bag.join(NFD), content).expect("file");
        })
    };
    assert_eq!(moved("three"), one(DamageKind::NameForm, NFC));
    // Other content besides: both are told.
    assert_eq!(moved("thrEe"), [(DamageKind::Changed, NFD.to_owned()), (DamageKind::NameForm, NFC.to_owned())]);
    // Both forms side by side: one of them is too many.
    let beside = after(|bag| fs::write(bag.join(NFD), "three").expect("file"));
    assert_eq!(beside, [(DamageKind::Extra, NFD.to_owned()), (DamageKind::Oxum, "bag-info.txt".to_owned())]);
}

#[test]
fn tag_damage_is_named() {
    for name in
        ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "sm3sums.txt", "tagmanifest-sha256.txt", "signature.bin", "signature.sha256"]
    {
        assert!(!after(|bag| fs::remove_file(bag.join(name)).expect("file")).is_empty(), "{name} gone");
        let content = |bag: &Path| fs::read(bag.join(name)).expect("file");
        let changed = after(|bag| {
            let mut bytes = content(bag);
            bytes[3] ^= 1;
            fs::write(bag.join(name), bytes).expect("file");
        });
        assert!(!changed.is_empty(), "{name} changed");
        let cut = after(|bag| fs::write(bag.join(name), &content(bag)[..5]).expect("file"));
        assert!(!cut.is_empty(), "{name} cut short");
    }
    assert_eq!(after(|bag| fs::write(bag.join("x.txt"), "").expect("file")), one(DamageKind::TagExtra, "x.txt"));
}

#[test]
fn what_people_have_there_stays_and_is_proven_too() {
    let folder = tempfile::tempdir().expect("folder");
    let target = folder.path().join("bag");
    fs::create_dir_all(target.join("letters/empty")).expect("folder");
    fs::write(target.join("letters/函.txt"), "theirs").expect("file");
    let made = |content: &str| {
        let bag = Bag::open(&target)?;
        bag.add("data/a.txt", content.as_bytes())?;
        bag.seal(&[])?.publish()
    };
    let (_, new, kept) = made("a").expect("published");
    assert_eq!((new, kept.foreign, kept.renamed.len()), (true, 1, 0));
    assert_eq!(found(&target), []);
    assert_eq!(fs::read(target.join("letters/函.txt")).expect("file"), b"theirs");
    assert!(target.join("letters/empty").is_dir());
    // The same bag once more, and another one.
    let (_, new, kept) = made("a").expect("the same");
    assert_eq!((new, kept.foreign), (false, 1));
    assert!(made("b").is_err());
    fs::write(target.join("letters/函.txt"), "changed").expect("file");
    assert_eq!(found(&target), one(DamageKind::TagChanged, "letters/函.txt"));
}

#[test]
fn what_no_bag_can_hold_is_refused_and_left() {
    let folder = tempfile::tempdir().expect("folder");
    let result = r#"{"program": "scorebook", "outputs": [{"file": "a", "sha256": "00"}]}"#;
    for (name, content) in [("data/a.txt", "x"), ("Bag-Info.txt", "x"), ("con", "x"), ("manifest.json", result)] {
        let target = folder.path().join("target");
        fs::create_dir_all(target.join(name).parent().expect("folder")).expect("folder");
        fs::write(target.join(name), content).expect("file");
        assert!(Bag::open(&target).is_err(), "{name}");
        assert_eq!(fs::read(target.join(name)).expect("file"), content.as_bytes());
        fs::remove_dir_all(&target).expect("removed");
    }
    // Nor is another bag overwritten.
    let target = folder.path().join("bag");
    bag(&target);
    let other = Bag::open(&target).expect("a bag may be the same");
    other.add("data/a.txt", b"other").expect("added");
    assert!(other.seal(&[]).expect("sealed").publish().is_err());
    assert_eq!(found(&target), []);
}
