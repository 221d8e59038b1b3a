//! The command line: arguments, languages, exit codes. One command, one file, one word.
//!
//! stdout carries the result, stderr the talk and the progress bar. The only room that prints. May use `run`, `diag`,
//! `period` and what a command shows.

mod archive;
mod args;
mod check;
mod explain;
mod history;
mod issue;
mod merge;
mod printer;
mod progress;
mod rule;
mod rule_sheet;
mod run;
mod sample;
mod scheme;
mod status;
mod template;
mod verify;

use std::process::ExitCode;

use crate::run::Wanted;
use args::Command;
use printer::Printer;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    // A panic is caught where work is fenced; its text is for the program's makers and reaches no clerk.
    std::panic::set_hook(Box::new(|_| {}));
    let (command, globals) = match args::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(refused) => return refused.print(),
    };
    let printer = Printer::new(globals);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &command {
        Command::Run(options) => run::run(&printer, options),
        Command::Check(options) => check::check(&printer, options),
        Command::Issue { options, roster_from } => issue::issue(&printer, options, roster_from.as_deref()),
        Command::Status(options) => status::status(&printer, options),
        Command::Explain { options, name, branch, seq, out } => {
            explain::explain(&printer, options, Wanted { name, branch: branch.as_deref(), seq: *seq, lang: printer.lang() }, out.as_deref())
        }
        Command::Rule { code } => rule::rule(&printer, code.as_deref()),
        Command::SchemeList => scheme::list(&printer),
        Command::SchemeShow { id } => scheme::show(&printer, id),
        Command::SchemeCheck { file } => scheme::check(&printer, file),
        Command::TemplateList => template::list(&printer),
        Command::TemplateFields { form } => template::fields(&printer, form),
        Command::TemplateCheck { file, form, members, out } => template::check(&printer, file, form.as_deref(), *members, out.as_deref()),
        Command::TemplateExport { form, out } => template::export(&printer, form, out.as_deref()),
        Command::Archive { options, order, sign_with } => archive::archive(&printer, options, order, sign_with.as_deref()),
        Command::Verify { dir, rerun, jobs } => verify::verify(&printer, dir, *rerun, *jobs),
        Command::History { dir, name } => history::history(&printer, dir, name),
        Command::Merge { outs, out } => merge::merge(&printer, outs, out),
        Command::Sample { dir, size } => sample::sample(&printer, dir, size),
        Command::ServeReader => {
            crate::fence::serve(std::io::stdin().lock(), std::io::stdout().lock());
            0
        }
    }));
    if let Ok(code) = done {
        ExitCode::from(code)
    } else {
        printer.fault(printer.text("internal", &[]));
        ExitCode::from(2)
    }
}
