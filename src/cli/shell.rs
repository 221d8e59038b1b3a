//! What shells and manuals take from the command line's definition: completions, man pages.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use crate::diag::Lang;
use crate::publish::write_files;
use crate::run::RunError;

use super::args::Arguments;
use super::printer::Printer;
use super::usage::worded;

const NAME: &str = "scorebook";

/// `scorebook completions`: a script for the shell, on stdout.
pub fn completions(shell: Shell, lang: Lang) -> u8 {
    let mut script = Vec::new();
    generate(shell, &mut worded(Arguments::command(), lang), NAME, &mut script);
    u8::from(std::io::stdout().write_all(&script).is_err()) * 2
}

/// `scorebook man`: the page of the program on stdout, or one per command in a folder.
pub fn man(printer: &Printer, folder: Option<&Path>) -> u8 {
    let mut command = worded(Arguments::command(), printer.lang());
    command.build();
    let mut pages = vec![(format!("{NAME}.1"), Man::new(command.clone()))];
    if folder.is_some() {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let name = format!("{NAME}-{}", sub.get_name());
            pages.push((format!("{name}.1"), Man::new(sub.clone()).title(name)));
        }
    }
    let mut written = Vec::new();
    for (name, page) in pages {
        let mut bytes = Vec::new();
        if page.render(&mut bytes).is_err() {
            return 2;
        }
        written.push((name, bytes));
    }
    let Some(folder) = folder else {
        return u8::from(written.iter().any(|(_, page)| std::io::stdout().write_all(page).is_err())) * 2;
    };
    let paths: Vec<_> = written.iter().map(|(name, _)| folder.join(name)).collect();
    let files: Vec<(&Path, &[u8])> = paths.iter().zip(&written).map(|(path, (_, page))| (path.as_path(), page.as_slice())).collect();
    match write_files(&files, false) {
        Ok(()) if printer.json() => {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            printer.record(&serde_json::json!({ "folder": folder.display().to_string(), "files": names }));
            0
        }
        Ok(()) => {
            printer.line(printer.text("man-written", &[("count", &files.len().to_string()), ("dir", &folder.display().to_string())]));
            0
        }
        Err(error) => {
            printer.fault(RunError::from(error).message(printer.lang()));
            2
        }
    }
}
