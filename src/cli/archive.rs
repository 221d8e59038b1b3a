//! `scorebook archive`: closes a year, and signs what was closed.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::archive::{self, ArchiveOrder};
use crate::diag::Severity;
use crate::run::Options;

use super::kept;
use super::printer::Printer;
use super::progress::watched;

/// `scorebook archive`: one bag of the year. 1 where it was closed unfinished.
pub fn archive(printer: &Printer, options: &Options, order: &ArchiveOrder, sign_with: Option<&str>) -> u8 {
    let signer = sign_with.map(|command| move |digest: &str| sign(command, digest));
    let signer = signer.as_ref().map(|signer| signer as archive::Signer<'_>);
    let done = match watched(printer, |progress| archive::archive(options, order, signer, progress)) {
        Ok(done) => done,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let (returned, missing) = &done.unfinished;
    let code = u8::from(!returned.is_empty() || !missing.is_empty());
    if printer.json() {
        let values = json!({
            "folder": done.folder.display().to_string(),
            "new": done.new,
            "county": done.county,
            "year": done.year,
            "sha256": done.digest,
            "files": done.files,
            "bytes": done.bytes,
            "signed": done.signed,
            "noted": done.noted,
            "fonds": done.fonds,
            "returned": returned,
            "missing": missing,
        });
        printer.record(&kept::add_to(values, &done.kept));
        return code;
    }
    let (year, files, bytes) = (done.year.to_string(), done.files.to_string(), done.bytes.to_string());
    let values = [("county", done.name.as_str()), ("year", &year), ("files", &files), ("bytes", &bytes)];
    printer.line(if done.new { printer.text("archive-done", &values) } else { printer.text("archive-same", &values) });
    if code == 1 {
        let values = [("returned", returned.len().to_string()), ("missing", missing.len().to_string())];
        printer.line(printer.text("archive-unfinished", &[(values[0].0, &values[0].1), (values[1].0, &values[1].1)]));
    }
    printer.line(printer.text("archive-where", &[("folder", &done.folder.display().to_string())]));
    kept::print(printer, &done.kept, "kept-changed");
    if !done.noted {
        printer.line(printer.text("archive-not-noted", &[]));
    }
    if done.fonds.is_none() {
        printer.marked(Severity::Note, &printer.text("archive-no-fonds", &[]));
    }
    if done.signed {
        printer.line(printer.text("archive-signed", &[]));
    }
    printer.line(printer.text("archive-paper", &[]));
    printer.line(paper_line(&done.county, &year, &done.digest));
    code
}

/// The line to keep on paper, in groups that can be read out:
/// `scorebook 360102 2026 sha256 6f1c09aa 77e2…`.
pub fn paper_line(county: &str, year: &str, digest: &str) -> String {
    let groups: Vec<String> = digest.chars().collect::<Vec<_>>().chunks(8).map(|group| group.iter().collect()).collect();
    format!("scorebook {county} {year} sha256 {}", groups.join(" "))
}

/// Bytes of a signature at most; one with all its certificates has some thousands.
const MOST_SIGNATURE: u64 = 1 << 20;

/// Has an outside program sign: the digest and a line feed on its standard input, the signature on its output. It is the
/// person's own command line, so the system's shell reads it.
fn sign(command: &str, digest: &str) -> Result<Vec<u8>, String> {
    let failed = |why: String| format!("{command}: {why}");
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(shell);
    shell.args([flag, command]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = shell.spawn().map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read fails below, by its exit code.
        let _ = stdin.write_all(format!("{digest}\n").as_bytes());
    }
    let mut signature = Vec::new();
    let read = child.stdout.take().map_or(Ok(0), |stdout| stdout.take(MOST_SIGNATURE + 1).read_to_end(&mut signature));
    let endless = signature.len() as u64 > MOST_SIGNATURE;
    if endless {
        // It is asked to end; that it has ended already is as well.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    read.map_err(|error| failed(error.to_string()))?;
    if endless {
        return Err(failed(format!("more than {MOST_SIGNATURE} bytes of output")));
    }
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    if signature.is_empty() { Err(failed("no output".into())) } else { Ok(signature) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::sign;

    #[test]
    fn a_signature_is_what_the_program_prints() {
        assert_eq!(sign("tr a-f A-F", "6f1c"), Ok(b"6F1C\n".to_vec()));
        assert!(sign("false", "6f1c").is_err() && sign("true", "6f1c").is_err());
        let told = sign("yes", "6f1c").expect_err("endless");
        assert!(told.ends_with("more than 1048576 bytes of output"), "{told}");
    }
}
