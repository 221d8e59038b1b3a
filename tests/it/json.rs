//! `--format json`: every command prints objects, one per line, with the keys that docs/commands.md tells.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Exit code, objects of standard output, objects of standard error.
fn told(args: &[&str], inside: &Path) -> (i32, Vec<Value>, Vec<Value>) {
    let done = Command::new(env!("CARGO_BIN_EXE_scorebook"))
        .args(args)
        .args(["--format", "json", "--lang", "en", "--quiet"])
        // A terminal of no width would break lines, if lines were broken.
        .env("COLUMNS", "20")
        .current_dir(inside)
        .output()
        .unwrap();
    let lines = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: {line}"))).collect::<Vec<Value>>()
    };
    (done.status.code().unwrap(), lines(done.stdout), lines(done.stderr))
}

/// Keys of a command in the documentation.
fn documented(command: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md")).unwrap();
    let table = page.split("<!-- json -->").nth(1).unwrap().split("<!-- end -->").next().unwrap();
    let row =
        table.lines().find(|line| line.starts_with(&format!("| `{command}` |"))).unwrap_or_else(|| panic!("{command} is not documented"));
    row.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_command_says_in_json_what_it_says_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/fill/certificates");
    let (form, table) = (samples.join("证书.xlsx"), samples.join("获奖名单.xlsx"));
    let (form, table) = (form.to_str().unwrap(), table.to_str().unwrap());
    let bad = at("bad.toml");
    std::fs::write(&bad, "id = 1\n").unwrap();
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/schemes/ju-10star.toml");
    let good = good.to_str().unwrap();
    let (county, bags) = (at("county"), at("bags"));
    let named = |results: &str| {
        let text = std::fs::read_to_string(folder.path().join(results)).unwrap();
        let row: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        (row["name"].as_str().unwrap().to_owned(), row["branch_code"].as_str().unwrap().to_owned())
    };
    let run = |command: &str, args: &[&str], codes: &[i32]| -> Vec<Value> {
        let whole: Vec<&str> = command.split(' ').chain(args.iter().copied()).collect();
        let (code, out, err) = told(&whole, folder.path());
        assert!(codes.contains(&code), "{whole:?} ended with {code}: {err:?}");
        assert!(!out.is_empty(), "{whole:?} says nothing");
        assert!(err.iter().all(|line| line["message"].is_string()), "{whole:?}: {err:?}");
        if command != "explain" {
            let known = documented(command);
            let keys: BTreeSet<String> = out.iter().flat_map(|line| line.as_object().unwrap().keys().cloned()).collect();
            let unknown: Vec<&String> = keys.difference(&known).collect();
            assert!(unknown.is_empty(), "{command}: docs/commands.md does not tell of {unknown:?}");
        }
        out
    };
    run("init", &[&at("new")], &[0]);
    run("sample", &[&county, "--branches", "3", "--members", "4", "--mess", "0"], &[0]);
    run("doctor", &[&county], &[0, 1]);
    run("check", &[&county], &[0, 1]);
    let done = run("run", &[&county, "--period", "2026", "--forms", "board"], &[0, 1]);
    assert_eq!(done.len(), 1, "one object");
    run("status", &[&county], &[0, 1]);
    run("post", &[&county, "--period", "2026"], &[0]);
    run("print", &[&county, "--period", "2026"], &[0]);
    run("issue", &[&county], &[0]);
    let (name, code) = named("county/out/2026/results.jsonl");
    let told_of = run("explain", &[&county, &name, "--branch", &code, "--out", &at("explained")], &[0]);
    assert_eq!(told_of.last().unwrap()["files"].as_array().map(Vec::len), Some(2));
    run("rule", &[], &[0]);
    run("rule", &["out-of-range"], &[0]);
    run("scheme list", &[], &[0]);
    run("scheme show", &["ju-10star"], &[0]);
    run("scheme check", &[good], &[0]);
    assert!(run("scheme check", &[&bad], &[2]).iter().all(|fault| fault["line"].is_number()));
    run("template list", &[], &[0]);
    run("template fields", &["board"], &[0]);
    run("template export", &["board", "--out", &at("board.xlsx")], &[0]);
    run("template check", &[&at("board.xlsx")], &[0]);
    run("archive", &[&county, "--to", &bags, "--incomplete", "a test"], &[0, 1]);
    let bag = std::fs::read_dir(&bags).unwrap().next().map_or(bags.clone(), |entry| entry.unwrap().path().to_str().unwrap().to_owned());
    let bag = if Path::new(&bags).join("bagit.txt").exists() { bags.clone() } else { bag };
    run("verify", &[&bag], &[0]);
    run("history", &[folder.path().to_str().unwrap(), &name], &[0]);
    run("history", &[folder.path().to_str().unwrap(), "没有这个人"], &[1]);
    run("merge", &[&format!("{county}/out/2026"), "--out", &at("merged")], &[0, 1]);
    run("fill", &[form, table, "--out", &at("filled")], &[0]);
    run("man", &[&at("man")], &[0]);
    // What cannot be done is told apart.
    let (code, out, err) = told(&["run", &at("nowhere")], folder.path());
    assert_eq!((code, out.len()), (2, 0));
    assert!(err[0]["message"].as_str().is_some_and(|message| message.contains("nowhere")), "{err:?}");
}
