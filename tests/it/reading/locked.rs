//! Workbooks with a password; the fixtures' is 县委2026, they are made by tests/cases/reading/encrypted.py.

use scorebook::sheet::{self, Limits, Passwords, Refusal};

use super::{fixture, read, told};

fn passwords(all: &[&str]) -> Passwords {
    Passwords::new(all.iter().map(|&one| one.to_owned()).collect())
}

#[test]
fn a_known_password_opens() {
    for (name, plain) in [
        ("agile.xlsx", "kinds.xlsx"),
        ("standard.xlsx", "kinds.xlsx"),
        ("office97.xls", "kinds.xls"),
        ("libreoffice.xls", "kinds.xls"),
        ("cryptoapi.xls", "kinds.xls"),
    ] {
        let opened = sheet::unlock(&fixture(name), &passwords(&["12345", "县委2026"])).unwrap().unwrap();
        assert_eq!(told(&sheet::read(name, &opened, &Limits::default()).unwrap()), told(&read(plain)), "{name}");
    }
}

#[test]
fn what_is_only_protected_opens_without_being_asked() {
    let opened = sheet::unlock(&fixture("velvet.xlsx"), &passwords(&[])).unwrap().unwrap();
    assert_eq!(opened, fixture("kinds.xlsx"));
}

#[test]
fn without_the_password_it_is_a_finding() {
    for name in ["agile.xlsx", "standard.xlsx", "office97.xls", "cryptoapi.xls"] {
        assert_eq!(sheet::unlock(&fixture(name), &passwords(&["县委2025", ""])), Err(Refusal::ENCRYPTED), "{name}");
    }
    assert_eq!(sheet::unlock(&fixture("locked.ods"), &passwords(&["县委2026"])), Ok(None));
    assert_eq!(sheet::read("locked.ods", &fixture("locked.ods"), &Limits::default()).unwrap_err(), Refusal::ENCRYPTED);
}

#[test]
fn what_is_open_stays_as_it_is() {
    for name in ["kinds.xlsx", "kinds.xls", "kinds.ods"] {
        assert_eq!(sheet::unlock(&fixture(name), &passwords(&["县委2026"])), Ok(None), "{name}");
    }
}

#[test]
fn damage_at_any_place_is_survived() {
    for name in ["agile.xlsx", "standard.xlsx", "office97.xls", "cryptoapi.xls"] {
        let whole = fixture(name);
        for at in (0..whole.len()).step_by(3001) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x21;
            let _ = sheet::unlock(&damaged, &passwords(&["县委2026"]))
                .map(|opened| opened.map(|opened| sheet::read(name, &opened, &Limits::default())));
            let _ = sheet::unlock(&whole[..at], &passwords(&["县委2026"]));
        }
    }
}

#[test]
fn passwords_are_never_shown() {
    assert_eq!(format!("{:?}", passwords(&["县委2026", "b"])), "Passwords(2)");
}
