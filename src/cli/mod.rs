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
mod terminal;
mod today;
mod usage;
mod verify;

use std::process::ExitCode;

use crate::run::{ArchiveOrder, Wanted};
use args::{Command, Scheme, Template};
use printer::Printer;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    // A panic is caught where work is fenced; its text is for the program's makers and reaches no clerk.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = match usage::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(refused) => return refused.print(),
    };
    let printer = Printer::new(arguments.globals);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| command(&printer, &arguments.command)));
    if let Ok(code) = done {
        ExitCode::from(code)
    } else {
        printer.fault(printer.text("internal", &[]));
        ExitCode::from(2)
    }
}

/// Runs one command; its exit code.
fn command(printer: &Printer, command: &Command) -> u8 {
    match command {
        Command::Run(args) => run::run(printer, &args.options()),
        Command::Check(args) => check::check(printer, &args.options()),
        Command::Issue(args) => issue::issue(printer, &args.options(), args.roster_from.as_deref()),
        Command::Status(args) => status::status(printer, &args.options()),
        Command::Explain(args) => {
            let wanted = Wanted { name: &args.name, branch: args.branch.as_deref(), seq: args.seq, lang: printer.lang() };
            explain::explain(printer, &args.options(), wanted, args.out.as_deref())
        }
        Command::Rule { code } => rule::rule(printer, code.as_deref()),
        Command::Scheme(Scheme::List) => scheme::list(printer),
        Command::Scheme(Scheme::Show { id }) => scheme::show(printer, id),
        Command::Scheme(Scheme::Check { file }) => scheme::check(printer, file),
        Command::Template(Template::List) => template::list(printer),
        Command::Template(Template::Fields { form }) => template::fields(printer, form),
        Command::Template(Template::Check { file, form, members, out }) => {
            template::check(printer, file, form.as_deref(), *members as usize, out.as_deref())
        }
        Command::Template(Template::Export { form, out }) => template::export(printer, form, out.as_deref()),
        Command::Archive(args) => {
            let order = ArchiveOrder { to: args.to.clone(), incomplete: args.incomplete.clone() };
            archive::archive(printer, &args.options(), &order, args.sign_with.as_deref())
        }
        Command::Verify { dir, rerun, jobs } => verify::verify(printer, dir, *rerun, *jobs),
        Command::History { dir, name } => history::history(printer, dir, name),
        Command::Merge { outs, out } => merge::merge(printer, outs, out),
        Command::Sample(size) => sample::sample(printer, size),
        Command::ServeReader => {
            crate::fence::serve(std::io::stdin().lock(), std::io::stdout().lock());
            0
        }
    }
}
