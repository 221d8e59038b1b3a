//! Reading what branches send: inbox and sheet together.

use scorebook::{inbox, sheet};

#[test]
fn an_inbox_that_is_not_there_is_the_machine_failing() {
    assert!(inbox::list(std::path::Path::new("no/such/inbox"), &inbox::Limits::default()).is_err());
}

#[test]
fn a_picture_is_no_spreadsheet() {
    let refusal = sheet::read("a.xlsx", b"\x89PNG\r\n\x1a\n", &sheet::Limits::default()).unwrap_err();
    assert_eq!(refusal, sheet::Refusal::NotASpreadsheet { kind: sheet::Format::Image });
}
