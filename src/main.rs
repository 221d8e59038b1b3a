//! The `scorebook` program.
fn main() {
    let mut args = std::env::args().skip(1);
    let options = scorebook::run::Options { workspace: args.next().unwrap().into(), period: args.next().and_then(|p| scorebook::period::RunPeriod::parse(&p)), out: args.next().map(Into::into), ..Default::default() };
    match scorebook::run::run(&options, &|_, _, _| {}) {
        Ok(summary) => println!("{:?} {}", summary.folder, summary.exit_code()),
        Err(error) => println!("{}", error.message(scorebook::diag::Lang::Zh)),
    }
}
