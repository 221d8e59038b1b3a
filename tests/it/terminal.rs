//! What a person sees on a terminal: colours only if wanted, rows that fit, and no line that a file could forge.

use std::path::Path;
use std::process::Command;

use scorebook::words::width;

use crate::support::{Workdir, base, sheet_of};

/// Standard output and standard error of the program, with these variables and no others about colours and width.
fn said(args: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_scorebook"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        program.env_remove(name);
    }
    let done = program.args(args).args(["--lang", "zh"]).envs(variables.iter().copied()).output().unwrap();
    (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn no_color_means_no_colour_wherever_it_goes() {
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let (out, err) = said(args, variables);
        (out + &err).contains('\u{1b}')
    };
    // A result and a fault.
    for args in [["rule", "out-of-range"], ["check", "no/such/folder"]] {
        assert!(!coloured(&args, &[]), "{args:?}: a pipe is no terminal");
        assert!(coloured(&args, &[("CLICOLOR_FORCE", "1")]), "{args:?}");
        assert!(!coloured(&args, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "{args:?}: NO_COLOR is stronger");
        assert!(coloured(&[&args[..], &["--color", "always"]].concat(), &[("NO_COLOR", "1")]), "{args:?}: what is typed is strongest");
        assert!(!coloured(&[&args[..], &["--color", "never"]].concat(), &[("CLICOLOR_FORCE", "1")]), "{args:?}");
    }
}

#[test]
fn rows_fit_a_terminal_of_eighty_columns() {
    let mut faulty = base("community-4");
    "优秀".clone_into(&mut sheet_of(&mut faulty, "积分登记")[1][3]);
    let faulty = Workdir::county("community-4").workbook("第一支部二〇二六年度党员积分报送表（最终版，已核对）.xlsx", &faulty);
    let good = Workdir::county("community-4").workbook("一.xlsx", &base("community-4"));
    let (faulty, good) = (faulty.path().to_str().unwrap(), good.path().to_str().unwrap());
    for args in [
        vec!["check", faulty],
        vec!["status", faulty],
        vec!["scheme", "show", "hospital-dual"],
        vec!["template", "fields", "board"],
        vec!["explain", good, "张甲"],
        vec!["rule", "missing-entry"],
    ] {
        let (out, _) = said(&args, &[("COLUMNS", "80")]);
        let wide: Vec<&str> = out.lines().filter(|line| width(line) > 80).collect();
        assert!(out.lines().count() > 1 && wide.is_empty(), "{args:?}: {wide:#?}");
        // Into a file nothing is wrapped, and nothing is lost by wrapping.
        let (whole, _) = said(&args, &[]);
        let bare = |text: &str| text.replace([' ', '\n', '│', '├', '└', '─'], "");
        assert_eq!(bare(&out), bare(&whole), "{args:?}");
        assert!(whole.lines().count() <= out.lines().count());
    }
}

/// Everything that ends a line or acts on a terminal, then words that look like a finding of ours.
const FORGED: &str = "很\n错误 0201 [bad-id]\r\u{2028}错误 0202\u{85}\u{1b}[1;31m红\u{9b}0m\u{202E}\u{200F}";

#[test]
fn a_cell_or_a_name_cannot_make_a_line_of_its_own() {
    let mut sheets = base("community-4");
    FORGED.clone_into(&mut sheet_of(&mut sheets, "积分登记")[1][3]);
    let county = Workdir::county("community-4").workbook("一\n错误 0203 [bad-id].xlsx", &sheets);
    let path = county.path().to_str().unwrap();
    for columns in [[].as_slice(), &[("COLUMNS", "60")]] {
        let (out, err) = said(&["check", path], columns);
        assert!(!(out.clone() + &err).chars().any(acts), "{out:?}");
        let heads: Vec<&str> = out.lines().filter(|line| !line.starts_with(' ')).collect();
        let findings = county.check("2026").resolved.findings;
        let shown = findings.iter().filter(|finding| finding.severity() != scorebook::diag::Severity::Note).count();
        let told = heads.iter().filter(|line| line.starts_with("错误") || line.starts_with("警告")).count();
        // The last line is the count.
        assert_eq!(told, shown + 1, "{out}");
        // Some of it is taken out where cells are read.
        assert!(out.replace(['\n', ' '], "").contains("很错误0201[bad-id]错误0202[1;31m红0m<U+200F>"), "{out}");
        assert!(!heads.iter().any(|line| ["0201", "0202", "0203"].iter().any(|code| line.starts_with(&format!("错误 {code}")))), "{out}");
    }
    // For programs the values are what they are.
    let (out, _) = said(&["check", path, "--format", "json"], &[]);
    assert!(!out.chars().any(acts), "{out:?}");
    let values: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(values.iter().any(|finding| finding["value"].as_str().is_some_and(|value| value.contains('\u{200F}'))));
}

fn acts(c: char) -> bool {
    c != '\n'
        && (c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

#[test]
fn a_fault_in_a_file_of_the_county_cannot_forge_a_line_either() {
    let county = Workdir::county("community-4").settings("a\\n错误：0201", "");
    let (_, err) = said(&["check", county.path().to_str().unwrap()], &[]);
    assert!(!err.is_empty() && err.lines().skip(1).all(|line| line.starts_with(' ')), "{err}");
    let (_, err) = said(&["check", Path::new("没有\n错误：这个文件夹").to_str().unwrap()], &[]);
    assert!(!err.is_empty() && err.lines().skip(1).all(|line| line.starts_with(' ')), "{err}");
}

#[test]
fn shells_and_manuals_know_every_command() {
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef scorebook"),
        ("fish", "complete -c scorebook"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let (script, fault) = said(&["completions", shell], &[]);
        assert!(script.contains(sign) && script.contains("archive") && fault.is_empty(), "{shell}: {fault}");
    }
    let (page, _) = said(&["man"], &[]);
    assert!(page.contains(".TH scorebook 1") && page.contains("scorebook\\-fill(1)"), "{page}");
    let pages = Workdir::empty();
    let folder = pages.path().join("man");
    let (out, fault) = said(&["man", &folder.display().to_string()], &[]);
    assert!(out.starts_with("写了 ") && fault.is_empty(), "{out}{fault}");
    let run = std::fs::read_to_string(folder.join("scorebook-run.1")).unwrap();
    assert!(run.contains("读取全部报送表") || run.contains("\\-\\-period"), "{run}");
    // What somebody keeps under such a name stays.
    std::fs::write(folder.join("scorebook-run.1"), "mine").unwrap();
    let (_, fault) = said(&["man", &folder.display().to_string()], &[]);
    assert!(fault.contains("scorebook-run.1"), "{fault}");
    assert_eq!(std::fs::read_to_string(folder.join("scorebook-run.1")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_former_result_and_says_so() {
    let county = Workdir::copy_of("../../samples/county");
    let before = county.run("2026Q3", &["board"]);
    let folder = before.folder.unwrap();
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_scorebook"));
    program.arg("run").arg(county.path()).args(["--period", "2026Q3", "--date", "2026-11-02", "--lang", "zh"]);
    let mut running = program.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    // Once it stages something it is at work, and far from done: the cards of a county take longer than a look at a folder.
    let out = county.path().join("out");
    let staging = || std::fs::read_dir(&out).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().contains(".staging-"));
    while !staging() {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let done = running.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(130), "{said}");
    assert!(said.contains("已中断（Ctrl-C）"), "{said}");
    assert_eq!(std::fs::read(folder.join("manifest.json")).unwrap(), manifest);
}
