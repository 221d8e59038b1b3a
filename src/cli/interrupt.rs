//! Ctrl-C: the command ends at once, and says what it leaves.

use super::printer::Printer;

/// The exit code of a program that an interrupt has ended, as shells count: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// From now on an interrupt is told. Results are exchanged in one step, so that what is there is whole, whenever it comes; what
/// was staged the next command clears away.
pub fn told(printer: &Printer) {
    let text = printer.text("interrupted", &[]);
    let said = move || {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "\n{text}"); // there is nobody left to tell that it could not be told
        std::process::exit(INTERRUPTED);
    };
    // Where there is no console nobody presses the keys.
    let _ = ctrlc::set_handler(said);
}
