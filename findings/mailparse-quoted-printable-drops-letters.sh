#!/usr/bin/env bash
# mailparse 0.18.0 (quoted_printable 0.5.2) drops every byte beyond ASCII from a quoted-printable body, without an error.
# RFC 2045 forbids such bytes; systems that write MHTML in Chinese send them all the same, beside letters that are encoded.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo init --quiet --name found .
cargo add --quiet mailparse@0.18.0
cat >src/main.rs <<'END'
fn main() {
    let mail = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E6=94=AF部=";
    let body = mailparse::parse_mail(mail.as_bytes()).unwrap().get_body().unwrap();
    println!("支部 came out as {body}");
}
END
cargo run --quiet
