//! The `scorebook` program: see [`scorebook::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    scorebook::cli::main()
}
