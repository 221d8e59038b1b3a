//! The command line: arguments, languages, exit codes. One file per command.
//!
//! Results go to stdout, messages and the progress bar to stderr. This is the only room that prints.

mod archive;
mod args;
mod check;
mod doctor;
mod explain;
mod fill;
mod history;
mod init;
mod interrupt;
mod issue;
mod kept;
mod lock;
mod merge;
mod post;
mod print;
mod printer;
mod progress;
mod rule;
mod rule_sheet;
mod run;
mod sample;
mod scheme;
mod shell;
mod status;
mod template;
mod terminal;
mod today;
mod usage;
mod values;
mod verify;

use std::process::ExitCode;

use crate::archive::ArchiveOrder;
use crate::explain::Wanted;
use crate::issue::issue_folder;
use crate::run::out_folder;
use args::{Command, Scheme, Template};
use lock::{Place, locked};
use printer::Printer;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    // A panic is caught where work is fenced; its text is for the program's makers and reaches no clerk.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = match usage::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(refused) => return ExitCode::from(refused.print()),
    };
    let printer = Printer::new(arguments.globals);
    // A reading process ends with the one that started it, without a word.
    if !matches!(arguments.command, Command::ServeReader) {
        interrupt::told(&printer);
    }
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
        Command::Run(args) => {
            let options = args.options();
            let places = Place::into_folder(&options, &out_folder(&options));
            locked(printer, args.lock.wish(), &places, || run::run(printer, &options))
        }
        Command::Check(args) => {
            let places = Place::file(args.out.clone());
            locked(printer, args.over.lock.wish(), &places, || check::check(printer, &args.options()))
        }
        Command::Issue(args) => {
            let options = args.options();
            let places = Place::into_folder(&options, &issue_folder(&options));
            locked(printer, args.lock.wish(), &places, || issue::issue(printer, &options, args.roster_from.as_deref(), args.ballots()))
        }
        Command::Status(args) => status::status(printer, &args.options()),
        Command::Post(args) => {
            let options = args.options();
            let places = Place::into_folder(&options, &options.workspace.join(crate::record::FOLDER));
            locked(printer, args.lock.wish(), &places, || post::post(printer, &options, &args.order()))
        }
        Command::Print(args) => {
            let options = args.options();
            let places = Place::into_folder(&options, &options.workspace.join(crate::print::FOLDER));
            locked(printer, args.lock.wish(), &places, || print::print(printer, &options, &args.order()))
        }
        Command::Fill(args) => {
            locked(printer, args.lock.wish(), &Place::file(Some(args.out.join("x"))), || fill::fill(printer, &args.order()))
        }
        Command::Explain(args) => {
            let wanted = Wanted { name: &args.name, branch: args.branch.as_deref(), seq: args.seq, lang: printer.lang() };
            let explain = || explain::explain(printer, &args.options(), wanted, args.record(), args.out.as_deref());
            locked(printer, args.over.lock.wish(), &Place::file(args.out.clone()), explain)
        }
        Command::Init { dir, from } => init::init(printer, dir, from.as_deref()),
        Command::Doctor { workspace } => doctor::doctor(printer, &args::plain(workspace)),
        Command::Completions { shell } => shell::completions(*shell, printer.lang()),
        Command::Man { dir } => shell::man(printer, dir.as_deref()),
        Command::Help { command } => usage::help(command, printer.lang()),
        Command::Rule { code } => rule::rule(printer, code.as_deref()),
        Command::Scheme(Scheme::List) => scheme::list(printer),
        Command::Scheme(Scheme::Show { id }) => scheme::show(printer, id),
        Command::Scheme(Scheme::Check { file }) => scheme::check(printer, file),
        Command::Template(Template::List) => template::list(printer),
        Command::Template(Template::Fields { form }) => template::fields(printer, form),
        Command::Template(Template::Check { file, form, members, out, over }) => {
            let places = Place::file(Some(out.as_ref().unwrap_or(file).clone()));
            let check = || template::check(printer, file, form.as_deref(), *members as usize, out.as_deref(), over.force);
            locked(printer, over.lock.wish(), &places, check)
        }
        Command::Template(Template::Export { form, out, over }) => {
            let places = Place::file(Some(out.clone().unwrap_or_else(|| form.into())));
            locked(printer, over.lock.wish(), &places, || template::export(printer, form, out.as_deref(), over.force))
        }
        Command::Archive(args) => {
            let order = ArchiveOrder { to: args.to.clone(), incomplete: args.incomplete.clone() };
            let options = args.options();
            let mut places = Place::reading(&options, &out_folder(&options));
            places.push(Place::folder(args.to.clone()));
            locked(printer, args.lock.wish(), &places, || archive::archive(printer, &options, &order, args.sign_with.as_deref()))
        }
        Command::Verify { dir, rerun, jobs } => verify::verify(printer, dir, *rerun, *jobs),
        Command::History { dir, name } => history::history(printer, dir, name),
        Command::Merge { outs, out, lock } => {
            locked(printer, lock.wish(), &[Place::folder(out.join("x"))], || merge::merge(printer, outs, out))
        }
        Command::Sample(size) => sample::sample(printer, size),
        Command::ServeReader => {
            crate::fence::serve(std::io::stdin().lock(), std::io::stdout().lock());
            0
        }
    }
}
